//! Fills the books of a company: its contacts and invoices, and what follows from them; then the calls of
//! `seeds.toml`, which go the way of everybody's calls.

use super::super::super::reply::Pairs;
use super::super::books::{Books, Thing};
use super::super::call::{Body, Call, Reply, pdf};
use super::super::kinds::{CONTACTS, INVOICES, Kind, MAILOUTS, PAYMENTS};
use super::super::rows::{Cell, Row};
use super::super::{amount, answers, models, reference};
use super::{contacts, find, guid, invoices};
use crate::core::dinero::catalogue::{self, BodyKind};
use jiff::Timestamp;
use serde::Deserialize;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    step: Vec<Step>,
}

/// A call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    on: String,
    call: String,
    #[serde(default)]
    path: Vec<String>,
    body: Option<String>,
    file: Option<String>,
}

/// What the last call answered with.
#[derive(Default)]
struct Last {
    id: String,
    version: String,
}

/// Fills the books; what did not come about, which a test holds to be nothing.
pub(in crate::sandbox::dinero) fn fill(books: &mut Books) -> Vec<String> {
    for (kind, row) in reference::seeds() {
        books.every_mut(kind).push(Thing::new(row));
    }
    for row in contacts(books.organization) {
        let thing = Thing::new(whole(&CONTACTS, row));
        books.every_mut(&CONTACTS).push(thing);
    }
    for row in invoices(books.organization) {
        invoice(books, row);
    }
    let has_begun = find(books.organization).is_some_and(|one| one.contacts > 0);
    if !has_begun {
        return Vec::new();
    }
    let file: File = match toml::from_str(include_str!("seeds.toml")) {
        Ok(file) => file,
        Err(error) => return vec![error.to_string()],
    };
    let mut last = Last::default();
    let mut trouble = Vec::new();
    for step in file.step {
        if let Err(why) = run(books, &step, &mut last) {
            trouble.push(format!("{} on {}: {why}", step.call, step.on));
        }
    }
    trouble
}

/// A row with every field of its kind, so that what is seeded looks like what is made.
fn whole(kind: &Kind, mut row: Row) -> Row {
    for name in kind.fields() {
        if row.cell(name).is_none() {
            row.set(name, Cell::null());
        }
    }
    row
}

/// An invoice with a line, and what follows from its status: the payment, the mail.
fn invoice(books: &mut Books, row: Row) {
    let (id, status) = (row.text("Guid"), row.text("Status"));
    let changed = row.text("UpdatedAt");
    let net = row.cell("TotalExclVat").cloned().unwrap_or_else(Cell::null);
    let gross = row.cell("TotalInclVat").cloned().unwrap_or_else(Cell::null);
    let line = Row::default()
        .with("BaseAmountValue", net.clone())
        .with("Quantity", Cell::from_number(1))
        .with("AccountNumber", Cell::from_number(1000))
        .with("Discount", Cell::from_number(0))
        .with("Description", Cell::from_text(&row.text("Description")))
        .with("Unit", Cell::from_text("parts"))
        .with("LineType", Cell::from_text("Product"))
        .with("TotalAmount", net)
        .with("TotalAmountInclVat", gross);
    let mut row = row
        .with("ProductLines", Cell::from_rows(&[line]))
        .with("Language", Cell::from_text("da-DK"))
        .with("ShowLinesInclVat", Cell::from_bool(false))
        .with("PaymentConditionType", Cell::from_text("Netto"))
        .with("PaymentConditionNumberOfDays", Cell::from_number(14));
    let mut thing = Thing::default();
    if status != "Draft" {
        thing.booked_at.clone_from(&changed);
        let word = if status == "Booked" {
            "Unpaid"
        } else {
            &status
        };
        row.set("PaymentStatus", Cell::from_text(word));
        let mailout = Row::default()
            .with("Status", Cell::from_text(&row.text("MailOutStatus")))
            .with("Receiver", Cell::from_text("kunde@firma.example"))
            .with("CreatedAt", Cell::from_text(&changed))
            .with("Type", Cell::from_text("Email"));
        books.every_mut(&MAILOUTS).push(Thing::of(&id, mailout));
    }
    let total = amount::ore_of(&row.text("TotalInclVat"));
    let paid = match status.as_str() {
        "Paid" => Some(total),
        "OverPaid" => Some(total + 10_000),
        _ => None,
    };
    if let Some(ore) = paid {
        let payment = Row::default()
            .with(
                "Guid",
                Cell::from_text(&guid(&format!("payment/{id}"), books.organization, 0)),
            )
            .with("PaymentDate", Cell::from_text(&row.text("PaymentDate")))
            .with("DepositAccountNumber", Cell::from_number(reference::BANK))
            .with("Description", Cell::from_text("Indbetaling"))
            .with("Amount", Cell::from_ore(ore))
            .with("ExternalReference", Cell::null());
        let mut payment = Thing::of(&id, payment);
        payment.booked_at.clone_from(&changed);
        books.every_mut(&PAYMENTS).push(payment);
    }
    thing.row = whole(&INVOICES, row);
    books.every_mut(&INVOICES).push(thing);
}

