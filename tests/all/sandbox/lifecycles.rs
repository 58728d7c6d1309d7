//! What becomes of a voucher: booked, paid, reminded of, turned into another, seen in entries and reports.

use super::caller::{Caller, line};
use serde_json::{Value, json};

#[test]
fn an_invoice_goes_from_draft_to_paid() {
    let caller = Caller::new();
    let id = caller.draft("v1/invoices");
    let one = format!("v1/invoices/{id}");
    let draft = caller.read(&one);
    assert_eq!(
        (&draft["Status"], &draft["Number"]),
        (&json!("Draft"), &Value::Null)
    );
    assert_eq!(draft["TotalInclVat"], 250.0);
    assert_eq!(draft["ContactName"], "Æblehavens Mosteri ApS");
    caller.book(&one);
    let booked = caller.read(&one);
    assert_eq!(booked["Status"], "Booked");
    assert!(booked["Number"].as_u64().unwrap() > 2000);
    let paid = |amount: &str| {
        let version = caller.version(&one);
        let body = format!(
            r#"{{"Timestamp":"{version}","DepositAccountNumber":55000,"RemainderIsFee":false,
                 "Description":"rate","Amount":{amount}}}"#
        );
        let answer = caller.call("POST", &format!("{one}/payments"), &body);
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.text("RelatedVoucherGuid"), id);
        answer.text("Guid")
    };
    let payments = format!("v2/invoices/{id}/payments");
    let remains = || caller.read(&payments)["RemainingAmount"].as_f64().unwrap();
    paid("100.10");
    let rest = paid("149.90");
    assert!(remains().abs() < f64::EPSILON);
    assert_eq!(caller.read(&one)["Status"], "Paid");
    let stamp = json!({"Timestamp": caller.version(&one)});
    caller.well("DELETE", &format!("{one}/payments/{rest}"), &stamp);
    assert!((remains() - 149.9).abs() < f64::EPSILON);
    assert_eq!(caller.read(&one)["Status"], "Booked");
    let text = caller.call("GET", &payments, "").body;
    assert!(
        text.contains("\"PaidAmount\":100.10,\"RemainingAmount\":149.90"),
        "{text}"
    );
}

#[test]
fn an_offer_becomes_an_invoice_and_an_invoice_a_credit_note() {
    let caller = Caller::new();
    let offer = caller.draft("v1/tradeoffers");
    let path = format!("v1/tradeoffers/{offer}/generate-invoice");
    let invoice = caller.make(&path, "Guid", &Value::Null);
    let one = format!("v1/invoices/{invoice}");
    let draft = caller.read(&one);
    assert_eq!(
        (&draft["Status"], &draft["TotalInclVat"]),
        (&json!("Draft"), &json!(250.0))
    );
    let generate = format!("{one}/generate-creditnote");
    caller.refused(("POST", &generate, &json!({})), (400, 42), &[]);
    caller.book(&one);
    let note = caller.make(&generate, "Guid", &json!({}));
    let note = caller.read(&format!("v1/sales/creditnotes/{note}"));
    assert_eq!(note["CreditNoteFor"], invoice.as_str());
    let sales = caller.read("v1/sales?fields=Guid,Type&pageSize=1000");
    let types: Vec<&Value> = sales["Collection"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["Guid"] == note["Guid"] || row["Guid"] == invoice.as_str())
        .map(|row| &row["Type"])
        .collect();
    assert_eq!(types.len(), 2);
    assert!(types.contains(&&json!("Invoice")) && types.contains(&&json!("CreditNote")));
}

#[test]
fn a_ledger_item_is_booked_after_a_while() {
    let caller = Caller::new();
    let lines = json!([{"Amount": 12.5, "AccountNumber": 2000, "BalancingAccountNumber": 55000}]);
    let made = caller.well(
        "POST",
        "v1.2/ledgeritems",
        &json!([{"Lines": lines, "VoucherDate": "2026-05-05"}]),
    );
    let changed = json!([{"Id": made[0]["Id"], "Version": made[0]["Version"], "Lines": [], "VoucherNumber": 77}]);
    let second = caller.well("PUT", "v1/ledgeritems", &changed);
    assert_eq!(second[0]["Id"], made[0]["Id"]);
    assert_ne!(second[0]["Version"], made[0]["Version"]);
    caller.refused(("PUT", "v1/ledgeritems", &changed), (400, 58), &[]);
    caller.refused(("POST", "v1/ledgeritems/book", &made), (400, 58), &[]);
    let read = caller.well("POST", "v1/ledgeritems/ledgers", &second);
    assert_eq!(
        (&read[0]["VoucherNumber"], &read[0]["Lines"]),
        (&json!(77), &json!([]))
    );
    let status = || {
        let ids = json!([{"Id": made[0]["Id"]}]);
        caller.well("POST", "v1/ledgeritems/status", &ids)[0]["Status"].clone()
    };
    assert_eq!(status(), "Draft");
    caller.well("POST", "v1/ledgeritems/book", &second);
    assert_eq!(
        (status(), status()),
        (json!("PendingBooking"), json!("Booked"))
    );
    let gone = caller.refused(
        ("POST", "v1/ledgeritems/ledgers", &second),
        (400, 42),
        &["[0].Id"],
    );
    assert_eq!(gone["validationErrors"]["[0].Id"], "ledgerItemNotFound");
    caller.refused(("DELETE", "v1/ledgeritems/delete", &second), (400, 42), &[]);
    let other = caller.well("POST", "v1.2/ledgeritems", &json!([{}, {}]));
    caller.well("DELETE", "v1/ledgeritems/delete", &other);
    caller.refused(
        ("POST", "v1/ledgeritems/status", &other),
        (400, 42),
        &["[0].Id"],
    );
}

