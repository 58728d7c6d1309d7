//! The body of the request in hand: a form from its model where it has one, text where it has none.

use super::super::Scene;
use super::super::parts::{choice, counted, prose};
use super::{Action, Draft, Drafting, Mark, Row};
use crate::core::diagnose::refused_fields;
use crate::core::dinero::catalogue::{BodyKind, Kind, model};
use crate::core::dinero::draft::DraftBody;
use crate::core::dinero::form::{
    FormRow, FormValue, JsonTrouble, LONGEST, Step, rows as form_rows,
};
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::Slot;
use crate::tui::pane::{Fact, Value};
use crate::tui::screens::parts;
use crate::tui::screens::time;

/// Most rows of a form; what is beyond is edited as text.
const MOST: usize = 300;

/// The body as rows.
pub(super) fn rows(scene: &Scene<'_>, draft: &Draft) -> Vec<Row> {
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
        DraftBody::Text(text) => of_text(draft, text, &refused(scene, draft)),
    }
}

/// A value that Dinero refused: the way to it in lower case, what was sent, and what is wrong with it.
type Refused = (String, FormValue, String);

/// The values that Dinero refused when this was sent last.
fn refused(scene: &Scene<'_>, draft: &Draft) -> Vec<Refused> {
    let requests = scene.engine.requests();
    let record = requests.answered.and_then(|call| scene.engine.record(call));
    let response = record.and_then(|record| record.outcome.response());
    let response = response.filter(|response| response.status >= 400);
    let sent = requests.sent.as_ref();
    let sent = sent.filter(|sent| sent.operation.is_some() && sent.operation == draft.operation);
    let (Some(response), Some(sent)) = (response, sent) else {
        return Vec::new();
    };
    let body = sent.operation().and_then(|one| one.body.as_ref());
    let (Some(body), DraftBody::Text(text)) = (body, &sent.body) else {
        return Vec::new();
    };
    let named = refused_fields(&response.body.0);
    if named.is_empty() || text.len() > LONGEST {
        return Vec::new();
    }
    let form = form_rows(text, body).unwrap_or_default();
    let find = |(name, words): (String, String)| {
        let name = name.to_lowercase();
        let row = form.iter().find(|row| dotted(&row.path) == name)?;
        Some((name, row.value.clone(), words))
    };
    named.into_iter().filter_map(find).collect()
}

/// The way to a value as Dinero names it, in lower case: `productlines[0].description`.
fn dotted(path: &[Step]) -> String {
    path.iter().fold(String::new(), |text, step| match step {
        Step::Item(item) => format!("{text}[{item}]"),
        Step::Member(name) if text.is_empty() => name.to_lowercase(),
        Step::Member(name) => format!("{text}.{}", name.to_lowercase()),
    })
}

/// A text: as a form, or as it is.
fn of_text(draft: &Draft, text: &str, refused: &[Refused]) -> Vec<Row> {
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
            let mut rows: Vec<Row> = form
                .iter()
                .take(MOST)
                .map(|one| row(one, refused))
                .collect();
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
fn row(row: &FormRow, refused: &[Refused]) -> Row {
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
    // What was changed since is judged anew.
    let refusal = refused
        .iter()
        .find(|(way, sent, _)| *way == dotted(&row.path) && *sent == row.value)
        .map(|(.., words)| format!("Dinero: {words}"));
    let is_refused = refusal.is_some();
    let is_wrong = is_refused || row.trouble.is_some() && row.value != FormValue::Absent;
    let trouble = refusal.or_else(|| row.trouble.clone());
    let meaning = match (trouble, row.required) {
        (Some(trouble), _) => trouble,
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
            (Kind::List(_), FormValue::List(_)) if !is_refused && row.trouble.is_none() => {
                "Enter adds one".into()
            }
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
