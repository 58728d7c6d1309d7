//! Keys: one meaning each, a way out of everywhere, and what a person types does what it says.

mod asserted;

pub(crate) use asserted::{assert_one_meaning, assert_way_out, rows};

use crate::holding::{Holding, engine_holding};
use crate::picture::Picture;
use crate::shelf::Folders;
use crate::stage::{Point, blank, bring, engine_at, sandbox};
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Consent, Event as World};
use dineroscope::core::oauth::{RunPhase, STEPS, Step};
use dineroscope::core::secret::Secret;
use dineroscope::tui::action::Action;
use dineroscope::tui::keymap::{KEYS, Key};
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::{Before, Focus, Ui};

/// A screen at a point, with a step in view.
pub(crate) fn screen(point: Point, step: Step) -> Picture {
    let mut picture = Picture::new(engine_at(point), 41, (120, 40));
    picture.ui.show(step);
    picture.draw();
    picture
}

/// Every popup, opened by keys from a step.
const POPUPS: [&str; 9] = ["", "?", ":", "y", "P", "p", "u", "F", "<ctrl-c>"];

/// The embedded sandbox, waiting for its user.
pub(crate) fn sandbox_waiting() -> Engine {
    let mut engine = blank();
    bring(&mut engine, sandbox(), Point::SandboxStarting);
    let origin = "http://127.0.0.1:41234".to_owned();
    engine.event(
        crate::stage::at(0),
        World::SandboxStarted { run: 1, origin },
    );
    engine.command(
        crate::stage::at(0),
        Command::Begin {
            open_browser: false,
        },
    );
    crate::stage::bind(&mut engine);
    engine
}

/// Every state a user can be in: points, steps, popups, kinds of focus.
fn each_state(mut check: impl FnMut(&Picture, &str)) {
    let mut engines: Vec<(String, Box<dyn Fn() -> Engine>)> = Vec::new();
    for point in Point::ALL {
        engines.push((format!("{point:?}"), Box::new(move || engine_at(point))));
    }
    engines.push(("Sandbox".to_owned(), Box::new(sandbox_waiting)));
    for holding in Holding::ALL {
        let name = format!("{holding:?}");
        engines.push((name, Box::new(move || engine_holding(holding))));
    }
    let of_runs = engines.len() - Holding::ALL.len();
    for (place, (name, make)) in engines.iter().enumerate() {
        // What is held changes nothing before the exchange.
        let first = if place < of_runs { 0 } else { 3 };
        for facts in &STEPS[first..] {
            for opened in POPUPS {
                let kinds = if opened.is_empty() { 4 } else { 1 };
                for focus in [
                    Focus::Button,
                    Focus::Row(0),
                    Focus::Findings,
                    Focus::Transcript,
                ]
                .into_iter()
                .take(kinds)
                {
                    let mut picture = Picture::new(make(), 41, (120, 40));
                    picture.ui.show(facts.step);
                    picture.ui.focus = focus;
                    picture.draw();
                    picture.press(opened);
                    check(
                        &picture,
                        &format!("{name}, {}, `{opened}`, {focus:?}", facts.name),
                    );
                }
            }
        }
    }
}

/// What is pressed on the profiles, each a state of its own.
const ON_PROFILES: [&str; 16] = [
    "",
    "e",
    "<tab><tab>",
    "t",
    "/x",
    "x",
    "xe",
    "a",
    "c",
    "<delete>",
    "e<down><down><enter>",
    "?",
    ":",
    "y",
    "e<down><enter><down><down><enter><esc>",
    "<down><down><down><down>e<down><down><down><enter>",
];

/// Every state of the profiles: nothing used, one in use, a run open; folders with files and without.
fn each_state_of_profiles(mut check: impl FnMut(&Picture, &str)) {
    for folders in [Folders::new(), Folders::empty()] {
        for used in ["", "acme-dev"] {
            for keys in ON_PROFILES {
                let mut picture = folders.screen(used, (120, 40));
                folders.press(&mut picture, keys);
                check(&picture, &format!("profiles, `{used}` in use, `{keys}`"));
            }
        }
    }
}

