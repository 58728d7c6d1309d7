//! Vouchers that are no sales: manual ones, purchases, credit notes of suppliers.

use super::answers::unanswered;
use super::books::Books;
use super::call::{Answered, Call, Reply};
use super::kinds::{Kind, MANUAL_VOUCHERS, PURCHASE_CREDIT_NOTES, PURCHASES};
use super::refusal::Refusal;
use super::rows::{Cell, Row, array};
use super::{amount, drafts, payments, reference, things};

/// What is done with them.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let kind = match call.operation.name.split('.').next() {
        Some("manual-vouchers") => &MANUAL_VOUCHERS,
        Some("purchases") => &PURCHASES,
        _ => &PURCHASE_CREDIT_NOTES,
    };
    match call.verb() {
        "create" | "create-v1.1" => drafts::create(call, books, kind),
        "get" => things::get(call, books, kind),
        "update" | "update-v1" => drafts::update(call, books, kind),
        "delete" => delete(call, books, kind),
        "book" => drafts::book(call, books, kind),
        "fetch" => fetch(call, books),
        "similar" => Ok(similar(call, books)),
        "of-file" => Ok(of_file(call, books)),
        "generate-credit-note" => generate(call, books),
        _ if kind.name == PURCHASES.name => payments::answer(call, books, kind),
        _ => Err(unanswered(call)),
    }
}

/// Fills in what follows from the rest of a voucher.
pub(super) fn complete(call: &Call<'_>, row: &mut Row) -> Result<(), Refusal> {
    if !row.has("VoucherDate") {
        row.set("VoucherDate", Cell::from_text(&call.today().to_string()));
    }
    for (at, line) in row.rows("Lines").iter().enumerate() {
        let account = line.text("AccountNumber");
        // Seen by a third party: a purchase has no line on an account of the balance.
        let of_balance = account.parse::<u32>().is_ok_and(|number| number > 9399);
        if row.has("PurchaseType") && of_balance {
            let place = format!("Lines[{at}].AccountNumber");
            return Err(Refusal::of_field(&place, "must be from 2000 to 9399"));
        }
    }
    Ok(())
}

/// Deletes a draft. A purchase was seen to be refused without its version, though the document calls it optional.
fn delete(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let is_purchase = kind.name == PURCHASES.name;
    if is_purchase && !call.object().has("Timestamp") {
        books.find(kind, call.value(0))?;
        return Err(Refusal::of_field("Timestamp", "must be given"));
    }
    drafts::delete(call, books, kind)
}

/// What a purchase would come to. Nothing is stored; the shape is the sandbox's own.
fn fetch(call: &Call<'_>, books: &Books) -> Answered {
    let body = call.object();
    things::check_references(books, &PURCHASES, &body)?;
    let (mut gross, mut vat) = (0_i64, 0_i64);
    let lines = body.rows("Lines");
    for line in &lines {
        gross = gross.saturating_add(amount::ore_of(&line.text("Amount")));
        vat = vat.saturating_add(vat_in(line));
    }
    let answer = Row::default()
        .with("TotalExclVat", Cell::from_ore(gross.saturating_sub(vat)))
        .with("TotalVat", Cell::from_ore(vat))
        .with("TotalInclVat", Cell::from_ore(gross))
        .with("Lines", Cell::from_rows(&lines));
    Ok(Reply::row(&answer))
}

/// The VAT in a line, in øre: by its own code or by that of its account.
pub(super) fn vat_in(line: &Row) -> i64 {
    let code = line.text("VatCode");
    let rate = if code.is_empty() {
        reference::vat_rate_of_account(&line.text("AccountNumber"))
    } else {
        reference::vat_rate(&code)
    };
    let rate = amount::or_nothing(rate);
    let gross = amount::or_nothing(&line.text("Amount"));
    let net = gross.saturating_mul(1_000_000) / (1_000_000 + rate);
    amount::ore(gross).saturating_sub(amount::ore(net))
}

/// Purchases of the same day, or from the same contact, that come to the same.
fn similar(call: &Call<'_>, books: &Books) -> Reply {
    let body = call.object();
    let total = payments::total(&PURCHASES, &body);
    let same = |row: &Row, field: &str| body.has(field) && row.is(field, &body.text(field));
    let rows = books
        .live(&PURCHASES)
        .map(|thing| &thing.row)
        .filter(|row| payments::total(&PURCHASES, row) == total)
        .filter(|row| same(row, "VoucherDate") || same(row, "ContactGuid"));
    let shown = ["Guid", "Number", "VoucherDate", "ContactGuid", "Status"].map(str::to_owned);
    let rows = rows.map(|row| super::rows::object(&row.picked(&shown)));
    Reply::Json(array(rows))
}

/// The drafts that were made from a file.
fn of_file(call: &Call<'_>, books: &Books) -> Reply {
    let file = call.value(0).replace('-', "");
    let guids: Vec<Row> = books
        .live(&PURCHASES)
        .map(|thing| &thing.row)
        .filter(|row| row.is("Status", "Draft"))
        .filter(|row| {
            row.text("FileGuid")
                .replace('-', "")
                .eq_ignore_ascii_case(&file)
        })
        .map(|row| Row::default().with("Guid", Cell::from_text(&row.text("Guid"))))
        .collect();
    Reply::rows(&guids)
}

/// Makes a draft of a supplier's credit note from a booked purchase.
fn generate(call: &Call<'_>, books: &mut Books) -> Answered {
    let from = drafts::booked(books, &PURCHASES, call.value(0), &call.object())?
        .row
        .clone();
    let new = from
        .only(&["ContactGuid", "Lines"])
        .with("CreditNoteFor", Cell::from_text(&from.text("Guid")));
    let new = drafts::add(call, books, &PURCHASE_CREDIT_NOTES, &new)?;
    things::created(books, &PURCHASE_CREDIT_NOTES, &new)
}
