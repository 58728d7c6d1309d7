//! The Dinero API: the operations known here, and how a call is made and its answer read.

pub mod call;
pub mod catalogue;
pub mod filter;
pub mod form;
pub mod value;
