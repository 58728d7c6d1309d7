//! Reads JSON values as they are filtered: exactly as RFC 8259 wants them, one after another.
//!
//! The reader of jaq takes more than JSON, and takes the sign off `-0`; this one keeps its open brackets on a
//! list of its own, so that no depth of the input overflows the stack.

use super::trouble::{FilterTrouble, Place};
use bytes::Bytes;
use jaq_json::{Map, Num, Rc, Val};

/// Every value of the input, up to the first trouble.
pub(super) fn values(input: &Bytes) -> impl Iterator<Item = Result<Val, FilterTrouble>> {
    let mut reader = Reader {
        input,
        // A mark of the byte order has no meaning in UTF-8, and some servers send it (RFC 8259 8.1).
        at: if input.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        },
        values: Vec::new(),
        open: Vec::new(),
    };
    let mut broken = false;
    std::iter::from_fn(move || {
        reader.skip_space();
        if broken || reader.peek().is_none() {
            return None;
        }
        Some(reader.value().map_err(|said| {
            broken = true;
            FilterTrouble::Input {
                said,
                place: Place::after(reader.input, reader.at),
            }
        }))
    })
}

/// Where the reading is.
struct Reader<'a> {
    input: &'a Bytes,
    at: usize,
    /// What is read of all that is open; of an object each name before its value.
    values: Vec<Val>,
    open: Vec<Open>,
}

/// An open bracket, with where its values begin.
#[derive(Clone, Copy)]
enum Open {
    Array(usize),
    Object(usize),
}

