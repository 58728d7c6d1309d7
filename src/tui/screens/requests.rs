//! Step 6: a request in hand, what it needs, and its parts as rows; list and answer stand beside it.
//!
//! ```text
//! ┌ 6 Requests ──────┬ Request ───────────────────────────────────┐
//! │ Filter  inv      │ ● Ready: GET Invoices, list       [ Send ] │
//! │ ▾ Invoices       │   needs read  ✓ granted                    │
//! │▸   GET  list     │ [Params]  Headers  Body       2 of 12 sent │
//! │    POST create   │ [x] pageSize      25          1000 at most │
//! │                  ├ Answer ────────────────────────────────────┤
//! │                  │ ✓ 200 OK   118 ms   2.6 KB      1–25 of 92 │
//! └──────────────────┴────────────────────────────────────────────┘
//! ```

pub mod answer;
pub mod body;
pub mod code;
mod kept;
pub mod list;
mod params;
mod ready;
mod sent;

use super::parts::joined;
use super::{Scene, blank, button, time, token};
use crate::core::dinero::call::{self, Call};
use crate::core::dinero::caution;
use crate::core::dinero::draft::Draft;
use crate::core::engine::message::Command;
use crate::core::engine::{CALLS_A_MINUTE, Requests};
use crate::core::oauth::{Step, StepState};
use crate::core::wire::visible::Visible;
use crate::tui::action::drafting::{Drafting, RequestTab};
use crate::tui::action::labbing::Labbing;
use crate::tui::action::{Action, Place};
use crate::tui::pane::{Button, Group, Mark, Pane, Row};
use crate::tui::screens::parts::{group, prose};
use crate::tui::ui::Ui;
use crate::tui::ui::drafting::Entry;

pub use ready::{name_of, organizations_button};

/// From this many calls in a minute on they are counted before the user's eyes.
const WORTH_KNOWING: usize = 10;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    if scene.engine.kept_run().is_some() {
        return kept::pane(scene);
    }
    if !scene.engine.profile().is_some_and(|_| has_api(scene)) {
        return Pane {
            button: Some(super::way_on(scene)),
            groups: vec![group(
                "",
                "",
                vec![prose(
                    "They come with a profile whose API is known: see step 1.",
                )],
            )],
            ..blank(scene, Step::Requests, "No API to call yet")
        };
    }
    let requests = scene.engine.requests();
    if requests.is_busy() {
        return busy(scene, ui, requests);
    }
    if scene.engine.lab().is_running() {
        return lab_runs(scene);
    }
    let draft = ui.drafting.draft();
    let (headline, button) = ready::head(scene, ui, draft);
    Pane {
        title: Visible::of("Request"),
        state: state(scene, ui, draft),
        button: Some(button),
        quiet: Some(Visible::of(&joined(&[
            needs(scene, draft),
            along(scene, draft),
            pace(scene),
        ]))),
        groups: groups(scene, ui, draft),
        ..blank(scene, Step::Requests, headline)
    }
}

/// Whether an address is known that paths could belong to.
fn has_api(scene: &Scene<'_>) -> bool {
    let profile = scene.engine.profile();
    profile.is_some_and(|profile| !profile.api.base_url.is_empty())
}

