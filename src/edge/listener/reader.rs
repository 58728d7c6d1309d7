//! Reads one request from a connection, within the limits, and keeps what came when it is none.

use super::Limits;
use super::head::{self, Head, Length};
use crate::core::engine::message::HitRejection;
use crate::core::wire::{Body, Headers, Request};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// The first byte of a TLS record that opens a handshake (RFC 8446 5.1).
pub(super) const TLS_HANDSHAKE: u8 = 0x16;

/// What was read of a request so far; it outlives a reading that was given up.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Bytes as they came and were not used yet.
    buffer: Vec<u8>,
    /// The head, once it has all come.
    head: Option<Head>,
    /// The body so far.
    body: Vec<u8>,
}

/// Why there is no request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// The peer left without a byte, as browsers do that connect ahead.
    Silent,
    /// It is to be turned away.
    Rejected(HitRejection),
}

impl From<io::Error> for Ended {
    /// A connection that broke is one that never finished.
    fn from(_: io::Error) -> Self {
        Self::Rejected(HitRejection::Unfinished)
    }
}

impl Reading {
    /// Whether anything came at all.
    pub(super) fn is_silent(&self) -> bool {
        self.buffer.is_empty() && self.head.is_none()
    }

    /// Reads head and body.
    pub(super) async fn read<S>(&mut self, stream: &mut S, limits: &Limits) -> Result<(), Ended>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let head = self.read_head(stream, limits.head).await?;
        let length = head.length;
        let expects = head
            .headers
            .get("expect")
            .is_some_and(|value| value.eq_ignore_ascii_case("100-continue"));
        self.head = Some(head);
        if matches!(length, Length::Known(length) if length > limits.body) {
            return Err(Ended::Rejected(HitRejection::BodyTooLarge));
        }
        if expects {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        match length {
            Length::Known(length) => self.read_exactly(stream, length).await,
            Length::Chunked => self.read_chunks(stream, limits.body).await,
        }
    }

    /// Reads up to the blank line.
    async fn read_head<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        limit: usize,
    ) -> Result<Head, Ended> {
        const BAD: Ended = Ended::Rejected(HitRejection::BadHead);
        loop {
            if self.buffer.first() == Some(&TLS_HANDSHAKE) {
                return Err(Ended::Rejected(HitRejection::TlsToPlain));
            }
            match head::end(&self.buffer) {
                Some(length) if length <= limit => {
                    let head = head::read(&self.buffer[..length]).ok_or(BAD)?;
                    self.buffer.drain(..length);
                    return Ok(head);
                }
                Some(_) => return Err(BAD),
                None if self.buffer.len() >= limit => return Err(BAD),
                None => {}
            }
            match self.more(stream).await {
                Err(_) if self.is_silent() => return Err(Ended::Silent),
                read => read?,
            }
        }
    }

    /// Reads a body of known length.
    async fn read_exactly<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        length: usize,
    ) -> Result<(), Ended> {
        while self.buffer.len() < length {
            self.more(stream).await?;
        }
        self.body.extend(self.buffer.drain(..length));
        Ok(())
    }

    /// Reads a body in chunks (RFC 9112 7.1); extensions and trailers are passed over.
    async fn read_chunks<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        limit: usize,
    ) -> Result<(), Ended> {
        loop {
            let line = self.read_line(stream).await?;
            let size = chunk_size(&line).ok_or(Ended::Rejected(HitRejection::BadHead))?;
            if size == 0 {
                break;
            }
            if size > limit.saturating_sub(self.body.len()) {
                return Err(Ended::Rejected(HitRejection::BodyTooLarge));
            }
            self.read_exactly(stream, size).await?;
            if !self.read_line(stream).await?.is_empty() {
                return Err(Ended::Rejected(HitRejection::BadHead));
            }
        }
        while !self.read_line(stream).await?.is_empty() {}
        Ok(())
    }

    /// Reads a line of the chunked coding, without its end.
    async fn read_line<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> Result<Vec<u8>, Ended> {
        const LONGEST: usize = 1024;
        loop {
            if let Some(feed) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let mut line: Vec<u8> = self.buffer.drain(..=feed).collect();
                line.pop();
                line.pop_if(|byte| *byte == b'\r');
                return Ok(line);
            }
            if self.buffer.len() > LONGEST {
                return Err(Ended::Rejected(HitRejection::BadHead));
            }
            self.more(stream).await?;
        }
    }

    /// Takes what comes next into the buffer; its end is an error here.
    async fn more<S: AsyncRead + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        match stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    /// The request, or what could be read of it: where there is no head, its body is the bytes that came.
    pub(super) fn request(self, scheme: &str, local: &str) -> Request {
        let Some(head) = self.head else {
            return Request {
                method: String::new(),
                url: format!("{scheme}://{local}"),
                headers: Headers::default(),
                body: Body::new(self.buffer),
            };
        };
        let host = head.headers.get("host").unwrap_or_default();
        let url = if head.target.contains("://") && !head.target.starts_with('/') {
            head.target
        } else {
            format!("{scheme}://{host}{}", head.target)
        };
        Request {
            method: head.method,
            url,
            headers: head.headers,
            body: Body::new(self.body),
        }
    }
}

