//! The real binary without a terminal, in an empty home: arguments in, exit code and two texts out.

use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use tempfile::TempDir;

/// A folder of profiles, and the program started in it.
pub(crate) struct Place {
    folder: TempDir,
}

/// What a program that has ended did.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) exit: i32,
    /// Standard output.
    pub(crate) output: String,
    /// Standard error.
    pub(crate) talk: String,
}

impl Place {
    /// An empty home, with nothing in `./trusted` yet.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("trusted")).unwrap();
        Self { folder }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes `trusted/NAME.toml`.
    pub(crate) fn profile(&self, name: &str, text: &str) {
        let path = self.path().join("trusted").join(format!("{name}.toml"));
        std::fs::write(path, text).unwrap();
    }

    /// Writes the settings.
    pub(crate) fn setting(&self, text: &str) {
        let folder = self.path().join(".config/dineroscope");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// The program with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dineroscope"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program with these arguments to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        Ended::of(self.command(arguments).output().unwrap())
    }

    /// The same with the trusted folder.
    pub(crate) fn run_trusted(&self, arguments: &[&str]) -> Ended {
        let mut all = arguments.to_vec();
        all.extend(["--profiles", "trusted"]);
        self.run(&all)
    }
}

impl Ended {
    /// Reads what it left.
    pub(crate) fn of(output: Output) -> Self {
        Self {
            exit: output.status.code().unwrap_or(-1),
            output: String::from_utf8(output.stdout).unwrap(),
            talk: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON objects on standard output, one a line.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let lines = self.output.lines();
        lines
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }
}

/// A program that goes on while the test looks at it.
pub(crate) struct Running {
    child: Child,
    lines: Option<BufReader<ChildStdout>>,
    talk: Option<JoinHandle<String>>,
    said: Arc<(Mutex<String>, Condvar)>,
    output: String,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let said = Arc::new((Mutex::new(String::new()), Condvar::new()));
        let hearing = said.clone();
        let talk = std::thread::spawn(move || {
            let (text, more) = &*hearing;
            let mut line = String::new();
            while stderr.read_line(&mut line).unwrap() > 0 {
                text.lock().unwrap().push_str(&line);
                more.notify_all();
                line.clear();
            }
            text.lock().unwrap().clone()
        });
        Self {
            lines: child.stdout.take().map(BufReader::new),
            child,
            talk: Some(talk),
            said,
            output: String::new(),
        }
    }

    /// The next line of its output, without the line end; `None` when there is no more.
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        self.lines.as_mut()?.read_line(&mut line).unwrap();
        self.output.push_str(&line);
        (!line.is_empty()).then(|| line.trim_end().to_owned())
    }

    /// Reads on until an event of that name.
    pub(crate) fn until(&mut self, event: &str) -> Value {
        while let Some(line) = self.line() {
            let object: Value = serde_json::from_str(&line).unwrap();
            if object["event"] == event {
                return object;
            }
        }
        let talk = self.talk();
        panic!("no `{event}` in:\n{}\n{talk}", self.output);
    }

    /// Waits until it has said this on standard error.
    pub(crate) fn until_talk(&self, words: &str) {
        let (text, more) = &*self.said;
        let patience = std::time::Duration::from_secs(20);
        let said = text.lock().unwrap();
        let (said, waited) = more
            .wait_timeout_while(said, patience, |said| !said.contains(words))
            .unwrap();
        assert!(!waited.timed_out(), "no `{words}` in:\n{said}");
    }

    /// Closes its output from this side.
    pub(crate) fn close_output(&mut self) {
        self.lines = None;
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub(crate) fn end(mut self) -> Ended {
        while self.line().is_some() {}
        let talk = self.talk();
        Ended {
            exit: self.child.wait().unwrap().code().unwrap_or(-1),
            output: std::mem::take(&mut self.output),
            talk,
        }
    }

    /// What it said, once it has ended.
    fn talk(&mut self) -> String {
        self.talk.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed; either is fine here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
