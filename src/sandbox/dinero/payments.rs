//! Payments of booked vouchers, and what remains to be paid.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{DEPOSITS, Kind, PAYMENTS, PURCHASES};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::{amount, drafts};

/// What is done with the payments of a voucher.
pub(super) fn answer(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    match call.verb() {
        "payments" => list(call, books, kind),
        "payments-create" => create(call, books, kind),
        "payments-delete" => delete(call, books, kind),
        _ => Err(unanswered(call)),
    }
}

/// What a voucher comes to, in øre.
pub(super) fn total(kind: &Kind, row: &Row) -> i64 {
    if kind.name == PURCHASES.name {
        let amounts = row.rows("Lines").into_iter();
        return amounts
            .map(|line| amount::ore_of(&line.text("Amount")))
            .fold(0, i64::saturating_add);
    }
    amount::ore_of(&row.text("TotalInclVat"))
}

/// What was paid of a voucher, in øre.
fn paid(books: &Books, id: &str) -> i64 {
    books
        .of(&PAYMENTS, id)
        .map(|payment| amount::ore_of(&payment.row.text("Amount")))
        .fold(0, i64::saturating_add)
}

/// What remains to be paid of a voucher, in øre. What the last payment left open is nothing where it was said
/// to be a fee.
pub(super) fn remaining(books: &Books, kind: &Kind, row: &Row) -> i64 {
    let id = row.text(kind.key);
    let mut payments = books.of(&PAYMENTS, &id);
    if payments.any(|payment| payment.row.is("RemainderIsFee", "true")) {
        return 0;
    }
    total(kind, row).saturating_sub(paid(books, &id))
}

/// The payments of a voucher.
fn list(call: &Call<'_>, books: &Books, kind: &Kind) -> Answered {
    let row = &books.find(kind, call.value(0))?.row;
    let id = row.text(kind.key);
    let payments: Vec<Row> = books
        .of(&PAYMENTS, &id)
        .map(|one| one.row.clone())
        .collect();
    let answer = Row::default()
        .with("Payments", Cell::from_rows(&payments))
        .with("PaidAmount", Cell::from_ore(paid(books, &id)))
        .with(
            "RemainingAmount",
            Cell::from_ore(remaining(books, kind, row)),
        );
    Ok(Reply::row(&answer))
}

/// Registers a payment.
fn create(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let body = call.object();
    let row = &drafts::booked(books, kind, call.value(0), &body)?.row;
    if kind.name == PURCHASES.name && !row.is("PurchaseType", "credit") {
        return Err(Refusal::of_state("Only a purchase on credit is paid."));
    }
    let is_foreign = row.has("Currency") && !row.is("Currency", "DKK");
    if is_foreign && !body.has("AmountInForeignCurrency") {
        let why = "must be given for a voucher in a foreign currency";
        return Err(Refusal::of_field("AmountInForeignCurrency", why));
    }
    let account = body.text("DepositAccountNumber");
    if books.find(&DEPOSITS, &account).is_err() {
        return Err(Refusal::of_field(
            "DepositAccountNumber",
            "is no deposit account",
        ));
    }
    let voucher = row.text(kind.key);
    let guid = books.guid();
    let moment = call.moment();
    let today = Cell::from_text(&call.today().to_string());
    let mut payment = Row::default()
        .with("Guid", Cell::from_text(&guid))
        .with("PaymentDate", today);
    payment.take_over(&body.without("Timestamp"));
    let mut thing = Thing::of(&voucher, payment);
    thing.booked_at.clone_from(&moment);
    books.add(&PAYMENTS, thing)?;
    let version = settle(books, kind, &voucher, &moment)?;
    let answer = Row::default()
        .with("Guid", Cell::from_text(&guid))
        .with("TimeStamp", Cell::from_text(&version))
        .with("RelatedVoucherGuid", Cell::from_text(&voucher));
    Ok(Reply::row(&answer))
}

/// Takes a payment back. The version stands in the body, and of purchases in the path.
fn delete(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let (id, payment) = (call.value(0), call.value(1));
    let row = &books.find(kind, id)?.row;
    books.find_of(&PAYMENTS, id, payment)?;
    if kind.name == PURCHASES.name {
        let version = Cell::from_text(call.value(2));
        drafts::is_current(kind, row, &Row::default().with("Timestamp", version))?;
    } else {
        drafts::is_current(kind, row, &call.object())?;
    }
    books
        .every_mut(&PAYMENTS)
        .retain(|one| !one.row.is(PAYMENTS.key, payment));
    settle(books, kind, id, &call.moment())?;
    Ok(Reply::Empty)
}

/// Says of a sale whether it is paid now, and gives the voucher a new version; the version.
fn settle(books: &mut Books, kind: &Kind, id: &str, moment: &str) -> Result<String, Refusal> {
    let row = &books.find(kind, id)?.row;
    let (status, payment_status) = match remaining(books, kind, row) {
        0 => ("Paid", "Paid"),
        less if less < 0 => ("OverPaid", "OverPaid"),
        _ => ("Booked", "Unpaid"),
    };
    if kind.name != PURCHASES.name {
        let row = &mut books.find_mut(kind, id)?.row;
        row.set("Status", Cell::from_text(status));
        row.set("PaymentStatus", Cell::from_text(payment_status));
    }
    books.touch(kind, id, moment)
}
