//! The archive of files, files that can only be attached, and what is attached to a document.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Body, Call, Content, Reply};
use super::kinds::{
    ATTACHMENTS, FILES, INVOICES, LEDGER, MANUAL_VOUCHERS, PURCHASE_CREDIT_NOTES, PURCHASES,
};
use super::refusal::Refusal;
use super::rows::{Cell, Row};
use super::{list, models};

/// What belongs to the archive; what can only be attached does not.
const ARCHIVE: &str = "archive";

/// What is done with files and attachments.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    match call.operation.name.as_str() {
        "files.upload" => upload(call, books, ARCHIVE),
        "files.upload-attachment" => upload(call, books, ""),
        "files.list" => archive(call, books),
        "files.get" => {
            let file = books.find(&FILES, &call.value(0).replace('-', ""))?;
            let content = file.content.clone();
            content.map(Reply::File).ok_or_else(|| unanswered(call))
        }
        "attachments.list" => {
            let rows = books.of(&ATTACHMENTS, call.value(0)).map(|one| &one.row);
            Ok(Reply::rows(rows))
        }
        "attachments.add" => {
            let file = &books.find(&FILES, &call.value(1).replace('-', ""))?.row;
            let row = Row::default()
                .with("FileGuid", Cell::from_text(&file.text("FileGuid")))
                .with("FileName", Cell::from_text(call.value(2)));
            detach(books, call.value(0), call.value(1));
            books.add(&ATTACHMENTS, Thing::of(call.value(0), row))?;
            Ok(Reply::Empty)
        }
        // No company here has default files.
        "attachments.bind-default" => Ok(Reply::Empty),
        "attachments.remove" => {
            if detach(books, call.value(0), call.value(1)) {
                Ok(Reply::Empty)
            } else {
                Err(super::books::missing(&ATTACHMENTS))
            }
        }
        _ => Err(unanswered(call)),
    }
}

/// Takes a file off a document; whether it was there.
fn detach(books: &mut Books, document: &str, file: &str) -> bool {
    let file = file.replace('-', "");
    let attached = books.every_mut(&ATTACHMENTS);
    let before = attached.len();
    attached.retain(|one| !(one.belongs_to(document) && one.row.is(ATTACHMENTS.key, &file)));
    attached.len() < before
}

/// Keeps a file.
fn upload(call: &Call<'_>, books: &mut Books, place: &str) -> Answered {
    let Body::File(content) = &call.body else {
        return Err(Refusal::of_body("The body has no file."));
    };
    let name = call
        .query
        .get("fileName")
        .unwrap_or(&content.name)
        .to_owned();
    let guid = books.guid().replace('-', "");
    let row = Row::default()
        .with("FileGuid", Cell::from_text(&guid))
        .with("Name", Cell::from_text(&name))
        .with("FileStatus", Cell::from_text("Unused"))
        .with("UploadedAt", Cell::from_text(&call.moment()));
    let content = Content {
        name,
        ..content.clone()
    };
    let file = Thing {
        content: Some(content),
        ..Thing::of(place, row)
    };
    books.add(&FILES, file)?;
    let answer = Row::default().with("FileGuid", Cell::from_text(&guid));
    Ok(Reply::row(&answer))
}

/// The files of the archive.
fn archive(call: &Call<'_>, books: &Books) -> Answered {
    let query = call.query;
    let number = list::whole(query, "page", 0)?;
    let size = list::page_size(query, 1000)?;
    let day = |name: &str| query.get(name).and_then(models::day);
    let (before, after) = (day("uploadedBefore"), day("uploadedAfter"));
    let endings = query.get("extensions").map(str::to_lowercase);
    let status = query
        .get("fileStatus")
        .filter(|status| !status.eq_ignore_ascii_case("All"));
    let used = used(books);
    let mut rows: Vec<Row> = Vec::new();
    for file in books.of(&FILES, ARCHIVE) {
        let mut row = file.row.clone();
        let is_used = used.iter().any(|guid| row.is(FILES.key, guid));
        let word = if is_used { "Used" } else { "Unused" };
        row.set("FileStatus", Cell::from_text(word));
        let uploaded = row.text("UploadedAt");
        let name = row.text("Name").to_lowercase();
        let ends =
            |ending: &str| name.ends_with(&format!(".{}", ending.trim().trim_start_matches('.')));
        let is_wanted = before.is_none_or(|day| uploaded < day.to_string())
            && after.is_none_or(|day| uploaded >= day.to_string())
            && endings
                .as_ref()
                .is_none_or(|endings| endings.split(',').any(ends))
            && status.is_none_or(|status| row.is("FileStatus", status));
        if is_wanted {
            rows.push(row);
        }
    }
    Ok(Reply::rows(list::part(&rows, number, size)))
}

/// The files that a voucher has.
fn used(books: &Books) -> Vec<String> {
    let kinds = [
        &INVOICES,
        &PURCHASES,
        &PURCHASE_CREDIT_NOTES,
        &MANUAL_VOUCHERS,
        &LEDGER,
    ];
    let things = kinds.into_iter().flat_map(|kind| books.live(kind));
    things
        .map(|thing| thing.row.text("FileGuid").replace('-', ""))
        .filter(|guid| !guid.is_empty())
        .collect()
}
