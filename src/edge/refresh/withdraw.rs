//! Takes a revoked refresh token out of the place where its grant is kept.
//!
//! Under the lock of the grant, because another process may have refreshed it meanwhile: what that one kept
//! is newer, and is left as it is.

use super::lock::{Lock, NotLocked};
use super::off;
use crate::core::secret::Secret;
use crate::core::token::kept::{KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::edge::vault::{Part, Vault};
use std::time::Duration;

/// Keeps the grant without that token, where the token is what is kept. Fails when the lock is not to be had in
/// that time, or when the vault fails.
pub async fn withdraw(
    vault: &Vault,
    kept: KeptGrant,
    token: Secret,
    patience: Duration,
) -> Result<(), VaultTrouble> {
    let (keeper, client) = (vault.clone(), kept.client.clone());
    let folder = off(move || keeper.folder(&client)).await??;
    let path = folder.join(Part::Lock.file_name(&kept.id));
    let lock = Lock::take(&path, patience).await.map_err(not_locked)?;
    let keeper = vault.clone();
    let done = off(move || {
        let standing = keeper.one(&kept.client, &kept.id, kept.keep)?;
        let is_it = standing.is_some_and(|it| it.grant.refresh_token.as_ref() == Some(&token));
        if is_it { keeper.keep(&kept) } else { Ok(()) }
    })
    .await?;
    drop(lock);
    done
}

/// Why the lock is not held, as a trouble of the vault.
fn not_locked(reason: NotLocked) -> VaultTrouble {
    match reason {
        NotLocked::Trouble(trouble) => trouble,
        NotLocked::Busy(holder) => VaultTrouble {
            kind: VaultTroubleKind::Other,
            message: format!(
                "the revoked refresh token is still kept, because the grant is in the hands of {holder}: \
                 forget the grant once that has ended"
            ),
        },
    }
}
