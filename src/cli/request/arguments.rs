//! The command line of `request`.

use crate::cli::token::Which;
use crate::core::dinero::draft::is_token;
use crate::core::export::snippet::Language;
use crate::core::profile::is_variable_name;
use crate::core::wire::Body;
use clap::Args;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Most that is sent as a body, in bytes: 16 MiB.
pub(super) const LARGEST_BODY: u64 = 16 * 1024 * 1024;

/// Shown below the options.
const HELP: &str = "\
Examples:
  dineroscope request acme organizations.list
  dineroscope request acme invoices.list -p statusFilter=Overdue --all
  dineroscope request acme contacts.create --field Name=Acme --dry-run
  dineroscope request acme GET /v1/{organizationId}/contacts -q pageSize=5

`dineroscope operations list WORDS` finds an operation, `operations show NAME` tells its
parameters and its body. {{name}} in path, parameters, header fields and body is a variable: of
`--var`, of [variables] in the profile, of the environment where it begins with DINERO_, or uuid,
today, now.";

/// `request`.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(in crate::cli) struct Request {
    /// The profile's name
    pub(super) profile: String,

    /// An operation (`invoices.list`), a saved request of the profile (`@NAME`), or the method for a path
    #[arg(value_name = "OPERATION|METHOD", value_parser = NonEmptyStringValueParser::new())]
    pub(super) what: String,

    /// Behind a method: a path below the profile's API, in which {organizationId} is filled in, or an absolute URL
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(super) path: Option<String>,

    #[command(flatten)]
    pub(super) values: Values,

    #[command(flatten)]
    pub(super) which: Which,

    #[command(flatten)]
    pub(super) way: Way,

    #[command(flatten)]
    pub(super) output: Output,
}

/// What is sent.
#[derive(Debug, Args)]
pub(super) struct Values {
    /// Set a parameter of the operation, in its path or query (may be repeated)
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) param: Vec<(String, String)>,

    /// Add a parameter to the query; one of the operation's own is set (may be repeated)
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) query: Vec<(String, String)>,

    /// Add a header field (may be repeated)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    pub(super) header: Vec<(String, String)>,

    /// Send this body; @FILE: that file; @-: standard input
    #[arg(short, long, value_name = "BODY", value_parser = source, conflicts_with_all = ["field", "file"])]
    pub(super) data: Option<Source>,

    /// Put a value into the operation's body, as `ProductLines.0.Quantity=2` (may be repeated)
    #[arg(long, value_name = "PATH=VALUE", value_parser = pair, conflicts_with = "file")]
    pub(super) field: Vec<(String, String)>,

    /// Upload this file, as multipart/form-data
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub(super) file: Option<String>,

    /// Give {{NAME}} a value, which is taken as it is (may be repeated)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable)]
    pub(super) variables: Vec<(String, String)>,

    /// The organization that {organizationId} stands for, instead of the profile's
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub(super) organization: Option<String>,
}

/// How it is sent.
#[derive(Debug, Args)]
pub(super) struct Way {
    /// Fetch every page of a list, joined into one answer
    #[arg(long)]
    pub(super) all: bool,

    /// Refused for its pace (429): wait as long as the answer says and send it again, 3 times at most
    #[arg(long)]
    pub(super) wait: bool,

    /// Send what books, mails, costs or changes production without asking
    #[arg(long)]
    pub(super) yes: bool,
}

/// What is printed.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// Send nothing: print the request as it would go, secrets masked
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Send nothing: print the request as code, with placeholders for secrets
    #[arg(long, value_name = "LANGUAGE", value_parser = language(),
        conflicts_with_all = ["dry_run", "json", "include"])]
    pub(super) code: Option<Language>,

    /// Status line and header fields before the body
    #[arg(short, long, conflicts_with = "json")]
    pub(super) include: bool,

    /// One JSON object on stdout, the body in it
    #[arg(long)]
    pub(super) json: bool,
}

/// Where a body comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// It is this.
    Text(String),
    /// It stands in a file.
    File(PathBuf),
    /// It is standard input.
    Input,
}

impl Source {
    /// The body. Blocking. Fails with what happened and what to do.
    pub(super) fn read(&self) -> Result<Body, String> {
        let limited = |reader: &mut dyn Read| -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            reader.take(LARGEST_BODY + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let (bytes, what) = match self {
            Self::Text(text) => return Ok(Body::text(text)),
            Self::File(path) => (
                File::open(path).and_then(|mut file| limited(&mut file)),
                format!("the file `{}`", path.display()),
            ),
            Self::Input => (
                limited(&mut io::stdin().lock()),
                "standard input".to_owned(),
            ),
        };
        let bytes = bytes.map_err(|error| {
            format!("{what} cannot be read ({error}): give a file that you may read after `-d @`")
        })?;
        if bytes.len() as u64 > LARGEST_BODY {
            return Err(format!(
                "{what} is over 16 MiB, more than is sent as a body"
            ));
        }
        Ok(Body::new(bytes))
    }
}

/// The languages of snippets, as they are typed.
const LANGUAGES: [(&str, Language); 5] = [
    ("curl", Language::Curl),
    ("rust", Language::Rust),
    ("csharp", Language::CSharp),
    ("python", Language::Python),
    ("javascript", Language::JavaScript),
];

/// One of them.
fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(LANGUAGES.map(|(name, _)| name)).map(|name| {
        let mut all = LANGUAGES.into_iter();
        all.find(|(known, _)| *known == name)
            .map_or(Language::Curl, |(_, language)| language)
    })
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("expected `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `NAME=VALUE`, where the name can stand between braces.
fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = pair(text)?;
    if !is_variable_name(&name) {
        return Err(
            "expected `NAME=VALUE`, the name of letters, digits, `_`, `-` and `.`".to_owned(),
        );
    }
    Ok((name, value))
}

/// `NAME: VALUE`, nothing in it that would end the field and begin another one.
fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .filter(|(name, _)| is_token(name))
        .ok_or("expected `NAME: VALUE`, the name without spaces")?;
    let value = value.trim_matches([' ', '\t']);
    if value
        .chars()
        .any(|letter| letter.is_control() && letter != '\t')
    {
        return Err("a header field holds no line break or other control character".to_owned());
    }
    Ok((name.to_owned(), value.to_owned()))
}

/// `BODY`, `@FILE` or `@-`.
fn source(text: &str) -> Result<Source, String> {
    match text.strip_prefix('@') {
        None => Ok(Source::Text(text.to_owned())),
        Some("") => Err("expected a file after `@`, or `-` for standard input".to_owned()),
        Some("-") => Ok(Source::Input),
        Some(path) => Ok(Source::File(PathBuf::from(path))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_field_is_one_field() {
        let taken = header("X-A:  b: c ");
        assert_eq!(taken, Ok(("X-A".to_owned(), "b: c".to_owned())));
        assert_eq!(header("X:"), Ok(("X".to_owned(), String::new())));
        for wrong in [
            "X",
            ": x",
            "X A: b",
            "X: a\r\nY: b",
            "X: a\nb",
            "X: \0",
            "X\n: b",
            "X : b",
        ] {
            assert!(header(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn every_language_can_be_typed() {
        assert_eq!(LANGUAGES.map(|(_, language)| language), Language::ALL);
    }
}
