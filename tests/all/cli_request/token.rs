//! Where the kept token goes, and where it does not; what is refreshed first.

use super::{parts, place, profile, raw, request};
use crate::quiet::{Ended, Place};
use crate::recorder::{Recorder, ok};
use crate::standalone::{SECRET, Sandbox, assert_unseen, kept, spend};
use std::process::Stdio;

/// The token that is kept.
const TOKEN: &str = "the-kept-token-itself";

/// A place whose profile has a token kept.
fn holding(api: &Recorder) -> Place {
    let place = place(api);
    import(&place);
    place
}

/// Keeps the token for `acme`.
fn import(place: &Place) {
    let arguments = [
        "token",
        "acme",
        "import",
        "-",
        "--as",
        "access",
        "--profiles",
        "trusted",
    ];
    let file = place.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    let mut command = place.command(&arguments);
    let input = std::fs::File::open(&file).unwrap();
    let ended = Ended::of(command.stdin(Stdio::from(input)).output().unwrap());
    assert_eq!(ended.exit, 0, "{ended:?}");
    std::fs::remove_file(file).unwrap();
}

/// What a server got holds no token.
fn assert_without_token(server: &Recorder) {
    let got = server.got();
    assert!(!got.is_empty());
    for request in got {
        assert!(
            !request.to_lowercase().contains("\r\nauthorization:"),
            "{request}"
        );
        assert!(!request.contains(TOKEN), "{request}");
    }
}

#[test]
fn the_token_goes_to_its_api_by_path_and_by_whole_address() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = holding(&api);
    let whole = format!("{}/v1/y", api.origin());
    let capitals = format!("HTTP://127.0.0.1:{}/v1/z", api.port());
    for target in ["/v1/x", "v1/x", &whole, &capitals, "//elsewhere.example/x"] {
        let before = api.got().len();
        let ended = request(&place, &["GET", target]);
        assert_eq!(ended.exit, 0, "{target} {ended:?}");
        let got = api.got().remove(before);
        assert!(
            got.contains(&format!("\r\nAuthorization: Bearer {TOKEN}\r\n")),
            "{target} {got}"
        );
        assert_unseen(&ended, &[TOKEN]);
        assert!(!ended.talk.contains("without"), "{ended:?}");
    }
}

#[test]
fn the_token_goes_nowhere_else() {
    let api = Recorder::with_body("application/json", b"{}");
    let other = Recorder::with_body("application/json", b"{}");
    let place = holding(&api);
    let (host, port) = ("localhost", other.port());
    for target in [
        format!("{}/v1/x", other.origin()),
        format!("http://{host}:{port}/v1/x"),
        format!("http://127.0.0.1:{port}/http://127.0.0.1:{}/", api.port()),
        format!("http://127.0.0.1:{port}#@127.0.0.1:{}/", api.port()),
        format!("http://127.0.0.1:{port}\\@127.0.0.1:{}/", api.port()),
    ] {
        let before = other.got().len();
        let ended = request(&place, &["GET", &target]);
        assert_eq!(ended.exit, 0, "{target} {ended:?}");
        assert_eq!(other.got().len(), before + 1, "{target}");
        assert!(
            ended.talk.contains(&api.origin()),
            "it is said where it goes: {ended:?}"
        );
    }
    assert_without_token(&other);
    // The same machine and port by another name, and another scheme.
    let by_name = format!("http://localhost:{}/v1/x", api.port());
    let ended = request(&place, &["GET", &by_name]);
    assert!(ended.talk.contains("without Authorization"), "{ended:?}");
    assert_without_token(&api);
    let before = api.got().len();
    let https = format!("https://127.0.0.1:{}/v1/x", api.port());
    let ended = request(&place, &["GET", &https]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.talk.contains("without Authorization"), "{ended:?}");
    for got in api.got().split_off(before) {
        assert!(!got.contains(TOKEN));
    }
    // User information before the host: sent to nobody.
    for user in ["user", "user:word", &format!("127.0.0.1:{}", api.port())] {
        let target = format!("http://{user}@127.0.0.1:{}/v1/x", api.port());
        // The handshake from above may be noted only now: what counts is what is HTTP.
        let requests = || {
            let got = api.got();
            got.iter().filter(|got| got.starts_with("GET ")).count()
        };
        let before = requests();
        let ended = request(&place, &["GET", &target]);
        assert_eq!(ended.exit, 2, "{target} {ended:?}");
        assert_eq!(requests(), before, "{target}");
    }
}

