//! The sequence diagram beside a pane: who sends what to whom, the current arrow lit.
//!
//! Given without glyphs, so that the theme draws it in ASCII where it must.

use super::{Scene, capitalised};
use crate::core::oauth::{RunPhase, Step, StepState};
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

/// An arrow of the flow: what it carries, from whom, to whom.
type Arrow = (&'static str, Party, Party);

/// The flow; its arrows are those of the first five steps.
const FLOW: [Arrow; 5] = [
    ("1 the link", Party::Browser, Party::Provider),
    ("2 sign in", Party::Browser, Party::Provider),
    ("3 answer", Party::Browser, Party::Here),
    ("4 the code", Party::Here, Party::Provider),
    ("5 tokens", Party::Provider, Party::Here),
];

/// A refresh.
const REFRESH: [Arrow; 2] = [
    ("5 refresh token", Party::Here, Party::Provider),
    ("new tokens", Party::Provider, Party::Here),
];

/// A call of the API.
const CALL: [Arrow; 2] = [
    ("6 the token", Party::Here, Party::Provider),
    ("the data", Party::Provider, Party::Here),
];

/// The arrows of a step as it stands, and which of them is lit.
fn arrows(scene: &Scene<'_>, step: Step) -> (Vec<Arrow>, usize) {
    let engine = scene.engine;
    let phase = &engine.run().phase;
    match step {
        Step::Requests => {
            let mut call = CALL;
            let state = engine.step_state(Step::Requests);
            if state == StepState::Failed {
                call[1].0 = "an error";
            }
            let came = matches!(state, StepState::Done | StepState::Failed);
            (call.to_vec(), usize::from(came))
        }
        Step::Token if engine.refreshing().is_some() => (REFRESH.to_vec(), 0),
        Step::Token if engine.held().is_some_and(|held| held.renewal.is_some()) => {
            (REFRESH.to_vec(), 1)
        }
        _ => {
            let mut flow = FLOW;
            let mut lit = step as usize;
            if *phase == RunPhase::Refused {
                flow[2].0 = "3 an error";
            }
            if matches!(phase, RunPhase::ExchangeFailed(_)) {
                flow[4].0 = "an error";
                if step == Step::Exchange {
                    // What came back is what is looked at.
                    lit = 4;
                }
            }
            (flow.to_vec(), lit)
        }
    }
}

/// The diagram of a step.
pub fn diagram(scene: &Scene<'_>, step: Step) -> Vec<DiagramLine> {
    let middle = match step {
        Step::Requests => "the API".to_owned(),
        _ => capitalised(&scene.provider()),
    };
    let heads = [
        Visible::of("browser"),
        Visible::of(&middle),
        Visible::of("here"),
    ];
    let mut lines = vec![DiagramLine::Heads(heads)];
    let (arrows, lit_place) = arrows(scene, step);
    for (place, (text, from, to)) in arrows.into_iter().enumerate() {
        let lit = place == lit_place;
        lines.push(DiagramLine::Label {
            after: from.min(to),
            text: Visible::of(text),
            lit,
        });
        lines.push(DiagramLine::Arrow { from, to, lit });
    }
    lines
}
