//! What is kept and read on this machine: secrets, trust, grants, and the refresh that needs them. Each on
//! a thread or task of its own; what is owed an answer gets one.

use super::{BROKEN, answered};
use crate::core::engine::message::Event;
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::profile::trust::TrustQuestion;
use crate::core::profile::{KeepTokens, SecretReference};
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::edge::http::Door;
use crate::edge::refresh::{self, Order};
use crate::edge::secrets;
use crate::edge::trust::Trusted;
use crate::edge::vault::{Loaded, Vault};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{JoinSet, spawn_blocking};

/// What keeps and reads.
#[derive(Debug)]
pub(super) struct Keeping {
    vault: Vault,
    trusted: Trusted,
    events: UnboundedSender<Event>,
    /// What is written without an answer, so that the program does not end before it is.
    unanswered: JoinSet<()>,
}

/// How long the program's end waits for what is written without an answer.
const LAST_WRITES: Duration = Duration::from_secs(2);

impl Keeping {
    pub(super) fn new(vault: Vault, trusted: Trusted, events: UnboundedSender<Event>) -> Self {
        Self {
            vault,
            trusted,
            events,
            unanswered: JoinSet::new(),
        }
    }

    /// Waits until what needs no answer is written, for two seconds at most.
    pub(super) async fn finish(&mut self) {
        let written = async { while self.unanswered.join_next().await.is_some() {} };
        // A disk that does not come back holds nobody up: they are asked again another day.
        let _ = tokio::time::timeout(LAST_WRITES, written).await;
    }

    /// Reads a client secret.
    pub(super) fn read_secret(&self, client: Client, reference: SecretReference) {
        let vault = self.vault.clone();
        let (owner, from) = (client.clone(), reference.clone());
        let reading = async move {
            let secret = secrets::read(&vault, &client, &reference).await;
            Event::SecretRead {
                client,
                reference,
                secret,
            }
        };
        answered(self.events.clone(), reading, move || Event::SecretRead {
            client: owner,
            reference: from,
            secret: Err(BROKEN.to_owned()),
        });
    }

    /// Looks whether the user has trusted this.
    pub(super) fn read_trust(&self, question: TrustQuestion) {
        let trusted = self.trusted.clone();
        let asked = question.clone();
        let looking = async move {
            let about = question.clone();
            let holds = spawn_blocking(move || trusted.holds(&about)).await;
            Event::TrustRead {
                question,
                trusted: holds.unwrap_or(false),
            }
        };
        answered(self.events.clone(), looking, move || Event::TrustRead {
            question: asked,
            trusted: false,
        });
    }

    /// Remembers that the user trusts this. Where that fails they are asked again another day.
    pub(super) fn keep_trust(&mut self, question: TrustQuestion) {
        let trusted = self.trusted.clone();
        self.unanswered.spawn_blocking(move || {
            let _ = trusted.keep(&question);
        });
    }

    /// Loads the grants of a client.
    pub(super) fn load(&self, client: Client, keep: KeepTokens) {
        let vault = self.vault.clone();
        let events = self.events.clone();
        let owner = client.clone();
        let loading = spawn_blocking(move || vault.load(&client, keep));
        tokio::spawn(async move {
            let loaded = loading.await.unwrap_or_else(|_| Loaded {
                trouble: Some(broken()),
                ..Loaded::default()
            });
            let _ = events.send(Event::GrantsLoaded {
                client: owner,
                grants: loaded.grants,
                current: loaded.current,
                trouble: loaded.trouble,
            });
        });
    }

    /// Keeps a grant.
    pub(super) fn keep(&self, kept: KeptGrant) {
        let vault = self.vault.clone();
        let events = self.events.clone();
        let (id, keep) = (kept.id.clone(), kept.keep);
        let keeping = spawn_blocking(move || vault.keep(&kept));
        tokio::spawn(async move {
            let trouble = keeping.await.unwrap_or_else(|_| Err(broken())).err();
            let _ = events.send(Event::GrantKept { id, keep, trouble });
        });
    }

    /// Takes a revoked refresh token out of the place where its grant is kept.
    pub(super) fn drop_refresh_token(&self, kept: KeptGrant, token: Secret) {
        let vault = self.vault.clone();
        let (id, keep) = (kept.id.clone(), kept.keep);
        let name = id.clone();
        let dropping = async move {
            let done = refresh::withdraw(&vault, kept, token, refresh::PATIENCE).await;
            let trouble = done.err();
            Event::GrantKept { id, keep, trouble }
        };
        answered(self.events.clone(), dropping, move || Event::GrantKept {
            id: name,
            keep,
            trouble: Some(broken()),
        });
    }

    /// Removes a kept grant.
    pub(super) fn forget(&self, client: Client, id: GrantId, keep: KeepTokens) {
        let vault = self.vault.clone();
        let events = self.events.clone();
        let name = id.clone();
        let removing = spawn_blocking(move || vault.forget(&client, &name, keep));
        tokio::spawn(async move {
            let trouble = removing.await.unwrap_or_else(|_| Err(broken())).err();
            let _ = events.send(Event::GrantForgotten { id, trouble });
        });
    }

    /// Remembers which grant is the current one. Where that fails the newest one is.
    pub(super) fn choose(&mut self, client: Client, id: GrantId) {
        let vault = self.vault.clone();
        self.unanswered.spawn_blocking(move || {
            let _ = vault.choose(&client, &id);
        });
    }

    /// Refreshes a grant; nothing ends it before its time.
    pub(super) fn refresh(&self, door: &Arc<Door>, order: Order) {
        let (door, vault) = (door.clone(), self.vault.clone());
        let call = order.call;
        let refreshing = async move {
            let (record, outcome) = refresh::refresh(&door, &vault, order, |_| {}).await;
            Event::Refreshed {
                call,
                record: record.map(Box::new),
                outcome,
            }
        };
        answered(self.events.clone(), refreshing, move || Event::Refreshed {
            call,
            record: None,
            outcome: RefreshOutcome::NotSent(broken()),
        });
    }
}

/// A part of ours broke.
fn broken() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Other,
        message: BROKEN.to_owned(),
    }
}
