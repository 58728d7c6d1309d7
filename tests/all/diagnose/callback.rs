//! Rules about what reached the redirect URI.

use super::{Case, Fixture, fixture};
use crate::stage::{CODE, Point, accept, at, blank, bring, engine_at, hit, post, visma};
use dineroscope::core::diagnose::Severity;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Event, HitRejection};
use dineroscope::core::oauth::callback::{Alert, Arrival, Hit, Verdict};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::{Preset, ResponseMode};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::{Body, CallId, Headers, Request};

/// An engine that waits, and what comes to it.
fn waiting(then: impl FnOnce(&mut Engine)) -> Case {
    let mut engine = engine_at(Point::Waiting);
    then(&mut engine);
    Case::of(&engine, at(30))
}

/// A form is posted; `STATE` stands for the run's own.
fn posted(form: &str) -> Case {
    waiting(|engine| {
        let form = form.replace("STATE", &engine.run().fresh.state);
        post(engine, 9, &form);
    })
}

/// Any request.
fn asked(method: &str, target: &str, header: (&str, &str)) -> Case {
    waiting(|engine| {
        let mut headers = Headers::default();
        headers.push(header.0, header.1);
        if header.0 != "Host" {
            headers.push("Host", "localhost:8765");
        }
        let request = Request {
            method: method.to_owned(),
            url: format!("http://localhost:8765{target}"),
            headers,
            body: Body::text("{}"),
        };
        hit(engine, 9, request);
    })
}

/// A connection that never became a request.
fn rejected(reason: HitRejection) -> Case {
    waiting(|engine| {
        engine.event(
            at(9),
            Event::HitRejected {
                run: engine.run().number,
                request: Request {
                    method: String::new(),
                    url: "http://localhost:8765/".to_owned(),
                    headers: Headers::default(),
                    body: Body::default(),
                },
                reason,
                response: None,
                peer: "127.0.0.1:50123".parse().unwrap(),
                at: at(9),
            },
        );
    })
}

/// The certificate was refused, then a browser came over TLS: the warning was accepted.
fn refused_then_taken() -> Case {
    rejected(HitRejection::CertificateRefused(Alert::UnknownCa)).with(|case| {
        let mut later = case.transcript.last().unwrap().clone();
        later.call = CallId(later.call.0 + 1);
        "GET".clone_into(&mut later.request.method);
        "https://localhost:8765/dineroscope/ready".clone_into(&mut later.request.url);
        let hit = case.run.hits.last().unwrap().clone();
        case.run.hits.push(Hit {
            call: later.call,
            verdict: Verdict::OwnPage,
            ..hit
        });
        case.transcript.push(later);
    })
}

/// The run's own answer was taken, then something more came.
fn after(then: impl FnOnce(&mut Engine)) -> Case {
    waiting(|engine| {
        accept(engine, 9);
        then(engine);
    })
}

/// An accepted answer, changed.
fn taken(change: impl FnOnce(&mut Case)) -> Case {
    Case::at(Point::Answered).with(change)
}

const PLAIN: (&str, &str) = ("Accept", "*/*");

pub(super) fn fixtures() -> Vec<Fixture> {
    [refusals(), over_tls(), answers()]
        .into_iter()
        .flatten()
        .collect()
}

/// TLS between browser and listener.
fn over_tls() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Callback, fires, silent);
    vec![
        row(
            "callback-tls-to-plain",
            rejected(HitRejection::TlsToPlain),
            rejected(HitRejection::BadHead),
        ),
        row(
            "callback-plain-to-tls",
            rejected(HitRejection::PlainToTls),
            rejected(HitRejection::Unfinished),
        ),
        row(
            "callback-certificate-refused",
            rejected(HitRejection::CertificateRefused(Alert::UnknownCa)),
            refused_then_taken(),
        ),
    ]
}

