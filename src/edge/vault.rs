//! Keeps grants and client secrets: in the system's keyring, or in files that only this user can read.
//!
//! Everything is found by client (token endpoint and client id) alone. Blocking; a keyring is given five
//! seconds. Callers run it off the UI.

pub(in crate::edge) mod files;
#[cfg_attr(not(feature = "keyring"), path = "vault/no_keyring.rs")]
mod keyring;
pub(in crate::edge) mod mark;
mod room;

pub use self::files::Part;
use self::files::{ClientFolder, damaged};
use self::keyring::{Account, Keyring};
use self::room::Room;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};
use crate::edge::folders::Folders;
use jiff::Timestamp;
use serde_json::json;
use std::path::PathBuf;

/// What is offered where there is no keyring.
const INSTEAD: &str = "keep tokens in files (`keep_tokens = \"file\"`) or in memory, and take the client \
                       secret from an environment variable, a command or the prompt";

/// Where grants and secrets are kept.
#[derive(Debug, Clone)]
pub struct Vault {
    folder: Option<PathBuf>,
    keyring: Keyring,
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

/// Room for the grant that a refresh will bring, so that a disk that fills up meanwhile cannot lose it.
/// Dropped, it gives the room back.
#[derive(Debug)]
pub struct Reserved {
    vault: Vault,
    room: Option<Room>,
}

impl Vault {
    /// The vault of this user: the system's keyring, and the data folder.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data.join("vault")),
            keyring: Keyring::of_the_system(),
        }
    }

    /// A vault in this folder, with the system's keyring.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            folder: Some(folder),
            keyring: Keyring::of_the_system(),
        }
    }

    /// The same vault with another keyring.
    #[cfg(feature = "keyring")]
    #[must_use]
    pub fn with_keyring(self, store: std::sync::Arc<keyring_core::CredentialStore>) -> Self {
        Self {
            keyring: Keyring::of(store),
            ..self
        }
    }

    /// The grants of a client. One that cannot be read is told of; the others come all the same.
    pub fn load(&self, client: &Client, keep: KeepTokens) -> Loaded {
        let mut loaded = Loaded::default();
        let Some(part) = part_of(keep) else {
            return loaded;
        };
        let folder = match self.client_folder(client) {
            Ok(folder) => folder,
            Err(trouble) => return Loaded::of_trouble(trouble),
        };
        let found = match folder.all(part) {
            Ok(found) => found,
            Err(trouble) => return Loaded::of_trouble(trouble),
        };
        let mut ids = Vec::new();
        for (path, id) in found {
            if let Some(id) = id {
                ids.push(id);
            } else {
                let what = "has a name that this program gives to no file";
                loaded.trouble.get_or_insert(damaged(&path, what));
            }
        }
        let grants = match keep {
            KeepTokens::Keyring => self.in_keyring(&folder, client, &ids),
            _ => Ok(ids.iter().map(|id| in_file(&folder, client, id)).collect()),
        };
        for grant in grants.unwrap_or_else(|trouble| vec![Err(trouble)]) {
            match grant {
                Ok(Some(kept)) => {
                    let in_the_dark = folder.in_the_dark(&kept);
                    loaded.grants.push((kept, in_the_dark));
                }
                Ok(None) => {}
                Err(trouble) => {
                    loaded.trouble.get_or_insert(trouble);
                }
            }
        }
        loaded
            .grants
            .sort_by(|(one, _), (other, _)| age(one).cmp(&age(other)));
        loaded.current = folder
            .current()
            .filter(|id| loaded.grants.iter().any(|(kept, _)| kept.id == *id));
        loaded
    }

    /// One grant as it is kept now; `None` when it is not.
    pub fn one(
        &self,
        client: &Client,
        id: &GrantId,
        keep: KeepTokens,
    ) -> Result<Option<KeptGrant>, VaultTrouble> {
        let folder = self.client_folder(client)?;
        match keep {
            KeepTokens::Memory => Ok(None),
            KeepTokens::File => in_file(&folder, client, id),
            KeepTokens::Keyring if !folder.has(id, Part::Keyring) => Ok(None),
            KeepTokens::Keyring => {
                let grants = self.in_keyring(&folder, client, std::slice::from_ref(id))?;
                grants.into_iter().next().unwrap_or(Ok(None))
            }
        }
    }

    /// Keeps a grant durably, in place of what was kept under its name. One that moves here from another
    /// place, where another process has refreshed it since, comes with what it is there: the tokens that are
    /// known here are spent.
    pub fn keep(&self, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        let elsewhere = match kept.keep {
            KeepTokens::Memory => return Ok(()),
            KeepTokens::Keyring => KeepTokens::File,
            KeepTokens::File => KeepTokens::Keyring,
        };
        let folder = self.client_folder(&kept.client)?;
        let stands = |keep| part_of(keep).is_some_and(|part| folder.has(&kept.id, part));
        if !stands(kept.keep)
            && stands(elsewhere)
            && let Ok(Some(there)) = self.one(&kept.client, &kept.id, elsewhere)
            && there.grant.obtained_at > kept.grant.obtained_at
        {
            let moved = KeptGrant {
                keep: kept.keep,
                ..there
            };
            return self.put(&folder, &moved);
        }
        self.put(&folder, kept)
    }

    /// Makes sure that there is room for the grant that will take this one's place. A keyring reserves
    /// nothing; that it is open and can be written is made sure of by writing there once more what it holds.
    pub fn reserve(&self, kept: &KeptGrant) -> Result<Reserved, VaultTrouble> {
        let folder = self.client_folder(&kept.client)?;
        let mut room = None;
        match kept.keep {
            KeepTokens::Memory => {}
            KeepTokens::Keyring => {
                let account = Account::of_grant(&kept.client, &kept.id);
                self.keyring.rewrite(account, kept.to_json())?;
            }
            KeepTokens::File => room = Some(folder.reserve(&kept.id, &kept.to_json())?),
        }
        Ok(Reserved {
            vault: self.clone(),
            room,
        })
    }

    /// Removes a grant with all that belongs to it; one that is not there is removed already. One that is
    /// kept elsewhere, too, stays there. While another process refreshes it, it is not removed.
    pub fn forget(
        &self,
        client: &Client,
        id: &GrantId,
        keep: KeepTokens,
    ) -> Result<(), VaultTrouble> {
        let folder = self.client_folder(client)?;
        let Some(part) = part_of(keep) else {
            return Ok(());
        };
        let _locked = folder.lock(id)?;
        if part == Part::Keyring && folder.has(id, part) {
            self.keyring.remove(Account::of_grant(client, id))?;
        }
        folder.forget(id, part)
    }

    /// Remembers which grant of a client is the current one.
    pub fn choose(&self, client: &Client, id: &GrantId) -> Result<(), VaultTrouble> {
        self.client_folder(client)?.choose(id)
    }

    /// The folder of a client, made when it is not there; [`Part::file_name`] says what stands in it.
    pub fn folder(&self, client: &Client) -> Result<PathBuf, VaultTrouble> {
        let folder = self.client_folder(client)?;
        folder.make().map(ToOwned::to_owned)
    }

    /// When the refresh was sent whose mark stands here, in the dark or not; `None` without a mark.
    pub fn in_flight(
        &self,
        client: &Client,
        id: &GrantId,
    ) -> Result<Option<Timestamp>, VaultTrouble> {
        let mark = self.client_folder(client)?.in_flight(id);
        Ok(mark.map(|mark| mark.sent_at))
    }

    /// The client secret in the keyring; `None` when none is kept for this client.
    pub fn secret(&self, client: &Client) -> Result<Option<Secret>, VaultTrouble> {
        let read = self.keyring.read(vec![Account::of_secret(client)])?;
        read.into_iter().next().unwrap_or(Ok(None))
    }

    /// Keeps a client secret in the keyring.
    pub fn keep_secret(&self, client: &Client, secret: &Secret) -> Result<(), VaultTrouble> {
        self.keyring
            .write(Account::of_secret(client), secret.clone())
    }

    /// Writes a grant where it is kept.
    fn put(&self, folder: &ClientFolder, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        let (id, client) = (&kept.id, &kept.client);
        match kept.keep {
            KeepTokens::Memory => Ok(()),
            KeepTokens::File => folder.write(id, Part::Grant, &kept.to_json()),
            KeepTokens::Keyring => {
                // The index first: what stands in the keyring is then always found, and can be forgotten.
                let is_new = !folder.has(id, Part::Keyring);
                folder.write(id, Part::Keyring, &index_of(client))?;
                let account = Account::of_grant(client, id);
                let written = self.keyring.write(account, kept.to_json());
                // One that said nothing may still write it.
                let is_certain = |it: &VaultTrouble| it.kind != VaultTroubleKind::Silent;
                if is_new && written.as_ref().is_err_and(is_certain) {
                    folder.forget(id, Part::Keyring)?;
                }
                written
            }
        }
    }

    /// These grants of a client in the keyring, each in its place; all of them within the keyring's time.
    fn in_keyring(
        &self,
        folder: &ClientFolder,
        client: &Client,
        ids: &[GrantId],
    ) -> Result<Vec<Result<Option<KeptGrant>, VaultTrouble>>, VaultTrouble> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let account = |id| Account::of_grant(client, id);
        let read = self.keyring.read(ids.iter().map(account).collect())?;
        let grants = ids.iter().zip(read).map(|(id, text)| {
            let index = folder.part(id, Part::Keyring);
            let Some(entry) = folder.read(id, Part::Keyring)? else {
                return Ok(None);
            };
            if entry.expose() != index_of(client).expose() {
                return Err(damaged(&index, "is the index entry of another client"));
            }
            match text? {
                None => Ok(None),
                Some(text) => checked(&text, client, id, KeepTokens::Keyring)
                    .map_err(|what| damaged(&index, &format!("stands for an entry that {what}"))),
            }
        });
        Ok(grants.collect())
    }

    /// The folder of a client, whether it is there or not.
    fn client_folder(&self, client: &Client) -> Result<ClientFolder, VaultTrouble> {
        match &self.folder {
            Some(folder) => Ok(ClientFolder::at(folder.join(client.key()))),
            None => Err(VaultTrouble {
                kind: VaultTroubleKind::Disk,
                message: "the system names no home folder to keep anything in: set HOME, or XDG_DATA_HOME"
                    .to_owned(),
            }),
        }
    }
}

