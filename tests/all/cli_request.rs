//! `request` as a script meets it: what goes out, where the token goes, what is printed, how it ends.

mod terminal;
mod token;

use crate::quiet::{Ended, Place};
use crate::recorder::{Recorder, ok};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Output, Stdio};

/// A profile whose API is there; nothing is kept for it.
fn profile(api: &str) -> String {
    format!(
        r#"
client_id = "isv_acme"
client_secret = "not-to-be-seen-anywhere"
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read"]
keep_tokens = "file"

[provider]
authorize_url = "http://127.0.0.1:1/connect/authorize"
token_url = "http://127.0.0.1:1/connect/token"
environment = "sandbox"

[api]
base_url = "{api}"
"#
    )
}

/// A place with that profile as `acme`.
fn place(api: &Recorder) -> Place {
    let place = Place::new();
    place.profile("acme", &profile(&api.origin()));
    place
}

/// Runs `request acme` with these arguments.
fn request(place: &Place, arguments: &[&str]) -> Ended {
    Ended::of(raw(place, arguments, b""))
}

/// The same with standard input, its output as bytes.
fn raw(place: &Place, arguments: &[&str], input: &[u8]) -> Output {
    let mut all = vec!["request", "acme", "--profiles", "trusted"];
    all.extend(arguments);
    let mut command = place.command(&all);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // One that does not read has closed it.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// A request's head, line by line, and its body.
fn parts(request: &str) -> (Vec<&str>, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    (head.split("\r\n").collect(), body)
}

#[test]
fn a_request_goes_out_as_it_is_asked_for() {
    let api = Recorder::with_body("application/json", b"[]");
    let place = place(&api);
    let ended = request(
        &place,
        &[
            "patch",
            "/v1/{organizationId}/x?a=1",
            "--organization",
            "12/..",
            "-q",
            "queryFilter=Name eq 'Ø & Co'",
            "-H",
            "X-Twice: one",
            "-H",
            "X-Other: æ",
            "-H",
            "X-Twice: two",
            "-d",
            "{\"a\": 1.10}",
        ],
    );
    assert_eq!(ended.exit, 0, "{ended:?}");
    let got = api.only();
    let (head, body) = parts(&got);
    assert_eq!(
        head[0],
        "PATCH /v1/12%2F%2E%2E/x?a=1&queryFilter=Name%20eq%20%27%C3%98%20%26%20Co%27 HTTP/1.1"
    );
    let twice: Vec<&&str> = head
        .iter()
        .filter(|line| line.to_lowercase().starts_with("x-twice:"))
        .collect();
    assert_eq!(twice, [&"X-Twice: one", &"X-Twice: two"]);
    assert!(head.contains(&"Content-Type: application/json"), "{got}");
    assert_eq!(body, "{\"a\": 1.10}");
    assert!(ended.talk.contains("without Authorization"), "{ended:?}");
    assert!(!got.to_lowercase().contains("\r\nauthorization:"), "{got}");
}

#[test]
fn a_body_comes_from_arguments_files_and_standard_input() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = place(&api);
    let bytes = [0, 159, 146, 150, 13, 10, 0];
    std::fs::write(place.path().join("body.bin"), bytes).unwrap();
    for (arguments, input, media_type, length) in [
        (&["-d", "[1]"][..], "", "application/json", 3),
        (&["-d", "a=b"], "", "text/plain; charset=utf-8", 3),
        (&["-d", "{a"], "", "text/plain; charset=utf-8", 2),
        (
            &["-d", "@-"],
            "{\"from\":\"input\"}",
            "application/json",
            16,
        ),
        (&["-d", "@body.bin"], "", "application/octet-stream", 7),
        (
            &["-d", "[1]", "-H", "content-type: text/csv"],
            "",
            "text/csv",
            3,
        ),
    ] {
        let mut all = vec!["POST", "/v1/x"];
        all.extend(arguments);
        let before = api.got().len();
        let ended = Ended::of(raw(&place, &all, input.as_bytes()));
        assert_eq!(ended.exit, 0, "{ended:?}");
        let got = api.got().remove(before);
        let head = parts(&got).0.join("\n").to_lowercase();
        assert!(
            head.contains(&format!("content-type: {media_type}")),
            "{got}"
        );
        assert_eq!(head.matches("content-type:").count(), 1, "{got}");
        assert!(head.contains(&format!("content-length: {length}")), "{got}");
    }
}

