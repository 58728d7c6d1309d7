//! What is sent of a voucher: mails, electronic invoices, SMS. Nothing leaves the sandbox; it is only noted.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::drafts;
use super::kinds::{CONTACTS, Kind, MAILOUTS};
use super::refusal::Refusal;
use super::rows::{Cell, Row};

/// What is sent of a voucher, what was, and what it would say.
pub(super) fn answer(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let id = call.value(0);
    match call.verb() {
        "email-template" | "pre-reminder-template" => {
            let row = &books.find(kind, id)?.row;
            Ok(Reply::row(&template(call, books, row)))
        }
        "email" => {
            let row = drafts::booked(books, kind, id, &call.object())?.row.clone();
            let to = receiver(&call.object(), &email_of(books, &row))?;
            sent(call, books, kind, "Email", &to)
        }
        "pre-reminder" => {
            let row = drafts::booked(books, kind, id, &call.object())?.row.clone();
            is_overdue(call, &row)?;
            let to = receiver(&call.object(), &email_of(books, &row))?;
            sent(call, books, kind, "PreReminder", &to)
        }
        "e-invoice" | "e-credit-note" => {
            let row = drafts::booked(books, kind, id, &call.object())?.row.clone();
            let to = contact(books, &row).text("EanNumber");
            sent(call, books, kind, "Electronic", &to)
        }
        "sms" => {
            drafts::booked(books, kind, id, &call.object())?;
            let to = call.object().text("ReceiverPhoneNumber");
            sent(call, books, kind, "Sms", &to)
        }
        "mailouts" => mailouts(call, books, kind),
        _ => Err(unanswered(call)),
    }
}

/// Whether a voucher's day of payment has passed and it is not paid.
pub(super) fn is_overdue(call: &Call<'_>, row: &Row) -> Result<(), Refusal> {
    let is_late = row.text("PaymentDate") < call.today().to_string();
    if row.is("Status", "Overdue") || (row.is("Status", "Booked") && is_late) {
        return Ok(());
    }
    Err(Refusal::of_state("The invoice is not overdue."))
}

/// Whom a mail goes to: whom the body names, or the contact's own address.
pub(super) fn receiver(body: &Row, own: &str) -> Result<String, Refusal> {
    let named = body.text("Receiver");
    let to = if named.is_empty() { own } else { &named };
    let is_address = |one: &str| {
        one.trim()
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    };
    if to.split(',').all(is_address) {
        return Ok(to.to_owned());
    }
    let why = "must be one address or several, joined by commas";
    Err(Refusal::of_field("Receiver", why))
}

/// The contact of a voucher; an empty row where there is none.
fn contact(books: &Books, row: &Row) -> Row {
    let contact = books.find(&CONTACTS, &row.text("ContactGuid"));
    contact.map(|thing| thing.row.clone()).unwrap_or_default()
}

/// The address of a voucher's contact.
pub(super) fn email_of(books: &Books, row: &Row) -> String {
    contact(books, row).text("Email")
}

/// What a mail about a voucher would say.
pub(super) fn template(call: &Call<'_>, books: &Books, row: &Row) -> Row {
    let what = match call.operation.name.split('.').next() {
        _ if call.verb() == "pre-reminder-template" => "Påmindelse om faktura",
        Some("reminders") => "Rykker for faktura",
        Some("credit-notes") => "Kreditnota",
        Some("trade-offers") => "Tilbud",
        _ => "Faktura",
    };
    let subject = format!("{what} {}", row.text("Number"));
    let message = format!(
        "Kære {}\n\nHent den her: [link-to-pdf]\n\nVenlig hilsen",
        row.text("ContactName")
    );
    let sender = format!("post@{}.example", books.organization);
    Row::default()
        .with("Sender", Cell::from_text(&sender))
        .with("Receiver", Cell::from_text(&email_of(books, row)))
        .with("Subject", Cell::from_text(subject.trim()))
        .with("Message", Cell::from_text(&message))
}

/// Notes that something was sent.
pub(super) fn sent(
    call: &Call<'_>,
    books: &mut Books,
    kind: &Kind,
    how: &str,
    to: &str,
) -> Answered {
    let (id, moment) = (call.value(0), call.moment());
    let mailout = Row::default()
        .with("Status", Cell::from_text("Sent"))
        .with("Receiver", Cell::from_text(to))
        .with("CreatedAt", Cell::from_text(&moment))
        .with("Type", Cell::from_text(how));
    books.add(&MAILOUTS, Thing::of(id, mailout))?;
    let row = &mut books.find_mut(kind, id)?.row;
    row.set("MailOutStatus", Cell::from_text("Sent"));
    row.set("UpdatedAt", Cell::from_text(&moment));
    Ok(Reply::Empty)
}

/// What was sent of a voucher.
fn mailouts(call: &Call<'_>, books: &Books, kind: &Kind) -> Answered {
    let id = call.value(0);
    books.find(kind, id)?;
    let since = call.query.get("changesSince").unwrap_or_default();
    let with_sms = call.flag("includeSms", false);
    let rows = books
        .of(&MAILOUTS, id)
        .map(|thing| &thing.row)
        .filter(|row| with_sms || !row.is("Type", "Sms"))
        .filter(|row| row.text("CreatedAt").as_str() >= since);
    Ok(Reply::rows(rows))
}
