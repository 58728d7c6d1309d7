//! The profiles as a user sees and changes them: every state at three sizes, and what stands on the disk
//! after each key.

use crate::keys::click;
use crate::picture::Picture;
use crate::screens::hold;
use crate::shelf::{ACME, Folders, text};
use crate::stage::{Point, engine_at};
use dineroscope::core::engine::message::Command;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::shelving::Outcome;
use dineroscope::tui::ui::{Focus, Screen};
use std::fs;

/// A screen over four files, with keys pressed.
fn pressed(used: &'static str, keys: &'static str) -> impl Fn((u16, u16)) -> Picture {
    move |size| {
        let folders = Folders::new();
        let mut picture = folders.screen(used, size);
        folders.press(&mut picture, keys);
        picture
    }
}

/// To the row of a key.
fn go_to(folders: &Folders, picture: &mut Picture, name: &str) {
    picture.ui.focus = Focus::Button;
    for _ in 0..40 {
        folders.press(picture, "<down>");
        let Focus::Row(row) = picture.ui.focus else {
            panic!("no rows")
        };
        let kind = format!("{:?}", picture.areas.spots[row].kind);
        if kind.contains(&format!("name: Visible(\"{name}\")")) {
            return;
        }
    }
    panic!("no row `{name}` in\n{}", picture.text());
}

#[test]
fn the_list_and_the_form() {
    hold("profiles-register", pressed("acme-dev", "x"));
    hold("profiles-list", pressed("acme-dev", ""));
    hold("profiles-form", pressed("acme-dev", "e<down><down><down>"));
    hold("profiles-broken", pressed("acme-dev", "<down>"));
    hold(
        "profiles-plain-secret",
        pressed("acme-dev", "<down><down><down>"),
    );
    hold("profiles-filter", pressed("", "/in er"));
    hold("profiles-no-file", |size| Folders::empty().screen("", size));
}

#[test]
fn a_value_is_judged_as_it_is_typed() {
    hold("profiles-edit", |size| {
        let folders = Folders::new();
        let mut picture = folders.screen("", size);
        go_to(&folders, &mut picture, "redirect_uri");
        folders.press(&mut picture, "<enter><ctrl-u>localhost");
        picture
    });
    hold("profiles-choice", |size| {
        let folders = Folders::new();
        let mut picture = folders.screen("", size);
        go_to(&folders, &mut picture, "pkce");
        folders.press(&mut picture, "<enter>");
        picture
    });
    hold(
        "profiles-secret",
        pressed("", "<down><down><down>e<down><down><down><down><enter>"),
    );
    hold("profiles-new", pressed("", "aacme-dev"));
}

#[test]
fn what_is_not_saved_is_marked_and_asked_about() {
    let changed = |size| {
        let folders = Folders::new();
        let mut picture = folders.screen("acme-dev", size);
        go_to(&folders, &mut picture, "pkce");
        folders.press(&mut picture, "<enter><down><enter>");
        picture
    };
    hold("profiles-changed", changed);
    hold("profiles-unsaved", |size| {
        let mut picture = changed(size);
        picture.press("<esc>");
        picture
    });
    hold("profiles-delete", pressed("", "<delete>"));
}

#[test]
fn a_change_made_outside_is_shown_and_never_overwritten() {
    hold("profiles-outside", |size| {
        let folders = Folders::new();
        changed_outside(&folders, size)
    });
    let folders = Folders::new();
    let mut picture = changed_outside(&folders, (120, 40));
    assert!(text(&folders.beside("acme-dev")).contains("isv_theirs"));
    // Theirs is loaded: what was typed is gone, what they wrote is shown.
    folders.press(&mut picture, "<down><enter>");
    assert!(picture.text().contains("isv_theirs"), "{}", picture.text());
    assert_eq!(picture.ui.shelf.unsaved().count(), 0);
    // Or what was typed is kept, and goes to a file of its own.
    fs::write(folders.beside("acme-dev"), ACME).unwrap();
    let mut picture = changed_outside(&folders, (120, 40));
    folders.press(&mut picture, "<enter>");
    assert!(
        picture.text().contains("[ Save under another name"),
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "<enter><enter>");
    assert!(text(&folders.beside("acme-dev")).contains("isv_theirs"));
    let own = text(&folders.kept("acme-dev-copy"));
    assert!(
        own.contains("pkce = \"off\"") && own.contains("isv_acme_dev"),
        "{own}"
    );
    assert_eq!(picture.ui.shelf.unsaved().count(), 0, "{}", picture.text());
}

