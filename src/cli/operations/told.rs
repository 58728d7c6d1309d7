//! How an operation is told: in a line of the list, and in lines.

use crate::core::dinero::catalogue::{
    Answer, BodyKind, Kind, Model, Operation, Parameter, Scope, model,
};

/// Operations in a line each, in columns.
pub(super) fn list(operations: &[&Operation]) -> Vec<String> {
    let name = widest(operations.iter().map(|it| it.name.as_str()));
    let path = widest(operations.iter().map(|it| it.path.as_str()));
    let line = |it: &&Operation| {
        format!(
            "{:name$}  {:6}  {:path$}  {:5}  {:5}  {}",
            it.name,
            it.method,
            it.path,
            it.scope.short(),
            it.danger.name(),
            it.summary
        )
    };
    operations.iter().map(line).collect()
}

/// Everything about one.
pub(super) fn lines(operation: &Operation) -> Vec<String> {
    let mut lines = vec![
        operation.name.clone(),
        format!("  {} {}", operation.method, operation.path),
        format!("  {}: {}", operation.resource, operation.summary),
        format!("  scope: {}", scope(operation.scope)),
        format!("  danger: {}", operation.danger.words()),
    ];
    if operation.deprecated {
        lines.push("  deprecated: Dinero says so".to_owned());
    }
    if let Some(newer) = &operation.newer {
        lines.push(format!("  newer: {newer} takes its place"));
    }
    for (heading, parameters) in [("Path", &operation.in_path), ("Query", &operation.in_query)] {
        if !parameters.is_empty() {
            lines.push(heading.to_owned());
            rows(parameters, Way::Sent, 1, &mut lines);
        }
    }
    asked(operation, &mut lines);
    body(operation, &mut lines);
    answer(operation, &mut lines);
    lines
}

/// The scope, and how sure that is.
fn scope(scope: Scope) -> String {
    match scope {
        Scope::Read | Scope::Write => {
            format!("{} (inferred: Dinero publishes none)", scope.name())
        }
        Scope::ReadOrWrite => {
            "read or write, not known (a POST that stores nothing; Dinero publishes none)"
                .to_owned()
        }
    }
}

/// What `fields` and `queryFilter` may name.
fn asked(operation: &Operation, lines: &mut Vec<String>) {
    let takes = |kind: &Kind| operation.in_query.iter().any(|it| it.kind == *kind);
    if takes(&Kind::Fields) {
        lines.push("Fields of the answer".to_owned());
        if let Some(fields) = &operation.fields {
            let fields = fields.replace(',', ", ");
            lines.push(format!("  where `fields` is left out: {fields}"));
        }
        let known: Vec<&str> = operation.answer_fields().collect();
        let more = match answered(operation).and_then(model) {
            Some(model) if model.partial => "; Dinero has more than is known here",
            _ => "",
        };
        lines.push(format!("  `fields` may name: {}{more}", known.join(", ")));
    }
    if !operation.filters.is_empty() {
        let filters = operation.filters.join(", ");
        lines.push("Filter".to_owned());
        lines.push(format!("  `queryFilter` may name: {filters}"));
    }
}

/// The model that is sent.
pub(super) fn sent(operation: &Operation) -> Option<&str> {
    match operation.body.as_ref()? {
        BodyKind::Object(model) | BodyKind::List(model) => Some(model),
        BodyKind::File => None,
    }
}

/// What is sent along.
fn body(operation: &Operation, lines: &mut Vec<String>) {
    let Some(body) = &operation.body else {
        return;
    };
    let what = match body {
        BodyKind::Object(model) => format!("a JSON object, {model}"),
        BodyKind::List(model) => format!("a JSON array of {model}"),
        BodyKind::File => "one file, as multipart/form-data".to_owned(),
    };
    let optional = if operation.body_is_optional {
        "; may be left out"
    } else {
        ""
    };
    lines.push(format!("Body: {what}{optional}"));
    if let Some(model) = sent(operation).and_then(model) {
        fields(model, Way::Sent, 1, lines);
    }
}

/// The model that comes back.
pub(super) fn answered(operation: &Operation) -> Option<&str> {
    match &operation.answer {
        Answer::Page(model) | Answer::List(model) | Answer::One(model) => Some(model),
        Answer::Value | Answer::Empty | Answer::File => None,
    }
}

/// What comes back.
fn answer(operation: &Operation, lines: &mut Vec<String>) {
    let what = match &operation.answer {
        Answer::Page(model) => {
            format!("a page: `Collection`, an array of {model}, and `Pagination`")
        }
        Answer::List(model) => format!("a JSON array of {model}"),
        Answer::One(model) => format!("a JSON object, {model}"),
        Answer::Value => "JSON; its shape is not published".to_owned(),
        Answer::Empty => "nothing but the status".to_owned(),
        Answer::File => "the bytes of a file".to_owned(),
    };
    lines.push(format!("Answer: {what}"));
    if let Some(model) = answered(operation).and_then(model) {
        fields(model, Way::Answered, 1, lines);
    }
}

/// Which way a value goes: nothing is required of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Answered,
}

/// The fields of a model.
fn fields(model: &Model, way: Way, depth: usize, lines: &mut Vec<String>) {
    rows(&model.fields, way, depth, lines);
    if model.partial {
        let indent = "  ".repeat(depth);
        lines.push(format!(
            "{indent}(partial: Dinero has more than is known here)"
        ));
    }
}

/// Parameters or fields in a line each; below one that is a model, the fields of that.
fn rows(parameters: &[Parameter], way: Way, depth: usize, lines: &mut Vec<String>) {
    let width = widest(parameters.iter().map(|it| it.name.as_str()));
    let indent = "  ".repeat(depth);
    for it in parameters {
        let mut facts = vec![kind(&it.kind)];
        if way == Way::Sent {
            facts.extend(it.required.then(|| "required".to_owned()));
            facts.extend(it.default.as_ref().map(|value| format!("default {value}")));
            facts.extend(it.most.map(|most| format!("{most} at most")));
        }
        // Some of the meanings say it again.
        let is_said = facts.contains(&it.meaning);
        let meaning = if it.meaning.is_empty() || is_said {
            String::new()
        } else {
            format!("   ({})", it.meaning)
        };
        lines.push(format!(
            "{indent}{:width$}  {}{meaning}",
            it.name,
            facts.join("; ")
        ));
        // No model holds itself, which the test of all of them would not survive.
        if let Kind::Object(name) | Kind::List(name) = &it.kind
            && let Some(model) = model(name)
        {
            fields(model, way, depth + 1, lines);
        }
    }
}

/// What a value may be.
fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Integer => "whole number".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Date => "YYYY-MM-DD".to_owned(),
        Kind::Moment => "YYYY-MM-DDTHH:mm:ssZ".to_owned(),
        Kind::Day => "yyyy/MM/dd".to_owned(),
        Kind::Guid => "UUID".to_owned(),
        Kind::Choice(values) => format!("one of {}", values.join(", ")),
        Kind::Choices(values) => format!("several of {}, joined by commas", values.join(", ")),
        Kind::Fields => "names of fields, joined by commas".to_owned(),
        Kind::Filter => "Field op 'value', joined by ;".to_owned(),
        Kind::Object(model) => format!("JSON object, {model}"),
        Kind::List(model) if model.is_empty() => {
            "JSON array; its shape is not published".to_owned()
        }
        Kind::List(model) => format!("JSON array of {model}"),
    }
}

/// The width of a column.
fn widest<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts
        .map(|text| text.chars().count())
        .max()
        .unwrap_or_default()
}
