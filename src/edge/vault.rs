//! Keeps grants and client secrets: in the system's keyring, or in files that only this user can read.
//!
//! Everything is found by client (token endpoint and client id) alone. Blocking; a keyring is given five
//! seconds. Callers run it off the UI.

pub(in crate::edge) mod files;
pub(in crate::edge) mod mark;

pub use self::files::Part;
use self::files::{ClientFolder, Room, damaged};
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
        }
    }

    /// A vault in this folder.
    pub fn at(folder: PathBuf) -> Self {
        Self {
            folder: Some(folder),
        }
    }

    /// The grants of a client. One that cannot be read is told of; the others come all the same.
    pub fn load(&self, client: &Client, keep: KeepTokens) -> Loaded {
        let part = match keep {
            KeepTokens::Memory => return Loaded::default(),
            KeepTokens::Keyring => Part::Keyring,
            KeepTokens::File => Part::Grant,
        };
        let of_trouble = |trouble| Loaded {
            trouble: Some(trouble),
            ..Loaded::default()
        };
        let folder = match self.client_folder(client) {
            Ok(folder) => folder,
            Err(trouble) => return of_trouble(trouble),
        };
        let found = match folder.all(part) {
            Ok(found) => found,
            Err(trouble) => return of_trouble(trouble),
        };
        let mut loaded = Loaded::default();
        for (path, id) in found {
            let Some(id) = id else {
                let what = "has a name that this program gives to no file";
                loaded.trouble.get_or_insert(damaged(&path, what));
                continue;
            };
            match self.one(client, &id, keep) {
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
        let path = folder.part(id, Part::Grant);
        let text = match keep {
            KeepTokens::Memory => return Ok(None),
            KeepTokens::Keyring => return Err(self.unfinished()),
            KeepTokens::File => folder.read(id, Part::Grant)?,
        };
        let Some(text) = text else { return Ok(None) };
        match KeptGrant::from_json(&text, keep) {
            None => Err(damaged(&path, "holds no grant that can be read")),
            Some(kept) if kept.id != *id || kept.client != *client => {
                Err(damaged(&path, "holds a grant of another name or client"))
            }
            Some(kept) => Ok(Some(kept)),
        }
    }

    /// Keeps a grant durably, in place of what was kept under its name.
    pub fn keep(&self, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        let folder = self.client_folder(&kept.client)?;
        match kept.keep {
            KeepTokens::Memory => Ok(()),
            KeepTokens::Keyring => Err(self.unfinished()),
            KeepTokens::File => folder.write(&kept.id, Part::Grant, &kept.to_json()),
        }
    }

    /// Makes sure that there is room for the grant that will take this one's place.
    pub fn reserve(&self, kept: &KeptGrant) -> Result<Reserved, VaultTrouble> {
        let folder = self.client_folder(&kept.client)?;
        let room = match kept.keep {
            KeepTokens::Memory | KeepTokens::Keyring => None,
            KeepTokens::File => Some(folder.reserve(&kept.id, &kept.to_json())?),
        };
        Ok(Reserved {
            vault: self.clone(),
            room,
        })
    }

    /// Removes a grant with all that belongs to it; one that is not there is removed already. One that is
    /// kept elsewhere, too, stays there.
    pub fn forget(
        &self,
        client: &Client,
        id: &GrantId,
        keep: KeepTokens,
    ) -> Result<(), VaultTrouble> {
        let folder = self.client_folder(client)?;
        match keep {
            KeepTokens::Memory => Ok(()),
            KeepTokens::Keyring => Err(self.unfinished()),
            KeepTokens::File => folder.forget(id, Part::Grant),
        }
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
    pub fn secret(&self, _client: &Client) -> Result<Option<Secret>, VaultTrouble> {
        Err(self.unfinished())
    }

    /// Keeps a client secret in the keyring.
    pub fn keep_secret(&self, _client: &Client, _secret: &Secret) -> Result<(), VaultTrouble> {
        Err(self.unfinished())
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

    fn unfinished(&self) -> VaultTrouble {
        VaultTrouble {
            kind: VaultTroubleKind::Absent,
            message: format!("there is no keyring yet at {:?}", self.folder),
        }
    }
}

impl Reserved {
    /// Keeps the grant in the room that was reserved, durably, in place of the former one.
    pub fn keep(self, kept: &KeptGrant) -> Result<(), VaultTrouble> {
        match self.room {
            Some(room) => room.fill(&kept.to_json()),
            None => self.vault.keep(kept),
        }
    }
}

/// By age, then in an order that is always the same.
fn age(kept: &KeptGrant) -> (Timestamp, &GrantId) {
    (kept.grant.obtained_at, &kept.id)
}
