//! Two runs side by side, step by step: what is equal, what every run has of its own, and what differs and
//! matters. Values are compared as they were kept, secrets by their marks.

use super::KeptRun;
use crate::core::diagnose::Finding;
use crate::core::oauth::callback::Answer;
use crate::core::oauth::{Step, changes};
use crate::core::profile::Preset;
use crate::core::secret::Secret;
use crate::core::token::id_token::Verdict;
use crate::core::wire::redact::{Mask, is_secret_name};
use crate::core::wire::{Outcome, Purpose, Record};

/// What a difference means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The same in both.
    Equal,
    /// Every run has its own.
    Expected,
    /// It differs, and may explain what happened; or is the same, and must not be.
    Matters,
}

impl Difference {
    /// As JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Expected => "expected",
            Self::Matters => "matters",
        }
    }
}

/// One value of both runs; `None` where a run has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The step it belongs to; `None` for what is known of the run as a whole.
    pub step: Option<Step>,
    /// The protocol word, or a few words.
    pub name: String,
    /// In the first run.
    pub left: Option<String>,
    /// In the second run.
    pub right: Option<String>,
    /// What that means.
    pub difference: Difference,
}

/// Two runs compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Every value of either, in the order of the steps.
    pub rows: Vec<Row>,
    /// What was found in the first run alone, the worst first.
    pub only_left: Vec<Finding>,
    /// What was found in the second run alone.
    pub only_right: Vec<Finding>,
}

impl Comparison {
    /// How many rows differ so.
    pub fn count(&self, difference: Difference) -> usize {
        let of = |row: &&Row| row.difference == difference;
        self.rows.iter().filter(of).count()
    }
}

/// Names of values that every run has of its own.
const OWN: [&str; 20] = [
    "state",
    "nonce",
    "code_challenge",
    "code",
    "code_verifier",
    "session_state",
    "access_token",
    "refresh_token",
    "id_token",
    "started",
    "age of the code",
    "answer came after",
    "iat",
    "exp",
    "nbf",
    "auth_time",
    "at_hash",
    "c_hash",
    "s_hash",
    "jti",
];

/// Of those, values that must never be the same in two runs.
const NEVER_TWICE: [&str; 6] = [
    "state",
    "nonce",
    "code_challenge",
    "code",
    "code_verifier",
    "access_token",
];

/// Compares two runs. Pure; of a run with itself every row is equal.
pub fn compare(left: &KeptRun, right: &KeptRun, mask: &Mask) -> Comparison {
    let judging = Judging {
        same_run: left.id.is_some() && left.id == right.id,
        own_ports: have_own_ports(left, right),
    };
    let (of_left, of_right) = (values(left), values(right));
    let mut rows = Vec::new();
    let mut taken = vec![false; of_right.len()];
    for value in of_left {
        let same = |(place, it): (usize, &Value)| {
            !taken[place] && it.step == value.step && it.name == value.name
        };
        let place = of_right.iter().enumerate().position(same);
        let other = place.map(|place| {
            taken[place] = true;
            of_right[place].shown(mask)
        });
        let shown = value.shown(mask);
        rows.push(judging.row(value.step, value.name, Some(shown), other));
    }
    // What only the second run has stands behind its step's other rows.
    for (value, _) in of_right.into_iter().zip(taken).filter(|(_, taken)| !taken) {
        let behind = |row: &Row| row.step <= value.step;
        let place = rows.iter().rposition(behind).map_or(0, |at| at + 1);
        let shown = value.shown(mask);
        rows.insert(
            place,
            judging.row(value.step, value.name, None, Some(shown)),
        );
    }
    let rows = folded(&rows);
    Comparison {
        rows,
        only_left: only(left, right),
        only_right: only(right, left),
    }
}

/// A step that one run never came to is one row: nothing is learnt from what the other one had there.
fn folded(rows: &[Row]) -> Vec<Row> {
    let mut folded: Vec<Row> = Vec::new();
    for row in rows {
        let of_step = || rows.iter().filter(|other| other.step == row.step);
        let left = of_step().filter(|other| other.left.is_some()).count();
        let right = of_step().filter(|other| other.right.is_some()).count();
        if row.step.is_none() || left > 0 && right > 0 {
            folded.push(row.clone());
        } else if folded.last().is_none_or(|last| last.step != row.step) {
            let words = |count: usize| match count {
                0 => "no".to_owned(),
                1 => "yes, 1 value".to_owned(),
                count => format!("yes, {count} values"),
            };
            folded.push(Row {
                step: row.step,
                name: "reached".to_owned(),
                left: Some(words(left)),
                right: Some(words(right)),
                difference: Difference::Matters,
            });
        }
    }
    folded
}

