//! The command line of `operations`.

use clap::{Args, Subcommand};

/// `operations`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Operations {
    #[command(subcommand)]
    pub(super) action: Action,
}

/// What is told about the operations of the Dinero API.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List them: name, method, path, scope (inferred), danger and what each is for
    List(List),
    /// Tell everything that is known of one: parameters, body, answer, scope, danger
    Show(Show),
}

/// `operations list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only those that match all of these words, the best first; letters may be left out
    pub(super) words: Vec<String>,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `operations show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name, as `operations list` has it
    pub(super) name: String,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}
