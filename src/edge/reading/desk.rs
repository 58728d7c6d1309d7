//! The readers of one answer: of its body, and of what a filter made of it.

use super::outside::{compare, open, save};
use super::{Bounds, Job};
use crate::core::reader::Reader;
use crate::core::reader::ask::{Ask, Filter, Show, Told};
use crate::core::reader::content::Content;
use crate::core::wire::Headers;
use crate::core::wire::redact::Mask;
use crate::core::wire::source::Source;
use crate::edge::filter::{self, Filtering, filter};
use crate::edge::http::Held;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use tempfile::NamedTempFile;

/// What reads an answer.
#[derive(Debug)]
pub(super) struct Desk {
    source: Arc<dyn Source>,
    mask: Mask,
    bounds: Bounds,
    jobs: Sender<Job>,
    body: Reader,
    ended: bool,
    /// What a filter has made of it, while that is shown.
    filtered: Option<Reader>,
    /// A filter that runs, and what it writes; it is shown with its first bytes.
    running: Option<Running>,
    filters: u64,
    show: Option<Show>,
    /// Files that other programs have open; they go with this.
    opened: Vec<NamedTempFile>,
}

/// A filter that runs.
#[derive(Debug)]
struct Running {
    number: u64,
    program: String,
    output: Arc<Held>,
    /// The last line's end, which is written once another line follows.
    line_end: bool,
    is_shown: bool,
    /// Killed with this.
    _filtering: Filtering,
}

impl Desk {
    pub(super) fn new(
        (source, headers, mask): (Arc<dyn Source>, Headers, Mask),
        bounds: Bounds,
        jobs: Sender<Job>,
    ) -> Self {
        Self {
            body: Reader::new(source.clone(), headers, mask.clone(), false),
            source,
            mask,
            bounds,
            jobs,
            ended: false,
            filtered: None,
            running: None,
            filters: 0,
            show: None,
            opened: Vec::new(),
        }
    }

    /// No more of the body comes.
    pub(super) fn end(&mut self, cut: bool) {
        self.ended = true;
        self.body.end(cut);
    }

    /// What is shown.
    fn shown(&mut self) -> &mut Reader {
        self.filtered.as_mut().unwrap_or(&mut self.body)
    }

    /// Asks what is shown; a filter begins or ends here.
    pub(super) fn ask(&mut self, ask: Ask) -> Vec<Told> {
        match ask {
            Ask::Filter(program) => self.begin_filter(program),
            Ask::EndFilter => self.end_filter(),
            Ask::Show(show) => {
                self.show = Some(show);
                self.shown().take(ask)
            }
            Ask::Compare(other) => vec![match compare(&other, self.shown_source(), &self.mask) {
                Ok(difference) => Told::Differs(Arc::new(difference)),
                Err(why) => Told::Not(why),
            }],
            Ask::Save(path) => {
                let trouble = save(self.shown_source(), &path).err();
                vec![Told::Saved { path, trouble }]
            }
            Ask::Open => self.open(),
            ask => self.shown().take(ask),
        }
    }

    /// The bytes of what is shown.
    fn shown_source(&self) -> &dyn Source {
        match &self.filtered {
            Some(filtered) => filtered.bytes(),
            None => self.source.as_ref(),
        }
    }

    /// Opens the body with what the system opens such files with.
    fn open(&mut self) -> Vec<Told> {
        let extension = match self.body.content() {
            Content::Binary(kind) => kind.extension,
            Content::Json => "json",
            Content::Text | Content::Unknown => "txt",
        };
        match open(self.source.as_ref(), extension) {
            Ok(file) => {
                self.opened.push(file);
                Vec::new()
            }
            Err(why) => vec![Told::Not(why)],
        }
    }

    /// Works a little; `None` when there is nothing to do until more comes.
    pub(super) fn work(&mut self) -> Option<Vec<Told>> {
        if let Some(filtered) = &mut self.filtered {
            if let Some(told) = filtered.work() {
                return Some(told);
            }
            // Nobody sees the body, but it is gone back to.
            return self.body.work().map(|_| Vec::new());
        }
        self.body.work()
    }

    fn begin_filter(&mut self, program: String) -> Vec<Told> {
        if !self.ended {
            return vec![
                Told::Not("Filter it once all of it is here".to_owned()),
                Told::Filter(Filter::default()),
            ];
        }
        self.filters += 1;
        let (number, jobs) = (self.filters, self.jobs.clone());
        let tell = move |told| {
            let _ = jobs.send(Job::Filtered(number, told));
        };
        let bounds = &self.bounds;
        let filtering = filter(
            &bounds.program,
            &program,
            self.source.clone(),
            bounds.filter,
            tell,
        );
        let told = Filter {
            program: program.clone(),
            runs: true,
            trouble: None,
        };
        self.running = Some(Running {
            number,
            program,
            output: Arc::default(),
            line_end: false,
            is_shown: false,
            _filtering: filtering,
        });
        vec![Told::Filter(told)]
    }

    fn end_filter(&mut self) -> Vec<Told> {
        self.running = None;
        if self.filtered.take().is_none() {
            return vec![Told::Filter(Filter::default())];
        }
        let mut told = vec![Told::Filter(Filter::default())];
        told.extend(self.body.again());
        told
    }

    /// A filter has written something, or is over.
    pub(super) fn filtered(&mut self, number: u64, told: filter::Told) -> Vec<Told> {
        let Some(running) = self
            .running
            .as_mut()
            .filter(|running| running.number == number)
        else {
            return Vec::new();
        };
        match told {
            filter::Told::Bytes(mut bytes) => {
                // The last line's end would be a line without anything in it.
                let line_end = bytes.pop_if(|last| *last == b'\n').is_some();
                if running.line_end {
                    bytes.insert(0, b'\n');
                }
                running.line_end = line_end;
                let _ = running.output.append(&bytes, self.bounds.in_memory);
                self.show_filtered()
            }
            filter::Told::Ended(ended) => self.filter_ended(ended.err()),
        }
    }

    /// What a filter writes is shown from its first bytes on.
    fn show_filtered(&mut self) -> Vec<Told> {
        let Some(running) = &mut self.running else {
            return Vec::new();
        };
        if std::mem::replace(&mut running.is_shown, true) {
            return Vec::new();
        }
        let json = ("Content-Type".to_owned(), "application/json".to_owned());
        let output = Arc::clone(&running.output) as Arc<dyn Source>;
        let mut reader = Reader::new(output, Headers(vec![json]), self.mask.clone(), true);
        let mut told = Vec::new();
        if let Some(show) = self.show {
            let show = Show {
                first: 0,
                cursor: 0,
                ..show
            };
            told.push(Told::Placed(show.view, 0));
            told.extend(reader.take(Ask::Show(show)));
        }
        self.filtered = Some(reader);
        told
    }

    fn filter_ended(&mut self, trouble: Option<String>) -> Vec<Told> {
        let wrote = self
            .running
            .as_ref()
            .is_some_and(|running| running.is_shown);
        let mut told = Vec::new();
        if trouble.is_none() && !wrote {
            told = self.show_filtered();
        }
        let Some(running) = self.running.take() else {
            return told;
        };
        if running.is_shown
            && let Some(filtered) = &mut self.filtered
        {
            let _ = running.output.finish();
            filtered.end(trouble.is_some());
        }
        told.push(Told::Filter(Filter {
            program: running.program,
            runs: false,
            trouble,
        }));
        told
    }
}
