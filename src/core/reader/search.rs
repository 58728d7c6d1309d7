//! Searches a body: how often something stands in it, and where next.
//!
//! Hits are counted by the block, and found again where they are shown or gone to: so a letter that stands in
//! 100 MB ten million times costs no more than one that stands there once.

use super::structure::BLOCK;
use crate::core::wire::source::{Source, piece};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;

/// Bytes that are searched at a time.
const PIECE: usize = 64 * BLOCK;

/// How long a hit of a regular expression may be.
const REACH: usize = 16 * 1024;

/// Most memory that a regular expression may take.
const PATTERN: usize = 4 * 1024 * 1024;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// The words.
    pub text: String,
    /// Whether upper and lower case are the same.
    pub any_case: bool,
    /// Whether the words are a regular expression.
    pub is_pattern: bool,
}

/// What finds it.
#[derive(Debug, Clone)]
enum Matcher {
    Literal(Box<Finder<'static>>),
    Pattern(Regex),
}

impl Matcher {
    /// The hits in some bytes; empty ones are none.
    fn hits<'a>(&'a self, bytes: &'a [u8]) -> Box<dyn Iterator<Item = Range<usize>> + 'a> {
        match self {
            Self::Literal(finder) => {
                let length = finder.needle().len();
                let all = finder.find_iter(bytes).take_while(move |_| length > 0);
                Box::new(all.map(move |at| at..at + length))
            }
            Self::Pattern(pattern) => {
                let all = pattern.find_iter(bytes).filter(|hit| !hit.is_empty());
                Box::new(all.map(|hit| hit.range()))
            }
        }
    }
}

/// A search under way, or done.
#[derive(Debug, Clone)]
pub(super) struct Search {
    matcher: Matcher,
    /// How many bytes a hit may go on behind the piece that it begins in.
    reach: usize,
    /// Hits that begin in each block.
    counts: Vec<u16>,
    total: u64,
    done: u64,
    complete: bool,
}

impl Search {
    /// Of that; or why a regular expression is none.
    pub(super) fn new(sought: &Sought) -> Result<Self, String> {
        let is_literal = !sought.is_pattern && !sought.any_case;
        let matcher = if is_literal {
            Matcher::Literal(Box::new(Finder::new(sought.text.as_bytes()).into_owned()))
        } else {
            let pattern = if sought.is_pattern {
                sought.text.clone()
            } else {
                regex::escape(&sought.text)
            };
            let built = RegexBuilder::new(&pattern)
                .case_insensitive(sought.any_case)
                .multi_line(true)
                .size_limit(PATTERN)
                .build();
            Matcher::Pattern(built.map_err(|error| why(&error))?)
        };
        let reach = if sought.is_pattern {
            REACH
        } else {
            sought.text.len() * 4
        };
        Ok(Self {
            matcher,
            reach,
            counts: Vec::new(),
            total: 0,
            done: 0,
            complete: false,
        })
    }

    /// How many hits are known by now.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }

    /// Goes on over a piece of the body; says whether there was anything to do.
    pub(super) fn advance(
        &mut self,
        source: &dyn Source,
        ended: bool,
        buffer: &mut Vec<u8>,
    ) -> bool {
        if self.complete {
            return false;
        }
        let there = source.length() - self.done;
        // What is not there yet may belong to a hit.
        let safe = if ended {
            there
        } else {
            there.saturating_sub(self.reach as u64)
        };
        let take = usize::try_from(safe).unwrap_or(PIECE).min(PIECE);
        let take = if ended { take } else { take / BLOCK * BLOCK };
        buffer.resize(take + self.reach, 0);
        let count = source.read_at(self.done, buffer);
        let first = usize::try_from(self.done / BLOCK as u64).unwrap_or(0);
        self.counts.resize(first + take.div_ceil(BLOCK), 0);
        for hit in self.matcher.hits(&buffer[..count]) {
            if hit.start >= take {
                break;
            }
            let block = &mut self.counts[first + hit.start / BLOCK];
            *block = block.saturating_add(1);
            self.total += 1;
        }
        self.done += take as u64;
        self.complete = ended && self.done >= source.length();
        take > 0 || self.complete
    }

