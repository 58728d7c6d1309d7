//! Each fault fails as its row of the table says, and nothing else does.

use super::walk::{CLIENT, SECRET, encoded};
use super::{Stage, config, link};
use dineroscope::core::fault::Fault;
use dineroscope::edge::sandbox_server::{ConsentMode, SandboxConfig};
use std::io::{ErrorKind, Read as _};
use std::time::Duration;

fn with(fault: Fault) -> Stage {
    Stage::start(config(ConsentMode::Accept, &[fault]))
}

#[test]
fn a_mismatch_of_the_redirect_uri_ends_on_the_error_page() {
    let stage = with(Fault::RedirectMismatch);
    let answer = stage.get(&link(&[("ui_locales", "da")]));
    let page = stage.get(answer.location());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Der opstod en fejl") && page.body.contains("CfDJ8"));
}

#[test]
fn the_token_endpoint_refuses() {
    for (fault, error, description) in [
        (Fault::InvalidClient, "invalid_client", None),
        (
            Fault::ExpiredCode,
            "invalid_grant",
            Some("authorization code expired"),
        ),
        (
            Fault::ReusedCode,
            "invalid_grant",
            Some("authorization code was already redeemed"),
        ),
    ] {
        let stage = with(fault);
        let answer = stage.exchange(&stage.code(&[]), &[]);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"], error);
        assert_eq!(answer.json()["error_description"].as_str(), description);
    }
}

#[test]
fn the_token_endpoint_answers_something_else() {
    let stage = with(Fault::Token500);
    assert_eq!(stage.exchange(&stage.code(&[]), &[]).status, 500);
    let stage = with(Fault::TokenHtml);
    let answer = stage.exchange(&stage.code(&[]), &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert!(answer.body.starts_with("<!doctype html>"));
}

#[test]
fn the_token_answer_breaks_off() {
    let stage = with(Fault::TokenCutOff);
    let answer = stage.exchange(&stage.code(&[]), &[]);
    assert_eq!(answer.status, 200);
    let announced: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert!(answer.body.starts_with('{') && !answer.body.is_empty());
    assert!(
        answer.body.len() < announced,
        "{} of {announced}",
        answer.body.len()
    );
}

#[test]
fn the_token_endpoint_is_silent_while_everything_else_answers() {
    let stage = with(Fault::SlowToken);
    let waiting = stage.send("POST", "/connect/token", &[], "");
    assert_eq!(stage.get("/.well-known/openid-configuration").status, 200);
    waiting.set_nonblocking(true).unwrap();
    let silence = waiting.peek(&mut [0]).unwrap_err();
    assert_eq!(silence.kind(), ErrorKind::WouldBlock);
}

#[test]
fn the_silence_ends_in_an_answer() {
    let stage = Stage::start(SandboxConfig {
        silence: Duration::ZERO,
        ..config(ConsentMode::Accept, &[Fault::SlowToken])
    });
    assert_eq!(stage.exchange(&stage.code(&[]), &[]).status, 200);
}

#[test]
fn the_state_is_altered() {
    let answer = with(Fault::WrongState).get(&link(&[]));
    let state = answer.input("callback", "state");
    assert!(!state.is_empty() && state != "tilstand 1&2");
    assert!(!answer.input("callback", "code").is_empty());
}

#[test]
fn no_refresh_token_comes() {
    let stage = with(Fault::NoRefreshToken);
    let answer = stage.exchange(&stage.code(&[]), &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json().get("refresh_token"), None);
}

#[test]
fn the_api_refuses() {
    let stage = with(Fault::Api401);
    let token = stage.access_token("dineropublicapi:read");
    let answer = stage.get_with("/v1.1/organizations", &token);
    assert_eq!((answer.status, answer.body.as_str()), (401, ""));
    assert!(
        answer
            .header("www-authenticate")
            .unwrap()
            .starts_with("Bearer")
    );
    let stage = with(Fault::Api429);
    let token = stage.access_token("dineropublicapi:read");
    let answer = stage.get_with("/v1.1/organizations", &token);
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("12"))
    );
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(answer.body.contains("quota exceeded"));
}

#[test]
fn a_refresh_is_refused_while_the_exchange_goes_well() {
    for (fault, description) in [
        (Fault::RefreshTokenSpent, None),
        (Fault::RefreshReused, Some("refresh token was already used")),
    ] {
        let stage = with(fault);
        let tokens = stage.exchange(&stage.code(&[]), &[]).json();
        let answer = stage.refresh(tokens["refresh_token"].as_str().unwrap(), &[]);
        assert_eq!(answer.status, 400);
        assert_eq!(answer.json()["error"], "invalid_grant");
        assert_eq!(answer.json()["error_description"].as_str(), description);
    }
}

#[test]
fn a_dropped_refresh_ends_without_a_byte_and_has_spent_its_token() {
    let stage = with(Fault::RefreshDropped);
    let tokens = stage.exchange(&stage.code(&[]), &[]).json();
    let token = tokens["refresh_token"].as_str().unwrap();
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let body = encoded(&[
        ("grant_type", "refresh_token"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("refresh_token", token),
    ]);
    let mut bytes = Vec::new();
    let mut stream = stage.send("POST", "/connect/token", &[kind], &body);
    // A reset is an end like another.
    let _ = stream.read_to_end(&mut bytes);
    assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
    let again = stage.refresh(token, &[]);
    assert_eq!(
        (again.status, again.json()["error"].as_str()),
        (400, Some("invalid_grant"))
    );
}

#[test]
fn a_token_is_short_lived() {
    let stage = with(Fault::TokenShortLived);
    let answer = stage.exchange(&stage.code(&[]), &[]).json();
    assert_eq!(answer["expires_in"], 5);
}
