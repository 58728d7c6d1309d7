//! Arguments to a face: the screens, or the command line.
//!
//! The only place that knows both faces.

use dineroscope::cli::exit::Exit;
use dineroscope::cli::{self, Asked, Face, Screens, Terminal};
use dineroscope::core::engine::Setup;
use dineroscope::edge::profiles::{self, Search};
use dineroscope::tui::app::Opening;
use dineroscope::tui::{ask, broken, start, terminal};
use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::face(std::env::args_os(), std::env::var_os(cli::FAULTS)) {
        Face::Screens(screens) => {
            broken::when_broken(terminal::restore);
            show(screens)
        }
        Face::Task(task) => {
            broken::when_broken(stop_asking);
            cli::run(task, asking()).into()
        }
        Face::Ended(exit) => exit.into(),
    }
}

/// Shows the screens until they are left.
fn show(screens: Screens) -> ExitCode {
    let opening = match screens.profile {
        Some(name) => Opening::Named(name),
        None if screens.demo => match profiles::built_in("sandbox").and_then(|file| file.profile) {
            Some(profile) => Opening::Profile(Box::new(profile)),
            None => Opening::Choose,
        },
        None => Opening::Choose,
    };
    let ended = cli::setup(cli::CONSENT_TIMEOUT).and_then(|setup| {
        let setup = Setup {
            faults: screens.faults,
            ..setup
        };
        start::run(setup, opening, Search::of_this_machine(screens.profiles))
    });
    match ended {
        Ok(end) => ExitCode::from(end.code()),
        Err(error) => {
            // Nobody is left to tell when standard error is closed too.
            let _ = writeln!(
                std::io::stderr(),
                "error: the screens need a terminal: {error}\n  try `dineroscope login --help`"
            );
            Exit::Usage.into()
        }
    }
}

/// How the command line asks for a secret.
fn asking() -> Terminal {
    Terminal {
        ask_secret: |question| {
            let asked = ask::secret(question, &mut std::io::stderr())?;
            Ok(match asked {
                ask::Asked::Typed(secret) => Asked::Typed(secret),
                ask::Asked::Cancelled => Asked::Cancelled,
                ask::Asked::NoTerminal => Asked::NoTerminal,
            })
        },
        confirm: |question| ask::confirm(question, &mut std::io::stderr()),
        stop_asking,
    }
}

/// Gives the terminal back in the middle of the question.
fn stop_asking() {
    ask::stop(&mut std::io::stderr());
}
