//! (tests of listener)
