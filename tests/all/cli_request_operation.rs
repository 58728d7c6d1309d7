//! `request PROFILE OPERATION` as a script meets it: what goes out for a name and its values, what is said of
//! them, and how it ends.

mod asking;
mod pages;
mod saved;
mod unsent;
mod wrong;

use crate::quiet::{Ended, Place};
use crate::recorder::Recorder;
use crate::standalone::{Sandbox, assert_unseen, kept, link_of};
use std::process::Stdio;

/// The company of the sandbox that has most.
const COMPANY: &str = "410233";

/// What is kept for the recorder's profile.
const TOKEN: &str = "the-kept-token-itself";

/// A sandbox to which everything is granted.
fn granted() -> Sandbox {
    Sandbox::deciding("accept").keeping().signed_in()
}

/// Runs `request sb` there, in its large company.
fn sandbox(sandbox: &Sandbox, arguments: &[&str]) -> Ended {
    let mut all = vec!["request", "sb", "--organization", COMPANY];
    all.extend(arguments);
    let ended = sandbox.run(&all);
    let grant = kept(&sandbox.place);
    for name in ["access_token", "refresh_token"] {
        assert_unseen(&ended, &[grant[name].as_str().unwrap()]);
    }
    ended
}

/// A place with a profile `acme` of that environment, company 42, and a token kept.
fn place(api: &Recorder, environment: &str) -> Place {
    let place = Place::new();
    let profile = format!(
        r#"
client_id = "isv_acme"
client_secret = "not-to-be-seen-anywhere"
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read"]
keep_tokens = "file"

[provider]
authorize_url = "http://127.0.0.1:1/connect/authorize"
token_url = "http://127.0.0.1:1/connect/token"
environment = "{environment}"

[api]
base_url = "{}"
organization_id = "42"
test_organizations = ["7"]

[variables]
contact = "0b2f8c2e-5d0a-4b6c-9f0a-1234567890ab"
round = "{{{{trip}}}}"
trip = "{{{{round}}}}"
quote = 'a "b"'
"#,
        api.origin()
    );
    place.profile("acme", &profile);
    let file = place.path().join("token");
    std::fs::write(&file, TOKEN).unwrap();
    let arguments = ["token", "acme", "import", "-", "--as", "access"];
    let mut command = place.command(&[&arguments[..], &["--profiles", "trusted"]].concat());
    let input = std::fs::File::open(&file).unwrap();
    let ended = Ended::of(command.stdin(Stdio::from(input)).output().unwrap());
    assert_eq!(ended.exit, 0, "{ended:?}");
    place
}

/// An API that takes everything, and a place for it.
fn recorded(environment: &str) -> (Recorder, Place) {
    let api = Recorder::with_body("application/json", b"{}");
    let place = place(&api, environment);
    (api, place)
}

/// Runs `request acme` there.
fn request(place: &Place, arguments: &[&str]) -> Ended {
    let ended = place.run_trusted(&[&["request", "acme"], arguments].concat());
    assert_unseen(&ended, &[TOKEN, "not-to-be-seen-anywhere"]);
    ended
}

/// The first line of a request.
fn line(request: &str) -> &str {
    request.lines().next().unwrap_or_default()
}

/// The body of a request.
fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").unwrap().1
}

#[test]
fn an_operation_goes_out_by_its_name_with_its_values() {
    let (api, place) = recorded("sandbox");
    let guid = "0b2f8c2e-5d0a-4b6c-9f0a-1234567890ab";
    let by_name = format!("guid={guid}");
    for (arguments, expected) in [
        (
            &["invoices.list", "-p", "statusFilter=Paid,Overdue"][..],
            "GET /v1/42/invoices?statusFilter=Paid,Overdue&pageSize=25 HTTP/1.1".to_owned(),
        ),
        (
            &[
                "invoices.list",
                "-q",
                "pageSize=3",
                "-q",
                "own=ø&",
                "-q",
                "own=2",
            ],
            "GET /v1/42/invoices?pageSize=3&own=%C3%B8%26&own=2 HTTP/1.1".to_owned(),
        ),
        (
            &["invoices.get", "-p", &by_name, "--organization", "7"],
            format!("GET /v1/7/invoices/{guid} HTTP/1.1"),
        ),
        (
            &["invoices.get", "-p", "guid=../x", "-p", "organizationId=9"],
            "GET /v1/9/invoices/%2E%2E%2Fx HTTP/1.1".to_owned(),
        ),
        (
            &["contacts.get", "-p", "guid={{contact}}"],
            format!("GET /v1/42/contacts/{guid} HTTP/1.1"),
        ),
    ] {
        let before = api.got().len();
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        let got = api.got().remove(before);
        assert_eq!(line(&got), expected);
        assert!(got.contains(&format!("Bearer {TOKEN}")), "{got}");
    }
}

