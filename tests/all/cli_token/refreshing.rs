//! `token PROFILE refresh`, and what refreshes by itself: no token is lost, none is seen.

use super::{import, object, sandbox, secret};
use crate::quiet::Running;
use crate::recorder::Recorder;
use crate::standalone::{SECRET, Sandbox, assert_unseen, kept, kept_files, link_of, spend};
use serde_json::Value;
use std::io::Write as _;

#[test]
fn a_spent_token_is_refreshed_before_it_is_handed_out() {
    let sandbox = sandbox().signed_in();
    spend(&sandbox.place);
    let before = kept(&sandbox.place);
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let after = kept(&sandbox.place);
    assert_eq!(ended.output, secret(&after, "access_token"));
    assert_ne!(after["obtained_at"], before["obtained_at"]);
    assert_ne!(after["refresh_token"], before["refresh_token"]);
    assert!(ended.talk.contains("spent"), "{ended:?}");
    assert!(!ended.talk.contains(&ended.output));
}

#[test]
fn a_refresh_says_old_and_new_and_shows_neither() {
    let sandbox = sandbox().signed_in();
    let before = kept(&sandbox.place);
    let words = sandbox.run(&["token", "sb", "refresh"]);
    assert_eq!(words.exit, 0, "{words:?}");
    let is_replaced = |line: &str| line.starts_with("refresh token") && line.contains(" → ");
    assert!(words.output.lines().any(is_replaced), "{words:?}");
    let between = kept(&sandbox.place);
    let json = sandbox.run(&["token", "sb", "refresh", "--json"]);
    assert_eq!(json.exit, 0, "{json:?}");
    assert_eq!(object(&json)["outcome"], "renewed");
    assert_eq!(object(&json)["grant"]["access_token"], true);
    let after = kept(&sandbox.place);
    for grant in [&before, &between, &after] {
        for name in ["access_token", "refresh_token"] {
            for ended in [&words, &json] {
                assert_unseen(ended, &[SECRET, &secret(grant, name)]);
            }
        }
    }
    assert_eq!(before["id"], after["id"], "the grant keeps its name");
    assert_ne!(between["refresh_token"], after["refresh_token"]);
}

#[test]
fn a_refused_refresh_is_explained_and_keeps_what_was_kept() {
    let sandbox = sandbox().signed_in();
    let before = kept(&sandbox.place);
    let file = kept_files(&sandbox.place).remove(0);
    let text = std::fs::read_to_string(&file).unwrap();
    let forged = text.replace(&secret(&before, "refresh_token"), &"0f".repeat(32));
    std::fs::write(&file, &forged).unwrap();
    for (arguments, exit) in [
        (&["token", "sb", "refresh"][..], 1),
        (&["token", "sb", "refresh", "--json"], 1),
    ] {
        let ended = sandbox.run(arguments);
        assert_eq!(ended.exit, exit, "{ended:?}");
        assert!(ended.talk.contains("invalid_grant"), "{ended:?}");
        assert_unseen(&ended, &[&"0f".repeat(32)]);
        if arguments.contains(&"--json") {
            let told = object(&ended);
            assert_eq!(told["outcome"], "refused");
            assert!(told["error"].is_string());
        }
    }
    spend(&sandbox.place);
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert!(ended.output.is_empty(), "{ended:?}");
    assert_eq!(kept(&sandbox.place)["refresh_token"], "0f".repeat(32));
}

#[test]
fn a_provider_that_is_not_there_ends_a_refresh_with_4() {
    let sandbox = sandbox().signed_in();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    // The same client at an endpoint that is gone: its grant is moved along by hand.
    let url = format!("http://{address}/connect/token");
    let old = secret(&kept(&sandbox.place), "token_url");
    let profile = sandbox.profile.replace(&old, &url);
    sandbox.place.profile("sb", &profile);
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 3, "another endpoint finds no grant: {ended:?}");
    let ended = import(&sandbox, &"0f".repeat(32), &[]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let ended = sandbox.run(&["token", "sb", "refresh"]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.talk.contains("[network-refused]"), "{ended:?}");
}