/// A row was changed, then the file by somebody else, then Save was pressed.
fn changed_outside(folders: &Folders, size: (u16, u16)) -> Picture {
    let mut picture = folders.screen("", size);
    go_to(folders, &mut picture, "pkce");
    folders.press(&mut picture, "<enter><down><enter>");
    let theirs = ACME.replace("isv_acme_dev", "isv_theirs");
    fs::write(folders.beside("acme-dev"), theirs).unwrap();
    folders.press(&mut picture, "<tab><enter>");
    picture
}

#[test]
fn the_welcome_offers_the_sandbox_and_a_client_of_ones_own() {
    hold("welcome", |size| {
        Picture::new(engine_at(Point::Blank), 2, size)
    });
    let folders = Folders::empty();
    let mut picture = Picture::new(engine_at(Point::Blank), 2, (120, 40));
    let sandbox = Reaction::UseProfile("sandbox".to_owned());
    assert_eq!(picture.press("<enter>"), [sandbox]);
    folders.press(&mut picture, "<tab><down>");
    assert!(
        picture.text().contains("[ Set up my own client ]"),
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "<enter>");
    folders.press(&mut picture, "acme<enter>");
    assert_eq!(picture.ui.screen, Screen::Profiles);
    assert!(picture.text().contains("acme is new"), "{}", picture.text());
    assert!(
        !folders.kept("acme").exists(),
        "nothing is written before Save"
    );
    go_to(&folders, &mut picture, "client_id");
    folders.press(&mut picture, "<enter><ctrl-u>isv_acme<enter><tab><enter>");
    let written = text(&folders.kept("acme"));
    assert!(written.contains("client_id = \"isv_acme\""), "{written}");
    assert!(!written.contains("title ="), "{written}");
    let used = Reaction::UseProfile("acme".to_owned());
    assert_eq!(folders.press(&mut picture, "<esc>P<enter>"), [used]);
}

#[test]
fn light_grounds_and_terminals_without_unicode_are_served() {
    use dineroscope::tui::theme::{Charset, Ground, Theme};
    for (name, ground, charset) in [
        ("profiles-light", Ground::Light, Charset::Unicode),
        ("profiles-ascii", Ground::Monochrome, Charset::Ascii),
    ] {
        hold(name, |size| {
            let folders = Folders::new();
            let mut picture = folders.screen("acme-dev", size);
            go_to(&folders, &mut picture, "pkce");
            folders.press(&mut picture, "<enter><down><enter>");
            picture.theme = Theme { ground, charset };
            picture.draw();
            picture
        });
    }
}

#[test]
fn the_mouse_selects_opens_and_saves() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    click(&mut picture, "acme-stage");
    assert!(
        picture.text().contains("acme-stage has 4 problems"),
        "{}",
        picture.text()
    );
    click(&mut picture, "acme-dev");
    click(&mut picture, "pkce");
    click(&mut picture, "pkce");
    click(&mut picture, "where the portal has it off");
    assert!(
        picture.text().contains("1 change, not saved"),
        "{}",
        picture.text()
    );
    let reactions = click(&mut picture, "[ Save");
    assert!(
        matches!(reactions.as_slice(), [Reaction::Write(_)]),
        "{reactions:?}"
    );
    click(&mut picture, "Filter");
    assert_eq!(picture.ui.focus, Focus::Filter);
}

#[test]
fn saving_keeps_comments_and_says_so() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    go_to(&folders, &mut picture, "client_id");
    folders.press(&mut picture, "<enter><ctrl-u>isv_other<enter><tab><enter>");
    assert!(
        picture.text().contains("Saved acme-dev"),
        "{}",
        picture.text()
    );
    let expected = ACME.replace("isv_acme_dev", "isv_other");
    assert_eq!(text(&folders.beside("acme-dev")), expected);
    assert_eq!(picture.ui.shelf.unsaved().count(), 0);
}

