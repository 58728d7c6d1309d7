//! `--dry-run` and `--code`: nothing is sent, and no secret is printed.

use super::{TOKEN, place, recorded, request};
use crate::leak::holds_a_token;
use crate::quiet::Ended;
use crate::recorder::Recorder;
use crate::standalone::{Sandbox, kept, spend};

#[test]
fn a_dry_run_prints_what_would_go_and_sends_nothing() {
    let (api, place) = recorded("production");
    let ended = request(
        &place,
        &[
            "contacts.create",
            "--field",
            "Name=Acme",
            "--field",
            "CountryKey=DK",
            "-H",
            "X-A: {{quote}}",
            "--dry-run",
        ],
    );
    assert_eq!(ended.exit, 0, "{ended:?}");
    let (head, body) = ended.output.split_once("\n\n").unwrap();
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(lines[0], format!("POST {}/v1/42/contacts", api.origin()));
    assert!(lines.contains(&"X-A: a \"b\""), "{head}");
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("Authorization: Bearer ••••#")),
        "{head}"
    );
    assert!(body.contains("\"Name\": \"Acme\""), "{body}");
    // As the engine would ask for it: the first page, a large one.
    let ended = request(&place, &["invoices.list", "--all", "--dry-run"]);
    assert!(ended.output.contains("page=0&pageSize=1000"), "{ended:?}");
    assert!(api.got().is_empty());
}

#[test]
fn a_dry_run_as_json_is_one_versioned_object() {
    let (api, place) = recorded("sandbox");
    let body = "{\"Name\":\"Acme\",\"IsPerson\":\"no\",\"n\":1.10}";
    let ended = request(
        &place,
        &["contacts.create", "-d", body, "--dry-run", "--json"],
    );
    assert_eq!(ended.exit, 0, "{ended:?}");
    let [object] = &ended.objects()[..] else {
        panic!("{ended:?}");
    };
    assert_eq!(object["v"], 1);
    assert_eq!(object["dry_run"], true);
    assert_eq!(object["method"], "POST");
    assert_eq!(object["url"], format!("{}/v1/42/contacts", api.origin()));
    assert_eq!(object["encoding"], "json");
    assert_eq!(object["body"]["Name"], "Acme");
    assert!(ended.output.contains("1.10"), "{ended:?}");
    let headers = object["headers"].as_array().unwrap();
    let of = |name: &str| headers.iter().find(|field| field["name"] == name);
    assert_eq!(of("Content-Type").unwrap()["value"], "application/json");
    let authorization = of("Authorization").unwrap()["value"].as_str().unwrap();
    assert!(authorization.starts_with("Bearer ••••"), "{authorization}");
    assert!(ended.talk.contains("IsPerson: `no`"), "{ended:?}");
    let bytes = place.path().join("bytes");
    std::fs::write(&bytes, [0, 159, 10]).unwrap();
    let ended = request(
        &place,
        &["POST", "/v1/x", "-d", "@bytes", "--dry-run", "--json"],
    );
    assert_eq!(ended.objects()[0]["encoding"], "base64", "{ended:?}");
    std::fs::write(place.path().join("a.pdf"), b"%PDF-").unwrap();
    let ended = request(
        &place,
        &["files.upload", "--file", "a.pdf", "--dry-run", "--json"],
    );
    let file = &ended.objects()[0]["file"];
    assert_eq!(
        (&file["name"], &file["bytes"]),
        (&"a.pdf".into(), &5.into())
    );
    assert!(api.got().is_empty());
}

#[test]
fn what_cannot_be_made_ends_with_2_in_a_dry_run_too() {
    let (api, place) = recorded("sandbox");
    for arguments in [
        &["invoices.get"][..],
        &["invoices.get", "-p", "guid={{qqqqqqqq}}"],
        &["files.upload", "--file", "vanished.pdf"],
    ] {
        let ended = request(&place, &[arguments, &["--dry-run"]].concat());
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
    }
    assert!(api.got().is_empty());
}

