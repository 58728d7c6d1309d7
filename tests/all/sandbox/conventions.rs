//! What the sandbox refuses, and how: Dinero's codes, each for its reason.

use super::Stage;
use super::caller::{COMPANY, Caller, assert_refused, line};
use dineroscope::core::dinero::catalogue::{Scope, catalogue};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn a_token_that_may_only_read_changes_nothing() {
    let stage = Stage::accepting();
    let reading = stage.access_token("dineropublicapi:read");
    let writing = stage.access_token("dineropublicapi:write");
    for operation in &catalogue().operations {
        let path = operation
            .path
            .replace("{organizationId}", &COMPANY.to_string());
        let allowed = |token: &str| {
            let bearer = format!("Authorization: Bearer {token}");
            let answer = stage.request(&operation.method, &path, &[&bearer], "");
            let is_refused = answer.status == 403;
            if is_refused {
                assert_refused(&answer, (403, 41), &[]);
            }
            !is_refused
        };
        let expected = match operation.scope {
            Scope::Read => (true, false),
            Scope::Write => (false, true),
            Scope::ReadOrWrite => (true, true),
        };
        assert_eq!(
            (allowed(&reading), allowed(&writing)),
            expected,
            "{}",
            operation.name
        );
    }
}

#[test]
fn an_outdated_version_is_refused_and_a_booked_voucher_stays() {
    let caller = Caller::new();
    for (make, change) in [
        ("v1/invoices", "v1.2/invoices"),
        ("v1/sales/creditnotes", "v1.2/sales/creditnotes"),
    ] {
        let id = caller.draft(make);
        let (one, change) = (format!("{make}/{id}"), format!("{change}/{id}"));
        let old = json!({"Timestamp": "0000000000000001", "ProductLines": [line()]});
        for (method, path, body) in [
            ("PUT", &change, &old),
            ("DELETE", &one, &json!({"Timestamp": "0000000000000001"})),
            (
                "POST",
                &format!("{one}/book"),
                &json!({"Timestamp": "0000000000000001"}),
            ),
        ] {
            caller.refused((method, path, body), (400, 58), &[]);
        }
        caller.book(&one);
        let version = json!(caller.version(&one));
        let new = json!({"Timestamp": version, "ProductLines": [line()]});
        let stamp = json!({"Timestamp": version});
        for (method, path, body) in [
            ("PUT", &change, &new),
            ("DELETE", &one, &stamp),
            ("DELETE", &one, &Value::Null),
            ("POST", &format!("{one}/book"), &stamp),
        ] {
            caller.refused((method, path, body), (400, 42), &[]);
        }
    }
}

#[test]
fn a_number_is_given_once() {
    let caller = Caller::new();
    let (one, other) = (caller.draft("v1/invoices"), caller.draft("v1/invoices"));
    let book = |id: &str| {
        let version = caller.version(&format!("v1/invoices/{id}"));
        (
            format!("v1/invoices/{id}/book"),
            json!({"Timestamp": version, "Number": 987_654}),
        )
    };
    let (path, body) = book(&one);
    caller.well("POST", &path, &body);
    let (path, body) = book(&other);
    caller.refused(("POST", &path, &body), (400, 42), &["Number"]);
    let nameless = caller.make("v1/invoices", "Guid", &json!({"ProductLines": [line()]}));
    let (path, body) = book(&nameless);
    caller.refused(("POST", &path, &body), (400, 42), &["ContactGuid"]);
}

#[test]
fn a_purchase_is_deleted_with_its_version_only() {
    let caller = Caller::new();
    let body = json!({"PurchaseType": "cash", "Lines": []});
    let id = caller.make("v1.2/vouchers/purchase", "Guid", &body);
    let one = format!("v1/vouchers/purchase/{id}");
    caller.refused(("DELETE", &one, &Value::Null), (400, 42), &["Timestamp"]);
    caller.refused(("DELETE", &one, &json!({})), (400, 42), &["Timestamp"]);
    let on_credit = json!({"PurchaseType": "cash", "PaymentDate": "2026-12-01"});
    caller.refused(
        ("POST", "v1.2/vouchers/purchase", &on_credit),
        (400, 42),
        &["PaymentDate"],
    );
    caller.well("DELETE", &one, &json!({"Timestamp": caller.version(&one)}));
}

