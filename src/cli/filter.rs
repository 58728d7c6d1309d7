//! `filter-answer`: runs a filter on the JSON of standard input, in a process of its own that can be killed.
//!
//! Nobody types it, so no help shows it: `edge/filter.rs` starts this program with it. It limits itself before
//! it reads, so that a filter without an end neither fills the machine nor outlives what started it.

use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::core::reader::filter::{FilterTrouble, run};
use crate::core::wire::visible::Visible;
use clap::Args;
use std::any::Any;
use std::io::{self, BufWriter, Read as _};
use std::thread;

/// `filter-answer`.
#[derive(Debug, Args)]
pub(super) struct FilterAnswer {
    /// The filter, in the language of jq
    #[arg(allow_hyphen_values = true)]
    program: String,

    /// The most memory that it may take
    #[arg(long, value_name = "BYTES")]
    memory: Option<u64>,

    /// The most time that it may compute
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
}

/// The stack that values are nested on: deep ones are compared, dropped and written by functions that call
/// themselves. Only what is used of it takes memory.
const STACK: usize = 256 * 1024 * 1024;

/// How much is written at once.
const PIECE: usize = 256 * 1024;

/// Filters standard input. Fails when standard output is closed.
pub(super) fn filter(arguments: FilterAnswer, printer: &mut Printer<'_>) -> io::Result<Exit> {
    limit(&arguments);
    let program = arguments.program;
    let thread = thread::Builder::new().stack_size(STACK);
    let ended = match thread.spawn(move || answer(&program)) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| Err(broken(&*panic))),
        Err(error) => Err(Ended::Full(error.to_string())),
    };
    let (exit, said) = match ended {
        Ok(()) => return Ok(Exit::Done),
        Err(Ended::Trouble(FilterTrouble::Output(kind))) => return Err(kind.into()),
        Err(Ended::Trouble(trouble)) => {
            let exit = match trouble {
                FilterTrouble::Input { .. } => Exit::NotJson,
                FilterTrouble::Failed { .. } => Exit::Broke,
                _ => Exit::Usage,
            };
            (exit, trouble.to_string())
        }
        Err(Ended::Broken(said)) => (Exit::Broke, said),
        Err(Ended::Full(said)) => (Exit::Full, said),
    };
    printer.talk(&Visible::of(&said));
    Ok(exit)
}

/// Why there is no result, or no further one.
enum Ended {
    /// The filter or the input is at fault.
    Trouble(FilterTrouble),
    /// The program is.
    Broken(String),
    /// There is not enough memory.
    Full(String),
}

/// Reads everything, filters it, writes what comes.
fn answer(program: &str) -> Result<(), Ended> {
    let mut input = Vec::new();
    io::stdin()
        .read_to_end(&mut input)
        .map_err(|error| match error.kind() {
            io::ErrorKind::OutOfMemory => Ended::Full(error.to_string()),
            _ => Ended::Broken(format!("the answer cannot be read ({error})")),
        })?;
    let mut output = BufWriter::with_capacity(PIECE, io::stdout().lock());
    // Where the filter fails, what it wrote before goes out when the writer is dropped.
    run(program, &input.into(), &mut output).map_err(Ended::Trouble)?;
    Ok(())
}

/// What a panic of the filter's thread comes to.
fn broken(panic: &(dyn Any + Send)) -> Ended {
    let said = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    // The standard library says so of a vector that no memory could hold.
    if said == "capacity overflow" {
        return Ended::Full(said.to_owned());
    }
    Ended::Broken(format!(
        "the filter broke ({said}), which is a fault of dineroscope: please report it with the filter, or write it \
         in another way"
    ))
}

/// Takes away from this process what it may not use. A system that does not do so leaves it to what started
/// it, which watches the time.
#[cfg(unix)]
fn limit(arguments: &FilterAnswer) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let lower = |resource, most: u64| {
        let maximum = getrlimit(resource).maximum;
        let most = maximum.map_or(most, |maximum| maximum.min(most));
        let limit = Rlimit {
            current: Some(most),
            maximum,
        };
        let _ = setrlimit(resource, limit);
    };
    // An abort must not leave the answer in a file.
    lower(Resource::Core, 0);
    if let Some(bytes) = arguments.memory {
        lower(Resource::As, bytes.saturating_add(STACK as u64));
    }
    if let Some(seconds) = arguments.seconds {
        lower(Resource::Cpu, seconds);
    }
}

#[cfg(not(unix))]
fn limit(_arguments: &FilterAnswer) {}
