//! Grants: several side by side, one of them current, and where they are kept.
//!
//! Everything here is asked for by client and API origin, so a profile that is edited to another token
//! endpoint or API finds neither grant nor secret of the former one.

use super::message::Effect;
use super::{Engine, api_origin, is_embedded};
use crate::core::oauth::held::HeldGrant;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::import::{self, TokenKind};
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble};
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
    /// Clients whose grants are being loaded.
    loading: Vec<Client>,
    /// Why the grants of a client could not be loaded.
    trouble: Option<(Client, VaultTrouble)>,
    /// Refreshes under way.
    pub(super) refreshing: Vec<(CallId, GrantId)>,
    /// Grants that are being written or removed.
    writing: usize,
    /// Where grants were kept that are being moved, to be removed there once they are kept anew.
    moving: Vec<(GrantId, KeepTokens)>,
    /// A refresh that waits for the client secret.
    pub(super) after_secret: Option<bool>,
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
        matches!(self.run.phase, crate::core::oauth::RunPhase::Exchanging(_))
            || !self.released.is_empty()
            || !self.grants.refreshing.is_empty()
            || self.grants.writing > 0
    }

    /// Loads what is kept for the client of the profile in use.
    pub(super) fn load_grants(&mut self) -> Option<Effect> {
        let keep = self.keep_tokens();
        let profile = self.profile.as_ref()?;
        if keep == KeepTokens::Memory || profile.placeholder().is_some() {
            return None;
        }
        let client = Client::of(profile);
        if !self.grants.loading.contains(&client) {
            self.grants.loading.push(client.clone());
        }
        Some(Effect::LoadGrants { client, keep })
    }

    /// Kept grants came. One that is held already is not replaced while its refresh is under way.
    pub(super) fn grants_loaded(
        &mut self,
        client: Client,
        grants: Vec<(KeptGrant, Option<Timestamp>)>,
        current: Option<GrantId>,
        trouble: Option<VaultTrouble>,
    ) {
        self.grants.loading.retain(|owner| *owner != client);
        for (kept, unsettled) in grants {
            let under_way = self.grants.refreshing.iter().any(|(_, id)| *id == kept.id);
            if kept.client != client || under_way {
                continue;
            }
            let held = self.grants.held.iter_mut().find(|held| held.id == kept.id);
            match held {
                Some(held) => {
                    held.grant = kept.grant;
                    held.unsettled = unsettled;
                }
                None => self.grants.held.push(HeldGrant {
                    keep: kept.keep,
                    unsettled,
                    ..HeldGrant::new(kept.id, client.clone(), kept.grant)
                }),
            }
        }
        if let Some(id) = current
            && let Some(held) = self.grants.held.iter().find(|held| held.id == id)
        {
            let origin = held.grant.api_origin.clone();
            let known =
                |(owner, api, _): &(Client, String, GrantId)| *owner == client && *api == origin;
            if !self.grants.current.iter().any(known) {
                self.grants.current.push((client.clone(), origin, id));
            }
        }
        self.grants.trouble = trouble.map(|trouble| (client, trouble));
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
        self.choose(&held);
        if keep != KeepTokens::Memory {
            self.grants.writing += 1;
            effects.push(Effect::KeepGrant(Box::new(held.kept(keep))));
            effects.push(Effect::ChooseGrant { client, id });
        }
        self.grants.held.push(held);
        effects
    }

    /// Lets the oldest grant of a client go when there are too many.
    fn make_room(&mut self, client: &Client) -> Vec<Effect> {
        let of_client = self
            .grants
            .held
            .iter()
            .filter(|held| held.client == *client);
        if of_client.clone().count() < MOST {
            return Vec::new();
        }
        let oldest = of_client.min_by_key(|held| held.grant.obtained_at);
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
        self.choose(&held);
        match held.keep {
            KeepTokens::Memory => Vec::new(),
            KeepTokens::Keyring | KeepTokens::File => vec![Effect::ChooseGrant {
                client: held.client,
                id: held.id,
            }],
        }
    }

    /// The user forgets a grant; one that is being refreshed stays until that has ended.
    pub(super) fn forget_grant(&mut self, id: &GrantId) -> Vec<Effect> {
        let Some(place) = self.grants.held.iter().position(|held| held.id == *id) else {
            return Vec::new();
        };
        let held = self.grants.held.remove(place);
        self.grants.current.retain(|(_, _, current)| current != id);
        self.remove_kept(&held, held.keep).into_iter().collect()
    }

    /// Has a grant removed from where it is kept.
    fn remove_kept(&mut self, held: &HeldGrant, keep: KeepTokens) -> Option<Effect> {
        if keep == KeepTokens::Memory {
            return None;
        }
        self.grants.writing += 1;
        Some(Effect::ForgetGrant {
            client: held.client.clone(),
            id: held.id.clone(),
            keep,
        })
    }

    /// The user says where grants of this client are kept from now on; those that are held move there.
    pub(super) fn keep_grants(&mut self, keep: KeepTokens) -> Vec<Effect> {
        if let Some(profile) = &mut self.profile {
            profile.keep_tokens = Some(keep);
        }
        let ids: Vec<GrantId> = self.grants().iter().map(|held| held.id.clone()).collect();
        let mut effects = Vec::new();
        for id in ids {
            let Some(place) = self.grants.held.iter().position(|held| held.id == id) else {
                continue;
            };
            let held = &mut self.grants.held[place];
            let before = held.keep;
            if before == keep {
                continue;
            }
            held.trouble = None;
            if keep == KeepTokens::Memory {
                held.keep = KeepTokens::Memory;
                let held = held.clone();
                effects.extend(self.remove_kept(&held, before));
            } else {
                let kept = held.kept(keep);
                self.grants.writing += 1;
                self.grants.moving.push((id, before));
                effects.push(Effect::KeepGrant(Box::new(kept)));
            }
        }
        if keep != KeepTokens::Memory
            && let Some(held) = self.held()
        {
            effects.push(Effect::ChooseGrant {
                client: held.client.clone(),
                id: held.id.clone(),
            });
        }
        effects
    }

    /// A grant was kept, or not. One that moved is removed from where it was.
    pub(super) fn grant_kept(
        &mut self,
        id: &GrantId,
        keep: KeepTokens,
        trouble: Option<VaultTrouble>,
    ) -> Vec<Effect> {
        self.grants.writing = self.grants.writing.saturating_sub(1);
        let moved = self
            .grants
            .moving
            .iter()
            .position(|(moving, _)| moving == id);
        let before = moved.map(|place| self.grants.moving.swap_remove(place).1);
        let Some(held) = self.grants.held.iter_mut().find(|held| held.id == *id) else {
            return Vec::new();
        };
        let failed = trouble.is_some();
        held.trouble = trouble;
        if failed {
            return Vec::new();
        }
        held.keep = keep;
        let held = held.clone();
        before
            .filter(|before| *before != keep)
            .and_then(|before| self.remove_kept(&held, before))
            .into_iter()
            .collect()
    }

    /// A kept grant was removed, or not.
    pub(super) fn grant_forgotten(&mut self, id: &GrantId, trouble: Option<VaultTrouble>) {
        self.grants.writing = self.grants.writing.saturating_sub(1);
        let Some(trouble) = trouble else { return };
        match self.grants.held.iter_mut().find(|held| held.id == *id) {
            Some(held) => held.trouble = Some(trouble),
            None => {
                if let Some(profile) = &self.profile {
                    self.grants.trouble = Some((Client::of(profile), trouble));
                }
            }
        }
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
