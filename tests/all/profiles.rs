//! (tests of profiles)
