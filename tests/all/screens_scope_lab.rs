//! The scope lab as a person works it: rows and columns, tries, why a cell is as it is.

use crate::keys::{assert_one_meaning, assert_way_out, click};
use crate::picture::Picture;
use crate::scope_lab::{answer_all, attempt, lab, many_grants, only, two_grants};
use crate::screens::hold;
use crate::stage::{Point, at, engine_at};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::message::scope_lab::LabCommand;
use dineroscope::core::oauth::Step;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::{Focus, Screen};

/// The lab of an engine, opened from step 6.
fn screen(engine: Engine, size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine, 12, size);
    picture.press("6L");
    picture
}

/// Two grants that tried everything: the one may read; the other may not, but for one list.
fn tried() -> Engine {
    let mut engine = two_grants();
    attempt(&mut engine, 10);
    answer_all(&mut engine, 11, |token, url| match token {
        _ if url.contains("/files") => 400,
        "Bearer access-1" if !url.contains("/products") => 403,
        _ => 200,
    });
    engine
}

/// One call of many is under way.
fn running() -> Engine {
    let mut engine = two_grants();
    attempt(&mut engine, 10);
    engine
}

/// It was stopped.
fn stopped() -> Engine {
    let mut engine = two_grants();
    let call = attempt(&mut engine, 10);
    crate::stage::answer(&mut engine, 10, call, 429, "API calls quota exceeded\n");
    engine
}

#[test]
fn the_screens_are_as_they_were_found_good() {
    hold("scope-lab-ready", |size| screen(two_grants(), size));
    hold("scope-lab-running", |size| screen(running(), size));
    hold("scope-lab-refused", |size| {
        let mut picture = screen(tried(), size);
        picture.press("<down><down><right>");
        picture
    });
    hold("scope-lab-news", |size| {
        let mut picture = screen(tried(), size);
        picture.press("<down><right><down><down><down><down><down>");
        picture
    });
    hold("scope-lab-stopped", |size| screen(stopped(), size));
    hold("scope-lab-without-grant", |size| {
        screen(engine_at(Point::Ready), size)
    });
    hold("scope-lab-wide", |size| {
        let mut engine = two_grants();
        lab(&mut engine, 1, LabCommand::Widen);
        let mut picture = screen(engine, size);
        picture.press("<down><right><right>");
        for _ in 0..20 {
            picture.press("<down>");
        }
        picture
    });
}

#[test]
fn no_key_means_two_things_and_there_is_a_way_out() {
    let engines = [
        ("ready", two_grants as fn() -> Engine),
        ("running", running),
        ("tried", tried),
        ("stopped", stopped),
        ("authorized", || engine_at(Point::Listed)),
        ("without", || engine_at(Point::Ready)),
    ];
    for (name, make) in engines {
        for keys in [
            "",
            "<down>",
            "<down> ",
            "<down><right><right>",
            "a",
            "t",
            "z",
            "?",
            ":",
            "g",
            "<ctrl-c>",
        ] {
            let mut picture = screen(make(), (120, 40));
            picture.press(keys);
            let state = format!("{name}, `{keys}`");
            assert_one_meaning(&picture, &state);
            assert_way_out(&picture, &state);
        }
    }
}

#[test]
fn it_opens_where_there_are_tokens_and_esc_leads_back() {
    let mut picture = Picture::new(two_grants(), 12, (120, 40));
    picture.press("1L");
    assert_eq!(picture.ui.screen, Screen::Step, "not from step 1");
    picture.press("5L<down>");
    assert_eq!(picture.ui.screen, Screen::ScopeLab);
    picture.press("<esc>");
    assert_eq!(
        (picture.ui.screen, picture.ui.step),
        (Screen::Step, Step::Token)
    );
    picture.press("6:scope lab<enter>");
    assert_eq!(picture.ui.screen, Screen::ScopeLab, "by its name too");
}

#[test]
fn in_production_it_is_asked_first_and_going_on_is_not_asked_again() {
    let mut picture = screen(two_grants(), (120, 40));
    assert_eq!(picture.press("<enter>"), []);
    let text = picture.text();
    let question = "Make 26 calls with 2 grants at api.dinero.dk?";
    assert!(text.contains(question), "{text}");
    assert_eq!(
        picture.press("<enter>"),
        [],
        "the safe answer has the focus"
    );
    let attempt = Command::Lab(LabCommand::Try { again: false });
    let expected = [Reaction::Command(attempt.clone())];
    assert_eq!(picture.press("<enter><tab><enter>"), expected);
    assert!(picture.engine.lab().is_running());
    assert_eq!(
        picture.press("<ctrl-c>"),
        [Reaction::Command(Command::CancelSend)]
    );
    let mut picture = screen(stopped(), (120, 40));
    picture.now = at(90);
    assert_eq!(picture.press("<enter>"), [Reaction::Command(attempt)]);
}

