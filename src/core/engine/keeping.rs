//! Where grants are kept: read, written, moved, removed; each answered by an event, in whatever order.
//!
//! A grant is written to its new place before it leaves the old one, and one write of it is under way at a
//! time: what is wished meanwhile is done when that has ended.

use super::Engine;
use super::message::Effect;
use crate::core::oauth::held::HeldGrant;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble};
use jiff::Timestamp;

/// A write that is under way.
#[derive(Debug)]
pub(super) struct Writing {
    client: Client,
    id: GrantId,
    /// Where the grant shall be in the end.
    wished: KeepTokens,
}

impl Engine {
    /// Loads what is kept for the client of the profile in use.
    pub(super) fn load_grants(&mut self) -> Option<Effect> {
        let keep = self.keep_tokens();
        let profile = self.profile.as_ref()?;
        if keep == KeepTokens::Memory || profile.placeholder().is_some() {
            return None;
        }
        let client = Client::of(profile);
        self.grants.loading.push(client.clone());
        Some(Effect::LoadGrants { client, keep })
    }

    /// Kept grants came. One that is held already is replaced by a later one only: what was read may be
    /// older than what came meanwhile.
    pub(super) fn grants_loaded(
        &mut self,
        client: Client,
        grants: Vec<(KeptGrant, Option<Timestamp>)>,
        current: Option<GrantId>,
        trouble: Option<VaultTrouble>,
    ) {
        if let Some(place) = self.grants.loading.iter().position(|one| *one == client) {
            self.grants.loading.swap_remove(place);
        }
        for (kept, unsettled) in grants {
            if kept.client == client && !self.grants.forgotten.contains(&kept.id) {
                self.take_kept(kept, unsettled);
            }
        }
        let chosen = current.and_then(|id| {
            let mut held = self.grants.held.iter();
            held.find(|held| held.id == id && held.client == client)
        });
        if let Some(held) = chosen {
            let (id, origin) = (held.id.clone(), held.grant.api_origin.clone());
            let known =
                |(owner, api, _): &(Client, String, GrantId)| *owner == client && *api == origin;
            if !self.grants.current.iter().any(known) {
                self.grants.current.push((client.clone(), origin, id));
            }
        }
        self.grants.trouble = trouble.map(|trouble| (client, trouble));
    }

    /// Takes a grant as it is kept.
    fn take_kept(&mut self, kept: KeptGrant, unsettled: Option<Timestamp>) {
        let is_busy = self.is_refreshing(&kept.id) || self.is_writing(&kept.id);
        let held = self.grants.held.iter_mut().find(|held| held.id == kept.id);
        let Some(held) = held else {
            self.grants.held.push(HeldGrant {
                keep: kept.keep,
                unsettled,
                revoked_at: kept.revoked_at,
                ..HeldGrant::new(kept.id, kept.client, kept.grant)
            });
            return;
        };
        if is_busy || held.client != kept.client {
            return;
        }
        if held.grant == kept.grant {
            held.unsettled = unsettled.or(held.unsettled);
        } else if kept.grant.obtained_at > held.grant.obtained_at {
            held.grant = kept.grant;
            held.keep = kept.keep;
            held.revoked_at = kept.revoked_at;
            held.unsettled = unsettled;
            held.trouble = None;
        }
    }

    /// Whether a grant is being written.
    pub(super) fn is_writing(&self, id: &GrantId) -> bool {
        self.grants.writing.iter().any(|writing| writing.id == *id)
    }

    /// Has a grant kept there, and no longer where it is kept now. What could not be kept is tried again.
    pub(super) fn place(&mut self, id: &GrantId, keep: KeepTokens) -> Option<Effect> {
        if let Some(writing) = self.grants.writing.iter_mut().find(|one| one.id == *id) {
            writing.wished = keep;
            return None;
        }
        if self.is_refreshing(id) {
            self.grants.moved_later.retain(|(moved, _)| moved != id);
            self.grants.moved_later.push((id.clone(), keep));
            return None;
        }
        let held = self.grants.held.iter_mut().find(|held| held.id == *id)?;
        let before = held.keep;
        if before == keep && held.trouble.is_none() {
            return None;
        }
        held.trouble = None;
        if keep == KeepTokens::Memory {
            held.keep = KeepTokens::Memory;
            let held = held.clone();
            return self.remove_kept(&held, before);
        }
        let kept = Box::new(held.kept(keep));
        self.grants.writing.push(Writing {
            client: kept.client.clone(),
            id: id.clone(),
            wished: keep,
        });
        Some(Effect::KeepGrant(kept))
    }

