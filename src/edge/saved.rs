//! Saved requests on the disk: a folder of small files beside the profile they belong to.
//!
//! ```text
//! profiles/acme.toml
//! profiles/acme.requests/overdue-in-november.toml
//! ```
//!
//! They are written as profiles are: whole or not at all, and never over somebody else's change.

use crate::core::dinero::saved::{Hidden, Saved, is_name, read};
use crate::core::profile::{Origin, Profile, ProfileProblem};
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use crate::edge::profiles::write::{Version, WriteTrouble, create, remove, save};
use crate::edge::profiles::{LARGEST, text_of};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of a profile's saved requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRequests {
    folder: PathBuf,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The request.
    pub saved: Saved,
    /// What is worth saying of the file.
    pub warnings: Vec<ProfileProblem>,
    /// To save it by.
    pub version: Version,
}

/// A file that is no request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its name, without the ending.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problems: Vec<ProfileProblem>,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    /// The requests, by name.
    pub requests: Vec<Opened>,
    /// The others.
    pub broken: Vec<Broken>,
    /// Why the folder could not be read.
    pub trouble: Option<String>,
}

/// A request that was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// To save it by the next time.
    pub version: Version,
    /// The secrets in whose place a variable was written.
    pub hidden: Vec<Hidden>,
}

impl SavedRequests {
    /// Those of a profile: beside its file, else in the configuration folder. `None` where there is neither.
    pub fn of(profile: &Profile, configuration: Option<&Path>) -> Option<Self> {
        let (folder, stem) = match &profile.origin {
            Origin::File { path, .. } => (path.parent()?.to_owned(), path.file_stem()?.to_str()?),
            Origin::BuiltIn | Origin::Memory => {
                (configuration?.join("profiles"), profile.name.as_str())
            }
        };
        Some(Self {
            folder: folder.join(format!("{stem}.requests")),
        })
    }

    /// Where they are; it may not be there yet.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every request, by name; what is broken does not hinder the others. Blocking.
    pub fn list(&self) -> Listed {
        let mut listed = Listed::default();
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return listed,
            Err(error) => {
                let place = self.folder.display();
                listed.trouble = Some(format!("the folder `{place}` cannot be read ({error})"));
                return listed;
            }
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.filter(|path| is_one(path)).collect();
        paths.sort_by(|one, other| one.file_stem().cmp(&other.file_stem()));
        for path in paths {
            match opened(&path) {
                Ok(opened) => listed.requests.push(opened),
                Err(broken) => listed.broken.push(broken),
            }
        }
        listed
    }

    /// One request. Blocking.
    pub fn open(&self, name: &str) -> Result<Opened, Broken> {
        let path = self.path(name);
        match good_name(name) {
            Ok(()) => opened(&path),
            Err(trouble) => Err(broken(&path, trouble.to_string())),
        }
    }

    /// Saves a request that is new; one of that name is left as it is. Blocking.
    pub fn create(
        &self,
        saved: &Saved,
        mask: &Mask,
        known: &[&Secret],
    ) -> Result<Kept, WriteTrouble> {
        good_name(&saved.name)?;
        let (text, hidden) = written(saved, None, mask, known)?;
        let (_, version) = create(&self.folder, &saved.name, &text)?;
        Ok(Kept { version, hidden })
    }

    /// Saves a request over the file as it was read; what somebody else changed meanwhile is never lost.
    /// Blocking.
    pub fn save(
        &self,
        saved: &Saved,
        expected: &Version,
        mask: &Mask,
        known: &[&Secret],
    ) -> Result<Kept, WriteTrouble> {
        good_name(&saved.name)?;
        let path = self.path(&saved.name);
        let before = match regular(&path) {
            Err(problem) if path.symlink_metadata().is_ok() => {
                return Err(refused(&path, &problem));
            }
            Err(_) => return Err(WriteTrouble::ChangedOutside { now: None }),
            Ok(text) => text,
        };
        if Version::of(&before) != *expected {
            return Err(WriteTrouble::ChangedOutside { now: Some(before) });
        }
        let (text, hidden) = written(saved, Some(&before), mask, known)?;
        let version = save(&path, &text, expected)?;
        Ok(Kept { version, hidden })
    }

