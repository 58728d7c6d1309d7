//! The ledger: items in arrays, each with an id and a version; booking them takes a while.
//!
//! The while is not one of the clock: whoever asks once is told that it is pending, and then it is done.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::drafts;
use super::kinds::LEDGER;
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::things;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most items that a ledger can have.
const MOST: usize = 1000;

/// The fields that are the sandbox's own; the model of an item has no others.
const OWN: [&str; 4] = ["Status", "CreatedAt", "UpdatedAt", "DeletedAt"];

/// What is done with the ledger. An array is taken as a whole or not at all.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    match call.verb() {
        "read" => read(call, books),
        "create" => create(call, books),
        "update" => update(call, books),
        "book" => {
            drafts_of(call, books)?;
            let pending = Cell::from_text("PendingBooking");
            for id in ids(call) {
                let item = books.find_mut(&LEDGER, &id)?;
                item.row.set("Status", pending.clone());
                item.booked_at = call.moment();
            }
            Ok(Reply::Empty)
        }
        "status" => status(call, books),
        "delete" => {
            drafts_of(call, books)?;
            let ids = ids(call);
            books
                .every_mut(&LEDGER)
                .retain(|item| !ids.iter().any(|id| item.row.is(LEDGER.key, id)));
            Ok(Reply::Empty)
        }
        _ => Err(unanswered(call)),
    }
}

/// Lets what is pending be booked: these items, or all where none are named.
pub(super) fn settle(books: &mut Books, ids: Option<&[String]>) {
    for item in books.every_mut(&LEDGER) {
        let is_meant = ids.is_none_or(|ids| ids.iter().any(|id| item.row.is(LEDGER.key, id)));
        if is_meant && item.row.is("Status", "PendingBooking") {
            item.row.set("Status", Cell::from_text("Booked"));
        }
    }
}

/// The ids of the items that a body names.
fn ids(call: &Call<'_>) -> Vec<String> {
    call.objects()
        .iter()
        .map(|row| row.text(LEDGER.key))
        .collect()
}

/// An item that a body names.
fn item<'a>(books: &'a Books, at: usize, id: &str) -> Result<&'a Thing, Refusal> {
    let place = format!("[{at}].Id");
    books
        .find(&LEDGER, id)
        .map_err(|_| Refusal::of_field(&place, "ledgerItemNotFound"))
}

/// Whether everything that a body names is there, not booked, and of that version.
fn drafts_of(call: &Call<'_>, books: &Books) -> Result<(), Refusal> {
    for (at, named) in call.objects().iter().enumerate() {
        let item = item(books, at, &named.text(LEDGER.key))?;
        if !item.row.is("Status", "Draft") {
            return Err(Refusal::of_state("The ledger item is booked already."));
        }
        drafts::is_current(&LEDGER, &item.row, named)?;
    }
    Ok(())
}

/// Items that are not booked yet, as their model has them.
fn read(call: &Call<'_>, books: &Books) -> Answered {
    let mut rows = Vec::new();
    for (at, named) in call.objects().iter().enumerate() {
        let item = item(books, at, &named.text(LEDGER.key))?;
        if !item.row.is("Status", "Draft") {
            let place = format!("[{at}].Id");
            return Err(Refusal::of_field(&place, "ledgerItemNotFound"));
        }
        rows.push(
            OWN.iter()
                .fold(item.row.clone(), |row, own| row.without(own)),
        );
    }
    Ok(Reply::rows(&rows))
}

/// Adds items.
fn create(call: &Call<'_>, books: &mut Books) -> Answered {
    let bodies = call.objects();
    if books.live(&LEDGER).count() + bodies.len() > MOST {
        return Err(Refusal::of_limit(format!(
            "A ledger has {MOST} items at most."
        )));
    }
    let mut made: Vec<Row> = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        things::check_references(books, &LEDGER, body)?;
        let id = body.text(LEDGER.key);
        if !id.is_empty() && made.iter().any(|other| other.is(LEDGER.key, &id)) {
            return Err(Refusal::of_field(&format!("[{at}].Id"), "stands twice"));
        }
        let mut row = things::made(books, &LEDGER, body, &call.moment())?;
        if !row.has("VoucherNumber") {
            let number = books.next_number(&LEDGER, "VoucherNumber", 1);
            let number = number.saturating_add(u32::try_from(at).unwrap_or_default());
            row.set("VoucherNumber", Cell::from_number(number));
        }
        row.set("Status", Cell::from_text("Draft"));
        complete(call, books, &mut row);
        made.push(row);
    }
    books.has_room(made.iter().map(Row::size).sum())?;
    for row in &made {
        books.add(&LEDGER, Thing::new(row.clone()))?;
    }
    Ok(Reply::rows(&made.iter().map(reference).collect::<Vec<_>>()))
}

/// Replaces items; each needs its id and its version.
fn update(call: &Call<'_>, books: &mut Books) -> Answered {
    for (at, body) in call.objects().iter().enumerate() {
        for field in ["Id", "Version"] {
            if !body.has(field) {
                return Err(Refusal::of_field(
                    &format!("[{at}].{field}"),
                    "must be given",
                ));
            }
        }
        things::check_references(books, &LEDGER, body)?;
    }
    drafts_of(call, books)?;
    let mut changed = Vec::new();
    for body in call.objects() {
        let id = body.text(LEDGER.key);
        let old = books.find(&LEDGER, &id)?.row.clone();
        let mut stays = vec!["Status"];
        if !body.has("VoucherNumber") {
            stays.push("VoucherNumber");
        }
        let mut row = things::replaced(&LEDGER, &old, body, &stays);
        complete(call, books, &mut row);
        row.set("UpdatedAt", Cell::from_text(&call.moment()));
        changed.push(reference(&row));
        books.replace(&LEDGER, &id, row)?;
    }
    Ok(Reply::rows(&changed))
}

/// Gives an item its day and a new version, and each of its lines an id.
fn complete(call: &Call<'_>, books: &mut Books, row: &mut Row) {
    if !row.has("VoucherDate") {
        row.set("VoucherDate", Cell::from_text(&call.today().to_string()));
    }
    let lines: Vec<Row> = row
        .rows("Lines")
        .into_iter()
        .map(|mut line| {
            if !line.has("Id") {
                line.set("Id", Cell::from_text(&books.guid()));
            }
            line
        })
        .collect();
    row.set("Lines", Cell::from_rows(&lines));
    // A row version, as SQL Server's clients write it: eight bytes in base64.
    let version = u64::from_str_radix(&books.version(), 16).unwrap_or_default();
    row.set(
        "Version",
        Cell::from_text(&STANDARD.encode(version.to_be_bytes())),
    );
}

/// Id and version of an item.
fn reference(row: &Row) -> Row {
    Row::default()
        .with("Id", Cell::from_text(&row.text("Id")))
        .with("Version", Cell::from_text(&row.text("Version")))
}

/// How far items are; what is pending is booked when it is asked for the next time.
fn status(call: &Call<'_>, books: &mut Books) -> Answered {
    let mut rows = Vec::new();
    let ids = ids(call);
    for (at, id) in ids.iter().enumerate() {
        let status = item(books, at, id)?.row.text("Status");
        rows.push(
            Row::default()
                .with("Id", Cell::from_text(id))
                .with("Status", Cell::from_text(&status)),
        );
    }
    settle(books, Some(&ids));
    Ok(Reply::rows(&rows))
}
