//! Moving a plain client secret out of a profile file into the keyring: it is never nowhere.
#![cfg(feature = "keyring")]

use dineroscope::core::token::kept::Client;
use dineroscope::edge::profiles::Search;
use dineroscope::edge::profiles::write::{Opened, move_secret, open};
use dineroscope::edge::vault::Vault;
use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error, mock};
use std::any::Any;
use std::collections::HashMap;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

/// A file with a secret in it, and comments around.
const PLAIN: &str = "# mine\r\n\
    provider = \"visma-connect\"\r\n\
    client_id = \"isv_acme\"\r\n\
    client_secret = \"hunter2hunter2\"   # to be moved\r\n\
    redirect_uri = \"http://localhost:8765/callback\"\r\n\
    scopes = [\"dineropublicapi:read\"]";

/// A folder of profiles with `acme.toml` of that text in it.
fn folder(text: &str) -> (TempDir, Search) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("acme.toml"), text).unwrap();
    let search = Search {
        named: Some(root.path().to_owned()),
        ..Search::default()
    };
    (root, search)
}

fn acme(search: &Search) -> Opened {
    open(search, "acme").unwrap()
}

/// A keyring in this process.
#[derive(Debug)]
enum Keyring {
    Sound(Arc<mock::Store>),
    Locked,
    Forgetful,
}

impl CredentialStoreApi for Keyring {
    fn vendor(&self) -> String {
        "a test".to_owned()
    }

    fn id(&self) -> String {
        format!("{self:?}")
    }

    fn build(
        &self,
        service: &str,
        user: &str,
        _label: Option<&HashMap<&str, &str>>,
    ) -> keyring_core::Result<Entry> {
        match self {
            Self::Sound(store) => store.build(service, user, None),
            Self::Locked => Err(Error::NoStorageAccess("it is locked".into())),
            // Anew each time, so nothing is there that was put there.
            Self::Forgetful => mock::Store::new()?.build(service, user, None),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn sound() -> Keyring {
    Keyring::Sound(mock::Store::new().unwrap())
}

/// A vault with that keyring.
fn vault(root: &TempDir, keyring: Keyring) -> Vault {
    Vault::at(root.path().join("vault")).with_keyring(Arc::new(keyring))
}

#[test]
fn a_plain_secret_moves_into_the_keyring_and_out_of_the_file() {
    let (root, search) = folder(PLAIN);
    let path = root.path().join("acme.toml");
    let (vault, opened) = (vault(&root, sound()), acme(&search));
    let client = Client::of(opened.file.profile.as_ref().unwrap());
    let version = move_secret(&vault, &path, &opened.version).unwrap();
    let moved = PLAIN.replace("\"hunter2hunter2\"", "{ keyring = true }");
    assert_eq!(fs::read_to_string(&path).unwrap(), moved);
    assert_eq!(acme(&search).version, version);
    let kept = vault.secret(&client).unwrap().unwrap();
    assert_eq!(kept.expose(), "hunter2hunter2");
    let message = move_secret(&vault, &path, &version).unwrap_err();
    assert!(message.contains("nothing to move"), "{message}");
}

#[test]
fn a_secret_that_cannot_be_moved_stays_where_it_is() {
    let (root, search) = folder(PLAIN);
    let path = root.path().join("acme.toml");
    let version = acme(&search).version;
    for (vault, text, part) in [
        (vault(&root, Keyring::Locked), PLAIN.to_owned(), ""),
        (
            vault(&root, Keyring::Forgetful),
            PLAIN.to_owned(),
            "does not give it back",
        ),
        (
            vault(&root, sound()),
            PLAIN.replace("[\"", "{\""),
            "mend them first",
        ),
        (
            vault(&root, sound()),
            PLAIN.replace("isv_acme", "<yours>"),
            "`client_id`",
        ),
    ] {
        fs::write(&path, &text).unwrap();
        let message = move_secret(&vault, &path, &acme(&search).version).unwrap_err();
        assert!(message.contains(part), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    let message = move_secret(&vault(&root, sound()), &path, &version).unwrap_err();
    assert!(message.contains("changed by somebody else"), "{message}");
    let left = fs::read_to_string(&path).unwrap();
    assert!(left.contains("hunter2hunter2"));
}
