//! What is the same for everything that can be listed, read, made, changed and deleted.

use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::{CONTACTS, FILES, Kind, PRODUCTS};
use super::list;
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use axum::http::StatusCode;

/// A list, paged. What was deleted is in it where that is asked for, or what has changed.
pub(super) fn list(call: &Call<'_>, books: &Books, kind: &Kind, parent: Option<&str>) -> Answered {
    let with_deleted = call.flag("deletedOnly", false)
        || call.query.get("changesSince").is_some()
        || call.operation.name == "contacts.list";
    let things = books.all(kind).iter();
    let rows: Vec<&Row> = things
        .filter(|thing| with_deleted || thing.is_live())
        .filter(|thing| parent.is_none_or(|parent| thing.belongs_to(parent)))
        .map(|thing| &thing.row)
        .collect();
    list::page(call, kind, &rows)
}

/// One by the last id of the path.
pub(super) fn get(call: &Call<'_>, books: &Books, kind: &Kind) -> Answered {
    let id = call.values.last().map_or("", String::as_str);
    books.find(kind, id).map(|thing| Reply::row(&thing.row))
}

/// A new row of that kind: every field it can have, with the values of the body. An id of the client's own
/// that is there already is refused, in the two ways in which Dinero does that.
pub(super) fn made(
    books: &mut Books,
    kind: &Kind,
    body: &Row,
    moment: &str,
) -> Result<Row, Refusal> {
    let own = body.text(kind.key);
    let is_taken = !own.is_empty() && books.all(kind).iter().any(|one| one.row.is(kind.key, &own));
    if is_taken && kind.name == CONTACTS.name {
        return Err(Refusal::of_field(kind.key, "guidMustBeUnique"));
    }
    if is_taken {
        let message = format!("A {} with that {} exists.", kind.one, kind.key);
        return Err(Refusal::new(StatusCode::CONFLICT, 72, message));
    }
    let mut row = filled(kind, body);
    let id = if own.is_empty() { books.guid() } else { own };
    row.set(kind.key, Cell::from_text(&id));
    if !kind.version.is_empty() {
        row.set(kind.version, Cell::from_text(&books.version()));
    }
    row.set("CreatedAt", Cell::from_text(moment));
    row.set("UpdatedAt", Cell::from_text(moment));
    row.set("DeletedAt", Cell::null());
    Ok(row)
}

/// The row that a body puts in place of another: what it leaves out is emptied, what is not its to say stays.
pub(super) fn replaced(kind: &Kind, old: &Row, body: &Row, stays: &[&str]) -> Row {
    let mut row = filled(kind, body);
    let own = [
        kind.key,
        kind.version,
        "CreatedAt",
        "UpdatedAt",
        "DeletedAt",
    ];
    for name in own.iter().chain(stays) {
        if let Some(cell) = old.cell(name) {
            row.set(name, cell.clone());
        }
    }
    row
}

/// Every field of a kind, from the body or null.
fn filled(kind: &Kind, body: &Row) -> Row {
    let fields = kind.fields().into_iter();
    fields.fold(Row::default(), |row, name| {
        let cell = body.cell(name).cloned().unwrap_or_else(Cell::null);
        row.with(name, cell)
    })
}

/// Makes one of the body, and answers with its id.
pub(super) fn create(call: &Call<'_>, books: &mut Books, kind: &Kind, parent: &str) -> Answered {
    let row = made(books, kind, &call.object(), &call.moment())?;
    let id = row.text(kind.key);
    books.add(kind, Thing::of(parent, row))?;
    let answer = Row::default().with(kind.key, Cell::from_text(&id));
    Ok(Reply::row(&answer))
}

/// Replaces one by the body.
pub(super) fn update(call: &Call<'_>, books: &mut Books, kind: &Kind, id: &str) -> Answered {
    let row = replaced(kind, &books.find(kind, id)?.row, &call.object(), &[]);
    books.replace(kind, id, row)?;
    books.touch(kind, id, &call.moment())?;
    Ok(Reply::Empty)
}

/// Deletes one.
pub(super) fn delete(call: &Call<'_>, books: &mut Books, kind: &Kind, id: &str) -> Answered {
    books.remove(kind, id, &call.moment())?;
    Ok(Reply::Empty)
}

/// `Guid` and version, as Dinero answers what was created or changed.
pub(super) fn created(books: &Books, kind: &Kind, id: &str) -> Answered {
    let row = &books.find(kind, id)?.row;
    let answer = Row::default()
        .with("Guid", Cell::from_text(&row.text(kind.key)))
        .with("TimeStamp", Cell::from_text(&row.text(kind.version)));
    Ok(Reply::row(&answer))
}

/// The contact, the products and the file that a body names must be there.
pub(super) fn check_references(books: &Books, kind: &Kind, body: &Row) -> Result<(), Refusal> {
    let lines = body.rows(kind.lines);
    let named = lines
        .iter()
        .map(|line| (&PRODUCTS, line.text("ProductGuid"), "ProductGuid"))
        .chain([
            (&CONTACTS, body.text("ContactGuid"), "ContactGuid"),
            (&FILES, body.text("FileGuid").replace('-', ""), "FileGuid"),
        ]);
    for (other, id, field) in named {
        if !id.is_empty() && books.find(other, &id).is_err() {
            return Err(Refusal::of_reference(field, &id));
        }
    }
    Ok(())
}
