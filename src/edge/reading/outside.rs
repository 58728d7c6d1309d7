//! An answer leaves the reader: into a file, into another program, beside another answer.

use crate::core::reader::diff::{Difference, Side};
use crate::core::wire::Body;
use crate::core::wire::redact::Mask;
use crate::core::wire::source::{Source, piece};
use crate::core::wire::visible::Visible;
use crate::edge::export::create_new;
use similar::{ChangeTag, TextDiff};
use std::io::Write;
use std::path::Path;
use std::time::Duration;
use tempfile::{Builder, NamedTempFile};

/// Bytes that are written at a time.
const PIECE: usize = 1024 * 1024;

/// Largest answers that are compared, in bytes.
const COMPARED: u64 = 8_000_000;

/// How long a comparison looks for the least difference; after that it takes what it has.
const PATIENCE: Duration = Duration::from_secs(2);

/// Writes all of it.
fn write_all(source: &dyn Source, file: &mut dyn Write) -> std::io::Result<()> {
    let mut at = 0;
    loop {
        let bytes = piece(source, at, PIECE);
        if bytes.is_empty() {
            return file.flush();
        }
        file.write_all(&bytes)?;
        at += bytes.len() as u64;
    }
}

/// Writes it to a new file of that name; fails with what happened and what to do.
pub(super) fn save(source: &dyn Source, path: &str) -> Result<(), String> {
    create_new(path, |file| {
        write_all(source, file).and_then(|()| file.sync_all())
    })
}

/// Opens it with what the system opens such files with; the file is there as long as what comes back.
pub(super) fn open(source: &dyn Source, extension: &str) -> Result<NamedTempFile, String> {
    let why =
        |error: std::io::Error| format!("No program opens it ({error}): save it instead (`s`)");
    let mut file = Builder::new()
        .prefix("dineroscope-")
        .suffix(&format!(".{extension}"))
        .tempfile()
        .map_err(why)?;
    write_all(source, &mut file).map_err(why)?;
    open_path(file.path())?;
    Ok(file)
}

fn open_path(path: &Path) -> Result<(), String> {
    open::that_detached(path)
        .map_err(|error| format!("No program opens it ({error}): save it instead (`s`)"))
}

/// What differs between two bodies, each laid out, secrets masked.
pub(super) fn compare(other: &Body, this: &dyn Source, mask: &Mask) -> Result<Difference, String> {
    let other = other.source();
    if other.length().max(this.length()) > COMPARED {
        return Err(
            "Answers of more than 8 MB are not compared: narrow them, or save both".to_owned(),
        );
    }
    let lines = |source: &dyn Source| {
        let length = usize::try_from(source.length()).unwrap_or(0);
        let layout = crate::core::wire::body::lay_out(&piece(source, 0, length), mask);
        layout.lines
    };
    let (old, new) = (lines(other.as_ref()), lines(this));
    let [old, new] =
        [&old, &new].map(|lines| lines.iter().map(Visible::as_str).collect::<Vec<_>>());
    let found = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_slices(&old, &new);
    let changes: Vec<(Side, &str)> = found
        .iter_all_changes()
        .map(|change| {
            let side = match change.tag() {
                ChangeTag::Equal => Side::Both,
                ChangeTag::Delete => Side::Other,
                ChangeTag::Insert => Side::This,
            };
            (side, change.value())
        })
        .collect();
    Ok(Difference::of(&changes))
}
