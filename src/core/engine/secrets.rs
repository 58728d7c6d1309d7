//! The client secret: typed, in the file, or read from where the profile says it is, once the user trusts
//! a folder that was found by itself with it.

use super::Engine;
use super::message::Effect;
use crate::core::profile::trust::TrustQuestion;
use crate::core::profile::{ClientAuthentication, SecretReference};
use crate::core::secret::Secret;
use crate::core::token::kept::Client;

/// What is known of client secrets.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    /// Typed by the user.
    typed: Vec<(Client, Secret)>,
    /// What the last reading brought, with whose and from where.
    reading: Option<(Client, SecretReference, Reading)>,
    /// What is known of the trust in the profile in use.
    trust: Option<(TrustQuestion, Trust)>,
}

/// How far a reading is.
#[derive(Debug)]
enum Reading {
    UnderWay,
    Read(Secret),
    Failed(String),
}

/// What the user said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    BeingRead,
    NotYet,
    Given,
}

/// Whether the client secret is at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretState {
    /// The client has none, or shows none.
    NotNeeded,
    /// It is known.
    Known(Secret),
    /// It is being read.
    Reading,
    /// It was not read yet: a command runs, and a keyring is opened, when the secret is needed, not before.
    NotRead,
    /// The user is to be asked for it.
    Prompt,
    /// The user is to be asked first whether this profile may have it sent.
    Untrusted(TrustQuestion),
    /// It could not be read; the reason and what to do. The user may type it instead.
    Missing(String),
}

impl SecretState {
    /// Whether a token request can be made with it now.
    pub fn is_at_hand(&self) -> bool {
        matches!(self, Self::NotNeeded | Self::Known(_))
    }
}

impl Engine {
    /// Whether the client secret is at hand.
    pub fn secret_state(&self) -> SecretState {
        let Some(profile) = &self.profile else {
            return SecretState::NotNeeded;
        };
        if profile.exchange.client_authentication == ClientAuthentication::None {
            return SecretState::NotNeeded;
        }
        let client = Client::of(profile);
        let typed = self
            .secrets
            .typed
            .iter()
            .find(|(owner, _)| *owner == client);
        if let Some((_, secret)) = typed {
            return SecretState::Known(secret.clone());
        }
        match &profile.client_secret {
            SecretReference::None => return SecretState::NotNeeded,
            SecretReference::Plain(secret) => return SecretState::Known(secret.clone()),
            SecretReference::Prompt => return SecretState::Prompt,
            SecretReference::Environment(_)
            | SecretReference::Keyring
            | SecretReference::Command(_) => {}
        }
        if let Some(question) = TrustQuestion::of(profile) {
            match self.trust(&question) {
                Trust::Given => {}
                Trust::BeingRead => return SecretState::Reading,
                Trust::NotYet => return SecretState::Untrusted(question),
            }
        }
        let reference = &profile.client_secret;
        match &self.secrets.reading {
            Some((owner, from, reading)) if *owner == client && from == reference => {
                match reading {
                    Reading::UnderWay => SecretState::Reading,
                    Reading::Read(secret) => SecretState::Known(secret.clone()),
                    Reading::Failed(reason) => SecretState::Missing(reason.clone()),
                }
            }
            _ => SecretState::NotRead,
        }
    }

    /// The client secret, when it is at hand.
    pub(super) fn client_secret(&self) -> Option<Secret> {
        match self.secret_state() {
            SecretState::Known(secret) => Some(secret),
            _ => None,
        }
    }

    /// What the user said to a question.
    fn trust(&self, question: &TrustQuestion) -> Trust {
        match &self.secrets.trust {
            Some((asked, trust)) if asked == question => *trust,
            _ => Trust::BeingRead,
        }
    }

    /// Looks what the profile in use needs for its secret: trust first, then the secret, unless a command
    /// would have to run or a keyring be opened for it.
    pub(super) fn look_for_secret(&mut self) -> Vec<Effect> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        if let Some(question) = TrustQuestion::of(profile)
            && self.trust(&question) != Trust::Given
        {
            self.secrets.trust = Some((question.clone(), Trust::BeingRead));
            return vec![Effect::ReadTrust(question)];
        }
        match profile.client_secret {
            SecretReference::Command(_) | SecretReference::Keyring => Vec::new(),
            _ if self.secret_state() == SecretState::NotRead => self.read_secret(),
            _ => Vec::new(),
        }
    }

    /// Reads the secret from where the profile says it is.
    pub(super) fn read_secret(&mut self) -> Vec<Effect> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        let client = Client::of(profile);
        let reference = profile.client_secret.clone();
        self.secrets.reading = Some((client.clone(), reference.clone(), Reading::UnderWay));
        vec![Effect::ReadSecret { client, reference }]
    }

    /// A secret was read, for the profile in use or for one that was left meanwhile.
    pub(super) fn secret_read(
        &mut self,
        client: &Client,
        reference: &SecretReference,
        secret: Result<Secret, String>,
    ) {
        if let Some((owner, from, reading)) = &mut self.secrets.reading
            && owner == client
            && from == reference
        {
            *reading = secret.map_or_else(Reading::Failed, Reading::Read);
        }
    }

    /// Whether the user trusted this before.
    pub(super) fn trust_read(&mut self, question: &TrustQuestion, trusted: bool) -> Vec<Effect> {
        let Some((asked, trust)) = &mut self.secrets.trust else {
            return Vec::new();
        };
        if asked != question || *trust != Trust::BeingRead {
            return Vec::new();
        }
        *trust = if trusted { Trust::Given } else { Trust::NotYet };
        if trusted {
            self.look_for_secret()
        } else {
            Vec::new()
        }
    }

    /// The user trusts the profile in use with the secret it names.
    pub(super) fn give_trust(&mut self) -> Vec<Effect> {
        let SecretState::Untrusted(question) = self.secret_state() else {
            return Vec::new();
        };
        self.secrets.trust = Some((question.clone(), Trust::Given));
        let mut effects = vec![Effect::KeepTrust(question)];
        effects.extend(self.read_secret());
        effects
    }

    /// Keeps a typed secret for this client, in memory.
    pub(super) fn provide_secret(&mut self, secret: Secret) {
        if let Some(profile) = &self.profile {
            let client = Client::of(profile);
            self.secrets.typed.retain(|(owner, _)| *owner != client);
            self.secrets.typed.push((client, secret));
        }
    }
}