impl Loaded {
    /// Nothing could be read.
    fn of_trouble(trouble: VaultTrouble) -> Self {
        Self {
            trouble: Some(trouble),
            ..Self::default()
        }
    }
}

impl Reserved {
    /// Keeps the grant in the room that was reserved, durably, in place of the former one.
    pub fn keep(self, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        if let Some(room) = self.room {
            return room.fill(&kept.to_json());
        }
        let folder = self.vault.client_folder(&kept.client)?;
        self.vault.put(&folder, kept)
    }
}

/// By age, then in an order that is always the same.
fn age(kept: &KeptGrant) -> (Timestamp, &GrantId) {
    (kept.grant.obtained_at, &kept.id)
}

/// The file that says that a grant is kept there.
fn part_of(keep: KeepTokens) -> Option<Part> {
    match keep {
        KeepTokens::Memory => None,
        KeepTokens::Keyring => Some(Part::Keyring),
        KeepTokens::File => Some(Part::Grant),
    }
}

/// A grant that is kept in a file.
fn in_file(
    folder: &ClientFolder,
    client: &Client,
    id: &GrantId,
) -> Result<Option<KeptGrant>, VaultTrouble> {
    let Some(text) = folder.read(id, Part::Grant)? else {
        return Ok(None);
    };
    checked(&text, client, id, KeepTokens::File)
        .map_err(|what| damaged(&folder.part(id, Part::Grant), what))
}

/// The grant in a text that was kept for this client under this name, or what else it is.
fn checked(
    text: &Secret,
    client: &Client,
    id: &GrantId,
    keep: KeepTokens,
) -> Result<Option<KeptGrant>, &'static str> {
    match KeptGrant::from_json(text, keep) {
        None => Err("holds no grant that can be read"),
        Some(kept) if kept.id != *id || kept.client != *client => {
            Err("holds a grant of another name or client")
        }
        Some(kept) => Ok(Some(kept)),
    }
}

/// What stands in the index for a grant in the keyring. It holds no secret.
fn index_of(client: &Client) -> Secret {
    let index = json!({
        "v": 1,
        "token_url": client.token_url,
        "client_id": client.client_id,
        "keep": KeepTokens::Keyring.name(),
    });
    Secret::new(index.to_string())
}
