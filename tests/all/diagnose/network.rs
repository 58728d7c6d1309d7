//! Rules about requests that got no answer, at both places where they can fail.

use super::{Case, Fixture, fixture};
use crate::stage::{Point, at, engine_at};
use dineroscope::core::engine::message::Event;
use dineroscope::core::oauth::Step;
use dineroscope::core::wire::{Failure, FailureKind, Outcome, Phase, TlsFault};

/// What is under way at a point fails.
fn failing(point: Point, kind: FailureKind) -> Case {
    let mut engine = engine_at(point);
    let mut record = engine.transcript().last().unwrap().clone();
    record.outcome = Outcome::Failed(Failure {
        kind,
        host: "connect.visma.com".to_owned(),
        port: 443,
        detail: "the library's words".to_owned(),
    });
    engine.event(at(101), Event::Answered(Box::new(record)));
    Case::of(&engine, at(102))
}

/// The token request fails.
fn exchange(kind: FailureKind) -> Case {
    failing(Point::Exchanging, kind)
}

const KINDS: [(&str, FailureKind); 9] = [
    ("network-dns", FailureKind::Dns),
    ("network-refused", FailureKind::Refused),
    ("network-unreachable", FailureKind::Unreachable),
    ("network-tls", FailureKind::Tls(TlsFault::UnknownIssuer)),
    ("network-timeout", FailureKind::Timeout(Phase::Answer)),
    ("network-reset", FailureKind::Reset),
    ("network-proxy", FailureKind::Proxy),
    ("network-proxy-auth", FailureKind::ProxyAuthentication),
    ("network-failed", FailureKind::Other),
];

pub(super) fn fixtures() -> Vec<Fixture> {
    let next = KINDS.iter().cycle().skip(1);
    KINDS
        .iter()
        .zip(next)
        .map(|((rule, kind), (_, other))| {
            fixture(rule, Step::Exchange, exchange(*kind), exchange(*other))
        })
        .collect()
}

#[test]
fn a_failed_call_of_the_api_is_explained_in_the_same_way() {
    for (rule, kind) in KINDS {
        let case = failing(Point::Sending, kind);
        assert_eq!(case.names(Step::Requests), [rule]);
        assert_eq!(case.names(Step::Exchange), [""; 0]);
        let found = &case.findings(Step::Requests)[0];
        let evidence = found.evidence.as_str();
        assert!(evidence.contains("connect.visma.com, port 443"), "{rule}");
        assert!(!found.fix.iter().any(|fix| fix.as_str().contains("new run")));
    }
}

#[test]
fn what_the_user_cancelled_needs_no_explanation() {
    let case = failing(Point::Sending, FailureKind::Cancelled);
    assert_eq!(case.names(Step::Requests), [""; 0]);
}

#[test]
fn a_certificate_is_told_by_its_fault() {
    let faults = [
        TlsFault::Expired,
        TlsFault::UnknownIssuer,
        TlsFault::WrongName,
        TlsFault::NotTls,
        TlsFault::Other,
    ];
    let headlines: std::collections::BTreeSet<String> = faults
        .iter()
        .map(|fault| {
            let case = exchange(FailureKind::Tls(*fault));
            case.findings(Step::Exchange)[0].headline.to_string()
        })
        .collect();
    assert_eq!(headlines.len(), faults.len());
}

#[test]
fn a_time_out_says_how_far_it_got() {
    for (phase, words) in [
        (Phase::Connect, "no connection in 10 s"),
        (Phase::Answer, "no answer in 30 s"),
        (Phase::Body, "stood still"),
    ] {
        let case = exchange(FailureKind::Timeout(phase));
        let found = &case.findings(Step::Exchange)[0];
        assert!(found.evidence.as_str().contains(words), "{words}");
    }
}
