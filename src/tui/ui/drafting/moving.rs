//! Moving about on step 6: the list, the parts of request and answer, the cursor in the answer.

use super::super::act::{Reaction, Stage};
use super::super::{Focus, Ui};
use super::Entry;
use crate::core::dinero::catalogue::Danger;
use crate::core::reader::ask::View;
use crate::core::reader::rows::Folding;
use crate::tui::action::Action;
use crate::tui::action::Direction;
use crate::tui::action::drafting::{AnswerTab, Drafting, Picking, RequestTab};
use crate::tui::action::viewing::Viewing;
use crate::tui::screens;

impl super::Drafting {
    /// Whether Enter in the list does what the button says: what only reads is sent from there.
    pub fn presses_from_list(&self) -> bool {
        let is_heading = matches!(self.selected, Entry::Resource(_));
        let operation = self.operation().filter(|_| !is_heading);
        operation.is_some_and(|operation| operation.danger == Danger::Reads)
    }
}

impl Ui {
    /// So many entries up or down in the list.
    pub(in crate::tui::ui) fn go_in_requests(&mut self, down: bool, places: usize) {
        let entries = self.drafting.entries().to_vec();
        let at = self.drafting.position();
        let last = entries.len().saturating_sub(1);
        let at = if down {
            at.saturating_add(places).min(last)
        } else {
            at.saturating_sub(places)
        };
        if let Some(entry) = entries.into_iter().nth(at) {
            self.take_entry(entry);
        }
    }

    /// Selects something of the list; its rows begin at their top.
    pub(in crate::tui::ui) fn take_entry(&mut self, entry: Entry) {
        let before = self.drafting.hand.clone();
        self.drafting.select_entry(entry);
        if before != self.drafting.hand {
            let at = self.at();
            self.scroll[at] = 0;
            self.touched[at] = 0;
            self.revealed = None;
        }
    }

    /// Enter in the list: a heading folds, what only reads is sent, the rest is gone to.
    pub(in crate::tui::ui) fn press_in_requests(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        if matches!(self.drafting.selected, Entry::Resource(_)) {
            return self.on_drafting(Drafting::Fold, stage);
        }
        if !self.drafting.presses_from_list() {
            self.focus = Focus::Button;
            return Vec::new();
        }
        let button = screens::in_view(&stage.scene(), self).button;
        button.map_or_else(Vec::new, |button| self.act(button.action, stage))
    }

    /// Left or right: out of the list and into it, from part to part.
    pub(in crate::tui::ui) fn go_across_requests(
        &mut self,
        direction: Direction,
        stage: &Stage<'_>,
    ) -> Vec<Reaction> {
        let right = direction == Direction::Right;
        let shown = self.answer_tab(stage.engine, stage.now);
        match self.focus {
            Focus::List => {
                let open = match &self.drafting.selected {
                    Entry::Resource(resource) => self.drafting.is_unfolded(resource),
                    _ => right,
                };
                match (&self.drafting.selected, right) {
                    (Entry::Resource(resource), _) if open != right => {
                        let resource = resource.clone();
                        if right {
                            self.drafting.unfold(&resource);
                        } else {
                            self.drafting.fold(&resource);
                        }
                    }
                    (Entry::Operation(_), false) => self.select_resource(),
                    (_, true) => self.focus = Focus::Button,
                    (_, false) => {}
                }
            }
            Focus::Button | Focus::Row(_) => {
                let at = RequestTab::ALL
                    .iter()
                    .position(|tab| *tab == self.drafting.tab);
                match stepped(at.unwrap_or_default(), right, RequestTab::ALL.len()) {
                    Some(next) => self.show_tab(RequestTab::ALL[next]),
                    None if !right => self.focus = Focus::List,
                    None => {}
                }
            }
            Focus::Answer => {
                if shown == AnswerTab::Table && self.go_to_column(right, stage.engine) {
                    return Vec::new();
                }
                if shown == AnswerTab::Pretty
                    && let Some(folds) = self.fold_towards_side(right, stage.engine)
                {
                    return folds;
                }
                let at = AnswerTab::ALL.iter().position(|tab| *tab == shown);
                match stepped(at.unwrap_or_default(), right, AnswerTab::ALL.len()) {
                    Some(next) => return self.turn_answer(AnswerTab::ALL[next], stage.engine),
                    None if !right => self.focus = Focus::List,
                    None => {}
                }
            }
            _ => {}
        }
        Vec::new()
    }

    /// From an operation to its resource.
    fn select_resource(&mut self) {
        if let Some(operation) = self.drafting.operation()
            && self.drafting.words().is_empty()
        {
            self.drafting.selected = Entry::Resource(operation.resource.clone());
        }
    }

    /// Shows a part of the request.
    pub(super) fn show_tab(&mut self, tab: RequestTab) {
        self.drafting.tab = tab;
        let at = self.at();
        self.scroll[at] = 0;
        self.touched[at] = 0;
        if matches!(self.focus, Focus::Row(_)) {
            self.focus = Focus::Row(0);
        }
    }

    /// The cursor in the answer, so many lines further.
    pub(in crate::tui::ui) fn go_in_answer(&mut self, down: bool, lines: usize, stage: &Stage<'_>) {
        let areas = stage.areas;
        if self.answer_tab(stage.engine, stage.now) == AnswerTab::Findings {
            let viewport = areas.findings.unwrap_or_default();
            self.findings_scroll = viewport.moved(self.findings_scroll, down, lines);
            return;
        }
        let viewport = areas.body.unwrap_or_default();
        let last = viewport.total.saturating_sub(1);
        let line = self.drafting.line.min(last);
        let line = if down {
            line.saturating_add(lines).min(last)
        } else {
            line.saturating_sub(lines)
        };
        self.drafting.line = line;
        let room = viewport.room.max(1);
        let lowest = (line + 1).saturating_sub(room);
        self.body_scroll = self.body_scroll.clamp(lowest, line.max(lowest));
    }

    /// Enter in the answer: what opens folds, a value can be used, a row of the table is gone to.
    pub fn press_in_answer(&self, stage: &Stage<'_>) -> Option<Action> {
        let viewing = stage.engine.requests().viewing.as_ref()?;
        let tab = self.answer_tab(stage.engine, stage.now);
        let view = self.reads(tab)?;
        let row = self.drafting.line as u64;
        let (_, window) = viewing
            .rows
            .as_ref()
            .filter(|(show, _)| show.view == view)?;
        if view == View::Table {
            let next = Action::Drafting(Drafting::Page { next: true });
            return Some(if row >= window.total {
                next
            } else {
                Action::Viewing(Viewing::OpenItem)
            });
        }
        if window.row(row)?.fold != Folding::Not {
            return Some(Action::Viewing(Viewing::Fold));
        }
        let cursor = viewing.cursor.as_ref().filter(|cursor| cursor.row == row)?;
        Some(Action::Drafting(Drafting::Pick(Picking::OfAnswer {
            name: cursor.name.clone(),
            value: cursor.value.clone()?,
        })))
    }
}

/// The place before or after, within `count`.
fn stepped(at: usize, further: bool, count: usize) -> Option<usize> {
    if further {
        Some(at + 1).filter(|next| *next < count)
    } else {
        at.checked_sub(1)
    }
}
