//! The body of the request in hand: a form from its model where it has one, text where it has none.

use super::super::Scene;
use super::super::parts::{choice, counted, prose};
use super::{Action, Draft, Drafting, Mark, Row};
use crate::core::dinero::catalogue::{BodyKind, Kind, model};
use crate::core::dinero::draft::DraftBody;
use crate::core::dinero::form::{FormRow, FormValue, JsonTrouble, LONGEST, rows as form_rows};
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::Slot;
use crate::tui::pane::{Fact, Value};
use crate::tui::screens::parts;
use crate::tui::screens::time;

/// Most rows of a form; what is beyond is edited as text.
const MOST: usize = 300;

/// The body as rows.
pub(super) fn rows(_scene: &Scene<'_>, draft: &Draft) -> Vec<Row> {
    let edit = |slot| Action::Drafting(Drafting::Edit(slot));
    match &draft.body {
        DraftBody::Nothing => vec![
            prose("Nothing is sent along."),
            choice(Mark::None, "+ a body", "a", edit(Slot::Body)),
        ],
        DraftBody::File(path) => {
            let value = if path.is_empty() { "–" } else { path };
            vec![choice(
                Mark::On,
                format!("file   {value}"),
                "multipart, 6 MB at most",
                edit(Slot::File),
            )]
        }
        DraftBody::Text(text) => of_text(draft, text),
    }
}

/// A text: as a form, or as it is.
fn of_text(draft: &Draft, text: &str) -> Vec<Row> {
    let as_text = |right: String| {
        let edit = Action::Drafting(Drafting::Edit(Slot::Body));
        choice(Mark::None, "edit as text", right, edit)
    };
    if text.len() > LONGEST {
        let size = time::size(text.len());
        return vec![
            prose(format!("{size} of text: too much for a form.")),
            as_text(size),
        ];
    }
    let size = parts::counted(text.lines().count(), "line");
    let body = draft
        .operation()
        .and_then(|operation| operation.body.as_ref());
    match body
        .filter(|_| draft.is_json())
        .map(|body| (body, form_rows(text, body)))
    {
        Some((body, Ok(form))) => {
            let mut rows: Vec<Row> = form.iter().take(MOST).map(row).collect();
            if form.len() > MOST {
                rows.push(prose(format!("… {} more, as text", form.len() - MOST)));
            }
            if is_partial(body) {
                rows.push(prose(
                    "· Dinero has more fields than are known here: add them as text.",
                ));
            }
            rows.push(as_text(size));
            rows
        }
        Some((_, Err(trouble))) => {
            let mut rows = vec![prose(format!("✗ {trouble}")), as_text(size)];
            rows.push(Row::Raw(parts::bounded(Visible::lines(text))));
            rows
        }
        None => vec![
            as_text(size),
            Row::Raw(parts::bounded(Visible::lines(text))),
        ],
    }
}

/// What is wrong with the text of a body that is to be JSON.
pub(super) fn trouble(draft: &Draft) -> Option<JsonTrouble> {
    let DraftBody::Text(text) = &draft.body else {
        return None;
    };
    if text.len() > LONGEST || !draft.is_json() || draft.operation.is_none() {
        return None;
    }
    crate::core::dinero::form::troubles(text).into_iter().next()
}

/// Whether Dinero has more fields than the model.
fn is_partial(body: &BodyKind) -> bool {
    let name = match body {
        BodyKind::Object(name) | BodyKind::List(name) => name,
        BodyKind::File => return false,
    };
    model(name).is_some_and(|model| model.partial)
}

/// A row of the form.
fn row(row: &FormRow) -> Row {
    let slot = Slot::Field(row.path.clone());
    let indent = "  ".repeat(row.depth.min(8));
    let (value, mark) = match &row.value {
        FormValue::Absent => (Value::Nothing, Mark::Off),
        FormValue::Null => (Value::Plain("null".into()), Mark::On),
        FormValue::Text(text) if text.is_empty() => (Value::Plain("\"\"".into()), Mark::On),
        FormValue::Text(text) | FormValue::Raw(text) => {
            (Value::Plain(text.as_str().into()), Mark::On)
        }
        FormValue::Object => (Value::Plain("".into()), Mark::Note),
        FormValue::List(items) => (Value::Plain(counted(*items, "item").into()), Mark::On),
    };
    let is_wrong = row.trouble.is_some() && row.value != FormValue::Absent;
    let meaning = match (&row.trouble, row.required) {
        (Some(trouble), _) => trouble.clone(),
        (None, true) if row.meaning.is_empty() => "required".to_owned(),
        (None, true) => format!("required, {}", row.meaning),
        (None, false) if !row.known => "not in the catalogue".to_owned(),
        (None, false) => meaning(row),
    };
    let action = match (&row.kind, &row.value) {
        (Kind::List(_), FormValue::List(_)) => Drafting::AddItem(row.path.clone()),
        _ => Drafting::Edit(slot),
    };
    Row::Fact(Fact {
        mark: if is_wrong || (row.required && row.value == FormValue::Absent) {
            Mark::Error
        } else {
            mark
        },
        name: Visible::of(&format!("{indent}{}", row.name)),
        value,
        meaning: match (&row.kind, &row.value) {
            (Kind::List(_), FormValue::List(_)) if row.trouble.is_none() => "Enter adds one".into(),
            _ => meaning.into(),
        },
        action: Some(Action::Drafting(action)),
        changed: false,
    })
}

/// What a field means, with what it may be.
fn meaning(row: &FormRow) -> String {
    match &row.kind {
        Kind::Choice(values) | Kind::Choices(values) if row.meaning.is_empty() => values.join(" "),
        _ => row.meaning.clone(),
    }
}
