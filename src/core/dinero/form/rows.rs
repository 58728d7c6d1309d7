//! The rows of a form, read from the text and from what the catalogue says of it.

use super::shape::Place;
use super::tree::{ROOT, Shape, Tree};
use super::{FormRow, FormValue, JsonTrouble, Step, label};
use crate::core::dinero::catalogue::{BodyKind, Kind, Parameter};
use crate::core::dinero::value;
use crate::core::wire::json::unescape;
use std::collections::BTreeMap;

/// See [`super::rows()`].
pub(super) fn rows(text: &str, body: &BodyKind) -> Result<Vec<FormRow>, JsonTrouble> {
    let Some(place) = Place::of_body(body) else {
        return Ok(Vec::new());
    };
    let tree = Tree::read(super::begun(text, body))?;
    let is_object = tree.node(ROOT).shape == Shape::Object;
    let mut form = Form {
        tree: &tree,
        rows: Vec::new(),
        path: Vec::new(),
        // The fields of the body itself are the outermost rows, where no row of its own stands above.
        above: usize::from(matches!(body, BodyKind::Object(_)) && is_object),
    };
    if form.above == 0 {
        form.row(ROOT, &place, "the body", None);
    } else {
        form.members(ROOT, &place);
    }
    Ok(form.rows)
}

/// A form under way.
struct Form<'a> {
    tree: &'a Tree<'a>,
    rows: Vec<FormRow>,
    path: Vec<Step>,
    above: usize,
}

impl Form<'_> {
    /// The row of a value, and the rows of what is in it. As deep as a tree is: 64 levels.
    fn row(&mut self, index: usize, place: &Place, name: &str, repeated: Option<&str>) {
        let value = form_value(self.tree, index);
        let own = trouble(place, &value);
        let trouble = match (repeated, own) {
            (Some(repeated), Some(own)) => Some(format!("{repeated}; {own}")),
            (repeated, own) => repeated.map(str::to_owned).or(own),
        };
        self.push(place, name, value, trouble);
        match self.tree.node(index).shape {
            Shape::Object => self.members(index, place),
            Shape::List => self.items(index, place),
            Shape::Scalar | Shape::Deep => {}
        }
    }

    fn push(&mut self, place: &Place, name: &str, value: FormValue, trouble: Option<String>) {
        let meaning = place.field.map_or("", |field| field.meaning.as_str());
        self.rows.push(FormRow {
            path: self.path.clone(),
            depth: self.path.len().saturating_sub(self.above),
            name: name.to_owned(),
            kind: place.kind.clone(),
            required: place.required(),
            known: place.known,
            value,
            meaning: meaning.to_owned(),
            trouble,
        });
    }

    /// The known members in the model's order, whether they are there or not, then the others.
    fn members(&mut self, object: usize, place: &Place) {
        let fields = place.fields();
        let mut known: Vec<Vec<Named>> = fields.iter().map(|_| Vec::new()).collect();
        let mut others: Vec<Vec<Named>> = Vec::new();
        let mut place_of = BTreeMap::new();
        for (position, child) in self.tree.node(object).children.iter().enumerate() {
            let name = self.tree.name(*child).unwrap_or_default();
            let is_it = |field: &Parameter| field.name.eq_ignore_ascii_case(&name);
            let of_name = if let Some(at) = fields.iter().position(is_it) {
                &mut known[at]
            } else {
                let at = *place_of.entry(name.clone()).or_insert(others.len());
                if at == others.len() {
                    others.push(Vec::new());
                }
                &mut others[at]
            };
            of_name.push(Named {
                node: *child,
                position,
                name,
            });
        }
        for (field, found) in fields.iter().zip(known) {
            let place = Place::of_field(field);
            if found.is_empty() {
                self.path.push(Step::Member(field.name.clone()));
                let trouble = trouble(&place, &FormValue::Absent);
                self.push(&place, &field.name, FormValue::Absent, trouble);
                self.path.pop();
            }
            self.named(found, &place);
        }
        for found in others {
            self.named(found, &Place::unknown());
        }
    }

    /// The members of one name. The last one is reached by it, the others by their place.
    fn named(&mut self, mut found: Vec<Named>, place: &Place) {
        let Some(last) = found.pop() else { return };
        let repeated = (!found.is_empty()).then_some("stands twice: this one counts");
        for member in found {
            self.path.push(Step::Item(member.position));
            let repeated = Some("stands twice: the last one counts");
            self.row(member.node, place, &member.name, repeated);
            self.path.pop();
        }
        self.path.push(Step::Member(last.name.clone()));
        self.row(last.node, place, &last.name, repeated);
        self.path.pop();
    }

    fn items(&mut self, list: usize, place: &Place) {
        let place = place.item();
        for (position, item) in self.tree.node(list).children.iter().enumerate() {
            self.path.push(Step::Item(position));
            self.row(*item, &place, &label(position), None);
            self.path.pop();
        }
    }
}

/// A member that is there.
struct Named {
    node: usize,
    position: usize,
    name: String,
}

/// A value as the form has it.
fn form_value(tree: &Tree<'_>, index: usize) -> FormValue {
    let node = tree.node(index);
    let written = tree.written(index);
    match node.shape {
        Shape::Object => FormValue::Object,
        Shape::List => FormValue::List(node.children.len()),
        Shape::Scalar if written == "null" => FormValue::Null,
        Shape::Scalar if written.starts_with('"') => FormValue::Text(unescape(written)),
        Shape::Scalar | Shape::Deep => FormValue::Raw(written.to_owned()),
    }
}

/// What is wrong with a value in its place; nothing is known of places that the catalogue does not have.
fn trouble(place: &Place, value: &FormValue) -> Option<String> {
    if !place.known {
        return None;
    }
    let required = place.required();
    let judge = |text: &str| place.field.and_then(|field| value::trouble(field, text));
    match (&place.kind, value) {
        (_, FormValue::Raw(text)) if value::is_template(text) => None,
        (_, FormValue::Absent | FormValue::Null) => required.then(|| "required".to_owned()),
        (Kind::List(_), FormValue::List(0)) if required => Some("required, and empty".to_owned()),
        (Kind::Object(_), FormValue::Object) | (Kind::List(_), FormValue::List(_)) => None,
        (Kind::Object(_), FormValue::Raw(text)) if text.starts_with('{') => None,
        (Kind::List(_), FormValue::Raw(text)) if text.starts_with('[') => None,
        (Kind::Object(_), other) => Some(format!("an object belongs here, not {}", other.words())),
        (Kind::List(_), other) => Some(format!("a list belongs here, not {}", other.words())),
        (_, FormValue::Object | FormValue::List(_)) => {
            Some(format!("one value belongs here, not {}", value.words()))
        }
        (Kind::Integer | Kind::Number | Kind::Boolean, FormValue::Text(text)) => {
            let quoted = || {
                let quoted = !value::is_template(text);
                quoted.then(|| "it stands in quotes, and belongs there without".to_owned())
            };
            judge(text).or_else(quoted)
        }
        (Kind::Integer | Kind::Number | Kind::Boolean, FormValue::Raw(text))
        | (_, FormValue::Text(text)) => judge(text),
        (_, FormValue::Raw(text)) => Some(format!("{} belongs in quotes", value::shown(text))),
    }
}
