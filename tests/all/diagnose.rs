//! Every rule speaks when it should, is silent when it nearly should, and never speaks over another.

mod api;
mod callback;
mod consent;
mod endpoint;
mod exchange;
pub(crate) mod id_token;
mod link;
mod metadata;
mod names;
mod network;
mod pasted;
mod preflight;
mod refresh;
mod token;

use crate::stage::{self, Point, at, engine_at};
use dineroscope::core::diagnose::{self, Evidence, Finding, Severity};
use dineroscope::core::engine::Engine;
use dineroscope::core::fault::FAULTS;
use dineroscope::core::oauth::held::HeldGrant;
use dineroscope::core::oauth::metadata::MetadataTrouble;
use dineroscope::core::oauth::{Run, STEPS, Step, link as links};
use dineroscope::core::profile::Profile;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::wire::redact::Mask;
use dineroscope::core::wire::{CallId, Outcome, Record, Response};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Evidence that a test may change at will.
#[derive(Clone)]
struct Case {
    now: Timestamp,
    profile: Profile,
    client_secret: Option<Secret>,
    run: Run,
    transcript: Vec<Record>,
    /// The tokens of what is held.
    grant: Option<Grant>,
    held: Option<HeldGrant>,
    api: Option<CallId>,
    pasted: bool,
    compared: Option<Profile>,
    page: Option<String>,
    metadata: Option<(Record, MetadataTrouble)>,
}

impl Case {
    /// What an engine holds.
    fn of(engine: &Engine, now: Timestamp) -> Self {
        let profile = engine.profile().unwrap().clone();
        Self {
            now,
            client_secret: Some(Secret::new("a-secret-of-forty-characters-for-tests-0")),
            run: engine.run().clone(),
            transcript: engine.transcript().to_vec(),
            grant: engine.grant().cloned(),
            held: engine.held().cloned(),
            api: engine.requests().answered,
            pasted: false,
            compared: None,
            metadata: None,
            page: None,
            profile,
        }
    }

    /// What an engine holds at a point of the flow.
    fn at(point: Point) -> Self {
        Self::of(&engine_at(point), at(110))
    }

    /// The same, changed.
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The run's token request or the last call, whichever came last.
    fn last(&mut self) -> &mut Record {
        self.transcript.last_mut().unwrap()
    }

    /// The answer of that.
    fn response(&mut self) -> &mut Response {
        match &mut self.last().outcome {
            Outcome::Response(response) => response,
            other => panic!("{other:?}"),
        }
    }

    /// What is found at a step.
    fn findings(&self, step: Step) -> Vec<Finding> {
        let mask = Mask::new([3; 32]);
        let held = self.held.clone().zip(self.grant.clone());
        let held = held.map(|(held, grant)| HeldGrant { grant, ..held });
        diagnose::diagnose(&Evidence {
            step,
            now: self.now,
            mask: &mask,
            profile: &self.profile,
            client_secret: self.client_secret.as_ref(),
            run: &self.run,
            transcript: &self.transcript,
            grant: self.grant.as_ref(),
            held: held.as_ref(),
            api: self
                .api
                .and_then(|call| self.transcript.iter().find(|record| record.call == call)),
            pasted: self.pasted,
            metadata: self
                .metadata
                .as_ref()
                .map(|(record, trouble)| (record, trouble)),
            compared: self.compared.as_ref(),
            page: self.page.as_deref(),
        })
    }

    /// The names of the rules that speak at a step.
    fn names(&self, step: Step) -> Vec<&'static str> {
        let findings = self.findings(step);
        findings.iter().map(|finding| finding.rule).collect()
    }
}

/// A rule with a case in which it speaks, and one in which it nearly does.
struct Fixture {
    rule: &'static str,
    step: Step,
    fires: Case,
    silent: Case,
}

/// A row of a fixture table.
fn fixture(rule: &'static str, step: Step, fires: Case, silent: Case) -> Fixture {
    Fixture {
        rule,
        step,
        fires,
        silent,
    }
}

