//! A text that a command needs: what it is for, the field, and why it was not taken.
//!
//! The field is drawn here and not by the editing crate, because what is pasted comes from outside and
//! passes [`Visible`] like everything else.

use super::{room, sheet};
use crate::core::profile::Field;
use crate::core::secret::Secret;
use crate::core::token::import::{self, TokenKind};
use crate::core::wire::visible::Visible;
use crate::tui::action::Question;
use crate::tui::screens::time;
use crate::tui::text::{width, wrap};
use crate::tui::theme::Role;
use crate::tui::ui::popup::Prompt;
use crate::tui::view::Target;
use crate::tui::view::bars::Item;
use crate::tui::view::canvas::{Canvas, rows};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui_textarea::TextArea;
use unicode_segmentation::UnicodeSegmentation;

/// Rows of a field that takes several lines.
const SEVERAL: u16 = 5;

/// Draws the popup.
pub(super) fn draw(canvas: &mut Canvas<'_>, whole: Rect, prompt: &Prompt, items: &[Item]) {
    let is_out = canvas.view.engine.run().started_at.is_some();
    let (title, text, labels) = match prompt.question {
        Question::LinkRow(_) if is_out => OF_A_NEW_RUN,
        question => words(question),
    };
    let room = room(whole).min(76);
    let prose = wrap(text, room);
    let field_rows = if prompt.is_multi_line() { SEVERAL } else { 1 };
    let several = prompt.fields.len() > 1;
    let fields = rows(prompt.fields.len()) * (field_rows + 1);
    let height = prose.len() + 1 + usize::from(fields) + 1;
    let area = sheet(canvas, whole, title, (room, height), items);
    for (row, line) in prose.iter().enumerate() {
        canvas.text(area.x, area.y + rows(row), area.width, line, Role::Plain);
    }
    let mut y = area.y + rows(prose.len()) + 1;
    for (place, text) in prompt.fields.iter().enumerate() {
        let label = labels.get(place).copied().unwrap_or_default();
        let indent = if several { 10 } else { 0 };
        if several {
            canvas.text(area.x, y, indent, label, Role::Dim);
        }
        let rect = Rect {
            x: area.x + indent,
            y,
            width: area.width.saturating_sub(indent),
            height: field_rows.min(area.bottom().saturating_sub(y)),
        };
        canvas.target(rect, Target::Field(place));
        match &prompt.held {
            Some(held) if place == prompt.focus => {
                let text = format!("pasted, {}; any key clears it", time::size(held.len()));
                canvas.text(rect.x, rect.y, rect.width, &text, Role::Accent);
            }
            _ => field(canvas, rect, text, place == prompt.focus),
        }
        y += field_rows + 1;
    }
    let y = y.saturating_sub(1).min(area.bottom().saturating_sub(1));
    if let Some(kind) = taken_for(prompt) {
        canvas.text(area.x, y, area.width, kind, Role::Dim);
    }
    if let Some(trouble) = prompt.trouble {
        let x = canvas.text(area.x, y, 1, "✗", Role::Error);
        canvas.text(x + 1, y, area.width.saturating_sub(2), trouble, Role::Plain);
    }
}

/// What a token that is being typed is taken for.
fn taken_for(prompt: &Prompt) -> Option<&'static str> {
    let entered = Secret::new(prompt.entered());
    if prompt.question != Question::Token || prompt.trouble.is_some() || entered.is_empty() {
        return None;
    }
    Some(match import::likely(entered.expose()) {
        Some(TokenKind::Access) => "taken for an access token: it is a JWT",
        Some(TokenKind::Refresh) => "taken for a refresh token, by its look",
        None => "its look does not tell what it is: you are asked then",
    })
}

/// What is said of a value in a link that is out.
const OF_A_NEW_RUN: (&str, &str, &[&str]) = (
    "Another value, in a new run",
    "This link is out, and the browser may have it. The value goes into the link of a new run, with a new \
     state; if an answer may still come to this one, you are asked first.",
    &[],
);

