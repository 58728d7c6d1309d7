//! What can be chosen about the answer: columns, another answer to compare it with, what is copied.

use super::super::Ui;
use super::super::act::Stage;
use super::super::menu::Menu;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Outcome, Purpose};
use crate::tui::action::Action;
use crate::tui::action::viewing::Viewing;
use crate::tui::pane::Mark;
use crate::tui::screens::time;
use url::Url;

/// Most answers that are offered for a comparison.
const OFFERED: usize = 20;

/// The columns of the table; those that are shown are marked.
pub(in crate::tui::ui) fn columns(ui: &Ui, stage: &Stage<'_>, menu: &mut Menu) {
    let viewing = stage.engine.requests().viewing.as_ref();
    let table = viewing.and_then(|viewing| viewing.status.table.as_ref());
    for name in table.map_or(&[][..], |table| &table.columns) {
        let action = Action::Viewing(Viewing::Column(name.clone()));
        menu.choice(Visible::of(name), "", action);
        menu.mark_if(!ui.viewing.arrangement.hidden.contains(name));
    }
    if menu.rows.is_empty() {
        menu.note(Mark::Note, "The table has no columns yet.");
    }
}

/// Answers of this program run, then those of the history whose text is kept.
pub(in crate::tui::ui) fn comparisons(ui: &Ui, stage: &Stage<'_>, menu: &mut Menu) {
    let engine = stage.engine;
    let shown = engine
        .requests()
        .viewing
        .as_ref()
        .map(|viewing| viewing.call);
    let mut times = Vec::new();
    for record in engine.transcript().iter().rev() {
        let Outcome::Response(response) = &record.outcome else {
            continue;
        };
        times.push(record.at);
        let is_other = record.purpose == Purpose::Api && Some(record.call) != shown;
        if !is_other || response.body.is_empty() || response.body.is_left_out() {
            continue;
        }
        let path = path_of(&record.request.url);
        let at = time::moment(record.at, stage.now, stage.zone);
        let text = format!("{at}  {} {path}", record.request.method);
        let right = format!("{}  {}", response.status, time::size(response.body.len()));
        let action = Action::Viewing(Viewing::CompareWith(record.call));
        menu.choice(Visible::of(&text), right, action);
    }
    let kept = ui.drafting.own_history().filter(|sent| {
        // The answers of this run are there already.
        !times.contains(&sent.at) && sent.body.why_not().is_none()
    });
    for sent in kept.take(OFFERED) {
        let at = time::moment(sent.at, stage.now, stage.zone);
        let text = format!("{at}  {} {}", sent.method, path_of(&sent.url));
        let action = Action::Viewing(Viewing::CompareWithKept(sent.id.as_str().to_owned()));
        menu.choice(Visible::of(&text), "kept, redacted", action);
    }
    if menu.rows.is_empty() {
        menu.note(
            Mark::Note,
            "There is no other answer yet: send something first.",
        );
    }
}

/// The path of a URL.
fn path_of(url: &str) -> String {
    Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned())
}

/// What can be copied of the answer.
pub(in crate::tui::ui) fn copies(stage: &Stage<'_>, menu: &mut Menu) {
    let requests = stage.engine.requests();
    let Some(viewing) = &requests.viewing else {
        return;
    };
    let Some(cursor) = &viewing.cursor else {
        return;
    };
    let what = match &cursor.value {
        Some(_) => "the value at the cursor",
        None => "what stands at the cursor, secrets masked",
    };
    let right = cursor.value.clone().unwrap_or_default();
    let right: String = right.chars().take(30).collect();
    menu.choice(what, Visible::of(&right), Action::Viewing(Viewing::Copy));
    for (what, text) in [
        ("its path, for jq", &cursor.path),
        ("its JSON Pointer", &cursor.pointer),
    ] {
        if let Some(text) = text.clone().filter(|text| !text.is_empty()) {
            menu.choice(what, Visible::of(&text), Action::Copy { text, what });
        }
    }
}
