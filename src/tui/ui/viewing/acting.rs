//! What is done with the answer.

use super::super::act::{Reaction, Stage};
use super::super::popup::{Popup, Prompt};
use super::super::{Focus, Pane, Ui};
use super::{Line, ask};
use crate::core::engine::Engine;
use crate::core::reader::ask::{Ask, View};
use crate::core::reader::content::Content;
use crate::core::reader::rows::Folding;
use crate::tui::action::drafting::AnswerTab;
use crate::tui::action::viewing::Viewing;
use crate::tui::action::{Choosing, Question};
use crate::tui::screens::requests::answer::shown_call;
use url::Url;

impl Ui {
    /// Does something with the answer.
    pub(in crate::tui::ui) fn on_viewing(
        &mut self,
        what: Viewing,
        stage: &Stage<'_>,
    ) -> Vec<Reaction> {
        let line = self.drafting.line as u64;
        let asked = match what {
            Viewing::Type(line) => return self.type_about(line, stage),
            Viewing::AnyCase => {
                let sought = &mut self.viewing.sought;
                sought.any_case = !sought.any_case;
                return self.search_again();
            }
            Viewing::Pattern => {
                let sought = &mut self.viewing.sought;
                sought.is_pattern = !sought.is_pattern;
                return self.search_again();
            }
            Viewing::Next { down } => Ask::Next { down },
            Viewing::Fold => Ask::Fold(line),
            Viewing::FoldBeside => Ask::FoldBeside(line),
            Viewing::NextPart if self.focus != Focus::Answer => {
                self.focus = Focus::Answer;
                self.zoomed = None;
                return Vec::new();
            }
            Viewing::NextPart => {
                let shown = self.answer_tab(stage.engine, stage.now);
                let at = AnswerTab::ALL.iter().position(|tab| *tab == shown);
                let next = (at.unwrap_or_default() + 1) % AnswerTab::ALL.len();
                return self.turn_answer(AnswerTab::ALL[next], stage.engine);
            }
            Viewing::Copy => Ask::Copy,
            Viewing::Sort => {
                self.sort(stage.engine);
                Ask::Arrange(self.viewing.arrangement.clone())
            }
            Viewing::Columns => {
                self.popups.push(Popup::Choose {
                    what: Choosing::Columns,
                    selected: 0,
                });
                return Vec::new();
            }
            Viewing::Column(name) => {
                let hidden = &mut self.viewing.arrangement.hidden;
                if hidden.contains(&name) {
                    hidden.retain(|other| *other != name);
                } else {
                    hidden.push(name);
                }
                self.viewing.column = 0;
                Ask::Arrange(self.viewing.arrangement.clone())
            }
            Viewing::Widen => {
                if let Some(name) = self.column_name(stage.engine) {
                    let widened = &mut self.viewing.widened;
                    if !widened.remove(&name) {
                        widened.insert(name);
                    }
                }
                return Vec::new();
            }
            Viewing::Save => {
                self.ask_where_to_save(stage.engine);
                return Vec::new();
            }
            Viewing::Open => Ask::Open,
            Viewing::Compare => {
                self.popups.push(Popup::Choose {
                    what: Choosing::Comparison,
                    selected: 0,
                });
                return Vec::new();
            }
            Viewing::CompareWith(call) => {
                let record = stage.engine.record(call);
                let response = record.and_then(|record| record.outcome.response());
                let Some(response) = response else {
                    return Vec::new();
                };
                Ask::Compare(response.body.clone())
            }
            Viewing::CompareWithKept(id) => return vec![Reaction::CompareWithKept(id)],
            Viewing::OpenItem => return self.turn_answer(AnswerTab::Pretty, stage.engine),
        };
        vec![Reaction::Command(ask(asked))]
    }

    /// Esc in the answer: the comparison ends, then a filter, then a search, then one backs out.
    pub(in crate::tui::ui) fn back_in_answer(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        if self.viewing.difference.take().is_some() {
            self.body_scroll = 0;
            self.drafting.line = 0;
            return Vec::new();
        }
        let viewing = stage.engine.requests().viewing.as_ref();
        let reads = self
            .reads(self.answer_tab(stage.engine, stage.now))
            .is_some();
        let asked = match viewing.filter(|_| reads) {
            Some(viewing) if !viewing.filter.program.is_empty() => Ask::EndFilter,
            Some(viewing) if viewing.status.search.is_some() => Ask::EndSearch,
            _ => {
                self.back(stage);
                return Vec::new();
            }
        };
        vec![Reaction::Command(ask(asked))]
    }

    /// Shows another part of the answer, at the same place where that can be.
    pub(in crate::tui::ui) fn turn_answer(
        &mut self,
        tab: AnswerTab,
        engine: &Engine,
    ) -> Vec<Reaction> {
        self.drafting.answer = Some(tab);
        self.viewing.difference = None;
        self.body_scroll = 0;
        self.findings_scroll = 0;
        self.drafting.line = 0;
        let viewing = engine.requests().viewing.as_ref();
        let asked = viewing.and_then(|viewing| viewing.asked);
        let view = self
            .reads(tab)
            .filter(|view| asked.is_some_and(|asked| asked.view != *view));
        let turned = view.map(|view| Reaction::Command(ask(Ask::Turn(view))));
        turned.into_iter().collect()
    }

