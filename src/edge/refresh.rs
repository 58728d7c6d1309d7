//! Refreshes a grant by the protocol of design.md section 4, so that no process loses a token to another
//! and none is lost to a crash.
//!
//! ```text
//! lock ─► re-read ─► reserve room ─► mark ─► send ─► keep the new grant ─► clear the mark ─► unlock
//!            │              │                  │                │
//!      by another,     not sent           unknown: the     not kept: the
//!      unsettled, gone                    mark stays       mark stays
//! ```
//!
//! A process that ends between mark and keep leaves the mark; the next one finds it and sends nothing by
//! itself. No step is judged by a clock: times are only shown.

mod lock;
mod withdraw;

pub use withdraw::withdraw;

use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::refresh::{Afterwards, RefreshOutcome, afterwards, renewed};
use crate::core::profile::{KeepTokens, ProxyChoice};
use crate::core::token::Grant;
use crate::core::token::kept::{KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::core::wire::{CallId, Purpose, Record, Request};
use crate::edge::http::Door;
use crate::edge::vault::mark::Mark;
use crate::edge::vault::{Part, Reserved, Vault, files};
use jiff::Timestamp;
use lock::{Lock, NotLocked};
use std::path::PathBuf;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// How long the lock of a grant is waited for, where nothing else is said.
pub const PATIENCE: Duration = Duration::from_mins(1);

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
    /// How long the lock is waited for.
    pub patience: Duration,
}

/// The moments of a refresh, in order; tests stop a process at each. Where nothing is kept there are only
/// the first and the answer.
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
/// at each point. To be run to its end: who drops it on the way leaves what a crash leaves.
pub async fn refresh(
    door: &Door,
    vault: &Vault,
    order: Order,
    reached: impl Fn(Point) + Send + Sync,
) -> (Option<Record>, RefreshOutcome) {
    reached(Point::Begun);
    if order.kept.keep == KeepTokens::Memory {
        let (record, answer) = send(door, &order).await;
        reached(Point::Answered);
        let outcome = match answer {
            Ok(grant) => RefreshOutcome::Renewed(Box::new(grant)),
            Err((trouble, afterwards)) => failed(trouble, afterwards),
        };
        return (Some(record), outcome);
    }
    let lock = match locked(vault, &order).await {
        Ok(lock) => lock,
        Err(outcome) => return (None, outcome),
    };
    reached(Point::Locked);
    let (keeper, kept, anyway) = (vault.clone(), order.kept.clone(), order.anyway);
    let preparing = off(move || InFlight::prepare(&keeper, &kept, anyway)).await;
    let in_flight = match preparing.unwrap_or_else(|broken| Err(RefreshOutcome::NotSent(broken))) {
        Ok(in_flight) => in_flight,
        Err(outcome) => return (None, outcome),
    };
    reached(Point::Marked);
    let (record, answer) = send(door, &order).await;
    reached(Point::Answered);
    let outcome = match answer {
        Ok(grant) => keep(vault, order.kept, in_flight, grant, &reached).await,
        Err((trouble, Afterwards::AsBefore)) => {
            let says_spent = is_spent(&trouble);
            let clearing = off(move || in_flight.clear_unless_open(says_spent)).await;
            if clearing.unwrap_or(false) {
                reached(Point::Cleared);
            }
            failed(trouble, Afterwards::AsBefore)
        }
        Err((trouble, Afterwards::Unknown)) => failed(trouble, Afterwards::Unknown),
    };
    drop(lock);
    (Some(record), outcome)
}

/// Takes the lock of the grant, or says why not.
async fn locked(vault: &Vault, order: &Order) -> Result<Lock, RefreshOutcome> {
    let (keeper, client) = (vault.clone(), order.kept.client.clone());
    let folder = off(move || keeper.folder(&client)).await;
    let folder = folder
        .unwrap_or_else(Err)
        .map_err(RefreshOutcome::NotSent)?;
    let path = folder.join(Part::Lock.file_name(&order.kept.id));
    Lock::take(&path, order.patience)
        .await
        .map_err(|not_locked| match not_locked {
            NotLocked::Busy(holder) => RefreshOutcome::Busy { holder },
            NotLocked::Trouble(trouble) => RefreshOutcome::NotSent(trouble),
        })
}

/// A refresh that is marked, with room for what it brings.
#[derive(Debug)]
struct InFlight {
    mark: PathBuf,
    room: Reserved,
    /// Whether an earlier one ended in the dark, so that no answer to this one makes the token good again.
    is_open: bool,
}

