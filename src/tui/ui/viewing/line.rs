//! What is typed in the last line of the answer: a search, a filter, a place.

use super::super::act::{Reaction, Stage};
use super::super::popup::{field, type_into};
use super::super::{Focus, Ui};
use super::{Line, ask};
use crate::core::reader::Sought;
use crate::core::reader::ask::Ask;
use crossterm::event::KeyEvent;
use ratatui_textarea::CursorMove;

/// Largest answer that is filtered with every key, in bytes.
pub const LIVE: u64 = 4_000_000;

/// Most filters that are remembered.
const REMEMBERED: usize = 50;

impl Ui {
    /// Begins to type about the answer.
    pub(super) fn begin_line(&mut self, line: Line, stage: &Stage<'_>) {
        let empty = match line {
            Line::Search => "what stands there",
            Line::Filter => ".Collection[] | select(.Status == \"Booked\")",
            Line::GoTo => "a line, or /Collection/0/Name",
        };
        let mut text = field(empty);
        let viewing = stage.engine.requests().viewing.as_ref();
        let before = match line {
            // Another search begins anew; until it is typed, the one before stands.
            Line::Search => String::new(),
            Line::Filter => {
                viewing.map_or_else(String::new, |viewing| viewing.filter.program.clone())
            }
            Line::GoTo => self.viewing.went_to.clone(),
        };
        text.insert_str(&before);
        self.viewing.filter_before = before;
        self.viewing.typed = Some((line, text));
        self.viewing.recalled = None;
        self.focus = Focus::Line;
    }

    /// A key for what is typed.
    pub(in crate::tui::ui) fn type_line(
        &mut self,
        event: KeyEvent,
        stage: &Stage<'_>,
    ) -> Vec<Reaction> {
        let Some((line, text)) = &mut self.viewing.typed else {
            return Vec::new();
        };
        let before = text.lines().concat();
        type_into(text, event);
        let line = *line;
        let typed = text.lines().concat();
        if typed == before {
            return Vec::new();
        }
        self.line_changed(line, &typed, stage)
    }

    /// What is typed has changed: a search goes on with every key, a filter where the answer is not large.
    fn line_changed(&mut self, what: Line, typed: &str, stage: &Stage<'_>) -> Vec<Reaction> {
        match what {
            Line::Search => {
                typed.clone_into(&mut self.viewing.sought.text);
                self.search_again()
            }
            Line::Filter => {
                self.viewing.recalled = None;
                let viewing = stage.engine.requests().viewing.as_ref();
                let live = viewing.is_some_and(|read| read.status.length <= LIVE);
                if live && !typed.trim().is_empty() {
                    vec![Reaction::Command(ask(Ask::Filter(typed.to_owned())))]
                } else {
                    Vec::new()
                }
            }
            Line::GoTo => Vec::new(),
        }
    }

    /// Searches for what is sought now.
    pub(super) fn search_again(&self) -> Vec<Reaction> {
        let sought: &Sought = &self.viewing.sought;
        let asked = if sought.text.is_empty() {
            Ask::EndSearch
        } else {
            Ask::Search(sought.clone())
        };
        vec![Reaction::Command(ask(asked))]
    }

    /// Pasted text belongs to what is typed; of several lines the first.
    pub(in crate::tui::ui) fn paste_line(
        &mut self,
        pasted: &str,
        stage: &Stage<'_>,
    ) -> Vec<Reaction> {
        let Some((line, text)) = &mut self.viewing.typed else {
            return Vec::new();
        };
        text.insert_str(pasted.lines().next().unwrap_or_default());
        let (line, typed) = (*line, text.lines().concat());
        self.line_changed(line, &typed, stage)
    }

    /// Up and down: the filters that were used.
    pub(in crate::tui::ui) fn recall(&mut self, older: bool) {
        let count = self.viewing.filters.len();
        let Some((Line::Filter, text)) = &mut self.viewing.typed else {
            return;
        };
        let typed = text.lines().concat();
        let recalled = match (self.viewing.recalled, older) {
            // What stands there already is not brought back.
            (None, true) if self.viewing.filters.last() == Some(&typed) && count > 1 => Some(1),
            (None, true) => Some(0),
            (Some(at), true) => Some((at + 1).min(count.saturating_sub(1))),
            (Some(at), false) => at.checked_sub(1),
            (None, false) => None,
        };
        let program = recalled.and_then(|at| self.viewing.filters.iter().rev().nth(at));
        self.viewing.recalled = recalled.filter(|_| program.is_some());
        text.move_cursor(CursorMove::Head);
        text.delete_line_by_end();
        text.insert_str(program.map_or("", String::as_str));
    }

    /// A filter can be brought back by up and down.
    fn remember_filter(&mut self, program: String) {
        if program.trim().is_empty() {
            return;
        }
        self.viewing.filters.retain(|known| *known != program);
        self.viewing.filters.push(program);
        let count = self.viewing.filters.len();
        self.viewing
            .filters
            .drain(..count.saturating_sub(REMEMBERED));
    }

    /// Enter: what is typed is taken.
    pub(in crate::tui::ui) fn take_line(&mut self) -> Vec<Reaction> {
        self.focus = Focus::Answer;
        let Some((line, text)) = self.viewing.typed.take() else {
            return Vec::new();
        };
        let typed = text.lines().concat();
        let asked = match line {
            Line::Search => return Vec::new(),
            Line::Filter if typed.trim().is_empty() => Ask::EndFilter,
            Line::Filter => {
                self.remember_filter(typed.clone());
                Ask::Filter(typed)
            }
            Line::GoTo if typed.trim().is_empty() => return Vec::new(),
            Line::GoTo => {
                self.viewing.went_to.clone_from(&typed);
                Ask::GoTo(typed)
            }
        };
        vec![Reaction::Command(ask(asked))]
    }

    /// Esc: what is typed is not taken; a search and a filter end.
    pub(in crate::tui::ui) fn leave_line(&mut self) -> Vec<Reaction> {
        self.focus = Focus::Answer;
        let asked = match self.viewing.typed.take() {
            Some((Line::Search, _)) => {
                self.viewing.sought.text.clear();
                Ask::EndSearch
            }
            Some((Line::Filter, text)) => {
                // What was typed can be brought back; what was in force before is again.
                let typed = text.lines().concat();
                let before = std::mem::take(&mut self.viewing.filter_before);
                if typed == before {
                    return Vec::new();
                }
                self.remember_filter(typed);
                if before.is_empty() {
                    Ask::EndFilter
                } else {
                    Ask::Filter(before)
                }
            }
            Some((Line::GoTo, _)) | None => return Vec::new(),
        };
        vec![Reaction::Command(ask(asked))]
    }
}
