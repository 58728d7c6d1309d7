//! What is done with requests on step 6.

use crate::core::dinero::draft::Draft;
use crate::core::dinero::filter::Operator;
use crate::core::dinero::form::Step;
use crate::core::export::snippet::Language;
use crate::tui::ui::drafting::Entry;

/// What is done with the requests of step 6.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drafting {
    /// Type what narrows the list.
    Filter,
    /// Fold or unfold what is selected in the list.
    Fold,
    /// What the button of the request says.
    Button,
    /// List the organizations, so that one can be chosen.
    ListOrganizations,
    /// Send what is in hand; asks first where that is due.
    Send,
    /// Send this; it was asked about.
    SendSure(Box<Draft>),
    /// Fetch every page of what is in hand.
    FetchAll,
    /// The next page, or the one before.
    Page {
        /// Whether the next one.
        next: bool,
    },
    /// Show this part of the request.
    Tab(RequestTab),
    /// Show this part of the answer.
    Answer(AnswerTab),
    /// Change a value in the way that fits it.
    Edit(Slot),
    /// Type a value, whatever it is.
    Type(Slot),
    /// Give it this value.
    Set(Slot, String),
    /// Switch it on or off.
    Switch(Slot),
    /// Add what the part in view is made of.
    Add,
    /// Add an item to a list of the body.
    AddItem(Vec<Step>),
    /// Take the row that has the focus away.
    Remove,
    /// Take that part of the body away; it was asked about.
    RemoveSure(Vec<Step>),
    /// What the operation begins with; asks.
    Reset,
    /// Do that; it was asked about.
    ResetSure,
    /// Write the body in the user's editor.
    Write,
    /// Choose something from a list.
    Pick(Picking),
    /// Switch one of several values on or off.
    Check(Slot, String),
    /// Remember a value of the answer under a name.
    Remember(String, String),
    /// Use a value in another operation.
    Use {
        /// The operation.
        operation: String,
        /// Its parameter.
        parameter: String,
        /// The value.
        value: String,
    },
    /// Show the request in this language.
    Language(Language),
    /// Copy the request as code.
    CopyCode,
    /// Save it as a named request; asks for its name.
    SaveAs,
    /// Save the changes to a named request.
    Save,
    /// Keep a request of the history, or not any more.
    Pin,
    /// Delete what is selected in the list; asks.
    Delete,
    /// Do that; it was asked about.
    DeleteSure(Entry),
    /// Begin a run that asks for this scope as well.
    AskForScope(&'static str),
}

/// The parts of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RequestTab {
    /// Path and query.
    #[default]
    Params,
    /// Header fields.
    Headers,
    /// What is sent along.
    Body,
    /// The request in a programming language.
    Code,
}

impl RequestTab {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Params, Self::Headers, Self::Body, Self::Code];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Params => "Params",
            Self::Headers => "Headers",
            Self::Body => "Body",
            Self::Code => "Code",
        }
    }
}

/// The parts of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AnswerTab {
    /// The body, laid out.
    #[default]
    Pretty,
    /// Its items as rows of a table.
    Table,
    /// The body as it came.
    Raw,
    /// Status line and header fields.
    Headers,
    /// How long each phase took.
    Timing,
    /// What is to be said of it.
    Findings,
}

impl AnswerTab {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::Pretty,
        Self::Table,
        Self::Raw,
        Self::Headers,
        Self::Timing,
        Self::Findings,
    ];

    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pretty => "Pretty",
            Self::Table => "Table",
            Self::Raw => "Raw",
            Self::Headers => "Headers",
            Self::Timing => "Timing",
            Self::Findings => "Findings",
        }
    }
}

/// A value of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The method of a free request.
    Method,
    /// The path of a free request.
    Target,
    /// A parameter, counted.
    Parameter(usize),
    /// A header field, counted.
    Header(usize),
    /// A parameter that is not there yet: `name=value`.
    NewParameter,
    /// A header field that is not there yet: `Name: value`.
    NewHeader,
    /// The body as text.
    Body,
    /// The file that is the body.
    File,
    /// The title under which it is saved.
    Title,
    /// A value of the body.
    Field(Vec<Step>),
    /// A condition that is not there yet of the filter that is this parameter.
    Condition(usize, String, Operator),
}

/// What is chosen from a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picking {
    /// One of the values that it takes.
    Value(Slot),
    /// Several of them.
    Values(Slot),
    /// The conditions of the filter that is this parameter.
    Conditions(usize),
    /// What is done with a value of the answer.
    OfAnswer {
        /// Its name there.
        name: String,
        /// The value.
        value: String,
    },
    /// A variable.
    Variables,
    /// The language that the request is shown in.
    Language,
}