#[test]
fn a_row_is_reset_and_what_was_typed_is_given_up_only_when_said() {
    let folders = Folders::new();
    let mut picture = folders.screen("acme-dev", (120, 40));
    go_to(&folders, &mut picture, "pkce");
    folders.press(&mut picture, "<enter><down><enter>");
    assert!(
        picture.text().contains("1 change, not saved"),
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "R");
    assert!(!picture.text().contains("not saved"), "{}", picture.text());
    folders.press(&mut picture, "<enter><down><enter><esc>");
    assert!(
        picture.text().contains("Leave without saving?"),
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "<enter>");
    assert_eq!(
        picture.ui.screen,
        Screen::Profiles,
        "staying is the safe answer"
    );
    folders.press(&mut picture, "<esc><tab><enter>");
    assert_eq!(picture.ui.screen, Screen::Step);
    assert_eq!(picture.ui.shelf.unsaved().count(), 0);
    assert_eq!(text(&folders.beside("acme-dev")), ACME);
}

#[test]
fn quitting_and_going_to_a_step_ask_too() {
    let folders = Folders::new();
    for keys in ["q", "1", "<ctrl-c>"] {
        let mut picture = folders.screen("acme-dev", (120, 40));
        go_to(&folders, &mut picture, "pkce");
        folders.press(&mut picture, "<enter><down><enter>");
        assert_eq!(folders.press(&mut picture, keys), [], "{keys}");
        assert!(
            picture.text().contains("not saved"),
            "{keys}\n{}",
            picture.text()
        );
        assert_eq!(picture.ui.popups.len(), 1, "{keys}");
    }
}

#[test]
fn the_profile_in_use_is_used_anew_when_it_was_saved() {
    let folders = Folders::new();
    let mut picture = folders.screen("acme-dev", (120, 40));
    go_to(&folders, &mut picture, "pkce");
    let anew = Reaction::UseAnew("acme-dev".to_owned());
    assert_eq!(
        folders.press(&mut picture, "<enter><down><enter><tab><enter>"),
        [anew]
    );
    let mut picture = folders.screen("acme-dev", (120, 40));
    let begin = Command::Begin {
        open_browser: false,
    };
    picture.engine.command(picture.now, begin);
    go_to(&folders, &mut picture, "ui_locales");
    let keys = "<enter><ctrl-u>en<enter><tab><enter>";
    assert_eq!(folders.press(&mut picture, keys), []);
    assert!(
        picture.text().contains("Leave this run?"),
        "{}",
        picture.text()
    );
}

#[test]
fn a_built_in_profile_is_copied_when_it_is_changed() {
    let folders = Folders::empty();
    let mut picture = folders.screen("", (120, 40));
    folders.press(&mut picture, "/dinero<enter>");
    go_to(&folders, &mut picture, "client_id");
    folders.press(&mut picture, "<enter><ctrl-u>isv_mine<enter><tab><enter>");
    let written = text(&folders.kept("dinero"));
    assert!(written.contains("client_id = \"isv_mine\""), "{written}");
    assert!(
        written.starts_with("# Dinero, through Visma Connect."),
        "{written}"
    );
}

#[test]
fn a_profile_is_duplicated_and_deleted_with_a_question() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    folders.press(&mut picture, "c<enter><tab><tab><enter>");
    assert_eq!(
        text(&folders.kept("acme-dev-copy")),
        ACME,
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "<delete>");
    assert!(
        picture.text().contains("acme-dev-copy.toml"),
        "{}",
        picture.text()
    );
    folders.press(&mut picture, "<enter>");
    assert!(folders.kept("acme-dev-copy").exists());
    folders.press(&mut picture, "<delete><tab><enter>");
    assert!(!folders.kept("acme-dev-copy").exists());
    assert!(
        !picture.text().contains("acme-dev-copy.toml"),
        "{}",
        picture.text()
    );
}

#[test]
fn a_failed_save_loses_nothing() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    go_to(&folders, &mut picture, "pkce");
    folders.press(&mut picture, "<enter><down><enter>");
    let file = folders.beside("acme-dev");
    let mut mode = fs::metadata(&file).unwrap().permissions();
    mode.set_readonly(true);
    fs::set_permissions(&file, mode).unwrap();
    folders.press(&mut picture, "<tab><enter>");
    let shown = picture.text();
    assert!(
        shown.contains("It was not done") && shown.contains("read-only"),
        "{shown}"
    );
    assert!(shown.contains("1 change, not saved"), "{shown}");
    assert_eq!(text(&file), ACME);
}

#[test]
fn a_secret_in_plain_text_is_never_shown() {
    let folders = Folders::new();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut picture = folders.screen("", size);
        for keys in [
            "<down><down><down>",
            "e",
            "<end>",
            "<pgdn>",
            "<esc>P<down><down><down>y",
            "<esc>x",
        ] {
            folders.press(&mut picture, keys);
            assert!(!picture.text().contains("hunter2"), "{}", picture.text());
        }
    }
}

