//! (tests of layers)
