//! One record, whole: request and response as raw text, secrets masked.

use crate::core::wire::visible::Visible;
use crate::core::wire::{CallId, Outcome};
use crate::tui::flow::raw_line;
use crate::tui::screens::time;
use crate::tui::text::wrap_raw;
use crate::tui::theme::Role;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::transcript::target;
use ratatui::text::Line;

/// Most of a body that is shown here; the pane of step 6 shows all of an answer.
const BODY: usize = 32 * 1024;

/// Title and lines of a record.
pub(super) fn lines(
    canvas: &Canvas<'_>,
    call: CallId,
    room: usize,
) -> (String, Vec<Line<'static>>) {
    let view = canvas.view;
    let Some(record) = view.engine.record(call) else {
        return ("Record".to_owned(), Vec::new());
    };
    let mask = view.engine.mask();
    let method = Visible::of(&record.request.method);
    let title = format!("{method} {}", target(&view, record));
    let theme = view.theme;
    let mut lines = Vec::new();
    let heading = |text: &str| Line::styled(text.to_owned(), theme.style(Role::Title));
    let raw = |lines: &mut Vec<Line<'static>>, text: &[Visible]| {
        for line in text {
            let pieces = wrap_raw(line.as_str(), room);
            lines.extend(pieces.iter().map(|piece| raw_line(piece, theme)));
        }
    };
    let at = time::moment(record.at, view.now, view.zone);
    lines.push(heading(&format!("Request   {at}")));
    raw(&mut lines, &mask.request_lines(&record.request));
    lines.push(Line::default());
    let took = record.timing.total.map(time::duration).unwrap_or_default();
    match &record.outcome {
        Outcome::Pending => lines.push(heading("No answer yet")),
        Outcome::Failed(failure) => {
            lines.push(heading(&format!("No answer   {took}")));
            raw(&mut lines, &[Visible::of(&failure.detail)]);
        }
        Outcome::Response(response) => {
            let size = time::size(response.body.len());
            lines.push(heading(&format!("Response   {took}   {size}")));
            let (shown, left) = response.shortened(BODY);
            raw(&mut lines, &mask.response_lines(&shown));
            if left > 0 {
                let text = format!("… {} more", time::size(left));
                lines.push(Line::styled(text, theme.style(Role::Dim)));
            }
        }
    }
    (title, lines)
}
