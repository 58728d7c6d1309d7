//! (tests of login)
