//! Stands in for the keyring in a program that was built without: says so, whatever it is asked.

use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, VaultTrouble, VaultTroubleKind};

/// Where something would stand in a keyring.
#[derive(Debug, Clone)]
pub(super) struct Account;

impl Account {
    pub(super) fn of_grant(_client: &Client, _id: &GrantId) -> Self {
        Self
    }

    pub(super) fn of_secret(_client: &Client) -> Self {
        Self
    }
}

/// No keyring.
#[derive(Debug, Clone)]
pub(super) struct Keyring;

#[expect(clippy::unused_self, reason = "the same calls as with a keyring")]
impl Keyring {
    pub(super) fn of_the_system() -> Self {
        Self
    }

    pub(super) fn read(
        &self,
        _accounts: Vec<Account>,
    ) -> Result<Vec<Result<Option<Secret>, VaultTrouble>>, VaultTrouble> {
        Err(absent())
    }

    pub(super) fn write(&self, _account: Account, _secret: Secret) -> Result<(), VaultTrouble> {
        Err(absent())
    }

    pub(super) fn rewrite(
        &self,
        _account: Account,
        _otherwise: Secret,
    ) -> Result<(), VaultTrouble> {
        Err(absent())
    }

    pub(super) fn remove(&self, _account: Account) -> Result<(), VaultTrouble> {
        Err(absent())
    }
}

fn absent() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Absent,
        message: format!(
            "this program was built without the keyring: {}",
            super::INSTEAD
        ),
    }
}
