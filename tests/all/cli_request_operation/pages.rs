//! `--all` and `--wait`: every page in one answer, and what is done about a 429.

use super::{granted, line, place, request, sandbox};
use crate::quiet::{Place, Running};
use crate::recorder::{Recorder, ok};
use crate::terminal::Terminal;
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// A page of two, of five in all; each amount keeps its digits.
fn page(number: usize) -> Vec<u8> {
    let items: Vec<String> = (number * 2..(number * 2 + 2).min(5))
        .map(|item| format!("{{\"item\":{item}.10}}"))
        .collect();
    let text = format!(
        "{{\"Collection\":[{}],\"Pagination\":{{\"PageSize\":2,\"Result\":{},\"ResultWithoutFilter\":5,\"Page\":{number}}}}}",
        items.join(","),
        items.len()
    );
    ok("application/json", text.as_bytes())
}

/// The page that a request asks for.
fn asked(request: &[u8]) -> usize {
    let text = String::from_utf8_lossy(request);
    let (_, rest) = line(&text)
        .split_once("?page=")
        .or_else(|| line(&text).split_once("&page="))
        .unwrap();
    rest[..1].parse().unwrap()
}

/// A refusal for its pace.
fn too_many(after: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: {after}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nslow"
    )
    .into_bytes()
}

/// An API that refuses page 1 so often first, and a place for it.
fn refusing(times: usize) -> (Recorder, Place) {
    let left = AtomicUsize::new(times);
    let api = Recorder::with(move |request| {
        let number = asked(request);
        let fewer = |left: usize| left.checked_sub(1);
        let refuses = number == 1
            && left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, fewer)
                .is_ok();
        if refuses { too_many("0") } else { page(number) }
    });
    let place = place(&api, "sandbox");
    (api, place)
}

const ALL: [&str; 4] = ["invoices.list", "--all", "-p", "pageSize=2"];

#[test]
fn every_page_comes_as_one_answer() {
    let granted = granted();
    let ended = sandbox(&granted, &["invoices.list", "--all", "-p", "pageSize=7"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(ended.talk.is_empty(), "{ended:?}");
    let whole: Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(whole["Collection"].as_array().unwrap().len(), 92);
    let one = sandbox(&granted, &["invoices.list", "-p", "pageSize=7"]);
    assert!(one.talk.contains("1–7 of 92: `--all`"), "{one:?}");
    let (api, place) = refusing(0);
    let ended = request(&place, &[&ALL[..], &["--json"]].concat());
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(api.got().len(), 3);
    let object = &ended.objects()[0];
    assert_eq!(object["cut"], false, "{object}");
    assert_eq!(object["body"]["Collection"].as_array().unwrap().len(), 5);
    assert!(ended.output.contains("4.10"), "{ended:?}");
}

#[test]
fn a_429_in_the_middle_prints_what_came_and_ends_with_1() {
    let (api, place) = refusing(1);
    let ended = request(&place, &ALL);
    assert_eq!(ended.exit, 1, "{ended:?}");
    let came: Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(came["Collection"].as_array().unwrap().len(), 2);
    for words in [
        "only 2 of 5 came",
        "429",
        "`-p page=1`",
        "`--wait`",
        "[api-rate-limited]",
    ] {
        assert!(ended.talk.contains(words), "`{words}`: {ended:?}");
    }
    assert_eq!(api.got().len(), 2);
    let (_api, place) = refusing(1);
    let ended = request(&place, &[&ALL[..], &["--json"]].concat());
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert_eq!(ended.objects()[0]["cut"], true);
    // A first page that is refused is an answer like any other.
    let api = Recorder::with(|_| too_many("0"));
    let place = super::place(&api, "sandbox");
    let ended = request(&place, &ALL);
    assert_eq!(
        (ended.exit, ended.output.as_str()),
        (1, "slow"),
        "{ended:?}"
    );
}

#[test]
fn no_answer_in_the_middle_prints_what_came_and_ends_with_4() {
    let api = Recorder::with(|request| match asked(request) {
        0 => page(0),
        _ => Vec::new(),
    });
    let place = place(&api, "sandbox");
    let ended = request(&place, &ALL);
    assert_eq!(ended.exit, 4, "{ended:?}");
    assert!(ended.output.contains("0.10"), "{ended:?}");
    assert!(ended.talk.contains("only 2 of 5 came"), "{ended:?}");
}

#[test]
fn wait_sends_it_again_and_goes_on() {
    let (api, place) = refusing(2);
    let ended = request(&place, &[&ALL[..], &["--wait"]].concat());
    assert_eq!(ended.exit, 0, "{ended:?}");
    let whole: Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(whole["Collection"].as_array().unwrap().len(), 5);
    assert_eq!(api.got().len(), 5);
    assert!(
        ended.talk.contains("429: it is sent again in 0 s (2 of 3)"),
        "{ended:?}"
    );
    // Not for ever.
    let (api, place) = refusing(9);
    let ended = request(&place, &[&ALL[..], &["--wait"]].concat());
    assert_eq!(ended.exit, 1, "{ended:?}");
    assert_eq!(api.got().len(), 5);
    // A single call, and one whose body is no text.
    for arguments in [
        &["invoices.get", "-p", "guid={{contact}}"][..],
        &["POST", "/v1/x", "-d", "@bytes"],
    ] {
        let count = AtomicUsize::new(0);
        let api = Recorder::with(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            0 => too_many("0"),
            _ => ok("text/plain", b"at last"),
        });
        let place = super::place(&api, "sandbox");
        std::fs::write(place.path().join("bytes"), [0, 159]).unwrap();
        let ended = request(&place, &[arguments, &["--wait"]].concat());
        assert_eq!(
            (ended.exit, ended.output.as_str()),
            (0, "at last"),
            "{ended:?}"
        );
        let got = api.got_bytes();
        assert_eq!(got[0], got[1]);
    }
}

#[test]
fn ctrl_c_while_it_waits_ends_with_130() {
    let api = Recorder::with(|_| too_many("600"));
    let place = place(&api, "sandbox");
    let arguments = [
        "request",
        "acme",
        "invoices.list",
        "--wait",
        "--profiles",
        "trusted",
    ];
    let running = Running::start(place.command(&arguments));
    running.until_talk("it is sent again");
    running.signal(rustix::process::Signal::INT);
    let ended = running.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    assert!(ended.output.is_empty(), "{ended:?}");
}

#[test]
fn who_watches_sees_how_far_it_is() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let api = Recorder::with(move |request| {
        let number = asked(request);
        if number == 2 {
            wait.lock().unwrap().recv().unwrap();
        }
        page(number)
    });
    let place = place(&api, "sandbox");
    let base = ["request", "acme", "--profiles", "trusted"];
    let terminal = Terminal::start(&[&base[..], &ALL].concat(), 120, 60, place.path());
    terminal.wait_for("fetched 4 of 5");
    go.send(()).unwrap();
    terminal.wait_for("4.10");
    let text = terminal.seen().text();
    assert!(!text.contains("fetched"), "{text}");
    assert_eq!(terminal.end().code(), Some(0));
}
