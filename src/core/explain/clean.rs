//! Undoes what mail programs, web pages and copying did to a text, and says so.

use crate::core::diagnose::{Finding, Severity};
use crate::core::oauth::Step;
use crate::core::wire::html::unescape;
use crate::core::wire::visible::Visible;

/// What had to be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// Lines were quoted or wrapped.
    Wrapped,
    /// `&amp;` and its kin.
    HtmlEscaped,
    /// An address was percent-encoded as a whole.
    EncodedTwice,
    /// `\u0026` and its kin, or `^&`.
    CodeEscaped,
    /// A mail filter put its own address around the one that was meant.
    Rewritten,
    /// There is more of it than is looked at.
    Cut,
}

impl Note {
    /// As a finding that never leads.
    pub(super) fn finding(self) -> Finding {
        let (rule, headline, cause) = match self {
            Self::Wrapped => (
                "input-wrapped",
                "The text was quoted or wrapped on its way",
                "A mail program put marks or line ends into it. They were taken out before reading.",
            ),
            Self::HtmlEscaped => (
                "input-html-escaped",
                "The text is escaped for HTML",
                "`&` stands there as `&amp;`. It was undone before reading; a browser would not do that for \
                 an address that is pasted.",
            ),
            Self::EncodedTwice => (
                "input-encoded-twice",
                "The address is percent-encoded once too often",
                "It was decoded once before reading.",
            ),
            Self::CodeEscaped => (
                "input-code-escaped",
                "The text is escaped as in JSON or on a command line",
                "`&` stands there as `\\u0026` or `^&`, or `/` as `\\/`. It was undone before reading.",
            ),
            Self::Rewritten => (
                "input-link-rewritten",
                "A mail filter wrapped the address in its own",
                "Safe Links leads through a server of Microsoft. The address that was meant was taken out.",
            ),
            Self::Cut => (
                "input-cut",
                "There is more of it than was looked at",
                "Of a text the first 4 MiB are read; of a HAR file the requests of the sign-in, the first \
                 hundred calls that failed and twenty others.",
            ),
        };
        Finding {
            rule,
            step: Step::Link,
            severity: Severity::Note,
            headline: Visible::of(headline),
            evidence: Visible::default(),
            cause: Visible::of(cause),
            fix: Vec::new(),
            source: "the text itself",
        }
    }
}

/// The text as it was meant, and what was undone for that.
pub(super) fn clean(text: &str) -> (String, Vec<Note>) {
    let mut notes = Vec::new();
    let mut text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .trim()
        .to_owned();
    if let Some(plain) = without_quotes(&text) {
        text = plain;
        notes.push(Note::Wrapped);
    }
    if let Some(plain) = from_quoted_printable(&text) {
        text = plain;
        notes.push(Note::Wrapped);
    }
    let is_page = text.contains("<html") || text.contains("<HTML");
    if is_page {
        // As a browser reads it: nothing worth a word.
        text = text.replace("&amp;", "&");
    } else if text.contains("&amp;") {
        text = unescape(&text);
        if text.contains("&amp;") {
            // Some programs escape what was escaped.
            text = unescape(&text);
        }
        notes.push(Note::HtmlEscaped);
    }
    if ["\\u0026", ":\\/\\/", "^&"]
        .iter()
        .any(|mark| text.contains(mark))
    {
        for (escaped, plain) in [
            ("\\u0026", "&"),
            ("\\u003d", "="),
            ("\\/", "/"),
            ("^&", "&"),
        ] {
            text = text.replace(escaped, plain);
        }
        notes.push(Note::CodeEscaped);
    }
    if let Some(joined) = joined_addresses(&text) {
        text = joined;
        notes.push(Note::Wrapped);
    }
    if let Some(meant) = behind_safe_links(&text) {
        text = meant;
        notes.push(Note::Rewritten);
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("https%3a%2f%2f") || lower.starts_with("http%3a%2f%2f") {
        text = percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned();
        notes.push(Note::EncodedTwice);
    }
    notes.dedup();
    (text, notes)
}

/// The address that a Safe Links address of Microsoft leads to.
fn behind_safe_links(text: &str) -> Option<String> {
    let begin = text.find("safelinks")?;
    let (_, query) = text[begin..].split_once('?')?;
    let end = query.find(|letter: char| letter.is_whitespace() || "<>\"'".contains(letter));
    let query = &query[..end.unwrap_or(query.len())];
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, value)| name == "url" && value.starts_with("http"))
        .map(|(_, value)| value.into_owned())
}