#[test]
fn no_secret_is_printed_wherever_it_stands() {
    let (api, place) = recorded("sandbox");
    let body = format!("{{\"note\":\"{TOKEN}\",\"client_secret\":\"hush-hush\"}}");
    let query = format!("x={TOKEN}");
    let secret = format!("X-Note: not-to-be-seen-anywhere {TOKEN}");
    let arguments = [
        "POST",
        "/v1/x?access_token=hush-hush",
        "-q",
        &query,
        "-H",
        &secret,
        "-H",
        "Cookie: a=hush-hush",
        "-d",
        &body,
    ];
    for more in [
        &["--dry-run"][..],
        &["--dry-run", "--json"],
        &["--code", "curl"],
        &["--code", "python"],
    ] {
        let ended = request(&place, &[&arguments[..], more].concat());
        assert_eq!(ended.exit, 0, "{more:?} {ended:?}");
        for text in [&ended.output, &ended.talk] {
            assert!(
                !text.contains("hush-hush") && !holds_a_token(text),
                "{more:?} {ended:?}"
            );
        }
    }
    assert!(api.got().is_empty());
    // A real token, in what the sandbox would be sent.
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    let grant = kept(&sandbox.place);
    let ended = sandbox.run(&["request", "sb", "organizations.list", "--dry-run"]);
    assert!(
        ended.output.contains("Authorization: Bearer ••••"),
        "{ended:?}"
    );
    assert!(
        !ended
            .output
            .contains(grant["access_token"].as_str().unwrap())
    );
    assert!(!holds_a_token(&ended.output), "{ended:?}");
    // A spent one is said to be, and stays as it is.
    spend(&sandbox.place);
    let before = kept(&sandbox.place);
    let ended = sandbox.run(&["request", "sb", "organizations.list", "--dry-run"]);
    assert!(ended.talk.contains("refreshed first"), "{ended:?}");
    assert_eq!(kept(&sandbox.place), before);
}

#[test]
fn code_is_printed_with_placeholders() {
    let (api, place) = recorded("sandbox");
    for (language, words) in [
        ("curl", "curl"),
        ("rust", "reqwest"),
        ("csharp", "HttpClient"),
        ("python", "requests"),
        ("javascript", "fetch"),
    ] {
        let ended = request(
            &place,
            &[
                "contacts.create",
                "--field",
                "Name=Acme",
                "--code",
                language,
            ],
        );
        assert_eq!(ended.exit, 0, "{ended:?}");
        for words in [words, "Acme", "DINERO_ACCESS_TOKEN", "/v1/42/contacts"] {
            assert!(
                ended.output.contains(words),
                "{language} `{words}`: {ended:?}"
            );
        }
    }
    let elsewhere = ["GET", "https://elsewhere.example/x", "--code", "curl"];
    let ended = request(&place, &elsewhere);
    assert!(!ended.output.contains("Authorization"), "{ended:?}");
    let ended = request(
        &place,
        &["files.upload", "--file", "a b.pdf", "--code", "curl"],
    );
    assert!(ended.output.contains("a b.pdf"), "{ended:?}");
    let ended = request(&place, &["invoices.get", "--code", "curl"]);
    assert_eq!(ended.exit, 2, "{ended:?}");
    assert!(api.got().is_empty());
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = place(&api, "sandbox");
    for more in [
        &["--dry-run"][..],
        &["--dry-run", "--json"],
        &["--code", "rust"],
        &["--all"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let arguments = ["request", "acme", "invoices.list", "--profiles", "trusted"];
        let mut command = place.command(&[&arguments[..], more].concat());
        let child = command.stdout(writer).spawn().unwrap();
        drop(command);
        let ended = Ended::of(child.wait_with_output().unwrap());
        assert_eq!(ended.exit, 0, "{more:?} {ended:?}");
        assert!(!ended.talk.contains("panicked"), "{ended:?}");
    }
}
