//! The command line of `token`.

use crate::core::token::import::TokenKind;
use clap::{Args, Subcommand, ValueEnum};

/// `token`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Token {
    /// The profile's name
    pub(super) profile: String,

    #[command(subcommand)]
    pub(super) action: Action,
}

/// What is done with kept tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List what is kept, the current grant marked
    Show(Show),
    /// Print the access token alone; a spent one is refreshed first
    Access(Access),
    /// Get new tokens with the refresh token
    Refresh(Refresh),
    /// Have a token revoked at the provider: the refresh token, where there is one
    Revoke(Revoke),
    /// Ask the provider what it knows of a token: the access token, where nothing else is said
    Introspect(Introspect),
    /// Ask the provider who signed in; needs `openid` among the granted scopes
    Userinfo(Userinfo),
    /// Take a token that you have: from standard input, or asked for on a terminal
    Import(Import),
    /// Forget the current grant here; the provider is not told
    Forget(Forget),
}

/// `token PROFILE show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Print the tokens themselves
    #[arg(long)]
    pub(super) show_secrets: bool,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE access`.
#[derive(Debug, Args)]
pub(super) struct Access {
    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout, the token in it
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE refresh`.
#[derive(Debug, Args)]
pub(super) struct Refresh {
    /// Also when nobody saw the answer to an earlier refresh: its token may be spent
    #[arg(long)]
    pub(super) anyway: bool,

    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE revoke`.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    /// Which token: the refresh token where nothing else is said, else the access token
    #[arg(long, value_name = "KIND", value_enum)]
    pub(super) token: Option<Kind>,

    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE introspect`.
#[derive(Debug, Args)]
pub(super) struct Introspect {
    /// Which token
    #[arg(long, value_name = "KIND", value_enum, default_value = "access")]
    pub(super) token: Kind,

    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE userinfo`.
#[derive(Debug, Args)]
pub(super) struct Userinfo {
    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// `-`: standard input
    #[arg(value_name = "-", value_parser = standard_input)]
    pub(super) source: StandardInput,

    /// What the token is, where it cannot be told by its looks
    #[arg(long = "as", value_name = "KIND", value_enum)]
    pub(super) kind: Option<Kind>,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `token PROFILE forget`.
#[derive(Debug, Args)]
pub(super) struct Forget {
    /// Forget every grant of this client
    #[arg(long, conflicts_with = "grant")]
    pub(super) all: bool,

    #[command(flatten)]
    pub(super) which: Which,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// Which of several grants.
#[derive(Debug, Args)]
pub(in crate::cli) struct Which {
    /// Not the current grant but this one: the beginning of its id, or who signed in
    #[arg(long, value_name = "GRANT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) grant: Option<String>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// An access token
    Access,
    /// A refresh token
    Refresh,
}

impl From<Kind> for TokenKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Access => Self::Access,
            Kind::Refresh => Self::Refresh,
        }
    }
}

/// The only source of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StandardInput;

/// Only `-`: whatever stands on a command line is seen by every process of the machine.
fn standard_input(text: &str) -> Result<StandardInput, String> {
    if text == "-" {
        return Ok(StandardInput);
    }
    Err(
        "expected `-`, standard input: on the command line a token would be seen by other programs"
            .to_owned(),
    )
}
