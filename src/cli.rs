//! The command line: the same engine without a screen, for scripts and for looking at one thing.
//!
//! Results go to stdout, talk to stderr, and the exit code says the rest ([`exit::Exit`]).

mod arguments;
pub mod exit;
mod overrides;
pub mod printer;

use crate::core::fault::Fault;
use arguments::{Arguments, Command};
use clap::Parser as _;
use exit::Exit;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the arguments ask for.
#[derive(Debug)]
pub enum Face {
    /// The screens.
    Screens(Screens),
    /// It is done already: help, version, or a usage error, printed.
    Ended(Exit),
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

/// Reads the arguments. Help, version and usage errors are printed here, where clap knows how.
pub fn face(arguments: impl IntoIterator<Item = OsString>) -> Face {
    let parsed =
        Arguments::try_parse_from(arguments).and_then(|arguments| match arguments.conflict() {
            Some(conflict) => Err(conflict),
            None => Ok(arguments),
        });
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) => return Face::Ended(told(&error)),
    };
    let screens = Screens {
        profile: arguments.profile,
        profiles: arguments.profiles,
        demo: false,
        faults: Vec::new(),
    };
    match arguments.command {
        None => Face::Screens(screens),
        Some(Command::Demo(demo)) => Face::Screens(Screens {
            demo: true,
            faults: demo.faults,
            ..screens
        }),
        Some(_) => Face::Ended(Exit::Usage),
    }
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
