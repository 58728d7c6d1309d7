//! `profile new`: a file that can be used, or none at all.

use super::{ACME, HIDDEN, assert_says, beside};
use crate::quiet::{Ended, Place};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn new(place: &Place, arguments: &[&str]) -> Ended {
    place.run(&[&["profile", "new"], arguments].concat())
}

/// The file that was made, in the configuration folder.
fn made(place: &Place, name: &str) -> PathBuf {
    let folder = place.path().join(".config/dineroscope/profiles");
    folder.join(format!("{name}.toml"))
}

fn text(place: &Place, name: &str) -> String {
    fs::read_to_string(made(place, name)).unwrap()
}

/// The files below a folder.
fn files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { 1 }
        })
        .sum()
}

#[test]
fn a_new_profile_has_comments_and_says_what_is_missing() {
    let place = Place::new();
    let ended = new(&place, &["acme"]);
    let path = made(&place, "acme");
    assert_says(
        &ended,
        0,
        &["`client_id` is still to be filled in", "profile check acme"],
    );
    assert_eq!(ended.output, format!("{}\n", path.display()));
    let text = text(&place, "acme");
    assert!(text.starts_with("# `dineroscope profile check acme`"));
    assert!(text.contains("# as registered"), "{text}");
    assert!(!text.contains("title") && !text.contains("PRODUCTION"));
    let again = new(&place, &["acme"]);
    assert_says(&again, 3, &["is there already"]);
    assert_eq!(self::text(&place, "acme"), text);
}

#[test]
fn what_was_said_stands_in_it() {
    let place = Place::new();
    let ended = new(
        &place,
        &[
            "acme",
            "--title",
            "Acme",
            "--client-id",
            "isv_acme",
            "--redirect-uri",
            "http://127.0.0.1:9000/cb",
            "--scope",
            "dineropublicapi:read",
            "--scope",
            "openid offline_access",
            "--keep-tokens",
            "file",
            "--set",
            "authorize.pkce=off",
            "--set",
            "scope_sets=less=openid",
            "--secret-command",
            "op",
            "read",
            "--account",
            "acme",
        ],
    );
    assert_says(&ended, 0, &[]);
    let shown = place.run(&["profile", "show", "acme"]);
    for (key, value) in [
        ("title", "Acme"),
        ("client_id", "isv_acme"),
        ("redirect_uri", "http://127.0.0.1:9000/cb"),
        ("scopes", "dineropublicapi:read openid offline_access"),
        ("keep_tokens", "file"),
        ("authorize.pkce", "off"),
        ("scope_sets", "less = openid"),
        ("client_secret", "command = op read --account acme"),
    ] {
        let mut lines = shown.output.lines();
        let row = lines.any(|line| {
            let said = line.split_once(' ');
            said.is_some_and(|(known, said)| known == key && said.trim() == value)
        });
        assert!(row, "{key} = {value} in {shown:?}");
    }
    for (name, arguments, part) in [
        (
            "env",
            &["--secret-env", "ACME_SECRET"][..],
            "{ env = \"ACME_SECRET\" }",
        ),
        ("prompt", &["--secret-prompt"], "{ prompt = true }"),
        ("copy", &["--from", "acme"], "{ command = [\"op\","),
        (
            "sandbox2",
            &["--provider", "sandbox"],
            "provider = \"sandbox\"",
        ),
    ] {
        let ended = new(&place, &[&[name], arguments].concat());
        assert_says(&ended, 0, &[]);
        assert!(text(&place, name).contains(part), "{}", text(&place, name));
    }
}

#[test]
fn what_could_not_be_used_is_not_written() {
    let place = Place::new();
    for (arguments, exit, part) in [
        (
            &["acme", "--provider", "visma-connect-stage"][..],
            3,
            "api.base_url",
        ),
        (&["acme", "--provider", "visma"], 3, "provider"),
        (&["acme", "--client-id", "a b"], 3, "client_id"),
        (
            &["acme", "--from", "nobody"],
            3,
            "there is no profile `nobody`",
        ),
        (
            &["acme", "--set", "authorise.pkce=off"],
            2,
            "did you mean `authorize.pkce`?",
        ),
        (
            &["acme", "--set", "client_secret=x"],
            2,
            "seen by other programs",
        ),
        (
            &["acme", "--set", "client_secret.env=x"],
            2,
            "seen by other programs",
        ),
        (&["acme", "--set", "title"], 2, "KEY=VALUE"),
        (
            &["acme", "--secret-prompt", "--secret-env", "X"],
            2,
            "cannot be used with",
        ),
        (&["acme", "--secret-stdin"], 2, "--secret-keyring"),
        (&["acme", "--keep-tokens", "cloud"], 2, "memory"),
        (&["acme", "--secret-keyring"], 3, "--client-id"),
        (
            &["acme", "--secret-keyring", "--client-id", "a"],
            2,
            "--secret-stdin",
        ),
        (&["a b"], 2, "cannot be a profile's name"),
        (&["../acme"], 2, "cannot be a profile's name"),
        (&[".."], 2, "cannot be a profile's name"),
        (&["a\u{1b}[2J"], 2, "cannot be a profile's name"),
        (&[&"a".repeat(300)], 2, "cannot be a profile's name"),
        (&[&"𠀀".repeat(64)], 3, "cannot be written"),
        (&[], 2, "<NAME>"),
    ] {
        let ended = new(&place, arguments);
        assert_says(&ended, exit, &[part]);
        assert!(ended.output.is_empty(), "{ended:?}");
        assert!(!ended.talk.contains('\u{1b}'), "{ended:?}");
    }
    assert_eq!(files(place.path()), 0);
    let arguments = [
        "acme",
        "--provider",
        "visma-connect-stage",
        "--set",
        "api.base_url=https://api.example.com",
    ];
    assert_says(&new(&place, &arguments), 0, &[]);
}