#[test]
fn a_token_without_a_refresh_token_says_when_it_is_spent() {
    let sandbox = sandbox().signed_in();
    let file = kept_files(&sandbox.place).remove(0);
    let mut grant = kept(&sandbox.place);
    grant["refresh_token"] = Value::Null;
    std::fs::write(&file, grant.to_string()).unwrap();
    spend(&sandbox.place);
    for action in ["access", "refresh"] {
        let ended = sandbox.run(&["token", "sb", action]);
        assert_eq!(ended.exit, 1, "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
        assert!(ended.talk.contains("offline_access"), "{ended:?}");
        assert!(!ended.talk.contains("refreshing it first"), "{ended:?}");
    }
    let ended = sandbox.run(&["token", "sb", "refresh", "--json"]);
    assert_eq!(object(&ended)["outcome"], "not-sent");
}

#[test]
fn an_unanswered_refresh_is_told_to_scripts_and_sent_again_only_on_demand() {
    let sandbox = sandbox().signed_in();
    spend(&sandbox.place);
    let file = kept_files(&sandbox.place).remove(0);
    std::fs::write(file.with_extension("in-flight"), "").unwrap();
    let ended = sandbox.run(&["token", "sb", "refresh", "--json"]);
    assert_eq!(ended.exit, 1, "{ended:?}");
    let told = object(&ended);
    assert_eq!(told["outcome"], "unsettled");
    assert!(told["grant"]["refresh_unanswered_since"].is_string());
    let ended = sandbox.run(&["token", "sb", "access"]);
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert!(ended.talk.contains("refresh --anyway"), "{ended:?}");
    assert!(!ended.talk.contains("refreshing it first"), "{ended:?}");
    let ended = sandbox.run(&["token", "sb", "refresh", "--anyway", "--json"]);
    assert_eq!(object(&ended)["outcome"], "renewed");
}

#[test]
fn ctrl_c_during_the_exchange_loses_no_token() {
    let sandbox = Sandbox::start(&["--consent", "accept"]).keeping();
    let token_url = format!(
        "token_url = \"{}/connect/token\"",
        origin_of(&sandbox.profile)
    );
    let (asked, is_asked) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let may_go = std::sync::Mutex::new(may_go);
    let slow = Recorder::with(move |_| {
        asked.send(()).unwrap();
        let _ = may_go.lock().unwrap().recv();
        let body = br#"{"access_token":"the-late-token","token_type":"Bearer","expires_in":3600}"#;
        crate::recorder::ok("application/json", body)
    });
    let elsewhere = format!("token_url = \"{}/connect/token\"", slow.origin());
    let profile = sandbox.profile.replace(&token_url, &elsewhere);
    assert_ne!(profile, sandbox.profile);
    sandbox.place.profile("sb", &profile);
    let mut login = sandbox.login(&["--json"]);
    let link = link_of(&login.until("link"));
    std::thread::spawn(move || crate::browser::visit(&link));
    is_asked.recv().unwrap();
    login.signal(rustix::process::Signal::INT);
    // The signal is there before the answer: the process says so.
    login.until_talk("ctrl-c again");
    go.send(()).unwrap();
    let ended = login.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    assert_eq!(
        ended.objects().pop().unwrap()["event"],
        "token",
        "{ended:?}"
    );
    assert_eq!(kept(&sandbox.place)["access_token"], "the-late-token");
}

/// The origin of a sandbox, from its printed profile.
fn origin_of(profile: &str) -> String {
    let line = profile.lines().find(|line| line.starts_with("issuer = "));
    line.unwrap().split('"').nth(1).unwrap().to_owned()
}

#[test]
fn fifty_requests_at_once_refresh_once_and_all_succeed() {
    let sandbox = sandbox();
    let origin = origin_of(&sandbox.profile);
    let counted = relay(&origin);
    let profile = sandbox.profile.replace(
        &format!("token_url = \"{origin}"),
        &format!("token_url = \"{}", counted.origin()),
    );
    assert_ne!(profile, sandbox.profile);
    sandbox.place.profile("sb", &profile);
    let sandbox = sandbox.signed_in();
    assert_eq!(counted.got().len(), 1, "the exchange");
    spend(&sandbox.place);
    let requests: Vec<Running> = (0..50)
        .map(|_| {
            let arguments = [
                "request",
                "sb",
                "GET",
                "/v1.1/organizations",
                "--profiles",
                "trusted",
            ];
            Running::start(sandbox.place.command(&arguments))
        })
        .collect();
    for request in requests {
        let ended = request.end();
        assert_eq!(ended.exit, 0, "{ended:?}");
        assert!(ended.output.starts_with('['), "{ended:?}");
    }
    assert_eq!(counted.got().len(), 2, "one refresh");
    let ended = sandbox.run(&["token", "sb", "refresh"]);
    assert_eq!(ended.exit, 0, "no token was presented twice: {ended:?}");
}

/// Something that writes down what it passes on to a sandbox.
fn relay(origin: &str) -> Recorder {
    let address = origin.strip_prefix("http://").unwrap().to_owned();
    Recorder::with(move |request| {
        use std::io::Read as _;
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let text = String::from_utf8_lossy(request);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let head = format!("{head}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    })
}

#[test]
fn ctrl_c_during_a_refresh_loses_no_token_and_a_second_one_ends_at_once() {
    for second in [false, true] {
        let sandbox = sandbox().signed_in();
        let (asked, is_asked) = std::sync::mpsc::channel();
        let (go, may_go) = std::sync::mpsc::channel::<()>();
        let may_go = std::sync::Mutex::new(may_go);
        let slow = Recorder::with(move |_| {
            asked.send(()).unwrap();
            let _ = may_go.lock().unwrap().recv();
            let body = br#"{"access_token":"late","token_type":"Bearer","refresh_token":"next"}"#;
            crate::recorder::ok("application/json", body)
        });
        let origin = origin_of(&sandbox.profile);
        let profile = sandbox.profile.replace(
            &format!("token_url = \"{origin}"),
            &format!("token_url = \"{}", slow.origin()),
        );
        sandbox.place.profile("sb", &profile);
        let file = kept_files(&sandbox.place).remove(0);
        std::fs::remove_file(file).unwrap();
        assert_eq!(import(&sandbox, &"0f".repeat(32), &[]).exit, 0);
        let arguments = ["request", "sb", "GET", "/v1/x", "--profiles", "trusted"];
        let running = Running::start(sandbox.place.command(&arguments));
        is_asked.recv().unwrap();
        running.signal(rustix::process::Signal::INT);
        running.until_talk("ctrl-c again");
        if second {
            running.signal(rustix::process::Signal::INT);
        } else {
            go.send(()).unwrap();
        }
        let ended = running.end();
        assert_eq!(ended.exit, 130, "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
        let grant = kept(&sandbox.place);
        if second {
            assert_eq!(grant["refresh_token"], "0f".repeat(32));
            // What is not known is said, and nothing is sent by itself.
            let ended = sandbox.run(&["token", "sb", "access"]);
            assert_eq!(ended.exit, 1, "{ended:?}");
            assert!(ended.talk.contains("--anyway"), "{ended:?}");
            let shown = object(&sandbox.run(&["token", "sb", "show", "--json"]));
            assert!(
                shown["grants"][0]["refresh_unanswered_since"].is_string(),
                "{shown}"
            );
        } else {
            assert_eq!(grant["refresh_token"], "next");
            assert_eq!(grant["access_token"], "late");
        }
    }
}