#[test]
fn a_secret_under_a_misspelt_or_a_further_key_is_never_shown() {
    let folders = Folders::new();
    let misspelt = ACME.replace(
        "client_secret = {",
        "client_sercet = \"hunter2\"\nother = {",
    );
    fs::write(folders.beside("acme-dev"), misspelt).unwrap();
    let further =
        format!("{ACME}\n[exchange]\nextra = {{ client_assertion = \"hunter2.hunter2\" }}\n");
    fs::write(folders.kept("ærø-regnskab"), further).unwrap();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut picture = folders.screen("", size);
        for _ in 0..4 {
            for keys in ["e", "<end>", "<pgdn>", "<down><down><down>", "<left><down>"] {
                folders.press(&mut picture, keys);
                assert!(!picture.text().contains("hunter2"), "{}", picture.text());
            }
        }
    }
}

#[test]
fn a_typed_secret_never_reaches_the_file() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    go_to(&folders, &mut picture, "client_secret");
    let reactions = picture.press("<enter><enter>s3cret-of-acme<enter>");
    assert!(!picture.text().contains("s3cret"), "{}", picture.text());
    assert!(
        matches!(reactions.as_slice(), [Reaction::Write(_)]),
        "{reactions:?}"
    );
    assert!(!format!("{reactions:?}").contains("s3cret"));
    assert_eq!(
        picture.ui.shelf.unsaved().count(),
        0,
        "the file names the keyring only when the keyring has it"
    );
    let [Reaction::Write(write)] = reactions.as_slice() else {
        panic!("{reactions:?}")
    };
    folders.wrote(&mut picture, write, Outcome::Done);
    folders.press(&mut picture, "<tab><enter>");
    let written = text(&folders.beside("acme-dev"));
    assert!(
        written.contains("client_secret = { keyring = true }"),
        "{written}"
    );
    assert!(!written.contains("s3cret"));
}

#[test]
fn scope_sets_are_added_changed_and_removed() {
    let folders = Folders::new();
    let mut picture = folders.screen("", (120, 40));
    go_to(&folders, &mut picture, "scope_sets");
    folders.press(&mut picture, "<enter>sign-in<enter>openid email<enter>");
    assert!(picture.text().contains("set sign-in"), "{}", picture.text());
    go_to(&folders, &mut picture, "set read-only");
    folders.press(&mut picture, "<enter><ctrl-u><enter><tab><enter>");
    let written = text(&folders.beside("acme-dev"));
    assert!(
        written.contains("sign-in = [\"openid\", \"email\"]"),
        "{written}"
    );
    assert!(!written.contains("read-only"), "{written}");
}

#[test]
fn the_link_step_offers_the_scope_sets() {
    let folders = Folders::new();
    let mut picture = folders.screen("acme-dev", (120, 40));
    folders.press(&mut picture, "<esc>");
    assert!(picture.text().contains("scope set"), "{}", picture.text());
    picture.ui.focus = Focus::Row(picture.areas.spots.len().saturating_sub(1));
    while !picture.text().contains("choose") {
        picture.press("<up>");
    }
    let reactions = picture.press("<enter><down><enter>");
    let set = Some("read-only".to_owned());
    assert_eq!(reactions, [Reaction::Command(Command::UseScopeSet(set))]);
    assert!(
        picture
            .engine
            .run()
            .link
            .contains("scope=dineropublicapi%3Aread&")
    );
}

#[test]
fn a_file_that_is_no_toml_is_read_again_once_it_is_mended_outside() {
    let folders = Folders::new();
    std::fs::write(folders.beside("acme-stage"), "[authorize\n").unwrap();
    let mut picture = folders.screen("acme-dev", (120, 40));
    picture.press("<down>");
    let text = picture.text();
    assert!(text.contains("[ Read it again ↵ ]"), "{text}");
    assert!(text.contains("→ mend the file in an editor"), "{text}");
    let mended = std::fs::read_to_string(folders.beside("acme-dev")).unwrap();
    std::fs::write(folders.beside("acme-stage"), mended).unwrap();
    folders.press(&mut picture, "<enter>");
    let text = picture.text();
    assert!(text.contains("acme-stage can be used"), "{text}");
}
