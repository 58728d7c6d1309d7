//! Entries: what follows from everything that is booked.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{
    ACCOUNTS, CREDIT_NOTES, DEPOSITS, INVOICES, Kind, LEDGER, MANUAL_VOUCHERS, PAYMENTS,
    PURCHASE_CREDIT_NOTES, PURCHASES,
};
use super::reference::{BANK, CREDITORS, DEBTORS, PURCHASE_VAT, SALES_VAT};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::{amount, data, ledger, vouchers};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// What the company has in the bank when a year begins, in øre.
const OPENING: i64 = 25_000_000;

/// The account of the owners.
const EQUITY: &str = "60110";

/// The longest time that `entries/changes` looks over.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);

/// An amount on an account.
struct Posting<'a> {
    account: String,
    ore: i64,
    line: Option<&'a Row>,
}

/// An entry.
pub(super) struct Entry {
    /// The number of its account.
    pub(super) account: String,
    /// Its day.
    pub(super) date: String,
    /// Its amount in øre.
    pub(super) ore: i64,
    added_at: String,
    row: Row,
}

/// What is asked about entries.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    ledger::settle(books, None);
    match call.verb() {
        "list" => between(call, books),
        "changes" => changes(call, books),
        _ => Err(unanswered(call)),
    }
}

/// The entries of some days of one accounting year.
fn between(call: &Call<'_>, books: &Books) -> Answered {
    let day = |name: &str| {
        let text = call.query.get(name).unwrap_or_default();
        text.parse::<Date>()
            .map_err(|_| Refusal::of_field(name, "must be YYYY-MM-DD"))
    };
    let (from, to) = (day("fromDate")?, day("toDate")?);
    if to < from {
        return Err(Refusal::of_field("toDate", "must not be before fromDate"));
    }
    if from.year() != to.year() {
        let why = "must be in the accounting year of fromDate";
        return Err(Refusal::of_field("toDate", why));
    }
    let (from, to) = (from.to_string(), to.to_string());
    let mut all = every(books, false);
    if call.flag("includePrimo", true) {
        all.extend(opening(books, &from[..4]));
    }
    let inside = all
        .iter()
        .filter(|entry| from <= entry.date && entry.date <= to);
    Ok(Reply::rows(inside.map(|entry| &entry.row)))
}

/// The entries that were added in a time.
fn changes(call: &Call<'_>, books: &Books) -> Answered {
    let time = |name: &str| {
        let text = call.query.get(name).unwrap_or_default();
        text.parse::<Timestamp>()
            .map_err(|_| Refusal::of_field(name, "must be YYYY-MM-DDTHH:mm:ssZ"))
    };
    let (from, to) = (time("changesFrom")?, time("changesTo")?);
    if to < from {
        return Err(Refusal::of_field(
            "changesTo",
            "must not be before changesFrom",
        ));
    }
    if to.duration_since(from) > LONGEST {
        let why = "must be 31 days after changesFrom at most";
        return Err(Refusal::of_parameter(43, "changesTo", why));
    }
    let all = every(books, false);
    let inside = all.iter().filter(|entry| {
        let added = entry.added_at.parse::<Timestamp>();
        added.is_ok_and(|added| from <= added && added <= to)
    });
    Ok(Reply::rows(inside.map(|entry| &entry.row)))
}

/// Every entry; those of the ledger's drafts too where that is asked for.
pub(super) fn every(books: &Books, with_ledger: bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (kind, word) in [
        (&INVOICES, "Invoice"),
        (&CREDIT_NOTES, "CreditNote"),
        (&PURCHASES, "Purchase"),
        (&PURCHASE_CREDIT_NOTES, "PurchaseCreditNote"),
        (&MANUAL_VOUCHERS, "Manuel"),
        (&LEDGER, "Ledger"),
        (&PAYMENTS, "Payment"),
    ] {
        for thing in books.live(kind) {
            let is_counted =
                !thing.booked_at.is_empty() || (with_ledger && kind.name == LEDGER.name);
            if is_counted {
                entries.extend(of(books, kind, word, thing));
            }
        }
    }
    entries
}

