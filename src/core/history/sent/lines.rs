//! The file of the requests, line by line: where each stands, which are shown, which are kept on.
//!
//! A line is looked at and let go, so that a file of any length is read in the memory of its names. What a torn
//! or damaged line says is left out and counted; what a later version writes between the lines is kept.

use super::{Sent, SentId, VERSION};
use crate::core::history::moment;
use crate::core::history::written::Redacted;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Most requests.
    pub requests: usize,
    /// Most days since one was sent.
    pub days: i64,
    /// Most days that its answer's text is kept.
    pub body_days: i64,
    /// Most bytes altogether; the texts of older answers go first.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            requests: 2_000,
            days: 90,
            body_days: 14,
            bytes: 64 * 1024 * 1024,
        }
    }
}

/// A line in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The byte it begins with.
    pub at: u64,
    /// Its length in bytes, without its end.
    pub length: usize,
}

/// What a file holds, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Index {
    requests: BTreeMap<SentId, Piece>,
    bodies: BTreeMap<SentId, Piece>,
    pinned: BTreeSet<SentId>,
    /// Lines of a kind that this version does not know.
    unknown: Vec<Piece>,
    damaged: usize,
    torn: bool,
    later: Option<u64>,
}

/// A request that is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its line.
    pub piece: Piece,
    /// Whether the user wants it to stay.
    pub pinned: bool,
    /// Whether the text of its answer is there.
    pub has_body: bool,
}

/// What a file is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// These of its lines, in this order.
    pub pieces: Vec<Piece>,
    /// Further lines.
    pub further: Vec<Redacted>,
    /// Whether anything goes.
    pub is_less: bool,
}

/// As much of a line as says what it is.
#[derive(Deserialize)]
struct Glance {
    dineroscope: Option<String>,
    v: Option<u64>,
    sent: Option<Named>,
    body: Option<Named>,
    pin: Option<Pin>,
}

/// A line of any kind.
#[derive(Deserialize)]
struct AnyObject {}

/// Anything with a name.
#[derive(Deserialize)]
struct Named {
    id: SentId,
}

/// Whether a request is to stay.
#[derive(Deserialize)]
struct Pin {
    id: SentId,
    on: bool,
}

/// The first line.
pub fn head() -> Redacted {
    let program = env!("CARGO_PKG_VERSION");
    Redacted(json!({"dineroscope": "requests", "v": VERSION, "program": program}).to_string())
}

/// The line that says whether a request is to stay.
pub fn pin(id: &SentId, on: bool) -> Redacted {
    Redacted(json!({"pin": {"id": id, "on": on}}).to_string())
}

/// The version of the file that begins with this line, when it is later than this program's.
pub fn later_version(first: &[u8]) -> Option<u64> {
    let glance: Glance = serde_json::from_slice(first).ok()?;
    glance.dineroscope?;
    glance.v.filter(|version| *version > VERSION)
}

/// A request from its line.
pub fn request(line: &[u8]) -> Option<Sent> {
    #[derive(Deserialize)]
    struct Line {
        sent: Sent,
    }
    serde_json::from_slice(line)
        .ok()
        .map(|line: Line| line.sent)
}

/// Whether a line is the text of that request's answer, as it is written here; none is read for it.
pub fn is_body_of(line: &[u8], id: &SentId) -> bool {
    let rest = line.strip_prefix(b"{\"body\":{\"id\":\"");
    let rest = rest.and_then(|rest| rest.strip_prefix(id.as_str().as_bytes()));
    rest.is_some_and(|rest| rest.starts_with(b"\""))
}

/// The text of an answer from its line.
pub fn body(line: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Line {
        body: Text,
    }
    #[derive(Deserialize)]
    struct Text {
        text: String,
    }
    serde_json::from_slice(line)
        .ok()
        .map(|line: Line| line.body.text)
}

