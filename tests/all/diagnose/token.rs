//! Rules about the grant.

use super::{Case, Fixture, fixture};
use crate::stage::{Point, answer, at, engine_at, exchange, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::diagnose::Severity;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::Step;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::import::TokenKind;

/// A grant, changed.
fn granted(change: impl FnOnce(&mut Grant)) -> Case {
    Case::at(Point::Authorized).with(|case| change(case.grant.as_mut().unwrap()))
}

/// A token answer with one of its texts replaced.
fn answered(from: &str, to: &str) -> Case {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    let body = tokens();
    assert!(body.contains(from));
    answer(&mut engine, 62, call, 200, &body.replace(from, to));
    Case::of(&engine, at(70))
}

/// So many seconds after the tokens came.
fn later(seconds: i64) -> Case {
    Case::at(Point::Authorized).with(|case| case.now = at(62 + seconds))
}

/// The same of a grant that was not asked to last.
fn without_refresh(seconds: i64) -> Case {
    later(seconds).with(|case| {
        let grant = case.grant.as_mut().unwrap();
        grant.refresh_token = None;
        grant.asked.retain(|scope| scope != "offline_access");
    })
}

/// An access token for these audiences.
fn audience(json: &str) -> Case {
    let claims = URL_SAFE_NO_PAD.encode(format!("{{\"aud\":{json}}}"));
    granted(|grant| grant.access_token = Secret::new(format!("e30.{claims}.c2ln")))
}

/// The token answer's Date.
fn date(date: &str) -> Case {
    Case::at(Point::Authorized).with(|case| {
        let headers = &mut case.response().headers;
        headers.0.retain(|(name, _)| name != "Date");
        headers.push("Date", date);
    })
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Token, fires, silent);
    vec![
        row(
            "token-expired",
            without_refresh(3601),
            without_refresh(3000),
        ),
        row("token-expires-soon", later(3400), later(3601)),
        row(
            "token-wrong-audience",
            audience("\"https://api.finance.visma.net\""),
            audience("[\"https://api.finance.visma.net\",\"https://api.dinero.dk\"]"),
        ),
        row(
            "refresh-token-missing",
            granted(|grant| grant.refresh_token = None),
            without_refresh(1),
        ),
        row(
            "token-type-not-bearer",
            granted(|grant| grant.token_type = "DPoP".into()),
            granted(|grant| grant.token_type = "bearer".into()),
        ),
        row(
            "token-expires-in-odd",
            answered("\"expires_in\":3600,", ""),
            answered("\"expires_in\":3600,", "\"expires_in\":7200,"),
        ),
        row(
            "clock-skew",
            date("Mon, 23 Nov 2026 11:04:05 GMT"),
            date("Mon, 23 Nov 2026 11:03:50 GMT"),
        ),
    ]
}

#[test]
fn a_lifetime_is_odd_in_many_ways() {
    for odd in ["\"3600\"", "0", "null", "-1", "99999999999", "true"] {
        let case = answered("\"expires_in\":3600", &format!("\"expires_in\":{odd}"));
        assert_eq!(case.names(Step::Token), ["token-expires-in-odd"], "{odd}");
    }
}

#[test]
fn an_opaque_token_has_no_audience_to_be_wrong() {
    let case = granted(|grant| grant.access_token = Secret::new("0123456789abcdef"));
    assert_eq!(case.names(Step::Token), [""; 0]);
}

#[test]
fn other_providers_may_name_their_audience_as_they_like() {
    let case = audience("\"acme\"").with(|case| case.profile.provider.preset = None);
    assert_eq!(case.names(Step::Token), [""; 0]);
}

#[test]
fn a_date_that_cannot_be_read_proves_nothing() {
    assert_eq!(date("yesterday").names(Step::Token), [""; 0]);
}

#[test]
fn a_narrowed_grant_is_told_at_the_token_too() {
    let narrow = |scopes: &[&str]| {
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        granted(|grant| grant.scopes = scopes)
    };
    let case = narrow(&["dineropublicapi:read", "offline_access"]);
    let findings = case.findings(Step::Token);
    assert_eq!(findings[0].rule, "scope-narrowed");
    assert_eq!(findings[0].severity, Severity::Warning);
    let case = narrow(&["dineropublicapi:write", "dineropublicapi:read"]);
    assert_eq!(
        case.names(Step::Token),
        [""; 0],
        "offline_access is judged by the refresh token"
    );
}

#[test]
fn an_expired_token_is_told_where_it_is_used_unless_the_api_says_so() {
    let late = |point| Case::at(point).with(|case| case.now = at(62 + 3601));
    assert_eq!(late(Point::Listed).names(Step::Requests), ["token-expired"]);
}

#[test]
fn a_token_that_can_be_refreshed_is_no_failure_when_it_ends() {
    let found = &later(3601).findings(Step::Token)[0];
    assert_eq!(
        (found.rule, found.severity),
        ("token-expired", Severity::Note)
    );
    assert_eq!(found.fix[0].as_str(), "u refreshes it now");
}

#[test]
fn a_token_of_the_users_own_is_not_judged_by_an_answer_that_never_was() {
    let imported = |seconds: Option<u64>| {
        Case::at(Point::Ready).with(|case| {
            let mut engine = engine_at(Point::Ready);
            let token = Secret::new("0123456789abcdef");
            engine.command(at(62), Command::ImportToken(TokenKind::Access, token));
            case.held = engine.held().cloned();
            case.grant = engine.grant().cloned();
            case.grant.as_mut().unwrap().expires_in = seconds;
            case.now = at(70);
        })
    };
    assert_eq!(imported(None).names(Step::Token), [""; 0]);
    assert_eq!(imported(Some(0)).names(Step::Token), ["token-expired"]);
    let case = imported(Some(0)).with(|case| {
        let grant = case.grant.as_mut().unwrap();
        grant.access_token = Secret::new("");
        grant.refresh_token = Some(Secret::new("abc"));
    });
    assert_eq!(
        case.names(Step::Token),
        [""; 0],
        "a refresh token alone is whole"
    );
}