#[test]
fn no_key_has_two_meanings_in_any_state() {
    each_state(assert_one_meaning);
    each_state_of_profiles(assert_one_meaning);
}

#[test]
fn every_state_shows_a_way_out() {
    each_state(assert_way_out);
    each_state_of_profiles(assert_way_out);
}

#[test]
fn a_key_of_the_table_does_only_what_the_engine_allows() {
    each_state(|picture, state| {
        for row in rows(picture) {
            if let Action::Engine(command) = &row.action {
                assert!(picture.engine.allows(command), "{command:?} in {state}");
            }
        }
    });
}

#[test]
fn the_footer_fits_and_keeps_enter_and_the_palette() {
    for width in [60, 80, 100, 120, 200] {
        for point in Point::ALL {
            let picture = Picture::new(engine_at(point), 41, (width, 30));
            let text = picture.text();
            let footer = text.lines().last().unwrap();
            assert!(footer.ends_with(": commands"), "{footer}");
            assert!(!footer.contains('…'), "{footer}");
        }
    }
}

#[test]
fn enter_goes_through_the_flow() {
    let mut picture = Picture::new(engine_at(Point::Ready), 0, (120, 40));
    let reactions = picture.press("<enter>");
    assert_eq!(
        reactions,
        [Reaction::Command(Command::Begin { open_browser: true })]
    );
    assert_eq!(picture.ui.step, Step::Consent, "the view follows");
    crate::stage::bind(&mut picture.engine);
    let before = Before::of(&picture.engine);
    crate::stage::accept(&mut picture.engine, 22);
    picture.ui.follow(&before, false, &picture.engine);
    picture.draw();
    assert_eq!(picture.ui.step, Step::Callback);
    picture.press("<enter>");
    assert_eq!(picture.ui.step, Step::Exchange);
    assert_eq!(
        picture.press("<enter>"),
        [Reaction::Command(Command::Exchange)]
    );
}

#[test]
fn the_view_stays_where_the_user_looks() {
    let mut picture = Picture::new(engine_at(Point::Waiting), 0, (120, 40));
    picture.press("1");
    let before = Before::of(&picture.engine);
    crate::stage::accept(&mut picture.engine, 22);
    picture.ui.follow(&before, false, &picture.engine);
    assert_eq!(picture.ui.step, Step::Link);
}

#[test]
fn in_the_sandbox_the_terminal_answers_in_the_users_place_and_nowhere_else() {
    let mut picture = Picture::new(sandbox_waiting(), 5, (120, 40));
    let accept = Command::AnswerConsent(Consent::Accept);
    assert_eq!(picture.press("a"), [Reaction::Command(accept)]);
    let mut picture = Picture::new(engine_at(Point::Waiting), 5, (120, 40));
    assert_eq!(picture.press("ax"), []);
}

#[test]
fn an_open_run_is_not_left_without_asking() {
    for (keys, command) in [
        ("q", Reaction::Quit),
        ("<ctrl-n>", Reaction::Command(Command::NewRun)),
    ] {
        let mut picture = screen(Point::Answered, Step::Callback);
        assert_eq!(picture.press(keys), []);
        assert!(picture.text().contains("Leave this run?"));
        assert_eq!(
            picture.press("<enter>"),
            [],
            "the safe answer has the focus"
        );
        assert!(picture.ui.popups.is_empty());
        picture.press(keys);
        assert_eq!(picture.press("<tab><enter>"), [command]);
    }
    let mut picture = screen(Point::Ready, Step::Link);
    assert_eq!(
        picture.press("q"),
        [Reaction::Quit],
        "nothing would be lost"
    );
}

