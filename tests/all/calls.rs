//! (tests of calls)
