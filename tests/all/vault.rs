//! The vault's files: who may read them, that none is ever half written, and that nothing is found for
//! anybody else.

use crate::kept::{client, others};
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::token::kept::{KeptGrant, VaultTrouble, VaultTroubleKind};
use dineroscope::edge::vault::{Loaded, Part, Vault};
use jiff::Timestamp;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn place() -> (TempDir, Vault) {
    let root = tempfile::tempdir().unwrap();
    let vault = Vault::at(root.path().join("data").join("vault"));
    (root, vault)
}

fn kept(number: u8) -> KeptGrant {
    crate::kept::kept(number, KeepTokens::File)
}

/// The same grant after a refresh, with an access token of that length.
fn renewed(kept: &KeptGrant, length: usize) -> KeptGrant {
    crate::kept::renewed(kept, &"n".repeat(length))
}

fn load(vault: &Vault) -> Loaded {
    vault.load(&client(), KeepTokens::File)
}

fn one(vault: &Vault, kept: &KeptGrant) -> Result<Option<KeptGrant>, VaultTrouble> {
    vault.one(&kept.client, &kept.id, KeepTokens::File)
}

fn path(vault: &Vault, kept: &KeptGrant, part: Part) -> PathBuf {
    vault
        .folder(&kept.client)
        .unwrap()
        .join(part.file_name(&kept.id))
}

/// The names in the client's folder, sorted.
fn names(vault: &Vault) -> Vec<String> {
    let entries = fs::read_dir(vault.folder(&client()).unwrap()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_kept_is_found_by_its_client_alone_the_oldest_first() {
    let (_root, vault) = place();
    assert_eq!(load(&vault), Loaded::default());
    for number in [1, 2, 3] {
        vault.keep(&kept(number)).unwrap();
    }
    vault.choose(&client(), &kept(2).id).unwrap();
    let loaded = load(&vault);
    let expected = [3, 2, 1].map(|number| (kept(number), None));
    assert_eq!(loaded.grants, expected);
    assert_eq!(loaded.current, Some(kept(2).id));
    assert_eq!(loaded.trouble, None);
    assert_eq!(one(&vault, &kept(3)), Ok(Some(kept(3))));
    assert_eq!(one(&vault, &kept(4)), Ok(None));

    for other in others() {
        assert_eq!(vault.load(&other, KeepTokens::File), Loaded::default());
        assert_eq!(vault.one(&other, &kept(1).id, KeepTokens::File), Ok(None));
        vault.forget(&other, &kept(1).id, KeepTokens::File).unwrap();
    }
    assert_eq!(load(&vault).grants.len(), 3);
}

#[test]
fn in_memory_means_that_nothing_is_written() {
    let (root, vault) = place();
    let kept = KeptGrant {
        keep: KeepTokens::Memory,
        ..kept(1)
    };
    vault.keep(&kept).unwrap();
    vault.reserve(&kept).unwrap().keep(&kept).unwrap();
    vault
        .forget(&kept.client, &kept.id, KeepTokens::Memory)
        .unwrap();
    assert_eq!(
        vault.load(&kept.client, KeepTokens::Memory),
        Loaded::default()
    );
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[test]
fn only_this_user_can_read_what_is_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let (root, vault) = place();
    let kept = kept(1);
    let grant = path(&vault, &kept, Part::Grant);
    let folder = grant.parent().unwrap();
    vault.keep(&kept).unwrap();
    vault.choose(&kept.client, &kept.id).unwrap();
    assert_eq!(mode(&grant), 0o600);
    assert_eq!(mode(&folder.join("current")), 0o600);
    for made in folder.ancestors().take_while(|path| *path != root.path()) {
        assert_eq!(mode(made), 0o700, "{}", made.display());
    }

    let open = |path: &std::path::Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&grant, 0o644);
    open(folder, 0o755);
    open(folder.parent().unwrap(), 0o755);
    vault.keep(&kept).unwrap();
    assert_eq!(mode(&grant), 0o600);
    assert_eq!(mode(folder), 0o700);
    assert_eq!(mode(folder.parent().unwrap()), 0o700);

    let next = path(&vault, &kept, Part::Next);
    fs::write(&next, "left by a process that was killed").unwrap();
    open(&next, 0o644);
    let reserved = vault.reserve(&kept).unwrap();
    assert_eq!(mode(&next), 0o600);
    reserved.keep(&kept).unwrap();
    assert_eq!(mode(&grant), 0o600);
}

#[cfg(unix)]
#[test]
fn a_symlink_in_the_vault_is_replaced_and_what_it_points_to_stays() {
    let (root, vault) = place();
    let kept = kept(1);
    let elsewhere = root.path().join("elsewhere");
    fs::write(&elsewhere, "not ours").unwrap();
    for part in [Part::Grant, Part::Next] {
        std::os::unix::fs::symlink(&elsewhere, path(&vault, &kept, part)).unwrap();
    }
    vault.keep(&kept).unwrap();
    vault.reserve(&kept).unwrap().keep(&kept).unwrap();
    assert_eq!(one(&vault, &kept), Ok(Some(kept)));
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "not ours");
}

