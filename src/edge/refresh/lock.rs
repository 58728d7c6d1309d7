//! The lock file of a grant: one process at a time refreshes it, and the file says which.
//!
//! The lock is the system's and ends with its process, however that ends. The file itself is left where it
//! is; should another hand remove it, whoever locks looks whether they hold the file that stands there now.

use crate::core::token::kept::{VaultTrouble, VaultTroubleKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long apart a lock is asked for that another holds.
const PAUSE: Duration = Duration::from_millis(25);

/// Most that is read of a lock file, in bytes.
const LARGEST: u64 = 1024;

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// Why a lock is not held.
#[derive(Debug)]
pub(super) enum NotLocked {
    /// Another holds it: `process 4711, since 12:01:20`.
    Busy(String),
    /// There can be no lock.
    Trouble(VaultTrouble),
}

impl Lock {
    /// Takes the lock, and waits for it no longer than `patience`.
    pub(super) async fn take(path: &Path, patience: Duration) -> Result<Self, NotLocked> {
        let begun = Instant::now();
        loop {
            let trouble = |error| NotLocked::Trouble(unlockable(path, &error));
            if let Some(lock) = Self::attempt(path).map_err(trouble)? {
                return Ok(lock);
            }
            if begun.elapsed() >= patience {
                return Err(NotLocked::Busy(holder(path)));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Takes the lock if it is free.
    fn attempt(path: &Path) -> io::Result<Option<Self>> {
        let file = open(path)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
            Ok(()) if !is_what_stands_at(&file, path) => return Ok(None),
            Ok(()) => {}
        }
        let lock = Self { file };
        lock.say_who();
        Ok(Some(lock))
    }

    /// Writes down who holds it. A disk that is full does not hinder the lock, only what others can say.
    fn say_who(&self) {
        let who = json!({
            "v": 1,
            "process": std::process::id(),
            "since": Timestamp::now().to_string(),
        });
        let _ = self.file.set_len(0);
        let _ = (&self.file).write_all(who.to_string().as_bytes());
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        // Closing it is not enough: a program that is being started just now holds it open a moment longer.
        let _ = self.file.unlock();
    }
}

/// Who holds the lock, as far as the file says.
fn holder(path: &Path) -> String {
    let mut text = String::new();
    let reading = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    let who: Value = match reading {
        Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
        Err(_) => Value::Null,
    };
    let process = who.get("process").and_then(Value::as_u64);
    let since = who.get("since").and_then(Value::as_str);
    let since = since.and_then(|since| since.parse::<Timestamp>().ok());
    match (process, since) {
        (Some(process), Some(since)) => {
            let since = since
                .to_zoned_datetime(TimeZone::system())
                .strftime("%H:%M:%S");
            format!("process {process}, since {since}")
        }
        (Some(process), None) => format!("process {process}"),
        (None, _) => "another process".to_owned(),
    }
}

/// A lock file that cannot be made or locked.
fn unlockable(path: &Path, error: &io::Error) -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message: format!(
            "`{}` cannot be locked ({error}): make it a file that you may write, on a disk that knows locks",
            path.display()
        ),
    }
}

#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

/// Whether this file is the one of that name: it may have been removed before it was locked.
#[cfg(unix)]
fn is_what_stands_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let name = |facts: fs::Metadata| (facts.dev(), facts.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(standing)) => name(held) == name(standing),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_what_stands_at(_file: &File, path: &Path) -> bool {
    fs::exists(path).unwrap_or(false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[tokio::test]
    async fn one_holds_it_and_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let held = Lock::take(&path, NOW).await.unwrap();
        match Lock::take(&path, NOW).await {
            Err(NotLocked::Busy(holder)) => {
                let known = format!("process {}, since ", std::process::id());
                assert!(holder.starts_with(&known), "{holder}");
            }
            other => panic!("{other:?}"),
        }
        drop(held);
        assert!(Lock::take(&path, NOW).await.is_ok());
    }

    #[tokio::test]
    async fn whatever_stands_in_the_file_is_no_hindrance_and_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        for text in ["", "{", "{\"process\":\"\u{1b}[2J\"}", "[4711]"] {
            fs::write(&path, text).unwrap();
            assert_eq!(holder(&path), "another process");
        }
        assert!(Lock::take(&path, NOW).await.is_ok());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_was_removed_is_no_lock_any_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        let opened = open(&path).unwrap();
        assert!(is_what_stands_at(&opened, &path));
        fs::remove_file(&path).unwrap();
        assert!(!is_what_stands_at(&opened, &path));
        let _held = Lock::take(&path, NOW).await.unwrap();
        assert!(!is_what_stands_at(&opened, &path));
    }

    #[tokio::test]
    async fn where_no_file_can_be_there_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        match Lock::take(folder.path(), NOW).await {
            Err(NotLocked::Trouble(trouble)) => assert_eq!(trouble.kind, VaultTroubleKind::Disk),
            other => panic!("{other:?}"),
        }
    }
}
