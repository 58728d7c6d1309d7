//! What an operation is about, made before it is called: a draft to be booked, a booked invoice to be paid.

use super::super::caller::{Caller, contact, line};
use dineroscope::core::dinero::catalogue::{BodyKind, Operation};
use serde_json::{Map, Value, json};

/// Makes what an operation is about: the values of its path, and fields of its body that are no sample.
pub(super) fn prepared(
    caller: &Caller,
    operation: &Operation,
) -> (Vec<String>, Map<String, Value>) {
    let (resource, verb) = operation.name.split_once('.').unwrap();
    let mut given = Map::new();
    let mut set = |name: &str, value: Value| drop(given.insert(name.to_owned(), value));
    for (name, value) in [
        ("ProductLines", json!([line()])),
        (
            "Lines",
            json!([{"Amount": 10.5, "AccountNumber": 2000, "Description": "Æbler"}]),
        ),
        ("EventId", json!("entries")),
        ("Uri", json!("https://hook.example/æ")),
        ("Receiver", json!("kunde@example.dk")),
        ("Message", json!("Se [link-to-pdf]")),
        ("VatCode", json!("none")),
    ] {
        set(name, value);
    }
    if operation.body == Some(BodyKind::Object("AccountCreateModel".to_owned())) {
        set("Number", json!(1234));
    }
    if operation.body == Some(BodyKind::Object("DepositCreateModel".to_owned())) {
        set("Number", json!(55_123));
    }
    let sales = ["invoices", "credit-notes", "trade-offers"];
    if sales.contains(&resource) || resource == "reminders" || resource.starts_with("purchase") {
        set("ContactGuid", json!(caller.contact()));
    }
    let parameters = operation.in_path.len() - usize::from(operation.names_organization());
    if parameters == 0 && resource != "ledger" {
        return (Vec::new(), given);
    }
    let values = match resource {
        "contacts" => of_contact(caller, verb, parameters),
        "products" => {
            let body =
                json!({"BaseAmountValue": 1, "Quantity": 1, "AccountNumber": 1000, "Unit": "km"});
            vec![caller.make("v1/products", "ProductGuid", &body)]
        }
        "invoices" | "credit-notes" | "trade-offers" => {
            let (values, version) = of_sale(caller, resource, verb);
            set("Timestamp", json!(version));
            values
        }
        "reminders" => {
            let (values, version) = of_reminder(caller, verb, parameters);
            set("Timestamp", json!(version));
            values
        }
        "ledger" => {
            if verb != "create" {
                let made = caller.well("POST", "v1.2/ledgeritems", &json!([{"Lines": []}]));
                set("Id", made[0]["Id"].clone());
                set("Version", made[0]["Version"].clone());
            }
            Vec::new()
        }
        "manual-vouchers" => {
            let id = caller.make(
                "v1/vouchers/manuel",
                "Guid",
                &json!({"Lines": [{"Amount": 1, "AccountNumber": 2000}]}),
            );
            set(
                "Timestamp",
                json!(caller.version(&format!("v1/vouchers/manuel/{id}"))),
            );
            vec![id]
        }
        "purchases" | "purchase-credit-notes" => {
            let (values, version) = of_purchase(caller, resource, verb);
            set("Timestamp", json!(version));
            values
        }
        "reports" => vec!["2026".to_owned()],
        "files" => vec![caller.upload("v1/files")],
        "attachments" => of_attachment(caller, verb),
        other => panic!("nothing is prepared for {other}"),
    };
    (values, given)
}

fn of_contact(caller: &Caller, verb: &str, parameters: usize) -> Vec<String> {
    let id = caller.make("v1/contacts", "ContactGuid", &contact());
    let note = caller.make(
        &format!("v1/contacts/{id}/notes"),
        "NoteGuid",
        &json!({"Text": "Æbler"}),
    );
    if verb == "restore" {
        caller.well("DELETE", &format!("v1/contacts/{id}"), &Value::Null);
    }
    vec![id, note].into_iter().take(parameters).collect()
}

