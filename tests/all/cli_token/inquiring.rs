//! `token PROFILE revoke|introspect|userinfo` against the sandbox: what is told, what is kept, and how it ends.

use super::{import, object, sandbox, secret};
use crate::standalone::{SECRET, Sandbox, assert_unseen, kept};
use serde_json::{Value, json};

/// A sandbox whose client signed in with these scopes.
fn granted(scopes: &[&str]) -> Sandbox {
    let mut sandbox = sandbox();
    let list = scopes
        .iter()
        .map(|scope| format!("\"{scope}\""))
        .collect::<Vec<_>>()
        .join(", ");
    let line = sandbox
        .profile
        .lines()
        .find(|line| line.starts_with("scopes = "))
        .unwrap()
        .to_owned();
    sandbox.profile = sandbox
        .profile
        .replace(&line, &format!("scopes = [{list}]"));
    sandbox.place.profile("sb", &sandbox.profile);
    sandbox.signed_in()
}

const EVERYTHING: [&str; 4] = ["openid", "profile", "email", "offline_access"];

#[test]
fn a_revoked_refresh_token_is_told_and_not_kept_any_more() {
    let sandbox = granted(&EVERYTHING);
    let before = kept(&sandbox.place);
    let ended = sandbox.run(&["token", "sb", "revoke"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(ended.output, "revoked: refresh_token\n");
    assert!(ended.talk.contains("stays good until its end"), "{ended:?}");
    let after = kept(&sandbox.place);
    assert_eq!(after["refresh_token"], Value::Null);
    assert_eq!(after["access_token"], before["access_token"]);
    assert!(after["revoked_at"].is_string());
    // The next process knows that, and the provider does.
    let refresh = sandbox.run(&["token", "sb", "refresh"]);
    assert_eq!(refresh.exit, 1, "{refresh:?}");
    let again = sandbox.run(&["token", "sb", "revoke", "--token", "refresh"]);
    assert_eq!(again.exit, 3, "{again:?}");
    assert!(again.talk.contains("was revoked"), "{again:?}");
    for ended in [&ended, &refresh, &again] {
        assert_unseen(ended, &[SECRET, &secret(&before, "refresh_token")]);
    }
}

#[test]
fn an_access_token_is_revoked_and_goes_on_working() {
    let sandbox = granted(&["dineropublicapi:read"]);
    let ended = sandbox.run(&["token", "sb", "revoke", "--json"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(
        object(&ended),
        json!({"v": 1, "token": "access_token", "revoked": true, "error": null}),
        "without a refresh token it is the access token that is meant"
    );
    let call = sandbox.run(&["request", "sb", "GET", "/v1.1/organizations"]);
    assert_eq!(call.exit, 0, "{call:?}");
}

#[test]
fn introspection_tells_what_the_provider_knows() {
    let sandbox = granted(&EVERYTHING);
    let words = sandbox.run(&["token", "sb", "introspect"]);
    assert_eq!(words.exit, 0, "{words:?}");
    assert!(
        words.output.starts_with("active         true\n"),
        "{words:?}"
    );
    assert!(
        words.output.contains("scope          openid, profile"),
        "{words:?}"
    );
    let json = sandbox.run(&["token", "sb", "introspect", "--token", "refresh", "--json"]);
    assert_eq!(object(&json)["active"], true, "{json:?}");
    assert_eq!(sandbox.run(&["token", "sb", "revoke"]).exit, 0);
    let token = "0f".repeat(32);
    let imported = import(&sandbox, &token, &["--as", "refresh"]);
    assert_eq!(imported.exit, 0, "{imported:?}");
    let gone = sandbox.run(&["token", "sb", "introspect", "--token", "refresh", "--json"]);
    assert_eq!(gone.exit, 0, "{gone:?}");
    assert_eq!(
        object(&gone),
        json!({"v": 1, "token": "refresh_token", "active": false, "members": {}, "error": null})
    );
    for ended in [&words, &json, &gone] {
        assert_unseen(ended, &[SECRET, &token]);
    }
}

#[test]
fn userinfo_tells_who_signed_in_and_refuses_who_did_not_ask_for_it() {
    let sandbox = granted(&EVERYTHING);
    let words = sandbox.run(&["token", "sb", "userinfo"]);
    assert_eq!(words.exit, 0, "{words:?}");
    assert!(
        words.output.contains("name           Åse Brændgård\n"),
        "{words:?}"
    );
    let told = object(&sandbox.run(&["token", "sb", "userinfo", "--json"]));
    assert_eq!(told["claims"]["email"], "aase@baadebyggeri.example");
    assert_eq!(
        (&told["sub_matches"], &told["error"]),
        (&json!(true), &Value::Null)
    );
    let without = granted(&["dineropublicapi:read"]);
    let refused = without.run(&["token", "sb", "userinfo", "--json"]);
    assert_eq!(refused.exit, 1, "{refused:?}");
    let told = object(&refused);
    assert_eq!(
        (&told["claims"], &told["sub_matches"]),
        (&json!({}), &Value::Null)
    );
    assert!(
        told["error"]
            .as_str()
            .unwrap()
            .contains("insufficient_scope")
    );
    assert!(
        refused.talk.contains("`openid` is not among"),
        "{refused:?}"
    );
    assert_unseen(&refused, &[SECRET]);
}

#[test]
fn what_cannot_be_asked_ends_with_3_and_says_what_to_write_where() {
    let sandbox = granted(&["dineropublicapi:read"]);
    let without: Vec<&str> = sandbox
        .profile
        .lines()
        .filter(|line| !line.contains("introspection_url"))
        .collect();
    sandbox.place.profile("sb", &without.join("\n"));
    let ended = sandbox.run(&["token", "sb", "introspect"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert!(
        ended
            .talk
            .contains("put `introspection_url` under `[provider]`"),
        "{ended:?}"
    );
    let none = sandbox.run(&["token", "sb", "introspect", "--token", "refresh"]);
    assert_eq!(none.exit, 3, "{none:?}");
    let unknown = sandbox.run(&["token", "sb", "revoke", "--token", "id"]);
    assert_eq!(unknown.exit, 2, "{unknown:?}");
}

#[test]
fn a_provider_that_is_not_there_ends_with_4_and_a_wrong_secret_with_1() {
    let sandbox = granted(&EVERYTHING);
    let wrong = sandbox.profile.replace(SECRET, "another-secret");
    assert_ne!(wrong, sandbox.profile);
    sandbox.place.profile("sb", &wrong);
    let refused = sandbox.run(&["token", "sb", "revoke", "--json"]);
    assert_eq!(refused.exit, 1, "{refused:?}");
    assert_eq!(object(&refused)["revoked"], false);
    assert!(refused.talk.contains("not revoked"), "{refused:?}");
    assert_unseen(&refused, &["another-secret"]);
    assert!(kept(&sandbox.place)["refresh_token"].is_string());
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let token_url = secret(&kept(&sandbox.place), "token_url");
    let origin = token_url.strip_suffix("/connect/token").unwrap();
    let mut gone = sandbox.profile.clone();
    for path in ["revocation", "introspect", "userinfo"] {
        let there = format!("{origin}/connect/{path}");
        gone = gone.replace(&there, &format!("http://{address}/connect/{path}"));
    }
    sandbox.place.profile("sb", &gone);
    for action in ["revoke", "introspect", "userinfo"] {
        let ended = sandbox.run(&["token", "sb", action]);
        assert_eq!(ended.exit, 4, "{action} {ended:?}");
        assert!(ended.output.is_empty(), "{action} {ended:?}");
        assert!(ended.talk.contains("[endpoint-no-answer]"), "{ended:?}");
    }
    assert!(kept(&sandbox.place)["refresh_token"].is_string());
}
