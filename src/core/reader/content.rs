//! What a body is: JSON, another text and its charset, or something that is no text at all.

use crate::core::wire::Headers;
use crate::core::wire::body::is_binary;
use crate::core::wire::source::{Source, piece};
use encoding_rs::{Decoder, Encoding, UTF_8};

/// Most bytes of a body in another charset that are read as text: they are held twice.
const MOST: usize = 64 * 1024 * 1024;

/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Content {
    /// Nothing of it is here yet.
    #[default]
    Unknown,
    /// JSON, as far as its beginning tells.
    Json,
    /// Another text.
    Text,
    /// No text.
    Binary(BinaryKind),
}

/// A kind of bytes that are no text: how it is called, and how its files end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryKind {
    /// `PNG image`.
    pub name: &'static str,
    /// `png`.
    pub extension: &'static str,
}

/// What is known by its first bytes.
const KINDS: [(&[u8], &str, &str); 8] = [
    (b"%PDF-", "PDF document", "pdf"),
    (b"\x89PNG\r\n", "PNG image", "png"),
    (b"\xff\xd8\xff", "JPEG image", "jpg"),
    (b"GIF8", "GIF image", "gif"),
    (b"RIFF", "WebP image", "webp"),
    (b"PK\x03\x04", "ZIP archive", "zip"),
    (b"\x1f\x8b", "gzip archive", "gz"),
    (b"II*\x00", "TIFF image", "tif"),
];

/// What a body is whose beginning and head are these.
pub(super) fn content(beginning: &[u8], headers: &Headers) -> Content {
    let known = KINDS
        .iter()
        .find(|(first, ..)| beginning.starts_with(first));
    if let Some((_, name, extension)) = known {
        return Content::Binary(BinaryKind { name, extension });
    }
    if encoding(beginning, headers).is_none() && is_binary(beginning) {
        let (name, extension) = ("bytes that are no text", "bin");
        return Content::Binary(BinaryKind { name, extension });
    }
    let says_json = headers.media_type().ends_with("json");
    let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    if says_json && first != Some(&b'<') || matches!(first, Some(b'{' | b'[')) {
        Content::Json
    } else {
        Content::Text
    }
}

/// The charset of a text that is not UTF-8: as its first bytes say, else as its head says.
pub(super) fn encoding(beginning: &[u8], headers: &Headers) -> Option<&'static Encoding> {
    let marked = Encoding::for_bom(beginning).map(|(encoding, _)| encoding);
    let named = || charset(headers).and_then(|name| Encoding::for_label(name.as_bytes()));
    marked.or_else(named).filter(|encoding| *encoding != UTF_8)
}

/// The charset that a head names.
pub(super) fn charset(headers: &Headers) -> Option<String> {
    let value = headers.get("content-type")?;
    let named = value.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then_some(value)
    })?;
    Some(named.trim().trim_matches('"').to_owned())
}

/// A text that came in another charset, in UTF-8.
pub(super) struct Decoded {
    decoder: Decoder,
    text: Vec<u8>,
    taken: u64,
    ended: bool,
    /// Whether the body goes on behind what was read.
    pub(super) was_cut: bool,
    /// Whether a byte stood for no character.
    pub(super) lossy: bool,
}

impl std::fmt::Debug for Decoded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Decoded({} B)", self.text.len())
    }
}

