//! What is done with grants: refreshed, kept elsewhere, forgotten, brought along. What cannot be taken back
//! is asked first.

use super::Ui;
use super::act::{Reaction, Stage, focused_grant};
use super::popup::{Confirm, Popup, Prompt, Then};
use crate::core::engine::message::Command;
use crate::core::engine::{Engine, SecretState};
use crate::core::profile::{KeepTokens, Origin};
use crate::core::secret::Secret;
use crate::core::token::import;
use crate::core::token::kept::GrantId;
use crate::tui::action::{Action, Question};
use crate::tui::screens::trust_words;

impl Ui {
    /// Refreshes the grant in use, or asks what stands in the way: a refresh token that may be spent, a
    /// profile that is not trusted with its secret, a secret that must be typed.
    pub(super) fn refresh(&mut self, engine: &Engine) -> Vec<Reaction> {
        let Some(held) = engine.held() else {
            return Vec::new();
        };
        match engine.secret_state() {
            SecretState::Prompt | SecretState::Missing(_) => {
                let question = Question::SecretForRefresh;
                self.popups
                    .push(Popup::Ask(Box::new(Prompt::new(question))));
                return Vec::new();
            }
            SecretState::Untrusted(question) => {
                self.popups.push(Popup::Confirm(Confirm {
                    question: "Trust this profile with its secret?".into(),
                    detail: trust_words(&question).into(),
                    answers: ["Do not", "Trust it and refresh"],
                    selected: 0,
                    otherwise: Then::Act(Action::TrustAndRefresh),
                }));
                return Vec::new();
            }
            _ => {}
        }
        if held.unsettled.is_some() {
            self.popups.push(Popup::Confirm(Confirm {
                question: "The refresh token may be spent. Use it anyway?".into(),
                detail: "An earlier refresh was sent and its answer never seen. If the provider took \
                         it, a second use looks like a theft: with reuse detection the whole grant is \
                         revoked, and the access token with it. A new run is sure to work."
                    .into(),
                answers: ["Leave it", "Use it anyway"],
                selected: 0,
                otherwise: Then::React(Reaction::Command(Command::Refresh { anyway: true })),
            }));
            return Vec::new();
        }
        vec![Reaction::Command(Command::Refresh { anyway: false })]
    }

    /// Has grants kept there from now on, and has that written where the profile has a file.
    pub(super) fn keep(&mut self, keep: KeepTokens, stage: &Stage<'_>) -> Vec<Reaction> {
        let command = Reaction::Command(Command::KeepTokens(keep));
        let origin = stage.engine.profile().map(|profile| &profile.origin);
        if let Some(Origin::File { .. }) = origin {
            return vec![command, Reaction::WriteKeep(keep)];
        }
        self.say(
            stage.now,
            "That holds for this program run; a copy of the profile keeps it",
        );
        vec![command]
    }

    /// The same for the grant whose row has the focus.
    pub(super) fn ask_to_forget_focused(&mut self, stage: &Stage<'_>) {
        if let Some(id) = focused_grant(self, stage.areas) {
            self.ask_to_forget(&id, stage);
        }
    }

    /// Asks before a grant is forgotten.
    pub(super) fn ask_to_forget(&mut self, id: &GrantId, stage: &Stage<'_>) {
        let engine = stage.engine;
        let command = Command::ForgetGrant(id.clone());
        if !engine.allows(&command) {
            self.say(stage.now, "Not while a refresh is under way");
            return;
        }
        let keep = engine
            .grants()
            .iter()
            .find(|held| held.id == *id)
            .map_or(KeepTokens::Memory, |held| held.keep);
        let place = match keep {
            KeepTokens::Memory => "from memory",
            KeepTokens::Keyring => "from the system's keyring",
            KeepTokens::File => "from its file",
        };
        self.popups.push(Popup::Confirm(Confirm {
            question: "Forget this grant?".into(),
            detail: format!(
                "Its tokens are removed {place} and cannot be got back without signing in. The \
                 provider is not told: there they stay good until they end."
            )
            .into(),
            answers: ["Keep it", "Forget it"],
            selected: 0,
            otherwise: Then::React(Reaction::Command(command)),
        }));
    }

    /// Takes a token that was typed, or says why not; where its look does not tell what it is, asks.
    pub(super) fn take_token(&mut self, token: &Secret) -> Vec<Reaction> {
        if let Err(trouble) = import::check(token.expose()) {
            if let Some(Popup::Ask(prompt)) = self.popups.last_mut() {
                prompt.trouble = Some(trouble);
            }
            return Vec::new();
        }
        self.popups.pop();
        let token = token.clone();
        if let Some(kind) = import::likely(token.expose()) {
            return vec![Reaction::Command(Command::ImportToken(kind, token))];
        }
        let selected = 0;
        self.popups.push(Popup::TokenKind { token, selected });
        Vec::new()
    }

    /// Goes on by itself to the token, or stops that; says so.
    pub(super) fn play_through(&mut self, stage: &Stage<'_>) -> Vec<Reaction> {
        let text = if stage.engine.is_playing() {
            "From here by hand again"
        } else {
            "Playing through to the token; it stops at the first trouble, A stops it now"
        };
        self.say(stage.now, text);
        vec![Reaction::Command(Command::PlayThrough)]
    }

    /// Asks whether what an id_token that failed holds back is to be used all the same.
    pub(super) fn ask_to_override(&mut self, stage: &Stage<'_>) {
        let command = Command::OverrideIdToken;
        if !stage.engine.allows(&command) {
            return;
        }
        self.popups.push(Popup::Confirm(Confirm {
            question: "Use what a failed check holds back?".into(),
            detail: "Whoever sent this may not be your provider, or the user may not be who it says. Take it \
                     only to see what happens; trust nothing it says."
                .into(),
            answers: ["Hold it back", "Use it all the same"],
            selected: 0,
            otherwise: Then::React(Reaction::Command(command)),
        }));
    }
}
