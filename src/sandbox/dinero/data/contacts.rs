//! Customers and suppliers: companies and persons from all over Denmark.
//!
//! Enough of them, with every letter of the alphabet, that paging and encoding show.

use super::super::rows::{Cell, Row};
use super::{find, guid, pick, stamp};
use jiff::ToSpan as _;
use jiff::civil::date;

const TRADES: [&str; 10] = [
    "Bageri",
    "Tømrerfirma",
    "Blomster",
    "Cykler",
    "Malerfirma",
    "Vinhandel",
    "Rør & Varme",
    "Fiskeri",
    "Bogtryk",
    "Smedje",
];
const PLACES: [(&str, &str, &str); 8] = [
    ("Ærøskøbing", "5970", "Søndergade"),
    ("Rønne", "3700", "Østergade"),
    ("Tønder", "6270", "Vestergade"),
    ("Hjørring", "9800", "Åstrupvej"),
    ("Køge", "4600", "Nørregade"),
    ("Faaborg", "5600", "Strandgade"),
    ("Sæby", "9300", "Algade"),
    ("Løgstør", "9670", "Fjordvej"),
];
const GIVEN_NAMES: [&str; 7] = [
    "Åse", "Søren", "Mette", "Jørgen", "Kirsten", "Bjørn", "Sofie",
];
const FAMILY_NAMES: [&str; 5] = ["Østergaard", "Kjær", "Sørensen", "Bæk", "Ågård"];

/// The fields of a contact.
pub(in crate::sandbox::dinero) const CONTACT_FIELDS: &[&str] = &[
    "ContactGuid",
    "Name",
    "ExternalReference",
    "IsPerson",
    "IsMember",
    "Street",
    "ZipCode",
    "City",
    "CountryKey",
    "Phone",
    "Email",
    "AttPerson",
    "VatNumber",
    "EanNumber",
    "PaymentConditionType",
    "PaymentConditionNumberOfDays",
    "CreatedAt",
    "UpdatedAt",
    "DeletedAt",
];

/// The contacts of a company.
pub(in crate::sandbox::dinero) fn contacts(organization: u32) -> Vec<Row> {
    let count = find(organization).map_or(0, |one| one.contacts);
    (0..count).map(|at| contact(organization, at)).collect()
}

/// Every fourth contact is a person.
fn is_person(at: u32) -> bool {
    at % 4 == 3
}

/// A person's name.
fn person(at: u32) -> String {
    format!("{} {}", pick(&GIVEN_NAMES, at), pick(&FAMILY_NAMES, at / 2))
}

/// A contact's name.
pub(super) fn contact_name(at: u32) -> String {
    if is_person(at) {
        return person(at);
    }
    let (place, ..) = pick(&PLACES, at);
    let kind = pick(&["ApS", "A/S", "I/S"], at / 3);
    format!("{place} {} {kind}", pick(&TRADES, at / 2 + at / 8))
}

/// One contact.
fn contact(organization: u32, at: u32) -> Row {
    let (city, zip_code, street) = pick(&PLACES, at);
    let person_name = person(at + 1);
    let created = date(2025, 1, 6).saturating_add(i64::from(at * 5).days());
    let company = |text: String| (!is_person(at)).then_some(text);
    let vat_number = company(format!("{}", 21_000_000 + (at * 7_919_333) % 60_000_000));
    let ean_number = (at % 10 == 4).then(|| format!("57980{:08}", 9_100_000 + at * 137));
    let reference = at.is_multiple_of(3).then(|| format!("crm-{}", 1000 + at));
    Row::default()
        .with(
            "ContactGuid",
            Cell::from_text(&guid("contact", organization, at)),
        )
        .with("Name", Cell::from_text(&contact_name(at)))
        .with("ExternalReference", Cell::from_option(reference.as_deref()))
        .with("IsPerson", Cell::from_bool(is_person(at)))
        .with("IsMember", Cell::from_bool(false))
        .with(
            "Street",
            Cell::from_text(&format!("{street} {}", 1 + at * 3 % 98)),
        )
        .with("ZipCode", Cell::from_text(zip_code))
        .with("City", Cell::from_text(city))
        .with("CountryKey", Cell::from_text("DK"))
        .with(
            "Phone",
            Cell::from_text(&format!("{}", 20_000_000 + (at * 1_234_577) % 70_000_000)),
        )
        .with(
            "Email",
            Cell::from_text(&format!("kunde{}@firma.example", at + 1)),
        )
        .with(
            "AttPerson",
            Cell::from_option(company(person_name).as_deref()),
        )
        .with("VatNumber", Cell::from_option(vat_number.as_deref()))
        .with("EanNumber", Cell::from_option(ean_number.as_deref()))
        .with("PaymentConditionType", Cell::from_text("Netto"))
        .with(
            "PaymentConditionNumberOfDays",
            Cell::from_number(pick(&[8, 14, 30], at)),
        )
        .with("CreatedAt", Cell::from_text(&stamp(created)))
        .with(
            "UpdatedAt",
            Cell::from_text(&stamp(created.saturating_add(20.days()))),
        )
        .with("DeletedAt", Cell::from_option(None))
}
