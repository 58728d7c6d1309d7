//! The kept runs: their list, the newest first, or two of them side by side.
//!
//! ```text
//! ● 12 runs are kept                                   [ Open this run ↵ ]
//!   ~/.local/share/dineroscope/runs
//!
//!  ✗  today 12:00:58   acme-dev   failed at 4 Exchange   The code is spent
//!  ✓  today 11:31:10   acme-dev   authorized
//! ```

use super::parts::{folding, group, prose};
use super::{Scene, button, time};
use crate::core::diagnose::{Finding, Severity};
use crate::core::history::compare::{Difference, Row as Compared};
use crate::core::history::{KeptRun, Outcome, Summary};
use crate::core::oauth::{STEPS, Step, StepState};
use crate::core::wire::visible::Visible;
use crate::edge::archive::Listed;
use crate::tui::action::{Action, Running};
use crate::tui::pane::{Button, CellColumns, Group, Mark, Pane, Row};
use crate::tui::ui::runs::Compared as Pair;
use crate::tui::ui::{Focus, Ui};
use jiff::Timestamp;

/// The pane.
pub(super) fn pane(scene: &Scene<'_>, ui: &Ui) -> Pane {
    match &ui.runs.compared {
        Some(pair) => compared(scene, pair),
        None => list(scene, ui),
    }
}

/// The list.
fn list(scene: &Scene<'_>, ui: &Ui) -> Pane {
    let runs = &ui.runs;
    let pane = |state, headline: String| Pane {
        title: Visible::of("Runs"),
        state,
        headline: Visible::of(&headline),
        button: None,
        quiet: None,
        groups: Vec::new(),
    };
    let Some(listed) = &runs.listed else {
        return pane(StepState::Running, "The runs are being read".to_owned());
    };
    let shown: Vec<&Summary> = runs.visible().collect();
    let total = listed.runs.len();
    let headline = match (total, runs.marked.len(), runs.words.as_str()) {
        (_, 2, _) => "Two runs are marked".to_owned(),
        (_, 1, _) => "One run is marked; space on another, then compare".to_owned(),
        (0, ..) => "No run is kept yet".to_owned(),
        (1, _, "") => "1 run is kept".to_owned(),
        (count, _, "") => format!("{count} runs are kept"),
        (count, _, words) => format!("{} of {count} runs have `{words}`", shown.len()),
    };
    let state = if total == 0 {
        StepState::Pending
    } else {
        StepState::Ready
    };
    let rows: Vec<Row> = shown
        .iter()
        .map(|summary| row(scene, ui, summary))
        .collect();
    let mut groups = troubles(scene, listed);
    if total == 0 {
        let text = "A run is kept from the moment its link is opened or copied: what was sent and what \
                    came, without secrets. It stays here for later and to be compared.";
        groups.push(group("", "", vec![prose(text)]));
    } else if rows.is_empty() {
        let text = "No run has these words. esc shows all of them again.";
        groups.push(group("", "", vec![prose(text)]));
    }
    groups.push(group("", "", rows));
    groups.retain(|group| !group.rows.is_empty());
    Pane {
        button: button_of(ui, &shown),
        quiet: (total > 0)
            .then(|| Visible::of("Redacted, on this machine only; space marks two to compare")),
        groups,
        ..pane(state, headline)
    }
}

/// What Enter does on the button: compare what is marked, else open the run last touched.
fn button_of(ui: &Ui, shown: &[&Summary]) -> Option<Button> {
    if ui.runs.marked.len() == 2 {
        return Some(button("Compare the two", Action::Runs(Running::Compare)));
    }
    let place = match ui.focus {
        Focus::Row(row) => row,
        _ => ui.touched[ui.at()],
    };
    let id = shown
        .get(place.min(shown.len().checked_sub(1)?))?
        .id
        .clone()?;
    Some(button("Open this run", Action::Runs(Running::Open(id))))
}

