//! Claims and scopes on step 5: every one of them, with what it means and how it stands to what is known.

use crate::picture::Picture;
use crate::stage::{Point, answer, at, engine_at, exchange};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::{RunPhase, Step};
use serde_json::{Value, json};

/// A JWT with those claims.
fn token(claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

/// An engine whose exchange was answered with that.
fn granted(answered: &Value) -> Engine {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    answer(&mut engine, 62, call, 200, &answered.to_string());
    if engine.run().phase == RunPhase::CheckingIdToken {
        // Nothing here is signed: taken all the same, to see its claims.
        let keys = engine.transcript().last().unwrap().call;
        answer(&mut engine, 63, keys, 404, "");
        engine.command(at(64), Command::OverrideIdToken);
    }
    engine
}

/// Step 5 of it on a screen where nothing is cut.
fn screen(engine: Engine) -> String {
    let mut picture = Picture::new(engine, 180, (120, 100));
    picture.ui.show(Step::Token);
    picture.draw();
    picture.text()
}

/// The last line that holds a text: title bar and headline come before what is meant.
fn line<'a>(screen: &'a str, text: &str) -> &'a str {
    let line = screen.lines().rev().find(|line| line.contains(text));
    line.unwrap_or_else(|| panic!("no `{text}` in\n{screen}"))
}

fn claims_of(claims: &Value) -> String {
    screen(granted(&json!({
        "access_token": token(claims), "token_type": "Bearer", "expires_in": 3600,
    })))
}

#[test]
fn what_is_compared_is_marked_and_what_is_unknown_is_shown_too() {
    let screen = claims_of(&json!({
        "zz_unheard": {"of": 1}, "sub": "8d0e41b7", "scope": "dineropublicapi:read offline_access",
        "iss": "https://connect.visma.com", "aud": "https://api.dinero.dk", "exp": 9_999_999_999_i64,
        "client_id": "isv_acme_dev",
    }));
    for (start, name) in [
        ("✓  iss", "https://connect.visma.com"),
        ("✓  aud", "https://api.dinero.dk"),
        ("✓  client_id", "isv_acme_dev"),
        ("✓  exp", "it ends in"),
        ("·  scope", "dineropublicapi:read, offline_access"),
        ("·  sub", "the user, stable"),
        ("·  zz_unheard", r#"{"of":1}"#),
    ] {
        assert!(line(&screen, start).contains(name), "{start}: {screen}");
    }
    let place = |name: &str| screen.rfind(name).unwrap();
    assert!(place("✓  exp") < place("·  sub") && place("·  sub") < place("·  zz_unheard"));
}

#[test]
fn what_differs_from_what_is_known_is_pointed_at() {
    let screen = claims_of(&json!({
        "iss": "https://connect.elsewhere.example", "aud": ["https://api.elsewhere.example"],
        "exp": 1_000, "nbf": 9_999_999_999_i64, "client_id": "isv_somebody_else",
    }));
    for start in ["⚠  iss", "⚠  aud", "⚠  exp", "⚠  nbf", "⚠  client_id"] {
        line(&screen, start);
    }
}

#[test]
fn an_id_token_is_for_the_client_and_an_access_token_for_the_api() {
    let about = |aud: &str| token(&json!({"aud": aud, "iss": "https://connect.visma.com"}));
    let of = |access: &str, id: &str| {
        screen(granted(&json!({
            "access_token": about(access), "id_token": about(id), "token_type": "Bearer",
        })))
    };
    let right = of("https://api.dinero.dk", "isv_acme_dev");
    // Twice among the claims, once among the checks.
    assert_eq!(right.matches("✓  aud").count(), 3, "{right}");
    let swapped = of("isv_acme_dev", "https://api.dinero.dk");
    assert_eq!(swapped.matches("⚠  aud").count(), 2, "{swapped}");
}

#[test]
fn the_clocks_are_compared_by_the_date_of_the_answer() {
    let opaque = json!({"access_token": "opaque", "token_type": "Bearer"});
    let screen = screen(granted(&opaque));
    assert!(
        line(&screen, "✓  clock").contains("the same, within 1 s"),
        "{screen}"
    );
    let mut late = engine_at(Point::Answered);
    let call = exchange(&mut late, 80);
    answer(&mut late, 80, call, 200, &opaque.to_string());
    assert_eq!(late.clock_ahead(crate::stage::at(90)), Some(-18));
    let mut picture = Picture::new(late, 90, (120, 40));
    picture.ui.show(Step::Token);
    picture.draw();
    assert!(picture.text().contains("18 s behind ours"));
}

#[test]
fn scopes_stand_side_by_side_with_those_of_the_grant_before() {
    use crate::renewing::{answered, refreshed};
    let mut engine = engine_at(Point::Authorized);
    let narrower = json!({
        "access_token": "next", "token_type": "Bearer", "scope": "dineropublicapi:read urn:other",
    });
    refreshed(&mut engine, 100, answered(200, &narrower.to_string()));
    let screen = screen(engine);
    let row = |name: &str| {
        // A finding names scopes too, but has no columns.
        let mut lines = screen.lines().filter_map(|line| line.split_once(name));
        let columns = lines.find(|(_, rest)| rest.contains("yes") || rest.contains("asked"));
        let (_, columns) = columns.unwrap();
        let words: Vec<&str> = columns.split_whitespace().take(3).collect();
        words.join(" ")
    };
    assert_eq!(row("Scopes "), "asked granted before", "{screen}");
    assert_eq!(row("dineropublicapi:read "), "yes yes yes", "{screen}");
    assert_eq!(row("dineropublicapi:write "), "yes no yes", "{screen}");
    assert_eq!(row("offline_access "), "yes yes yes", "{screen}");
    assert_eq!(row("urn:other "), "no yes no", "{screen}");
}

#[test]
fn ten_thousand_claims_do_not_fill_the_pane() {
    let claims: serde_json::Map<String, Value> = (0..10_000)
        .map(|at| (format!("claim_{at}"), json!(at)))
        .collect();
    let mut picture = Picture::new(
        granted(&json!({"access_token": token(&claims.into()), "token_type": "Bearer"})),
        180,
        (120, 40),
    );
    picture.ui.show(Step::Token);
    picture.draw();
    picture.press("<tab><end>");
    let text = picture.text();
    assert!(text.contains("9800 more are not shown."), "{text}");
}
