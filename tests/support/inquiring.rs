//! Engines that have asked the provider's further endpoints, and how those answered.

use crate::renewing::answered;
use crate::stage::{Point, at, engine_at, sent};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::endpoint::Inquiry;
use dineroscope::core::wire::{Outcome, Record, Timing};
use jiff::SignedDuration;

/// Asks, and has it answered like that a moment later; what the engine asks of the world then.
pub(crate) fn inquire(
    engine: &mut Engine,
    seconds: i64,
    inquiry: Inquiry,
    outcome: Outcome,
) -> Vec<Effect> {
    let call = sent(&engine.command(at(seconds), Command::Inquire(inquiry)));
    let record = engine.record(call).unwrap().clone();
    let ended = Record {
        outcome,
        timing: Timing {
            total: Some(SignedDuration::from_millis(41)),
            ..Timing::default()
        },
        ..record
    };
    engine.event(at(seconds + 1), Event::Answered(Box::new(ended)))
}

/// An engine whose run brought tokens, with one inquiry answered.
pub(crate) fn inquired(inquiry: Inquiry, status: u16, body: &str) -> Engine {
    let mut engine = engine_at(Point::Authorized);
    inquire(&mut engine, 100, inquiry, answered(status, body));
    engine
}
