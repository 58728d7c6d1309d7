//! Popups as data: a stack, the one in front last; it has the keys.

use crate::core::engine::Engine;
use crate::core::profile::Field;
use crate::core::secret::Secret;
use crate::core::token::import;
use crate::tui::action::drafting::Picking;
use crate::tui::action::{Action, Choosing, Question, ReportFormat};
use crate::tui::ui::act::Reaction;
use crate::tui::ui::drafting::typing::Typing;
use crate::tui::ui::editor::Editor;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui_textarea::{CursorMove, TextArea};
use std::borrow::Cow;

/// Largest paste that is taken: 4 MiB (design.md section 5).
pub const PASTE_LIMIT: usize = 4 * 1024 * 1024;

/// Largest paste that is shown in the field; a larger one is held beside it.
pub(super) const SHOWN_PASTE: usize = 4096;

/// A popup.
#[derive(Debug)]
pub enum Popup {
    /// The keys.
    Help {
        /// Lines scrolled away.
        scroll: usize,
    },
    /// What happens here, where it has no pane.
    Explanation {
        /// Lines scrolled away.
        scroll: usize,
    },
    /// Every command, filtered by what is typed.
    Palette {
        /// What is typed.
        filter: Box<TextArea<'static>>,
        /// The row selected.
        selected: usize,
    },
    /// The link alone on the screen; any key takes it away.
    Link,
    /// What can be copied.
    CopyMenu {
        /// The row selected.
        selected: usize,
    },
    /// The organizations.
    Organizations {
        /// The row selected.
        selected: usize,
    },
    /// The ways in which the embedded sandbox can fail; switching one leaves it open.
    Faults {
        /// The row selected.
        selected: usize,
    },
    /// One of some values.
    Choose {
        /// Of what.
        what: Choosing,
        /// The row selected.
        selected: usize,
    },
    /// What a token is, where its look does not tell.
    TokenKind {
        /// The token.
        token: Secret,
        /// The row selected.
        selected: usize,
    },
    /// A text that a command needs.
    Ask(Box<Prompt>),
    /// A text for a profile.
    Edit(Box<Editor>),
    /// A value of a request.
    Type(Box<Typing>),
    /// Something about a request that is chosen from a list.
    Pick {
        /// What.
        what: Box<Picking>,
        /// The row selected.
        selected: usize,
    },
    /// A question with two answers.
    Confirm(Confirm),
}

impl Popup {
    /// The text field that has the keys, if any.
    pub fn field(&mut self) -> Option<&mut TextArea<'static>> {
        match self {
            Self::Palette { filter, .. } => Some(filter),
            Self::Ask(prompt) => prompt.fields.get_mut(prompt.focus),
            Self::Edit(editor) => Some(&mut editor.field),
            Self::Type(typing) => Some(&mut typing.field),
            _ => None,
        }
    }

    /// The row selected, in those that are lists.
    pub fn selected(&mut self) -> Option<&mut usize> {
        match self {
            Self::Palette { selected, .. }
            | Self::CopyMenu { selected }
            | Self::Organizations { selected }
            | Self::Faults { selected }
            | Self::Choose { selected, .. }
            | Self::Pick { selected, .. }
            | Self::TokenKind { selected, .. } => Some(selected),
            _ => None,
        }
    }

    /// Whether its rows are switches, which stay in view.
    pub const fn has_switches(&self) -> bool {
        match self {
            Self::Faults { .. }
            | Self::Choose {
                what: Choosing::Columns,
                ..
            } => true,
            Self::Pick { what, .. } => matches!(**what, Picking::Values(_)),
            _ => false,
        }
    }

    /// Whether Enter begins a line in its field, and Tab takes what stands there.
    pub fn has_lines(&self) -> bool {
        matches!(self, Self::Type(typing) if typing.is_multi_line())
    }

    /// Lines scrolled away, in those that are read.
    pub fn scroll(&mut self) -> Option<&mut usize> {
        match self {
            Self::Help { scroll } | Self::Explanation { scroll } => Some(scroll),
            _ => None,
        }
    }
}

/// A question with two answers; the first is the safe one.
#[derive(Debug)]
pub struct Confirm {
    /// What is lost.
    pub question: Cow<'static, str>,
    /// More about it.
    pub detail: Cow<'static, str>,
    /// The safe answer, and the other.
    pub answers: [&'static str; 2],
    /// Which has the focus.
    pub selected: usize,
    /// What the other does.
    pub otherwise: Then,
}

/// What an answer leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// Something outside the terminal's own state.
    React(Reaction),
    /// Something that is judged anew.
    Act(Action),
}

/// Fields to be filled for a question.
#[derive(Debug)]
pub struct Prompt {
    /// The question.
    pub question: Question,
    /// The fields.
    pub fields: Vec<TextArea<'static>>,
    /// Which has the keys.
    pub focus: usize,
    /// A paste too large for the field.
    pub held: Option<String>,
    /// Why what was typed was not taken.
    pub trouble: Option<&'static str>,
}

