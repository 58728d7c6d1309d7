//! Reads large answers: what stands in which row, without ever laying out more than is seen.
//!
//! ```text
//! bytes ─► structure (a mark every 4 KiB) ─► rows of a window ─► what is drawn
//!             └► folds, paths, search, table: all of them look up marks and read a little
//! ```
//!
//! A [`Reader`] is stepped like everything in the core: it is asked ([`Ask`]), it works a little ([`Reader::work`]),
//! it tells ([`Told`]). Who steps it (`edge/reader.rs`) does so on a thread of its own; the screen holds only the
//! rows that it was told last.

pub mod ask;
mod bits;
mod check;
pub mod content;
pub mod diff;
pub mod filter;
mod folding;
mod folds;
mod going;
mod hex;
pub mod place;
mod plain;
mod pretty;
mod raw;
pub mod rows;
mod search;
pub mod structure;
mod table;
mod telling;
mod tokens;

use crate::core::wire::Headers;
use crate::core::wire::redact::Mask;
use crate::core::wire::source::{Source, piece};
use ask::{Arrangement, Ask, Broken, Show, Told, View};
use check::{Check, Verdict};
use content::{Content, Decoded, Utf8};
use folding::Beside;
use folds::Folds;
use place::Text;
use raw::Raw;
use search::Search;
pub use search::Sought;
use std::sync::Arc;
use structure::Structure;
use table::Table;

/// Bytes that tell what a body is.
const BEGINNING: usize = 4096;

/// Pieces of work between two reports on how far it is.
const REPORT: usize = 24;

/// Reads one body.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of the body by itself"
)]
pub struct Reader {
    body: Arc<dyn Source>,
    headers: Headers,
    mask: Mask,
    /// Whether no more bytes come.
    ended: bool,
    /// Whether it ended before its end.
    cut: bool,
    content: Content,
    /// The body as UTF-8, where it came in another charset.
    decoded: Option<Decoded>,
    structure: Structure,
    check: Check,
    broken: Option<Broken>,
    utf8: Utf8,
    raw: Option<Raw>,
    folds: Folds,
    /// Folding everything beside something, under way.
    beside: Option<Beside>,
    table: Option<Table>,
    /// Whether there is none, and that is known.
    no_table: bool,
    arrangement: Arrangement,
    search: Option<Search>,
    sought_trouble: Option<String>,
    /// The number of the hit that was gone to.
    hit: Option<u64>,
    /// The byte that was gone to: it is what the cursor is on as long as it stays in that row.
    anchor: Option<u64>,
    /// A search whose first hit is to be gone to.
    goes_to_hit: bool,
    show: Option<Show>,
    /// How many rows there were in all when rows were told last.
    told_total: u64,
    /// Whether the rows that were told are fewer than were asked for.
    lacks_rows: bool,
    /// A byte whose row is to be told as soon as it is known.
    wanted: Option<u64>,
    /// A line whose row is to be told with the next rows.
    wanted_line: Option<u64>,
    /// Why something was not done.
    not: Option<String>,
    /// Pieces of work since the last report.
    unreported: usize,
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads a body with that head; where `many`, it is several JSON values, each on a line.
    pub fn new(body: Arc<dyn Source>, headers: Headers, mask: Mask, many: bool) -> Self {
        Self {
            body,
            headers,
            mask,
            ended: false,
            cut: false,
            content: Content::Unknown,
            decoded: None,
            structure: Structure::new(many),
            check: Check::new(many),
            broken: None,
            utf8: Utf8::default(),
            raw: None,
            folds: Folds::default(),
            beside: None,
            table: None,
            no_table: false,
            arrangement: Arrangement::default(),
            search: None,
            sought_trouble: None,
            hit: None,
            anchor: None,
            goes_to_hit: false,
            show: None,
            told_total: 0,
            lacks_rows: false,
            wanted: None,
            wanted_line: None,
            not: None,
            unreported: 0,
            buffer: Vec::new(),
        }
    }

    /// No more bytes come; `cut` says that they ended before their end.
    pub fn end(&mut self, cut: bool) {
        self.ended = true;
        self.cut = cut;
    }

    /// What the body is, as far as is known.
    pub fn content(&self) -> Content {
        self.content
    }

    /// Its bytes, as they came.
    pub fn bytes(&self) -> &dyn Source {
        self.body.as_ref()
    }

    /// Takes what it is asked, and tells what is known at once.
    pub fn take(&mut self, ask: Ask) -> Vec<Told> {
        match ask {
            Ask::Show(show) => self.begin_showing(show),
            Ask::Fold(row) => self.fold(row),
            Ask::FoldBeside(row) => self.fold_beside(row),
            Ask::Search(sought) => self.begin_search(&sought),
            Ask::Next { down } => self.next_hit(down),
            Ask::EndSearch => {
                self.search = None;
                self.sought_trouble = None;
                self.hit = None;
                self.anchor = None;
                // The work that follows reports it.
                self.unreported = 1;
                self.rows_again()
            }
            Ask::GoTo(place) => self.go_to(&place),
            Ask::Turn(view) => self.turn(view),
            Ask::Copy => self.copied(),
            Ask::Arrange(arrangement) => self.arrange(arrangement),
            // These touch the world.
            Ask::Filter(_) | Ask::EndFilter | Ask::Compare(_) | Ask::Save(_) | Ask::Open => {
                Vec::new()
            }
        }
    }

