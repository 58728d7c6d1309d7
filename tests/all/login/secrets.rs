//! Where `login` gets the client secret from, and what it does when it gets none.

use super::{SECRET, Sandbox, assert_unseen, link_of, names};
use crate::browser::visit;
use crate::quiet::Running;
use crate::terminal::Terminal;
use rustix::process::Signal;

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
        let failed = ended.objects().remove(0);
        let why = failed["error"].as_str().unwrap();
        assert!(why.contains(words), "a script is told the cause: {ended:?}");
        assert_eq!(ended.talk.matches(words).count(), 1, "said once: {ended:?}");
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

#[test]
fn a_secret_that_a_program_prints_is_read_before_anybody_signs_in() {
    let sandbox = Sandbox::deciding("accept");
    let secret = format!("\"{SECRET}\"");
    let command = format!("{{ command = [\"printf\", \"%s\", {secret}] }}");
    let profile = sandbox.profile.replace(&secret, &command);
    sandbox.place.profile("sb", &profile);
    let mut login = sandbox.login(&["--json"]);
    visit(&link_of(&login.until("link")));
    let ended = login.end();
    assert_eq!(ended.exit, 0, "{ended:?}");
    let missing = sandbox
        .profile
        .replace(&secret, "{ command = [\"false\"] }");
    sandbox.place.profile("sb", &missing);
    let ended = sandbox.login(&["--json"]).end();
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert_eq!(names(&ended), ["failed"]);
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
