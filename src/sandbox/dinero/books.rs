//! The books of a company: everything it has, in memory, and the rules that hold for each thing of it.
//!
//! They have bounds, so that a loop that creates does not take the machine's memory.

use super::call::Content;
use super::data;
use super::kinds::Kind;
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use crate::core::secret::{Entropy, hexadecimal};
use std::collections::BTreeMap;

/// The most things a company can have.
const MOST_THINGS: usize = 5000;

/// The most bytes that they can take, files among them.
const MOST_BYTES: usize = 48 * 1024 * 1024;

/// The version of what is seeded last lies below it.
const FIRST_VERSION: u64 = 0x0001_4C40_0000;

/// A thing that a company has.
#[derive(Debug, Default, Clone)]
pub(super) struct Thing {
    /// Its fields.
    pub(super) row: Row,
    /// The id of what it belongs to: the contact of a note, the voucher of a payment.
    pub(super) parent: String,
    /// When its entries were made; empty when it has none yet.
    pub(super) booked_at: String,
    /// The bytes of a file.
    pub(super) content: Option<Content>,
}

impl Thing {
    /// One that belongs to nothing.
    pub(super) fn new(row: Row) -> Self {
        Self {
            row,
            ..Self::default()
        }
    }

    /// One that belongs to something.
    pub(super) fn of(parent: &str, row: Row) -> Self {
        Self {
            parent: parent.to_owned(),
            ..Self::new(row)
        }
    }

    /// Whether it was not deleted.
    pub(super) fn is_live(&self) -> bool {
        !self.row.has("DeletedAt")
    }

    /// Whether it belongs to that.
    pub(super) fn belongs_to(&self, parent: &str) -> bool {
        self.parent.eq_ignore_ascii_case(parent)
    }

    /// How many bytes it takes, about.
    fn size(&self) -> usize {
        let content = self
            .content
            .as_ref()
            .map_or(0, |content| content.bytes.len());
        self.row.size() + self.parent.len() + content
    }
}

/// Where new ids come from.
#[derive(Debug)]
enum Ids {
    /// The seeds count, so that they are the same every time.
    Counted(u32),
    /// What comes later is nobody's to guess.
    Drawn,
}

/// The books of a company.
#[derive(Debug)]
pub(in crate::sandbox) struct Books {
    /// The company.
    pub(super) organization: u32,
    things: BTreeMap<&'static str, Vec<Thing>>,
    version: u64,
    entropy: Entropy,
    ids: Ids,
}

impl Books {
    /// Those that the company begins with.
    pub(in crate::sandbox) fn open(organization: u32, entropy: Entropy) -> Self {
        let mut books = Self::empty(organization, entropy);
        // A test holds that everything comes about.
        let _ = data::fill(&mut books);
        books.ids = Ids::Drawn;
        books
    }

    /// Those of a company that has nothing.
    pub(super) fn empty(organization: u32, entropy: Entropy) -> Self {
        Self {
            organization,
            things: BTreeMap::new(),
            version: FIRST_VERSION,
            entropy,
            ids: Ids::Counted(0),
        }
    }

    /// A new id.
    pub(super) fn guid(&mut self) -> String {
        match &mut self.ids {
            Ids::Counted(count) => {
                *count += 1;
                data::guid("seed", self.organization, *count)
            }
            Ids::Drawn => data::guid_of(&hexadecimal(&self.entropy.draw())),
        }
    }

    /// A new version: 16 hexadecimal digits, higher than any before.
    pub(super) fn version(&mut self) -> String {
        self.version += 641;
        format!("{:016X}", self.version)
    }

    /// Everything of a kind, deleted things too.
    pub(super) fn all(&self, kind: &Kind) -> &[Thing] {
        self.things.get(kind.name).map_or(&[], Vec::as_slice)
    }

    /// Everything of a kind that was not deleted.
    pub(super) fn live(&self, kind: &Kind) -> impl DoubleEndedIterator<Item = &Thing> {
        self.all(kind).iter().filter(|thing| thing.is_live())
    }

