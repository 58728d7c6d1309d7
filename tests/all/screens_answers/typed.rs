//! What is typed about an answer: a search, a filter, a place; and which key does what where.

use super::{answered, asked, invoices, page};
use crate::picture::Picture;
use dineroscope::core::reader::ask::Ask;
use dineroscope::tui::action::drafting::AnswerTab;
use dineroscope::tui::ui::Focus;

#[test]
fn a_search_is_typed_taken_and_left() {
    let mut picture = page((120, 40));
    picture.press("/TÅGELUND");
    assert!(
        picture.text().contains("found nowhere"),
        "{}",
        picture.text()
    );
    picture.press("<ctrl-t>");
    assert!(picture.text().contains("1 of 6"), "{}", picture.text());
    picture.press("<enter>n");
    assert!(picture.text().contains("2 of 6"), "{}", picture.text());
    picture.press("NN");
    assert!(picture.text().contains("6 of 6"), "{}", picture.text());
    picture.press("/<esc>");
    assert!(!picture.text().contains("of 6"), "{}", picture.text());
    assert_eq!(picture.ui.focus, Focus::Answer);
    // Letters are text while it is typed, and a paste is too.
    picture.press("/vqS");
    picture.input(crossterm::event::Event::Paste("D\nmore".to_owned()));
    assert_eq!(picture.ui.viewing.sought.text, "vqSD");
}

#[test]
fn a_filter_runs_as_it_is_typed_and_is_remembered() {
    let mut picture = page((120, 40));
    let reactions = picture.press("|.Collection");
    assert_eq!(
        asked(&reactions).last(),
        Some(&Ask::Filter(".Collection".to_owned()))
    );
    let reactions = picture.press("<enter>");
    assert_eq!(asked(&reactions), [Ask::Filter(".Collection".to_owned())]);
    // Left as it stands it stays; left with something else typed, what was in force is so again.
    assert_eq!(asked(&picture.press("|<esc>")), []);
    let reactions = picture.press("| | x<esc>");
    assert_eq!(
        asked(&reactions).last(),
        Some(&Ask::Filter(".Collection".to_owned()))
    );
    picture.press("|<up>");
    assert_eq!(
        picture
            .ui
            .viewing
            .typed
            .as_ref()
            .unwrap()
            .1
            .lines()
            .concat(),
        ".Collection | x"
    );
    picture.press("<down><down><enter>");
    picture.press("|length<enter>");
    let typed = |picture: &Picture| {
        let (_, text) = picture.ui.viewing.typed.as_ref().unwrap();
        text.lines().concat()
    };
    // What is in force stands there already; above it are those before.
    for (keys, stands) in [
        ("|", "length"),
        ("<up>", ".Collection | x"),
        ("<up>", ".Collection"),
        ("<down><down><down>", ""),
    ] {
        picture.press(keys);
        assert_eq!(typed(&picture), stands);
    }
    let reactions = picture.press("<enter>");
    assert_eq!(asked(&reactions), [Ask::EndFilter]);
}

#[test]
fn a_large_answer_is_filtered_only_when_that_is_asked_for() {
    let body = invoices(92).replace("Booked", &"x".repeat(60_000));
    assert!(body.len() > 5_000_000);
    let mut picture = answered(&body, (120, 40));
    assert_eq!(asked(&picture.press("|.Collection")), []);
    assert_eq!(
        asked(&picture.press("<enter>")),
        [Ask::Filter(".Collection".to_owned())]
    );
}

#[test]
fn keys_about_the_answer_are_never_typed_into_nothing() {
    let mut picture = page((120, 40));
    picture.press("vvv/Booked");
    assert_eq!(
        picture.ui.drafting.answer,
        Some(AnswerTab::Pretty),
        "headers are not searched: the body is"
    );
    assert_eq!(picture.ui.viewing.sought.text, "Booked");
    picture.press("<enter>");
    picture.ui.focus = Focus::List;
    picture.draw();
    picture.press("|.Coll");
    assert_eq!(
        picture.ui.focus,
        Focus::Line,
        "a filter can be typed from wherever one is"
    );
    let mut picture = answered("{\"a\" 1}", (120, 40));
    picture.press("|");
    assert!(
        picture.text().contains("Only JSON is filtered"),
        "{}",
        picture.text()
    );
    assert_eq!(picture.ui.focus, Focus::Answer);
}

#[test]
fn left_folds_and_right_opens_again() {
    let mut picture = page((120, 40));
    picture.press("<down><down>");
    assert_eq!(asked(&picture.press("<left>")), [Ask::Fold(2)]);
    assert!(
        picture.text().contains("{ … },  8 members"),
        "{}",
        picture.text()
    );
    assert_eq!(asked(&picture.press("<right>")), [Ask::Fold(2)]);
    picture.press("<down><right>");
    assert_eq!(
        picture.ui.drafting.answer,
        Some(AnswerTab::Table),
        "where nothing folds the part turns"
    );
}
