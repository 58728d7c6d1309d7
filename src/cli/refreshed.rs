//! What became of a refresh, for scripts and in words.

use crate::cli::exit::Exit;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::wire::redact::Mask;
use jiff::Timestamp;

/// How an outcome is told.
pub(super) struct Told {
    /// For `--json`.
    pub(super) name: &'static str,
    /// How the program ends.
    pub(super) exit: Exit,
    /// Whether there is a new token.
    pub(super) renewed: bool,
    /// What happened, and what to do.
    pub(super) words: String,
}

/// Why a grant cannot be refreshed, and what to do.
pub(super) fn why_not(held: &HeldGrant, anyway: bool, name: &str) -> Option<String> {
    if held.grant.refresh_token.is_none() {
        return Some(format!(
            "no refresh token is kept with it: sign in again with `dineroscope login {name}`, with \
             `offline_access` among the scopes"
        ));
    }
    held.unsettled
        .filter(|_| !anyway)
        .map(|since| unsettled(since, name))
}

/// An earlier refresh ended in the dark.
fn unsettled(since: Timestamp, name: &str) -> String {
    format!(
        "nobody saw the answer to the refresh that was sent at {since:.0}, so the refresh token may be spent: \
         try it with `dineroscope token {name} refresh --anyway`, or sign in again with \
         `dineroscope login {name}`"
    )
}

/// The outcome, told.
pub(super) fn told(outcome: &RefreshOutcome, name: &str, mask: &Mask) -> Told {
    let told = |name, exit, words| Told {
        name,
        exit,
        renewed: false,
        words,
    };
    let new = |name, exit, words| Told {
        renewed: true,
        ..told(name, exit, words)
    };
    let again = format!("`dineroscope login {name}`");
    match outcome {
        RefreshOutcome::Renewed(_) => new("renewed", Exit::Done, "new tokens came".to_owned()),
        RefreshOutcome::ByAnother(_) => new(
            "by-another",
            Exit::Done,
            "another process refreshed it meanwhile: its tokens are used, nothing was sent"
                .to_owned(),
        ),
        RefreshOutcome::RenewedNotKept(_, trouble) => new(
            "not-kept",
            Exit::Profile,
            format!(
                "new tokens came and could not be kept, so they are gone when this command ends, and the \
                 old refresh token may be spent ({trouble}); then sign in again with {again}"
            ),
        ),
        RefreshOutcome::Refused(trouble) => told(
            "refused",
            exit_of(trouble),
            format!(
                "no new tokens came ({}); the old refresh token is as it was, unless the provider says it \
                 is spent: then sign in again with {again}",
                mask.text(&trouble.note(), &[])
            ),
        ),
        RefreshOutcome::Unknown(trouble) => told(
            "unknown",
            exit_of(trouble),
            format!(
                "the refresh was sent and no usable answer came ({}), so the refresh token may be spent: \
                 try `dineroscope token {name} refresh --anyway`, or sign in again with {again}",
                mask.text(&trouble.note(), &[])
            ),
        ),
        RefreshOutcome::Unsettled { since } => {
            told("unsettled", Exit::Refused, unsettled(*since, name))
        }
        RefreshOutcome::Busy { holder } => told(
            "busy",
            Exit::Profile,
            format!(
                "another process is refreshing it and does not end ({holder}); nothing was sent: try again \
                 later"
            ),
        ),
        RefreshOutcome::NotSent(trouble) => told(
            "not-sent",
            Exit::Profile,
            format!("nothing was sent: {trouble}"),
        ),
        RefreshOutcome::Gone => told(
            "gone",
            Exit::Profile,
            format!(
                "another process has forgotten it meanwhile; nothing was sent: sign in with {again}"
            ),
        ),
    }
}

/// No HTTP answer is something else than a no.
fn exit_of(trouble: &TokenTrouble) -> Exit {
    match trouble {
        TokenTrouble::NoAnswer => Exit::Unreachable,
        _ => Exit::Refused,
    }
}
