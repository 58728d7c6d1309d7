//! The kinds of things that a company has, as a table: what names one, its version, what is said of one that
//! is not there or there already.

use super::data;
use crate::core::dinero::catalogue::{self, BodyKind, Operation};
use axum::http::StatusCode;

/// A kind of thing.
#[derive(Debug)]
pub(super) struct Kind {
    /// The first word of its operations.
    pub(super) name: &'static str,
    /// What one is called in an error.
    pub(super) one: &'static str,
    /// The operation that reads one: its answer has the fields. Empty where there is none.
    pub(super) read: &'static str,
    /// The operation that makes one: its body has further fields. Empty where there is none.
    pub(super) create: &'static str,
    /// The field that names one.
    pub(super) key: &'static str,
    /// The field of its version; empty where it has none.
    pub(super) version: &'static str,
    /// Status and code for one that is not there.
    pub(super) missing: (StatusCode, u16),
    /// The field that `startDate` and `endDate` mean; empty where a list does not take them.
    pub(super) date: &'static str,
    /// The fields that `freeTextSearch` looks through.
    pub(super) searched: &'static [&'static str],
    /// The field of its lines; empty where it has none.
    pub(super) lines: &'static str,
    /// Fields that its rows have beyond those of the catalogue.
    pub(super) further: &'static [&'static str],
}

/// A thing that has nothing special: found by `Guid`, and 404 with code 40 where it is not.
const PLAIN: Kind = Kind {
    name: "",
    one: "",
    read: "",
    create: "",
    key: "Guid",
    version: "",
    missing: (StatusCode::NOT_FOUND, 40),
    date: "",
    searched: &[],
    lines: "",
    further: &[],
};

/// A voucher: Dinero answers 400 with code 63 for one that is not there.
const VOUCHER: Kind = Kind {
    version: "TimeStamp",
    missing: (StatusCode::BAD_REQUEST, 63),
    searched: &["ContactName", "Description", "Number"],
    lines: "ProductLines",
    ..PLAIN
};

/// Customers and suppliers.
pub(super) const CONTACTS: Kind = Kind {
    name: "contacts",
    one: "contact",
    read: "contacts.get",
    create: "contacts.create",
    key: "ContactGuid",
    further: data::CONTACT_FIELDS,
    ..PLAIN
};

/// What is written about a contact.
pub(super) const NOTES: Kind = Kind {
    name: "notes",
    one: "note",
    read: "contacts.notes-get",
    create: "contacts.notes-create",
    key: "NoteGuid",
    ..PLAIN
};

/// Products and services.
pub(super) const PRODUCTS: Kind = Kind {
    name: "products",
    one: "product",
    read: "products.get",
    create: "products.create",
    key: "ProductGuid",
    searched: &["Name", "ProductNumber", "Comment"],
    ..PLAIN
};

/// Sales invoices.
pub(super) const INVOICES: Kind = Kind {
    name: "invoices",
    one: "invoice",
    read: "invoices.get",
    create: "invoices.create",
    date: "Date",
    further: data::INVOICE_FIELDS,
    ..VOUCHER
};

/// Credit notes.
pub(super) const CREDIT_NOTES: Kind = Kind {
    name: "credit-notes",
    one: "credit note",
    read: "credit-notes.get",
    create: "credit-notes.create",
    date: "Date",
    further: data::INVOICE_FIELDS,
    ..VOUCHER
};

/// Offers to customers.
pub(super) const TRADE_OFFERS: Kind = Kind {
    name: "trade-offers",
    one: "trade offer",
    read: "trade-offers.get",
    create: "trade-offers.create",
    ..VOUCHER
};

/// What was paid of a voucher.
pub(super) const PAYMENTS: Kind = Kind {
    name: "payments",
    one: "payment",
    missing: (StatusCode::BAD_REQUEST, 63),
    ..PLAIN
};

/// What was sent of a voucher.
pub(super) const MAILOUTS: Kind = Kind {
    name: "mailouts",
    one: "mail",
    ..PLAIN
};

