//! What is made in the sandbox is there: read, changed, read again, deleted, gone.

use super::caller::{COMPANY, Caller, contact, line};
use serde_json::{Value, json};

/// A kind of thing that is made, read, changed and deleted.
struct Trip {
    make: &'static str,
    key: &'static str,
    read: &'static str,
    change: &'static str,
    /// The field that is changed.
    field: &'static str,
    missing: (u16, u16),
}

const CONTACT: Trip = Trip {
    make: "v1/contacts",
    key: "ContactGuid",
    read: "v1/contacts",
    change: "v2/contacts",
    field: "Name",
    missing: (404, 40),
};
const NOTE: Trip = Trip {
    make: "v1/contacts/@/notes",
    key: "NoteGuid",
    read: "v1/contacts/@/notes",
    change: "v1/contacts/@/notes",
    field: "Text",
    ..CONTACT
};
const PRODUCT: Trip = Trip {
    make: "v1/products",
    key: "ProductGuid",
    read: "v1/products",
    change: "v1/products",
    ..CONTACT
};
const INVOICE: Trip = Trip {
    make: "v1/invoices",
    key: "Guid",
    read: "v1/invoices",
    change: "v1.2/invoices",
    field: "Description",
    missing: (400, 63),
};
const CREDIT_NOTE: Trip = Trip {
    make: "v1/sales/creditnotes",
    read: "v1/sales/creditnotes",
    change: "v1.2/sales/creditnotes",
    ..INVOICE
};
const TRADE_OFFER: Trip = Trip {
    make: "v1/tradeoffers",
    read: "v1/tradeoffers",
    change: "v1.2/tradeoffers",
    ..INVOICE
};
const MANUAL_VOUCHER: Trip = Trip {
    make: "v1/vouchers/manuel",
    read: "v1/vouchers/manuel",
    change: "v1/vouchers/manuel",
    field: "ExternalReference",
    ..INVOICE
};
const PURCHASE: Trip = Trip {
    make: "v1.2/vouchers/purchase",
    read: "v1/vouchers/purchase",
    change: "v1.1/vouchers/purchase",
    field: "ExternalReference",
    ..INVOICE
};

#[test]
fn what_is_made_is_read_changed_and_deleted() {
    let caller = Caller::new();
    let parent = caller.contact();
    let sale = || json!({"ContactGuid": parent, "Description": "først", "ProductLines": [line()]});
    let lines = json!([{"Amount": 10, "AccountNumber": 2000}]);
    let product = json!({"BaseAmountValue": 1, "Quantity": 1, "AccountNumber": 1000, "Unit": "km",
                         "Name": "først"});
    let purchase = json!({"PurchaseType": "credit", "VoucherDate": "2026-04-01", "ContactGuid": parent,
                          "ExternalReference": "først", "Lines": lines});
    for (trip, body) in [
        (CONTACT, contact()),
        (NOTE, json!({"Text": "først"})),
        (PRODUCT, product),
        (INVOICE, sale()),
        (CREDIT_NOTE, sale()),
        (TRADE_OFFER, sale()),
        (
            MANUAL_VOUCHER,
            json!({"ExternalReference": "først", "Lines": lines}),
        ),
        (PURCHASE, purchase),
    ] {
        walk(&caller, &trip, &parent, body);
    }
}