/// The size that a chunk's line tells.
fn chunk_size(line: &[u8]) -> Option<usize> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal.then(|| usize::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads bytes that come in parts of this size, then end.
    fn reading(bytes: &[u8], part: usize) -> (Result<(), Ended>, Reading) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let (mut near, mut far) = tokio::io::duplex(part.max(1));
            let mut reading = Reading::default();
            let limits = Limits {
                head: 512,
                body: 256,
                ..Limits::default()
            };
            let (ended, ()) = tokio::join!(
                async {
                    let ended = reading.read(&mut near, &limits).await;
                    drop(near);
                    ended
                },
                async {
                    let _ = far.write_all(bytes).await;
                    drop(far);
                }
            );
            (ended, reading)
        })
    }

    const HEAD: &str = "POST /callback HTTP/1.1\r\nHost: localhost:1\r\n";

    #[test]
    fn a_body_is_read_by_length_and_by_chunks() {
        for rest in [
            "Content-Length: 11\r\n\r\ncode=c&st=s",
            "Transfer-Encoding: chunked\r\n\r\n5;x=y\r\ncode=\r\n6\r\nc&st=s\r\n0\r\nT: v\r\n\r\n",
        ] {
            let (ended, reading) = reading(format!("{HEAD}{rest}").as_bytes(), 7);
            assert_eq!(ended, Ok(()));
            let request = reading.request("http", "");
            assert_eq!(request.body.to_text(), "code=c&st=s");
            assert_eq!(request.url, "http://localhost:1/callback");
        }
    }

    #[test]
    fn what_is_too_much_is_turned_away() {
        let rejected = |text: String| reading(text.as_bytes(), 64).0;
        let too_large = Err(Ended::Rejected(HitRejection::BodyTooLarge));
        let bad = Err(Ended::Rejected(HitRejection::BadHead));
        assert_eq!(
            rejected(format!("{HEAD}Content-Length: 257\r\n\r\n")),
            too_large
        );
        assert_eq!(
            rejected(format!("{HEAD}Content-Length: {}9\r\n\r\n", u64::MAX)),
            too_large
        );
        let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n");
        assert_eq!(rejected(format!("{chunked}101\r\n")), too_large);
        assert_eq!(rejected(format!("{chunked}ffffffffffffffffff\r\n")), bad);
        assert_eq!(rejected(format!("{chunked}3\r\nabcd\r\n0\r\n\r\n")), bad);
        assert_eq!(
            rejected(format!("{HEAD}X: {}\r\n\r\n", "x".repeat(512))),
            bad
        );
    }

    #[test]
    fn silence_is_told_from_half_a_request() {
        assert_eq!(reading(b"", 1).0, Err(Ended::Silent));
        let unfinished = Err(Ended::Rejected(HitRejection::Unfinished));
        assert_eq!(reading(b"GET / HT", 1).0, unfinished);
        let half = format!("{HEAD}Content-Length: 5\r\n\r\nab");
        assert_eq!(reading(half.as_bytes(), 9).0, unfinished);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..700), part in 1_usize..80) {
            let (_, reading) = reading(&bytes, part);
            let request = reading.request("http", "127.0.0.1:1");
            prop_assert!(request.body.len() <= 700);
        }

        #[test]
        fn no_chunks_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100), size in 0_usize..300) {
            let mut text = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n").into_bytes();
            text.extend(bytes);
            let (_, reading) = reading(&text, 16);
            prop_assert!(reading.request("http", "").body.len() <= 256);
        }
    }
}
