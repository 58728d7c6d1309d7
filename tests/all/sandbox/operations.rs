//! Every operation of the catalogue against the sandbox: answered, and in the shape that the catalogue says.
//!
//! And the catalogue against a list that was written from the reference without it.

mod prepared;

use super::caller::{COMPANY, Caller};
use super::walk::Answer;
use dineroscope::core::dinero::catalogue::{
    self, Answer as Shape, BodyKind, Kind, Model, Operation, Parameter,
};
use prepared::prepared;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// A call with the names of its parameters left out.
fn bare(call: &str) -> String {
    let segments = call.split('/').map(|segment| {
        if segment.starts_with('{') {
            "{}"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn the_catalogue_has_every_operation_of_the_reference_and_no_other() {
    let list = include_str!("../../fixtures/dinero-operations.txt");
    let calls = list
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let written: Vec<String> = calls.map(bare).collect();
    let known = catalogue::catalogue().operations.iter();
    let known: BTreeSet<String> = known
        .map(|one| bare(&format!("{} {}", one.method, one.path)))
        .collect();
    let set: BTreeSet<String> = written.iter().cloned().collect();
    assert_eq!(set.len(), written.len(), "one stands twice");
    assert_eq!(
        known.difference(&set).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
    assert_eq!(
        set.difference(&known).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn every_operation_is_answered_in_its_shape() {
    let caller = Caller::new();
    let days = json!({"toDate": "2026-03-31", "changesTo": "2026-03-31T00:00:00Z"});
    let days = days.as_object().unwrap();
    for operation in &catalogue::catalogue().operations {
        let (values, given) = prepared(&caller, operation);
        let mut values = values.into_iter();
        let segments = operation.path.split('/').map(|segment| match segment {
            "{organizationId}" => COMPANY.to_string(),
            segment if segment.starts_with('{') => values.next().unwrap(),
            segment => segment.to_owned(),
        });
        let path = segments.collect::<Vec<_>>().join("/");
        assert_eq!(values.next(), None, "{}", operation.name);
        let query: Vec<String> = operation
            .in_query
            .iter()
            .filter(|one| one.required)
            .map(|one| format!("{}={}", one.name, plain(&sample(one, days))))
            .collect();
        let target = format!("{path}?{}", query.join("&"));
        let answer = match &operation.body {
            Some(BodyKind::File) => {
                let below = path.replacen(&format!("/v1/{COMPANY}/"), "v1/", 1);
                caller.send_file(&below, "bilag.pdf", "application/pdf", "%PDF-1.4")
            }
            Some(BodyKind::Object(model)) => send(
                &caller,
                operation,
                &target,
                &object(known(model), &given).to_string(),
            ),
            Some(BodyKind::List(model)) => send(
                &caller,
                operation,
                &target,
                &json!([object(known(model), &given)]).to_string(),
            ),
            None => send(&caller, operation, &target, ""),
        };
        assert!(
            answer.status < 400,
            "{}: {target}: {answer:?}",
            operation.name
        );
        assert_shape(operation, &answer);
    }
}

fn send(caller: &Caller, operation: &Operation, target: &str, body: &str) -> Answer {
    caller.send(
        &operation.method,
        target,
        &["Content-Type: application/json"],
        body,
    )
}

fn known(name: &str) -> &'static Model {
    catalogue::model(name).unwrap()
}

/// A body of that model: what is required and what is given.
fn object(model: &Model, given: &Map<String, Value>) -> Value {
    let fields = model
        .fields
        .iter()
        .filter(|field| field.required || given.contains_key(&field.name));
    let pairs = fields.map(|field| (field.name.clone(), sample(field, given)));
    Value::Object(pairs.collect())
}

/// A value that a field may have.
fn sample(field: &Parameter, given: &Map<String, Value>) -> Value {
    if let Some(value) = given.get(&field.name) {
        return value.clone();
    }
    let default = field.default.as_deref();
    match &field.kind {
        Kind::Integer => json!(default.map_or(1, |text| text.parse::<i64>().unwrap())),
        Kind::Number => json!(default.map_or(1.0, |text| text.parse::<f64>().unwrap())),
        Kind::Boolean => json!(default == Some("true")),
        Kind::Date => json!("2026-03-01"),
        Kind::Moment => json!("2026-03-01T00:00:00Z"),
        Kind::Day => json!("2026/03/01"),
        Kind::Guid => json!("6f1c1f0e-0b0e-4d0e-8d0e-6f1c1f0e0b0e"),
        Kind::Choice(values) | Kind::Choices(values) => json!(values[0]),
        Kind::Object(model) => object(known(model), given),
        Kind::List(model) => json!([object(known(model), given)]),
        Kind::Text | Kind::Fields | Kind::Filter => json!(default.unwrap_or("Æble")),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Holds that an answer is what the catalogue says it is.
fn assert_shape(operation: &Operation, answer: &Answer) {
    let name = &operation.name;
    match &operation.answer {
        Shape::Page(model) => {
            let body = answer.json();
            assert_eq!(body["Pagination"]["MaxPageSizeAllowed"], 1000, "{name}");
            assert_rows(operation, known(model), &body["Collection"]);
        }
        Shape::List(model) => assert_rows(operation, known(model), &answer.json()),
        Shape::One(model) => assert_row(name, known(model), &answer.json()),
        Shape::Value => assert!(!answer.json().is_null(), "{name}"),
        Shape::Empty => assert_eq!(answer.body, "", "{name}"),
        Shape::File => assert!(answer.body.starts_with("%PDF-"), "{name}: {answer:?}"),
    }
}

/// Holds that there are rows, each with the fields that come when none are asked for.
fn assert_rows(operation: &Operation, model: &Model, rows: &Value) {
    let rows = rows
        .as_array()
        .unwrap_or_else(|| panic!("{}: {rows}", operation.name));
    assert!(!rows.is_empty(), "{}", operation.name);
    for row in rows {
        match operation.fields.as_deref() {
            Some(fields) => {
                let names: Vec<&String> = row.as_object().unwrap().keys().collect();
                assert_eq!(
                    names,
                    fields.split(',').collect::<Vec<_>>(),
                    "{}",
                    operation.name
                );
            }
            None => assert_row(&operation.name, model, row),
        }
    }
}

/// Holds that a row has every field of its model, each null or of its kind.
fn assert_row(name: &str, model: &Model, row: &Value) {
    for field in &model.fields {
        let value = row
            .get(&field.name)
            .unwrap_or_else(|| panic!("{name}: no `{}` in {row}", field.name));
        let fits = match &field.kind {
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Number => value.is_number(),
            Kind::Boolean => value.is_boolean(),
            Kind::Object(_) => value.is_object(),
            Kind::List(_) => value.is_array(),
            _ => value.is_string(),
        };
        assert!(
            fits || value.is_null(),
            "{name}: `{}` is {value}",
            field.name
        );
    }
}
