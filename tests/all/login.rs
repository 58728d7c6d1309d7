//! `login` as a script meets it: the real binary, the real sandbox, a walk in between.

mod secrets;
mod trouble;

use crate::browser::visit;
use crate::leak::holds_a_token;
use crate::quiet::{Ended, Running};
use crate::standalone::{SECRET, Sandbox, assert_unseen, link_of};
use serde_json::Value;
use std::net::TcpListener;

/// The names of the events in order.
fn names(ended: &Ended) -> Vec<String> {
    let objects = ended.objects();
    for object in &objects {
        assert_eq!(object["v"], 1, "{object}");
    }
    objects
        .iter()
        .map(|object| object["event"].as_str().unwrap().to_owned())
        .collect()
}

/// The last line, which must be a failure.
fn failure(ended: &Ended) -> Value {
    let names = names(ended);
    let ends = names
        .iter()
        .filter(|name| *name == "token" || *name == "failed");
    assert_eq!(ends.count(), 1, "{ended:?}");
    let last = ended.objects().pop().unwrap();
    assert_eq!(last["event"], "failed", "{ended:?}");
    last
}

#[test]
fn a_token_is_told_from_letters_that_fell_so_by_chance() {
    for leak in [
        "eyJhbGciOi",
        "\"eyJ0",
        "Bearer eyJ",
        "\x1b[35meyJ0",
        "xxeyJh.eyJpc3MiOi",
        "=eyJ",
        "a.eyJ",
    ] {
        assert!(holds_a_token(leak), "{leak}");
    }
    for chance in [
        "wbognleyJ2Sdh-1",
        "\"session_state\":\"gOmeyJ2S.1560\"",
        "\x1b[1mAeyJb",
        "_eyJ",
        "",
    ] {
        assert!(!holds_a_token(chance), "{chance}");
    }
}

#[test]
fn a_token_comes_by_form_post_and_by_query() {
    let sandbox = Sandbox::deciding("accept");
    for (mode, method) in [("form_post", "POST"), ("query", "GET")] {
        let mut login = sandbox.login(&["--json", "--response-mode", mode]);
        let listening = login.until("listening");
        let redirect_uri = listening["redirect_uri"].as_str().unwrap();
        assert!(!redirect_uri.contains(":0/"), "the real port: {listening}");
        assert!(!listening["addresses"].as_array().unwrap().is_empty());
        let link = link_of(&login.until("link"));
        let visit = visit(&link);
        assert_eq!(visit.status, 200);
        assert!(visit.page.contains("has arrived"), "{visit:?}");
        assert!(!visit.address.contains("code="), "{visit:?}");
        let ended = login.end();
        assert_eq!(ended.exit, 0, "{ended:?}");
        assert_eq!(names(&ended), ["listening", "link", "callback", "token"]);
        let objects = ended.objects();
        let callback = &objects[2];
        assert_eq!(callback["method"], method);
        assert!(
            callback["fields"]["code"]
                .as_str()
                .unwrap()
                .contains("••••"),
            "{callback}"
        );
        assert!(callback["fields"]["state"].is_string());
        let token = &objects[3];
        assert_eq!(token["token_type"], "Bearer");
        assert!(
            token["scope"]
                .as_str()
                .unwrap()
                .contains("dineropublicapi:read")
        );
        assert!(token["expires_in"].as_u64().unwrap() > 0);
        let expires_at: jiff::Timestamp = token["expires_at"].as_str().unwrap().parse().unwrap();
        assert!(expires_at > jiff::Timestamp::now());
        assert_eq!(token["refresh_token"], true);
        assert_eq!(token["id_token"], false);
        let code = visit.code.unwrap();
        assert_unseen(&ended, &[SECRET, &code, "Bearer e"]);
    }
}

