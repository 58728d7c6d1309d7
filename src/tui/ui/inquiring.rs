//! What is asked of the provider's further endpoints: what stands in the way is asked first.

use super::Ui;
use super::act::Reaction;
use super::menu::Menu;
use super::popup::{Confirm, Popup, Prompt, Then};
use crate::core::engine::message::Command;
use crate::core::engine::{Engine, SecretState};
use crate::core::oauth::endpoint::{Endpoint, Inquiry};
use crate::core::token::import::TokenKind;
use crate::core::token::jwt;
use crate::tui::action::{Action, Question};
use crate::tui::pane::Mark;
use crate::tui::screens::trust_words;

impl Ui {
    /// Asks an endpoint, or asks what is missing for that: trust in the profile, a secret to type.
    pub(super) fn inquire(&mut self, inquiry: Inquiry, engine: &Engine) -> Vec<Reaction> {
        let command = Reaction::Command(Command::Inquire(inquiry));
        if inquiry.endpoint == Endpoint::Userinfo {
            return vec![command];
        }
        match engine.secret_state() {
            SecretState::Prompt | SecretState::Missing(_) => {
                let question = Question::SecretForInquiry(inquiry);
                self.popups
                    .push(Popup::Ask(Box::new(Prompt::new(question))));
                Vec::new()
            }
            SecretState::Untrusted(question) => {
                self.popups.push(Popup::Confirm(Confirm {
                    question: "Trust this profile with its secret?".into(),
                    detail: trust_words(&question).into(),
                    answers: ["Do not", "Trust it and go on"],
                    selected: 0,
                    otherwise: Then::Act(Action::TrustAndInquire(inquiry)),
                }));
                Vec::new()
            }
            _ => vec![command],
        }
    }
}

/// The tokens that an endpoint can be asked about, with what that does.
pub(super) fn choices(engine: &Engine, endpoint: Endpoint, menu: &mut Menu) {
    let revokes = endpoint == Endpoint::Revocation;
    let is_jwt = engine
        .grant()
        .is_some_and(|grant| jwt::decode(grant.access_token.expose()).is_ok());
    let kinds = if revokes {
        [TokenKind::Refresh, TokenKind::Access]
    } else {
        [TokenKind::Access, TokenKind::Refresh]
    };
    for token in kinds {
        let inquiry = Inquiry { endpoint, token };
        if !engine.could_inquire(inquiry) {
            continue;
        }
        let right = match (revokes, token, is_jwt) {
            (true, TokenKind::Refresh, _) => "ends the renewals",
            (true, TokenKind::Access, true) => "a JWT: stays good until its end",
            (true, TokenKind::Access, false) => "the API refuses it then",
            (false, TokenKind::Access, _) => "would an API take it?",
            (false, TokenKind::Refresh, _) => "can it still be used?",
        };
        menu.choice(
            format!("the {}", token.name()),
            right,
            Action::Inquire(inquiry),
        );
    }
    let note = if revokes {
        "It cannot be taken back: a token that was revoked comes again by signing in only."
    } else {
        "Made for APIs: the provider may refuse a client, which says nothing about the token."
    };
    menu.note(Mark::Note, note);
}
