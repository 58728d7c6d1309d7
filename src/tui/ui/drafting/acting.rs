//! What is done with the request in hand.

use super::super::act::{Reaction, Stage};
use super::super::popup::{Confirm, Popup, Then};
use super::super::{Focus, Ui};
use super::Entry;
use crate::core::diagnose::Severity;
use crate::core::dinero::call;
use crate::core::dinero::caution::{caution, organization_at};
use crate::core::dinero::draft::Draft;
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::oauth::Step;
use crate::core::oauth::link::LinkChanges;
use crate::tui::action::Action;
use crate::tui::action::drafting::{AnswerTab, Drafting, RequestTab, Slot};
use crate::tui::screens::requests::{answer, name_of, organizations_button};
use jiff::{SignedDuration, Timestamp};

/// Two presses of a key so close to each other are one.
const TWICE: SignedDuration = SignedDuration::from_millis(500);

impl Ui {
    /// Whether step 6 is in view, with requests that can be changed.
    pub fn drafts(&self) -> bool {
        self.screen == super::super::Screen::Step && self.step == Step::Requests
    }

    /// Does what is asked of the request in hand.
    pub fn on_drafting(&mut self, what: Drafting, stage: &Stage<'_>) -> Vec<Reaction> {
        match what {
            Drafting::Filter => {
                // Another search begins anew.
                self.drafting.clear_filter();
                self.focus = Focus::Filter;
                self.zoomed = None;
            }
            Drafting::Fold => self.fold_resource(),
            Drafting::Button => {
                let before = self.focus;
                self.focus = Focus::Button;
                let reactions = self.press(stage);
                if before == Focus::Answer && self.popups.is_empty() {
                    // Who reads the answer goes on to the next one.
                    self.focus = before;
                }
                return reactions;
            }
            Drafting::ListOrganizations => {
                let button = organizations_button(&stage.scene());
                return self.act(button.action, stage);
            }
            Drafting::Send => return self.send(stage),
            Drafting::SendSure(draft) => return send_now(*draft),
            Drafting::FetchAll => {
                let draft = Box::new(self.drafting.draft().clone());
                return request(RequestCommand::FetchAll(draft));
            }
            Drafting::Page { next } => return self.turn_page(next, stage),
            Drafting::Tab(tab) => self.show_tab(tab),
            Drafting::Answer(tab) => return self.turn_answer(tab, stage.engine),
            Drafting::Edit(slot) => self.edit_slot(slot, stage),
            Drafting::Type(slot) => self.type_into_slot(slot),
            Drafting::Set(slot, value) => self.set_slot(&slot, &value),
            Drafting::Switch(slot) => self.switch_slot(&slot),
            Drafting::Check(slot, value) => self.check(&slot, &value),
            Drafting::Language(language) => self.drafting.language = language,
            Drafting::CopyCode => return self.copy_code(stage),
            Drafting::SaveAs
            | Drafting::Save
            | Drafting::Pin
            | Drafting::Delete
            | Drafting::DeleteSure(_) => return self.on_keeping(&what),
            Drafting::Add => self.type_into_slot(match self.drafting.tab {
                RequestTab::Params => Slot::NewParameter,
                RequestTab::Headers => Slot::NewHeader,
                RequestTab::Body | RequestTab::Code => Slot::Body,
            }),
            Drafting::AddItem(path) => self.add_item(&path),
            Drafting::Remove => self.remove(stage),
            Drafting::RemoveSure(path) => self.remove_field(&path),
            Drafting::Reset => self.ask_to_reset(),
            Drafting::ResetSure => {
                let fresh = self.drafting.fresh().clone();
                self.drafting.change(|draft| *draft = fresh);
                self.drafting.forget_left();
            }
            Drafting::Write => return self.write_outside(),
            Drafting::Pick(what) => self.pick(what, stage),
            Drafting::Remember(name, value) => {
                self.say(
                    stage.now,
                    format!("{{{{{name}}}}} stands for it from now on"),
                );
                return request(RequestCommand::Remember(name, value));
            }
            Drafting::Use {
                operation,
                parameter,
                value,
            } => {
                self.drafting.take(&operation);
                self.drafting.change(|draft| draft.set(&parameter, &value));
                self.focus = Focus::Button;
            }
            Drafting::AskForScope(scope) => return self.ask_for_scope(scope, stage),
        }
        Vec::new()
    }

    /// Whether a call went out this very moment: Enter pressed twice is not to cancel what it has sent.
    pub(in crate::tui::ui) fn has_just_sent(&self, stage: &Stage<'_>) -> bool {
        let sending = stage.engine.requests().sending;
        let record = sending.and_then(|call| stage.engine.record(call));
        let on_button = matches!(self.focus, Focus::Button | Focus::List);
        on_button && record.is_some_and(|record| stage.now.duration_since(record.at) < TWICE)
    }

    /// Another answer came: from its beginning.
    pub fn show_answer(&mut self) {
        self.body_scroll = 0;
        self.findings_scroll = 0;
        self.drafting.line = 0;
        if !std::mem::take(&mut self.viewing.keeps) {
            self.drafting.answer = None;
        }
    }

    /// Another answer begins to come: what was looked for in the one before is forgotten.
    pub fn begin_answer(&mut self) {
        self.forget_viewing();
        self.show_answer();
    }

