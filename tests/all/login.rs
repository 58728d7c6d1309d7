//! `login` as a script meets it: the real binary, the real sandbox, a walk in between.

use crate::browser::visit;
use crate::quiet::{Ended, Place, Running};
use crate::terminal::Terminal;
use rustix::process::Signal;
use serde_json::Value;
use std::net::TcpListener;

/// What the sandbox's client must never be seen to send.
const SECRET: &str = "a-secret-of-the-sandbox-only";

/// A sandbox in a process of its own, its profile saved as `sb`.
struct Sandbox {
    place: Place,
    /// Its profile as printed.
    profile: String,
    _running: Running,
}

impl Sandbox {
    /// Starts one that decides by itself.
    fn deciding(consent: &str) -> Self {
        Self::start(&["--consent", consent])
    }

    /// Starts one with these arguments.
    fn start(more: &[&str]) -> Self {
        let place = Place::new();
        let mut arguments = vec!["sandbox", "--print-profile"];
        arguments.extend(more);
        let command = place.command(&arguments);
        let mut running = Running::start(command);
        let mut profile = String::new();
        while !profile.contains("base_url") {
            profile.push_str(&running.line().unwrap());
            profile.push('\n');
        }
        place.profile("sb", &profile);
        Self {
            place,
            profile,
            _running: running,
        }
    }

    /// Begins a login with its profile.
    fn login(&self, more: &[&str]) -> Running {
        Running::start(self.command(more))
    }

    /// The same, not yet started.
    fn command(&self, more: &[&str]) -> std::process::Command {
        let mut arguments = vec!["login", "sb", "--profiles", "trusted", "--no-browser"];
        if !more.contains(&"--timeout") {
            arguments.extend(["--timeout", "60s"]);
        }
        arguments.extend(more);
        self.place.command(&arguments)
    }
}

/// The address of a `link` event.
fn link_of(event: &Value) -> String {
    event["url"].as_str().unwrap().to_owned()
}

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

/// Neither output holds one of these.
fn assert_unseen(ended: &Ended, secrets: &[&str]) {
    for secret in secrets {
        for text in [&ended.output, &ended.talk] {
            assert!(!text.contains(secret), "`{secret}` is seen in {ended:?}");
        }
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
        assert_unseen(&ended, &[SECRET, &code, "eyJ", "Bearer e"]);
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
    for secret in [SECRET, &visit.code.unwrap(), "eyJ"] {
        assert!(!text.contains(secret), "`{secret}` is in {text}");
    }
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
fn a_secret_that_is_not_at_hand_ends_with_3_before_anything_is_bound() {
    let sandbox = Sandbox::deciding("accept");
    let with = |reference: &str| {
        let secret = format!("\"{SECRET}\"");
        sandbox.profile.replace(&secret, reference)
    };
    for (reference, words) in [
        ("{ prompt = true }", "no terminal"),
        (
            "{ env = \"NOT_SET_ANYWHERE\" }",
            "`NOT_SET_ANYWHERE` is not set",
        ),
    ] {
        sandbox.place.profile("sb", &with(reference));
        let ended = sandbox.login(&["--json"]).end();
        assert_eq!(ended.exit, 3, "{ended:?}");
        assert_eq!(names(&ended), ["failed"]);
        assert!(
            ended.talk.contains(words) || ended.output.contains(words),
            "{ended:?}"
        );
    }
    let beside = sandbox.place.path().join("profiles");
    std::fs::create_dir(&beside).unwrap();
    std::fs::write(beside.join("near.toml"), with("{ env = \"PATH\" }")).unwrap();
    let ended = sandbox
        .place
        .run(&["login", "near", "--no-browser", "--json"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert!(ended.talk.contains("--profiles"), "{ended:?}");
}

/// A login in a terminal whose profile asks for the secret.
fn asking(sandbox: &Sandbox) -> Terminal {
    let secret = format!("\"{SECRET}\"");
    let profile = sandbox.profile.replace(&secret, "{ prompt = true }");
    sandbox.place.profile("sb", &profile);
    let arguments = ["login", "sb", "--profiles", "trusted", "--no-browser"];
    let terminal = Terminal::start(&arguments, 500, 40, sandbox.place.path());
    terminal.wait_for("client secret (not shown):");
    terminal
}

#[test]
fn a_secret_is_asked_for_on_a_terminal_and_not_shown() {
    let sandbox = Sandbox::deciding("accept");
    let terminal = asking(&sandbox);
    terminal.press(&format!("{SECRET}x\u{7f}\r"));
    terminal.wait_for("sign in with this link:");
    let is_link = |line: &&str| line.starts_with("http://127.0.0.1:");
    terminal.wait("the link", |seen| {
        seen.text().lines().any(|line| is_link(&line))
    });
    let link = terminal
        .seen()
        .text()
        .lines()
        .find(is_link)
        .map(str::to_owned);
    visit(link.unwrap().trim());
    terminal.wait_for("refresh token  yes");
    let written = String::from_utf8_lossy(&terminal.seen().bytes).into_owned();
    assert!(!written.contains(SECRET), "{written}");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn a_signal_in_the_middle_of_the_question_gives_the_terminal_back() {
    let sandbox = Sandbox::deciding("accept");
    for (signal, exit) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let terminal = asking(&sandbox);
        terminal.press("half");
        terminal.signal(signal);
        assert_eq!(terminal.end().code(), Some(exit));
    }
    let terminal = asking(&sandbox);
    terminal.press("half\u{3}");
    assert_eq!(terminal.end().code(), Some(130));
}

#[test]
fn a_secret_from_the_environment_is_used() {
    let sandbox = Sandbox::deciding("accept");
    let secret = format!("\"{SECRET}\"");
    let profile = sandbox
        .profile
        .replace(&secret, "{ env = \"SANDBOX_SECRET\" }");
    sandbox.place.profile("sb", &profile);
    let mut command = sandbox.command(&["--json"]);
    command.env("SANDBOX_SECRET", SECRET);
    let mut login = Running::start(command);
    visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_unseen(&ended, &[SECRET]);
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
