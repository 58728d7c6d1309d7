//! The requests that were sent: one file for all of them, appended to line by line, readable by this user alone.
//!
//! ```text
//! requests.jsonl    0600  a line for each request, its answer's text below it
//! requests.lock     0600  held by who writes: several of these programs append whole lines
//! ```
//!
//! What is deleted or has had its days goes by a file written anew beside the old one and put in its place, so
//! that whatever ends the program leaves the one or the other.

mod writer;

pub use crate::core::history::sent::lines::Retention;
pub(in crate::edge) use writer::Changes;
pub use writer::{Said, Writer};

use crate::core::history::sent::lines::{
    Index, Piece, Plan, body, head, is_body_of, later_version, pin, request,
};
use crate::core::history::sent::{Sent, SentBody, SentId, VERSION};
use crate::core::history::written::Redacted;
use crate::edge::folders::Folders;
use crate::edge::private::{close_to_others, make_folders, open_to_append, turn_in};
use crate::edge::profiles::write::sync;
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The file.
const FILE: &str = "requests.jsonl";

/// What is locked by who writes it.
const LOCK: &str = "requests.lock";

/// Longest line that is read, in bytes; a longer one was not written here.
const LONGEST_LINE: u64 = 16 * 1024 * 1024;

/// As much of the first line as tells its version.
const HEAD: u64 = 4096;

/// Where requests are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    folder: Option<PathBuf>,
    retention: Retention,
}

/// What the file holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// The requests, the newest first, without the texts of their answers.
    pub requests: Vec<Sent>,
    /// What is worth saying of the file: a torn line, lines that could not be read.
    pub notices: Vec<String>,
    /// Why it could not be read.
    pub trouble: Option<String>,
}

impl Requests {
    /// Nothing is kept.
    pub fn nowhere() -> Self {
        Self {
            folder: None,
            retention: Retention::default(),
        }
    }

    /// Where this user's requests are.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data),
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

    /// The newest requests. Blocking; reads the file once, and no text of an answer into memory.
    pub fn load(&self, limit: usize) -> Loaded {
        let mut loaded = Loaded::default();
        match self.read(limit, &mut loaded) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => loaded.trouble = Some(self.unread(&error)),
        }
        loaded
    }

    /// The text of an answer; `None` when it is not kept, or no longer. Blocking.
    pub fn body(&self, id: &SentId) -> Result<Option<String>, String> {
        let reading = || -> io::Result<Option<String>> {
            let mut text = None;
            each_line(&self.open()?, |_, line, _| {
                if is_body_of(line, id) {
                    text = body(line);
                }
            })?;
            Ok(text)
        };
        match reading() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map_err(|error| self.unread(&error)),
        }
    }

    /// Whether a request is to stay. Blocking.
    pub fn pin(&self, id: &SentId, on: bool) -> Result<(), String> {
        self.append(&format!("{}\n", pin(id, on).as_str()))
            .map_err(|error| self.unwritten(&error))
    }

    /// Deletes a request, and its answer with it. Blocking.
    pub fn delete(&self, id: &SentId) -> Result<(), String> {
        self.rewritten(Timestamp::now(), Some(id))
            .map_err(|error| self.unwritten(&error))
    }

    /// Deletes all of them, those that were to stay too. Blocking.
    pub fn clear(&self) -> Result<(), String> {
        let clearing = || -> io::Result<()> {
            let Some(folder) = &self.folder else {
                return Ok(());
            };
            let _turn = turn_in(folder, LOCK)?;
            fs::remove_file(folder.join(FILE))
        };
        match clearing() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            cleared => cleared.map_err(|error| self.unwritten(&error)),
        }
    }

    /// Lets go what had its days by then. Blocking.
    pub fn prune(&self, now: Timestamp) -> Result<(), String> {
        self.rewritten(now, None)
            .map_err(|error| self.unwritten(&error))
    }

    /// Appends whole lines. What was written of them when that fails is taken back.
    fn append(&self, lines: &str) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        make_folders(folder)?;
        // Somebody else's folder is theirs to close.
        let _ = close_to_others(folder);
        let _turn = turn_in(folder, LOCK)?;
        let path = folder.join(FILE);
        let is_new = match fs::metadata(&path) {
            Ok(facts) if facts.is_file() => false,
            Ok(_) => return Err(no_file()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(error),
        };
        let mut file = open_to_append(&path, is_new)?;
        let length = file.metadata()?.len();
        let mut text = String::new();
        if length == 0 {
            text = head().as_str().to_owned() + "\n";
        } else {
            refuse_later(&mut file)?;
            if !ends_with_a_line(&mut file, length)? {
                // The line that was torn stays one by itself.
                text.push('\n');
            }
        }
        text.push_str(lines);
        file.write_all(text.as_bytes()).inspect_err(|_| {
            // If that fails too, the reader leaves the torn line out.
            let _ = file.set_len(length);
        })
    }

    /// Writes the file anew without what had its days, and without this one.
    fn rewritten(&self, now: Timestamp, without: Option<&SentId>) -> io::Result<()> {
        let Some(folder) = &self.folder else {
            return Ok(());
        };
        if let Err(error) = self.open() {
            return match error.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(error),
            };
        }
        let _turn = turn_in(folder, LOCK)?;
        let mut file = self.open()?;
        refuse_later(&mut file)?;
        let plan = index(&file)?.plan(&self.retention, now, without);
        if !plan.is_less {
            return Ok(());
        }
        let mut made = tempfile::Builder::new()
            .prefix(".requests-")
            .suffix(".tmp")
            .tempfile_in(folder)?;
        copy(&mut file, &plan, made.as_file_mut())?;
        made.as_file().sync_all()?;
        made.persist(folder.join(FILE))?;
        sync(folder);
        Ok(())
    }

    /// The file, to be read. A pipe would be waited on, so only a file is opened.
    fn open(&self) -> io::Result<File> {
        let folder = self.folder.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let path = folder.join(FILE);
        if !fs::metadata(&path)?.is_file() {
            return Err(no_file());
        }
        File::open(path)
    }

    /// Reads the newest into what is loaded.
    fn read(&self, limit: usize, loaded: &mut Loaded) -> io::Result<()> {
        let mut file = self.open()?;
        // Without a turn a line may be seen half written; it is whole the next time.
        let _turn = self.folder.as_ref().map(|folder| turn_in(folder, LOCK));
        let index = index(&file)?;
        if let Some(version) = index.later() {
            loaded.trouble = Some(later(version));
            return Ok(());
        }
        loaded.notices = index.notices();
        let mut unread = 0;
        for found in index.newest(limit) {
            let Some(mut sent) = request(&line(&mut file, found.piece)?) else {
                unread += 1;
                continue;
            };
            sent.pinned = found.pinned;
            if sent.body == SentBody::Kept && !found.has_body {
                sent.body = SentBody::Gone;
            }
            loaded.requests.push(sent);
        }
        if unread > 0 {
            let words = "of the requests could not be read, and are left out";
            loaded.notices.push(format!("{unread} {words}"));
        }
        Ok(())
    }

    /// The file could not be read.
    fn unread(&self, error: &io::Error) -> String {
        format!("{} cannot be read ({error}): look at it", self.place())
    }

    /// The file could not be written.
    fn unwritten(&self, error: &io::Error) -> String {
        let remedy = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room there",
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "make it writable to keep requests"
            }
            _ => "look at it",
        };
        format!("{} takes nothing ({error}); {remedy}", self.place())
    }

    fn place(&self) -> String {
        let path = self.folder.as_ref().map(|folder| folder.join(FILE));
        path.map_or_else(String::new, |path| path.display().to_string())
    }
}

