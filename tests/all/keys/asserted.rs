//! What holds of the keys on every screen.

use crate::picture::Picture;
use dineroscope::tui::action::Action;
use dineroscope::tui::keymap::{Key, Situation, applicable};
use dineroscope::tui::ui::act::{focused_grant, has_secret};

/// The rows that apply to what is on a screen.
pub(crate) fn rows(picture: &Picture) -> Vec<&'static dineroscope::tui::keymap::Binding> {
    let situation = Situation {
        engine: &picture.engine,
        ui: &picture.ui,
        popup: picture.ui.popups.last(),
        has_secret: has_secret(&picture.areas),
        on_grant: focused_grant(&picture.ui, &picture.areas).is_some(),
        now: picture.now,
    };
    applicable(&situation).collect()
}

/// No key means two things on a screen.
pub(crate) fn assert_one_meaning(picture: &Picture, state: &str) {
    let mut seen: Vec<(Key, &Action)> = Vec::new();
    for row in rows(picture) {
        for key in row.keys {
            let other = seen.iter().find(|(former, _)| former == key);
            assert!(
                other.is_none(),
                "{}: {:?} and {other:?} in {state}",
                key.name(),
                row.action
            );
            seen.push((*key, &row.action));
        }
    }
}

/// The footer of a screen shows a way out.
pub(crate) fn assert_way_out(picture: &Picture, state: &str) {
    let text = picture.text();
    let footer = text.lines().last().unwrap_or_default();
    let ways: Vec<String> = rows(picture)
        .iter()
        .filter(|row| row.way_out && !row.footer.is_empty())
        .map(|row| row.keys[0].name())
        .collect();
    let shown = ways.iter().any(|key| footer.contains(&format!("{key} ")));
    let by_enter = ["↵ new run", "↵ back to Runs"];
    assert!(
        shown || by_enter.iter().any(|words| footer.contains(words)),
        "no way out in `{footer}`: {state}\n{text}"
    );
}