/// What is wrong with keeping and reading.
fn troubles(scene: &Scene<'_>, listed: &Listed) -> Vec<Group> {
    let mut rows = Vec::new();
    let troubles = [scene.engine.runs_trouble(), listed.trouble.as_deref()];
    for trouble in troubles.into_iter().flatten() {
        rows.push(prose(format!("⚠ {trouble}")));
    }
    for (path, why) in listed.unreadable.iter().take(3) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        rows.push(prose(format!("⚠ {name}: {why}")));
    }
    if listed.unreadable.len() > 3 {
        rows.push(prose(format!(
            "⚠ {} more files like that",
            listed.unreadable.len() - 3
        )));
    }
    vec![group("", "", rows)]
}

/// A run of the list.
fn row(scene: &Scene<'_>, ui: &Ui, summary: &Summary) -> Row {
    let marked = summary
        .id
        .as_ref()
        .is_some_and(|id| ui.runs.marked.contains(id));
    let mark = match (marked, summary.outcome, summary.severity()) {
        (true, ..) => Mark::On,
        (_, Outcome::Authorized, Some(Severity::Warning)) => Mark::Warning,
        (_, Outcome::Authorized, _) => Mark::Ok,
        (_, Outcome::Failed | Outcome::Denied, _) => Mark::Error,
        (_, Outcome::Abandoned | Outcome::Open, _) => Mark::Note,
    };
    let leading = summary.leading.as_ref();
    let cells = vec![
        Visible::of(&when(scene, summary.started_at)),
        Visible::of(&summary.profile),
        Visible::of(&summary.environment.label()),
        Visible::of(&outcome_of(scene, summary)),
        leading
            .map(|finding| finding.headline.clone())
            .unwrap_or_default(),
    ];
    let action = match &summary.id {
        Some(id) => Action::Runs(Running::Open(id.clone())),
        None => Action::Back,
    };
    Row::Cells {
        mark,
        cells,
        columns: CellColumns::Runs,
        action: Some(action),
    }
}

/// `Fri 27 Nov 01:42:35`.
fn when(scene: &Scene<'_>, at: Timestamp) -> String {
    let at = at.to_zoned_datetime(scene.zone.clone());
    at.strftime("%a %-d %b %H:%M:%S").to_string()
}

/// How a run ended; of the run that is in view behind the list, how far it is now.
fn outcome_of(scene: &Scene<'_>, summary: &Summary) -> String {
    let is_own = summary.id.is_some() && summary.id == scene.engine.run_id();
    match summary.outcome {
        Outcome::Open if is_own => {
            let step = summary.step;
            format!("now at {} {}", step.number(), step.facts().name)
        }
        _ => outcome_words(summary),
    }
}

/// How a run ended, and where.
fn outcome_words(summary: &Summary) -> String {
    let step = summary.step;
    let place = format!("{} {}", step.number(), step.facts().name);
    match summary.outcome {
        Outcome::Authorized => "authorized".to_owned(),
        Outcome::Denied => "denied".to_owned(),
        Outcome::Failed => format!("failed at {place}"),
        Outcome::Abandoned => format!("left at {place}"),
        Outcome::Open => format!("open at {place}"),
    }
}

