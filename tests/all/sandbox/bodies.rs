//! Bodies that the sandbox takes or refuses: their fields, the ids in them, their size.

use super::caller::{Caller, assert_refused, contact, line};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn an_id_that_is_taken_is_refused_in_two_ways() {
    let caller = Caller::new();
    let guid = json!("6f1c1f0e-0b0e-4d0e-8d0e-6f1c1f0e0b0e");
    let mut person = contact();
    person["ContactGuid"] = guid.clone();
    caller.well("POST", "v1/contacts", &person);
    let refused = caller.refused(
        ("POST", "v1/contacts", &person),
        (400, 42),
        &["ContactGuid"],
    );
    assert_eq!(
        refused["validationErrors"]["ContactGuid"],
        "guidMustBeUnique"
    );
    for path in ["v1/invoices", "v1/sales/creditnotes", "v1/tradeoffers"] {
        let body = json!({"Guid": guid, "ProductLines": [line()]});
        caller.well("POST", path, &body);
        caller.refused(("POST", path, &body), (409, 72), &[]);
    }
    let items = json!([{"Id": guid}]);
    caller.well("POST", "v1.2/ledgeritems", &items);
    caller.refused(("POST", "v1.2/ledgeritems", &items), (409, 72), &[]);
}

#[test]
fn a_body_is_held_against_its_model() {
    let caller = Caller::new();
    let refused = |path: &str, body: &str, fields: &[&str]| {
        let answer = caller.call("POST", path, body);
        assert_refused(&answer, (400, 42), fields);
    };
    refused("v1/contacts", "", &[]);
    refused("v1/contacts", "{\"Name\":", &[]);
    refused("v1/contacts", "[]", &["body"]);
    refused("v1.2/ledgeritems", "{}", &["body"]);
    refused(
        "v1.2/ledgeritems",
        "[1, {\"Lines\": [{\"Amount\": \"12\"}]}]",
        &["[0]", "[1].Lines[0].Amount"],
    );
    refused(
        "v1/contacts",
        "{}",
        &["Name", "CountryKey", "IsPerson", "IsMember", "UseCvr"],
    );
    refused("v1/invoices", "{\"ProductLines\": []}", &["ProductLines"]);
    refused(
        "v1/invoices",
        "{\"ProductLines\": [{}], \"Date\": \"01.02.2026\", \"ContactGuid\": \"nej\", \"Language\": \"sv\"}",
        &[
            "ProductLines[0].Quantity",
            "Date",
            "ContactGuid",
            "Language",
        ],
    );
    for (name, value) in [
        ("Name", json!("")),
        ("Name", json!(7)),
        ("Name", Value::Null),
        ("IsPerson", json!("false")),
        ("CountryKey", json!("DNK")),
        ("PaymentConditionNumberOfDays", json!(1.5)),
        ("PaymentConditionType", json!("Kontant")),
        ("ExternalReference", json!("æ".repeat(129))),
    ] {
        let mut body = contact();
        body[name] = value;
        refused("v1/contacts", &body.to_string(), &[name]);
    }
    for (name, value) in [
        ("Discount", json!(101)),
        ("Quantity", json!("2")),
        ("Unit", json!("stk")),
        ("BaseAmountValue", json!(1e30)),
        ("Description", Value::Null),
    ] {
        let mut line = line();
        line[name] = value;
        let place = format!("ProductLines[0].{name}");
        refused(
            "v1/invoices",
            &json!({"ProductLines": [line]}).to_string(),
            &[&place],
        );
    }
    refused(
        "v1/accounts/deposit",
        "{\"Number\": 54999, \"Name\": \"æ\"}",
        &["Number"],
    );
    refused(
        "v1/webhooks/subscribe",
        "{\"Uri\": \"http://a.example\"}",
        &["Uri", "EventId"],
    );
}

#[test]
fn names_in_any_case_do_and_unknown_ones_are_dropped() {
    let caller = Caller::new();
    let mut body = contact();
    body["phone"] = json!("20 30 40 50");
    body["Farve"] = json!("grøn");
    let id = caller.make("v1/contacts", "ContactGuid", &body);
    let row = caller.read(&format!("v1/contacts/{id}"));
    assert_eq!(
        (&row["Phone"], row.get("phone"), row.get("Farve")),
        (&json!("20 30 40 50"), None, None)
    );
}

#[test]
fn what_is_named_must_be_there() {
    let caller = Caller::new();
    for body in [
        json!({"ContactGuid": NOBODY, "ProductLines": [line()]}),
        json!({"ProductLines": [{"ProductGuid": NOBODY, "BaseAmountValue": 1, "Quantity": 1,
                                 "AccountNumber": 1000, "Discount": 0}]}),
    ] {
        caller.refused(("POST", "v1/invoices", &body), (400, 63), &[]);
    }
    let voucher = json!({"FileGuid": "0".repeat(32), "Lines": []});
    caller.refused(("POST", "v1/vouchers/manuel", &voucher), (400, 63), &[]);
    for (path, expected) in [
        (format!("v1/contacts/{NOBODY}"), (404, 40)),
        (format!("v1/contacts/{NOBODY}/notes"), (404, 40)),
        (format!("v1/products/{NOBODY}"), (404, 40)),
        (format!("v1/files/{NOBODY}"), (404, 40)),
        (format!("v1/invoices/{NOBODY}"), (400, 63)),
        (format!("v1/sales/creditnotes/{NOBODY}"), (400, 63)),
        (format!("v1/sales/creditnotes/{NOBODY}/pdf"), (400, 63)),
    ] {
        caller.refused(("GET", &path, &Value::Null), expected, &[]);
    }
}

#[test]
fn a_file_has_six_megabytes_at_most_and_is_an_image_or_a_pdf() {
    let caller = Caller::new();
    let six = "x".repeat(6 * 1024 * 1024);
    let send = |text: &str| caller.send_file("v1/files", "bilag.png", "image/png", text);
    assert_eq!(send(&six).status, 200);
    assert_eq!(send(&format!("{six}x")).status, 413);
    let text = caller.send_file("v1/files", "bilag.txt", "text/plain", "hej");
    assert_refused(&text, (400, 42), &["file"]);
    let nameless = caller.send_file("v1/files", "", "image/png", "PNG");
    assert_refused(&nameless, (400, 42), &["file"]);
    assert_refused(&caller.call("POST", "v1/files", "{}"), (400, 42), &[]);
    let large = format!("{{\"Name\": \"{}\"}}", "æ".repeat(600 * 1024));
    assert_eq!(caller.call("POST", "v1/contacts", &large).status, 413);
}

#[test]
fn the_books_have_bounds() {
    let caller = Caller::new();
    let items: Vec<Value> = (0..900).map(|_| json!({})).collect();
    caller.well("POST", "v1.2/ledgeritems", &json!(items));
    caller.refused(("POST", "v1.2/ledgeritems", &json!(items)), (400, 43), &[]);
    let six = "x".repeat(6 * 1024 * 1024);
    let mut answers = (0..12).map(|_| caller.send_file("v1/files", "a.png", "image/png", &six));
    let full = answers.find(|answer| answer.status != 200).unwrap();
    assert_refused(&full, (400, 43), &[]);
}
