//! What belongs to the terminal and not to the flow: what is in view, what has the focus, what is typed.
//!
//! [`Ui::act`] turns an action into reactions: commands for the engine, or things the world must do.
//! It never touches engine or terminal itself, so a test presses keys and reads what follows.

pub mod act;
mod alone;
pub mod drafting;
pub mod editor;
mod granting;
pub mod input;
mod inquiring;
pub mod menu;
mod moving;
mod parting;
pub mod pasting;
pub mod popup;
mod press;
pub mod revealing;
pub mod runs;
mod scope_lab;
pub mod shelf;
pub mod shelving;
mod switching;
pub mod ticketing;
pub mod viewing;

use crate::core::engine::Engine;
use crate::core::oauth::{RunPhase, Step};
use crate::core::secret::Secret;
use crate::core::wire::CallId;
use crate::core::wire::visible::Visible;
use drafting::Drafting;
use jiff::{SignedDuration, Timestamp};
use pasting::Pasted;
use popup::Popup;
use runs::Runs;
use shelf::Shelf;
use viewing::Viewing;

/// How long a secret stays revealed.
pub const REVEALED_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How long a notice stays.
pub const NOTICE_FOR: SignedDuration = SignedDuration::from_secs(6);

/// The place of the profiles among [`Ui::scroll`] and [`Ui::touched`], after those of the steps.
const PROFILES: usize = 6;

/// The place of the Explain screen among them.
const EXPLAIN: usize = 7;

/// The place of the runs among them.
const RUNS: usize = 8;

/// The place of a record among them.
const RECORD: usize = 9;

/// The place of the scope lab among them.
const SCOPE_LAB: usize = 10;

/// The terminal's state.
#[derive(Debug)]
pub struct Ui {
    /// What the frame shows.
    pub screen: Screen,
    /// The step in view, or to be gone back to.
    pub step: Step,
    /// What has the focus, where no popup has it.
    pub focus: Focus,
    /// Lines scrolled away at the top of the main pane, for each step, the profiles and Explain.
    pub scroll: [usize; 11],
    /// Lines scrolled away at the top of the body shown in step 6.
    pub body_scroll: usize,
    /// Lines scrolled away at the top of the raw text.
    pub raw_scroll: usize,
    /// Lines scrolled away at the top of the findings.
    pub findings_scroll: usize,
    /// The row that was last touched, for each step, the profiles and Explain.
    pub touched: [usize; 11],
    /// Groups that were folded or unfolded by hand.
    pub folds: Vec<Fold>,
    /// The one value that is shown.
    pub revealed: Option<Revealed>,
    /// Popups, the one in front last.
    pub popups: Vec<Popup>,
    /// One line about what was just done.
    pub notice: Option<Notice>,
    /// The pane that has the whole frame.
    pub zoomed: Option<Pane>,
    /// Whether the explanation is shown where there is room for it.
    pub explanation: bool,
    /// The record selected in the transcript, counted from the last.
    pub record: usize,
    /// The record that has the frame.
    pub record_shown: Option<CallId>,
    /// What had the frame before it.
    pub behind_record: (Screen, Option<Pane>, Focus),
    /// The profiles: their files, what is selected, what was typed.
    pub shelf: Shelf,
    /// The text on the Explain screen.
    pub pasted: Pasted,
    /// The kept runs: what is marked, compared, reported.
    pub runs: Runs,
    /// The requests of step 6.
    pub drafting: Drafting,
    /// How the answer of step 6 is looked at.
    pub viewing: Viewing,
    /// The column selected in the scope lab.
    pub lab_column: usize,
    /// Whether the link is to be copied as soon as the listener is bound.
    pub copy_when_bound: bool,
}

/// What the frame shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// The step in view.
    Step,
    /// The profiles.
    Profiles,
    /// A pasted text and its explanation.
    Explain,
    /// The kept runs.
    Runs,
    /// One record, whole.
    Record,
    /// What may each grant call.
    ScopeLab,
}

/// What has the focus on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// The pane's button.
    Button,
    /// A row of the pane, counted among those that can be selected.
    Row(usize),
    /// The raw text, where it has a pane of its own.
    Raw,
    /// The findings.
    Findings,
    /// The transcript.
    Transcript,
    /// The list of profiles, or of requests.
    List,
    /// The field that narrows the list; it has the keys.
    Filter,
    /// The text on the Explain screen; it has the keys.
    Text,
    /// The answer of step 6.
    Answer,
    /// What is typed about it, in its last line; it has the keys.
    Line,
}

/// A pane of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The step, or the profile.
    Main,
    /// The list of profiles.
    List,
    /// The text on the Explain screen.
    Text,
    /// The answer of step 6.
    Answer,
    /// The raw text, where it has a pane of its own.
    Raw,
    /// What happens here, with the findings below it.
    Side,
    /// The findings.
    Findings,
    /// The records.
    Transcript,
    /// The popup in front.
    Popup,
}

/// A group that was folded or unfolded by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Where: the place of [`Ui::at`].
    pub at: usize,
    /// The group's label.
    pub label: Visible,
    /// Whether it is open.
    pub open: bool,
}

/// A value that is shown for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    /// The value.
    pub secret: Secret,
    /// Until when.
    pub until: Timestamp,
}

/// One line about what was just done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What.
    pub text: Visible,
    /// Until when it stays.
    pub until: Timestamp,
}

