//! The repository as the house checks read it: files with their text, modules, dependencies.
//!
//! Kept apart so that the rules can be tested on text that is in no file.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file.
#[derive(Debug)]
pub(crate) struct Source {
    /// From the top of the repository, with slashes.
    pub(crate) path: String,
    /// Its content.
    pub(crate) text: String,
}

/// Every Rust file below these folders.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for folder in folders {
        collect(&top().join(folder), &mut found);
    }
    assert!(
        !found.is_empty(),
        "no source file was found below {folders:?}"
    );
    found
}

/// The text of any file of the repository.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(top().join(path)).unwrap()
}

/// The names at the top of the repository, without what git and cargo put there.
pub(crate) fn top_level() -> Vec<String> {
    let entries = fs::read_dir(top()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".git" && name != "target")
        .collect();
    names.sort();
    names
}

/// The module that a file of `src/` is.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut module = vec!["crate".to_owned()];
    if inner != "lib" {
        module.extend(inner.split('/').map(str::to_owned));
    }
    module
}

/// The shipped dependencies, as they are named in code.
pub(crate) fn dependencies() -> Vec<String> {
    let manifest: toml::Table = text("Cargo.toml").parse().unwrap();
    let table = manifest["dependencies"].as_table().unwrap();
    table.keys().map(|name| name.replace('-', "_")).collect()
}

fn top() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, found: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let is_installed = path.file_name().is_some_and(|name| name == "node_modules");
        if path.is_dir() && !is_installed {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(top()).unwrap();
            found.push(Source {
                path: relative.to_string_lossy().replace('\\', "/"),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}
