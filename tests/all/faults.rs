//! (tests of faults)
