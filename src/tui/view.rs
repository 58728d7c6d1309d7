//! The screen as a pure function of engine and `Ui`; its geometry comes back for keys and mouse.
//!
//! ```text
//! title bar
//! stepper
//! ┌ main ──────────────┬ what happens here ┐
//! │                    │                   │
//! │                    ├ findings ─────────┤
//! ├ transcript ────────┴───────────────────┤
//! └────────────────────────────────────────┘
//! footer
//! ```
//!
//! On 80 columns the right side is left out: the explanation is a popup, the findings a strip below the
//! main pane.

mod alone;
mod answer;
mod bars;
mod canvas;
mod explain;
mod findings;
mod main;
mod places;
mod popups;
mod profiles;
mod raw;
mod requests;
mod scope_lab;
mod side;
mod transcript;

use crate::core::diagnose::Finding;
use crate::core::engine::Engine;
use crate::core::oauth::StepState;
use crate::tui::action::Action;
use crate::tui::flow::Spot;
use crate::tui::pane::Pane as Content;
use crate::tui::screens;
use crate::tui::text::wrap;
use crate::tui::theme::{Role, Theme};
use crate::tui::ui::{Pane, Screen, Ui};
use canvas::Canvas;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use places::{places, record_places, runs_places, split_columns, split_rows, transcript_rows};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Smallest terminal in which a step can be read.
const SMALLEST: (u16, u16) = (60, 16);
/// Beyond this many columns the rest stays empty.
const WIDEST: u16 = 200;
/// From this many columns on there is a right side.
const WITH_SIDE: u16 = 116;
/// From this many columns on the right side is wide.
const WITH_WIDE_SIDE: u16 = 170;

/// Columns of the main pane where raw text has a pane of its own.
const MAIN: u16 = 78;

/// Columns of a record where its raw text has a pane of its own.
const RECORD: u16 = 106;

/// Everything a drawing depends on.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The program's state.
    pub engine: &'a Engine,
    /// The terminal's state.
    pub ui: &'a Ui,
    /// How roles look.
    pub theme: Theme,
    /// Now.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: &'a TimeZone,
}

impl<'a> View<'a> {
    /// What a step's pane is made of.
    pub fn scene(&self) -> screens::Scene<'a> {
        screens::Scene {
            engine: self.engine,
            now: self.now,
            zone: self.zone,
        }
    }

    /// The findings of what is in view: the step's, or those in the text that was explained.
    fn findings(&self) -> Vec<Finding> {
        if self.ui.screen == Screen::Explain {
            let found = self.ui.pasted.explanation();
            return found.map_or_else(Vec::new, |found| found.findings.clone());
        }
        self.engine.findings(self.now, self.ui.step)
    }

    /// How far the step in view is, or the explanation.
    fn state(&self) -> StepState {
        if self.ui.screen == Screen::Explain {
            return screens::explain::state(self.ui);
        }
        self.engine.step_state(self.ui.step)
    }

    /// The main pane of what is in view.
    pub(crate) fn pane(&self) -> Content {
        screens::in_view(&self.scene(), self.ui)
    }
}

/// The geometry of a drawing.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the drawing by itself"
)]
pub struct Areas {
    /// Whether only the line was drawn that says how large the terminal must be.
    pub too_small: bool,
    /// The rows of the main pane that can be selected.
    pub spots: Vec<Spot>,
    /// The lines of the main pane.
    pub main: Viewport,
    /// The lines of the list of profiles.
    pub list: Viewport,
    /// The lines of the answer.
    pub body: Option<Viewport>,
    /// Where the rows of the answer are that its reader tells.
    pub answer: Option<AnswerRoom>,
    /// The raw text, where it has a pane of its own.
    pub raw: Option<Viewport>,
    /// The findings, where there are any.
    pub findings: Option<Viewport>,
    /// The popup in front.
    pub popup: Option<Viewport>,
    /// Whether requests and their answer have panes.
    pub has_requests: bool,
    /// Whether there is room for the right side.
    pub could_have_side: bool,
    /// Whether the transcript was drawn.
    pub has_transcript: bool,
    /// How many records it showed.
    pub transcript_rows: usize,
    /// What lies where; the one in front last.
    pub targets: Vec<(Rect, Target)>,
}

/// A window on lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Viewport {
    /// The first line shown.
    pub first: usize,
    /// How many are shown.
    pub room: usize,
    /// How many there are.
    pub total: usize,
}

impl Viewport {
    /// A window of `room` lines on `total`, as near to `wanted` as there are lines.
    pub fn new(wanted: usize, room: usize, total: usize) -> Self {
        let furthest = total.saturating_sub(room);
        Self {
            first: wanted.min(furthest),
            room,
            total,
        }
    }

    /// The largest first line.
    pub fn furthest(self) -> usize {
        self.total.saturating_sub(self.room)
    }

    /// A scroll so many lines further or back, within bounds.
    pub fn moved(self, scroll: usize, down: bool, lines: usize) -> usize {
        let scroll = scroll.min(self.furthest());
        if down {
            scroll.saturating_add(lines).min(self.furthest())
        } else {
            scroll.saturating_sub(lines)
        }
    }
}

/// Room for rows of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerRoom {
    /// How many rows are shown.
    pub room: usize,
    /// Columns of a row.
    pub width: u16,
}

