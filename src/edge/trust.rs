//! Remembers which profiles of folders found by themselves the user trusts with which secret.
//!
//! A file `trusted` in the data folder, a hash a line ([`TrustQuestion::key`]). It is read strictly: what
//! this program did not write trusts nothing, so that damage can only lead to being asked again.

use crate::core::profile::trust::TrustQuestion;
use crate::edge::folders::Folders;
use crate::edge::profiles::write::{sync, turn, written};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes: some sixteen thousand answers.
const LARGEST: u64 = 1024 * 1024;

/// The list of what is trusted, a file of hashes.
#[derive(Debug, Clone)]
pub struct Trusted {
    file: Option<PathBuf>,
}

impl Trusted {
    /// The list of this user.
    pub fn of_this_user() -> Self {
        Self {
            file: Folders::of_this_user().map(|folders| folders.data.join("trusted")),
        }
    }

    /// The list in that file; it may be missing yet, and its folder too.
    pub fn at(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// Whether a question was answered with yes before. Blocking.
    pub fn holds(&self, question: &TrustQuestion) -> bool {
        let (Some(file), Ok(key)) = (&self.file, key(question)) else {
            return false;
        };
        keys_in(file).contains(&key)
    }

    /// Remembers a yes. Blocking.
    pub fn keep(&self, question: &TrustQuestion) -> io::Result<()> {
        let key = key(question)?;
        let (Some(file), Some(folder)) = (&self.file, self.file.as_deref().and_then(Path::parent))
        else {
            return Err(io::Error::other("this system names no home"));
        };
        make_folder(folder)?;
        let _turn = turn(folder).map_err(io::Error::other)?;
        let mut keys = keys_in(file);
        if keys.contains(&key) {
            return Ok(());
        }
        keys.push(key);
        let text: String = keys.iter().flat_map(|key| [key.as_str(), "\n"]).collect();
        if text.len() as u64 > LARGEST {
            return Err(io::Error::other("the list of what is trusted is full"));
        }
        written(folder, &text)?
            .persist(file)
            .map_err(|error| error.error)?;
        sync(folder);
        Ok(())
    }
}

/// What a question is remembered under: its file by the one path that leads there without links. A path
/// that is no text could not be told from others like it, so it is not remembered.
fn key(question: &TrustQuestion) -> io::Result<String> {
    let path = fs::canonicalize(&question.path)?;
    if path.to_str().is_none() {
        return Err(io::Error::other("the path is not UTF-8"));
    }
    let question = TrustQuestion {
        path,
        ..question.clone()
    };
    Ok(question.key())
}

/// The keys in a file; none when it is missing, too large, or anything but a list of keys.
fn keys_in(file: &Path) -> Vec<String> {
    let Some(text) = text_of(file) else {
        return Vec::new();
    };
    let is_key = |line: &str| {
        line.len() == 64
            && line
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    if !text.ends_with('\n') || !text.lines().all(is_key) {
        return Vec::new();
    }
    text.lines().map(str::to_owned).collect()
}

/// The whole text of a file, when it is one. A pipe would be waited on, so only files are opened.
fn text_of(file: &Path) -> Option<String> {
    if !fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut text = String::new();
    let length = File::open(file)
        .and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text))
        .ok()?;
    (length as u64 <= LARGEST).then_some(text)
}

/// Makes the data folder, closed to others.
#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// Makes the data folder; where it stands, it is closed to others already.
#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
