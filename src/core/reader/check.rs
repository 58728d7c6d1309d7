//! Whether a text is JSON as a whole (RFC 8259), and the byte at which it stops being so.
//!
//! It goes over the text in pieces, so that one of 100 MB holds nobody up; what is open is remembered as bits.

use crate::core::wire::source::Source;

/// Bytes that are gone over at a time.
const PIECE: usize = 64 * 1024;

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Value,
    ValueOrEnd,
    Name,
    NameOrEnd,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// What the next byte goes on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    Between,
    String,
    Escape,
    /// So many hexadecimal digits are still to come.
    Hexadecimal(u8),
    Number(Number),
    /// What is still to come of `true`, `false` or `null`.
    Word(&'static [u8]),
}

/// How far a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    Minus,
    Zero,
    Whole,
    Point,
    Fraction,
    E,
    Sign,
    Exponent,
}

/// What is known of a text so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is JSON as far as it was read.
    SoFar,
    /// It is JSON as a whole.
    Whole,
    /// It stops being JSON at that byte.
    Breaks(u64),
    /// It ends before its value does.
    EndsEarly,
}

/// Goes over a text.
#[derive(Debug, Clone)]
pub(super) struct Check {
    done: u64,
    within: Within,
    expected: Expected,
    /// Whether the string is a name.
    names: bool,
    /// Whether each open bracket is that of an object, 64 to a word.
    open: Vec<u64>,
    depth: usize,
    verdict: Verdict,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            done: 0,
            within: Within::Between,
            expected: Expected::Value,
            names: false,
            open: Vec::new(),
            depth: 0,
            verdict: Verdict::SoFar,
        }
    }
}

impl Check {
    /// Of a text that is one value; several that follow each other are our own, and not looked at.
    pub(super) fn new(many: bool) -> Self {
        Self {
            verdict: if many { Verdict::Whole } else { Verdict::SoFar },
            ..Self::default()
        }
    }

    pub(super) fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Goes on over a piece of the text; says whether there was anything to do.
    pub(super) fn advance(
        &mut self,
        source: &dyn Source,
        ended: bool,
        buffer: &mut Vec<u8>,
    ) -> bool {
        if self.verdict != Verdict::SoFar {
            return false;
        }
        buffer.resize(PIECE, 0);
        let count = source.read_at(self.done, buffer);
        if count == 0 {
            if ended {
                self.verdict = self.at_end();
            }
            return ended;
        }
        let mut at = 0;
        if self.done == 0 && buffer.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        while at < count {
            if self.within == Within::String {
                at += plain(&buffer[at..count]);
                if at == count {
                    break;
                }
            }
            if !self.take(buffer[at]) {
                self.verdict = Verdict::Breaks(self.done + at as u64);
                return true;
            }
            at += 1;
        }
        self.done += count as u64;
        true
    }

    fn at_end(&self) -> Verdict {
        let ends = match self.within {
            Within::Between => true,
            Within::Number(number) => number.may_end(),
            _ => false,
        };
        let is_whole = self.expected == Expected::Nothing && ends;
        if is_whole {
            Verdict::Whole
        } else {
            Verdict::EndsEarly
        }
    }

    /// Takes a byte; says whether it may stand there.
    fn take(&mut self, byte: u8) -> bool {
        match self.within {
            Within::Between => self.begin(byte),
            Within::String => match byte {
                b'"' => {
                    self.within = Within::Between;
                    self.expected = if self.names {
                        Expected::Colon
                    } else {
                        self.after_value()
                    };
                    true
                }
                b'\\' => self.go(Within::Escape),
                _ => byte >= 0x20,
            },
            Within::Escape => match byte {
                b'u' => self.go(Within::Hexadecimal(4)),
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.go(Within::String),
                _ => false,
            },
            Within::Hexadecimal(left) => {
                let next = if left == 1 {
                    Within::String
                } else {
                    Within::Hexadecimal(left - 1)
                };
                byte.is_ascii_hexdigit() && self.go(next)
            }
            Within::Word(rest) => match rest.split_first() {
                Some((first, rest)) if *first == byte => self.go(if rest.is_empty() {
                    Within::Between
                } else {
                    Within::Word(rest)
                }),
                _ => false,
            },
            Within::Number(number) => {
                if let Some(next) = number.next(byte) {
                    return self.go(Within::Number(next));
                }
                self.within = Within::Between;
                number.may_end() && self.begin(byte)
            }
        }
    }

    const fn go(&mut self, within: Within) -> bool {
        self.within = within;
        true
    }

