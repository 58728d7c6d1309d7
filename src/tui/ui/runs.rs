//! The kept runs: their list, what is marked in it, two of them compared, one on its way to somebody else.

use super::act::{Reaction, Stage};
use super::menu::Menu;
use super::popup::{Confirm, Popup, Prompt, Then};
use super::ticketing::Writing;
use super::{Focus, Screen, Ui};
use crate::core::history::compare::{Comparison, compare};
use crate::core::history::report::Report;
use crate::core::history::{KeptRun, RunId, Summary};
use crate::core::wire::redact::Mask;
use crate::edge::archive::Listed;
use crate::tui::action::{Action, Choosing, Question, ReportFormat, Running};
use crate::tui::flow::SpotKind;
use crate::tui::pane::Mark;
use crate::tui::view::Areas;

/// What the screen of the runs shows.
#[derive(Debug, Default)]
pub struct Runs {
    /// What the folder holds; `None` until it was read.
    pub listed: Option<Listed>,
    /// Words that narrow the list.
    pub words: String,
    /// Marked runs, two at most.
    pub marked: Vec<RunId>,
    /// Two runs compared, in place of the list.
    pub compared: Option<Box<Compared>>,
    /// The run that a report is asked for.
    pub report: Option<Box<KeptRun>>,
}

/// Two runs side by side, the older one left.
#[derive(Debug)]
pub struct Compared {
    /// The older run.
    pub left: KeptRun,
    /// The newer run.
    pub right: KeptRun,
    /// How they differ.
    pub comparison: Comparison,
}

impl Compared {
    /// Compares two runs.
    pub fn of(one: KeptRun, other: KeptRun, mask: &Mask) -> Self {
        let began = |kept: &KeptRun| kept.run.started_at;
        let (left, right) = if began(&one) <= began(&other) {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            comparison: compare(&left, &right, mask),
            left,
            right,
        }
    }
}

impl Runs {
    /// The runs that are shown.
    pub fn visible(&self) -> impl Iterator<Item = &Summary> {
        let runs = self.listed.iter().flat_map(|listed| &listed.runs);
        runs.filter(|summary| summary.has(&self.words))
    }

    /// Takes what the folder holds now.
    pub fn take(&mut self, listing: Listed) {
        let is_there = |id: &RunId| listing.runs.iter().any(|it| it.id.as_ref() == Some(id));
        self.marked.retain(is_there);
        self.listed = Some(listing);
    }

    /// Marks a run, or not any more; of three the first gives way.
    fn mark(&mut self, id: RunId) {
        match self.marked.iter().position(|marked| *marked == id) {
            Some(place) => drop(self.marked.remove(place)),
            None => self.marked.push(id),
        }
        if self.marked.len() > 2 {
            self.marked.remove(0);
        }
    }
}

impl Ui {
    /// Shows the list of the runs.
    pub fn show_runs(&mut self) {
        self.revealed = None;
        self.screen = Screen::Runs;
        self.focus = Focus::Row(self.touched[self.at()]);
        self.zoomed = None;
        self.runs.compared = None;
    }

    /// Does something with kept runs.
    pub(super) fn on_runs(&mut self, what: Running, stage: &Stage<'_>) -> Vec<Reaction> {
        match what {
            Running::Open(_) if self.runs.marked.len() == 2 && self.runs.compared.is_none() => {
                return self.on_runs(Running::Compare, stage);
            }
            Running::Open(id) => return vec![Reaction::OpenRun(id)],
            Running::Mark => {
                if let Some(id) = focused_run(self, stage.areas) {
                    self.runs.mark(id);
                }
            }
            Running::Compare => {
                if let Ok([one, other]) =
                    <[RunId; 2]>::try_from(std::mem::take(&mut self.runs.marked))
                {
                    return vec![Reaction::CompareRuns(one, other)];
                }
            }
            Running::Filter => {
                let mut prompt = Prompt::new(Question::RunWords);
                if let Some(field) = prompt.fields.first_mut() {
                    field.insert_str(&self.runs.words);
                }
                self.popups.push(Popup::Ask(Box::new(prompt)));
            }
            Running::Delete => self.ask_to_delete_run(stage.areas),
            Running::Report => return self.ask_for_report(stage),
            Running::Write(format) => {
                let mut prompt = Prompt::new(Question::ReportPath(format));
                let id = self.runs.report.as_ref().and_then(|kept| kept.id.as_ref());
                if let (Some(field), Some(id)) = (prompt.fields.first_mut(), id) {
                    field.insert_str(format!("dineroscope-run-{id}.{}", format.ending()));
                }
                self.popups.push(Popup::Ask(Box::new(prompt)));
            }
            Running::Copy => {
                let text = self.report_text(ReportFormat::Markdown, stage);
                let length = text.chars().count();
                self.say(stage.now, format!("Copied the report, {length} characters"));
                return vec![Reaction::Copy(text)];
            }
        }
        Vec::new()
    }

