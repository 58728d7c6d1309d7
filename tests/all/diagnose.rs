//! (tests of diagnose)