    /// Gives a request another name, which none may have yet. Blocking.
    pub fn rename(
        &self,
        name: &str,
        other: &str,
        expected: &Version,
    ) -> Result<Version, WriteTrouble> {
        good_name(name)?;
        good_name(other)?;
        let path = self.path(name);
        let text = regular(&path).map_err(|problem| refused(&path, &problem))?;
        if Version::of(&text) != *expected {
            return Err(WriteTrouble::ChangedOutside { now: Some(text) });
        }
        let (made, version) = create(&self.folder, other, &text)?;
        if let Err(trouble) = remove(&path, expected) {
            // Two of them would be one too many; what was there is still there.
            let _ = remove(&made, &version);
            return Err(trouble);
        }
        Ok(version)
    }

    /// Deletes a request. Blocking.
    pub fn delete(&self, name: &str, expected: &Version) -> Result<(), WriteTrouble> {
        good_name(name)?;
        remove(&self.path(name), expected)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.toml"))
    }
}

/// Whether a file is meant to be a request.
fn is_one(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let is_hidden = name.as_encoded_bytes().starts_with(b".");
    path.extension().is_some_and(|ending| ending == "toml") && !is_hidden
}

/// A name that cannot lead elsewhere.
fn good_name(name: &str) -> Result<(), WriteTrouble> {
    if is_name(name) {
        return Ok(());
    }
    Err(WriteTrouble::BadName(format!(
        "`{name}` cannot be the name of a request: expected letters without accents, digits, `-` and `_`, 60 \
         at most"
    )))
}

/// The request in a file.
fn opened(path: &Path) -> Result<Opened, Broken> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    if !is_name(&name) {
        let message =
            "has a name that no request has: expected letters without accents, digits, `-` and `_`";
        return Err(broken(path, message.to_owned()));
    }
    let text = regular(path).map_err(|problem| broken(path, problem))?;
    let file = read(&name, &text);
    let saved = file.saved.ok_or_else(|| Broken {
        problems: file.problems,
        ..broken(path, String::new())
    })?;
    Ok(Opened {
        saved,
        warnings: file.warnings,
        version: Version::of(&text),
    })
}

/// A file that could not be read as a whole.
fn broken(path: &Path, message: String) -> Broken {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Broken {
        name: name.into_owned(),
        path: path.to_owned(),
        problems: vec![ProfileProblem {
            key: String::new(),
            line: None,
            message,
        }],
    }
}

/// The text of a file that is one; a link may lead to anything, and what is sent comes from here.
fn regular(path: &Path) -> Result<String, String> {
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|facts| facts.file_type().is_symlink());
    if is_link {
        return Err("is a link: put the file itself here".to_owned());
    }
    text_of(path)
}

/// What stands at a path is not written over.
fn refused(path: &Path, problem: &str) -> WriteTrouble {
    WriteTrouble::Disk(format!(
        "`{}` was left as it is: it {problem}",
        path.display()
    ))
}

/// The text of a file, and what is not in it.
fn written(
    saved: &Saved,
    before: Option<&str>,
    mask: &Mask,
    known: &[&Secret],
) -> Result<(String, Vec<Hidden>), WriteTrouble> {
    let written = saved.written(before, mask, known).map_err(|problem| {
        WriteTrouble::Disk(format!(
            "the file was left as it is: {problem}; mend it, or save under another name"
        ))
    })?;
    if written.text.len() as u64 > LARGEST {
        let words = "the request is larger than 1 MiB: name a file as its body";
        return Err(WriteTrouble::Disk(words.to_owned()));
    }
    Ok((written.text, written.hidden))
}
