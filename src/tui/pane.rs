//! What a step's pane says, as data: screens build it, one widget draws it at every size.
//!
//! So a screen cannot place a cell, and every screen has the same grid: headline with the one button,
//! a quiet line, groups of facts, raw text.

use crate::core::oauth::StepState;
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;

/// A pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pane {
    /// Its title in the border: `1 Link`.
    pub title: Visible,
    /// The glyph before the headline.
    pub state: StepState,
    /// What is so now and what it means.
    pub headline: Visible,
    /// The one button that goes on.
    pub button: Option<Button>,
    /// What was sent where, when, how long; one quiet line.
    pub quiet: Option<Visible>,
    /// Below it.
    pub groups: Vec<Group>,
}

/// The button of a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// A verb and its object: `Exchange the code`.
    pub label: Visible,
    /// What it does.
    pub action: Action,
}

/// A labelled group of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its label line; empty for none.
    pub label: Visible,
    /// At the right end of the label line.
    pub right: Visible,
    /// When there is little room.
    pub short: WhenShort,
    /// The rows.
    pub rows: Vec<Row>,
}

/// What becomes of a group on 24 rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenShort {
    /// It stays, without its label where that saves the day.
    Stay,
    /// Only its label line stays (folded; opens with Space or Enter).
    Fold,
    /// It is left out.
    Leave,
}

/// One row of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// Mark, name, value, meaning, in the columns of the grid. Can be selected.
    Fact(Fact),
    /// Prose; wraps at words.
    Prose(Visible),
    /// Raw lines; a long one breaks before `?` and `&`, else at the edge.
    Raw(Vec<Visible>),
    /// A list entry that does something on Enter. Can be selected.
    Choice {
        /// Its glyph.
        mark: Mark,
        /// What it says.
        text: Visible,
        /// At the right end.
        right: Visible,
        /// What Enter does.
        action: Action,
    },
    /// Cells in columns. Can be selected where it does something.
    Cells {
        /// Its glyph.
        mark: Mark,
        /// What stands in them.
        cells: Vec<Visible>,
        /// Where they stand.
        columns: CellColumns,
        /// What Enter does.
        action: Option<Action>,
    },
    /// A bar on a scale of a thousand, from one place to another: a phase of something.
    Span {
        /// What took that long.
        name: Visible,
        /// Where it begins.
        from: u16,
        /// Where it ends.
        until: u16,
        /// How long that is.
        took: Visible,
        /// What else is to be said of it.
        note: Visible,
    },
    /// The head of a table; it stays when the pane scrolls.
    GridHead(GridHead),
    /// A row of a table. Can be selected.
    Grid(GridRow),
    /// A strip of parts, of which one is shown.
    Tabs {
        /// Each with whether it is shown, and what leads to it.
        tabs: Vec<(Visible, bool, Action)>,
        /// At the right end.
        right: Visible,
    },
    /// A bar, filled to so many thousandths, with words after it.
    Bar(u16, Visible),
}

/// Where the cells of a row stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellColumns {
    /// When, which profile, how it ended, what was found; where there is little room what was found takes the
    /// place of how it ended.
    Runs,
    /// A name, then two values of the same width.
    Compared,
}

/// The head of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridHead {
    /// Of each column its name, and how it stands.
    pub columns: Vec<(Visible, Visible)>,
    /// The column that is chosen.
    pub chosen: usize,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridRow {
    /// Its glyph.
    pub mark: Mark,
    /// What it is about.
    pub name: Visible,
    /// What that needs, in a word.
    pub needs: Visible,
    /// A cell of each column.
    pub cells: Vec<GridCell>,
    /// The column that is chosen.
    pub chosen: usize,
    /// Whether the cell in that column is the one last touched.
    pub is_picked: bool,
    /// What Enter does.
    pub action: Action,
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GridCell {
    /// Its glyph.
    pub mark: Mark,
    /// A word or a number.
    pub text: Visible,
    /// What a click does.
    pub action: Action,
}

/// A fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its glyph.
    pub mark: Mark,
    /// The protocol word, or ours.
    pub name: Visible,
    /// The value.
    pub value: Value,
    /// What it means, in a few words.
    pub meaning: Visible,
    /// What Enter does on it.
    pub action: Option<Action>,
    /// Whether it differs from what it was.
    pub changed: bool,
}

/// A value that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// As it is; cut in the middle when it is too long, with its length.
    Plain(Visible),
    /// Masked until revealed with `m`.
    Secret(Secret),
    /// `–`
    Nothing,
}

/// The glyph in the margin of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// No glyph.
    None,
    /// `✓`
    Ok,
    /// `✗`
    Error,
    /// `⚠`
    Warning,
    /// `·`
    Note,
    /// `◐`
    Running,
    /// `[x]`
    On,
    /// `[ ]`
    Off,
    /// `~`
    Changed,
}
