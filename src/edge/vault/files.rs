//! The folder of one client in the vault, and how files are read and written there so that a crash, a full
//! disk or another process never leaves half of one.
//!
//! ```text
//! vault/<client.key()>/       0700
//!     <id>.grant              0600  the grant, when it is kept in files
//!     <id>.keyring            0600  its index entry, when it is kept in the keyring: no secret
//!     <id>.in-flight          0600  a refresh was sent and its answer is not kept yet
//!     <id>.lock                     held (`File::lock`) by the process that refreshes or removes it
//!     <id>.next               0600  room for the grant that a refresh will bring
//!     current                 0600  the id that was chosen last
//! ```

use super::mark::Mark;
use super::room::Room;
use crate::core::secret::Secret;
use crate::core::token::kept::{GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::edge::private::{close_to_others, make_folders};
use jiff::Timestamp;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Largest file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// How often, and how long apart, a lock is asked for: who reads holds it for a moment, too.
const LOCK_TRIES: u32 = 40;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// The file that names the grant that was chosen last.
const CURRENT: &str = "current";

/// What belongs to a grant: each a file with an ending of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The grant itself, kept in files.
    Grant,
    /// The index entry of a grant in the keyring.
    Keyring,
    /// The mark of a refresh that was sent: JSON `{"v":1,"sent_at":…,"process":…}`.
    InFlight,
    /// Locked by the process that refreshes or removes the grant.
    Lock,
    /// Room for the grant that a refresh will bring.
    Next,
}

impl Part {
    /// The ending of its file name.
    fn ending(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Keyring => "keyring",
            Self::InFlight => "in-flight",
            Self::Lock => "lock",
            Self::Next => "next",
        }
    }

    /// The file name of this part of a grant.
    pub fn file_name(self, id: &GrantId) -> String {
        format!("{}.{}", id.as_str(), self.ending())
    }
}

/// The folder of one client.
#[derive(Debug, Clone)]
pub(super) struct ClientFolder {
    path: PathBuf,
}

impl ClientFolder {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where this part of a grant stands, whether it is there or not.
    pub(super) fn part(&self, id: &GrantId, part: Part) -> PathBuf {
        self.path.join(part.file_name(id))
    }

    /// Whether something stands there, whatever it is.
    pub(super) fn has(&self, id: &GrantId, part: Part) -> bool {
        self.part(id, part).symlink_metadata().is_ok()
    }

    /// Makes the folder when it is not there, and closes it to others.
    pub(super) fn make(&self) -> Result<&Path, VaultTrouble> {
        make(&self.path).map_err(|error| unwritten(&self.path, &error))?;
        Ok(&self.path)
    }

