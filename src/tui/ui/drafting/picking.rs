//! What is chosen from a list: values of parameters, and what is done with a value of an answer.

use super::super::Ui;
use super::super::act::Stage;
use super::super::menu::Menu;
use crate::core::dinero::catalogue::{self, Kind, Operation, Parameter, operation_at};
use crate::core::dinero::draft::{Draft, DraftBody};
use crate::core::dinero::filter::{self, Operator};
use crate::core::dinero::form::{self, FormRow, FormValue, Step};
use crate::core::export::snippet::Language;
use crate::core::wire::visible::Visible;
use crate::tui::action::Action;
use crate::tui::action::drafting::{Drafting, Picking, Slot};
use crate::tui::pane::Mark;
use crate::tui::screens::requests::list::method;
use url::Url;

/// The methods that are offered.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"];

/// Most operations that a value of an answer is offered for.
const USES: usize = 12;

/// The rows of a list.
pub fn rows(ui: &Ui, what: &Picking, stage: &Stage<'_>) -> Menu {
    let draft = ui.drafting.draft();
    let mut menu = Menu::default();
    match what {
        Picking::Value(slot) => values(draft, slot, &mut menu),
        Picking::Values(slot) => checks(draft, slot, &mut menu),
        Picking::Conditions(at) => conditions(draft, *at, &mut menu),
        Picking::OfAnswer { name, value } => uses(name, value, stage, &mut menu),
        Picking::Variables => variables(stage, &mut menu),
        Picking::Language => {
            for language in Language::ALL {
                let choose = Action::Drafting(Drafting::Language(language));
                menu.choice(language.name(), "", choose);
                menu.mark_if(ui.drafting.language == language);
            }
        }
    }
    menu
}

/// The title of a list.
pub fn title(ui: &Ui, what: &Picking) -> String {
    let draft = ui.drafting.draft();
    match what {
        Picking::Value(Slot::Method) => "Which method?".to_owned(),
        Picking::Value(slot) | Picking::Values(slot) => match slot {
            Slot::Parameter(at) => draft.parameters.get(*at).map(|row| row.name.clone()),
            Slot::Field(path) => field(draft, path).map(|row| row.name),
            _ => None,
        }
        .unwrap_or_default(),
        Picking::Conditions(_) => "queryFilter".to_owned(),
        Picking::OfAnswer { name, .. } => format!("Use {name}"),
        Picking::Variables => "What {{name}} stands for".to_owned(),
        Picking::Language => "In which language?".to_owned(),
    }
}

/// What a slot may be.
pub fn kind(draft: &Draft, slot: &Slot) -> Option<Kind> {
    match slot {
        Slot::Parameter(at) => Some(draft.known(*at)?.kind.clone()),
        Slot::Field(path) => Some(field(draft, path)?.kind),
        _ => None,
    }
}

/// The row of the body at a path.
pub fn field(draft: &Draft, path: &[Step]) -> Option<FormRow> {
    let DraftBody::Text(text) = &draft.body else {
        return None;
    };
    let body = draft.operation()?.body.as_ref()?;
    let rows = form::rows(text, body).ok()?;
    rows.into_iter().find(|row| row.path == path)
}

/// The text of a value of the body, as it is edited.
pub fn field_text(value: &FormValue) -> String {
    match value {
        FormValue::Text(text) | FormValue::Raw(text) => text.clone(),
        FormValue::Absent | FormValue::Null | FormValue::Object | FormValue::List(_) => {
            String::new()
        }
    }
}

/// One of several values.
fn values(draft: &Draft, slot: &Slot, menu: &mut Menu) {
    let set = |value: &str| Action::Drafting(Drafting::Set(slot.clone(), value.to_owned()));
    if *slot == Slot::Method {
        for method in METHODS {
            menu.choice(method, "", set(method));
            menu.mark_if(draft.method == method);
        }
    }
    let now = match slot {
        Slot::Parameter(at) => draft
            .parameters
            .get(*at)
            .filter(|row| row.on)
            .map(|row| row.value.clone()),
        Slot::Field(path) => field(draft, path).map(|row| field_text(&row.value)),
        _ => None,
    };
    if let Some(Kind::Choice(values)) = kind(draft, slot) {
        for value in values {
            menu.choice(value.as_str(), "", set(&value));
            menu.mark_if(now.as_ref() == Some(&value));
        }
    }
    let typed = Action::Drafting(Drafting::Type(slot.clone()));
    menu.choice("something else, typed", "", typed);
}

/// Several of them, each switched by itself.
fn checks(draft: &Draft, slot: &Slot, menu: &mut Menu) {
    let Slot::Parameter(at) = slot else { return };
    let Some(row) = draft.parameters.get(*at) else {
        return;
    };
    let known: Vec<String> = match kind(draft, slot) {
        Some(Kind::Choices(values)) => values,
        Some(Kind::Fields) => draft
            .operation()
            .map(|operation| operation.answer_fields().map(str::to_owned).collect())
            .unwrap_or_default(),
        _ => Vec::new(),
    };
    let chosen: Vec<&str> = row
        .value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let is_on = |value: &str| chosen.iter().any(|own| own.eq_ignore_ascii_case(value));
    let own = chosen
        .iter()
        .filter(|name| !known.iter().any(|value| value.eq_ignore_ascii_case(name)));
    for value in known.iter().map(String::as_str).chain(own.copied()) {
        let glyph = if is_on(value) { "[x]" } else { "[ ]" };
        let check = Action::Drafting(Drafting::Check(slot.clone(), value.to_owned()));
        menu.choice(format!("{glyph} {}", Visible::of(value)), "", check);
    }
    let typed = Action::Drafting(Drafting::Type(slot.clone()));
    menu.choice("type them", "", typed);
}

