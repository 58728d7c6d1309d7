//! What each step's pane says: the engine's state turned into headlines, facts and raw text.
//!
//! Pure data out of pure data, so that a screen is tested without a terminal and every size is drawn by
//! the one widget that draws panes.
//!
//! ```text
//! glyph headline                      [ button ]
//!   quiet line
//! Group                                    right
//!  ✓  name          value              meaning
//! Raw                                       size
//! ```

mod callback;
mod consent;
mod diagram;
mod exchange;
pub mod explain;
mod explanations;
mod hits;
mod link;
pub(in crate::tui) mod parts;
pub mod profiles;
pub(in crate::tui) mod record;
pub mod requests;
mod runs;
pub mod scope_lab;
pub mod time;
mod token;
mod trust;

pub use diagram::{DiagramLine, Party, diagram};
pub use parts::short_scopes;
pub use trust::words as trust_words;

use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::profile::Environment;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::pane::{Button, Pane, Row};
use crate::tui::ui::{Focus, Screen, Ui};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a screen is made of.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The program's state.
    pub engine: &'a Engine,
    /// Now.
    pub now: Timestamp,
    /// The zone in which times are shown.
    pub zone: &'a TimeZone,
}

impl Scene<'_> {
    /// A moment as it is shown.
    fn time(&self, at: Timestamp) -> String {
        time::moment(at, self.now, self.zone)
    }

    /// The provider as a sentence names it: `Visma Connect`, `the sandbox`.
    fn provider(&self) -> String {
        match self.engine.profile().map(|profile| &profile.provider) {
            None => "the provider".to_owned(),
            Some(provider) if provider.environment == Environment::Sandbox => {
                "the sandbox".to_owned()
            }
            Some(provider) => provider.label.clone(),
        }
    }

    /// The provider at the beginning of a sentence.
    fn provider_first(&self) -> String {
        capitalised(&self.provider())
    }
}

/// The pane of a step, whatever the run's state.
pub fn pane(scene: &Scene<'_>, step: Step, ui: &Ui) -> Pane {
    match step {
        Step::Link => link::pane(scene),
        Step::Consent => consent::pane(scene),
        Step::Callback => callback::pane(scene),
        Step::Exchange => exchange::pane(scene),
        Step::Token => token::pane(scene),
        Step::Requests => requests::pane(scene, ui),
    }
}

/// What happens here before there is a profile.
const WELCOME: &str = "Six steps, always in the line above. Each stops and shows what goes out and what comes \
                       back; Enter goes on.";

/// The main pane of what is in view: a step's, or the selected profile's.
pub fn in_view(scene: &Scene<'_>, ui: &Ui) -> Pane {
    match ui.screen {
        Screen::Step if scene.engine.kept_run().is_some() => only_shown(pane(scene, ui.step, ui)),
        Screen::Step => by_selection(pane(scene, ui.step, ui), scene, ui),
        Screen::Profiles => profiles::pane(scene, ui),
        Screen::Explain => explain::pane(scene, ui),
        Screen::Runs => runs::pane(scene, ui),
        Screen::Record => record::pane(scene, ui),
        Screen::ScopeLab => scope_lab::pane(scene, ui),
    }
}

/// A pane of a kept run: what would do something is gone, the button leads back.
fn only_shown(mut pane: Pane) -> Pane {
    if pane.state == StepState::Running {
        // What ran then runs no more: the program was ended in the middle of it.
        let headline = format!("It ended while it stood so: {}", pane.headline);
        pane.headline = Visible::of(&headline);
        pane.state = StepState::Pending;
    }
    pane.button = Some(button("Back to Runs", Action::Back));
    for group in &mut pane.groups {
        group.rows.retain(|row| match row {
            Row::Choice { action, .. } => matches!(action, Action::Open(_) | Action::Copy { .. }),
            _ => true,
        });
        for row in &mut group.rows {
            if let Row::Fact(fact) = row {
                fact.action = None;
            }
        }
    }
    pane.groups.retain(|group| !group.rows.is_empty());
    pane
}

/// Where there is a choice of beginnings, the button takes the name of the selected one.
fn by_selection(mut pane: Pane, scene: &Scene<'_>, ui: &Ui) -> Pane {
    if let (None, Step::Link, Focus::Row(row)) = (scene.engine.profile(), ui.step, ui.focus) {
        let rows = pane.groups.iter().flat_map(|group| &group.rows);
        let mut choices = rows.filter_map(|row| match row {
            Row::Choice { text, action, .. } => Some((text, action)),
            _ => None,
        });
        if let Some((text, action)) = choices.nth(row) {
            pane.button = Some(Button {
                label: text.clone(),
                action: action.clone(),
            });
        }
    }
    pane
}

/// What happens in a step, for somebody who never did OAuth; the provider by its name.
pub fn explanation(scene: &Scene<'_>, step: Step) -> Visible {
    if scene.engine.profile().is_none() && step == Step::Link {
        return Visible::of(WELCOME);
    }
    let provider = scene.provider();
    let text = explanations::of_state(scene, step).unwrap_or(step.facts().explanation);
    let first = scene.provider_first();
    let text = text.replace("the provider", &provider);
    Visible::of(&text.replace("The provider", &first))
}

/// A pane with its title, and nothing else yet.
fn blank(scene: &Scene<'_>, step: Step, headline: impl Into<Visible>) -> Pane {
    Pane {
        title: title(step),
        state: scene.engine.step_state(step),
        headline: headline.into(),
        button: None,
        quiet: None,
        groups: Vec::new(),
    }
}

/// The title of a step's pane: `1 Link`.
fn title(step: Step) -> Visible {
    Visible::of(&format!("{} {}", step.number(), step.facts().name))
}

/// The button that leads to where something can be done now, for a step that is not it.
fn way_on(scene: &Scene<'_>) -> Button {
    let step = match scene.engine.run().phase {
        RunPhase::ListenFailed(_)
        | RunPhase::Stopped
        | RunPhase::Refused
        | RunPhase::ExchangeFailed(_) => return new_run(),
        RunPhase::Preparing(_) | RunPhase::Ready => Step::Link,
        RunPhase::Binding | RunPhase::Waiting | RunPhase::TimedOut => Step::Consent,
        RunPhase::Answered | RunPhase::Exchanging(_) => Step::Exchange,
        RunPhase::CheckingIdToken | RunPhase::IdTokenRefused => Step::Token,
        RunPhase::Authorized => Step::Requests,
    };
    go_to(step)
}

/// A button that shows a step.
fn go_to(step: Step) -> Button {
    button(
        &format!("Go to {} {}", step.number(), step.facts().name),
        Action::Show(step),
    )
}

/// The button that begins anew.
fn new_run() -> Button {
    button("New run", Action::Engine(Command::NewRun))
}

/// A button.
fn button(label: &str, action: Action) -> Button {
    Button {
        label: Visible::of(label),
        action,
    }
}

/// The first letter as a capital.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
