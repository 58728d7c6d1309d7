//! What the catalogue says of a place in a body, and the values that places begin with.

use super::tree::{Shape, Tree};
use crate::core::dinero::catalogue::{BodyKind, Kind, Model, Parameter, model};
use crate::core::wire::json::walk::{is_json, is_number, is_template};

/// Models within models that a blank value goes into: the catalogue has two.
const DEEPEST: usize = 8;

/// What belongs in a place.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) kind: Kind,
    /// Its field; an item of a list and the body itself have none.
    pub(super) field: Option<&'static Parameter>,
    /// Whether the catalogue has it.
    pub(super) known: bool,
}

impl Place {
    /// The body itself; `None` for a file, which has no places.
    pub(super) fn of_body(body: &BodyKind) -> Option<Self> {
        let kind = match body {
            BodyKind::Object(model) => Kind::Object(model.clone()),
            BodyKind::List(model) => Kind::List(model.clone()),
            BodyKind::File => return None,
        };
        Some(Self {
            kind,
            field: None,
            known: true,
        })
    }

    /// A place of which nothing is known.
    pub(super) const fn unknown() -> Self {
        Self {
            kind: Kind::Text,
            field: None,
            known: false,
        }
    }

    /// The place of a field.
    pub(super) fn of_field(field: &'static Parameter) -> Self {
        Self {
            kind: field.kind.clone(),
            field: Some(field),
            known: true,
        }
    }

    /// The model of what stands in it or, for a list, of each of its items.
    pub(super) fn model(&self) -> Option<&'static Model> {
        match &self.kind {
            Kind::Object(name) | Kind::List(name) => model(name),
            _ => None,
        }
    }

    /// The fields of an object in it.
    pub(super) fn fields(&self) -> &'static [Parameter] {
        let model = self
            .model()
            .filter(|_| matches!(self.kind, Kind::Object(_)));
        model
            .map(|model| model.fields.as_slice())
            .unwrap_or_default()
    }

    /// The place of a member; names are compared without case.
    pub(super) fn member(&self, name: &str) -> Self {
        let mut fields = self.fields().iter();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(name));
        field.map_or_else(Self::unknown, Self::of_field)
    }

    /// The place of an item.
    pub(super) fn item(&self) -> Self {
        match &self.kind {
            Kind::List(name) if self.model().is_some() => Self {
                kind: Kind::Object(name.clone()),
                field: None,
                known: true,
            },
            _ => Self::unknown(),
        }
    }

    /// Whether it must be given.
    pub(super) fn required(&self) -> bool {
        self.field.is_some_and(|field| field.required)
    }

    /// The value it begins with: its default, or an empty one of its kind.
    pub(super) fn blank(&self) -> Plain {
        self.blank_within(0)
    }

    fn blank_within(&self, depth: usize) -> Plain {
        if let Some(default) = self.field.and_then(|field| field.default.as_deref()) {
            return Plain::Scalar(self.json(default, None));
        }
        match &self.kind {
            // There is no empty number; 0 would be one that nobody chose.
            Kind::Integer | Kind::Number => Plain::Scalar("null".to_owned()),
            Kind::Boolean => Plain::Scalar("false".to_owned()),
            Kind::Object(_) if depth < DEEPEST => {
                let required = self.fields().iter().filter(|field| field.required);
                Plain::Object(
                    required
                        .map(|field| {
                            let value = Self::of_field(field).blank_within(depth + 1);
                            (field.name.clone(), value)
                        })
                        .collect(),
                )
            }
            Kind::Object(_) => Plain::Object(Vec::new()),
            Kind::List(_) if self.required() && self.model().is_some() && depth < DEEPEST => {
                Plain::List(vec![self.item().blank_within(depth + 1)])
            }
            Kind::List(_) => Plain::List(Vec::new()),
            _ => Plain::Scalar(string("")),
        }
    }

    /// A value that is typed, as JSON: what its kind makes of it, otherwise text, so that nothing is lost.
    /// Where nothing is known of the place, what stands in it says whether it takes a number.
    pub(super) fn json(&self, typed: &str, present: Option<(Shape, &str)>) -> String {
        let value = typed.trim();
        if value == "null" {
            return value.to_owned();
        }
        let number_or_word = is_number(value) || matches!(value, "true" | "false");
        let container = value.starts_with(['{', '[']) && is_json(value);
        let unquoted = match (&self.kind, present) {
            (Kind::Integer | Kind::Number, _) => is_number(value) || is_template(value),
            (Kind::Boolean, _) => {
                let lower = value.to_ascii_lowercase();
                if matches!(lower.as_str(), "true" | "false") {
                    return lower;
                }
                is_template(value)
            }
            (Kind::Object(_) | Kind::List(_), _) => container,
            (_, Some((Shape::Scalar, written))) if !self.known => {
                !written.starts_with('"') && (number_or_word || is_template(value))
            }
            (_, Some(_)) if !self.known => container,
            _ => false,
        };
        let has_no_empty = matches!(self.kind, Kind::Integer | Kind::Number | Kind::Boolean);
        match (unquoted, value.is_empty() && has_no_empty) {
            (true, _) => value.to_owned(),
            (_, true) => "null".to_owned(),
            _ => string(typed),
        }
    }
}

/// A text as a JSON string.
pub(super) fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A value that is to be written.
#[derive(Debug, Clone)]
pub(super) enum Plain {
    /// As it stands.
    Scalar(String),
    Object(Vec<(String, Plain)>),
    List(Vec<Plain>),
}

/// How a value is laid out.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Whether members and items stand on lines of their own.
    pub(super) lines: bool,
    /// The white space before the line on which the value begins.
    pub(super) indent: String,
    /// The white space that a level adds.
    pub(super) unit: String,
}

impl Layout {
    /// As the text at a byte is laid out: in lines where the text has several, or is to have them.
    pub(super) fn at(tree: &Tree<'_>, at: usize, lines: bool) -> Self {
        Self {
            lines: lines || tree.text.trim().contains('\n'),
            indent: tree.indent_at(at).to_owned(),
            unit: tree.unit(),
        }
    }

    /// One level deeper.
    pub(super) fn deeper(&self) -> Self {
        Self {
            indent: format!("{}{}", self.indent, self.unit),
            ..self.clone()
        }
    }

    /// Entries between brackets.
    pub(super) fn within(&self, open: char, entries: &[String], close: char) -> String {
        if entries.is_empty() {
            return format!("{open}{close}");
        }
        if !self.lines {
            return format!("{open}{}{close}", entries.join(", "));
        }
        let inner = self.deeper().indent;
        let entries = entries.join(&format!(",\n{inner}"));
        format!("{open}\n{inner}{entries}\n{}{close}", self.indent)
    }
}

impl Plain {
    /// As text. The depth is that of the catalogue's models.
    pub(super) fn write(&self, layout: &Layout) -> String {
        match self {
            Self::Scalar(text) => text.clone(),
            Self::Object(members) => {
                let inner = layout.deeper();
                let entries: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", string(name), value.write(&inner)))
                    .collect();
                layout.within('{', &entries, '}')
            }
            Self::List(items) => {
                let inner = layout.deeper();
                let entries: Vec<String> = items.iter().map(|item| item.write(&inner)).collect();
                layout.within('[', &entries, ']')
            }
        }
    }
}