    /// What of a kind belongs to that, deleted things left out.
    pub(super) fn of<'a>(
        &'a self,
        kind: &Kind,
        parent: &'a str,
    ) -> impl Iterator<Item = &'a Thing> {
        self.live(kind).filter(|thing| thing.belongs_to(parent))
    }

    /// The thing of that id.
    pub(super) fn find(&self, kind: &Kind, id: &str) -> Result<&Thing, Refusal> {
        let mut live = self.live(kind);
        live.find(|thing| thing.row.is(kind.key, id))
            .ok_or_else(|| missing(kind))
    }

    /// The thing of that id, to be changed.
    pub(super) fn find_mut(&mut self, kind: &Kind, id: &str) -> Result<&mut Thing, Refusal> {
        self.every_mut(kind)
            .iter_mut()
            .find(|thing| thing.is_live() && thing.row.is(kind.key, id))
            .ok_or_else(|| missing(kind))
    }

    /// The thing of that id where it belongs to that.
    pub(super) fn find_of(&self, kind: &Kind, parent: &str, id: &str) -> Result<&Thing, Refusal> {
        let thing = self.find(kind, id)?;
        if thing.belongs_to(parent) {
            Ok(thing)
        } else {
            Err(missing(kind))
        }
    }

    /// Everything of a kind, to be changed.
    pub(super) fn every_mut(&mut self, kind: &Kind) -> &mut Vec<Thing> {
        self.things.entry(kind.name).or_default()
    }

    /// Whether so many more bytes find room, and one more thing.
    pub(super) fn has_room(&self, bytes: usize) -> Result<(), Refusal> {
        let things = || self.things.values().flatten();
        if things().count() >= MOST_THINGS {
            let why = format!("The sandbox keeps {MOST_THINGS} things of a company.");
            return Err(Refusal::of_limit(why));
        }
        if things().map(Thing::size).sum::<usize>() + bytes > MOST_BYTES {
            let why = format!("The sandbox keeps {MOST_BYTES} bytes of a company.");
            return Err(Refusal::of_limit(why));
        }
        Ok(())
    }

    /// Puts a thing in; vouchers of sales before the others, as they are listed.
    pub(super) fn add(&mut self, kind: &Kind, thing: Thing) -> Result<(), Refusal> {
        self.has_room(thing.size())?;
        let things = self.every_mut(kind);
        let at = if kind.lines == "ProductLines" {
            0
        } else {
            things.len()
        };
        things.insert(at, thing);
        Ok(())
    }

    /// Gives a thing a row in place of its own.
    pub(super) fn replace(&mut self, kind: &Kind, id: &str, row: Row) -> Result<(), Refusal> {
        self.has_room(row.size())?;
        self.find_mut(kind, id)?.row = row;
        Ok(())
    }

    /// Says of a thing that it was changed, and gives it a new version; the version.
    pub(super) fn touch(&mut self, kind: &Kind, id: &str, moment: &str) -> Result<String, Refusal> {
        let version = self.version();
        let row = &mut self.find_mut(kind, id)?.row;
        if !kind.version.is_empty() {
            row.set(kind.version, Cell::from_text(&version));
        }
        row.set("UpdatedAt", Cell::from_text(moment));
        Ok(version)
    }

    /// Deletes a thing; it stays in lists of what was deleted.
    pub(super) fn remove(&mut self, kind: &Kind, id: &str, moment: &str) -> Result<(), Refusal> {
        self.touch(kind, id, moment)?;
        let row = &mut self.find_mut(kind, id)?.row;
        row.set("DeletedAt", Cell::from_text(moment));
        Ok(())
    }

    /// The number after the highest of a kind.
    pub(super) fn next_number(&self, kind: &Kind, field: &str, first: u32) -> u32 {
        let numbers = self.all(kind).iter();
        let highest = numbers
            .filter_map(|thing| thing.row.text(field).parse::<u32>().ok())
            .max();
        highest.map_or(first, |highest| highest.saturating_add(1))
    }
}

/// What is said of a thing that is not there.
pub(super) fn missing(kind: &Kind) -> Refusal {
    let (status, code) = kind.missing;
    Refusal::new(status, code, "There is nothing with that id.")
}
