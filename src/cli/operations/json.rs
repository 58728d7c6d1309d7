//! The operations as the documented JSON objects.

use crate::core::dinero::catalogue::{
    Answer, BodyKind, Kind, Model, Operation, Parameter, Scope, model,
};
use serde_json::{Value, json};

/// Several operations.
pub(super) fn list(operations: &[&Operation]) -> Value {
    let operations: Vec<Value> = operations.iter().map(|it| operation(it)).collect();
    json!({"v": 1, "operations": operations})
}

/// Everything about one.
pub(super) fn whole(found: &Operation) -> Value {
    let mut object = operation(found);
    let parameters = |of: &[Parameter]| of.iter().map(parameter).collect::<Vec<_>>();
    object["v"] = json!(1);
    object["in_path"] = json!(parameters(&found.in_path));
    object["in_query"] = json!(parameters(&found.in_query));
    let fields = found.fields.as_deref();
    object["fields"] = json!(fields.map(|names| names.split(',').collect::<Vec<_>>()));
    object["filters"] = json!(found.filters);
    object["body"] = found.body.as_ref().map_or(Value::Null, |body| {
        let (kind, model) = match body {
            BodyKind::Object(model) => ("object", Some(model)),
            BodyKind::List(model) => ("list", Some(model)),
            BodyKind::File => ("file", None),
        };
        json!({"kind": kind, "model": model, "optional": found.body_is_optional})
    });
    let (kind, answered) = match &found.answer {
        Answer::Page(model) => ("page", Some(model)),
        Answer::List(model) => ("list", Some(model)),
        Answer::One(model) => ("one", Some(model)),
        Answer::Value => ("value", None),
        Answer::Empty => ("empty", None),
        Answer::File => ("file", None),
    };
    object["answer"] = json!({"kind": kind, "model": answered});
    let models = models(found).into_iter().map(|model| {
        json!({
            "name": model.name,
            "partial": model.partial,
            "fields": parameters(&model.fields),
        })
    });
    object["models"] = models.collect();
    object
}

/// What the list tells of an operation.
fn operation(operation: &Operation) -> Value {
    let scope = (operation.scope != Scope::ReadOrWrite).then(|| operation.scope.name());
    json!({
        "name": operation.name,
        "resource": operation.resource,
        "label": operation.label,
        "summary": operation.summary,
        "method": operation.method,
        "path": operation.path,
        "scope": scope,
        "danger": operation.danger.name(),
        "deprecated": operation.deprecated,
        "newer": operation.newer,
    })
}

/// A parameter, or a field of a model.
fn parameter(parameter: &Parameter) -> Value {
    let (mut values, mut model) = (None, None);
    let kind = match &parameter.kind {
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Date => "date",
        Kind::Moment => "moment",
        Kind::Day => "day",
        Kind::Guid => "guid",
        Kind::Choice(of) => {
            values = Some(of);
            "choice"
        }
        Kind::Choices(of) => {
            values = Some(of);
            "choices"
        }
        Kind::Fields => "fields",
        Kind::Filter => "filter",
        Kind::Object(of) => {
            model = Some(of);
            "object"
        }
        Kind::List(of) => {
            model = Some(of).filter(|name| !name.is_empty());
            "list"
        }
    };
    json!({
        "name": parameter.name,
        "kind": kind,
        "required": parameter.required,
        "default": parameter.default,
        "most": parameter.most,
        "values": values,
        "model": model,
        "meaning": parameter.meaning,
    })
}

/// The models of its body and its answer, and those that these hold, each once.
fn models(operation: &Operation) -> Vec<&'static Model> {
    let mut found: Vec<&'static Model> = Vec::new();
    let mut waiting: Vec<&str> = Vec::new();
    waiting.extend(super::told::answered(operation));
    waiting.extend(super::told::sent(operation));
    while let Some(name) = waiting.pop() {
        let is_new = |model: &&Model| found.iter().all(|known| known.name != model.name);
        let Some(next) = model(name).filter(is_new) else {
            continue;
        };
        found.push(next);
        waiting.extend(next.fields.iter().filter_map(|field| match &field.kind {
            Kind::Object(model) | Kind::List(model) => Some(model.as_str()),
            _ => None,
        }));
    }
    found
}
