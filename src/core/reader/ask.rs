//! What a reader is asked, and what it tells.

use super::content::Content;
use super::diff::Difference;
use super::rows::Window;
use super::search::Sought;
use crate::core::wire::Body;
use std::sync::Arc;

/// In which way a body is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum View {
    /// Laid out; a text that is no JSON as it came, bytes that are no text as numbers.
    #[default]
    Pretty,
    /// As it came.
    Raw,
    /// Items as rows, members as columns.
    Table,
}

/// The rows that are to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Show {
    /// In which way.
    pub view: View,
    /// The first row.
    pub first: u64,
    /// How many.
    pub count: usize,
    /// Columns that there are.
    pub width: u16,
    /// The row with the cursor.
    pub cursor: u64,
}

/// What a reader is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Show these rows, and others as they come.
    Show(Show),
    /// Fold away what opens in a row, or show it again.
    Fold(u64),
    /// Fold away everything that stands beside what opens in a row, or show it again.
    FoldBeside(u64),
    /// Search for this; the hit behind the cursor is gone to.
    Search(Sought),
    /// The hit behind the cursor, or the one before it.
    Next {
        /// Whether the one behind it.
        down: bool,
    },
    /// Forget what was searched for.
    EndSearch,
    /// Go to a line, counted from 1, or to where a JSON Pointer leads.
    GoTo(String),
    /// Stay at the byte of the cursor in another view.
    Turn(View),
    /// What stands at the cursor, as text.
    Copy,
    /// In this way the table's columns and rows.
    Arrange(Arrangement),
    /// Filter the body with this program of the jq language.
    Filter(String),
    /// Show the body itself again.
    EndFilter,
    /// Say what differs from another body.
    Compare(Body),
    /// Write what is shown to a new file of that name.
    Save(String),
    /// Open the body with what the system opens such files with.
    Open,
}

/// How the table is arranged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arrangement {
    /// The column that rows are sorted by, and whether the greatest comes first.
    pub sort: Option<(String, bool)>,
    /// Columns that are not shown.
    pub hidden: Vec<String>,
}

/// What a reader tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// How far it is.
    Status(Box<Status>),
    /// Rows.
    Rows {
        /// What was asked for.
        show: Show,
        /// The rows.
        window: Arc<Window>,
        /// What is known of the row with the cursor.
        cursor: Option<Arc<Cursor>>,
    },
    /// The cursor belongs on this row.
    Placed(View, u64),
    /// Something cannot be done; why.
    Not(String),
    /// What stands at the cursor, as text.
    Copied(String),
    /// How far a filter is.
    Filter(Filter),
    /// What differs from another body.
    Differs(Arc<Difference>),
    /// It was written to a file, or not, and why.
    Saved {
        /// As the user typed it.
        path: String,
        /// Why not.
        trouble: Option<String>,
    },
}

/// How far a filter is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The program; empty when there is none.
    pub program: String,
    /// Whether it runs.
    pub runs: bool,
    /// What went wrong.
    pub trouble: Option<String>,
}

/// How far a reader is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Status {
    /// What the body is.
    pub content: Content,
    /// Bytes that are here.
    pub length: u64,
    /// Whether more may come.
    pub comes: bool,
    /// Bytes whose lines are known.
    pub known: u64,
    /// Lines that are known; of bytes that are no text, none.
    pub lines: u64,
    /// Bytes that its index takes.
    pub weight: usize,
    /// Where it stops being what it says it is.
    pub broken: Option<Broken>,
    /// What else is to be said: a charset that is not the one named.
    pub notes: Vec<String>,
    /// What was found.
    pub search: Option<Found>,
    /// What is known of the table.
    pub table: Option<TableStatus>,
}

/// Where a text stops being JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The byte.
    pub at: u64,
    /// Its line, counted from 1.
    pub line: u64,
    /// Its column there, counted from 1 in bytes.
    pub column: u64,
    /// What is wrong.
    pub words: String,
}

/// What a search has found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// How many hits are known.
    pub total: u64,
    /// Whether all of the body was searched.
    pub complete: bool,
    /// The number of the hit that was gone to, counted from 1.
    pub number: Option<u64>,
    /// Why nothing can be found.
    pub trouble: Option<String>,
}

/// What is known of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableStatus {
    /// Why there is none.
    pub none: Option<&'static str>,
    /// The path of the array whose items are the rows.
    pub path: String,
    /// Rows that are known.
    pub rows: u64,
    /// Names of all columns, in order.
    pub columns: Vec<String>,
    /// Whether rows are still being sorted.
    pub sorts: bool,
}

/// What is known of the row with the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The row.
    pub row: u64,
    /// Its line, counted from 1.
    pub line: u64,
    /// The path of what stands in it, as jq writes it.
    pub path: Option<String>,
    /// The same as a JSON Pointer.
    pub pointer: Option<String>,
    /// The name of the member.
    pub name: String,
    /// Its value, where it is one that is not secret and not too long: a string without its quotes.
    pub value: Option<String>,
    /// Whether its value is secret.
    pub hidden: bool,
    /// The row of the table, counted from 1: the item that it is.
    pub item: Option<u64>,
}