#[test]
fn ctrl_c_stops_what_runs_then_asks_then_quits() {
    let mut picture = screen(Point::Waiting, Step::Consent);
    assert_eq!(
        picture.press("<ctrl-c>"),
        [Reaction::Command(Command::StopWaiting)]
    );
    assert_eq!(picture.engine.run().phase, RunPhase::Stopped);
    assert_eq!(picture.press("<ctrl-c>"), []);
    assert!(picture.text().contains("Quit dineroscope?"));
    assert_eq!(picture.press("<ctrl-c>"), [Reaction::Interrupt]);
}

#[test]
fn esc_backs_out_one_level_and_never_quits() {
    let mut picture = screen(Point::Answered, Step::Callback);
    picture.press("<tab>z?");
    assert_eq!(
        (picture.ui.popups.len(), picture.ui.zoomed.is_some()),
        (1, true)
    );
    picture.press("<esc>");
    assert_eq!(
        (picture.ui.popups.len(), picture.ui.zoomed.is_some()),
        (0, true)
    );
    picture.press("<esc>");
    assert_eq!(
        (picture.ui.zoomed.is_some(), picture.ui.focus),
        (false, Focus::Row(0))
    );
    assert_eq!(picture.press("<esc><esc><esc>"), []);
    assert_eq!(picture.ui.focus, Focus::Button);
}

#[test]
fn a_text_field_takes_every_printable_key() {
    let mut picture = screen(Point::Waiting, Step::Consent);
    picture.press("p");
    let typed = "q?:123456axyhjkl mzitPo/n";
    assert_eq!(picture.press(typed), []);
    assert!(picture.text().contains(typed), "{}", picture.text());
    let reactions = picture.press("<enter>");
    assert_eq!(
        reactions,
        [Reaction::Command(Command::PasteAnswer(Secret::new(typed)))]
    );
}