#[test]
fn what_cannot_be_sent_ends_with_2_and_nothing_is_sent() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = place(&api);
    std::fs::File::create(place.path().join("huge"))
        .unwrap()
        .set_len(16 * 1024 * 1024 + 1)
        .unwrap();
    for (arguments, words) in [
        (&["GET"][..], "PATH"),
        (&["GET", ""], "PATH"),
        (&["GE T", "/x"], "method"),
        (&["GET", "/x", "-q", "novalue"], "NAME=VALUE"),
        (&["GET", "/x", "-H", "novalue"], "NAME: VALUE"),
        (&["GET", "/x", "-H", "A: b\r\nInjected: yes"], "line break"),
        (&["GET", "/x", "-H", "A\nB: c"], "NAME: VALUE"),
        (&["GET", "/x", "-i", "--json"], "cannot be used"),
        (&["POST", "/x", "-d", "@not-there"], "`not-there`"),
        (&["POST", "/x", "-d", "@trusted"], "`trusted`"),
        (&["POST", "/x", "-d", "@huge"], "16 MiB"),
        (&["POST", "/x", "-d", "@"], "standard input"),
        (
            &["POST", "/x", "-d", "1", "-H", "Content-Length: 9"],
            "length",
        ),
        (&["GET", "ftp://127.0.0.1/x"], "http"),
        (&["GET", "http://user:word@127.0.0.1/x"], "Authorization"),
    ] {
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{arguments:?} {ended:?}");
        assert!(ended.talk.contains(words), "{arguments:?} {ended:?}");
    }
    assert!(api.got().is_empty());
}

