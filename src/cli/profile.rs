//! `profile`: the files of client registrations, to look at, to judge, to make and to remove.

mod arguments;
mod check;
mod list;
mod new;
mod remove;
mod show;
mod told;

pub(super) use arguments::Profile;

use crate::cli::Terminal;
use crate::cli::choose::{broken_folder, unknown};
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::session::{Stop, ended};
use crate::cli::signals::Signals;
use crate::core::wire::visible::Visible;
use crate::edge::profiles::{self, Search};
use arguments::Action;
use std::io;
use std::path::PathBuf;

/// Does it. Fails when standard output is closed or full.
pub(super) async fn profile(
    arguments: Profile,
    folder: Option<PathBuf>,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let mut desk = Desk {
        search: Search::of_this_machine(folder),
        terminal,
        printer,
    };
    ended(match arguments.action {
        Action::List(arguments) => list::list(&mut desk, &arguments),
        Action::Show(arguments) => show::show(&mut desk, &arguments),
        Action::Check(arguments) => check::check(&mut desk, &arguments).await,
        Action::New(arguments) => new::new(&mut desk, &arguments).await,
        Action::Remove(arguments) => remove::remove(&mut desk, &arguments).await,
    })
}

/// What the actions work with.
struct Desk<'a, 'w> {
    search: Search,
    terminal: Terminal,
    printer: &'a mut Printer<'w>,
}

impl Desk<'_, '_> {
    /// A line of the result.
    fn print(&mut self, text: &str) -> Result<(), Stop> {
        Ok(self.printer.result(&Visible::of(text))?)
    }

    /// A line for the person who reads along.
    fn say(&mut self, text: &str) {
        self.printer.talk(&Visible::of(text));
    }

    /// Says what went wrong.
    fn fail(&mut self, exit: Exit, text: &str) -> Stop {
        self.say(&format!("error: {text}"));
        Stop::Ended(exit)
    }

    /// Nothing is found in a folder that was named and cannot be read.
    fn needs_its_folder(&mut self) -> Result<(), Stop> {
        match self.search.named.as_deref().and_then(broken_folder) {
            None => Ok(()),
            Some(broken) => {
                broken.say(self.printer);
                Err(Stop::Ended(Exit::Profile))
            }
        }
    }

    /// There is no such profile: says what there is.
    fn unknown(&mut self, name: &str) -> Stop {
        unknown(name, &profiles::list(&self.search)).say(self.printer);
        Stop::Ended(Exit::Profile)
    }

    /// Asks on the terminal; a signal ends the question and the command.
    async fn ask<T: Send + 'static>(
        &mut self,
        ask: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, Stop> {
        let mut signals = Signals::new()?;
        let asking = tokio::task::spawn_blocking(ask);
        let answer = tokio::select! {
            answer = asking => answer,
            exit = signals.next() => {
                (self.terminal.stop_asking)();
                return Err(Stop::Ended(exit));
            }
        };
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.fail(
                Exit::Usage,
                &format!("no answer can be read from the terminal or standard input ({error})"),
            )),
            Err(_) => Err(self.fail(Exit::Usage, "the terminal failed")),
        }
    }
}
