//! Room on the disk for the grant that a refresh will bring, so that a disk that fills up meanwhile cannot
//! lose it.

use super::files::{remove, sync, unwritten};
use crate::core::secret::Secret;
use crate::core::token::kept::VaultTrouble;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Least room that is reserved for the next grant, in bytes.
const LEAST_ROOM: usize = 64 * 1024;

/// Room on the disk that a grant is written into later; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Room {
    file: File,
    next: PathBuf,
    grant: PathBuf,
}

impl Room {
    /// Reserves at `next` twice the length in bytes, for what shall stand at `grant`.
    pub(super) fn reserve(
        next: PathBuf,
        grant: PathBuf,
        length: usize,
    ) -> Result<Self, VaultTrouble> {
        remove(&next)?;
        let file = create(&next).map_err(|error| unwritten(&next, &error))?;
        let room = Self { file, next, grant };
        let bytes = vec![b' '; LEAST_ROOM.max(2 * length)];
        (&room.file)
            .write_all(&bytes)
            .and_then(|()| room.file.sync_all())
            .map_err(|error| unwritten(&room.next, &error))?;
        Ok(room)
    }

    /// Writes the grant into the room and puts it in the place of the former one, durably.
    pub(super) fn fill(self, text: &Secret) -> Result<(), VaultTrouble> {
        let filling = || -> io::Result<()> {
            let bytes = text.expose().as_bytes();
            let mut file = &self.file;
            io::Seek::rewind(&mut file)?;
            file.write_all(bytes)?;
            file.set_len(bytes.len() as u64)?;
            file.sync_all()?;
            fs::rename(&self.next, &self.grant)?;
            self.grant.parent().map_or(Ok(()), sync)
        };
        filling().map_err(|error| unwritten(&self.grant, &error))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // When it has become the grant there is nothing of that name any more.
        let _ = fs::remove_file(&self.next);
    }
}

/// A new file that only this user can read.
#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
