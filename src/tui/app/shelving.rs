//! Reads and writes profile files off this task: a folder may be on a disk that hangs, a keyring may ask.

use super::{App, Found, World};
use crate::edge::folders;
use crate::edge::profiles::write::{self, WriteTrouble};
use crate::edge::profiles::{self, Search};
use crate::edge::vault::Vault;
use crate::tui::ui::act::Stage;
use crate::tui::ui::shelf::{self, Entry};
use crate::tui::ui::shelving::{Change, Outcome, Write};
use jiff::Timestamp;

impl App {
    /// Reads every profile file anew.
    pub(super) fn read_profiles(&self) {
        let (search, finder) = (self.search.clone(), self.finder.clone());
        tokio::task::spawn_blocking(move || {
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::All(found(&search)));
        });
    }

    /// Looks for a profile; `stays` says that the screen does not follow it.
    pub(super) fn look_for(&self, name: String, stays: bool) {
        let (search, finder) = (self.search.clone(), self.finder.clone());
        tokio::task::spawn_blocking(move || {
            let file = profiles::find(&search, &name).map(Box::new);
            let _ = finder.send(Found::One { name, file, stays });
        });
    }

    /// Writes, then reads every file anew, so that what is shown is what stands there.
    pub(super) fn write(&self, write: Write) {
        let (search, finder) = (self.search.clone(), self.finder.clone());
        let vault = self.vault.clone();
        tokio::task::spawn_blocking(move || {
            let outcome = carry_out(&write.what, &vault);
            let _ = finder.send(Found::Written {
                write: Box::new(write),
                outcome,
                found: found(&search),
            });
        });
    }

    /// Takes what came of a write.
    pub(super) fn written(
        &mut self,
        world: &mut World,
        write: &Write,
        outcome: Outcome,
        found: shelf::Found,
    ) {
        self.ui.shelf.take(found, self.engine.profile());
        let stage = Stage {
            engine: &self.engine,
            areas: &self.areas,
            now: Timestamp::now(),
            zone: &self.zone,
        };
        let reactions = self.ui.wrote(write, outcome, &stage);
        self.react(world, reactions);
    }
}

/// Every profile file, and where new ones go. Blocking.
pub fn found(search: &Search) -> shelf::Found {
    shelf::Found {
        entries: write::open_all(search).into_iter().map(Entry::of).collect(),
        home: write::home_of_new(search),
        user: folders::home(),
    }
}

/// Makes a change on the disk or in the keyring. Blocking.
pub fn carry_out(change: &Change, vault: &Vault) -> Outcome {
    let done = |result: Result<(), WriteTrouble>| match result {
        Ok(()) => Outcome::Done,
        Err(WriteTrouble::ChangedOutside { .. }) => Outcome::ChangedOutside,
        Err(trouble) => Outcome::Failed(trouble.to_string()),
    };
    match change {
        Change::Save {
            path,
            text,
            expected,
        } => done(write::save(path, text.expose(), expected).map(drop)),
        Change::Create { folder, name, text } => {
            done(write::create(folder, name, text.expose()).map(drop))
        }
        Change::Remove { path, expected } => done(write::remove(path, expected)),
        Change::MoveSecret { path, expected } => match write::move_secret(vault, path, expected) {
            Ok(_) => Outcome::Done,
            Err(why) => Outcome::Failed(why),
        },
        Change::KeepSecret { client, secret } => match vault.keep_secret(client, secret) {
            Ok(()) => Outcome::Done,
            Err(trouble) => Outcome::Failed(trouble.message),
        },
    }
}
