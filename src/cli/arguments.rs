//! The command line as clap reads it: one definition for parser, help and messages.
//!
//! Only what works is here; what later work adds is not shown.

use crate::cli::filter::FilterAnswer;
use crate::cli::operations::Operations;
use crate::cli::overrides::Overrides;
use crate::cli::profile::Profile;
use crate::cli::request::Request;
use crate::cli::runs::Runs;
use crate::cli::token::Token;
use crate::core::fault::Fault;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;
use std::path::PathBuf;

/// Shown below the options.
const HELP: &str = "\
Try it without an account, everything on this machine:
  dineroscope demo

Then, with a profile of your own in ./profiles or the configuration folder:
  dineroscope profile new NAME      makes one
  dineroscope --profile NAME        walk the flow step by step on the screen
  dineroscope login NAME            the same flow without a screen
  dineroscope request NAME organizations.list
                                    a call of the API with the token that was kept
  dineroscope operations list WORDS finds what can be called

Exit codes:
  0  done
  1  the provider, the user or the API said no, or nobody answered in time
  2  the command line was not understood
  3  something is wrong with the profile, or with what is kept
  4  no whole HTTP answer came, or an address could not be bound
  5  explain: not recognised";

/// Shown below the options of those that start a sandbox.
const FAULTS_HELP: &str = "\
DINEROSCOPE_FAULT=NAME,NAME switches faults on as `--fault` does; both together are added up";

/// Walk an OAuth 2.0 client through Visma Connect one visible step at a time, then call the Dinero API
#[derive(Debug, Parser)]
#[command(version, after_help = HELP, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// The profile that the screens open with
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// A folder of profiles, searched first and trusted
    #[arg(long, value_name = "DIR", global = true)]
    pub(super) profiles: Option<PathBuf>,

    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// What is done instead of opening the screens on a profile.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Open the screens on the embedded sandbox: no account needed
    Demo(Demo),
    /// Make a link to look at; findings on stderr
    Link(Link),
    /// Walk the flow without a screen, from link to token
    Login(Login),
    /// Call the API with the kept token, by an operation's name or by method and path, and print the answer
    Request(Request),
    /// Look at, use, refresh, bring or forget the tokens that are kept for a profile
    Token(Token),
    /// List the operations of the Dinero API, find one by words, tell everything about one; offline
    Operations(Operations),
    /// Say what a link, callback, token, error or curl line is and what is wrong with it; offline
    Explain(Explain),
    /// List, show, check, make or remove profiles
    Profile(Profile),
    /// List, show, compare, hand on or delete the runs that were kept
    Runs(Runs),
    /// Run the sandbox (Visma Connect and Dinero) for other programs, until Ctrl-C
    Sandbox(Sandbox),
    /// Filter the JSON of standard input; this program starts it for itself
    #[command(hide = true)]
    FilterAnswer(FilterAnswer),
}

/// `demo`.
#[derive(Debug, Args)]
#[command(after_help = FAULTS_HELP)]
pub(super) struct Demo {
    /// Let the sandbox fail in this way (may be repeated)
    #[arg(long = "fault", value_name = "NAME", value_parser = Fault::named)]
    pub(super) faults: Vec<Fault>,
}

/// `link`.
#[derive(Debug, Args)]
pub(super) struct Link {
    /// The profile's name
    pub(super) profile: String,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) overrides: Overrides,
}

/// `login`.
#[derive(Debug, Args)]
pub(super) struct Login {
    /// The profile's name
    pub(super) profile: String,

    /// Print the link, open no browser
    #[arg(long)]
    pub(super) no_browser: bool,

    /// First ask the provider for the link; if it shows its error page, stop there
    #[arg(long)]
    pub(super) preflight: bool,

    /// How long to wait for the callback: `90s`, `5m`, `1h`
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(super) timeout: SignedDuration,

    /// One JSON object a line on stdout; the last is `token` or `failed`
    #[arg(long)]
    pub(super) json: bool,

    #[command(flatten)]
    pub(super) overrides: Overrides,
}

/// `explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
What it reads, also wrapped by a mail program, quoted or escaped as HTML:
  an authorize link
  an answer at the redirect URI: address, form body, raw request, log line
  the address or text of Visma's error page
  a token request, raw or as a curl line of bash or cmd, and its answer
  an error text that holds one of them
  a JWT, a Dinero request or answer, a HAR file