    /// Takes a byte that begins something.
    fn begin(&mut self, byte: u8) -> bool {
        let takes_value = matches!(self.expected, Expected::Value | Expected::ValueOrEnd);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => true,
            b'"' => {
                self.names = matches!(self.expected, Expected::Name | Expected::NameOrEnd);
                (takes_value || self.names) && self.go(Within::String)
            }
            b'{' | b'[' if takes_value => {
                self.open(byte == b'{');
                true
            }
            b'}' | b']' => self.close(byte == b'}'),
            b',' if self.expected == Expected::CommaOrEnd => {
                self.expected = if self.in_object() {
                    Expected::Name
                } else {
                    Expected::Value
                };
                true
            }
            b':' if self.expected == Expected::Colon => {
                self.expected = Expected::Value;
                true
            }
            _ if takes_value => {
                self.expected = self.after_value();
                self.scalar(byte)
            }
            _ => false,
        }
    }

    fn scalar(&mut self, byte: u8) -> bool {
        match byte {
            b'-' => self.go(Within::Number(Number::Minus)),
            b'0' => self.go(Within::Number(Number::Zero)),
            b'1'..=b'9' => self.go(Within::Number(Number::Whole)),
            b't' => self.go(Within::Word(b"rue")),
            b'f' => self.go(Within::Word(b"alse")),
            b'n' => self.go(Within::Word(b"ull")),
            _ => false,
        }
    }

    fn open(&mut self, object: bool) {
        let (word, bit) = (self.depth / 64, self.depth % 64);
        if word == self.open.len() {
            self.open.push(0);
        }
        self.open[word] = self.open[word] & !(1 << bit) | u64::from(object) << bit;
        self.depth += 1;
        self.expected = if object {
            Expected::NameOrEnd
        } else {
            Expected::ValueOrEnd
        };
    }

    fn close(&mut self, object: bool) -> bool {
        let here = matches!(
            self.expected,
            Expected::CommaOrEnd | Expected::NameOrEnd | Expected::ValueOrEnd
        );
        if !here || self.depth == 0 || self.in_object() != object {
            return false;
        }
        self.depth -= 1;
        self.expected = self.after_value();
        true
    }

    fn in_object(&self) -> bool {
        self.depth
            .checked_sub(1)
            .is_some_and(|last| self.open[last / 64] >> (last % 64) & 1 == 1)
    }

    const fn after_value(&self) -> Expected {
        if self.depth == 0 {
            Expected::Nothing
        } else {
            Expected::CommaOrEnd
        }
    }
}

impl Number {
    /// How far it is with another byte; `None` when that is none of its own.
    const fn next(self, byte: u8) -> Option<Self> {
        Some(match (self, byte) {
            (Self::Minus, b'0') => Self::Zero,
            (Self::Minus, b'1'..=b'9') | (Self::Whole, b'0'..=b'9') => Self::Whole,
            (Self::Zero | Self::Whole, b'.') => Self::Point,
            (Self::Point | Self::Fraction, b'0'..=b'9') => Self::Fraction,
            (Self::Zero | Self::Whole | Self::Fraction, b'e' | b'E') => Self::E,
            (Self::E, b'+' | b'-') => Self::Sign,
            (Self::E | Self::Sign | Self::Exponent, b'0'..=b'9') => Self::Exponent,
            _ => return None,
        })
    }

    const fn may_end(self) -> bool {
        matches!(
            self,
            Self::Zero | Self::Whole | Self::Fraction | Self::Exponent
        )
    }
}

/// How many bytes of a string stand for themselves from there on.
fn plain(bytes: &[u8]) -> usize {
    let special = |byte: &u8| matches!(*byte, b'"' | b'\\' | 0..0x20);
    bytes.iter().position(special).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::json::walk::Walk;
    use bytes::Bytes;
    use proptest::prelude::*;

    fn verdict(text: &str) -> Verdict {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        let mut check = Check::default();
        while check.advance(&bytes, true, &mut Vec::new()) {}
        check.verdict
    }

    proptest! {
        #[test]
        fn it_takes_and_refuses_what_a_parser_does(text in "[\\[\\]{}\",: 01eE.+-]{0,12}|\\PC{0,8}|[\\[1,\\]]{0,9}") {
            let parsed = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(verdict(&text) == Verdict::Whole, parsed);
        }
    }

    #[test]
    fn the_byte_is_named_at_which_it_breaks() {
        for text in [
            "[1,]",
            "{\"a\" 1}",
            "{\"a\":01}",
            "[tru]",
            "1 2",
            "[}",
            "\"a\u{1}\"",
            "{,}",
        ] {
            let byte = match verdict(text) {
                Verdict::Breaks(at) => usize::try_from(at).ok(),
                _ => None,
            };
            let walked = Walk::new(text)
                .find_map(Result::err)
                .map(|walked| walked.at);
            assert!(byte >= walked, "{text}: {byte:?} {walked:?}");
        }
        assert_eq!(verdict("{\"a\": [1, 2"), Verdict::EndsEarly);
        assert_eq!(verdict("\u{feff}[1.5e+3, \"\\u00e6\"]"), Verdict::Whole);
        assert_eq!(verdict(&"[".repeat(100_000)), Verdict::EndsEarly);
    }
}
