//! A grant in the keyring is refreshed by the same protocol; the mark and the lock are files all the same.

use super::answers::{TOKENS, answer, says};
use super::{Place, order};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::{KeptGrant, VaultTroubleKind};
use dineroscope::edge::http::Door;
use dineroscope::edge::refresh::{Point, refresh};
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error, mock};
use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A keyring that can be locked.
#[derive(Debug)]
struct Lockable {
    store: Arc<mock::Store>,
    is_locked: Arc<AtomicBool>,
}

impl CredentialStoreApi for Lockable {
    fn vendor(&self) -> String {
        "a keyring of these tests".to_owned()
    }

    fn id(&self) -> String {
        "1".to_owned()
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        _modifiers: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        if self.is_locked.load(Ordering::SeqCst) {
            return Err(Error::NoStorageAccess("it is locked".into()));
        }
        self.store.build(service, user, None)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A grant in a keyring, at a server that gives new tokens; and what locks the keyring.
async fn in_a_keyring() -> (Place, Arc<AtomicBool>) {
    let mut place = Place::at(says(answer("200 OK", TOKENS)).await);
    let is_locked = Arc::<AtomicBool>::default();
    let keyring = Lockable {
        store: mock::Store::new().unwrap(),
        is_locked: is_locked.clone(),
    };
    let KeptGrant { client, id, .. } = &place.kept;
    place.vault.forget(client, id, KeepTokens::File).unwrap();
    place.vault = place.vault.with_keyring(Arc::new(keyring));
    place.kept.keep = KeepTokens::Keyring;
    place.vault.keep(&place.kept).unwrap();
    (place, is_locked)
}

/// The kept access token, and whether it may be spent.
fn kept(place: &Place) -> (Secret, bool) {
    let loaded = place.vault.load(&place.kept.client, KeepTokens::Keyring);
    let [(kept, in_the_dark)] = &loaded.grants[..] else {
        panic!("{loaded:?}")
    };
    (kept.grant.access_token.clone(), in_the_dark.is_some())
}

#[tokio::test]
async fn new_tokens_take_the_place_of_the_old_ones() {
    let (place, _) = in_a_keyring().await;
    let (_, outcome) = place.refresh().await;
    assert!(matches!(outcome, RefreshOutcome::Renewed(_)), "{outcome:?}");
    assert_eq!(kept(&place), (Secret::new("new access"), false));
    assert_eq!(place.now(), None, "nothing of it is in a file");
}

#[tokio::test]
async fn a_keyring_that_is_locked_before_is_sent_nothing_for() {
    let (place, is_locked) = in_a_keyring().await;
    is_locked.store(true, Ordering::SeqCst);
    let (record, outcome) = place.refresh().await;
    assert_eq!(record, None);
    match outcome {
        RefreshOutcome::NotSent(trouble) => assert_eq!(trouble.kind, VaultTroubleKind::Locked),
        other => panic!("{other:?}"),
    }
    is_locked.store(false, Ordering::SeqCst);
    assert_eq!(kept(&place), (Secret::new("old access"), false));
}

#[tokio::test]
async fn what_comes_while_the_keyring_is_locked_is_held_and_the_mark_stays() {
    let (place, is_locked) = in_a_keyring().await;
    let locks = |point| {
        if point == Point::Answered {
            is_locked.store(true, Ordering::SeqCst);
        }
    };
    let (_, outcome) = refresh(&Door::default(), &place.vault, order(&place.kept), locks).await;
    match outcome {
        RefreshOutcome::RenewedNotKept(grant, trouble) => {
            assert_eq!(grant.access_token, Secret::new("new access"));
            assert_eq!(trouble.kind, VaultTroubleKind::Locked);
        }
        other => panic!("{other:?}"),
    }
    is_locked.store(false, Ordering::SeqCst);
    assert_eq!(kept(&place), (Secret::new("old access"), true));
}
