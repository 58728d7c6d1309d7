//! The command line of `profile`.

use crate::core::profile::KeepTokens;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser as _};
use clap::{ArgGroup, Args, Subcommand};

/// `profile`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Profile {
    #[command(subcommand)]
    pub(super) action: Action,
}

/// What is done with profiles.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List every profile with where it stands and what is wrong with it
    List(List),
    /// Show a profile as it is understood: every value, also those that are assumed
    Show(Show),
    /// Say what keeps a profile from working, and what to register at its provider
    Check(Check),
    /// Make a profile: a file with comments in the configuration folder, or in `--profiles`
    New(Box<New>),
    /// Remove a profile's file
    Remove(Remove),
}

/// `profile list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `profile show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The profile's name
    pub(super) name: String,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `profile check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The profile's name; without it every file is checked
    pub(super) name: Option<String>,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `profile new`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("secret"))]
pub(super) struct New {
    /// Its name: letters, digits, `-`, `_` and `.`
    pub(super) name: String,

    /// Begin with a copy of this profile; without it with the built-in one of the provider
    #[arg(long, value_name = "NAME")]
    pub(super) from: Option<String>,

    /// What a person calls it
    #[arg(long)]
    pub(super) title: Option<String>,

    /// `visma-connect`, `visma-connect-stage` or `sandbox`
    #[arg(long, value_name = "NAME")]
    pub(super) provider: Option<String>,

    /// As registered
    #[arg(long, value_name = "ID")]
    pub(super) client_id: Option<String>,

    /// As registered, character for character
    #[arg(long, value_name = "URI")]
    pub(super) redirect_uri: Option<String>,

    /// Ask for these scopes (may be repeated, or several in one, separated by spaces)
    #[arg(long, value_name = "SCOPE", value_parser = NonEmptyStringValueParser::new())]
    pub(super) scope: Vec<String>,

    /// Where grants are kept
    #[arg(long, value_name = "WHERE", value_parser = ways_to_keep())]
    pub(super) keep_tokens: Option<String>,

    /// Any other key of the file, but none that holds a secret (may be repeated)
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub(super) set: Vec<(String, String)>,

    /// The client secret is in this environment variable
    #[arg(long, value_name = "VARIABLE", group = "secret")]
    pub(super) secret_env: Option<String>,

    /// The client secret is asked for when it is needed
    #[arg(long, group = "secret")]
    pub(super) secret_prompt: bool,

    /// The client secret goes into the system's keyring now: it is asked for on the terminal
    #[arg(long, group = "secret")]
    pub(super) secret_keyring: bool,

    /// It is read from standard input instead
    #[arg(long, requires = "secret_keyring")]
    pub(super) secret_stdin: bool,

    /// The client secret is what this program prints; the last option, all that follows belongs to it
    #[arg(long, value_name = "WORD", group = "secret", num_args = 1.., allow_hyphen_values = true)]
    pub(super) secret_command: Option<Vec<String>>,
}

/// `profile remove`.
#[derive(Debug, Args)]
pub(super) struct Remove {
    /// The profile's name
    pub(super) name: String,

    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
}

/// The words of `keep_tokens`.
fn ways_to_keep() -> impl clap::builder::TypedValueParser<Value = String> {
    PossibleValuesParser::new(KeepTokens::ALL.map(KeepTokens::name)).map(|word| word)
}

/// A key and its value.
fn pair(text: &str) -> Result<(String, String), String> {
    let Some((key, value)) = text.split_once('=') else {
        return Err("expected KEY=VALUE, such as `authorize.pkce=off`".to_owned());
    };
    if key == "client_secret" || key.starts_with("client_secret.") {
        return Err(
            "a secret on the command line would be seen by other programs: use `--secret-keyring`, \
             `--secret-env`, `--secret-command` or `--secret-prompt`"
                .to_owned(),
        );
    }
    Ok((key.to_owned(), value.to_owned()))
}