    /// The name of the column that is selected.
    pub fn column_name(&self, engine: &Engine) -> Option<String> {
        let viewing = engine.requests().viewing.as_ref()?;
        let (_, window) = viewing
            .rows
            .as_ref()
            .filter(|(show, _)| show.view == View::Table)?;
        let last = window.columns.len().checked_sub(1)?;
        let column = window.columns.get(self.viewing.column.min(last))?;
        Some(column.name.clone())
    }

    /// Rows are sorted by the column that is selected: the least first, the greatest first, as they came.
    fn sort(&mut self, engine: &Engine) {
        let Some(name) = self.column_name(engine) else {
            return;
        };
        let sort = &mut self.viewing.arrangement.sort;
        *sort = match sort.take() {
            Some((by, false)) if by == name => Some((name, true)),
            Some((by, true)) if by == name => None,
            _ => Some((name, false)),
        };
        self.drafting.line = 0;
        self.body_scroll = 0;
    }

    /// Begins to type about the answer, in a part of it where that can be; else says why not.
    fn type_about(&mut self, line: Line, stage: &Stage<'_>) -> Vec<Reaction> {
        let engine = stage.engine;
        let viewing = engine.requests().viewing.as_ref();
        let viewing = viewing.filter(|viewing| Some(viewing.call) == shown_call(engine));
        // What it is may not be known yet: then one may begin to type.
        let is_json = viewing.is_some_and(|viewing| {
            let may_be = matches!(viewing.status.content, Content::Json | Content::Unknown);
            may_be && viewing.status.broken.is_none()
        });
        let is_binary =
            viewing.is_some_and(|viewing| matches!(viewing.status.content, Content::Binary(_)));
        let why_not = match line {
            _ if viewing.is_none() => Some("There is no answer yet that this could be about"),
            Line::Filter if !is_json => Some("Only JSON is filtered, and this answer is none"),
            _ if is_binary => Some("It is no text: there is nothing to search or to go to"),
            _ => None,
        };
        if let Some(why_not) = why_not {
            self.say(stage.now, why_not);
            return Vec::new();
        }
        let reads = self.reads(self.answer_tab(engine, stage.now)).is_some();
        let turned = if reads {
            Vec::new()
        } else {
            self.turn_answer(AnswerTab::Pretty, engine)
        };
        self.zoomed = self.zoomed.filter(|pane| *pane == Pane::Answer);
        self.begin_line(line, stage);
        turned
    }

    /// Left folds what opens at the cursor, right opens it again; `None` where nothing does.
    pub(in crate::tui::ui) fn fold_towards_side(
        &self,
        right: bool,
        engine: &Engine,
    ) -> Option<Vec<Reaction>> {
        let viewing = engine.requests().viewing.as_ref()?;
        let (_, window) = viewing
            .rows
            .as_ref()
            .filter(|(show, _)| show.view == View::Pretty)?;
        let row = self.drafting.line as u64;
        let wanted = if right {
            Folding::Folded
        } else {
            Folding::Open
        };
        let folds = window.row(row)?.fold == wanted;
        folds.then(|| vec![Reaction::Command(ask(Ask::Fold(row)))])
    }

    /// Left or right in the table; says whether there was a column to go to.
    pub(in crate::tui::ui) fn go_to_column(&mut self, right: bool, engine: &Engine) -> bool {
        let viewing = engine.requests().viewing.as_ref();
        let window = viewing.and_then(|viewing| viewing.rows.as_ref());
        let count = window.map_or(0, |(_, window)| window.columns.len());
        let next = if right {
            Some(self.viewing.column + 1).filter(|next| *next < count)
        } else {
            self.viewing.column.min(count).checked_sub(1)
        };
        if let Some(next) = next {
            self.viewing.column = next;
        }
        next.is_some()
    }

    fn ask_where_to_save(&mut self, engine: &Engine) {
        let mut prompt = Prompt::new(Question::AnswerPath);
        if let Some(field) = prompt.fields.first_mut() {
            field.insert_str(file_name(engine));
        }
        self.popups.push(Popup::Ask(Box::new(prompt)));
    }
}

/// A name for the file of an answer: the last word of its path, and what such files end with.
fn file_name(engine: &Engine) -> String {
    let viewing = engine.requests().viewing.as_ref();
    let record = viewing.and_then(|viewing| engine.record(viewing.call));
    let url = record.and_then(|record| Url::parse(&record.request.url).ok());
    let segments = url.as_ref().and_then(Url::path_segments);
    let last = segments
        .into_iter()
        .flatten()
        .rfind(|segment| !segment.is_empty());
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "-_.".contains(*letter);
    let name: String = last
        .unwrap_or("answer")
        .chars()
        .filter(is_plain)
        .take(60)
        .collect();
    let ending = match viewing.map(|viewing| viewing.status.content) {
        Some(Content::Json) => "json",
        Some(Content::Binary(kind)) => kind.extension,
        _ => "txt",
    };
    if name.ends_with(&format!(".{ending}")) {
        return name;
    }
    format!("{name}.{ending}")
}