/// The entries of a booked thing.
fn of(books: &Books, kind: &Kind, word: &str, thing: &Thing) -> Vec<Entry> {
    let row = &thing.row;
    let lines = row.rows(kind.lines);
    let postings = match kind.name {
        "invoices" => sale(row, &lines, 1),
        "credit-notes" => sale(row, &lines, -1),
        "purchases" => purchase(row, &lines, 1),
        "purchase-credit-notes" => purchase(row, &lines, -1),
        "payments" => payment(books, thing),
        _ => balanced(&lines),
    };
    let first = |names: [&str; 3]| {
        let given = names.into_iter().find(|name| row.has(name));
        given.map(|name| row.text(name)).unwrap_or_default()
    };
    let date = first(["Date", "VoucherDate", "PaymentDate"]);
    let id = row.text(kind.key);
    let number = first(["Number", "VoucherNumber", ""]);
    let voucher = if thing.parent.is_empty() {
        &id
    } else {
        &thing.parent
    };
    let numbered = |posting: &Posting<'_>, at: u32| {
        let said = posting.line.map(|line| line.text("Description"));
        let said = said
            .filter(|said| !said.is_empty())
            .unwrap_or_else(|| row.text("Description"));
        Row::default()
            .with("AccountNumber", Cell::from_json(whole(&posting.account)))
            .with(
                "AccountName",
                Cell::from_option(name(books, &posting.account).as_deref()),
            )
            .with("Date", Cell::from_text(&date))
            .with("VoucherNumber", Cell::from_json(whole(&number)))
            .with("VoucherGuid", Cell::from_text(voucher))
            .with(
                "FileGuid",
                row.cell("FileGuid").cloned().unwrap_or_else(Cell::null),
            )
            .with("VoucherType", Cell::from_text(word))
            .with("Description", Cell::from_text(&said))
            .with("VatType", Cell::null())
            .with("VatCode", vat_code(books, posting))
            .with("Amount", Cell::from_ore(posting.ore))
            .with(
                "EntryGuid",
                Cell::from_text(&data::guid(&format!("entry/{id}"), books.organization, at)),
            )
            .with(
                "ContactGuid",
                row.cell("ContactGuid").cloned().unwrap_or_else(Cell::null),
            )
            .with("Type", Cell::from_text("Normal"))
    };
    let postings = postings
        .iter()
        .filter(|posting| posting.ore != 0)
        .zip(0_u32..);
    postings
        .map(|(posting, at)| Entry {
            account: posting.account.clone(),
            date: date.clone(),
            ore: posting.ore,
            added_at: thing.booked_at.clone(),
            row: numbered(posting, at),
        })
        .collect()
}

/// A whole number as JSON, or null.
fn whole(text: &str) -> String {
    text.parse::<u32>()
        .map_or_else(|_| "null".to_owned(), |number| number.to_string())
}

/// An account of either kind.
pub(super) fn account<'a>(books: &'a Books, number: &str) -> Option<&'a Row> {
    let kinds = [&ACCOUNTS, &DEPOSITS].into_iter();
    let mut found = kinds.filter_map(|kind| books.find(kind, number).ok());
    found.next().map(|thing| &thing.row)
}

fn name(books: &Books, number: &str) -> Option<String> {
    account(books, number).map(|row| row.text("Name"))
}

/// The VAT code of a posting: that of its line, or that of its account.
fn vat_code(books: &Books, posting: &Posting<'_>) -> Cell {
    let of_line = posting.line.and_then(|line| {
        let names = ["VatCode", "AccountVatCode"].into_iter();
        names
            .filter(|name| line.has(name))
            .map(|name| line.text(name))
            .next()
    });
    let of_account = || account(books, &posting.account).map(|row| row.text("VatCode"));
    let code = of_line.or_else(of_account);
    let code = code.filter(|code| !code.is_empty() && !code.eq_ignore_ascii_case("none"));
    Cell::from_option(code.as_deref())
}

fn posting(account: impl Into<String>, ore: i64, line: Option<&Row>) -> Posting<'_> {
    Posting {
        account: account.into(),
        ore,
        line,
    }
}

