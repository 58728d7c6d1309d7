//! The sequence diagram beside a pane: who sends what to whom, the current arrow lit.
//!
//! Given without glyphs, so that the theme draws it in ASCII where it must.

use super::{Scene, capitalised};
use crate::core::oauth::Step;
use crate::core::wire::visible::Visible;

/// Who takes part; each has a line downwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Party {
    /// The user's browser, on the left.
    Browser,
    /// The provider, or in step 6 the API, in the middle.
    Provider,
    /// This program, on the right.
    Here,
}

/// One line of the diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiagramLine {
    /// The names of the three, above their lines.
    Heads([Visible; 3]),
    /// What an arrow carries, written after the line of one party.
    Label {
        /// After whose line.
        after: Party,
        /// What it carries.
        text: Visible,
        /// Whether this is where the user stands.
        lit: bool,
    },
    /// An arrow from line to line.
    Arrow {
        /// Whose line it begins at.
        from: Party,
        /// Whose line it points to.
        to: Party,
        /// Whether this is where the user stands.
        lit: bool,
    },
}

/// An arrow of the flow: what it carries, from whom, to whom, and the step in which it is lit.
type Arrow = (&'static str, Party, Party, Step);

/// The flow.
const FLOW: [Arrow; 5] = [
    ("1 the link", Party::Browser, Party::Provider, Step::Link),
    ("2 sign in", Party::Browser, Party::Provider, Step::Consent),
    ("3 answer", Party::Browser, Party::Here, Step::Callback),
    ("4 the code", Party::Here, Party::Provider, Step::Exchange),
    ("5 tokens", Party::Provider, Party::Here, Step::Token),
];

/// A call of the API.
const CALL: [Arrow; 2] = [
    ("6 the token", Party::Here, Party::Provider, Step::Requests),
    ("the data", Party::Provider, Party::Here, Step::Token),
];

/// The diagram of a step.
pub fn diagram(scene: &Scene<'_>, step: Step) -> Vec<DiagramLine> {
    let (middle, arrows) = match step {
        Step::Requests => ("the API".to_owned(), CALL.as_slice()),
        _ => (capitalised(&scene.provider()), FLOW.as_slice()),
    };
    let heads = [
        Visible::of("browser"),
        Visible::of(&middle),
        Visible::of("here"),
    ];
    let mut lines = vec![DiagramLine::Heads(heads)];
    for (text, from, to, lit_in) in arrows {
        let lit = *lit_in == step;
        lines.push(DiagramLine::Label {
            after: *from.min(to),
            text: Visible::of(text),
            lit,
        });
        lines.push(DiagramLine::Arrow {
            from: *from,
            to: *to,
            lit,
        });
    }
    lines
}
