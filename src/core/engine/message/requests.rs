//! The vocabulary of step 6: requests in hand, files that go along, pages that are fetched one after another.

use crate::core::dinero::draft::Draft;
use crate::core::dinero::page::Page;
use crate::core::dinero::upload::Upload;
use crate::core::reader::ask::{Ask, Told};
use crate::core::wire::{Body, CallId, Response};
use std::ops::Range;

/// Imperative, from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestCommand {
    /// Send this.
    Send(Box<Draft>),
    /// Fetch every page of this, and join what comes into one answer.
    FetchAll(Box<Draft>),
    /// Go on fetching where that stopped.
    GoOn,
    /// Send once more what was answered with 429, as soon as that is allowed.
    Retry,
    /// Remember a value of an answer under this name, for `{{name}}`.
    Remember(String, String),
    /// Forget what was remembered under this name.
    Forget(String),
    /// Ask the reader of the answer.
    Read(Ask),
}

/// Past tense, from the world.
#[derive(Debug, Clone, PartialEq)]
pub enum RequestEvent {
    /// A file that is to be sent was read, or could not be.
    FileRead {
        /// The call that takes it along.
        call: CallId,
        /// The file, or what happened.
        file: Result<Upload, String>,
    },
    /// Some more of a request went out, or of its answer came in.
    Progressed(CallId, Progress),
    /// An answer was read as a page; `None` when it is none.
    PageRead(CallId, Option<Page>),
    /// Pages were joined into one answer.
    Joined {
        /// The last call of them.
        call: CallId,
        /// All of them in one envelope.
        response: Box<Response>,
    },
    /// The head of an answer is there; its body is read from where it grows.
    Arriving(CallId, Box<Response>),
    /// The reader of an answer tells something.
    Read(CallId, Told),
}

/// Imperative, to the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestEffect {
    /// Read a file that is to be sent; answered by `FileRead`.
    ReadFile {
        /// The call that takes it along.
        call: CallId,
        /// Where it is.
        path: String,
    },
    /// Read an answer as a page, off the UI task; answered by `PageRead`.
    ReadPage {
        /// The call whose answer it is.
        call: CallId,
        /// Its body.
        body: Body,
    },
    /// Join pages, off the UI task; answered by `Joined`.
    Join {
        /// The last call of them.
        call: CallId,
        /// The head that the joined answer gets.
        head: Box<Response>,
        /// Bodies, and where their items stand in them.
        pages: Vec<(Body, Range<usize>)>,
        /// How many items that are.
        count: u64,
        /// How many there are in all, where that is known.
        total: Option<u64>,
    },
}

/// Imperative, to the reader of answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderEffect {
    /// Read an answer, in place of the one before; answered by `Read` again and again.
    Open {
        /// The call whose answer it is.
        call: CallId,
        /// The answer; while it comes, its head and where its body grows.
        answer: Box<Response>,
        /// Whether more of its body comes.
        comes: bool,
    },
    /// All of an answer is there that will be.
    Ended {
        /// The call whose answer it is.
        call: CallId,
        /// Whether it ended before its end.
        cut: bool,
    },
    /// Ask it something.
    Ask(CallId, Ask),
}

/// How far a request is, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// What went out of the body.
    pub sent: u64,
    /// What is to go out.
    pub to_send: u64,
    /// What came of the answer's body, before it is unpacked.
    pub received: u64,
    /// What the answer announced.
    pub announced: Option<u64>,
}
