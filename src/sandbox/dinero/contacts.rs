//! Contacts and what is about them: notes, what they owe. And products, which are as simple.

use super::books::Books;
use super::call::{Answered, Call, Reply};
use super::kinds::{CONTACTS, CREDIT_NOTES, INVOICES, NOTES, PRODUCTS};
use super::payments;
use super::rows::{Cell, Row, object};
use super::{answers, mail, things};

/// What is done with contacts.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let id = call.value(0);
    match call.verb() {
        "list" | "list-v1" => things::list(call, books, &CONTACTS, None),
        "create" => things::create(call, books, &CONTACTS, ""),
        "get" => things::get(call, books, &CONTACTS),
        "update" | "update-v1" => things::update(call, books, &CONTACTS, id),
        "delete" => things::delete(call, books, &CONTACTS, id),
        "restore" => restore(call, books),
        "state-of-account" => state_of_account(call, books),
        "state-of-account-pdf" => {
            books.find(&CONTACTS, id)?;
            Ok(Reply::pdf("state-of-account"))
        }
        "state-of-account-email" => {
            let email = books.find(&CONTACTS, id)?.row.text("Email");
            mail::receiver(&call.object(), &email)?;
            Ok(Reply::Empty)
        }
        _ => notes(call, books),
    }
}

/// What is done with products.
pub(super) fn products(call: &Call<'_>, books: &mut Books) -> Answered {
    let id = call.value(0);
    match call.verb() {
        "list" => things::list(call, books, &PRODUCTS, None),
        "create" => things::create(call, books, &PRODUCTS, ""),
        "get" => things::get(call, books, &PRODUCTS),
        "update" => things::update(call, books, &PRODUCTS, id),
        "delete" => things::delete(call, books, &PRODUCTS, id),
        _ => Err(answers::unanswered(call)),
    }
}

/// Notes about a contact.
fn notes(call: &Call<'_>, books: &mut Books) -> Answered {
    let (contact, note) = (call.value(0), call.value(1));
    books.find(&CONTACTS, contact)?;
    match call.verb() {
        "notes-list" => return things::list(call, books, &NOTES, Some(contact)),
        "notes-create" => return things::create(call, books, &NOTES, contact),
        _ => {}
    }
    books.find_of(&NOTES, contact, note)?;
    match call.verb() {
        "notes-get" => things::get(call, books, &NOTES),
        "notes-update" => things::update(call, books, &NOTES, note),
        "notes-delete" => things::delete(call, books, &NOTES, note),
        _ => Err(answers::unanswered(call)),
    }
}

/// Brings a deleted contact back; one that was not deleted stays as it is.
fn restore(call: &Call<'_>, books: &mut Books) -> Answered {
    let id = call.value(0);
    let moment = Cell::from_text(&call.moment());
    let mut all = books.every_mut(&CONTACTS).iter_mut();
    match all.find(|thing| thing.row.is(CONTACTS.key, id)) {
        Some(thing) => {
            if !thing.is_live() {
                thing.row.set("DeletedAt", Cell::null());
                thing.row.set("UpdatedAt", moment);
            }
            Ok(Reply::Empty)
        }
        None => books.find(&CONTACTS, id).map(|_| Reply::Empty),
    }
}

/// The booked vouchers of a contact and what remains of each; the shape is the sandbox's own.
fn state_of_account(call: &Call<'_>, books: &Books) -> Answered {
    let contact = books.find(&CONTACTS, call.value(0))?;
    let id = contact.row.text(CONTACTS.key);
    let (from, to) = (call.query.get("from"), call.query.get("to"));
    let (mut balance, mut lines) = (0_i64, Vec::new());
    for (kind, sign) in [(&INVOICES, 1), (&CREDIT_NOTES, -1)] {
        for thing in books.live(kind) {
            let row = &thing.row;
            let date = row.text("Date");
            let inside = from.is_none_or(|from| from <= date.as_str())
                && to.is_none_or(|to| date.as_str() <= to);
            if !inside || !row.is("ContactGuid", &id) || row.is("Status", "Draft") {
                continue;
            }
            let amount = sign * payments::total(kind, row);
            let remains = sign * payments::remaining(books, kind, row);
            if remains == 0 && call.flag("hideClosed", false) {
                continue;
            }
            balance = balance.saturating_add(remains);
            lines.push(
                Row::default()
                    .with("Guid", Cell::from_text(&row.text("Guid")))
                    .with("Type", Cell::from_text(&row.text("Type")))
                    .with("Number", Cell::from_json(row.text("Number")))
                    .with("Date", Cell::from_text(&date))
                    .with("Amount", Cell::from_ore(amount))
                    .with("RemainingAmount", Cell::from_ore(remains)),
            );
        }
    }
    let answer = Row::default()
        .with("ContactGuid", Cell::from_text(&id))
        .with("ContactName", Cell::from_text(&contact.row.text("Name")))
        .with("From", Cell::from_option(from))
        .with("To", Cell::from_option(to))
        .with("Vouchers", Cell::from_rows(&lines))
        .with("Balance", Cell::from_ore(balance));
    Ok(Reply::Json(object(&answer)))
}
