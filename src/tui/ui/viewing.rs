//! The answer of step 6 as it is looked at: which rows, what was searched for, how the table stands.
//!
//! What is in the rows is told by a reader (`core/reader.rs`); here is where one looks.

mod acting;
mod line;
pub(super) mod menus;

pub use line::LIVE;

use super::{Focus, Ui};
use crate::core::engine::Engine;
use crate::core::engine::message::requests::RequestCommand;
use crate::core::engine::message::{Command, Event};
use crate::core::reader::Sought;
use crate::core::reader::ask::{Arrangement, Ask, Show, Told, View};
use crate::core::reader::diff::Difference;
use crate::tui::action::Question;
use crate::tui::action::drafting::AnswerTab;
use crate::tui::ui::act::Reaction;
use crate::tui::ui::ticketing::Writing;
use crate::tui::view::Areas;
use jiff::Timestamp;
use ratatui_textarea::TextArea;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is typed about an answer, in its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// What is searched for.
    Search,
    /// A filter in the language of jq.
    Filter,
    /// A line, or a JSON Pointer.
    GoTo,
}

/// How the answer is looked at.
#[derive(Debug, Default)]
pub struct Viewing {
    /// What is typed, and about what.
    pub typed: Option<(Line, TextArea<'static>)>,
    /// What was searched for last.
    pub sought: Sought,
    /// Filters that were used, the last one last.
    pub filters: Vec<String>,
    /// The filter that was in force when another one began to be typed.
    filter_before: String,
    /// Where one went last.
    went_to: String,
    /// The filter of the history that stands in the line, counted from the last.
    recalled: Option<usize>,
    /// How the table is arranged.
    pub arrangement: Arrangement,
    /// The column that is selected, counted among those that are shown.
    pub column: usize,
    /// Columns that are as wide as they need to be.
    pub widened: BTreeSet<String>,
    /// Whether the next answer is looked at as this one: it is another page of it.
    pub keeps: bool,
    /// Rows that were in view when it was drawn last.
    pub room: usize,
    /// What differs from another answer, while that is shown.
    pub difference: Option<Arc<Difference>>,
}

impl Ui {
    /// The view that a part of the answer is, where a reader tells its rows.
    pub fn reads(&self, tab: AnswerTab) -> Option<View> {
        match tab {
            _ if self.viewing.difference.is_some() => None,
            AnswerTab::Pretty => Some(View::Pretty),
            AnswerTab::Raw => Some(View::Raw),
            AnswerTab::Table => Some(View::Table),
            AnswerTab::Headers | AnswerTab::Timing | AnswerTab::Findings => None,
        }
    }

    /// The rows that are to be told, when they are others than those that were asked for.
    pub fn wanted_rows(&self, engine: &Engine, areas: &Areas, now: Timestamp) -> Option<Command> {
        let viewing = engine.requests().viewing.as_ref()?;
        let body = areas.answer.filter(|_| self.drafts())?;
        let view = self.reads(self.answer_tab(engine, now))?;
        let room = body.room.max(1);
        let first = self.body_scroll.saturating_sub(room);
        let show = Show {
            view,
            first: first as u64,
            count: room * 3,
            width: body.width,
            cursor: self.drafting.line as u64,
        };
        (viewing.asked != Some(show)).then(|| ask(Ask::Show(show)))
    }

    /// The reader of the answer has told something that is about where one looks.
    pub fn hear(&mut self, engine: &Engine, now: Timestamp, event: &Event) -> Vec<Reaction> {
        use crate::core::engine::message::requests::RequestEvent;
        let Event::Request(RequestEvent::Read(call, told)) = event else {
            return Vec::new();
        };
        let viewing = engine.requests().viewing.as_ref();
        if viewing.is_none_or(|viewing| viewing.call != *call) {
            return Vec::new();
        }
        match told {
            Told::Placed(view, row) => {
                // Why it could not be gone elsewhere is of no interest any more.
                self.notice = None;
                if self.reads(self.answer_tab(engine, now)) == Some(*view) {
                    self.place_cursor(usize::try_from(*row).unwrap_or(usize::MAX));
                }
            }
            Told::Not(why) => self.say(now, why.as_str()),
            Told::Copied(text) => {
                let length = text.chars().count();
                self.say(now, format!("Copied {length} characters"));
                return vec![Reaction::Copy(text.clone())];
            }
            Told::Differs(difference) => {
                self.viewing.difference = Some(Arc::clone(difference));
                self.body_scroll = 0;
                self.drafting.line = 0;
            }
            Told::Saved {
                path,
                trouble: None,
            } => {
                self.say(now, format!("Written to {path}, readable by you alone"));
            }
            Told::Saved {
                path,
                trouble: Some(why),
            } => {
                let writing = Writing {
                    path: path.clone(),
                    text: String::new(),
                    question: Question::AnswerPath,
                };
                self.ask_for_path_again(now, &writing, why.clone());
            }
            Told::Status(_) | Told::Rows { .. } | Told::Filter(_) => {}
        }
        Vec::new()
    }

    /// The cursor goes to a row; where it is not in view, the view follows.
    fn place_cursor(&mut self, row: usize) {
        /// Rows that stay above it.
        const ABOVE: usize = 3;
        self.drafting.line = row;
        let room = self.viewing.room;
        if row < self.body_scroll || row >= self.body_scroll + room.max(1) {
            self.body_scroll = row.saturating_sub(ABOVE.min(room / 2));
        }
    }

    /// What was typed about the answer before is forgotten with it.
    pub(super) fn forget_viewing(&mut self) {
        self.viewing.typed = None;
        self.viewing.difference = None;
        if !self.viewing.keeps {
            self.viewing.column = 0;
            self.viewing.widened.clear();
            self.viewing.arrangement = Arrangement::default();
        }
        if self.focus == Focus::Line {
            self.focus = Focus::Answer;
        }
    }
}

/// Asks the reader of the answer.
pub(super) fn ask(ask: Ask) -> Command {
    Command::Request(RequestCommand::Read(ask))
}