/// Hits that were not taken.
fn refusals() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Callback, fires, silent);
    let own = "code=c&state=STATE&iss=https%3A%2F%2Fconnect.visma.com";
    vec![
        row(
            "state-mismatch",
            posted(&format!("code={CODE}&state=k2Vd0pHqT8sLbYcR4mXzWn")),
            posted(own),
        ),
        row(
            "state-missing-in-callback",
            posted("code=c"),
            posted("code=c&state="),
        ),
        row(
            "issuer-mismatch",
            posted("code=c&state=STATE&iss=https%3A%2F%2Fconnect.visma.com%2F"),
            posted(own),
        ),
        row(
            "callback-missing-code",
            asked("GET", "/callback", PLAIN),
            asked("GET", "/favicon.ico", PLAIN),
        ),
        row(
            "callback-pasted-without-answer",
            waiting(|engine| {
                let paste = Secret::new("http://localhost:8765/callback");
                engine.command(at(9), Command::PasteAnswer(paste));
            }),
            waiting(|engine| {
                let paste = Secret::new("http://localhost:8765/callback?foo=bar");
                engine.command(at(9), Command::PasteAnswer(paste));
            }),
        ),
        row(
            "callback-with-token",
            posted("access_token=hunter2&token_type=Bearer&state=STATE"),
            posted("token_type=Bearer&state=STATE"),
        ),
        row(
            "callback-code-and-error",
            posted("code=c&error=access_denied&state=STATE"),
            posted("error=access_denied&state=STATE"),
        ),
        row(
            "callback-duplicate-parameter",
            posted("code=c&code=d&state=STATE"),
            posted("code=c&x=1&x=2&state=STATE"),
        ),
        row(
            "callback-body-too-large",
            rejected(HitRejection::BodyTooLarge),
            rejected(HitRejection::Unfinished),
        ),
        row(
            "callback-wrong-method",
            asked("OPTIONS", "/callback", PLAIN),
            asked("OPTIONS", "/elsewhere", PLAIN),
        ),
        row(
            "callback-wrong-content-type",
            asked("POST", "/callback", ("Content-Type", "application/json")),
            posted("x=1"),
        ),
        row(
            "callback-wrong-path",
            asked("GET", "/callback/?code=c", PLAIN),
            asked("GET", "/favicon.ico", PLAIN),
        ),
        row(
            "callback-wrong-host",
            asked("GET", "/callback", ("Host", "evil.example:8765")),
            asked("GET", "/callback", ("Host", "127.0.0.1:8765")),
        ),
        row(
            "callback-duplicate",
            after(|engine| accept(engine, 10)),
            after(|_| ()),
        ),
        row(
            "callback-late",
            waiting(|engine| {
                engine.command(at(8), Command::StopWaiting);
                accept(engine, 9);
            }),
            waiting(|engine| {
                engine.command(at(8), Command::StopWaiting);
            }),
        ),
    ]
}

/// Answers that were taken.
fn answers() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Callback, fires, silent);
    vec![
        row(
            "code-encoding-suspect",
            taken(|case| {
                case.run.answer.as_mut().unwrap().0.code = Some(Secret::new("AB CD"));
            }),
            taken(|_| {}),
        ),
        row(
            "callback-mode-mismatch",
            taken(|case| case.profile.authorize.response_mode = ResponseMode::Query),
            taken(|case| {
                case.profile.authorize.response_mode = ResponseMode::Query;
                case.run.answer.as_mut().unwrap().1 = Arrival::Pasted;
            }),
        ),
        row(
            "callback-access-denied",
            posted("error=access_denied&state=STATE"),
            posted("error=login_required&state=STATE"),
        ),
        row(
            "callback-error",
            posted("error=login_required&state=STATE"),
            posted("error=access_denied&state=STATE"),
        ),
        row(
            "issuer-missing",
            posted("code=c&state=STATE"),
            posted("code=c&state=STATE").with(|case| case.profile.provider.preset = None),
        ),
        row(
            "scope-narrowed",
            taken(|case| {
                let answer = &mut case.run.answer.as_mut().unwrap().0;
                answer.scope = Some("dineropublicapi:read".to_owned());
            }),
            taken(|case| case.run.answer.as_mut().unwrap().0.scope = None),
        ),
    ]
}

