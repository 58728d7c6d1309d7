//! A request as the user has it in hand: an operation of the catalogue, or a free one, with their values.
//!
//! What is switched off keeps its value. A draft is what is edited, kept as history, saved as a named request
//! and written as code; [`Draft::call`] makes of it what is sent.

use super::call::Call;
use super::catalogue::{BodyKind, Kind, ORGANIZATION, Operation, Parameter, operation};
use super::form;
use super::variables::{self, BuiltIns, Unresolved, Variables};
use crate::core::wire::Body;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// The page size a list begins with: a screenful, not the hundred that Dinero gives.
const PAGE_SIZE: &str = "25";

/// A request in hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The name of its operation; nothing for a free request.
    pub operation: Option<String>,
    /// Method, upper case.
    pub method: String,
    /// Path with parameters in braces; of a free request the whole target, which may be an absolute URL.
    pub path: String,
    /// Its parameters: those of the path first.
    pub parameters: Vec<Row>,
    /// Further header fields.
    pub headers: Vec<Row>,
    /// What is sent along.
    pub body: DraftBody,
}

/// A name with a value that can be switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// As it is sent.
    pub name: String,
    /// Its value, perhaps with variables in it.
    pub value: String,
    /// Whether it is sent.
    pub on: bool,
}

/// What is sent along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DraftBody {
    /// Nothing.
    #[default]
    Nothing,
    /// This text; JSON, unless a header says otherwise.
    Text(String),
    /// The file at this path, as multipart.
    File(String),
}

/// A call that is made, but for the file that it takes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The call.
    pub call: Call,
    /// The file that is to be its body.
    pub file: Option<String>,
}

/// Why a draft cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmade {
    /// No organization was chosen.
    NoOrganization,
    /// A parameter of the path has no value.
    Empty(String),
    /// A variable has no value.
    Variable(Unresolved),
    /// No file is named.
    NoFile,
    /// A header field would end within its value, or its name is none.
    Header(String),
}

impl Unmade {
    /// What is wrong, and what to do.
    pub fn words(&self) -> String {
        match self {
            Self::NoOrganization => "no organization is chosen yet".to_owned(),
            Self::Empty(name) => format!("{name} is empty: the path would lead elsewhere"),
            Self::Variable(unresolved) => unresolved.words(),
            Self::NoFile => "no file is named".to_owned(),
            Self::Header(name) => {
                format!(
                    "the header field {name} holds what would end it: a line break, or a name with spaces"
                )
            }
        }
    }
}

/// All that is encoded in a path segment: everything but letters, digits and the hyphen of a UUID. Dots
/// too: `..` would lead to another resource.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// All that is encoded in a query: everything but what RFC 3986 2.3 leaves alone, and the comma of lists.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b',');

