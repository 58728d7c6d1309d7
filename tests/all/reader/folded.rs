//! Folding, searching, going somewhere: the rows follow.

use super::Read;
use dineroscope::core::reader::Sought;
use dineroscope::core::reader::ask::{Ask, View};
use dineroscope::core::reader::rows::Folding;

fn list(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|number| format!("{{\"n\":{number},\"in\":[1,2]}}"))
        .collect();
    format!("{{\"all\":[{}],\"end\":true}}", items.join(","))
}

fn sought(text: &str) -> Sought {
    Sought {
        text: text.to_owned(),
        ..Sought::default()
    }
}

#[test]
fn what_opens_folds_and_opens_again() {
    let mut read = Read::json(&list(3));
    let before = read.rows();
    read.ask(Ask::Fold(2));
    assert_eq!(read.rows()[2], "    { … },  2 members");
    assert_eq!(read.window.rows[2].fold, Folding::Folded);
    assert_eq!(read.rows()[3], before[9]);
    read.ask(Ask::Fold(2));
    assert_eq!(read.rows(), before);
    // Within something it folds what is around.
    read.ask(Ask::Fold(5));
    assert_eq!(read.rows()[4], "      \"in\": [ … ]  2 items");
    assert_eq!(read.placed, Some((View::Pretty, 4)));
    read.ask(Ask::Fold(0));
    assert_eq!(read.rows(), ["{ … }  2 members"]);
    read.ask(Ask::Fold(0));
    assert_eq!(read.rows(), before, "what was folded within is open again");
}

#[test]
fn everything_beside_it_folds_at_once() {
    let mut read = Read::json(&list(40_000));
    let lines = read.window.total;
    read.show(View::Pretty, 3);
    read.ask(Ask::FoldBeside(3));
    assert_eq!(read.window.total, 5 + 40_000 - 1 + 1);
    read.show(View::Pretty, 39_999);
    assert_eq!(read.rows()[0], "    { … },  2 members");
    assert_eq!(read.window.rows[0].number, Some(3 + 39_997 * 7));
    read.ask(Ask::FoldBeside(39_999));
    assert_eq!(read.window.total, lines);
}

#[test]
fn a_hit_that_is_folded_away_opens_what_hides_it() {
    let mut read = Read::json(&list(100));
    read.show(View::Pretty, 2);
    read.ask(Ask::FoldBeside(2));
    read.ask(Ask::Search(sought("\"n\":77,")));
    let found = read.status.search.clone().unwrap();
    assert_eq!(
        (found.total, found.number, found.complete),
        (1, Some(1), true)
    );
    let (_, row) = read.placed.unwrap();
    read.show(View::Pretty, row);
    assert_eq!(read.rows()[0], "      \"n\": 77,");
    assert!(read.window.rows[0].words.iter().any(|word| word.lit));
}

#[test]
fn hits_are_gone_to_in_turn_and_round_the_end() {
    let mut read = Read::json(&list(30));
    read.ask(Ask::Search(sought("\"in\"")));
    let mut numbers = Vec::new();
    for down in [true, true, false, false, false] {
        let (_, row) = read.placed.unwrap();
        read.show(View::Pretty, row);
        read.ask(Ask::Next { down });
        numbers.push(read.status.search.as_ref().unwrap().number.unwrap());
    }
    assert_eq!(numbers, [2, 3, 2, 1, 30]);
    read.ask(Ask::Search(sought("nowhere to be found")));
    assert_eq!(read.status.search.as_ref().unwrap().total, 0);
    read.ask(Ask::Search(Sought {
        text: "(".to_owned(),
        is_pattern: true,
        any_case: false,
    }));
    let trouble = read.status.search.as_ref().unwrap().trouble.clone();
    assert!(trouble.unwrap().contains("unclosed group"));
    read.ask(Ask::Search(Sought {
        text: "\"IN\"|\"END\"".to_owned(),
        is_pattern: true,
        any_case: true,
    }));
    assert_eq!(read.status.search.as_ref().unwrap().total, 31);
    read.ask(Ask::EndSearch);
    assert!(
        read.window
            .rows
            .iter()
            .all(|row| row.words.iter().all(|word| !word.lit))
    );
}

#[test]
fn lines_and_pointers_are_gone_to() {
    let mut read = Read::json(&list(50));
    let mut go = |place: &str| {
        read.placed = None;
        read.ask(Ask::GoTo(place.to_owned()));
        (read.placed.map(|(_, row)| row), read.said.pop())
    };
    assert_eq!(go("/all/7/n").0, Some(2 + 7 * 7 + 1));
    assert_eq!(go("12").0, Some(11));
    assert_eq!(go("100000").0, Some(2 + 50 * 7 + 2));
    assert_eq!(
        go("/all/50").1.unwrap(),
        "Nothing to go to: there is no `50` in /all"
    );
    assert!(go("somewhere").1.unwrap().contains("or a path"));
    // As the program itself writes it.
    assert_eq!(go(".all[7].n").0, Some(2 + 7 * 7 + 1));
    assert_eq!(go(".[\"all\"][7].in[1]").0, Some(2 + 7 * 7 + 4));
}

#[test]
fn another_view_begins_at_the_same_place() {
    let mut read = Read::json(&list(500));
    read.show(View::Pretty, 3 + 300 * 7);
    assert_eq!(read.cursor.as_ref().unwrap().value.as_deref(), Some("300"));
    for view in [View::Raw, View::Table, View::Pretty] {
        read.ask(Ask::Turn(view));
        let (told, row) = read.placed.unwrap();
        assert_eq!(told, view);
        read.show(view, row);
        let rows = read.rows();
        assert!(
            rows[0].contains("300") || rows[0].trim() == "{",
            "{view:?}: {}",
            rows[0]
        );
    }
}
