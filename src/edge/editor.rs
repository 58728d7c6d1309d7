//! The user's editor: which one it is, and running it on a file until it ends.
//!
//! No shell has a part in it. It gets the terminal as it is and stays in our process group, so that Ctrl-C and
//! Ctrl-Z in it are its own business; who starts it has left the terminal before.

mod words;

use crate::core::wire::visible::Visible;
use std::io;
use std::path::Path;
use std::process::ExitStatus;
use tokio::process::{Child, Command};

/// The variables that name an editor; the first one that says anything counts.
const VARIABLES: [&str; 2] = ["VISUAL", "EDITOR"];

/// The editor where none is named.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// An editor that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editor {
    /// The program.
    program: String,
    /// What stands before the file.
    arguments: Vec<String>,
    /// The variable that names it, if any.
    named_by: Option<&'static str>,
}

impl Editor {
    /// The editor that the environment names, else the usual one. Fails when a variable cannot be read.
    pub fn named(variable: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        for name in VARIABLES {
            let Some(line) = variable(name) else {
                continue;
            };
            let words = words::words(&line)
                .map_err(|why| format!("{name} is `{}`: {why}", Visible::of(&line)))?;
            let mut words = words.into_iter();
            let Some(program) = words.next().filter(|program| !program.is_empty()) else {
                continue;
            };
            return Ok(Self {
                program,
                arguments: words.collect(),
                named_by: Some(name),
            });
        }
        Ok(Self {
            program: USUAL.to_owned(),
            arguments: Vec::new(),
            named_by: None,
        })
    }

    /// The program's name.
    pub fn program(&self) -> &str {
        &self.program
    }

    /// Runs it on a file until it ends; dropped before that, it is ended. Fails with what happened and what
    /// that means for the text.
    pub async fn run(&self, file: &Path) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(file);
        let child = command.spawn().map_err(|error| self.not_started(&error))?;
        let mut running = Running(Some(child));
        let ended = running.wait().await;
        let status = ended.map_err(|error| {
            let program = Visible::of(&self.program);
            format!("`{program}` could not be waited for ({error}): nothing was taken")
        })?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{}: nothing was taken", how(status)))
    }

    /// Why it could not be started, and what to do.
    fn not_started(&self, error: &io::Error) -> String {
        let program = Visible::of(&self.program);
        match (error.kind(), self.named_by) {
            (io::ErrorKind::NotFound, None) => {
                format!("No `{program}` here: set VISUAL or EDITOR to your editor, and start again")
            }
            (io::ErrorKind::NotFound, Some(name)) => {
                format!("`{program}` of {name} was not found: set {name} to your editor")
            }
            (io::ErrorKind::PermissionDenied, Some(name)) => {
                format!("`{program}` of {name} may not be executed: set {name} to your editor")
            }
            (_, name) => {
                let name = name.unwrap_or("EDITOR");
                format!("`{program}` cannot be started ({error}): set {name} to your editor")
            }
        }
    }
}

/// How an editor ended that did not end well.
fn how(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("The editor was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("The editor ended with {code}"),
        None => "The editor broke".to_owned(),
    }
}

/// An editor that runs; ended when dropped, so that none goes on in a terminal that is somebody else's.
struct Running(Option<Child>);

impl Running {
    /// Waits for its end.
    async fn wait(&mut self) -> io::Result<ExitStatus> {
        let Some(child) = &mut self.0 else {
            return Err(io::Error::other("it runs no more"));
        };
        let status = child.wait().await?;
        self.0 = None;
        Ok(status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else {
            return;
        };
        #[cfg(unix)]
        ask_to_leave(&mut child);
        if matches!(child.try_wait(), Ok(None)) {
            let _ = child.start_kill();
        }
    }
}

/// Asks an editor to end and waits for that a while: then it puts the terminal in order itself.
#[cfg(unix)]
fn ask_to_leave(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process};
    use std::time::{Duration, Instant};
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    if let Some(process) = id.and_then(Pid::from_raw) {
        let _ = kill_process(process, Signal::TERM);
    }
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The editor of an environment.
    fn of(variables: &[(&str, &str)]) -> Result<(String, Vec<String>), String> {
        let value = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Editor::named(value).map(|editor| (editor.program, editor.arguments))
    }

    #[test]
    fn visual_comes_before_editor_and_an_empty_one_is_none() {
        let plain = |program: &str| Ok((program.to_owned(), Vec::new()));
        assert_eq!(
            of(&[("EDITOR", "nano"), ("VISUAL", "emacs")]),
            plain("emacs")
        );
        assert_eq!(of(&[("EDITOR", "nano")]), plain("nano"));
        assert_eq!(of(&[("EDITOR", "nano"), ("VISUAL", " ")]), plain("nano"));
        assert_eq!(of(&[("EDITOR", "nano"), ("VISUAL", "''")]), plain("nano"));
        assert_eq!(of(&[("EDITOR", "")]), plain(USUAL));
        assert_eq!(of(&[]), plain(USUAL));
        assert_eq!(
            of(&[("VISUAL", "code --wait")]),
            Ok(("code".to_owned(), vec!["--wait".to_owned()]))
        );
    }

    #[test]
    fn a_variable_that_cannot_be_read_is_named_with_its_value() {
        let why = of(&[("VISUAL", "code '--wait"), ("EDITOR", "nano")]);
        let why = why.err().unwrap_or_default();
        assert!(
            why.contains("VISUAL") && why.contains("code '--wait"),
            "{why}"
        );
    }
}
