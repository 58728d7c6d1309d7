//! Userinfo, revocation and introspection, the id_token that comes with a code, and the document that names
//! them all.

use super::walk::{Answer, encoded};
use super::{CLIENT, REDIRECT_URI, SECRET, Stage, config, link};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use dineroscope::core::token::jwt;
use dineroscope::edge::sandbox_server::ConsentMode;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicI64, Ordering};

const EVERYTHING: &str = "openid profile email offline_access dineropublicapi:read";
const USERINFO: &str = "/connect/userinfo";
const REVOCATION: &str = "/connect/revocation";
const INTROSPECTION: &str = "/connect/introspect";

/// The answer of the token endpoint for these scopes.
fn tokens(stage: &Stage, scope: &str) -> Value {
    let code = stage.code(&[("scope", scope), ("nonce", "en gang")]);
    stage.exchange(&code, &[]).json()
}

/// A form of the registered client about a token.
fn about(stage: &Stage, path: &str, token: &str) -> Answer {
    let form = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("token", token),
    ];
    stage.post(path, &form)
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap()
}

#[test]
fn the_discovery_document_names_what_is_there() {
    let stage = Stage::accepting();
    let document = stage.get("/.well-known/openid-configuration").json();
    for (member, path) in [
        ("userinfo_endpoint", USERINFO),
        ("revocation_endpoint", REVOCATION),
        ("introspection_endpoint", INTROSPECTION),
    ] {
        assert_eq!(document[member], format!("{}{path}", stage.origin));
        // A page of "not found" would be a 404: each of them is there, and wants something else.
        let bare = stage.request("PUT", path, &[], "");
        assert_eq!(bare.status, 405, "{path}: {bare:?}");
        assert!(bare.header("allow").is_some());
    }
    assert_eq!(
        document["response_types_supported"],
        json!(["code", "code id_token"])
    );
}

#[test]
fn userinfo_tells_what_the_scopes_allow() {
    let stage = Stage::accepting();
    let all = tokens(&stage, EVERYTHING);
    let answer = stage.get_with(USERINFO, text(&all, "access_token"));
    assert_eq!(answer.status, 200, "{answer:?}");
    let told = answer.json();
    let id_token = jwt::decode(text(&all, "id_token")).unwrap().claims;
    for claim in ["sub", "name", "email", "email_verified", "sid", "auth_time"] {
        assert_eq!(told[claim], id_token[claim], "{claim}");
    }
    assert_eq!(told["name"], "Åse Brændgård");
    let bare = tokens(&stage, "openid");
    let told = stage.get_with(USERINFO, text(&bare, "access_token")).json();
    assert_eq!(told["sub"], id_token["sub"]);
    assert_eq!((told.get("name"), told.get("email")), (None, None));
}

#[test]
fn userinfo_refuses_whoever_was_not_granted_openid() {
    let stage = Stage::accepting();
    let token = stage.access_token("dineropublicapi:read");
    let refused = stage.get_with(USERINFO, &token);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(
        refused.header("www-authenticate"),
        Some(r#"Bearer error="insufficient_scope""#)
    );
    // An id_token is signed by the same key, and opens nothing.
    let identified = tokens(&stage, "openid");
    assert_eq!(
        stage
            .get_with(USERINFO, text(&identified, "id_token"))
            .status,
        403
    );
}

#[test]
fn userinfo_wants_a_token_that_holds() {
    static NOW: AtomicI64 = AtomicI64::new(1_800_000_000);
    let clock = || Timestamp::from_second(NOW.load(Ordering::Relaxed)).unwrap();
    let stage = Stage::with_clock(config(ConsentMode::Accept, &[]), clock);
    let token = stage.access_token("openid");
    for (answer, challenge) in [
        (stage.get(USERINFO), "Bearer"),
        (
            stage.get_with(USERINFO, "a.b.c"),
            r#"Bearer error="invalid_token", error_description="The signature or audience is invalid""#,
        ),
    ] {
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), Some(challenge));
    }
    assert_eq!(stage.get_with(USERINFO, &token).status, 200);
    NOW.fetch_add(3601, Ordering::Relaxed);
    assert_eq!(stage.get_with(USERINFO, &token).status, 401);
}

#[test]
fn a_revoked_refresh_token_is_dead_and_the_access_token_is_not() {
    let stage = Stage::accepting();
    let given = tokens(&stage, EVERYTHING);
    let refresh = text(&given, "refresh_token");
    let answer = about(&stage, REVOCATION, refresh);
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    let refreshed = stage.refresh(refresh, &[]);
    assert_eq!(refreshed.status, 400);
    assert_eq!(refreshed.json(), json!({"error": "invalid_grant"}));
    let access = text(&given, "access_token");
    assert_eq!(about(&stage, REVOCATION, access).status, 200);
    assert_eq!(stage.get_with("/v1.1/organizations", access).status, 200);
}

#[test]
fn what_came_of_a_revoked_token_before_is_dead_too() {
    let stage = Stage::accepting();
    let first = tokens(&stage, EVERYTHING);
    let next = stage.refresh(text(&first, "refresh_token"), &[]);
    let next = next.text("refresh_token");
    // Another sign-in of the same user is left alone.
    let other = tokens(&stage, EVERYTHING);
    assert_eq!(
        about(&stage, REVOCATION, text(&first, "refresh_token")).status,
        200
    );
    assert_eq!(stage.refresh(&next, &[]).status, 400);
    assert_eq!(
        stage.refresh(text(&other, "refresh_token"), &[]).status,
        200
    );
}