#[test]
fn a_reader_never_sees_half_a_grant_however_many_write() {
    let (_root, vault) = place();
    let first = kept(1);
    vault.keep(&first).unwrap();
    let lengths = [10, 300_000, 60_000];
    std::thread::scope(|scope| {
        let writers: Vec<_> = lengths
            .into_iter()
            .map(|length| {
                let (vault, grant) = (&vault, renewed(&first, length));
                scope.spawn(move || (0..20).for_each(|_| vault.keep(&grant).unwrap()))
            })
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            let read = one(&vault, &first).unwrap().unwrap();
            let length = read.grant.access_token.expose().len();
            assert!(length == 8 || lengths.contains(&length), "{length}");
        }
    });
    assert_eq!(names(&vault), [Part::Grant.file_name(&first.id)]);
}

#[test]
fn what_is_damaged_is_told_of_and_the_others_come_all_the_same() {
    let (_root, vault) = place();
    let (good, bad) = (kept(1), kept(2));
    let whole = bad.to_json().expose().to_owned();
    let id = bad.id.as_str();
    let cases = [
        ("empty", String::new()),
        ("half", whole[..whole.len() / 2].to_owned()),
        ("of a later version", whole.replace("\"v\":1", "\"v\":2")),
        ("of another id", whole.replace(id, good.id.as_str())),
        (
            "of another endpoint",
            whole.replace("connect.visma.com", "evil.example"),
        ),
        ("of another client", whole.replace("isv_acme", "isv_other")),
        ("too large", format!("{whole}{}", " ".repeat(1 << 20))),
    ];
    vault.keep(&good).unwrap();
    let place = path(&vault, &bad, Part::Grant);
    for (case, text) in cases {
        fs::write(&place, text).unwrap();
        let loaded = load(&vault);
        assert_eq!(loaded.grants, [(good.clone(), None)], "{case}");
        let trouble = loaded.trouble.unwrap();
        assert_eq!(trouble.kind, VaultTroubleKind::Damaged, "{case}");
        assert!(trouble.message.contains(place.to_str().unwrap()), "{case}");
        assert!(!trouble.message.contains("refresh-2"), "{trouble}");
        assert_eq!(one(&vault, &bad).unwrap_err(), trouble, "{case}");
    }
    fs::write(&place, b"\xff\xfe").unwrap();
    assert_eq!(
        one(&vault, &bad).unwrap_err().kind,
        VaultTroubleKind::Damaged
    );
    vault.keep(&bad).unwrap();
    assert_eq!(load(&vault).trouble, None);

    let stray = place.with_file_name("notes.grant");
    fs::write(&stray, &whole).unwrap();
    let trouble = load(&vault).trouble.unwrap();
    assert_eq!(trouble.kind, VaultTroubleKind::Damaged);
    assert!(trouble.message.contains("notes.grant"), "{trouble}");
}

#[cfg(unix)]
#[test]
fn a_pipe_in_place_of_a_grant_is_not_waited_on() {
    let (_root, vault) = place();
    let kept = kept(1);
    for part in [Part::Grant, Part::InFlight, Part::Lock] {
        let made = std::process::Command::new("mkfifo")
            .arg(path(&vault, &kept, part))
            .status();
        assert!(made.unwrap().success());
    }
    let trouble = load(&vault).trouble.unwrap();
    assert_eq!(trouble.kind, VaultTroubleKind::Damaged);
    assert!(trouble.message.contains("is no file"), "{trouble}");
    vault.keep(&kept).unwrap();
    let loaded = load(&vault);
    assert_eq!(loaded.grants[0].0, kept);
    assert!(
        loaded.grants[0].1.is_some(),
        "a mark that cannot be read counts"
    );
}

#[test]
fn a_folder_that_cannot_be_is_trouble_with_the_disk() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let vault = Vault::at(file.join("vault"));
    let kept = kept(1);
    let ends = [
        vault.keep(&kept).unwrap_err(),
        vault.reserve(&kept).unwrap_err(),
        vault.choose(&kept.client, &kept.id).unwrap_err(),
        vault.folder(&kept.client).unwrap_err(),
        one(&vault, &kept).unwrap_err(),
        load(&vault).trouble.unwrap(),
    ];
    for trouble in ends {
        assert_eq!(trouble.kind, VaultTroubleKind::Disk, "{trouble}");
        assert!(trouble.message.contains(file.to_str().unwrap()));
    }
}

