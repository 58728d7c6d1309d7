//! The callback in a real browser: over TLS with a certificate that it takes or refuses, and by fragment.

use crate::browser::{Certificate, Decision, Page, Site, browse, browse_over, refuse};
use crate::leak::holds_a_token;
use crate::program::{Program, Walk};
use std::path::Path;

/// A profile of the sandbox whose redirect URI is of that scheme.
fn profile(folder: &Path, scheme: &str, mode: &str) {
    let text = format!(
        "provider = \"sandbox\"\nclient_id = \"isv_callback\"\nclient_secret = \"for tests alone\"\n\
         redirect_uri = \"{scheme}://localhost:0/callback\"\nscopes = [\"dineropublicapi:read\"]\n\
         [authorize]\nresponse_mode = \"{mode}\"\nui_locales = \"da-DK\"\n"
    );
    std::fs::write(folder.join("callback.toml"), text).unwrap();
}

/// Starts the program with that profile, in that home; its link.
fn start(home: &Path, scheme: &str, mode: &str, options: &[&str]) -> (Program, String) {
    profile(home, scheme, mode);
    let folder = home.to_str().unwrap();
    let login = ["login", "callback", "--profiles", folder];
    let mut program = Program::run_in(home, &[&login, options].concat());
    let link = program.until("link")["url"].as_str().unwrap().to_owned();
    (program, link)
}

/// It ended with a token, and neither the program's words nor the browser's history hold the code.
fn assert_accepted(walk: &Walk, page: &Page, method: &str) {
    assert_eq!(walk.exit, 0, "{walk:?}");
    assert_eq!(walk.last("callback")["method"], method);
    assert!(page.text.contains("Svaret er modtaget"), "{page:?}");
    assert!(!page.code.is_empty(), "the browser brought no code");
    for text in [&walk.output, &walk.talk] {
        assert!(!text.contains(&page.code) && !holds_a_token(text), "{text}");
    }
    for address in page
        .entries
        .iter()
        .filter(|address| address.contains("://localhost"))
    {
        assert!(!address.contains(['?', '#']), "the history keeps {address}");
    }
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_pinned_certificate_is_taken_and_the_answer_comes_over_tls() {
    let home = tempfile::tempdir().unwrap();
    let mut fingerprints = Vec::new();
    for (mode, method) in [
        ("form_post", "POST"),
        ("query", "GET"),
        ("fragment", "POST"),
    ] {
        let (program, link) = start(home.path(), "https", mode, &[]);
        let page = browse_over(&link, Decision::Accept, Site::Sandbox, Certificate::Pinned);
        let walk = program.end();
        assert_accepted(&walk, &page, method);
        let certificate = &walk.last("listening")["certificate"];
        assert_eq!(certificate["kept"], true, "{certificate}");
        fingerprints.push(certificate["sha256"].clone());
    }
    assert!(
        fingerprints.iter().all(|print| *print == fingerprints[0]),
        "an exception lasts"
    );
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_browser_that_refuses_the_certificate_is_explained() {
    let home = tempfile::tempdir().unwrap();
    let (program, link) = start(home.path(), "https", "form_post", &["--timeout", "12s"]);
    assert_eq!(refuse(&link), "net::ERR_CERT_AUTHORITY_INVALID");
    let walk = program.end();
    assert_eq!(walk.exit, 1, "{walk:?}");
    assert_eq!(walk.last("hit")["note"], "certificate refused");
    let failed = walk.last("failed");
    assert_eq!(
        failed["finding"], "callback-certificate-refused",
        "{failed}"
    );
    assert!(
        walk.talk.contains("accept the warning there"),
        "{}",
        walk.talk
    );
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_fragment_is_handed_over_and_nothing_of_it_stays_in_the_browser() {
    let home = tempfile::tempdir().unwrap();
    let (program, link) = start(home.path(), "http", "fragment", &[]);
    let page = browse(&link, Decision::Accept, Site::Sandbox);
    let walk = program.end();
    assert_accepted(&walk, &page, "POST");
    let (program, link) = start(home.path(), "http", "fragment", &[]);
    let page = browse(&link, Decision::Cancel, Site::Sandbox);
    let walk = program.end();
    assert_eq!(walk.exit, 1, "{walk:?}");
    assert_eq!(walk.last("failed")["error"], "access_denied");
    assert!(page.text.contains("Der blev ikke givet adgang"), "{page:?}");
}
