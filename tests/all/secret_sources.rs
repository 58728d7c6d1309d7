//! Where a client secret is read from: one line of a program, or a message that says what to do and quotes
//! nothing of what was printed.
#![cfg(unix)]

use dineroscope::core::profile::SecretReference;
use dineroscope::core::token::kept::Client;
use dineroscope::edge::secrets;
use dineroscope::edge::vault::Vault;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

/// What must not be quoted.
const PRINTED: &str = "hunter2hunter2";

/// Longer than any test lasts.
const LONG: Duration = Duration::from_mins(10);

async fn read(reference: SecretReference, limit: Duration) -> Result<String, String> {
    let client = Client {
        token_url: "https://connect.visma.com/connect/token".to_owned(),
        client_id: "isv_acme".to_owned(),
    };
    let vault = Vault::of_this_user();
    let secret = secrets::read_within(&vault, &client, &reference, limit).await;
    secret.map(|secret| secret.expose().to_owned())
}

async fn run_within(limit: Duration, words: &[&str]) -> Result<String, String> {
    let words = words.iter().map(|&word| word.to_owned()).collect();
    read(SecretReference::Command(words), limit).await
}

async fn shell(script: &str) -> Result<String, String> {
    run_within(LONG, &["sh", "-c", script]).await
}

#[tokio::test]
async fn one_line_is_the_secret() {
    for (script, secret) in [
        ("printf hunter2", "hunter2"),
        ("echo hunter2", "hunter2"),
        ("printf 'hunter2\\r\\n'", "hunter2"),
        ("printf ' hunter æøå \\n'", " hunter æøå "),
        ("echo hunter2; echo 'gpg: a warning' >&2", "hunter2"),
        ("yes | head -c 300000 >&2; echo hunter2", "hunter2"),
        ("cat; echo hunter2", "hunter2"),
        ("echo ${GPG_TTY-hunter2}", "hunter2"),
        ("head -c 65536 /dev/zero | tr '\\0' a", &"a".repeat(65_536)),
    ] {
        assert_eq!(shell(script).await.as_deref(), Ok(secret), "{script}");
    }
    // The words are handed over as they are: no shell has a part in it.
    let words = ["printf", "%s", "$HOME `id` ; \"x\" *"];
    assert_eq!(
        run_within(LONG, &words).await.as_deref(),
        Ok("$HOME `id` ; \"x\" *")
    );
}

#[tokio::test]
async fn anything_else_is_told_without_quoting_it() {
    for (script, part) in [
        ("true", "printed nothing"),
        ("echo", "printed nothing"),
        ("echo '   '", "printed nothing"),
        ("echo hunter2hunter2; echo two", "more than one line"),
        ("echo; echo hunter2hunter2", "more than one line"),
        ("printf 'hunter2hunter2\\n\\n'", "more than one line"),
        ("printf 'hunter2hunter2\\rx'", "more than one line"),
        ("printf 'hunter2hunter2\\377'", "not UTF-8"),
        ("yes hunter2hunter2", "more than 64 KiB"),
        ("head -c 65537 /dev/zero | tr '\\0' a", "more than 64 KiB"),
        ("echo hunter2hunter2; exit 3", "exit status: 3"),
        ("echo hunter2hunter2; kill -9 $$", "SIGKILL"),
        (
            "echo hunter2hunter2; echo '+ hunter2hunter2' >&2; exit 1",
            "failed",
        ),
    ] {
        let message = shell(script).await.unwrap_err();
        assert!(message.contains(part), "{script}: {message}");
        assert!(message.contains("`sh`"), "{script}: {message}");
        assert!(!message.contains(PRINTED), "{script}: {message}");
    }
}

#[tokio::test]
async fn a_failure_says_the_first_line_of_standard_error_cut_and_made_visible() {
    let message = shell("printf '\\n\\033[2Jgpg: no key\\nmore\\n' >&2; exit 2")
        .await
        .unwrap_err();
    assert!(message.contains("gpg: no key"), "{message}");
    assert!(!message.contains('\u{1b}') && !message.contains("more\n"));
    assert!(message.contains("another terminal"), "{message}");
    let message = shell("yes | tr -d '\\n' | head -c 300000 >&2; exit 2")
        .await
        .unwrap_err();
    assert!(message.contains(&"y".repeat(200)), "{message}");
    assert!(!message.contains(&"y".repeat(201)), "{message}");
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_told_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str, mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (program, part) in [
        ("dineroscope-no-such-program".to_owned(), "was not found"),
        (write("plain", "echo x", 0o644), "may not be executed"),
        (write("no-program", "\0\0\0", 0o755), "cannot be started"),
        (folder.path().to_str().unwrap().to_owned(), "may not be"),
    ] {
        let message = run_within(LONG, &[&program]).await.unwrap_err();
        assert!(message.contains(part), "{message}");
        assert!(message.contains(&program), "{message}");
    }
    let script = write("script", "#!/bin/sh\necho \"$1\"\n", 0o755);
    let secret = run_within(LONG, &[&script, "a b"]).await;
    assert_eq!(secret.as_deref(), Ok("a b"));
}

#[tokio::test]
async fn a_program_that_hangs_is_ended() {
    for script in [
        "sleep 1000",
        "echo hunter2hunter2; sleep 1000",
        "sleep 1000 & echo hunter2hunter2",
        "kill -STOP $$",
    ] {
        let limit = Duration::from_millis(300);
        let message = run_within(limit, &["sh", "-c", script]).await.unwrap_err();
        assert!(message.contains("within 0.3 s"), "{script}: {message}");
        assert!(!message.contains(PRINTED), "{script}: {message}");
    }
}

/// Makes a pipe with a name.
fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
}

#[tokio::test]
async fn whoever_stops_waiting_ends_the_program_and_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let alive = folder.path().join("alive");
    pipe(&alive);
    let script = format!("exec 3>'{}'; echo x >&3; sleep 1000", alive.display());
    let reading = tokio::spawn(async move { shell(&format!("({script}) & wait")).await });
    // Opening waits for the program, and the end of the pipe for the last process that holds it.
    let mut lines = tokio::task::spawn_blocking(move || {
        use std::io::BufRead as _;
        std::io::BufReader::new(fs::File::open(alive).unwrap()).lines()
    })
    .await
    .unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "x");
    reading.abort();
    let rest = tokio::task::spawn_blocking(move || lines.count()).await;
    assert_eq!(rest.unwrap(), 0);
}

#[tokio::test]
async fn a_variable_is_read_or_told_by_name() {
    let variable = |name: &str| SecretReference::Environment(name.to_owned());
    let path = read(variable("PATH"), LONG).await;
    assert_eq!(path.ok(), std::env::var("PATH").ok());
    let message = read(variable("DINEROSCOPE_NOT_SET"), LONG)
        .await
        .unwrap_err();
    assert!(message.contains("`DINEROSCOPE_NOT_SET` is not set"));
}
