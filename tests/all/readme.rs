//! The README says what the program does: its tables are those of the code.
//!
//! `UPDATE_README=1 cargo test readme` writes them anew.

use crate::picture::Picture;
use crate::stage::{Point, engine_at};
use dineroscope::core::diagnose;
use dineroscope::core::dinero::catalogue::catalogue;
use dineroscope::core::fault::FAULTS;
use dineroscope::core::profile::keys as profile_keys;
use dineroscope::core::settings::Settings;
use dineroscope::tui::action::Action;
use dineroscope::tui::keymap::{Group, KEYS};
use std::fmt::Write as _;

/// The README of the working tree.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");

/// One test writes the README at a time.
static WRITING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// Compares a marked part of the README with what it must be, or writes it.
fn hold(part: &str, expected: &str) {
    let _one_at_a_time = WRITING.lock();
    let text = std::fs::read_to_string(PATH).unwrap();
    let (open, close) = (format!("<!-- {part} -->\n"), format!("<!-- /{part} -->"));
    let begin = text
        .find(&open)
        .unwrap_or_else(|| panic!("no part `{part}` in the README"))
        + open.len();
    let end = text[begin..].find(&close).unwrap() + begin;
    if std::env::var_os("UPDATE_README").is_some() {
        let updated = format!("{}{expected}{}", &text[..begin], &text[end..]);
        std::fs::write(PATH, updated).unwrap();
    } else {
        assert_eq!(
            &text[begin..end],
            expected,
            "`{part}` differs: UPDATE_README=1 cargo test readme"
        );
    }
}

#[test]
fn faults() {
    let mut table = "| fault | what it breaks | explained by |\n|---|---|---|\n".to_owned();
    for row in &FAULTS {
        writeln!(
            table,
            "| `{}` | {} | `{}` |",
            row.name, row.breaks, row.rule
        )
        .unwrap();
    }
    hold("faults", &table);
}

#[test]
fn rules() {
    let mut rules: Vec<_> = diagnose::rules().collect();
    rules.sort_by_key(|rule| rule.name);
    let mut table = "| rule | severity | speaks at | source |\n|---|---|---|---|\n".to_owned();
    for rule in rules {
        let steps: Vec<String> = rule
            .steps
            .iter()
            .map(|step| step.number().to_string())
            .collect();
        writeln!(
            table,
            "| `{}` | {} | {} | {} |",
            rule.name,
            rule.severity.name(),
            steps.join(", "),
            rule.source
        )
        .unwrap();
    }
    hold("rules", &table);
}

#[test]
fn keys() {
    let mut table = "| key | what it does |\n|---|---|\n".to_owned();
    for row in KEYS.iter().filter(|row| row.group != Group::InPopup) {
        if matches!(row.action, Action::Show(_)) {
            continue;
        }
        let names: Vec<String> = row
            .keys
            .iter()
            .map(|key| format!("`{}`", key.name().replace('|', "\\|")))
            .collect();
        writeln!(table, "| {} | {} |", names.join(" "), row.label).unwrap();
    }
    table.push_str("| `1` … `6` | that step |\n");
    hold("keys", &table);
}

#[test]
fn the_picture_is_what_the_program_draws() {
    let picture = Picture::new(engine_at(Point::Answered), 41, (80, 24));
    hold("picture", &format!("```text\n{}```\n", picture.text()));
}

#[test]
fn operations() {
    let mut table =
        "| resource | operation | call | scope | danger |\n|---|---|---|---|---|\n".to_owned();
    let mut before = "";
    for it in &catalogue().operations {
        // The resource stands where it begins.
        let resource = if it.resource == before {
            ""
        } else {
            it.resource.as_str()
        };
        before = &it.resource;
        let newer = it.newer.as_ref();
        let newer = newer.map_or_else(String::new, |newer| format!("; newer: `{newer}`"));
        writeln!(
            table,
            "| {resource} | `{}` | `{} {}`{newer} | {} | {} |",
            it.name,
            it.method,
            it.path,
            it.scope.short(),
            it.danger.name()
        )
        .unwrap();
    }
    hold("operations", &table);
}

#[test]
fn profile_keys() {
    let mut table = "| key | meaning |\n|---|---|\n".to_owned();
    for row in profile_keys::KEYS.iter().filter(|row| row.supported) {
        writeln!(table, "| `{}` | {} |", row.key, row.meaning).unwrap();
    }
    hold("profile keys", &table);
}

#[test]
fn the_two_commands_stand_in_it() {
    let text = std::fs::read_to_string(PATH).unwrap();
    assert!(text.contains("```sh\ncargo run --release -- demo\n```"));
    assert!(text.contains("```sh\ncargo test\n```"));
}

#[test]
fn the_settings_it_shows_are_the_usual_ones() {
    let text = std::fs::read_to_string(PATH).unwrap();
    let settings = text.split("```toml\n[answers]").nth(1).unwrap();
    let settings = format!("[answers]{}", settings.split("```").next().unwrap());
    assert_eq!(Settings::read(&settings), Ok(Settings::default()));
}
