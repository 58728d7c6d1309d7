//! The Dinero API: the operations known here, how one is found, and how a call is made and its answer read.

pub mod call;
pub mod catalogue;
pub mod search;