/// What the mouse can find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Something that does this.
    Do(Action),
    /// The button of the main pane.
    Button,
    /// A row of the main pane.
    Row(usize),
    /// A record of the transcript, counted from the last.
    Record(usize),
    /// A profile, counted among those that are shown.
    Entry(usize),
    /// The field that narrows the list.
    Filter,
    /// A line of the answer.
    AnswerLine(usize),
    /// A column of its table, counted among those that are shown.
    Column(usize),
    /// A pane.
    Pane(Pane),
    /// A row of the list in front.
    Choice(usize),
    /// An answer of the question in front.
    Answer(usize),
    /// A field of the popup in front.
    Field(usize),
    /// Outside of the popup in front.
    Outside,
}

/// Draws everything.
pub fn draw(buffer: &mut Buffer, view: &View<'_>) -> Areas {
    let area = buffer.area;
    let mut canvas = Canvas::new(buffer, *view);
    if view.ui.shows_link_alone() {
        alone::draw(&mut canvas, area);
    } else if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        canvas.areas.too_small = true;
        let text = format!(
            "dineroscope needs {}×{}, this terminal has {}×{}   q quit",
            SMALLEST.0, SMALLEST.1, area.width, area.height
        );
        for (line, y) in wrap(&text, usize::from(area.width)).iter().zip(area.y..) {
            canvas.text(area.x, y, area.width, line, Role::Plain);
        }
    } else {
        let whole = Rect {
            width: area.width.min(WIDEST),
            ..area
        };
        screen(&mut canvas, whole);
    }
    let areas = canvas.areas;
    view.theme.plain(buffer);
    areas
}

/// Where the panes lie.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    main: Option<Rect>,
    list: Option<Rect>,
    meaning: Option<Rect>,
    text: Option<Rect>,
    answer: Option<Rect>,
    raw: Option<Rect>,
    explanation: Option<Rect>,
    findings: Option<Rect>,
    transcript: Option<Rect>,
}

/// Draws a whole screen.
fn screen(canvas: &mut Canvas<'_>, whole: Rect) {
    bars::title(canvas, Rect { height: 1, ..whole });
    bars::stepper(
        canvas,
        Rect {
            y: whole.y + 1,
            height: 1,
            ..whole
        },
    );
    let frame = Rect {
        y: whole.y + 2,
        height: whole.height - 3,
        ..whole
    };
    canvas.areas.could_have_side = whole.width >= WITH_SIDE
        && canvas.view.ui.screen == Screen::Step
        && !requests::has_panes(&canvas.view);
    let places = match canvas.view.ui.screen {
        Screen::Step if requests::has_panes(&canvas.view) => {
            canvas.areas.has_requests = true;
            let rows = transcript_rows(whole.height);
            requests::places(canvas, whole, frame, rows)
        }
        Screen::Step => places(canvas, whole, frame),
        Screen::Profiles => {
            let rows = transcript_rows(whole.height);
            profiles::places(canvas, whole, frame, rows)
        }
        Screen::Explain => {
            let rows = transcript_rows(whole.height);
            explain::places(canvas, whole, frame, rows)
        }
        Screen::Runs => runs_places(canvas, whole, frame),
        Screen::Record => record_places(canvas, whole, frame),
        Screen::ScopeLab => scope_lab::places(canvas, whole, frame),
    };
    canvas.areas.has_transcript = match canvas.view.ui.screen {
        Screen::Step => transcript_rows(whole.height) > 0,
        _ => places.transcript.is_some(),
    };
    let rects = [
        places.main,
        places.list,
        places.meaning,
        places.text,
        places.answer,
        places.raw,
        places.explanation,
        places.findings,
        places.transcript,
    ];
    for rect in rects.into_iter().flatten() {
        canvas.border(rect);
    }
    let ui = canvas.view.ui;
    let focused = ui.popups.is_empty().then(|| ui.focused_pane());
    let short = whole.height < 30;
    panes(canvas, &places, frame, (short, focused));
    bars::notice(canvas, frame);
    let items = bars::items(canvas);
    if !ui.popups.is_empty() {
        canvas.fade();
        canvas.areas.targets.push((whole, Target::Outside));
        popups::draw(canvas, whole, &items);
    }
    let last = Rect {
        y: whole.bottom() - 1,
        height: 1,
        ..whole
    };
    bars::footer(canvas, last, &items);
}

/// Draws the panes that have a place.
fn panes(
    canvas: &mut Canvas<'_>,
    places: &Places,
    frame: Rect,
    (short, focused): (bool, Option<Pane>),
) {
    let ui = canvas.view.ui;
    if let Some(rect) = places.main {
        main::draw(canvas, rect, places.raw, short, focused);
    } else {
        main::measure(canvas, frame, short);
    }
    if let Some(rect) = places.list {
        let focused = focused == Some(Pane::List);
        if ui.screen == Screen::Step {
            requests::draw_list(canvas, rect, focused);
        } else {
            profiles::draw_list(canvas, rect, focused);
        }
    }
    if let Some(rect) = places.answer {
        answer::draw(canvas, rect, focused == Some(Pane::Answer));
    }
    if let Some(rect) = places.text {
        explain::draw_text(canvas, rect, focused == Some(Pane::Text));
    }
    match places.meaning {
        Some(rect) if ui.screen == Screen::ScopeLab => scope_lab::draw_why(canvas, rect),
        Some(rect) => profiles::draw_meaning(canvas, rect),
        None => {}
    }
    if let Some(rect) = places.explanation {
        side::draw(canvas, rect);
    }
    if let Some(rect) = places.findings {
        findings::draw(canvas, rect, focused == Some(Pane::Findings));
    }
    if let Some(rect) = places.transcript {
        transcript::draw(canvas, rect, focused == Some(Pane::Transcript));
    }
}
