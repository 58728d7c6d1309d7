//! Disks that are full and folders that cannot be written: nothing is sent that could not be kept, and what
//! could not be kept all the same is held and said.

use super::Place;
use super::answers::{answer, hear};
use super::child::{Process, this_binary};
use super::processes::off;
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::token::kept::VaultTroubleKind;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use tokio::io::AsyncWriteExt as _;

/// A server that is never to be asked.
fn silent() -> (TcpListener, Place) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let place = Place::at(listener.local_addr().unwrap());
    (listener, place)
}

/// Nothing was sent, and the grant is as it was.
fn assert_untouched(server: &TcpListener, place: &Place) {
    let asked = server.accept().unwrap_err().kind();
    assert_eq!(asked, ErrorKind::WouldBlock, "something was sent");
    assert_eq!(place.loaded(), (place.kept.grant.clone(), None));
}

#[test]
fn on_a_full_disk_nothing_is_sent() {
    let (server, place) = silent();
    let full = "trap '' XFSZ; ulimit -f 0";
    let end = Process::start_within(full, &place).ends();
    assert_eq!(end["outcome"], "NotSent", "{end}");
    assert_eq!(end["was_sent"], false);
    assert_untouched(&server, &place);
}

#[tokio::test]
async fn a_grant_that_does_not_fit_after_all_is_held_and_the_mark_stays() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = Place::at(listener.local_addr().unwrap());
    let large = "n".repeat(200_000);
    let body = format!(r#"{{"access_token":"{large}","token_type":"Bearer"}}"#);
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await;
        let text = answer("200 OK", &body);
        stream.write_all(text.as_bytes()).await.unwrap();
    });
    // 64 KiB a file: as much as is reserved.
    let narrow = "trap '' XFSZ; ulimit -f 128";
    let process = Process::start_within(narrow, &place);
    let end = off(move || process.ends()).await;
    serving.await.unwrap();
    assert_eq!(end["outcome"], "RenewedNotKept", "{}", end["all"]);
    assert_eq!(end["access_token"], large);
    let (grant, in_the_dark) = place.loaded();
    assert_eq!(grant, place.kept.grant, "the old one is whole");
    assert!(in_the_dark.is_some(), "and said to be spent, perhaps");
}

#[tokio::test]
async fn without_a_folder_nothing_is_sent() {
    let (server, place) = silent();
    let folder = place.vault.folder(&place.kept.client).unwrap();
    let aside = place.root.path().join("aside");
    fs::rename(&folder, &aside).unwrap();
    fs::write(&folder, "").unwrap();
    let (record, outcome) = place.refresh().await;
    assert_eq!(record, None);
    match outcome {
        RefreshOutcome::NotSent(trouble) => assert_eq!(trouble.kind, VaultTroubleKind::Disk),
        other => panic!("{other:?}"),
    }
    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    assert_untouched(&server, &place);
}

#[test]
fn in_a_folder_that_may_only_be_read_nothing_is_sent() {
    for has_lock in [false, true] {
        let (server, place) = silent();
        let folder = place.vault.folder(&place.kept.client).unwrap();
        if has_lock {
            let lock = format!("{}.lock", place.kept.id.as_str());
            fs::write(folder.join(lock), "").unwrap();
        }
        // By another process: a file that is open for writing anywhere, in a process that another test is
        // just starting, cannot be run.
        let binary = place.root.path().join("tests");
        let mut copying = Command::new("cp");
        copying.arg(this_binary()).arg(&binary);
        assert!(copying.status().unwrap().success());
        // To root every folder is open.
        let mut command = Command::new(&binary);
        if rustix::process::geteuid().is_root() {
            give_away(place.root.path());
            command.uid(NOBODY).gid(NOBODY);
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
        let end = Process::run(command, &place, None).ends();
        assert_eq!(end["outcome"], "NotSent", "{end}");
        assert_untouched(&server, &place);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// The user whom nothing belongs to.
const NOBODY: u32 = 65534;

/// Gives a folder and all that is in it to that user.
fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}