/// What stands there is a folder or a pipe.
fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "what stands there is no file")
}

/// A later version's file.
fn later(version: u64) -> String {
    format!(
        "a later version of dineroscope wrote the requests (format {version}, this one reads {VERSION})"
    )
}

/// Fails for a file of a later version: it is neither written to nor written anew.
fn refuse_later(file: &mut File) -> io::Result<()> {
    let mut first = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HEAD).read_to_end(&mut first)?;
    let line = first.split(|byte| *byte == b'\n').next();
    match later_version(line.unwrap_or_default()) {
        Some(version) => Err(io::Error::other(later(version))),
        None => Ok(()),
    }
}

/// Whether the last line has its end.
fn ends_with_a_line(file: &mut File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::Start(length - 1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Where everything stands in a file.
fn index(file: &File) -> io::Result<Index> {
    let mut index = Index::default();
    each_line(file, |at, line, is_whole| index.take(at, line, is_whole))?;
    Ok(index)
}

/// Every line of a file with its place, and whether it has an end. One that is too long is cut, so that it
/// cannot be read.
fn each_line(file: &File, mut take: impl FnMut(u64, &[u8], bool)) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(256 * 1024, file);
    reader.seek(SeekFrom::Start(0))?;
    let (mut at, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let taken = (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)?;
        if taken == 0 {
            return Ok(());
        }
        let length = taken as u64;
        match line.strip_suffix(b"\n") {
            Some(whole) => take(at, whole, true),
            None if length < LONGEST_LINE => take(at, &line, false),
            None => {
                take(at, &line[..1], true);
                at += reader.skip_until(b'\n')? as u64;
            }
        }
        at += length;
    }
}

/// A line of a file.
fn line(file: &mut File, piece: Piece) -> io::Result<Vec<u8>> {
    let mut line = vec![0; piece.length];
    file.seek(SeekFrom::Start(piece.at))?;
    file.read_exact(&mut line)?;
    Ok(line)
}

/// Writes what is planned into another file.
fn copy(from: &mut File, plan: &Plan, to: &mut File) -> io::Result<()> {
    let mut to = io::BufWriter::new(to);
    let mut write = |bytes: &[u8]| -> io::Result<()> {
        to.write_all(bytes)?;
        to.write_all(b"\n")
    };
    write(head().as_str().as_bytes())?;
    for piece in &plan.pieces {
        write(&line(from, *piece)?)?;
    }
    for further in plan.further.iter().map(Redacted::as_str) {
        write(further.as_bytes())?;
    }
    to.flush()
}
