//! The vocabulary of the scope lab: what may each grant call.

use crate::core::token::kept::GrantId;

/// Imperative, from a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabCommand {
    /// Offer every safe operation, or the usual choice again.
    Widen,
    /// Switch an operation of that name on or off.
    Switch(String),
    /// Try what is switched on with every grant that is not spent.
    Try {
        /// Also what was tried already.
        again: bool,
    },
    /// Try one operation with one grant.
    TryOne(GrantId, String),
}
