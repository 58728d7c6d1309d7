//! Rules about preflight.

use super::{Case, Fixture, fixture};
use crate::stage::{Point, at, engine_at, sent};
use dineroscope::core::engine::message::{Command, Event};
use dineroscope::core::oauth::Step;
use dineroscope::core::wire::{
    Body, Failure, FailureKind, Headers, Outcome, Record, Response, TlsFault,
};

/// A run that waits, its link asked for with that outcome.
fn asked(outcome: Outcome) -> Case {
    let mut engine = engine_at(Point::Waiting);
    let call = sent(&engine.command(at(1), Command::Preflight));
    let record = engine.record(call).unwrap().clone();
    engine.event(
        at(2),
        Event::Answered(Box::new(Record { outcome, ..record })),
    );
    Case::of(&engine, at(3))
}

/// The same, redirected.
fn redirected(location: &str) -> Case {
    let mut headers = Headers::default();
    headers.push("Location", location);
    asked(Outcome::Response(Response {
        status: 302,
        reason: "Found".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::default(),
        cut: None,
    }))
}

/// The same, without an answer.
fn failed(kind: FailureKind) -> Case {
    asked(Outcome::Failed(Failure {
        kind,
        host: "connect.visma.com".to_owned(),
        port: 443,
        detail: "the library's words".to_owned(),
    }))
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let login = "/account/login?ReturnUrl=%2Fconnect";
    let back = "http://localhost:8765/callback?error=";
    vec![
        fixture(
            "preflight-error-page",
            Step::Consent,
            redirected("/error?errorId=CfDJ8ABC"),
            redirected(&format!("{back}login_required")),
        ),
        fixture(
            "preflight-error-page",
            Step::Consent,
            redirected(&format!("{back}invalid_scope")),
            redirected("/somewhere"),
        ),
        fixture(
            "preflight-login-page",
            Step::Consent,
            redirected(login),
            redirected("/somewhere"),
        ),
        fixture(
            "preflight-unreachable",
            Step::Consent,
            failed(FailureKind::Dns),
            failed(FailureKind::Cancelled),
        ),
    ]
}

#[test]
fn what_is_likely_at_fault_is_named() {
    let page = redirected("/error?errorId=CfDJ8ABC");
    let cause = |case: &Case| case.findings(Step::Consent)[0].cause.to_string();
    assert!(cause(&page).contains("redirect_uri is not registered so, client_id"));
    let unregistered = page.clone().with(|case| {
        let uri = case.run.parameters.iter_mut();
        for row in uri.filter(|row| row.name == "redirect_uri") {
            row.value.push_str("#fragment");
        }
    });
    assert!(cause(&unregistered).contains("in the link itself is seen"));
    let fix = &page.findings(Step::Consent)[0].fix;
    assert!(
        fix.iter().any(|fix| fix.as_str().contains("Debugger")),
        "{fix:?}"
    );
    let scope = redirected("http://localhost:8765/callback?error=invalid_scope");
    assert!(cause(&scope).contains("about scope"));
}

#[test]
fn every_way_of_getting_no_answer_has_words_of_its_own() {
    use FailureKind::{Dns, Other, Proxy, Refused, Reset, Tls, Unreachable};
    let kinds = [
        Dns,
        Refused,
        Unreachable,
        Tls(TlsFault::Expired),
        Tls(TlsFault::WrongName),
        Tls(TlsFault::NotTls),
        Reset,
        Proxy,
        Other,
    ];
    let headlines: std::collections::BTreeSet<String> = kinds
        .iter()
        .map(|kind| {
            failed(*kind).findings(Step::Consent)[0]
                .headline
                .to_string()
        })
        .collect();
    assert_eq!(headlines.len(), kinds.len());
}
