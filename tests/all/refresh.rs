//! The refresh on real files, sockets and processes: whatever becomes of them, no grant is lost, none is sent
//! twice, and what cannot be known is said.

mod answers;
#[cfg(unix)]
mod child;
#[cfg(unix)]
mod disk;
mod ending;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(unix)]
mod killed;
#[cfg(unix)]
mod processes;
mod withdrawing;

use crate::stage;
use dineroscope::core::oauth::refresh::{self as tokens, RefreshOutcome};
use dineroscope::core::profile::{KeepTokens, Profile, ProxyChoice};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::kept::{Client, GrantId, KeptGrant};
use dineroscope::core::wire::{CallId, Record};
use dineroscope::edge::http::Door;
use dineroscope::edge::refresh::{self, Order};
use dineroscope::edge::vault::Vault;
use jiff::Timestamp;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// A vault in a folder of its own, with a grant in it.
struct Place {
    root: TempDir,
    vault: Vault,
    kept: KeptGrant,
}

impl Place {
    /// With this grant of a client.
    fn with(token_url: &str, client_id: &str, access_token: &str, refresh_token: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let vault = Vault::at(root.path().join("vault"));
        let kept = KeptGrant {
            id: GrantId::of([7; 32]),
            client: Client {
                token_url: token_url.to_owned(),
                client_id: client_id.to_owned(),
            },
            grant: Grant {
                access_token: Secret::new(access_token),
                token_type: "Bearer".to_owned(),
                refresh_token: Some(Secret::new(refresh_token)),
                id_token: None,
                asked: vec!["offline_access".to_owned()],
                scopes: vec!["offline_access".to_owned()],
                scopes_named: true,
                expires_in: Some(3600),
                obtained_at: Timestamp::from_second(stage::START).unwrap(),
                api_origin: "https://api.dinero.dk".to_owned(),
            },
            keep: KeepTokens::File,
            revoked_at: None,
        };
        vault.keep(&kept).unwrap();
        Self { root, vault, kept }
    }

    /// With a grant of a server at that address.
    fn at(address: impl std::fmt::Display) -> Self {
        let token_url = format!("http://{address}/connect/token");
        Self::with(&token_url, "isv_acme", "old access", "old refresh")
    }

    /// Where the vault is.
    fn folder(&self) -> PathBuf {
        self.root.path().join("vault")
    }

    /// What is kept now.
    fn now(&self) -> Option<Grant> {
        let one = self
            .vault
            .one(&self.kept.client, &self.kept.id, KeepTokens::File);
        one.unwrap().map(|kept| kept.grant)
    }

    /// What is loaded by a program that starts now: the grant, and since when it may be spent.
    fn loaded(&self) -> (Grant, Option<Timestamp>) {
        let loaded = self.vault.load(&self.kept.client, KeepTokens::File);
        assert_eq!(loaded.trouble, None);
        let [(kept, in_the_dark)] = &loaded.grants[..] else {
            panic!("{loaded:?}")
        };
        (kept.grant.clone(), *in_the_dark)
    }

    /// Whether a mark stands.
    fn is_marked(&self) -> bool {
        let mark = self.vault.in_flight(&self.kept.client, &self.kept.id);
        mark.unwrap().is_some()
    }

    /// Refreshes the grant as it was in the beginning.
    async fn refresh(&self) -> (Option<Record>, RefreshOutcome) {
        refresh::refresh(&Door::default(), &self.vault, order(&self.kept), |_| {}).await
    }

    /// The same although its state may not be known.
    async fn refresh_anyway(&self) -> (Option<Record>, RefreshOutcome) {
        let order = Order {
            anyway: true,
            ..order(&self.kept)
        };
        refresh::refresh(&Door::default(), &self.vault, order, |_| {}).await
    }
}

/// What is asked for, for this grant; the secret is the sandbox's.
fn order(kept: &KeptGrant) -> Order {
    let mut profile = Profile {
        client_id: kept.client.client_id.clone(),
        ..stage::visma()
    };
    let token_url = &kept.client.token_url;
    profile.provider.token_url.clone_from(token_url);
    let token = kept.grant.refresh_token.as_ref().unwrap();
    let secret = Secret::new(crate::sandbox::walk::SECRET);
    Order {
        call: CallId(1),
        kept: kept.clone(),
        request: tokens::request(&profile, token, Some(&secret)),
        proxy: ProxyChoice::None,
        body_limit: 1024 * 1024,
        anyway: false,
        patience: Duration::from_mins(1),
    }
}

/// The grant of a refresh that brought one.
fn renewed(outcome: RefreshOutcome) -> Grant {
    match outcome {
        RefreshOutcome::Renewed(grant) => *grant,
        other => panic!("{other:?}"),
    }
}