/// A value, or what is wrong in words.
type Read<T> = Result<T, String>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.input.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Goes over that byte, if it is the next one.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The next value, with all that is in it.
    fn value(&mut self) -> Read<Val> {
        self.values.clear();
        self.open.clear();
        loop {
            let Some(mut value) = self.scalar_or_open()? else {
                continue;
            };
            loop {
                let Some(open) = self.open.last().copied() else {
                    return Ok(value);
                };
                self.values.push(value);
                self.skip_space();
                let (close, is_object) = match open {
                    Open::Array(_) => (b']', false),
                    Open::Object(_) => (b'}', true),
                };
                if self.takes(b',') {
                    if is_object {
                        self.skip_space();
                        self.name()?;
                    }
                    break;
                }
                if !self.takes(close) {
                    return self.unexpected(if is_object {
                        "`,` or `}`"
                    } else {
                        "`,` or `]`"
                    });
                }
                value = self.closed(open);
            }
        }
    }

    /// A value that is whole, or none when a bracket was opened that has something in it.
    fn scalar_or_open(&mut self) -> Read<Option<Val>> {
        self.skip_space();
        let begin = self.values.len();
        let value = match self.peek() {
            Some(b'[') => {
                self.at += 1;
                self.skip_space();
                if !self.takes(b']') {
                    self.open.push(Open::Array(begin));
                    return Ok(None);
                }
                Val::Arr(Rc::default())
            }
            Some(b'{') => {
                self.at += 1;
                self.skip_space();
                if !self.takes(b'}') {
                    self.open.push(Open::Object(begin));
                    self.name()?;
                    return Ok(None);
                }
                Val::Obj(Rc::default())
            }
            Some(b'"') => Val::utf8_str(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'n') => self.word("null", Val::Null)?,
            Some(b't') => self.word("true", Val::Bool(true))?,
            Some(b'f') => self.word("false", Val::Bool(false))?,
            _ => return self.unexpected("a value"),
        };
        Ok(Some(value))
    }

    /// Closes the innermost bracket. Exactly as much room is made as is needed: there are many of them.
    fn closed(&mut self, open: Open) -> Val {
        self.open.pop();
        match open {
            Open::Array(begin) => Val::Arr(self.values.drain(begin..).collect::<Vec<_>>().into()),
            Open::Object(begin) => {
                let mut map = Map::default();
                map.reserve_exact((self.values.len() - begin) / 2);
                let mut values = self.values.drain(begin..);
                while let (Some(name), Some(value)) = (values.next(), values.next()) {
                    map.insert(name, value);
                }
                Val::obj(map)
            }
        }
    }

    /// The name of a value of an object, and the colon.
    fn name(&mut self) -> Read<()> {
        if self.peek() != Some(b'"') {
            return self.unexpected("a name in quotes");
        }
        let name = self.string()?;
        self.values.push(Val::utf8_str(name));
        self.skip_space();
        if self.takes(b':') {
            Ok(())
        } else {
            self.unexpected("`:`")
        }
    }

    fn word(&mut self, word: &str, value: Val) -> Read<Val> {
        if self.input[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            self.separated(value)
        } else {
            self.unexpected("a value")
        }
    }

    /// A number; its text is kept unless it is the plain text of an integer.
    fn number(&mut self) -> Read<Val> {
        let begin = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        let whole = self.at;
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        let text = String::from_utf8_lossy(&self.input[begin..self.at]);
        let integer = if self.at == whole && text != "-0" {
            Num::from_str_radix(&text, 10)
        } else {
            None
        };
        let number = integer.unwrap_or_else(|| Num::Dec(Rc::new(text.into_owned())));
        self.separated(Val::Num(number))
    }

    fn digits(&mut self) -> Read<()> {
        let begin = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > begin {
            Ok(())
        } else {
            self.unexpected("a digit")
        }
    }

    /// The value, unless more of a word or number follows it.
    fn separated(&self, value: Val) -> Read<Val> {
        match self.peek() {
            Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' | b'+' | b'-') => {
                self.unexpected("the end of the value before it")
            }
            _ => Ok(value),
        }
    }

    /// A string without its quotes and escapes. What is no UTF-8 stays as it is.
    ///
    /// One without escapes shares the memory of the input.
    fn string(&mut self) -> Read<Bytes> {
        self.at += 1;
        let begin = self.at;
        let mut text = Vec::new();
        loop {
            let rest = &self.input[self.at..];
            let plain = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
                .unwrap_or(rest.len());
            self.at += plain;
            let is_end = self.peek() == Some(b'"');
            if is_end && self.at - plain == begin {
                self.at += 1;
                return Ok(self.input.slice(begin..begin + plain));
            }
            text.extend_from_slice(&rest[..plain]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    text.shrink_to_fit();
                    return Ok(text.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    let character = self.escaped()?;
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                _ => return self.unexpected("the `\"` that ends the string"),
            }
        }
    }

    /// The character that an escape stands for (RFC 8259 section 7).
    fn escaped(&mut self) -> Read<char> {
        let character = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unit().map(|first| self.paired(first));
            }
            _ => return self.unexpected("an escape such as `\\n`"),
        };
        self.at += 1;
        Ok(character)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Read<u16> {
        let digits = self.input.get(self.at..self.at + 4).unwrap_or_default();
        let unit = std::str::from_utf8(digits)
            .ok()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let Some(unit) = unit else {
            return self.unexpected("four hexadecimal digits");
        };
        self.at += 4;
        Ok(unit)
    }

    /// The character of a unit of UTF-16, with the second half of a pair; half a pair is no character.
    fn paired(&mut self, first: u16) -> char {
        let after = self.at;
        if (0xd800..0xdc00).contains(&first)
            && self.takes(b'\\')
            && self.takes(b'u')
            && let Ok(second) = self.unit()
            && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
        {
            return character;
        }
        self.at = after;
        char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    /// What is wrong here.
    fn unexpected<T>(&self, expected: &str) -> Read<T> {
        let rest = &self.input[self.at..];
        let Some(byte) = rest.first() else {
            return Err(format!("it ends where {expected} is expected"));
        };
        let piece = String::from_utf8_lossy(&rest[..rest.len().min(4)]);
        let found = piece.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER);
        Err(if found.is_control() {
            format!("expected {expected}, found the byte {byte:02x}")
        } else {
            format!("expected {expected}, found `{found}`")
        })
    }
}
