//! Step 6: how often the API was called of late, and when it may be called again.
//!
//! Dinero takes 100 calls a minute for each organization and client (reference 2.6).

use super::Engine;
use super::message::Effect;
use crate::core::dinero::call::Call;
use crate::core::wire::{Purpose, Record};
use jiff::fmt::temporal::DateTimeParser;
use jiff::{SignedDuration, Timestamp};

/// How many calls a minute Dinero takes.
pub const CALLS_A_MINUTE: usize = 100;

/// How long one waits after a 429 that does not say; inferred.
const A_MINUTE: i64 = 60;

/// The longest wait that is taken from an answer: a day.
const LONGEST: i64 = 86_400;

/// A call that is sent once more as soon as it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// When.
    pub at: Timestamp,
    /// What; the next page of what is being fetched where it is nothing.
    call: Option<Call>,
}

/// When a call that was answered so may be sent again.
pub fn allowed_again(record: &Record) -> Option<Timestamp> {
    let response = record
        .outcome
        .response()
        .filter(|response| response.status == 429)?;
    let answered = record
        .timing
        .total
        .and_then(|total| record.at.checked_add(total).ok())
        .unwrap_or(record.at);
    let seconds = response.headers.get("retry-after").and_then(|after| {
        after.trim().parse::<i64>().ok().or_else(|| {
            let until = DateTimeParser::new().parse_timestamp(after).ok()?;
            Some(until.duration_since(answered).as_secs())
        })
    });
    let seconds = seconds.unwrap_or(A_MINUTE).clamp(0, LONGEST);
    answered
        .checked_add(SignedDuration::from_secs(seconds))
        .ok()
}

impl Engine {
    /// How many calls of the API went out in the last minute.
    pub fn calls_of_late(&self, now: Timestamp) -> usize {
        let recent =
            |record: &&Record| now.duration_since(record.at) < SignedDuration::from_mins(1);
        let calls = self
            .transcript
            .iter()
            .rev()
            .filter(|record| record.purpose == Purpose::Api);
        calls.take_while(recent).count()
    }

    /// When what was answered last may be sent again; `None` where it was not refused for its pace.
    pub fn retry_at(&self) -> Option<Timestamp> {
        allowed_again(self.record(self.requests.answered?)?)
    }

    /// Sends once more what was refused, when that is allowed.
    pub(super) fn retry_later(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(at) = self.retry_at() else {
            return Vec::new();
        };
        let call = self
            .requests
            .last_call
            .clone()
            .filter(|_| !self.could_go_on());
        self.requests.retry = Some(Retry { at, call });
        self.retry_when_due(now)
    }

    /// The time has come, perhaps.
    pub(super) fn retry_when_due(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some(retry) = self.requests.retry.take_if(|retry| retry.at <= now) else {
            return Vec::new();
        };
        match retry.call {
            Some(call) => self.send(now, &call),
            None => self.go_on_fetching(now),
        }
    }
}