/// Makes one, reads it, changes it, reads it again, deletes it and finds it gone.
fn walk(caller: &Caller, trip: &Trip, parent: &str, mut body: Value) {
    let id = caller.make(&trip.make.replace('@', parent), trip.key, &body);
    let one = format!("{}/{id}", trip.read.replace('@', parent));
    let before = caller.read(&one);
    assert_eq!(before[trip.key], id.as_str());
    assert_eq!(before[trip.field], body[trip.field], "{one}");
    let version = |row: &Value| {
        let names = ["TimeStamp", "Timestamp"];
        names
            .iter()
            .find_map(|name| row[name].as_str().map(str::to_owned))
    };
    body[trip.field] = json!("siden, æ");
    let first = version(&before);
    if let Some(version) = &first {
        body["Timestamp"] = json!(version);
        assert_eq!(version.len(), 16);
        assert!(version.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
    caller.well(
        "PUT",
        &format!("{}/{id}", trip.change.replace('@', parent)),
        &body,
    );
    let after = caller.read(&one);
    assert_eq!(after[trip.field], "siden, æ", "{one}");
    let second = version(&after);
    assert!(second != first || first.is_none(), "{one}");
    let stamp = second.map_or(Value::Null, |version| json!({"Timestamp": version}));
    assert_eq!(caller.well("DELETE", &one, &stamp), Value::Null, "{one}");
    caller.refused(("GET", &one, &Value::Null), trip.missing, &[]);
    caller.refused(("DELETE", &one, &stamp), trip.missing, &[]);
}

#[test]
fn a_list_shows_what_was_made_and_what_was_deleted() {
    let caller = Caller::new();
    let id = caller.contact();
    let filter = "queryFilter=VatNumber+eq+'12345678'&fields=contactGuid,DeletedAt";
    let count =
        |path: &str| caller.read(&format!("{path}?{filter}"))["Pagination"]["Result"].clone();
    let deleted = "v1/contacts?deletedOnly=true&fields=contactGuid";
    assert_eq!(count("v1/contacts"), 1);
    assert_eq!(caller.read(deleted)["Collection"], json!([]));
    caller.well("DELETE", &format!("v1/contacts/{id}"), &Value::Null);
    assert_eq!(
        (count("v1/contacts"), count("v2/contacts")),
        (json!(0), json!(1))
    );
    assert_eq!(
        caller.read(deleted)["Collection"],
        json!([{"contactGuid": id}])
    );
    let since = "v1/contacts?changesSince=2020-01-01T00:00:00Z&fields=contactGuid";
    let listed = caller.read(since)["Collection"].clone();
    assert!(
        listed
            .as_array()
            .unwrap()
            .contains(&json!({"contactGuid": id}))
    );
    caller.well("POST", &format!("v1/contacts/{id}/restore"), &Value::Null);
    assert_eq!(count("v1/contacts"), 1);
    assert_eq!(
        caller.read(&format!("v1/contacts/{id}"))["DeletedAt"],
        Value::Null
    );
}

#[test]
fn what_a_change_leaves_out_is_emptied() {
    let caller = Caller::new();
    let id = caller.contact();
    let mut body = contact();
    body.as_object_mut().unwrap().remove("Email");
    caller.well("PUT", &format!("v2/contacts/{id}"), &body);
    let row = caller.read(&format!("v1/contacts/{id}"));
    assert_eq!(
        (&row["Email"], &row["VatNumber"]),
        (&Value::Null, &json!("12345678"))
    );
}

#[test]
fn amounts_come_back_digit_by_digit() {
    let caller = Caller::new();
    let body = r#"{"BaseAmountValue":0.1000,"Quantity":3.0,"AccountNumber":1000,"Unit":"parts","Name":"æ"}"#;
    let made = caller.call("POST", "v1/products", body).text("ProductGuid");
    let read = caller.call("GET", &format!("v1/products/{made}"), "").body;
    assert!(
        read.contains("\"BaseAmountValue\":0.1000,\"Quantity\":3.0,"),
        "{read}"
    );
    let lines = r#"{"ProductLines":[{"BaseAmountValue":0.1,"Quantity":3,"AccountNumber":1000,"Discount":0,
        "Description":"æ"},{"BaseAmountValue":33.335,"Quantity":1,"AccountNumber":1050,"Discount":12.5,
        "Description":"ø"}]}"#;
    let fetched = caller.call("POST", "v1/invoices/fetch", lines).body;
    let totals = "\"TotalExclVat\":29.47,\"TotalVat\":0.08,\"TotalInclVat\":29.55,";
    assert!(fetched.contains(totals), "{fetched}");
}

