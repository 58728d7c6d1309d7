//! The scope lab: its cells are walked, its rows switched, its calls begun.

use super::act::{Reaction, Stage};
use super::popup::{Confirm, Popup, Then};
use super::{Focus, Screen, Ui};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::engine::message::scope_lab::LabCommand;
use crate::core::oauth::Step;
use crate::core::profile::Environment;
use crate::tui::action::labbing::Labbing;
use crate::tui::action::{Action, Direction};
use crate::tui::screens::scope_lab::set_without_grant;
use url::Url;

impl Ui {
    /// Does something in the scope lab.
    pub(super) fn on_lab(&mut self, what: Labbing, stage: &Stage<'_>) -> Vec<Reaction> {
        let engine = stage.engine;
        let command = |command| vec![Reaction::Command(Command::Lab(command))];
        match what {
            Labbing::Open => {
                self.popups.clear();
                self.revealed = None;
                self.zoomed = None;
                self.screen = Screen::ScopeLab;
                self.focus = Focus::Button;
            }
            Labbing::Widen => {
                let at = self.at();
                self.scroll[at] = 0;
                self.touched[at] = 0;
                if matches!(self.focus, Focus::Row(_)) {
                    self.focus = Focus::Row(0);
                }
                return command(LabCommand::Widen);
            }
            Labbing::Switch => {
                if let Focus::Row(row) = self.focus
                    && let Some(row) = engine.lab().rows().get(row)
                {
                    return command(LabCommand::Switch(row.name.clone()));
                }
            }
            Labbing::Try { again } => return self.try_all(again, stage),
            Labbing::One(id, name) => {
                let one = LabCommand::TryOne(id.clone(), name);
                let held = engine.grants().into_iter().find(|held| held.id == id);
                if held.is_some_and(|held| held.grant.is_spent(stage.now)) {
                    self.say(stage.now, "Its token is spent: refresh it in 5 Token");
                } else if engine.allows(&Command::Lab(one.clone())) {
                    return command(one);
                } else {
                    self.say(stage.now, why_not(engine));
                }
            }
            Labbing::NewRun => {
                let Some(name) = set_without_grant(engine, self) else {
                    return Vec::new();
                };
                let reactions = self.act(Action::UseScopeSet(Some(name)), stage);
                if self.popups.is_empty() {
                    self.show(Step::Link);
                }
                return reactions;
            }
            Labbing::Cell(row, column) => {
                let again = self.focus == Focus::Row(row) && self.lab_column == column;
                self.lab_column = column;
                self.select(row, stage.areas);
                if again {
                    return self.act(Action::Press, stage);
                }
            }
        }
        Vec::new()
    }

    /// Left or right among the columns.
    pub(super) fn go_across_lab(&mut self, direction: Direction, engine: &Engine) {
        let last = engine.lab_columns().len().saturating_sub(1);
        let here = self.lab_column.min(last);
        self.lab_column = match direction {
            Direction::Right => (here + 1).min(last),
            _ => here.saturating_sub(1),
        };
    }

    /// Tries what is switched on; in production asks first, unless it only goes on.
    fn try_all(&mut self, again: bool, stage: &Stage<'_>) -> Vec<Reaction> {
        let engine = stage.engine;
        let command = Command::Lab(LabCommand::Try { again });
        let production = engine
            .profile()
            .is_some_and(|profile| profile.provider.environment == Environment::Production);
        let goes_on = !again && engine.lab().stopped.is_some();
        if !production || goes_on {
            return vec![Reaction::Command(command)];
        }
        let pairs = engine.lab_pairs(stage.now, again);
        let mut grants: Vec<_> = pairs.iter().map(|(id, _)| id).collect();
        grants.sort();
        grants.dedup();
        let host = engine
            .profile()
            .and_then(|profile| Url::parse(&profile.api.base_url).ok())
            .and_then(|url| url.host_str().map(str::to_owned))
            .unwrap_or_default();
        let calls = match pairs.len() {
            1 => "1 call".to_owned(),
            count => format!("{count} calls"),
        };
        let with = match grants.len() {
            1 => "1 grant".to_owned(),
            count => format!("{count} grants"),
        };
        self.popups.push(Popup::Confirm(Confirm {
            question: format!("Make {calls} with {with} at {host}?").into(),
            detail: "They read and calculate, and change nothing. One goes after another, and fewer than \
                     Dinero's 100 a minute."
                .into(),
            answers: ["Not now", "Try them"],
            selected: 0,
            otherwise: Then::React(Reaction::Command(command)),
        }));
        Vec::new()
    }
}

/// Why nothing can be tried now.
fn why_not(engine: &Engine) -> &'static str {
    if engine.lab().is_running() || engine.requests().is_busy() {
        "One call at a time"
    } else {
        "It needs an organization first"
    }
}