#[test]
fn an_organization_that_nobody_named_ends_with_3() {
    let api = Recorder::with_body("application/json", b"{}");
    let ended = request(&place(&api), &["GET", "/v1/{organizationId}/contacts"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert!(ended.talk.contains("--organization"), "{ended:?}");
    assert!(api.got().is_empty());
}

#[test]
fn a_body_goes_into_a_pipe_byte_by_byte() {
    let every: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for body in [
        &every[..],
        b"",
        b"\x1b[2J\r\n\xff",
        b"{ \"a\" :1.10 }\n\n",
        b"x",
    ] {
        let api = Recorder::with_body("application/octet-stream", body);
        let output = raw(&place(&api), &["GET", "/v1/x"], b"");
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stdout, body);
    }
}

#[test]
fn the_head_stands_before_the_body_with_secrets_masked() {
    let answer =
        b"HTTP/1.1 207 Multi-Status\r\nSet-Cookie: session=the-cookie-itself\r\nX-A: 1\r\nX-A: \
                   2\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody";
    let api = Recorder::answering(*answer);
    let place = place(&api);
    let ended = request(&place, &["GET", "/v1/x", "-i"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let (head, body) = ended.output.split_once("\n\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 207"), "{head}");
    assert_eq!(head.matches("\nx-a: ").count(), 2, "{head}");
    assert_eq!(body, "body");
    let whole = request(&place, &["GET", "/v1/x", "--json"]);
    for ended in [&ended, &whole] {
        assert!(!ended.output.contains("the-cookie-itself"), "{ended:?}");
    }
    let names = whole.objects()[0]["headers"].clone();
    let names: Vec<&str> = names
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert_eq!(names[..3], ["set-cookie", "x-a", "x-a"]);
}

#[test]
fn an_answer_as_json_is_one_versioned_object() {
    for (media_type, body, encoding, expected) in [
        (
            "application/json",
            &b"{\"a\": [1.5,\n null]}"[..],
            "json",
            json!({"a": [1.5, null]}),
        ),
        ("text/html", b"{\"a\":1}", "json", json!({"a": 1})),
        ("application/json", b"{\"a\":", "text", json!("{\"a\":")),
        (
            "text/plain",
            b"\x1b[2J\xc3\xa6",
            "text",
            json!("\u{1b}[2Jæ"),
        ),
        ("image/png", b"\x89PNG\0", "base64", json!("iVBORwA=")),
        ("application/json", b"", "text", json!("")),
    ] {
        let api = Recorder::with_body(media_type, body);
        let place = place(&api);
        let ended = request(&place, &["GET", "/v1/x?token=abc", "--json"]);
        assert_eq!(ended.exit, 0, "{ended:?}");
        assert!(!ended.output.contains('\u{1b}'), "{ended:?}");
        assert!(!ended.output.contains("token=abc"), "{ended:?}");
        let objects = ended.objects();
        let [object] = objects.as_slice() else {
            panic!("{ended:?}");
        };
        assert_eq!(object["v"], 1);
        assert_eq!(object["method"], "GET");
        assert_eq!(object["status"], 200);
        assert!(object["url"].as_str().unwrap().contains("/v1/x"));
        assert!(object["time_ms"].as_u64().is_some(), "{object}");
        assert_eq!(object["cut"], false);
        assert_eq!(object["encoding"], encoding);
        assert_eq!(object["body"], expected);
        let content_type = json!({"name": "content-type", "value": media_type});
        let headers = object["headers"].as_array().unwrap();
        assert!(headers.contains(&content_type), "{object}");
    }
}

#[test]
fn amounts_keep_their_digits_as_json() {
    let body = b"{\"total\":1250.10,\"id\":123456789012345678901,\"id\":2}";
    let api = Recorder::with_body("application/json", body);
    let ended = request(&place(&api), &["GET", "/v1/x", "--json"]);
    for digits in ["1250.10", "123456789012345678901", "\"id\": 2"] {
        assert!(ended.output.contains(digits), "{ended:?}");
    }
}

#[test]
fn the_exit_code_says_how_it_went() {
    for (status, exit) in [
        ("200 OK", 0),
        ("204 No Content", 0),
        ("302 Found", 0),
        ("400 Bad Request", 1),
        ("404 Not Found", 1),
        ("480 Whatever", 1),
        ("500 Internal Server Error", 1),
    ] {
        let body = if status.starts_with("204") {
            ""
        } else {
            "said"
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let api = Recorder::answering(answer);
        let place = place(&api);
        let ended = request(&place, &["GET", "/v1/x"]);
        assert_eq!(ended.exit, exit, "{status} {ended:?}");
        assert_eq!(ended.output, body, "whatever the status: {ended:?}");
        let ended = request(&place, &["GET", "/v1/x", "--json"]);
        assert_eq!(ended.exit, exit, "{status} {ended:?}");
        let number: Value = status[..3].parse().unwrap();
        assert_eq!(ended.objects()[0]["status"], number);
    }
}

#[test]
fn no_answer_or_half_of_one_ends_with_4() {
    let api = Recorder::with_body("application/json", b"{}");
    let place = place(&api);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}/x", gone.local_addr().unwrap());
    drop(gone);
    let ended = request(&place, &["GET", &nobody]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.output.is_empty(), "{ended:?}");
    assert!(ended.talk.contains("[network-refused]"), "{ended:?}");

    let silent = Recorder::answering("");
    let ended = request(&place, &["GET", &format!("{}/x", silent.origin())]);
    assert_eq!(ended.exit, 4, "{ended:?}");

    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nonly this";
    let half = Recorder::answering(half);
    let ended = request(&place, &["GET", &format!("{}/x", half.origin())]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert_eq!(ended.output, "only this");
    assert!(ended.talk.contains("middle of the body"), "{ended:?}");
    let ended = request(&place, &["GET", &format!("{}/x", half.origin()), "--json"]);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert_eq!(ended.objects()[0]["cut"], true);
}

#[test]
fn a_body_over_the_limit_is_cut_and_said_to_be() {
    let api = Recorder::answering(ok("text/plain", &vec![b'x'; 16_000_001]));
    let place = place(&api);
    // Beyond a megabyte it goes into a file; what is printed is the same.
    place.setting("[answers]\nmemory = \"1 MB\"\nmost = \"16 MB\"\n");
    let ended = request(&place, &["GET", "/v1/x"]);
    assert_eq!(ended.exit, 4, "{}", ended.talk);
    assert_eq!(ended.output.len(), 16_000_000);
    assert!(ended.talk.contains("over 16 MB"), "{}", ended.talk);
    place.setting("[answers]\nmemory = \"much\"\n");
    let ended = request(&place, &["GET", "/v1/x"]);
    assert_eq!(ended.exit, 0, "{}", ended.talk);
    assert!(ended.talk.contains("`much` is no size"), "{}", ended.talk);
}

#[test]
fn a_closed_stdout_ends_quietly() {
    let api = Recorder::with_body("text/plain", &vec![b'x'; 1_000_000]);
    let place = place(&api);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let arguments = ["request", "acme", "GET", "/v1/x", "--profiles", "trusted"];
    let mut command = place.command(&arguments);
    let child = command.stdout(writer).spawn().unwrap();
    drop(command);
    let ended = Ended::of(child.wait_with_output().unwrap());
    assert_eq!(ended.exit, 0, "{ended:?}");
    for word in ["panicked", "Broken pipe", "error"] {
        assert!(!ended.talk.contains(word), "{ended:?}");
    }
}

#[test]
fn ctrl_c_cancels_a_request_that_hangs() {
    let (hang, is_hanging) = std::sync::mpsc::channel();
    let api = Recorder::with(move |_| {
        hang.send(()).unwrap();
        std::thread::sleep(std::time::Duration::from_mins(1));
        Vec::new()
    });
    let place = place(&api);
    for (signal, exit) in [
        (rustix::process::Signal::INT, 130),
        (rustix::process::Signal::TERM, 143),
    ] {
        let arguments = ["request", "acme", "GET", "/v1/x", "--profiles", "trusted"];
        let running = crate::quiet::Running::start(place.command(&arguments));
        is_hanging.recv().unwrap();
        running.signal(signal);
        let ended = running.end();
        assert_eq!(ended.exit, exit, "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
    }
}