    /// What is known by now, and where the cursor was: it is shown again.
    pub fn again(&mut self) -> Vec<Told> {
        let mut told = self.rows_again();
        told.extend(self.show.map(|show| Told::Placed(show.view, show.cursor)));
        told.push(self.status());
        told
    }

    /// Works a little, and tells what became known; `None` when there is nothing to do until more comes.
    pub fn work(&mut self) -> Option<Vec<Told>> {
        let was_complete = self.structure.is_complete();
        let works = self.work_once();
        if !was_complete && self.structure.is_complete() {
            // That all lines are known is told at once.
            self.unreported = REPORT;
        }
        if !works && self.unreported == 0 {
            return None;
        }
        self.unreported += 1;
        let mut told = self.rows_as_they_come();
        told.extend(self.hit_as_it_comes(works));
        told.extend(self.placed());
        if !works || self.unreported >= REPORT {
            self.unreported = 0;
            if self.told_total != self.total() {
                told.extend(self.rows_again());
            }
            told.push(self.status());
        }
        Some(told)
    }

    /// Does the first piece of work that is to be done.
    fn work_once(&mut self) -> bool {
        if self.content == Content::Unknown {
            return self.look();
        }
        let (ended, mut buffer) = (self.ended, std::mem::take(&mut self.buffer));
        let body = self.body.as_ref();
        let works = match &mut self.decoded {
            Some(decoded) => decoded.advance(body, ended),
            None => false,
        };
        let source: &dyn Source = match &self.decoded {
            Some(decoded) => decoded,
            None => body,
        };
        let ended = self.decoded.as_ref().map_or(ended, Decoded::is_complete);
        let is_json = self.content == Content::Json;
        let is_text = is_json || self.content == Content::Text;
        let mut does = works || is_json && self.structure.advance(source, ended, &mut buffer);
        if let Some(raw) = &mut self.raw {
            does = does || raw.advance(source, ended, &mut buffer);
        }
        if let Some(search) = &mut self.search {
            does = does || search.advance(source, ended, &mut buffer);
        }
        if ended {
            // What still comes is not judged yet: the lines are what is waited for.
            does = does || is_json && self.check.advance(source, ended, &mut buffer);
            does = does || is_text && self.utf8.advance(source, ended, &mut buffer);
        }
        self.buffer = buffer;
        does || self.fold_on() || self.table_on() || self.judge()
    }

    /// Looks at the beginning of the body.
    fn look(&mut self) -> bool {
        let beginning = piece(self.body.as_ref(), 0, BEGINNING);
        let blank = beginning.iter().all(u8::is_ascii_whitespace);
        if beginning.is_empty() && self.ended {
            // Nothing will come: that is known too.
            self.content = Content::Text;
            return true;
        }
        if beginning.is_empty() || blank && !self.ended && beginning.len() < BEGINNING {
            return false;
        }
        self.content = content::content(&beginning, &self.headers);
        let is_text = matches!(self.content, Content::Json | Content::Text);
        if is_text && let Some(encoding) = content::encoding(&beginning, &self.headers) {
            self.decoded = Some(Decoded::of(encoding));
        }
        self.index_rows();
        true
    }

    /// The text that is read: the body, or what it says in UTF-8.
    fn source(&self) -> &dyn Source {
        match &self.decoded {
            Some(decoded) => decoded,
            None => self.body.as_ref(),
        }
    }

    /// The text and its lines.
    fn text(&self) -> Text<'_> {
        Text {
            source: self.source(),
            structure: &self.structure,
        }
    }

    /// Whether it is laid out where it is asked for laid out.
    fn is_laid_out(&self) -> bool {
        self.content == Content::Json && self.broken.is_none()
    }

    /// The view that is really shown.
    fn view(&self) -> View {
        match self.show.map(|show| show.view).unwrap_or_default() {
            View::Pretty if !self.is_laid_out() => View::Raw,
            view => view,
        }
    }

    /// Rows of a text as it came are counted once they are shown, and anew when the width is another one.
    fn index_rows(&mut self) {
        let Some(show) = self.show else { return };
        let is_text = matches!(self.content, Content::Json | Content::Text);
        let width = u64::from(show.width);
        let is_new = self
            .raw
            .as_ref()
            .is_none_or(|raw| raw.width() != width.max(raw::NARROWEST));
        if is_text && self.view() == View::Raw && is_new {
            self.raw = Some(Raw::new(width));
        }
    }

    fn begin_showing(&mut self, show: Show) -> Vec<Told> {
        let before = self.show.replace(show);
        self.index_rows();
        if before.is_none_or(|before| before.view != show.view) && show.view == View::Table {
            self.no_table = false;
        }
        self.rows_again()
    }

    /// Says where the text stops being JSON, once that is known.
    fn judge(&mut self) -> bool {
        if self.broken.is_some() || self.content != Content::Json {
            return false;
        }
        let at = match *self.check.verdict() {
            Verdict::Breaks(at) => at,
            // What was cut off is laid out as far as it came.
            Verdict::EndsEarly if !self.cut && self.source().length() > 0 => self.source().length(),
            _ => return false,
        };
        self.broken = Some(telling::broken(self.source(), at));
        self.index_rows();
        self.wanted = Some(at);
        self.lacks_rows = true;
        true
    }
}