/// A value in a query.
fn component(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

impl Draft {
    /// An operation with nothing chosen yet: what is required is switched on, a list begins with a small page.
    pub fn of(operation: &Operation) -> Self {
        let row = |name: &str, value: &str, on| Row {
            name: name.to_owned(),
            value: value.to_owned(),
            on,
        };
        let path = operation.in_path.iter().map(|one| row(&one.name, "", true));
        let is_file_list = operation.resource == "Files";
        let query = operation
            .in_query
            .iter()
            .map(|one| match one.name.as_str() {
                "pageSize" if !is_file_list => row(&one.name, PAGE_SIZE, true),
                _ => {
                    let value = match one.kind {
                        Kind::Fields => operation.fields.as_deref(),
                        _ => one.default.as_deref(),
                    };
                    row(&one.name, value.unwrap_or_default(), one.required)
                }
            });
        Self {
            operation: Some(operation.name.clone()),
            method: operation.method.clone(),
            path: operation.path.clone(),
            parameters: path.chain(query).collect(),
            headers: Vec::new(),
            body: match &operation.body {
                None => DraftBody::Nothing,
                Some(BodyKind::File) => DraftBody::File(String::new()),
                Some(_) if operation.body_is_optional => DraftBody::Nothing,
                Some(body) => DraftBody::Text(form::blank(body)),
            },
        }
    }

    /// The same without what is sent along.
    #[must_use]
    pub fn without_body(&self) -> Self {
        Self {
            operation: self.operation.clone(),
            method: self.method.clone(),
            path: self.path.clone(),
            parameters: self.parameters.clone(),
            headers: self.headers.clone(),
            body: DraftBody::Nothing,
        }
    }

    /// A free request.
    pub fn free(method: &str, target: &str) -> Self {
        Self {
            operation: None,
            method: method.to_uppercase(),
            path: target.to_owned(),
            parameters: Vec::new(),
            headers: Vec::new(),
            body: DraftBody::Nothing,
        }
    }

    /// Its operation.
    pub fn operation(&self) -> Option<&'static Operation> {
        operation(self.operation.as_deref()?)
    }

    /// How many parameters stand in the path.
    pub fn in_path(&self) -> usize {
        self.operation()
            .map_or(0, |operation| operation.in_path.len())
    }

    /// Whether its path names an organization.
    pub fn names_organization(&self) -> bool {
        self.path.contains(&placeholder(ORGANIZATION))
    }

    /// A parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&Row> {
        self.parameters.iter().find(|row| row.name == name)
    }

    /// What the catalogue says of a parameter, counted; nothing of one that the user added.
    pub fn known(&self, at: usize) -> Option<&'static Parameter> {
        let row = self.parameters.get(at)?;
        let operation = self.operation()?;
        let mut all = operation.in_path.iter().chain(&operation.in_query);
        let own = all.clone().nth(at).filter(|known| known.name == row.name);
        own.or_else(|| all.find(|known| known.name == row.name))
    }

    /// Gives a parameter a value and switches it on; one that is not there yet goes into the query.
    pub fn set(&mut self, name: &str, value: &str) {
        let own = self.parameters.iter_mut().find(|row| row.name == name);
        if let Some(row) = own {
            value.clone_into(&mut row.value);
            row.on = true;
        } else {
            self.parameters.push(Row {
                name: name.to_owned(),
                value: value.to_owned(),
                on: true,
            });
        }
    }

    /// How many of its values differ from those that its operation begins with.
    pub fn changes(&self) -> usize {
        let Some(fresh) = self.operation().map(Self::of) else {
            return 0;
        };
        let rows = self
            .parameters
            .iter()
            .filter(|row| !fresh.parameters.contains(row));
        rows.count() + self.headers.len() + usize::from(self.body != fresh.body)
    }

    /// Every text in which variables may stand.
    fn texts(&self) -> impl Iterator<Item = &str> {
        let rows = self.parameters.iter().chain(&self.headers);
        let body = match &self.body {
            DraftBody::Nothing => None,
            DraftBody::Text(text) | DraftBody::File(text) => Some(text.as_str()),
        };
        let rows = rows.filter(|row| row.on).map(|row| row.value.as_str());
        rows.chain(body).chain([self.path.as_str()])
    }

    /// How many new UUIDs it asks for, in itself.
    pub fn uuids(&self) -> usize {
        self.texts().map(variables::uuids).sum()
    }

    /// The call, for an organization; everything that is wrong with it when there is none.
    pub fn call(
        &self,
        organization: Option<&str>,
        known: &Variables,
        built_ins: &mut BuiltIns<'_>,
    ) -> Result<Made, Vec<Unmade>> {
        let mut making = Making {
            known,
            built_ins,
            trouble: Vec::new(),
        };
        let mut target = self.target(organization, &mut making);
        let query: Vec<String> = self.parameters[self.in_path().min(self.parameters.len())..]
            .iter()
            .filter(|row| row.on)
            .map(|row| {
                let value = making.fill(&row.value, &str::to_owned);
                format!("{}={}", component(&row.name), component(&value))
            })
            .collect();
        if !query.is_empty() {
            target = with_query(&target, &query.join("&"));
        }
        let mut headers = Vec::new();
        for row in self.headers.iter().filter(|row| row.on) {
            let value = making.fill(&row.value, &str::to_owned);
            let value = value.trim_matches([' ', '\t']);
            if is_token(&row.name)
                && !value.contains(|letter: char| letter.is_control() && letter != '\t')
            {
                headers.push((row.name.clone(), value.to_owned()));
            } else {
                making.trouble.push(Unmade::Header(row.name.clone()));
            }
        }
        let (body, file) = match &self.body {
            DraftBody::Nothing => (Body::default(), None),
            DraftBody::Text(text) if self.is_json() => {
                (Body::text(&making.fill(text, &within_json)), None)
            }
            DraftBody::Text(text) => (Body::text(&making.fill(text, &str::to_owned)), None),
            DraftBody::File(path) if path.trim().is_empty() => {
                making.trouble.push(Unmade::NoFile);
                (Body::default(), None)
            }
            DraftBody::File(path) => (Body::default(), Some(making.fill(path, &str::to_owned))),
        };
        if !making.trouble.is_empty() {
            return Err(making.trouble);
        }
        let call = Call {
            method: self.method.clone(),
            target,
            headers,
            body,
        };
        Ok(Made { call, file })
    }

    /// Whether its body is JSON: it is, unless a header says otherwise.
    pub fn is_json(&self) -> bool {
        let own = self.headers.iter().filter(|row| row.on);
        let mut types = own.filter(|row| row.name.eq_ignore_ascii_case("content-type"));
        types.all(|row| row.value.to_ascii_lowercase().contains("json"))
    }

    /// Whether a value of the body is missing or does not fit; of a body longer than [`form::LONGEST`] nothing is
    /// known.
    pub fn has_wrong_body(&self) -> bool {
        let body = self.operation().and_then(|known| known.body.as_ref());
        match (&self.body, body) {
            (DraftBody::Text(text), Some(body))
                if text.len() <= form::LONGEST && self.is_json() =>
            {
                form::rows(text, body)
                    .map_or(true, |rows| rows.iter().any(|row| row.trouble.is_some()))
            }
            _ => false,
        }
    }

    /// Path, or URL, with its parameters filled in.
    fn target(&self, organization: Option<&str>, making: &mut Making<'_, '_>) -> String {
        if self.operation.is_none() {
            let target = making.fill(&self.path, &|value| {
                utf8_percent_encode(value, SEGMENT).to_string()
            });
            let place = placeholder(ORGANIZATION);
            if !target.contains(&place) {
                return target;
            }
            let id = organization.unwrap_or_default();
            if id.is_empty() {
                making.trouble.push(Unmade::NoOrganization);
            }
            return target.replace(&place, &utf8_percent_encode(id, SEGMENT).to_string());
        }
        let mut target = self.path.clone();
        for row in self.parameters.iter().take(self.in_path()) {
            let value = making.fill(&row.value, &str::to_owned);
            let value = match value.as_str() {
                "" if row.name == ORGANIZATION => organization.unwrap_or_default(),
                value => value,
            };
            if value.is_empty() {
                making.trouble.push(match row.name.as_str() {
                    ORGANIZATION => Unmade::NoOrganization,
                    name => Unmade::Empty(name.to_owned()),
                });
            }
            let segment = utf8_percent_encode(value, SEGMENT).to_string();
            target = target.replacen(&placeholder(&row.name), &segment, 1);
        }
        target
    }
}

/// A call being made.
struct Making<'a, 'b> {
    known: &'a Variables,
    built_ins: &'a mut BuiltIns<'b>,
    trouble: Vec<Unmade>,
}

impl Making<'_, '_> {
    /// A text with its variables filled in and written; the rest of it is written too, but for what is taken
    /// as it is.
    fn fill(&mut self, text: &str, written: &dyn Fn(&str) -> String) -> String {
        match variables::fill(text, self.known, self.built_ins, written) {
            Ok(filled) => filled,
            Err(unresolved) => {
                let trouble = Unmade::Variable(unresolved);
                if !self.trouble.contains(&trouble) {
                    self.trouble.push(trouble);
                }
                text.to_owned()
            }
        }
    }
}

/// `{name}`.
fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

/// A value that stands within a string of JSON.
fn within_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or(value).to_owned()
}

/// A target with further pairs in its query; what stands behind `#` is never sent.
pub fn with_query(target: &str, pairs: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let between = match target.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{target}{between}{pairs}")
}

/// Whether a text is a token (RFC 9110 5.6.2): a method, or the name of a header field.
pub fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests;
