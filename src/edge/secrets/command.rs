//! Runs the program that prints a client secret, and takes one line from it.
//!
//! No shell has a part in it, and the terminal stays with the screens: standard input is empty, both outputs
//! are read here, and the program is a process group of its own, so that a read from the terminal stops it
//! and its end is the end of what it started. Messages name the program and never quote what it printed.

use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Most that is read of what it prints, in bytes.
const LARGEST: usize = 64 * 1024;

/// Most that is quoted of what it says on standard error, in characters.
const LONGEST_QUOTE: usize = 200;

/// How long the last words of a program that has ended are waited for: what it left running may hold its
/// standard error open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What to do when a program waits for what it cannot get here.
const PASSPHRASE: &str = "if it asks for a passphrase, unlock it in another terminal first, or give `gpg` a \
                          pinentry with a window";

/// The one line that the program prints.
pub(super) async fn secret(words: &[String], limit: Duration) -> Result<Secret, String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("the profile's `client_secret.command` names no program".to_owned());
    };
    let mut child = start(program, arguments).map_err(|error| not_started(program, &error))?;
    let mut group = Group::of(&child);
    let mut said = Vec::new();
    let ended = timeout(limit, run(&mut child, &mut group, &mut said)).await;
    let told = match ended {
        Err(_) => Err(format!(
            "`{program}` printed no secret within {} s and was ended: {PASSPHRASE}",
            limit.as_secs_f32()
        )),
        Ok(Err(error)) => Err(format!(
            "what `{program}` prints cannot be read ({error}): try again"
        )),
        Ok(Ok(Printed::TooMuch)) => Err(format!(
            "`{program}` printed more than 64 KiB and was ended: expected one line, the client secret"
        )),
        Ok(Ok(Printed::All(output, status))) => {
            return line_of(program, output, status, &said);
        }
    };
    drop(group);
    let _ = timeout(LAST_WORDS, child.wait()).await;
    told
}

/// What came out of a program.
enum Printed {
    /// Everything, and how it ended.
    All(Vec<u8>, ExitStatus),
    /// More than is read; it may still be running.
    TooMuch,
}

fn start(program: &str, arguments: &[String]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        // The agent would ask for a passphrase on the terminal that the screens are drawn on.
        .env_remove("GPG_TTY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command.spawn()
}

/// Reads what a program prints until it ends; what it says on standard error meanwhile is put into `said`.
async fn run(child: &mut Child, group: &mut Group, said: &mut Vec<u8>) -> io::Result<Printed> {
    let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(io::Error::other("its output is closed"));
    };
    let printing = async {
        let printed = read_at_most(output, LARGEST + 1).await?;
        if printed.len() > LARGEST {
            return Ok(Printed::TooMuch);
        }
        let status = child.wait().await?;
        group.has_ended();
        Ok(Printed::All(printed, status))
    };
    let mut printing = std::pin::pin!(printing);
    let mut saying = std::pin::pin!(listen(errors, said));
    tokio::select! {
        printed = &mut printing => {
            if matches!(&printed, Ok(Printed::All(_, status)) if !status.success()) {
                let _ = timeout(LAST_WORDS, saying).await;
            }
            printed
        }
        () = &mut saying => printing.await,
    }
}

async fn read_at_most(from: impl AsyncRead + Unpin, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most as u64).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Keeps the beginning of what is said, and takes the rest too, so that nobody waits to be heard.
async fn listen(mut from: impl AsyncRead + Unpin, said: &mut Vec<u8>) {
    let beginning = (&mut from).take(LARGEST as u64).read_to_end(said).await;
    if beginning.is_ok() {
        let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
}

/// The secret in what was printed, or what is wrong with it.
fn line_of(
    program: &str,
    output: Vec<u8>,
    status: ExitStatus,
    said: &[u8],
) -> Result<Secret, String> {
    if !status.success() {
        return Err(format!(
            "`{program}` failed ({status}){}: run it in a terminal to see what it needs; {PASSPHRASE}",
            first_words(said, &output)
        ));
    }
    let Ok(mut line) = String::from_utf8(output) else {
        return Err(format!(
            "what `{program}` printed is not UTF-8: expected one line of text, the client secret"
        ));
    };
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    if line.trim().is_empty() {
        return Err(format!(
            "`{program}` printed nothing: expected one line, the client secret"
        ));
    }
    if line.contains(['\n', '\r']) {
        return Err(format!(
            "`{program}` printed more than one line: expected only the client secret, as of \
             `{{ command = [\"sh\", \"-c\", \"… | head -n 1\"] }}`"
        ));
    }
    Ok(Secret::new(line))
}

/// The first line of what was said, when that repeats nothing of what was printed.
fn first_words(said: &[u8], output: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let output = String::from_utf8_lossy(output);
    let Some(line) = said.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return String::new();
    };
    let repeats = output
        .lines()
        .map(str::trim)
        .any(|printed| !printed.is_empty() && line.contains(printed));
    if repeats {
        return String::new();
    }
    let quote: String = line.chars().take(LONGEST_QUOTE).collect();
    format!(" saying “{}”", Visible::of(&quote))
}

fn not_started(program: &str, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!(
            "`{program}` of the profile's `client_secret.command` was not found: install it, or name it with \
             its whole path"
        ),
        io::ErrorKind::PermissionDenied => format!(
            "`{program}` of the profile's `client_secret.command` may not be executed: make it executable, or \
             name another program"
        ),
        _ => format!(
            "`{program}` of the profile's `client_secret.command` cannot be started ({error}): expected a \
             program, or a script whose first line names its interpreter"
        ),
    }
}

/// The processes of a program; ended when dropped, unless the program has ended by itself.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: id.and_then(rustix::process::Pid::from_raw),
        }
    }

    /// Its number may be somebody else's from now on, and what it left running was left on purpose.
    #[cfg(unix)]
    fn has_ended(&mut self) {
        self.leader = None;
    }

    #[cfg(not(unix))]
    fn of(_child: &Child) -> Self {
        Self {}
    }

    #[cfg(not(unix))]
    fn has_ended(&mut self) {}
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        // The leader was not waited for yet, so the number is still its own.
        if let Some(leader) = self.leader {
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
