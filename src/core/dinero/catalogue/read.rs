//! Reads `catalogue.toml`, and says what does not hold together in it.
//!
//! The file is part of the program and a test holds it to be sound, so that trouble is told to that test and
//! leaves out no more than the entry it stands in.

use super::{
    Answer, BodyKind, Catalogue, Danger, Former, Kind, Model, Operation, Parameter, Scope,
};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    parameter: BTreeMap<String, Written>,
    model: BTreeMap<String, WrittenModel>,
    values: BTreeMap<String, Vec<String>>,
    former: Vec<WrittenFormer>,
    resource: Vec<WrittenResource>,
}

/// A parameter or a field as it is written.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Written {
    name: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    required: bool,
    default: Option<String>,
    most: Option<u32>,
    values: Option<Values>,
    model: Option<String>,
    #[serde(default)]
    meaning: String,
}

/// Values in place, or the name of some that are shared.
#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Values {
    Own(Vec<String>),
    Shared(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenModel {
    like: Option<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    partial: bool,
    #[serde(default)]
    fields: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFormer {
    call: String,
    newer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenResource {
    name: String,
    operation: Vec<WrittenOperation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOperation {
    name: String,
    call: String,
    label: String,
    summary: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    query: Vec<String>,
    fields: Option<String>,
    #[serde(default)]
    filters: Vec<String>,
    body: Option<String>,
    answer: String,
    scope: Option<String>,
    danger: Option<String>,
    #[serde(default)]
    deprecated: bool,
    newer: Option<String>,
}

/// The catalogue of a file, and what is wrong with it.
pub(super) fn read(text: &str) -> (Catalogue, Vec<String>) {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => return (Catalogue::default(), vec![error.to_string()]),
    };
    let mut reading = Reading {
        trouble: Vec::new(),
        values: file.values,
        parameters: BTreeMap::new(),
        models: Vec::new(),
    };
    for (key, written) in file.parameter {
        let parameter = reading.parameter(&key, written);
        reading.parameters.insert(key, parameter);
    }
    reading.models(file.model);
    let mut catalogue = Catalogue::default();
    for resource in file.resource {
        for written in resource.operation {
            let operation = reading.operation(&resource.name, written);
            catalogue.operations.extend(operation);
        }
        catalogue.resources.push(resource.name);
    }
    for former in file.former {
        match former.call.split_once(' ') {
            Some((method, path)) => catalogue.former.push(Former {
                method: method.to_owned(),
                path: path.to_owned(),
                newer: former.newer,
            }),
            None => reading
                .trouble
                .push(format!("`{}` is no call", former.call)),
        }
    }
    catalogue.models = reading.models;
    let mut trouble = reading.trouble;
    trouble.extend(references(&catalogue));
    (catalogue, trouble)
}

/// What was read so far.
struct Reading {
    trouble: Vec<String>,
    values: BTreeMap<String, Vec<String>>,
    parameters: BTreeMap<String, Parameter>,
    models: Vec<Model>,
}

impl Reading {
    /// A parameter of that key, or a field; a `*` behind its name says that it is required.
    fn parameter(&mut self, key: &str, written: Written) -> Parameter {
        let name = written.name.unwrap_or_else(|| key.to_owned());
        let (name, starred) = match name.strip_suffix('*') {
            Some(name) => (name.to_owned(), true),
            None => (name, false),
        };
        let values = match written.values {
            None => Vec::new(),
            Some(Values::Own(values)) => values,
            Some(Values::Shared(shared)) => {
                self.values.get(&shared).cloned().unwrap_or_else(|| {
                    self.trouble.push(format!("{name}: no values `{shared}`"));
                    Vec::new()
                })
            }
        };
        let model = written.model.unwrap_or_default();
        let kind = match written.kind.as_deref().unwrap_or("text") {
            "text" => Kind::Text,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "date" => Kind::Date,
            "moment" => Kind::Moment,
            "day" => Kind::Day,
            "guid" => Kind::Guid,
            "choice" => Kind::Choice(values),
            "choices" => Kind::Choices(values),
            "fields" => Kind::Fields,
            "filter" => Kind::Filter,
            "object" => Kind::Object(model),
            "list" => Kind::List(model),
            other => {
                self.trouble.push(format!("{name}: no kind `{other}`"));
                Kind::Text
            }
        };
        Parameter {
            name,
            kind,
            required: written.required || starred,
            default: written.default,
            most: written.most,
            meaning: written.meaning,
        }
    }

    /// Every model; one that is like another comes after it.
    fn models(&mut self, mut written: BTreeMap<String, WrittenModel>) {
        while !written.is_empty() {
            let is_known = |name: &String| self.models.iter().any(|model| model.name == *name);
            let ready = written
                .iter()
                .find(|(_, model)| model.like.as_ref().is_none_or(is_known))
                .map(|(name, _)| name.clone());
            let Some((name, model)) = ready.and_then(|name| written.remove_entry(&name)) else {
                let names: Vec<String> = written.into_keys().collect();
                let why = format!("{}: like a model that is not there", names.join(", "));
                return self.trouble.push(why);
            };
            self.model(name, model);
        }
    }

    /// A model, after the one it is like.
    fn model(&mut self, name: String, written: WrittenModel) {
        let like = self
            .models
            .iter()
            .find(|model| Some(&model.name) == written.like.as_ref());
        let mut fields: Vec<Parameter> = like.map(|model| model.fields.clone()).unwrap_or_default();
        for left_out in written.without {
            let before = fields.len();
            fields.retain(|field| field.name != left_out);
            if fields.len() == before {
                self.trouble.push(format!("{name}: has no `{left_out}`"));
            }
        }
        for field in written.fields {
            let field = self.parameter("", field);
            if fields.iter().any(|other| other.name == field.name) {
                self.trouble.push(format!("{name}: `{}` twice", field.name));
            }
            fields.push(field);
        }
        fields.sort_by_key(|field| !field.required);
        self.models.push(Model {
            name,
            partial: written.partial,
            fields,
        });
    }

    /// An operation, unless it cannot be read.
    fn operation(&mut self, resource: &str, written: WrittenOperation) -> Option<Operation> {
        let name = written.name;
        let Some((method, path)) = written.call.split_once(' ') else {
            self.trouble
                .push(format!("{name}: `{}` is no call", written.call));
            return None;
        };
        let in_path = path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
            .map(|key| Parameter {
                required: true,
                ..self.known(&name, key)
            })
            .collect();
        let in_query = written
            .query
            .iter()
            .map(|key| self.known(&name, key))
            .collect();
        let body = written.body.as_deref();
        let danger = match written.danger.as_deref() {
            None => Danger::Reads,
            Some("write") => Danger::Writes,
            Some("final") => Danger::Final,
            Some("mail") => Danger::Mails,
            Some("costs") => Danger::Costs,
            Some(other) => {
                self.trouble.push(format!("{name}: no danger `{other}`"));
                Danger::Writes
            }
        };
        let scope = match (written.scope.as_deref(), method) {
            (None, "GET") => Scope::Read,
            (None, _) => Scope::Write,
            (Some("read?"), _) => Scope::ReadOrWrite,
            (Some(other), _) => {
                self.trouble.push(format!("{name}: no scope `{other}`"));
                Scope::Write
            }
        };
        Some(Operation {
            resource: resource.to_owned(),
            method: method.to_owned(),
            path: path.to_owned(),
            label: written.label,
            summary: written.summary,
            words: written.words,
            in_path,
            in_query,
            fields: written.fields,
            filters: written.filters,
            body_is_optional: body.is_some_and(|body| body.ends_with('?')),
            body: body.map(|body| body_kind(body.trim_end_matches('?'))),
            answer: answer(&written.answer),
            scope,
            danger,
            deprecated: written.deprecated,
            newer: written.newer,
            name,
        })
    }

    /// The parameter of that key.
    fn known(&mut self, operation: &str, key: &str) -> Parameter {
        if let Some(parameter) = self.parameters.get(key) {
            return parameter.clone();
        }
        self.trouble
            .push(format!("{operation}: no parameter `{key}`"));
        Parameter {
            name: key.to_owned(),
            kind: Kind::Text,
            required: false,
            default: None,
            most: None,
            meaning: String::new(),
        }
    }
}

fn body_kind(text: &str) -> BodyKind {
    match (text, text.strip_prefix("list of ")) {
        ("file", _) => BodyKind::File,
        (_, Some(model)) => BodyKind::List(model.to_owned()),
        (model, None) => BodyKind::Object(model.to_owned()),
    }
}

fn answer(text: &str) -> Answer {
    let of = |prefix: &str| text.strip_prefix(prefix).map(str::to_owned);
    match (text, of("page of "), of("list of ")) {
        ("empty", ..) => Answer::Empty,
        ("file", ..) => Answer::File,
        ("value", ..) => Answer::Value,
        (_, Some(model), _) => Answer::Page(model),
        (_, None, Some(model)) => Answer::List(model),
        (model, None, None) => Answer::One(model.to_owned()),
    }
}

/// What names something that is not there, or contradicts itself.
fn references(catalogue: &Catalogue) -> Vec<String> {
    let mut trouble = Vec::new();
    let has_model = |name: &str| catalogue.models.iter().any(|model| model.name == name);
    let named = |name: &str| catalogue.operations.iter().find(|one| one.name == name);
    for model in &catalogue.models {
        for field in &model.fields {
            match &field.kind {
                Kind::Object(name) if !has_model(name) => {
                    trouble.push(format!("{}.{}: no model `{name}`", model.name, field.name));
                }
                Kind::List(name) if !name.is_empty() && !has_model(name) => {
                    trouble.push(format!("{}.{}: no model `{name}`", model.name, field.name));
                }
                _ => {}
            }
        }
    }
    for (at, operation) in catalogue.operations.iter().enumerate() {
        let mut say = |what: String| trouble.push(format!("{}: {what}", operation.name));
        let models = [
            match &operation.body {
                Some(BodyKind::Object(name) | BodyKind::List(name)) => Some(name),
                Some(BodyKind::File) | None => None,
            },
            match &operation.answer {
                Answer::Page(name) | Answer::List(name) | Answer::One(name) => Some(name),
                Answer::Value | Answer::Empty | Answer::File => None,
            },
        ];
        for name in models.into_iter().flatten().filter(|name| !has_model(name)) {
            say(format!("no model `{name}`"));
        }
        let others = &catalogue.operations[..at];
        if others.iter().any(|other| other.name == operation.name) {
            say("its name twice".to_owned());
        }
        let same = |other: &&Operation| {
            (&other.method, &other.path) == (&operation.method, &operation.path)
        };
        if let Some(other) = others.iter().find(same) {
            say(format!("is `{}` once more", other.name));
        }
        let reads = operation.danger == Danger::Reads;
        if reads == (operation.scope == Scope::Write) {
            say("what it can do and the scope it needs contradict each other".to_owned());
        }
        if operation.deprecated && operation.newer.is_none() {
            say("deprecated, and nothing replaces it".to_owned());
        }
        match operation.newer.as_deref().map(named) {
            Some(None) => say("what replaces it is not there".to_owned()),
            Some(Some(newer)) if newer.method != operation.method => {
                say("what replaces it has another method".to_owned());
            }
            _ => {}
        }
        let asks = |kind: &Kind| operation.in_query.iter().any(|one| one.kind == *kind);
        if asks(&Kind::Filter) == operation.filters.is_empty() {
            say("queryFilter without fields, or fields without it".to_owned());
        }
        let known: Vec<&str> = catalogue
            .models
            .iter()
            .filter(|model| models[1].is_some_and(|name| *name == model.name))
            .flat_map(|model| model.fields.iter().map(|field| field.name.as_str()))
            .collect();
        let wanted = operation.fields.as_deref().unwrap_or_default().split(',');
        for field in wanted.chain(operation.filters.iter().map(String::as_str)) {
            let is_known = known.iter().any(|own| own.eq_ignore_ascii_case(field));
            if !field.is_empty() && !is_known {
                say(format!("`{field}` is not a field of its answer"));
            }
        }
    }
    for former in &catalogue.former {
        if named(&former.newer).is_none() {
            trouble.push(format!("{}: what replaces it is not there", former.path));
        }
    }
    trouble
}
