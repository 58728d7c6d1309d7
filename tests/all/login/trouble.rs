//! What keeps a `login` or a `sandbox` from its end: ports, providers, time, signals, a reader that went.

use super::{SECRET, Sandbox, assert_unseen, failure, link_of, names};
use crate::browser::visit;
use crate::quiet::{Place, Running};
use rustix::process::Signal;
use std::net::TcpListener;

#[test]
fn a_placeholder_is_told_before_anything_is_bound() {
    let ended = Place::new().run(&["login", "dinero", "--json"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert_eq!(names(&ended), ["failed"]);
    assert_eq!(failure(&ended)["finding"], "link-placeholder-left");
    assert!(ended.talk.contains("[link-placeholder-left]"), "{ended:?}");
}

#[test]
fn nobody_answering_in_time_ends_with_1() {
    let ended = Place::new().run(&[
        "login",
        "sandbox",
        "--no-browser",
        "--json",
        "--timeout",
        "1s",
    ]);
    assert_eq!(ended.exit, 1, "{ended:?}");
    let failed = failure(&ended);
    assert_eq!(failed["step"], "consent");
    assert_eq!(failed["finding"], "callback-timeout");
    let link = link_of(&ended.objects()[1]);
    assert!(
        link.starts_with("http://127.0.0.1:"),
        "the embedded one: {link}"
    );
}

#[test]
fn a_provider_that_cannot_be_reached_ends_with_4() {
    let sandbox = Sandbox::deciding("accept");
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let token_url = sandbox
        .profile
        .lines()
        .find(|line| line.starts_with("token_url"))
        .unwrap();
    let elsewhere = format!("token_url = \"http://{nobody}/connect/token\"");
    let profile = sandbox.profile.replace(token_url, &elsewhere);
    sandbox.place.profile("sb", &profile);
    let mut login = sandbox.login(&["--json"]);
    let visit = visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 4, "{ended:?}");
    let failed = failure(&ended);
    assert_eq!(failed["step"], "exchange");
    assert_eq!(failed["finding"], "network-refused");
    assert_unseen(&ended, &[SECRET, &visit.code.unwrap()]);
}

#[test]
fn a_port_that_is_taken_ends_with_4_and_no_other_is_used() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let sandbox = Sandbox::deciding("accept");
    let fixed = format!("localhost:{port}/callback");
    let profile = sandbox.profile.replace("localhost:0/callback", &fixed);
    sandbox.place.profile("sb", &profile);
    let ended = sandbox.login(&["--json"]).end();
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert_eq!(names(&ended), ["failed"]);
    let failed = failure(&ended);
    assert_eq!(failed["finding"], "port-in-use");
    assert!(
        failed["error"]
            .as_str()
            .unwrap()
            .contains(&port.to_string())
    );
    #[cfg(target_os = "linux")]
    {
        let holder = format!("process {} `", std::process::id());
        assert!(ended.talk.contains(&holder), "{ended:?}");
    }
}

#[test]
fn a_signal_ends_it_with_its_code_and_a_last_line() {
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Place::new();
        let command = place.command(&["login", "sandbox", "--no-browser", "--json"]);
        let mut login = Running::start(command);
        login.until("link");
        login.signal(signal);
        let ended = login.end();
        assert_eq!(ended.exit, exit, "{ended:?}");
        assert_eq!(failure(&ended)["error"], "interrupted");
    }
}

#[test]
fn a_reader_that_has_gone_ends_it_quietly() {
    let sandbox = Sandbox::deciding("accept");
    let mut login = sandbox.login(&["--json"]);
    let link = link_of(&login.until("link"));
    login.close_output();
    visit(&link);
    let ended = login.end();
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(!ended.talk.contains("error"), "{ended:?}");
}

#[test]
fn a_sandbox_on_a_taken_port_ends_with_4() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = Place::new().run(&["sandbox", "--port", &port]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.talk.contains(&port), "{ended:?}");
}

#[test]
fn a_sandbox_prints_its_origin_and_ends_with_a_signal() {
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let place = Place::new();
        let mut sandbox = Running::start(place.command(&["sandbox"]));
        let origin = sandbox.line().unwrap();
        assert!(origin.starts_with("http://127.0.0.1:"), "{origin}");
        sandbox.signal(signal);
        assert_eq!(sandbox.end().exit, exit);
    }
}

#[test]
fn a_link_that_preflight_finds_refused_opens_nothing() {
    let sandbox = Sandbox::deciding("accept");
    let client = sandbox
        .profile
        .lines()
        .find(|line| line.starts_with("client_id"));
    let profile = sandbox
        .profile
        .replace(client.unwrap(), "client_id = \"isv_of_somebody_else\"")
        .replace("localhost:0/callback", "localhost:8765/callback");
    sandbox.place.profile("sb", &profile);
    let ended = sandbox.login(&["--json", "--preflight"]).end();
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert_eq!(names(&ended), ["failed"], "neither listener nor link");
    assert_eq!(failure(&ended)["finding"], "preflight-error-page");
    assert!(ended.talk.contains("errorId: "), "{ended:?}");
    assert!(ended.talk.contains("try: copy the errorId"), "{ended:?}");
}

#[test]
fn preflight_is_refused_while_the_port_is_not_known() {
    let ended = Sandbox::deciding("accept")
        .login(&["--json", "--preflight"])
        .end();
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert_eq!(names(&ended), ["failed"]);
    assert!(ended.talk.contains("--preflight"), "{ended:?}");
}

#[test]
fn a_link_that_preflight_finds_taken_is_gone_on_with() {
    let ended = Place::new().run(&[
        "login",
        "sandbox",
        "--preflight",
        "--no-browser",
        "--json",
        "--timeout",
        "1s",
    ]);
    assert_eq!(names(&ended), ["listening", "link", "failed"]);
    assert!(ended.talk.contains("preflight: login page"), "{ended:?}");
    assert!(ended.talk.contains("[preflight-login-page]"), "{ended:?}");
}
