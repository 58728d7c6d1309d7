//! What belongs to the terminal and not to the flow: what is in view, what has the focus, what is typed.
//!
//! [`Ui::act`] turns an action into reactions: commands for the engine, or things the world must do.
//! It never touches engine or terminal itself, so a test presses keys and reads what follows.

pub mod act;
pub mod input;
pub mod menu;
mod moving;
pub mod popup;
mod press;

use crate::core::engine::Engine;
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::ProfileFile;
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use jiff::{SignedDuration, Timestamp};
use popup::Popup;

/// How long a secret stays revealed.
pub const REVEALED_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How long a notice stays.
pub const NOTICE_FOR: SignedDuration = SignedDuration::from_secs(6);

/// The terminal's state.
#[derive(Debug)]
pub struct Ui {
    /// The step in view.
    pub step: Step,
    /// What has the focus, where no popup has it.
    pub focus: Focus,
    /// Lines scrolled away at the top of each step's pane.
    pub scroll: [usize; 6],
    /// Lines scrolled away at the top of the body shown in step 6.
    pub body_scroll: usize,
    /// Lines scrolled away at the top of the raw text.
    pub raw_scroll: usize,
    /// Lines scrolled away at the top of the findings.
    pub findings_scroll: usize,
    /// The row that was last touched in each step.
    pub touched: [usize; 6],
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
    /// Every profile file, once they were read.
    pub profiles: Option<Vec<ProfileFile>>,
    /// Whether the link is to be copied as soon as the listener is bound.
    pub copy_when_bound: bool,
}

/// What has the focus on a step.
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
}

/// A pane of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The step.
    Main,
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
    /// Where.
    pub step: Step,
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
            step: Step::Link,
            focus: Focus::Button,
            scroll: [0; 6],
            body_scroll: 0,
            raw_scroll: 0,
            findings_scroll: 0,
            touched: [0; 6],
            folds: Vec::new(),
            revealed: None,
            popups: Vec::new(),
            notice: None,
            zoomed: None,
            explanation: true,
            record: 0,
            profiles: None,
            copy_when_bound: false,
        }
    }
}

impl Ui {
    /// Shows a step, with the focus on its button.
    pub fn show(&mut self, step: Step) {
        if self.step != step {
            self.revealed = None;
            self.raw_scroll = 0;
            self.findings_scroll = 0;
        }
        self.step = step;
        self.focus = Focus::Button;
        self.zoomed = None;
    }

    /// Says what was just done.
    pub fn say(&mut self, now: Timestamp, text: impl Into<Visible>) {
        self.notice = Some(Notice {
            text: text.into(),
            until: now.checked_add(NOTICE_FOR).unwrap_or(Timestamp::MAX),
        });
    }

    /// Whether Esc has something to back out of on a step.
    pub fn can_back_out(&self) -> bool {
        self.zoomed.is_some() || self.focus != Focus::Button
    }

    /// Whether a group is open: as it was folded by hand, else as there is room.
    pub fn is_open(&self, step: Step, label: &Visible, otherwise: bool) -> bool {
        self.folds
            .iter()
            .find(|fold| fold.step == step && fold.label == *label)
            .map_or(otherwise, |fold| fold.open)
    }

    /// Folds or unfolds a group.
    pub fn fold(&mut self, step: Step, label: &Visible, open: bool) {
        self.folds
            .retain(|fold| fold.step != step || fold.label != *label);
        self.folds.push(Fold {
            step,
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
