//! The ticket: what is in it, copying it, and writing it to a file that the user names.

use super::act::{Reaction, Stage};
use super::menu::Menu;
use super::popup::{Popup, Prompt};
use super::{Screen, Ui};
use crate::core::diagnose::ahead_by;
use crate::core::engine::{Engine, SecretState};
use crate::core::export::Export;
use crate::core::export::ticket::{self, Ticket};
use crate::core::oauth::Step;
use crate::core::secret::Secret;
use crate::core::wire::{Direction, Record};
use crate::tui::action::{Action, Choosing, Question, Ticketing};
use crate::tui::pane::Mark;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A text on its way to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writing {
    /// As the user typed it.
    pub path: String,
    /// What is written.
    pub text: String,
    /// What was asked for it.
    pub question: Question,
}

/// The system, as a ticket names it; what else is known of this machine is nobody's business.
const SYSTEM: &str = std::env::consts::OS;

impl Ui {
    /// Does something about a ticket.
    pub(super) fn on_ticket(&mut self, what: Ticketing, stage: &Stage<'_>) -> Vec<Reaction> {
        match what {
            Ticketing::Choose => self.popups.push(Popup::Choose {
                what: Choosing::Ticket,
                selected: 0,
            }),
            Ticketing::Copy => {
                let text = self.ticket_text(stage);
                let length = text.chars().count();
                self.say(stage.now, format!("Copied the ticket, {length} characters"));
                return vec![Reaction::Copy(text)];
            }
            Ticketing::Write => {
                let mut prompt = Prompt::new(Question::TicketPath);
                if let Some(field) = prompt.fields.first_mut() {
                    field.insert_str(file_name(stage.now, stage.zone));
                }
                self.popups.push(Popup::Ask(Box::new(prompt)));
            }
        }
        Vec::new()
    }

    /// The ticket's file, at the path that was typed.
    pub(super) fn ticket_to_write(&self, path: &str, stage: &Stage<'_>) -> Writing {
        Writing {
            path: path.trim().to_owned(),
            text: self.ticket_text(stage),
            question: Question::TicketPath,
        }
    }

    /// A file could not be written: its name is asked for once more, as it was typed.
    pub fn ask_for_path_again(&mut self, now: Timestamp, writing: &Writing, reason: String) {
        self.say(now, reason);
        let mut prompt = Prompt::new(writing.question);
        if let Some(field) = prompt.fields.first_mut() {
            field.insert_str(&writing.path);
        }
        self.popups.push(Popup::Ask(Box::new(prompt)));
    }

    /// The ticket as Markdown.
    fn ticket_text(&self, stage: &Stage<'_>) -> String {
        let engine = stage.engine;
        let seed = format!("ticket {}", stage.now.as_nanosecond());
        let mut export = Export::new(engine.mask().derived(&seed), known(engine), engine.mask());
        self.ticket(stage).markdown(&mut export)
    }

    /// What the ticket is made of: the explanation, or the run.
    fn ticket<'a>(&self, stage: &Stage<'a>) -> Ticket<'a> {
        let engine = stage.engine;
        let blank = Ticket {
            steps: Vec::new(),
            findings: Vec::new(),
            parts: Vec::new(),
            setting: Vec::new(),
            values: Vec::new(),
            records: &[],
            most_records: ticket::MOST_RECORDS,
            now: stage.now,
            zone: stage.zone,
            clock_ahead: None,
            system: SYSTEM,
        };
        if self.screen == Screen::Explain {
            let Some(found) = self.pasted.explanation() else {
                return blank;
            };
            let part = |part: &crate::core::explain::Part| {
                let texts = [&part.name, &part.value, &part.meaning].map(ToString::to_string);
                texts.into()
            };
            return Ticket {
                findings: found.findings.clone(),
                parts: found.parts.iter().map(part).collect(),
                ..blank
            };
        }
        let step = failed_step(engine, stage.now).unwrap_or(self.step);
        Ticket {
            steps: ticket::steps(|step| engine.step_state(step)),
            findings: engine.findings(stage.now, step),
            setting: setting(engine),
            records: engine.transcript(),
            clock_ahead: engine.clock_ahead(stage.now).or_else(|| {
                let sent = |record: &&Record| record.direction == Direction::Outgoing;
                let mut records = engine.transcript().iter().rev().filter(sent);
                records.find_map(ahead_by)
            }),
            ..blank
        }
    }
}

