//! What leaves this machine is written to a path that the user named: a new file, readable by its owner alone.

use crate::edge::folders::at_home;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};

/// Writes a text to a new file (0600). Fails with what happened and what to do; nothing that is there is
/// overwritten, and nothing half written stays.
pub fn write_new(path: &str, text: &str) -> Result<(), String> {
    create_new(path, |file| {
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
    })
}

/// The same with whatever is written into it.
pub(in crate::edge) fn create_new(
    path: &str,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let place = at_home(path);
    let mut file = options.open(&place).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => format!("`{path}` is there already: name another file"),
        ErrorKind::NotFound => format!("The folder of `{path}` is not there: name one that is"),
        ErrorKind::PermissionDenied => format!("`{path}` may not be written: name another folder"),
        _ => format!("`{path}` cannot be written ({error})"),
    })?;
    write(&mut file).map_err(|error| {
        // Half of it would be worse than nothing; if it cannot be removed either, the disk has its own say.
        let _ = std::fs::remove_file(&place);
        format!("`{path}` could not be written whole ({error}): make room, or name another disk")
    })
}
