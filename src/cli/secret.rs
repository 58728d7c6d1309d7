//! Brings the client secret to hand for commands that need it: trust first, then reading, then asking.

use crate::cli::drive::Drive;
use crate::cli::printer::Printer;
use crate::cli::{Asked, Terminal};
use crate::core::engine::SecretState;
use crate::core::engine::message::Command;
use crate::core::profile::SecretReference;
use crate::core::profile::trust::TrustQuestion;
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use std::io::{self, IsTerminal as _};

/// Why the secret is not at hand.
pub(super) enum NotAtHand {
    /// The user would rather not.
    Cancelled,
    /// What happened, and what to do.
    Refused(String),
}

/// Waits until a token request can be made: asks where only the user can say.
pub(super) async fn at_hand(
    drive: &mut Drive,
    terminal: Terminal,
    printer: &mut Printer<'_>,
) -> Result<(), NotAtHand> {
    loop {
        let why = match drive.engine().secret_state() {
            SecretState::Known(_) | SecretState::NotNeeded => return Ok(()),
            SecretState::Reading => {
                drive.step().await;
                continue;
            }
            SecretState::NotRead => {
                drive.command(Command::ReadSecret);
                continue;
            }
            SecretState::Untrusted(question) => {
                trusted(terminal, &question).await?;
                drive.command(Command::Trust);
                continue;
            }
            SecretState::Prompt => None,
            SecretState::Missing(reason) => Some(reason),
        };
        let secret = typed(terminal, printer, why).await?;
        drive.command(Command::ProvideSecret(secret));
    }
}

/// The secret, typed by the user; told first why it could not be read.
async fn typed(
    terminal: Terminal,
    printer: &mut Printer<'_>,
    why: Option<String>,
) -> Result<Secret, NotAtHand> {
    // Where nobody can be asked the reason is the error, and said once.
    let asks = io::stdin().is_terminal() && io::stderr().is_terminal();
    if let Some(why) = why.as_ref().filter(|_| asks) {
        printer.talk(&Visible::of(why));
    }
    let ask = move || (terminal.ask_secret)("client secret (not shown): ");
    match on_the_terminal(ask).await? {
        Asked::Typed(secret) => Ok(secret),
        Asked::Cancelled => Err(NotAtHand::Cancelled),
        Asked::NoTerminal => Err(NotAtHand::Refused(match why {
            Some(why) => format!("{why}; there is no terminal to type it on"),
            None => "the profile asks for the client secret, and there is no terminal to ask on: put it \
                     into an environment variable and name that in the profile, as \
                     `client_secret = { env = \"NAME\" }`"
                .to_owned(),
        })),
    }
}

/// Goes on only with the user's yes.
async fn trusted(terminal: Terminal, question: &TrustQuestion) -> Result<(), NotAtHand> {
    let (file, secret) = (question.path.display(), secret_of(&question.reference));
    let host = host_of(&question.token_url);
    let words = Visible::of(&format!(
        "`{file}` was found by itself. May it have {secret} sent to {host}? (y/n) "
    ));
    let ask = move || (terminal.confirm)(words.as_str());
    let why = match on_the_terminal(ask).await? {
        Some(true) => return Ok(()),
        Some(false) => "you did not trust it",
        None => "there is no terminal to ask on",
    };
    Err(NotAtHand::Refused(format!(
        "`{file}` was found by itself and would have {secret} sent to {host}, and {why}: if you trust its \
         folder, name it with `--profiles`"
    )))
}

/// Asks off the event loop.
async fn on_the_terminal<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, NotAtHand> {
    match tokio::task::spawn_blocking(ask).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(NotAtHand::Refused(format!("the terminal failed: {error}"))),
        Err(_) => Err(NotAtHand::Refused("the terminal failed".to_owned())),
    }
}

/// The secret that a profile names, in words.
fn secret_of(reference: &SecretReference) -> String {
    match reference {
        SecretReference::Environment(name) => format!("the environment variable `{name}`"),
        SecretReference::Keyring => "the client secret in your keyring".to_owned(),
        SecretReference::Command(words) => format!("what `{}` prints", words.join(" ")),
        SecretReference::None | SecretReference::Plain(_) | SecretReference::Prompt => {
            "its client secret".to_owned()
        }
    }
}

/// Where a secret would go: the host, with the port where it is a special one.
fn host_of(address: &str) -> String {
    let url = url::Url::parse(address).ok();
    let host = url.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    });
    host.unwrap_or_else(|| address.to_owned())
}