impl InFlight {
    /// Looks what is kept now, reserves room and sets the mark; or says why nothing is to be sent.
    fn prepare(vault: &Vault, kept: &KeptGrant, anyway: bool) -> Result<Self, RefreshOutcome> {
        let not_sent = RefreshOutcome::NotSent;
        let now = vault
            .one(&kept.client, &kept.id, kept.keep)
            .map_err(not_sent)?
            .ok_or(RefreshOutcome::Gone)?;
        let folder = vault.folder(&kept.client).map_err(not_sent)?;
        let name = Part::InFlight.file_name(&kept.id);
        let path = folder.join(&name);
        let standing = Mark::standing(&path);
        let open = standing.clone().filter(|mark| mark.is_about(&now.grant));
        if standing.is_some() && open.is_none() {
            // What it stood for was kept after all. Where it cannot be removed it alarms nobody.
            let _ = files::remove(&path);
        }
        if let Some(mark) = open.as_ref().filter(|_| !anyway) {
            let since = mark.sent_at;
            return Err(RefreshOutcome::Unsettled { since });
        }
        if !is_same(&now.grant, &kept.grant) {
            return Err(RefreshOutcome::ByAnother(Box::new(now.grant)));
        }
        let room = vault.reserve(kept).map_err(not_sent)?;
        let sent_at = open.as_ref().map(|mark| mark.sent_at);
        let mark = Mark::of(&kept.grant, sent_at.unwrap_or_else(Timestamp::now));
        if open.as_ref() != Some(&mark) {
            mark.set(&folder, &name).map_err(not_sent)?;
        }
        Ok(Self {
            mark: path,
            room,
            is_open: open.is_some(),
        })
    }

    /// Removes the mark after an answer that left the token as it was; whether it is gone. One that stood
    /// before stays, unless the answer says that the token is spent: then nothing is open any more.
    fn clear_unless_open(self, says_spent: bool) -> bool {
        (says_spent || !self.is_open) && files::remove(&self.mark).is_ok()
    }
}

/// Keeps what came in place of what was sent. Where that fails the mark stays: what is kept is spent.
async fn keep(
    vault: &Vault,
    kept: KeptGrant,
    in_flight: InFlight,
    grant: Grant,
    reached: &(impl Fn(Point) + Send + Sync),
) -> RefreshOutcome {
    let InFlight { mark, room, .. } = in_flight;
    let (keeper, grant) = (vault.clone(), Box::new(grant));
    let new = KeptGrant {
        grant: (*grant).clone(),
        ..kept
    };
    // The room may have been lost; what came is worth a second attempt.
    let keeping = off(move || room.keep(&new).or_else(|_| keeper.keep(&new))).await;
    if let Err(trouble) = keeping.unwrap_or_else(Err) {
        return RefreshOutcome::RenewedNotKept(grant, trouble);
    }
    reached(Point::Written);
    // Where it stays it alarms nobody: it is not about what is kept now.
    if let Ok(Ok(())) = off(move || files::remove(&mark)).await {
        reached(Point::Cleared);
    }
    RefreshOutcome::Renewed(grant)
}

/// Sends the token request: its record, and the new grant or what its absence means.
async fn send(door: &Door, order: &Order) -> (Record, Result<Grant, (TokenTrouble, Afterwards)>) {
    let record = door
        .send(
            order.call,
            Purpose::Refresh,
            order.request.clone(),
            order.proxy.clone(),
            order.body_limit,
        )
        .await;
    let answer = renewed(&order.kept.grant, &record.outcome, Timestamp::now()).map_err(|trouble| {
        let afterwards = afterwards(&record, &trouble);
        (trouble, afterwards)
    });
    (record, answer)
}

/// What a refresh without a grant means for the refresh token.
fn failed(trouble: TokenTrouble, afterwards: Afterwards) -> RefreshOutcome {
    match afterwards {
        Afterwards::AsBefore => RefreshOutcome::Refused(trouble),
        Afterwards::Unknown => RefreshOutcome::Unknown(trouble),
    }
}

/// Whether an answer says that the refresh token itself is no good (RFC 6749 5.2).
fn is_spent(trouble: &TokenTrouble) -> bool {
    matches!(trouble, TokenTrouble::Error { error, .. } if error == "invalid_grant")
}

/// Whether both are the same state of a grant: no refresh lies between them.
fn is_same(one: &Grant, other: &Grant) -> bool {
    one.refresh_token == other.refresh_token
        && one.access_token == other.access_token
        && one.obtained_at == other.obtained_at
}

/// Does what blocks on a thread of its own.
async fn off<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, VaultTrouble> {
    spawn_blocking(work).await.map_err(|error| VaultTrouble {
        kind: VaultTroubleKind::Other,
        message: format!(
            "a part of dineroscope broke while it kept a grant ({error}): please report this"
        ),
    })
}
