//! What became of a request of the history.

use super::super::Scene;
use super::super::parts::{fact, folding, joined, prose};
use super::{Group, Mark, Row};
use crate::tui::screens::{parts, time};
use crate::tui::ui::Ui;
use crate::tui::ui::drafting::Entry;
use std::time::Duration;

/// When it was sent and what came, where the request in hand is one of the history.
pub(super) fn group(scene: &Scene<'_>, ui: &Ui) -> Option<Group> {
    let Entry::Sent(id) = &ui.drafting.hand else {
        return None;
    };
    let sent = ui.drafting.sent(id)?;
    let outcome = &sent.outcome;
    let status = outcome.status.map(|status| status.to_string());
    let took = outcome.milliseconds.map(Duration::from_millis);
    let took = took.and_then(|took| jiff::SignedDuration::try_from(took).ok());
    let size = outcome.size.and_then(|size| usize::try_from(size).ok());
    let words = joined(&[
        status
            .or_else(|| outcome.trouble.clone())
            .unwrap_or_default(),
        took.map(time::duration).unwrap_or_default(),
        size.map(time::size).unwrap_or_default(),
        outcome.note.clone(),
    ]);
    let mark = match outcome.status {
        Some(200..=299) => Mark::Ok,
        _ => Mark::Error,
    };
    let pinned = if sent.pinned { "pinned" } else { "" };
    let mut rows: Vec<Row> = vec![fact(mark, scene.time(sent.at), words, pinned)];
    let lacks = sent.lacks();
    if !lacks.is_empty() {
        rows.push(prose(format!(
            "· Kept without: {}. Type it again.",
            lacks.join(", ")
        )));
    }
    match &ui.drafting.kept {
        Some((known, Ok(lines))) if known.as_str() == id => {
            rows.push(Row::Raw(parts::bounded(lines.clone())));
        }
        Some((known, Err(why))) if known.as_str() == id => rows.push(prose(why.as_str())),
        _ => {}
    }
    Some(folding("What came then", "", rows))
}
