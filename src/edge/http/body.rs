//! Reads a body as it comes, up to a limit, and unpacks gzip by itself: so the header fields stay as
//! they were sent, and a small bomb cannot become a large one.

use super::progress::Counter;
use crate::core::wire::{Body, Cut, Headers};
use flate2::write::MultiGzDecoder;
use std::io::Write as _;
use std::time::Duration;

/// Reads a body to its end, to the limit, or to where the connection broke; `None` when nothing more
/// came for `patience`.
pub(super) async fn read(
    mut answer: reqwest::Response,
    headers: &Headers,
    (patience, limit): (Duration, usize),
    counter: &Counter,
) -> Option<(Body, Option<Cut>)> {
    let announced = headers.get("content-length");
    let announced = announced.and_then(|length| length.trim().parse().ok());
    counter.change(|progress| progress.announced = announced);
    let mut sink = Sink::of(headers);
    let cut = loop {
        match tokio::time::timeout(patience, answer.chunk()).await {
            Err(_) => return None,
            Ok(Ok(Some(bytes))) => {
                counter.change(|progress| progress.received += bytes.len() as u64);
                sink.take(&bytes, limit);
            }
            Ok(Ok(None)) => break None,
            Ok(Err(_)) => break Some(Cut::ConnectionEnded),
        }
        if sink.len() > limit {
            break Some(Cut::Limit(limit));
        }
    };
    let (mut bytes, whole) = sink.finish();
    bytes.truncate(limit);
    let cut = cut.or((!whole).then_some(Cut::ConnectionEnded));
    Some((Body::new(bytes), cut))
}

/// Where the bytes of a body go.
enum Sink {
    /// As they come.
    Plain(Vec<u8>),
    /// Unpacked; beside it the bytes as they came, in case they are not gzip after all.
    Gzip(Box<MultiGzDecoder<Vec<u8>>>, Vec<u8>),
}

impl Sink {
    /// The sink for what the header fields announce.
    fn of(headers: &Headers) -> Self {
        let coding = headers.get("content-encoding").unwrap_or_default().trim();
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            Self::Gzip(Box::new(MultiGzDecoder::new(Vec::new())), Vec::new())
        } else {
            Self::Plain(Vec::new())
        }
    }

    /// Takes bytes from the wire. Gzip is unpacked in small pieces, so that it never passes the limit
    /// by more than one of them.
    fn take(&mut self, bytes: &[u8], limit: usize) {
        const PIECE: usize = 1024;
        let (decoder, raw) = match self {
            Self::Plain(taken) => return taken.extend_from_slice(bytes),
            Self::Gzip(decoder, raw) => (decoder, raw),
        };
        raw.extend_from_slice(bytes);
        for piece in bytes.chunks(PIECE) {
            if decoder.get_ref().len() > limit {
                return;
            }
            if decoder.write_all(piece).is_err() {
                *self = Self::Plain(std::mem::take(raw));
                return;
            }
        }
    }

    /// How many bytes are kept by now: packing that holds nothing is counted too, it could go on for ever.
    fn len(&self) -> usize {
        match self {
            Self::Plain(taken) => taken.len(),
            Self::Gzip(decoder, raw) => decoder.get_ref().len().max(raw.len()),
        }
    }

    /// The bytes, and whether the packing was complete.
    fn finish(self) -> (Vec<u8>, bool) {
        match self {
            Self::Plain(taken) => (taken, true),
            Self::Gzip(_, raw) if raw.is_empty() => (raw, true),
            Self::Gzip(mut decoder, _) => {
                let whole = decoder.try_finish().is_ok();
                (std::mem::take(decoder.get_mut()), whole)
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn gzip() -> Sink {
        Sink::of(&Headers(vec![("Content-Encoding".into(), "GZIP".into())]))
    }

    #[test]
    fn gzip_is_unpacked_however_it_is_cut() {
        let bytes = packed("blåbær ".repeat(100).as_bytes());
        for size in [1, 7, bytes.len()] {
            let mut sink = gzip();
            for part in bytes.chunks(size) {
                sink.take(part, 1_000_000);
            }
            assert_eq!(sink.finish(), ("blåbær ".repeat(100).into_bytes(), true));
        }
    }

    #[test]
    fn half_of_a_gzip_body_is_shown_and_said_to_be_half() {
        let bytes = packed(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
        let mut sink = gzip();
        sink.take(&bytes[..bytes.len() / 2], 1_000_000);
        assert!(!sink.finish().1);
    }

    #[test]
    fn what_is_not_gzip_is_shown_as_it_came() {
        let mut sink = gzip();
        sink.take(b"<html>an error page</html>", 1_000_000);
        assert_eq!(sink.finish().0, b"<html>an error page</html>");
    }

    #[test]
    fn endless_packing_around_nothing_has_an_end() {
        let nothing = packed(b"");
        let mut sink = gzip();
        let mut taken = 0;
        while sink.len() <= 1000 && taken < 1_000_000 {
            sink.take(&nothing, 1000);
            taken += nothing.len();
        }
        assert!(taken < 2000, "{taken}");
    }

    #[test]
    fn a_bomb_goes_little_beyond_the_limit() {
        let bytes = packed(&vec![0; 50_000_000]);
        let mut sink = gzip();
        sink.take(&bytes, 1000);
        assert!(sink.len() > 1000 && sink.len() < 3_000_000);
    }
}