/// Reminders of an invoice.
pub(super) const REMINDERS: Kind = Kind {
    name: "reminders",
    one: "reminder",
    read: "reminders.get",
    create: "reminders.create",
    key: "Id",
    lines: "",
    ..VOUCHER
};

/// Items of the ledger.
pub(super) const LEDGER: Kind = Kind {
    name: "ledger",
    one: "ledger item",
    create: "ledger.create",
    key: "Id",
    version: "Version",
    missing: (StatusCode::BAD_REQUEST, 42),
    lines: "Lines",
    ..PLAIN
};

/// Manual vouchers.
pub(super) const MANUAL_VOUCHERS: Kind = Kind {
    name: "manual-vouchers",
    one: "manual voucher",
    read: "manual-vouchers.get",
    create: "manual-vouchers.create",
    version: "Timestamp",
    lines: "Lines",
    ..VOUCHER
};

/// Purchase vouchers.
pub(super) const PURCHASES: Kind = Kind {
    name: "purchases",
    one: "purchase voucher",
    read: "purchases.get",
    create: "purchases.create",
    version: "Timestamp",
    lines: "Lines",
    ..VOUCHER
};

/// Credit notes of suppliers.
pub(super) const PURCHASE_CREDIT_NOTES: Kind = Kind {
    name: "purchase-credit-notes",
    one: "purchase credit note",
    read: "purchase-credit-notes.get",
    create: "purchase-credit-notes.create",
    version: "Timestamp",
    lines: "Lines",
    further: &["Guid", "Number", "Status", "CreditNoteFor"],
    ..VOUCHER
};

/// Files, those of the archive and attachments.
pub(super) const FILES: Kind = Kind {
    name: "files",
    one: "file",
    key: "FileGuid",
    ..PLAIN
};

/// What is attached to a document.
pub(super) const ATTACHMENTS: Kind = Kind {
    name: "attachments",
    one: "attachment",
    key: "FileGuid",
    ..PLAIN
};

/// Events that are subscribed.
pub(super) const SUBSCRIPTIONS: Kind = Kind {
    name: "webhooks",
    one: "subscription",
    key: "EventId",
    ..PLAIN
};

/// Accounts of the chart, deposit accounts left out.
pub(super) const ACCOUNTS: Kind = Kind {
    name: "accounts",
    one: "account",
    key: "AccountNumber",
    ..PLAIN
};

/// Bank and cash accounts.
pub(super) const DEPOSITS: Kind = Kind {
    name: "deposits",
    one: "deposit account",
    key: "AccountNumber",
    ..PLAIN
};

impl Kind {
    /// The names of all its fields, as a row of it has them: what the body brings, what the answer has.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        let read = catalogue::operation(self.read).into_iter();
        let answered = read.flat_map(Operation::answer_fields);
        let create = catalogue::operation(self.create).and_then(|create| create.body.as_ref());
        let model = match create {
            Some(BodyKind::Object(name) | BodyKind::List(name)) => catalogue::model(name),
            Some(BodyKind::File) | None => None,
        };
        let sent = model
            .map(|model| model.fields.as_slice())
            .unwrap_or_default();
        let sent = sent.iter().map(|field| field.name.as_str());
        let mut names: Vec<&str> = Vec::new();
        for name in answered.chain(sent).chain(self.further.iter().copied()) {
            // A body's `Timestamp` is the version that the answer may write otherwise.
            let is_version = !self.version.is_empty() && name.eq_ignore_ascii_case("Timestamp");
            if !names.contains(&name) && (!is_version || name == self.version) {
                names.push(name);
            }
        }
        if !self.version.is_empty() && !names.contains(&self.version) {
            names.push(self.version);
        }
        names
    }
}

/// The fields that an operation's list may be asked for: those of its model, and those of the rows.
pub(super) fn fields_of(operation: &'static Operation, kind: &Kind) -> Vec<&'static str> {
    let mut names: Vec<&str> = operation.answer_fields().collect();
    for name in kind.fields() {
        if !names.iter().any(|own| own.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    }
    names
}