#[test]
fn once_an_answer_was_taken_the_hits_before_explain_nothing() {
    let case = waiting(|engine| {
        post(engine, 5, "code=c&state=of-another-run");
        accept(engine, 9);
    });
    assert_eq!(case.names(Step::Callback), [""; 0]);
}

#[test]
fn the_latest_hit_on_our_path_says_more_than_one_astray() {
    let case = waiting(|engine| {
        post(engine, 5, "code=c&state=of-another-run");
        let mut headers = Headers::default();
        headers.push("Host", "localhost:8765");
        let request = Request {
            method: "GET".to_owned(),
            url: "http://localhost:8765/".to_owned(),
            headers,
            body: Body::default(),
        };
        hit(engine, 6, request);
    });
    assert_eq!(case.names(Step::Callback), ["state-mismatch"]);
}

#[test]
fn a_denial_leads_and_says_who_can_help() {
    let case = posted(
        "error=access_denied&error_description=User+cancelled&state=STATE\
         &iss=https%3A%2F%2Fconnect.visma.com",
    );
    let findings = case.findings(Step::Callback);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].evidence.as_str().contains("User cancelled"));
    assert!(findings[0].fix[0].as_str().starts_with("ctrl-n"));
}

#[test]
fn every_named_error_has_words_of_its_own() {
    let named = [
        "login_required",
        "consent_required",
        "interaction_required",
        "account_selection_required",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_response_type",
        "invalid_request",
        "server_error",
        "temporarily_unavailable",
        "unmet_authentication_requirements",
        "invalid_target",
        "something_else",
    ];
    let headlines: std::collections::BTreeSet<String> = named
        .iter()
        .map(|error| {
            let case = posted(&format!("error={error}&state=STATE"));
            let findings = case.findings(Step::Callback);
            assert_eq!(findings[0].rule, "callback-error", "{error}");
            assert!(findings[0].evidence.as_str().contains(error));
            findings[0].headline.to_string()
        })
        .collect();
    assert_eq!(headlines.len(), named.len());
}

#[test]
fn a_missing_issuer_is_worse_where_it_is_known_to_be_sent() {
    let severity = |preset| {
        let case = posted("code=c&state=STATE").with(|case| case.profile.provider.preset = preset);
        let findings = case.findings(Step::Callback);
        findings.first().map(|found| found.severity)
    };
    assert_eq!(
        severity(Some(Preset::VismaConnect)),
        Some(Severity::Warning)
    );
    assert_eq!(severity(Some(Preset::Sandbox)), Some(Severity::Error));
    assert_eq!(severity(None), None);
}

#[test]
fn a_pasted_address_of_a_form_post_run_is_told_where_the_code_is() {
    let mut engine = blank();
    bring(&mut engine, visma(), Point::Waiting);
    let paste = Command::PasteAnswer(Secret::new("http://localhost:8765/callback"));
    engine.command(at(9), paste);
    let findings = Case::of(&engine, at(9)).findings(Step::Callback);
    assert_eq!(findings[0].rule, "callback-pasted-without-answer");
    assert!(findings[0].cause.as_str().contains("in the body of a POST"));
}

#[test]
fn a_refused_answer_is_told_where_one_waits_and_leads_when_the_time_is_out() {
    let case = Case::at(Point::WrongState);
    assert_eq!(case.names(Step::Consent), ["state-mismatch"]);
    assert_eq!(case.names(Step::Callback), ["state-mismatch"]);
    let late = case.with(|case| case.run.phase = RunPhase::TimedOut);
    assert_eq!(
        late.names(Step::Consent),
        ["state-mismatch", "callback-timeout"]
    );
    assert_eq!(late.names(Step::Callback), ["state-mismatch"]);
}
