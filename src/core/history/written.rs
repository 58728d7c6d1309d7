//! What is kept of a run as it goes, and the lines it becomes. Masking happens here and nowhere else.

use super::mirror::{KeptFinding, KeptGrant, KeptRecord};
use super::{RunId, VERSION};
use crate::core::diagnose::Finding;
use crate::core::oauth::callback::{Answer, Hit};
use crate::core::oauth::flow::{BindFailure, Browser};
use crate::core::oauth::grant::TokenTrouble;
use crate::core::oauth::link::{LinkChanges, Parameter};
use crate::core::oauth::preflight::{Landing, PreflightResult};
use crate::core::oauth::{Run, RunPhase, StepState};
use crate::core::profile::{Profile, ProxyChoice};
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::wire::Record;
use crate::core::wire::redact::Mask;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is to be kept of a run: entries in order, and the values that texts in them may quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The run.
    pub id: RunId,
    /// Values that are masked under whatever name they stand.
    pub known: Vec<Secret>,
    /// What is written.
    pub entries: Vec<Entry>,
}

/// One line of a kept run, not yet masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The first line: whose run it is.
    Head(Box<Profile>),
    /// A record that is complete.
    Record(Box<Record>),
    /// Something that came to the listener, or was pasted.
    Hit(Box<Hit>),
    /// How the run stands now.
    State(Box<State>),
}

/// How a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// When.
    pub at: Timestamp,
    /// The run; its hits have lines of their own.
    pub run: Run,
    /// What the token endpoint gave.
    pub grant: Option<Grant>,
    /// How far each step is.
    pub steps: Vec<StepState>,
    /// What is found, step by step.
    pub findings: Vec<Finding>,
    /// Whether it is being left while an answer could still come or be used.
    pub left: bool,
}

/// A line that may be written to a disk: whatever is secret gave way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redacted(pub(super) String);

impl Redacted {
    /// The line, without an end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A state as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptState {
    pub(super) at: Timestamp,
    pub(super) run: Run,
    pub(super) grant: Option<KeptGrant>,
    pub(super) steps: Vec<StepState>,
    pub(super) findings: Vec<KeptFinding>,
    pub(super) left: bool,
}

impl Keep {
    /// The lines, masked.
    pub fn lines(&self, mask: &Mask) -> Vec<Redacted> {
        let known: Vec<&Secret> = self.known.iter().collect();
        let masking = Masking {
            mask: mask.for_keeping(),
            known: &known,
        };
        let lines = self
            .entries
            .iter()
            .map(|entry| masking.line(entry, &self.id));
        lines.map(|line| Redacted(line.to_string())).collect()
    }
}

/// What masks.
pub(super) struct Masking<'a> {
    pub(super) mask: Mask,
    pub(super) known: &'a [&'a Secret],
}

