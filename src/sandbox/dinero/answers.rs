//! Which part of the books answers which operation: by the first word of its name.

use super::books::Books;
use super::call::{Answered, Call};
use super::refusal::Refusal;
use super::{
    contacts, entries, files, ledger, reference, reminders, reports, sales, vouchers, webhooks,
};
use axum::http::StatusCode;

/// What the books of a company answer.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let resource = call.operation.name.split('.').next().unwrap_or_default();
    match resource {
        "accounting-years" | "vat-types" | "accounts" => reference::answer(call, books),
        "contacts" => contacts::answer(call, books),
        "products" => contacts::products(call, books),
        "invoices" | "credit-notes" | "trade-offers" | "sales" => sales::answer(call, books),
        "reminders" => reminders::answer(call, books),
        "ledger" => ledger::answer(call, books),
        "manual-vouchers" | "purchases" | "purchase-credit-notes" => vouchers::answer(call, books),
        "entries" => entries::answer(call, books),
        "reports" => reports::answer(call, books),
        "files" | "attachments" => files::answer(call, books),
        "webhooks" => webhooks::answer(call, books),
        _ => Err(unanswered(call)),
    }
}

/// For an operation of the catalogue that nothing here knows; a test holds that there is none.
pub(super) fn unanswered(call: &Call<'_>) -> Refusal {
    let message = format!("The sandbox does not know `{}`.", call.operation.name);
    Refusal::new(StatusCode::NOT_IMPLEMENTED, 40, message)
}
