//! Everything a key, a click or a palette line can mean.

use crate::core::engine::message::Command;
use crate::core::oauth::Step;

/// What the user wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Hand this to the engine.
    Engine(Command),
    /// Show a step.
    Show(Step),
    /// Put this text into the clipboard; `what` names it in the notice.
    Copy {
        /// The whole text.
        text: String,
        /// For example `the link`.
        what: &'static str,
    },
    /// Ask for a text that a command needs.
    Ask(Question),
    /// Open a popup or screen.
    Open(Place),
    /// Ask, then leave the program.
    Quit,
}

/// A text the user is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// A value for a placeholder.
    Field(crate::core::profile::Field),
    /// The client secret, masked while it is typed; goes on with the exchange.
    ClientSecret,
    /// A pasted answer.
    Answer,
    /// Method and path of a free request.
    FreeRequest,
}

/// A place that is no step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The keys.
    Help,
    /// Every command by name.
    Palette,
    /// The profiles.
    Profiles,
    /// What can be copied.
    CopyMenu,
    /// The explanation, where it has no pane.
    Explanation,
    /// The organizations.
    Organizations,
}
