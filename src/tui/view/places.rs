//! How the frame is shared out among the panes of a step, of the runs, of a record.

use super::canvas::Canvas;
use super::{MAIN, Places, RECORD, WITH_SIDE, WITH_WIDE_SIDE, findings, side};
use crate::tui::ui::{Focus, Pane};
use ratatui::layout::Rect;

/// The runs have the frame, above the transcript where there is room for it.
pub(super) fn runs_places(canvas: &Canvas<'_>, whole: Rect, frame: Rect) -> Places {
    let rows = transcript_rows(whole.height);
    let mut places = Places::default();
    match canvas.view.ui.zoomed {
        Some(Pane::Transcript) => places.transcript = Some(frame),
        None if rows >= 2 => {
            let (upper, lower) = split_rows(frame, frame.height - rows - 1);
            places.main = Some(upper);
            places.transcript = Some(lower);
        }
        _ => places.main = Some(frame),
    }
    places
}

/// A record has the frame; where it is wide, its raw text stands beside.
pub(super) fn record_places(canvas: &Canvas<'_>, whole: Rect, frame: Rect) -> Places {
    let mut places = Places::default();
    match canvas.view.ui.zoomed {
        Some(Pane::Transcript) => places.transcript = Some(frame),
        None if whole.width >= WITH_WIDE_SIDE => {
            let (main, raw) = split_columns(frame, RECORD);
            places.main = Some(main);
            places.raw = Some(raw);
        }
        _ => places.main = Some(frame),
    }
    places
}

/// How many records the transcript shows on so many rows.
pub(super) fn transcript_rows(height: u16) -> u16 {
    match height {
        0..24 => 0,
        24..30 => 1,
        30..36 => 2,
        36..55 => 4,
        _ => 10,
    }
}

/// Shares the frame out among the panes; neighbours share their border.
pub(super) fn places(canvas: &mut Canvas<'_>, whole: Rect, frame: Rect) -> Places {
    let ui = canvas.view.ui;
    match ui.zoomed {
        Some(Pane::Main) => {
            return Places {
                main: Some(frame),
                ..Places::default()
            };
        }
        Some(Pane::Findings) => {
            return Places {
                findings: Some(frame),
                ..Places::default()
            };
        }
        Some(Pane::Transcript) => {
            return Places {
                transcript: Some(frame),
                ..Places::default()
            };
        }
        Some(Pane::Raw | Pane::List | Pane::Text | Pane::Answer | Pane::Side | Pane::Popup)
        | None => {}
    }
    let rows = transcript_rows(whole.height);
    let (upper, transcript) = if rows == 0 {
        (frame, None)
    } else {
        let (upper, lower) = split_rows(frame, frame.height - rows - 1);
        (upper, Some(lower))
    };
    if whole.width >= WITH_SIDE && ui.explanation {
        let wide = whole.width >= WITH_WIDE_SIDE;
        let side = if wide { 62 } else { 43 };
        let (left, right) = split_columns(upper, upper.width - side + 1);
        let (main, raw) = if wide {
            let (main, raw) = split_columns(left, MAIN);
            (main, Some(raw))
        } else {
            (left, None)
        };
        let wanted = side::height(canvas, right.width, true) + 2;
        let needed = findings::errors_height(canvas, right.width) + 1;
        let wanted = if wanted + needed > right.height && needed > 1 {
            // The diagram gives way to what went wrong.
            side::height(canvas, right.width, false) + 2
        } else {
            wanted
        };
        let (explanation, findings) = split_rows(right, wanted.min(right.height - 6));
        return Places {
            main: Some(main),
            raw,
            explanation: Some(explanation),
            findings: Some(findings),
            transcript,
            ..Places::default()
        };
    }
    let on_findings = ui.focus == Focus::Findings;
    let wanted = match whole.height {
        0..20 if !on_findings => findings::least_height(canvas),
        _ => findings::strip_height(canvas, upper, on_findings),
    };
    let (main, findings) = if wanted == 0 {
        (upper, None)
    } else {
        let (main, strip) = split_rows(upper, upper.height - wanted - 1);
        (main, Some(strip))
    };
    Places {
        main: Some(main),
        findings,
        transcript,
        ..Places::default()
    }
}

/// Splits so that the upper part has `height` rows, the shared border among them.
pub(super) fn split_rows(area: Rect, height: u16) -> (Rect, Rect) {
    let height = height.clamp(2, area.height.saturating_sub(2).max(2));
    let upper = Rect { height, ..area };
    let lower = Rect {
        y: area.y + height - 1,
        height: area.height - height + 1,
        ..area
    };
    (upper, lower)
}

/// Splits so that the left part has `width` columns, the shared border among them.
pub(super) fn split_columns(area: Rect, width: u16) -> (Rect, Rect) {
    let left = Rect { width, ..area };
    let right = Rect {
        x: area.x + width - 1,
        width: area.width - width + 1,
        ..area
    };
    (left, right)
}
