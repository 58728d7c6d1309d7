//! (tests of readme)
