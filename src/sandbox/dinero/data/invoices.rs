//! Sales invoices: drafts, booked, overdue and paid ones, over most of a year.
//!
//! Their customers are contacts of the same company, so that one list leads into the other.

use super::super::rows::{Cell, Row};
use super::contacts::contact_name;
use super::{find, guid, pick, stamp};
use jiff::ToSpan as _;
use jiff::civil::date;

/// The fields of an invoice.
pub(in crate::sandbox::dinero) const INVOICE_FIELDS: &[&str] = &[
    "Guid",
    "Number",
    "Status",
    "Type",
    "ContactName",
    "ContactGuid",
    "Date",
    "PaymentDate",
    "Description",
    "Currency",
    "TotalExclVat",
    "TotalVat",
    "TotalInclVat",
    "MailOutStatus",
    "ExternalReference",
    "TimeStamp",
    "CreatedAt",
    "UpdatedAt",
    "DeletedAt",
];

const WORKS: [&str; 6] = [
    "Faktura",
    "Reparation af jolle",
    "Årligt eftersyn",
    "Mast og rigning",
    "Træværk, ask og lærk",
    "Rådgivning",
];

/// The invoices of a company, the newest first, as Dinero lists them.
pub(in crate::sandbox::dinero) fn invoices(organization: u32) -> Vec<Row> {
    let count = find(organization).map_or(0, |one| one.invoices);
    (0..count)
        .rev()
        .map(|at| invoice(organization, at, count))
        .collect()
}

/// What became of an invoice: the newest are drafts, then some are unpaid, the old ones mostly paid.
fn status(at: u32, count: u32) -> &'static str {
    match count - at {
        1..=3 => "Draft",
        4..=12 => "Booked",
        _ if at % 11 == 5 => "Overdue",
        _ if at % 29 == 7 => "OverPaid",
        _ => "Paid",
    }
}

/// One invoice; Danish VAT is a quarter on top.
fn invoice(organization: u32, at: u32, count: u32) -> Row {
    let contacts = find(organization).map_or(1, |one| one.contacts.max(1));
    let customer = at * 7 % contacts;
    let status = status(at, count);
    let issued = date(2026, 1, 5).saturating_add(i64::from(at * 3).days());
    let net = i64::from(at * 48_271 % 2_400 + 20) * 2_500;
    let vat = net / 4;
    let number = (status != "Draft").then(|| Cell::from_number(2001 + at));
    let reference = at.is_multiple_of(5).then(|| format!("ordre-{}", 7000 + at));
    let mail = if status == "Draft" {
        "NotSent"
    } else {
        pick(&["Sent", "SeenByCustomer"], at)
    };
    let changed = issued.saturating_add(2.days());
    Row::default()
        .with("Guid", Cell::from_text(&guid("invoice", organization, at)))
        .with("Number", number.unwrap_or_else(|| Cell::from_option(None)))
        .with("Status", Cell::from_text(status))
        .with("Type", Cell::from_text("Invoice"))
        .with("ContactName", Cell::from_text(&contact_name(customer)))
        .with(
            "ContactGuid",
            Cell::from_text(&guid("contact", organization, customer)),
        )
        .with("Date", Cell::from_text(&issued.to_string()))
        .with(
            "PaymentDate",
            Cell::from_text(&issued.saturating_add(14.days()).to_string()),
        )
        .with("Description", Cell::from_text(pick(&WORKS, at)))
        .with("Currency", Cell::from_text("DKK"))
        .with("TotalExclVat", Cell::from_ore(net))
        .with("TotalVat", Cell::from_ore(vat))
        .with("TotalInclVat", Cell::from_ore(net + vat))
        .with("MailOutStatus", Cell::from_text(mail))
        .with("ExternalReference", Cell::from_option(reference.as_deref()))
        .with(
            "TimeStamp",
            Cell::from_text(&format!(
                "{:016X}",
                0x0001_4C3F_0000_u64 + u64::from(at * 641)
            )),
        )
        .with("CreatedAt", Cell::from_text(&stamp(issued)))
        .with("UpdatedAt", Cell::from_text(&stamp(changed)))
        .with("DeletedAt", Cell::from_option(None))
}
