//! The command line: the same engine without a screen, for scripts and for looking at one thing.
//!
//! Results go to stdout, talk to stderr, and the exit code says the rest ([`exit::Exit`]).

mod arguments;
mod choose;
pub mod drive;
pub mod exit;
mod explain;
mod filter;
mod findings;
mod link;
mod login;
mod operations;
mod overrides;
pub mod printer;
mod profile;
mod refreshed;
mod report;
mod request;
mod runs;
mod sandbox;
mod secret;
mod session;
mod signals;
mod token;

use crate::core::engine::Setup;
use crate::core::fault::Fault;
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::edge::marks;
use arguments::{Arguments, Command, Explain, Link, Login, Sandbox};
use clap::Parser as _;
use exit::Exit;
use filter::FilterAnswer;
use jiff::SignedDuration;
use operations::Operations;
use printer::Printer;
use profile::Profile;
use request::Request;
use runs::Runs;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use token::Token;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Face {
    /// The screens.
    Screens(Screens),
    /// A command that needs none.
    Task(Task),
    /// It is done already: help, version, or a usage error, printed.
    Ended(Exit),
}

/// A command with its arguments; run by [`run`].
#[derive(Debug)]
pub struct Task(Quiet);

/// The commands that need no screen; a folder of profiles with those that read one.
#[derive(Debug)]
enum Quiet {
    Explain(Explain, Option<PathBuf>),
    Link(Link, Option<PathBuf>),
    Login(Login, Option<PathBuf>),
    Sandbox(Sandbox),
    Token(Token, Option<PathBuf>),
    Request(Box<Request>, Option<PathBuf>),
    Profile(Profile, Option<PathBuf>),
    Runs(Runs),
    Operations(Operations),
    FilterAnswer(FilterAnswer),
}

/// How the screens open.
#[derive(Debug, PartialEq, Eq)]
pub struct Screens {
    /// The profile to open with; `None` leaves the choice to the screens.
    pub profile: Option<String>,
    /// `--profiles`: a folder that is searched first and trusted.
    pub profiles: Option<PathBuf>,
    /// Whether this is `demo`: the built-in sandbox profile, whatever the folders hold.
    pub demo: bool,
    /// How the embedded sandbox shall fail.
    pub faults: Vec<Fault>,
}

/// The environment variable that names faults, with commas between, for `demo` and `sandbox`.
pub const FAULTS: &str = "DINEROSCOPE_FAULT";

/// Reads the arguments, and the value of [`FAULTS`]. Help, version and usage errors are printed here, where
/// clap knows how.
pub fn face(arguments: impl IntoIterator<Item = OsString>, faults: Option<OsString>) -> Face {
    let parsed =
        Arguments::try_parse_from(arguments).and_then(|mut arguments| match arguments.conflict() {
            Some(conflict) => Err(conflict),
            None => arguments
                .add_faults(&faults.unwrap_or_default().to_string_lossy())
                .map(|()| arguments),
        });
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return Face::Ended(told(&error)),
    };
    let folder = arguments.profiles;
    match arguments.command {
        None => Face::Screens(Screens {
            profile: arguments.profile,
            profiles: folder,
            demo: false,
            faults: Vec::new(),
        }),
        Some(Command::Demo(demo)) => Face::Screens(Screens {
            profile: None,
            profiles: folder,
            demo: true,
            faults: demo.faults,
        }),
        Some(Command::Explain(explain)) => Face::Task(Task(Quiet::Explain(explain, folder))),
        Some(Command::Link(link)) => Face::Task(Task(Quiet::Link(link, folder))),
        Some(Command::Login(login)) => Face::Task(Task(Quiet::Login(login, folder))),
        Some(Command::Sandbox(sandbox)) => Face::Task(Task(Quiet::Sandbox(sandbox))),
        Some(Command::Request(request)) => {
            Face::Task(Task(Quiet::Request(Box::new(request), folder)))
        }
        Some(Command::Profile(profile)) => Face::Task(Task(Quiet::Profile(profile, folder))),
        Some(Command::Operations(operations)) => Face::Task(Task(Quiet::Operations(operations))),
        Some(Command::Runs(runs)) => Face::Task(Task(Quiet::Runs(runs))),
        Some(Command::FilterAnswer(filter)) => Face::Task(Task(Quiet::FilterAnswer(filter))),
        Some(Command::Token(token)) => Face::Task(Task(Quiet::Token(token, folder))),
    }
}

