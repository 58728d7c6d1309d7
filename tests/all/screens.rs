//! (tests of screens)
