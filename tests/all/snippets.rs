//! A call that is taken home as code sends there what it sent here: the snippets are run, by the programs they
//! are for, and what arrives is compared byte by byte.
//!
//! Rust and C# are compiled and run by `tests/foreign/snippets.rs`.

use crate::calls_home::{Call, ENVIRONMENT, chosen, random};
use crate::recorder::{Recorder, ok};
use dineroscope::core::export::snippet::{Language, Payload, Subject, snippet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program with nothing of the machine that changes what is sent, in an empty folder.
fn program(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(name);
    for proxy in [
        "http_proxy",
        "HTTP_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "https_proxy",
        "HTTPS_PROXY",
    ] {
        command.env_remove(proxy);
    }
    command
        .envs(ENVIRONMENT)
        .env("CURL_HOME", folder)
        .env("NETRC", folder.join("none"))
        .env("HISTFILE", "/dev/null")
        .env("LC_ALL", "C.UTF-8")
        .current_dir(folder);
    command
}

/// What a program said once it had ended, with this on its standard input.
fn told(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writing = std::thread::spawn(move || {
        // A program that reads nothing may close it.
        let _ = stdin.write_all(input.as_bytes());
    });
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{}\n{out}\n{err}", output.status)
}

/// Whether a program is there and does that much; says aloud what is skipped otherwise.
fn is_there(name: &str, arguments: &[&str]) -> bool {
    let output = Command::new(name).args(arguments).output();
    let is_there = output.is_ok_and(|output| output.status.success());
    if !is_there {
        // Past the silence of a test that holds.
        let tried = arguments.join(" ");
        let line = format!("SKIPPED, snippets were not run: `{name} {tried}` fails here\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_there
}

/// A server, the calls that a language can send, and its code for each in a file of its own.
struct Trial {
    server: Recorder,
    calls: Vec<(usize, Call)>,
    folder: tempfile::TempDir,
    language: Language,
}

impl Trial {
    fn of(language: Language) -> Self {
        let calls = chosen().into_iter().chain(random(150)).enumerate();
        let calls: Vec<_> = calls
            .filter(|(_, call)| call.can_be_sent(language))
            .collect();
        let server = Recorder::with(|_| ok("text/plain", b""));
        let folder = tempfile::tempdir().unwrap();
        for (number, call) in &calls {
            let code = call.code(language, &server.origin(), *number);
            std::fs::write(folder.path().join(Self::name(language, *number)), code).unwrap();
        }
        assert!(calls.len() > 150, "hardly any call can be sent");
        Self {
            server,
            calls,
            folder,
            language,
        }
    }

    fn name(language: Language, number: usize) -> String {
        format!("{number:04}.{}", language.extension())
    }

    fn files(&self) -> Vec<PathBuf> {
        let name = |number: &usize| Self::name(self.language, *number);
        self.calls
            .iter()
            .map(|(number, _)| self.folder.path().join(name(number)))
            .collect()
    }

    /// All of it, one after the other.
    fn script(&self) -> String {
        let texts = self
            .files()
            .into_iter()
            .map(|file| std::fs::read_to_string(file).unwrap());
        texts.collect()
    }

    fn assert_all_arrived(&self, told: &str) {
        let arrived = self.server.got_bytes();
        for (number, call) in &self.calls {
            call.assert_arrived(*number, &arrived, told);
        }
        assert_eq!(arrived.len(), self.calls.len(), "{told}");
    }
}

#[test]
fn curl_sends_it_from_a_script() {
    if !is_there("curl", &["--version"]) || !is_there("bash", &["--version"]) {
        return;
    }
    let trial = Trial::of(Language::Curl);
    let script = trial.folder.path().join("all.sh");
    std::fs::write(&script, trial.script()).unwrap();
    let told = told(program("bash", trial.folder.path()).arg(&script), "");
    trial.assert_all_arrived(&told);
}

#[test]
fn curl_sends_it_from_a_prompt_with_history() {
    if !is_there("curl", &["--version"]) || !is_there("bash", &["--version"]) {
        return;
    }
    let trial = Trial::of(Language::Curl);
    let mut bash = program("bash", trial.folder.path());
    bash.args(["--norc", "--noprofile", "-i"]);
    let told = told(
        &mut bash,
        &format!("set -o history; set -H\n{}", trial.script()),
    );
    trial.assert_all_arrived(&told);
}

#[test]
fn python_sends_it() {
    if !is_there("python3", &["-c", "import requests"]) {
        return;
    }
    let trial = Trial::of(Language::Python);
    let runs = "import runpy, sys\nfor path in sys.argv[1:]:\n    runpy.run_path(path)";
    let mut python = program("python3", trial.folder.path());
    python.args(["-c", runs]).args(trial.files());
    let told = told(&mut python, "");
    trial.assert_all_arrived(&told);
}

#[test]
fn javascript_sends_it() {
    if !is_there("node", &["-e", "fetch.name"]) {
        return;
    }
    let trial = Trial::of(Language::JavaScript);
    let runs = "(async () => { for (const path of process.argv.slice(1)) await import(path); })()";
    let mut node = program("node", trial.folder.path());
    node.args(["-e", runs]).args(trial.files());
    let told = told(&mut node, "");
    trial.assert_all_arrived(&told);
}

/// Name of a file that breaks bad quoting.
const FILE: &str = "bilag's \"1\" $x; a=b, æ.pdf";

#[test]
fn a_file_is_uploaded_as_a_part() {
    let programs = [
        (Language::Curl, "bash", ["-c", "curl --version"]),
        (Language::Python, "python3", ["-c", "import requests"]),
        (Language::JavaScript, "node", ["-e", "fetch.name"]),
    ];
    for (language, name, needs) in programs {
        if !is_there(name, &needs) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let content = b"%PDF-1.7 \0\xff\r\n--x\r\n";
        std::fs::write(folder.path().join(FILE), content).unwrap();
        let server = Recorder::with(|_| ok("text/plain", b""));
        let url = format!("{}/v1/1/files?fileName=a%20b.pdf", server.origin());
        let headers = [("Content-Type".to_owned(), "multipart/form-data".to_owned())];
        let body = Payload::File {
            path: FILE,
            part: "file",
            media_type: "application/pdf",
        };
        let subject = Subject {
            method: "POST",
            url: &url,
            headers: &headers,
            body,
            with_token: true,
        };
        let code = folder.path().join(format!("code.{}", language.extension()));
        std::fs::write(&code, snippet(language, &subject)).unwrap();
        let told = told(program(name, folder.path()).arg(&code), "");
        let got = server.got_bytes();
        let [request] = got.as_slice() else {
            panic!("{language:?} sent not one request: {told}");
        };
        let text = String::from_utf8_lossy(request);
        assert!(
            text.starts_with("POST /v1/1/files?fileName=a%20b.pdf HTTP/1.1\r\n"),
            "{text}"
        );
        let lower = text.to_lowercase();
        assert!(
            lower.contains("\r\ncontent-type: multipart/form-data; boundary="),
            "{text}"
        );
        assert_eq!(
            lower
                .matches("\r\ncontent-type: application/pdf\r\n")
                .count(),
            1,
            "{text}"
        );
        assert!(
            text.contains("name=\"file\"; filename=\"bilag's "),
            "{text}"
        );
        let around = [b"\r\n\r\n", &content[..], b"\r\n--"].concat();
        let whole = request.windows(around.len()).any(|window| window == around);
        assert!(whole, "the file came otherwise: {text}");
    }
}

#[test]
fn each_language_reads_well() {
    let headers = [
        ("Accept".to_owned(), "application/json".to_owned()),
        ("Content-Type".to_owned(), "application/json".to_owned()),
    ];
    let subject = Subject {
        method: "POST",
        url: "https://api.dinero.dk/v1/1/contacts?fields=Name,ContactGuid",
        headers: &headers,
        body: Payload::Text("{\n  \"Name\": \"Bo's Café\",\n  \"IsPerson\": false\n}"),
        with_token: true,
    };
    let all: Vec<String> = Language::ALL
        .iter()
        .map(|language| format!("== {}\n{}", language.name(), snippet(*language, &subject)))
        .collect();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("snippets", all.concat());
    });
}
