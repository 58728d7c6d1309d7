//! Holds a body while it comes, for those who read it meanwhile: in memory, and in a file without a name once it
//! has become too large for that.

use crate::core::wire::Body;
use crate::core::wire::source::Source;
use bytes::Bytes;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Bytes of a body in a file that stay at hand.
const BEGINNING: usize = 64 * 1024;

/// Most bytes that are reserved because an answer says it has them.
const RESERVED: usize = 128 * 1024 * 1024;

/// Is called when there are more bytes.
type Grew = Box<dyn Fn() + Send + Sync>;

/// A body that may still grow.
#[derive(Default)]
pub struct Held {
    state: RwLock<State>,
    grew: OnceLock<Grew>,
}

/// Where the bytes are.
enum State {
    /// In memory, and there may be more.
    Grows(Vec<u8>),
    /// In memory, and shared with the record.
    Whole(Bytes),
    /// In a file.
    Spilled {
        file: File,
        length: u64,
        beginning: Bytes,
    },
}

impl Default for State {
    fn default() -> Self {
        Self::Grows(Vec::new())
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Held({} B)", self.length())
    }
}

impl Held {
    /// Makes room for what an answer says it has.
    pub(super) fn reserve(&self, announced: u64) {
        let wanted = usize::try_from(announced).unwrap_or(RESERVED).min(RESERVED);
        self.change(|state| {
            if let State::Grows(bytes) = state {
                // Without the room it grows as it comes.
                let _ = bytes.try_reserve_exact(wanted);
            }
        });
    }

    /// Takes more bytes; with more than `in_memory` of them all go into a file.
    pub(in crate::edge) fn append(&self, bytes: &[u8], in_memory: usize) -> io::Result<()> {
        self.change(|state| -> io::Result<()> {
            match state {
                State::Grows(held) if held.len() + bytes.len() <= in_memory => {
                    held.extend_from_slice(bytes);
                    return Ok(());
                }
                State::Grows(held) => {
                    let mut file = tempfile::tempfile()?;
                    file.write_all(held)?;
                    let beginning = Bytes::copy_from_slice(&held[..held.len().min(BEGINNING)]);
                    let length = held.len() as u64;
                    *state = State::Spilled {
                        file,
                        length,
                        beginning,
                    };
                }
                State::Whole(_) | State::Spilled { .. } => {}
            }
            if let State::Spilled { file, length, .. } = state {
                file.write_all(bytes)?;
                *length += bytes.len() as u64;
            }
            Ok(())
        })?;
        self.tell();
        Ok(())
    }

    /// No more bytes come: the body that they are.
    pub(in crate::edge) fn finish(self: &Arc<Self>) -> Body {
        let body = self.change(|state| match state {
            State::Grows(held) => {
                let whole = Bytes::from(std::mem::take(held));
                *state = State::Whole(whole.clone());
                Ok(whole)
            }
            State::Whole(whole) => Ok(whole.clone()),
            State::Spilled {
                length, beginning, ..
            } => Err((beginning.clone(), *length)),
        });
        match body {
            Ok(whole) => Body::new(whole),
            Err((beginning, length)) => {
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                Body::elsewhere(beginning, length, Arc::clone(self) as Arc<dyn Source>)
            }
        }
    }

    fn tell(&self) {
        if let Some(grew) = self.grew.get() {
            grew();
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        // Nobody panics while holding it.
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut state)
    }
}

impl Source for Held {
    /// The first who asks is the one who is told.
    fn watch(&self, grew: Grew) {
        let _ = self.grew.set(grew);
    }

    fn length(&self) -> u64 {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Grows(held) => held.len() as u64,
            State::Whole(whole) => whole.len() as u64,
            State::Spilled { length, .. } => *length,
        }
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> usize {
        match &*self.state.read().unwrap_or_else(PoisonError::into_inner) {
            State::Grows(held) => copy(held, at, into),
            State::Whole(whole) => copy(whole, at, into),
            State::Spilled { file, length, .. } => {
                let there = usize::try_from(length.saturating_sub(at)).unwrap_or(usize::MAX);
                let most = there.min(into.len());
                read_file(file, at, &mut into[..most])
            }
        }
    }
}

/// Copies from a place on as many bytes as are there and fit.
fn copy(held: &[u8], at: u64, into: &mut [u8]) -> usize {
    let from = usize::try_from(at).unwrap_or(usize::MAX);
    let there = held.get(from..).unwrap_or_default();
    let count = there.len().min(into.len());
    into[..count].copy_from_slice(&there[..count]);
    count
}

/// The same from a file; a file of our own without a name is there as long as it is open.
fn read_file(file: &File, at: u64, into: &mut [u8]) -> usize {
    let mut done = 0;
    while done < into.len() {
        match read_some(file, at + done as u64, &mut into[done..]) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    done
}

#[cfg(unix)]
fn read_some(file: &File, at: u64, into: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

/// Moves the place at which the file is written, which is put back: nobody writes while it is read.
#[cfg(windows)]
fn read_some(mut file: &File, at: u64, into: &mut [u8]) -> io::Result<usize> {
    let count = std::os::windows::fs::FileExt::seek_read(file, into, at)?;
    io::Seek::seek(&mut file, io::SeekFrom::End(0))?;
    Ok(count)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::wire::source::piece;

    #[test]
    fn a_body_is_the_same_in_memory_and_in_a_file() {
        let bytes: Vec<u8> = (0..300_000_u32)
            .map(|number| (number % 251) as u8)
            .collect();
        for in_memory in [0, 1000, 100_000, 300_000] {
            let held = Arc::new(Held::default());
            held.reserve(300_000);
            for part in bytes.chunks(7001) {
                held.append(part, in_memory).unwrap();
                let there = usize::try_from(held.length()).unwrap();
                assert_eq!(piece(held.as_ref(), 0, there), bytes[..there]);
            }
            let body = held.finish();
            assert_eq!(body.len(), bytes.len());
            assert_eq!(
                piece(body.source().as_ref(), 299_990, 100),
                bytes[299_990..]
            );
            assert_eq!(body.is_at_hand(), in_memory == 300_000);
            assert!(bytes.starts_with(&body.0));
            assert_eq!(piece(held.as_ref(), 5, 5), bytes[5..10]);
        }
    }
}