#[test]
fn totals_are_calculated_and_nothing_is_stored() {
    let caller = Caller::new();
    let count =
        || caller.read("v1/invoices?pageSize=1")["Pagination"]["ResultWithoutFilter"].clone();
    let before = count();
    let totals = caller.well(
        "POST",
        "v1/invoices/fetch",
        &json!({"ProductLines": [line()]}),
    );
    assert_eq!(totals["ProductLines"][0]["TotalAmountInclVat"], 250.0);
    assert_eq!(count(), before);
}

#[test]
fn a_file_comes_back_as_it_was_sent() {
    let caller = Caller::new();
    let sent = caller.send_file(
        "v1/files?fileName=k%C3%B8b.png",
        "bilag.png",
        "image/png",
        "\r\nPNG \r\n--x",
    );
    let id = sent.text("FileGuid");
    assert_eq!(id.len(), 32);
    let target = format!("/v1/{COMPANY}/files/{id}");
    let read = caller.send("GET", &target, &[], "");
    assert_eq!(
        (read.body.as_str(), read.header("content-type")),
        ("\r\nPNG \r\n--x", Some("image/png"))
    );
    let of = |query: &str| {
        let files = caller.read(&format!("v1/files?{query}"));
        let files = files.as_array().unwrap().clone();
        files
            .into_iter()
            .find(|file| file["FileGuid"] == id.as_str())
    };
    assert_eq!(of("extensions=jpg,png").unwrap()["Name"], "køb.png");
    assert_eq!(of("extensions=pdf"), None);
    assert_eq!(of("fileStatus=Used"), None);
    let voucher = json!({"PurchaseType": "cash", "FileGuid": id, "Lines": []});
    let voucher = caller.make("v1.2/vouchers/purchase", "Guid", &voucher);
    assert_eq!(of("fileStatus=Used").unwrap()["FileStatus"], "Used");
    let drafts = caller.read(&format!("v1/vouchers/purchase/fileguid/{id}"));
    assert_eq!(drafts, json!([{"Guid": voucher}]));
    let attachment = caller.upload("v1/files/attachment");
    assert!(
        !caller
            .call("GET", "v1/files", "")
            .body
            .contains(&attachment),
        "no file of the archive"
    );
    let attached = format!("v1/attachments/{voucher}/{attachment}");
    caller.well("POST", &format!("{attached}/bilag.pdf"), &Value::Null);
    let listed = caller.read(&format!("v1/attachments/{voucher}"));
    assert_eq!(
        listed,
        json!([{"FileGuid": attachment, "FileName": "bilag.pdf"}])
    );
    caller.well("DELETE", &attached, &Value::Null);
    assert_eq!(caller.read(&format!("v1/attachments/{voucher}")), json!([]));
}

#[test]
fn an_event_is_subscribed_and_unsubscribed() {
    let caller = Caller::new();
    let event = caller.read("v1/webhooks/events")[1]["EventId"].clone();
    let subscribed = || caller.read("v1/webhooks/subscriptions").to_string();
    let body = json!({"EventId": event, "Uri": "https://hook.example/a"});
    caller.well("POST", "v1/webhooks/subscribe", &body);
    assert!(subscribed().contains("https://hook.example/a"));
    caller.well(
        "DELETE",
        "v1/webhooks/unsubscribe",
        &json!({"EventId": event}),
    );
    assert!(!subscribed().contains("https://hook.example/a"));
    caller.refused(
        (
            "DELETE",
            "v1/webhooks/unsubscribe",
            &json!({"EventId": event}),
        ),
        (404, 40),
        &[],
    );
}

#[test]
fn a_sandbox_forgets_when_it_ends() {
    let caller = Caller::new();
    let id = caller.contact();
    let other = Caller::new();
    other.refused(
        ("GET", &format!("v1/contacts/{id}"), &Value::Null),
        (404, 40),
        &[],
    );
}
