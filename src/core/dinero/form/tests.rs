//! A form and its text say the same, and an edit touches nothing else.

mod any;

use super::*;
use crate::core::dinero::catalogue::catalogue;

fn invoice() -> BodyKind {
    BodyKind::Object("InvoiceCreateModel".to_owned())
}

fn contact() -> BodyKind {
    BodyKind::Object("ContactCreateModel".to_owned())
}

/// What a call gives that has to succeed.
fn done<T>(result: Result<T, JsonTrouble>) -> T {
    result.unwrap_or_else(|why| panic!("{why}"))
}

/// A path from names and numbers, a dot between them.
fn path(text: &str) -> Vec<Step> {
    let steps = text.split('.').filter(|step| !step.is_empty());
    steps
        .map(|step| match step.parse() {
            Ok(index) => Step::Item(index),
            Err(_) => Step::Member(step.to_owned()),
        })
        .collect()
}

fn row(text: &str, body: &BodyKind, at: &str) -> FormRow {
    let rows = done(rows(text, body));
    let found = rows.into_iter().find(|row| row.path == path(at));
    let none = || panic!("no row {at} in {text}");
    found.unwrap_or_else(none)
}

fn value(text: &str, body: &BodyKind, at: &str) -> FormValue {
    row(text, body, at).value
}

fn trouble_of(text: &str, body: &BodyKind, at: &str) -> String {
    row(text, body, at).trouble.unwrap_or_default()
}

const INVOICE: &str = r#"{
  "Unknown": [1.10, {"a": 1e400}],
  "ProductLines": [
    {
      "BaseAmountValue": 1.10,
      "Quantity": 12345678901234567890,
      "x": "\u00e6\/"
    }
  ],
  "ShowLinesInclVat": true
}"#;

#[test]
fn rows_stand_in_the_models_order_and_say_what_is_there() {
    let all = done(rows(INVOICE, &invoice()));
    let names: Vec<(usize, &str)> = all
        .iter()
        .map(|row| (row.depth, row.name.as_str()))
        .collect();
    assert_eq!(
        names[..8],
        [
            (0, "ProductLines"),
            (1, "line 1"),
            (2, "BaseAmountValue"),
            (2, "Quantity"),
            (2, "AccountNumber"),
            (2, "Discount"),
            (2, "ProductGuid"),
            (2, "Description"),
        ]
    );
    let last: Vec<&str> = all
        .iter()
        .rev()
        .take(4)
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(last, ["a", "line 2", "line 1", "Unknown"]);
    let at = |at| value(INVOICE, &invoice(), at);
    assert_eq!(at("ProductLines"), FormValue::List(1));
    assert_eq!(at("ProductLines.0"), FormValue::Object);
    assert_eq!(
        at("ProductLines.0.BaseAmountValue"),
        FormValue::Raw("1.10".to_owned())
    );
    assert_eq!(at("ProductLines.0.x"), FormValue::Text("æ/".to_owned()));
    assert_eq!(at("Unknown.1.a"), FormValue::Raw("1e400".to_owned()));
    assert_eq!(at("Date"), FormValue::Absent);
    let trouble = |at| trouble_of(INVOICE, &invoice(), at);
    assert_eq!(trouble("ProductLines.0.Discount"), "required");
    assert_eq!(trouble("Date"), "");
    assert_eq!(trouble("Unknown.1.a"), "");
    assert!(!row(INVOICE, &invoice(), "Unknown").known);
}

