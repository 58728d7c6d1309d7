//! What is drawn on: text in roles, borders that join, and the geometry that is collected on the way.

use super::{Areas, Target, View};
use crate::tui::text::columns;
use crate::tui::theme::Role;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

/// A buffer with what is drawn into it.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// What is drawn.
    pub(super) view: View<'a>,
    /// Where it lies.
    pub(super) areas: Areas,
}

impl<'a> Canvas<'a> {
    /// An empty one.
    pub(super) fn new(buffer: &'a mut Buffer, view: View<'a>) -> Self {
        Self {
            buffer,
            view,
            areas: Areas::default(),
        }
    }

    /// How a role looks.
    pub(super) fn style(&self, role: Role) -> Style {
        self.view.theme.style(role)
    }

    /// Puts text; what does not fit into `room` cells is left out. Returns the column after it.
    pub(super) fn text(&mut self, x: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.styled(x, y, room, text, style)
    }

    /// The same with a style.
    pub(super) fn styled(&mut self, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
        if !self.holds(x, y) {
            return x;
        }
        self.buffer
            .set_stringn(x, y, text, usize::from(room), style)
            .0
    }

    /// Puts a line of several styles.
    pub(super) fn line(&mut self, x: u16, y: u16, room: u16, line: &Line<'_>) {
        if self.holds(x, y) {
            self.buffer.set_line(x, y, line, room);
        }
    }

    /// Puts text that ends before the column `end`.
    pub(super) fn right(&mut self, end: u16, y: u16, span: &Span<'_>) {
        let x = end.saturating_sub(columns(&span.content));
        self.styled(x, y, end - x, &span.content, span.style);
    }

    /// Adds a style to an area.
    pub(super) fn tint(&mut self, area: Rect, style: Style) {
        self.buffer
            .set_style(area.intersection(self.buffer.area), style);
    }

    /// Draws a border; where it lies on another one they join.
    pub(super) fn border(&mut self, area: Rect) {
        Block::bordered()
            .merge_borders(MergeStrategy::Exact)
            .border_style(self.style(Role::Dim))
            .render(area, self.buffer);
    }

    /// Writes a pane's title into its border.
    pub(super) fn title(&mut self, area: Rect, title: &str, role: Role) {
        let room = area.width.saturating_sub(4);
        let title = crate::tui::text::cut_end(title, usize::from(room.saturating_sub(2)));
        let style = self.style(role);
        self.on_border(
            area.x + 1,
            area.y,
            &Span::styled(format!(" {title} "), style),
        );
    }

    /// Writes over a border, whose own style is taken away.
    pub(super) fn on_border(&mut self, x: u16, y: u16, span: &Span<'_>) {
        let area = Rect::new(x, y, columns(&span.content), 1);
        for position in area.intersection(self.buffer.area).positions() {
            self.buffer[position].reset();
        }
        self.styled(x, y, area.width, &span.content, span.style);
    }

    /// Takes colour and weight from everything drawn so far: it lies under a popup.
    pub(super) fn fade(&mut self) {
        for cell in &mut self.buffer.content {
            cell.set_style(Style::reset().add_modifier(Modifier::DIM));
        }
    }

    /// Clears an area with one cell of air to both sides, and draws a border around it.
    pub(super) fn sheet(&mut self, area: Rect) {
        let air = Rect {
            x: area.x.saturating_sub(1),
            width: area.width + 2,
            ..area
        };
        for position in air.intersection(self.buffer.area).positions() {
            self.buffer[position].reset();
        }
        Block::bordered()
            .border_style(self.style(Role::Plain))
            .render(area, self.buffer);
    }

    /// Notes what lies where.
    pub(super) fn target(&mut self, area: Rect, target: Target) {
        self.areas.targets.push((area, target));
    }

    /// Whether a cell is on the screen.
    fn holds(&self, x: u16, y: u16) -> bool {
        let area = self.buffer.area;
        x < area.right() && y < area.bottom()
    }
}

/// The cells of one row of a pane's inside, without border and padding.
pub(super) fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    }
}

/// A number of lines as a coordinate.
pub(super) fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
