//! Enter: what has the focus is pressed, opened, chosen, or taken as it was typed.

use super::act::{Reaction, Stage};
use super::menu;
use super::popup::{Popup, Then};
use super::{Focus, Ui};
use crate::core::engine::message::Command;
use crate::core::reader::ask::Ask;
use crate::core::secret::Secret;
use crate::tui::action::drafting::Drafting;
use crate::tui::action::{Action, Choosing, Place, Question};
use crate::tui::flow::SpotKind;
use crate::tui::screens;

impl Ui {
    /// Enter.
    pub(super) fn press(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        if !self.popups.is_empty() {
            return self.press_popup(stage);
        }
        if self.drafts() && self.has_just_sent(stage) {
            return Vec::new();
        }
        let action = match self.focus {
            Focus::List if self.drafts() => return self.press_in_requests(stage),
            Focus::Answer => self.press_in_answer(stage),
            Focus::Line => return self.take_line(),
            Focus::Button | Focus::List => screens::in_view(&stage.scene(), self)
                .button
                .map(|button| button.action),
            Focus::Row(row) => match stage.areas.spots.get(row).map(|spot| &spot.kind) {
                Some(SpotKind::Choice(action)) => Some(action.clone()),
                Some(SpotKind::Fact(fact)) => fact.action.clone(),
                Some(SpotKind::Label(..)) => Some(Action::Toggle),
                None => None,
            },
            Focus::Filter => {
                self.focus = Focus::List;
                None
            }
            Focus::Raw | Focus::Findings | Focus::Text => None,
            Focus::Transcript => stage
                .engine
                .transcript()
                .iter()
                .rev()
                .nth(self.record)
                .map(|record| Action::Open(Place::Record(record.call))),
        };
        action.map_or_else(Vec::new, |action| self.act(action, stage))
    }

    /// Enter in the popup in front.
    fn press_popup(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        match self.popups.last() {
            Some(Popup::Confirm(_)) => {
                let Some(Popup::Confirm(confirm)) = self.popups.pop() else {
                    return Vec::new();
                };
                if confirm.selected == 0 {
                    return Vec::new();
                }
                self.popups.clear();
                match confirm.otherwise {
                    Then::React(reaction) => vec![reaction],
                    Then::Act(action) => self.act(action, stage),
                }
            }
            Some(Popup::Ask(_)) => self.submit(stage),
            Some(Popup::Edit(_)) => self.steadily(|ui| ui.take_typed(stage)),
            Some(Popup::Type(_)) => self.take_typed_value(),
            Some(_) => {
                let rows = menu::rows(self, stage);
                let selected = self.popups.last_mut().and_then(Popup::selected);
                let selected = selected.map_or(0, |selected| *selected);
                let Some(action) = rows
                    .choices()
                    .nth(selected)
                    .and_then(|row| row.action.clone())
                else {
                    return Vec::new();
                };
                // Who switches one may want to switch another.
                let stays = match self.popups.last() {
                    Some(
                        Popup::Faults { .. }
                        | Popup::Choose {
                            what: Choosing::Columns,
                            ..
                        },
                    ) => true,
                    Some(Popup::Pick { .. }) => {
                        matches!(action, Action::Drafting(Drafting::Check(..)))
                    }
                    _ => false,
                };
                if !stays {
                    self.popups.pop();
                }
                self.act(action, stage)
            }
            None => Vec::new(),
        }
    }

    /// Takes what was typed.
    fn submit(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(Popup::Ask(prompt)) = self.popups.last_mut() else {
            return Vec::new();
        };
        if prompt.focus + 1 < prompt.fields.len() {
            prompt.focus += 1;
            return Vec::new();
        }
        let last = prompt
            .held
            .take()
            .unwrap_or_else(|| prompt.text(prompt.focus));
        let may_be_empty = matches!(
            prompt.question,
            Question::LinkRow(_)
                | Question::LinkParameter
                | Question::ExchangeRow(_)
                | Question::ExchangeField
                | Question::RunWords
        );
        if last.trim().is_empty() && !may_be_empty {
            prompt.trouble = Some("Nothing was typed yet");
            return Vec::new();
        }
        let commands = match prompt.question {
            Question::Field(field) => vec![Command::FillField(field, last.trim().to_owned())],
            Question::ClientSecret => {
                vec![
                    Command::ProvideSecret(Secret::new(last.trim())),
                    Command::Exchange,
                ]
            }
            Question::SecretForRefresh => vec![
                Command::ProvideSecret(Secret::new(last.trim())),
                Command::Refresh { anyway: false },
            ],
            Question::SecretForInquiry(inquiry) => vec![
                Command::ProvideSecret(Secret::new(last.trim())),
                Command::Inquire(inquiry),
            ],
            Question::Token => return self.take_token(&Secret::new(last)),
            Question::Answer => vec![Command::PasteAnswer(Secret::new(last))],
            Question::LinkRow(_)
            | Question::LinkParameter
            | Question::ExchangeRow(_)
            | Question::ExchangeField
            | Question::SentRedirectUri => return self.submit_row(&last, stage),
            Question::TicketPath => {
                self.popups.pop();
                return vec![Reaction::WriteFile(self.ticket_to_write(&last, stage))];
            }
            Question::AnswerPath => {
                self.popups.pop();
                let path = last.trim().to_owned();
                return vec![Reaction::Command(super::viewing::ask(Ask::Save(path)))];
            }
            Question::ReportPath(format) => {
                self.popups.pop();
                let writing = self.report_to_write(&last, format, stage);
                return vec![Reaction::WriteFile(writing)];
            }
            Question::RunWords => {
                self.popups.pop();
                self.narrow_runs(&last);
                return Vec::new();
            }
        };
        self.popups.pop();
        commands.into_iter().map(Reaction::Command).collect()
    }
}
