//! Rules about waiting for the browser.

use super::{Case, Fixture, at_link, fixture};
use crate::stage::{Point, at, blank, bring, hit, visma};
use dineroscope::core::diagnose::Severity;
use dineroscope::core::engine::message::Event;
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind, Browser};
use dineroscope::core::oauth::surroundings::{Remote, Surroundings};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::Profile;
use dineroscope::core::profile::listen::ListenAddress;
use dineroscope::core::wire::{
    Body, CallId, Direction, Headers, Outcome, Purpose, Record, Request, Timing,
};

/// A listener that could not be bound.
fn unbound(kind: BindFailureKind) -> Case {
    Case::at(Point::Binding).with(|case| {
        case.run.phase = RunPhase::ListenFailed(BindFailure {
            kind,
            address: "127.0.0.1:8765".to_owned(),
            detail: "the system's words".to_owned(),
            holder: None,
        });
    })
}

/// A run whose pages were walked in the user's place as far as that address.
fn visited(url: &str) -> Case {
    Case::at(Point::Waiting).with(|case| {
        case.transcript.push(Record {
            call: CallId(900),
            purpose: Purpose::InTheUsersPlace,
            direction: Direction::Outgoing,
            at: at(5),
            request: Request {
                method: "GET".to_owned(),
                url: url.to_owned(),
                headers: Headers::default(),
                body: Body::default(),
            },
            outcome: Outcome::Pending,
            timing: Timing::default(),
            peer: None,
            connection: dineroscope::core::wire::Connection::default(),
            note: String::new(),
        });
    })
}

/// The same with a redirect URI elsewhere.
fn not_listenable() -> Case {
    unbound(BindFailureKind::NotListenable).with(|case| {
        let uri = case.run.parameters.iter_mut();
        for row in uri.filter(|row| row.name == "redirect_uri") {
            row.value = "https://app.example.com/callback".into();
        }
    })
}

pub(super) fn fixtures() -> Vec<Fixture> {
    use BindFailureKind::{AddressUnavailable, InUse, NotPermitted, Other};
    vec![
        fixture(
            "callback-timeout",
            Step::Consent,
            Case::at(Point::TimedOut),
            Case::at(Point::Waiting),
        ),
        fixture(
            "error-page-unknown",
            Step::Consent,
            visited("http://127.0.0.1:4711/error?errorId=CfDJ8ABC"),
            visited("http://127.0.0.1:4711/consent?flow=1"),
        ),
        fixture(
            "port-in-use",
            Step::Consent,
            unbound(InUse),
            unbound(NotPermitted),
        ),
        fixture(
            "port-not-permitted",
            Step::Consent,
            unbound(NotPermitted),
            unbound(InUse),
        ),
        fixture(
            "address-unavailable",
            Step::Consent,
            unbound(AddressUnavailable),
            unbound(Other),
        ),
        fixture(
            "listen-failed",
            Step::Consent,
            unbound(Other),
            unbound(AddressUnavailable),
        ),
        fixture(
            "listener-elsewhere",
            Step::Consent,
            not_listenable(),
            unbound(InUse),
        ),
        fixture(
            "listener-unreachable",
            Step::Consent,
            answering(&[("127.0.0.1:8765", true), ("[::1]:8765", false)]),
            answering(&[("127.0.0.1:8765", true), ("[::1]:8765", true)]),
        ),
        fixture(
            "loopback-through-proxy",
            Step::Consent,
            through(Some("HTTPS_PROXY"), "https://app.local:8443/callback"),
            through(None, "https://app.local:8443/callback"),
        ),
    ]
}

/// A run that waits, with that found around its callback.
fn around(redirect_uri: &str, surroundings: Surroundings) -> Case {
    let profile = Profile {
        redirect_uri: redirect_uri.to_owned(),
        ..visma()
    };
    let mut engine = blank();
    bring(&mut engine, profile, Point::Waiting);
    let run = engine.run().number;
    let surroundings = Box::new(surroundings);
    engine.event(at(2), Event::LookedAround { run, surroundings });
    Case::of(&engine, at(30))
}

/// The listener's addresses, and whether they answer.
fn answering(answers: &[(&str, bool)]) -> Case {
    let parsed = answers
        .iter()
        .map(|(address, answers)| (address.parse().unwrap(), *answers));
    let answers = parsed.collect();
    around(
        "http://localhost:8765/callback",
        Surroundings {
            answers,
            ..Surroundings::default()
        },
    )
}

/// A proxy of the environment that would take requests for the callback.
fn through(proxy: Option<&'static str>, redirect_uri: &str) -> Case {
    around(
        redirect_uri,
        Surroundings {
            proxy: proxy.map(str::to_owned),
            ..Surroundings::default()
        },
    )
}

