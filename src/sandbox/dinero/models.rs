//! Bodies held against the models of the catalogue: what is missing, what is of another type.
//!
//! One set of data judges every body. Fields that no model has are dropped without a word, as Dinero was seen
//! to do.

use super::amount;
use super::bounds;
use super::call::Body;
use super::refusal::{Refusal, Wrong};
use super::rows::{Cell, Row};
use crate::core::dinero::catalogue::{BodyKind, Kind, Model, Operation, Parameter, model};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;
use serde_json::value::RawValue;

/// The most that is said to be wrong with a body.
const MOST_WRONG: usize = 100;

/// The body of an operation that sends JSON.
pub(super) fn read(operation: &Operation, bytes: &[u8]) -> Result<Body, Refusal> {
    let (name, is_list) = match &operation.body {
        Some(BodyKind::Object(name)) => (name, false),
        Some(BodyKind::List(name)) => (name, true),
        Some(BodyKind::File) | None => return Ok(Body::Nothing),
    };
    let Some(model) = model(name) else {
        return Ok(Body::Nothing);
    };
    let text =
        std::str::from_utf8(bytes).map_err(|_| Refusal::of_body("The body is not UTF-8."))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        if operation.body_is_optional {
            return Ok(Body::Nothing);
        }
        return Err(Refusal::of_body("The body is missing."));
    }
    let raw: &RawValue = serde_json::from_str(text)
        .map_err(|error| Refusal::of_body(format!("The body is not JSON: {error}.")))?;
    let mut wrong = Wrong::new();
    let body = if is_list {
        Body::List(list(model, raw.get(), "", &mut wrong))
    } else {
        Body::Object(object(model, raw.get(), "", &mut wrong))
    };
    wrong.truncate(MOST_WRONG);
    if wrong.is_empty() {
        Ok(body)
    } else {
        Err(Refusal::of_fields(wrong))
    }
}

/// Why a parameter of the query does not do.
pub(super) fn check_query(parameter: &Parameter, given: Option<&str>) -> Option<String> {
    let Some(text) = given else {
        return parameter.required.then(|| "must be given".to_owned());
    };
    let why = match &parameter.kind {
        Kind::Integer if text.parse::<u32>().is_err() => "must be a whole number, 0 or more",
        Kind::Boolean if !is_boolean(text) => "must be true or false",
        Kind::Date if text.parse::<Date>().is_err() => "must be YYYY-MM-DD",
        Kind::Day if day(text).is_none() => "must be yyyy/MM/dd",
        Kind::Moment if text.parse::<Timestamp>().is_err() => "must be YYYY-MM-DDTHH:mm:ssZ",
        Kind::Choice(values) if !holds(values, text) => {
            return Some(format!("must be {}", values.join(" or ")));
        }
        _ => return None,
    };
    Some(why.to_owned())
}

/// A day as `yyyy/MM/dd`.
pub(super) fn day(text: &str) -> Option<Date> {
    Date::strptime("%Y/%m/%d", text).ok()
}

fn is_boolean(text: &str) -> bool {
    text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false")
}

fn holds(values: &[String], text: &str) -> bool {
    values.iter().any(|value| value.eq_ignore_ascii_case(text))
}

/// An array of a model.
fn list(model: &Model, text: &str, at: &str, wrong: &mut Wrong) -> Vec<Row> {
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else {
        wrong.push((named(at, "body"), "must be an array".to_owned()));
        return Vec::new();
    };
    let rows = items.iter().enumerate();
    rows.map(|(nth, item)| object(model, item.get(), &format!("{at}[{nth}]"), wrong))
        .collect()
}

