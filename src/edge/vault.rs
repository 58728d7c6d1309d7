//! Keeps grants and client secrets: in the system's keyring, or in files that only this user can read.
//!
//! Everything is found by client (token endpoint and client id) alone. Blocking; a keyring is given five
//! seconds. Callers run it off the UI.

use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::edge::folders::Folders;
use jiff::Timestamp;
use std::path::PathBuf;

/// Where grants and secrets are kept.
#[derive(Debug, Clone)]
pub struct Vault {
    folder: Option<PathBuf>,
}

/// What is kept for a client.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loaded {
    /// Each with the time of a refresh that ended in the dark; the oldest first.
    pub grants: Vec<(KeptGrant, Option<Timestamp>)>,
    /// The one that was chosen last.
    pub current: Option<GrantId>,
    /// Why some or all could not be read.
    pub trouble: Option<VaultTrouble>,
}

impl Vault {
    /// The vault of this user: the system's keyring, and the data folder.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data.join("vault")),
        }
    }

    /// The grants of a client.
    pub fn load(&self, _client: &Client, _keep: KeepTokens) -> Loaded {
        Loaded {
            trouble: Some(self.unfinished()),
            ..Loaded::default()
        }
    }

    /// Keeps a grant durably, in place of what was kept under its name.
    pub fn keep(&self, _kept: &KeptGrant) -> Result<(), VaultTrouble> {
        Err(self.unfinished())
    }

    /// Removes a grant with all that belongs to it; one that is not there is removed already.
    pub fn forget(
        &self,
        _client: &Client,
        _id: &GrantId,
        _keep: KeepTokens,
    ) -> Result<(), VaultTrouble> {
        Err(self.unfinished())
    }

    /// Remembers which grant of a client is the current one.
    pub fn choose(&self, _client: &Client, _id: &GrantId) -> Result<(), VaultTrouble> {
        Err(self.unfinished())
    }

    /// The client secret in the keyring; `None` when none is kept for this client.
    pub fn secret(&self, _client: &Client) -> Result<Option<Secret>, VaultTrouble> {
        Err(self.unfinished())
    }

    /// Keeps a client secret in the keyring.
    pub fn keep_secret(&self, _client: &Client, _secret: &Secret) -> Result<(), VaultTrouble> {
        Err(self.unfinished())
    }

    fn unfinished(&self) -> VaultTrouble {
        VaultTrouble {
            kind: VaultTroubleKind::Absent,
            message: format!("there is no vault yet at {:?}", self.folder),
        }
    }
}