    /// Narrows the list.
    pub(super) fn narrow_runs(&mut self, words: &str) {
        words.trim().clone_into(&mut self.runs.words);
        let at = self.at();
        self.scroll[at] = 0;
        self.touched[at] = 0;
        self.focus = Focus::Row(0);
    }

    /// Asks before a run is deleted.
    fn ask_to_delete_run(&mut self, areas: &Areas) {
        if let Some(id) = focused_run(self, areas) {
            self.popups.push(Popup::Confirm(Confirm {
                question: "Delete this run?".into(),
                detail: format!("What was kept of {id} is gone then.").into(),
                answers: ["Keep it", "Delete it"],
                selected: 0,
                otherwise: Then::React(Reaction::DeleteRun(id)),
            }));
        }
    }

    /// Shows what a report holds, once the run is at hand.
    fn ask_for_report(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        if self.screen == Screen::Runs {
            let id = focused_run(self, stage.areas);
            return id.map(Reaction::ReadForReport).into_iter().collect();
        }
        let engine = stage.engine;
        let kept = engine.kept_run().cloned();
        if let Some(kept) = kept.or_else(|| engine.run_to_keep(stage.now)) {
            self.offer_report(kept);
        }
        Vec::new()
    }

    /// Shows what the report of a run holds, and what can be done with it.
    pub fn offer_report(&mut self, kept: KeptRun) {
        self.runs.report = Some(Box::new(kept));
        self.popups.push(Popup::Choose {
            what: Choosing::Report,
            selected: 0,
        });
    }

    /// The report's file, at the path that was typed.
    pub(super) fn report_to_write(
        &self,
        path: &str,
        format: ReportFormat,
        stage: &Stage<'_>,
    ) -> Writing {
        Writing {
            path: path.trim().to_owned(),
            text: self.report_text(format, stage),
            question: Question::ReportPath(format),
        }
    }

    /// The report as text.
    fn report_text(&self, format: ReportFormat, stage: &Stage<'_>) -> String {
        let Some(report) = report(self, stage) else {
            return String::new();
        };
        match format {
            ReportFormat::Markdown => report.markdown(),
            ReportFormat::Json => report.json(),
        }
    }
}

/// The report of the run that one is asked for.
fn report<'a>(ui: &'a Ui, stage: &'a Stage<'a>) -> Option<Report<'a>> {
    Some(Report {
        run: ui.runs.report.as_deref()?,
        mask: stage.engine.mask(),
        now: stage.now,
        zone: stage.zone,
        system: std::env::consts::OS,
    })
}

/// What stands in the popup: the contents, then what to do with them.
pub(super) fn choices(ui: &Ui, stage: &Stage<'_>, menu: &mut Menu) {
    menu.note(
        Mark::Note,
        "The whole run, for somebody else. In it, secrets and private fields replaced:",
    );
    for content in report(ui, stage).iter().flat_map(Report::contents) {
        menu.note(Mark::Ok, content);
    }
    menu.note(Mark::Note, "No secret, and no body of the API's answers.");
    let write = |format| Action::Runs(Running::Write(format));
    menu.choice(
        "write it as Markdown",
        "to be read; you name the file",
        write(ReportFormat::Markdown),
    );
    menu.choice(
        "write it as JSON",
        "explain and runs show open it again",
        write(ReportFormat::Json),
    );
    menu.choice(
        "copy it",
        "Markdown, into the clipboard",
        Action::Runs(Running::Copy),
    );
}

/// The run of the row that has the focus.
pub fn focused_run(ui: &Ui, areas: &Areas) -> Option<RunId> {
    let Focus::Row(row) = ui.focus else {
        return None;
    };
    match &areas.spots.get(row)?.kind {
        SpotKind::Choice(Action::Runs(Running::Open(id))) => Some(id.clone()),
        _ => None,
    }
}
