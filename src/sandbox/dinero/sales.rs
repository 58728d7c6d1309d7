//! Invoices, credit notes and trade offers: drafts with lines and totals.

use super::answers::unanswered;
use super::books::{Books, missing};
use super::call::{Answered, Call, Reply};
use super::kinds::{CONTACTS, CREDIT_NOTES, INVOICES, Kind, PRODUCTS, TRADE_OFFERS};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::totals::Totals;
use super::{data, drafts, list, mail, payments, things};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// What is done with them.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let kind = match call.operation.name.split('.').next() {
        Some("invoices") => &INVOICES,
        Some("credit-notes") => &CREDIT_NOTES,
        Some("trade-offers") => &TRADE_OFFERS,
        _ => return both(call, books),
    };
    match call.verb() {
        "list" => things::list(call, books, kind, None),
        "create" => drafts::create(call, books, kind),
        "fetch" => fetch(call, books, kind),
        "get" if call.wants_file && kind.name != CREDIT_NOTES.name => pdf(call, books, kind),
        "get" => things::get(call, books, kind),
        "pdf" => pdf(call, books, kind),
        "update" => drafts::update(call, books, kind),
        "delete" => drafts::delete(call, books, kind),
        "book" => drafts::book(call, books, kind),
        "generate-credit-note" => generate(call, books, kind, &CREDIT_NOTES),
        "generate-invoice" => generate(call, books, kind, &INVOICES),
        "templates" => Ok(Reply::rows(&templates(books.organization))),
        "payments" | "payments-create" | "payments-delete" => payments::answer(call, books, kind),
        _ => mail::answer(call, books, kind),
    }
}

/// Invoices and credit notes together, the newest first, and the settings for both.
fn both(call: &Call<'_>, books: &Books) -> Answered {
    match call.verb() {
        "list" => {
            let with_deleted =
                call.flag("deletedOnly", false) || call.query.get("changesSince").is_some();
            let things = books.all(&INVOICES).iter().chain(books.all(&CREDIT_NOTES));
            let mut rows: Vec<&Row> = things
                .filter(|thing| with_deleted || thing.is_live())
                .map(|thing| &thing.row)
                .collect();
            rows.sort_by_key(|row| std::cmp::Reverse(row.text("Date")));
            list::page(call, &INVOICES, &rows)
        }
        "settings" => Ok(Reply::row(
            &Row::default()
                .with("LinesInclVat", Cell::from_bool(false))
                .with("DefaultAccountNumber", Cell::from_number(1000))
                .with("ReminderFee", Cell::from_ore(10_000))
                .with("PaymentCondition", Cell::from_text("Netto")),
        )),
        _ => Err(unanswered(call)),
    }
}

/// The layouts that invoices can have.
fn templates(organization: u32) -> Vec<Row> {
    ["Standard", "Med logo"]
        .iter()
        .zip(0..)
        .map(|(name, at)| {
            Row::default()
                .with(
                    "Id",
                    Cell::from_text(&data::guid("template", organization, at)),
                )
                .with("Name", Cell::from_text(name))
        })
        .collect()
}

/// What a voucher would come to. Nothing is stored.
fn fetch(call: &Call<'_>, books: &Books, kind: &Kind) -> Answered {
    let body = call.object();
    things::check_references(books, kind, &body)?;
    let totals = totals(&body)?;
    let answer = totals
        .row()
        .with("ProductLines", Cell::from_rows(&totals.lines));
    Ok(Reply::row(&answer))
}

/// The totals of a row with lines.
fn totals(row: &Row) -> Result<Totals, Refusal> {
    let prices_incl_vat = row.is("ShowLinesInclVat", "true");
    Totals::of(&row.rows("ProductLines"), prices_incl_vat)
}

/// One as a PDF.
fn pdf(call: &Call<'_>, books: &Books, kind: &Kind) -> Answered {
    let id = call.value(0);
    books.find(kind, id)?;
    Ok(Reply::pdf(&format!("{}-{id}", kind.name)))
}

/// Fills in what follows from the rest of a voucher.
pub(super) fn complete(
    call: &Call<'_>,
    books: &Books,
    kind: &Kind,
    row: &mut Row,
) -> Result<(), Refusal> {
    let today = call.today();
    let date = row.text("Date").parse::<Date>().unwrap_or(today);
    let days = row
        .text("PaymentConditionNumberOfDays")
        .parse::<i64>()
        .unwrap_or(8);
    let due = date.saturating_add(days.clamp(0, 3650).days());
    let defaults = [
        ("Date", Cell::from_text(&date.to_string())),
        ("PaymentDate", Cell::from_text(&due.to_string())),
        ("Currency", Cell::from_text("DKK")),
        ("Language", Cell::from_text("da-DK")),
        ("ShowLinesInclVat", Cell::from_bool(false)),
        ("PaymentConditionType", Cell::from_text("Netto")),
        (
            "PaymentConditionNumberOfDays",
            Cell::from_json(days.to_string()),
        ),
        ("MailOutStatus", Cell::from_text("NotSent")),
    ];
    for (name, cell) in defaults {
        // Only where there is such a field, and nothing in it.
        if row.cell(name).is_some_and(Cell::is_null) {
            row.set(name, cell);
        }
    }
    let word = match kind.name {
        "invoices" => "Invoice",
        "credit-notes" => "CreditNote",
        _ => "TradeOffer",
    };
    row.set("Type", Cell::from_text(word));
    let contact = row.text("ContactGuid");
    let name = books.find(&CONTACTS, &contact).ok();
    let name = name.map(|thing| thing.row.text("Name"));
    row.set("ContactName", Cell::from_option(name.as_deref()));
    let named: Vec<Row> = row
        .rows("ProductLines")
        .into_iter()
        .map(|line| described(books, line))
        .collect();
    row.set("ProductLines", Cell::from_rows(&named));
    let totals = totals(row)?;
    row.set("ProductLines", Cell::from_rows(&totals.lines));
    row.set("TotalLines", totals.labelled());
    row.take_over(&totals.row());
    if !row.has("Description") {
        let first = totals.lines.first().map(|line| line.text("Description"));
        row.set("Description", Cell::from_option(first.as_deref()));
    }
    Ok(())
}

/// A line of a product says what the product is called.
fn described(books: &Books, mut line: Row) -> Row {
    if let Ok(product) = books.find(&PRODUCTS, &line.text("ProductGuid"))
        && !line.has("Description")
    {
        line.set("Description", Cell::from_text(&product.row.text("Name")));
    }
    line
}

/// Makes a draft of another kind from a voucher: a credit note from a booked invoice, an invoice from an offer.
fn generate(call: &Call<'_>, books: &mut Books, kind: &Kind, target: &Kind) -> Answered {
    let id = call.value(0);
    let body = call.object();
    if !books.live(kind).any(|thing| thing.row.is(kind.key, id)) {
        return Err(missing(kind));
    }
    let from = &drafts::booked(books, kind, id, &body)?.row;
    let mut new = from.only(&[
        "ContactGuid",
        "Currency",
        "Language",
        "ShowLinesInclVat",
        "ProductLines",
        "Description",
    ]);
    if target.name == CREDIT_NOTES.name {
        new.set("CreditNoteFor", Cell::from_text(&from.text(kind.key)));
    }
    let new = drafts::add(call, books, target, &new)?;
    things::created(books, target, &new)
}