impl Index {
    /// Takes a line, without its end; `is_whole` says whether it had one.
    pub fn take(&mut self, at: u64, line: &[u8], is_whole: bool) {
        if line.trim_ascii().is_empty() || self.later.is_some() {
            return;
        }
        let piece = Piece {
            at,
            length: line.len(),
        };
        let Ok(glance) = serde_json::from_slice::<Glance>(line) else {
            // An object that this version cannot read is not damaged if it is one.
            match (serde_json::from_slice::<AnyObject>(line), is_whole) {
                (Ok(_), _) => self.unknown.push(piece),
                (Err(_), true) => self.damaged += 1,
                (Err(_), false) => self.torn = true,
            }
            return;
        };
        match glance {
            Glance {
                dineroscope: Some(_),
                v,
                ..
            } => self.later = v.filter(|version| *version > VERSION),
            Glance {
                sent: Some(Named { id }),
                ..
            } => {
                self.requests.insert(id, piece);
            }
            Glance {
                body: Some(Named { id }),
                ..
            } => {
                self.bodies.insert(id, piece);
            }
            Glance {
                pin: Some(Pin { id, on: true }),
                ..
            } => {
                self.pinned.insert(id);
            }
            Glance {
                pin: Some(Pin { id, on: false }),
                ..
            } => {
                self.pinned.remove(&id);
            }
            _ => self.unknown.push(piece),
        }
    }

    /// The version of the file, when it is later than this program's.
    pub fn later(&self) -> Option<u64> {
        self.later
    }

    /// The newest requests, the newest first; what is to stay is among them as long as there is room.
    pub fn newest(&self, limit: usize) -> Vec<Found> {
        let ids = self.requests.keys().rev();
        let staying = ids.clone().filter(|id| self.pinned.contains(*id));
        let others = ids.clone().filter(|id| !self.pinned.contains(*id));
        let chosen: BTreeSet<&SentId> = staying.chain(others).take(limit).collect();
        let found = ids.filter(|id| chosen.contains(id)).map(|id| Found {
            piece: self.requests[id],
            pinned: self.pinned.contains(id),
            has_body: self.bodies.contains_key(id),
        });
        found.collect()
    }

    /// Where the text of an answer stands.
    pub fn body(&self, id: &SentId) -> Option<Piece> {
        self.bodies.get(id).copied()
    }