#[test]
fn revocation_answers_200_to_a_token_that_nobody_knows_and_400_to_a_bad_request() {
    let stage = Stage::accepting();
    assert_eq!(about(&stage, REVOCATION, "never heard of").status, 200);
    let client = ("client_id", CLIENT);
    let secret = ("client_secret", SECRET);
    for (form, error) in [
        (vec![client, secret], "invalid_request"),
        (vec![client, ("token", "x")], "invalid_client"),
        (
            vec![client, ("client_secret", "forkert"), ("token", "x")],
            "invalid_client",
        ),
        (
            vec![client, secret, ("token", "x"), ("token_type_hint", "jwt")],
            "unsupported_token_type",
        ),
        (
            vec![client, secret, ("token", "x"), ("token", "y")],
            "invalid_request",
        ),
    ] {
        let answer = stage.post(REVOCATION, &form);
        assert_eq!(answer.status, 400, "{form:?}");
        assert_eq!(answer.json(), json!({ "error": error }), "{form:?}");
    }
    let kind = "Content-Type: application/json";
    let as_json = stage.request("POST", REVOCATION, &[kind], "{}");
    assert_eq!(as_json.status, 400);
}

#[test]
fn introspection_says_what_is_active() {
    let stage = Stage::accepting();
    let given = tokens(&stage, EVERYTHING);
    let access = text(&given, "access_token");
    let told = about(&stage, INTROSPECTION, access).json();
    let claims = jwt::decode(access).unwrap().claims;
    assert_eq!(told["active"], true);
    for claim in ["sub", "exp", "aud", "client_id"] {
        assert_eq!(told[claim], claims[claim], "{claim}");
    }
    assert_eq!(
        told["scope"], "dineropublicapi:read openid profile email offline_access",
        "one text, as RFC 7662 2.2 wants it"
    );
    let refresh = text(&given, "refresh_token");
    assert_eq!(about(&stage, INTROSPECTION, refresh).json()["active"], true);
    for inactive in ["never heard of", text(&given, "id_token")] {
        let told = about(&stage, INTROSPECTION, inactive).json();
        assert_eq!(told, json!({"active": false}));
    }
    assert_eq!(about(&stage, REVOCATION, refresh).status, 200);
    let told = about(&stage, INTROSPECTION, refresh).json();
    assert_eq!(told, json!({"active": false}));
    // Nobody can take back a JWT that is checked by its signature.
    assert_eq!(about(&stage, REVOCATION, access).status, 200);
    assert_eq!(about(&stage, INTROSPECTION, access).json()["active"], true);
}

#[test]
fn introspection_is_for_who_shows_who_they_are() {
    let stage = Stage::accepting();
    let nobody = stage.post(INTROSPECTION, &[("token", "x")]);
    assert_eq!((nobody.status, nobody.body.as_str()), (401, ""));
    let encode = |text: &str| encoded(&[("", text)])[1..].to_owned();
    let pair = format!("{}:{}", encode(CLIENT), encode(SECRET));
    let basic = format!("Authorization: Basic {}", STANDARD.encode(pair));
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let answer = stage.request("POST", INTROSPECTION, &[kind, &basic], "token=x");
    assert_eq!(answer.json(), json!({"active": false}));
    let answer = stage.request("POST", INTROSPECTION, &[kind, &basic], "");
    assert_eq!(answer.json(), json!({"error": "invalid_request"}));
    let answer = stage.request("POST", INTROSPECTION, &[&basic], "token=x");
    assert_eq!(answer.status, 415);
}

#[test]
fn a_hybrid_answer_brings_an_id_token_tied_to_its_code() {
    let stage = Stage::accepting();
    let hybrid = [
        ("response_type", "code id_token"),
        ("scope", "openid"),
        ("nonce", "en gang"),
    ];
    let answer = stage.get(&link(&hybrid));
    let code = answer.input("callback", "code");
    let claims = jwt::decode(&answer.input("callback", "id_token"))
        .unwrap()
        .claims;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, code.as_bytes());
    assert_eq!(
        claims["c_hash"],
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16])
    );
    assert_eq!(claims["nonce"], "en gang");
    assert_eq!(claims.get("at_hash"), None, "no token came with it");
    let given = stage.exchange(&code, &[]);
    let second = jwt::decode(&given.text("id_token")).unwrap().claims;
    assert!(second.contains_key("at_hash"));
    assert_eq!(
        (&second["sub"], &second["iss"]),
        (&claims["sub"], &claims["iss"])
    );
}

#[test]
fn a_hybrid_link_without_nonce_or_openid_or_in_a_query_ends_on_the_error_page() {
    let stage = Stage::accepting();
    for change in [
        ("nonce", ""),
        ("scope", "dineropublicapi:read"),
        ("response_mode", "query"),
    ] {
        let mut link_changes = vec![
            ("response_type", "code id_token"),
            ("scope", "openid"),
            ("nonce", "en gang"),
            ("redirect_uri", REDIRECT_URI),
        ];
        link_changes.retain(|(name, _)| *name != change.0);
        link_changes.push(change);
        let answer = stage.get(&link(&link_changes));
        assert!(answer.location().contains("/error?errorId="), "{change:?}");
    }
}