#[test]
fn a_redirect_is_shown_and_not_followed() {
    let other = Recorder::with_body("application/json", b"{}");
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} Elsewhere\r\nLocation: {}/taken?code=hush-hush\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n",
            other.origin()
        );
        let api = Recorder::answering(answer);
        let ended = request(&holding(&api), &["GET", "/v1/x"]);
        assert_eq!(ended.exit, 0, "{ended:?}");
        assert!(ended.talk.contains("/taken"), "{ended:?}");
        assert_unseen(&ended, &[TOKEN, "hush-hush"]);
        assert!(api.only().contains(TOKEN));
    }
    assert!(other.got().is_empty());
}

#[test]
fn an_authorization_of_ones_own_takes_the_place_of_the_token() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = holding(&api);
    let ended = request(&place, &["GET", "/v1/x", "-H", "authorization: Basic b3du"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.talk.contains("your own Authorization"), "{ended:?}");
    assert_unseen(&ended, &["b3du"]);
    let got = api.only();
    assert!(!got.contains(TOKEN), "{got}");
    let fields = parts(&got).0;
    let is_authorization = |line: &&&str| line.to_lowercase().starts_with("authorization:");
    assert_eq!(fields.iter().filter(is_authorization).count(), 1, "{got}");
}

#[test]
fn an_api_that_sends_the_token_back_does_not_bring_it_into_json_or_talk() {
    let body = format!("{{\"you sent\":\"Bearer {TOKEN}\"}}");
    let api = Recorder::with_body("application/json", body.as_bytes());
    let place = holding(&api);
    let ended = request(&place, &["GET", "/v1/x", "--json"]);
    assert_unseen(&ended, &[TOKEN]);
    let output = raw(&place, &["GET", "/v1/x"], b"");
    assert_eq!(output.stdout, body.as_bytes(), "a pipe gets what came");
}

#[test]
fn a_login_in_one_process_serves_a_request_in_another() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    let ended = sandbox.run(&["request", "sb", "GET", "/v1.1/organizations"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.talk.is_empty(), "{ended:?}");
    let list: serde_json::Value = serde_json::from_str(&ended.output).unwrap();
    assert!(!list.as_array().unwrap().is_empty());
    let grant = kept(&sandbox.place);
    for name in ["access_token", "refresh_token"] {
        assert_unseen(&ended, &[SECRET, grant[name].as_str().unwrap()]);
    }
}

#[test]
fn a_spent_token_is_refreshed_first() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    spend(&sandbox.place);
    let before = kept(&sandbox.place);
    let ended = sandbox.run(&["request", "sb", "GET", "/v1.1/organizations"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.talk.contains("refreshing it first"), "{ended:?}");
    let after = kept(&sandbox.place);
    assert_ne!(before["refresh_token"], after["refresh_token"]);
    assert_eq!(before["id"], after["id"]);
    for grant in [before, after] {
        for name in ["access_token", "refresh_token"] {
            assert_unseen(&ended, &[SECRET, grant[name].as_str().unwrap()]);
        }
    }
}

