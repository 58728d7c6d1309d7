//! Saved requests in a folder beside their profile.

use super::{TOKEN, mask, row};
use crate::stage::{sandbox, visma};
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::Draft;
use dineroscope::core::dinero::saved::Saved;
use dineroscope::core::profile::Origin;
use dineroscope::edge::profiles::write::WriteTrouble;
use dineroscope::edge::saved::{Kept, SavedRequests};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A profile in a folder of its own.
fn beside() -> (TempDir, SavedRequests) {
    let root = tempfile::tempdir().unwrap();
    let mut profile = visma();
    profile.origin = Origin::File {
        path: root.path().join("acme.toml"),
        trusted: true,
    };
    let requests = SavedRequests::of(&profile, None).unwrap();
    assert_eq!(requests.folder(), root.path().join("acme.requests"));
    (root, requests)
}

fn request(name: &str) -> Saved {
    let mut draft = Draft::of(operation("invoices.list").unwrap());
    draft.set("statusFilter", "Overdue");
    Saved {
        name: name.to_owned(),
        title: "Overdue".to_owned(),
        note: "For the reminder run.".to_owned(),
        draft,
    }
}

fn create(requests: &SavedRequests, saved: &Saved) -> Result<Kept, WriteTrouble> {
    requests.create(saved, &mask(), &[])
}

fn path(requests: &SavedRequests, name: &str) -> std::path::PathBuf {
    requests.folder().join(format!("{name}.toml"))
}

#[test]
fn a_request_is_saved_listed_renamed_and_deleted() {
    let (_root, requests) = beside();
    assert_eq!(requests.list(), dineroscope::edge::saved::Listed::default());
    let mut mine = request("overdue");
    let kept = create(&requests, &mine).unwrap();
    assert_eq!(create(&requests, &mine), Err(WriteTrouble::Exists));
    let listed = requests.list();
    assert_eq!(listed.requests[0].saved, mine);
    assert_eq!(listed.requests[0].version, kept.version);
    mine.draft.set("pageSize", "100");
    let kept = requests.save(&mine, &kept.version, &mask(), &[]).unwrap();
    assert_eq!(requests.open("overdue").unwrap().saved, mine);
    create(&requests, &request("other")).unwrap();
    let taken = requests.rename("overdue", "other", &kept.version);
    assert_eq!(taken, Err(WriteTrouble::Exists));
    let version = requests.rename("overdue", "late", &kept.version).unwrap();
    let names: Vec<_> = requests
        .list()
        .requests
        .iter()
        .map(|it| it.saved.name.clone())
        .collect();
    assert_eq!(names, ["late", "other"]);
    requests.delete("late", &version).unwrap();
    assert_eq!(requests.list().requests.len(), 1);
}

#[test]
fn a_profile_without_a_file_has_its_requests_in_the_configuration_folder() {
    let folder = Path::new("/configuration");
    let requests = SavedRequests::of(&sandbox(), Some(folder)).unwrap();
    assert_eq!(requests.folder(), folder.join("profiles/sandbox.requests"));
    assert_eq!(SavedRequests::of(&sandbox(), None), None);
}

#[test]
fn a_change_made_outside_is_handed_out_and_never_overwritten() {
    let (_root, requests) = beside();
    let kept = create(&requests, &request("mine")).unwrap();
    let theirs = "title = \"theirs\"\npath = \"/x\"\n";
    fs::write(path(&requests, "mine"), theirs).unwrap();
    let changed = Err(WriteTrouble::ChangedOutside {
        now: Some(theirs.to_owned()),
    });
    assert_eq!(
        requests.save(&request("mine"), &kept.version, &mask(), &[]),
        changed
    );
    assert_eq!(
        requests.rename("mine", "other", &kept.version).err(),
        changed.clone().err()
    );
    assert_eq!(requests.delete("mine", &kept.version).err(), changed.err());
    assert_eq!(fs::read_to_string(path(&requests, "mine")).unwrap(), theirs);
    fs::remove_file(path(&requests, "mine")).unwrap();
    let gone = Err(WriteTrouble::ChangedOutside { now: None });
    assert_eq!(
        requests.save(&request("mine"), &kept.version, &mask(), &[]),
        gone
    );
    assert!(!path(&requests, "mine").exists());
}

