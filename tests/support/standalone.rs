//! The sandbox in a process of its own, and logins against it.

use crate::browser::visit;
use crate::leak::holds_a_token;
use crate::quiet::{Ended, Place, Running};
use serde_json::Value;
use std::path::PathBuf;

/// What the sandbox's client must never be seen to send.
pub(crate) const SECRET: &str = "a-secret-of-the-sandbox-only";

/// A sandbox in a process of its own, its profile saved as `sb`.
pub(crate) struct Sandbox {
    /// Where its profile stands.
    pub(crate) place: Place,
    /// Its profile as printed.
    pub(crate) profile: String,
    _running: Running,
}

impl Sandbox {
    /// Starts one that decides by itself.
    pub(crate) fn deciding(consent: &str) -> Self {
        Self::start(&["--consent", consent])
    }

    /// Starts one with these arguments.
    pub(crate) fn start(more: &[&str]) -> Self {
        let place = Place::new();
        let mut arguments = vec!["sandbox", "--print-profile"];
        arguments.extend(more);
        let command = place.command(&arguments);
        let mut running = Running::start(command);
        let mut profile = String::new();
        while !profile.contains("base_url") {
            profile.push_str(&running.line().unwrap());
            profile.push('\n');
        }
        place.profile("sb", &profile);
        Self {
            place,
            profile,
            _running: running,
        }
    }

    /// Begins a login with its profile.
    pub(crate) fn login(&self, more: &[&str]) -> Running {
        Running::start(self.command(more))
    }

    /// Has grants of its profile kept in files.
    pub(crate) fn keeping(mut self) -> Self {
        self.profile = self
            .profile
            .replace("scopes = ", "keep_tokens = \"file\"\nscopes = ");
        self.place.profile("sb", &self.profile);
        self
    }

    /// Signs in once; what is kept then is there for other commands.
    pub(crate) fn signed_in(self) -> Self {
        let mut login = self.login(&["--json"]);
        visit(&link_of(&login.until("link")));
        let ended = login.end();
        assert_eq!(ended.exit, 0, "{ended:?}");
        self
    }

    /// Runs a command with its profiles.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.place.run_trusted(arguments)
    }

    /// The same, not yet started.
    pub(crate) fn command(&self, more: &[&str]) -> std::process::Command {
        let mut arguments = vec!["login", "sb", "--profiles", "trusted", "--no-browser"];
        if !more.contains(&"--timeout") {
            arguments.extend(["--timeout", "60s"]);
        }
        arguments.extend(more);
        self.place.command(&arguments)
    }
}

/// The address of a `link` event.
pub(crate) fn link_of(event: &Value) -> String {
    event["url"].as_str().unwrap().to_owned()
}

/// Neither output holds one of these.
pub(crate) fn assert_unseen(ended: &Ended, secrets: &[&str]) {
    for secret in secrets {
        for text in [&ended.output, &ended.talk] {
            assert!(!text.contains(secret), "`{secret}` is seen in {ended:?}");
        }
    }
    for text in [&ended.output, &ended.talk] {
        assert!(!holds_a_token(text), "a token is seen in {ended:?}");
    }
}

/// The files in which grants are kept below a home.
pub(crate) fn kept_files(place: &Place) -> Vec<PathBuf> {
    let vault = place.path().join(".local/share/dineroscope/vault");
    let Ok(clients) = std::fs::read_dir(vault) else {
        return Vec::new();
    };
    let folders = clients.map(|client| client.unwrap().path());
    let mut files: Vec<PathBuf> = folders
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "grant"))
        .collect();
    files.sort();
    files
}

/// The grant that is kept, as it is written; there must be one.
pub(crate) fn kept(place: &Place) -> Value {
    let files = kept_files(place);
    let [only] = files.as_slice() else {
        panic!("not one grant: {files:?}");
    };
    serde_json::from_slice(&std::fs::read(only).unwrap()).unwrap()
}

/// Makes every kept token two hours older, so that it is spent.
pub(crate) fn spend(place: &Place) {
    for path in kept_files(place) {
        let mut grant: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let obtained: jiff::Timestamp = grant["obtained_at"].as_str().unwrap().parse().unwrap();
        let earlier = obtained - jiff::SignedDuration::from_hours(2);
        grant["obtained_at"] = earlier.to_string().into();
        std::fs::write(&path, grant.to_string()).unwrap();
    }
}