/// The conditions of a filter: those that are there can be taken away, others be added.
fn conditions(draft: &Draft, at: usize, menu: &mut Menu) {
    let Some((row, operation)) = draft.parameters.get(at).zip(draft.operation()) else {
        return;
    };
    let now = if row.on { row.value.as_str() } else { "" };
    match filter::read(now, &operation.filters) {
        Ok(conditions) => {
            for (place, condition) in conditions.iter().enumerate() {
                let mut others = conditions.clone();
                others.remove(place);
                let without = Drafting::Set(Slot::Parameter(at), filter::write(&others));
                let text = filter::write(std::slice::from_ref(condition));
                menu.choice(
                    Visible::of(&text),
                    "take it away",
                    Action::Drafting(without),
                );
                menu.mark_if(true);
            }
            for field in &operation.filters {
                for operator in Operator::ALL {
                    let slot = Slot::Condition(at, field.clone(), operator);
                    let text = format!("+ {field} {} …", operator.name());
                    menu.choice(text, "", Action::Drafting(Drafting::Type(slot)));
                }
            }
        }
        Err(why) => menu.note(Mark::Error, Visible::of(&why)),
    }
    let typed = Action::Drafting(Drafting::Type(Slot::Parameter(at)));
    menu.choice("type it", "", typed);
}

/// What a value of the answer can be used for: under a name, or in another operation at once.
fn uses(name: &str, value: &str, stage: &Stage<'_>, menu: &mut Menu) {
    let answered = answered(stage);
    let variable = variable_name(name, answered);
    menu.choice(
        format!("remember it as {{{{{variable}}}}}"),
        "for any request",
        Action::Drafting(Drafting::Remember(variable.clone(), value.to_owned())),
    );
    let text = value.to_owned();
    menu.choice(
        "copy it",
        "",
        Action::Copy {
            text,
            what: "the value",
        },
    );
    let all = &catalogue::catalogue().operations;
    let fitting = all
        .iter()
        .filter(|one| !one.deprecated && one.newer.is_none());
    let fitting = fitting.filter_map(|one| Some((one, place_for(one, &variable, answered)?)));
    for (operation, parameter) in fitting.take(USES) {
        menu.choice(
            format!(
                "{:<4} {}, {}",
                method(operation),
                operation.resource,
                operation.label
            ),
            format!("as {parameter}"),
            Action::Drafting(Drafting::Use {
                operation: operation.name.clone(),
                parameter: parameter.to_owned(),
                value: value.to_owned(),
            }),
        );
    }
}

/// The operation that was answered.
fn answered(stage: &Stage<'_>) -> Option<&'static Operation> {
    let record = stage.engine.record(stage.engine.requests().answered?)?;
    let url = Url::parse(&record.request.url).ok()?;
    operation_at(&record.request.method, url.path())
}

/// What a value is called beyond its answer: a contact's `ContactGuid` and `Guid` alike are a `contactGuid`.
fn variable_name(name: &str, answered: Option<&Operation>) -> String {
    let own = match (name, answered) {
        ("Guid" | "guid" | "Id" | "id", Some(answered)) => {
            let singular = answered.resource.trim_end_matches('s').replace(' ', "");
            let end = if name.eq_ignore_ascii_case("id") {
                "Id"
            } else {
                "Guid"
            };
            format!("{singular}{end}")
        }
        _ => name.chars().filter(char::is_ascii_alphanumeric).collect(),
    };
    let mut letters = own.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "value".to_owned(),
    }
}

/// The parameter of an operation's path that takes such a value.
fn place_for<'a>(
    operation: &'a Operation,
    variable: &str,
    answered: Option<&Operation>,
) -> Option<&'a str> {
    let of_same = answered.is_some_and(|answered| answered.resource == operation.resource);
    let of_resource = variable
        .strip_suffix("Guid")
        .or_else(|| variable.strip_suffix("Id"))
        .is_some_and(|start| {
            let resource = operation.resource.to_lowercase().replace(' ', "");
            !start.is_empty() && resource.trim_end_matches('s') == start.to_lowercase()
        });
    let named = |parameter: &&Parameter| parameter.name == *variable;
    let generic = |parameter: &&Parameter| {
        matches!(parameter.name.as_str(), "guid" | "id")
            && (of_resource || (of_same && variable.is_empty()))
    };
    let mut own = operation.in_path.iter();
    own.find(|parameter| named(parameter) || generic(parameter))
        .map(|parameter| parameter.name.as_str())
}

/// Everything that `{{name}}` can stand for.
fn variables(stage: &Stage<'_>, menu: &mut Menu) {
    for (name, value, source) in stage.engine.requests().variables.all() {
        let text = format!("{{{{{name}}}}}   {}", Visible::of(&value));
        let whole = format!("{{{{{name}}}}}");
        menu.choice(
            text,
            source.words(),
            Action::Copy {
                text: whole,
                what: "the variable",
            },
        );
    }
    menu.note(
        Mark::Note,
        "Enter on a value of an answer adds one; [variables] of the profile and DINERO_ variables are there too.",
    );
}
