//! `token` as a script meets it: what one process kept is there for the next.

mod inquiring;
mod refreshing;

use crate::quiet::Ended;
use crate::recorder::Recorder;
use crate::standalone::{SECRET, Sandbox, assert_unseen, kept, kept_files, link_of};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

/// A sandbox that accepts, its grants kept in files.
fn sandbox() -> Sandbox {
    Sandbox::deciding("accept").keeping()
}

/// The only object of an output.
fn object(ended: &Ended) -> Value {
    let objects = ended.objects();
    let [only] = objects.as_slice() else {
        panic!("not one object: {ended:?}");
    };
    assert_eq!(only["v"], 1, "{ended:?}");
    only.clone()
}

/// Imports a text from standard input.
fn import(sandbox: &Sandbox, text: &str, more: &[&str]) -> Ended {
    let mut arguments = vec!["token", "sb", "import", "-", "--profiles", "trusted"];
    arguments.extend(more);
    let mut command = sandbox.place.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // One that refuses before it reads has closed it.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    Ended::of(child.wait_with_output().unwrap())
}

/// A secret of the kept grant.
fn secret(grant: &Value, name: &str) -> String {
    grant[name].as_str().unwrap().to_owned()
}

#[test]
fn without_a_kept_grant_each_action_says_so() {
    let sandbox = sandbox();
    for (arguments, exit) in [
        (&["show"][..], 0),
        (&["access"], 3),
        (&["refresh"], 3),
        (&["forget"], 0),
        (&["forget", "--all"], 0),
        (&["access", "--grant", "ab"], 3),
    ] {
        let mut all = vec!["token", "sb"];
        all.extend(arguments);
        let ended = sandbox.run(&all);
        assert_eq!(ended.exit, exit, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{arguments:?} {ended:?}");
        assert!(
            ended.talk.contains("dineroscope "),
            "{arguments:?} {ended:?}"
        );
    }
    let ended = sandbox.run(&["token", "sb", "show", "--json"]);
    assert_eq!(object(&ended)["grants"], serde_json::json!([]));
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let sandbox = sandbox();
    for arguments in [
        &["token"][..],
        &["token", "sb"],
        &["token", "sb", "shwo"],
        &["token", "sb", "import"],
        &["token", "sb", "import", "a-token-on-the-command-line"],
        &["token", "sb", "import", "-", "--as", "id"],
        &["token", "sb", "forget", "--all", "--grant", "ab"],
        &["token", "sb", "access", "--grant", ""],
    ] {
        let ended = sandbox.run(arguments);
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{arguments:?} {ended:?}");
    }
}

#[test]
fn a_profile_that_keeps_nothing_says_how_it_would() {
    let sandbox = Sandbox::deciding("accept").signed_in();
    let access = sandbox.run(&["token", "sb", "access"]);
    let import = import(&sandbox, "a-token", &["--as", "access"]);
    for ended in [access, import] {
        assert_eq!(ended.exit, 3, "{ended:?}");
        for word in ["keep_tokens", "\"keyring\"", "\"file\""] {
            assert!(ended.talk.contains(word), "{ended:?}");
        }
    }
    assert!(kept_files(&sandbox.place).is_empty());
}

#[test]
fn a_login_says_whether_its_token_is_kept() {
    for (sandbox, is_kept) in [
        (Sandbox::deciding("accept"), false),
        (Sandbox::deciding("accept").keeping(), true),
    ] {
        let mut login = sandbox.login(&["--json"]);
        crate::browser::visit(&link_of(&login.until("link")));
        let ended = login.end();
        assert_eq!(ended.exit, 0, "{ended:?}");
        assert_eq!(ended.objects().pop().unwrap()["kept"], is_kept);
        assert_eq!(kept_files(&sandbox.place).len(), usize::from(is_kept));
    }
}

#[test]
fn what_one_process_kept_another_one_shows_and_hands_out() {
    let sandbox = sandbox().signed_in();
    let kept = kept(&sandbox.place);
    let (access, refresh) = (
        secret(&kept, "access_token"),
        secret(&kept, "refresh_token"),
    );

    let shown = sandbox.run(&["token", "sb", "show"]);
    assert_eq!(shown.exit, 0, "{shown:?}");
    assert_unseen(&shown, &[SECRET, &access, &refresh]);
    for words in ["the current one", "dineropublicapi:read", "•••• ", "file"] {
        assert!(shown.output.contains(words), "`{words}`: {shown:?}");
    }

    let shown = sandbox.run(&["token", "sb", "show", "--json"]);
    assert_unseen(&shown, &[SECRET, &access, &refresh]);
    let shown = object(&shown);
    assert_eq!(shown["keep_tokens"], "file");
    let grant = &shown["grants"][0];
    assert_eq!(grant["current"], true);
    assert_eq!(grant["access_token"], true);
    assert_eq!(grant["refresh_token"], true);
    assert_eq!(grant["id_token"], false);
    assert_eq!(grant["kept"], "file");
    assert_eq!(grant["id"], kept["id"]);
    assert!(grant["seconds_left"].as_i64().unwrap() > 3000);
    assert_eq!(grant["api_origin"], shown["api_origin"]);

    let all = sandbox.run(&["token", "sb", "show", "--show-secrets"]);
    assert!(all.output.contains(&access) && all.output.contains(&refresh));
    let all = object(&sandbox.run(&["token", "sb", "show", "--show-secrets", "--json"]));
    assert_eq!(all["grants"][0]["access_token"], access.as_str());
    assert_eq!(all["grants"][0]["refresh_token"], refresh.as_str());

    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(ended.output, access, "alone, without a line end");
    assert!(!ended.talk.contains(&access));
    let ended = object(&sandbox.run(&["token", "sb", "access", "--json"]));
    assert_eq!(ended["access_token"], access.as_str());
}

#[test]
fn a_token_of_ones_own_is_imported_from_standard_input() {
    let sandbox = sandbox().signed_in();
    let first = kept(&sandbox.place);
    let jwt = secret(&first, "access_token");
    let ended = import(&sandbox, &format!("Bearer {jwt}\n"), &["--json"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_unseen(&ended, &[&jwt]);
    assert_eq!(object(&ended)["grant"]["access_token"], true);
    assert_eq!(kept_files(&sandbox.place).len(), 2);
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.output, jwt);

    let refresh = secret(&first, "refresh_token");
    let ended = import(&sandbox, &refresh, &[]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 0, "it is refreshed first: {ended:?}");
    assert_unseen(
        &Ended {
            output: String::new(),
            ..ended
        },
        &[&refresh],
    );

    let opaque = import(&sandbox, "opaque", &[]);
    assert_eq!(opaque.exit, 2, "{opaque:?}");
    assert!(opaque.talk.contains("--as"), "{opaque:?}");
    for wrong in ["", "{\"access_token\":\"a\"}", "two words", "a\u{1b}[2J"] {
        let ended = import(&sandbox, wrong, &["--as", "access"]);
        assert_eq!(ended.exit, 2, "{wrong:?} {ended:?}");
        assert!(!ended.talk.contains('\u{1b}'));
    }
    assert_eq!(kept_files(&sandbox.place).len(), 3);
}

#[test]
fn several_grants_stand_side_by_side() {
    let sandbox = sandbox().signed_in();
    let first = secret(&kept(&sandbox.place), "id");
    import(&sandbox, "mine", &["--as", "access"]);
    let shown = object(&sandbox.run(&["token", "sb", "show", "--json"]));
    let grants = shown["grants"].as_array().unwrap();
    assert_eq!(grants.len(), 2);
    assert_eq!(
        grants
            .iter()
            .filter(|grant| grant["current"] == true)
            .count(),
        1
    );
    assert_eq!(sandbox.run(&["token", "sb", "access"]).output, "mine");

    let ended = sandbox.run(&["token", "sb", "access", "--grant", &first[..6]]);
    assert_ne!(ended.output, "mine");
    assert_eq!(ended.exit, 0, "{ended:?}");
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.output, "mine", "the current one is as it was");

    let ended = sandbox.run(&["token", "sb", "forget", "--json"]);
    assert_eq!(object(&ended)["forgotten"].as_array().unwrap().len(), 1);
    assert!(ended.talk.contains("provider is not told"), "{ended:?}");
    assert_eq!(secret(&kept(&sandbox.place), "id"), first);
    import(&sandbox, "mine", &["--as", "access"]);
    let ended = sandbox.run(&["token", "sb", "forget", "--all"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(ended.output.lines().count(), 2, "{ended:?}");
    assert!(kept_files(&sandbox.place).is_empty());
}

#[test]
fn an_edited_profile_finds_no_grant_of_the_former_one() {
    let sandbox = sandbox().signed_in();
    let token_url = secret(&kept(&sandbox.place), "token_url");
    let origin = token_url.strip_suffix("/connect/token").unwrap();
    let elsewhere = Recorder::with_body("application/json", b"{}");
    for (old, new) in [
        (
            token_url.as_str(),
            format!("{}/connect/token", elsewhere.origin()),
        ),
        (
            &format!("base_url = \"{origin}\""),
            format!("base_url = \"{}\"", elsewhere.origin()),
        ),
        ("isv_dineroscope_sandbox", "isv_other".to_owned()),
    ] {
        sandbox
            .place
            .profile("sb", &sandbox.profile.replace(old, &new));
        let ended = sandbox.run(&["token", "sb", "access"]);
        assert_eq!(ended.exit, 3, "{old} {ended:?}");
        let ended = sandbox.run(&["request", "sb", "GET", "/v1/x"]);
        assert!(ended.talk.contains("without Authorization"), "{ended:?}");
    }
    for request in elsewhere.got() {
        assert!(
            !request.to_lowercase().contains("authorization"),
            "{request}"
        );
    }
}

#[test]
fn a_vault_that_cannot_be_written_ends_a_login_with_3_and_still_says_what_came() {
    let sandbox = sandbox();
    // A file stands where the folder would.
    let data = sandbox.place.path().join(".local");
    std::fs::write(&data, "in the way").unwrap();
    let mut login = sandbox.login(&["--json"]);
    crate::browser::visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 3, "{ended:?}");
    let last = ended.objects().pop().unwrap();
    assert_eq!(last["event"], "token");
    assert_eq!(last["kept"], false);
    assert!(ended.talk.contains("not kept"), "{ended:?}");
}
