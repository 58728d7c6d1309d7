//! The one printer: results to one writer, talk to another.
//!
//! It takes only [`Visible`] text and JSON, so nothing from outside can command a terminal; bytes as they
//! are go only where no terminal is.

use crate::core::wire::visible::Visible;
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes results and talk.
pub struct Printer<'a> {
    results: &'a mut dyn Write,
    talk: &'a mut dyn Write,
    results_are_seen: bool,
    talk_is_seen: bool,
    /// Whether a passing line stands there.
    passing: bool,
}

/// Takes a passing line away: to the beginning of the line, and all of it erased (ECMA-48 8.3.41).
const ERASE: &str = "\r\u{1b}[K";

impl<'a> Printer<'a> {
    /// A printer on these writers: standard output and standard error, or a test's buffers.
    pub fn new(results: &'a mut dyn Write, talk: &'a mut dyn Write) -> Self {
        Self {
            results,
            talk,
            results_are_seen: false,
            talk_is_seen: false,
            passing: false,
        }
    }

    /// The same, told whether the results go to a terminal.
    #[must_use]
    pub fn seen(self, results_are_seen: bool) -> Self {
        Self {
            results_are_seen,
            ..self
        }
    }

    /// The same, told whether the talk goes to a terminal.
    #[must_use]
    pub fn talk_seen(self, talk_is_seen: bool) -> Self {
        Self {
            talk_is_seen,
            ..self
        }
    }

    /// Says how far something is, on a line that whatever comes next takes the place of; nothing where nobody
    /// watches.
    pub fn passing(&mut self, line: &Visible) {
        if self.talk_is_seen {
            self.passing = true;
            let _ = write!(self.talk, "{ERASE}{line}").and_then(|()| self.talk.flush());
        }
    }

    /// Takes the passing line away, where there is one.
    pub fn erase(&mut self) {
        if std::mem::take(&mut self.passing) {
            let _ = write!(self.talk, "{ERASE}").and_then(|()| self.talk.flush());
        }
    }

    /// Whether the results go to a terminal, where a person sees them.
    pub fn results_are_seen(&self) -> bool {
        self.results_are_seen
    }

    /// Bytes of the result exactly as they are, no line end added; on a terminal, lines made safe. Fails as
    /// [`Self::result`] does.
    pub fn exactly(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.erase();
        if self.results_are_seen {
            for line in Visible::lines(&String::from_utf8_lossy(bytes)) {
                writeln!(self.results, "{line}")?;
            }
        } else {
            self.results.write_all(bytes)?;
        }
        self.results.flush()
    }

    /// A line of the result. Fails when standard output is closed or full.
    pub fn result(&mut self, line: &Visible) -> io::Result<()> {
        self.erase();
        writeln!(self.results, "{line}")?;
        self.results.flush()
    }

    /// A JSON object on a line of its own. Fails as [`Self::result`] does.
    pub fn object(&mut self, value: &Value) -> io::Result<()> {
        self.json(&value.to_string())
    }

    /// A JSON text that stands on one line. Fails as [`Self::result`] does.
    pub fn json(&mut self, text: &str) -> io::Result<()> {
        self.erase();
        writeln!(self.results, "{}", escaped(text))?;
        self.results.flush()
    }

    /// A line for the person who reads along. Nobody reading along is no failure.
    pub fn talk(&mut self, line: &Visible) {
        self.erase();
        let _ = writeln!(self.talk, "{line}").and_then(|()| self.talk.flush());
    }
}

/// JSON text in which whatever could command a terminal is written as `\uXXXX`.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        let is_plain = matches!(character, ' '..='~');
        if is_plain
            || Visible::of(character.encode_utf8(&mut [0; 4]))
                .as_str()
                .starts_with(character)
        {
            text.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        }
    }
    text
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_passing_line_gives_way_and_is_for_a_terminal_only() {
        for (seen, expected) in [
            (true, "\r\u{1b}[Kpage 1\r\u{1b}[Kpage 2\r\u{1b}[Kdone\n"),
            (false, "done\n"),
        ] {
            let (mut results, mut talk) = (Vec::new(), Vec::new());
            let mut printer = Printer::new(&mut results, &mut talk).talk_seen(seen);
            printer.passing(&Visible::of("page 1"));
            printer.passing(&Visible::of("page 2"));
            printer.talk(&Visible::of("done"));
            assert_eq!(String::from_utf8(talk).unwrap(), expected);
        }
    }

    #[test]
    fn json_cannot_command_a_terminal_and_says_the_same() {
        let (mut results, mut talk) = (Vec::new(), Vec::new());
        let value = json!({"text": "a\u{1b}[2J\u{9b}b\u{202e}c\u{e0041}æøå\n"});
        Printer::new(&mut results, &mut talk)
            .object(&value)
            .unwrap();
        let line = String::from_utf8(results).unwrap();
        for control in ['\u{1b}', '\u{9b}', '\u{202e}', '\u{e0041}'] {
            assert!(!line.contains(control), "{line:?}");
        }
        assert!(line.contains("æøå"));
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }
}
