//! The binary as another program would run it: JSON lines out, an exit code at the end.
//!
//! Only what is documented is read: `event`, and the fields of each.

use crate::provider::{ProfileFile, SECRET};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A proxy that nobody runs: who asks it on the way to loopback gets no answer.
const TRAPS: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// A running `dineroscope`, in an empty home.
pub(crate) struct Program {
    child: Child,
    lines: BufReader<ChildStdout>,
    talk: JoinHandle<String>,
    output: String,
    events: Vec<Value>,
    /// Removed with this value.
    home: Option<TempDir>,
}

/// What a program that has ended did.
#[derive(Debug)]
pub(crate) struct Walk {
    /// Its exit code.
    pub(crate) exit: i32,
    /// The objects it printed, in order.
    pub(crate) events: Vec<Value>,
    /// Standard output, without the link, which is a secret of the run as a whole.
    pub(crate) output: String,
    /// Standard error.
    pub(crate) talk: String,
}

impl Walk {
    /// The last event of this name.
    pub(crate) fn last(&self, name: &str) -> &Value {
        let found = self.events.iter().rfind(|event| event["event"] == name);
        found.unwrap_or_else(|| panic!("no event `{name}` in {self:?}"))
    }
}

impl Program {
    /// `login` with a profile of a foreign server.
    pub(crate) fn login(profile: &ProfileFile) -> Self {
        let folder = profile.folder.path().to_str().unwrap();
        Self::run(&["login", &profile.name, "--profiles", folder])
    }

    /// These arguments, and those that every walk needs: nothing is opened, nothing waits for ever.
    pub(crate) fn run(arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut program = Self::run_in(home.path(), arguments);
        program.home = Some(home);
        program
    }

    /// The same in a home that stays, so that a later program finds what this one kept.
    pub(crate) fn run_in(home: &Path, arguments: &[&str]) -> Self {
        // A test that waits for the end of waiting says how long.
        let patience: &[&str] = if arguments.contains(&"--timeout") {
            &[]
        } else {
            &["--timeout", "60s"]
        };
        let mut child = at_home(home)
            .args(arguments)
            .args(["--no-browser", "--json"])
            .args(patience)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut stderr = child.stderr.take().unwrap();
        let talk = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        Self {
            child,
            lines,
            talk,
            output: String::new(),
            events: Vec::new(),
            home: None,
        }
    }

    /// A command that says one thing and ends: its exit code, and the object it printed.
    pub(crate) fn said(home: &Path, arguments: &[&str]) -> (i32, Value, String) {
        let output = at_home(home).args(arguments).output().unwrap();
        let talk = String::from_utf8(output.stderr).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let object = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error} in {text:?}; it said {talk}"));
        (output.status.code().unwrap(), object, talk)
    }

    /// Read on until an event of this name.
    pub(crate) fn until(&mut self, name: &str) -> Value {
        while let Some(event) = self.next() {
            if event["event"] == name {
                return event;
            }
        }
        let exit = self.child.wait().unwrap();
        let talk = self.talk();
        panic!(
            "no event `{name}`, but {exit}:
{}
and {talk}",
            self.output
        );
    }

    /// Read on until the program has ended.
    pub(crate) fn end(mut self) -> Walk {
        while self.next().is_some() {}
        let exit = self.child.wait().unwrap().code().unwrap();
        Walk {
            exit,
            talk: self.talk(),
            events: std::mem::take(&mut self.events),
            output: std::mem::take(&mut self.output),
        }
    }

    /// The next event; `None` when standard output is closed.
    fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        if self.lines.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        let event: Value =
            serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
        if event["event"] != "link" {
            self.output.push_str(&line);
        }
        self.events.push(event.clone());
        Some(event)
    }

    /// What it said on standard error; it must have ended.
    fn talk(&mut self) -> String {
        let nothing = std::thread::spawn(String::new);
        std::mem::replace(&mut self.talk, nothing).join().unwrap()
    }
}

/// The binary in that home, and nowhere else.
fn at_home(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dineroscope"));
    command
        .env("HOME", home)
        .env("DINEROSCOPE_TEST_SECRET", SECRET)
        .envs(TRAPS.map(|name| (name, "http://127.0.0.1:9")))
        .current_dir(home);
    for folder in [
        "CONFIG_HOME",
        "DATA_HOME",
        "STATE_HOME",
        "CACHE_HOME",
        "RUNTIME_DIR",
    ] {
        command.env_remove(format!("XDG_{folder}"));
    }
    command
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has ended already, unless the test failed; either is fine here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
