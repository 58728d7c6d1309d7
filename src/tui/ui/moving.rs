//! Moving about: the selection, what is scrolled, the answer of a question.
//!
//! Scrolling is bounded by the geometry of the last drawing, so nothing runs off its end.

use super::act::{Reaction, Stage};
use super::menu;
use super::popup::Popup;
use super::{Focus, Screen, Ui};
use crate::tui::action::Direction;
use crate::tui::flow::{Spot, SpotKind};
use crate::tui::view::{Areas, Viewport};

impl Ui {
    /// One line or one entry in a direction.
    pub(super) fn go(&mut self, direction: Direction, stage: &Stage<'_>) -> Vec<Reaction> {
        if !self.popups.is_empty() {
            self.go_in_popup(direction, stage);
            return Vec::new();
        }
        let areas = stage.areas;
        let down = match direction {
            Direction::Up => false,
            Direction::Down => true,
            Direction::Left | Direction::Right => {
                return self.go_across(direction, stage);
            }
        };
        match self.focus {
            Focus::List | Focus::Filter if self.drafts() => self.go_in_requests(down, 1),
            Focus::List | Focus::Filter => self.go_in_list(down, 1),
            Focus::Answer => self.go_in_answer(down, 1, stage),
            Focus::Line => self.recall(!down),
            // Where a row keeps its mark it goes on from there.
            Focus::Button if down && self.drafts() => {
                let last = areas.spots.len().saturating_sub(1);
                self.select(self.touched[self.at()].min(last), areas);
            }
            Focus::Button if down => self.select(0, areas),
            Focus::Button => self.scroll[self.at()] = 0,
            Focus::Row(row) => self.go_in_rows(row, down, areas),
            Focus::Raw => {
                let viewport = areas.raw.unwrap_or_default();
                self.raw_scroll = viewport.moved(self.raw_scroll, down, 1);
            }
            Focus::Findings => {
                let viewport = areas.findings.unwrap_or_default();
                self.findings_scroll = viewport.moved(self.findings_scroll, down, 1);
            }
            Focus::Transcript => {
                let records = stage.engine.transcript().len();
                self.record = stepped(self.record, !down, 1, records);
            }
            // In the field the keys move its cursor.
            Focus::Text => {}
        }
        Vec::new()
    }

    /// So many files up or down in the list of profiles.
    pub(super) fn go_in_list(&mut self, down: bool, places: usize) {
        let count = self.shelf.visible().count();
        let position = stepped(self.shelf.position(), down, places, count);
        self.select_entry(position);
    }

    /// Selects a file of the list; its pane begins at its top.
    pub(super) fn select_entry(&mut self, position: usize) {
        if self.shelf.select(position) {
            let at = self.at();
            self.scroll[at] = 0;
            self.touched[at] = 0;
            self.raw_scroll = 0;
            self.revealed = None;
        }
    }

    /// Up or down among the rows of a pane.
    fn go_in_rows(&mut self, row: usize, down: bool, areas: &Areas) {
        let row = row.min(areas.spots.len().saturating_sub(1));
        let Some(spot) = areas.spots.get(row) else {
            self.focus = Focus::Button;
            return;
        };
        let at = self.at();
        let main = areas.main;
        let scroll = self.scroll[at].min(main.furthest());
        if down && row + 1 < areas.spots.len() {
            self.select(row + 1, areas);
        } else if down {
            self.scroll[at] = main.moved(scroll, true, 1);
        } else if spot.line < scroll
            || (row + 1 == areas.spots.len() && scroll > last_needed(spot, main))
        {
            // What was read below or above the row goes back before the selection moves on.
            self.scroll[at] = scroll - 1;
        } else if row == 0 {
            self.scroll[at] = 0;
            self.focus = Focus::Button;
        } else {
            self.select(row - 1, areas);
        }
    }

    /// Gives a row the focus and brings it into view.
    pub fn select(&mut self, row: usize, areas: &Areas) {
        let Some(spot) = areas.spots.get(row) else {
            return;
        };
        let at = self.at();
        self.focus = Focus::Row(row);
        self.touched[at] = row;
        let main = areas.main;
        let scroll = self.scroll[at].min(main.furthest());
        let lowest = last_needed(spot, main);
        self.scroll[at] = if row == 0 {
            0
        } else {
            scroll.clamp(lowest, spot.line.max(lowest))
        };
    }

    /// Left folds, right unfolds; among the profiles left leads to the list, right to the rows.
    fn go_across(&mut self, direction: Direction, stage: &Stage<'_>) -> Vec<Reaction> {
        let areas = stage.areas;
        let folds = match self.focus {
            Focus::Row(row) => matches!(
                areas.spots.get(row).map(|spot| &spot.kind),
                Some(SpotKind::Label(..))
            ),
            _ => false,
        };
        match (self.screen, self.focus, direction) {
            _ if folds => self.fold_towards(direction, areas),
            (Screen::Step, ..) if self.drafts() => {
                return self.go_across_requests(direction, stage);
            }
            (Screen::Profiles, Focus::List, Direction::Right) => {
                self.select(self.touched[self.at()], areas);
            }
            (Screen::ScopeLab, Focus::Row(_), _) => self.go_across_lab(direction, stage.engine),
            (Screen::Profiles, Focus::Row(_) | Focus::Button, Direction::Left) => {
                self.focus = Focus::List;
            }
            _ => {}
        }
        Vec::new()
    }

