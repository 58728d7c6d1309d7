//! Everything a key, a click or a palette line can mean.

use crate::core::engine::message::{Command, Prompt};
use crate::core::oauth::Step;
use crate::core::profile::KeepTokens;
use crate::core::token::kept::GrantId;

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
    /// Cancel what runs; with nothing running ask to quit.
    Cancel,
    /// Begin a new run; asks while one is open.
    NewRun,
    /// Use the profile of that name; asks while a run is open.
    UseProfile(String),
    /// Refresh the grant in use; asks what must be known or decided first.
    Refresh,
    /// Trust the profile in use with the secret it names, then refresh.
    TrustAndRefresh,
    /// Keep grants of this client there, and write that into the profile's file where it has one.
    Keep(KeepTokens),
    /// Forget this grant; asks.
    ForgetGrant(GrantId),
    /// Forget the grant of the row that has the focus; asks.
    Forget,
    /// A new run in which the provider asks who signs in; asks while a run is open.
    SignInAgain(Prompt),
    /// Choose from a list.
    Choose(Choosing),
    /// Copy the run's link; copying begins the run, so that the listener is bound.
    CopyLink,
    /// The next or the previous place that can have the focus.
    Turn(Direction),
    /// Move the selection, or what is read.
    Move(Direction),
    /// Move by a screenful.
    Page(Direction),
    /// To the first or the last line.
    Far(Direction),
    /// What has the focus: press, open, choose.
    Press,
    /// Type what narrows the list of profiles.
    Filter,
    /// Fold or unfold.
    Toggle,
    /// Back out one level.
    Back,
    /// Show one masked value for a while.
    Reveal,
    /// Give the pane the whole frame, or take it back.
    Zoom,
    /// Explanation on or off.
    Explain,
    /// Focus on the transcript, or off it.
    Transcript,
}

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Up, or to the start.
    Up,
    /// Down, or to the end.
    Down,
    /// To the left, or the one before.
    Left,
    /// To the right, or the one after.
    Right,
}

/// A text the user is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// A value for a placeholder.
    Field(crate::core::profile::Field),
    /// The client secret, masked while it is typed; goes on with the exchange.
    ClientSecret,
    /// The client secret, for a refresh that waits for it.
    SecretForRefresh,
    /// A token that the user has already, masked while it is typed.
    Token,
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
    /// One record, whole.
    Record(crate::core::wire::CallId),
}

/// What is chosen from a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choosing {
    /// Where grants are kept.
    Keep,
    /// How the provider asks who signs in.
    SignIn,
}
