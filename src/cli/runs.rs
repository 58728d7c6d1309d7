//! `runs`: the kept runs, to look at, to compare, to hand on and to delete. Offline.

mod arguments;
mod told;

pub(super) use arguments::Runs;

use crate::cli::exit::Exit;
use crate::cli::findings;
use crate::cli::printer::Printer;
use crate::core::history::KeptRun;
use crate::core::history::compare::{Difference, Row, compare};
use crate::core::history::report::Report;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::edge::archive::{Archive, open_file};
use crate::edge::export::write_new;
use arguments::{Action, Compare, Delete, Export, Kind, List, Show};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::io;
use std::path::Path;

/// Does it. Fails when standard output is closed or full.
pub(super) fn runs(arguments: &Runs, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let mut key = [0; 32];
    match super::marks() {
        Some(kept) => key = kept,
        None => super::random(&mut key)?,
    }
    let mut desk = Desk {
        archive: Archive::of_this_user(),
        mask: Mask::new(key),
        zone: TimeZone::system(),
        printer,
    };
    match &arguments.action {
        Action::List(arguments) => desk.list(arguments),
        Action::Show(arguments) => desk.show(arguments),
        Action::Compare(arguments) => desk.compare(arguments),
        Action::Export(arguments) => desk.export(arguments),
        Action::Delete(arguments) => Ok(desk.delete(arguments)),
    }
}

/// What the actions work with.
struct Desk<'a, 'w> {
    archive: Archive,
    mask: Mask,
    zone: TimeZone,
    printer: &'a mut Printer<'w>,
}

impl Desk<'_, '_> {
    /// A line of the result.
    fn print(&mut self, text: &str) -> io::Result<()> {
        self.printer.result(&Visible::of(text))
    }

    /// A line for the person who reads along.
    fn say(&mut self, text: &str) {
        self.printer.talk(&Visible::of(text));
    }

    /// What is wrong, on standard error.
    fn failed(&mut self, reason: &str) -> Exit {
        self.say(&format!("error: {reason}"));
        Exit::Profile
    }

    /// The run that a person means: by its name, or in a file.
    fn open(&mut self, text: &str) -> Result<KeptRun, Exit> {
        let opened = match self.archive.named(text) {
            Ok(id) => self.archive.open(&id),
            Err(_) if Path::new(text).is_file() => open_file(Path::new(text)),
            Err(reason) => Err(reason),
        };
        match opened {
            Ok(kept) => {
                for notice in &kept.notices {
                    self.printer.talk(&Visible::of(&format!("note: {notice}")));
                }
                Ok(kept)
            }
            Err(reason) => Err(self.failed(&reason)),
        }
    }

    /// `runs list`.
    fn list(&mut self, arguments: &List) -> io::Result<Exit> {
        let listed = self.archive.list();
        let words = arguments.words.join(" ");
        let shown: Vec<_> = listed.runs.iter().filter(|run| run.has(&words)).collect();
        if arguments.json {
            let runs: Vec<Value> = shown.iter().map(|run| told::summary(run)).collect();
            let unreadable = listed
                .unreadable
                .iter()
                .map(|(path, why)| json!({"file": path.display().to_string(), "why": why}));
            let unreadable: Vec<Value> = unreadable.collect();
            self.printer
                .object(&json!({"v": 1, "runs": runs, "unreadable": unreadable}))?;
        } else {
            for run in &shown {
                self.print(&told::line(run, &self.zone.clone()))?;
            }
        }
        for (path, why) in &listed.unreadable {
            self.say(&format!("warning: {}: {why}", path.display()));
        }
        if let Some(trouble) = &listed.trouble {
            return Ok(self.failed(trouble));
        }
        if shown.is_empty() && !arguments.json {
            self.say(match listed.runs.len() {
                0 => "No run is kept yet: one is from the moment its link is opened",
                _ => "No run has these words",
            });
        }
        Ok(Exit::Done)
    }