/// Whether every run of both has other ports: the callback's is free, or the sandbox is embedded.
fn have_own_ports(left: &KeptRun, right: &KeptRun) -> bool {
    let has = |kept: &KeptRun| {
        kept.profile.provider.preset == Some(Preset::Sandbox)
            || without_ports(&kept.profile.redirect_uri) != without_ports(&kept.run.redirect_uri)
            || kept.profile.redirect_uri.contains(":0/")
    };
    has(left) && has(right)
}

/// A text without the ports of this machine.
fn without_ports(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, host)) = ["localhost:", "127.0.0.1:", "[::1]:"]
        .iter()
        .filter_map(|host| Some((rest.find(host)?, *host)))
        .min()
    {
        let end = at + host.len();
        bare.push_str(&rest[..end]);
        rest = rest[end..].trim_start_matches(|letter: char| letter.is_ascii_digit());
    }
    bare + rest
}

/// Rules that matched in one run alone.
fn only(one: &KeptRun, other: &KeptRun) -> Vec<Finding> {
    let known = |finding: &&Finding| !other.findings.iter().any(|it| it.rule == finding.rule);
    let mut found: Vec<Finding> = Vec::new();
    for finding in one.findings.iter().filter(known) {
        if !found.iter().any(|it| it.rule == finding.rule) {
            found.push(finding.clone());
        }
    }
    found.sort_by_key(|finding| finding.severity);
    found
}

/// What pairs are judged by.
struct Judging {
    same_run: bool,
    own_ports: bool,
}

impl Judging {
    /// Judges a pair.
    fn row(
        &self,
        step: Option<Step>,
        name: String,
        left: Option<String>,
        right: Option<String>,
    ) -> Row {
        let own = OWN.contains(&name.as_str());
        let difference = match (&left, &right) {
            (Some(one), Some(other)) if one == other => {
                if NEVER_TWICE.contains(&name.as_str()) && !self.same_run && !one.is_empty() {
                    Difference::Matters
                } else {
                    Difference::Equal
                }
            }
            (Some(_), Some(_)) if own => Difference::Expected,
            (Some(one), Some(other))
                if self.own_ports && without_ports(one) == without_ports(other) =>
            {
                Difference::Expected
            }
            _ => Difference::Matters,
        };
        Row {
            step,
            name,
            left,
            right,
            difference,
        }
    }
}

/// A value of a run.
#[derive(Debug, Clone)]
pub(super) struct Value {
    /// The step it belongs to; `None` for what is known of the run as a whole.
    pub(super) step: Option<Step>,
    /// The protocol word, or a few words.
    pub(super) name: String,
    /// As it was kept.
    pub(super) text: String,
}

impl Value {
    /// As it is shown.
    fn shown(&self, mask: &Mask) -> String {
        if is_secret_name(&self.name) && !self.text.is_empty() {
            return mask.fact(&Secret::new(self.text.as_str())).to_string();
        }
        self.text.clone()
    }
}

/// Every value of a run that is worth comparing.
pub(super) fn values(kept: &KeptRun) -> Vec<Value> {
    let mut values = Values { all: Vec::new() };
    values.whole(kept);
    values.link(kept);
    values.consent(kept);
    values.callback(kept);
    values.exchange(kept);
    values.token(kept);
    values.requests(kept);
    values.all
}

/// Every value of a run with its step and name, as it is shown.
pub fn shown_values(kept: &KeptRun, mask: &Mask) -> Vec<(Option<Step>, String, String)> {
    let shown = |value: Value| {
        let text = value.shown(mask);
        (value.step, value.name, text)
    };
    values(kept).into_iter().map(shown).collect()
}

/// Collects them.
struct Values {
    all: Vec<Value>,
}

impl Values {
    /// A value.
    fn add(&mut self, step: impl Into<Option<Step>>, name: &str, value: impl Into<String>) {
        self.all.push(Value {
            step: step.into(),
            name: name.to_owned(),
            text: value.into(),
        });
    }

