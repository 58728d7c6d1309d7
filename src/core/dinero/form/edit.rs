//! Edits of a body's text: each replaces the bytes it is about and leaves every other one as it is.

use super::shape::{Layout, Place, Plain, string};
use super::tree::{ROOT, Shape, Tree};
use super::{JsonTrouble, Step};
use crate::core::dinero::catalogue::{BodyKind, Kind};

/// A place in a text, found by its path.
struct Found {
    /// What stands there; `None` when a member is absent.
    node: Option<usize>,
    /// What it stands in; the body itself stands in nothing.
    parent: Option<usize>,
    place: Place,
}

/// Where a path leads; only its last step may lead to what is not there yet.
fn find(tree: &Tree<'_>, body: &BodyKind, path: &[Step]) -> Result<Found, JsonTrouble> {
    let place = Place::of_body(body)
        .ok_or_else(|| JsonTrouble::at(tree.text, 0, "a file has no fields"))?;
    let mut found = Found {
        node: Some(ROOT),
        parent: None,
        place,
    };
    for (position, step) in path.iter().enumerate() {
        let absent = |parent: usize| {
            let words = format!("there is no {} here", words(step));
            JsonTrouble::at(tree.text, tree.node(parent).at, words)
        };
        let Some(parent) = found.node else {
            return Err(absent(found.parent.unwrap_or(ROOT)));
        };
        let node = tree.step(parent, step);
        let name = match (node.and_then(|node| tree.name(node)), step) {
            (Some(name), _) => Some(name),
            (None, Step::Member(name)) => Some(name.clone()),
            (None, Step::Item(_)) => None,
        };
        let may_come = matches!(step, Step::Member(_))
            && tree.node(parent).shape == Shape::Object
            && position + 1 == path.len();
        if node.is_none() && !may_come {
            return Err(absent(parent));
        }
        let place = name.map_or_else(|| found.place.item(), |name| found.place.member(&name));
        found = Found {
            node,
            parent: Some(parent),
            place,
        };
    }
    Ok(found)
}

/// A step in words.
fn words(step: &Step) -> String {
    match step {
        Step::Member(name) => format!("`{}`", name.chars().take(40).collect::<String>()),
        Step::Item(index) => super::label(*index),
    }
}

/// See [`super::set`].
pub(super) fn set(
    text: &str,
    body: &BodyKind,
    path: &[Step],
    value: &str,
) -> Result<String, JsonTrouble> {
    let text = super::begun(text, body);
    let tree = Tree::read(text)?;
    let found = find(&tree, body, path)?;
    if path.is_empty() {
        let words = "the body as a whole is edited as text";
        return Err(JsonTrouble::at(text, tree.node(ROOT).at, words));
    }
    let present = found
        .node
        .map(|node| (tree.node(node).shape, tree.written(node)));
    let json = found.place.json(value, present);
    Ok(put(&tree, body, &found, path, &Plain::Scalar(json)))
}

/// See [`super::switch`].
pub(super) fn switch(
    text: &str,
    body: &BodyKind,
    path: &[Step],
    on: bool,
) -> Result<String, JsonTrouble> {
    let tree = Tree::read(super::begun(text, body))?;
    let found = find(&tree, body, path)?;
    match (found.node, found.parent, on) {
        (None, _, true) => Ok(put(&tree, body, &found, path, &found.place.blank())),
        (Some(node), Some(parent), false) => Ok(removed(&tree, parent, node)),
        _ => Ok(text.to_owned()),
    }
}

/// See [`super::add_item`].
pub(super) fn add_item(text: &str, body: &BodyKind, path: &[Step]) -> Result<String, JsonTrouble> {
    let tree = Tree::read(super::begun(text, body))?;
    let found = find(&tree, body, path)?;
    let item = found.place.item();
    let is_list = item.known || matches!(found.place.kind, Kind::List(_));
    match found.node {
        Some(node) if tree.node(node).shape == Shape::List => {
            let value = if item.known {
                item.blank()
            } else {
                like_last(&tree, node)
            };
            Ok(inserted(
                &tree,
                node,
                None,
                &value,
                tree.node(node).children.len(),
            ))
        }
        node if is_list && node.is_none_or(|node| tree.written(node) == "null") => {
            let list = Plain::List(vec![item.blank()]);
            Ok(put(&tree, body, &found, path, &list))
        }
        node => {
            let at = tree.node(node.or(found.parent).unwrap_or(ROOT)).at;
            Err(JsonTrouble::at(
                tree.text,
                at,
                "only a list takes another line",
            ))
        }
    }
}

