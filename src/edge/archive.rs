//! The kept runs: one file a run, appended to as the run goes, readable by this user alone.
//!
//! Every line is written whole with one call, so that whatever ends the program tears the last line at most.
//! A run's file has one writer, the program that began it. What cannot be written is tried again with what
//! comes next; the run itself never waits for it.

mod writer;

pub use writer::Writer;

use crate::core::history::read::{Unreadable, read};
use crate::core::history::{KeptRun, RunId, Summary};
use crate::edge::folders::Folders;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// The ending of a run's file.
const ENDING: &str = "jsonl";

/// Largest file that is read; one that is larger was not written here.
const LARGEST: u64 = 64 * 1024 * 1024;

/// How much is read of the beginning and of the end of a file for a line in the list.
const END: u64 = 48 * 1024;

/// How much is kept: what is beyond, the oldest first, is deleted when a new run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Most runs.
    pub runs: usize,
    /// Most days since a run began.
    pub days: i64,
    /// Most bytes altogether.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            runs: 500,
            days: 90,
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// Where runs are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    folder: Option<PathBuf>,
    retention: Retention,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listed {
    /// The runs, the newest first.
    pub runs: Vec<Summary>,
    /// Files that are no runs this version reads, each with why.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Why the folder could not be read.
    pub trouble: Option<String>,
}

impl Archive {
    /// Nothing is kept.
    pub fn nowhere() -> Self {
        Self {
            folder: None,
            retention: Retention::default(),
        }
    }

    /// Where this user's runs are.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data.join("runs")),
            retention: Retention::default(),
        }
    }

    /// Those in a folder, as many as that.
    pub fn in_folder(folder: &Path, retention: Retention) -> Self {
        Self {
            folder: Some(folder.to_owned()),
            retention,
        }
    }

    /// The folder; `None` where nothing is kept.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Every run, the newest first. Blocking; reads the beginning and the end of each file.
    pub fn list(&self) -> Listed {
        let mut listed = Listed::default();
        let files = match self.files() {
            Ok(files) => files,
            Err(reason) => {
                listed.trouble = Some(reason);
                return listed;
            }
        };
        for file in files.iter().rev() {
            match summary(&file.path) {
                Ok(summary) => listed.runs.push(summary),
                Err(reason) => listed.unreadable.push((file.path.clone(), reason)),
            }
        }
        listed
    }

    /// A run, whole. Blocking. Fails with what happened, as a sentence.
    pub fn open(&self, id: &RunId) -> Result<KeptRun, String> {
        let path = self.path(id)?;
        open_file(&path)
    }

    /// Deletes a run. Blocking.
    pub fn delete(&self, id: &RunId) -> Result<(), String> {
        let path = self.path(id)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(format!("{} cannot be deleted ({error})", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// The newest run that sent this state. Blocking.
    pub fn find_state(&self, state: &str) -> Option<Summary> {
        let files = self.files().ok()?;
        let mut summaries = files.iter().rev().map(|file| summary(&file.path));
        summaries.find_map(|summary| summary.ok().filter(|it| it.state == state))
    }

    /// The one run that a person means: its name, the beginning of it, or `last`.
    pub fn named(&self, text: &str) -> Result<RunId, String> {
        let files = self.files()?;
        let ids = || files.iter().filter_map(|file| RunId::read(&file.name));
        if text == "last" {
            let last = ids().next_back();
            return last.ok_or_else(|| "no run is kept yet".to_owned());
        }
        let mut meant = ids().filter(|id| !text.is_empty() && id.as_str().starts_with(text));
        match (meant.next(), meant.count()) {
            (Some(id), 0) => Ok(id),
            (Some(_), more) => Err(format!("{} runs begin with `{text}`: add digits", more + 1)),
            (None, _) => Err(format!(
                "no run is named `{text}`: `dineroscope runs list` names them"
            )),
        }
    }

    /// Deletes what is beyond the retention; `newest` is never deleted.
    fn prune(&self, newest: &RunId, now: jiff::Timestamp) {
        let Ok(files) = self.files() else { return };
        let oldest = now
            .checked_sub(jiff::SignedDuration::from_hours(24 * self.retention.days))
            .unwrap_or(jiff::Timestamp::MIN);
        let first_day = RunId::of(oldest, "", &crate::core::wire::redact::Mask::new([0; 32]));
        let (mut count, mut bytes) = (0, 0);
        for file in files.iter().rev() {
            count += 1;
            bytes += file.bytes;
            let is_old = file.name.as_str() < &first_day.as_str()[..15];
            let is_beyond = count > self.retention.runs || bytes > self.retention.bytes || is_old;
            if is_beyond && file.name != newest.as_str() {
                // Another instance may have deleted it already.
                let _ = fs::remove_file(&file.path);
            }
        }
    }

    /// The file of a run.
    fn path(&self, id: &RunId) -> Result<PathBuf, String> {
        let folder = self.folder.as_ref().ok_or("runs are not kept here")?;
        Ok(folder.join(format!("{id}.{ENDING}")))
    }

    /// The files of the folder, the oldest first.
    fn files(&self) -> Result<Vec<Kept>, String> {
        let Some(folder) = &self.folder else {
            return Ok(Vec::new());
        };
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(format!("{} cannot be read ({error})", folder.display())),
        };
        let mut files: Vec<Kept> = entries
            .filter_map(|entry| Kept::of(&entry.ok()?.path()))
            .collect();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }
}

/// A file of the folder.
struct Kept {
    name: String,
    path: PathBuf,
    bytes: u64,
}

impl Kept {
    /// A file whose name is that of a run.
    fn of(path: &Path) -> Option<Self> {
        let is_run = path.extension().is_some_and(|ending| ending == ENDING);
        let name = path.file_stem()?.to_str()?.to_owned();
        RunId::read(&name).filter(|_| is_run)?;
        let about = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        Some(Self {
            name,
            path: path.to_owned(),
            bytes: about.len(),
        })
    }
}

/// Reads the run in a file. Blocking. Fails with what happened, as a sentence.
pub fn open_file(path: &Path) -> Result<KeptRun, String> {
    let text = text_of(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("{} is not there", path.display()),
        _ => format!("{} cannot be read ({error})", path.display()),
    })?;
    read(&text).map_err(|why| format!("{} cannot be opened: {why}", path.display()))
}

/// A file as text; bytes that are none are replaced, which costs the line they are in.
fn text_of(path: &Path) -> io::Result<String> {
    let file = File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// The line of the list for a file.
fn summary(path: &Path) -> Result<Summary, String> {
    let (first, end) = ends_of(path).map_err(|error| format!("it cannot be read ({error})"))?;
    match Summary::read(&first, &end) {
        Err(Unreadable::Empty) => {
            let text = text_of(path).map_err(|error| format!("it cannot be read ({error})"))?;
            read(&text)
                .map(|run| run.summary())
                .map_err(|why| why.to_string())
        }
        read => read.map_err(|why| why.to_string()),
    }
}

/// The first line of a file, and its end.
fn ends_of(path: &Path) -> io::Result<(String, String)> {
    let mut file = File::open(path)?;
    let mut first = Vec::new();
    file.by_ref().take(END).read_to_end(&mut first)?;
    let length = file.metadata()?.len();
    let mut end = Vec::new();
    if length <= END {
        end.clone_from(&first);
    } else {
        file.seek(SeekFrom::Start(length - END))?;
        file.take(END).read_to_end(&mut end)?;
    }
    let first = String::from_utf8_lossy(&first);
    let first = first.split('\n').next().unwrap_or_default().to_owned();
    Ok((first, String::from_utf8_lossy(&end).into_owned()))
}
