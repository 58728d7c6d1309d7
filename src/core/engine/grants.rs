//! Grants: several side by side, one of them current. Where they are kept is next door.
//!
//! Everything here is asked for by client and API origin, so a profile that is edited to another token
//! endpoint or API finds neither grant nor secret of the former one.

use super::keeping::Writing;
use super::message::Effect;
use super::refreshing::PendingRefresh;
use super::{Engine, api_origin, is_embedded};
use crate::core::oauth::RunPhase;
use crate::core::oauth::held::HeldGrant;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::import::{self, TokenKind};
use crate::core::token::kept::{Client, GrantId, VaultTrouble};
use crate::core::wire::CallId;
use jiff::Timestamp;

/// Most grants held for one client; the oldest gives way.
const MOST: usize = 20;

/// The grants of every client that was used in this program run.
#[derive(Debug, Default)]
pub(super) struct Grants {
    pub(super) held: Vec<HeldGrant>,
    /// The current one of a client at an API.
    pub(super) current: Vec<(Client, String, GrantId)>,
    /// Clients whose grants are being loaded, as often as that was asked for.
    pub(super) loading: Vec<Client>,
    /// Why the grants of a client could not be loaded.
    pub(super) trouble: Option<(Client, VaultTrouble)>,
    /// Refreshes under way.
    pub(super) refreshing: Vec<(CallId, GrantId)>,
    /// A refresh that waits for the client secret, or until its grant is written.
    pub(super) pending: Option<PendingRefresh>,
    /// Grants that are being written; one write of a grant at a time.
    pub(super) writing: Vec<Writing>,
    /// Grants that are being removed from where they were kept.
    pub(super) removing: Vec<(Client, GrantId)>,
    /// Grants that are moved once their refresh has ended.
    pub(super) moved_later: Vec<(GrantId, KeepTokens)>,
    /// Forgotten in this program run: a reading that began before does not bring them back.
    pub(super) forgotten: Vec<GrantId>,
}

impl Engine {
    /// Where grants of the profile in use are kept. What the embedded sandbox gives ends with the program.
    pub fn keep_tokens(&self) -> KeepTokens {
        match &self.profile {
            Some(profile) if !is_embedded(profile) => {
                profile.keep_tokens.unwrap_or(KeepTokens::Memory)
            }
            _ => KeepTokens::Memory,
        }
    }

    /// Whether the user is still to be asked where grants of this profile shall be kept.
    pub fn asks_where_to_keep(&self) -> bool {
        self.profile
            .as_ref()
            .is_some_and(|profile| profile.keep_tokens.is_none() && !is_embedded(profile))
    }

