//! Rules that mostly speak about what others made: links, error pages, token requests, tokens.

use super::{Case, Fixture, at_link, fixture};
use crate::stage::{Point, at, engine_at, exchange, visma};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::diagnose::Severity;
use dineroscope::core::oauth::Step;
use dineroscope::core::oauth::link::{Parameter, url};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::Body;

pub(super) fn fixtures() -> Vec<Fixture> {
    [links(), pages(), requests(), tokens()]
        .into_iter()
        .flatten()
        .collect()
}

/// A link with one parameter replaced, or left out.
fn with(name: &str, value: Option<&str>) -> Case {
    at_link(|_| {}).with(|case| {
        let rows = &mut case.run.parameters;
        let place = rows.iter().position(|row| row.name == name);
        if let Some(place) = place {
            rows.remove(place);
        }
        if let Some(value) = value {
            let row = Parameter {
                name: name.to_owned(),
                value: value.to_owned(),
                meaning: "",
            };
            rows.insert(place.unwrap_or(rows.len()), row);
        }
        case.run.link = url("https://connect.visma.com/connect/authorize", rows);
    })
}

/// A link that leads somewhere else.
fn leading_to(place: &str) -> Case {
    with("state", Some("b2Yx9fKmQ0r7LwTz")).with(|case| {
        case.run.link = url(place, &case.run.parameters);
    })
}

/// The hash of a verifier.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn links() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Link, fires, silent);
    let fine = || with("state", Some("b2Yx9fKmQ0r7LwTz"));
    vec![
        row(
            "link-not-a-url",
            leading_to("connect.visma.com/connect/authorize"),
            fine(),
        ),
        row(
            "link-wrong-endpoint",
            leading_to("https://connect.visma.com/connect/token"),
            leading_to("https://connect.visma.com/connect/authorize/"),
        ),
        row("link-missing-parameter", with("scope", None), fine()),
        row(
            "redirect-uri-double-encoded",
            with(
                "redirect_uri",
                Some("http%3A%2F%2Flocalhost%3A8765%2Fcallback"),
            )
            // What is encoded is no whole address either; the cause is one.
            .with(|case| "unknown".clone_into(&mut case.profile.redirect_uri)),
            with("redirect_uri", Some("http://localhost:8765/c%20b")),
        ),
        row(
            "redirect-uri-differs-from-profile",
            with("redirect_uri", Some("http://localhost:8765/callback/"))
                .with(|case| case.compared = Some(visma())),
            fine().with(|case| case.compared = Some(visma())),
        ),
        row(
            "scope-double-encoded",
            with("scope", Some("dineropublicapi:read%20offline_access")),
            fine(),
        ),
        row(
            "response-type-not-code",
            with("response_type", Some("token")),
            fine(),
        ),
        row(
            "response-mode-invalid",
            with("response_mode", Some("formpost")),
            with("response_mode", Some("query")),
        ),
        row(
            "response-mode-fragment",
            with("response_mode", Some("fragment")),
            fine(),
        ),
        row(
            "nonce-missing",
            with("response_type", Some("code id_token")).with(|case| {
                for row in &mut case.run.parameters {
                    if row.name == "scope" {
                        row.value.push_str(" openid");
                    }
                }
            }),
            fine(),
        ),
        row("state-missing", with("state", None), fine()),
        row("state-weak", with("state", Some("xyz")), fine()),
        row(
            "pkce-plain",
            with("code_challenge_method", Some("plain")),
            fine(),
        ),
        row(
            "pkce-challenge-invalid",
            with("code_challenge", Some(&format!("{CHALLENGE}="))),
            with("code_challenge", Some(CHALLENGE)),
        ),
    ]
}

/// An error page that was pasted.
fn page(text: &str) -> Case {
    Case::at(Point::Ready).with(|case| {
        case.pasted = true;
        case.page = Some(text.to_owned());
    })
}

