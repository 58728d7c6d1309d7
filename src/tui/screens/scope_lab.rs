//! The scope lab: what may each grant call? A table of safe operations and grants; below it why.
//!
//! ```text
//! ┌ Scope lab ────────────────────────────────────────────────────┐
//! │ ✓ 26 tried: 24 allowed, 2 refused        [ Try them again ↵ ] │
//! │   Blåbærhuset ApS   reads only, nothing is changed            │
//! │                              needs  read          read write  │
//! │▸[x] invoices.list            read  [✓ 200]         ✓ 200      │
//! ├ Invoices, list, with read ────────────────────────────────────┤
//! │ GET /v1/316204/invoices?pageSize=1   200 OK   118 ms          │
//! │ Needs read (inferred), which was granted: as expected         │
//! └───────────────────────────────────────────────────────────────┘
//! ```

mod why;

pub use why::{Why, why};

use super::parts::{counted, group, joined, prose, short_scopes};
use super::requests::organizations_button;
use super::{Scene, button, go_to, new_run, time, way_on};
use crate::core::dinero::catalogue::Operation;
use crate::core::dinero::probe;
use crate::core::engine::message::Command;
use crate::core::engine::scope_lab::{Answer, Column, LAB_CALLS_A_MINUTE, Stopped};
use crate::core::engine::{CALLS_A_MINUTE, Engine};
use crate::core::oauth::{RunPhase, Step, StepState};
use crate::core::wire::visible::Visible;
use crate::tui::action::labbing::Labbing;
use crate::tui::action::{Action, Place};
use crate::tui::pane::{Button, GridCell, GridHead, GridRow, Mark, Pane, Row};
use crate::tui::ui::{Focus, Ui};

/// How another column comes.
const MORE: &str = "Another column comes with another grant: switch scopes off in 1 Link and begin a new run, or \
                    name sets of them under `scope_sets` in the profile.";

/// The pane.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let columns = scene.engine.lab_columns();
    let (state, headline, button) = head(scene);
    let mut rows = Vec::new();
    if !columns.is_empty() {
        rows.push(Row::GridHead(GridHead {
            columns: columns
                .iter()
                .map(|column| (name(column), standing(scene, &columns, column)))
                .collect(),
            chosen: chosen(ui, &columns),
        }));
    }
    let offered = scene.engine.lab().rows().into_iter().enumerate();
    rows.extend(offered.map(|(place, row)| line(scene, ui, &columns, place, row)));
    rows.push(prose(offer(scene)));
    if columns.len() == 1 {
        rows.push(prose(MORE));
    }
    Pane {
        title: Visible::of("Scope lab"),
        state,
        headline: Visible::of(&headline),
        button,
        quiet: Some(Visible::of(&quiet(scene))),
        groups: vec![group("", "", rows)],
    }
}

