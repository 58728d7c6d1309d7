//! The token endpoint: codes, refresh tokens, and who may ask.

use super::walk::{Answer, CHALLENGE};
use super::{CLIENT, REDIRECT_URI, SECRET, Stage, VERIFIER, config};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dineroscope::edge::sandbox_server::ConsentMode;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

fn assert_error(answer: &Answer, error: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({ "error": error }),
        "without a description"
    );
    assert_eq!(
        answer.header("cache-control"),
        Some("no-store, no-cache, max-age=0")
    );
}

/// Header and claims of a JWT.
fn decoded(token: &str) -> (Value, Value) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let part =
        |at: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[at]).unwrap()).unwrap();
    (part(0), part(1))
}

#[test]
fn a_code_gives_tokens() {
    let stage = Stage::accepting();
    let answer = stage.exchange(&stage.code(&[]), &[]);
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(
        body["scope"],
        "dineropublicapi:write dineropublicapi:read offline_access"
    );
    assert_eq!(answer.text("refresh_token").len(), 64);
    assert_eq!(body.get("id_token"), None);
    let (header, claims) = decoded(&answer.text("access_token"));
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("RS256"), &json!("at+JWT"))
    );
    assert_eq!(claims["iss"], stage.origin.as_str());
    assert_eq!(claims["aud"], stage.origin.as_str());
    assert_eq!(claims["client_id"], CLIENT);
    let scopes = json!([
        "dineropublicapi:write",
        "dineropublicapi:read",
        "offline_access"
    ]);
    assert_eq!(claims["scope"], scopes);
    assert_eq!(
        claims["exp"].as_i64(),
        claims["iat"].as_i64().map(|at| at + 3600)
    );
}

#[test]
fn openid_gives_an_id_token_with_the_users_name() {
    let stage = Stage::accepting();
    let code = stage.code(&[("scope", "openid profile"), ("nonce", "en gang")]);
    let answer = stage.exchange(&code, &[]);
    let (_, claims) = decoded(&answer.text("id_token"));
    assert_eq!(claims["name"], "Åse Brændgård");
    assert_eq!(
        (&claims["aud"], &claims["nonce"]),
        (&json!(CLIENT), &json!("en gang"))
    );
    assert_eq!(
        answer.json().get("refresh_token"),
        None,
        "offline_access was not asked"
    );
}

#[test]
fn a_code_works_once() {
    let stage = Stage::accepting();
    let code = stage.code(&[]);
    assert_eq!(stage.exchange(&code, &[]).status, 200);
    assert_error(&stage.exchange(&code, &[]), "invalid_grant");
}

#[test]
fn a_failed_exchange_burns_the_code() {
    let stage = Stage::accepting();
    for (change, error) in [
        (
            ("redirect_uri", "http://localhost:8765/callback/"),
            "invalid_grant",
        ),
        (("redirect_uri", ""), "unauthorized_client"),
        (("code_verifier", VERIFIER), "invalid_grant"),
    ] {
        let code = stage.code(&[]);
        assert_error(&stage.exchange(&code, &[change]), error);
        assert_error(&stage.exchange(&code, &[]), "invalid_grant");
    }
}

#[test]
fn an_unknown_client_does_not_burn_the_code() {
    let stage = Stage::accepting();
    let code = stage.code(&[]);
    assert_error(
        &stage.exchange(&code, &[("client_secret", "forkert")]),
        "invalid_client",
    );
    assert_error(
        &stage.exchange(&code, &[("client_id", "isv_anden")]),
        "invalid_client",
    );
    assert_eq!(stage.exchange(&code, &[]).status, 200);
}