/// Two runs side by side.
fn compared(scene: &Scene<'_>, pair: &Pair) -> Pane {
    let comparison = &pair.comparison;
    let matters = comparison.count(Difference::Matters);
    let total = comparison.rows.len();
    let differ = matters + comparison.count(Difference::Expected);
    let headline = match (differ, matters) {
        (0, _) => format!("All {total} values are equal"),
        (_, 0) => format!("{differ} of {total} values differ, as they must"),
        (_, 1) => format!("{differ} of {total} values differ, 1 of them matters"),
        (_, _) => format!("{differ} of {total} values differ, {matters} of them matter"),
    };
    let summaries = [&pair.left, &pair.right].map(KeptRun::summary);
    let row = |name: &str, words: &dyn Fn(&Summary) -> String| {
        let words = summaries.iter().map(|it| Visible::of(&words(it)));
        cells(
            Mark::None,
            [Visible::of(name)].into_iter().chain(words).collect(),
        )
    };
    let began = |summary: &Summary| when(scene, summary.started_at);
    let rows = vec![row("run", &began), row("ended", &outcome_words)];
    let mut groups = vec![group("", "", rows)];
    groups.extend(first_to_matter(&comparison.rows));
    groups.extend(of_step(&comparison.rows, None, "The run"));
    for facts in &STEPS {
        let label = format!("{} {}", facts.step.number(), facts.name);
        groups.extend(of_step(&comparison.rows, Some(facts.step), &label));
    }
    groups.extend(alone(scene, pair));
    let open = pair.right.id.clone().map(|id| {
        let at = pair.right.run.started_at.unwrap_or(pair.right.at);
        let label = format!("Open run {}", time::moment(at, scene.now, scene.zone));
        button(&label, Action::Runs(Running::Open(id)))
    });
    Pane {
        title: Visible::of("Runs · compare"),
        state: if matters > 0 {
            StepState::Failed
        } else {
            StepState::Done
        },
        headline: Visible::of(&headline),
        button: open,
        quiet: Some(Visible::of(
            "~ every run has its own   ✗ differs and may matter",
        )),
        groups,
    }
}

/// The difference that explains most of the others, where it is seen without a step down.
fn first_to_matter(rows: &[Compared]) -> Option<Group> {
    let first = rows
        .iter()
        .find(|row| row.difference == Difference::Matters)?;
    let place = first.step.map_or_else(
        || "the run".to_owned(),
        |step| format!("{} {}", step.number(), step.facts().name),
    );
    Some(group(
        format!("The first that matters, in {place}"),
        "",
        vec![pair_row(first)],
    ))
}

/// The rows of a step: what differs, and what is equal folded below it.
fn of_step(rows: &[Compared], step: Option<Step>, label: &str) -> Vec<Group> {
    let of_step = || rows.iter().filter(|row| row.step == step);
    let equal = of_step().filter(|row| row.difference == Difference::Equal);
    let equal: Vec<Row> = equal.map(pair_row).collect();
    let differing = of_step().filter(|row| row.difference != Difference::Equal);
    let differing: Vec<Row> = differing.map(pair_row).collect();
    let mut groups = Vec::new();
    if !differing.is_empty() {
        groups.push(group(label, "", differing));
    }
    if !equal.is_empty() {
        let label = format!("{label}: {} equal", equal.len());
        groups.push(folding(label, "", equal));
    }
    groups
}

/// A value of both runs.
fn pair_row(row: &Compared) -> Row {
    let mark = match row.difference {
        Difference::Equal => Mark::Ok,
        Difference::Expected => Mark::Changed,
        Difference::Matters => Mark::Error,
    };
    let value = |value: &Option<String>| match value.as_deref() {
        None => Visible::of("none"),
        Some("") => Visible::of("–"),
        Some(value) => Visible::of(value),
    };
    cells(
        mark,
        vec![Visible::of(&row.name), value(&row.left), value(&row.right)],
    )
}

/// A row of cells that cannot be pressed.
fn cells(mark: Mark, cells: Vec<Visible>) -> Row {
    Row::Cells {
        mark,
        cells,
        columns: CellColumns::Compared,
        action: None,
    }
}

/// What was found in one of the runs alone.
fn alone(scene: &Scene<'_>, pair: &Pair) -> Option<Group> {
    let told = |kept: &KeptRun, findings: &[Finding]| -> Vec<Row> {
        let at = kept.run.started_at.unwrap_or(kept.at);
        let at = time::moment(at, scene.now, scene.zone);
        findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note)
            .flat_map(|finding| {
                let glyph = match finding.severity {
                    Severity::Error => "✗",
                    Severity::Warning | Severity::Note => "⚠",
                };
                [
                    prose(format!("{glyph} {}", finding.headline)),
                    prose(format!("  only in run {at}   {}", finding.rule)),
                ]
            })
            .collect()
    };
    let mut rows = told(&pair.left, &pair.comparison.only_left);
    rows.extend(told(&pair.right, &pair.comparison.only_right));
    (!rows.is_empty()).then(|| group("Findings", "", rows))
}