#[test]
fn a_copy_of_what_nobody_trusts_is_not_trusted_either() {
    let place = Place::new();
    beside(&place, "found", ACME);
    let ended = new(&place, &["mine", "--from", "found"]);
    assert_says(&ended, 3, &["found by itself", "`--profiles`"]);
    assert!(!made(&place, "mine").exists());
    let ended = new(&place, &["mine", "--from", "found", "--secret-env", "MINE"]);
    assert_says(&ended, 0, &[]);
    assert!(!text(&place, "mine").contains("ACME_SECRET"));
    let arguments = ["profile", "new", "theirs", "--from", "found"];
    let ended = place.run(&[&arguments[..], &["--profiles", "profiles"]].concat());
    assert_says(&ended, 0, &["profiles/theirs.toml"]);
}

#[test]
fn a_file_that_is_there_is_named_and_left_as_it_is() {
    let place = Place::new();
    place.profile("acme", ACME);
    let ended = place.run_trusted(&["profile", "new", "acme"]);
    assert_says(&ended, 3, &["trusted/acme.toml: a file of that name"]);
    let kept = fs::read_to_string(place.path().join("trusted/acme.toml")).unwrap();
    assert_eq!(kept, ACME);
}

#[test]
fn a_file_that_hides_it_is_named() {
    let place = Place::new();
    beside(&place, "acme", ACME);
    let ended = new(&place, &["acme"]);
    assert_says(&ended, 0, &["hidden by profiles/acme.toml"]);
}

#[test]
fn a_secret_for_the_keyring_is_asked_for_and_without_one_nothing_is_written() {
    let place = Place::new();
    let arguments = [
        "profile",
        "new",
        "acme",
        "--client-id",
        "isv_acme",
        "--secret-keyring",
        "--secret-stdin",
    ];
    for (input, exit, part) in [
        (format!("{HIDDEN}\n"), 3, "--secret-env"),
        (format!("{HIDDEN}\nmore\n"), 2, "expected one line"),
        (String::new(), 2, "is empty"),
    ] {
        let mut command = place.command(&arguments);
        // No secret service can be reached there.
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_says(&ended, exit, &[part]);
        assert!(!made(&place, "acme").exists());
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::print_stderr, reason = "what is skipped is said aloud")]
fn a_folder_that_takes_no_file_is_told() {
    use std::os::unix::process::CommandExt as _;
    let place = Place::new();
    fs::write(place.path().join("file"), "").unwrap();
    let arguments = ["profile", "new", "acme", "--profiles"];
    for folder in ["file", "file/below", "/proc/dineroscope", "/dev/null/x"] {
        let ended = place.run(&[&arguments[..], &[folder]].concat());
        assert_says(&ended, 3, &[folder]);
    }
    // The administrator may write everywhere, so somebody else tries.
    let mut command = place.command(&[&arguments[..], &["/"]].concat());
    command.current_dir("/").env("HOME", "/");
    let ended = command.uid(65534).gid(65534).output();
    match ended.map(Ended::of) {
        Ok(ended) => assert_says(&ended, 3, &["/acme.toml", "cannot be written"]),
        Err(error) => eprintln!("SKIPPED, no program can be started as somebody else: {error}"),
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_nothing_behind() {
    let place = Place::new();
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" profile new acme";
    let mut command = Command::new("sh");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_dineroscope")])
        .current_dir(place.path())
        .env_clear()
        .env("HOME", place.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null());
    let ended = Ended::of(command.output().unwrap());
    assert_says(&ended, 3, &["acme.toml", "cannot be written"]);
    assert_eq!(files(place.path()), 0);
}