/// A sale: the customer owes, income and VAT stand against it. A credit note turns it round.
fn sale<'a>(row: &Row, lines: &'a [Row], sign: i64) -> Vec<Posting<'a>> {
    let of = |name: &str| sign * amount::ore_of(&row.text(name));
    let mut postings = vec![posting(DEBTORS.to_string(), of("TotalInclVat"), None)];
    postings.extend(lines.iter().map(|line| {
        let ore = -sign * amount::ore_of(&line.text("TotalAmount"));
        posting(line.text("AccountNumber"), ore, Some(line))
    }));
    postings.push(posting(SALES_VAT.to_string(), -of("TotalVat"), None));
    postings
}

/// A purchase: expense and VAT, and against them the supplier or the cash.
fn purchase<'a>(row: &Row, lines: &'a [Row], sign: i64) -> Vec<Posting<'a>> {
    let mut postings = Vec::new();
    let (mut gross, mut vat) = (0_i64, 0_i64);
    for line in lines {
        let amount = amount::ore_of(&line.text("Amount"));
        let part = vouchers::vat_in(line);
        gross = gross.saturating_add(amount);
        vat = vat.saturating_add(part);
        let net = amount.saturating_sub(part);
        postings.push(posting(line.text("AccountNumber"), sign * net, Some(line)));
    }
    let against = match row.text("DepositAccountNumber") {
        given if row.is("PurchaseType", "cash") && !given.is_empty() => given,
        _ if row.is("PurchaseType", "cash") => BANK.to_string(),
        _ => CREDITORS.to_string(),
    };
    postings.push(posting(PURCHASE_VAT.to_string(), sign * vat, None));
    postings.push(posting(against, -sign * gross, None));
    postings
}

/// A payment: the bank against who owed, or was owed.
fn payment<'a>(books: &Books, thing: &'a Thing) -> Vec<Posting<'a>> {
    let row = &thing.row;
    let amount = amount::ore_of(&row.text("Amount"));
    let is = |kind: &Kind| books.find(kind, &thing.parent).is_ok();
    let (other, sign) = if is(&PURCHASES) {
        (CREDITORS, -1)
    } else if is(&CREDIT_NOTES) {
        (DEBTORS, -1)
    } else {
        (DEBTORS, 1)
    };
    vec![
        posting(row.text("DepositAccountNumber"), sign * amount, Some(row)),
        posting(other.to_string(), -sign * amount, Some(row)),
    ]
}

/// Lines with an account and one against it.
fn balanced(lines: &[Row]) -> Vec<Posting<'_>> {
    let sides = lines.iter().flat_map(|line| {
        let amount = amount::ore_of(&line.text("Amount"));
        [
            ("AccountNumber", amount),
            ("BalancingAccountNumber", -amount),
        ]
        .into_iter()
        .filter(|(name, _)| line.has(name))
        .map(move |(name, ore)| posting(line.text(name), ore, Some(line)))
    });
    sides.collect()
}

/// What a year begins with. A company that has booked nothing yet begins with nothing.
pub(super) fn opening(books: &Books, year: &str) -> Vec<Entry> {
    if books.live(&INVOICES).next().is_none() {
        return Vec::new();
    }
    let date = format!("{year}-01-01");
    let sides = [(BANK.to_string(), OPENING), (EQUITY.to_owned(), -OPENING)];
    let entries = sides.into_iter().zip(0_u32..).map(|((number, ore), at)| {
        let guid = data::guid(&format!("primo/{year}"), books.organization, at);
        let row = Row::default()
            .with("AccountNumber", Cell::from_json(whole(&number)))
            .with(
                "AccountName",
                Cell::from_option(name(books, &number).as_deref()),
            )
            .with("Date", Cell::from_text(&date))
            .with("VoucherNumber", Cell::null())
            .with("VoucherGuid", Cell::null())
            .with("FileGuid", Cell::null())
            .with("VoucherType", Cell::from_text("Primo"))
            .with("Description", Cell::from_text("Primo"))
            .with("VatType", Cell::null())
            .with("VatCode", Cell::null())
            .with("Amount", Cell::from_ore(ore))
            .with("EntryGuid", Cell::from_text(&guid))
            .with("ContactGuid", Cell::null())
            .with("Type", Cell::from_text("Primo"));
        Entry {
            account: number,
            date: date.clone(),
            ore,
            added_at: String::new(),
            row,
        }
    });
    entries.collect()
}