    /// The hits in some bytes.
    pub(super) fn hits<'a>(
        &'a self,
        bytes: &'a [u8],
    ) -> Box<dyn Iterator<Item = Range<usize>> + 'a> {
        self.matcher.hits(bytes)
    }

    /// The first hit of all.
    pub(super) fn first(&self, source: &dyn Source) -> Option<(u64, u64)> {
        let block = self.counts.iter().position(|count| *count > 0)?;
        let places = self.places(source, block as u64 * BLOCK as u64);
        places.first().map(|at| (*at, 1))
    }

    /// The hit behind a place, or before it, round the end; with its number, counted from 1.
    pub(super) fn next(&self, source: &dyn Source, from: u64, down: bool) -> Option<(u64, u64)> {
        let here = usize::try_from(from / BLOCK as u64)
            .unwrap_or(usize::MAX)
            .min(self.counts.len());
        let blocks = self.counts.len();
        let order: Box<dyn Iterator<Item = usize>> = if down {
            Box::new((here..blocks).chain(0..blocks.min(here + 1)))
        } else {
            let back = (0..blocks.min(here + 1)).rev();
            Box::new(back.chain((here..blocks).rev()))
        };
        // Where it is not searched as far as that place, all that is known stands before it.
        let mut first = !down || here < blocks;
        for block in order {
            if self.counts[block] > 0 {
                let begin = block as u64 * BLOCK as u64;
                let places = self.places(source, begin);
                let wanted = |at: &&u64| !first || if down { **at > from } else { **at < from };
                let found = if down {
                    places.iter().find(wanted)
                } else {
                    places.iter().rfind(wanted)
                };
                if let Some(at) = found {
                    let before: u64 = self.counts[..block]
                        .iter()
                        .map(|count| u64::from(*count))
                        .sum();
                    let within = places.partition_point(|place| place <= at) as u64;
                    return Some((*at, before + within));
                }
            }
            first = false;
        }
        None
    }

    /// Whether a hit behind a place is known by now; without a place, any.
    pub(super) fn knows_next(&self, source: &dyn Source, from: Option<u64>) -> bool {
        let Some(from) = from else {
            return self.total > 0;
        };
        self.done > from
            && self
                .next(source, from, true)
                .is_some_and(|(at, _)| at > from)
    }

    /// Where hits begin in a block.
    fn places(&self, source: &dyn Source, begin: u64) -> Vec<u64> {
        // As it was counted: from the beginning of the piece on.
        let start = begin / PIECE as u64 * PIECE as u64;
        let length = usize::try_from(begin - start).unwrap_or(0) + BLOCK;
        let bytes = piece(source, start, length + self.reach);
        self.hits(&bytes)
            .map(|hit| start + hit.start as u64)
            .take_while(|at| *at < begin + BLOCK as u64)
            .filter(|at| *at >= begin)
            .collect()
    }
}

/// What is wrong with a regular expression, in a line.
fn why(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default().trim();
    format!(
        "this is no regular expression: {}",
        last.trim_start_matches("error: ")
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn searched(text: &[u8], sought: &Sought) -> (Search, Bytes) {
        let bytes = Bytes::copy_from_slice(text);
        let mut search = Search::new(sought).unwrap();
        while search.advance(&bytes, true, &mut Vec::new()) {}
        (search, bytes)
    }

    fn literal(text: &str) -> Sought {
        Sought {
            text: text.to_owned(),
            ..Sought::default()
        }
    }

    #[test]
    fn every_hit_is_counted_once_and_gone_to_in_turn() {
        let mut text = vec![b'.'; 3 * PIECE];
        let places = [
            0,
            4094,
            5000,
            5001 + 4096,
            PIECE - 2,
            PIECE + 7,
            3 * PIECE - 3,
        ];
        for at in places {
            text[at..at + 3].copy_from_slice(b"abc");
        }
        let pattern = Sought {
            text: "A.?C".to_owned(),
            any_case: true,
            is_pattern: true,
        };
        for sought in [literal("abc"), pattern] {
            let (search, bytes) = searched(&text, &sought);
            assert_eq!(search.total(), places.len() as u64);
            let mut from = 0;
            for (number, at) in places.iter().enumerate().skip(1) {
                let found = search.next(&bytes, from, true).unwrap();
                assert_eq!(found, (*at as u64, number as u64 + 1));
                from = found.0;
            }
            assert_eq!(search.next(&bytes, from, true), Some((0, 1)));
            assert_eq!(search.next(&bytes, 0, false), Some((places[6] as u64, 7)));
            assert_eq!(
                search.next(&bytes, from, false),
                Some((places[5] as u64, 6))
            );
        }
    }

    #[test]
    fn a_letter_that_stands_everywhere_costs_no_more() {
        let (search, bytes) = searched(&vec![b'e'; 100_000], &literal("e"));
        assert_eq!(search.total(), 100_000);
        assert_eq!(search.next(&bytes, 70_000, true), Some((70_001, 70_002)));
    }

    #[test]
    fn what_comes_later_is_counted_when_it_is_there() {
        let text = format!("{}needle", "x".repeat(9000));
        let mut search = Search::new(&literal("needle")).unwrap();
        let part = Bytes::copy_from_slice(&text.as_bytes()[..9003]);
        while search.advance(&part, false, &mut Vec::new()) {}
        assert_eq!((search.total(), search.is_complete()), (0, false));
        let whole = Bytes::from(text);
        while search.advance(&whole, true, &mut Vec::new()) {}
        assert_eq!((search.total(), search.is_complete()), (1, true));
    }

    #[test]
    fn a_hit_behind_what_was_searched_is_not_known() {
        let mut text = vec![b'.'; 3 * PIECE];
        let last = 2 * PIECE + 5;
        for at in [7, 5000, last] {
            text[at] = b'x';
        }
        let bytes = Bytes::from(text);
        let mut search = Search::new(&literal("x")).unwrap();
        search.advance(&bytes, true, &mut Vec::new());
        let from = PIECE as u64 + 9;
        assert!(search.knows_next(&bytes, None) && !search.knows_next(&bytes, Some(from)));
        assert_eq!(search.next(&bytes, from, true), Some((7, 1)));
        while search.advance(&bytes, true, &mut Vec::new()) {}
        assert!(search.knows_next(&bytes, Some(from)));
        assert_eq!(search.next(&bytes, from, true), Some((last as u64, 3)));
    }

    #[test]
    fn what_is_no_pattern_is_said_to_be_none() {
        let pattern = Sought {
            text: "a(".to_owned(),
            any_case: false,
            is_pattern: true,
        };
        let told = Search::new(&pattern).map(|_| ()).unwrap_err();
        assert!(told.contains("unclosed group"), "{told}");
        assert_eq!(searched(b"abc", &literal("")).0.total(), 0);
    }
}