#[test]
fn without_json_a_person_can_read_it() {
    let sandbox = Sandbox::deciding("accept");
    let mut command = sandbox.command(&[]);
    // One pipe for both, in the order in which they are written.
    let (reader, writer) = std::io::pipe().unwrap();
    command.stderr(writer.try_clone().unwrap()).stdout(writer);
    let mut child = command.spawn().unwrap();
    drop(command);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(reader));
    let mut text = String::new();
    let link = loop {
        let line = lines.next().unwrap().unwrap();
        text.push_str(&line);
        if line.starts_with("http://127.0.0.1:") {
            break line;
        }
    };
    let visit = visit(&link);
    for line in lines {
        text.push('\n');
        text.push_str(&line.unwrap());
    }
    assert_eq!(child.wait().unwrap().code(), Some(0), "{text}");
    for words in ["listening on ", "answered by POST", "token type     Bearer"] {
        assert!(text.contains(words), "`{words}` is not in {text}");
    }
    for secret in [SECRET, &visit.code.unwrap()] {
        assert!(!text.contains(secret), "`{secret}` is in {text}");
    }
    assert!(!holds_a_token(&text), "a token is in {text}");
}

#[test]
fn a_denial_ends_with_1_and_the_page_says_so() {
    let sandbox = Sandbox::deciding("cancel");
    for mode in ["form_post", "query"] {
        let mut login = sandbox.login(&["--json", "--response-mode", mode]);
        let visit = visit(&link_of(&login.until("link")));
        assert!(visit.page.contains("Access was not given"), "{visit:?}");
        let ended = login.end();
        assert_eq!(ended.exit, 1, "{ended:?}");
        assert_eq!(names(&ended), ["listening", "link", "callback", "failed"]);
        let failed = failure(&ended);
        assert_eq!(failed["step"], "callback");
        assert_eq!(failed["error"], "access_denied");
        assert_eq!(failed["finding"], "callback-access-denied");
    }
}

#[test]
fn a_refused_answer_explains_the_silence_after_it() {
    let sandbox = Sandbox::start(&["--consent", "accept", "--fault", "wrong-state"]);
    let mut login = sandbox.login(&["--json", "--timeout", "3s"]);
    visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert_eq!(failure(&ended)["finding"], "state-mismatch");
    assert!(!ended.talk.contains("ctrl-n"), "{ended:?}");
}

#[test]
fn a_fault_of_the_sandbox_is_met_and_explained() {
    let sandbox = Sandbox::start(&["--consent", "accept", "--fault", "invalid-client"]);
    let mut login = sandbox.login(&["--json"]);
    visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 1, "{ended:?}");
    let failed = failure(&ended);
    assert_eq!(failed["step"], "exchange");
    assert_eq!(failed["finding"], "invalid-client");
    assert_eq!(failed["error"], "invalid_client");
    assert!(ended.talk.contains("[invalid-client]"), "{ended:?}");
    assert_unseen(&ended, &[SECRET]);
}

#[test]
fn an_answer_for_another_run_is_refused_and_the_right_one_still_taken() {
    let sandbox = Sandbox::deciding("accept");
    let mut login = sandbox.login(&["--json"]);
    let listening = login.until("listening");
    let link = link_of(&login.until("link"));
    let callback = listening["redirect_uri"].as_str().unwrap();
    let refused = visit(&format!("{callback}?code=forged-code&state=forged"));
    assert_eq!(refused.status, 400);
    let hit = login.until("hit");
    assert_eq!(hit["status"], 400);
    assert_eq!(hit["note"], "wrong state");
    let accepted = visit(&link);
    assert_eq!(accepted.status, 200);
    let ended = login.end();
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(
        names(&ended),
        ["listening", "link", "hit", "callback", "token"]
    );
    assert_unseen(&ended, &["forged-code"]);
}

#[test]
fn loopback_is_never_reached_through_a_proxy() {
    let sandbox = Sandbox::deciding("accept");
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", trap.local_addr().unwrap());
    let mut command = sandbox.command(&["--json"]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &proxy);
        command.env(name.to_lowercase(), &proxy);
    }
    let mut login = Running::start(command);
    visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 0, "{ended:?}");
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "the proxy was asked");
}
