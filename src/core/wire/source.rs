//! Where the bytes of a body are read from: memory, or a file that took them when they became too many.
//!
//! What reads them copies a little at a time, so that neither a body that still grows nor one that does not
//! fit into memory is anything special.

use bytes::Bytes;
use std::fmt::Debug;

/// Bytes that can be read at any place; they may still become more, never fewer or other ones.
pub trait Source: Debug + Send + Sync {
    /// How many there are by now.
    fn length(&self) -> u64;

    /// Calls that whenever there are more; of what never grows, never.
    fn watch(&self, grew: Box<dyn Fn() + Send + Sync>) {
        drop(grew);
    }

    /// Copies from a place on as many as are there and fit; says how many.
    fn read_at(&self, at: u64, into: &mut [u8]) -> usize;
}

impl Source for Bytes {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> usize {
        let from = usize::try_from(at).unwrap_or(usize::MAX);
        let there = self.get(from..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        count
    }
}

/// At most that many bytes from a place on, in a vector of their own.
pub fn piece(source: &dyn Source, at: u64, most: usize) -> Vec<u8> {
    let there = source.length().saturating_sub(at);
    let mut bytes = vec![0; most.min(usize::try_from(there).unwrap_or(usize::MAX))];
    let count = source.read_at(at, &mut bytes);
    bytes.truncate(count);
    bytes
}
