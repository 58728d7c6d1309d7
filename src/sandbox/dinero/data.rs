//! The seeded companies with their contacts and invoices: invented, Danish, the same every time.
//!
//! Computed from small tables of names, so that a list is long enough to be paged.

use super::rows::{Cell, Row};
use aws_lc_rs::digest::{SHA256, digest};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};

/// A company.
#[derive(Debug)]
pub(super) struct Organization {
    /// What stands in paths.
    pub(super) id: u32,
    /// Whether it has the subscription that allows API calls.
    pub(super) pro: bool,
    name: &'static str,
    company_type: &'static str,
    vat_number: &'static str,
    street: &'static str,
    zip_code: &'static str,
    city: &'static str,
    contacts: u32,
    invoices: u32,
}

/// Every company: one large, one small, one without Pro, one that has just begun.
pub(super) const ORGANIZATIONS: [Organization; 4] = [
    Organization {
        id: 410_233,
        pro: true,
        name: "Ærø Bådebyggeri ApS",
        company_type: "ApS",
        vat_number: "38112207",
        street: "Havnepladsen 4",
        zip_code: "5970",
        city: "Ærøskøbing",
        contacts: 60,
        invoices: 92,
    },
    Organization {
        id: 410_871,
        pro: true,
        name: "Østerlunds Rådgivning",
        company_type: "EnkeltmandsVirksomhed",
        vat_number: "29440153",
        street: "Skovbrynet 21, st. th.",
        zip_code: "8000",
        city: "Aarhus C",
        contacts: 9,
        invoices: 14,
    },
    Organization {
        id: 412_008,
        pro: false,
        name: "Blåbærhavens Smørrebrød I/S",
        company_type: "IS",
        vat_number: "40718866",
        street: "Algade 77",
        zip_code: "4000",
        city: "Roskilde",
        contacts: 0,
        invoices: 0,
    },
    Organization {
        id: 413_350,
        pro: true,
        name: "Nystiftet af 2026 Holding ApS",
        company_type: "ApS",
        vat_number: "44920318",
        street: "Nørrebrogade 12, 3. tv.",
        zip_code: "2200",
        city: "København N",
        contacts: 0,
        invoices: 0,
    },
];

/// The fields of a company in `/v1/organizations`.
pub(super) const ORGANIZATION_FIELDS: &[&str] = &[
    "Id",
    "Name",
    "IsPro",
    "IsPayingPro",
    "Type",
    "IsVatFree",
    "Email",
    "Phone",
    "Street",
    "City",
    "ZipCode",
    "AttPerson",
    "IsTaxFreeUnion",
    "VatNumber",
];

impl Organization {
    /// As `/v1.1/organizations` has it.
    pub(super) fn whole(&self) -> Row {
        let subscription = Row::default()
            .with("HasPro", Cell::from_bool(self.pro))
            .with("HasPayingPro", Cell::from_bool(self.pro))
            .with("HasStarterPlus", Cell::from_bool(false))
            .with("HasTotal", Cell::from_bool(false))
            .with("HasYfs", Cell::from_bool(false));
        Row::default()
            .with("Id", Cell::from_number(self.id))
            .with("Name", Cell::from_text(self.name))
            .with("CompanyTypeKey", Cell::from_text(self.company_type))
            .with("RoleKey", Cell::from_text("Owner"))
            .with("IsVatFree", Cell::from_bool(false))
            .with("VatNumber", Cell::from_text(self.vat_number))
            .with("Street", Cell::from_text(self.street))
            .with("ZipCode", Cell::from_text(self.zip_code))
            .with("City", Cell::from_text(self.city))
            .with("Email", Cell::from_text(&self.email()))
            .with("Phone", Cell::from_option(None))
            .with("Subscription", Cell::from_row(&subscription))
    }

    /// As `/v1/organizations` has it, before fields are chosen.
    pub(super) fn flat(&self) -> Row {
        Row::default()
            .with("Id", Cell::from_number(self.id))
            .with("Name", Cell::from_text(self.name))
            .with("IsPro", Cell::from_bool(self.pro))
            .with("IsPayingPro", Cell::from_bool(self.pro))
            .with("Type", Cell::from_text(self.company_type))
            .with("IsVatFree", Cell::from_bool(false))
            .with("Email", Cell::from_text(&self.email()))
            .with("Phone", Cell::from_option(None))
            .with("Street", Cell::from_text(self.street))
            .with("City", Cell::from_text(self.city))
            .with("ZipCode", Cell::from_text(self.zip_code))
            .with("AttPerson", Cell::from_option(None))
            .with("IsTaxFreeUnion", Cell::from_bool(false))
            .with("VatNumber", Cell::from_text(self.vat_number))
    }

    /// Where it is written to.
    fn email(&self) -> String {
        format!("post@{}.example", self.id)
    }
}

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
pub(super) const CONTACT_FIELDS: &[&str] = &[
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
pub(super) fn contacts(organization: u32) -> Vec<Row> {
    let count = find(organization).map_or(0, |one| one.contacts);
    (0..count).map(|at| contact(organization, at)).collect()
}

/// The company of that id.
fn find(id: u32) -> Option<&'static Organization> {
    ORGANIZATIONS.iter().find(|one| one.id == id)
}

/// The `at`th of some choices, going round.
fn pick<T: Copy>(choices: &[T], at: u32) -> T {
    choices[at as usize % choices.len()]
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
fn contact_name(at: u32) -> String {
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
    let reference = (at % 3 == 0).then(|| format!("crm-{}", 1000 + at));
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

/// The fields of an invoice.
pub(super) const INVOICE_FIELDS: &[&str] = &[
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
pub(super) fn invoices(organization: u32) -> Vec<Row> {
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
    let reference = (at % 5 == 0).then(|| format!("ordre-{}", 7000 + at));
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

/// A moment of a day, in UTC.
fn stamp(day: Date) -> String {
    format!("{day}T09:30:00Z")
}

/// A UUID that is always the same for the same thing.
fn guid(kind: &str, organization: u32, at: u32) -> String {
    let hash = digest(&SHA256, format!("{kind}/{organization}/{at}").as_bytes());
    let hex: String = hash
        .as_ref()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "{}-{}-4{}-8{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_offered_is_there() {
        let first = |rows: Vec<Row>| rows.into_iter().next();
        for (row, fields) in [
            (first(contacts(410_233)), CONTACT_FIELDS),
            (first(invoices(410_233)), INVOICE_FIELDS),
            (Some(ORGANIZATIONS[0].flat()), ORGANIZATION_FIELDS),
        ] {
            for field in fields {
                let cell = row.as_ref().and_then(|row| row.cell(field));
                assert!(cell.is_some(), "{field}");
            }
        }
    }

    #[test]
    fn vat_is_a_quarter_and_amounts_have_two_decimals() {
        for row in invoices(410_233) {
            let amount = |field: &str| row.cell(field).map(Cell::text).unwrap_or_default();
            let ore = |field: &str| amount(field).replace('.', "").parse::<i64>();
            assert_eq!(
                amount("TotalInclVat").split('.').nth(1).map(str::len),
                Some(2)
            );
            assert_eq!(
                ore("TotalExclVat").map(|net| net * 5 / 4),
                ore("TotalInclVat")
            );
        }
    }
}
