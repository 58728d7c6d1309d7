//! The system's keyring, asked on threads of its own, so that one that never answers holds up nobody.
//!
//! A call that was given up goes on in its thread until the keyring answers; it can still show a question
//! to the user. What it was to change it leaves alone from then on: it looks whether it was given up right
//! before it writes. Only when the keyring has been handed the change itself and says nothing can that
//! change come later, and then before any other of this process, as they are made one after another.

use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, VaultTrouble, VaultTroubleKind};
use keyring_core::{CredentialStore, Entry, Error};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a keyring is waited for.
const LIMIT: Duration = Duration::from_secs(5);

/// Under which everything of this program stands in a keyring.
const SERVICE: &str = "dineroscope";

/// Where something stands in a keyring.
#[derive(Debug, Clone)]
pub(super) struct Account {
    user: String,
    /// What people read in the programs that show a keyring.
    label: String,
}

impl Account {
    /// Of a grant.
    pub(super) fn of_grant(client: &Client, id: &GrantId) -> Self {
        Self {
            user: format!("{}/{}", client.key(), id.as_str()),
            label: format!("dineroscope: tokens of {}", client.client_id),
        }
    }

    /// Of a client's secret.
    pub(super) fn of_secret(client: &Client) -> Self {
        Self {
            user: format!("{}/client-secret", client.key()),
            label: format!("dineroscope: client secret of {}", client.client_id),
        }
    }

    /// Its entry in a store, whether it is there or not.
    fn entry(&self, store: &CredentialStore) -> keyring_core::Result<Entry> {
        let label = HashMap::from([("label", self.label.as_str())]);
        match store.build(SERVICE, &self.user, Some(&label)) {
            // A store that knows no labels refuses what it does not know.
            Err(Error::NotSupportedByStore(_) | Error::Invalid(..)) => {
                store.build(SERVICE, &self.user, None)
            }
            built => built,
        }
    }
}

/// Makes the connection to a keyring.
type Open = dyn Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync;

/// A keyring.
#[derive(Clone)]
pub(super) struct Keyring {
    open: Arc<Open>,
    /// Held while something is changed.
    changing: Arc<Mutex<()>>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keyring")
    }
}

impl Keyring {
    /// The one of the system and user.
    pub(super) fn of_the_system() -> Self {
        Self::opened_by(open_system)
    }

    /// One that is kept elsewhere.
    pub(super) fn of(store: Arc<CredentialStore>) -> Self {
        Self::opened_by(move || Ok(store.clone()))
    }

    fn opened_by(
        open: impl Fn() -> keyring_core::Result<Arc<CredentialStore>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            open: Arc::new(open),
            changing: Arc::default(),
        }
    }

    /// What stands there, for each in order; `None` for one that is not there. All of it within the limit.
    pub(super) fn read(
        &self,
        accounts: Vec<Account>,
    ) -> Result<Vec<Result<Option<Secret>, VaultTrouble>>, VaultTrouble> {
        self.ask(move |store, _| {
            let read = |account: &Account| read(&account.entry(store).map_err(|it| trouble(&it))?);
            Ok(accounts.iter().map(read).collect())
        })
    }

    /// Writes in place of what stands there.
    pub(super) fn write(&self, account: Account, secret: Secret) -> Result<(), VaultTrouble> {
        self.change(account, move |entry, given_up| {
            // A locked keyring asks for its password here, so that the change itself waits for nobody.
            if let Err(trouble) = read(entry)
                && trouble.kind != VaultTroubleKind::Damaged
            {
                return Err(trouble);
            }
            write(entry, &secret, given_up)
        })
    }

    /// Writes what stands there once more, or this where there is nothing: when that can be done, a new one
    /// can most likely be written, too.
    pub(super) fn rewrite(&self, account: Account, otherwise: Secret) -> Result<(), VaultTrouble> {
        self.change(account, move |entry, given_up| {
            let secret = read(entry)?.unwrap_or(otherwise);
            write(entry, &secret, given_up)
        })
    }

    /// Removes what stands there; what is not there is removed already.
    pub(super) fn remove(&self, account: Account) -> Result<(), VaultTrouble> {
        self.change(account, |entry, given_up| {
            let found = match entry.get_credential() {
                Ok(found) => vec![found],
                Err(Error::Ambiguous(found)) => found,
                Err(Error::NoEntry) => return Ok(()),
                Err(error) => return Err(trouble(&error)),
            };
            for entry in found {
                still_wanted(given_up)?;
                match entry.delete_credential() {
                    Ok(()) | Err(Error::NoEntry) => {}
                    Err(error) => return Err(trouble(&error)),
                }
            }
            Ok(())
        })
    }

    /// Changes one entry, after every change that was begun before.
    fn change(
        &self,
        account: Account,
        change: impl FnOnce(&Entry, &AtomicBool) -> Result<(), VaultTrouble> + Send + 'static,
    ) -> Result<(), VaultTrouble> {
        let changing = self.changing.clone();
        self.ask(move |store, given_up| {
            let _in_order = changing.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = account.entry(store).map_err(|error| trouble(&error))?;
            change(&entry, given_up)
        })
    }

    /// Has a thread of its own ask the keyring, and waits for it as long as it may take.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&CredentialStore, &AtomicBool) -> Result<T, VaultTrouble> + Send + 'static,
    ) -> Result<T, VaultTrouble> {
        let open = self.open.clone();
        let given_up = Arc::new(AtomicBool::new(false));
        let is_given_up = given_up.clone();
        let (sender, answer) = mpsc::sync_channel(1);
        let asking = move || {
            let answer = match open() {
                Ok(store) => question(&*store, &is_given_up),
                Err(error) => Err(absent(&error)),
            };
            // Nobody waits for it any more when it took too long.
            let _ = sender.send(answer);
        };
        let started = std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(asking);
        if let Err(error) = started {
            return Err(VaultTrouble {
                kind: VaultTroubleKind::Other,
                message: format!("no thread could be started to ask the keyring ({error})"),
            });
        }
        match answer.recv_timeout(LIMIT) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => {
                given_up.store(true, Ordering::SeqCst);
                Err(silent())
            }
            Err(RecvTimeoutError::Disconnected) => Err(VaultTrouble {
                kind: VaultTroubleKind::Other,
                message: "the part of this program that asks the keyring broke; please report this"
                    .to_owned(),
            }),
        }
    }
}

