//! What people paste is recognised and explained: whole inputs, written from the documents before the
//! rules that read them. The name of a failing one begins with the rule that must lead.

use crate::leak::holds_a_token;
use crate::quiet::Place;
use crate::stage::visma;
use dineroscope::core::diagnose::{self, Severity};
use dineroscope::core::explain::{Explanation, Kind, explain};
use dineroscope::core::wire::redact::Mask;
use jiff::Timestamp;
use proptest::prelude::*;
use std::io::Write as _;
use std::path::Path;

/// 2026-11-23 12:00 UTC: the moment at which the inputs are looked at.
const NOW: i64 = 1_795_435_200;

/// The inputs of a folder, by name.
fn inputs(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/explain")
        .join(folder);
    let mut inputs: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    inputs.sort();
    inputs
}

/// What is said about a text.
fn explained(text: &str) -> Option<Explanation> {
    let now = Timestamp::from_second(NOW).unwrap();
    explain(text, None, &Mask::new([7; 32]), now)
}

/// Says how many, also when all is well: past what the test runner captures.
fn count(what: &str, right: usize, all: usize) {
    let _ = writeln!(std::io::stderr(), "explain: {right} of {all} {what}");
}

#[test]
fn failing_inputs_are_led_by_their_rule() {
    let inputs = inputs("failing");
    let mut wrong = Vec::new();
    for (name, text) in &inputs {
        let (rule, _) = name.split_once("--").unwrap();
        let found = explained(text);
        let leading = found
            .as_ref()
            .and_then(|found| found.findings.first())
            .map_or("nothing", |finding| finding.rule);
        if leading != rule {
            let kind = found.map_or("not recognised", |found| found.kind.name());
            wrong.push(format!("{name}: {leading} ({kind})"));
        }
    }
    count(
        "failing inputs explained",
        inputs.len() - wrong.len(),
        inputs.len(),
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn healthy_inputs_are_left_in_peace() {
    let inputs = inputs("healthy");
    let mut wrong = Vec::new();
    for (name, text) in &inputs {
        let Some(found) = explained(text) else {
            wrong.push(format!("{name}: not recognised"));
            continue;
        };
        let loud: Vec<&str> = found
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Note)
            .map(|finding| finding.rule)
            .collect();
        if !loud.is_empty() {
            wrong.push(format!("{name} ({}): {loud:?}", found.kind.name()));
        }
    }
    count(
        "healthy inputs left in peace",
        inputs.len() - wrong.len(),
        inputs.len(),
    );
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A link with nothing wrong in it.
const HEALTHY: &str = "https://connect.visma.com/connect/authorize?client_id=isv_acme&response_type=code\
    &response_mode=form_post&redirect_uri=https%3A%2F%2Fapp.example.dk%2Fcb\
    &scope=dineropublicapi%3Aread+offline_access&state=EAYryGyqlYdw8ym2Qv1NSg\
    &code_challenge=NSDd8w8PpHteiu2CW9V_6S6f0VC-juy1ry0jGhM4Swc&code_challenge_method=S256&ui_locales=da-DK";

#[test]
fn a_healthy_link_is_healthy_in_every_disguise() {
    let encoded: String = form_urlencoded::byte_serialize(HEALTHY.as_bytes()).collect();
    let escaped = HEALTHY.replace('&', "&amp;");
    let wrapped: Vec<&str> = HEALTHY
        .as_bytes()
        .chunks(70)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    for disguise in [
        format!("Here it is: {HEALTHY}. Thanks!"),
        format!("({HEALTHY})."),
        format!("[Sign in]({HEALTHY})."),
        format!("**{HEALTHY}**"),
        format!("<{HEALTHY}|sign in>"),
        format!("“{HEALTHY}”"),
        format!("{{{HEALTHY}}}"),
        format!("{HEALTHY}#"),
        format!("<html><body><a href=\"{escaped}\">log ind</a></body></html>"),
        format!("<a href='{escaped}'>log ind</a>"),
        format!("{{\"url\":\"{}\"}}", HEALTHY.replace('&', "\\u0026")),
        format!("{{\"url\":\"{}\"}}", HEALTHY.replace('/', "\\/")),
        format!("start {}", HEALTHY.replace('&', "^&")),
        format!("    {}", wrapped.join("\n    ")),
        format!("> {}", wrapped.join("\n> ")),
        format!(
            "https://eur01.safelinks.protection.outlook.com/?url={encoded}&data=05%7C01&reserved=0"
        ),
        format!("HTTP/1.1 302 Found\r\nLocation: {HEALTHY}\r\n\r\n"),
    ] {
        let explanation = explained(&disguise).unwrap_or_else(|| panic!("{disguise}"));
        assert_eq!(explanation.kind, Kind::Link, "{disguise}");
        for finding in &explanation.findings {
            assert!(
                finding.rule.starts_with("input-"),
                "{disguise}: {finding:?}"
            );
        }
    }
}

#[test]
fn many_addresses_that_are_none_are_passed_in_one_go() {
    // Read again and again from each to the end, this would take minutes.
    for piece in ["http", "http://'", "https://a=<"] {
        explained(&piece.repeat(200_000));
    }
}

#[test]
fn no_secret_comes_out_of_an_explanation() {
    let all = inputs("failing").into_iter().chain(inputs("healthy"));
    for (name, text) in all {
        let Some(found) = explained(&text) else {
            continue;
        };
        let said = format!("{found:?}");
        assert!(
            !said.contains("Vq8notarealsecret"),
            "{name}: the client secret"
        );
        assert!(!holds_a_token(&said), "{name}: a token");
    }
}

#[test]
fn with_a_profile_what_differs_from_it_is_said() {
    let link = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/explain/healthy/link.txt"),
    )
    .unwrap();
    let now = Timestamp::from_second(NOW).unwrap();
    let found = explain(&link, Some(&visma()), &Mask::new([7; 32]), now).unwrap();
    let meaning = |name: &str| {
        let part = found.parts.iter().find(|part| part.name.as_str() == name);
        part.unwrap().meaning.to_string()
    };
    assert_eq!(meaning("redirect_uri"), "same as profile acme-dev");
    assert_eq!(meaning("client_id"), "profile acme-dev has `isv_acme_dev`");
}

#[test]
fn the_command_line_says_it_in_words_and_as_json() {
    let place = Place::new();
    let file = |name: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/explain");
        root.join(name).to_string_lossy().into_owned()
    };
    let failing = file("failing/scope-unknown--dot-for-colon.txt");
    let ended = place.run(&["explain", &failing]);
    assert_eq!(ended.exit, 1);
    assert!(
        ended.output.starts_with("This is an authorize link."),
        "{ended:?}"
    );
    assert!(ended.output.contains("[scope-unknown]"));
    let ended = place.run(&["explain", &failing, "--json"]);
    let object: serde_json::Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(object["v"], 1);
    assert_eq!(object["kind"], "link");
    assert_eq!(object["findings"][0]["rule"], "scope-unknown");
    assert_eq!(object["findings"][0]["leading"], true);
    assert_eq!(object["findings"][1]["leading"], false);
    assert_eq!(object["parts"][1]["name"], "client_id");
    assert_eq!(place.run(&["explain", &file("healthy/link.txt")]).exit, 0);
    assert_eq!(place.run(&["explain", "not-there"]).exit, 2);
    let nothing = place.run(&["explain"]);
    assert_eq!(nothing.exit, 5, "an empty standard input");
    assert!(
        nothing.talk.contains("There is nothing in it"),
        "{nothing:?}"
    );
}

