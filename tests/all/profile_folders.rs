//! Finding profile files: the order of the folders, what hides what, and files that cannot be read.

use crate::profiles::LEAST;
use dineroscope::core::profile::{Field, Origin, ProfileFile};
use dineroscope::edge::profiles::{Search, built_in, find, list};
use std::fs;
use std::path::Path;

fn folders() -> (tempfile::TempDir, Search) {
    let root = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let path = root.path().join(name);
        fs::create_dir(&path).unwrap();
        Some(path)
    };
    let search = Search {
        named: folder("named"),
        beside: folder("beside"),
        configuration: folder("configuration"),
    };
    (root, search)
}

fn write(folder: Option<&Path>, name: &str, text: impl AsRef<[u8]>) {
    fs::write(folder.unwrap().join(name), text).unwrap();
}

fn named<'a>(files: &'a [ProfileFile], name: &str) -> &'a ProfileFile {
    files.iter().find(|file| file.name == name).unwrap()
}

#[test]
fn the_first_of_a_name_wins_and_the_others_are_hidden_by_it() {
    let (root, search) = folders();
    for folder in [&search.named, &search.beside, &search.configuration] {
        write(folder.as_deref(), "acme.toml", LEAST);
    }
    write(search.beside.as_deref(), "own.toml", LEAST);
    write(search.configuration.as_deref(), "dinero.toml", "broken");
    write(search.configuration.as_deref(), "notes.txt", "no profile");
    write(search.configuration.as_deref(), ".acme.toml", "no profile");
    let files = list(&search);
    let shown: Vec<(String, String, Option<String>)> = files
        .iter()
        .map(|file| {
            let place = match &file.origin {
                Origin::File { path, trusted } => {
                    let folder = path.parent().unwrap().file_name().unwrap();
                    format!("{} {trusted}", folder.to_string_lossy())
                }
                other => format!("{other:?}"),
            };
            let hidden = file.hidden_by.as_ref().map(|winner| {
                let path = Path::new(winner).strip_prefix(root.path()).unwrap();
                path.to_string_lossy().into_owned()
            });
            (file.name.clone(), place, hidden)
        })
        .collect();
    let row = |name: &str, place: &str, hidden: Option<&str>| {
        (name.to_owned(), place.to_owned(), hidden.map(str::to_owned))
    };
    assert_eq!(
        shown,
        [
            row("acme", "named true", None),
            row("acme", "beside false", Some("named/acme.toml")),
            row("own", "beside false", None),
            row("acme", "configuration true", Some("named/acme.toml")),
            row("dinero", "configuration true", None),
            row("sandbox", "BuiltIn", None),
            row("dinero", "BuiltIn", Some("configuration/dinero.toml")),
            row("other-provider", "BuiltIn", None),
        ]
    );
    assert!(find(&search, "dinero").unwrap().profile.is_none());
    assert_eq!(find(&search, "acme"), Some(files[0].clone()));
    assert_eq!(find(&search, "own"), Some(files[2].clone()));
    assert_eq!(find(&search, "sandbox"), built_in("sandbox"));
    assert_eq!(find(&search, "nobody"), None);
    assert_eq!(find(&search, "../named/acme"), None);
}

#[test]
fn a_folder_searched_twice_is_listed_once_and_trusted() {
    let (_root, mut search) = folders();
    search.beside.clone_from(&search.named);
    write(search.named.as_deref(), "acme.toml", LEAST);
    let files = list(&search);
    assert_eq!(files.iter().filter(|file| file.name == "acme").count(), 1);
    assert!(matches!(
        files[0].origin,
        Origin::File { trusted: true, .. }
    ));
}

