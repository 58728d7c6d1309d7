//! Arguments to a face: the screens, or the command line.
//!
//! The only place that knows both faces.

use dineroscope::cli::exit::Exit;
use dineroscope::cli::{self, Asked, Face, Terminal};
use dineroscope::tui::ask;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::face(std::env::args_os()) {
        Face::Screens(_) => Exit::Usage.into(),
        Face::Task(task) => cli::run(task, terminal()).into(),
        Face::Ended(exit) => exit.into(),
    }
}

/// How the command line asks for a secret.
fn terminal() -> Terminal {
    Terminal {
        ask_secret: || {
            let asked = ask::secret("client secret (not shown): ", &mut std::io::stderr())?;
            Ok(match asked {
                ask::Asked::Typed(secret) => Asked::Typed(secret),
                ask::Asked::Cancelled => Asked::Cancelled,
                ask::Asked::NoTerminal => Asked::NoTerminal,
            })
        },
        stop_asking: ask::stop,
    }
}
