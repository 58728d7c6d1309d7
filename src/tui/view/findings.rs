//! Why it is so: the findings of the step in view, whole in their pane, in short in the strip below the
//! main pane.
//!
//! ```text
//! ✗ The exchange names another redirect_uri than the link
//!   link `localhost`, exchange `127.0.0.1`
//!   The same machine, but not the same text.
//!   → New run
//!   RFC 6749 4.1.3 · invalid-grant-redirect-mismatch
//! ```

use super::canvas::{Canvas, inside, rows};
use super::main::more;
use super::{Target, Viewport};
use crate::core::diagnose::{Finding, Severity};
use crate::core::oauth::StepState;
use crate::tui::text::{cut_end, width, wrap};
use crate::tui::theme::{Role, Theme, severity_glyph};
use crate::tui::ui::Pane;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the pane.
pub(super) fn draw(canvas: &mut Canvas<'_>, area: Rect, focused: bool) {
    let view = canvas.view;
    let findings = view.findings();
    let role = if focused { Role::Focus } else { Role::Title };
    canvas.title(area, &title(&findings), role);
    canvas.target(area, Target::Pane(Pane::Findings));
    draw_in(canvas, inside(area), focused);
}

/// Draws the findings into an area without a border.
pub(super) fn draw_in(canvas: &mut Canvas<'_>, inner: Rect, focused: bool) {
    let view = canvas.view;
    let findings = view.findings();
    if findings.is_empty() {
        let (glyph, text) = match view.state() {
            StepState::Pending => ("·", "Nothing to judge yet"),
            StepState::Ready | StepState::Running => ("✓", "Nothing found so far"),
            StepState::Done | StepState::Failed => ("✓", "Nothing found"),
        };
        let role = if glyph == "✓" { Role::Ok } else { Role::Dim };
        canvas.text(inner.x, inner.y, 1, glyph, role);
        canvas.text(
            inner.x + 2,
            inner.y,
            inner.width.saturating_sub(2),
            text,
            Role::Plain,
        );
        return;
    }
    let room = usize::from(inner.width).min(100);
    let mut lines = whole(&findings, room, view.theme);
    let height = usize::from(inner.height);
    if lines.len() > height && !focused && (height <= 3 || remedy_at(&findings, room) + 1 >= height)
    {
        lines = in_short(&findings, room, height, view.theme);
    }
    let overflows = lines.len() > usize::from(inner.height);
    let shown = usize::from(inner.height).saturating_sub(usize::from(overflows));
    let viewport = Viewport::new(view.ui.findings_scroll, shown, lines.len());
    let visible = lines.iter().skip(viewport.first).take(shown);
    for (row, line) in visible.enumerate() {
        canvas.line(inner.x, inner.y + rows(row), inner.width, line);
    }
    if overflows {
        let text = more(viewport);
        let y = inner.y + rows(shown);
        canvas.text(
            inner.x + 2,
            y,
            inner.width.saturating_sub(2),
            &text,
            Role::Dim,
        );
    }
    canvas.areas.findings = Some(viewport);
}

/// How many lines the strip wants: none without findings, up to half the height where the step failed or
/// when it has the focus, else three.
pub(super) fn strip_height(canvas: &Canvas<'_>, area: Rect, focused: bool) -> u16 {
    let view = canvas.view;
    let findings = view.findings();
    let Some(leading) = findings.first() else {
        return 0;
    };
    let room = usize::from(area.width.saturating_sub(4)).min(100);
    let needed = rows(whole(&findings, room, view.theme).len());
    let failed = view.state() == StepState::Failed;
    let most = if focused || (failed && leading.severity == Severity::Error) {
        (area.height / 2).saturating_sub(1)
    } else {
        3
    };
    needed.min(most.max(3))
}

/// How many lines the strip wants where there is hardly room: headline and remedy of what made the step
/// fail, else none.
pub(super) fn least_height(canvas: &Canvas<'_>) -> u16 {
    let view = canvas.view;
    let findings = view.findings();
    let failed = view.state() == StepState::Failed;
    if failed && !findings.is_empty() { 2 } else { 0 }
}

/// How many lines the findings of a failed step take in a border of that width; none where nothing is an
/// error.
pub(super) fn errors_height(canvas: &Canvas<'_>, width: u16) -> u16 {
    let view = canvas.view;
    let findings = view.findings();
    match findings.first() {
        Some(leading) if leading.severity == Severity::Error => {
            let room = usize::from(width.saturating_sub(4)).min(100);
            rows(whole(&findings, room, view.theme).len())
        }
        _ => 0,
    }
}