#[test]
fn the_verifier_must_belong_to_the_challenge() {
    let stage = Stage::accepting();
    let pkce = [
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let right = stage.exchange(&stage.code(&pkce), &[("code_verifier", VERIFIER)]);
    assert_eq!(right.status, 200, "{right:?}");
    let other = VERIFIER.replace('d', "e");
    for verifier in ["", "kort", &other, CHALLENGE] {
        let answer = stage.exchange(&stage.code(&pkce), &[("code_verifier", verifier)]);
        assert_error(&answer, "invalid_grant");
    }
}

#[test]
fn a_code_ends_after_five_minutes() {
    static NOW: AtomicI64 = AtomicI64::new(1_795_431_658);
    fn clock() -> Timestamp {
        Timestamp::from_second(NOW.load(Ordering::SeqCst)).unwrap()
    }
    let stage = Stage::with_clock(config(ConsentMode::Accept, &[]), clock);
    let (in_time, late) = (stage.code(&[]), stage.code(&[]));
    NOW.fetch_add(300, Ordering::SeqCst);
    let token = stage.exchange(&in_time, &[]).text("access_token");
    NOW.fetch_add(1, Ordering::SeqCst);
    assert_error(&stage.exchange(&late, &[]), "invalid_grant");
    assert_eq!(stage.get_with("/v1.1/organizations", &token).status, 200);
    NOW.fetch_add(3600, Ordering::SeqCst);
    let expired = stage.get_with("/v1.1/organizations", &token);
    assert_eq!((expired.status, expired.body.as_str()), (401, ""));
    assert!(
        expired
            .header("www-authenticate")
            .unwrap()
            .contains("expired")
    );
}

#[test]
fn a_refresh_token_rotates_and_a_replay_revokes() {
    let stage = Stage::accepting();
    let first = stage.exchange(&stage.code(&[]), &[]).text("refresh_token");
    let answer = stage.refresh(&first, &[]);
    assert_eq!(answer.status, 200, "{answer:?}");
    let second = answer.text("refresh_token");
    assert_ne!(first, second);
    assert_error(&stage.refresh(&first, &[]), "invalid_grant");
    assert_error(&stage.refresh(&second, &[]), "invalid_grant");
}

#[test]
fn a_refresh_may_ask_for_less_but_not_for_more() {
    let stage = Stage::accepting();
    let code = stage.code(&[("scope", "dineropublicapi:read offline_access")]);
    let token = stage.exchange(&code, &[]).text("refresh_token");
    let wider = [("scope", "dineropublicapi:write")];
    assert_error(&stage.refresh(&token, &wider), "invalid_scope");
    let narrower = stage.refresh(&token, &[("scope", "dineropublicapi:read")]);
    assert_eq!(narrower.text("scope"), "dineropublicapi:read");
    let next = stage.refresh(&narrower.text("refresh_token"), &[]);
    assert_eq!(next.text("scope"), "dineropublicapi:read offline_access");
}

#[test]
fn the_secret_may_come_by_basic_but_not_twice() {
    let stage = Stage::accepting();
    let code = stage.code(&[]);
    let by = |authorization: &str, further: &[(&str, &str)]| {
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("redirect_uri", REDIRECT_URI),
            ("code", code.as_str()),
        ];
        pairs.extend(further);
        let headers = [
            "Content-Type: application/x-www-form-urlencoded",
            &format!("Authorization: {authorization}"),
        ];
        stage.request(
            "POST",
            "/connect/token",
            &headers,
            &super::walk::encoded(&pairs),
        )
    };
    let form = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let good = STANDARD.encode(format!("{}:{}", form(CLIENT), form(SECRET)));
    let raw = STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    assert_error(
        &by(&format!("Basic {good}"), &[("client_secret", SECRET)]),
        "invalid_request",
    );
    assert_error(&by("Basic ???", &[]), "invalid_request");
    assert_error(&by(&format!("Basic {raw}"), &[]), "invalid_client");
    assert_eq!(by(&format!("Basic {good}"), &[]).status, 200);
}

#[test]
fn only_a_form_is_read() {
    let stage = Stage::accepting();
    let body =
        json!({"grant_type": "authorization_code", "client_id": CLIENT, "client_secret": SECRET});
    let kind = "Content-Type: application/json";
    let answer = stage.request("POST", "/connect/token", &[kind], &body.to_string());
    assert_error(&answer, "invalid_request");
    let answer = stage.get("/connect/token");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    let twice = [
        ("grant_type", "refresh_token"),
        ("grant_type", "refresh_token"),
    ];
    assert_error(&stage.post("/connect/token", &twice), "invalid_request");
    assert_error(
        &stage.exchange("0", &[("grant_type", "password")]),
        "unsupported_grant_type",
    );
}
