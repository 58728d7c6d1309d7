//! Reminders of an invoice: three at most, ten days apart.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{INVOICES, REMINDERS};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::{amount, drafts, mail, payments, things};
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The most that an invoice can have.
const MOST: usize = 3;

/// What is added for each, in øre.
const FEE: i64 = 10_000;

/// What is done with the reminders of an invoice.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let (invoice, id) = (call.value(0), call.value(1));
    books.find(&INVOICES, invoice)?;
    match call.verb() {
        "list" => return Ok(list(call, books)),
        "create" => return create(call, books),
        "next" => return next(call, books).map(|row| Reply::row(&row)),
        "fetch" => return fetch(call, books),
        "email-template" => {
            let row = &books.find(&INVOICES, invoice)?.row;
            return Ok(Reply::row(&mail::template(call, books, row)));
        }
        "email" => return email(call, books),
        _ => {}
    }
    books.find_of(&REMINDERS, invoice, id)?;
    let body = call.object();
    match call.verb() {
        "get" if call.wants_file => Ok(Reply::pdf(&format!("reminder-{id}"))),
        "get" => things::get(call, books, &REMINDERS),
        "update" => {
            drafts::open(books, &REMINDERS, id, &body)?;
            books.touch(&REMINDERS, id, &call.moment())?;
            things::created(books, &REMINDERS, id)
        }
        "delete" => {
            drafts::open(books, &REMINDERS, id, &body)?;
            things::delete(call, books, &REMINDERS, id)
        }
        "book" => {
            drafts::open(books, &REMINDERS, id, &body)?;
            let row = &mut books.find_mut(&REMINDERS, id)?.row;
            row.set("Status", Cell::from_text("Booked"));
            books.touch(&REMINDERS, id, &call.moment())?;
            things::created(books, &REMINDERS, id)
        }
        "e-reminder" => {
            drafts::booked(books, &REMINDERS, id, &body)?;
            mail::sent(call, books, &INVOICES, "ElectronicReminder", "")
        }
        _ => Err(unanswered(call)),
    }
}

/// The reminders of an invoice.
fn list(call: &Call<'_>, books: &Books) -> Reply {
    let since = call.query.get("changesSince").unwrap_or_default();
    let rows = books
        .of(&REMINDERS, call.value(0))
        .map(|thing| &thing.row)
        .filter(|row| row.text("UpdatedAt").as_str() >= since);
    Reply::rows(rows)
}

/// What the next one would be.
fn next(call: &Call<'_>, books: &Books) -> Result<Row, Refusal> {
    let invoice = &books.find(&INVOICES, call.value(0))?.row;
    if invoice.is("Status", "Draft") {
        return Err(Refusal::of_state("The invoice is a draft: book it first."));
    }
    let before: Vec<&Thing> = books.of(&REMINDERS, call.value(0)).collect();
    if before.len() >= MOST {
        let why = format!("An invoice has {MOST} reminders at most.");
        return Err(Refusal::of_limit(why));
    }
    let today = call.today();
    let date = before
        .last()
        .and_then(|last| last.row.text("Date").parse::<Date>().ok())
        .map_or(today, |last| today.max(last.saturating_add(10.days())));
    let number = u32::try_from(before.len() + 1).unwrap_or(1);
    let remains = payments::remaining(books, &INVOICES, invoice);
    Ok(Row::default()
        .with("Id", Cell::null())
        .with("TimeStamp", Cell::null())
        .with("Date", Cell::from_text(&date.to_string()))
        .with("Status", Cell::from_text("Draft"))
        .with("Number", Cell::from_number(number))
        .with("Title", Cell::from_text(&format!("Rykker {number}")))
        .with("FeeAmount", Cell::from_ore(FEE))
        .with("TotalAmount", Cell::from_ore(remains.saturating_add(FEE))))
}

/// Makes a draft of the next one.
fn create(call: &Call<'_>, books: &mut Books) -> Answered {
    let invoice = &books.find(&INVOICES, call.value(0))?.row;
    drafts::is_current(&INVOICES, invoice, &call.object())?;
    let invoice = invoice.text(INVOICES.key);
    let next = next(call, books)?;
    let mut row = things::made(books, &REMINDERS, &Row::default(), &call.moment())?;
    row.take_over(&next.without("Id").without("TimeStamp"));
    let id = row.text(REMINDERS.key);
    books.add(&REMINDERS, Thing::of(&invoice, row))?;
    things::created(books, &REMINDERS, &id)
}

/// What the next one would come to. Nothing is stored.
fn fetch(call: &Call<'_>, books: &Books) -> Answered {
    let next = next(call, books)?;
    let total = amount::ore_of(&next.text("TotalAmount"));
    let answer = Row::default()
        .with("Date", Cell::from_text(&next.text("Date")))
        .with("InvoiceAmount", Cell::from_ore(total.saturating_sub(FEE)))
        .with("FeeAmount", Cell::from_ore(FEE))
        .with("TotalAmount", Cell::from_ore(total));
    Ok(Reply::row(&answer))
}

/// Mails the last booked one.
fn email(call: &Call<'_>, books: &mut Books) -> Answered {
    let invoice = books.find(&INVOICES, call.value(0))?.row.clone();
    let is_booked = |one: &Thing| one.row.is("Status", "Booked");
    if !books.of(&REMINDERS, call.value(0)).any(is_booked) {
        return Err(Refusal::of_state("No reminder of the invoice is booked."));
    }
    let to = mail::receiver(&call.object(), &mail::email_of(books, &invoice))?;
    mail::sent(call, books, &INVOICES, "Reminder", &to)
}
