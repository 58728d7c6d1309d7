//! The file in which the user's editor gets a text: for this user alone, and gone when it is dropped.
//!
//! It has a folder of its own, so that what an editor puts beside it (a copy, a swap file) goes with it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Most that is taken back, in bytes: 16 MiB.
pub const LARGEST: usize = 16 * 1024 * 1024;

/// The file.
#[derive(Debug)]
pub struct Scratch {
    /// What it held at first.
    before: String,
    path: PathBuf,
    /// Removed with all that is in it when dropped.
    _folder: TempDir,
}

impl Scratch {
    /// A new file that holds a text; `name` with its ending tells the editor what it is. Fails with what
    /// happened and what to do.
    pub fn new(name: &str, text: &str) -> Result<Self, String> {
        let mut made = tempfile::Builder::new();
        made.prefix("dineroscope-");
        #[cfg(unix)]
        made.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let place = std::env::temp_dir();
        let trouble = |error: io::Error| {
            let place = place.display();
            format!("`{place}` takes no file for the editor: make room, or set TMPDIR ({error})")
        };
        let folder = made.tempdir().map_err(trouble)?;
        let path = folder.path().join(name);
        write(&path, text).map_err(trouble)?;
        Ok(Self {
            before: text.to_owned(),
            path,
            _folder: folder,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in it now; `None` where that is what it held at first. Fails with why it is not taken.
    pub fn taken(&self) -> Result<Option<String>, String> {
        let bytes = read(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => "The editor removed the file: nothing was taken".to_owned(),
            _ => format!("The file could not be read ({error}): nothing was taken"),
        })?;
        judge(&self.before, bytes)
    }
}

/// Writes the file (0600).
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// Reads no more of it than shows that it is too large. What is no file would never end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no file any more"));
    }
    let mut bytes = Vec::new();
    let most = LARGEST as u64 + 1;
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What is taken of what an editor left: not what editors add by themselves, one line break at the end and a
/// byte order mark at the beginning.
fn judge(before: &str, bytes: Vec<u8>) -> Result<Option<String>, String> {
    if bytes.len() > LARGEST {
        return Err("The file is over 16 MiB: nothing was taken".to_owned());
    }
    let Ok(mut text) = String::from_utf8(bytes) else {
        return Err("What the editor wrote is not UTF-8: nothing was taken".to_owned());
    };
    if text.starts_with(MARK) && !before.starts_with(MARK) {
        text.remove(0);
    }
    if text.ends_with('\n') && !before.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text == before {
        return Ok(None);
    }
    if text.trim().is_empty() {
        return Err("The file was empty: the body is as it was".to_owned());
    }
    Ok(Some(text))
}

/// The byte order mark.
const MARK: char = '\u{feff}';

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    /// What is taken, as words.
    fn taken(before: &str, after: &str) -> String {
        match judge(before, after.as_bytes().to_vec()) {
            Ok(Some(text)) => format!("took {text:?}"),
            Ok(None) => "nothing changed".to_owned(),
            Err(why) => why,
        }
    }

    #[test]
    fn the_line_break_that_editors_add_is_no_change() {
        for (before, after, expected) in [
            ("{}", "{}", "nothing changed"),
            ("{}", "{}\n", "nothing changed"),
            ("{}", "{}\r\n", "nothing changed"),
            ("{}", "\u{feff}{}\r\n", "nothing changed"),
            ("{}\n", "{}\n", "nothing changed"),
            ("", "", "nothing changed"),
            ("", "\n", "nothing changed"),
            ("{}", "{}\n\n", "took \"{}\\n\""),
            ("{}\n", "{}", "took \"{}\""),
            ("{}", "{\n}\n", "took \"{\\n}\""),
            ("{}\n", "{ }\n", "took \"{ }\\n\""),
            ("", "new\n", "took \"new\""),
            ("{}", "", "The file was empty: the body is as it was"),
            ("{}", " \n\n", "The file was empty: the body is as it was"),
        ] {
            assert_eq!(
                taken(before, after),
                expected,
                "{before:?} became {after:?}"
            );
        }
    }

    #[test]
    fn what_is_no_text_or_too_large_is_not_taken() {
        let why = judge("{}", b"\xff\xfe{".to_vec()).unwrap_err();
        assert!(why.contains("not UTF-8"), "{why}");
        let why = judge("{}", vec![b'x'; LARGEST + 1]).unwrap_err();
        assert!(why.contains("16 MiB"), "{why}");
        let most = judge("{}", vec![b'x'; LARGEST]).unwrap();
        assert_eq!(most.map(|text| text.len()), Some(LARGEST));
    }

    #[test]
    fn it_is_for_this_user_alone_and_gone_with_all_beside_it() {
        let scratch = Scratch::new("body.json", "{}").unwrap();
        let path = scratch.path().to_owned();
        let folder = path.parent().unwrap().to_owned();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&folder), mode(&path)), (0o700, 0o600));
        }
        std::fs::write(folder.join("body.json~"), "a copy").unwrap();
        drop(scratch);
        assert!(!folder.exists());
    }

    #[test]
    fn a_file_that_is_gone_or_none_is_said() {
        let scratch = Scratch::new("body.json", "{}").unwrap();
        std::fs::remove_file(scratch.path()).unwrap();
        let why = scratch.taken().unwrap_err();
        assert!(why.contains("removed the file"), "{why}");
        std::fs::create_dir(scratch.path()).unwrap();
        let why = scratch.taken().unwrap_err();
        assert!(why.contains("no file any more"), "{why}");
    }

    #[test]
    fn an_editor_may_put_another_file_in_its_place() {
        let scratch = Scratch::new("body.json", "{}").unwrap();
        let other = scratch.path().with_extension("new");
        std::fs::write(&other, "{\"a\":1}\n").unwrap();
        std::fs::rename(&other, scratch.path()).unwrap();
        assert_eq!(scratch.taken().unwrap().as_deref(), Some("{\"a\":1}"));
    }
}
