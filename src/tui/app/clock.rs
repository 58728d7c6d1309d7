//! When the screen must next be drawn although nothing came in.
//!
//! An idle screen wakes for nothing: only what is in view and counts is waited for.

use crate::core::engine::Engine;
use crate::core::oauth::{RunPhase, Step};
use crate::tui::ui::{Screen, Ui};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// From this many seconds on a token's lifetime is shown in minutes.
const MINUTES_FROM: i64 = 300;

/// The longest sleep before the clock is looked at again: it may have been set meanwhile.
const LONGEST: SignedDuration = SignedDuration::from_secs(3600);

/// The next moment at which something on the screen changes by itself.
pub(super) fn next(engine: &Engine, ui: &Ui, now: Timestamp) -> Option<Timestamp> {
    let after = |seconds: i64| now.checked_add(SignedDuration::from_secs(seconds)).ok();
    let second = counts_seconds(engine, ui, now)
        .then(|| next_second(engine, now))
        .flatten();
    let token = engine
        .grant()
        .and_then(|grant| grant.seconds_left(now))
        .and_then(|left| match left {
            ..=0 => None,
            1..=MINUTES_FROM => next_second(engine, now),
            _ => after((left % 60 + 1).min(left - MINUTES_FROM)),
        });
    let moments = [
        engine.next_deadline(),
        ui.notice.as_ref().map(|notice| notice.until),
        ui.revealed.as_ref().map(|revealed| revealed.until),
        second,
        token,
    ];
    moments.into_iter().flatten().min()
}

/// Whether seconds count in what is in view.
fn counts_seconds(engine: &Engine, ui: &Ui, now: Timestamp) -> bool {
    let run = engine.run();
    if ui.screen != Screen::Step {
        return false;
    }
    match (&run.phase, ui.step) {
        (RunPhase::Waiting, Step::Consent | Step::Callback)
        | (RunPhase::Exchanging(_), Step::Exchange) => true,
        (RunPhase::Answered, Step::Callback | Step::Exchange) => {
            let lifetime = engine
                .profile()
                .map_or(0, |profile| i64::from(profile.provider.code_lifetime));
            run.answered_at
                .is_some_and(|at| now.as_second() - at.as_second() <= lifetime)
        }
        (_, Step::Requests) => {
            engine.requests().is_busy() || engine.retry_at().is_some_and(|at| at > now)
        }
        _ => false,
    }
}

/// When the seconds of the run's clocks change next.
fn next_second(engine: &Engine, now: Timestamp) -> Option<Timestamp> {
    let run = engine.run();
    let base = run
        .answered_at
        .or(run.waiting.map(|waiting| waiting.since))
        .unwrap_or(now);
    let into = now.duration_since(base).subsec_nanos().max(0);
    let left = SignedDuration::from_nanos(1_000_000_000 - i64::from(into));
    now.checked_add(left).ok()
}

/// Sleeps until a moment; without a moment, for ever.
pub(super) async fn until(moment: Option<Timestamp>) {
    let Some(moment) = moment else {
        return std::future::pending().await;
    };
    let left = moment
        .duration_since(Timestamp::now())
        .clamp(SignedDuration::ZERO, LONGEST);
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}