impl Masking<'_> {
    /// One line.
    fn line(&self, entry: &Entry, id: &RunId) -> Value {
        let mut line = self.entry(entry);
        if matches!(entry, Entry::Head(_)) {
            line["id"] = json!(id.as_str());
        }
        line
    }

    /// An entry as JSON.
    pub(super) fn entry(&self, entry: &Entry) -> Value {
        match entry {
            Entry::Head(profile) => self.head(profile, None),
            Entry::Record(record) => {
                json!({"record": KeptRecord::of(record, &self.mask, self.known)})
            }
            Entry::Hit(hit) => json!({"hit": self.hit(hit)}),
            Entry::State(state) => json!({"state": self.state(state)}),
        }
    }

    /// The first line.
    pub(super) fn head(&self, profile: &Profile, id: Option<&RunId>) -> Value {
        json!({
            "dineroscope": "run",
            "v": VERSION,
            "id": id.map(RunId::as_str),
            "program": env!("CARGO_PKG_VERSION"),
            "profile": self.profile(profile),
        })
    }

    /// A state.
    pub(super) fn state(&self, state: &State) -> KeptState {
        KeptState {
            at: state.at,
            run: self.run(&state.run),
            grant: state
                .grant
                .as_ref()
                .map(|grant| KeptGrant::of(grant, &self.mask, self.known)),
            steps: state.steps.clone(),
            findings: state
                .findings
                .iter()
                .map(|finding| KeptFinding::of(finding, &self.mask, self.known))
                .collect(),
            left: state.left,
        }
    }

    /// A profile; its secret is never written, a password of its proxy neither.
    pub(super) fn profile(&self, profile: &Profile) -> Profile {
        let mut kept = profile.clone();
        for (name, value) in &mut kept.authorize.extra {
            *value = self.value(name, value);
        }
        for (name, value) in &mut kept.exchange.extra {
            *value = self.value(name, value);
        }
        if let ProxyChoice::Url(url) = &mut kept.network.proxy {
            *url = self.url(url);
        }
        kept
    }

    /// Something that came.
    pub(super) fn hit(&self, hit: &Hit) -> Hit {
        Hit {
            answer: self.answer(&hit.answer),
            ..hit.clone()
        }
    }

    /// The fields of an answer.
    fn answer(&self, answer: &Answer) -> Answer {
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|it| self.secret(it));
        let text = |text: &Option<String>| text.as_ref().map(|it| self.text(it));
        let named = |name, text: &Option<String>| text.as_ref().map(|it| self.value(name, it));
        Answer {
            code: secret(&answer.code),
            id_token: secret(&answer.id_token),
            state: named("state", &answer.state),
            iss: text(&answer.iss),
            scope: text(&answer.scope),
            session_state: named("session_state", &answer.session_state),
            error: text(&answer.error),
            error_description: text(&answer.error_description),
            further: answer.further.iter().map(|name| self.text(name)).collect(),
        }
    }

    /// A run.
    fn run(&self, run: &Run) -> Run {
        let mut kept = run.clone();
        kept.hits = Vec::new();
        kept.fresh.state = self.value("state", &run.fresh.state);
        kept.fresh.nonce = self.value("nonce", &run.fresh.nonce);
        kept.fresh.verifier = run.fresh.verifier.as_ref().map(|it| self.secret(it));
        kept.redirect_uri = self.url(&run.redirect_uri);
        kept.link = self.url(&run.link);
        kept.phase = self.phase(&run.phase);
        kept.error_page = run.error_page.as_ref().map(|page| self.text(page));
        kept.answer = run
            .answer
            .as_ref()
            .map(|(answer, arrival, call)| (self.answer(answer), *arrival, *call));
        if let Browser::Failed(reason) = &run.browser {
            kept.browser = Browser::Failed(self.text(reason));
        }
        if let Some(preflight) = &mut kept.preflight {
            self.preflight(&mut preflight.result);
        }
        for checked in [&mut kept.answer_checked, &mut kept.token_checked] {
            for check in checked.iter_mut().flat_map(|checked| &mut checked.checks) {
                check.seen = self.value(&check.name, &check.seen);
                check.expected = self.value(&check.name, &check.expected);
            }
        }
        for parameter in &mut kept.parameters {
            self.parameter(parameter);
        }
        for row in &mut kept.link_rows {
            row.own = row
                .own
                .as_ref()
                .map(|own| self.value(&row.parameter.name, own));
            self.parameter(&mut row.parameter);
        }
        self.link_changes(&mut kept.link_changes);
        let other = run.changes.redirect_uri.as_ref();
        kept.changes.redirect_uri = other.map(|uri| self.url(uri));
        let fields = &mut kept.changes.fields;
        let changed = fields
            .rows
            .iter_mut()
            .filter_map(|(_, value)| value.as_mut());
        for value in changed.chain(fields.added.iter_mut().map(|(_, value)| value)) {
            *value = self.secret(value);
        }
        kept
    }

    /// A parameter of the link.
    fn parameter(&self, parameter: &mut Parameter) {
        parameter.value = self.value(&parameter.name, &parameter.value);
    }

    /// What was changed about the link.
    fn link_changes(&self, changes: &mut LinkChanges) {
        for (name, value) in &mut changes.rows {
            *value = value.as_ref().map(|value| self.value(name, value));
        }
        for (name, value) in &mut changes.added {
            *value = self.value(name, value);
        }
    }

    /// Where the run stands.
    fn phase(&self, phase: &RunPhase) -> RunPhase {
        match phase {
            RunPhase::ListenFailed(failure) => RunPhase::ListenFailed(BindFailure {
                detail: self.text(&failure.detail),
                ..failure.clone()
            }),
            RunPhase::ExchangeFailed(trouble) => RunPhase::ExchangeFailed(self.trouble(trouble)),
            other => other.clone(),
        }
    }

    /// What was wrong with the token endpoint's answer.
    fn trouble(&self, trouble: &TokenTrouble) -> TokenTrouble {
        match trouble {
            TokenTrouble::Redirected { location } => TokenTrouble::Redirected {
                location: self.url(location),
            },
            TokenTrouble::Error {
                status,
                error,
                description,
            } => TokenTrouble::Error {
                status: *status,
                error: self.text(error),
                description: description.as_ref().map(|words| self.text(words)),
            },
            other => other.clone(),
        }
    }

    /// What came of a preflight.
    fn preflight(&self, result: &mut PreflightResult) {
        match result {
            PreflightResult::Landed(Landing::ErrorPage { address, .. }) => {
                *address = address.as_ref().map(|address| self.url(address));
            }
            PreflightResult::Landed(Landing::Back { error, .. }) => {
                *error = error.as_ref().map(|error| self.text(error));
            }
            _ => {}
        }
    }

    /// A value beside its name.
    fn value(&self, name: &str, value: &str) -> String {
        if self.mask.hides(name) && !value.is_empty() {
            return self.mask.inline(value);
        }
        self.text(value)
    }

    /// A secret.
    fn secret(&self, secret: &Secret) -> Secret {
        Secret::new(self.mask.inline(secret.expose()))
    }

    /// A text of bounded length.
    fn text(&self, text: &str) -> String {
        const MOST: usize = 4096;
        let short = match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        self.mask.text(&short, self.known)
    }

    /// A URL.
    fn url(&self, url: &str) -> String {
        self.mask.text(&self.mask.url(url).to_string(), self.known)
    }
}
