//! What hardly ever changes: countries, accounting years, VAT codes, accounts.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{ACCOUNTS, DEPOSITS, Kind};
use super::list;
use super::refusal::Refusal;
use super::rows::{Cell, Row};

/// Some countries: key, Danish name, English name.
const COUNTRIES: [(&str, &str, &str); 10] = [
    ("DK", "Danmark", "Denmark"),
    ("DE", "Tyskland", "Germany"),
    ("FI", "Finland", "Finland"),
    ("FO", "Færøerne", "Faroe Islands"),
    ("GB", "Storbritannien", "United Kingdom"),
    ("GL", "Grønland", "Greenland"),
    ("IS", "Island", "Iceland"),
    ("NO", "Norge", "Norway"),
    ("SE", "Sverige", "Sweden"),
    ("US", "USA", "United States"),
];

/// VAT codes: code, name, rate.
const VAT_CODES: [(&str, &str, &str); 8] = [
    ("none", "Ingen moms", "0"),
    ("U25", "Salgsmoms", "0.25"),
    ("UEUV", "Varesalg til EU", "0"),
    ("UEUY", "Ydelsessalg til EU", "0"),
    ("UV", "Varesalg til verden", "0"),
    ("I25", "Købsmoms", "0.25"),
    ("IEUV", "Varekøb i EU", "0"),
    ("REP", "Repræsentation", "0"),
];

/// The chart of accounts that a company begins with: number, name, VAT code, category.
const CHART: [(u32, &str, &str, &str); 14] = [
    (1000, "Salg af varer/ydelser m/moms", "U25", "Income"),
    (1050, "Salg af varer til udlandet, EU", "UEUV", "Income"),
    (1100, "Salg af ydelser til udlandet, EU", "UEUY", "Income"),
    (2000, "Varekøb m/moms", "I25", "Expense"),
    (2050, "Varekøb i udlandet, EU", "IEUV", "Expense"),
    (4000, "Repræsentation", "REP", "Expense"),
    (5000, "Husleje", "I25", "Expense"),
    (7220, "Kontorartikler", "I25", "Expense"),
    (7280, "Renteudgifter", "none", "Expense"),
    (DEBTORS, "Debitorer", "none", "Asset"),
    (60_110, "Egenkapital", "none", "Liability"),
    (CREDITORS, "Kreditorer", "none", "Liability"),
    (SALES_VAT, "Salgsmoms", "none", "Liability"),
    (PURCHASE_VAT, "Købsmoms", "none", "Liability"),
];

/// Bank and cash.
const BANK_AND_CASH: [(u32, &str); 2] = [(BANK, "Bank"), (55_040, "Kasse")];

/// What customers owe.
pub(super) const DEBTORS: u32 = 56_100;

/// What is owed to suppliers.
pub(super) const CREDITORS: u32 = 63_000;

/// The VAT of sales.
pub(super) const SALES_VAT: u32 = 64_060;

/// The VAT of purchases.
pub(super) const PURCHASE_VAT: u32 = 64_080;

/// The bank.
pub(super) const BANK: u32 = 55_000;

/// The first account that is neither income nor expense.
pub(super) const FIRST_OF_BALANCE: u32 = 50_000;

/// The first year of which there are books.
const FIRST_YEAR: i16 = 2025;

/// The last year of which something is seeded.
const LAST_SEEDED_YEAR: i16 = 2026;

/// The accounts that a company begins with.
pub(super) fn seeds() -> impl Iterator<Item = (&'static Kind, Row)> {
    let chart = CHART.iter().map(|(number, name, vat, category)| {
        let row = Row::default()
            .with("AccountNumber", Cell::from_number(*number))
            .with("Name", Cell::from_text(name))
            .with("IsHidden", Cell::from_bool(false))
            .with("VatCode", Cell::from_text(vat))
            .with("Category", Cell::from_text(category));
        (&ACCOUNTS, row)
    });
    let deposits = BANK_AND_CASH.iter().map(|(number, name)| {
        let row = Row::default()
            .with("AccountNumber", Cell::from_number(*number))
            .with("Name", Cell::from_text(name));
        (&DEPOSITS, row)
    });
    chart.chain(deposits)
}

/// Every country.
pub(super) fn countries() -> Vec<Row> {
    let rows = COUNTRIES.iter().map(|(key, danish, english)| {
        Row::default()
            .with("Key", Cell::from_text(key))
            .with("DanishName", Cell::from_text(danish))
            .with("EnglishName", Cell::from_text(english))
    });
    rows.collect()
}

