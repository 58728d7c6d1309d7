//! `@NAME`: a saved request goes out, changed by what the flags say.

use super::{body, line, recorded, request};
use crate::quiet::Place;

/// Writes a saved request of `acme`.
fn save(place: &Place, name: &str, text: &str) {
    let folder = place.path().join("trusted/acme.requests");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

#[test]
fn it_is_sent_by_its_name_and_flags_change_it() {
    let (api, place) = recorded("sandbox");
    save(
        &place,
        "overdue",
        "title = \"Overdue\"\noperation = \"invoices.list\"\n\n[parameters]\nstatusFilter = \"Overdue\"\n\
         own = [\"1\", \"2\"]\n\n[headers]\nX-A = \"saved\"\n",
    );
    save(
        &place,
        "new-contact",
        "title = \"New\"\noperation = \"contacts.create\"\n\n[body]\ntext = '{\"Name\": \"Acme\", \"CountryKey\": \
         \"DK\"}'\n",
    );
    save(
        &place,
        "free",
        "title = \"Free\"\nmethod = \"GET\"\npath = \"/v1/{organizationId}/x?a=1\"\n",
    );
    for (arguments, expected) in [
        (
            &["@overdue"][..],
            "GET /v1/42/invoices?statusFilter=Overdue&pageSize=25&own=1&own=2 HTTP/1.1",
        ),
        (
            &[
                "@overdue",
                "-p",
                "statusFilter=Paid",
                "-q",
                "own=3",
                "-H",
                "x-a: flag",
            ],
            "GET /v1/42/invoices?statusFilter=Paid&pageSize=25&own=3 HTTP/1.1",
        ),
        (&["@free", "-q", "b=2"], "GET /v1/42/x?a=1&b=2 HTTP/1.1"),
    ] {
        let before = api.got().len();
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, 0, "{arguments:?} {ended:?}");
        let got = api.got().remove(before);
        assert_eq!(line(&got), expected);
        let field = got
            .lines()
            .filter(|line| line.to_lowercase().starts_with("x-a:"));
        assert!(field.count() <= 1, "{got}");
        assert_eq!(
            got.contains("flag"),
            arguments.contains(&"x-a: flag"),
            "{got}"
        );
    }
    let before = api.got().len();
    let ended = request(&place, &["@new-contact", "--field", "Name=Other"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let got = api.got().remove(before);
    assert_eq!(body(&got), "{\"Name\": \"Other\", \"CountryKey\": \"DK\"}");
}

#[test]
fn one_that_is_not_there_or_broken_says_so() {
    let (api, place) = recorded("sandbox");
    save(
        &place,
        "overdue",
        "title = \"Overdue\"\noperation = \"invoices.list\"\n",
    );
    save(&place, "broken", "title = \"Broken\"\nhalf = [1,\n");
    save(
        &place,
        "gone",
        "title = \"Gone\"\noperation = \"invoices.lst\"\n",
    );
    for (arguments, exit, words) in [
        (&["@overdeu"][..], 2, "did you mean `@overdue`?"),
        (&["@zzzzzzzzzz"], 2, "there are gone, overdue"),
        (&["@"], 2, "no saved request"),
        (&["@broken"], 3, "broken.toml:"),
        (&["@gone"], 3, "gone.toml:2: `operation`"),
        (
            &["@overdue", "-p", "statusfilter=x"],
            2,
            "did you mean `statusFilter`?",
        ),
        (&["@overdue", "--file", "x"], 2, "takes no file"),
    ] {
        let ended = request(&place, arguments);
        assert_eq!(ended.exit, exit, "{arguments:?} {ended:?}");
        assert!(ended.talk.contains(words), "{arguments:?} {ended:?}");
    }
    assert!(api.got().is_empty());
}