#[test]
fn files_that_cannot_be_read_are_listed_and_the_others_load() {
    let (_root, search) = folders();
    let folder = search.beside.as_deref();
    write(folder, "good.toml", LEAST);
    write(folder, "broken.toml", "client_id = ");
    write(folder, "latin.toml", b"title = \"x\"\ntitel = \"\xe6\"\n");
    write(folder, "large.toml", "#".repeat(1024 * 1024 + 1));
    let filling = "\n#".repeat((1024 * 1024 - LEAST.len()) / 2);
    write(folder, "brim.toml", format!("{LEAST}{filling}"));
    write(folder, "bad name.toml", LEAST);
    fs::create_dir(folder.unwrap().join("folder.toml")).unwrap();
    let files = list(&search);
    for (name, part) in [
        ("broken", "line 1: is not TOML"),
        ("latin", "is not UTF-8 (line 2)"),
        ("large", "is larger than 1 MiB"),
        ("bad name", "cannot be a profile's name"),
        ("folder", "is a folder"),
    ] {
        let file = named(&files, name);
        assert!(file.profile.is_none(), "{name}");
        let problem = file.problems[0].to_string();
        assert!(problem.contains(part), "{name}: {problem}");
    }
    assert!(named(&files, "good").profile.is_some());
    assert!(named(&files, "brim").profile.is_some());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_pipes_are_not_waited_on() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let (root, search) = folders();
    let folder = search.named.as_deref().unwrap();
    let elsewhere = root.path().join("elsewhere");
    fs::write(&elsewhere, LEAST).unwrap();
    symlink(&elsewhere, folder.join("linked.toml")).unwrap();
    symlink(root.path().join("gone"), folder.join("dangling.toml")).unwrap();
    symlink(folder.join("loop.toml"), folder.join("loop.toml")).unwrap();
    symlink("/dev/zero", folder.join("endless.toml")).unwrap();
    let _socket = UnixListener::bind(folder.join("socket.toml")).unwrap();
    let files = list(&search);
    assert!(named(&files, "linked").profile.is_some());
    for (name, part) in [
        ("dangling", "leads nowhere"),
        ("loop", "cannot be read"),
        ("endless", "a device"),
        ("socket", "a socket"),
    ] {
        let [problem] = named(&files, name).problems.as_slice() else {
            panic!("{name}");
        };
        assert!(problem.message.contains(part), "{name}: {problem}");
        assert_eq!(find(&search, name).as_ref(), Some(named(&files, name)));
    }
}

#[test]
fn a_missing_folder_matters_only_when_it_was_named() {
    let root = tempfile::tempdir().unwrap();
    let gone = Some(root.path().join("gone"));
    let quiet = Search {
        beside: gone.clone(),
        configuration: gone.clone(),
        ..Search::default()
    };
    assert_eq!(list(&quiet).len(), 3);
    let loud = Search {
        named: gone,
        ..Search::default()
    };
    let files = list(&loud);
    assert_eq!(files.len(), 4);
    assert!(
        files[0].problems[0]
            .message
            .contains("the folder cannot be read")
    );
}

#[test]
fn the_shipped_files_are_the_built_in_ones() {
    let shipped = Search {
        named: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles")),
        ..Search::default()
    };
    let files = list(&shipped);
    assert_eq!(files.len(), 6);
    for file in &files[..3] {
        assert!(file.problems.is_empty(), "{file:?}");
        assert!(file.warnings.is_empty(), "{file:?}");
        let mut profile = file.profile.clone().unwrap();
        profile.origin = Origin::BuiltIn;
        let built_in = built_in(&file.name).unwrap();
        assert_eq!(built_in.profile, Some(profile));
        assert_eq!(built_in.origin, Origin::BuiltIn);
    }
    let placeholder = |name: &str| built_in(name).unwrap().profile.unwrap().placeholder();
    assert_eq!(placeholder("sandbox"), None);
    assert_eq!(placeholder("dinero"), Some(Field::ClientId));
    assert_eq!(placeholder("other-provider"), Some(Field::ClientId));
}

#[test]
fn the_configuration_folder_is_named_after_the_program() {
    let search = Search::of_this_machine(None);
    assert_eq!(search.beside.as_deref(), Some(Path::new("profiles")));
    let configuration = search.configuration.unwrap();
    assert!(configuration.ends_with("dineroscope/profiles") || cfg!(not(target_os = "linux")));
}
