//! How far a call is: what went out of its body, what came of its answer.

use crate::core::engine::message::requests::Progress;
use axum::body::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How long nothing is told after something was: a screen is drawn with each.
const QUIET: Duration = Duration::from_millis(30);

/// What goes out at a time; a body that is no longer goes at once.
const PIECE: usize = 64 * 1024;

/// Is told how far a call is.
pub type Tell = Arc<dyn Fn(Progress) + Send + Sync>;

/// Counts what goes out and what comes in.
#[derive(Clone, Default)]
pub(super) struct Counter {
    tell: Option<Tell>,
    /// How far it is, and when that was told last.
    so_far: Arc<Mutex<(Progress, Option<Instant>)>>,
}

impl Counter {
    /// One that tells somebody.
    pub(super) fn new(tell: Option<Tell>) -> Self {
        Self {
            tell,
            so_far: Arc::default(),
        }
    }

    /// Whether a body of that length is worth telling about.
    pub(super) fn counts(&self, length: usize) -> bool {
        self.tell.is_some() && length > PIECE
    }

    /// Something has changed. It is told from time to time, not with every packet.
    pub(super) fn change(&self, change: impl FnOnce(&mut Progress)) {
        let Some(tell) = &self.tell else { return };
        // Nobody panics while holding it.
        let mut so_far = self
            .so_far
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (progress, told) = &mut *so_far;
        change(progress);
        let moved = progress.sent + progress.received > 0;
        if moved && told.is_none_or(|told| told.elapsed() >= QUIET) {
            *told = Some(Instant::now());
            tell(*progress);
        }
    }
}

/// A body that goes out in pieces and is counted.
pub(super) struct Counted {
    rest: Bytes,
    counter: Counter,
}

impl Counted {
    /// All of a body.
    pub(super) fn new(bytes: Bytes, counter: Counter) -> Self {
        let length = bytes.len() as u64;
        counter.change(|progress| progress.to_send = length);
        Self {
            rest: bytes,
            counter,
        }
    }
}

impl Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        self.counter
            .change(|progress| progress.sent += length as u64);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