#[test]
fn a_secret_is_not_written_and_who_saves_is_told() {
    let (_root, requests) = beside();
    let mut mine = request("mine");
    mine.draft
        .headers
        .push(row("Authorization", &format!("Bearer {TOKEN}")));
    let kept = create(&requests, &mine).unwrap();
    assert_eq!(kept.hidden[0].place, "the header field Authorization");
    let text = fs::read_to_string(path(&requests, "mine")).unwrap();
    assert!(
        text.contains("Authorization = \"Bearer {{authorization}}\""),
        "{text}"
    );
    assert!(!text.contains("eyJ"), "{text}");
}

#[test]
fn what_is_broken_is_named_and_the_others_load() {
    let (_root, requests) = beside();
    create(&requests, &request("good")).unwrap();
    fs::write(path(&requests, "a-broken"), "title = 1\n").unwrap();
    fs::write(path(&requests, "b-huge"), "#".repeat(1024 * 1024 + 1)).unwrap();
    fs::create_dir(path(&requests, "c-folder")).unwrap();
    fs::write(path(&requests, "d name"), "path = \"/\"\n").unwrap();
    fs::write(path(&requests, ".hidden"), "").unwrap();
    fs::write(requests.folder().join("notes.txt"), "").unwrap();
    let listed = requests.list();
    assert_eq!(listed.requests.len(), 1);
    let problems: Vec<String> = listed
        .broken
        .iter()
        .map(|it| format!("{}: {}", it.name, it.problems[0]))
        .collect();
    assert_eq!(problems.len(), 4, "{problems:?}");
    for (problem, words) in problems.iter().zip([
        "a-broken: path: is missing",
        "b-huge: is larger than 1 MiB",
        "c-folder: is a folder",
        "d name: has a name that no request has",
    ]) {
        assert!(problem.starts_with(words), "{problem}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_and_a_pipe_are_refused() {
    let (root, requests) = beside();
    let kept = create(&requests, &request("real")).unwrap();
    let elsewhere = root.path().join("elsewhere.toml");
    fs::rename(path(&requests, "real"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, path(&requests, "real")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(path(&requests, "pipe"))
        .status();
    assert!(made.unwrap().success());
    let listed = requests.list();
    let problems: Vec<_> = listed
        .broken
        .iter()
        .map(|it| it.problems[0].message.clone())
        .collect();
    assert!(problems[0].starts_with("is a pipe"), "{problems:?}");
    assert!(problems[1].starts_with("is a link"), "{problems:?}");
    match requests.save(&request("real"), &kept.version, &mask(), &[]) {
        Err(WriteTrouble::Disk(words)) => assert!(words.contains("it is a link"), "{words}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_name_leads_elsewhere() {
    let (root, requests) = beside();
    fs::write(root.path().join("secret.toml"), "path = \"/\"\n").unwrap();
    let kept = create(&requests, &request("mine")).unwrap();
    for name in ["../secret", "..", "", "a/b", "a.b"] {
        let is_bad = |trouble| matches!(trouble, WriteTrouble::BadName(_));
        assert!(
            create(&requests, &request(name)).is_err_and(is_bad),
            "{name}"
        );
        assert!(requests.open(name).is_err(), "{name}");
        assert!(
            requests.delete(name, &kept.version).is_err_and(is_bad),
            "{name}"
        );
        assert!(
            requests
                .rename("mine", name, &kept.version)
                .is_err_and(is_bad),
            "{name}"
        );
        assert!(
            requests
                .rename(name, "other", &kept.version)
                .is_err_and(is_bad),
            "{name}"
        );
    }
    assert!(root.path().join("secret.toml").exists());
}
