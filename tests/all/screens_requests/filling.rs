//! A request is filled in: rows, choices, checklists, conditions, a body as a form and as text.

use super::{drafts, on};
use crate::picture::Picture;
use crossterm::event::Event;
use dineroscope::core::dinero::draft::DraftBody;
use dineroscope::tui::ui::Focus;

/// The text that is the body of the request in hand.
fn text_of(picture: &Picture) -> String {
    match &picture.ui.drafting.draft().body {
        DraftBody::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

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
    picture.press("R<enter>");
    assert!(
        picture.ui.drafting.is_changed(&picture.ui.drafting.hand),
        "the safe answer keeps it"
    );
    picture.press("R<tab><enter>");
    assert!(!picture.ui.drafting.is_changed(&picture.ui.drafting.hand));
    assert_eq!(row(&picture, "startDate").value, "");
}

#[test]
fn the_fields_of_an_answer_are_a_checklist() {
    let mut picture = on("contacts.list", (120, 40));
    picture.press("<down><down><enter>");
    let text = picture.text();
    assert!(
        text.contains("[x] Name") && text.contains("[ ] VatNumber"),
        "{text}"
    );
    // What is ticked is what Dinero gives by itself; Space ticks as Enter does.
    picture.press("<down> <esc>");
    let fields = picture
        .ui
        .drafting
        .draft()
        .parameter("fields")
        .cloned()
        .unwrap();
    assert!(
        fields.on && fields.value == "name,contactGuid,CountryKey",
        "{}",
        fields.value
    );
}

#[test]
fn a_body_is_a_form_with_lines_that_come_and_go() {
    let mut picture = on("invoices.create", (120, 40));
    picture.press("<right><right>");
    let body = |picture: &Picture| -> serde_json::Value {
        serde_json::from_str(&text_of(picture)).unwrap()
    };
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 1);
    // The first row is the list itself: Enter adds a line.
    picture.press("<down><enter>");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 2);
    // Below it the first line, then its first value.
    picture.press("<down><down><enter>12.50<enter>");
    let text = text_of(&picture);
    assert!(
        text.contains("\"BaseAmountValue\": 12.50"),
        "its digits stay: {text}"
    );
    // Del takes the row itself away: the value, and on the line's own row the line.
    picture.press("<delete>");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 2);
    assert!(!body(&picture).to_string().contains("12.5"));
    picture.press("<up><delete><enter>");
    assert_eq!(
        body(&picture)["ProductLines"].as_array().unwrap().len(),
        2,
        "it holds rows: the safe answer keeps it"
    );
    picture.press("<delete><tab><enter>");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 1);
    // What has rows of its own is edited as text, and Space leaves it alone.
    picture.press(" ");
    assert_eq!(body(&picture)["ProductLines"].as_array().unwrap().len(), 1);
    picture.press("<enter>");
    assert!(
        picture.text().contains("Tab takes it"),
        "{}",
        picture.text()
    );
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

#[test]
fn what_was_typed_and_left_is_there_again() {
    let mut picture = on("invoices.list", (120, 40));
    picture.press("<down><down><enter>2026-01-0<esc>");
    assert!(
        picture
            .text()
            .contains("Not taken; what you typed is there"),
        "{}",
        picture.text()
    );
    picture.press("<enter>1<enter>");
    let row = picture.ui.drafting.draft().parameter("startDate").cloned();
    assert_eq!(row.unwrap().value, "2026-01-01");
    // Each value that was left by itself, and said beside the request as long as it is.
    let mut picture = on("invoices.list", (120, 40));
    picture.press("<down><down><enter>2026-01-0<esc><down><enter>2026-02-0<esc>");
    assert!(
        picture.text().contains("Something you typed is not taken"),
        "{}",
        picture.text()
    );
    picture.press("<enter>2<enter><up><enter>1<enter>");
    let row = |name: &str| {
        picture
            .ui
            .drafting
            .draft()
            .parameter(name)
            .cloned()
            .unwrap()
    };
    assert_eq!(row("startDate").value, "2026-01-01");
    assert_eq!(row("endDate").value, "2026-02-02");
    // A body of several lines: Enter begins a line, Ctrl-C leaves, Tab takes.
    let mut picture = on("products.create", (120, 40));
    picture.press("<right><right>");
    picture
        .ui
        .drafting
        .change(|draft| draft.body = DraftBody::Text(String::new()));
    picture.press("<end><enter>{<enter>\"Name\": 1<ctrl-c>");
    picture.press("<enter><enter>}<tab>");
    let body = picture.ui.drafting.draft().body.clone();
    assert_eq!(body, DraftBody::Text("{\n\"Name\": 1\n}".to_owned()));
}

#[test]
fn a_paste_of_several_lines_gives_a_value_its_first_and_says_so() {
    let mut picture = on("invoices.list", (120, 40));
    picture.press("<down><down><enter>");
    picture.input(Event::Paste("2026-01-01\n2026-02-01\n".to_owned()));
    let text = picture.text();
    assert!(
        text.contains("the first line was taken, 1 line left out"),
        "{text}"
    );
    picture.press("<enter>");
    let row = picture.ui.drafting.draft().parameter("startDate").cloned();
    assert_eq!(row.unwrap().value, "2026-01-01");
}

#[test]
fn the_page_keys_take_the_mark_along() {
    let mut picture = on("invoices.list", (120, 40));
    picture.press("<down><pgdn>");
    let far = picture.ui.focus;
    assert_ne!(far, Focus::Row(0));
    picture.press("<home>");
    assert_eq!(picture.ui.focus, Focus::Row(0));
    picture.press("<end>");
    assert!(matches!(picture.ui.focus, Focus::Row(at) if at > 5));
}

#[test]
fn a_required_value_that_is_empty_is_asked_for() {
    let mut picture = on("entries.list", (120, 40));
    let text = picture.text();
    assert!(text.contains("Fill in fromDate"), "{text}");
    assert!(!text.contains("Ready"), "{text}");
    picture.press("<enter>2026-01-01<enter>");
    assert!(
        picture.text().contains("Fill in toDate"),
        "{}",
        picture.text()
    );
}

#[test]
fn what_is_switched_off_in_a_body_comes_back_as_it_was() {
    let mut picture = on("contacts.create", (120, 40));
    picture.press("<right><right>");
    picture.ui.drafting.change(|draft| {
        draft.body = DraftBody::Text("{\"Name\": \"Ærø Både\"}".to_owned());
    });
    picture.press("<home> ");
    assert!(!text_of(&picture).contains("Både"), "{}", text_of(&picture));
    picture.press(" ");
    assert!(
        text_of(&picture).contains("\"Ærø Både\""),
        "{}",
        text_of(&picture)
    );
}

#[test]
fn what_does_not_look_right_is_said_above_all() {
    let mut picture = on("invoices.create", (120, 40));
    assert!(
        picture.text().contains("Check the body"),
        "{}",
        picture.text()
    );
    picture.ui.drafting.change(|draft| {
        draft.body = DraftBody::Text("{\"ProductLines\": [{\"BaseAmountValue\": 1, \"Quantity\": 1, \"AccountNumber\": 1000, \"Description\": \"x\", \"Discount\": 0}]}".to_owned());
    });
    picture.draw();
    assert!(
        picture.text().contains("Ready: POST Invoices"),
        "{}",
        picture.text()
    );
    let mut picture = on("invoices.list", (120, 40));
    picture.press("<down><down><enter>31-12-2026<enter>");
    assert!(
        picture.text().contains("Check startDate"),
        "{}",
        picture.text()
    );
}