    /// `runs show`.
    fn show(&mut self, arguments: &Show) -> io::Result<Exit> {
        let kept = match self.open(&arguments.run) {
            Ok(kept) => kept,
            Err(exit) => return Ok(exit),
        };
        if arguments.json {
            self.printer.object(&told::whole(&kept, &self.mask))?;
            return Ok(Exit::Done);
        }
        for line in told::lines(&kept, &self.mask, &self.zone) {
            self.print(&line)?;
        }
        findings::write(self.printer, &kept.findings)?;
        Ok(Exit::Done)
    }

    /// `runs compare`.
    fn compare(&mut self, arguments: &Compare) -> io::Result<Exit> {
        let left = match self.open(&arguments.left) {
            Ok(kept) => kept,
            Err(exit) => return Ok(exit),
        };
        let right = match self.open(&arguments.right) {
            Ok(kept) => kept,
            Err(exit) => return Ok(exit),
        };
        let comparison = compare(&left, &right, &self.mask);
        if arguments.json {
            let object = told::comparison(&left, &right, &comparison);
            self.printer.object(&object)?;
            return Ok(Exit::Done);
        }
        for (label, run) in [("left", &left), ("right", &right)] {
            let line = told::line(&run.summary(), &self.zone);
            self.print(&format!("{label:6} {line}"))?;
        }
        let matters = comparison.count(Difference::Matters);
        let differ = matters + comparison.count(Difference::Expected);
        let total = comparison.rows.len();
        self.print(&format!(
            "{differ} of {total} values differ; {matters} of them may matter (✗), every run has its own (~)"
        ))?;
        let mut step = None;
        let shown = |row: &&Row| arguments.all || row.difference != Difference::Equal;
        for row in comparison.rows.iter().filter(shown) {
            if step != Some(row.step) {
                step = Some(row.step);
                self.print(&told::heading(row.step))?;
            }
            for line in told::row(row) {
                self.print(&line)?;
            }
        }
        for (label, found) in [
            ("only on the left", &comparison.only_left),
            ("only on the right", &comparison.only_right),
        ] {
            if !found.is_empty() {
                self.print(&format!("Found {label}"))?;
                findings::write(self.printer, found)?;
            }
        }
        Ok(Exit::Done)
    }

    /// `runs export`.
    fn export(&mut self, arguments: &Export) -> io::Result<Exit> {
        let kept = match self.open(&arguments.run) {
            Ok(kept) => kept,
            Err(exit) => return Ok(exit),
        };
        let report = Report {
            run: &kept,
            mask: &self.mask,
            now: Timestamp::now(),
            zone: &self.zone,
            system: std::env::consts::OS,
        };
        let text = match (arguments.kind, arguments.json) {
            (Kind::Report, true) => report.json(),
            (Kind::Report, false) => report.markdown(),
        };
        let contents = report.contents().join(", ");
        match &arguments.to {
            None => self.printer.exactly(text.as_bytes())?,
            Some(path) => match write_new(path, &text) {
                Ok(()) => self.say(&format!(
                    "Written to {path}, readable by you alone: {contents}"
                )),
                Err(reason) => return Ok(self.failed(&reason)),
            },
        }
        Ok(Exit::Done)
    }

    /// `runs delete`.
    fn delete(&mut self, arguments: &Delete) -> Exit {
        // Nothing is deleted before every name is understood.
        let named: Result<Vec<_>, String> = arguments
            .runs
            .iter()
            .map(|text| self.archive.named(text))
            .collect();
        let deleted = named.and_then(|ids| {
            ids.iter().try_for_each(|id| self.archive.delete(id))?;
            Ok(ids)
        });
        match deleted {
            Ok(ids) => {
                for id in ids {
                    self.say(&format!("Deleted {id}"));
                }
                Exit::Done
            }
            Err(reason) => self.failed(&reason),
        }
    }
}
