//! What comes in from the terminal: keys in their three layers, pastes, the mouse.

use super::act::{Reaction, Stage, focused_grant, has_secret};
use super::popup::{Popup, Prompt, type_into};
use super::{Focus, Screen, Ui};
use crate::tui::action::drafting::Drafting;
use crate::tui::action::viewing::Viewing;
use crate::tui::action::{Action, Direction, Shelving};
use crate::tui::keymap::{self, EDITOR, Key, SWITCHES, Situation};
use crate::tui::ui::drafting::Entry;
use crate::tui::ui::drafting::outside::goes_outside;
use crate::tui::view::Target;
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;

/// Lines that one notch of the wheel moves.
const WHEEL: usize = 3;

impl Ui {
    /// Takes an event of the terminal.
    pub fn input(&mut self, event: Event, stage: &Stage<'_>) -> Vec<Reaction> {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(key, stage),
            Event::Paste(text) => self.paste(&text, stage),
            Event::Mouse(mouse) => self.mouse(mouse, stage),
            _ => Vec::new(),
        }
    }

    /// A key: a text field first, then the table.
    fn key(&mut self, event: KeyEvent, stage: &Stage<'_>) -> Vec<Reaction> {
        let key = Key::of(&event);
        if self.shows_link_alone() {
            self.popups.pop();
            return Vec::new();
        }
        if stage.areas.too_small {
            return match key {
                Some(key) if key == Key::letter('q') => self.act(Action::Quit, stage),
                Some(key) if key == Key::control('c') => self.act(Action::Cancel, stage),
                _ => Vec::new(),
            };
        }
        if self.types(key) {
            if let Some(popup) = self.popups.last_mut() {
                if let Popup::Ask(prompt) = popup {
                    prompt.trouble = None;
                    if prompt.held.is_some() {
                        prompt.held = None;
                        return Vec::new();
                    }
                }
                if let Some(field) = popup.field() {
                    type_into(field, event);
                }
                if let Popup::Ask(prompt) = popup {
                    prompt.judge();
                }
                if let Some(selected) = popup.selected() {
                    *selected = 0;
                }
                if let Popup::Edit(editor) = popup {
                    editor.changed();
                }
                if let Popup::Type(typing) = popup {
                    typing.judge();
                }
            } else if self.focus == Focus::Line {
                return self.type_line(event, stage);
            } else if self.drafts() {
                type_into(&mut self.drafting.filter, event);
                self.drafting.narrowed();
            } else if self.focus == Focus::Text {
                self.pasted.typed(event);
            } else {
                type_into(&mut self.shelf.filter, event);
            }
            return Vec::new();
        }
        let action = key.and_then(|key| {
            let situation = Situation {
                engine: stage.engine,
                ui: self,
                popup: self.popups.last(),
                has_secret: has_secret(stage.areas),
                on_grant: focused_grant(self, stage.areas).is_some(),
                now: stage.now,
            };
            keymap::lookup(&situation, key)
        });
        action.map_or_else(Vec::new, |action| self.act(action, stage))
    }

    /// Whether a key is text: a field has it, and it is none of those that leave a field.
    fn types(&mut self, key: Option<Key>) -> bool {
        let Some(popup) = self.popups.last_mut() else {
            return match self.focus {
                Focus::Filter => key.is_none_or(is_text),
                Focus::Line => key.is_none_or(|key| is_text(key) && !SWITCHES.contains(&key)),
                Focus::Text => key.is_none_or(is_text_of_lines),
                _ => false,
            };
        };
        let lines = popup.has_lines();
        let multi_line = match popup {
            Popup::Ask(prompt) => prompt.is_multi_line(),
            Popup::Type(typing) => typing.is_multi_line(),
            _ => false,
        };
        if popup.field().is_none() || key == Some(EDITOR) && goes_outside(popup) {
            return false;
        }
        key.is_none_or(|key| match key.code {
            KeyCode::Up | KeyCode::Down => multi_line,
            KeyCode::Enter => lines,
            _ => is_text(key),
        })
    }

    /// A paste: data for the field that has the keys; without one it is no input at all, never keys.
    fn paste(&mut self, text: &str, stage: &Stage<'_>) -> Vec<Reaction> {
        let drafts = self.drafts();
        match self.popups.last_mut() {
            Some(Popup::Ask(prompt)) => Prompt::paste(prompt, text),
            Some(Popup::Edit(editor)) => editor.paste(text),
            Some(Popup::Type(typing)) => typing.paste(text),
            Some(Popup::Palette { filter, .. }) => {
                filter.insert_str(text.lines().next().unwrap_or_default());
            }
            None if self.focus == Focus::Line => return self.paste_line(text, stage),
            None if self.focus == Focus::Filter && drafts => {
                let line = text.lines().next().unwrap_or_default();
                self.drafting.filter.insert_str(line);
                self.drafting.narrowed();
            }
            None if self.focus == Focus::Filter => {
                let line = text.lines().next().unwrap_or_default();
                self.shelf.filter.insert_str(line);
            }
            None if self.screen == Screen::Explain => return self.paste_text(text),
            _ => {}
        }
        Vec::new()
    }

    /// The mouse: a click on what was drawn, the wheel over a pane.
    fn mouse(&mut self, mouse: MouseEvent, stage: &Stage<'_>) -> Vec<Reaction> {
        let at = Position::new(mouse.column, mouse.row);
        let target = stage
            .areas
            .targets
            .iter()
            .rev()
            .find(|(area, _)| area.contains(at))
            .map(|(_, target)| target.clone());
        match (mouse.kind, target) {
            (MouseEventKind::Down(MouseButton::Left), Some(target)) => self.click(target, stage),
            (MouseEventKind::ScrollDown, Some(target)) => self.wheel(true, &target, stage),
            (MouseEventKind::ScrollUp, Some(target)) => self.wheel(false, &target, stage),
            _ => Vec::new(),
        }
    }

    /// A click.
    fn click(&mut self, target: Target, stage: &Stage<'_>) -> Vec<Reaction> {
        match target {
            Target::Do(action) => self.act(action, stage),
            Target::Button => {
                self.focus = Focus::Button;
                self.act(Action::Press, stage)
            }
            Target::Row(row) => {
                let again = self.focus == Focus::Row(row);
                self.select(row, stage.areas);
                if again {
                    self.act(Action::Press, stage)
                } else {
                    Vec::new()
                }
            }
            Target::Record(record) => {
                let again = self.focus == Focus::Transcript && self.record == record;
                self.focus = Focus::Transcript;
                self.record = record;
                if again {
                    self.act(Action::Press, stage)
                } else {
                    Vec::new()
                }
            }
            Target::Choice(choice) => {
                if let Some(selected) = self.popups.last_mut().and_then(Popup::selected) {
                    *selected = choice;
                }
                self.act(Action::Press, stage)
            }
            Target::Answer(answer) => {
                if let Some(Popup::Confirm(confirm)) = self.popups.last_mut() {
                    confirm.selected = answer;
                }
                self.act(Action::Press, stage)
            }
            Target::Field(field) => {
                if let Some(Popup::Ask(prompt)) = self.popups.last_mut() {
                    prompt.focus = field;
                }
                Vec::new()
            }
            Target::Entry(position) if self.drafts() => {
                let entry = self.drafting.entries().get(position).cloned();
                let again =
                    self.focus == Focus::List && entry.as_ref() == Some(&self.drafting.selected);
                self.focus = Focus::List;
                if let Some(entry) = entry {
                    self.take_entry(entry);
                }
                let folds = matches!(self.drafting.selected, Entry::Resource(_));
                if again || folds {
                    self.act(Action::Press, stage)
                } else {
                    Vec::new()
                }
            }
            Target::AnswerLine(line) => {
                let again = self.focus == Focus::Answer && self.drafting.line == line;
                self.focus = Focus::Answer;
                self.viewing.typed = None;
                self.drafting.line = line;
                if again {
                    self.act(Action::Press, stage)
                } else {
                    Vec::new()
                }
            }
            Target::Entry(position) => {
                let again = self.focus == Focus::List && self.shelf.position() == position;
                self.focus = Focus::List;
                self.select_entry(position);
                if again {
                    self.act(Action::Press, stage)
                } else {
                    Vec::new()
                }
            }
            Target::Column(column) => {
                let again = self.viewing.column == column && self.focus == Focus::Answer;
                self.focus = Focus::Answer;
                self.viewing.column = column;
                if again {
                    self.act(Action::Viewing(Viewing::Sort), stage)
                } else {
                    Vec::new()
                }
            }
            Target::Filter if self.drafts() => self.act(Action::Drafting(Drafting::Filter), stage),
            Target::Filter => self.act(Action::Shelf(Shelving::Filter), stage),
            Target::Outside => self.act(Action::Back, stage),
            Target::Pane(_) => Vec::new(),
        }
    }

    /// The wheel, over a pane.
    fn wheel(&mut self, down: bool, target: &Target, stage: &Stage<'_>) -> Vec<Reaction> {
        let areas = stage.areas;
        if !self.popups.is_empty() {
            let direction = if down { Direction::Down } else { Direction::Up };
            for _ in 0..WHEEL {
                self.act(Action::Move(direction), stage);
            }
            return Vec::new();
        }
        match target {
            Target::Pane(super::Pane::List) | Target::Entry(_) | Target::Filter
                if self.drafts() =>
            {
                self.go_in_requests(down, 1);
            }
            Target::Pane(super::Pane::Answer) | Target::AnswerLine(_) | Target::Column(_) => {
                let (body, findings) = (areas.body.unwrap_or_default(), areas.findings);
                self.body_scroll = body.moved(self.body_scroll, down, WHEEL);
                let findings = findings.unwrap_or_default();
                self.findings_scroll = findings.moved(self.findings_scroll, down, WHEEL);
            }
            Target::Pane(super::Pane::List) | Target::Entry(_) | Target::Filter => {
                self.go_in_list(down, 1);
            }
            Target::Pane(super::Pane::Transcript) | Target::Record(_) => {
                let count = stage.engine.transcript().len();
                self.record = if down {
                    self.record.saturating_sub(1)
                } else {
                    (self.record + 1).min(count.saturating_sub(1))
                };
            }
            Target::Pane(super::Pane::Raw) => {
                let viewport = areas.raw.unwrap_or_default();
                self.raw_scroll = viewport.moved(self.raw_scroll, down, WHEEL);
            }
            Target::Pane(super::Pane::Findings | super::Pane::Side) => {
                let viewport = areas.findings.unwrap_or_default();
                self.findings_scroll = viewport.moved(self.findings_scroll, down, WHEEL);
            }
            Target::Pane(_) | Target::Row(_) | Target::Button => {
                let at = self.at();
                self.scroll[at] = areas.main.moved(self.scroll[at], down, WHEEL);
            }
            _ => {}
        }
        Vec::new()
    }
}

/// Whether a key belongs to a text field of several lines that has the keys.
fn is_text_of_lines(key: Key) -> bool {
    match key.code {
        KeyCode::Enter => !key.control,
        KeyCode::Up | KeyCode::Down | KeyCode::PageUp | KeyCode::PageDown => true,
        _ => is_text(key),
    }
}

/// Whether a key belongs to a text field of one line that has the keys.
fn is_text(key: Key) -> bool {
    match key.code {
        KeyCode::Esc
        | KeyCode::Enter
        | KeyCode::Tab
        | KeyCode::BackTab
        | KeyCode::F(_)
        | KeyCode::Up
        | KeyCode::Down
        | KeyCode::PageUp
        | KeyCode::PageDown => false,
        KeyCode::Char('c') => !key.control,
        _ => true,
    }
}