#[test]
fn a_grant_that_cannot_be_put_in_place_leaves_nothing_behind() {
    let (_root, vault) = place();
    let kept = kept(1);
    fs::create_dir(path(&vault, &kept, Part::Grant)).unwrap();
    assert_eq!(vault.keep(&kept).unwrap_err().kind, VaultTroubleKind::Disk);
    let reserved = vault.reserve(&kept).unwrap();
    let trouble = reserved.keep(&kept).unwrap_err();
    assert_eq!(trouble.kind, VaultTroubleKind::Disk);
    assert_eq!(names(&vault), [Part::Grant.file_name(&kept.id)]);
}

#[test]
fn room_is_on_the_disk_before_it_is_needed_and_given_back_when_it_is_not() {
    let (_root, vault) = place();
    let kept = kept(1);
    vault.keep(&kept).unwrap();
    let next = path(&vault, &kept, Part::Next);
    let length = || fs::metadata(&next).unwrap().len();

    let reserved = vault.reserve(&kept).unwrap();
    assert_eq!(length(), 64 * 1024);
    drop(reserved);
    assert_eq!(names(&vault), [Part::Grant.file_name(&kept.id)]);

    let large = renewed(&kept, 100_000);
    let reserved = vault.reserve(&large).unwrap();
    assert!(length() > 200_000);
    reserved.keep(&kept).unwrap();
    assert_eq!(one(&vault, &kept), Ok(Some(kept.clone())));

    let reserved = vault.reserve(&kept).unwrap();
    reserved.keep(&large).unwrap();
    assert_eq!(one(&vault, &kept), Ok(Some(large)));
    assert_eq!(names(&vault), [Part::Grant.file_name(&kept.id)]);
}

#[test]
fn a_mark_that_nobody_holds_tells_of_a_refresh_that_ended_in_the_dark() {
    let (_root, vault) = place();
    let kept = kept(1);
    vault.keep(&kept).unwrap();
    let in_the_dark = || load(&vault).grants[0].1;
    assert_eq!(in_the_dark(), None);

    let sent_at: Timestamp = "2026-11-24T20:00:00Z".parse().unwrap();
    let mark = path(&vault, &kept, Part::InFlight);
    let text = format!(r#"{{"v":1,"sent_at":"{sent_at}","process":4711}}"#);
    fs::write(&mark, text).unwrap();
    assert_eq!(in_the_dark(), Some(sent_at));

    let lock = fs::File::create(path(&vault, &kept, Part::Lock)).unwrap();
    assert_eq!(in_the_dark(), Some(sent_at), "nobody holds the lock");
    lock.lock().unwrap();
    assert_eq!(in_the_dark(), None, "it is under way");
    assert_eq!(vault.in_flight(&client(), &kept.id), Ok(Some(sent_at)));
    let trouble = vault
        .forget(&client(), &kept.id, KeepTokens::File)
        .unwrap_err();
    assert!(trouble.message.contains("another process"), "{trouble}");
    drop(lock);

    fs::write(&mark, "").unwrap();
    assert!(in_the_dark().is_some(), "a damaged mark counts, too");
    fs::remove_file(&mark).unwrap();
    assert_eq!(in_the_dark(), None);
}

#[test]
fn forgetting_leaves_nothing_of_a_grant_and_all_of_the_others() {
    let (_root, vault) = place();
    let (gone, stays) = (kept(1), kept(2));
    for kept in [&gone, &stays] {
        vault.keep(kept).unwrap();
        for part in [Part::InFlight, Part::Lock] {
            fs::write(path(&vault, kept, part), "").unwrap();
        }
    }
    fs::write(path(&vault, &gone, Part::Next), "").unwrap();
    let half = format!(".{}.grant.AbCdEf", gone.id.as_str());
    fs::write(vault.folder(&client()).unwrap().join(half), "half").unwrap();
    vault.choose(&client(), &gone.id).unwrap();

    for _again in 0..2 {
        vault.forget(&client(), &gone.id, KeepTokens::File).unwrap();
        let left = [Part::Grant, Part::InFlight, Part::Lock];
        assert_eq!(names(&vault), left.map(|part| part.file_name(&stays.id)));
    }
    assert_eq!(load(&vault).grants.len(), 1);

    vault.choose(&client(), &stays.id).unwrap();
    vault.forget(&client(), &gone.id, KeepTokens::File).unwrap();
    assert_eq!(load(&vault).current, Some(stays.id));
}