#[test]
fn rules_are_listed_and_told_by_name() {
    let place = Place::new();
    let listed = place.run(&["explain", "--list"]);
    assert_eq!(listed.exit, 0);
    assert_eq!(listed.output.lines().count(), diagnose::rules().count());
    let told = place.run(&["explain", "--rule", "invalid-grant", "--json"]);
    let object: serde_json::Value = serde_json::from_str(&told.output).unwrap();
    assert_eq!(object["rule"], "invalid-grant");
    assert_eq!(object["severity"], "error");
    let unknown = place.run(&["explain", "--rule", "invalid-grnt"]);
    assert_eq!(unknown.exit, 2);
    assert!(
        unknown.talk.contains("did you mean `invalid-grant`?"),
        "{unknown:?}"
    );
}

/// What inputs are made of.
const SCRAPS: [&str; 22] = [
    "curl ",
    "'",
    "\"",
    "\\",
    "^",
    "\n",
    "http://",
    "https://connect.visma.com/connect/authorize?",
    "client_id=",
    "&",
    "=",
    "%2",
    "eyJ",
    ".",
    "{\"error\":",
    "}",
    "POST /x HTTP/1.1\n",
    "HTTP/1.1 400 Bad\n",
    "\n\n",
    "=3D",
    "&amp;",
    "errorId=æ",
];

proptest! {
    #[test]
    fn nothing_that_is_pasted_breaks_it(text in ".{0,300}", scraps in prop::collection::vec(0..SCRAPS.len(), 0..40)) {
        explained(&text);
        let made: String = scraps.iter().map(|place| SCRAPS[*place]).collect();
        explained(&made);
        explained(&format!("{made}{text}{made}"));
    }
}
