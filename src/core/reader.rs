//! Reads large answers: what stands in which row, without ever laying out more than is seen.
//!
//! ```text
//! bytes ─► structure (a mark every 4 KiB) ─► rows of a window ─► what is drawn
//!             └► folds, paths, search, table: all of them look up marks and read a little
//! ```

mod bits;
mod folds;
pub mod place;
mod pretty;
mod raw;
pub mod rows;
pub mod structure;
mod tokens;
