//! Walks the sandbox's pages over HTTP in the user's place, for machines without a browser.
