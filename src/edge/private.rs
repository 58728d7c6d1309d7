//! Files and folders that only this user can read, and taking turns at them.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long another program is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether that one is done.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Opens a file to read it and to write at its end. One that is new must not be there yet, and is made with its
/// folder; another one must be there.
pub(in crate::edge) fn open_to_append(path: &Path, is_new: bool) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folders(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create_new(is_new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder and those above it, 0700.
#[cfg(unix)]
pub(in crate::edge) fn make_folders(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Takes away what others may do with a folder.
#[cfg(unix)]
pub(in crate::edge) fn close_to_others(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(folder)?.permissions().mode();
    let is_open = mode & 0o077 != 0;
    if is_open {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

// Elsewhere what is in the user's own folder is closed to others already.

/// Makes a folder and those above it.
#[cfg(not(unix))]
pub(in crate::edge) fn make_folders(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Nothing is open to others.
#[cfg(not(unix))]
pub(in crate::edge) fn close_to_others(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The turn of this program at a place, for as long as the result lives. Where nothing can be locked there is
/// none, and what is written whole has to do.
pub(in crate::edge) fn turn(handle: File, place: &Path) -> Result<Option<File>, String> {
    let begun = Instant::now();
    loop {
        match handle.try_lock() {
            Ok(()) => return Ok(Some(handle)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(LOOK_AGAIN);
            }
            Err(TryLockError::WouldBlock) => {
                return Err(format!(
                    "another program has held `{}` for 5 s: end it, or try again",
                    place.display()
                ));
            }
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// The turn at the files of a folder, by a lock file in it, which is made when it is not there. The file is
/// never removed, so that all lock the same one.
pub(in crate::edge) fn turn_in(folder: &Path, lock: &str) -> io::Result<Option<File>> {
    let place = folder.join(lock);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let handle = options.open(&place)?;
    turn(handle, &place).map_err(|why| io::Error::new(io::ErrorKind::TimedOut, why))
}
