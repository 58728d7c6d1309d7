//! Revocation, introspection and userinfo of a server that nobody here wrote, and what it refuses before there
//! is a token: a wrong secret, a redirect URI that is not registered.

use crate::browser::{Decision, Site};
use crate::leak::holds_a_token;
use crate::program::Program;
use crate::provider::{Client, ProfileFile, Provider};
use crate::refresh::token;
use crate::walk;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// Signs in with a profile and keeps the grant in a home of its own.
fn signed_in(profile: &ProfileFile) -> TempDir {
    let folder = profile.folder.path().to_str().unwrap();
    let home = tempfile::tempdir().unwrap();
    let login = ["login", &profile.name, "--profiles", folder];
    let login = Program::run_in(home.path(), &login);
    let (walk, _) = walk(login, Decision::Accept, Site::Provider);
    assert_eq!(walk.exit, 0, "{walk:?}");
    home
}

/// A command about the kept tokens that ends well.
fn told(home: &Path, profile: &ProfileFile, arguments: &[&str]) -> Value {
    let (exit, object, talk) = token(home, profile, arguments);
    assert_eq!(exit, 0, "{arguments:?} {object} {talk}");
    assert!(!holds_a_token(&talk) && !holds_a_token(&object.to_string()));
    object
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_foreign_server_tells_who_signed_in_and_takes_opaque_tokens_back() {
    let provider = Provider::start();
    let profile = provider.profile(Client::Identity, "form_post", "openid");
    let profile = profile.keeping_in_files();
    let home = signed_in(&profile);
    let home = home.path();

    let user = told(home, &profile, &["userinfo"]);
    assert!(user["claims"]["sub"].is_string(), "{user}");
    assert_eq!(user["sub_matches"], true, "as the id_token has it: {user}");

    let active = |token: &str| told(home, &profile, &["introspect", "--token", token]);
    let access = active("access");
    assert_eq!(access["active"], true, "{access}");
    assert_eq!(access["members"]["client_id"], Client::Identity.id());
    assert_eq!(active("refresh")["active"], true);

    let revoked = told(home, &profile, &["revoke", "--token", "access"]);
    assert_eq!(revoked["revoked"], true, "{revoked}");
    assert_eq!(
        active("access")["active"],
        false,
        "it is gone at once: it is opaque"
    );
    let (exit, refused, talk) = token(home, &profile, &["userinfo"]);
    assert_eq!(exit, 1, "{refused} {talk}");
    assert!(talk.contains("[userinfo-refused]"), "{talk}");

    let revoked = told(home, &profile, &["revoke"]);
    assert_eq!(revoked["token"], "refresh_token", "{revoked}");
    let (exit, _, talk) = token(home, &profile, &["refresh"]);
    assert_eq!(exit, 1, "{talk}");
    let shown = told(home, &profile, &["show"]);
    assert_eq!(shown["grants"][0]["refresh_token"], false, "{shown}");
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_foreign_server_does_not_take_back_a_jwt_and_says_so() {
    let provider = Provider::start();
    for client in [Client::Plain, Client::Basic] {
        let profile = provider.profile(client, "form_post", "openid");
        let profile = profile.keeping_in_files();
        let home = signed_in(&profile);
        let home = home.path();
        // A token for Dinero's API is not one for userinfo, and no structured token is revoked there.
        let (exit, _, talk) = token(home, &profile, &["userinfo"]);
        assert_eq!(exit, 1, "{talk}");
        assert!(talk.contains("[userinfo-refused]"), "{talk}");
        let (exit, refused, talk) = token(home, &profile, &["revoke", "--token", "access"]);
        assert_eq!((exit, &refused["revoked"]), (1, &false.into()), "{talk}");
        assert!(talk.contains("[revocation-failed]"), "{talk}");
        assert!(talk.contains("as good as before"), "{talk}");
        let revoked = told(home, &profile, &["revoke"]);
        assert_eq!(revoked["token"], "refresh_token");
        assert_eq!(revoked["revoked"], true);
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_wrong_secret_is_explained() {
    let provider = Provider::start();
    for client in [Client::Plain, Client::Basic] {
        let profile = provider.profile(client, "form_post", "");
        profile.change("env = \"DINEROSCOPE_TEST_SECRET\"", "env = \"HOME\"");
        let (walk, _) = walk(Program::login(&profile), Decision::Accept, Site::Provider);
        assert_eq!(walk.exit, 1, "{walk:?}");
        let failed = walk.events.last().unwrap();
        assert_eq!(failed["error"], "invalid_client", "{failed}");
        assert!(
            failed["finding"].to_string().contains("invalid-client"),
            "{failed}"
        );
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_redirect_uri_that_is_not_registered_is_found_before_a_browser_opens() {
    let provider = Provider::start();
    let profile = provider.profile(Client::Plain, "form_post", "");
    profile.change("localhost:0/callback", "localhost:8765/elsewhere");
    let folder = profile.folder.path().to_str().unwrap();
    let login = ["login", &profile.name, "--profiles", folder, "--preflight"];
    let walk = Program::run(&login).end();
    assert_eq!(walk.exit, 1, "{walk:?}");
    let failed = walk.events.last().unwrap();
    assert_eq!(failed["event"], "failed", "{walk:?}");
    assert!(
        failed["finding"].to_string().contains("preflight-"),
        "{failed}"
    );
}
