//! The faults of the embedded sandbox, switched by keys.

use crate::keys::{sandbox_waiting, screen};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{Point, blank, bring, sandbox};
use dineroscope::core::engine::message::Command;
use dineroscope::core::fault::FAULTS;
use dineroscope::core::oauth::Step;
use dineroscope::tui::ui::act::Reaction;

#[test]
fn faults_are_switched_where_what_they_break_is_read() {
    hold("popup-faults", |size| {
        let mut engine = blank();
        bring(&mut engine, sandbox(), Point::SandboxStarting);
        let mut picture = Picture::new(engine, 0, size);
        picture.press("F<down><down><down> <down><enter>");
        picture
    });
}

#[test]
fn f_switches_faults_of_the_embedded_sandbox_and_stays_open_for_more() {
    let mut picture = Picture::new(sandbox_waiting(), 5, (120, 40));
    assert!(!picture.text().contains("⚠ fault"));
    picture.press("F");
    let first = Command::SwitchFault(FAULTS[0].fault);
    let second = Command::SwitchFault(FAULTS[1].fault);
    assert_eq!(
        picture.press(" <down><enter>"),
        [first.clone(), second].map(Reaction::Command)
    );
    let text = picture.text();
    assert!(text.contains("2 are on"), "{text}");
    assert!(text.contains(&format!("[x] {}", FAULTS[0].name)), "{text}");
    assert_eq!(picture.press("<up> "), [Reaction::Command(first)]);
    picture.press("<esc>");
    for step in ["1", "4", "6", "P"] {
        picture.press(step);
        let text = picture.text();
        let title = text.lines().next().unwrap();
        assert!(title.contains("⚠ fault"), "{title}");
    }
}

#[test]
fn elsewhere_than_in_the_embedded_sandbox_there_is_nothing_to_switch() {
    let mut picture = screen(Point::Waiting, Step::Consent);
    assert_eq!(picture.press("F"), []);
    assert!(picture.ui.popups.is_empty());
    picture.press(":fault");
    assert!(picture.text().contains("No command has these words"));
}
