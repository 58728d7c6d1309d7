//! Vouchers from draft to booked: what may be changed when, and the versions that guard it.

use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{INVOICES, Kind, LEDGER, TRADE_OFFERS};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::{sales, things, vouchers};

/// The first number that a voucher of a company can have.
const FIRST_NUMBER: u32 = 1;

/// What a change of the body leaves as it is.
const STAYS: &[&str] = &[
    "Number",
    "Status",
    "PaymentStatus",
    "MailOutStatus",
    "FikCode",
    "Type",
];

/// Makes a draft of the body.
pub(super) fn create(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let id = add(call, books, kind, &call.object())?;
    things::created(books, kind, &id)
}

/// Makes a draft of such a body; its id.
pub(super) fn add(
    call: &Call<'_>,
    books: &mut Books,
    kind: &Kind,
    body: &Row,
) -> Result<String, Refusal> {
    things::check_references(books, kind, body)?;
    let mut row = things::made(books, kind, body, &call.moment())?;
    row.set("Status", Cell::from_text("Draft"));
    if kind.name == TRADE_OFFERS.name {
        let number = books.next_number(kind, "Number", FIRST_NUMBER);
        row.set("Number", Cell::from_number(number));
    }
    complete(call, books, kind, &mut row)?;
    let id = row.text(kind.key);
    books.add(kind, Thing::new(row))?;
    Ok(id)
}

/// Fills in what follows from the rest: dates, names, totals.
pub(super) fn complete(
    call: &Call<'_>,
    books: &Books,
    kind: &Kind,
    row: &mut Row,
) -> Result<(), Refusal> {
    match kind.lines {
        "ProductLines" => sales::complete(call, books, kind, row),
        _ => vouchers::complete(call, row),
    }
}

/// Replaces a draft by the body.
pub(super) fn update(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let (id, body) = (call.value(0), call.object());
    let old = open(books, kind, id, &body)?.row.clone();
    things::check_references(books, kind, &body)?;
    let mut row = things::replaced(kind, &old, &body, STAYS);
    complete(call, books, kind, &mut row)?;
    books.replace(kind, id, row)?;
    books.touch(kind, id, &call.moment())?;
    things::created(books, kind, id)
}

/// Deletes a draft.
pub(super) fn delete(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let (id, body) = (call.value(0), call.object());
    open(books, kind, id, &body)?;
    books.remove(kind, id, &call.moment())?;
    Ok(Reply::Empty)
}

/// Books a draft: it gets a number, and stays as it is from then on.
pub(super) fn book(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let (id, body) = (call.value(0), call.object());
    let draft = &open(books, kind, id, &body)?.row;
    may_be_booked(kind, draft)?;
    let number = number(books, kind, &body)?;
    let moment = call.moment();
    let thing = books.find_mut(kind, id)?;
    thing.booked_at.clone_from(&moment);
    thing.row.set("Number", Cell::from_number(number));
    thing.row.set("Status", Cell::from_text("Booked"));
    if kind.lines == "ProductLines" {
        thing.row.set("PaymentStatus", Cell::from_text("Unpaid"));
    }
    if kind.name == INVOICES.name {
        let fik = format!("+71<{number:015}+84120000<");
        thing.row.set("FikCode", Cell::from_text(&fik));
    }
    books.touch(kind, id, &moment)?;
    things::created(books, kind, id)
}

/// The number that it shall have, or the next one.
fn number(books: &Books, kind: &Kind, body: &Row) -> Result<u32, Refusal> {
    if !body.has("Number") {
        return Ok(books.next_number(kind, "Number", FIRST_NUMBER));
    }
    let wanted = body.text("Number");
    let Some(number) = wanted.parse::<u32>().ok().filter(|number| *number > 0) else {
        return Err(Refusal::of_field("Number", "must be 1 or more"));
    };
    if books
        .all(kind)
        .iter()
        .any(|one| one.row.is("Number", &wanted))
    {
        return Err(Refusal::of_field("Number", format!("{number} is taken")));
    }
    Ok(number)
}

/// Whether a draft has everything that a booked voucher needs.
fn may_be_booked(kind: &Kind, draft: &Row) -> Result<(), Refusal> {
    let needs_contact = kind.lines == "ProductLines" || draft.is("PurchaseType", "credit");
    if needs_contact && !draft.has("ContactGuid") {
        return Err(Refusal::of_field("ContactGuid", "must be given to book"));
    }
    if draft.is("PurchaseType", "credit") && !draft.has("PaymentDate") {
        return Err(Refusal::of_field(
            "PaymentDate",
            "must be given to book credit",
        ));
    }
    if !kind.lines.is_empty() && draft.rows(kind.lines).is_empty() {
        return Err(Refusal::of_field(kind.lines, "must have one line at least"));
    }
    Ok(())
}

/// The draft of that id, when it is one still and the body's version is its version.
pub(super) fn open<'a>(
    books: &'a Books,
    kind: &Kind,
    id: &str,
    body: &Row,
) -> Result<&'a Thing, Refusal> {
    let thing = books.find(kind, id)?;
    if !thing.row.is("Status", "Draft") {
        let why = format!("The {} is booked and cannot be changed.", kind.one);
        return Err(Refusal::of_state(why));
    }
    is_current(kind, &thing.row, body)?;
    Ok(thing)
}

/// The booked voucher of that id, when the body's version is its version.
pub(super) fn booked<'a>(
    books: &'a Books,
    kind: &Kind,
    id: &str,
    body: &Row,
) -> Result<&'a Thing, Refusal> {
    let thing = books.find(kind, id)?;
    if thing.row.is("Status", "Draft") && kind.name != TRADE_OFFERS.name {
        let why = format!("The {} is a draft: book it first.", kind.one);
        return Err(Refusal::of_state(why));
    }
    is_current(kind, &thing.row, body)?;
    Ok(thing)
}

/// Whether a body that names a version names the newest one.
pub(super) fn is_current(kind: &Kind, row: &Row, body: &Row) -> Result<(), Refusal> {
    let field = if kind.name == LEDGER.name {
        "Version"
    } else {
        "Timestamp"
    };
    if body.has(field) && !row.is(kind.version, &body.text(field)) {
        return Err(Refusal::outdated());
    }
    Ok(())
}
