//! `token`: what is kept of earlier logins, to look at, to use elsewhere, to refresh, to revoke, to
//! ask the provider about, to bring and to forget.

mod access;
mod arguments;
mod forget;
mod import;
mod inquire;
mod refresh;
mod show;

pub(super) use arguments::{Token, Which};

use crate::cli::Terminal;
use crate::cli::exit::Exit;
use crate::cli::printer::Printer;
use crate::cli::session::{Session, Stop, ended};
use arguments::Action;
use std::io;
use std::path::PathBuf;

/// Does it. Fails when standard output is closed or full.
pub(super) async fn token(
    arguments: Token,
    folder: Option<PathBuf>,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> io::Result<Exit> {
    let Token { profile, action } = arguments;
    let session = Session::open(&profile, folder, terminal, printer, |_| {}).await;
    let mut session = match session {
        Ok(session) => session,
        Err(stop) => return ended(Err(stop)),
    };
    let done = act(&mut session, action, terminal).await;
    Box::pin(session.finish()).await;
    ended(done)
}

/// The action itself.
async fn act(
    session: &mut Session<'_, '_>,
    action: Action,
    terminal: Terminal,
) -> Result<Exit, Stop> {
    match action {
        Action::Show(arguments) => show::show(session, &arguments),
        Action::Access(arguments) => access::access(session, &arguments).await,
        Action::Refresh(arguments) => refresh::refresh(session, &arguments).await,
        Action::Revoke(arguments) => inquire::revoke(session, &arguments).await,
        Action::Introspect(arguments) => inquire::introspect(session, &arguments).await,
        Action::Userinfo(arguments) => inquire::userinfo(session, &arguments).await,
        Action::Import(arguments) => import::import(session, &arguments, terminal).await,
        Action::Forget(arguments) => forget::forget(session, &arguments).await,
    }
}