    /// Left folds, right unfolds.
    fn fold_towards(&mut self, direction: Direction, areas: &Areas) {
        let Focus::Row(row) = self.focus else { return };
        if let Some(SpotKind::Label(label, open)) = areas.spots.get(row).map(|spot| &spot.kind) {
            let wanted = direction == Direction::Right;
            if *open != wanted {
                self.fold(label, wanted);
            }
        }
    }

    /// One line or one entry in the popup in front.
    fn go_in_popup(&mut self, direction: Direction, stage: &Stage<'_>) {
        let down = matches!(direction, Direction::Down | Direction::Right);
        let choices = menu::rows(self, stage).choices().count();
        let viewport = stage.areas.popup.unwrap_or_default();
        let Some(popup) = self.popups.last_mut() else {
            return;
        };
        if let Popup::Confirm(confirm) = popup {
            confirm.selected = usize::from(down);
        } else if let Popup::Ask(prompt) = popup {
            let last = prompt.fields.len().saturating_sub(1);
            prompt.focus = if down { last } else { 0 };
        } else if let Some(selected) = popup.selected() {
            *selected = stepped(*selected, down, 1, choices);
        } else if let Some(scroll) = popup.scroll() {
            *scroll = viewport.moved(*scroll, down, 1);
        }
    }

    /// A screenful up or down.
    pub(super) fn page(&mut self, direction: Direction, stage: &Stage<'_>) {
        self.by(direction == Direction::Down, stage, |viewport| {
            viewport.room.saturating_sub(1).max(1)
        });
    }

    /// To the first or the last line.
    pub(super) fn far(&mut self, direction: Direction, stage: &Stage<'_>) {
        self.by(direction == Direction::Down, stage, |viewport| {
            viewport.total.max(1_000)
        });
    }

    /// Moves what has the focus by so many lines.
    fn by(&mut self, down: bool, stage: &Stage<'_>, lines: impl Fn(Viewport) -> usize) {
        let areas = stage.areas;
        if !self.popups.is_empty() {
            let choices = menu::rows(self, stage).choices().count();
            let viewport = areas.popup.unwrap_or_default();
            if let Some(popup) = self.popups.last_mut() {
                if let Some(selected) = popup.selected() {
                    *selected = stepped(*selected, down, lines(viewport), choices);
                } else if let Some(scroll) = popup.scroll() {
                    *scroll = viewport.moved(*scroll, down, lines(viewport));
                }
            }
            return;
        }
        match self.focus {
            Focus::Raw => {
                let viewport = areas.raw.unwrap_or_default();
                self.raw_scroll = viewport.moved(self.raw_scroll, down, lines(viewport));
            }
            Focus::Findings => {
                let viewport = areas.findings.unwrap_or_default();
                self.findings_scroll = viewport.moved(self.findings_scroll, down, lines(viewport));
            }
            Focus::Transcript => {
                let records = stage.engine.transcript().len();
                let viewport = Viewport {
                    first: 0,
                    room: areas.transcript_rows,
                    total: records,
                };
                self.record = stepped(self.record, !down, lines(viewport), records);
            }
            Focus::List | Focus::Filter if self.drafts() => {
                self.go_in_requests(down, lines(areas.list));
            }
            Focus::List | Focus::Filter => self.go_in_list(down, lines(areas.list)),
            Focus::Answer => {
                let viewport = areas.body.or(areas.findings).unwrap_or_default();
                self.go_in_answer(down, lines(viewport), stage);
            }
            Focus::Text | Focus::Line => {}
            Focus::Button | Focus::Row(_) if self.drafts() && !areas.spots.is_empty() => {
                let row = match self.focus {
                    Focus::Row(row) => row,
                    _ => 0,
                };
                let row = stepped(row, down, lines(areas.main), areas.spots.len());
                self.select(row, areas);
            }
            Focus::Button | Focus::Row(_) => {
                let at = self.at();
                self.scroll[at] = areas.main.moved(self.scroll[at], down, lines(areas.main));
            }
        }
    }
}

/// The least that must be scrolled away so that the whole of a row is in view.
fn last_needed(spot: &Spot, main: Viewport) -> usize {
    (spot.line + spot.height + 1)
        .saturating_sub(main.room)
        .min(spot.line)
}

/// An index so many places further, within `count`.
fn stepped(index: usize, further: bool, places: usize, count: usize) -> usize {
    let last = count.saturating_sub(1);
    if further {
        index.saturating_add(places).min(last)
    } else {
        index.min(last).saturating_sub(places)
    }
}