#[test]
fn a_spent_token_that_does_not_go_along_is_left_alone() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    spend(&sandbox.place);
    let before = kept(&sandbox.place);
    let other = Recorder::with_body("application/json", b"{}");
    let elsewhere = format!("{}/x", other.origin());
    let ended = sandbox.run(&["request", "sb", "GET", &elsewhere]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let own = [
        "request",
        "sb",
        "GET",
        "/x",
        "-H",
        "Authorization: Bearer x",
    ];
    let ended = sandbox.run(&own);
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert_eq!(kept(&sandbox.place), before);
}

#[test]
fn a_refused_refresh_sends_no_request() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    let api = Recorder::with_body("application/json", b"{}");
    spend(&sandbox.place);
    let file = crate::standalone::kept_files(&sandbox.place).remove(0);
    let mut grant = kept(&sandbox.place);
    grant["refresh_token"] = "0f".repeat(32).into();
    grant["api_origin"] = api.origin().into();
    std::fs::write(&file, grant.to_string()).unwrap();
    let old = sandbox.profile.lines().last().unwrap();
    let profile = sandbox
        .profile
        .replace(old, &format!("base_url = \"{}\"", api.origin()));
    sandbox.place.profile("sb", &profile);
    let ended = sandbox.run(&["request", "sb", "GET", "/v1/x"]);
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert!(ended.talk.contains("invalid_grant"), "{ended:?}");
    assert!(api.got().is_empty());
    // Without a refresh token there is nothing to wait for: the API itself may say no.
    grant["refresh_token"] = serde_json::Value::Null;
    std::fs::write(&file, grant.to_string()).unwrap();
    let ended = sandbox.run(&["request", "sb", "GET", "/v1/x"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.talk.contains("spent and sent as it is"), "{ended:?}");
    assert_eq!(api.got().len(), 1);
}

#[test]
fn what_is_kept_and_cannot_be_read_ends_with_3_and_nothing_is_sent() {
    let api = Recorder::answering(ok("application/json", b"{}"));
    let place = holding(&api);
    let file = crate::standalone::kept_files(&place).remove(0);
    std::fs::write(&file, "{\"v\":1,\"access_token\":\"half-of-i").unwrap();
    for arguments in [
        &["request", "acme", "GET", "/v1/x"][..],
        &["token", "acme", "access"],
        &["token", "acme", "show"],
    ] {
        let ended = place.run_trusted(arguments);
        assert_eq!(ended.exit, 3, "{arguments:?} {ended:?}");
        assert_unseen(&ended, &["half-of-i"]);
        assert!(ended.talk.contains(".grant"), "{ended:?}");
        let sent = ended.talk.trim_end().ends_with("; nothing was sent");
        assert_eq!(sent, arguments[0] == "request", "{ended:?}");
    }
    assert!(api.got().is_empty());
}

#[test]
fn a_profile_found_by_itself_asks_before_its_secret_is_used() {
    let place = Place::new();
    let beside = place.path().join("profiles");
    std::fs::create_dir(&beside).unwrap();
    let api = Recorder::with_body("application/json", b"{}");
    let near = profile(&api.origin()).replace("\"not-to-be-seen-anywhere\"", "{ env = \"PATH\" }");
    std::fs::write(beside.join("near.toml"), near).unwrap();
    let file = place.path().join("token");
    std::fs::write(&file, "0f".repeat(32)).unwrap();
    let mut import = place.command(&["token", "near", "import", "-"]);
    let input = std::fs::File::open(&file).unwrap();
    let ended = Ended::of(import.stdin(Stdio::from(input)).output().unwrap());
    assert_eq!(ended.exit, 0, "{ended:?}");
    for arguments in [
        &["token", "near", "refresh"][..],
        &["token", "near", "access"],
        &["request", "near", "GET", "/v1/x"],
    ] {
        let ended = place.run(arguments);
        assert_eq!(ended.exit, 3, "{arguments:?} {ended:?}");
        for words in ["--profiles", "near.toml", "`PATH`", "127.0.0.1:1"] {
            assert!(ended.talk.contains(words), "`{words}`: {ended:?}");
        }
    }
    assert!(api.got().is_empty());
}