impl Source for Decoded {
    fn length(&self) -> u64 {
        self.text.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> usize {
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        let there = self.text.get(from..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        count
    }
}

impl Decoded {
    pub(super) fn of(encoding: &'static Encoding) -> Self {
        Self {
            decoder: encoding.new_decoder_with_bom_removal(),
            text: Vec::new(),
            taken: 0,
            ended: false,
            was_cut: false,
            lossy: false,
        }
    }

    /// Whether all of it is here.
    pub(super) fn is_complete(&self) -> bool {
        self.ended
    }

    /// Reads some more of the body; says whether there was anything to do.
    pub(super) fn advance(&mut self, source: &dyn Source, ended: bool) -> bool {
        if self.ended {
            return false;
        }
        let bytes = piece(source, self.taken, PIECE);
        self.taken += bytes.len() as u64;
        let last = ended && self.taken >= source.length() || self.text.len() >= MOST;
        let most = self.decoder.max_utf8_buffer_length(bytes.len());
        let from = self.text.len();
        self.text.resize(from + most.unwrap_or(0), 0);
        let into = &mut self.text[from..];
        let (_, _, written, lossy) = self.decoder.decode_to_utf8(&bytes, into, last);
        self.text.truncate(from + written);
        self.lossy |= lossy;
        self.ended = last;
        self.was_cut = last && self.taken < source.length();
        !bytes.is_empty() || last
    }
}

/// Looks for the first bytes that are not UTF-8.
#[derive(Debug, Clone, Default)]
pub(super) struct Utf8 {
    done: u64,
    complete: bool,
    /// Where they are.
    pub(super) breaks: Option<u64>,
}

impl Utf8 {
    /// Goes on over a piece of the text; says whether there was anything to do.
    pub(super) fn advance(
        &mut self,
        source: &dyn Source,
        ended: bool,
        buffer: &mut Vec<u8>,
    ) -> bool {
        if self.complete {
            return false;
        }
        buffer.resize(PIECE, 0);
        let count = source.read_at(self.done, buffer);
        let last = ended && self.done + count as u64 >= source.length();
        let whole = match std::str::from_utf8(&buffer[..count]) {
            Ok(_) => count,
            Err(error) => {
                let whole = error.valid_up_to();
                if error.error_len().is_some() || last {
                    self.breaks = Some(self.done + whole as u64);
                    self.complete = true;
                }
                whole
            }
        };
        self.done += whole as u64;
        self.complete |= last;
        whole > 0 || self.complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn headers(content_type: &str) -> Headers {
        Headers(vec![("Content-Type".to_owned(), content_type.to_owned())])
    }

    fn decoded(bytes: &'static [u8], content_type: &str) -> String {
        let encoding = encoding(bytes, &headers(content_type));
        let mut decoded = Decoded::of(encoding.unwrap_or(UTF_8));
        let source = Bytes::from_static(bytes);
        while decoded.advance(&source, true) {}
        String::from_utf8_lossy(&decoded.text).into_owned()
    }

    #[test]
    fn a_text_is_read_in_the_charset_that_is_named() {
        assert_eq!(
            decoded(b"Bl\xe5b\xe6r", "text/plain; charset=iso-8859-1"),
            "Blåbær"
        );
        assert_eq!(decoded(b"\xff\xfeB\0\xe5\0", "text/plain"), "Bå");
        assert_eq!(
            decoded(b"\x93quote\x94", "text/plain; Charset=\"windows-1252\""),
            "“quote”"
        );
        let named = encoding(b"abc", &headers("text/plain; charset=utf-8"));
        assert!(named.is_none());
        assert!(encoding(b"abc", &headers("text/plain; charset=klingon")).is_none());
    }

    #[test]
    fn what_it_is_is_seen_at_its_beginning() {
        let of = |bytes: &[u8], kind: &str| content(bytes, &headers(kind));
        assert_eq!(of(b" {", "text/plain"), Content::Json);
        assert_eq!(of(b"\"x\"", "application/problem+json"), Content::Json);
        assert_eq!(of(b"<html>", "application/json"), Content::Text);
        assert_eq!(of(b"hello", "text/plain"), Content::Text);
        assert!(
            matches!(of(b"%PDF-1.7", "application/json"), Content::Binary(kind) if kind.extension == "pdf")
        );
        assert!(matches!(
            of(b"\0\x01\x02", "text/plain"),
            Content::Binary(_)
        ));
        assert_eq!(of(b"a\0b\0", "text/plain; charset=utf-16le"), Content::Text);
    }

    #[test]
    fn the_first_byte_that_is_not_utf8_is_found() {
        let find = |bytes: Vec<u8>| {
            let source = Bytes::from(bytes);
            let mut utf8 = Utf8::default();
            while utf8.advance(&source, true, &mut Vec::new()) {}
            utf8.breaks
        };
        assert_eq!(find("æ".repeat(300_000).into_bytes()), None);
        assert_eq!(find(b"ab\xffc".to_vec()), Some(2));
        assert_eq!(find(b"ab\xc3".to_vec()), Some(2));
        assert_eq!(
            find([vec![b'x'; 700_000], vec![0xe5, b'.']].concat()),
            Some(700_000)
        );
    }
}
