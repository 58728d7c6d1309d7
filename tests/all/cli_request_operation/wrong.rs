//! Arguments that are wrong: what cannot be sent says what is meant, what can be sent is warned of.

use super::{recorded, request};

#[test]
fn what_cannot_be_sent_ends_with_2_and_says_what_is_meant() {
    let (api, place) = recorded("sandbox");
    for (arguments, words) in [
        (&["invoices.lst"][..], "did you mean `invoices.list`?"),
        (&["invoices"], "operations list WORDS"),
        (&["qqqq"], "operations list WORDS"),
        (&["get"], "PATH"),
        (&["/v1/x"], "METHOD"),
        (&["invoices.list", "/v1/x"], "takes no PATH"),
        (&["@mine", "/v1/x"], "takes no PATH"),
        (
            &["invoices.list", "-p", "statusfilter=Paid"],
            "did you mean `statusFilter`?",
        ),
        (&["invoices.list", "-p", "x"], "NAME=VALUE"),
        (&["organizations.list", "-p", "x=1"], "it has none"),
        (&["GET", "/v1/x", "-p", "x=1"], "`-q` adds"),
        (&["invoices.get"], "`-p guid=VALUE`"),
        (&["invoices.get", "-p", "guid="], "guid is empty"),
        (
            &["invoices.get", "-p", "guid={{contcat}}"],
            "did you mean {{contact}}?",
        ),
        (
            &["invoices.get", "-p", "guid={{qqqqqqqq}}"],
            "`--var qqqqqqqq=VALUE`",
        ),
        (&["invoices.get", "-p", "guid={{round}}"], "hold each other"),
        (
            &["POST", "/v1/x", "-d", "{\"a\":\"{{qqqqqqqq}}\"}"],
            "{{qqqqqqqq}} has no value",
        ),
        (&["POST", "/v1/{{qqqqqqqq}}"], "{{qqqqqqqq}} has no value"),
        (
            &["GET", "/v1/x", "-H", "X: {{bad}}", "--var", "bad=a\nb"],
            "line break",
        ),
        (&["GET", "/v1/x", "--var", "a b=1"], "NAME=VALUE"),
        (&["contacts.create", "--field", "Name"], "NAME=VALUE"),
        (
            &["contacts.create", "--field", "Name=a", "-d", "{}"],
            "cannot be used",
        ),
        (
            &["contacts.create", "--field", "Name.x=a"],
            "`Name` is text",
        ),
        (
            &["invoices.create", "--field", "ProductLines.9.Quantity=1"],
            "no item 8",
        ),
        (&["invoices.list", "--field", "a=b"], "takes no body"),
        (&["files.upload", "--field", "a=b"], "`--file PATH`"),
        (
            &["POST", "/v1/42/contacts", "--field", "a=b"],
            "`contacts.create`",
        ),
        (&["contacts.create", "--file", "a.pdf"], "takes JSON"),
        (&["invoices.list", "--file", "a.pdf"], "takes no file"),
        (&["files.upload"], "`--file PATH`"),
        (
            &["files.upload", "--file", "vanished.pdf"],
            "`vanished.pdf` cannot be read",
        ),
        (&["files.upload", "--file", "trusted"], "is no file"),
        (&["organizations.list", "--all"], "does not"),
        (&["GET", "/v1/42/invoices", "--all"], "`invoices.list`"),
        (
            &["invoices.list", "--all", "-p", "page=x"],
            "`x` is no number",
        ),
        (&["invoices.list", "--code", "cobol"], "possible values"),
        (
            &["invoices.list", "--code", "curl", "--json"],
            "cannot be used",
        ),
        (&["@mine"], "no saved request `mine`"),
        (&["@../../x"], "no saved request"),
    ] {
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{arguments:?} {ended:?}");
        assert!(ended.talk.contains(words), "{arguments:?} {ended:?}");
    }
    assert!(api.got().is_empty());
    // The command line goes before the profile, and the other way round nothing is lost.
    let ended = place.run_trusted(&["request", "nobody", "invoices.lst"]);
    assert_eq!(ended.exit, 2, "{ended:?}");
    let ended = place.run_trusted(&["request", "nobody", "invoices.list"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
}

#[test]
fn a_value_that_is_not_of_its_type_is_said_and_sent() {
    let (api, place) = recorded("sandbox");
    for (arguments, said) in [
        (
            &["invoices.list", "-p", "pageSize=many"][..],
            "pageSize: `many` is not a whole number",
        ),
        (
            &["invoices.list", "-p", "statusFilter=Overdu"],
            "did you mean `Overdue`?",
        ),
        (
            &["invoices.list", "-p", "queryFilter=Name = 'a'"],
            "`=` is not an operator",
        ),
        (
            &["invoices.list", "-p", "queryFilter=Nope eq 'a'"],
            "`Nope` is not a field",
        ),
        (
            &["invoices.list", "-q", "own=1"],
            "own is no known parameter",
        ),
        (&["invoices.get", "-p", "guid=12"], "`12` is not a UUID"),
        (&["invoices.get", "-p", "guid=a/b"], "sent encoded"),
        (
            &["entries.list", "-p", "toDate=2026-13-01"],
            "fromDate: required",
        ),
        (
            &[
                "contacts.create",
                "-d",
                "{\"Name\":\"x\",\"IsPerson\":\"no\"}",
            ],
            "IsPerson: `no` is neither",
        ),
        (&["contacts.create", "-d", "{\"Name\":"], "the body, line 1"),
        (&["contacts.create", "-d", ""], "none is sent"),
        (
            &["contacts.create", "--field", "Nam=x"],
            "did you mean `Name`?",
        ),
        (&["invoices.list", "-d", "{}"], "takes no body"),
        (&["files.upload", "-d", "x"], "`--file PATH`"),
        (
            &["contacts.update-v1", "-p", "guid={{contact}}"],
            "newer version: contacts.update",
        ),
    ] {
        let before = api.got().len();
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        assert!(ended.talk.contains(said), "{arguments:?} {ended:?}");
        assert_eq!(api.got().len(), before + 1, "{arguments:?}");
    }
}
