//! Writing profile files: whole or not at all, never over somebody else's change, as they were otherwise.

use crate::profiles::LEAST;
use dineroscope::edge::profiles::Search;
use dineroscope::edge::profiles::write::{
    Opened, WriteTrouble, create, home_of_new, open, remove, save,
};
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use tempfile::TempDir;

/// A folder of profiles with `acme.toml` of that text in it.
fn folder(text: impl AsRef<[u8]>) -> (TempDir, Search) {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("acme.toml"), text).unwrap();
    let search = Search {
        named: Some(root.path().to_owned()),
        ..Search::default()
    };
    (root, search)
}

fn acme(search: &Search) -> Opened {
    open(search, "acme").unwrap()
}

/// The names in a folder: nothing of ours may stay behind.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// What the disk said.
fn disk(trouble: WriteTrouble) -> String {
    match trouble {
        WriteTrouble::Disk(message) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_saved_stands_there_to_the_byte_and_can_be_saved_again() {
    for text in [
        LEAST.to_owned(),
        LEAST.replace('\n', "\r\n"),
        format!("\u{feff}{LEAST}"),
        LEAST.trim_end().to_owned(),
        String::new(),
    ] {
        let (root, search) = folder(&text);
        let path = root.path().join("acme.toml");
        let opened = acme(&search);
        assert_eq!(opened.text, text);
        let version = save(&path, &text, &opened.version).unwrap();
        assert_eq!(version, opened.version);
        let longer = format!("# æøå\r\n{text}");
        let version = save(&path, &longer, &version).unwrap();
        assert_eq!(fs::read(&path).unwrap(), longer.as_bytes());
        assert_eq!(acme(&search).version, version);
        assert_eq!(names(root.path()), ["acme.toml"]);
    }
}

#[test]
fn a_change_made_outside_is_handed_out_and_never_overwritten() {
    let (root, search) = folder(LEAST);
    let path = root.path().join("acme.toml");
    let opened = acme(&search);
    fs::write(&path, "title = \"theirs\"\n").unwrap();
    let now = Some("title = \"theirs\"\n".to_owned());
    let trouble = save(&path, "mine", &opened.version).unwrap_err();
    assert_eq!(trouble, WriteTrouble::ChangedOutside { now: now.clone() });
    let trouble = remove(&path, &opened.version).unwrap_err();
    assert_eq!(trouble, WriteTrouble::ChangedOutside { now });
    assert_eq!(fs::read_to_string(&path).unwrap(), "title = \"theirs\"\n");

    fs::remove_file(&path).unwrap();
    let gone = WriteTrouble::ChangedOutside { now: None };
    assert_eq!(save(&path, "mine", &opened.version), Err(gone.clone()));
    assert_eq!(remove(&path, &opened.version), Err(gone));
    assert!(names(root.path()).is_empty());

    let built_in = open(&search, "sandbox").unwrap();
    let path = root.path().join("sandbox.toml");
    fs::write(&path, "theirs").unwrap();
    let trouble = save(&path, "mine", &built_in.version).unwrap_err();
    let now = Some("theirs".to_owned());
    assert_eq!(trouble, WriteTrouble::ChangedOutside { now });
}

#[test]
fn of_many_who_save_at_once_one_wins_and_the_others_are_told() {
    let (root, search) = folder(LEAST);
    let path = root.path().join("acme.toml");
    let version = acme(&search).version;
    let together = Barrier::new(16);
    let saved: Vec<usize> = std::thread::scope(|scope| {
        let each = |number: usize| {
            let (path, version, together) = (&path, &version, &together);
            scope.spawn(move || {
                together.wait();
                let ended = save(path, &format!("# {number}\n"), version);
                match ended {
                    Ok(_) => Some(number),
                    Err(WriteTrouble::ChangedOutside { now: Some(_) }) => None,
                    Err(other) => panic!("{other:?}"),
                }
            })
        };
        let threads: Vec<_> = (0..16).map(each).collect();
        let ended = threads.into_iter().map(|thread| thread.join().unwrap());
        ended.flatten().collect()
    });
    assert_eq!(saved.len(), 1, "{saved:?}");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, format!("# {}\n", saved[0]));
    assert_eq!(names(root.path()), ["acme.toml"]);
}

#[test]
fn a_new_file_never_takes_the_place_of_another() {
    let (root, search) = folder(LEAST);
    let home = home_of_new(&search).unwrap();
    assert_eq!(create(&home, "acme", "mine"), Err(WriteTrouble::Exists));
    assert_eq!(acme(&search).text, LEAST);

    let deeper = root.path().join("not").join("there");
    let (path, version) = create(&deeper, "own", LEAST).unwrap();
    assert_eq!(path, deeper.join("own.toml"));
    assert_eq!(fs::read_to_string(&path).unwrap(), LEAST);
    assert!(save(&path, "changed", &version).is_ok());
    assert_eq!(names(&deeper), ["own.toml"]);

    let built_in = open(&search, "dinero").unwrap();
    let path = deeper.join("dinero.toml");
    assert!(save(&path, &built_in.text, &built_in.version).is_ok());
    assert_eq!(fs::read_to_string(&path).unwrap(), built_in.text);
}

#[test]
fn names_that_are_no_names_make_no_file() {
    let (root, search) = folder(LEAST);
    let long = "a".repeat(300);
    let wide = "𠀀".repeat(64);
    for name in [
        "",
        ".",
        "..",
        "../acme",
        "a/b",
        "a\\b",
        "/etc/passwd",
        ".hidden",
        "a b",
        "a\nb",
        "a\u{1b}[2J",
        "a\0b",
        "a\u{202e}b",
        &long,
    ] {
        let trouble = create(root.path(), name, LEAST).unwrap_err();
        assert!(matches!(trouble, WriteTrouble::BadName(_)), "{name:?}");
        assert_eq!(open(&search, name), None, "{name:?}");
    }
    // Letters enough for a name, and bytes too many for a file's.
    disk(create(root.path(), &wide, LEAST).unwrap_err());
    assert_eq!(names(root.path()), ["acme.toml"]);
}

#[test]
fn a_text_that_could_not_be_read_again_is_not_written() {
    let (root, search) = folder(LEAST);
    let path = root.path().join("acme.toml");
    let large = "#".repeat(1024 * 1024 + 1);
    let version = acme(&search).version;
    let message = disk(save(&path, &large, &version).unwrap_err());
    assert!(message.contains("1 MiB"), "{message}");
    disk(create(root.path(), "large", &large).unwrap_err());
    assert_eq!(acme(&search).text, LEAST);
    assert_eq!(names(root.path()), ["acme.toml"]);
    assert!(save(&path, &large[1..], &version).is_ok());
}

#[test]
fn what_cannot_be_read_is_opened_with_its_problem_and_never_saved_over() {
    let (root, search) = folder(LEAST);
    let place = root.path();
    fs::write(place.join("large.toml"), "#".repeat(1024 * 1024 + 1)).unwrap();
    fs::write(place.join("latin.toml"), b"title = \"\xe6\"\n").unwrap();
    fs::create_dir(place.join("folder.toml")).unwrap();
    for (name, part) in [
        ("large", "is larger than 1 MiB"),
        ("latin", "is not UTF-8"),
        ("folder", "is a folder"),
    ] {
        let opened = open(&search, name).unwrap();
        assert_eq!(opened.text, "");
        assert!(opened.file.problems[0].message.contains(part), "{opened:?}");
        let path = place.join(format!("{name}.toml"));
        for version in [&opened.version, &acme(&search).version] {
            let message = disk(save(&path, LEAST, version).unwrap_err());
            assert!(message.contains(part) && message.contains(name));
        }
    }
    assert_eq!(
        fs::read(place.join("latin.toml")).unwrap(),
        b"title = \"\xe6\"\n"
    );
    // Broken as it is, a file may be removed; a folder of that name may not.
    let latin = open(&search, "latin").unwrap();
    remove(&place.join("latin.toml"), &latin.version).unwrap();
    let taken = open(&search, "folder").unwrap();
    disk(remove(&place.join("folder.toml"), &taken.version).unwrap_err());
    assert_eq!(names(place), ["acme.toml", "folder.toml", "large.toml"]);
}

#[test]
fn a_folder_that_cannot_be_is_told_with_its_path() {
    let (root, search) = folder(LEAST);
    let below = root.path().join("acme.toml").join("below");
    let message = disk(create(&below, "own", LEAST).unwrap_err());
    assert!(message.contains("acme.toml/below"), "{message}");
    let version = acme(&search).version;
    let gone = root.path().join("gone").join("acme.toml");
    let message = disk(save(&gone, LEAST, &version).unwrap_err());
    assert!(message.contains("gone/acme.toml"), "{message}");
    assert_eq!(acme(&search).text, LEAST);
}

#[cfg(unix)]
mod unix {
    use super::{LEAST, acme, disk, folder, names};
    use dineroscope::edge::profiles::write::{WriteTrouble, create, open, remove, save};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
    use std::path::Path;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn the_mode_stays_and_a_new_file_is_the_users_alone() {
        let (root, search) = folder(LEAST);
        let path = root.path().join("acme.toml");
        for kept in [0o600, 0o640, 0o644, 0o664] {
            fs::set_permissions(&path, Permissions::from_mode(kept)).unwrap();
            save(&path, LEAST, &acme(&search).version).unwrap();
            assert_eq!(mode(&path), kept);
        }
        let (path, _) = create(root.path(), "own", LEAST).unwrap();
        assert_eq!(mode(&path), 0o600);
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "what is skipped is said aloud")]
    fn the_administrator_does_not_take_a_file_over() {
        let (root, search) = folder(LEAST);
        let path = root.path().join("acme.toml");
        if let Err(error) = chown(&path, Some(65534), Some(65534)) {
            eprintln!("SKIPPED, no file can be given away here: {error}");
            return;
        }
        save(&path, "title = \"x\"\n", &acme(&search).version).unwrap();
        let facts = fs::metadata(&path).unwrap();
        assert_eq!((facts.uid(), facts.gid()), (65534, 65534));
    }

    #[test]
    fn a_file_that_nobody_may_write_is_left_alone() {
        let (root, search) = folder(LEAST);
        let path = root.path().join("acme.toml");
        fs::set_permissions(&path, Permissions::from_mode(0o444)).unwrap();
        let message = disk(save(&path, "mine", &acme(&search).version).unwrap_err());
        assert!(message.contains("read-only"), "{message}");
        assert_eq!(acme(&search).text, LEAST);
        assert_eq!(names(root.path()), ["acme.toml"]);
    }

    #[test]
    fn a_link_is_written_through_and_stays_a_link() {
        let (root, mut search) = folder(LEAST);
        let links = tempfile::tempdir().unwrap();
        let real = root.path().join("acme.toml");
        let link = links.path().join("acme.toml");
        symlink("second", &link).unwrap();
        symlink(&real, links.path().join("second")).unwrap();
        search.named = Some(links.path().to_owned());
        let opened = acme(&search);
        let version = save(&link, "title = \"x\"\n", &opened.version).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "title = \"x\"\n");
        assert_eq!(names(root.path()), ["acme.toml"]);
        remove(&link, &version).unwrap();
        assert_eq!(names(links.path()), ["second"]);
        assert_eq!(names(root.path()), ["acme.toml"]);
    }

    #[test]
    fn links_that_lead_nowhere_and_pipes_are_told_and_left() {
        let (root, search) = folder(LEAST);
        let place = root.path();
        let version = acme(&search).version;
        symlink(place.join("gone"), place.join("dangling.toml")).unwrap();
        symlink("loop.toml", place.join("loop.toml")).unwrap();
        let pipe = place.join("pipe.toml");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for (name, part) in [
            ("dangling", "leads nowhere"),
            ("loop", "leads nowhere"),
            ("pipe", "is a pipe"),
        ] {
            let path = place.join(format!("{name}.toml"));
            let opened = open(&search, name).unwrap();
            for version in [&version, &opened.version] {
                let message = disk(save(&path, "mine", version).unwrap_err());
                assert!(message.contains(part), "{message}");
            }
            remove(&path, &opened.version).unwrap();
        }
        assert_eq!(names(place), ["acme.toml"]);
    }

    #[test]
    fn a_link_to_nothing_is_not_filled_by_a_new_file() {
        let (root, _) = folder(LEAST);
        symlink(root.path().join("gone"), root.path().join("new.toml")).unwrap();
        let made = create(root.path(), "new", LEAST);
        assert_eq!(made, Err(WriteTrouble::Exists));
        assert_eq!(names(root.path()), ["acme.toml", "new.toml"]);
    }
}
