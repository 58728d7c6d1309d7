//! The link alone: from the first column to the last, nothing beside it, so that the mouse selects it whole.
//!
//! ```text
//! https://connect.visma.com/connect/authorize?client_id=isv_acme&response_type=code&respo
//! nse_mode=form_post&redirect_uri=http%3A%2F%2Flocalhost%3A8765%2Fcallback&scope=…
//!
//! Any key goes back. Select it with the mouse and paste it into a browser, line ends and all.
//! ```

use super::canvas::Canvas;
use crate::core::wire::visible::Visible;
use crate::tui::text::wrap;
use crate::tui::theme::Role;
use ratatui::layout::Rect;

/// What is said below it.
const WORDS: &str =
    "Any key goes back. Select it with the mouse and paste it into a browser, line ends and all.";

/// What is said while there is no link.
const NONE: &str = "There is no link yet. Any key goes back.";

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect) {
    let shown = Visible::of(&canvas.view.engine.run().link);
    let letters: Vec<char> = shown.as_str().chars().collect();
    let mut y = area.y;
    for line in letters.chunks(usize::from(area.width).max(1)) {
        if y >= area.bottom() {
            return;
        }
        let line: String = line.iter().collect();
        canvas.text(area.x, y, area.width, &line, Role::Plain);
        y += 1;
    }
    let (words, gap) = if letters.is_empty() {
        (NONE, 0)
    } else {
        (WORDS, 1)
    };
    for line in wrap(words, usize::from(area.width)) {
        if y + gap < area.bottom() {
            canvas.text(area.x, y + gap, area.width, &line, Role::Dim);
        }
        y += 1;
    }
}
