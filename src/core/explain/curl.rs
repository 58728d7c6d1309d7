//! Reads a curl line, as browsers copy it for bash and for cmd, and one of wget.

use crate::core::wire::{Body, Headers, Request};
use base64::Engine as _;
use std::iter::Peekable;
use std::str::Chars;

/// The request of the first such command in a text.
pub(super) fn read(text: &str) -> Option<Request> {
    let at = ["curl", "wget"]
        .iter()
        .flat_map(|name| text.match_indices(name))
        .map(|(at, _)| at)
        .find(|at| begins_a_command(text, *at))?;
    let words = words(&text[at..]);
    let mut made = Made {
        wget: text[at..].starts_with("wget"),
        ..Made::default()
    };
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        if !made.take(&word, &mut words) {
            break;
        }
    }
    made.request()
}

/// Whether the name stands there as a command of its own.
fn begins_a_command(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    let after = text[at + 4..]
        .strip_prefix(".exe")
        .unwrap_or(&text[at + 4..]);
    before.is_none_or(|before| before.is_whitespace() || "$`>#%;&|(".contains(before))
        && after.starts_with(char::is_whitespace)
}

/// The words of a command line: quotes of bash (`'…'`, `"…"`, `$'…'`) and carets of cmd undone, lines that
/// end in `\` or `^` joined; ends where the command does.
fn words(line: &str) -> Vec<String> {
    let cmd = line.contains("^\n") || line.contains("^\"") || line.contains("^&");
    let mut words = Vec::new();
    let mut word = String::new();
    let mut begun = false;
    let mut quote = None;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (Some('\''), other) => word.push(other),
            (_, '^') if cmd => match letters.next() {
                Some('\n') | None => {}
                Some('"') if quote.is_some() => quote = None,
                Some('"') => (quote, begun) = (Some('"'), true),
                Some(other) => {
                    begun = true;
                    word.push(other);
                }
            },
            (_, '\\') => match letters.next() {
                Some('\n') | None => {}
                Some(other @ ('"' | '\\' | '\'' | '$' | '`' | ' ' | '&' | '!' | '^')) => {
                    begun = true;
                    word.push(other);
                }
                Some(other) => {
                    begun = true;
                    word.push('\\');
                    word.push(other);
                }
            },
            (Some(_), other) => word.push(other),
            (None, '$') if letters.peek() == Some(&'\'') => {
                letters.next();
                begun = true;
                word.push_str(&coded(&mut letters));
            }
            (None, '\'' | '"') => (quote, begun) = (Some(letter), true),
            (None, '\n' | ';' | '|') => break,
            (None, other) if other.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            (None, other) => {
                begun = true;
                word.push(other);
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

/// What stands in `$'…'`, up to its closing quote: codes are of characters or of single bytes.
fn coded(letters: &mut Peekable<Chars<'_>>) -> String {
    let mut bytes = Vec::new();
    while let Some(letter) = letters.next().filter(|letter| *letter != '\'') {
        let mut push = |letter: char| bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        if letter != '\\' {
            push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => push('\n'),
            Some('r') => push('\r'),
            Some('t') => push('\t'),
            Some('a') => push('\u{7}'),
            Some('b') => push('\u{8}'),
            Some('e' | 'E') => push('\u{1b}'),
            Some('f') => push('\u{c}'),
            Some('v') => push('\u{b}'),
            Some('x') => bytes.extend(number(letters, 16, 2).map(low_byte)),
            Some(first @ '0'..='7') => {
                let first = first.to_digit(8).unwrap_or_default();
                let rest = number(letters, 8, 2).map(|(value, digits)| (value, 8u32.pow(digits)));
                let (rest, weight) = rest.unwrap_or((0, 1));
                bytes.push(low_byte((first * weight + rest, 0)));
            }
            Some(kind @ ('u' | 'U')) => {
                let most = if kind == 'u' { 4 } else { 8 };
                let code = number(letters, 16, most).and_then(|(code, _)| char::from_u32(code));
                push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => push(other),
            None => {}
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A number of at most so many digits, and how many it has; `None` when there is no digit.
fn number(letters: &mut Peekable<Chars<'_>>, radix: u32, most: u32) -> Option<(u32, u32)> {
    let (mut value, mut count) = (0_u32, 0);
    while count < most
        && let Some(digit) = letters.peek().and_then(|letter| letter.to_digit(radix))
    {
        letters.next();
        value = value.wrapping_mul(radix).wrapping_add(digit);
        count += 1;
    }
    (count > 0).then_some((value, count))
}

/// The byte that a code of two or three digits is; bash drops what is above it.
fn low_byte((value, _): (u32, u32)) -> u8 {
    value.to_le_bytes()[0]
}

/// What a command line amounts to.
#[derive(Default)]
struct Made {
    method: Option<String>,
    url: Option<String>,
    headers: Headers,
    data: Vec<String>,
    multipart: bool,
    in_query: bool,
    wget: bool,
    /// Headers that curl would add and is told not to.
    left_off: Vec<String>,
}

/// Options whose value says nothing here.
const WITH_VALUE: [&str; 14] = [
    "-o",
    "--output",
    "-A",
    "--user-agent",
    "-e",
    "--referer",
    "-b",
    "--cookie",
    "-m",
    "--max-time",
    "-x",
    "--proxy",
    "-w",
    "--write-out",
];

impl Made {
    /// Takes a word, and its value where it has one; false when the line is no curl command after all.
    fn take(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> bool {
        let (name, joined) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (word, None),
        };
        let mut value = || joined.clone().or_else(|| words.next()).unwrap_or_default();
        match name {
            "-X" | "--request" | "--method" => self.method = Some(value()),
            "-H" | "--header" => {
                self.header(&value());
            }
            "-O" | "-U" if self.wget => drop(value()),
            "--post-data" | "--body-data" => self.data.push(value()),
            "-d" | "--data" | "--data-raw" | "--data-ascii" | "--data-binary" => {
                self.data.push(value());
            }
            "--data-urlencode" => {
                let value = value();
                let (name, content) = value.split_once('=').unwrap_or(("", &value));
                let encoded: String = form_urlencoded::byte_serialize(content.as_bytes()).collect();
                self.data.push(format!("{name}={encoded}"));
            }
            "-F" | "--form" => {
                self.multipart = true;
                self.data.push(value());
            }
            "-u" | "--user" => {
                let pair = base64::engine::general_purpose::STANDARD.encode(value());
                self.headers.push("Authorization", format!("Basic {pair}"));
            }
            "-G" | "--get" => self.in_query = true,
            "-I" | "--head" => self.method = Some("HEAD".to_owned()),
            "--url" => self.url = Some(value()),
            "--oauth2-bearer" => {
                let token = value();
                self.headers
                    .push("Authorization", format!("Bearer {token}"));
            }
            name if WITH_VALUE.contains(&name) => drop(value()),
            name if name.starts_with('-') => {}
            address => {
                self.url.get_or_insert_with(|| address.to_owned());
            }
        }
        true
    }

    /// A header: `Name: value`; `Name;` is one without a value, and `Name:` takes one away that curl would add.
    fn header(&mut self, field: &str) {
        match field.split_once(':') {
            Some((name, content)) if content.trim().is_empty() => {
                self.left_off.push(name.trim().to_ascii_lowercase());
            }
            Some((name, content)) => self.headers.push(name.trim(), content.trim()),
            None => {
                if let Some(name) = field.strip_suffix(';') {
                    self.headers.push(name.trim(), "");
                }
            }
        }
    }

    /// The request that curl would send.
    fn request(mut self) -> Option<Request> {
        let mut url = self.url?;
        if !url.contains("://") {
            url = format!("http://{url}");
        }
        let body = self.data.join("&");
        let media = if self.multipart {
            "multipart/form-data"
        } else {
            "application/x-www-form-urlencoded"
        };
        let posts = !self.data.is_empty() && !self.in_query;
        let untyped = self.left_off.iter().any(|name| name == "content-type");
        if posts && !untyped && self.headers.get("content-type").is_none() {
            self.headers.push("Content-Type", media);
        }
        if self.in_query && !body.is_empty() {
            let mark = if url.contains('?') { '&' } else { '?' };
            url = format!("{url}{mark}{body}");
        }
        let usual = if posts { "POST" } else { "GET" };
        Some(Request {
            method: self.method.unwrap_or_else(|| usual.to_owned()),
            url,
            headers: self.headers,
            body: if posts {
                Body::text(&body)
            } else {
                Body::default()
            },
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::export::snippet::{Language, Payload, Subject, snippet};
    use proptest::prelude::*;

    #[test]
    fn bash_and_cmd_say_the_same() {
        let bash = "curl 'https://a.example/token' \\\n  -H 'Accept: */*' \\\n  --data-raw 'a=1&b=it'\\''s'";
        let cmd = "curl \"https://a.example/token\" ^\n  -H \"Accept: */*\" ^\n  --data-raw \"a=1^&b=it's\"";
        let (one, other) = (read(bash).unwrap(), read(cmd).unwrap());
        assert_eq!(one, other);
        assert_eq!(one.method, "POST");
        assert_eq!(one.body.to_text(), "a=1&b=it's");
    }

    #[test]
    fn codes_are_read_as_bash_reads_them() {
        let line = r"curl https://a.example/x -d $'{\041\u0021\x21}\n\'\342\202\254\'\\\t'";
        assert_eq!(
            read(line).unwrap().body.to_text(),
            "{!!!}\n'€'\\\t",
            "as Chrome writes a body that has an exclamation mark"
        );
    }

    #[test]
    fn a_header_without_value_is_one_and_one_with_nothing_takes_away() {
        let line = "curl https://a.example/x -H 'X-Empty;' -H 'Content-Type:' -d a=1";
        let headers = read(line).unwrap().headers;
        assert_eq!(headers.0, [("X-Empty".to_owned(), String::new())]);
        assert_eq!(read("curl -I https://a.example/x").unwrap().method, "HEAD");
    }

    #[test]
    fn options_are_told_from_the_address() {
        let request =
            read("$ curl -sS -o out.json -u id:secret -X PUT https://a.example/x").unwrap();
        assert_eq!(request.url, "https://a.example/x");
        assert_eq!(request.method, "PUT");
        assert_eq!(
            request.headers.get("authorization"),
            Some("Basic aWQ6c2VjcmV0")
        );
        assert!(read("we use libcurl for this").is_none());
        let wget = read("wget -qO- --post-data 'a=1' -O out https://a.example/x").unwrap();
        assert_eq!(wget.url, "https://a.example/x");
        assert_eq!(wget.method, "POST");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_a_snippet_says_is_read_back(
            method in "GET|POST|PUT|DELETE|PATCH",
            query in "[a-z0-9'!$&=(){}*%+]{0,30}",
            value in "[!-~æ]([ -~æ]{0,20}[!-~æ])?",
            body in "[a-z'\"`\\\\$!{}\n\t\r æ€\u{1}\u{2028}@;|<>]{1,40}",
            typed: bool,
        ) {
            let url = format!("https://api.example/v1/x?{query}");
            let mut headers = vec![("X-Any".to_owned(), value), ("X-Empty".to_owned(), String::new())];
            if typed {
                headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
            }
            let subject = Subject {
                method: &method,
                url: &url,
                headers: &headers,
                body: Payload::Text(&body),
                with_token: false,
            };
            let code = snippet(Language::Curl, &subject);
            let request = read(&code).unwrap();
            prop_assert_eq!(&request.method, &method, "{}", code);
            prop_assert_eq!(&request.url, &url, "{}", code);
            prop_assert_eq!(&request.headers.0, &headers, "{}", code);
            prop_assert_eq!(request.body.to_text(), body.as_str(), "{}", code);
        }
    }
}
