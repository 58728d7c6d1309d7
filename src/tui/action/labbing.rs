//! What can be done in the scope lab.

use crate::core::token::kept::GrantId;

/// What is done in the scope lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labbing {
    /// Show it.
    Open,
    /// Offer every safe operation, or the usual choice again.
    Widen,
    /// Switch the selected operation on or off.
    Switch,
    /// Try what is switched on; in production asks first.
    Try {
        /// Also what was tried already.
        again: bool,
    },
    /// Try one operation with one grant.
    One(GrantId, String),
    /// Begin a new run for the scope set of the selected column, where it has no grant yet.
    NewRun,
    /// Select a cell, by row and column; the one that is selected is pressed.
    Cell(usize, usize),
}
