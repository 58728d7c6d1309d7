//! Reads what was written of a run, whatever became of the file since.

use super::mirror::KeptRecord;
use super::written::KeptState;
use super::{KeptRun, RunId, VERSION};
use crate::core::oauth::callback::Hit;
use crate::core::oauth::link;
use crate::core::profile::Profile;
use crate::core::wire::Record;
use serde::Deserialize;

/// Why a file is no run that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// It is something else.
    NotARun,
    /// It was written by a later version of this program.
    Later(u64),
    /// It names a run, but not one line says how that stood.
    Empty,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotARun => formatter.write_str("it is no kept run"),
            Self::Later(version) => write!(
                formatter,
                "a later version of dineroscope wrote it (format {version}, this one reads {VERSION})"
            ),
            Self::Empty => formatter.write_str("it ends before the run had begun"),
        }
    }
}

/// The first line.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) program: String,
    #[serde(default)]
    pub(super) profile: Option<Profile>,
}

impl Head {
    /// Reads a first line.
    pub(super) fn read(line: &str) -> Result<Self, Unreadable> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Bare {
            dineroscope: String,
            v: u64,
        }
        let bare: Bare = serde_json::from_str(line).map_err(|_| Unreadable::NotARun)?;
        if bare.dineroscope != "run" {
            return Err(Unreadable::NotARun);
        }
        if bare.v > VERSION {
            return Err(Unreadable::Later(bare.v));
        }
        serde_json::from_str(line).map_err(|_| Unreadable::NotARun)
    }
}

/// A line after the first.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Record(Box<KeptRecord>),
    Hit(Box<Hit>),
    State(Box<KeptState>),
}

/// Whether a text looks like a kept run; reading it tells.
pub fn looks_like_one(text: &str) -> bool {
    let start: String = text
        .chars()
        .take(200)
        .filter(|it| !it.is_whitespace())
        .collect();
    start.starts_with("{\"dineroscope\":\"run\"")
}

/// Reads a run: one line after the other as it was written, or the JSON of a report. A last line without its
/// end was torn by whatever ended the program; it is dropped and said.
pub fn read(text: &str) -> Result<KeptRun, Unreadable> {
    if let Some(run) = super::report::read(text) {
        return run;
    }
    let mut lines = text.split_inclusive('\n');
    let head = Head::read(lines.next().unwrap_or_default().trim_end())?;
    let mut collected = Collected::default();
    for line in lines {
        let Some(whole) = line.strip_suffix('\n') else {
            collected.torn = serde_json::from_str::<Line>(line).is_err();
            collected.take(line, true);
            continue;
        };
        collected.take(whole, false);
    }
    collected.run(head)
}

/// What the lines of a file say.
#[derive(Default)]
pub(super) struct Collected {
    records: Vec<Record>,
    hits: Vec<Hit>,
    state: Option<Box<KeptState>>,
    torn: bool,
    unread: usize,
}

impl Collected {
    /// Takes a line.
    pub(super) fn take(&mut self, line: &str, is_last: bool) {
        match serde_json::from_str::<Line>(line) {
            Ok(Line::Record(record)) => self.records.push(record.record()),
            Ok(Line::Hit(hit)) => self.hits.push(*hit),
            Ok(Line::State(state)) => self.state = Some(state),
            Err(_) if is_last || line.trim().is_empty() => {}
            Err(_) => self.unread += 1,
        }
    }

    /// The run.
    pub(super) fn run(mut self, head: Head) -> Result<KeptRun, Unreadable> {
        let profile = head.profile.ok_or(Unreadable::NotARun)?;
        let state = self.state.ok_or(Unreadable::Empty)?;
        let mut notices = Vec::new();
        if self.torn {
            notices.push("the last line was torn, and is left out".to_owned());
        }
        match self.unread {
            0 => {}
            1 => notices.push("1 line could not be read, and is left out".to_owned()),
            count => notices.push(format!("{count} lines could not be read, and are left out")),
        }
        self.records.sort_by_key(|record| record.call);
        let mut run = state.run;
        run.hits = self.hits;
        mean(&profile, &mut run);
        Ok(KeptRun {
            id: head.id.as_deref().and_then(RunId::read),
            program: head.program,
            profile,
            run,
            records: self.records,
            grant: state.grant.map(super::mirror::KeptGrant::grant),
            steps: state.steps,
            findings: state
                .findings
                .iter()
                .filter_map(super::mirror::KeptFinding::finding)
                .collect(),
            left: state.left,
            at: state.at,
            notices,
        })
    }
}

/// Gives the rows of the link their meanings back, which are not written.
fn mean(profile: &Profile, run: &mut crate::core::oauth::Run) {
    let own = link::parameters(profile, &run.redirect_uri, &run.fresh);
    let known = link::rows(own, &run.link_changes);
    for row in &mut run.link_rows {
        let same = |it: &&link::LinkRow| {
            it.parameter.name == row.parameter.name && it.added.is_some() == row.added.is_some()
        };
        row.parameter.meaning = known
            .iter()
            .find(same)
            .map_or("", |it| it.parameter.meaning);
    }
    for parameter in &mut run.parameters {
        let same = |it: &&link::LinkRow| it.parameter.name == parameter.name;
        parameter.meaning = run
            .link_rows
            .iter()
            .find(same)
            .map_or("", |it| it.parameter.meaning);
    }
}
