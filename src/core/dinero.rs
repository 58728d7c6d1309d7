//! The Dinero API: the operations known here, how a call is made of what the user typed, and what is asked
//! before it is sent.

pub mod call;
pub mod catalogue;
pub mod caution;
pub mod draft;
pub mod drafts;
pub mod filter;
pub mod form;
pub mod masked;
pub mod page;
pub mod probe;
pub mod saved;
pub mod search;
pub mod upload;
pub mod value;
pub mod variables;