/// An item where nothing is known of the list: empty, and of the shape that the last one has.
fn like_last(tree: &Tree<'_>, container: usize) -> Plain {
    let last = tree.node(container).children.last();
    let written = last.map_or("\"", |last| tree.written(*last));
    match written.as_bytes().first() {
        Some(b'{') => Plain::Object(Vec::new()),
        Some(b'[') => Plain::List(Vec::new()),
        Some(b'"') => Plain::Scalar(string("")),
        _ => Plain::Scalar("null".to_owned()),
    }
}

/// The text with a value in a place, whether something stands there or not.
fn put(tree: &Tree<'_>, body: &BodyKind, found: &Found, path: &[Step], value: &Plain) -> String {
    match (found.node, found.parent, path.last()) {
        (Some(index), _, _) => {
            let node = tree.node(index);
            let layout = Layout::at(tree, node.at, false);
            spliced(tree.text, node.at, node.end, &value.write(&layout))
        }
        (None, Some(parent), Some(Step::Member(name))) => {
            let holder = find(tree, body, &path[..path.len() - 1]);
            let at = holder.map_or(0, |holder| position(tree, parent, &holder.place, name));
            inserted(tree, parent, Some(name), value, at)
        }
        _ => tree.text.to_owned(),
    }
}

/// Before which member a new one goes, so that known ones stand in the model's order as far as those that
/// are there do; an unknown one goes to the end.
fn position(tree: &Tree<'_>, object: usize, place: &Place, name: &str) -> usize {
    let children = &tree.node(object).children;
    let order = |name: &str| {
        let mut fields = place.fields().iter();
        fields.position(|field| field.name.eq_ignore_ascii_case(name))
    };
    let Some(own) = order(name) else {
        return children.len();
    };
    let orders: Vec<Option<usize>> = children
        .iter()
        .map(|child| tree.name(*child).and_then(|name| order(&name)))
        .collect();
    let before = orders.iter().flatten().filter(|other| **other < own).max();
    if let Some(before) = before {
        let last = orders
            .iter()
            .rposition(|other| other.as_ref() == Some(before));
        return last.map_or(children.len(), |last| last + 1);
    }
    let first = orders.iter().position(Option::is_some);
    first.unwrap_or(children.len())
}

/// The text with a new entry in an object or a list, at a position among its entries. It is set apart as
/// its neighbours are.
fn inserted(
    tree: &Tree<'_>,
    container: usize,
    name: Option<&str>,
    value: &Plain,
    position: usize,
) -> String {
    let node = tree.node(container);
    let named = |value: String, colon: &str| match name {
        Some(name) => format!("{}{colon}{value}", string(name)),
        None => value,
    };
    let Some((first, others)) = node.children.split_first() else {
        let layout = Layout::at(tree, node.at, container == ROOT);
        let entry = named(value.write(&layout.deeper()), ": ");
        let (open, close) = if node.shape == Shape::List {
            ('[', ']')
        } else {
            ('{', '}')
        };
        let all = layout.within(open, &[entry], close);
        return spliced(tree.text, node.at, node.end, &all);
    };
    let first = tree.node(*first);
    let colon = first.name.map_or(": ", |(_, end)| tree.raw(end, first.at));
    let gap = match (others.first(), tree.gap_before(first.start())) {
        (Some(second), _) => tree.gap_before(tree.node(*second).start()),
        (None, lines) if lines.contains('\n') => lines,
        (None, _) if colon.ends_with(':') => "",
        (None, _) => " ",
    };
    let mut layout = Layout::at(tree, node.at, false);
    if let Some((_, indent)) = gap.rsplit_once('\n') {
        indent.clone_into(&mut layout.indent);
    }
    let entry = named(value.write(&layout), colon);
    let before = position.checked_sub(1);
    if let Some(before) = before.and_then(|before| node.children.get(before)) {
        let end = tree.node(*before).end;
        return spliced(tree.text, end, end, &format!(",{gap}{entry}"));
    }
    let at = first.start();
    spliced(tree.text, at, at, &format!("{entry},{gap}"))
}

/// The text without an entry and its comma.
fn removed(tree: &Tree<'_>, container: usize, entry: usize) -> String {
    let node = tree.node(container);
    let at = node.children.iter().position(|child| *child == entry);
    let neighbour = |index: Option<usize>| {
        let child = node.children.get(index?)?;
        Some(tree.node(*child))
    };
    let before = neighbour(at.and_then(|at| at.checked_sub(1)));
    let after = neighbour(at.map(|at| at + 1));
    let (from, to) = match (before, after) {
        (Some(before), _) => (before.end, tree.node(entry).end),
        (None, Some(after)) => (tree.node(entry).start(), after.start()),
        (None, None) => (node.at + 1, node.end - 1),
    };
    spliced(tree.text, from, to, "")
}

/// The text with other text between two bytes.
fn spliced(text: &str, from: usize, to: usize, new: &str) -> String {
    let before = text.get(..from).unwrap_or_default();
    let after = text.get(to..).unwrap_or_default();
    format!("{before}{new}{after}")
}