/// Lines without the `>` of a quoted mail, when most of them have it.
fn without_quotes(text: &str) -> Option<String> {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let quoted = lines.iter().filter(|line| line.starts_with('>')).count();
    if quoted == 0 || quoted * 2 < lines.len() {
        return None;
    }
    let bare: Vec<&str> = text
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ']))
        .collect();
    Some(bare.join("\n"))
}

/// Quoted-printable undone (RFC 2045 6.7), when the text has its marks.
fn from_quoted_printable(text: &str) -> Option<String> {
    if !(text.contains("=3D") && (text.contains("=\n") || text.contains("=3D")))
        || text.contains("http") && !text.contains("=3D")
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'=' {
            if behind.is_empty() {
                break;
            }
            if let Some(after) = behind.strip_prefix(b"\n") {
                rest = after;
                continue;
            }
            let byte = behind
                .get(..2)
                .and_then(|digits| std::str::from_utf8(digits).ok())
                .and_then(|digits| u8::from_str_radix(digits, 16).ok());
            if let Some(byte) = byte {
                bytes.push(byte);
                rest = &behind[2..];
                continue;
            }
        }
        bytes.push(*first);
        rest = behind;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Shortest line that a mail program wraps.
const WRAPPED: usize = 50;

/// Addresses that go on in the next line, put together.
fn joined_addresses(text: &str) -> Option<String> {
    let mut joined = String::with_capacity(text.len());
    let mut open = false;
    let mut changed = false;
    for line in text.split('\n') {
        let bare = line.trim_start();
        let goes_on = open
            && !bare.is_empty()
            && !bare.contains(char::is_whitespace)
            && !bare.starts_with("http")
            && bare.is_ascii();
        if goes_on {
            joined.push_str(bare);
            changed = true;
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(line);
        }
        let last = line.rsplit(char::is_whitespace).next().unwrap_or_default();
        let begins = last.contains("http://") || last.contains("https://");
        open = line.len() >= WRAPPED
            && (begins || goes_on)
            && last.contains(['?', '&', '=', '%'])
            && !line.ends_with(['>', '"', '\\', '^', '\'']);
    }
    changed.then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_address_is_put_together_and_prose_is_left() {
        let address = "https://connect.visma.com/connect/authorize?client_id=isv_acme&\nstate=abc";
        let (text, notes) = clean(address);
        assert_eq!(text, address.replace('\n', ""));
        assert_eq!(notes, [Note::Wrapped]);
        let prose =
            "See https://connect.visma.com/connect/authorize?client_id=isv_acme for it\nThanks";
        assert_eq!(clean(prose), (prose.to_owned(), Vec::new()));
    }

    #[test]
    fn escapes_are_undone_once() {
        assert_eq!(
            clean("https://a.example/?a=1&amp;b=2").0,
            "https://a.example/?a=1&b=2"
        );
        assert_eq!(
            clean("f=C3=A5 https://a.example/?a=3D1=\n2").0,
            "få https://a.example/?a=12"
        );
        assert_eq!(
            clean("https%3A%2F%2Fa.example%2F%3Fa%3D1").0,
            "https://a.example/?a=1"
        );
        assert_eq!(
            clean(r"{'u':'https:\/\/a.example\/?a=1\u0026b\u003d2'}").0,
            "{'u':'https://a.example/?a=1&b=2'}"
        );
        assert_eq!(
            clean("start https://a/?a=1^&b=2").0,
            "start https://a/?a=1&b=2"
        );
    }
}
