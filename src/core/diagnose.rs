//! Why it failed: rules over evidence, each a function in a table, answering with findings.
//!
//! A rule's name is stable: screens, command line, tests and documentation use it. One failure gets one
//! leading finding, so rules about the same failure exclude each other by evidence: a function says
//! which of them it is, and each rule asks it.
//!
//! ```text
//! Evidence ─► rules() of its step ─► Found ─► Finding, worst first
//! ```

mod after;
mod answer;
mod api;
mod bearer;
mod callback;
mod consent;
mod endpoint;
mod error_page;
mod exchange;
mod grant;
mod id_token;
mod link;
mod lone_token;
mod metadata;
mod network;
mod place;
mod preflight;
mod protocol;
mod query_filter;
mod redirect;
mod refresh;
mod refusal;
mod scope;
mod seen;
mod shape;
mod surroundings;
mod tls;
mod token;
mod token_answer;
mod token_request;

pub use endpoint::expected_subject;
pub use error_page::{error_id, has_page_words, pasted_page};
pub use refusal::refused_fields;
pub use token::{ahead_by, clock_ahead};

use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::metadata::MetadataTrouble;
use crate::core::oauth::{Run, Step};
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::wire::Record;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How bad it is; the order is the order of leading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// It cannot work.
    Error,
    /// It may not work, or is unsafe.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// In lower case, as JSON and reports write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Everything a rule may look at. Borrowed from the engine; nothing is copied to diagnose.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The step that is asked about.
    pub step: Step,
    /// Now.
    pub now: Timestamp,
    /// How secrets are shown in what was seen.
    pub mask: &'a Mask,
    /// The profile in use.
    pub profile: &'a Profile,
    /// The client secret, once it is known.
    pub client_secret: Option<&'a Secret>,
    /// The run.
    pub run: &'a Run,
    /// Every record of this run and of the requests, in order.
    pub transcript: &'a [Record],
    /// The grant in use.
    pub grant: Option<&'a Grant>,
    /// The same with what became of its last refresh.
    pub held: Option<&'a HeldGrant>,
    /// The last answered call of the API.
    pub api: Option<&'a Record>,
    /// Whether this was pasted: then nothing is known but what stands in it, and our own record of the run
    /// proves nothing.
    pub pasted: bool,
    /// The profile that what was pasted is compared with.
    pub compared: Option<&'a Profile>,
    /// The text or address of the provider's error page.
    pub page: Option<&'a str>,
    /// Why the provider's metadata cannot be used, with the record of what it answered.
    pub metadata: Option<(&'a Record, &'a MetadataTrouble)>,
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// Its stable name.
    pub name: &'static str,
    /// The steps it speaks at.
    pub steps: &'static [Step],
    /// How bad what it finds is, unless the evidence says otherwise.
    pub severity: Severity,
    /// RFC section, Visma's or Dinero's page, or "inferred".
    pub source: &'static str,
    /// Looks for it.
    pub check: fn(&Evidence<'_>) -> Option<Found>,
}

/// What a rule's function answers: the parts of a finding that depend on the evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// At most 60 characters, plain words, no rule name, no full stop.
    pub headline: String,
    /// What was seen and where; secrets masked.
    pub evidence: String,
    /// The likely cause, in one or two sentences.
    pub cause: String,
    /// What to do: each begins with a key or a verb.
    pub fix: Vec<String>,
    /// How bad it is, when the evidence makes it better or worse than the rule says.
    pub severity: Option<Severity>,
}

impl Found {
    /// A finding's parts, in the order they are read.
    fn new(
        headline: impl Into<String>,
        evidence: impl Into<String>,
        cause: impl Into<String>,
        fix: &[&str],
    ) -> Self {
        Self {
            headline: headline.into(),
            evidence: evidence.into(),
            cause: cause.into(),
            fix: fix.iter().map(|&line| line.to_owned()).collect(),
            severity: None,
        }
    }

    /// The same, rated by the evidence rather than by the rule.
    fn rated(self, severity: Severity) -> Self {
        Self {
            severity: Some(severity),
            ..self
        }
    }
}

/// A rule that matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's stable name.
    pub rule: &'static str,
    /// The step it belongs to.
    pub step: Step,
    /// How bad it is.
    pub severity: Severity,
    /// In plain words.
    pub headline: Visible,
    /// What was seen.
    pub evidence: Visible,
    /// Why, likely.
    pub cause: Visible,
    /// What to do.
    pub fix: Vec<Visible>,
    /// Where this is known from.
    pub source: &'static str,
}

/// Every rule, in the order of the steps.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [
        metadata::RULES,
        shape::RULES,
        link::RULES,
        protocol::RULES,
        scope::RULES,
        redirect::RULES,
        preflight::RULES,
        error_page::RULES,
        consent::RULES,
        surroundings::RULES,
        callback::RULES,
        tls::RULES,
        after::RULES,
        answer::RULES,
        token_request::RULES,
        token_answer::RULES,
        exchange::RULES,
        grant::RULES,
        network::RULES,
        refresh::RULES,
        id_token::RULES,
        lone_token::RULES,
        token::RULES,
        bearer::RULES,
        endpoint::RULES,
        api::RULES,
        place::RULES,
    ]
    .into_iter()
    .flatten()
}

/// The findings of the evidence's step: worst first, so the first is the leading one.
pub fn diagnose(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = rules()
        .filter(|rule| rule.steps.contains(&evidence.step))
        .filter_map(|rule| (rule.check)(evidence).map(|found| finding(rule, evidence.step, &found)))
        .collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// Longest headline, in characters (screens.md, "Findings").
const HEADLINE: usize = 60;

/// Joins a rule and what it found; everything passes through [`Visible`].
fn finding(rule: &Rule, step: Step, found: &Found) -> Finding {
    Finding {
        rule: rule.name,
        step,
        severity: found.severity.unwrap_or(rule.severity),
        headline: Visible::of(&seen::clip(&found.headline, HEADLINE)),
        evidence: Visible::of(&found.evidence),
        cause: Visible::of(&found.cause),
        fix: found.fix.iter().map(Visible::from).collect(),
        source: rule.source,
    }
}
