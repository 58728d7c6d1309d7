//! Where this program keeps things on this machine, by the custom of each system.

use std::path::PathBuf;

/// The program's own folders; none of them is made before something is written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// What the user writes: profiles.
    pub configuration: PathBuf,
    /// What is kept for the user: the vault, and what they trusted.
    pub data: PathBuf,
}

impl Folders {
    /// Those of this user; `None` when the system names no home.
    pub fn of_this_user() -> Option<Self> {
        let folders = directories::ProjectDirs::from("", "", "dineroscope")?;
        Some(Self {
            configuration: folders.config_dir().to_owned(),
            data: folders.data_local_dir().to_owned(),
        })
    }
}

/// The user's own folder; `None` when the system names none.
pub fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|folders| folders.home_dir().to_owned())
}

/// A path as a person types it: `~/` is their own folder.
pub(in crate::edge) fn at_home(path: &str) -> PathBuf {
    let home = directories::BaseDirs::new();
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(path),
    }
}