/// Every fixture.
fn fixtures() -> Vec<Fixture> {
    [
        link::fixtures(),
        consent::fixtures(),
        callback::fixtures(),
        exchange::fixtures(),
        id_token::fixtures(),
        metadata::fixtures(),
        network::fixtures(),
        pasted::fixtures(),
        preflight::fixtures(),
        refresh::fixtures(),
        token::fixtures(),
        endpoint::fixtures(),
        api::fixtures(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A case at the link, its profile changed; the parameters follow the profile.
fn at_link(change: impl FnOnce(&mut Profile)) -> Case {
    Case::at(Point::Ready).with(|case| {
        change(&mut case.profile);
        let uri = case.profile.redirect_uri.clone();
        if !case.profile.authorize.pkce {
            case.run.fresh.verifier = None;
        }
        case.run.parameters = links::parameters(&case.profile, &uri, &case.run.fresh);
        case.run.redirect_uri = uri;
    })
}

#[test]
fn every_rule_speaks_and_leads_when_it_should() {
    for fixture in fixtures() {
        let findings = fixture.fires.findings(fixture.step);
        let names: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        let Some(found) = findings.iter().find(|found| found.rule == fixture.rule) else {
            panic!("{} is silent; {names:?} speak", fixture.rule);
        };
        if found.severity != Severity::Note {
            assert_eq!(names[0], fixture.rule, "another leads: {names:?}");
        }
    }
}

#[test]
fn every_rule_is_silent_when_it_nearly_should_speak() {
    for fixture in fixtures() {
        let names = fixture.silent.names(fixture.step);
        assert!(!names.contains(&fixture.rule), "{}", fixture.rule);
    }
}

#[test]
fn one_failure_has_one_error() {
    for fixture in fixtures() {
        if fixture.step == Step::Link {
            continue;
        }
        let findings = fixture.fires.findings(fixture.step);
        let errors: Vec<_> = findings
            .iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| found.rule)
            .collect();
        assert!(errors.len() <= 1, "{}: {errors:?}", fixture.rule);
    }
}

#[test]
fn every_rule_has_a_fixture_and_a_name_of_its_own() {
    let rules: Vec<&str> = diagnose::rules().map(|rule| rule.name).collect();
    let unique: BTreeSet<&str> = rules.iter().copied().collect();
    assert_eq!(unique.len(), rules.len(), "a name stands twice");
    let tried: BTreeSet<&str> = fixtures().iter().map(|fixture| fixture.rule).collect();
    assert_eq!(tried, unique);
}

#[test]
fn every_fault_of_the_sandbox_has_its_rule() {
    for facts in &FAULTS {
        let rule = diagnose::rules().find(|rule| rule.name == facts.rule);
        let rule = rule.unwrap_or_else(|| panic!("no rule {}", facts.rule));
        assert!(rule.steps.contains(&facts.step), "{}", facts.rule);
    }
}

#[test]
fn findings_are_worded_as_the_screens_want_them() {
    for fixture in fixtures() {
        for finding in fixture.fires.findings(fixture.step) {
            let rule = finding.rule;
            let headline = finding.headline.as_str();
            let length = headline.chars().count();
            assert!((10..=60).contains(&length), "{rule}: {headline}");
            assert!(!headline.ends_with(['.', '…']), "{rule}: {headline}");
            assert!(!headline.contains(rule), "{rule}: {headline}");
            assert!(!finding.evidence.is_empty(), "{rule} shows no evidence");
            assert!(finding.cause.as_str().ends_with('.'), "{rule}");
            assert!(!finding.fix.is_empty(), "{rule} says nothing to do");
            for fix in &finding.fix {
                assert!(!fix.as_str().ends_with('.'), "{rule}: {fix}");
                assert!(!fix.is_empty(), "{rule}");
            }
            assert!(!rule.is_empty() && !finding.source.is_empty());
        }
    }
}

#[test]
fn no_finding_shows_a_secret() {
    for fixture in fixtures() {
        for finding in fixture.fires.findings(fixture.step) {
            let mut words = vec![&finding.headline, &finding.evidence, &finding.cause];
            words.extend(&finding.fix);
            for secret in [
                stage::CODE,
                "a-secret-of-forty",
                "hunter2",
                "Vq8-not-a-real",
            ] {
                let leak = words.iter().find(|text| text.as_str().contains(secret));
                assert_eq!(leak, None, "{}", finding.rule);
            }
        }
    }
}

#[test]
fn a_healthy_run_has_nothing_to_find() {
    let points = [
        Point::Ready,
        Point::Binding,
        Point::Waiting,
        Point::Answered,
        Point::Exchanging,
        Point::Authorized,
        Point::Sending,
        Point::Listed,
    ];
    for point in points {
        for facts in &STEPS {
            let names = Case::at(point).names(facts.step);
            let expected: &[&str] = match facts.step {
                Step::Link => &["redirect-uri-http-loopback"],
                _ => &[],
            };
            assert_eq!(names, expected, "{point:?} at {}", facts.name);
        }
    }
}

#[test]
fn the_sandbox_has_nothing_to_find_at_all() {
    let mut engine = stage::blank();
    stage::bring(&mut engine, stage::sandbox(), Point::SandboxStarting);
    assert_eq!(Case::of(&engine, at(0)).names(Step::Link), [""; 0]);
    let case = at_link(|profile| {
        *profile = stage::sandbox();
        profile.provider.issuer = Some("http://127.0.0.1:4711".to_owned());
    });
    assert_eq!(case.names(Step::Link), [""; 0]);
}

#[test]
fn words_from_outside_are_shown_as_symbols() {
    let case = exchange::refused(
        "{\"error\":\"odd\\u001b[31m\",\"error_description\":\"\\u202eevil\\u0007\"}",
    );
    let found = &case.findings(Step::Exchange)[0];
    assert_eq!(found.rule, "token-error");
    assert!(
        !found
            .evidence
            .as_str()
            .contains(['\u{1b}', '\u{202e}', '\u{7}'])
    );
}
