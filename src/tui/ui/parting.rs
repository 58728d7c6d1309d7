//! What leaving costs: which tokens are gone with the program, which stay, and what is waited for.

use super::Ui;
use super::act::Reaction;
use super::popup::{Confirm, Popup, Then};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::core::oauth::RunPhase;
use crate::core::profile::KeepTokens;

/// What becomes of an exchange under way when its run is left.
fn going_on(further: &Reaction, engine: &Engine) -> &'static str {
    match (further, engine.keep_tokens()) {
        (Reaction::Quit, KeepTokens::Memory) => {
            "The exchange is under way: its code is spent, and its tokens would be lost."
        }
        (Reaction::Quit, _) => {
            "The exchange is under way: its answer is waited for outside, and its tokens are kept."
        }
        _ => "The exchange goes on; its answer is not shown here.",
    }
}

/// What is gone when the program ends now, and what stays where.
pub(super) fn lost_by_quitting(engine: &Engine) -> String {
    let exchanging = matches!(engine.run().phase, RunPhase::Exchanging(_));
    let words = if exchanging && engine.keep_tokens() == KeepTokens::Memory {
        "An exchange is under way: its code is spent, and its tokens would be lost.".to_owned()
    } else if engine.is_owed() {
        "An answer of the token endpoint is under way: it is waited for outside, and its tokens are \
         kept."
            .to_owned()
    } else {
        kept(engine)
    };
    format!("{words} Ctrl-C again quits.")
}

/// Where the grants that are held are kept.
fn kept(engine: &Engine) -> String {
    let grants = engine.grants();
    let held = |keep| grants.iter().filter(|held| held.keep == keep).count();
    let places = [
        (held(KeepTokens::Keyring), "in the system's keyring"),
        (held(KeepTokens::File), "in files that only you can read"),
    ];
    let places: Vec<&str> = places
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, place)| *place)
        .collect();
    match (held(KeepTokens::Memory), places.join(" and ")) {
        (0, place) if place.is_empty() => "No tokens are held; the transcript is gone.".to_owned(),
        (0, place) => format!("The tokens stay {place}."),
        (_, place) if place.is_empty() => {
            "Tokens are kept in memory only and are gone then.".to_owned()
        }
        (1, place) => {
            format!("One grant is kept in memory only and is gone then; the others stay {place}.")
        }
        (count, place) => format!(
            "{count} grants are kept in memory only and are gone then; the others stay {place}."
        ),
    }
}

impl Ui {
    /// Does what would leave the run, for a command.
    pub(super) fn leave_run_for(&mut self, command: Command, engine: &Engine) -> Vec<Reaction> {
        self.leave_run(Reaction::Command(command), engine)
    }

    /// Does what would leave the run; asks before, while an answer may still come or be used.
    pub(super) fn leave_run(&mut self, further: Reaction, engine: &Engine) -> Vec<Reaction> {
        if !engine.run().is_open() || engine.kept_run().is_some() {
            return vec![further];
        }
        let detail = match engine.run().phase {
            RunPhase::Answered => "Its code was not exchanged yet, and is lost with it.",
            RunPhase::Exchanging(_) => going_on(&further, engine),
            _ => "The browser may still answer it; the answer would find nobody.",
        };
        let goes_along = "Your change goes into the new run.";
        let detail = match further {
            Reaction::Command(Command::NewRunWithLink(_)) => format!("{detail} {goes_along}"),
            _ => detail.to_owned(),
        };
        let otherwise = match further {
            Reaction::Quit => "Leave it and quit",
            Reaction::UseProfile(_) => "Leave it and switch",
            Reaction::UseAnew(_) => "Leave it and use the file",
            _ => "Leave it, new run",
        };
        self.popups.push(Popup::Confirm(Confirm {
            question: "Leave this run?".into(),
            detail: detail.into(),
            answers: ["Stay", otherwise],
            selected: 0,
            otherwise: Then::React(further),
        }));
        Vec::new()
    }
}