#[test]
fn what_is_wrong_with_a_value_stands_in_its_row() {
    let text = r#"{"ContactGuid": "x", "Date": 20250101, "Currency": ["DKK"], "ReminderFee": "5",
        "Language": "da", "PaymentConditionNumberOfDays": 1.5, "ProductLines": [], "Guid": null,
        "ShowLinesInclVat": {{flag}}, "Description": 7}"#;
    for (at, said) in [
        ("ContactGuid", "`x` is not a UUID"),
        ("Date", "`20250101` belongs in quotes"),
        ("Currency", "one value belongs here, not a list"),
        ("ReminderFee", "it stands in quotes"),
        ("Language", "da-DK"),
        (
            "PaymentConditionNumberOfDays",
            "`1.5` is not a whole number",
        ),
        ("ProductLines", "required, and empty"),
    ] {
        let found = trouble_of(text, &invoice(), at);
        assert!(found.contains(said), "{at}: {found}");
    }
    for at in ["Guid", "ShowLinesInclVat"] {
        assert_eq!(trouble_of(text, &invoice(), at), "", "{at}");
    }
    let wrong = trouble_of("[1]", &invoice(), "");
    assert_eq!(wrong, "an object belongs here, not a list");
    let wrong = trouble_of(r#"{"ProductLines": {}}"#, &invoice(), "ProductLines");
    assert_eq!(wrong, "a list belongs here, not an object");
}

#[test]
fn a_member_that_stands_twice_is_two_rows_that_are_edited_apart() {
    let text = r#"{"name": "a", "Name": "b", "q": 1, "q": 2}"#;
    assert_eq!(
        value(text, &contact(), "Name"),
        FormValue::Text("b".to_owned())
    );
    assert_eq!(
        value(text, &contact(), "0"),
        FormValue::Text("a".to_owned())
    );
    assert!(trouble_of(text, &contact(), "0").contains("the last one counts"));
    assert!(trouble_of(text, &contact(), "q").contains("this one counts"));
    assert_eq!(
        done(set(text, &contact(), &path("0"), "c")),
        r#"{"name": "c", "Name": "b", "q": 1, "q": 2}"#
    );
    assert_eq!(
        done(set(text, &contact(), &path("q"), "3")),
        r#"{"name": "a", "Name": "b", "q": 1, "q": 3}"#
    );
    assert_eq!(
        done(switch(text, &contact(), &path("2"), false)),
        r#"{"name": "a", "Name": "b", "q": 2}"#
    );
}

