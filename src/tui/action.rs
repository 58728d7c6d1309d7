//! Everything a key, a click or a palette line can mean.

pub mod drafting;
pub mod labbing;
pub mod viewing;

use crate::core::engine::message::{Command, Prompt};
use crate::core::history::RunId;
use crate::core::oauth::Step;
use crate::core::oauth::endpoint::Inquiry;
use crate::core::profile::{KeepTokens, ResponseMode};
use crate::core::token::kept::GrantId;
use drafting::Drafting;
use labbing::Labbing;
use viewing::Viewing;

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
    /// Ask one of the provider's further endpoints; asks first what must be known for that.
    Inquire(Inquiry),
    /// Trust the profile in use with the secret it names, then ask the endpoint.
    TrustAndInquire(Inquiry),
    /// Keep grants of this client there, and write that into the profile's file where it has one.
    Keep(KeepTokens),
    /// Forget this grant; asks.
    ForgetGrant(GrantId),
    /// Use what an id_token that failed holds back; asks.
    OverrideIdToken,
    /// Forget the grant of the row that has the focus; asks.
    Forget,
    /// A new run in which the provider asks who signs in; asks while a run is open.
    SignInAgain(Prompt),
    /// Choose from a list.
    Choose(Choosing),
    /// Ask for the answer in another way, in a new run; asks while a run is open.
    UseResponseMode(ResponseMode),
    /// Ask for the scopes of a set, or for the profile's own; asks while a run is open.
    UseScopeSet(Option<String>),
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
    /// Do something with profiles.
    Shelf(Shelving),
    /// Do something with the text to explain.
    Pasted(Pasting),
    /// Go on by itself from here to the token, or stop that.
    PlayThrough,
    /// Do something about a ticket.
    Ticket(Ticketing),
    /// Do something with kept runs.
    Runs(Running),
    /// Do something with the requests of step 6.
    Drafting(Drafting),
    /// Do something in the scope lab.
    Lab(Labbing),
    /// Do something with the answer of step 6.
    Viewing(Viewing),
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
    /// The client secret, for what an endpoint is asked.
    SecretForInquiry(Inquiry),
    /// A token that the user has already, masked while it is typed.
    Token,
    /// A pasted answer.
    Answer,
    /// Where a ticket is written.
    TicketPath,
    /// Where an answer is written.
    AnswerPath,
    /// Where a report is written.
    ReportPath(ReportFormat),
    /// Words that narrow the list of the runs.
    RunWords,
    /// Another redirect URI for the exchange.
    SentRedirectUri,
    /// Another value for that row of the link.
    LinkRow(usize),
    /// Another value for that field of the exchange.
    ExchangeRow(usize),
    /// Name and value of a further field of the exchange.
    ExchangeField,
    /// Name and value of a further parameter of the link.
    LinkParameter,
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
    /// Where a pasted text is explained.
    Explain,
    /// The kept runs.
    Runs,
    /// What can be copied.
    CopyMenu,
    /// The link alone, without borders; the run begins with it.
    Link,
    /// The explanation, where it has no pane.
    Explanation,
    /// The organizations.
    Organizations,
    /// The scope sets of the profile in use.
    ScopeSets,
    /// The ways in which the embedded sandbox can fail.
    Faults,
    /// One record, whole.
    Record(crate::core::wire::CallId),
}

/// What is done about a ticket: a text that says what failed, for somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticketing {
    /// Show what is in it, and choose.
    Choose,
    /// Copy it.
    Copy,
    /// Write it to a file; asks where.
    Write,
}

/// What is done with kept runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Running {
    /// Show this one.
    Open(RunId),
    /// Mark the selected one, or not any more.
    Mark,
    /// Compare the two that are marked.
    Compare,
    /// Type what narrows the list.
    Filter,
    /// Delete the selected one; asks.
    Delete,
    /// Show what a report of it holds, and choose.
    Report,
    /// Write the report to a file; asks where.
    Write(ReportFormat),
    /// Copy the report.
    Copy,
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// To be read by people.
    Markdown,
    /// To be opened again.
    Json,
}

impl ReportFormat {
    /// The ending of its file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

/// What is done with the text to explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pasting {
    /// Go into the field.
    Edit,
    /// Leave the field and explain what stands in it.
    Explain,
    /// Compare with the profile in use, or not.
    Compare,
    /// Forget the text; the field waits for another.
    Clear,
    /// Copy the explanation as text.
    Copy,
}

/// What is done with profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shelving {
    /// Type what narrows the list.
    Filter,
    /// Make a new one.
    New,
    /// Copy the one selected.
    Duplicate,
    /// Go to the rows of the one selected.
    Edit,
    /// Change the row of a key.
    Field(&'static str),
    /// Write this value; without any text the key leaves the file.
    Set(&'static str, &'static str),
    /// Say where the secret is.
    Secret(SecretPlace),
    /// Change the scopes of a set.
    EditSet(String),
    /// Make a new scope set.
    AddSet,
    /// What the row says in the file.
    Reset,
    /// Save what was typed.
    Save,
    /// Remove the file; asks.
    Delete,
    /// Show what to register, or the form again.
    Check,
    /// Move the secret out of the file into the keyring.
    MoveSecret,
    /// Take what somebody else wrote in place of what was typed.
    LoadTheirs,
    /// Keep what was typed beside what somebody else wrote.
    KeepMine,
    /// Give up everything that was typed, then do this.
    Discard(Box<Action>),
}

/// What is chosen from a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choosing {
    /// Where grants are kept.
    Keep,
    /// How the provider asks who signs in.
    SignIn,
    /// Which token is revoked.
    Revocation,
    /// Which token the provider is asked about.
    Introspection,
    /// One of the words that a key takes.
    Field(&'static str),
    /// Where the secret is.
    Secret,
    /// Which scopes the link asks for.
    ScopeSet,
    /// What is done with a ticket.
    Ticket,
    /// What is done with the report of a run.
    Report,
    /// Which columns of the table are shown.
    Columns,
    /// With which answer this one is compared.
    Comparison,
}

/// Where a secret can be; in plain text in the file is never offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretPlace {
    /// In the system's keyring.
    Keyring,
    /// In an environment variable.
    Environment,
    /// Printed by a program.
    Command,
    /// Asked for.
    Prompt,
    /// Nowhere: the client has none.
    None,
}