/// The column that is chosen, within those that are there.
fn chosen(ui: &Ui, columns: &[Column<'_>]) -> usize {
    ui.lab_column.min(columns.len().saturating_sub(1))
}

/// Whether the chosen column is a scope set without a grant.
pub fn lacks_grant(engine: &Engine, ui: &Ui) -> bool {
    set_without_grant(engine, ui).is_some()
}

/// The name of the chosen column's scope set, where it has no grant yet.
pub fn set_without_grant(engine: &Engine, ui: &Ui) -> Option<String> {
    let columns = engine.lab_columns();
    match columns.get(chosen(ui, &columns))? {
        Column::Grant(..) => None,
        Column::Without(set) => Some(set.name.clone()),
    }
}

/// What a column is called: its scope set, else its scopes.
fn name(column: &Column<'_>) -> Visible {
    let text = match column {
        Column::Grant(_, Some(set)) | Column::Without(set) => set.name.clone(),
        Column::Grant(..) if column.scopes().is_empty() => "brought along".to_owned(),
        Column::Grant(..) => {
            // It opens nothing by itself, and there is little room.
            let mut scopes: Vec<&str> = column.scopes().iter().map(String::as_str).collect();
            if scopes.len() > 1 {
                scopes.retain(|scope| *scope != "offline_access");
            }
            scopes.sort_unstable();
            short_scopes(scopes)
        }
    };
    Visible::of(&text)
}

/// Whether another column has the same name: then the time at which they came tells them apart.
fn has_twin(columns: &[Column<'_>], column: &Column<'_>) -> bool {
    let same = columns.iter().filter(|other| name(other) == name(column));
    same.count() > 1
}

/// How a column stands: whether it is in use, how long its token lasts, spent, without a grant.
fn standing(scene: &Scene<'_>, columns: &[Column<'_>], column: &Column<'_>) -> Visible {
    let Column::Grant(held, _) = column else {
        return Visible::of("no grant yet");
    };
    let in_use = scene.engine.held().is_some_and(|it| it.id == held.id);
    let left = match held.grant.seconds_left(scene.now) {
        _ if held.grant.is_spent(scene.now) => "spent".to_owned(),
        _ if has_twin(columns, column) => scene.time(held.grant.obtained_at),
        Some(left) => time::countdown(left),
        None => String::new(),
    };
    // As the title bar marks it.
    let in_use = if in_use { "●" } else { "" };
    Visible::of([in_use, &left].join(" ").trim())
}

/// State, headline, and the button that goes on.
fn head(scene: &Scene<'_>) -> (StepState, String, Option<Button>) {
    let engine = scene.engine;
    let lab = engine.lab();
    if lab.is_running() {
        let (done, planned) = lab.progress();
        let stop = button("Stop it", Action::Engine(Command::CancelSend));
        let headline = format!("Trying {} of {planned}", done + 1);
        return (StepState::Running, headline, Some(stop));
    }
    if engine.requests().is_busy() {
        let headline = "A call is under way: then it can begin".to_owned();
        return (StepState::Running, headline, None);
    }
    if engine.grants().is_empty() {
        let towards = match engine.run().phase {
            RunPhase::Authorized => new_run(),
            _ => way_on(scene),
        };
        let headline = "No grant yet to try".to_owned();
        return (StepState::Pending, headline, Some(towards));
    }
    if engine.lab_needs_organization() {
        let choose = organizations_button(scene);
        return (
            StepState::Pending,
            "Needs an organization".to_owned(),
            Some(choose),
        );
    }
    let all = engine.lab_pairs(scene.now, true).len();
    if all == 0 && lab.rows().iter().any(|row| lab.is_on(row)) {
        let headline = "Every grant is spent: refresh one first".to_owned();
        return (StepState::Pending, headline, Some(go_to(Step::Token)));
    }
    let open = engine.lab_pairs(scene.now, false).len();
    let attempt = |again| Action::Lab(Labbing::Try { again });
    match (&lab.stopped, open) {
        (_, 0) if all == 0 => (StepState::Pending, "Every row is off".to_owned(), None),
        (_, 0) => {
            let again = button("Try them again", attempt(true));
            (StepState::Done, came(scene), Some(again))
        }
        (Some(stopped), _) => {
            let headline = format!("{}: {open} of {all} are left", why_stopped(scene, stopped));
            let state = match stopped {
                Stopped::Cancelled => StepState::Ready,
                _ => StepState::Failed,
            };
            (state, headline, Some(button("Go on", attempt(false))))
        }
        (None, _) if open == all => {
            let headline = format!("Ready: {}, one after another", counted(open, "call"));
            let go = button("Try them", attempt(false));
            (StepState::Ready, headline, Some(go))
        }
        (None, _) => {
            let headline = format!("{open} of {all} were not tried yet");
            let go = button("Try those", attempt(false));
            (StepState::Ready, headline, Some(go))
        }
    }
}

/// Why it left off.
fn why_stopped(scene: &Scene<'_>, stopped: &Stopped) -> String {
    match stopped {
        Stopped::Cancelled => "You stopped it".to_owned(),
        Stopped::Pace(at) => format!(
            "{LAB_CALLS_A_MINUTE} calls in a minute, again from {}",
            scene.time(*at)
        ),
        Stopped::TooMany(at) => format!("Too many calls, again from {}", scene.time(*at)),
        Stopped::NoAnswer(why) => format!("No answer, {why}"),
    }
}

/// What came of all that is switched on.
fn came(scene: &Scene<'_>) -> String {
    let engine = scene.engine;
    let (mut allowed, mut refused, mut other, mut news) = (0, 0, 0, 0);
    for (id, row) in engine.lab_pairs(scene.now, true) {
        let cell = engine.lab_cell(&id, &row.name);
        let Some(Answer::Answered { status, fit, .. }) = cell.and_then(|it| it.answer.as_ref())
        else {
            continue;
        };
        news += usize::from(fit.is_news());
        match status {
            200..300 => allowed += 1,
            401 | 403 => refused += 1,
            _ => other += 1,
        }
    }
    let mut parts = vec![format!("{allowed} allowed, {refused} refused")];
    if other > 0 {
        parts.push(format!("{other} neither"));
    }
    if news > 0 {
        parts.push(format!("{news} not as inferred"));
    }
    parts.join(", ")
}

/// About which company, and what the calls cost.
fn quiet(scene: &Scene<'_>) -> String {
    let requests = scene.engine.requests();
    let company = requests.organization.as_ref().map(|id| {
        let named = requests.organizations.iter().find(|one| one.id == *id);
        named.map_or_else(|| id.clone(), |one| one.name.clone())
    });
    let late = match scene.engine.calls_of_late(scene.now) {
        0..10 => String::new(),
        count => format!("{count} of {CALLS_A_MINUTE} calls a minute"),
    };
    joined(&[
        company.unwrap_or_default(),
        "nothing is changed by it".to_owned(),
        late,
    ])
}

/// What is offered, and what is left out.
fn offer(scene: &Scene<'_>) -> String {
    let left_out = probe::left_out();
    let all = probe::all().len();
    let shown = if scene.engine.lab().is_wide {
        "a shows the usual ones.".to_owned()
    } else {
        format!("a shows all {all} that need no id.")
    };
    format!("{shown} {left_out} more safe operations need the id of something: they are left out.")
}

/// `Invoices, list`.
fn title(row: &Operation) -> String {
    format!("{}, {}", row.resource, row.label)
}

/// A row of the table.
fn line(
    scene: &Scene<'_>,
    ui: &Ui,
    columns: &[Column<'_>],
    place: usize,
    row: &'static Operation,
) -> Row {
    let is_on = scene.engine.lab().is_on(row);
    let chosen = chosen(ui, columns);
    let cells = columns.iter().enumerate().map(|(at, column)| {
        let (mark, text) = shown(scene, column, row);
        GridCell {
            mark,
            text: Visible::of(&text),
            action: Action::Lab(Labbing::Cell(place, at)),
        }
    });
    Row::Grid(GridRow {
        mark: if is_on { Mark::On } else { Mark::Off },
        name: Visible::of(&row.name),
        needs: Visible::of(row.scope.short()),
        cells: cells.collect(),
        chosen,
        is_picked: selected(ui) == place,
        action: columns
            .get(chosen)
            .map_or(Action::Lab(Labbing::Switch), |column| {
                press(scene, column, row)
            }),
    })
}

/// The row that has the focus, or had it last.
fn selected(ui: &Ui) -> usize {
    match ui.focus {
        Focus::Row(row) => row,
        _ => ui.touched[ui.at()],
    }
}

/// What Enter does on a cell: its record, else a try, else a run that brings its grant.
fn press(scene: &Scene<'_>, column: &Column<'_>, row: &Operation) -> Action {
    let Column::Grant(held, _) = column else {
        return Action::Lab(Labbing::NewRun);
    };
    match scene.engine.lab_cell(&held.id, &row.name) {
        Some(cell) => Action::Open(Place::Record(cell.call)),
        None => Action::Lab(Labbing::One(held.id.clone(), row.name.clone())),
    }
}

/// Glyph and word of a cell.
fn shown(scene: &Scene<'_>, column: &Column<'_>, row: &Operation) -> (Mark, String) {
    let Column::Grant(held, _) = column else {
        return (Mark::Note, String::new());
    };
    let Some(cell) = scene.engine.lab_cell(&held.id, &row.name) else {
        return (Mark::Note, String::new());
    };
    match &cell.answer {
        None => (Mark::Running, String::new()),
        Some(Answer::None(_)) => (Mark::Warning, "none".to_owned()),
        Some(Answer::Answered { status, fit, .. }) => {
            let mark = match status {
                _ if fit.is_news() => Mark::Changed,
                200..300 => Mark::Ok,
                401 | 403 => Mark::Error,
                _ => Mark::Warning,
            };
            (mark, status.to_string())
        }
    }
}