    /// The grants of this client for this API, the newest first.
    pub fn grants(&self) -> Vec<&HeldGrant> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        let (client, origin) = (Client::of(profile), api_origin(profile));
        let mut grants: Vec<&HeldGrant> = self
            .grants
            .held
            .iter()
            .rev()
            .filter(|held| held.client == client && held.grant.api_origin == origin)
            .collect();
        grants.sort_by_key(|held| std::cmp::Reverse(held.grant.obtained_at));
        grants
    }

    /// The current grant: the one that was chosen, else the newest.
    pub fn held(&self) -> Option<&HeldGrant> {
        let profile = self.profile.as_ref()?;
        let (client, origin) = (Client::of(profile), api_origin(profile));
        let grants = self.grants();
        let chosen = self
            .grants
            .current
            .iter()
            .find(|(owner, api, _)| *owner == client && *api == origin)
            .and_then(|(_, _, id)| grants.iter().find(|held| held.id == *id));
        chosen.or(grants.first()).copied()
    }

    /// The tokens of the current grant.
    pub fn grant(&self) -> Option<&Grant> {
        self.held().map(|held| &held.grant)
    }

    /// Whether the kept grants of this client are still being read.
    pub fn is_loading_grants(&self) -> bool {
        self.profile
            .as_ref()
            .is_some_and(|profile| self.grants.loading.contains(&Client::of(profile)))
    }

    /// Why the kept grants of this client could not be read.
    pub fn grants_trouble(&self) -> Option<&VaultTrouble> {
        let client = Client::of(self.profile.as_ref()?);
        let (owner, trouble) = self.grants.trouble.as_ref()?;
        (*owner == client).then_some(trouble)
    }

    /// Whether something is under way that must not be cut off: an exchange, a refresh, a grant that is
    /// being written. Who wants to end the program hands events on until it is not.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.run.phase, RunPhase::Exchanging(_))
            || !self.released.is_empty()
            || self.waits_for_keys()
            || !self.grants.refreshing.is_empty()
            || !self.grants.writing.is_empty()
            || !self.grants.removing.is_empty()
            || self.inquiries.revoking().next().is_some()
    }

    /// Whether something is under way whose end is to be kept beyond this program run: what is held in
    /// memory only is gone with it, so nothing would be gained by waiting.
    pub fn is_owed(&self) -> bool {
        let exchanging = matches!(self.run.phase, RunPhase::Exchanging(_));
        let is_kept = |id: &GrantId| {
            let held = self.grants.held.iter().find(|held| held.id == *id);
            held.is_some_and(|held| held.keep != KeepTokens::Memory)
        };
        (exchanging && self.keep_tokens() != KeepTokens::Memory)
            || self
                .released
                .iter()
                .any(|released| released.keep != KeepTokens::Memory)
            || self.keeps_after_keys()
            || self.grants.refreshing.iter().any(|(_, id)| is_kept(id))
            || self.inquiries.revoking().any(is_kept)
            || !self.grants.writing.is_empty()
            || !self.grants.removing.is_empty()
    }

    /// Takes a grant that has just come, as the current one of its client, and has it kept.
    pub(super) fn take_grant(
        &mut self,
        client: Client,
        grant: Grant,
        keep: KeepTokens,
    ) -> Vec<Effect> {
        let id = GrantId::of(self.entropy.draw());
        let held = HeldGrant::new(id.clone(), client.clone(), grant);
        let mut effects = self.make_room(&client);
        let before = self.user_in_view();
        self.choose(&held);
        self.grants.held.push(held);
        self.part_from(before.as_deref());
        effects.extend(self.place(&id, keep));
        if keep != KeepTokens::Memory {
            effects.push(Effect::ChooseGrant { client, id });
        }
        effects
    }

    /// Whose token calls are made with.
    fn user_in_view(&self) -> Option<String> {
        self.grant().and_then(Grant::subject)
    }

    /// Companies and answers of a user who is not the current one any more are theirs, not the new one's.
    fn part_from(&mut self, before: Option<&str>) {
        let now = self.user_in_view();
        if before.is_some() && now.is_some() && now.as_deref() != before {
            self.requests = super::Requests {
                sending: self.requests.sending,
                waiting: self.requests.waiting.take(),
                ..self.fresh_requests()
            };
        }
    }

    /// Lets the oldest grant of a client go when there are too many; not one that is being refreshed.
    fn make_room(&mut self, client: &Client) -> Vec<Effect> {
        let of_client = self
            .grants
            .held
            .iter()
            .filter(|held| held.client == *client);
        if of_client.clone().count() < MOST {
            return Vec::new();
        }
        let oldest = of_client
            .filter(|held| !self.is_refreshing(&held.id))
            .min_by_key(|held| held.grant.obtained_at);
        match oldest.map(|held| held.id.clone()) {
            Some(id) => self.forget_grant(&id),
            None => Vec::new(),
        }
    }

    /// Makes a grant the current one of its client at its API.
    fn choose(&mut self, held: &HeldGrant) {
        let origin = held.grant.api_origin.clone();
        self.grants
            .current
            .retain(|(owner, api, _)| *owner != held.client || *api != origin);
        self.grants
            .current
            .push((held.client.clone(), origin, held.id.clone()));
    }

    /// The user chooses a grant.
    pub(super) fn use_grant(&mut self, id: &GrantId) -> Vec<Effect> {
        let Some(held) = self.grants.held.iter().find(|held| held.id == *id).cloned() else {
            return Vec::new();
        };
        let before = self.user_in_view();
        self.choose(&held);
        self.part_from(before.as_deref());
        match held.keep {
            KeepTokens::Memory => Vec::new(),
            KeepTokens::Keyring | KeepTokens::File => vec![Effect::ChooseGrant {
                client: held.client,
                id: held.id,
            }],
        }
    }

    /// The user forgets a grant, here and where it is kept; a write under way is taken back when it is
    /// done.
    pub(super) fn forget_grant(&mut self, id: &GrantId) -> Vec<Effect> {
        let Some(place) = self.grants.held.iter().position(|held| held.id == *id) else {
            return Vec::new();
        };
        let held = self.grants.held.remove(place);
        self.grants.current.retain(|(_, _, current)| current != id);
        self.grants.forgotten.push(id.clone());
        self.remove_kept(&held, held.keep).into_iter().collect()
    }

    /// Takes a token of the user's own.
    pub(super) fn import_token(
        &mut self,
        now: Timestamp,
        kind: TokenKind,
        token: &Secret,
    ) -> Vec<Effect> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        if import::check(token.expose()).is_err() {
            return Vec::new();
        }
        let grant = import::grant(kind, token, &api_origin(profile), now);
        let (client, keep) = (Client::of(profile), self.keep_tokens());
        self.take_grant(client, grant, keep)
    }
}