    /// The part of the answer that is shown: the one that was chosen, else what went wrong, else the body.
    pub fn answer_tab(&self, engine: &Engine, now: Timestamp) -> AnswerTab {
        let failed = || {
            // While another answer comes, what was found is about the one before.
            if engine.requests().arriving.is_some() {
                return false;
            }
            let found = engine.findings(now, Step::Requests);
            found
                .first()
                .is_some_and(|first| first.severity == Severity::Error)
        };
        match self.drafting.answer {
            Some(tab) => tab,
            None if failed() => AnswerTab::Findings,
            None => AnswerTab::Pretty,
        }
    }

    /// Folds or unfolds the resource selected.
    fn fold_resource(&mut self) {
        if let Entry::Resource(resource) = self.drafting.selected.clone() {
            if self.drafting.is_unfolded(&resource) {
                self.drafting.fold(&resource);
            } else {
                self.drafting.unfold(&resource);
            }
        }
    }

    /// Sends what is in hand; asks before what cannot be taken back, and before what changes production.
    fn send(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let draft = self.drafting.draft().clone();
        let Some(profile) = stage.engine.profile() else {
            return Vec::new();
        };
        if was_just_answered(&draft, stage) {
            self.say(
                stage.now,
                "It was sent a moment ago; once more sends it again",
            );
            return Vec::new();
        }
        let made = stage.engine.preview(&draft).ok();
        let requests = stage.engine.requests();
        // By what is really sent: a free request may name another company than the one chosen.
        let url = made
            .as_ref()
            .map(|made| call::url(&made.call, &profile.api.base_url));
        let organization = url.as_deref().and_then(organization_at);
        let organization = organization.as_deref();
        let why = caution(draft.operation(), &draft.method, organization, profile);
        let (Some(why), Some(made)) = (why, made) else {
            return send_now(draft);
        };
        let path = made
            .call
            .target
            .split('?')
            .next()
            .unwrap_or_default()
            .to_owned();
        let known = requests
            .organizations
            .iter()
            .find(|one| Some(one.id.as_str()) == organization);
        let company = match (known, organization) {
            (Some(known), Some(id)) => format!(" in {} ({id})", known.name),
            (None, Some(id)) => format!(" in organization {id}"),
            (_, None) => String::new(),
        };
        let at = profile.provider.environment.label();
        self.popups.push(Popup::Confirm(Confirm {
            question: format!("Send {}?", name_of(&draft)).into(),
            detail: format!("{} {path}{company}, {at}. {}", draft.method, why.words()).into(),
            answers: ["Do not send", "Send it"],
            selected: 0,
            otherwise: Then::Act(Action::Drafting(Drafting::SendSure(Box::new(draft)))),
        }));
        Vec::new()
    }

    /// Sends the request of the answer once more, for another page.
    fn turn_page(&mut self, next: bool, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(page) = answer::page_of(stage.engine) else {
            return Vec::new();
        };
        let Some(mut draft) = stage.engine.requests().sent.clone() else {
            return Vec::new();
        };
        let number = match next {
            true if page.has_next() => page.page + 1,
            false if page.page > 0 => page.page - 1,
            _ => return Vec::new(),
        };
        draft.set("page", &number.to_string());
        self.viewing.keeps = true;
        send_now(draft)
    }

    /// Asks before what was typed into the request goes.
    fn ask_to_reset(&mut self) {
        self.popups.push(Popup::Confirm(Confirm {
            question: format!("Reset {}?", name_of(self.drafting.draft())).into(),
            detail: "What you typed into it goes; the request is as it began.".into(),
            answers: ["Keep it", "Reset it"],
            selected: 0,
            otherwise: Then::Act(Action::Drafting(Drafting::ResetSure)),
        }));
    }

    /// Begins a run that asks for a scope as well.
    fn ask_for_scope(&mut self, scope: &'static str, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(profile) = stage.engine.profile() else {
            return Vec::new();
        };
        let mut scopes = profile.scopes.clone();
        if !scopes.iter().any(|own| own == scope) {
            scopes.push(scope.to_owned());
        }
        let own = profile.scopes.join(" ");
        let changes = LinkChanges::default().with_row("scope", Some(&own), Some(scopes.join(" ")));
        let in_this_run = Command::ChangeLink(changes.clone());
        if stage.engine.allows(&in_this_run) {
            self.show(Step::Link);
            return vec![Reaction::Command(in_this_run)];
        }
        let further = Reaction::Command(Command::NewRunWithLink(changes));
        self.leave_run(further, stage.engine)
    }
}

/// Whether this very request was sent a moment ago, and is answered by now.
fn was_just_answered(draft: &Draft, stage: &Stage<'_>) -> bool {
    let requests = stage.engine.requests();
    let record = requests.answered.and_then(|call| stage.engine.record(call));
    requests.sent.as_ref() == Some(draft)
        && record.is_some_and(|record| stage.now.duration_since(record.at) < TWICE)
}

/// The reaction that sends a draft.
fn send_now(draft: Draft) -> Vec<Reaction> {
    request(RequestCommand::Send(Box::new(draft)))
}

/// The reaction that hands this to the engine.
fn request(command: RequestCommand) -> Vec<Reaction> {
    vec![Reaction::Command(Command::Request(command))]
}