#[test]
fn a_body_is_given_whole_or_begins_as_the_operation_says() {
    let (api, place) = recorded("sandbox");
    let sent = |arguments: &[&str]| {
        let before = api.got().len();
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        let got = api.got().remove(before);
        assert!(
            got.contains("\r\nContent-Type: application/json\r\n"),
            "{got}"
        );
        (body(&got).to_owned(), ended.talk)
    };
    let (whole, talk) = sent(&["contacts.create", "-d", "{\"Name\":\"{{quote}}\"}"]);
    assert_eq!(whole, r#"{"Name":"a \"b\""}"#);
    assert!(talk.contains("warning: CountryKey: required"), "{talk}");
    let fields = [
        "invoices.create",
        "--field",
        "ContactGuid={{contact}}",
        "--field",
        "ProductLines.0.BaseAmountValue=10.50",
        "--field",
        "productlines.1.quantity=2",
    ];
    let (whole, _) = sent(&fields);
    assert!(whole.contains("\"BaseAmountValue\": 10.50"), "{whole}");
    let value: serde_json::Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(value["ProductLines"][1]["Quantity"], 2);
    assert_eq!(value["ContactGuid"], "0b2f8c2e-5d0a-4b6c-9f0a-1234567890ab");
}

#[test]
fn variables_are_filled_in_for_paths_too_and_json_is_left_as_it_is() {
    let (api, place) = recorded("sandbox");
    let untouched = "{\"a\":{\"b\":{}},\"c\":[{\"d\":{}}]}";
    for (arguments, goes, sent) in [
        (
            &["POST", "/v1/x", "-d", untouched][..],
            "POST /v1/x ",
            untouched,
        ),
        (
            &[
                "POST",
                "/v1/{{a}}",
                "-q",
                "x={{a}}",
                "-H",
                "X-A: {{a}}",
                "-d",
                "[\"{{a}}\"]",
                "--var",
                "a=/{{b}}",
            ],
            "POST /v1/%2F%7B%7Bb%7D%7D?x=%2F%7B%7Bb%7D%7D ",
            "[\"/{{b}}\"]",
        ),
        (
            &["POST", "/v1/x", "-d", "a={{quote}}"],
            "POST /v1/x ",
            "a=a \"b\"",
        ),
    ] {
        let before = api.got().len();
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        let got = api.got().remove(before);
        assert!(line(&got).starts_with(goes), "{got}");
        assert_eq!(body(&got), sent);
    }
    // Of the environment only what is meant for it.
    for (name, exit) in [("DINERO_GUID", 0), ("HOME", 2)] {
        let guid = format!("guid={{{{{name}}}}}");
        let arguments = [
            "request",
            "acme",
            "invoices.get",
            "-p",
            &guid,
            "--profiles",
            "trusted",
        ];
        let mut command = place.command(&arguments);
        let ended = Ended::of(command.env("DINERO_GUID", "from-outside").output().unwrap());
        assert_eq!(ended.exit, exit, "{name} {ended:?}");
    }
    let last = api.got().pop().unwrap();
    assert!(line(&last).contains("/invoices/from-outside"), "{last}");
    let before = api.got().len();
    request(
        &place,
        &["POST", "/v1/x", "-d", "{{today}} {{uuid}} {{uuid}}"],
    );
    let got = api.got().remove(before);
    let words: Vec<&str> = body(&got).split(' ').collect();
    assert!(words[0].parse::<jiff::civil::Date>().is_ok(), "{got}");
    assert!(words[1].len() == 36 && words[1] != words[2], "{got}");
}

#[test]
fn an_organization_that_nobody_named_says_how_they_are_listed() {
    let granted = granted();
    let ended = granted.run(&["request", "sb", "invoices.list"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    for words in ["--organization", "request sb organizations.list"] {
        assert!(ended.talk.contains(words), "{ended:?}");
    }
    let ended = granted.run(&["request", "sb", "organizations.list"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.output.contains(COMPANY), "{ended:?}");
    assert!(ended.talk.is_empty(), "{ended:?}");
}

#[test]
fn a_contact_is_made_and_read_again() {
    let granted = granted();
    let ended = sandbox(
        &granted,
        &["contacts.create", "--field", "Name=Ø & Co", "--json"],
    );
    assert_eq!(ended.exit, 0, "{ended:?}");
    let guid = ended.objects()[0]["body"]["ContactGuid"].clone();
    let by_guid = format!("guid={}", guid.as_str().unwrap());
    let ended = sandbox(&granted, &["contacts.get", "-p", &by_guid]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.output.contains("Ø & Co"), "{ended:?}");
    let ended = sandbox(
        &granted,
        &[
            "contacts.get",
            "-p",
            "guid=0b2f8c2e-5d0a-4b6c-9f0a-1234567890ab",
        ],
    );
    assert_eq!(ended.exit, 1, "{ended:?}");
}

#[test]
fn a_file_is_uploaded_as_a_form() {
    let granted = granted();
    let file = granted.place.path().join("kvittering æ.pdf");
    std::fs::write(&file, b"%PDF-1.4\r\n\0\xff").unwrap();
    let path = file.to_str().unwrap();
    let ended = sandbox(&granted, &["files.upload", "--file", path]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.output.contains("FileGuid"), "{ended:?}");
    let (api, place) = recorded("sandbox");
    std::fs::write(place.path().join("{x}.bin"), b"\0\xff").unwrap();
    let named = ["--file", "{{n}}.bin", "--var", "n={x}"];
    let ended = request(&place, &[&["POST", "/v1/up"], &named[..]].concat());
    assert_eq!(ended.exit, 0, "{ended:?}");
    let got = api.got_bytes().remove(0);
    let text = String::from_utf8_lossy(&got);
    assert!(
        text.contains("Content-Type: multipart/form-data; boundary="),
        "{text}"
    );
    assert!(text.contains("filename=\"{x}.bin\""), "{text}");
    assert!(got.windows(2).any(|two| two == b"\0\xff"), "{text}");
}

#[test]
fn a_scope_that_is_missing_is_said_before_dinero_says_it() {
    let sandbox = Sandbox::deciding("accept").keeping();
    let mut login = sandbox.login(&["--json", "--scope", "dineropublicapi:read"]);
    crate::browser::visit(&link_of(&login.until("link")));
    assert_eq!(login.end().exit, 0);
    let run = |arguments: &[&str]| {
        let base = ["request", "sb", "--organization", COMPANY];
        sandbox.run(&[&base[..], arguments].concat())
    };
    let refused = run(&["contacts.create", "--field", "Name=x"]);
    assert_eq!(refused.exit, 1, "{refused:?}");
    for words in [
        "lacks dineropublicapi:write",
        "403",
        "login sb --scope 'dineropublicapi:read dineropublicapi:write'",
    ] {
        assert!(refused.talk.contains(words), "`{words}`: {refused:?}");
    }
    for arguments in [
        &["contacts.list", "-p", "pageSize=1"][..],
        &["POST", "/v1/{organizationId}/invoices/fetch", "-d", "{}"],
    ] {
        let reads = run(arguments);
        assert!(!reads.talk.contains("lacks"), "{reads:?}");
    }
    let path = run(&[
        "POST",
        "/v1/{organizationId}/contacts",
        "-d",
        "{}",
        "--dry-run",
    ]);
    assert_eq!(path.exit, 0, "{path:?}");
    assert!(
        path.talk.contains("lacks dineropublicapi:write"),
        "{path:?}"
    );
}
