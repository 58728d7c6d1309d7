//! Runs a filter on an answer in a process of its own: this program once more, told to filter.
//!
//! A program of jq may never end and may eat all memory, and no thread can be told to stop: a process can be.
//! It is killed when it is cancelled, runs or writes for too long, and limits its own memory.
//!
//! ```text
//! source ─► feed ─► stdin ┐
//!                         ├ dineroscope filter-answer ─► stdout ─► read ─► Told::Bytes … Told::Ended
//! cancel, time ─► watch ──┘ killed, waited for
//! ```

use crate::core::wire::source::Source;
use crate::core::wire::visible::Visible;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;

/// How much is read from the answer, and from the filter, at once.
const PIECE: usize = 256 * 1024;

/// Most that is kept of what the filter says on standard error, in bytes.
const LONGEST_SAID: u64 = 4 * 1024;

/// With this the child says that it needs more memory than it may take.
const FULL: i32 = 5;

/// What a filter may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run.
    pub time: Duration,
    /// How much memory it may take, in bytes; held on Unix only.
    pub memory: u64,
    /// How much it may write, in bytes.
    pub output: u64,
}

/// What is heard of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// The next bytes of its output.
    Bytes(Vec<u8>),
    /// It is over, and nothing comes after this: how many bytes there were, or what happened and what to do.
    Ended(Result<u64, String>),
}

/// A filter that runs; dropping it kills the filter, if it still does.
#[derive(Debug)]
pub struct Filtering {
    orders: Sender<Order>,
}

impl Filtering {
    /// Kills the filter. [`Told::Ended`] still comes.
    pub fn cancel(&self) {
        // Nobody listens any more when it has ended.
        let _ = self.orders.send(Order::Cancel);
    }
}

impl Drop for Filtering {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Why the filter is not left alone any longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The user wants no more of it.
    Cancel,
    /// It wrote all that it may.
    Full,
    /// Its time is over.
    Late,
    /// It closed its output: it ends by itself.
    Leave,
}

/// Begins to filter an answer and comes back at once; `tell` is called on another thread.
///
/// `program` is this program's executable, `jq` the filter.
pub fn filter(
    program: &Path,
    jq: &str,
    input: Arc<dyn Source>,
    limits: Limits,
    tell: impl FnMut(Told) + Send + 'static,
) -> Filtering {
    let (orders, ordered) = channel();
    let mut command = command(program, jq, limits);
    // Whoever takes it tells the end: the thread, or this one where there can be no thread.
    let tell = Arc::new(Mutex::new(Some(tell)));
    let take = |tell: &Mutex<Option<_>>| tell.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (to_watch, told) = (orders.clone(), Arc::clone(&tell));
    let started = Builder::new().name("filter".to_owned()).spawn(move || {
        if let Some(mut tell) = take(&told) {
            let ended = run(
                &mut command,
                &*input,
                limits,
                (to_watch, &ordered),
                &mut tell,
            );
            tell(Told::Ended(ended));
        }
    });
    if let Err(error) = started
        && let Some(mut tell) = take(&tell)
    {
        tell(Told::Ended(Err(not_started(&error))));
    }
    Filtering { orders }
}

/// This program, told to filter. It needs nothing of the environment, and no secret in it is its business.
fn command(program: &Path, jq: &str, limits: Limits) -> Command {
    // What computes all the time is killed from outside first; this one is for a filter that nobody watches
    // any more.
    let seconds = limits.time.as_secs().saturating_add(2);
    let mut command = Command::new(program);
    command
        .arg("filter-answer")
        .args(["--memory", &limits.memory.to_string()])
        .args(["--seconds", &seconds.to_string()])
        .args(["--", jq])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts it, feeds it, reads it, and sees it end, whatever happens.
fn run(
    command: &mut Command,
    input: &dyn Source,
    limits: Limits,
    (orders, ordered): (Sender<Order>, &Receiver<Order>),
    tell: &mut (impl FnMut(Told) + Send),
) -> Result<u64, String> {
    let mut child = command.spawn().map_err(|error| not_started(&error))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            stop(&mut child);
            return Err(not_started(&io::Error::other("it has no pipes")));
        };
        let feed = Builder::new().spawn_scoped(scope, move || feed(stdin, input));
        let read = Builder::new().spawn_scoped(scope, move || {
            let (written, order) = read(stdout, limits.output, tell);
            // Whoever watches is there until this one has ended.
            let _ = orders.send(order);
            written
        });
        let listen = Builder::new().spawn_scoped(scope, move || listen(stderr));
        let (read, listen) = match (feed, read, listen) {
            (Ok(_), Ok(read), Ok(listen)) => (read, listen),
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                stop(&mut child);
                return Err(not_started(&error));
            }
        };
        let order = ordered.recv_timeout(limits.time).unwrap_or(Order::Late);
        let status = if order == Order::Leave {
            child.wait()
        } else {
            stop(&mut child);
            child.wait()
        };
        let written = read.join().unwrap_or_default();
        let said = listen.join().unwrap_or_default();
        match status {
            Ok(status) if status.success() && order != Order::Full => Ok(written),
            Ok(status) => Err(why(order, limits).unwrap_or_else(|| what(status, &said, limits))),
            Err(error) => Err(format!(
                "The filter cannot be waited for ({error}): try again"
            )),
        }
    })
}

