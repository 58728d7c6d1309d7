//! Grants in a keyring, with one that is made here: what the index in the folder and the entry in the
//! keyring say together, and what a refusal leaves. `tests/foreign` asks a real one.

use crate::kept::{client, kept, renewed};
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::{KeptGrant, VaultTrouble, VaultTroubleKind};
use dineroscope::edge::vault::{Loaded, Part, Vault};
use keyring_core::{CredentialStore, Entry, Error, mock};
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

struct Place {
    _root: TempDir,
    store: Arc<CredentialStore>,
    vault: Vault,
}

impl Place {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let store: Arc<CredentialStore> = mock::Store::new().unwrap();
        Self {
            vault: Vault::at(root.path().join("vault")).with_keyring(store.clone()),
            store,
            _root: root,
        }
    }

    fn entry(&self, kept: &KeptGrant) -> Entry {
        let user = format!("{}/{}", kept.client.key(), kept.id.as_str());
        self.store.build("dineroscope", &user, None).unwrap()
    }

    /// Has the keyring refuse the next call to this grant's entry.
    fn refuse(&self, kept: &KeptGrant, error: Error) {
        let entry = self.entry(kept);
        let entry: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        entry.set_error(error);
    }

    fn load(&self) -> Loaded {
        self.vault.load(&client(), KeepTokens::Keyring)
    }

    fn one(&self, kept: &KeptGrant) -> Result<Option<KeptGrant>, VaultTrouble> {
        self.vault.one(&kept.client, &kept.id, KeepTokens::Keyring)
    }

    fn forget(&self, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        self.vault.forget(&kept.client, &kept.id, kept.keep)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.vault.folder(&client()).unwrap()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

fn in_keyring(number: u8) -> KeptGrant {
    kept(number, KeepTokens::Keyring)
}

#[test]
fn an_entry_of_another_grant_is_not_taken_for_this_one() {
    let place = Place::new();
    let (good, bad) = (in_keyring(1), in_keyring(2));
    place.vault.keep(&good).unwrap();
    place.vault.keep(&bad).unwrap();
    let whole = bad.to_json().expose().to_owned();
    for text in [
        "",
        &whole[..40],
        &whole.replace("connect.visma.com", "evil.example"),
        good.to_json().expose(),
    ] {
        place.entry(&bad).set_secret(text.as_bytes()).unwrap();
        let loaded = place.load();
        assert_eq!(loaded.grants, [(good.clone(), None)]);
        let trouble = loaded.trouble.unwrap();
        assert_eq!(trouble.kind, VaultTroubleKind::Damaged, "{trouble}");
        assert!(!trouble.message.contains("refresh-"), "{trouble}");
    }
    place.entry(&bad).set_secret(b"\xff").unwrap();
    let trouble = place.one(&bad).unwrap_err();
    assert_eq!(trouble.kind, VaultTroubleKind::Damaged);
    place.vault.keep(&bad).unwrap();
    assert_eq!(place.one(&bad), Ok(Some(bad.clone())), "kept anew");

    let folder = place.vault.folder(&client()).unwrap();
    let index = folder.join(Part::Keyring.file_name(&bad.id));
    let text = fs::read_to_string(&index).unwrap();
    fs::write(&index, text.replace("isv_acme", "isv_other")).unwrap();
    let trouble = place.one(&bad).unwrap_err();
    assert_eq!(trouble.kind, VaultTroubleKind::Damaged);
    assert!(trouble.message.contains(index.to_str().unwrap()));
}

#[test]
fn an_entry_that_was_removed_by_hand_is_no_grant_and_no_trouble() {
    let place = Place::new();
    let grant = in_keyring(1);
    place.vault.keep(&grant).unwrap();
    place.entry(&grant).delete_credential().unwrap();
    assert_eq!(place.load(), Loaded::default());
    place.forget(&grant).unwrap();
    assert_eq!(place.names(), [""; 0]);
}

#[test]
fn a_keyring_that_refuses_a_new_grant_leaves_no_trace_of_it() {
    let place = Place::new();
    let grant = in_keyring(1);
    place.refuse(&grant, Error::NoStorageAccess("dismissed".into()));
    let trouble = place.vault.keep(&grant).unwrap_err();
    assert_eq!(trouble.kind, VaultTroubleKind::Locked);
    assert!(trouble.message.contains("dismissed"), "{trouble}");
    assert_eq!(place.names(), [""; 0]);

    place.vault.keep(&grant).unwrap();
    place.refuse(&grant, Error::PlatformFailure("disk full".into()));
    let trouble = place.vault.reserve(&grant).unwrap_err();
    assert_eq!(trouble.kind, VaultTroubleKind::Other);
    assert!(trouble.message.contains("disk full"), "{trouble}");
    place.refuse(&grant, Error::NoStorageAccess("dismissed".into()));
    assert!(place.forget(&grant).is_err());
    assert_eq!(place.one(&grant), Ok(Some(grant)), "it is there as before");
}

#[test]
fn reserving_writes_what_the_keyring_holds_and_never_what_was_held_before() {
    let place = Place::new();
    let old = in_keyring(1);
    let new = renewed(&old, "by another process");
    place.vault.keep(&new).unwrap();
    drop(place.vault.reserve(&old).unwrap());
    assert_eq!(place.one(&old), Ok(Some(new)));
}

#[test]
fn a_grant_that_moves_takes_with_it_what_another_process_made_of_it() {
    let place = Place::new();
    for (from, to) in [
        (KeepTokens::File, KeepTokens::Keyring),
        (KeepTokens::Keyring, KeepTokens::File),
    ] {
        let known = kept(1, from);
        let newer = renewed(&known, "by another process");
        place.vault.keep(&newer).unwrap();
        place.vault.choose(&client(), &known.id).unwrap();
        place
            .vault
            .keep(&KeptGrant {
                keep: to,
                ..known.clone()
            })
            .unwrap();
        place.forget(&known).unwrap();
        let loaded = place.vault.load(&client(), to);
        let moved = KeptGrant { keep: to, ..newer };
        assert_eq!(loaded.grants, [(moved.clone(), None)]);
        assert_eq!(loaded.current, Some(known.id.clone()), "it is chosen still");
        assert_eq!(place.vault.load(&client(), from).grants, []);
        place.forget(&moved).unwrap();
        assert_eq!(place.names(), [""; 0]);
    }
}

#[test]
fn a_client_secret_stands_apart_from_the_grants() {
    let place = Place::new();
    let grant = in_keyring(1);
    place.vault.keep(&grant).unwrap();
    assert_eq!(place.vault.secret(&client()), Ok(None));
    let secret = Secret::new("only/tests");
    place.vault.keep_secret(&client(), &secret).unwrap();
    place.forget(&grant).unwrap();
    assert_eq!(place.vault.secret(&client()), Ok(Some(secret)));
}
