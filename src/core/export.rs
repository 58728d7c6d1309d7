//! What leaves this machine: records and texts with every secret and every private value replaced by an
//! ordinal, `code-1`: the same value the same ordinal, and nothing can be computed back (design.md section 5).

pub mod snippet;
pub mod ticket;

use crate::core::secret::Secret;
use crate::core::secret::kept::{DOTS as MASKED, KeptMark};
use crate::core::wire::redact::{Mask, is_secret_name};
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Direction, Failure, Outcome, Record, Request};

/// Most characters of one message that are taken over; what is beyond is counted.
const LONGEST: usize = 16 * 1024;

/// Names values in the order in which they are met.
#[derive(Debug)]
pub struct Export {
    mask: Mask,
    /// Values that are known, whatever they are called where they stand.
    known: Vec<Secret>,
    /// Their marks on this machine and in this export.
    marks: Vec<(String, String)>,
    /// Marks with the ordinals they became.
    named: Vec<(String, String)>,
}

impl Export {
    /// An export of its own: with another key the same value gets another mark, and with it no relation to
    /// anything that was exported before. `known` are values that texts may quote, state, nonce, secrets;
    /// `here` is how they are marked on this machine, which findings quote as well.
    pub fn new(key: [u8; 32], known: Vec<Secret>, here: &Mask) -> Self {
        let mask = Mask::for_exports(key);
        let marks = known.iter().map(|value| {
            let value = value.expose();
            (here.fingerprint(value), mask.fingerprint(value))
        });
        Self {
            marks: marks.collect(),
            mask,
            known,
            named: Vec::new(),
        }
    }

    /// The same for what can be read again: a masked value keeps its length beside its ordinal,
    /// `••••64~code-1` ([`KeptMark`]).
    #[must_use]
    pub fn for_keeping(self) -> Self {
        Self {
            mask: self.mask.for_keeping(),
            ..self
        }
    }

    /// How its values are masked, before they get their ordinals.
    pub fn mask(&self) -> &Mask {
        &self.mask
    }

    /// A text: a finding's evidence, a note.
    pub fn text(&mut self, text: &str) -> String {
        let known: Vec<&Secret> = self.known.iter().collect();
        let masked = self.mask.text(text, &known);
        self.with_ordinals(&masked)
    }

    /// A value that stands alone beside its name. What is private goes whole: a person's name has spaces, an
    /// address is an object, and neither ends where a pair in a text would.
    pub fn value(&mut self, name: &str, value: &str) -> String {
        if !self.mask.hides(name) {
            // Beside words that end in the name of a secret, as `age of the code`, it is none.
            return self.text(value);
        }
        let is_masked = is_secret_name(name) && value.starts_with(MASKED);
        let pair = if is_masked {
            let known: Vec<&Secret> = self.known.iter().collect();
            self.mask.text(&format!("{name}={value}"), &known)
        } else {
            format!("{name}={}", self.mask.inline(value))
        };
        let pair = self.with_ordinals(&pair);
        let start = format!("{name}=");
        pair.strip_prefix(&start).unwrap_or(&pair).to_owned()
    }

    /// A URL.
    pub fn url(&mut self, url: &str) -> String {
        let masked = self.mask.url(url).to_string();
        self.with_ordinals(&masked)
    }

    /// The request of a record as raw text; a body that tells about people is left out.
    pub fn request(&mut self, record: &Record) -> String {
        let size = record.request.body.len();
        if !record.purpose.is_about_people() || size == 0 {
            let lines = self.mask.request_lines(&record.request);
            return self.raw(&lines);
        }
        let bare = Request {
            body: Body::default(),
            ..record.request.clone()
        };
        let lines = self.mask.request_lines(&bare);
        self.head_of(&lines, size)
    }

    /// The answer of a record as raw text, or why there is none. Of one that tells about people only the head.
    pub fn answer(&mut self, record: &Record) -> String {
        let response = match &record.outcome {
            Outcome::Pending => return "no answer yet".to_owned(),
            Outcome::Failed(failure) => return self.failure(failure),
            Outcome::Response(response) => response,
        };
        if record.purpose.is_about_people() {
            let (bare, _) = response.shortened(0);
            let lines = self.mask.response_lines(&bare);
            return self.head_of(&lines, response.body.len());
        }
        if record.direction == Direction::Incoming {
            // The page that this program shows a browser says nothing about the failure.
            let (bare, _) = response.shortened(0);
            let lines = self.mask.response_lines(&bare);
            return self.raw(&lines);
        }
        let lines = self.mask.response_lines(response);
        self.raw(&lines)
    }

    /// A head, and how much is left out below it.
    fn head_of(&mut self, lines: &[Visible], size: usize) -> String {
        let head = self.raw(lines);
        format!("{head}\n\n(body left out: {size} bytes about people)")
    }

    /// Why no answer came.
    fn failure(&mut self, failure: &Failure) -> String {
        let detail = self.text(failure.detail.trim());
        format!(
            "no HTTP answer from {}:{}: {detail}",
            failure.host, failure.port
        )
    }