/// Makes a call.
fn run(books: &mut Books, step: &Step, last: &mut Last) -> Result<(), String> {
    let operation = catalogue::operation(&step.call).ok_or("no such operation")?;
    let day = format!("{}T08:15:00Z", step.on);
    let now: Timestamp = day.parse().map_err(|_| "no day")?;
    let said = |text: &str| meant(books.organization, text, last);
    let body = match (&operation.body, &step.file, &step.body) {
        (Some(BodyKind::File), Some(name), _) => {
            let mut content = pdf("");
            content.name.clone_from(name);
            Body::File(content)
        }
        (Some(_), _, Some(text)) => {
            let text = said(text);
            models::read(operation, text.as_bytes()).map_err(|refusal| format!("{refusal:?}"))?
        }
        _ => Body::Nothing,
    };
    let call = Call {
        operation,
        values: step.path.iter().map(|value| said(value)).collect(),
        query: &Pairs::default(),
        body,
        now,
        wants_file: false,
    };
    let reply = answers::answer(&call, books).map_err(|refusal| format!("{refusal:?}"))?;
    if let Reply::Json(text) = reply {
        remember(&text, &call, last);
    }
    Ok(())
}

/// Keeps the id and the version of an answer; a payment's version is that of the voucher, which stays meant.
fn remember(text: &str, call: &Call<'_>, last: &mut Last) {
    let Ok(row) = serde_json::from_str::<Row>(text) else {
        return;
    };
    last.version = row.text("TimeStamp");
    if !call.verb().starts_with("payments") {
        last.id = row
            .cells()
            .next()
            .map(|(_, cell)| cell.text())
            .unwrap_or_default();
    }
}

/// A text with what `@` stands for put in its place.
fn meant(organization: u32, text: &str, last: &Last) -> String {
    let mut parts = text.split('@');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|one: char| !(one.is_ascii_alphanumeric() || one == '/'))
            .unwrap_or(part.len());
        let (word, rest) = part.split_at(end);
        match word.split_once('/') {
            Some((kind, number)) => {
                whole.push_str(&guid(
                    kind,
                    organization,
                    number.parse().unwrap_or_default(),
                ));
            }
            None if word == "version" => whole.push_str(&last.version),
            None => whole.push_str(&last.id),
        }
        whole.push_str(rest);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::ORGANIZATIONS;
    use super::*;
    use crate::core::secret::Entropy;

    #[test]
    fn every_call_of_the_file_is_answered() {
        for organization in &ORGANIZATIONS {
            let mut books = Books::empty(organization.id, Entropy::from_seed([1; 32]));
            assert_eq!(fill(&mut books), Vec::<String>::new());
        }
    }

    #[test]
    fn what_is_seeded_is_the_same_every_time() {
        let open = |seed| Books::open(410_233, Entropy::from_seed([seed; 32]));
        let products = |books: &Books| -> Vec<Row> {
            let kind = &super::super::super::kinds::PRODUCTS;
            books.live(kind).map(|one| one.row.clone()).collect()
        };
        assert_eq!(products(&open(1)), products(&open(2)));
        assert_eq!(products(&open(1)).len(), 4);
    }
}
