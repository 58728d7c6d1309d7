//! The command line of `runs`.

use clap::{Args, Subcommand, ValueEnum};

/// `runs`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Runs {
    #[command(subcommand)]
    pub(super) action: Action,
}

/// What is done with kept runs. A RUN is its name, the beginning of it, `last`, or a file.
#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// List the kept runs, the newest first, each with what was found
    List(List),
    /// Show a run: its steps, what each sent and got, what was found
    Show(Show),
    /// Put two runs side by side: what differs, and what of it matters
    Compare(Compare),
    /// Write a run for somebody else, with every secret and private value replaced
    Export(Export),
    /// Delete runs
    Delete(Delete),
}

/// `runs list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only runs that have all of these words
    pub(super) words: Vec<String>,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `runs show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Its name, the beginning of it, `last`, or a file (a report's JSON)
    pub(super) run: String,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `runs compare`.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The run on the left; names as for `runs show`
    pub(super) left: String,

    /// The run on the right
    pub(super) right: String,

    /// Also what is equal
    #[arg(long)]
    pub(super) all: bool,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// `runs export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The run; names as for `runs show`
    pub(super) run: String,

    /// What is written
    #[arg(long = "as", value_name = "KIND")]
    pub(super) kind: Kind,

    /// A new file, readable by you alone; without it standard output
    #[arg(long, value_name = "FILE")]
    pub(super) to: Option<String>,

    /// JSON that `runs show` and `explain` open again, in place of Markdown
    #[arg(long)]
    pub(super) json: bool,
}

/// What a run is exported as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// The whole run, to be read
    Report,
}

/// `runs delete`.
#[derive(Debug, Args)]
pub(super) struct Delete {
    /// The runs; names as for `runs show`, but no files
    #[arg(required = true, value_name = "RUN")]
    pub(super) runs: Vec<String>,
}
