//! `operations`: what the Dinero API can be asked for. Offline; it tells what the catalogue holds.

mod arguments;
mod json;
mod told;

pub(super) use arguments::Operations;

use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::core::dinero::catalogue::{catalogue, operation};
use crate::core::dinero::search;
use crate::core::nearest::nearest;
use crate::core::wire::visible::Visible;
use arguments::{Action, List, Show};
use std::io;

/// Does it. Fails when standard output is closed or full.
pub(super) fn operations(arguments: &Operations, printer: &mut Printer<'_>) -> io::Result<Exit> {
    match &arguments.action {
        Action::List(arguments) => list(arguments, printer),
        Action::Show(arguments) => show(arguments, printer),
    }
}

/// `operations list`.
fn list(arguments: &List, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let words = arguments.words.join(" ");
    let found = search::operations(&words);
    if arguments.json {
        printer.object(&json::list(&found))?;
        return Ok(Exit::Done);
    }
    for line in told::list(&found) {
        printer.result(&Visible::of(&line))?;
    }
    if found.is_empty() {
        printer.talk(&Visible::of(&format!(
            "No operation has the words `{words}` (`operations list` names all)"
        )));
    }
    Ok(Exit::Done)
}

/// `operations show`.
fn show(arguments: &Show, printer: &mut Printer<'_>) -> io::Result<Exit> {
    let name = &arguments.name;
    let Some(found) = operation(name) else {
        let names = catalogue().operations.iter().map(|it| it.name.as_str());
        let meant = nearest(name, names)
            .map(|meant| format!(": did you mean `{meant}`?"))
            .unwrap_or_default();
        printer.talk(&Visible::of(&format!(
            "error: there is no operation `{name}`{meant} (`operations list WORDS` finds one)"
        )));
        return Ok(Exit::Usage);
    };
    if arguments.json {
        printer.object(&json::whole(found))?;
        return Ok(Exit::Done);
    }
    for line in told::lines(found) {
        printer.result(&Visible::of(&line))?;
    }
    Ok(Exit::Done)
}