#[test]
fn mail_goes_out_when_it_may() {
    let caller = Caller::new();
    let mail = json!({"ShouldAddTrustPilotEmailAsBcc": false});
    let draft = caller.draft("v1/invoices");
    caller.refused(
        ("POST", &format!("v1/invoices/{draft}/email"), &mail),
        (400, 42),
        &[],
    );
    let id = caller.booked("v1/invoices");
    let email = format!("v1/invoices/{id}/email");
    let worded = json!({"ShouldAddTrustPilotEmailAsBcc": false, "Message": "Kom og hent"});
    caller.refused(("POST", &email, &worded), (400, 42), &["Message"]);
    let nowhere = json!({"ShouldAddTrustPilotEmailAsBcc": false, "Receiver": "ingen steder"});
    caller.refused(("POST", &email, &nowhere), (400, 42), &["Receiver"]);
    caller.refused(
        ("POST", &format!("{email}/pre-reminder"), &mail),
        (400, 42),
        &[],
    );
    caller.well("POST", &email, &mail);
    let sent = caller.read(&format!("v1/invoices/{id}/mailouts"));
    assert_eq!(
        (&sent[0]["Receiver"], sent.get(1)),
        (&json!("most@example.dk"), None)
    );
    let sms = json!({"ReceiverPhoneNumber": "20304050", "ReceiverName": "Åse", "IsReminder": false,
                     "Timestamp": caller.version(&format!("v1/invoices/{id}"))});
    caller.well("POST", &format!("v1/sms/{id}/send-sms"), &sms);
    let count = |query: &str| {
        caller
            .read(&format!("v1/invoices/{id}/mailouts{query}"))
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!((count(""), count("?includeSms=true")), (1, 2));
}

#[test]
fn entries_want_days_of_one_year_and_changes_a_month() {
    let caller = Caller::new();
    for (query, code, field) in [
        ("entries", 42, "fromDate"),
        ("entries?fromDate=2026-01-01", 42, "toDate"),
        (
            "entries?fromDate=2026-01-01&toDate=31.12.2026",
            42,
            "toDate",
        ),
        (
            "entries?fromDate=2025-12-01&toDate=2026-01-31",
            42,
            "toDate",
        ),
        (
            "entries?fromDate=2026-02-01&toDate=2026-01-31",
            42,
            "toDate",
        ),
        (
            "entries/changes?changesFrom=2026-01-01T00:00:00Z",
            42,
            "changesTo",
        ),
        (
            "entries/changes?changesFrom=2026-01-01T00:00:00Z&changesTo=2026-02-01T00:00:01Z",
            43,
            "changesTo",
        ),
    ] {
        caller.refused(
            ("GET", &format!("v1/{query}"), &Value::Null),
            (400, code),
            &[field],
        );
    }
    let month =
        "v1/entries/changes?changesFrom=2026-05-01T00:00:00Z&changesTo=2026-06-01T00:00:00Z";
    assert!(!caller.read(month).as_array().unwrap().is_empty());
}

#[test]
fn parameters_of_every_list_are_read() {
    let caller = Caller::new();
    for (query, code, field) in [
        ("products?pageSize=1001", 43, "pageSize"),
        ("products?fields=Guid", 42, "fields"),
        ("products?queryFilter=Unit+eq+'km'", 42, "queryFilter"),
        ("products?deletedOnly=ja", 42, "deletedOnly"),
        ("tradeoffers?sort=Farve", 42, "sort"),
        ("tradeoffers?sort=Date&sortOrder=ned", 42, "sortOrder"),
        ("sales/creditnotes?endDate=2026-01-01", 42, "startDate"),
        ("files?uploadedAfter=2026-01-01", 42, "uploadedAfter"),
        ("files?fileStatus=Gemt", 42, "fileStatus"),
        ("files?pageSize=1001", 43, "pageSize"),
        ("accounts/entry?fields=Farve", 42, "fields"),
    ] {
        caller.refused(
            ("GET", &format!("v1/{query}"), &Value::Null),
            (400, code),
            &[field],
        );
    }
    let found = caller.read("v1/products?freeTextSearch=BUNDMALING&fields=NAME");
    assert_eq!(
        found["Collection"],
        json!([{"NAME": "Bundmaling, ærtegrøn"}])
    );
    let accounts = caller.read("v1/accounts/purchase?fields=accountnumber");
    let numbers = accounts
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["accountnumber"].as_u64().unwrap());
    assert!(
        numbers.clone().count() > 0
            && numbers
                .clone()
                .all(|number| (2000..=9399).contains(&number))
    );
}

#[test]
fn whoever_asks_for_octets_gets_a_pdf() {
    let caller = Caller::new();
    let (invoice, offer) = (caller.booked("v1/invoices"), caller.draft("v1/tradeoffers"));
    let reminder = caller.make(
        &format!("v1/invoices/{invoice}/reminders"),
        "Guid",
        &json!({}),
    );
    for path in [
        format!("invoices/{invoice}"),
        format!("invoices/{invoice}/reminders/{reminder}"),
        format!("tradeoffers/{offer}"),
    ] {
        let target = format!("/v1/{COMPANY}/{path}");
        let answer = caller.send("GET", &target, &["Accept: application/octet-stream"], "");
        assert_eq!(
            answer.header("content-type"),
            Some("application/pdf"),
            "{path}"
        );
        let start = answer
            .body
            .split("startxref\n")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap();
        assert!(
            answer.body[start.parse::<usize>().unwrap()..].starts_with("xref"),
            "{path}"
        );
        assert!(answer.body.ends_with("%%EOF\n"));
    }
    let missing = format!("/v1/{COMPANY}/invoices/{NOBODY}");
    let answer = caller.send("GET", &missing, &["Accept: application/octet-stream"], "");
    assert_refused(&answer, (400, 63), &[]);
}
