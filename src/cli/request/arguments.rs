//! The command line of `request`.

use crate::cli::token::Which;
use crate::core::wire::Body;
use clap::Args;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

/// Most that is sent as a body, in bytes: 16 MiB.
pub(super) const LARGEST_BODY: u64 = 16 * 1024 * 1024;

/// `request`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Request {
    /// The profile's name
    pub(super) profile: String,

    /// The method: GET, POST, PUT, …
    #[arg(value_parser = method)]
    pub(super) method: String,

    /// A path below the profile's API, in which {organizationId} is filled in, or an absolute URL
    #[arg(value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) path: String,

    /// Add a parameter to the query (may be repeated)
    #[arg(short, long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(super) query: Vec<(String, String)>,

    /// Add a header field (may be repeated)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    pub(super) header: Vec<(String, String)>,

    /// Send this body; @FILE: that file; @-: standard input
    #[arg(short, long, value_name = "BODY", value_parser = source)]
    pub(super) data: Option<Source>,

    /// The organization that {organizationId} stands for, instead of the profile's
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) organization: Option<String>,

    #[command(flatten)]
    pub(super) which: Which,

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

/// A path, or an absolute URL, with further parameters in its query.
pub(super) fn with_query(path: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let encoded = |text: &str| utf8_percent_encode(text, COMPONENT).to_string();
    let added: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    // What stands behind `#` is never sent.
    let path = path.split('#').next().unwrap_or_default();
    let between = match path.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{path}{between}{}", added.join("&"))
}

/// All that is encoded in a query: everything but what RFC 3986 2.3 leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Whether a text is a token (RFC 9110 5.6.2): a method, or the name of a header field.
fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}

/// A method, in capitals.
fn method(text: &str) -> Result<String, String> {
    if is_token(text) {
        Ok(text.to_ascii_uppercase())
    } else {
        Err("expected a method such as GET or POST".to_owned())
    }
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = pair.ok_or("expected `NAME=VALUE`")?;
    Ok((name.to_owned(), value.to_owned()))
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
    fn a_query_goes_behind_the_one_that_is_there() {
        let pairs = [
            ("a b".to_owned(), "ø&=".to_owned()),
            ("a b".to_owned(), String::new()),
        ];
        let added = "a%20b=%C3%B8%26%3D&a%20b=";
        for (path, expected) in [
            ("/v1/x", format!("/v1/x?{added}")),
            ("/v1/x?", format!("/v1/x?{added}")),
            ("/v1/x?y=1", format!("/v1/x?y=1&{added}")),
            ("/v1/x?y=1&#part", format!("/v1/x?y=1&{added}")),
            ("https://a/x#y?z", format!("https://a/x?{added}")),
        ] {
            assert_eq!(with_query(path, &pairs), expected);
        }
        assert_eq!(with_query("/x#y", &[]), "/x#y");
    }

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
        assert_eq!(method("get"), Ok("GET".to_owned()));
        for wrong in ["", "GET /", "A\nB", "GÆT"] {
            assert!(method(wrong).is_err(), "{wrong:?}");
        }
    }
}
