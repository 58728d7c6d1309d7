//! The seeded companies with all they have: invented, Danish, the same every time.
//!
//! Contacts and invoices are computed from small tables of names, so that a list is long enough to be paged.

mod contacts;
mod invoices;
mod seeds;

pub(super) use contacts::CONTACT_FIELDS;
pub(super) use invoices::INVOICE_FIELDS;
pub(super) use seeds::fill;

use contacts::contacts;
use invoices::invoices;

use super::rows::{Cell, Row};
use crate::core::secret::hexadecimal;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::civil::Date;

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

/// The company of that id.
fn find(id: u32) -> Option<&'static Organization> {
    ORGANIZATIONS.iter().find(|one| one.id == id)
}

/// The `at`th of some choices, going round.
fn pick<T: Copy>(choices: &[T], at: u32) -> T {
    choices[at as usize % choices.len()]
}

/// A moment of a day, in UTC.
fn stamp(day: Date) -> String {
    format!("{day}T09:30:00Z")
}

/// A UUID that is always the same for the same thing.
pub(super) fn guid(kind: &str, organization: u32, at: u32) -> String {
    let hash = digest(&SHA256, format!("{kind}/{organization}/{at}").as_bytes());
    guid_of(&hexadecimal(hash.as_ref()))
}

/// A UUID (version 4) of 32 hexadecimal digits, those behind them left out.
pub(super) fn guid_of(hex: &str) -> String {
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
    use crate::core::dinero::catalogue::{Operation, operation};

    #[test]
    fn every_field_that_is_offered_is_there() {
        let first = |rows: Vec<Row>| rows.into_iter().next();
        let of_company: Vec<&str> = operation("organizations.list-v1")
            .into_iter()
            .flat_map(Operation::answer_fields)
            .collect();
        for (row, fields) in [
            (first(contacts(410_233)), CONTACT_FIELDS),
            (first(invoices(410_233)), INVOICE_FIELDS),
            (Some(ORGANIZATIONS[0].flat()), &of_company),
        ] {
            assert!(!fields.is_empty());
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