    /// The names of all files of this part: the id, or `None` for a name that is none of ours.
    pub(super) fn all(&self, part: Part) -> Result<Vec<(PathBuf, Option<GrantId>)>, VaultTrouble> {
        let entries = match fs::read_dir(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(unread(&self.path, &error)),
            Ok(entries) => entries,
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unread(&self.path, &error))?.path();
            let hidden = path
                .file_name()
                .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
            if path.extension().is_some_and(|it| it == part.ending()) && !hidden {
                let stem = path.file_stem().and_then(|stem| stem.to_str());
                let id = stem.and_then(GrantId::read);
                all.push((path, id));
            }
        }
        all.sort();
        Ok(all)
    }

    /// The text of this part of a grant; `None` when it is not there.
    pub(super) fn read(&self, id: &GrantId, part: Part) -> Result<Option<Secret>, VaultTrouble> {
        read(&self.part(id, part))
    }

    /// Writes this part of a grant durably.
    pub(super) fn write(
        &self,
        id: &GrantId,
        part: Part,
        text: &Secret,
    ) -> Result<(), VaultTrouble> {
        write(self.make()?, &part.file_name(id), text.expose().as_bytes())
    }

    /// The id that was chosen last.
    pub(super) fn current(&self) -> Option<GrantId> {
        let text = read(&self.path.join(CURRENT)).ok()??;
        GrantId::read(text.expose().trim_end())
    }

    /// Remembers the id that was chosen.
    pub(super) fn choose(&self, id: &GrantId) -> Result<(), VaultTrouble> {
        write(self.make()?, CURRENT, id.as_str().as_bytes())
    }

    /// The mark of a refresh that was sent.
    pub(super) fn in_flight(&self, id: &GrantId) -> Option<Mark> {
        Mark::standing(&self.part(id, Part::InFlight))
    }

    /// When a refresh of this grant was sent that ended in the dark. Who refreshes now holds the lock while
    /// there is a mark, so only one that still stands after nobody held the lock was left behind.
    pub(super) fn in_the_dark(&self, kept: &KeptGrant) -> Option<Timestamp> {
        self.in_flight(&kept.id)?;
        if self.is_locked(&kept.id) {
            return None;
        }
        let left = self.in_flight(&kept.id)?;
        left.is_about(&kept.grant).then_some(left.sent_at)
    }

    /// Whether a process is refreshing or removing the grant now.
    fn is_locked(&self, id: &GrantId) -> bool {
        let path = self.part(id, Part::Lock);
        let is_held = |lock: File| {
            let looking = lock.try_lock_shared();
            // A program that is being started just now would hold it open a moment longer.
            let _ = lock.unlock();
            matches!(looking, Err(TryLockError::WouldBlock))
        };
        path.is_file() && File::open(&path).is_ok_and(is_held)
    }

    /// Removes this part of a grant, and when nothing else of the grant is kept, all that belongs to it. Who
    /// calls holds the [lock](Self::lock).
    pub(super) fn forget(&self, id: &GrantId, part: Part) -> Result<(), VaultTrouble> {
        if !self.path.is_dir() {
            return Ok(());
        }
        remove(&self.part(id, part))?;
        remove(&self.part(id, Part::Next))?;
        self.remove_leftovers(id)?;
        if !self.has(id, Part::Grant) && !self.has(id, Part::Keyring) {
            remove(&self.part(id, Part::InFlight))?;
            if self.current().as_ref() == Some(id) {
                remove(&self.path.join(CURRENT))?;
            }
            remove(&self.part(id, Part::Lock))?;
        }
        sync(&self.path).map_err(|error| unwritten(&self.path, &error))
    }

    /// Holds the lock of a grant for as long as the result lives. `None` when there is no lock file, so that
    /// nobody can be holding it.
    pub(super) fn lock(&self, id: &GrantId) -> Result<Option<File>, VaultTrouble> {
        let path = self.part(id, Part::Lock);
        if !path.is_file() {
            return Ok(None);
        }
        let opened = OpenOptions::new().read(true).write(true).open(&path);
        let file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unwritten(&path, &error)),
            Ok(file) => file,
        };
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(error)) => return Err(unwritten(&path, &error)),
                Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            }
        }
        Err(VaultTrouble {
            kind: VaultTroubleKind::Other,
            message: format!(
                "the grant is being refreshed by another process, which holds `{}`: try again when it has ended",
                path.display()
            ),
        })
    }

    /// Reserves room on the disk for the grant that will take this one's place.
    pub(super) fn reserve(&self, id: &GrantId, text: &Secret) -> Result<Room, VaultTrouble> {
        self.make()?;
        Room::reserve(
            self.part(id, Part::Next),
            self.part(id, Part::Grant),
            text.expose().len(),
        )
    }

    /// Removes what a process that was killed while it wrote has left of a grant.
    fn remove_leftovers(&self, id: &GrantId) -> Result<(), VaultTrouble> {
        let start = format!(".{}.", id.as_str());
        let entries = fs::read_dir(&self.path).map_err(|error| unread(&self.path, &error))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            if name.starts_with(start.as_bytes()) {
                remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Writes a file of the vault in place of what was there: whole or not at all, 0600, and on the disk when
/// this returns.
pub(in crate::edge) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), VaultTrouble> {
    let path = folder.join(name);
    let writing = || -> io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(&format!(".{name}."))
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        sync(folder)
    };
    writing().map_err(|error| unwritten(&path, &error))
}

/// Reads a file of the vault; `None` when it is not there. A pipe would be waited on, so only files are
/// opened.
pub(in crate::edge) fn read(path: &Path) -> Result<Option<Secret>, VaultTrouble> {
    let facts = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unread(path, &error)),
        Ok(facts) => facts,
    };
    if !facts.is_file() {
        return Err(damaged(path, "is no file"));
    }
    if facts.len() > LARGEST {
        return Err(damaged(path, "is larger than 1 MiB"));
    }
    let mut text = String::new();
    let reading = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    match reading {
        Ok(_) => Ok(Some(Secret::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(damaged(path, "is not UTF-8"))
        }
        Err(error) => Err(unread(path, &error)),
    }
}

/// Removes a file of the vault; one that is not there is removed already.
pub(in crate::edge) fn remove(path: &Path) -> Result<(), VaultTrouble> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(VaultTrouble {
            kind: VaultTroubleKind::Disk,
            message: format!("`{}` cannot be removed ({error})", path.display()),
        }),
        _ => Ok(()),
    }
}

/// What stands at a path is not what this program writes there.
pub(super) fn damaged(path: &Path, what: &str) -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Damaged,
        message: format!(
            "`{}` {what}: expected a grant as this program keeps it; remove the file and sign in again",
            path.display()
        ),
    }
}

/// A path of the vault cannot be written.
pub(super) fn unwritten(path: &Path, error: &io::Error) -> VaultTrouble {
    let next = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space",
        _ => "make it a place that you may write",
    };
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message: format!("`{}` cannot be written ({error}): {next}", path.display()),
    }
}

/// A path of the vault cannot be read.
pub(super) fn unread(path: &Path, error: &io::Error) -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message: format!(
            "`{}` cannot be read ({error}): make it a place that you may read",
            path.display()
        ),
    }
}

/// Makes a folder of the vault and those above it, 0700; the two that are the vault's own are closed to
/// others when they were open.
fn make(folder: &Path) -> io::Result<()> {
    let above = folder.parent();
    if !folder.is_dir() {
        make_folders(folder)?;
        for made in above.into_iter().chain(above.and_then(Path::parent)) {
            sync(made)?;
        }
    }
    for own in above.into_iter().chain([folder]) {
        close_to_others(own)?;
    }
    Ok(())
}

/// Brings the names in a folder to the disk.
#[cfg(unix)]
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

// Elsewhere names are brought to the disk by the system.

#[cfg(not(unix))]
pub(super) fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
