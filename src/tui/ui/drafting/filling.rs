//! A request is filled in: values are edited, switched, chosen, typed, taken away.

use super::super::act::{Reaction, Stage};
use super::super::popup::{Confirm, Popup, Then};
use super::super::{Focus, Ui};
use super::picking::{self, field_text};
use super::typing::Typing;
use crate::core::dinero::catalogue::{BodyKind, Kind};
use crate::core::dinero::draft::{Draft, DraftBody, Row};
use crate::core::dinero::filter::{self, Condition};
use crate::core::dinero::form::{self, FormValue, JsonTrouble, Step as Place};
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::action::drafting::{Drafting, Picking, Slot};
use crate::tui::flow::SpotKind;
use crate::tui::pane::Mark;
use jiff::Timestamp;

impl Ui {
    /// Changes a value in the way that fits it.
    pub(super) fn edit_slot(&mut self, slot: Slot, stage: &Stage<'_>) {
        let draft = self.drafting.draft().clone();
        let kind = picking::kind(&draft, &slot);
        match (kind, &slot) {
            (_, Slot::Method) | (Some(Kind::Choice(_)), _) => {
                self.pick(Picking::Value(slot), stage);
            }
            (Some(Kind::Choices(_) | Kind::Fields), _) => self.pick(Picking::Values(slot), stage),
            (Some(Kind::Filter), Slot::Parameter(at)) => self.pick(Picking::Conditions(*at), stage),
            (Some(Kind::List(_)), Slot::Field(path)) => self.add_item(path),
            // What has rows of its own is changed in them, or as text.
            (Some(_), Slot::Field(path)) if is_there_as_a_whole(&draft, path) => {
                self.type_into_slot(Slot::Body);
            }
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
    pub(super) fn add_item(&mut self, path: &[Place]) {
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

    /// Opens the list for it, at the value it has now.
    pub(super) fn pick(&mut self, what: Picking, stage: &Stage<'_>) {
        let is_one = !matches!(what, Picking::Conditions(_));
        let rows = picking::rows(self, &what, stage);
        let marked = rows.choices().position(|row| row.mark != Mark::None);
        self.popups.push(Popup::Pick {
            what: Box::new(what),
            selected: marked.filter(|_| is_one).unwrap_or_default(),
        });
    }

    /// Opens the field for it.
    pub(super) fn type_into_slot(&mut self, slot: Slot) {
        let mut typing = Typing::new(slot, self.drafting.draft());
        // What was left with Esc is there again.
        if let Some(text) = self.drafting.take_left(&typing.slot) {
            typing.replace(&text);
        }
        self.popups.push(Popup::Type(Box::new(typing)));
    }

    /// Leaves what is typed: it is there when it is opened again.
    pub(in crate::tui::ui) fn leave_typing(&mut self, typing: &Typing, now: Timestamp) {
        if !typing.is_changed() {
            return;
        }
        self.drafting.keep_left(typing.slot.clone(), typing.text());
        self.say(
            now,
            "Not taken; what you typed is there when you open it again",
        );
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
    pub(super) fn set_slot(&mut self, slot: &Slot, value: &str) {
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
                // A space beside a value of the path was never meant.
                let value = if in_path { value.trim() } else { value };
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
            let draft = self.drafting.draft();
            if is_there_as_a_whole(draft, path) {
                // It holds rows: taking those away is what Del is for.
                return;
            }
            let row = picking::field(draft, path);
            let text = row.map(|row| field_text(&row.value)).unwrap_or_default();
            let on = row_is_absent(draft, path);
            let before = self.drafting.take_unticked(slot);
            match before.filter(|_| on) {
                Some(value) => self.change_body(|text, body| form::set(text, body, path, &value)),
                None => self.change_body(|text, body| form::switch(text, body, path, on)),
            }
            if !on && !text.is_empty() {
                self.drafting.keep_unticked(slot.clone(), text);
            }
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
    pub(super) fn check(&mut self, slot: &Slot, value: &str) {
        let Slot::Parameter(at) = slot else { return };
        let draft = self.drafting.draft().clone();
        let Some(row) = draft.parameters.get(*at) else {
            return;
        };
        let now = row.value.as_str();
        let on = |name: &str| name.trim().eq_ignore_ascii_case(value);
        let text = filter::toggle_field(now, value, !now.split(',').any(on));
        self.set_slot(slot, &text);
    }

    /// Takes the row that has the focus away, where it is one that the user added or a part of the body; never
    /// the whole body.
    pub(super) fn remove(&mut self, stage: &Stage<'_>) {
        let Some(slot) = self.focused_slot(stage) else {
            return;
        };
        if let Slot::Field(path) = slot {
            if is_there_as_a_whole(self.drafting.draft(), &path) {
                self.ask_to_remove(path);
            } else {
                self.remove_field(&path);
            }
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
                _ => {}
            }
        });
    }

    /// Takes a part of the body away.
    pub(super) fn remove_field(&mut self, path: &[Place]) {
        self.change_body(|text, body| form::switch(text, body, path, false));
    }

    /// Asks before what holds rows goes with them.
    fn ask_to_remove(&mut self, path: Vec<Place>) {
        let row = picking::field(self.drafting.draft(), &path);
        let name = row.map(|row| row.name).unwrap_or_default();
        self.popups.push(Popup::Confirm(Confirm {
            question: format!("Take {} away?", Visible::of(&name)).into(),
            detail: "What was typed into its rows goes with it.".into(),
            answers: ["Keep it", "Take it away"],
            selected: 0,
            otherwise: Then::Act(Action::Drafting(Drafting::RemoveSure(path))),
        }));
    }

    /// The slot of the row that has the focus.
    fn focused_slot(&self, stage: &Stage<'_>) -> Option<Slot> {
        let Focus::Row(row) = self.focus else {
            return None;
        };
        let action = match &stage.areas.spots.get(row)?.kind {
            SpotKind::Fact(fact) => fact.action.clone()?,
            SpotKind::Choice(action) => action.clone(),
            SpotKind::Label(..) => return None,
        };
        match action {
            Action::Drafting(Drafting::Edit(slot)) => Some(slot),
            Action::Drafting(Drafting::AddItem(path)) => Some(Slot::Field(path)),
            _ => None,
        }
    }
}

/// Whether a member is not there that could be.
fn row_is_absent(draft: &Draft, path: &[Place]) -> bool {
    let row = picking::field(draft, path);
    row.is_some_and(|row| row.value == FormValue::Absent)
}

/// Whether an object or a list with items stands at a path of the body.
fn is_there_as_a_whole(draft: &Draft, path: &[Place]) -> bool {
    let row = picking::field(draft, path);
    row.is_some_and(|row| matches!(row.value, FormValue::Object | FormValue::List(1..)))
}