impl Prompt {
    /// Empty fields for a question.
    pub fn new(question: Question) -> Self {
        let fields = match question {
            Question::Field(Field::ClientId) => vec![field("isv_…")],
            Question::Field(Field::RedirectUri) => vec![field("http://localhost:8765/callback")],
            Question::ClientSecret
            | Question::SecretForRefresh
            | Question::SecretForInquiry(_)
            | Question::Token => {
                let mut secret = field("");
                secret.set_mask_char('•');
                secret.set_max_histories(0);
                vec![secret]
            }
            Question::Answer => vec![field("http://localhost:8765/callback?code=…")],
            Question::LinkRow(_) | Question::ExchangeRow(_) => vec![field("a value")],
            Question::LinkParameter | Question::ExchangeField => {
                vec![field("name"), field("value")]
            }
            Question::TicketPath => vec![field("ticket.md")],
            Question::AnswerPath => vec![field("answer.json")],
            Question::ReportPath(ReportFormat::Markdown) => vec![field("run.md")],
            Question::ReportPath(ReportFormat::Json) => vec![field("run.json")],
            Question::RunWords => vec![field("acme exchange")],
            Question::SentRedirectUri => vec![field("http://127.0.0.1:8765/callback")],
        };
        let focus = match question {
            Question::LinkParameter | Question::ExchangeField => 0,
            _ => fields.len() - 1,
        };
        Self {
            question,
            fields,
            focus,
            held: None,
            trouble: None,
        }
    }

    /// The same; where something is to be changed, what it is now stands in the field.
    pub fn about(question: Question, engine: &Engine) -> Self {
        let mut prompt = Self::new(question);
        let row = match question {
            Question::LinkRow(row) => engine.run().link_rows.get(row),
            _ => None,
        };
        if let (Some(row), Some(field)) = (row, prompt.fields.first_mut()) {
            field.insert_str(&row.parameter.value);
        }
        if let (Question::ExchangeRow(row), Some(field)) = (question, prompt.fields.first_mut()) {
            match engine.exchange_rows().get(row) {
                // A secret is typed anew, unseen; what it was stays where it is.
                Some(row) if engine.mask().hides(&row.name) => {
                    field.set_mask_char('•');
                    field.set_max_histories(0);
                }
                Some(row) => drop(field.insert_str(row.value.expose())),
                None => {}
            }
        }
        prompt
    }

    /// What stands in a field, lines joined.
    pub fn text(&self, field: usize) -> String {
        self.fields
            .get(field)
            .map(|field| field.lines().join("\n"))
            .unwrap_or_default()
    }

    /// What was pasted beside the field that has the keys, else what stands in it.
    pub fn entered(&self) -> String {
        let held = self.held.clone();
        held.unwrap_or_else(|| self.text(self.focus))
    }

    /// Judges what stands in the field while it is typed; only a token is judged that early.
    pub fn judge(&mut self) {
        if self.question == Question::Token {
            let entered = Secret::new(self.entered());
            self.trouble = match import::check(entered.expose()) {
                Err(trouble) if !entered.is_empty() => Some(trouble),
                _ => None,
            };
        }
    }

    /// Whether a field takes several lines.
    pub fn is_multi_line(&self) -> bool {
        self.question == Question::Answer
    }

    /// Takes a paste. What is too large is not taken, what is large is held beside the field.
    pub fn paste(&mut self, text: &str) {
        self.trouble = None;
        if text.len() > PASTE_LIMIT {
            self.trouble = Some("That is over 4 MiB: paste the address or the form body alone");
            return;
        }
        let holds = self.is_multi_line() || self.question == Question::Token;
        if holds && text.len() > SHOWN_PASTE {
            self.held = Some(text.to_owned());
        } else if !self.is_multi_line() {
            if let Some(field) = self.fields.get_mut(self.focus) {
                let line: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
                field.insert_str(line.trim());
            }
        } else if let Some(field) = self.fields.get_mut(self.focus) {
            field.insert_str(text.replace("\r\n", "\n").replace('\r', "\n"));
        }
        self.judge();
    }
}

/// An empty field with an example in it.
pub fn field(example: &str) -> TextArea<'static> {
    let mut field = TextArea::default();
    field.set_placeholder_text(example);
    field.set_cursor_line_style(ratatui::style::Style::new());
    field.move_cursor(CursorMove::End);
    field
}

/// Gives a key to a field; its own shortcuts apply, but Ctrl-U takes away what stands before the cursor, as
/// in every shell, and undoes nothing.
pub fn type_into(field: &mut TextArea<'static>, key: KeyEvent) {
    if key.code == KeyCode::Char('u') && key.modifiers == KeyModifiers::CONTROL {
        field.delete_line_by_head();
    } else {
        field.input(key);
    }
}
