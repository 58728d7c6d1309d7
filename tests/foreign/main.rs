//! The real binary against an authorization server, a browser and a keyring that nobody here wrote.
//!
//! Ignored by default: they need Node.js, npm, Chromium, gnome-keyring and D-Bus, which `cargo test` must not
//! ask for. `.ci/run` installs what is missing and runs them; by hand it is
//! `cargo test --test foreign -- --ignored`.
#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod browser;
mod callback;
#[path = "../support/calls_home.rs"]
mod calls_home;
mod endpoints;
#[cfg(all(target_os = "linux", feature = "keyring"))]
#[path = "../support/kept.rs"]
mod kept;
#[cfg(all(target_os = "linux", feature = "keyring"))]
mod keyring;
#[path = "../support/leak.rs"]
mod leak;
mod program;
mod provider;
#[expect(dead_code, reason = "the other tests use the rest of it")]
#[path = "../support/recorder.rs"]
mod recorder;
mod refresh;
mod snippets;

use browser::{Decision, Page, Site, browse};
use leak::holds_a_token;
use program::{Program, Walk};
use provider::{Client, Provider};
use serde_json::Value;

/// One walk: the program prints its link, a person follows it, the program says how it ended.
fn walk(mut program: Program, decision: Decision, site: Site) -> (Walk, Page) {
    let link = program.until("link")["url"].as_str().unwrap().to_owned();
    let page = browse(&link, decision, site);
    (program.end(), page)
}

/// What holds for every walk, however it ends.
fn assert_discreet(walk: &Walk, page: &Page) {
    let mut secrets = vec!["only/tests", "only%2Ftests"];
    secrets.extend(Some(page.code.as_str()).filter(|code| !code.is_empty()));
    for secret in secrets {
        assert!(
            !walk.output.contains(secret),
            "`{secret}` was printed:
{}",
            walk.output
        );
        assert!(
            !walk.talk.contains(secret),
            "`{secret}` was said:
{}",
            walk.talk
        );
    }
    for text in [&walk.output, &walk.talk] {
        assert!(!holds_a_token(text), "a token was told:\n{text}");
    }
    for address in &page.on_listener {
        assert!(
            !address.contains('?'),
            "the browser's history keeps {address}"
        );
    }
    assert_eq!(page.language, "da", "Danish was asked for");
    for event in &walk.events {
        assert_eq!(event["v"], 1, "{event}");
    }
}

/// It ended with a token, and the browser was told that it can be closed.
fn assert_accepted(walk: &Walk, page: &Page, method: &str) {
    assert_discreet(walk, page);
    assert_eq!(walk.exit, 0, "{walk:?}");
    assert!(!page.code.is_empty(), "the browser brought no code");
    assert_eq!(walk.last("callback")["method"], method);
    let token = walk.events.last().unwrap();
    assert_eq!(token["event"], "token", "{walk:?}");
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 3600);
    assert_eq!(token["refresh_token"], true);
    let scopes = words(&token["scope"]);
    for scope in ["dineropublicapi:read", "dineropublicapi:write"] {
        assert!(scopes.contains(&scope), "`{scope}` is not in {scopes:?}");
    }
    assert!(page.text.contains("Svaret er modtaget"), "{page:?}");
}

/// It ended because the person said no, and both sides say so.
fn assert_denied(walk: &Walk, page: &Page) {
    assert_discreet(walk, page);
    assert_eq!(walk.exit, 1, "{walk:?}");
    let failed = walk.events.last().unwrap();
    assert_eq!(failed["event"], "failed", "{walk:?}");
    assert_eq!(failed["error"], "access_denied");
    let finding = failed["finding"].to_string();
    assert!(finding.contains("callback-access-denied"), "{failed}");
    assert!(page.text.contains("Der blev ikke givet adgang"), "{page:?}");
}

/// Scope words, whether they came as a string or as a list.
fn words(scope: &Value) -> Vec<&str> {
    match scope {
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
        scope => scope.as_str().unwrap_or_default().split(' ').collect(),
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_token_comes_from_a_foreign_server_by_form_post() {
    let provider = Provider::start();
    for client in [Client::Plain, Client::Pkce, Client::Basic] {
        let profile = provider.profile(client, "form_post", "");
        let (walk, page) = walk(Program::login(&profile), Decision::Accept, Site::Provider);
        assert_accepted(&walk, &page, "POST");
        assert_eq!(walk.last("token")["id_token"], false);
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_token_comes_from_a_foreign_server_by_query() {
    let provider = Provider::start();
    for client in [Client::Plain, Client::Pkce] {
        let profile = provider.profile(client, "query", "openid");
        let (walk, page) = walk(Program::login(&profile), Decision::Accept, Site::Provider);
        assert_accepted(&walk, &page, "GET");
        assert_eq!(walk.last("token")["id_token"], true);
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_hybrid_answer_of_a_foreign_server_holds_against_every_check() {
    let provider = Provider::start();
    let profile = provider.profile(Client::Hybrid, "form_post", "openid");
    profile.change(
        "[authorize]",
        "[authorize]\nresponse_type = \"code id_token\"",
    );
    let (accepted, page) = walk(Program::login(&profile), Decision::Accept, Site::Provider);
    let link = accepted.last("link")["url"].as_str().unwrap();
    assert!(link.contains("response_type=code+id_token"), "{link}");
    assert!(link.contains("nonce="), "{link}");
    // An id_token that fails one check of OpenID Connect Core 3.3.2.11 ends the walk before its code is used.
    assert_accepted(&accepted, &page, "POST");
    assert_eq!(accepted.last("token")["id_token"], true);
    let (cancelled, page) = walk(Program::login(&profile), Decision::Cancel, Site::Provider);
    assert_denied(&cancelled, &page);
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_denied_consent_of_a_foreign_server_comes_back_as_such() {
    let provider = Provider::start();
    for mode in ["form_post", "query"] {
        let profile = provider.profile(Client::Plain, mode, "");
        let (walk, page) = walk(Program::login(&profile), Decision::Cancel, Site::Provider);
        assert_denied(&walk, &page);
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn the_sandbox_asks_in_a_browser_and_takes_both_answers() {
    for (mode, method) in [("form_post", "POST"), ("query", "GET")] {
        let danish = ["--set", "ui_locales=da-DK", "--response-mode", mode];
        let login = || Program::run(&[&["login", "sandbox"], &danish[..]].concat());
        let (accepted, page) = walk(login(), Decision::Accept, Site::Sandbox);
        assert_accepted(&accepted, &page, method);
        let (cancelled, page) = walk(login(), Decision::Cancel, Site::Sandbox);
        assert_denied(&cancelled, &page);
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn the_sandbox_speaks_danish_for_da_dk_and_english_otherwise() {
    for (locales, language, word) in [("da-DK", "da", "Annuller"), ("en-GB", "en", "Cancel")] {
        let set = format!("ui_locales={locales}");
        let login = Program::run(&["login", "sandbox", "--set", &set]);
        let (walk, page) = walk(login, Decision::Accept, Site::Sandbox);
        assert_eq!(walk.exit, 0, "{walk:?}");
        assert_eq!(page.consent_language, language);
        assert_eq!(page.language, language);
        assert!(page.consent.contains(word), "{page:?}");
    }
}