/// The rate of a VAT code, as a number; 0 of one that is not known.
pub(super) fn vat_rate(code: &str) -> &'static str {
    let mut codes = VAT_CODES.iter();
    codes
        .find(|(own, ..)| own.eq_ignore_ascii_case(code))
        .map_or("0", |(.., rate)| rate)
}

/// The rate of the VAT of an account; of one that the chart does not begin with that of Danish sales.
pub(super) fn vat_rate_of_account(account: &str) -> &'static str {
    let number = account.parse::<u32>().unwrap_or_default();
    let mut chart = CHART.iter();
    chart
        .find(|(own, ..)| *own == number)
        .map_or("0.25", |(_, _, code, _)| vat_rate(code))
}

/// Whether that is the name of an accounting year.
pub(super) fn is_year(call: &Call<'_>, name: &str) -> bool {
    name.parse().is_ok_and(|year| years(call).contains(&year))
}

/// The accounting years, which are those of the calendar.
fn years(call: &Call<'_>) -> std::ops::RangeInclusive<i16> {
    FIRST_YEAR..=call.today().year().max(LAST_SEEDED_YEAR)
}

/// Years, VAT codes, accounts.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let rows = |kind: &Kind| -> Vec<Row> {
        let mut rows: Vec<Row> = books.live(kind).map(|one| one.row.clone()).collect();
        rows.sort_by_key(|row| row.text("AccountNumber").parse::<u32>().unwrap_or_default());
        rows
    };
    match call.operation.name.as_str() {
        "accounting-years.list" => {
            let years = years(call).map(|year| {
                Row::default()
                    .with("Name", Cell::from_text(&year.to_string()))
                    .with("FromDate", Cell::from_text(&format!("{year}-01-01")))
                    .with("ToDate", Cell::from_text(&format!("{year}-12-31")))
                    .with("SalarySumTaxStateEnum", Cell::from_text("None"))
            });
            Ok(Reply::rows(&years.collect::<Vec<_>>()))
        }
        "vat-types.list" => {
            let codes = VAT_CODES.iter().map(|(code, name, rate)| {
                Row::default()
                    .with("VatCode", Cell::from_text(code))
                    .with("Name", Cell::from_text(name))
                    .with("VatRate", Cell::from_json(*rate))
            });
            Ok(Reply::rows(&codes.collect::<Vec<_>>()))
        }
        "accounts.entry-list" => {
            let wanted = call.query.get("categoryFilter");
            let mut rows = rows(&ACCOUNTS);
            rows.retain(|row| wanted.is_none_or(|category| row.is("Category", category)));
            list::plain(call, &rows)
        }
        "accounts.purchase-list" => {
            let mut rows = rows(&ACCOUNTS);
            let number = |row: &Row| row.text("AccountNumber").parse::<u32>().unwrap_or_default();
            rows.retain(|row| (2000..=9399).contains(&number(row)));
            list::plain(call, &rows)
        }
        "accounts.deposit-list" => list::plain(call, &rows(&DEPOSITS)),
        "accounts.entry-create" => create(call, books, &ACCOUNTS),
        "accounts.deposit-create" => create(call, books, &DEPOSITS),
        _ => Err(unanswered(call)),
    }
}

/// Adds an account.
fn create(call: &Call<'_>, books: &mut Books, kind: &Kind) -> Answered {
    let body = call.object();
    let number = body.text("Number");
    if [&ACCOUNTS, &DEPOSITS]
        .iter()
        .any(|kind| books.find(kind, &number).is_ok())
    {
        return Err(Refusal::of_field("Number", format!("{number} is taken")));
    }
    let code = body.text("VatCode");
    let is_known = |code: &str| {
        VAT_CODES
            .iter()
            .any(|(own, ..)| own.eq_ignore_ascii_case(code))
    };
    if body.has("VatCode") && !is_known(&code) {
        return Err(Refusal::of_field(
            "VatCode",
            format!("`{code}` is no code of vatTypes"),
        ));
    }
    let answer = Row::default().with("AccountNumber", Cell::from_json(number));
    let mut row = answer
        .clone()
        .with("Name", Cell::from_text(&body.text("Name")));
    if kind.name == ACCOUNTS.name {
        row.set("IsHidden", Cell::from_bool(false));
        row.set("VatCode", Cell::from_text(&code));
        row.set("Category", Cell::null());
    }
    books.add(kind, Thing::new(row))?;
    Ok(Reply::row(&answer))
}