/// Where the flow stood before the engine was stepped.
#[derive(Debug, Clone)]
pub struct Before {
    /// The step in which something was to be done.
    step: Step,
    /// Where its run stood.
    phase: RunPhase,
}

impl Before {
    /// As an engine stands now.
    pub fn of(engine: &Engine) -> Self {
        Self {
            step: engine.current_step(),
            phase: engine.run().phase.clone(),
        }
    }
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            screen: Screen::Step,
            step: Step::Link,
            focus: Focus::Button,
            scroll: [0; 11],
            body_scroll: 0,
            raw_scroll: 0,
            findings_scroll: 0,
            touched: [0; 11],
            folds: Vec::new(),
            revealed: None,
            popups: Vec::new(),
            notice: None,
            zoomed: None,
            explanation: true,
            record: 0,
            record_shown: None,
            behind_record: (Screen::Step, None, Focus::Button),
            shelf: Shelf::default(),
            pasted: Pasted::default(),
            runs: Runs::default(),
            drafting: Drafting::default(),
            viewing: Viewing::default(),
            lab_column: 0,
            copy_when_bound: false,
        }
    }
}

impl Ui {
    /// Shows a step, with the focus on its button.
    pub fn show(&mut self, step: Step) {
        if self.step != step || self.screen != Screen::Step {
            self.revealed = None;
            self.raw_scroll = 0;
            self.findings_scroll = 0;
        }
        self.screen = Screen::Step;
        self.step = step;
        self.focus = Focus::Button;
        self.zoomed = None;
    }

    /// Shows the profiles, with the focus on their list.
    pub fn show_profiles(&mut self) {
        self.revealed = None;
        self.raw_scroll = 0;
        self.screen = Screen::Profiles;
        self.focus = Focus::List;
        self.zoomed = None;
    }

    /// Shows a record, whole.
    pub fn show_record(&mut self, call: CallId) {
        if self.screen != Screen::Record {
            self.behind_record = (self.screen, self.zoomed, self.focus);
        }
        self.revealed = None;
        self.raw_scroll = 0;
        self.zoomed = None;
        self.record_shown = Some(call);
        self.screen = Screen::Record;
        self.focus = Focus::Button;
        self.scroll[RECORD] = 0;
        self.touched[RECORD] = 0;
        self.folds.retain(|fold| fold.at != RECORD);
    }

    /// Goes back to where a record was opened, with the transcript or its cell in hand.
    pub(super) fn leave_record(&mut self) {
        self.revealed = None;
        let focus;
        (self.screen, self.zoomed, focus) = self.behind_record;
        self.focus = match self.screen {
            // There a record is opened from its cell as well.
            Screen::ScopeLab => focus,
            _ => Focus::Transcript,
        };
    }

    /// The place of what is in view among [`Ui::scroll`] and [`Ui::touched`].
    pub fn at(&self) -> usize {
        match self.screen {
            Screen::Step => self.step as usize,
            Screen::Profiles => PROFILES,
            Screen::Explain => EXPLAIN,
            Screen::Runs => RUNS,
            Screen::Record => RECORD,
            Screen::ScopeLab => SCOPE_LAB,
        }
    }

    /// Says what was just done.
    pub fn say(&mut self, now: Timestamp, text: impl Into<Visible>) {
        self.notice = Some(Notice {
            text: text.into(),
            until: now.checked_add(NOTICE_FOR).unwrap_or(Timestamp::MAX),
        });
    }

    /// Whether Esc has something to back out of.
    pub fn can_back_out(&self) -> bool {
        self.zoomed.is_some() || self.focus != Focus::Button || self.screen != Screen::Step
    }

    /// Whether a group is open: as it was folded by hand, else as there is room.
    pub fn is_open(&self, label: &Visible, otherwise: bool) -> bool {
        let at = self.at();
        self.folds
            .iter()
            .find(|fold| fold.at == at && fold.label == *label)
            .map_or(otherwise, |fold| fold.open)
    }

    /// Folds or unfolds a group.
    pub fn fold(&mut self, label: &Visible, open: bool) {
        let at = self.at();
        self.folds
            .retain(|fold| fold.at != at || fold.label != *label);
        self.folds.push(Fold {
            at,
            label: label.clone(),
            open,
        });
    }

    /// Forgets what has passed: a notice, a revealed value. True when something was forgotten.
    pub fn pass(&mut self, now: Timestamp) -> bool {
        let before = (self.notice.is_some(), self.revealed.is_some());
        self.notice.take_if(|notice| notice.until <= now);
        self.revealed.take_if(|revealed| revealed.until <= now);
        before != (self.notice.is_some(), self.revealed.is_some())
    }

    /// Goes along when the flow moves on, unless the user looks elsewhere. Where it moves on under a
    /// selection, the button gets the focus: what is to be done now is never out of reach of Enter.
    pub fn follow(&mut self, before: &Before, asked: bool, engine: &Engine) {
        let now = engine.current_step();
        if self.screen != Screen::Step && !asked {
            // The steps go on behind another screen; going back shows where they are.
            if before.step != now && self.step == before.step {
                self.step = now;
            }
            return;
        }
        if before.step != now && (asked || self.step == before.step) {
            self.show(now);
        } else if before.phase != engine.run().phase && self.step == now {
            let reads_records = self.focus == Focus::Transcript && !engine.transcript().is_empty();
            if !reads_records && self.focus != Focus::Button {
                self.focus = Focus::Button;
                self.zoomed = None;
            }
        }
    }
}
