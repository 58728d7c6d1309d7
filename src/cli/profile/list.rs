//! `profile list`: every file that was found, in the order of the search.

use super::arguments::List;
use super::{Desk, told};
use crate::cli::exit::Exit;
use crate::cli::session::Stop;
use crate::core::profile::ProfileFile;
use crate::edge::profiles::{list as found, place};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

/// Lists them. A broken one is listed with its problems and keeps none of the others from being listed.
pub(super) fn list(desk: &mut Desk<'_, '_>, arguments: &List) -> Result<Exit, Stop> {
    let files = found(&desk.search);
    if arguments.json {
        let rows: Vec<Value> = files.iter().map(told::to_json).collect();
        desk.printer.object(&json!({"v": 1, "profiles": rows}))?;
    } else {
        let widest = |text: fn(&ProfileFile) -> &str| {
            let widths = files.iter().map(|file| text(file).width());
            widths.max().unwrap_or_default()
        };
        let (names, titles) = (widest(|file| &file.name), widest(title));
        for file in &files {
            let row = format!(
                "{}  {}  {}{}",
                padded(&file.name, names),
                padded(title(file), titles),
                place(&file.origin),
                state(file)
            );
            desk.print(&row)?;
            for line in told::lines(file) {
                desk.print(&format!("  {line}"))?;
            }
        }
    }
    desk.needs_its_folder()?;
    Ok(Exit::Done)
}

fn title(file: &ProfileFile) -> &str {
    let profile = file.profile.as_ref();
    profile
        .and_then(|profile| profile.title.as_deref())
        .unwrap_or_default()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// What else there is to say of a file.
fn state(file: &ProfileFile) -> String {
    let hidden = file
        .hidden_by
        .as_ref()
        .map(|winner| format!(", hidden by {winner}"))
        .unwrap_or_default();
    let problems = match file.problems.len() {
        0 => String::new(),
        1 => ", 1 problem".to_owned(),
        many => format!(", {many} problems"),
    };
    hidden + &problems
}