/// Title, what it is for, and the names of the fields.
fn words(question: Question) -> (&'static str, &'static str, &'static [&'static str]) {
    match question {
        Question::Field(Field::ClientId) => (
            "Fill in client_id",
            "It stands in the provider's developer portal, on your application. Kept for this \
             program run only; put it into the profile file to keep it.",
            &[],
        ),
        Question::Field(Field::RedirectUri) => (
            "Fill in redirect_uri",
            "It must equal one that is registered, character for character. Kept for this program \
             run only; put it into the profile file to keep it.",
            &[],
        ),
        Question::ClientSecret => (
            "The client secret",
            "It is shown once in the developer portal. Kept in memory until you quit, sent only to \
             the token endpoint; the exchange goes on with it.",
            &[],
        ),
        Question::SecretForRefresh => (
            "The client secret",
            "The refresh needs it. Kept in memory until you quit, sent only to the token endpoint; the \
             refresh goes on with it.",
            &[],
        ),
        Question::SecretForInquiry(_) => (
            "The client secret",
            "The endpoint asks who asks. Kept in memory until you quit, sent only to endpoints of the \
             provider; what you asked for goes on with it.",
            &[],
        ),
        Question::Token => (
            "Use a token I have",
            "Paste an access token or a refresh token alone. It is used for this profile's API and kept \
             like a grant that came by signing in.",
            &[],
        ),
        Question::Answer => (
            "Paste an answer",
            "The address the browser ended on, the form body, or the whole request. It counts only \
             with the state of this run.",
            &[],
        ),
        Question::SentRedirectUri => (
            "Another redirect_uri for the exchange",
            "The link keeps its own; the exchange sends this one. A provider refuses it, and the code is \
             burned. R on step 4 takes every change back.",
            &["redirect_uri"],
        ),
        Question::LinkRow(_) => (
            "Another value in the link",
            "For this run only, as it is typed: a mistake is sent too, and what is found in it stands on \
             step 1 at once. R takes every change back.",
            &[],
        ),
        Question::ExchangeRow(_) => (
            "Another value in the exchange",
            "For this run only, as it is typed; a mistake is sent too, and the code is burned by it. R on \
             step 4 takes every change back.",
            &[],
        ),
        Question::ExchangeField => (
            "A further field of the exchange",
            "For this run only. One that is there already is sent twice.",
            &["name", "value"],
        ),
        Question::LinkParameter => (
            "A further parameter of the link",
            "For this run only. One that is there already is sent twice.",
            &["name", "value"],
        ),
        Question::TicketPath => (
            "Write the ticket to a file",
            "A new file that only you can read; one that is there is never overwritten. A path without a \
             folder is in the one where you started the program.",
            &["path"],
        ),
        Question::AnswerPath => (
            "Save what is shown in a file",
            "A new file that only you can read, byte for byte; one that is there is never overwritten. A \
             path without a folder is in the one where you started the program.",
            &["path"],
        ),
        Question::ReportPath(_) => (
            "Write the report to a file",
            "A new file that only you can read; one that is there is never overwritten. A path without a \
             folder is in the one where you started the program.",
            &["path"],
        ),
        Question::RunWords => (
            "Find runs",
            "Words of the profile, the step, how it ended or what was found; every one must be there. \
             Nothing typed shows all of them.",
            &[],
        ),
    }
}

/// Draws a text field: underlined, with its cursor when it has the keys.
pub(in crate::tui::view) fn field(
    canvas: &mut Canvas<'_>,
    area: Rect,
    text: &TextArea<'_>,
    focused: bool,
) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let line = Style::new().add_modifier(Modifier::UNDERLINED);
    canvas.tint(area, line);
    if text.is_empty() {
        let example = Visible::of(text.placeholder_text());
        let style = canvas.style(Role::Dim).patch(line);
        canvas.styled(area.x, area.y, area.width, example.as_str(), style);
    }
    let room = usize::from(area.width);
    let cursor = text.cursor();
    let (at_row, at_column) = (cursor.0, cursor.1);
    let mut laid: Vec<String> = Vec::new();
    let mut place = (0, 0);
    for (row, raw) in text.lines().iter().enumerate() {
        let shown = match text.mask_char() {
            Some(mask) => mask.to_string().repeat(raw.chars().count()),
            None => Visible::of(raw).to_string(),
        };
        let cursor = (row == at_row).then_some(at_column);
        let (pieces, found) = match cursor.filter(|_| area.height == 1) {
            Some(cursor) => {
                let (piece, column) = around(&shown, room, cursor);
                (vec![piece], Some((0, column)))
            }
            None => broken(&shown, room, cursor),
        };
        if let Some((piece, column)) = found {
            place = (laid.len() + piece, column);
        }
        laid.extend(pieces);
    }
    let height = usize::from(area.height);
    let first = (place.0 + 1).saturating_sub(height);
    for (row, piece) in laid.iter().skip(first).take(height).enumerate() {
        canvas.styled(area.x, area.y + rows(row), area.width, piece, line);
    }
    if focused {
        let x = area.x + rows(place.1).min(area.width - 1);
        let y = area.y + rows(place.0 - first);
        let style = Style::new().add_modifier(Modifier::REVERSED);
        canvas.tint(Rect::new(x, y, 1, 1), style);
    }
}

/// What is shown of a line that has one row to itself: as much before the cursor as there is room for, and where
/// the cursor stands in it.
fn around(text: &str, room: usize, cursor: usize) -> (String, usize) {
    let mut before: Vec<&str> = Vec::new();
    let mut rest = text.graphemes(true);
    let mut characters = 0;
    while characters < cursor {
        let Some(cluster) = rest.next() else { break };
        characters += cluster.chars().count();
        before.push(cluster);
    }
    let mut cells = 0;
    // One cell is kept for the cursor.
    let shown: Vec<&str> = before
        .into_iter()
        .rev()
        .take_while(|cluster| {
            cells += width(cluster);
            cells < room
        })
        .collect();
    let left: String = shown.iter().rev().copied().collect();
    let column = width(&left);
    (format!("{left}{}", rest.as_str()), column)
}

/// A line broken at the edge, and where its cursor stands: which piece, which cell.
fn broken(text: &str, room: usize, cursor: Option<usize>) -> (Vec<String>, Option<(usize, usize)>) {
    let mut pieces = vec![String::new()];
    let mut found = None;
    let mut used = 0;
    let mut characters = 0;
    for cluster in text.graphemes(true) {
        let cells = width(cluster);
        if used + cells > room {
            pieces.push(String::new());
            used = 0;
        }
        if found.is_none() && cursor.is_some_and(|cursor| cursor <= characters) {
            found = Some((pieces.len() - 1, used));
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(cluster);
        }
        used += cells;
        characters += cluster.chars().count();
    }
    if used >= room && cursor.is_some() && found.is_none() {
        pieces.push(String::new());
        used = 0;
    }
    let end = cursor.map(|_| (pieces.len() - 1, used));
    (pieces, found.or(end))
}