    /// A value, where there is one.
    fn add_some(&mut self, step: Step, name: &str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.add(step, name, value);
        }
    }

    /// What is known of the run as a whole.
    fn whole(&mut self, kept: &KeptRun) {
        let provider = &kept.profile.provider;
        self.add(None, "profile", kept.profile.name.clone());
        self.add(
            None,
            "provider",
            format!("{}, {}", provider.label, provider.environment.label()),
        );
        let started = kept.run.started_at.unwrap_or(kept.at);
        self.add(
            None,
            "started",
            started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        );
    }

    fn link(&mut self, kept: &KeptRun) {
        let url = kept.profile.provider.authorize_url.clone();
        self.add(Step::Link, "authorize endpoint", url);
        for parameter in &kept.run.parameters {
            self.add(Step::Link, &parameter.name, parameter.value.clone());
        }
        let changed = kept.run.link_changes.words();
        if !changed.is_empty() {
            self.add(Step::Link, "changed by hand", changed);
        }
    }

    fn consent(&mut self, kept: &KeptRun) {
        let run = &kept.run;
        let hosts: Vec<String> = run.addresses.iter().map(|it| it.ip().to_string()).collect();
        self.add(Step::Consent, "listens on", hosts.join(", "));
        self.add(
            Step::Consent,
            "hits without an answer",
            run.hits
                .len()
                .saturating_sub(usize::from(run.answer.is_some()))
                .to_string(),
        );
        let waited = run
            .started_at
            .zip(run.answered_at)
            .map(|(from, to)| seconds(to.duration_since(from).as_secs()));
        self.add_some(Step::Consent, "answer came after", waited);
    }

    fn callback(&mut self, kept: &KeptRun) {
        let step = Step::Callback;
        let Some((answer, arrival, _)) = &kept.run.answer else {
            return;
        };
        self.add(step, "came by", arrival.words().to_owned());
        let Answer {
            code,
            id_token,
            state,
            iss,
            scope,
            session_state,
            error,
            error_description,
            further,
        } = answer;
        let exposed = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().to_owned());
        self.add_some(step, "code", exposed(code));
        self.add_some(step, "id_token", exposed(id_token));
        for (name, value) in [
            ("state", state),
            ("iss", iss),
            ("scope", scope),
            ("session_state", session_state),
            ("error", error),
            ("error_description", error_description),
        ] {
            self.add_some(step, name, value.clone());
        }
        if !further.is_empty() {
            self.add(step, "further fields", further.join(", "));
        }
    }

    fn exchange(&mut self, kept: &KeptRun) {
        let step = Step::Exchange;
        let record = kept.run.exchange.and_then(|call| kept.record(call));
        let Some(record) = record else {
            return;
        };
        let request = &record.request;
        let url = request.url.split('?').next().unwrap_or_default();
        self.add(step, "sent to", format!("{} {url}", request.method));
        self.add_some(step, "Content-Type", request.headers.get("content-type"));
        let scheme = request.headers.get("authorization");
        let scheme = scheme.map(|value| value.split(' ').next().unwrap_or_default().to_owned());
        self.add_some(step, "Authorization", scheme);
        for (name, value) in changes::pairs(request) {
            self.add(step, &name, value);
        }
        if let Some(at) = kept.run.answered_at {
            let age = record.at.duration_since(at).as_secs();
            self.add(step, "age of the code", seconds(age));
        }
        self.add(step, "answer", answer(record));
    }

    fn token(&mut self, kept: &KeptRun) {
        let step = Step::Token;
        if let Some(grant) = &kept.grant {
            self.add(step, "access_token", grant.access_token.expose());
            let refresh = grant.refresh_token.as_ref().map(Secret::expose);
            self.add_some(step, "refresh_token", refresh);
            let id_token = grant.id_token.as_ref().map(Secret::expose);
            self.add_some(step, "id_token", id_token);
            self.add(step, "token_type", grant.token_type.clone());
            let mut scopes = grant.scopes.clone();
            scopes.sort_unstable();
            self.add(step, "scope", scopes.join(" "));
            let lifetime = grant.expires_in.map(|it| it.to_string());
            self.add_some(step, "expires_in", lifetime);
            self.add_some(step, "name", grant.user());
            self.add_some(step, "sub", grant.subject());
        }
        let checked = [&kept.run.answer_checked, &kept.run.token_checked];
        for check in checked.into_iter().flatten().flat_map(|it| &it.checks) {
            let verdict = match check.verdict {
                Verdict::Passed => "holds",
                Verdict::Failed => "fails",
                Verdict::NotNeeded => "not needed",
            };
            self.add(step, &format!("id_token, {}", check.name), verdict);
        }
    }

    fn requests(&mut self, kept: &KeptRun) {
        let calls = kept.records.iter();
        for record in calls.filter(|record| record.purpose == Purpose::Api) {
            let path = record.request.url.split('?').next().unwrap_or_default();
            let path = path.splitn(4, '/').nth(3).unwrap_or_default();
            let name = format!("{} /{path}", record.request.method);
            self.add(Step::Requests, &name, answer(record));
        }
    }
}

/// How a request was answered, in a few words.
fn answer(record: &Record) -> String {
    match &record.outcome {
        Outcome::Pending => "no answer yet".to_owned(),
        Outcome::Failed(failure) => failure.words(),
        Outcome::Response(response) => {
            let status = format!("{} {}", response.status, response.reason);
            match record.purpose {
                Purpose::Exchange => format!("{}, {}", status.trim_end(), record.note),
                _ => status.trim_end().to_owned(),
            }
        }
    }
}

/// `00:44`.
fn seconds(seconds: i64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}
