//! Rules about the grant.

use super::{Case, Fixture, fixture};
use crate::stage::{Point, answer, at, engine_at, exchange, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::diagnose::Severity;
use dineroscope::core::oauth::Step;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;

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
        row("token-expired", later(3601), later(3000)),
        row("token-expires-soon", later(3400), later(3601)),
        row(
            "token-wrong-audience",
            audience("\"https://api.finance.visma.net\""),
            audience("[\"https://api.finance.visma.net\",\"https://api.dinero.dk\"]"),
        ),
        row(
            "refresh-token-missing",
            granted(|grant| grant.refresh_token = None),
            granted(|grant| grant.refresh_token = None).with(|case| {
                case.profile
                    .scopes
                    .retain(|scope| scope != "offline_access");
            }),
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
