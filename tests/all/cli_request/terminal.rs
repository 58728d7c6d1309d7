//! `request` and `token` where a person sits: what is drawn is made safe, what is asked is not shown.

use super::profile;
use crate::quiet::Place;
use crate::recorder::Recorder;
use crate::standalone::{Sandbox, kept, kept_files};
use crate::terminal::Terminal;
use std::path::Path;

/// The program in a terminal.
fn terminal(arguments: &[&str], home: &Path) -> Terminal {
    Terminal::start(arguments, 200, 30, home)
}

/// All that was written to it.
fn written(terminal: &Terminal) -> String {
    String::from_utf8_lossy(&terminal.seen().bytes).into_owned()
}

/// A place with `near` in a `./profiles` that nobody named, its secret a variable.
fn found_by_itself(api: &Recorder, provider: &Recorder) -> Place {
    let place = Place::new();
    let beside = place.path().join("profiles");
    std::fs::create_dir(&beside).unwrap();
    let text = profile(&api.origin())
        .replace("\"not-to-be-seen-anywhere\"", "{ env = \"NEAR_SECRET\" }")
        .replace("http://127.0.0.1:1/connect/token", &provider.origin());
    std::fs::write(beside.join("near.toml"), text).unwrap();
    place
}

#[test]
fn an_answer_is_laid_out_and_cannot_command_the_terminal() {
    let body = b"{\"name\":\"a\x1b]0;taken\x07\",\"access_token\":\"hush-hush\",\"total\":1.10}";
    let api = Recorder::with_body("application/json", body);
    let place = super::place(&api);
    let arguments = [
        "request",
        "acme",
        "GET",
        "/v1/x",
        "-i",
        "--profiles",
        "trusted",
    ];
    let terminal = terminal(&arguments, place.path());
    terminal.wait_for("1.10");
    let bytes = written(&terminal);
    assert_eq!(terminal.end().code(), Some(0));
    assert!(bytes.contains("HTTP/1.1 200 OK"), "{bytes}");
    assert!(
        !bytes.contains('\u{7}') && !bytes.contains('\u{1b}'),
        "{bytes:?}"
    );
    assert!(!bytes.contains("hush-hush"), "{bytes}");
}

#[test]
fn an_access_token_ends_with_a_line_of_its_own() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    let grant = kept(&sandbox.place);
    let token = grant["access_token"].as_str().unwrap();
    let arguments = ["token", "sb", "access", "--profiles", "trusted"];
    let terminal = terminal(&arguments, sandbox.place.path());
    terminal.wait("the end of the token", |seen| {
        String::from_utf8_lossy(&seen.bytes).contains(&format!("{token}\r\n"))
    });
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn a_token_of_ones_own_is_asked_for_and_not_shown() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = super::place(&api);
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
    let terminal = terminal(&arguments, place.path());
    terminal.wait_for("token (not shown):");
    terminal.press("typed-by-hand\r");
    terminal.wait_for("kept in: file");
    assert!(!written(&terminal).contains("typed-by-hand"));
    assert_eq!(terminal.end().code(), Some(0));
    assert_eq!(kept(&place)["access_token"], "typed-by-hand");
}

#[test]
fn ctrl_c_at_a_question_keeps_nothing() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = super::place(&api);
    let arguments = ["token", "acme", "import", "-", "--profiles", "trusted"];
    let terminal = terminal(&arguments, place.path());
    terminal.wait_for("token (not shown):");
    terminal.press("half\u{3}");
    assert_eq!(terminal.end().code(), Some(130));
    assert!(kept_files(&place).is_empty());
}

#[test]
fn trust_is_asked_for_once_and_a_no_is_a_no() {
    let api = Recorder::with_body("application/json", b"{\"brought\": true}");
    let provider = Recorder::with_body(
        "application/json",
        br#"{"access_token":"new","token_type":"Bearer","expires_in":3600,"refresh_token":"next"}"#,
    );
    let place = found_by_itself(&api, &provider);
    let with = |arguments: &[&str]| {
        let environment = [("NEAR_SECRET", "the-near-secret")];
        Terminal::start_with(arguments, 200, 30, place.path(), &environment)
    };
    let import = with(&["token", "near", "import", "-", "--as", "refresh"]);
    import.wait_for("token (not shown):");
    import.press("first\r");
    assert_eq!(import.end().code(), Some(0));

    let refused = with(&["request", "near", "GET", "/v1/x"]);
    refused.wait_for("(y/n)");
    let asked = refused.seen().text();
    let host = provider.origin().replace("http://", "");
    for words in ["near.toml", "`NEAR_SECRET`", host.as_str()] {
        assert!(asked.contains(words), "`{words}`: {asked}");
    }
    refused.press("n");
    assert_eq!(refused.end().code(), Some(3));
    assert!(provider.got().is_empty() && api.got().is_empty());

    let trusted = with(&["request", "near", "GET", "/v1/x"]);
    trusted.wait_for("(y/n)");
    trusted.press("y");
    trusted.wait_for("brought");
    assert_eq!(trusted.end().code(), Some(0));
    assert!(provider.only().contains("client_secret=the-near-secret"));

    let again = with(&["token", "near", "refresh"]);
    again.wait_for("new tokens came");
    assert!(!written(&again).contains("(y/n)"), "it is remembered");
    assert_eq!(again.end().code(), Some(0));
    assert_eq!(provider.got().len(), 2);
}
