//! Rows of link and exchange: what Space switches, and what is typed into them.

use super::Ui;
use super::act::{Reaction, Stage};
use super::popup::Popup;
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::secret::Secret;
use crate::tui::action::{Action, Question};

impl Ui {
    /// Takes what was typed for a row of link or exchange.
    pub(super) fn submit_row(&mut self, last: &str, stage: &Stage<'_>) -> Vec<Reaction> {
        let Some(Popup::Ask(prompt)) = self.popups.last_mut() else {
            return Vec::new();
        };
        let run = stage.engine.run();
        let name = prompt.text(0).trim().to_owned();
        let names = matches!(
            prompt.question,
            Question::LinkParameter | Question::ExchangeField
        );
        if names && name.is_empty() {
            prompt.trouble = Some("It needs a name");
            prompt.focus = 0;
            return Vec::new();
        }
        let mut changes = run.changes.clone();
        let command = match prompt.question {
            Question::LinkRow(row) => run
                .link_rows
                .get(row)
                .map(|row| Command::ChangeLink(run.link_changes.with(row, Some(last.to_owned())))),
            Question::LinkParameter => Some(Command::ChangeLink(
                run.link_changes.with_added(&name, last),
            )),
            Question::ExchangeRow(row) => stage.engine.exchange_rows().get(row).map(|row| {
                changes.fields = changes.fields.with(row, Some(Secret::new(last)));
                Command::ChangeExchange(changes)
            }),
            Question::ExchangeField => {
                changes.fields = changes.fields.with_added(&name, Secret::new(last));
                Some(Command::ChangeExchange(changes))
            }
            Question::SentRedirectUri => {
                changes.redirect_uri = Some(last.trim().to_owned());
                Some(Command::ChangeExchange(changes))
            }
            _ => None,
        };
        self.popups.pop();
        self.in_this_run_or_a_new_one(command, stage.engine)
    }

    /// A link that is out is not changed: the change goes into a new run, which is asked about while this one
    /// is open.
    fn in_this_run_or_a_new_one(
        &mut self,
        command: Option<Command>,
        engine: &Engine,
    ) -> Vec<Reaction> {
        match command {
            Some(Command::ChangeLink(changes))
                if !engine.allows(&Command::ChangeLink(changes.clone()))
                    && engine.allows(&Command::NewRun) =>
            {
                let further = Reaction::Command(Command::NewRunWithLink(changes));
                self.leave_run(further, engine)
            }
            command => command.map(Reaction::Command).into_iter().collect(),
        }
    }

    /// Switches a row.
    pub(super) fn switch(&mut self, action: Option<&Action>, engine: &Engine) -> Vec<Reaction> {
        self.in_this_run_or_a_new_one(switched(action, engine), engine)
    }
}

/// What Space does on a row of the link or of the exchange: switches it on or off.
fn switched(action: Option<&Action>, engine: &Engine) -> Option<Command> {
    match action {
        Some(Action::Ask(Question::LinkRow(row))) => {
            let run = engine.run();
            run.link_rows.get(*row).map(|row| {
                let value = (!row.sent).then(|| match &row.own {
                    Some(own) => own.clone(),
                    // An empty one would tie nothing to the run.
                    None if row.parameter.name == "nonce" => run.fresh.nonce.clone(),
                    None => row.parameter.value.clone(),
                });
                Command::ChangeLink(run.link_changes.with(row, value))
            })
        }
        Some(Action::Ask(Question::ExchangeRow(row))) => {
            let mut changes = engine.run().changes.clone();
            engine.exchange_rows().get(*row).map(|row| {
                let value = (!row.sent).then(|| row.value.clone());
                changes.fields = changes.fields.with(row, value);
                Command::ChangeExchange(changes)
            })
        }
        Some(Action::Engine(command @ Command::ChangeLink(_))) => Some(command.clone()),
        _ => None,
    }
}