#[test]
fn an_invoice_has_three_reminders_ten_days_apart() {
    let caller = Caller::new();
    let invoice = caller.booked("v1/invoices");
    let path = format!("v1/invoices/{invoice}/reminders");
    let mut dates = Vec::new();
    for _ in 0..3 {
        let next = caller.read(&format!("{path}/next"));
        let id = caller.make(&path, "Guid", &json!({}));
        let made = caller.read(&format!("{path}/{id}"));
        assert_eq!(made["Date"], next["Date"]);
        dates.push(
            made["Date"]
                .as_str()
                .unwrap()
                .parse::<jiff::civil::Date>()
                .unwrap(),
        );
    }
    assert_eq!((dates[1] - dates[0]).get_days(), 10);
    for (method, path) in [("POST", path.clone()), ("GET", format!("{path}/next"))] {
        let body = if method == "GET" {
            Value::Null
        } else {
            json!({})
        };
        caller.refused((method, &path, &body), (400, 43), &[]);
    }
    let draft = caller.draft("v1/invoices");
    caller.refused(
        (
            "POST",
            &format!("v1/invoices/{draft}/reminders"),
            &json!({}),
        ),
        (400, 42),
        &[],
    );
}

#[test]
fn what_is_booked_shows_in_entries_and_reports() {
    let caller = Caller::new();
    let body =
        json!({"ContactGuid": caller.contact(), "Date": "2025-07-01", "ProductLines": [line()]});
    let invoice = caller.make("v1/invoices", "Guid", &body);
    let of_invoice = || {
        let all = caller.read("v1/entries?fromDate=2025-01-01&toDate=2025-12-31");
        let mut all = all.as_array().unwrap().clone();
        all.retain(|entry| entry["VoucherGuid"] == invoice.as_str());
        all
    };
    assert_eq!(of_invoice(), Vec::<Value>::new(), "a draft has none");
    caller.book(&format!("v1/invoices/{invoice}"));
    let amounts: Vec<f64> = of_invoice()
        .iter()
        .map(|entry| entry["Amount"].as_f64().unwrap())
        .collect();
    assert_eq!(amounts, [250.0, -200.0, -50.0]);
    let result = caller.read("v1/2025/reports/result");
    assert_eq!(
        result,
        json!([{"AccountNumber": 1000, "AccountName": "Salg af varer/ydelser m/moms",
                               "Amount": -200.0}])
    );
    let primo = caller.read("v1/entries?fromDate=2025-01-01&toDate=2025-01-01");
    assert_eq!(primo[0]["Type"], "Primo");
    let without =
        caller.read("v1/entries?fromDate=2025-01-01&toDate=2025-01-01&includePrimo=false");
    assert_eq!(without, json!([]));
    caller.refused(
        ("GET", "v1/1999/reports/saldo", &Value::Null),
        (404, 40),
        &[],
    );
}

#[test]
fn a_purchase_on_credit_is_paid() {
    let caller = Caller::new();
    let body = json!({
        "PurchaseType": "credit", "ContactGuid": caller.contact(), "PaymentDate": "2026-12-01",
        "VoucherDate": "2026-11-01", "Lines": [{"Amount": 125, "AccountNumber": 2000}],
    });
    let similar = || caller.well("POST", "v1/vouchers/purchase/similar", &body);
    assert_eq!(similar(), json!([]));
    let id = caller.make("v1.2/vouchers/purchase", "Guid", &body);
    assert_eq!(similar()[0]["Guid"], id.as_str());
    let one = format!("v1/vouchers/purchase/{id}");
    let payments = format!("v1/purchase-vouchers/{id}/payments");
    let payment = || {
        json!({"Timestamp": caller.version(&one), "DepositAccountNumber": 55000, "RemainderIsFee": false,
               "Description": "rate", "Amount": 25})
    };
    caller.refused(("POST", &payments, &payment()), (400, 42), &[]);
    caller.book(&one);
    let made = caller.make(&payments, "Guid", &payment());
    assert_eq!(caller.read(&payments)["RemainingAmount"], 100.0);
    let outdated = format!("{payments}/{made}/0000000000000001");
    caller.refused(("DELETE", &outdated, &Value::Null), (400, 58), &[]);
    let version = caller.version(&one);
    caller.well(
        "DELETE",
        &format!("{payments}/{made}/{version}"),
        &Value::Null,
    );
    assert_eq!(caller.read(&payments)["RemainingAmount"], 125.0);
}
