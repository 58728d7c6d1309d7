//! (tests of http)
