//! A request is filled in: rows, choices, checklists, conditions, a body as a form and as text.

use super::{drafts, on};
use crate::picture::Picture;
use dineroscope::core::dinero::draft::DraftBody;

#[test]
fn rows_are_switched_edited_chosen_and_reset() {
    let mut picture = on("invoices.list", (120, 40));
    let row = |picture: &Picture, name: &str| {
        picture
            .ui
            .drafting
            .draft()
            .parameter(name)
            .cloned()
            .unwrap()
    };
    // startDate is the second row.
    picture.press("<down><down><enter>2026-11-31");
    assert!(
        picture.text().contains("⚠"),
        "no such day: {}",
        picture.text()
    );
    picture.press("<enter>");
    assert_eq!(
        row(&picture, "startDate").value,
        "2026-11-31",
        "taken all the same"
    );
    assert!(row(&picture, "startDate").on);
    picture.press(" ");
    assert!(!row(&picture, "startDate").on);
    assert_eq!(
        row(&picture, "startDate").value,
        "2026-11-31",
        "switched off, not lost"
    );
    // statusFilter: several of its values.
    for _ in 0..4 {
        picture.press("<down>");
    }
    picture.press("<enter><enter><down><enter><esc>");
    assert_eq!(row(&picture, "statusFilter").value, "Draft,Booked");
    // queryFilter: a condition is built.
    picture.press("<down><enter>");
    assert!(
        picture.text().contains("+ Description contains"),
        "{}",
        picture.text()
    );
    for _ in 0..5 {
        picture.press("<down>");
    }
    picture.press("<enter>O'Neil; & Søn<enter>");
    assert_eq!(
        row(&picture, "queryFilter").value,
        "Description contains 'O''Neil; & Søn'"
    );
    picture.press("R");
    assert!(!picture.ui.drafting.is_changed(&picture.ui.drafting.hand));
    assert_eq!(row(&picture, "startDate").value, "");
}

#[test]
fn the_fields_of_an_answer_are_a_checklist() {
    let mut picture = on("contacts.list", (120, 40));
    picture.press("<down><down><enter>");
    let text = picture.text();
    assert!(
        text.contains("[ ] Name") && text.contains("[ ] VatNumber"),
        "{text}"
    );
    picture.press("<enter><esc>");
    let fields = picture
        .ui
        .drafting
        .draft()
        .parameter("fields")
        .cloned()
        .unwrap();
    assert!(fields.on && !fields.value.is_empty());
}

#[test]
fn a_body_is_a_form_with_lines_that_come_and_go() {
    let mut picture = on("invoices.create", (120, 40));
    picture.press("<right><right>");
    let body = |picture: &Picture| match &picture.ui.drafting.draft().body {
        DraftBody::Text(text) => serde_json::from_str::<serde_json::Value>(text).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 1);
    // The first row is the list itself: Enter adds a line.
    picture.press("<down><enter>");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 2);
    // Below it the first line, then its first value.
    picture.press("<down><down><enter>12.50<enter>");
    let text = match &picture.ui.drafting.draft().body {
        DraftBody::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    assert!(
        text.contains("\"BaseAmountValue\": 12.50"),
        "its digits stay: {text}"
    );
    picture.press("<delete>");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 1);
    assert!(!body(&picture).to_string().contains("12.5"));
}

#[test]
fn json_that_breaks_is_shown_where_it_breaks_and_may_be_sent() {
    let mut picture = on("products.create", (120, 40));
    picture.ui.drafting.change(|draft| {
        draft.body = DraftBody::Text("{\n  \"Name\": \"x\",\n}".to_owned());
    });
    picture.draw();
    let text = picture.text();
    assert!(text.contains("line 2, column 14"), "{text}");
    picture.press("<right><right><down><enter>");
    assert!(
        picture.text().contains("line 2, column 14"),
        "as it is typed: {}",
        picture.text()
    );
    picture.press("<esc><esc>");
    picture.press("<enter>");
    assert_eq!(
        drafts(&picture.press("<right><enter>")).len(),
        1,
        "asked, then sent as it is"
    );
}
