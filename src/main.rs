//! Arguments to a face: the screens, or the command line.
//!
//! The only place that knows both faces.

use dineroscope::cli::exit::Exit;
use dineroscope::cli::{self, Face};
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::face(std::env::args_os()) {
        Face::Screens(_) => Exit::Usage.into(),
        Face::Task(task) => cli::run(task).into(),
        Face::Ended(exit) => exit.into(),
    }
}
