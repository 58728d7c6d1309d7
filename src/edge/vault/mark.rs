//! The mark *in flight*: a refresh token was sent, and what came of it is not kept yet.
//!
//! It names what was sent by a fingerprint, so that a mark whose refresh did end well (the process died
//! between keeping the new tokens and removing the mark) alarms nobody.

use super::files;
use crate::core::secret::Secret;
use crate::core::secret::hexadecimal;
use crate::core::token::Grant;
use crate::core::token::kept::VaultTrouble;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// A mark, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::edge) struct Mark {
    /// When the refresh token was sent; for display only.
    pub(in crate::edge) sent_at: Timestamp,
    /// What was sent; `None` in a mark that does not say.
    fingerprint: Option<String>,
}

impl Mark {
    /// The mark of sending this grant's refresh token.
    pub(in crate::edge) fn of(grant: &Grant, sent_at: Timestamp) -> Self {
        Self {
            sent_at,
            fingerprint: Some(fingerprint(grant)),
        }
    }

    /// Whether the refresh of this very grant may have ended in the dark. A mark that does not say
    /// what was sent may be about any.
    pub(in crate::edge) fn is_about(&self, grant: &Grant) -> bool {
        self.fingerprint
            .as_ref()
            .is_none_or(|sent| *sent == fingerprint(grant))
    }

    /// The mark that stands there; also when it is empty, damaged or cannot be read, for it was set.
    pub(in crate::edge) fn standing(path: &Path) -> Option<Self> {
        let written_at = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(_) => None,
            Ok(facts) => facts.modified().ok(),
        };
        let damaged = || Self {
            sent_at: written_at
                .and_then(|at| Timestamp::try_from(at).ok())
                .unwrap_or(Timestamp::UNIX_EPOCH),
            fingerprint: None,
        };
        match files::read(path) {
            // It was removed meanwhile; or it is a link that leads nowhere.
            Ok(None) => fs::symlink_metadata(path).is_ok().then(damaged),
            Ok(Some(text)) => Some(Self::from_json(&text).unwrap_or_else(damaged)),
            Err(_) => Some(damaged()),
        }
    }

    /// Sets the mark; it is on the disk when this returns. Where that fails, none stands there.
    pub(in crate::edge) fn set(&self, folder: &Path, name: &str) -> Result<(), VaultTrouble> {
        let text = json!({
            "v": 1,
            "sent_at": self.sent_at.to_string(),
            "process": std::process::id(),
            "sent": self.fingerprint,
        });
        files::write(folder, name, text.to_string().as_bytes()).inspect_err(|_| {
            let path = folder.join(name);
            if Self::standing(&path).as_ref() == Some(self) {
                let _ = files::remove(&path);
            }
        })
    }

    fn from_json(text: &Secret) -> Option<Self> {
        let mark: Value = serde_json::from_str(text.expose()).ok()?;
        let text = |name: &str| mark.get(name).and_then(Value::as_str);
        Some(Self {
            sent_at: text("sent_at")?.parse().ok()?,
            fingerprint: text("sent").map(str::to_owned),
        })
    }
}

/// Tells one state of a grant from the next: 16 hexadecimal digits of SHA-256. The access token is part of
/// it because not every server gives a new refresh token.
fn fingerprint(grant: &Grant) -> String {
    let tokens = json!([
        grant.refresh_token.as_ref().map(Secret::expose),
        grant.access_token.expose(),
        grant.obtained_at.to_string(),
    ]);
    hexadecimal(&digest(&SHA256, tokens.to_string().as_bytes()).as_ref()[..8])
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    const NAME: &str = "0123456789abcdef.in-flight";

    fn grant(access_token: &str) -> Grant {
        Grant {
            access_token: Secret::new(access_token),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new("refresh")),
            id_token: None,
            asked: Vec::new(),
            scopes: Vec::new(),
            scopes_named: false,
            expires_in: None,
            obtained_at: Timestamp::UNIX_EPOCH,
            api_origin: "https://api.dinero.dk".to_owned(),
        }
    }

    #[test]
    fn a_mark_names_what_was_sent_and_when_and_no_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert_eq!(Mark::standing(&path), None);
        let sent_at = Timestamp::from_second(1_795_431_658).unwrap();
        let mark = Mark::of(&grant("one"), sent_at);
        mark.set(folder.path(), NAME).unwrap();
        assert_eq!(Mark::standing(&path), Some(mark.clone()));
        assert!(mark.is_about(&grant("one")));
        assert!(!mark.is_about(&grant("two")), "the refresh token may stay");
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("refresh"), "{text}");
    }

    #[test]
    fn a_damaged_mark_counts_from_when_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        for bytes in [&b""[..], b"{", b"\xff", b"[]", b"{\"v\":1}"] {
            fs::write(&path, bytes).unwrap();
            let mark = Mark::standing(&path).unwrap();
            let written_at = fs::metadata(&path).unwrap().modified().unwrap();
            assert_eq!(mark.sent_at, Timestamp::try_from(written_at).unwrap());
            assert!(mark.is_about(&grant("one")) && mark.is_about(&grant("two")));
        }
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(Mark::standing(&path).is_some());
    }

    #[test]
    fn a_mark_that_cannot_be_set_does_not_stand() {
        let folder = tempfile::tempdir().unwrap();
        let mark = Mark::of(&grant("one"), Timestamp::UNIX_EPOCH);
        let nowhere = folder.path().join("nowhere");
        assert!(mark.set(&nowhere, NAME).is_err());
        assert_eq!(Mark::standing(&nowhere.join(NAME)), None);
    }
}