fn of_sale(caller: &Caller, resource: &str, verb: &str) -> (Vec<String>, String) {
    let path = match resource {
        "invoices" => "v1/invoices",
        "credit-notes" => "v1/sales/creditnotes",
        _ => "v1/tradeoffers",
    };
    let id = match verb {
        "update" | "delete" | "book" => caller.draft(path),
        "pre-reminder" => {
            let page = caller.read("v1/invoices?statusFilter=Overdue&fields=Guid&pageSize=1");
            page["Collection"][0]["Guid"].as_str().unwrap().to_owned()
        }
        _ if resource == "trade-offers" => caller.draft(path),
        _ => caller.booked(path),
    };
    let mut values = vec![id.clone()];
    if verb == "payments-delete" {
        let body = payment(&caller.version(&format!("{path}/{id}")));
        values.push(caller.make(&format!("{path}/{id}/payments"), "Guid", &body));
    }
    if verb == "mailouts" {
        let mail = json!({"ShouldAddTrustPilotEmailAsBcc": false});
        caller.well("POST", &format!("{path}/{id}/email"), &mail);
    }
    (values, caller.version(&format!("{path}/{id}")))
}

fn payment(version: &str) -> Value {
    json!({"Timestamp": version, "DepositAccountNumber": 55000, "RemainderIsFee": false,
           "Description": "Indbetaling", "Amount": 50.25})
}

fn of_reminder(caller: &Caller, verb: &str, parameters: usize) -> (Vec<String>, String) {
    let invoice = caller.booked("v1/invoices");
    let path = format!("v1/invoices/{invoice}/reminders");
    let id = caller.make(&path, "Guid", &json!({}));
    let one = format!("{path}/{id}");
    if ["email", "e-reminder"].contains(&verb) {
        caller.book(&one);
    }
    let of = if parameters == 2 {
        one
    } else {
        format!("v1/invoices/{invoice}")
    };
    let version = caller.version(&of);
    (
        vec![invoice, id].into_iter().take(parameters).collect(),
        version,
    )
}

fn of_purchase(caller: &Caller, resource: &str, verb: &str) -> (Vec<String>, String) {
    let lines = json!([{"Amount": 125, "AccountNumber": 2000}]);
    if resource == "purchase-credit-notes" {
        let path = "v1/vouchers/purchase/creditnotes";
        let id = caller.make(path, "Guid", &json!({"Lines": lines}));
        let version = caller.version(&format!("{path}/{id}"));
        return (vec![id], version);
    }
    let file = caller.upload("v1/files");
    let body = json!({
        "PurchaseType": "credit", "ContactGuid": caller.contact(), "PaymentDate": "2026-12-01",
        "FileGuid": file, "Lines": lines,
    });
    let id = caller.make("v1.2/vouchers/purchase", "Guid", &body);
    if verb == "of-file" {
        return (vec![file], String::new());
    }
    let one = format!("v1/vouchers/purchase/{id}");
    if verb.starts_with("payments") || verb == "generate-credit-note" {
        caller.book(&one);
    }
    let mut values = vec![id.clone()];
    if verb == "payments-delete" {
        let body = payment(&caller.version(&one));
        values.push(caller.make(
            &format!("v1/purchase-vouchers/{id}/payments"),
            "Guid",
            &body,
        ));
        values.push(caller.version(&one));
    }
    (values, caller.version(&one))
}

fn of_attachment(caller: &Caller, verb: &str) -> Vec<String> {
    let (document, file) = (
        caller.draft("v1/invoices"),
        caller.upload("v1/files/attachment"),
    );
    if verb != "add" {
        caller.well(
            "POST",
            &format!("v1/attachments/{document}/{file}/bilag.pdf"),
            &Value::Null,
        );
    }
    match verb {
        "list" => vec![document],
        "add" => vec![document, file, "bilag.pdf".to_owned()],
        "bind-default" => vec![document, "invoice".to_owned()],
        _ => vec![document, file],
    }
}
