//! The drafts on the disk: one file, replaced whole, readable by this user alone.
//!
//! Several of these programs may run: each writes its own changes into what stands there now. A file that is
//! damaged is put aside, never written over.

use crate::core::dinero::drafts::{Drafts as All, Unreadable, VERSION};
use crate::core::wire::redact::Mask;
use crate::edge::folders::Folders;
use crate::edge::private::{close_to_others, make_folders, turn_in};
use crate::edge::profiles::write::{sync, written};
use crate::edge::requests::Changes;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The file.
const FILE: &str = "drafts.json";

/// What is locked by who writes it.
const LOCK: &str = "drafts.lock";

/// Largest file that is read, in bytes; one that is larger was not written here.
const LARGEST: u64 = 32 * 1024 * 1024;

/// How many damaged files are put aside; the last of them is replaced.
const ASIDE: u32 = 9;

/// Where drafts are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafts {
    folder: Option<PathBuf>,
}

impl Drafts {
    /// Nothing is kept.
    pub const fn nowhere() -> Self {
        Self { folder: None }
    }

    /// Where this user's drafts are.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data),
        }
    }

    /// Those in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: Some(folder.to_owned()),
        }
    }

    /// Every draft, and what is worth saying of the file. Blocking.
    pub fn load(&self) -> (All, Vec<String>) {
        let Some(folder) = &self.folder else {
            return (All::default(), Vec::new());
        };
        match read(folder) {
            Ok((drafts, notices)) => (drafts, notices),
            Err(reason) => (All::default(), vec![reason]),
        }
    }

    /// Writes changes into what stands there; what did not fit is named. Blocking. Fails with what happened,
    /// as a sentence.
    pub(in crate::edge) fn write(
        &self,
        changes: &Changes,
        mask: &Mask,
    ) -> Result<Vec<String>, String> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let path = folder.join(FILE);
        let cannot = |error: io::Error| {
            let place = path.display();
            format!(
                "{place} cannot be written ({error}): look who may write there, and whether the disk is full"
            )
        };
        make_folders(folder).map_err(cannot)?;
        // Somebody else's folder is theirs to close.
        let _ = close_to_others(folder);
        let _turn = turn_in(folder, LOCK).map_err(cannot)?;
        let (mut drafts, mut notices) = read(folder)?;
        for ((profile, of), change) in changes {
            drafts.change(profile, of, change, mask);
        }
        let (text, left_out) = drafts.text();
        notices.extend(left_out);
        let made = written(folder, text.as_str()).map_err(cannot)?;
        made.persist(&path).map_err(|error| cannot(error.error))?;
        sync(folder);
        Ok(notices)
    }
}

/// What stands in a folder. A damaged file is put aside and said; fails for one that must not be written over.
fn read(folder: &Path) -> Result<(All, Vec<String>), String> {
    let path = folder.join(FILE);
    let text = match text_of(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(format!("{} cannot be read ({error})", path.display())),
        Ok(text) => text,
    };
    match text.as_deref().map_or(Err(Unreadable::Damaged), All::read) {
        Ok((drafts, 0)) => Ok((drafts, Vec::new())),
        Ok((drafts, left_out)) => {
            let words = format!("{left_out} of the drafts could not be read, and are left out");
            Ok((drafts, vec![words]))
        }
        Err(Unreadable::Later(version)) => Err(format!(
            "a later version of dineroscope wrote {} (format {version}, this one reads {VERSION})",
            path.display()
        )),
        Err(Unreadable::Damaged) => {
            let aside = put_aside(&path)?;
            let words = format!(
                "the drafts could not be read: they are in {} now",
                aside.display()
            );
            Ok((All::default(), vec![words]))
        }
    }
}

/// The text of a file; `None` when it is no text. A pipe would be waited on, so only a file is opened.
fn text_of(path: &Path) -> io::Result<Option<String>> {
    if !fs::metadata(path)?.is_file() {
        let words = "what stands there is no file";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)?;
    let is_whole = bytes.len() as u64 <= LARGEST;
    Ok(String::from_utf8(bytes).ok().filter(|_| is_whole))
}

/// Gives a damaged file another name.
fn put_aside(path: &Path) -> Result<PathBuf, String> {
    let aside = |number: u32| path.with_file_name(format!("drafts-damaged-{number}.json"));
    let mut free = (1..ASIDE).map(aside).filter(|it| !it.exists());
    let aside = free.next().unwrap_or_else(|| aside(ASIDE));
    fs::rename(path, &aside).map_err(|error| {
        let place = path.display();
        format!("{place} cannot be read as drafts, nor be put aside ({error}): remove it")
    })?;
    Ok(aside)
}