Exit codes: 0 nothing wrong; 1 an error was found; 5 not recognised")]
pub(super) struct Explain {
    /// A file; `-` or nothing: standard input
    pub(super) file: Option<String>,

    /// Compare with this profile
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,

    /// One JSON object on stdout
    #[arg(long)]
    pub(super) json: bool,

    /// Name every rule instead
    #[arg(long, conflicts_with_all = ["file", "profile", "rule"])]
    pub(super) list: bool,

    /// Tell about one rule instead
    #[arg(long, value_name = "NAME", conflicts_with_all = ["file", "profile"])]
    pub(super) rule: Option<String>,
}

/// `sandbox`.
#[derive(Debug, Args)]
#[command(after_help = FAULTS_HELP)]
pub(super) struct Sandbox {
    /// The port on 127.0.0.1; 0 takes any free one
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(super) port: u16,

    /// Let the sandbox fail in this way (may be repeated)
    #[arg(long = "fault", value_name = "NAME", value_parser = Fault::named)]
    pub(super) faults: Vec<Fault>,

    /// What happens at the consent page
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = ConsentChoice::Ask)]
    pub(super) consent: ConsentChoice,

    /// Print a profile for this sandbox on stdout, instead of its origin
    #[arg(long)]
    pub(super) print_profile: bool,
}

/// What the sandbox does where it would ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ConsentChoice {
    /// Show the page
    Ask,
    /// Accept at once
    Accept,
    /// Cancel at once
    Cancel,
}

impl Arguments {
    /// What stands together although one of the two would do nothing.
    pub(super) fn conflict(&self) -> Option<clap::Error> {
        let message = match &self.command {
            Some(command) if self.profile.is_some() => format!(
                "`--profile` opens the screens and does not go with `{}`; \
                 `login`, `link`, `token` and `request` take the profile's name as it is",
                command.name()
            ),
            Some(command @ (Command::Sandbox(_) | Command::Operations(_)))
                if self.profiles.is_some() =>
            {
                format!(
                    "`--profiles` does not go with `{}`: it reads no profile",
                    command.name()
                )
            }
            _ => return None,
        };
        Some(Self::command().error(clap::error::ErrorKind::ArgumentConflict, message))
    }

    /// Adds the faults that the environment names to those of `--fault`, where there are any to add to.
    pub(super) fn add_faults(&mut self, names: &str) -> Result<(), clap::Error> {
        let Some(Command::Demo(Demo { faults }) | Command::Sandbox(Sandbox { faults, .. })) =
            &mut self.command
        else {
            return Ok(());
        };
        for name in names.split(',').map(str::trim) {
            if name.is_empty() {
                continue;
            }
            let fault = Fault::named(name).map_err(|message| {
                let message = format!("`{name}` in {} is no fault: {message}", super::FAULTS);
                Self::command().error(clap::error::ErrorKind::InvalidValue, message)
            })?;
            faults.push(fault);
        }
        Ok(())
    }
}

impl Command {
    /// As it is typed.
    fn name(&self) -> &'static str {
        match self {
            Self::Demo(_) => "demo",
            Self::Link(_) => "link",
            Self::Login(_) => "login",
            Self::Explain(_) => "explain",
            Self::Sandbox(_) => "sandbox",
            Self::Request(_) => "request",
            Self::Token(_) => "token",
            Self::Operations(_) => "operations",
            Self::Profile(_) => "profile",
            Self::Runs(_) => "runs",
            Self::FilterAnswer(_) => "filter-answer",
        }
    }
}

/// A length of time above zero, with its unit.
fn duration(text: &str) -> Result<SignedDuration, String> {
    let expected = "expected a number with a unit, such as `90s`, `5m` or `1h`";
    let duration: SignedDuration = text.parse().map_err(|_| expected.to_owned())?;
    if duration.is_positive() {
        Ok(duration)
    } else {
        Err(format!("{expected}, above zero"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_no_fault_with_the_definition() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_length_of_time_needs_a_unit_and_is_above_zero() {
        assert_eq!(duration("5m"), Ok(SignedDuration::from_mins(5)));
        assert_eq!(duration("90s"), Ok(SignedDuration::from_secs(90)));
        for wrong in ["5", "", "0s", "-1m", "soon"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
