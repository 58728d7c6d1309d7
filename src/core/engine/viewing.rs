//! Step 6: what the reader of the answer has told, and what it is asked.

use super::Engine;
use super::message::Effect;
use super::message::requests::ReaderEffect;
use crate::core::reader::ask::{Ask, Cursor, Filter, Show, Status, Told};
use crate::core::reader::rows::Window;
use crate::core::wire::{Body, CallId, Outcome, Purpose, Record, Response};
use std::sync::Arc;

/// Most bytes of answers that are kept at hand; older ones beyond them are let go.
const KEPT: usize = 512 * 1_000_000;

/// What its reader has told of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewing {
    /// The call whose answer it is.
    pub call: CallId,
    /// How far the reader is.
    pub status: Status,
    /// The rows that were told last, and what they were asked for with.
    pub rows: Option<(Show, Arc<Window>)>,
    /// What is known of the row with the cursor.
    pub cursor: Option<Arc<Cursor>>,
    /// The filter that is on.
    pub filter: Filter,
    /// What was asked for last, whether or not it has been told.
    pub asked: Option<Show>,
}

impl Engine {
    /// The head of an answer has come: it is read from now on.
    pub(super) fn arriving(&mut self, call: CallId, head: Box<Response>) -> Vec<Effect> {
        let fetches = self.requests.gathering.as_ref();
        let is_page = fetches.is_some_and(super::gathering::Gathering::goes_on);
        if self.requests.sending != Some(call) || is_page {
            return Vec::new();
        }
        self.requests.arriving = Some((call, head.clone()));
        self.open_answer(call, head, true)
    }

    /// An answer is read, in place of the one before.
    pub(super) fn open_answer(
        &mut self,
        call: CallId,
        answer: Box<Response>,
        comes: bool,
    ) -> Vec<Effect> {
        self.requests.viewing = Some(Viewing {
            call,
            status: Status {
                comes,
                ..Status::default()
            },
            rows: None,
            cursor: None,
            filter: Filter::default(),
            asked: None,
        });
        vec![Effect::Reader(ReaderEffect::Open {
            call,
            answer,
            comes,
        })]
    }

    /// No more of an answer comes.
    pub(super) fn answer_ended(call: CallId, cut: bool) -> Vec<Effect> {
        vec![Effect::Reader(ReaderEffect::Ended { call, cut })]
    }

    /// Asks the reader of the answer.
    pub(super) fn ask_reader(&mut self, ask: Ask) -> Vec<Effect> {
        let Some(viewing) = &mut self.requests.viewing else {
            return Vec::new();
        };
        match &ask {
            Ask::Show(show) => viewing.asked = Some(*show),
            Ask::Filter(program) => {
                viewing.filter = Filter {
                    program: program.clone(),
                    runs: true,
                    trouble: None,
                };
            }
            Ask::EndFilter => viewing.filter = Filter::default(),
            _ => {}
        }
        vec![Effect::Reader(ReaderEffect::Ask(viewing.call, ask))]
    }

    /// The reader of an answer tells something; of another answer it is no news.
    pub(super) fn reader_told(&mut self, call: CallId, told: Told) {
        let viewing = self.requests.viewing.as_mut();
        let Some(viewing) = viewing.filter(|viewing| viewing.call == call) else {
            return;
        };
        match told {
            Told::Status(status) => viewing.status = *status,
            Told::Rows {
                show,
                window,
                cursor,
            } => {
                viewing.rows = Some((show, window));
                viewing.cursor = cursor;
            }
            Told::Filter(filter) => viewing.filter = filter,
            // These are for whoever asked.
            Told::Placed(..)
            | Told::Not(_)
            | Told::Copied(_)
            | Told::Differs(_)
            | Told::Saved { .. } => {}
        }
    }

    /// Older answers are let go when all together are too large; the newest is kept whatever its size.
    pub(super) fn let_go(&mut self, newest: &Record) {
        let size = |record: &Record| match &record.outcome {
            Outcome::Response(response) => response.body.len(),
            Outcome::Pending | Outcome::Failed(_) => 0,
        };
        let mut kept = size(newest);
        for record in self.transcript.iter_mut().rev() {
            if record.purpose != Purpose::Api || record.call == newest.call {
                continue;
            }
            kept = kept.saturating_add(size(record));
            if kept > KEPT
                && let Outcome::Response(response) = &mut record.outcome
            {
                response.body = Body::kept("", response.body.len());
            }
        }
    }
}
