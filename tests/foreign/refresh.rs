//! Refresh tokens of a server that nobody here wrote: rotated at each use, and revoked all together when
//! one of them comes a second time.

use crate::browser::{Decision, Site};
use crate::leak::holds_a_token;
use crate::program::Program;
use crate::provider::{Client, ProfileFile, Provider, SECRET};
use crate::{assert_accepted, walk};
use serde_json::Value;
use std::path::Path;

/// A command about the kept tokens of a profile: exit code, what it printed, what it said.
pub(crate) fn token(
    home: &Path,
    profile: &ProfileFile,
    arguments: &[&str],
) -> (i32, Value, String) {
    let folder = profile.folder.path().to_str().unwrap();
    let begin = ["token", &profile.name];
    let end = ["--json", "--profiles", folder];
    Program::said(home, &[&begin, arguments, &end].concat())
}

/// Access and refresh token as they are kept.
fn kept(home: &Path, profile: &ProfileFile) -> [String; 2] {
    let (exit, shown, talk) = token(home, profile, &["show", "--show-secrets"]);
    assert_eq!(exit, 0, "{talk}");
    let grants = shown["grants"].as_array().unwrap();
    assert_eq!(grants.len(), 1, "{shown}");
    ["access_token", "refresh_token"].map(|name| grants[0][name].as_str().unwrap().to_owned())
}

#[test]
#[ignore = "needs Node.js, npm and Chromium"]
fn a_foreign_server_rotates_and_what_it_revokes_after_a_replay_is_explained() {
    let provider = Provider::start();
    for client in [Client::Plain, Client::Basic] {
        let profile = provider.profile(client, "form_post", "").keeping_in_files();
        let folder = profile.folder.path().to_str().unwrap();
        let home = tempfile::tempdir().unwrap();
        let home = home.path();
        let login = Program::run_in(home, &["login", &profile.name, "--profiles", folder]);
        let (login, page) = walk(login, Decision::Accept, Site::Provider);
        assert_accepted(&login, &page, "POST");
        assert_eq!(login.last("token")["kept"], true, "{login:?}");

        let first = kept(home, &profile);
        let (exit, refreshed, talk) = token(home, &profile, &["refresh"]);
        assert_eq!(
            (exit, &refreshed["outcome"]),
            (0, &"renewed".into()),
            "{talk}"
        );
        assert!(!holds_a_token(&refreshed.to_string()), "{refreshed}");
        let second = kept(home, &profile);
        assert_ne!(first[0], second[0], "a new access token");
        assert_ne!(first[1], second[1], "a new refresh token: it is rotated");
        let (exit, refreshed, talk) = token(home, &profile, &["refresh"]);
        assert_eq!(
            (exit, &refreshed["outcome"]),
            (0, &"renewed".into()),
            "{talk}"
        );
        let third = kept(home, &profile);
        assert_ne!(second[1], third[1], "and again");

        // Somebody with a copy of the first one.
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", first[1].as_str()),
            ("client_id", client.id()),
            ("client_secret", SECRET),
        ];
        let replay = match client {
            Client::Basic => provider.post_by_hand(&form[..2], Some(client.id())),
            _ => provider.post_by_hand(&form, None),
        };
        assert!(replay.starts_with("HTTP/1.1 400"), "{replay}");
        assert!(replay.contains("invalid_grant"), "{replay}");

        let (exit, refused, talk) = token(home, &profile, &["refresh"]);
        assert_eq!(
            (exit, &refused["outcome"]),
            (1, &"refused".into()),
            "{talk}"
        );
        assert!(talk.contains("[refresh-token-invalid]"), "{talk}");
        assert!(talk.contains("another copy of it was used"), "{talk}");
        assert!(!holds_a_token(&talk), "{talk}");
        assert_eq!(kept(home, &profile), third, "what is kept stays as it was");
    }
}