/// Kills it and sees it off.
fn stop(child: &mut Child) {
    // It may have ended by itself, which is as well.
    let _ = child.kill();
    let _ = child.wait();
}

/// Gives the answer to the filter. One that does not want all of it has its reasons.
fn feed(mut stdin: ChildStdin, input: &dyn Source) {
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        let count = input.read_at(at, &mut piece);
        if count == 0 || stdin.write_all(&piece[..count]).is_err() {
            return;
        }
        at += count as u64;
    }
}

/// Takes what the filter writes, and says how much it was and what is to be done with it then.
fn read(mut stdout: ChildStdout, most: u64, tell: &mut impl FnMut(Told)) -> (u64, Order) {
    let mut piece = vec![0; PIECE];
    let mut written = 0;
    loop {
        let count = match stdout.read(&mut piece) {
            Ok(0) => return (written, Order::Leave),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return (written, Order::Leave),
        };
        let left = usize::try_from(most - written).unwrap_or(usize::MAX);
        let kept = count.min(left);
        if kept > 0 {
            written += kept as u64;
            tell(Told::Bytes(piece[..kept].to_vec()));
        }
        if kept < count {
            return (written, Order::Full);
        }
    }
}

/// Keeps the beginning of what the filter says, and takes the rest too, so that it does not wait to be heard.
fn listen(mut stderr: ChildStderr) -> String {
    let mut said = Vec::new();
    let beginning = (&mut stderr).take(LONGEST_SAID).read_to_end(&mut said);
    if beginning.is_ok() {
        let _ = io::copy(&mut stderr, &mut io::sink());
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// Why it was stopped, if it was.
fn why(order: Order, limits: Limits) -> Option<String> {
    Some(match order {
        Order::Cancel => "You stopped it".to_owned(),
        Order::Late => late(limits),
        Order::Full => format!(
            "The filter wrote more than {} and was stopped: what came stays; narrow it to see the rest",
            size(limits.output)
        ),
        Order::Leave => return None,
    })
}

fn late(limits: Limits) -> String {
    format!(
        "The filter ran for {} s without an end and was stopped: narrow it, or give it longer",
        limits.time.as_secs_f32()
    )
}

/// What happened to a filter that nobody stopped.
fn what(status: ExitStatus, said: &str, limits: Limits) -> String {
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    if status.code() == Some(FULL) {
        return too_large(limits);
    }
    if let (Some(_), Some(line)) = (status.code(), last) {
        return Visible::of(line).to_string();
    }
    // The standard library says these two before it aborts.
    if said.contains("memory allocation of") {
        return too_large(limits);
    }
    if said.contains("overflowed its stack") {
        return "The filter went too deep and was ended: it calls itself without an end, or the answer is nested \
                too deeply for it"
            .to_owned();
    }
    if is_out_of_time(status) {
        return late(limits);
    }
    format!(
        "The filter was ended by the system ({status}): it may be short of memory; close other programs, or \
         narrow the filter"
    )
}

fn too_large(limits: Limits) -> String {
    format!(
        "The filter needed more than {} of memory and was stopped: narrow it, or give it more",
        size(limits.memory)
    )
}

/// Whether the system ended it because it computed for too long.
#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_status: ExitStatus) -> bool {
    false
}

fn not_started(error: &io::Error) -> String {
    format!(
        "The filter cannot be started ({error}): shorten it, or start dineroscope anew if it was replaced meanwhile"
    )
}

/// A size in bytes: `412 B`, `97.6 MB`, `2.0 GB`; 1 KB is 1,000 bytes.
fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "KB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = u128::from(bytes) * 10 / unit;
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_has_its_unit() {
        for (bytes, words) in [
            (412, "412 B"),
            (97_600_000, "97.6 MB"),
            (2_000_000_000, "2.0 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
