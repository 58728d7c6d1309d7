//! What is done with the request in hand.

use super::super::act::{Reaction, Stage};
use super::super::popup::{Confirm, Popup, Then};
use super::super::{Focus, Ui};
use super::typing::Typing;
use super::{Entry, picking};
use crate::core::diagnose::Severity;
use crate::core::dinero::call;
use crate::core::dinero::catalogue::{BodyKind, Kind};
use crate::core::dinero::caution::{caution, organization_at};
use crate::core::dinero::draft::{Draft, DraftBody, Row};
use crate::core::dinero::filter::{self, Condition};
use crate::core::dinero::form::{self, FormValue, JsonTrouble, Step as Place};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::oauth::Step;
use crate::core::oauth::link::LinkChanges;
use crate::tui::action::Action;
use crate::tui::action::drafting::{AnswerTab, Drafting, Picking, RequestTab, Slot};
use crate::tui::flow::SpotKind;
use crate::tui::screens::requests::body::item_of;
use crate::tui::screens::requests::{answer, name_of};
use jiff::Timestamp;

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
            Drafting::Send => return self.send(stage),
            Drafting::SendSure(draft) => return send_now(*draft),
            Drafting::FetchAll => {
                let draft = Box::new(self.drafting.draft().clone());
                return request(RequestCommand::FetchAll(draft));
            }
            Drafting::Page { next } => return self.turn_page(next, stage),
            Drafting::Tab(tab) => self.show_tab(tab),
            Drafting::Answer(tab) => {
                self.show_answer();
                self.drafting.answer = Some(tab);
            }
            Drafting::Edit(slot) => self.edit_slot(slot),
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
            Drafting::Reset => {
                let fresh = self.drafting.fresh().clone();
                self.drafting.change(|draft| *draft = fresh);
            }
            Drafting::Write => return self.write_outside(),
            Drafting::Pick(what) => self.pick(what),
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

    /// Another answer came: from its beginning.
    pub fn show_answer(&mut self) {
        self.body_scroll = 0;
        self.findings_scroll = 0;
        self.drafting.line = 0;
        self.drafting.answer = None;
    }

    /// The part of the answer that is shown: the one that was chosen, else what went wrong, else the body.
    pub fn answer_tab(&self, engine: &Engine, now: Timestamp) -> AnswerTab {
        let failed = || {
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
        self.body_scroll = 0;
        self.drafting.line = 0;
        send_now(draft)
    }

    /// Changes a value in the way that fits it.
    fn edit_slot(&mut self, slot: Slot) {
        let draft = self.drafting.draft().clone();
        let kind = picking::kind(&draft, &slot);
        match (kind, &slot) {
            (_, Slot::Method) | (Some(Kind::Choice(_)), _) => self.pick(Picking::Value(slot)),
            (Some(Kind::Choices(_) | Kind::Fields), _) => self.pick(Picking::Values(slot)),
            (Some(Kind::Filter), Slot::Parameter(at)) => self.pick(Picking::Conditions(*at)),
            (Some(Kind::List(_)), Slot::Field(path)) => self.add_item(path),
            (Some(Kind::Object(_)), Slot::Field(_)) => self.switch_slot(&slot),
            (Some(Kind::Boolean), Slot::Field(path)) => {
                let row = picking::field(&draft, path);
                let is_true = row.is_some_and(|row| row.value == FormValue::Raw("true".to_owned()));
                self.set_slot(&slot, if is_true { "false" } else { "true" });
            }
            (Some(Kind::Boolean), Slot::Parameter(at)) => {
                let is_true = draft
                    .parameters
                    .get(*at)
                    .is_some_and(|row| row.on && row.value == "true");
                self.set_slot(&slot, if is_true { "false" } else { "true" });
            }
            _ => self.type_into_slot(slot),
        }
    }

    /// Adds an item to a list of the body.
    fn add_item(&mut self, path: &[Place]) {
        self.change_body(|text, body| {
            let text = form::switch(text, body, path, true).unwrap_or_else(|_| text.to_owned());
            form::add_item(&text, body, path)
        });
    }

    /// Changes the text of the body, where it can be taken apart.
    fn change_body(&mut self, change: impl FnOnce(&str, &BodyKind) -> Result<String, JsonTrouble>) {
        self.drafting.change(|draft| {
            let body = draft
                .operation()
                .and_then(|operation| operation.body.as_ref());
            if let (DraftBody::Text(text), Some(body)) = (&draft.body, body)
                && let Ok(text) = change(text, body)
            {
                draft.body = DraftBody::Text(text);
            }
        });
    }

    /// Opens the list for it.
    fn pick(&mut self, what: Picking) {
        self.popups.push(Popup::Pick {
            what: Box::new(what),
            selected: 0,
        });
    }

    /// Opens the field for it.
    pub(super) fn type_into_slot(&mut self, slot: Slot) {
        let typing = Typing::new(slot, self.drafting.draft());
        self.popups.push(Popup::Type(Box::new(typing)));
    }

    /// Takes what was typed; says why not, and keeps it, where it is none.
    pub(in crate::tui::ui) fn take_typed_value(&mut self) -> Vec<Reaction> {
        let Some(Popup::Type(typing)) = self.popups.last_mut() else {
            return Vec::new();
        };
        let value = typing.text();
        let slot = typing.slot.clone();
        if let Err(why) = typing.check() {
            typing.trouble = Some(why);
            return Vec::new();
        }
        self.popups.pop();
        if slot == Slot::Title {
            return vec![self.save_request_as(&value)];
        }
        self.set_slot(&slot, &value);
        Vec::new()
    }

    /// Gives a slot a value.
    fn set_slot(&mut self, slot: &Slot, value: &str) {
        let row = |name: &str, value: &str| Row {
            name: name.trim().to_owned(),
            value: value.trim().to_owned(),
            on: true,
        };
        if let Slot::Field(path) = slot {
            self.change_body(|text, body| form::set(text, body, path, value));
            return;
        }
        self.drafting.change(|draft| match slot {
            Slot::Field(_) | Slot::Title => {}
            Slot::Condition(at, field, operator) => {
                let known = draft
                    .operation()
                    .map_or(&[][..], |operation| &operation.filters);
                if let Some(own) = draft.parameters.get_mut(*at) {
                    let now = if own.on { own.value.as_str() } else { "" };
                    let mut conditions = filter::read(now, known).unwrap_or_default();
                    conditions.push(Condition {
                        field: field.clone(),
                        operator: *operator,
                        value: value.to_owned(),
                    });
                    own.value = filter::write(&conditions);
                    own.on = true;
                }
            }
            Slot::Method => draft.method = value.trim().to_ascii_uppercase(),
            Slot::Target => value.trim().clone_into(&mut draft.path),
            Slot::Parameter(at) => {
                let in_path = *at < draft.in_path();
                if let Some(own) = draft.parameters.get_mut(*at) {
                    value.clone_into(&mut own.value);
                    own.on = in_path || !value.is_empty();
                }
            }
            Slot::Header(at) => {
                if let Some(own) = draft.headers.get_mut(*at) {
                    value.clone_into(&mut own.value);
                    own.on = true;
                }
            }
            Slot::NewParameter => {
                let (name, value) = value.split_once('=').unwrap_or((value, ""));
                draft.parameters.push(row(name, value));
            }
            Slot::NewHeader => {
                let (name, value) = value.split_once(':').unwrap_or((value, ""));
                draft.headers.push(row(name, value));
            }
            Slot::Body if value.trim().is_empty() => draft.body = DraftBody::Nothing,
            Slot::Body => draft.body = DraftBody::Text(value.to_owned()),
            Slot::File => draft.body = DraftBody::File(value.trim().to_owned()),
        });
    }

    /// Switches the row on or off that does this on Enter.
    pub(in crate::tui::ui) fn switch_row(&mut self, what: &Drafting) {
        match what {
            Drafting::Edit(slot) => self.switch_slot(slot),
            Drafting::AddItem(path) => self.switch_slot(&Slot::Field(path.clone())),
            _ => {}
        }
    }

    /// Switches a row on or off; what stands in the path stays.
    pub(in crate::tui::ui) fn switch_slot(&mut self, slot: &Slot) {
        if let Slot::Field(path) = slot {
            let row = picking::field(self.drafting.draft(), path);
            let on = row.is_some_and(|row| row.value == FormValue::Absent);
            self.change_body(|text, body| form::switch(text, body, path, on));
            return;
        }
        self.drafting.change(|draft| {
            let in_path = draft.in_path();
            let row = match slot {
                Slot::Parameter(at) if *at >= in_path => draft.parameters.get_mut(*at),
                Slot::Header(at) => draft.headers.get_mut(*at),
                _ => None,
            };
            if let Some(row) = row {
                row.on = !row.on;
            }
        });
    }

    /// Switches one of several values of a list on or off.
    fn check(&mut self, slot: &Slot, value: &str) {
        let Slot::Parameter(at) = slot else { return };
        let draft = self.drafting.draft().clone();
        let Some(row) = draft.parameters.get(*at) else {
            return;
        };
        let now = if row.on { row.value.as_str() } else { "" };
        let on = |name: &str| name.trim().eq_ignore_ascii_case(value);
        let text = filter::toggle_field(now, value, !now.split(',').any(on));
        self.set_slot(slot, &text);
    }

    /// Takes the row that has the focus away, where it is one that the user added.
    fn remove(&mut self, stage: &Stage<'_>) {
        let Some(slot) = self.focused_slot(stage) else {
            return;
        };
        if let Slot::Field(path) = &slot {
            let item = item_of(path).map(<[Place]>::to_vec);
            self.change_body(|text, body| match &item {
                Some(item) => form::remove_item(text, body, item),
                None => form::switch(text, body, path, false),
            });
            return;
        }
        self.drafting.change(|draft| {
            let known = draft.operation().map_or(0, |operation| {
                operation.in_path.len() + operation.in_query.len()
            });
            match slot {
                Slot::Parameter(at) if at >= known && at < draft.parameters.len() => {
                    draft.parameters.remove(at);
                }
                Slot::Header(at) if at < draft.headers.len() => {
                    draft.headers.remove(at);
                }
                Slot::Body | Slot::File => draft.body = DraftBody::Nothing,
                _ => {}
            }
        });
    }

    /// The slot of the row that has the focus.
    fn focused_slot(&self, stage: &Stage<'_>) -> Option<Slot> {
        let Focus::Row(row) = self.focus else {
            return None;
        };
        let action = match &stage.areas.spots.get(row)?.kind {
            SpotKind::Fact(fact) => fact.action.clone()?,
            SpotKind::Choice(action) => action.clone(),
            SpotKind::Label(..) | SpotKind::Body => return None,
        };
        match action {
            Action::Drafting(Drafting::Edit(slot)) => Some(slot),
            Action::Drafting(Drafting::AddItem(path)) => Some(Slot::Field(path)),
            _ => None,
        }
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

/// The reaction that sends a draft.
fn send_now(draft: Draft) -> Vec<Reaction> {
    request(RequestCommand::Send(Box::new(draft)))
}

/// The reaction that hands this to the engine.
fn request(command: RequestCommand) -> Vec<Reaction> {
    vec![Reaction::Command(Command::Request(command))]
}
