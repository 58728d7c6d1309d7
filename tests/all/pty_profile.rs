//! The life of a profile, as a person and their scripts lead it: made from nothing on the screen, used, its
//! grant kept, called and refreshed from other processes, forgotten. No secret is left behind anywhere.

use crate::quiet::{Ended, Place};
use crate::standalone::{SECRET, Sandbox};
use crate::terminal::Terminal;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The variable in which the client secret is handed over.
const VARIABLE: &str = "MINE_SECRET";

/// What the strip below the form is about: the row selected.
fn row(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (_, behind) = line.split_once("├ ")?;
        let (name, _) = behind.split_once(" ─")?;
        (name != "Transcript").then(|| name.to_owned())
    })
}

/// Goes down to a row of the form.
fn go_to(terminal: &Terminal, name: &str) {
    for _ in 0..40 {
        // A frame that is half written has no strip.
        terminal.wait("the form", |seen| row(&seen.text()).is_some());
        let here = row(&terminal.seen().text());
        if here.as_deref() == Some(name) {
            return;
        }
        terminal.press("\x1b[B");
        terminal.wait("the next row", |seen| {
            let there = row(&seen.text());
            there.is_some() && there != here
        });
    }
    panic!("no row `{name}`:\n{}", terminal.seen().text());
}

/// Types the value of a row over what stands there.
fn fill(terminal: &Terminal, name: &str, value: &str) {
    go_to(terminal, name);
    terminal.press("\r");
    terminal.wait_for("↵ take it");
    terminal.press("\x1b[H\x0b");
    terminal.paste(value);
    terminal.wait_for("✓ can be taken");
    terminal.press("\r");
    terminal.wait_for("↵ change it");
}

/// Chooses for a row: so many places down the menu.
fn choose(terminal: &Terminal, name: &str, place: usize) {
    go_to(terminal, name);
    terminal.press("\r");
    terminal.wait_for("↵ choose it");
    terminal.press(&"\x1b[B".repeat(place));
    terminal.press("\r");
}

/// Makes the profile `mine` for the client of a sandbox.
fn make(terminal: &Terminal, origin: &str) {
    terminal.wait_for("Set up my own client");
    terminal.press("P");
    terminal.wait_for("3 profiles");
    terminal.press("a");
    terminal.wait_for("A new profile");
    terminal.press("mine\r");
    terminal.wait_for("mine is new");
    terminal.press("\x1b[A");
    terminal.wait("the row above", |seen| {
        row(&seen.text()).as_deref() == Some("provider")
    });
    choose(terminal, "provider", 3);
    terminal.wait_for("own URLs ▾");
    let endpoint = |name: &str| format!("{origin}/connect/{name}");
    fill(terminal, "authorize_url", &endpoint("authorize"));
    fill(terminal, "token_url", &endpoint("token"));
    fill(terminal, "environment", "sandbox");
    fill(terminal, "client_id", "isv_dineroscope_sandbox");
    choose(terminal, "client_secret", 1);
    terminal.wait_for("client_secret: environment");
    terminal.press(VARIABLE);
    terminal.press("\r");
    terminal.wait_for("↵ change it");
    fill(terminal, "redirect_uri", "http://localhost:0/callback");
    fill(terminal, "base_url", origin);
    choose(terminal, "keep_tokens", 2);
    terminal.wait_for("mine is new, not saved yet");
    terminal.press("\x1b[Z");
    terminal.wait_for("[ Save ↵ ]");
    terminal.press("\r");
    terminal.wait_for("mine can be used");
}

/// Uses it, up to the token.
fn sign_in(terminal: &Terminal) {
    for (keys, shows) in [
        ("\r", "Ready. Nothing is sent"),
        ("\r", "Waiting for the browser"),
        ("a", "The answer came and it is ours"),
        ("\r", "Send the exchange"),
        ("\r", "Signed in"),
    ] {
        terminal.press(keys);
        terminal.wait_for(shows);
    }
}

/// A command in a process of its own.
fn command(home: &Place, arguments: &[&str]) -> Ended {
    let mut command = home.command(arguments);
    command.env(VARIABLE, SECRET);
    Ended::of(command.output().unwrap())
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

/// The tokens that are kept.
fn kept(home: &Place) -> Vec<String> {
    let all = files(home.path());
    let grants = all
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "grant"));
    let tokens = |path: &PathBuf| {
        let grant: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        ["access_token", "refresh_token"].map(|name| grant[name].as_str().unwrap().to_owned())
    };
    grants.flat_map(tokens).collect()
}

/// Asserts that none of the secrets stands in a file outside the vault.
fn assert_nothing_leaked(home: &Place, secrets: &[String]) {
    for path in files(home.path()) {
        if path.components().any(|part| part.as_os_str() == "vault") {
            continue;
        }
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in secrets {
            assert!(!text.contains(secret), "{} holds a secret", path.display());
        }
    }
}

#[test]
fn a_profile_is_made_used_kept_refreshed_elsewhere_and_forgotten() {
    let sandbox = Sandbox::start(&[]);
    let origin = sandbox
        .profile
        .split('"')
        .find(|it| it.starts_with("http://127."));
    let origin = origin.unwrap().to_owned();
    let home = Place::new();
    let environment = [(VARIABLE, SECRET)];
    let terminal = Terminal::start_with(&[], 120, 40, home.path(), &environment);
    make(&terminal, &origin);
    sign_in(&terminal);
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    let first = kept(&home);
    assert_eq!(first.len(), 2, "one grant, two tokens");

    let called = command(&home, &["request", "mine", "GET", "/v1.1/organizations"]);
    assert_eq!(called.exit, 0, "{called:?}");
    assert!(
        serde_json::from_str::<Value>(&called.output)
            .unwrap()
            .is_array()
    );
    let mark = || {
        let shown = command(&home, &["token", "mine", "show"]).output;
        let line = shown.lines().find(|line| line.starts_with("refresh token"));
        line.unwrap().to_owned()
    };
    assert_eq!(mark(), mark(), "a mark is the same in every process");
    let refreshed = command(&home, &["token", "mine", "refresh"]);
    assert_eq!(refreshed.exit, 0, "{refreshed:?}");
    let second = kept(&home);
    assert_ne!(first[1], second[1], "the refresh token was rotated");

    let terminal = Terminal::start_with(&["--profile", "mine"], 120, 40, home.path(), &environment);
    terminal.wait_for("● token");
    terminal.press("5");
    terminal.wait_for("that only you can read");
    terminal.press("u");
    terminal.wait_for("spent");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
    let third = kept(&home);
    assert_ne!(second[1], third[1], "the screen refreshed it too");

    let mut secrets = [first, second, third].concat();
    secrets.push(SECRET.to_owned());
    assert_nothing_leaked(&home, &secrets);
    let forgotten = command(&home, &["token", "mine", "forget"]);
    assert_eq!(forgotten.exit, 0, "{forgotten:?}");
    assert!(kept(&home).is_empty(), "nothing is kept any more");
    let called = command(&home, &["request", "mine", "GET", "/v1.1/organizations"]);
    assert_eq!(
        called.exit, 1,
        "without a token the API says no: {called:?}"
    );
    assert_nothing_leaked(&home, &secrets);
}