#[test]
fn what_is_typed_becomes_json_by_its_kind() {
    for (at, typed, json) in [
        ("Description", "a \"b\" \\ Ø", r#""a \"b\" \\ Ø""#),
        ("Description", "7", r#""7""#),
        ("Description", "null", "null"),
        ("Description", "", r#""""#),
        ("ReminderFee", " 1.10 ", "1.10"),
        ("ReminderFee", "1e400", "1e400"),
        ("ReminderFee", "1,10", r#""1,10""#),
        ("ReminderFee", "", "null"),
        ("ReminderFee", "{{fee}}", "{{fee}}"),
        ("ReminderFee", "{{fee}}0", r#""{{fee}}0""#),
        ("ShowLinesInclVat", "TRUE", "true"),
        ("ShowLinesInclVat", "yes", r#""yes""#),
        ("Date", "2025-01-01", r#""2025-01-01""#),
        ("ContactGuid", "{{guid}}", r#""{{guid}}""#),
        (
            "ProductLines",
            "[{\"Quantity\":1.0}]",
            "[{\"Quantity\":1.0}]",
        ),
        ("ProductLines", "[", r#""[""#),
        ("Foo", "5", r#""5""#),
    ] {
        let text = done(set("{ \"Zoo\": 1.0 }", &invoice(), &path(at), typed));
        assert_eq!(troubles(&text), [], "{text}");
        let pair = format!("\"{at}\": {json}");
        assert!(text.contains(&pair), "{at} {typed}: {text}");
        assert!(text.contains("\"Zoo\": 1.0"), "{text}");
    }
    let of_unknown = |text| done(set(text, &invoice(), &path("q"), "5"));
    assert_eq!(of_unknown(r#"{"q":1.0}"#), r#"{"q":5}"#);
    assert_eq!(of_unknown(r#"{"q":"1"}"#), r#"{"q":"5"}"#);
}

#[test]
fn a_new_member_stands_in_the_models_order_and_as_its_neighbours_do() {
    for (text, at, expected) in [
        ("", "Name", "{\n  \"Name\": \"x\"\n}"),
        ("{}", "Name", "{\n  \"Name\": \"x\"\n}"),
        (
            "{\"IsPerson\":true,\"q\":1}",
            "Name",
            "{\"Name\":\"x\",\"IsPerson\":true,\"q\":1}",
        ),
        (
            "{\"IsPerson\":true,\"q\":1}",
            "City",
            "{\"IsPerson\":true,\"City\":\"x\",\"q\":1}",
        ),
        ("{ \"q\": 1 }", "Name", "{ \"q\": 1, \"Name\": \"x\" }"),
        (
            "{\n    \"City\": \"a\",\n    \"q\": 1\n}\n",
            "Name",
            "{\n    \"Name\": \"x\",\n    \"City\": \"a\",\n    \"q\": 1\n}\n",
        ),
        (
            "{\n\t\"Phone\" : 1,\n\n\t\"Name\" : 2\n}",
            "City",
            "{\n\t\"Phone\" : 1,\n\n\t\"Name\" : 2,\n\n\t\"City\" : \"x\"\n}",
        ),
    ] {
        assert_eq!(done(set(text, &contact(), &path(at), "x")), expected);
    }
}

#[test]
fn a_member_comes_with_its_default_and_goes_without_a_trace() {
    let on = |text: &str, at| done(switch(text, &invoice(), &path(at), true));
    assert_eq!(on("{}", "ReminderFee"), "{\n  \"ReminderFee\": null\n}");
    assert_eq!(
        on("{}", "ShowLinesInclVat"),
        "{\n  \"ShowLinesInclVat\": false\n}"
    );
    assert_eq!(on("{ \"Date\":  1 }", "Date"), "{ \"Date\":  1 }");
    let with_lines = on("{}", "ProductLines");
    assert_eq!(with_lines, blank(&invoice()));
    for at in [
        "Unknown",
        "ShowLinesInclVat",
        "ProductLines",
        "ProductLines.0.Quantity",
    ] {
        let text = done(switch(INVOICE, &invoice(), &path(at), false));
        assert_eq!(troubles(&text), [], "{text}");
        assert!(text.len() < INVOICE.len());
    }
    let text = on("{\"q\": 1,\n \"r\": 2}", "Date");
    assert_eq!(
        done(switch(&text, &invoice(), &path("Date"), false)),
        "{\"q\": 1,\n \"r\": 2}"
    );
    assert_eq!(
        done(switch("{ \"q\": 1 }", &invoice(), &path("q"), false)),
        "{}"
    );
}

#[test]
fn lines_come_with_their_required_fields_and_go() {
    let line = "{\n      \"BaseAmountValue\": null,\n      \"Quantity\": 1,\n      \"AccountNumber\": 1000,\n      \"Discount\": 0\n    }";
    let one = format!("{{\n  \"ProductLines\": [\n    {line}\n  ]\n}}");
    assert_eq!(blank(&invoice()), one);
    let lines = path("ProductLines");
    for text in [
        "",
        "{}",
        "{\n  \"ProductLines\": null\n}",
        "{\n  \"ProductLines\": []\n}",
    ] {
        assert_eq!(done(add_item(text, &invoice(), &lines)), one, "{text}");
    }
    let two = done(add_item(&one, &invoice(), &lines));
    assert_eq!(
        two,
        format!("{{\n  \"ProductLines\": [\n    {line},\n    {line}\n  ]\n}}")
    );
    assert_eq!(
        done(switch(&two, &invoice(), &path("ProductLines.0"), false)),
        one
    );
    assert_eq!(
        done(switch(&one, &invoice(), &path("ProductLines.0"), false)),
        "{\n  \"ProductLines\": []\n}"
    );
    let hugging = "{\n  \"ProductLines\": [{\n    \"q\": 1\n  }]\n}";
    let added = done(add_item(hugging, &invoice(), &lines));
    assert!(
        added.contains("  }, {\n    \"BaseAmountValue\": null,"),
        "{added}"
    );
    let list = BodyKind::List("LedgerId".to_owned());
    assert_eq!(blank(&list), "[\n  {\n    \"Id\": \"\"\n  }\n]");
    assert_eq!(done(add_item("", &list, &[])), blank(&list));
    assert_eq!(
        done(add_item("[1, 2]", &list, &[])),
        "[1, 2, {\"Id\": \"\"}]"
    );
    assert_eq!(
        done(add_item("{\"q\":[[1]]}", &invoice(), &path("q"))),
        "{\"q\":[[1], []]}"
    );
    let all = done(rows("", &list));
    assert_eq!((all.len(), &all[0].value), (1, &FormValue::List(0)));
}

#[test]
fn what_cannot_be_done_is_said() {
    for (result, said) in [
        (
            set("{", &invoice(), &path("Date"), "x"),
            "`{` of line 1 is not closed",
        ),
        (set("{}", &invoice(), &[], "x"), "edited as text"),
        (
            set("{}", &invoice(), &path("ProductLines.0.Quantity"), "1"),
            "there is no `ProductLines` here",
        ),
        (
            set("[1]", &invoice(), &path("5"), "1"),
            "there is no line 6 here",
        ),
        (
            set("{\"Date\": 1}", &invoice(), &path("Date.x"), "1"),
            "there is no `x` here",
        ),
        (
            add_item("{\"Date\": 1}", &invoice(), &path("Date")),
            "only a list",
        ),
        (
            set("", &BodyKind::File, &path("a"), "1"),
            "a file has no fields",
        ),
    ] {
        let words = result.err().map(|why| why.words).unwrap_or_default();
        assert!(words.contains(said), "{words}");
    }
}

#[test]
fn names_that_stand_twice_are_warned_of_and_a_break_comes_first() {
    let found = troubles("{\"a\": 1,\n \"\\u0061\": {\"a\": 2, \"a\": 3},}");
    let places: Vec<_> = found
        .iter()
        .map(|one| (one.line, one.column, one.breaks))
        .collect();
    assert_eq!(places, [(2, 28, true), (2, 2, false), (2, 21, false)]);
    assert_eq!(troubles(" "), []);
    assert_eq!(
        found[1].to_string(),
        "line 2, column 2: `a` stands twice: the last one counts"
    );
}

#[test]
fn great_depth_costs_no_stack() {
    let depth = 100_000;
    let deep = format!("{}1.10{}", "[".repeat(depth), "]".repeat(depth));
    let text = format!("{{\"q\": {deep}, \"r\": 1}}");
    assert_eq!(troubles(&text), []);
    let changed = done(set(&text, &invoice(), &path("r"), "2"));
    assert_eq!(changed, text.replace("\"r\": 1", "\"r\": 2"));
    assert!(done(rows(&text, &invoice())).len() < 200);
    let open = troubles(&"{\"a\":".repeat(depth));
    assert_eq!(open.iter().filter(|one| one.breaks).count(), 1);
}

#[test]
fn every_body_of_the_catalogue_has_a_form_without_trouble_but_what_is_to_be_filled_in() {
    let bodies = catalogue()
        .operations
        .iter()
        .filter_map(|one| one.body.as_ref());
    for body in bodies.filter(|body| **body != BodyKind::File) {
        let text = blank(body);
        assert_eq!(troubles(&text), [], "{text}");
        for row in done(rows(&text, body)) {
            let empty = matches!(&row.value, FormValue::Null)
                || row.value == FormValue::Text(String::new());
            let expected = (row.required && empty).then_some("required");
            assert_eq!(row.trouble.as_deref(), expected, "{body:?} {}", row.name);
        }
    }
    assert_eq!(blank(&BodyKind::File), "");
    assert_eq!(rows("x", &BodyKind::File), Ok(Vec::new()));
}