    /// Has the refresh token of a grant removed from where that is kept: it was revoked.
    pub(super) fn drop_refresh_token(&mut self, held: &HeldGrant, token: Secret) -> Option<Effect> {
        if held.keep == KeepTokens::Memory {
            return None;
        }
        let kept = Box::new(held.kept(held.keep));
        self.grants.writing.push(Writing {
            client: kept.client.clone(),
            id: kept.id.clone(),
            wished: held.keep,
        });
        Some(Effect::DropRefreshToken { kept, token })
    }

    /// Has a grant removed from where it is kept.
    pub(super) fn remove_kept(&mut self, held: &HeldGrant, keep: KeepTokens) -> Option<Effect> {
        self.remove(held.client.clone(), held.id.clone(), keep)
    }

    fn remove(&mut self, client: Client, id: GrantId, keep: KeepTokens) -> Option<Effect> {
        if keep == KeepTokens::Memory {
            return None;
        }
        self.grants.removing.push((client.clone(), id.clone()));
        Some(Effect::ForgetGrant { client, id, keep })
    }

    /// The user says where grants of this client are kept from now on: those that are held move there,
    /// and what is kept there already is read.
    pub(super) fn keep_grants(&mut self, keep: KeepTokens) -> Vec<Effect> {
        let Some(profile) = &mut self.profile else {
            return Vec::new();
        };
        profile.keep_tokens = Some(keep);
        let client = Client::of(profile);
        for released in &mut self.released {
            if released.client == client {
                released.keep = keep;
            }
        }
        let ids: Vec<GrantId> = self.grants().iter().map(|held| held.id.clone()).collect();
        let mut effects: Vec<Effect> = ids.iter().filter_map(|id| self.place(id, keep)).collect();
        if keep != KeepTokens::Memory
            && let Some(held) = self.held()
        {
            effects.push(Effect::ChooseGrant {
                client,
                id: held.id.clone(),
            });
        }
        effects.extend(self.load_grants());
        effects
    }

    /// A grant was kept, or not. One that moved is removed from where it was; one that was forgotten
    /// meanwhile, from where it is.
    pub(super) fn grant_kept(
        &mut self,
        id: &GrantId,
        keep: KeepTokens,
        trouble: Option<VaultTrouble>,
    ) -> Vec<Effect> {
        let writing = self.grants.writing.iter().position(|one| one.id == *id);
        let Some(place) = writing else {
            return Vec::new();
        };
        let Writing { client, wished, .. } = self.grants.writing.swap_remove(place);
        let failed = trouble.is_some();
        let Some(held) = self.grants.held.iter_mut().find(|held| held.id == *id) else {
            let kept = (!failed).then(|| self.remove(client, id.clone(), keep));
            return kept.flatten().into_iter().collect();
        };
        held.trouble = trouble;
        let mut effects = Vec::new();
        if !failed {
            let before = std::mem::replace(&mut held.keep, keep);
            let held = held.clone();
            if before != keep {
                effects.extend(self.remove_kept(&held, before));
            }
        }
        if wished != keep {
            effects.extend(self.place(id, wished));
        }
        effects
    }

    /// A kept grant was removed, or not.
    pub(super) fn grant_forgotten(&mut self, id: &GrantId, trouble: Option<VaultTrouble>) {
        let removing = self.grants.removing.iter().position(|(_, one)| one == id);
        let Some(place) = removing else { return };
        let (client, _) = self.grants.removing.swap_remove(place);
        let Some(trouble) = trouble else { return };
        if let Some(held) = self.grants.held.iter_mut().find(|held| held.id == *id) {
            held.trouble = Some(trouble);
        } else {
            self.grants.forgotten.retain(|one| one != id);
            self.grants.trouble = Some((client, trouble));
        }
    }
}
