//! (tests of flow)