    /// What is worth saying of the file.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if self.torn {
            notices.push("the last line was torn, and is left out".to_owned());
        }
        match self.damaged {
            0 => {}
            1 => notices.push("1 line could not be read, and is left out".to_owned()),
            count => notices.push(format!("{count} lines could not be read, and are left out")),
        }
        notices
    }

    /// What is to be kept on at that moment, without this one. Lines that cannot be read go.
    pub fn plan(&self, retention: &Retention, now: Timestamp, without: Option<&SentId>) -> Plan {
        let since = |days: i64| {
            let oldest = now.checked_sub(SignedDuration::from_hours(24 * days));
            moment(oldest.unwrap_or(Timestamp::UNIX_EPOCH))
        };
        let (first, first_body) = (since(retention.days), since(retention.body_days));
        let (mut bytes, mut count) = (0, 0);
        let mut kept: Vec<(&SentId, Option<Piece>)> = Vec::new();
        for (id, piece) in self.requests.iter().rev() {
            if without == Some(id) {
                continue;
            }
            count += 1;
            bytes += piece.length as u64;
            let is_beyond = count > retention.requests
                || bytes > retention.bytes
                || id.as_str() < first.as_str();
            if is_beyond && !self.pinned.contains(id) {
                continue;
            }
            let body = self.bodies.get(id).copied().filter(|body| {
                bytes += body.length as u64;
                bytes <= retention.bytes && id.as_str() >= first_body.as_str()
            });
            kept.push((id, body));
        }
        kept.reverse();
        let bodies = kept.iter().filter(|(_, body)| body.is_some()).count();
        let lines = kept.iter().flat_map(|(id, body)| {
            let request = self.requests.get(*id).copied();
            request.into_iter().chain(*body)
        });
        let pins = kept.iter().filter(|(id, _)| self.pinned.contains(*id));
        Plan {
            pieces: self.unknown.iter().copied().chain(lines).collect(),
            further: pins.map(|(id, _)| pin(id, true)).collect(),
            is_less: kept.len() < self.requests.len() || bodies < self.bodies.len(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::super::SentBody;
    use super::super::tests::{fresh, mask};
    use super::*;
    use proptest::prelude::*;

    /// A file with one request a day, each with an answer.
    fn file(days: i64) -> String {
        let mut text = head().as_str().to_owned() + "\n";
        for day in 0..days {
            for line in Sent::of(&fresh(day, "{\"a\":1}"), &mask()).lines() {
                text.push_str(line.as_str());
                text.push('\n');
            }
        }
        text
    }

    fn index(text: &[u8]) -> Index {
        let mut index = Index::default();
        let mut at = 0;
        for line in text.split_inclusive(|byte| *byte == b'\n') {
            let whole = line.strip_suffix(b"\n");
            index.take(at, whole.unwrap_or(line), whole.is_some());
            at += line.len() as u64;
        }
        index
    }

    fn at(text: &[u8], piece: Piece) -> &[u8] {
        let start = usize::try_from(piece.at).unwrap();
        &text[start..start + piece.length]
    }

    fn id(day: i64) -> SentId {
        fresh(day, "").id
    }

    fn now(day: i64) -> Timestamp {
        fresh(day, "").record.at
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = file(3);
        let index = index(text.as_bytes());
        assert!(index.notices().is_empty());
        let found = index.newest(2);
        let read = |found: &Found| request(at(text.as_bytes(), found.piece)).unwrap();
        let mut expected = Sent::of(&fresh(2, "{\"a\":1}"), &mask());
        expected.body = SentBody::Kept;
        assert_eq!(read(&found[0]), expected);
        assert_eq!(read(&found[1]).id, id(1));
        assert_eq!(found.len(), 2);
        let body_line = at(text.as_bytes(), index.body(&id(0)).unwrap());
        assert_eq!(body(body_line).as_deref(), Some("{\"a\":1}"));
        assert!(is_body_of(body_line, &id(0)) && !is_body_of(body_line, &id(1)));
    }

    #[test]
    fn what_is_torn_damaged_or_of_a_later_kind_is_said_and_skipped() {
        let text = file(2);
        let torn = index(&text.as_bytes()[..text.len() - 5]);
        assert_eq!(torn.notices(), ["the last line was torn, and is left out"]);
        assert_eq!(torn.newest(9).len(), 2);
        assert!(!torn.newest(9)[0].has_body, "it was the text that was torn");
        let mut damaged = text.clone().into_bytes();
        damaged
            .extend_from_slice(b"garbage\n\xff\xfe\n\n{\"later\":1}\n{\"sent\":{\"id\":\"x\"}}\n");
        let damaged = index(&damaged);
        assert_eq!(
            damaged.notices(),
            ["2 lines could not be read, and are left out"]
        );
        let plan = damaged.plan(&Retention::default(), now(1), None);
        assert_eq!(plan.pieces.len(), 2 + 4, "unknown lines are kept");
        assert!(!plan.is_less);
        let later = text.replacen("\"v\":1", "\"v\":9", 1);
        assert_eq!(index(later.as_bytes()).later(), Some(9));
        assert!(index(later.as_bytes()).newest(9).is_empty());
        assert_eq!(
            later_version(later.lines().next().unwrap().as_bytes()),
            Some(9)
        );
        assert_eq!(later_version(head().as_str().as_bytes()), None);
    }

    #[test]
    fn what_is_pinned_stays_and_its_text_does_not() {
        let mut text = file(100);
        text = text + pin(&id(0), true).as_str() + "\n" + pin(&id(50), true).as_str() + "\n";
        text = text + pin(&id(50), false).as_str() + "\n";
        let index = index(text.as_bytes());
        assert_eq!(index.newest(1)[0].piece, index.requests[&id(0)]);
        let plan = index.plan(&Retention::default(), now(99), None);
        let bodies = plan.pieces.iter();
        let bodies = bodies.filter(|piece| body(at(text.as_bytes(), **piece)).is_some());
        assert_eq!(bodies.count(), 15, "of the last fourteen days and today");
        assert_eq!(plan.pieces.len(), 1 + 91 + 15);
        assert_eq!(plan.further, [pin(&id(0), true)]);
        let few = Retention {
            requests: 3,
            ..Retention::default()
        };
        let plan = index.plan(&few, now(99), Some(&id(99)));
        assert_eq!(
            plan.pieces.len(),
            2 * 3 + 1,
            "98, 97, 96 and the pinned one"
        );
        let small = Retention {
            bytes: 10,
            ..Retention::default()
        };
        assert_eq!(index.plan(&small, now(99), None).pieces.len(), 1);
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(mut bytes in proptest::collection::vec(any::<u8>(), 0..80), cut in 0..4_000_usize) {
            let mut text = file(2).into_bytes();
            let cut = cut.min(text.len());
            text.splice(cut..cut, bytes.drain(..));
            let index = index(&text);
            let plan = index.plan(&Retention::default(), now(1), None);
            for found in index.newest(9) {
                let _ = request(at(&text, found.piece));
            }
            prop_assert!(plan.pieces.iter().all(|piece| at(&text, *piece).len() == piece.length));
        }
    }
}
