//! What is asked before it is sent, where nobody can be asked, and what a yes or a no does.

use super::{line, place, recorded, request};
use crate::recorder::Recorder;
use crate::terminal::Terminal;

const BOOK: [&str; 5] = [
    "invoices.book",
    "-p",
    "guid={{contact}}",
    "--field",
    "Timestamp=1",
];

#[test]
fn what_cannot_be_undone_is_not_sent_where_nobody_can_be_asked() {
    let (api, place) = recorded("sandbox");
    for (arguments, words) in [
        (&BOOK[..], "It cannot be undone."),
        (
            &["invoices.email", "-p", "guid={{contact}}"],
            "out of the house",
        ),
        (
            &["invoices.sms", "-p", "voucherGuid={{contact}}"],
            "It costs money.",
        ),
    ] {
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 2, "{ended:?}");
        for words in [words, "`--yes`", "organization 42 (SANDBOX)"] {
            assert!(ended.talk.contains(words), "`{words}`: {ended:?}");
        }
    }
    assert!(api.got().is_empty());
    let ended = request(&place, &[&BOOK[..], &["--yes"]].concat());
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert!(line(&api.only()).ends_with("/book HTTP/1.1"));
}

#[test]
fn production_is_asked_about_but_for_companies_that_are_for_tests() {
    for (arguments, asks) in [
        (&["contacts.create", "--field", "Name=x"][..], true),
        (
            &[
                "contacts.create",
                "--field",
                "Name=x",
                "--organization",
                "7",
            ],
            false,
        ),
        (
            &[
                "contacts.create",
                "--field",
                "Name=x",
                "-p",
                "organizationId=7",
            ],
            false,
        ),
        (
            &[
                "contacts.create",
                "--field",
                "Name=x",
                "--organization",
                "7",
                "-p",
                "organizationId=42",
            ],
            true,
        ),
        (&["contacts.list"], false),
        (&["GET", "/v1/42/contacts"], false),
        (&["POST", "/v1/{organizationId}/contacts"], true),
        (
            &[
                "POST",
                "/v1/{organizationId}/contacts",
                "--organization",
                "7",
            ],
            false,
        ),
        // What the path names counts, not what the profile says.
        (&["POST", "/v1/42/contacts", "--organization", "7"], true),
        (&["POST", "/v1/7/../42/contacts"], true),
        (&["POST", "/v1/7/contacts"], false),
        (&["DELETE", "/else"], true),
    ] {
        let (api, place) = recorded("production");
        let ended = request(&place, arguments);
        assert_eq!(
            ended.exit,
            if asks { 2 } else { 0 },
            "{arguments:?} {ended:?}"
        );
        assert_eq!(api.got().len(), usize::from(!asks), "{arguments:?}");
        assert_eq!(
            ended.talk.contains("PRODUCTION"),
            asks,
            "{arguments:?} {ended:?}"
        );
        if asks {
            let ended = request(&place, &[arguments, &["--yes"]].concat());
            assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
            assert_eq!(api.got().len(), 1);
        }
    }
    let (_api, place) = recorded("production");
    let ended = request(&place, &["POST", "/v1/42/invoices/a/book"]);
    assert!(ended.talk.contains("cannot be undone"), "{ended:?}");
}

#[test]
fn on_a_terminal_a_yes_sends_it_and_a_no_does_not() {
    let api = Recorder::with_body("application/json", b"{\"answer\": \"booked\"}");
    let place = place(&api, "production");
    let base = ["request", "acme", "--profiles", "trusted"];
    let arguments = [&base[..], &BOOK].concat();
    for (key, code, count) in [("n", 1, 0), ("\r", 1, 0), ("y", 0, 1)] {
        let terminal = Terminal::start(&arguments, 200, 30, place.path());
        terminal.wait_for("(y/n)");
        let asked = terminal.seen().text();
        for words in [
            "Send POST /v1/42/invoices/",
            "/book in organization 42 (PRODUCTION)?",
            "cannot be undone",
        ] {
            assert!(asked.contains(words), "`{words}`: {asked}");
        }
        terminal.press(key);
        terminal.wait_for(if key == "y" {
            "booked"
        } else {
            "nothing was sent"
        });
        assert_eq!(terminal.end().code(), Some(code), "{key:?}");
        assert_eq!(api.got().len(), count, "{key:?}");
    }
}
