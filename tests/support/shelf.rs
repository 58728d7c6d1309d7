//! Profile folders of a test, and the profiles screen over them.

use crate::picture::Picture;
use crate::stage::{Point, engine_at};
use dineroscope::core::engine::message::Command;
use dineroscope::edge::profiles::{Search, find};
use dineroscope::edge::vault::Vault;
use dineroscope::tui::app::{carry_out, found};
use dineroscope::tui::ui::act::{Reaction, Stage};
use dineroscope::tui::ui::shelving::{Outcome, Write};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A profile of one's own, complete.
pub(crate) const ACME: &str = r#"# our own client
title = "Acme integration, dev"
provider = "visma-connect"
client_id = "isv_acme_dev"             # as in the portal
client_secret = { env = "ACME_SECRET" }
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read", "dineropublicapi:write", "offline_access"]

[scope_sets]
read-only = ["dineropublicapi:read"]

[authorize]
pkce = "S256"
ui_locales = "da-DK"
"#;

/// One with its secret in plain text.
const PLAIN: &str = r#"provider = "visma-connect"
client_id = "isv_aeroe"
client_secret = "hunter2-plain-in-the-file"
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read"]
"#;

/// One with several mistakes.
const BROKEN: &str = r#"provider = "visma-conect"
client_id = "isv_acme stage"
redirect_uri = "localhost"
scopes = ["dineropublicapi:read"]
colour = "red"
"#;

/// Folders with profiles: one beside, one of the user.
pub(crate) struct Folders {
    pub(crate) home: TempDir,
    pub(crate) search: Search,
}

impl Folders {
    /// Four files in two folders; one is broken, one is hidden, one has its secret in plain text.
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let beside = home.path().join("work/profiles");
        let configuration = home.path().join(".config/dineroscope/profiles");
        fs::create_dir_all(&beside).unwrap();
        fs::create_dir_all(&configuration).unwrap();
        fs::write(beside.join("acme-dev.toml"), ACME).unwrap();
        fs::write(beside.join("acme-stage.toml"), BROKEN).unwrap();
        fs::write(configuration.join("acme-dev.toml"), ACME).unwrap();
        fs::write(configuration.join("ærø-regnskab.toml"), PLAIN).unwrap();
        let search = Search {
            named: None,
            beside: Some(beside),
            configuration: Some(configuration),
        };
        Self { home, search }
    }

    /// The folders of a machine on which nobody made a profile yet.
    pub(crate) fn empty() -> Self {
        let home = tempfile::tempdir().unwrap();
        let search = Search {
            named: None,
            beside: Some(home.path().join("work/profiles")),
            configuration: Some(home.path().join(".config/dineroscope/profiles")),
        };
        Self { home, search }
    }

    /// A file of the configuration folder.
    pub(crate) fn kept(&self, name: &str) -> PathBuf {
        self.home
            .path()
            .join(".config/dineroscope/profiles")
            .join(format!("{name}.toml"))
    }

    /// A file of the folder beside.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home
            .path()
            .join("work/profiles")
            .join(format!("{name}.toml"))
    }

    /// The profiles screen over these folders, with that profile in use if it is one.
    pub(crate) fn screen(&self, used: &str, size: (u16, u16)) -> Picture {
        let mut picture = Picture::new(engine_at(Point::Blank), 2, size);
        if let Some(profile) = find(&self.search, used).and_then(|file| file.profile) {
            let command = Command::UseProfile(Box::new(profile));
            picture.engine.command(picture.now, command);
        }
        let reactions = picture.press("P");
        self.react(&mut picture, reactions);
        picture
    }

    /// Presses keys and does what they ask of the world; what is left comes back.
    pub(crate) fn press(&self, picture: &mut Picture, keys: &str) -> Vec<Reaction> {
        let reactions = picture.press(keys);
        self.react(picture, reactions)
    }

    /// Reads and writes as the program would.
    fn react(&self, picture: &mut Picture, reactions: Vec<Reaction>) -> Vec<Reaction> {
        let mut left = Vec::new();
        for reaction in reactions {
            match reaction {
                Reaction::ReadProfiles => self.read(picture),
                Reaction::Write(write) => {
                    let outcome = carry_out(&write.what, &self.vault());
                    left.extend(self.wrote(picture, &write, outcome));
                }
                other => left.push(other),
            }
        }
        picture.draw();
        left
    }

    /// The folders as they are now.
    pub(crate) fn read(&self, picture: &mut Picture) {
        let mut found = found(&self.search);
        found.user = Some(self.home.path().to_owned());
        picture.ui.shelf.take(found, picture.engine.profile());
        picture.draw();
    }

    /// What came of a write, after the folders were read anew.
    pub(crate) fn wrote(
        &self,
        picture: &mut Picture,
        write: &Write,
        outcome: Outcome,
    ) -> Vec<Reaction> {
        self.read(picture);
        let zone = Picture::zone();
        let stage = Stage {
            engine: &picture.engine,
            areas: &picture.areas,
            now: picture.now,
            zone: &zone,
        };
        picture.ui.wrote(write, outcome, &stage)
    }

    fn vault(&self) -> Vault {
        Vault::at(self.home.path().join("vault"))
    }
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