/// What an entry holds; `None` when it is not there.
fn read(entry: &Entry) -> Result<Option<Secret>, VaultTrouble> {
    match entry.get_secret() {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Secret::new(text))),
            Err(_) => Err(VaultTrouble {
                kind: VaultTroubleKind::Damaged,
                message: format!(
                    "the keyring's entry `{}` of `{SERVICE}` is not UTF-8: remove it there and sign in again",
                    name(entry)
                ),
            }),
        },
        Err(Error::NoEntry) => Ok(None),
        Err(Error::Ambiguous(_)) => Err(VaultTrouble {
            kind: VaultTroubleKind::Damaged,
            message: format!(
                "the keyring has several entries `{}` of `{SERVICE}`: remove all but the right one there",
                name(entry)
            ),
        }),
        Err(error) => Err(trouble(&error)),
    }
}

/// Writes an entry, unless nobody wants it any more.
fn write(entry: &Entry, secret: &Secret, given_up: &AtomicBool) -> Result<(), VaultTrouble> {
    still_wanted(given_up)?;
    let bytes = secret.expose().as_bytes();
    entry.set_secret(bytes).map_err(|error| match error {
        Error::TooLong(_, most) => VaultTrouble {
            kind: VaultTroubleKind::Other,
            message: format!(
                "this system's keyring takes {most} bytes an entry at most, and this has {}: keep tokens in \
                 files (`keep_tokens = \"file\"`), a client secret in an environment variable or behind a command",
                bytes.len()
            ),
        },
        error => trouble(&error),
    })
}

/// That the call was not given up.
fn still_wanted(given_up: &AtomicBool) -> Result<(), VaultTrouble> {
    if given_up.load(Ordering::SeqCst) {
        return Err(silent());
    }
    Ok(())
}

/// The name of an entry below the service.
fn name(entry: &Entry) -> String {
    entry.get_specifiers().map_or_else(String::new, |it| it.1)
}

fn silent() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Silent,
        message: format!(
            "the keyring did not answer within {} s: unlock it where it asks for that, and try again",
            LIMIT.as_secs()
        ),
    }
}

fn absent(error: &Error) -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Absent,
        message: format!(
            "no keyring can be reached on this machine ({}): {}",
            cause(error),
            super::INSTEAD
        ),
    }
}

/// What a keyring that was reached had against it.
fn trouble(error: &Error) -> VaultTrouble {
    let cause = cause(error);
    // A store may tell of a lock in its own words only.
    let is_locked = matches!(error, Error::NoStorageAccess(_)) || cause.contains("IsLocked");
    if is_locked {
        VaultTrouble {
            kind: VaultTroubleKind::Locked,
            message: format!("the keyring is locked ({cause}): unlock it and try again"),
        }
    } else {
        VaultTrouble {
            kind: VaultTroubleKind::Other,
            message: format!(
                "the keyring failed ({cause}): try again, or {}",
                super::INSTEAD
            ),
        }
    }
}

/// What the system said, without the words around it; never what an entry holds.
fn cause(error: &Error) -> String {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the entry cannot be read".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(target_os = "linux")]
fn open_system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn open_system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open_system() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn open_system() -> keyring_core::Result<Arc<CredentialStore>> {
    Err(Error::NotSupportedByStore(
        "this program knows no keyring of this system".to_owned(),
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use keyring_core::api::CredentialStoreApi as _;
    use keyring_core::mock;

    #[test]
    fn a_store_that_takes_short_entries_only_says_how_short_and_where_else_to_keep_it() {
        let store = mock::Store::new().unwrap();
        let entry = store.build(SERVICE, "long", None).unwrap();
        let refusing: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        refusing.set_error(Error::TooLong("secret".to_owned(), 2560));
        let secret = Secret::new("s".repeat(3000));
        let trouble = write(&entry, &secret, &AtomicBool::new(false)).unwrap_err();
        for part in ["2560 bytes", "3000", "keep_tokens = \"file\""] {
            assert!(trouble.message.contains(part), "{trouble}");
        }
    }

    #[test]
    fn what_was_given_up_is_not_written() {
        let store = mock::Store::new().unwrap();
        let entry = store.build(SERVICE, "late", None).unwrap();
        let trouble = write(&entry, &Secret::new("late"), &AtomicBool::new(true)).unwrap_err();
        assert_eq!(trouble.kind, VaultTroubleKind::Silent);
        assert_eq!(read(&entry), Ok(None));
    }
}