/// An object of a model: its fields in the order and under the names of the model.
fn object(model: &Model, text: &str, at: &str, wrong: &mut Wrong) -> Row {
    let given: Row = match serde_json::from_str(text) {
        Ok(row) => row,
        Err(error) => {
            let why = if text.starts_with('{') {
                error.to_string()
            } else {
                "must be an object".to_owned()
            };
            wrong.push((named(at, "body"), why));
            return Row::default();
        }
    };
    let before = wrong.len();
    let mut row = Row::default();
    for field in &model.fields {
        let place = if at.is_empty() {
            field.name.clone()
        } else {
            format!("{at}.{}", field.name)
        };
        match given.cell(&field.name).filter(|cell| !cell.is_null()) {
            Some(cell) => row = row.with(&field.name, value(field, cell, &place, wrong)),
            None if field.required => wrong.push((place, "must be given".to_owned())),
            None => {}
        }
    }
    if wrong.len() == before {
        bounds::check(&model.name, &row, at, wrong);
    }
    row
}

fn named(at: &str, otherwise: &str) -> String {
    if at.is_empty() {
        otherwise.to_owned()
    } else {
        at.to_owned()
    }
}

/// A value of a field; what is of a model itself without what the model does not have.
fn value(field: &Parameter, cell: &Cell, place: &str, wrong: &mut Wrong) -> Cell {
    let nested = |name: &str| model(name);
    match &field.kind {
        Kind::Object(name) => {
            if let Some(model) = nested(name) {
                return Cell::from_row(&object(model, cell.json(), place, wrong));
            }
        }
        Kind::List(name) => {
            if let Some(model) = nested(name) {
                return Cell::from_rows(&list(model, cell.json(), place, wrong));
            }
        }
        _ => {}
    }
    if let Some(why) = fault(field, cell) {
        wrong.push((place.to_owned(), why));
    }
    cell.clone()
}

/// Why a value is none of its field.
fn fault(field: &Parameter, cell: &Cell) -> Option<String> {
    let text = match serde_json::from_str::<Value>(cell.json()) {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    };
    let is_number = cell
        .json()
        .starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let of_text = |does: fn(&str) -> bool, why: &str| match &text {
        Some(text) if does(text) => None,
        _ => Some(why.to_owned()),
    };
    match &field.kind {
        Kind::Integer if is_number && cell.json().parse::<i64>().is_ok() => None,
        Kind::Integer => Some("must be a whole number".to_owned()),
        Kind::Number if !is_number => Some("must be a number".to_owned()),
        Kind::Number if amount::millionths(cell.json()).is_none() => {
            Some("must be below a trillion".to_owned())
        }
        Kind::Number => None,
        Kind::Boolean if matches!(cell.json(), "true" | "false") => None,
        Kind::Boolean => Some("must be true or false".to_owned()),
        Kind::Date => of_text(|text| text.parse::<Date>().is_ok(), "must be YYYY-MM-DD"),
        Kind::Day => of_text(|text| day(text).is_some(), "must be yyyy/MM/dd"),
        Kind::Moment => of_text(
            |text| text.parse::<Timestamp>().is_ok(),
            "must be YYYY-MM-DDTHH:mm:ssZ",
        ),
        Kind::Guid => of_text(is_guid, "must be a UUID"),
        Kind::Choice(values) => match &text {
            Some(text) if holds(values, text) => None,
            _ => Some(format!("must be one of {}", values.join(", "))),
        },
        Kind::Object(_) if cell.json().starts_with('{') => None,
        Kind::Object(_) => Some("must be an object".to_owned()),
        Kind::List(_) if cell.json().starts_with('[') => None,
        Kind::List(_) => Some("must be an array".to_owned()),
        Kind::Text | Kind::Choices(_) | Kind::Fields | Kind::Filter => match &text {
            None => Some("must be a text".to_owned()),
            Some(text) if field.required && text.trim().is_empty() => {
                Some("must not be empty".to_owned())
            }
            Some(_) => None,
        },
    }
}

/// Whether that is a UUID, with its dashes or without.
fn is_guid(text: &str) -> bool {
    let digits = text.replace('-', "");
    let dashed = text.len() == 36
        && text
            .match_indices('-')
            .map(|(at, _)| at)
            .eq([8, 13, 18, 23]);
    digits.len() == 32
        && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        && (dashed || text.len() == 32)
}
