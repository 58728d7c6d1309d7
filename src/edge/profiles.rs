//! Finds profile files on this machine, in a fixed order, and reads them whole or says why not.
//!
//! Blocking, and a folder may be on a disk that hangs: callers run [`list`] and [`find`] off the UI.
//! [`built_in`] touches no disk, so the first frame can have a profile. [`mod@write`] saves, makes and removes.

pub mod write;

use crate::core::profile::{Origin, ProfileFile, check, read};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Largest file that is read, in bytes.
pub(in crate::edge) const LARGEST: u64 = 1024 * 1024;

/// The shipped files, compiled in.
const BUILT_IN: [(&str, &str); 3] = [
    ("sandbox", include_str!("../../profiles/sandbox.toml")),
    ("dinero", include_str!("../../profiles/dinero.toml")),
    (
        "other-provider",
        include_str!("../../profiles/other-provider.toml"),
    ),
];

/// The folders that are searched; the built-in profiles come after them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Search {
    /// `--profiles DIR`: trusted, and a problem when it cannot be read.
    pub named: Option<PathBuf>,
    /// `./profiles`: found by itself, so not trusted with secrets.
    pub beside: Option<PathBuf>,
    /// `profiles` in the configuration folder: trusted.
    pub configuration: Option<PathBuf>,
}

impl Search {
    /// The folders of this machine and user.
    pub fn of_this_machine(named: Option<PathBuf>) -> Self {
        Self {
            named,
            beside: Some(PathBuf::from("profiles")),
            configuration: directories::ProjectDirs::from("", "", "dineroscope")
                .map(|folders| folders.config_dir().join("profiles")),
        }
    }

    /// The folders in order, each with whether it is trusted; the same folder only once.
    fn folders(&self) -> Vec<(&Path, bool)> {
        let all = [
            (&self.named, true),
            (&self.beside, false),
            (&self.configuration, true),
        ];
        let mut seen = Vec::new();
        let mut folders = Vec::new();
        for (folder, trusted) in all {
            let Some(folder) = folder else { continue };
            let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.clone());
            if !seen.contains(&real) {
                seen.push(real);
                folders.push((folder.as_path(), trusted));
            }
        }
        folders
    }
}

/// Every profile file in the order of the search; of a name, all but the first are marked as hidden.
pub fn list(search: &Search) -> Vec<ProfileFile> {
    with_texts(search).0
}

/// The same, each with its text, or with what keeps it from being read.
fn with_texts(search: &Search) -> (Vec<ProfileFile>, Vec<Result<String, String>>) {
    let mut files = Vec::new();
    let mut texts = Vec::new();
    for (folder, trusted) in search.folders() {
        let named = search.named.as_deref() == Some(folder);
        match files_in(folder) {
            Ok(paths) => {
                for path in paths {
                    let text = text_of(&path);
                    files.push(judged(&path, trusted, &text));
                    texts.push(text);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !named => {}
            Err(error) => {
                files.push(broken_folder(folder, trusted, &error));
                texts.push(Err(error.to_string()));
            }
        }
    }
    for (name, text) in BUILT_IN {
        files.push(read::read(name, Origin::BuiltIn, text));
        texts.push(Ok(text.to_owned()));
    }
    mark_hidden(&mut files);
    (files, texts)
}

/// The profile file of that name, without reading the others.
pub fn find(search: &Search, name: &str) -> Option<ProfileFile> {
    check::name(name).ok()?;
    locate(search, name)
        .map(|(path, trusted)| read_file(&path, trusted))
        .or_else(|| built_in(name))
}

/// The file of that name that is used, and whether its folder is trusted.
fn locate(search: &Search, name: &str) -> Option<(PathBuf, bool)> {
    let file_name = format!("{name}.toml");
    search
        .folders()
        .into_iter()
        .map(|(folder, trusted)| (folder.join(&file_name), trusted))
        .find(|(path, _)| path.symlink_metadata().is_ok())
}

/// A shipped profile, from memory.
pub fn built_in(name: &str) -> Option<ProfileFile> {
    BUILT_IN
        .iter()
        .find(|(shipped, _)| *shipped == name)
        .map(|(name, text)| read::read(name, Origin::BuiltIn, text))
}

/// The text of a shipped profile.
pub fn built_in_text(name: &str) -> Option<&'static str> {
    let found = BUILT_IN.iter().find(|(shipped, _)| *shipped == name);
    found.map(|(_, text)| *text)
}

/// Where a profile was read from, in words: a path, or `built in`.
pub fn place(origin: &Origin) -> String {
    match origin {
        Origin::BuiltIn => "built in".to_owned(),
        Origin::File { path, .. } => path.display().to_string(),
        Origin::Memory => "in memory".to_owned(),
    }
}

/// The profile files of a folder, by name.
fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if path.extension().is_some_and(|kind| kind == "toml") && !hidden {
            paths.push(path);
        }
    }
    // By name without its ending: `acme` stands before `acme-two`.
    paths.sort_by(|one, other| one.file_stem().cmp(&other.file_stem()));
    Ok(paths)
}

fn read_file(path: &Path, trusted: bool) -> ProfileFile {
    judged(path, trusted, &text_of(path))
}

/// The profile file at a path with that text, or with what keeps it from being read.
fn judged(path: &Path, trusted: bool, text: &Result<String, String>) -> ProfileFile {
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let origin = Origin::File {
        path: path.to_owned(),
        trusted,
    };
    match text {
        Ok(text) => read::read(&name, origin, text),
        Err(problem) => read::unreadable(&name, origin, problem),
    }
}

/// The text of a file, or what keeps it from being read. A pipe would be waited on, so only files are
/// opened.
pub(in crate::edge) fn text_of(path: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| {
        format!("cannot be read ({error}): expected a text file that you may read")
    };
    let facts = fs::metadata(path).map_err(|error| match fs::read_link(path) {
        Ok(target) if error.kind() == io::ErrorKind::NotFound => format!(
            "is a link that leads nowhere, to `{}`: mend or remove it",
            target.display()
        ),
        _ => unreadable(error),
    })?;
    if facts.is_dir() {
        return Err("is a folder: expected a TOML file, or another name for the folder".to_owned());
    }
    if !facts.is_file() {
        return Err("is a pipe, a socket or a device: expected a TOML file".to_owned());
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err("is larger than 1 MiB: expected a profile of a few lines".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.split(|byte| *byte == b'\n').count();
        format!("is not UTF-8 (line {line}): save it as UTF-8")
    })?;
    Ok(text)
}

/// A folder stands in the list under its own path, so that its problem is seen.
fn broken_folder(folder: &Path, trusted: bool, error: &io::Error) -> ProfileFile {
    let origin = Origin::File {
        path: folder.to_owned(),
        trusted,
    };
    read::unreadable(
        &folder.display().to_string(),
        origin,
        format!("the folder cannot be read ({error}): expected a folder of profiles"),
    )
}

/// The first of a name wins, broken or not: a mistake in it must not bring another one to life.
fn mark_hidden(files: &mut [ProfileFile]) {
    let mut first: HashMap<String, String> = HashMap::new();
    for file in files {
        match first.get(&file.name) {
            Some(winner) => file.hidden_by = Some(winner.clone()),
            None => {
                first.insert(file.name.clone(), place(&file.origin));
            }
        }
    }
}
