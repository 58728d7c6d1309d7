//! Snippets in Rust and C#: compiled by the compilers they are for and run, Rust with the very reqwest of this
//! program.
//!
//! All in Rust are one program, so that it is linked once. Crates come from the folder that cargo keeps, as this
//! program's lock file names them; what the upload of a file needs beyond is not among them.

use crate::calls_home::{Call, ENVIRONMENT, chosen, random};
use crate::recorder::{Recorder, ok};
use dineroscope::core::export::snippet::{Language, Payload, Subject, snippet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Says aloud what was not tried, past the silence of a test that holds.
fn skipped(what: &str) {
    let line = format!("SKIPPED, {what}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// A little project beside this program's own.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// One that has reqwest with these features, none of TLS, which no snippet here needs; and tokio.
    fn with(features: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"home\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\nreqwest = {{ version = \"0.13\", default-features = false, features = {features} }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
        );
        let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::copy(lock, folder.path().join("Cargo.lock")).unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        Self { folder }
    }

    fn source(&self, name: &str) -> PathBuf {
        self.folder.path().join("src").join(name)
    }

    /// Runs it; what it builds stays in this program's target folder.
    fn run(&self) -> Output {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let mut command = Command::new(cargo);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        command
            .args(["run", "--offline", "--quiet"])
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("snippets"),
            )
            .envs(ENVIRONMENT)
            .current_dir(self.folder.path())
            .output()
            .unwrap()
    }
}

#[test]
#[ignore = "compiles reqwest once more"]
fn rust_sends_it() {
    let server = Recorder::with(|_| ok("text/plain", b""));
    let project = Project::with("[]");
    let calls = chosen().into_iter().chain(random(100)).enumerate();
    let calls: Vec<(usize, Call)> = calls
        .filter(|(_, call)| call.can_be_sent(Language::Rust))
        .collect();
    assert!(calls.len() > 100, "hardly any call can be sent");
    let mut main = "fn main() {\n".to_owned();
    for (number, _) in &calls {
        writeln!(main, "    call_{number}::run();").unwrap();
    }
    main.push_str("}\n");
    for (number, call) in &calls {
        let code = call.code(Language::Rust, &server.origin(), *number);
        std::fs::write(project.source(&format!("call_{number}.rs")), code).unwrap();
        writeln!(
            main,
            "mod call_{number} {{\n    include!(\"call_{number}.rs\");\n    \
             pub(super) fn run() {{ main().unwrap() }}\n}}"
        )
        .unwrap();
    }
    std::fs::write(project.source("main.rs"), main).unwrap();
    let output = project.run();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains("warning"), "the compiler warns: {told}");
    let arrived = server.got_bytes();
    for (number, call) in &calls {
        call.assert_arrived(*number, &arrived, &told);
    }
    assert_eq!(arrived.len(), calls.len());
}

#[test]
#[ignore = "compiles reqwest once more"]
fn rust_uploads_a_file() {
    let server = Recorder::with(|_| ok("text/plain", b""));
    let project = Project::with("[\"multipart\"]");
    let path = project.folder.path().join("bilag \"1\" æ.pdf");
    std::fs::write(&path, b"%PDF-1.7 \0\xff\r\n").unwrap();
    let url = format!("{}/v1/1/files", server.origin());
    let body = Payload::File {
        path: path.to_str().unwrap(),
        part: "file",
        media_type: "application/pdf",
    };
    let subject = Subject {
        method: "POST",
        url: &url,
        headers: &[],
        body,
        with_token: true,
    };
    std::fs::write(project.source("main.rs"), snippet(Language::Rust, &subject)).unwrap();
    let output = project.run();
    let told = String::from_utf8_lossy(&output.stderr);
    if told.contains("mime_guess") {
        skipped("the upload in Rust was not compiled: `mime_guess` is not on this machine");
        return;
    }
    assert!(output.status.success(), "{told}");
    let request = server.got_bytes().concat();
    let part = b"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7 \0\xff\r\n\r\n--";
    let is_whole = request.windows(part.len()).any(|window| window == part);
    assert!(is_whole, "{}", String::from_utf8_lossy(&request));
}

#[test]
#[ignore = "needs .NET"]
fn csharp_sends_it() {
    let dotnet = |arguments: &[&str], folder: &Path| {
        Command::new("dotnet")
            .args(arguments)
            .envs(ENVIRONMENT)
            .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
            .current_dir(folder)
            .output()
    };
    let folder = tempfile::tempdir().unwrap();
    let made = dotnet(
        &["new", "console", "--name", "home", "--output", "."],
        folder.path(),
    );
    if !made.is_ok_and(|output| output.status.success()) {
        skipped("snippets in C# were not compiled: `dotnet new console` fails here");
        return;
    }
    let server = Recorder::with(|_| ok("text/plain", b""));
    // Each is compiled by itself, so some of them must do.
    for (number, call) in chosen().into_iter().enumerate().step_by(4) {
        let code = call.code(Language::CSharp, &server.origin(), number);
        std::fs::write(folder.path().join("Program.cs"), code).unwrap();
        let output = dotnet(&["run"], folder.path()).unwrap();
        let told = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        call.assert_arrived(number, &server.got_bytes(), &told);
    }
}
