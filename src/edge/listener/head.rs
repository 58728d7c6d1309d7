//! Reads the head of a request (RFC 9112): request line and header fields, as they stand.
//!
//! By hand, because the record shows what came: order, case and duplicates kept, nothing repaired.

use crate::core::wire::Headers;

/// The head of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The method as it stood.
    pub(super) method: String,
    /// The target as it stood.
    pub(super) target: String,
    /// The header fields as they stood.
    pub(super) headers: Headers,
    /// How long its body is.
    pub(super) length: Length,
}

/// How the length of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// So many bytes.
    Known(usize),
    /// In chunks that say their own.
    Chunked,
}

/// The length of the head in these bytes, its blank line included; `None` while it has not all come.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let start = leading_blank(bytes);
    let mut at = start;
    while let Some(feed) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line = &bytes[at..at + feed];
        at += feed + 1;
        if line.is_empty() || line == b"\r" {
            return Some(at);
        }
    }
    None
}

/// How many bytes of blank lines stand before the request line; they are to be ignored (RFC 9112 2.2).
fn leading_blank(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}

/// Reads a whole head; `None` when it is not HTTP/1.
pub(super) fn read(bytes: &[u8]) -> Option<Head> {
    let bytes = &bytes[leading_blank(bytes)..];
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let (method, target) = request_line(lines.next()?)?;
    let mut headers = Headers::default();
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = field(line)?;
        headers.0.push((name, value));
    }
    let length = length(&headers)?;
    Some(Head {
        method,
        target,
        headers,
        length,
    })
}

/// `GET /callback HTTP/1.1`.
fn request_line(line: &[u8]) -> Option<(String, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let mut parts = line.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let is_http = matches!(version, "HTTP/1.1" | "HTTP/1.0") && parts.next().is_none();
    let is_target = !target.is_empty() && target.chars().all(|character| !character.is_control());
    (is_http && is_target && is_token(method.as_bytes()))
        .then(|| (method.to_owned(), target.to_owned()))
}

/// `Name: value`. A line that is folded, as mails have them, is refused (RFC 9112 5.2).
fn field(line: &[u8]) -> Option<(String, String)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
    let clean = value
        .iter()
        .all(|byte| *byte == b'\t' || !byte.is_ascii_control());
    (is_token(name) && clean).then(|| (text(name), text(value)))
}

/// Bytes as text; what is not UTF-8 is read as Latin-1.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

/// Whether bytes are a token (RFC 9110 5.6.2).
fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// The length that the fields tell. A body that could be read in two ways is refused: two different
/// lengths, or a length beside chunks (RFC 9112 6.3).
fn length(headers: &Headers) -> Option<Length> {
    let named = |name: &'static str| {
        headers
            .0
            .iter()
            .filter(move |(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    let mut codings = named("transfer-encoding");
    let mut lengths = named("content-length");
    match (codings.next(), lengths.next()) {
        (None, None) => Some(Length::Known(0)),
        (Some(coding), None) => (codings.next().is_none()
            && coding.eq_ignore_ascii_case("chunked"))
        .then_some(Length::Chunked),
        (None, Some(length)) => {
            let all_digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
            let agreed = lengths.all(|other| other == length);
            (all_digits && agreed).then(|| Length::Known(length.parse().unwrap_or(usize::MAX)))
        }
        (Some(_), Some(_)) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Option<Head> {
        read(text.as_bytes())
    }

    #[test]
    fn a_head_is_kept_as_it_stands() {
        let head = reads("\r\nPOST /callback?a=b HTTP/1.1\r\nhost: x\r\nHOST:y \r\nEmpty:\r\n\r\n");
        let head = head.as_ref();
        assert_eq!(
            head.map(|head| head.headers.0.clone()),
            Some(vec![
                ("host".into(), "x".into()),
                ("HOST".into(), "y".into()),
                ("Empty".into(), String::new())
            ])
        );
        assert_eq!(head.map(|head| head.target.as_str()), Some("/callback?a=b"));
    }

    #[test]
    fn what_is_not_http_is_refused() {
        for bad in [
            "\r\n\r\n",
            "GET /\r\n\r\n",
            "GET / HTTP/2.0\r\n\r\n",
            "GET  / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1 x\r\n\r\n",
            "G(T / HTTP/1.1\r\n\r\n",
            "GET /\u{1b} HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n",
            "GET / HTTP/1.1\r\nA b: c\r\n\r\n",
            "GET / HTTP/1.1\r\nA: \u{7}\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        ] {
            assert_eq!(reads(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn the_end_is_found_with_either_line_end() {
        assert_eq!(end(b"GET / HTTP/1.1\r\n\r\nrest"), Some(18));
        assert_eq!(end(b"GET / HTTP/1.1\n\nrest"), Some(16));
        assert_eq!(end(b"\r\nGET / HTTP/1.1\r\nA: b\r\n"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            if let Some(length) = end(&bytes) {
                let _ = read(&bytes[..length]);
            }
            let _ = read(&bytes);
        }

        #[test]
        fn a_head_that_is_written_is_read_back(
            method in "[A-Z]{1,8}",
            target in "/[!-~]{0,40}",
            value in "[!-~]([ -~]{0,20}[!-~])?",
        ) {
            let text = format!("{method} {target} HTTP/1.1\r\nX-Field: {value}\r\n\r\n");
            proptest::prop_assert_eq!(end(text.as_bytes()), Some(text.len()));
            let head = reads(&text);
            let read = head.as_ref().map(|head| (head.method.as_str(), head.target.as_str(), head.headers.get("x-field")));
            proptest::prop_assert_eq!(read, Some((method.as_str(), target.as_str(), Some(value.as_str()))));
        }
    }
}
