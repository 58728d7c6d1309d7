//! Reports: the sums of entries, by account and year.

use super::books::Books;
use super::call::{Answered, Call, Reply};
use super::entries::{account, every, opening};
use super::kinds::{ACCOUNTS, DEPOSITS};
use super::ledger;
use super::reference::{self, FIRST_OF_BALANCE};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use axum::http::StatusCode;
use std::collections::BTreeMap;

/// The sums of accounts in a year.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    ledger::settle(books, None);
    let year = call.value(0);
    if !reference::is_year(call, year) {
        let message = "There is no accounting year with that name.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, 40, message));
    }
    let verb = call.verb();
    let mut entries = opening(books, year);
    if verb != "primo" {
        let all = every(books, call.flag("includeLedgerEntries", false));
        entries.extend(all.into_iter().filter(|entry| entry.date.starts_with(year)));
    }
    let mut sums: BTreeMap<u32, i64> = BTreeMap::new();
    if call.flag("showZeroAccount", false) {
        let known = books.live(&ACCOUNTS).chain(books.live(&DEPOSITS));
        let numbers = known.filter_map(|thing| thing.row.text("AccountNumber").parse().ok());
        sums.extend(numbers.map(|number: u32| (number, 0)));
    }
    for entry in &entries {
        let sum = sums
            .entry(entry.account.parse().unwrap_or_default())
            .or_default();
        *sum = sum.saturating_add(entry.ore);
    }
    sums.retain(|number, _| match verb {
        "result" => *number < FIRST_OF_BALANCE,
        "balance" | "primo" => *number >= FIRST_OF_BALANCE,
        _ => true,
    });
    let with_vat = call.flag("showVatType", false);
    let with_number = call.flag("showAccountNo", true);
    let row = |number: Option<u32>, title: &str, ore: i64| {
        let number = number.filter(|_| with_number);
        Row::default()
            .with(
                "AccountNumber",
                number.map_or_else(Cell::null, Cell::from_number),
            )
            .with("AccountName", Cell::from_text(title))
            .with("Amount", Cell::from_ore(ore))
    };
    let mut rows = Vec::new();
    for (number, ore) in &sums {
        let account = account(books, &number.to_string());
        let title = account.map(|row| row.text("Name")).unwrap_or_default();
        let mut line = row(Some(*number), &title, *ore);
        if with_vat {
            let code = account.map(|row| row.text("VatCode"));
            line.set("VatType", Cell::from_option(code.as_deref()));
        }
        rows.push(line);
    }
    if call.flag("includeSummaryAccount", false) {
        let sum = sums.values().copied().fold(0, i64::saturating_add);
        rows.push(row(None, "Sum", sum));
    }
    Ok(Reply::rows(&rows))
}
