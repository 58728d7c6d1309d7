//! Reads a body as it comes, up to a limit, and unpacks gzip by itself: so the header fields stay as
//! they were sent, and a small bomb cannot become a large one.

use super::Watch;
use super::held::Held;
use super::progress::Counter;
use crate::core::wire::{Body, Cut, Headers};
use flate2::write::MultiGzDecoder;
use std::io::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

/// How much of a body is read, and for how long nothing may come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// For each part of it.
    pub(super) patience: Duration,
    /// Most bytes, unpacked.
    pub(super) most: usize,
    /// Most of them that are held in memory.
    pub(super) in_memory: usize,
}

/// Reads a body to its end, to the limit, or to where it broke off.
pub(super) async fn read(
    mut answer: reqwest::Response,
    headers: &Headers,
    bounds: Bounds,
    counter: &Counter,
    (held, watch): (Arc<Held>, &Watch),
) -> (Body, Option<Cut>) {
    let announced = headers.get("content-length");
    let announced = announced.and_then(|length| length.trim().parse().ok());
    counter.change(|progress| progress.announced = announced);
    let mut sink = Sink::of(headers, held, bounds);
    if let Some(announced) = announced {
        sink.held.reserve(announced.min(bounds.in_memory as u64));
    }
    let cut = loop {
        let next = tokio::select! {
            biased;
            () = watch.stopped() => break Some(Cut::Cancelled),
            next = tokio::time::timeout(bounds.patience, answer.chunk()) => next,
        };
        match next {
            Err(_) => break Some(Cut::Stalled),
            Ok(Ok(Some(bytes))) => {
                counter.change(|progress| progress.received += bytes.len() as u64);
                if let Err(cut) = sink.take(&bytes) {
                    break Some(cut);
                }
            }
            Ok(Ok(None)) => break None,
            Ok(Err(_)) => break Some(Cut::ConnectionEnded),
        }
    };
    let (body, whole) = sink.finish();
    (body, cut.or((!whole).then_some(Cut::ConnectionEnded)))
}

/// Where the bytes of a body go.
struct Sink {
    held: Arc<Held>,
    bounds: Bounds,
    /// Unpacks them, where they are packed.
    unpacks: Option<Unpacks>,
    /// Bytes that were kept.
    kept: usize,
}

/// Unpacking, under way.
struct Unpacks {
    decoder: Box<MultiGzDecoder<Vec<u8>>>,
    /// The bytes as they came, until one came out: they may not be gzip after all.
    raw: Vec<u8>,
    /// How many bytes came: packing that holds nothing is counted too, it could go on for ever.
    came: usize,
}

impl Sink {
    /// The sink for what the header fields announce.
    fn of(headers: &Headers, held: Arc<Held>, bounds: Bounds) -> Self {
        let coding = headers.get("content-encoding").unwrap_or_default().trim();
        let packed = coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip");
        Self {
            held,
            bounds,
            unpacks: packed.then(|| Unpacks {
                decoder: Box::new(MultiGzDecoder::new(Vec::new())),
                raw: Vec::new(),
                came: 0,
            }),
            kept: 0,
        }
    }

    /// Takes bytes from the wire. Gzip is unpacked in small pieces, so that it never passes the limit
    /// by more than one of them.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Cut> {
        const PIECE: usize = 1024;
        if self.unpacks.is_none() {
            return self.keep(bytes);
        }
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            let Some(unpacks) = &mut self.unpacks else {
                return self.keep(&bytes[number * PIECE..]);
            };
            unpacks.came += piece.len();
            if self.kept == 0 {
                unpacks.raw.extend_from_slice(piece);
            }
            let unpacked = unpacks.decoder.write_all(piece);
            let out = std::mem::take(unpacks.decoder.get_mut());
            let (came, raw) = (unpacks.came, std::mem::take(&mut unpacks.raw));
            if unpacked.is_err() && self.kept == 0 && out.is_empty() {
                self.unpacks = None;
                self.keep(&raw)?;
                continue;
            }
            self.keep(&out)?;
            if unpacked.is_err() {
                return Err(Cut::ConnectionEnded);
            }
            if came > self.bounds.most {
                return Err(Cut::Limit(self.bounds.most));
            }
            if self.kept == 0
                && let Some(unpacks) = &mut self.unpacks
            {
                unpacks.raw = raw;
            }
        }
        Ok(())
    }

    /// Keeps bytes of the body, as many as it may have.
    fn keep(&mut self, bytes: &[u8]) -> Result<(), Cut> {
        let room = self.bounds.most - self.kept;
        let count = bytes.len().min(room);
        let kept = self.held.append(&bytes[..count], self.bounds.in_memory);
        if kept.is_err() {
            // There is no room on the disk: what is held is all there will be.
            return Err(Cut::Limit(self.kept));
        }
        self.kept += count;
        if bytes.len() > room {
            return Err(Cut::Limit(self.bounds.most));
        }
        Ok(())
    }

    /// The body, and whether the packing was complete.
    fn finish(mut self) -> (Body, bool) {
        let mut whole = true;
        if let Some(mut unpacks) = self.unpacks.take().filter(|unpacks| unpacks.came > 0) {
            let ended: io::Result<()> = unpacks.decoder.try_finish();
            whole = ended.is_ok();
            let rest = std::mem::take(unpacks.decoder.get_mut());
            whole &= self.keep(&rest).is_ok();
        }
        (self.held.finish(), whole)
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

    fn gzip(most: usize) -> Sink {
        let bounds = Bounds {
            patience: Duration::MAX,
            most,
            in_memory: 100_000_000,
        };
        let headers = Headers(vec![("Content-Encoding".into(), "GZIP".into())]);
        Sink::of(&headers, Arc::default(), bounds)
    }

    #[test]
    fn gzip_is_unpacked_however_it_is_cut() {
        let bytes = packed("blåbær ".repeat(100).as_bytes());
        for size in [1, 7, bytes.len()] {
            let mut sink = gzip(1_000_000);
            for part in bytes.chunks(size) {
                sink.take(part).unwrap();
            }
            let (body, whole) = sink.finish();
            assert_eq!(
                (&body.0[..], whole),
                ("blåbær ".repeat(100).as_bytes(), true)
            );
        }
    }

    #[test]
    fn half_of_a_gzip_body_is_shown_and_said_to_be_half() {
        let bytes = packed(&(0..=255).cycle().take(100_000).collect::<Vec<u8>>());
        let mut sink = gzip(1_000_000);
        sink.take(&bytes[..bytes.len() / 2]).unwrap();
        assert!(!sink.finish().1);
    }

    #[test]
    fn what_is_not_gzip_is_shown_as_it_came() {
        for size in [1, 1000] {
            let mut sink = gzip(1_000_000);
            for part in b"<html>an error page</html>".chunks(size) {
                sink.take(part).unwrap();
            }
            assert_eq!(&sink.finish().0.0[..], b"<html>an error page</html>");
        }
    }

    #[test]
    fn endless_packing_around_nothing_has_an_end() {
        let nothing = packed(b"");
        let mut sink = gzip(1000);
        let mut taken = 0;
        while sink.take(&nothing).is_ok() && taken < 1_000_000 {
            taken += nothing.len();
        }
        assert!(taken < 2000, "{taken}");
    }

    #[test]
    fn a_bomb_goes_up_to_the_limit() {
        let bytes = packed(&vec![0; 50_000_000]);
        let mut sink = gzip(1000);
        assert_eq!(sink.take(&bytes), Err(Cut::Limit(1000)));
        assert_eq!(sink.finish().0.len(), 1000);
    }
}
