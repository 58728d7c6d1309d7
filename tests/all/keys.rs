//! (tests of keys)
