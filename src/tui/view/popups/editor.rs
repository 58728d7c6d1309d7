//! A text for a profile: what it means, the field, and what is wrong with what stands in it, as it is typed.

use super::prompt::field;
use super::{room, sheet};
use crate::core::profile::edit::{FIELDS, FieldKind};
use crate::core::wire::visible::Visible;
use crate::tui::screens::profiles::meaning;
use crate::tui::text::wrap;
use crate::tui::theme::Role;
use crate::tui::ui::editor::{Editor, Typed};
use crate::tui::view::Target;
use crate::tui::view::bars::Item;
use crate::tui::view::canvas::{Canvas, rows};
use ratatui::layout::Rect;

/// Rows kept for what is wrong, so that the popup does not jump while one types.
const TROUBLE: usize = 2;

/// Draws the popup.
pub(super) fn draw(canvas: &mut Canvas<'_>, whole: Rect, editor: &Editor, items: &[Item]) {
    let (title, text) = words(canvas, editor);
    let room = room(whole).min(76);
    let prose = wrap(Visible::of(&text).as_str(), room);
    let trouble = editor.shown_trouble().map(|trouble| {
        let trouble = format!("{}{}", subject(editor), trouble);
        wrap(Visible::of(&trouble).as_str(), room.saturating_sub(2))
    });
    let kept = trouble.as_ref().map_or(TROUBLE, Vec::len).max(TROUBLE);
    let height = prose.len() + 2 + kept;
    let area = sheet(canvas, whole, &title, (room, height), items);
    for (row, line) in prose.iter().enumerate() {
        canvas.text(area.x, area.y + rows(row), area.width, line, Role::Plain);
    }
    let y = area.y + rows(prose.len()) + 1;
    let rect = Rect::new(area.x, y, area.width, 1);
    canvas.target(rect, Target::Field(0));
    field(canvas, rect, &editor.field, true);
    if let Some(lines) = trouble {
        canvas.text(area.x, y + 1, 1, "✗", Role::Error);
        for (row, line) in lines.iter().enumerate() {
            let y = y + 1 + rows(row);
            canvas.text(
                area.x + 2,
                y,
                area.width.saturating_sub(2),
                line,
                Role::Plain,
            );
        }
    } else if !editor.text().is_empty() {
        canvas.text(area.x, y + 1, 1, "✓", Role::Ok);
        let text = "can be taken";
        canvas.text(
            area.x + 2,
            y + 1,
            area.width.saturating_sub(2),
            text,
            Role::Dim,
        );
    }
}

/// What the words of a trouble are about, where they do not say it.
fn subject(editor: &Editor) -> &'static str {
    match editor.typed {
        Typed::NewName | Typed::CopyName | Typed::OtherName | Typed::SetName => "The name: ",
        Typed::Program
        | Typed::Variable
        | Typed::Secret
        | Typed::Field(_)
        | Typed::SetScopes(_) => "",
    }
}

/// Title, and what it is for.
fn words(canvas: &Canvas<'_>, editor: &Editor) -> (String, String) {
    let shelf = &canvas.view.ui.shelf;
    let home = shelf.home.as_ref().map(|home| shelf.path(home));
    let home = home.unwrap_or_default();
    let name = editor.entry.as_ref().map(|id| id.name.clone());
    let name = name.unwrap_or_default();
    match &editor.typed {
        Typed::Field(key) => ((*key).to_owned(), format!("{} {}", meaning(key), how(key))),
        Typed::NewName => (
            "A new profile".to_owned(),
            format!("Its name, which its file gets too. Nothing is written to {home} before you save."),
        ),
        Typed::CopyName => (
            format!("Duplicate {name}"),
            format!("The name of the copy. Nothing is written to {home} before you save."),
        ),
        Typed::OtherName => (
            "Save under another name".to_owned(),
            format!(
                "The file of {name} was changed outside and stays as it is. What you typed goes to a file \
                 of its own in {home}."
            ),
        ),
        Typed::Variable => (
            "client_secret: environment".to_owned(),
            "The name of the environment variable that holds the secret; read when it is needed.".to_owned(),
        ),
        Typed::Program => (
            "client_secret: command".to_owned(),
            "The program that prints the secret, with its arguments; what holds a blank stands in double \
             quotes. No shell has a part in it."
                .to_owned(),
        ),
        Typed::Secret => (
            "client_secret: keyring".to_owned(),
            "The secret itself. It goes to the system's keyring at once and never into the file. If the \
             keyring has it already, take it empty."
                .to_owned(),
        ),
        Typed::SetName => (
            "A new scope set".to_owned(),
            "Its name, as the link step lists it: read-only.".to_owned(),
        ),
        Typed::SetScopes(set) => (
            format!("Scope set {set}"),
            "What is asked for with this set, words with a blank between. Without any the set goes."
                .to_owned(),
        ),
    }
}

/// How the text of a key is typed.
fn how(key: &str) -> &'static str {
    match FIELDS
        .iter()
        .find(|field| field.key == key)
        .map(|field| field.kind)
    {
        Some(FieldKind::List) => "Words with a blank between.",
        Some(FieldKind::Pairs) => "name=value, with a blank between.",
        _ => "",
    }
}