/// What stands in the popup: the contents, then what to do with them.
pub(super) fn choices(ui: &Ui, stage: &Stage<'_>, menu: &mut Menu) {
    menu.note(
        Mark::Note,
        "For somebody who has neither this program nor this screen. In it:",
    );
    for content in ui.ticket(stage).contents() {
        menu.note(Mark::Ok, content);
    }
    menu.note(Mark::Note, "No secret, and no body of the API's answers.");
    let act = |what| Action::Ticket(what);
    menu.choice(
        "copy it",
        "Markdown, into the clipboard",
        act(Ticketing::Copy),
    );
    menu.choice("write it to a file", "you name it", act(Ticketing::Write));
}

/// Whether there is something to tell: an explanation, or a step with a finding that is an error.
pub fn is_worth_a_ticket(ui: &Ui, engine: &Engine) -> bool {
    match ui.screen {
        Screen::Explain => ui.pasted.explanation().is_some(),
        Screen::Step => engine.profile().is_some() && !engine.transcript().is_empty(),
        Screen::Profiles | Screen::Runs | Screen::Record | Screen::ScopeLab => false,
    }
}

/// The step that failed: the last one with an error.
fn failed_step(engine: &Engine, now: Timestamp) -> Option<Step> {
    let failed = |step: &Step| {
        let found = engine.findings(now, *step);
        let error = crate::core::diagnose::Severity::Error;
        found
            .first()
            .is_some_and(|leading| leading.severity == error)
    };
    let steps = [
        Step::Requests,
        Step::Token,
        Step::Exchange,
        Step::Callback,
        Step::Consent,
        Step::Link,
    ];
    steps.into_iter().find(failed)
}

/// What somebody must know to try it again; nothing of it is secret.
fn setting(engine: &Engine) -> Vec<(&'static str, String)> {
    let Some(profile) = engine.profile() else {
        return Vec::new();
    };
    let run = engine.run();
    vec![
        ("profile", profile.name.clone()),
        (
            "provider",
            format!(
                "{}, {}",
                profile.provider.label,
                profile.provider.environment.label()
            ),
        ),
        ("client_id", profile.client_id.clone()),
        ("redirect_uri", run.redirect_uri.clone()),
        ("scope", profile.scopes.join(" ")),
    ]
}

/// Values that texts may quote, whatever they are called there.
fn known(engine: &Engine) -> Vec<Secret> {
    let run = engine.run();
    let mut known = vec![
        Secret::new(run.fresh.state.as_str()),
        Secret::new(run.fresh.nonce.as_str()),
    ];
    known.extend(run.fresh.verifier.clone());
    // A provider may quote the secret that it does not take, under no name of a secret.
    if let SecretState::Known(secret) = engine.secret_state() {
        known.push(secret);
    }
    for hit in &run.hits {
        let answer = &hit.answer;
        known.extend(answer.code.clone());
        known.extend(answer.id_token.clone());
        for value in [&answer.state, &answer.session_state].into_iter().flatten() {
            known.push(Secret::new(value.as_str()));
        }
    }
    for held in engine.grants() {
        let grant = &held.grant;
        known.push(grant.access_token.clone());
        known.extend(grant.refresh_token.clone());
        known.extend(grant.id_token.clone());
        for value in [grant.subject(), grant.user()].into_iter().flatten() {
            known.push(Secret::new(value));
        }
    }
    known.retain(|value| !value.is_empty());
    known
}

/// A name that sorts by time.
fn file_name(now: Timestamp, zone: &TimeZone) -> String {
    let local = now.to_zoned_datetime(zone.clone());
    format!("dineroscope-ticket-{}.md", local.strftime("%Y%m%d-%H%M%S"))
}
