//! What the lists of the profiles offer: the words of a key, where a secret can be, scope sets, texts to copy.

use super::Menu;
use crate::core::profile::SecretReference;
use crate::core::profile::edit::{FIELDS, FieldKind};
use crate::core::wire::visible::Visible;
use crate::tui::action::{Action, SecretPlace, Shelving};
use crate::tui::pane::Mark;
use crate::tui::screens::{profiles, short_scopes};
use crate::tui::text::cut_end;
use crate::tui::ui::Ui;
use crate::tui::ui::act::Stage;

/// The words that a key takes.
pub(super) fn field_choices(ui: &Ui, key: &'static str, menu: &mut Menu) {
    let field = FIELDS.iter().find(|field| field.key == key);
    let Some(FieldKind::Choice(words)) = field.map(|field| field.kind) else {
        return;
    };
    let entry = ui.shelf.current();
    let value = entry
        .and_then(|entry| entry.draft.as_ref())
        .and_then(|draft| draft.value(key));
    for word in words {
        let action = Action::Shelf(Shelving::Set(key, word));
        menu.choice(*word, profiles::choice_words(key, word), action);
        menu.mark_if(value.as_deref() == Some(word));
    }
    if let Some(assumed) = profiles::assumed(key) {
        menu.choice(
            "not in the file",
            assumed,
            Action::Shelf(Shelving::Set(key, "")),
        );
        menu.mark_if(value.is_none());
    }
}

/// Where a secret can be. In plain text in the file is shown where it is so, and never offered.
pub(super) fn secret_choices(ui: &Ui, menu: &mut Menu) {
    use SecretReference as Is;
    let now = ui.shelf.current().and_then(|entry| entry.secret.as_ref());
    let rows = [
        (
            SecretPlace::Keyring,
            "keyring",
            "kept by the system, typed once",
        ),
        (
            SecretPlace::Environment,
            "environment",
            "a variable holds it",
        ),
        (
            SecretPlace::Command,
            "command",
            "a program prints it: pass, op, …",
        ),
        (
            SecretPlace::Prompt,
            "prompt",
            "asked for each time it is needed",
        ),
        (SecretPlace::None, "none", "the client has none"),
    ];
    for (place, name, right) in rows {
        menu.choice(name, right, Action::Shelf(Shelving::Secret(place)));
        let is_now = matches!(
            (place, now),
            (SecretPlace::Keyring, Some(Is::Keyring))
                | (SecretPlace::Environment, Some(Is::Environment(_)))
                | (SecretPlace::Command, Some(Is::Command(_)))
                | (SecretPlace::Prompt, Some(Is::Prompt))
                | (SecretPlace::None, Some(Is::None))
        );
        menu.mark_if(is_now);
    }
    if let Some(Is::Plain(_)) = now {
        let text = "It stands in the file in plain text now: everyone who can read the file has it. With \
                    keyring it is moved there.";
        menu.note(Mark::Warning, text);
    }
}

/// The scope sets of the profile in use.
pub(super) fn scope_sets(stage: &Stage<'_>, menu: &mut Menu) {
    let engine = stage.engine;
    let Some(profile) = engine.profile() else {
        return;
    };
    let command = |name: Option<&str>| Action::UseScopeSet(name.map(str::to_owned));
    menu.choice("the profile's own", "scopes", command(None));
    menu.mark_if(engine.scope_set().is_none());
    for set in &profile.scope_sets {
        let scopes = short_scopes(set.scopes.iter().map(String::as_str));
        menu.choice(set.name.as_str(), scopes, command(Some(&set.name)));
        menu.mark_if(engine.scope_set() == Some(set.name.as_str()));
    }
}

/// What can be copied of the profile selected: its values as they would be saved, and its place. No
/// secret.
pub(super) fn profile_copies(ui: &Ui) -> Menu {
    let mut menu = Menu::default();
    let Some(entry) = ui.shelf.current() else {
        return menu;
    };
    let path = entry.path().map(|path| path.display().to_string());
    let mut texts: Vec<(&'static str, String)> = Vec::new();
    texts.extend(path.map(|path| ("the path of the file", path)));
    let draft = entry.draft.as_ref();
    let fields = FIELDS
        .iter()
        .filter(|field| field.kind != FieldKind::Secret);
    texts.extend(fields.filter_map(|field| Some((field.key, draft?.value(field.key)?))));
    for (what, text) in texts {
        let shown = cut_end(Visible::of(&text).as_str(), 44);
        menu.choice(what, shown, Action::Copy { text, what });
    }
    menu
}
