//! (tests of redaction)