#[test]
fn a_paste_is_data_never_keys() {
    let mut picture = screen(Point::Waiting, Step::Consent);
    assert_eq!(picture.input(Event::Paste("q\r\nx\u{3}".to_owned())), []);
    assert!(picture.ui.popups.is_empty());
    picture.press("p");
    let form = format!("code=c&state={}", "s".repeat(2_000_000));
    picture.input(Event::Paste(form.clone()));
    assert!(
        picture.text().contains("pasted, 2.0 MB"),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<enter>");
    assert_eq!(
        reactions,
        [Reaction::Command(Command::PasteAnswer(Secret::new(form)))]
    );
    picture.press("2p");
    picture.input(Event::Paste("x".repeat(4 * 1024 * 1024 + 1)));
    assert!(picture.text().contains("over 4 MiB"), "{}", picture.text());
}

#[test]
fn a_typed_secret_is_masked_and_goes_on_with_the_exchange() {
    let mut picture = screen(Point::NeedsSecret, Step::Exchange);
    picture.press("<enter>");
    picture.press("hunter2");
    let text = picture.text();
    assert!(
        !text.contains("hunter2") && text.contains("•••••••"),
        "{text}"
    );
    let reactions = picture.press("<enter>");
    assert_eq!(
        reactions.last(),
        Some(&Reaction::Command(Command::Exchange))
    );
    assert!(matches!(
        picture.engine.run().phase,
        RunPhase::Exchanging(_)
    ));
    assert!(!format!("{reactions:?}").contains("hunter2"));
}

#[test]
fn a_revealed_value_is_hidden_again_by_time_and_by_going() {
    let mut picture = screen(Point::Answered, Step::Callback);
    let begin = &crate::stage::CODE[..20];
    assert!(!picture.text().contains(begin));
    picture.press("m");
    assert!(picture.text().contains(begin), "{}", picture.text());
    picture.press("13");
    assert!(!picture.text().contains(begin));
    picture.press("m");
    picture.now = picture
        .now
        .checked_add(jiff::SignedDuration::from_secs(30))
        .unwrap();
    assert!(picture.ui.pass(picture.now));
    picture.draw();
    assert!(!picture.text().contains(begin));
}

#[test]
fn copying_the_link_begins_the_run() {
    let mut picture = screen(Point::Ready, Step::Link);
    let reactions = picture.press("y<enter>");
    assert_eq!(
        reactions,
        [Reaction::Command(Command::Begin {
            open_browser: false
        })]
    );
    assert!(
        picture.ui.copy_when_bound,
        "it is copied once somebody listens"
    );
    let mut picture = screen(Point::Waiting, Step::Consent);
    let link = picture.engine.run().link.clone();
    assert_eq!(picture.press("y<enter>"), [Reaction::Copy(link)]);
}

#[test]
fn the_copy_menu_names_secrets_last_and_shows_none() {
    let mut picture = screen(Point::Authorized, Step::Token);
    picture.press("y");
    let text = picture.text();
    let link = text.find("the link").unwrap();
    let token = text.find("the access token").unwrap();
    assert!(link < token);
    assert!(!text.contains("eyJ"));
}

#[test]
fn the_palette_finds_a_command_by_its_words() {
    let mut picture = screen(Point::Answered, Step::Callback);
    picture.press(":new run");
    picture.press("<enter>");
    assert!(picture.text().contains("Leave this run?"));
}

#[test]
fn folded_text_opens_and_scrolls_into_view() {
    let mut picture = Picture::new(engine_at(Point::Answered), 41, (80, 24));
    assert!(picture.text().contains("▸ Raw request"));
    picture.press("<tab><end>");
    for _ in 0..20 {
        picture.press("<down>");
    }
    picture.press("<up> ");
    for _ in 0..40 {
        picture.press("<down>");
    }
    assert!(
        picture.text().contains("POST /callback HTTP/1.1"),
        "{}",
        picture.text()
    );
}

#[test]
fn a_click_does_what_it_points_at() {
    let mut picture = screen(Point::Ready, Step::Link);
    assert_eq!(
        click(&mut picture, "Open in the browser"),
        [Reaction::Command(Command::Begin { open_browser: true })]
    );
    click(&mut picture, "1 Link");
    assert_eq!(picture.ui.step, Step::Link);
    click(&mut picture, "ctrl-n new run");
    assert!(picture.text().contains("Leave this run?"));
    click(&mut picture, "Stay");
    assert!(picture.ui.popups.is_empty());
    click(&mut picture, "acme-dev");
    assert!(picture.text().contains("Profiles"));
}

/// Clicks on the first cell of a text.
pub(crate) fn click(picture: &mut Picture, text: &str) -> Vec<Reaction> {
    let screen = picture.text();
    let (row, line) = screen
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains(text))
        .unwrap_or_else(|| panic!("no `{text}` in\n{screen}"));
    let column = line[..line.find(text).unwrap()].chars().count();
    picture.input(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: u16::try_from(column).unwrap(),
        row: u16::try_from(row).unwrap(),
        modifiers: KeyModifiers::NONE,
    }))
}

#[test]
fn a_terminal_too_small_takes_only_what_leads_out() {
    let mut picture = Picture::new(engine_at(Point::Ready), 0, (52, 14));
    let said = picture.text();
    let said: Vec<&str> = said.split_whitespace().collect();
    assert_eq!(
        said.join(" "),
        "dineroscope needs 60×16, this terminal has 52×14 q quit"
    );
    assert_eq!(picture.press("<enter>o1:"), []);
    assert_eq!(picture.press("q"), [Reaction::Quit]);
}

#[test]
fn keys_left_to_the_terminal_mean_nothing() {
    let left = ['s', 'q', 'z', 'm', 'i', 'h', '['];
    for row in &KEYS {
        for key in row.keys {
            let taken = left.iter().any(|letter| *key == Key::control(*letter));
            assert!(!taken, "{}", key.name());
        }
    }
    let alt = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::ALT);
    assert_eq!(Key::of(&alt), None);
    assert_eq!(Ui::default().step, Step::Link);
}
