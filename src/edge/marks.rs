//! The key under which secrets are marked (`#a3f1`): made once and kept, so that what one process shows can
//! be compared with what another one shows. It opens nothing; it only keeps marks from being computed by
//! somebody who has the value.

use crate::edge::folders::Folders;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Where this user's key is.
pub fn of_this_user() -> Option<PathBuf> {
    Folders::of_this_user().map(|folders| folders.data.join("marks.key"))
}

/// The key in a file, which is made where there is none. Blocking, for 32 bytes. Fails where it can neither
/// be read nor made: then marks hold for one process only, and nothing else is lost.
pub fn key(file: &Path, random: impl Fn(&mut [u8]) -> io::Result<()>) -> io::Result<[u8; 32]> {
    match read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(file, random),
        read => read,
    }
}

/// What stands in the file; anything but 32 bytes is none of ours.
fn read(file: &Path) -> io::Result<[u8; 32]> {
    if !fs::metadata(file)?.is_file() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut key = [0; 32];
    let mut opened = File::open(file)?;
    opened.read_exact(&mut key)?;
    match opened.read(&mut [0])? {
        0 => Ok(key),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Makes the file, readable by this user alone. Of two processes that make it at once, one wins.
fn make(file: &Path, random: impl Fn(&mut [u8]) -> io::Result<()>) -> io::Result<[u8; 32]> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    fs::create_dir_all(folder)?;
    let mut key = [0; 32];
    random(&mut key)?;
    let mut made = tempfile::NamedTempFile::new_in(folder)?;
    made.write_all(&key)?;
    match made.persist_noclobber(file) {
        Ok(_) => Ok(key),
        Err(_) => read(file),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    /// Not random at all.
    const SEVENS: fn(&mut [u8]) -> io::Result<()> = |bytes| {
        bytes.fill(7);
        Ok(())
    };

    #[test]
    fn it_is_made_once_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/marks.key");
        assert_eq!(key(&file, SEVENS).unwrap(), [7; 32]);
        let other = |bytes: &mut [u8]| {
            bytes.fill(8);
            Ok(())
        };
        assert_eq!(key(&file, other).unwrap(), [7; 32], "it was kept");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("marks.key");
        key(&file, SEVENS).unwrap();
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn what_is_no_key_is_not_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("short", "x"),
            ("long", "a key of more than thirty-two bytes"),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            assert!(key(&file, SEVENS).is_err(), "{name}");
        }
        assert!(key(folder.path(), SEVENS).is_err(), "a folder");
    }
}