/// The title with the count of each severity.
fn title(findings: &[Finding]) -> String {
    let mut parts = vec!["Findings".to_owned()];
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let count = findings
                .iter()
                .filter(|one| one.severity == severity)
                .count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", severity.name()))
        })
        .collect();
    parts.extend((!counts.is_empty()).then(|| counts.join(", ")));
    parts.join(" · ")
}

/// Every finding with all its parts.
fn whole(findings: &[Finding], room: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for finding in findings {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        headline(&mut lines, finding, room, theme);
        let inner = room.saturating_sub(2);
        for text in [&finding.evidence, &finding.cause] {
            if !text.is_empty() {
                lines.extend(wrap(text.as_str(), inner).into_iter().map(indented));
            }
        }
        for fix in &finding.fix {
            lines.extend(remedy(fix.as_str(), room, theme));
        }
        let source = format!("{} · {}", finding.source, finding.rule);
        let style = theme.style(Role::Dim);
        let parts = if width(&source) <= inner {
            vec![source]
        } else {
            let mut parts = wrap(finding.source, inner);
            parts.extend(wrap(finding.rule, inner));
            parts
        };
        let source = parts.into_iter();
        lines.extend(source.map(|text| Line::styled(format!("  {text}"), style)));
    }
    lines
}

/// How many lines of the leading finding stand before its remedy.
fn remedy_at(findings: &[Finding], room: usize) -> usize {
    findings.first().map_or(0, |leading| {
        let prose = [&leading.evidence, &leading.cause];
        let prose = prose.into_iter().filter(|text| !text.is_empty());
        let inner = room.saturating_sub(2);
        wrap(leading.headline.as_str(), inner).len()
            + prose
                .map(|text| wrap(text.as_str(), inner).len())
                .sum::<usize>()
    })
}

/// The leading finding in so many lines: its headline, the first line of its remedy, and between them as
/// much of its cause as there is room for.
fn in_short(findings: &[Finding], room: usize, height: usize, theme: Theme) -> Vec<Line<'static>> {
    let Some(leading) = findings.first() else {
        return Vec::new();
    };
    let (glyph, role) = severity_glyph(leading.severity);
    let further = match findings.len() {
        1 => "more: tab".to_owned(),
        count => format!("{} more: tab", count - 1),
    };
    let title = cut_end(
        leading.headline.as_str(),
        room.saturating_sub(width(&further) + 5),
    );
    let gap = room.saturating_sub(width(&title) + width(&further) + 2);
    let mut lines = vec![Line::from(vec![
        Span::styled(glyph, theme.style(role)),
        Span::styled(format!(" {title}"), theme.style(Role::Title)),
        Span::raw(" ".repeat(gap)),
        Span::styled(further, theme.style(Role::Dim)),
    ])];
    let inner = room.saturating_sub(2);
    let cause = wrap(leading.cause.as_str(), inner.saturating_sub(2));
    let fitting = height.saturating_sub(1 + leading.fix.len().min(1));
    let count = cause.len();
    for (row, text) in cause.into_iter().take(fitting).enumerate() {
        let is_cut = row + 1 == fitting && row + 1 < count;
        lines.push(indented(if is_cut { format!("{text} …") } else { text }));
    }
    if let Some(fix) = leading.fix.first() {
        lines.extend(remedy(fix.as_str(), room, theme).into_iter().take(1));
    }
    lines
}

/// Glyph and headline.
fn headline(lines: &mut Vec<Line<'static>>, finding: &Finding, room: usize, theme: Theme) {
    let (glyph, role) = severity_glyph(finding.severity);
    for (row, text) in wrap(finding.headline.as_str(), room.saturating_sub(2))
        .into_iter()
        .enumerate()
    {
        let glyph = if row == 0 { glyph } else { " " };
        lines.push(Line::from(vec![
            Span::styled(glyph, theme.style(role)),
            Span::styled(format!(" {text}"), theme.style(Role::Title)),
        ]));
    }
}

/// What to do.
fn remedy(text: &str, room: usize, theme: Theme) -> Vec<Line<'static>> {
    wrap(text, room.saturating_sub(4))
        .into_iter()
        .enumerate()
        .map(|(row, text)| {
            let lead = if row == 0 { "  → " } else { "    " };
            Line::from(vec![
                Span::styled(lead, theme.style(Role::Accent)),
                Span::raw(text),
            ])
        })
        .collect()
}

/// A line of prose below a headline.
fn indented(text: String) -> Line<'static> {
    Line::from(vec![Span::raw("  "), Span::raw(text)])
}