fn pages() -> Vec<Fixture> {
    let about = [
        (
            "error-page-unauthorized-client",
            "Unknown client or client not enabled",
        ),
        (
            "error-page-invalid-redirect-uri",
            "invalid_request\nInvalid redirect_uri",
        ),
        (
            "error-page-invalid-scope",
            "Sorry, there was an error : invalid_scope",
        ),
        (
            "error-page-code-challenge-required",
            "code challenge required",
        ),
        (
            "error-page-unsupported-response",
            "unsupported_response_type",
        ),
    ];
    let unknown = || page("https://connect.visma.com/error?errorId=CfDJ8abc");
    about
        .into_iter()
        .map(|(rule, text)| fixture(rule, Step::Consent, page(text), unknown()))
        .collect()
}

#[test]
fn a_page_that_says_nothing_is_told_apart_from_one_that_does() {
    let unknown = page("https://connect.visma.com/error?errorId=CfDJ8abc");
    assert_eq!(unknown.names(Step::Consent), ["error-page-unknown"]);
    let told = page("Sorry, there was an error : invalid_scope");
    assert_eq!(told.names(Step::Consent), ["error-page-invalid-scope"]);
}

/// A token request under way, its body sent as something else.
fn sent_as(kind: &str, body: &str) -> Case {
    let mut engine = engine_at(Point::Answered);
    exchange(&mut engine, 40);
    Case::of(&engine, at(50)).with(|case| {
        let request = &mut case.last().request;
        for (name, value) in &mut request.headers.0 {
            if name == "Content-Type" {
                kind.clone_into(value);
            }
        }
        if !body.is_empty() {
            request.body = Body::text(body);
        }
    })
}

fn requests() -> Vec<Fixture> {
    let fine = || sent_as("application/x-www-form-urlencoded", "");
    vec![
        fixture(
            "token-request-json",
            Step::Exchange,
            sent_as(
                "application/json",
                "{\"grant_type\":\"authorization_code\"}",
            ),
            fine(),
        ),
        fixture(
            "token-request-multipart",
            Step::Exchange,
            sent_as("multipart/form-data; boundary=x", "--x--"),
            fine(),
        ),
    ]
}

/// A grant whose access token is this one.
fn token(text: String) -> Case {
    Case::at(Point::Authorized)
        .with(|case| case.grant.as_mut().unwrap().access_token = Secret::new(text))
}

/// A JWT with these claims.
fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2ln", part("{\"alg\":\"RS256\"}"), part(claims))
}

fn tokens() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Token, fires, silent);
    let now = at(110).as_second();
    vec![
        row(
            "token-malformed",
            token(jwt("{}").replace(".c2ln", "")),
            token(jwt("{}")),
        ),
        row(
            "token-opaque",
            token("0123456789ABCDEF".repeat(4)).with(|case| case.pasted = true),
            token(jwt("{}")).with(|case| case.pasted = true),
        ),
        row(
            "token-wrong-issuer",
            token(jwt(
                "{\"iss\":\"https://connect.identity.stagaws.visma.com\"}",
            )),
            token(jwt("{\"iss\":\"https://connect.visma.com\"}")),
        ),
        row(
            "token-not-yet-valid",
            token(jwt(&format!("{{\"nbf\":{}}}", now + 600))),
            token(jwt(&format!("{{\"nbf\":{}}}", now + 30))),
        ),
    ]
}

#[test]
fn a_missing_nonce_is_as_bad_as_what_it_is_missed_for() {
    let openid = |case: Case| {
        case.with(|case| {
            for row in &mut case.run.parameters {
                if row.name == "scope" {
                    row.value.push_str(" openid");
                }
            }
        })
    };
    let severity = |case: Case| {
        let findings = case.findings(Step::Link);
        let found = findings.iter().find(|found| found.rule == "nonce-missing");
        found.map(|found| found.severity)
    };
    let with_pkce = openid(with("nonce", None));
    assert_eq!(severity(with_pkce), Some(Severity::Note));
    let without = openid(with("code_challenge", None));
    assert_eq!(severity(without), Some(Severity::Warning));
    let hybrid = openid(with("response_type", Some("code id_token")));
    assert_eq!(severity(hybrid), Some(Severity::Error));
}
