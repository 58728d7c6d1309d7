//! The real binary without a terminal, in an empty home: arguments in, exit code and two texts out.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
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
