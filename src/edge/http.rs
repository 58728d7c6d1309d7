//! The one door to the network: a request in, a record out.
