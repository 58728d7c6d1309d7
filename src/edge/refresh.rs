//! Refreshes a grant by the protocol of design.md section 4, so that no process loses a token to another.

use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::refresh::{Afterwards, RefreshOutcome, afterwards, renewed};
use crate::core::profile::ProxyChoice;
use crate::core::token::kept::KeptGrant;
use crate::core::wire::{CallId, Purpose, Record, Request};
use crate::edge::http::Door;
use crate::edge::vault::Vault;
use jiff::Timestamp;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// The call's name.
    pub call: CallId,
    /// The grant as it is known to who asks, and where it is kept.
    pub kept: KeptGrant,
    /// The token request.
    pub request: Request,
    /// Which proxy.
    pub proxy: ProxyChoice,
    /// Largest body that is read, in bytes.
    pub body_limit: usize,
    /// Whether it is sent although an earlier one ended in the dark.
    pub anyway: bool,
}

/// The moments of a refresh, in order; tests stop a process at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before the lock is asked for.
    Begun,
    /// The lock is held.
    Locked,
    /// The mark *in flight* is on the disk; nothing was sent.
    Marked,
    /// The answer came; nothing of it is kept yet.
    Answered,
    /// The new grant is on the disk; the mark still is, too.
    Written,
    /// The mark is gone; the lock is still held.
    Cleared,
}

/// Refreshes; what was sent and what came, when something was, and what became of it. `reached` is called
/// at each point.
pub async fn refresh(
    door: &Door,
    _vault: &Vault,
    order: Order,
    reached: impl Fn(Point) + Send + Sync,
) -> (Option<Record>, RefreshOutcome) {
    reached(Point::Begun);
    let record = door
        .send(
            order.call,
            Purpose::Refresh,
            order.request,
            order.proxy,
            order.body_limit,
        )
        .await;
    let outcome = match renewed(&order.kept.grant, &record.outcome, Timestamp::now()) {
        Ok(grant) => RefreshOutcome::Renewed(Box::new(grant)),
        Err(trouble) => failed(&record, trouble),
    };
    (Some(record), outcome)
}

/// What a refresh without a grant means for the refresh token.
fn failed(record: &Record, trouble: TokenTrouble) -> RefreshOutcome {
    match afterwards(record, &trouble) {
        Afterwards::AsBefore => RefreshOutcome::Refused(trouble),
        Afterwards::Unknown => RefreshOutcome::Unknown(trouble),
    }
}