/// The state of the request in hand: it could not be sent, could be, or lacks something.
fn state(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> StepState {
    let requests = scene.engine.requests();
    let is_about_this = requests.sent.as_ref() == Some(draft);
    if requests.unsent.is_some() || (!requests.unmade.is_empty() && is_about_this) {
        return StepState::Failed;
    }
    match ready::lack(scene, ui, draft) {
        None if ready::doubt(ui, draft).is_none() => StepState::Ready,
        _ => StepState::Pending,
    }
}

/// Something is under way.
fn busy(scene: &Scene<'_>, ui: &Ui, requests: &Requests) -> Pane {
    let cancel = button("Cancel the call", Action::Engine(Command::CancelSend));
    let blank = |headline: String| Pane {
        title: Visible::of("Request"),
        button: Some(cancel),
        groups: Vec::new(),
        ..blank(scene, Step::Requests, headline)
    };
    let draft = requests
        .sent
        .as_ref()
        .unwrap_or_else(|| ui.drafting.draft());
    if let Some(call) = &requests.waiting {
        let text = if scene.engine.refresh_waits() {
            format!("{}.", token::waits(scene))
        } else {
            "The refresh itself goes on when the call is cancelled: its answer is kept when it comes."
                .to_owned()
        };
        return Pane {
            quiet: Some(Visible::of(&format!("then {}", call_words(scene, call)))),
            groups: vec![group("", "", vec![prose(text)])],
            ..blank("The token is spent: it is refreshed first".to_owned())
        };
    }
    if let Some(retry) = &requests.retry {
        let left = retry.at.duration_since(scene.now).as_secs().max(0);
        let text = "Dinero takes 100 calls a minute for each company and client.";
        return Pane {
            quiet: Some(Visible::of("then it is sent once more")),
            groups: vec![group("", "", vec![prose(text)])],
            ..blank(format!(
                "Waiting until it may be sent again   {}",
                time::countdown(left)
            ))
        };
    }
    if let Some(reading) = &requests.reading {
        return Pane {
            quiet: Some(Visible::of(&reading.path)),
            ..blank("The file is being read".to_owned())
        };
    }
    let record = requests.sending.and_then(|call| scene.engine.record(call));
    let elapsed = record.map(|record| time::clock(scene.now.duration_since(record.at)));
    let called = record.map(|record| {
        let url = scene.engine.mask().url(&record.request.url);
        format!("{} {url}", record.request.method)
    });
    let headline = match &requests.gathering {
        Some(gathering) if gathering.goes_on() => {
            format!("Fetching page {}", gathering.pages() + 1)
        }
        _ => "Waiting for the API".to_owned(),
    };
    Pane {
        quiet: called.map(|called| Visible::of(&called)),
        groups: groups(scene, ui, draft),
        ..blank(joined(&[headline, elapsed.unwrap_or_default()]))
    }
}

/// The scope lab makes its calls.
fn lab_runs(scene: &Scene<'_>) -> Pane {
    let (done, planned) = scene.engine.lab().progress();
    Pane {
        title: Visible::of("Request"),
        state: StepState::Running,
        button: Some(button("Go to the scope lab", Action::Lab(Labbing::Open))),
        quiet: Some(Visible::of(
            "one call at a time: yours can go when it has ended",
        )),
        groups: Vec::new(),
        ..blank(
            scene,
            Step::Requests,
            format!("The scope lab is trying {done} of {planned}"),
        )
    }
}

/// `GET /v1.1/organizations`, secrets masked.
fn call_words(scene: &Scene<'_>, call: &Call) -> String {
    format!("{} {}", call.method, scene.engine.mask().url(&call.target))
}

/// `needs read  ✓ granted`.
fn needs(scene: &Scene<'_>, draft: &Draft) -> String {
    let Some(operation) = draft.operation() else {
        return String::new();
    };
    let scope = operation.scope.short();
    let granted = match scene.engine.grant() {
        None => "no token",
        Some(grant) if grant.scopes.is_empty() => "not known whether granted",
        Some(grant) if operation.scope.is_missing(&grant.scopes) => "✗ not granted",
        Some(_) => "✓ granted",
    };
    format!("needs {scope}  {granted}")
}

/// Whether the token goes along, and how long it still does.
fn along(scene: &Scene<'_>, draft: &Draft) -> String {
    let goes_without = || "goes without Authorization".to_owned();
    let (Some(grant), Some(profile)) = (scene.engine.grant(), scene.engine.profile()) else {
        return goes_without();
    };
    if draft.operation.is_none() {
        // A free request may go anywhere.
        let call = Call::new(&draft.method, draft.path.as_str());
        if !call::takes_token(&call, &profile.api.base_url, grant) {
            return goes_without();
        }
    }
    match grant.seconds_left(scene.now) {
        Some(left) if left <= 0 => "the token has expired".to_owned(),
        _ => "token goes along".to_owned(),
    }
}

/// How many calls went out in the last minute, once that is worth knowing.
fn pace(scene: &Scene<'_>) -> String {
    match scene.engine.calls_of_late(scene.now) {
        0..WORTH_KNOWING => String::new(),
        count => format!("{count} of {CALLS_A_MINUTE} calls a minute"),
    }
}

/// What is said before the rows, then the part that is shown.
fn groups(scene: &Scene<'_>, ui: &Ui, draft: &Draft) -> Vec<Group> {
    let mut groups = Vec::new();
    let said = ready::said(scene, ui, draft);
    if !said.is_empty() {
        groups.push(group("", "", said));
    }
    groups.extend(sent::group(scene, ui));
    let mut rows = vec![tabs(ui, draft)];
    rows.extend(match ui.drafting.tab {
        RequestTab::Params => params::rows(scene, ui, draft),
        RequestTab::Headers => params::headers(scene, draft),
        RequestTab::Body => body::rows(scene, draft),
        RequestTab::Code => code::rows(scene, ui, draft),
    });
    groups.push(group("", "", rows));
    groups
}

/// The parts of the request.
fn tabs(ui: &Ui, draft: &Draft) -> Row {
    let right = match ui.drafting.tab {
        RequestTab::Params => params::counted(draft),
        RequestTab::Headers | RequestTab::Body | RequestTab::Code => String::new(),
    };
    let is_kept = matches!(ui.drafting.hand, Entry::Saved(_) | Entry::Sent(_));
    let changes = match draft.changes() {
        0 => String::new(),
        // Against what was kept, not against what the operation begins with.
        _ if is_kept && ui.drafting.is_changed(&ui.drafting.hand) => "changed".to_owned(),
        _ if is_kept => String::new(),
        count => format!("{count} changed"),
    };
    Row::Tabs {
        tabs: RequestTab::ALL
            .map(|tab| {
                let action = Action::Drafting(Drafting::Tab(tab));
                // What is under way may be another request than the one in hand.
                let is_in_hand = std::ptr::eq(draft, ui.drafting.draft());
                let is_wrong = is_in_hand && ui.drafting.has_wrong_body();
                let name = if tab == RequestTab::Body && is_wrong {
                    format!("{} ✗", tab.name())
                } else {
                    tab.name().to_owned()
                };
                (Visible::of(&name), ui.drafting.tab == tab, action)
            })
            .to_vec(),
        right: Visible::of(&joined(&[right, changes])),
    }
}
