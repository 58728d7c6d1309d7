//! Where grants are kept is written into the profile's file, off the UI task.

use super::{App, Found};
use crate::core::profile::edit::Draft;
use crate::core::profile::{KeepTokens, Origin};
use crate::edge::profiles::{Search, write};
use jiff::Timestamp;
use std::path::Path;

impl App {
    /// Writes the choice, once the grants have moved: a place that refuses them is not written down.
    pub(super) fn write_keep_when_kept(&mut self) {
        if self.engine.is_unsettled() {
            return;
        }
        let Some(keep) = self.keep_to_write.take() else {
            return;
        };
        match self.engine.held() {
            Some(held) if held.keep != keep => {
                let text = "Not written into the profile's file: the grant could not be kept there";
                self.ui.say(Timestamp::now(), text);
            }
            _ => self.write_keep(keep),
        }
    }

    /// Writes the choice into the file of the profile in use, if it has one.
    fn write_keep(&self, keep: KeepTokens) {
        let Some(profile) = self.engine.profile() else {
            return;
        };
        let Origin::File { path, .. } = &profile.origin else {
            return;
        };
        let (name, path) = (profile.name.clone(), path.clone());
        let (search, finder) = (self.search.clone(), self.finder.clone());
        tokio::task::spawn_blocking(move || {
            let written = written(&search, &name, &path, keep);
            // The loop may have ended meanwhile; then nobody wants to know.
            let _ = finder.send(Found::KeepWritten(written));
        });
    }

    /// Says what became of it.
    pub(super) fn keep_written(&mut self, written: Result<(), String>) {
        let text = match written {
            Ok(()) => "Written into the profile's file".to_owned(),
            Err(reason) => format!("Holds for this program run only: {reason}"),
        };
        self.ui.say(Timestamp::now(), text);
    }
}

/// Sets the key in the file as it stands now, and leaves the rest of it as it is.
fn written(search: &Search, name: &str, path: &Path, keep: KeepTokens) -> Result<(), String> {
    let opened = write::open(search, name).ok_or("the profile's file is gone")?;
    match &opened.file.origin {
        Origin::File { path: found, .. } if found == path => {}
        _ => return Err("another file of that name takes its place".to_owned()),
    }
    let mut draft = Draft::open(name, opened.file.origin, &opened.text)
        .map_err(|problem| problem.to_string())?;
    draft.set("keep_tokens", keep.name());
    write::save(path, &draft.text(), &opened.version)
        .map(drop)
        .map_err(|trouble| trouble.to_string())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    const PROFILE: &str = "# ours\nprovider = \"visma-connect\"\nclient_id = \"isv_acme\" # of the portal\n\
                           redirect_uri = \"http://localhost:8765/callback\"\n";

    fn search(folder: &Path) -> Search {
        Search {
            named: Some(folder.to_owned()),
            ..Search::default()
        }
    }

    #[test]
    fn one_key_is_written_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("acme.toml");
        std::fs::write(&path, PROFILE).unwrap();
        let search = search(folder.path());
        written(&search, "acme", &path, KeepTokens::Keyring).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("keep_tokens = \"keyring\""), "{text}");
        let rest: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("keep_tokens"))
            .collect();
        assert_eq!(rest, PROFILE.lines().collect::<Vec<_>>());
        written(&search, "acme", &path, KeepTokens::File).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("keep_tokens").count(), 1, "{text}");
    }

    #[test]
    fn a_file_that_is_gone_or_another_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let search = search(folder.path());
        let elsewhere = Path::new("/elsewhere/acme.toml");
        assert!(written(&search, "acme", elsewhere, KeepTokens::File).is_err());
        let path = folder.path().join("acme.toml");
        std::fs::write(&path, PROFILE).unwrap();
        assert!(written(&search, "acme", elsewhere, KeepTokens::File).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), PROFILE);
    }
}
