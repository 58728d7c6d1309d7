//! Tests that need what `cargo test` must not ask for: an authorization server of others, a browser.
fn main() {}