#[test]
fn rows_are_switched_and_more_are_offered() {
    let mut picture = screen(two_grants(), (120, 40));
    picture.press("<down> <down> ");
    assert!(
        picture.text().contains("Ready: 22 calls"),
        "{}",
        picture.text()
    );
    picture.press(" ");
    assert!(
        picture.text().contains("Ready: 24 calls"),
        "{}",
        picture.text()
    );
    picture.press("a");
    assert!(
        picture.text().contains("accounts.deposit-list"),
        "{}",
        picture.text()
    );
    assert_eq!(picture.ui.focus, Focus::Row(0));
}

#[test]
fn enter_tries_a_cell_then_opens_its_record() {
    let mut engine = two_grants();
    only(&mut engine, &["invoices.list"]);
    let mut picture = screen(engine, (120, 40));
    let reactions = picture.press("<down><down><right><enter>");
    assert!(
        matches!(
            reactions.as_slice(),
            [Reaction::Command(Command::Lab(LabCommand::TryOne(_, name)))] if name == "accounting-years.list"
        ),
        "{reactions:?}"
    );
    answer_all(&mut picture.engine, 12, |_, _| 403);
    picture.draw();
    picture.press("<enter>");
    assert_eq!(picture.ui.screen, Screen::Record);
    assert!(picture.text().contains("403"), "{}", picture.text());
    picture.press("<esc>");
    assert_eq!(picture.ui.screen, Screen::ScopeLab);
    assert_eq!(picture.ui.focus, Focus::Row(1), "back at its cell");
}

#[test]
fn a_column_without_a_grant_begins_a_run_that_asks_for_it() {
    for keys in ["<down><right><right><enter>", "<down><right><right>n"] {
        let mut picture = screen(two_grants(), (120, 40));
        let expected = Command::UseScopeSet(Some("everything".to_owned()));
        assert_eq!(picture.press(keys), [Reaction::Command(expected)]);
        assert_eq!(
            (picture.ui.screen, picture.ui.step),
            (Screen::Step, Step::Link)
        );
        assert_eq!(picture.engine.scope_set(), Some("everything"));
    }
}

#[test]
fn more_grants_than_fit_are_walked_to() {
    let mut picture = screen(many_grants(), (80, 24));
    assert!(picture.text().contains("3 more →"), "{}", picture.text());
    let text = picture.text();
    let of = ["● 12:00:03", "12:00:02", "12:00:01"];
    assert!(
        of.iter().all(|time| text.contains(time)),
        "told apart: {text}"
    );
    picture.press("<down><right><right><right>");
    assert!(
        picture.text().contains("← 1, 2 more →"),
        "{}",
        picture.text()
    );
    picture.press("<right><right><right><right><right>");
    let text = picture.text();
    assert!(text.contains("← 3 more"), "{text}");
    assert!(text.contains("no grant yet"), "the last column: {text}");
    assert!(text.contains("[·]"), "{text}");
}

#[test]
fn a_click_selects_a_cell_and_another_presses_it() {
    let mut picture = screen(tried(), (120, 40));
    let row = |picture: &Picture| {
        let text = picture.text();
        let row = text.lines().find(|line| line.contains("contacts.list"));
        row.unwrap().to_owned()
    };
    let before = row(&picture);
    let place = before[before.find("contacts.list").unwrap()..].find("✗ 403");
    assert!(place.is_some(), "{before}");
    click(&mut picture, "✗ 403");
    assert_eq!(
        (picture.ui.focus, picture.ui.lab_column),
        (Focus::Row(0), 1)
    );
    click(&mut picture, "✗ 403");
    assert_eq!(picture.ui.screen, Screen::Record);
}

#[test]
fn step_6_says_that_the_lab_is_at_work() {
    let mut picture = screen(running(), (120, 40));
    picture.press("6");
    let text = picture.text();
    assert!(text.contains("The scope lab is trying 0 of 26"), "{text}");
    picture.press("<enter>");
    assert_eq!(picture.ui.screen, Screen::ScopeLab);
}
