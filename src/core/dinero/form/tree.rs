//! A JSON text as a tree of places in it: nothing of the text is copied, so nothing of it can change.

use super::{JsonTrouble, Step};
use crate::core::wire::json::unescape;
use crate::core::wire::json::walk::{Part, Walk};

/// Levels that are told apart; what lies deeper is one piece of text.
pub(super) const DEEPEST: usize = 64;

/// The root's place among the nodes.
pub(super) const ROOT: usize = 0;

/// A text and what stands where in it.
pub(super) struct Tree<'a> {
    pub(super) text: &'a str,
    nodes: Vec<Node>,
}

/// A value.
#[derive(Debug)]
pub(super) struct Node {
    /// Where its name stands, when it is a member.
    pub(super) name: Option<(usize, usize)>,
    /// Its first byte.
    pub(super) at: usize,
    /// The byte behind it.
    pub(super) end: usize,
    pub(super) shape: Shape,
    /// The values in it.
    pub(super) children: Vec<usize>,
}

impl Node {
    /// Where it begins, its name included.
    pub(super) fn start(&self) -> usize {
        self.name.map_or(self.at, |(at, _)| at)
    }
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Object,
    List,
    Scalar,
    /// An object or a list below the deepest level.
    Deep,
}

impl<'a> Tree<'a> {
    /// The tree of a text, unless it is no JSON.
    pub(super) fn read(text: &'a str) -> Result<Self, JsonTrouble> {
        let mut tree = Self {
            text,
            nodes: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        let mut below = 0_usize;
        let mut name = None;
        for piece in Walk::new(text).with_templates() {
            let piece = piece.map_err(|why| JsonTrouble::broken(text, why))?;
            match piece.part {
                Part::Open if below > 0 => below += 1,
                Part::Close if below > 1 => below -= 1,
                Part::Close => {
                    below = 0;
                    let closed = open.pop().and_then(|index| tree.nodes.get_mut(index));
                    if let Some(node) = closed {
                        node.end = piece.end;
                    }
                }
                Part::Name | Part::Scalar if below > 0 => {}
                Part::Name => name = Some((piece.at, piece.end)),
                Part::Scalar | Part::Open => {
                    let shape = match tree.raw(piece.at, piece.end) {
                        "{" | "[" if open.len() >= DEEPEST => Shape::Deep,
                        "{" => Shape::Object,
                        "[" => Shape::List,
                        _ => Shape::Scalar,
                    };
                    let index = tree.nodes.len();
                    tree.nodes.push(Node {
                        name: name.take(),
                        at: piece.at,
                        end: piece.end,
                        shape,
                        children: Vec::new(),
                    });
                    if let Some(parent) = open.last().and_then(|at| tree.nodes.get_mut(*at)) {
                        parent.children.push(index);
                    }
                    below = usize::from(shape == Shape::Deep);
                    if shape != Shape::Scalar {
                        open.push(index);
                    }
                }
            }
        }
        Ok(tree)
    }

    /// A node; only places that the tree gave out are asked for.
    pub(super) fn node(&self, index: usize) -> &Node {
        &self.nodes[index]
    }

    /// The text between two bytes.
    pub(super) fn raw(&self, at: usize, end: usize) -> &'a str {
        self.text.get(at..end).unwrap_or_default()
    }

    /// A value as it is written.
    pub(super) fn written(&self, index: usize) -> &'a str {
        let node = self.node(index);
        self.raw(node.at, node.end)
    }

    /// The name of a member, unescaped.
    pub(super) fn name(&self, index: usize) -> Option<String> {
        let (at, end) = self.node(index).name?;
        Some(unescape(self.raw(at, end)))
    }

    /// What a step leads to. Of members with one name the last one counts; where none has just that name, one
    /// that differs in case does, because the API reads names without case.
    pub(super) fn step(&self, index: usize, step: &Step) -> Option<usize> {
        let node = self.node(index);
        match step {
            Step::Item(at) => node.children.get(*at).copied(),
            Step::Member(wanted) => {
                let mut like = None;
                for child in node.children.iter().rev() {
                    let name = self.name(*child)?;
                    if name == *wanted {
                        return Some(*child);
                    }
                    if like.is_none() && name.eq_ignore_ascii_case(wanted) {
                        like = Some(*child);
                    }
                }
                like
            }
        }
    }

    /// The white space before a byte.
    pub(super) fn gap_before(&self, at: usize) -> &'a str {
        let before = self.raw(0, at);
        let kept = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
        before.get(kept..).unwrap_or_default()
    }

    /// The white space that begins the line of a byte.
    pub(super) fn indent_at(&self, at: usize) -> &'a str {
        let before = self.raw(0, at);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.get(start..).unwrap_or_default();
        let length = line.len() - line.trim_start_matches([' ', '\t']).len();
        line.get(..length).unwrap_or_default()
    }

    /// The white space that a level adds to a line: as the root does it, otherwise two spaces.
    pub(super) fn unit(&self) -> String {
        let first = self.node(ROOT).children.first();
        let gap = first.map_or("", |first| self.gap_before(self.node(*first).start()));
        let unit = gap.rsplit_once('\n').map_or("", |(_, indent)| indent);
        if unit.is_empty() { "  " } else { unit }.to_owned()
    }
}
