//! A person at a browser: headless Chromium, driven by `browse.mjs`.
//!
//! What a browser makes of a page (form posts, redirects, history) is taken from a browser, not assumed.

use crate::provider::installed;
use serde_json::Value;
use std::process::{Command, Stdio};

/// What the person presses.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decision {
    /// They accept.
    Accept,
    /// They cancel.
    Cancel,
}

/// Whose pages they meet.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Site {
    /// The development pages of `oidc-provider`.
    Provider,
    /// The pages of our sandbox.
    Sandbox,
}

/// What they saw.
#[derive(Debug)]
pub(crate) struct Page {
    /// The text of the listener's page they ended on.
    pub(crate) text: String,
    /// Its language.
    pub(crate) language: String,
    /// The code that the browser brought; empty when it brought none.
    pub(crate) code: String,
    /// Every address of the listener that a page stood on.
    pub(crate) on_listener: Vec<String>,
    /// Every address that the back button leads to, and the last one.
    pub(crate) entries: Vec<String>,
    /// The text of the consent page.
    pub(crate) consent: String,
    /// Its language; empty when it names none.
    pub(crate) consent_language: String,
}

/// What the browser makes of the listener's certificate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Certificate {
    /// There is none, the listener speaks plain HTTP.
    None,
    /// Exactly its key is taken.
    Pinned,
}

/// Follow a link, sign in, decide, and end on a page of the listener.
pub(crate) fn browse(link: &str, decision: Decision, site: Site) -> Page {
    browse_over(link, decision, site, Certificate::None)
}

/// Accept in the sandbox with a browser that takes no certificate it does not know; how it refused.
pub(crate) fn refuse(link: &str) -> String {
    let saw = run(&[link, "accept", "sandbox", "refuse"]);
    saw["refused"].as_str().unwrap_or_default().to_owned()
}

/// The same, over TLS or not.
pub(crate) fn browse_over(
    link: &str,
    decision: Decision,
    site: Site,
    certificate: Certificate,
) -> Page {
    let decision = match decision {
        Decision::Accept => "accept",
        Decision::Cancel => "cancel",
    };
    let site = match site {
        Site::Provider => "provider",
        Site::Sandbox => "sandbox",
    };
    let pinned: &[&str] = match certificate {
        Certificate::None => &[],
        Certificate::Pinned => &["pin"],
    };
    let saw = run(&[&[link, decision, site], pinned].concat());
    let list = |field: &str| -> Vec<String> {
        let items = saw[field].as_array().unwrap().iter();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let text = |field: &str| saw[field].as_str().unwrap_or_default().to_owned();
    Page {
        text: text("text"),
        language: text("language"),
        code: text("code"),
        on_listener: list("history")
            .into_iter()
            .filter(|address| address.contains("://localhost"))
            .collect(),
        entries: list("entries"),
        consent: text("consent"),
        consent_language: text("consent_language"),
    }
}

/// Runs `browse.mjs`; the line that it printed.
fn run(arguments: &[&str]) -> Value {
    let output = Command::new("node")
        .arg("browse.mjs")
        .args(arguments)
        .current_dir(installed())
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| {
            panic!("`node` could not be started: {error}; install Node.js 20 or later")
        });
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "browse.mjs: {}\n{talk}",
        output.status
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