#[test]
fn a_proxy_matters_less_where_browsers_spare_the_host_by_themselves() {
    let severity = |uri| through(Some("HTTP_PROXY"), uri).findings(Step::Consent)[0].severity;
    assert_eq!(
        severity("http://app.local:8080/callback"),
        Severity::Warning
    );
    assert_eq!(severity("http://localhost:8765/callback"), Severity::Note);
}

#[test]
fn localhost_that_leads_to_another_machine_is_told() {
    let leading = |ip: [u8; 4]| {
        let surroundings = Surroundings {
            leads: Some(Ok(vec![ip.into()])),
            ..Surroundings::default()
        };
        around("http://localhost:8765/callback", surroundings).findings(Step::Consent)
    };
    assert_eq!(leading([192, 0, 2, 7])[0].rule, "listener-elsewhere");
    assert!(leading([127, 0, 0, 1]).is_empty());
}

#[test]
fn silence_over_ssh_has_the_other_machine_as_its_likeliest_cause() {
    let surroundings = Surroundings {
        remote: Some(Remote::Ssh {
            user: String::new(),
            host: "dev-02".to_owned(),
            port: 22,
        }),
        ..Surroundings::default()
    };
    let case = around("http://localhost:8765/callback", surroundings)
        .with(|case| case.run.phase = RunPhase::TimedOut);
    let finding = &case.findings(Step::Consent)[0];
    assert_eq!(finding.rule, "callback-timeout");
    assert!(
        finding.cause.as_str().contains("SSH session"),
        "{finding:?}"
    );
}

#[test]
fn an_address_elsewhere_is_told_at_the_link_already() {
    for (uri, told) in [
        ("https://app.example.com/callback", true),
        ("https://localhost:8765/callback", false),
        ("http://localhost:8765/callback", false),
        ("http://[::1]:8765/callback", false),
    ] {
        let case = at_link(|profile| profile.redirect_uri = uri.to_owned());
        let findings = case.findings(Step::Link);
        let found = findings
            .iter()
            .find(|found| found.rule == "listener-elsewhere");
        assert_eq!(found.is_some(), told, "{uri}");
        if let Some(found) = found {
            assert_eq!(found.severity, Severity::Warning, "it can be pasted yet");
        }
    }
    let tunnel = at_link(|profile| {
        profile.redirect_uri = "https://a.tunnel.example/callback".to_owned();
        profile.listen.address = Some(ListenAddress::Localhost(8765));
    });
    let told = |case: &Case| {
        let findings = case.findings(Step::Link);
        findings
            .iter()
            .any(|found| found.rule == "listener-elsewhere")
    };
    assert!(!told(&tunnel), "the profile says where its end is");
    let stopped = not_listenable().findings(Step::Consent);
    assert_eq!(stopped[0].severity, Severity::Error);
}

#[test]
fn the_cause_of_a_time_out_follows_from_what_was_seen() {
    let cause = |case: &Case| case.findings(Step::Consent)[0].cause.to_string();
    let nothing = Case::at(Point::TimedOut);
    assert!(cause(&nothing).contains("error page"));

    let no_browser = nothing
        .clone()
        .with(|case| case.run.browser = Browser::Failed("no display".to_owned()));
    assert!(cause(&no_browser).contains("no display"));

    let unopened = nothing
        .clone()
        .with(|case| case.run.browser = Browser::NotOpened);
    assert!(cause(&unopened).contains("was not opened from here"));

    let mut engine = blank();
    bring(&mut engine, visma(), Point::Waiting);
    let mut headers = Headers::default();
    headers.push("Host", "localhost:8765");
    let request = Request {
        method: "GET".to_owned(),
        url: "http://localhost:8765/signin-oidc?code=c&state=s".to_owned(),
        headers,
        body: Body::default(),
    };
    hit(&mut engine, 9, request);
    engine.event(at(301), Event::Ticked);
    let astray = Case::of(&engine, at(301));
    assert!(cause(&astray).contains("another path"));
}

#[test]
fn who_holds_the_port_is_told_where_it_is_known() {
    let seen = |case: &Case| case.findings(Step::Consent)[0].evidence.to_string();
    let unknown = unbound(BindFailureKind::InUse);
    assert!(!seen(&unknown).contains("listens there"));
    let known = unknown.with(|case| {
        if let RunPhase::ListenFailed(failure) = &mut case.run.phase {
            failure.holder = Some("process 4711 `python3`".to_owned());
        }
    });
    assert!(seen(&known).ends_with("; process 4711 `python3` listens there"));
}
