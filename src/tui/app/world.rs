//! The world behind the loop, and how the program ends.

use crate::core::engine::message::{Effect, Event};
use crate::tui::ui::drafting::outside::{Edited, Manuscript};
use std::fmt;
use std::io;
use std::pin::Pin;
use tokio::sync::mpsc::UnboundedReceiver;

/// The world, as far as the loop needs it; made after the first frame.
pub struct World {
    /// Carries out effects.
    pub perform: Box<dyn FnMut(Effect)>,
    /// What the world reports.
    pub events: UnboundedReceiver<Event>,
    /// Signals from outside.
    pub signals: UnboundedReceiver<Signal>,
    /// Takes the mouse, or leaves it to the terminal.
    pub mouse: Box<dyn FnMut(bool)>,
    /// Gives the terminal to the user's editor with a text, until it ends.
    pub edit: Box<dyn FnMut(Manuscript) -> Editing>,
    /// Puts a text into the clipboard; false when it could not.
    pub copy: Box<dyn FnMut(&str) -> bool>,
}

/// The user's editor at work: it ends with the terminal given back, and what came of the text. Fails when the
/// terminal is gone. Dropped before, it is ended.
pub struct Editing(pub Pin<Box<dyn Future<Output = io::Result<Edited>>>>);

impl fmt::Debug for Editing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Editing")
    }
}

impl fmt::Debug for World {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("World")
    }
}

/// A signal from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// As Ctrl-C.
    Interrupt,
    /// Leave now.
    Terminate,
    /// The terminal is gone.
    HangUp,
}

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user quit.
    Quit,
    /// By Ctrl-C.
    Interrupted,
    /// By a signal.
    Terminated,
    /// The terminal is gone.
    HungUp,
}

impl End {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Interrupted => 130,
            Self::Terminated => 143,
            Self::HungUp => 129,
        }
    }
}

/// Carries out effects.
pub(super) fn perform(world: &mut World, effects: Vec<Effect>) {
    for effect in effects {
        (world.perform)(effect);
    }
}