/// What came of asking for a secret.
#[derive(Debug)]
pub enum Asked {
    /// It was typed.
    Typed(Secret),
    /// The user would rather not.
    Cancelled,
    /// There is no terminal to ask on.
    NoTerminal,
}

/// What a command needs of the terminal, which only the other face may touch.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Asks this question for a secret without showing it; blocks. Fails when the terminal does.
    pub ask_secret: fn(&str) -> io::Result<Asked>,
    /// Asks this question, yes or no; blocks. `None` where there is no terminal. Fails when the terminal does.
    pub confirm: fn(&str) -> io::Result<Option<bool>>,
    /// Gives the terminal back in the middle of the question.
    pub stop_asking: fn(),
}

/// Runs a command on standard output and standard error. A closed stdout ends it quietly.
pub fn run(task: Task, terminal: Terminal) -> Exit {
    let (mut output, mut errors) = (io::stdout(), io::stderr());
    let (seen, talk_seen) = (output.is_terminal(), errors.is_terminal());
    let mut printer = Printer::new(&mut output, &mut errors)
        .seen(seen)
        .talk_seen(talk_seen);
    let performed = perform(task, terminal, &mut printer);
    printer.erase();
    match performed {
        Ok(exit) => exit,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            printer.talk(&Visible::of(&format!(
                "error: this machine does not let it go on ({error}): look for a full disk behind \
                 standard output, or a limit on what a program may use"
            )));
            Exit::Profile
        }
    }
}

/// The command itself. Fails when standard output is closed or full.
fn perform(task: Task, terminal: Terminal, printer: &mut Printer<'_>) -> io::Result<Exit> {
    match task.0 {
        Quiet::Explain(arguments, folder) => explain::run(&arguments, folder, printer),
        Quiet::Link(arguments, folder) => link::link(&arguments, folder, printer),
        Quiet::Login(arguments, folder) => {
            let setup = setup(arguments.timeout)?;
            wait_for(login::login(&arguments, folder, setup, terminal, printer))
        }
        Quiet::Sandbox(arguments) => wait_for(sandbox::sandbox(arguments, printer)),
        Quiet::Operations(arguments) => operations::operations(&arguments, printer),
        Quiet::FilterAnswer(arguments) => filter::filter(arguments, printer),
        Quiet::Runs(arguments) => runs::runs(&arguments, printer),
        Quiet::Request(arguments, folder) => {
            wait_on_one_thread(request::request(*arguments, folder, terminal, printer))
        }
        Quiet::Profile(arguments, folder) => {
            wait_on_one_thread(profile::profile(arguments, folder, terminal, printer))
        }
        Quiet::Token(arguments, folder) => {
            wait_on_one_thread(token::token(arguments, folder, terminal, printer))
        }
    }
}

/// Runs what waits for one or two answers, on this thread: starting others would take longer than it saves.
fn wait_on_one_thread<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}

/// Runs what waits for the world. What is still blocked at the end (a question on the terminal) is left.
fn wait_for(work: impl Future<Output = io::Result<Exit>>) -> io::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let ended = runtime.block_on(work);
    runtime.shutdown_background();
    ended
}

/// How long the screens wait for the callback before they say that nothing came.
pub const CONSENT_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);

/// What an engine is made with. Fails when the system has no randomness to give.
pub fn setup(consent_timeout: SignedDuration) -> io::Result<Setup> {
    let mut seed = [0; 32];
    random(&mut seed)?;
    Ok(Setup {
        seed,
        faults: Vec::new(),
        consent_timeout,
        marks: marks(),
    })
}

/// How long the key of the marks is waited for: it is read before the first frame, and a disk that hangs
/// must not keep that.
const MARKS_PATIENCE: Duration = Duration::from_millis(100);

/// The key of this installation's marks. Without one marks are of this program run, which hides no less.
fn marks() -> Option<[u8; 32]> {
    let file = marks::of_this_user()?;
    let (sender, read) = mpsc::channel();
    // Nobody wants it any more when it comes too late.
    thread::spawn(move || sender.send(marks::key(&file, random).ok()));
    read.recv_timeout(MARKS_PATIENCE).ok()?
}

/// Random bytes of the system.
fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(error.to_string()))
}

/// Prints clap's message; a closed stdout ends quietly.
fn told(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    }
}