    /// Lines as one text of bounded length.
    fn raw(&mut self, lines: &[Visible]) -> String {
        let mut text = String::new();
        for line in lines {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line.as_str());
        }
        let known: Vec<&Secret> = self.known.iter().collect();
        let text = self.mask.text(&text, &known);
        let text = self.with_ordinals(&text);
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => {
                let left = text[end..].chars().count();
                format!("{}\n({left} more characters left out)", &text[..end])
            }
            None => text,
        }
    }

    /// Every mark replaced by its ordinal.
    pub fn with_ordinals(&mut self, text: &str) -> String {
        let mut named = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(MASKED) {
            let (before, from) = rest.split_at(at);
            named.push_str(before);
            let behind = &from[MASKED.len()..];
            named.push_str(MASKED);
            rest = behind;
            let Some((length, mark)) = mark_in(behind).or_else(|| kept_mark_in(behind)) else {
                continue;
            };
            let name = name_before(&named[..named.len() - MASKED.len()]);
            let ordinal = self.ordinal(&format!("#{}", mark.trim_start_matches('#')), &name);
            named.push_str(length);
            named.push_str(&ordinal);
            rest = &behind[length.len() + mark.len()..];
        }
        named.push_str(rest);
        named
    }

    /// The ordinal of a mark, after the first name it was met under.
    fn ordinal(&mut self, mark: &str, name: &str) -> String {
        let known = self.marks.iter().find(|(here, _)| here == mark);
        let mark = known.map_or(mark, |(_, long)| long).to_owned();
        let mark = mark.as_str();
        // A finding quotes the short mark of a value whose long one stands in a record.
        let is_same = |known: &str| {
            known == mark
                || known.len() != mark.len() && (known.starts_with(mark) || mark.starts_with(known))
        };
        if let Some((_, ordinal)) = self.named.iter().find(|(known, _)| is_same(known)) {
            return ordinal.clone();
        }
        let same = |ordinal: &str| ordinal.rsplit_once('-').is_some_and(|(of, _)| of == name);
        let number = 1 + self.named.iter().filter(|(_, it)| same(it)).count();
        let ordinal = format!("{name}-{number}");
        self.named.push((mark.to_owned(), ordinal.clone()));
        ordinal
    }
}

/// Letters of a mark with its `#`: in an export, and on this machine.
const MARK_LENGTHS: [usize; 2] = [17, 5];

/// What stands between the dots and the mark (` 64 chars `, or nothing), and the mark.
fn mark_in(text: &str) -> Option<(&str, &str)> {
    let at = text.find('#')?;
    let (length, rest) = text.split_at(at);
    let counted = length
        .strip_prefix(' ')
        .and_then(|it| it.strip_suffix(" chars "))
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    if !length.is_empty() && !counted {
        return None;
    }
    let is_mark = |mark: &&str| mark[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
    let marks = MARK_LENGTHS.iter().filter_map(|length| rest.get(..*length));
    let mut marks = marks.filter(is_mark);
    marks.next().map(|mark| (length, mark))
}

/// Length (`64~`) and mark of a value as it is written down.
fn kept_mark_in(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let end = digits + 1 + LONG;
    let whole = text.get(..end)?;
    KeptMark::read(&format!("{MASKED}{whole}"))?;
    Some((&text[..=digits], &text[digits + 1..end]))
}

/// Letters of a mark that is written down.
const LONG: usize = 16;

/// The name that a value stands behind: `code=`, `"access_token": "`, `Authorization: Bearer `.
fn name_before(text: &str) -> String {
    let mut text = text.trim_end_matches(['"', '\'', ' ', '\\']);
    for scheme in ["Bearer", "Basic", "DPoP"] {
        text = text.strip_suffix(scheme).unwrap_or(text).trim_end();
    }
    let text = text.trim_end_matches(['=', ':', '"', '\'', ' ', '\\', '>']);
    let of_a_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    let start = text.rfind(|letter| !of_a_name(letter)).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    match text[start..].to_ascii_lowercase().as_str() {
        "" => "value".to_owned(),
        name if name.len() > 40 => "value".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_is_the_same_ordinal_under_every_name() {
        let mut export = Export::new(
            [7; 32],
            vec![Secret::new("the state of the run")],
            &Mask::new([9; 32]),
        );
        assert_eq!(
            export.url("http://localhost/cb?code=one&state=the+state+of+the+run&scope=a"),
            "http://localhost/cb?code=••••code-1&state=••••state-1&scope=a"
        );
        assert_eq!(
            export.text("{\"code\":\"one\",\"access_token\":\"two\"}"),
            "{\"code\":\"••••code-1\",\"access_token\":\"••••access_token-1\"}"
        );
        assert_eq!(
            export.text("it was `the state of the run`, code=three"),
            "it was `••••state-1`, code=••••code-2"
        );
        let here = Mask::new([9; 32]).fingerprint("the state of the run");
        assert_eq!(
            export.text(&format!("••••{here} and •••• 64 chars #a3f1")),
            "••••state-1 and •••• 64 chars and-1"
        );
        assert_eq!(
            export.text("Authorization: Bearer two-and-twenty-characters"),
            "Authorization: ••••authorization-1"
        );
    }

    #[test]
    fn what_only_looks_like_a_mark_is_left() {
        let mut export = Export::new([7; 32], Vec::new(), &Mask::new([9; 32]));
        for text in [
            "••••",
            "•••• 64 chars",
            "•••• x #0123456789abcdef",
            "••••#01x3",
            "••••#a3",
        ] {
            assert_eq!(export.with_ordinals(text), text);
        }
    }
}
