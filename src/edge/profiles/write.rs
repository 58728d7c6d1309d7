//! Saves, makes and removes profile files so that nothing is ever lost: a file is replaced whole or not at
//! all, and never when somebody else has changed it since it was read.
//!
//! ```text
//! text ► temporary file beside the real one ► sync ► still as it was read? ► rename over it ► sync folder
//! ```
//!
//! Two of these programs take turns by a lock on the folder; an editor takes none, so the look at the file
//! is the last thing before the rename. Blocking: callers run it off the UI.

use super::{BUILT_IN, LARGEST, Search, built_in, judged, locate, text_of, with_texts};
use crate::core::profile::edit::Draft;
use crate::core::profile::{Field, Origin, Preset, ProfileFile, SecretReference, check, read};
use crate::core::token::kept::Client;
use crate::edge::private;
use crate::edge::vault::Vault;
use aws_lc_rs::digest::{SHA256, digest};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// The state of a file when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(State);

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// It was not there.
    Absent,
    /// SHA-256 of its bytes.
    Text(Vec<u8>),
    /// It was there and could not be read as text.
    Unreadable,
}

impl Version {
    /// That of a file with this text.
    pub(in crate::edge) fn of(text: &str) -> Self {
        let hash = digest(&SHA256, text.as_bytes());
        Self(State::Text(hash.as_ref().to_vec()))
    }
}

/// A profile file with what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// As it is understood.
    pub file: ProfileFile,
    /// As it stands there, to the byte; empty when it could not be read.
    pub text: String,
    /// To save it by; that of a built-in profile says that there is no file yet.
    pub version: Version,
}

/// Why a file was not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteTrouble {
    /// Somebody else wrote it since it was read.
    #[error(
        "the file was changed by somebody else since it was read here, so it was not written: look at \
         what it says now, then decide again"
    )]
    ChangedOutside {
        /// Its text now; `None` when it is gone.
        now: Option<String>,
    },
    /// A new profile would take the place of another.
    #[error("a file of that name is there already, and it was left as it is: choose another name")]
    Exists,
    /// The name cannot be a profile's; says why.
    #[error("{0}")]
    BadName(String),
    /// The disk, or what stands there, does not allow it; says what, where, and what to do.
    #[error("{0}")]
    Disk(String),
}

/// The profile of that name with its text: the file that is used, else the built-in one.
pub fn open(search: &Search, name: &str) -> Option<Opened> {
    check::name(name).ok()?;
    let Some((path, trusted)) = locate(search, name) else {
        let (_, text) = BUILT_IN.iter().find(|(shipped, _)| *shipped == name)?;
        return Some(Opened {
            file: built_in(name)?,
            text: (*text).to_owned(),
            version: Version(State::Absent),
        });
    };
    let text = text_of(&path);
    Some(Opened {
        file: judged(&path, trusted, &text),
        version: match &text {
            Ok(text) => Version::of(text),
            Err(_) => Version(State::Unreadable),
        },
        text: text.unwrap_or_default(),
    })
}

/// Every profile with its text, in the order of the search.
pub fn open_all(search: &Search) -> Vec<Opened> {
    let (files, texts) = with_texts(search);
    let opened = files.into_iter().zip(texts);
    opened
        .map(|(file, text)| Opened {
            version: match (&file.origin, &text) {
                (Origin::BuiltIn, _) => Version(State::Absent),
                (_, Ok(text)) => Version::of(text),
                (_, Err(_)) => Version(State::Unreadable),
            },
            file,
            text: text.unwrap_or_default(),
        })
        .collect()
}

/// Replaces a file, or makes it when it was not there. A link is written through and stays a link; the
/// mode and, where the system allows it, the owner stay.
pub fn save(path: &Path, text: &str, expected: &Version) -> Result<Version, WriteTrouble> {
    let disk = |message| WriteTrouble::Disk(message);
    fits(path, text)?;
    if expected.0 == State::Absent {
        make_folder(path)?;
    }
    let real = resolved(path).map_err(disk)?;
    let folder = folder_of(&real);
    let temporary = written(folder, text).map_err(|error| disk(cannot_write(&real, &error)))?;
    let _turn = turn(folder).map_err(disk)?;
    as_expected(&real, expected)?;
    if expected.0 == State::Absent {
        return match temporary.persist_noclobber(&real) {
            Ok(_) => Ok(kept(folder, text)),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(WriteTrouble::ChangedOutside {
                    now: text_of(&real).ok(),
                })
            }
            Err(error) => Err(disk(cannot_write(&real, &error.error))),
        };
    }
    like_before(&real, &temporary).map_err(disk)?;
    temporary
        .persist(&real)
        .map_err(|error| disk(cannot_write(&real, &error.error)))?;
    Ok(kept(folder, text))
}

/// Makes a new profile file that only this user can read, with its folder when that is missing.
pub fn create(folder: &Path, name: &str, text: &str) -> Result<(PathBuf, Version), WriteTrouble> {
    check::name(name).map_err(WriteTrouble::BadName)?;
    let path = folder.join(format!("{name}.toml"));
    fits(&path, text)?;
    make_folder(&path)?;
    let temporary =
        written(folder, text).map_err(|error| WriteTrouble::Disk(cannot_write(&path, &error)))?;
    match temporary.persist_noclobber(&path) {
        Ok(_) => {
            let version = kept(folder, text);
            Ok((path, version))
        }
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(WriteTrouble::Exists)
        }
        Err(error) => Err(WriteTrouble::Disk(cannot_write(&path, &error.error))),
    }
}

/// Removes a file. Of a link only the link goes; a folder is not removed.
pub fn remove(path: &Path, expected: &Version) -> Result<(), WriteTrouble> {
    let folder = folder_of(path);
    let _turn = turn(folder).map_err(WriteTrouble::Disk)?;
    let now = text_of(path);
    let version = match &now {
        Ok(text) => Version::of(text),
        Err(_) if path.symlink_metadata().is_err() => Version(State::Absent),
        Err(_) => Version(State::Unreadable),
    };
    if version != *expected || version.0 == State::Absent {
        return Err(WriteTrouble::ChangedOutside { now: now.ok() });
    }
    fs::remove_file(path).map_err(|error| {
        WriteTrouble::Disk(format!(
            "`{}` cannot be removed ({error}): look who may write into its folder",
            path.display()
        ))
    })?;
    sync(folder);
    Ok(())
}

/// Moves the plain client secret of a file into the keyring: kept there, read back, and only then the file
/// says `{ keyring = true }`. On any trouble the file is as it was; the message says what to do.
pub fn move_secret(vault: &Vault, path: &Path, expected: &Version) -> Result<Version, String> {
    let text = text_of(path).map_err(|problem| format!("`{}` {problem}", path.display()))?;
    if Version::of(&text) != *expected {
        return Err(WriteTrouble::ChangedOutside { now: None }.to_string());
    }
    // Whether its folder is trusted changes nothing of what the file says.
    let origin = Origin::File {
        path: path.to_owned(),
        trusted: true,
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let file = read::read(&name, origin.clone(), &text);
    let Some(profile) = file.profile else {
        return Err(format!(
            "`{}` has problems: mend them first, for the keyring finds a secret by token endpoint and \
             client id",
            path.display()
        ));
    };
    let SecretReference::Plain(secret) = &profile.client_secret else {
        return Err(format!(
            "`{}` holds no secret in plain text: there is nothing to move",
            path.display()
        ));
    };
    if profile.provider.preset == Some(Preset::Sandbox) {
        return Err("the secret of the sandbox is none: it stays in the file".to_owned());
    }
    if profile.placeholder() == Some(Field::ClientId) {
        return Err(
            "the keyring keeps a secret under its client id: fill in `client_id` first".to_owned(),
        );
    }
    let client = Client::of(&profile);
    let kept = vault
        .keep_secret(&client, secret)
        .and_then(|()| vault.secret(&client));
    match kept {
        Ok(Some(kept)) if kept == *secret => {}
        Ok(_) => {
            return Err(
                "the keyring took the secret and does not give it back: the file was left as it was"
                    .to_owned(),
            );
        }
        Err(trouble) => return Err(trouble.message),
    }
    let mut draft = Draft::open(&name, origin, &text).map_err(|problem| problem.to_string())?;
    draft.set_secret(&SecretReference::Keyring);
    save(path, &draft.text(), expected).map_err(|trouble| {
        format!("the secret is in the keyring now, and still in the file: {trouble}")
    })
}

/// Where new profiles go: the folder that was named, else the configuration folder. `None` when the system
/// names no home.
pub fn home_of_new(search: &Search) -> Option<PathBuf> {
    search
        .named
        .clone()
        .or_else(|| search.configuration.clone())
}

/// A text that is too long would be written and never read again.
fn fits(path: &Path, text: &str) -> Result<(), WriteTrouble> {
    if text.len() as u64 <= LARGEST {
        return Ok(());
    }
    Err(WriteTrouble::Disk(format!(
        "`{}` was not written: its text is larger than 1 MiB, and no profile of that size is read",
        path.display()
    )))
}

/// The folder of a new file.
fn make_folder(path: &Path) -> Result<(), WriteTrouble> {
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(|error| {
        WriteTrouble::Disk(format!(
            "the folder `{}` cannot be made ({error}): name another with `--profiles`, or look who may \
             write there",
            folder.display()
        ))
    })
}

/// The file behind a link; the path itself when there is none or nothing is there.
fn resolved(path: &Path) -> Result<PathBuf, String> {
    let is_link = path
        .symlink_metadata()
        .is_ok_and(|facts| facts.file_type().is_symlink());
    if !is_link {
        return Ok(path.to_owned());
    }
    fs::canonicalize(path).map_err(|error| {
        format!(
            "`{}` is a link that leads nowhere ({error}): make it lead to a file, or remove it",
            path.display()
        )
    })
}

/// The folder a file stands in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The text in a temporary file of that folder, safe on the disk. It goes by itself unless it is persisted;
/// its name begins with a dot, so that no list of profiles shows it.
pub(in crate::edge) fn written(folder: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut temporary = Builder::new()
        .prefix(".dineroscope-")
        .suffix(".tmp")
        .tempfile_in(folder)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// What kept a file from being written.
fn cannot_write(path: &Path, error: &io::Error) -> String {
    format!(
        "`{}` cannot be written ({error}), and what was there is as it was: look who may write into its \
         folder, and whether the disk is full",
        path.display()
    )
}

/// The turn of this program in a folder, until it is dropped. Where a folder cannot be locked there is only
/// the look at the file.
pub(in crate::edge) fn turn(folder: &Path) -> Result<Option<File>, String> {
    let Ok(handle) = File::open(folder) else {
        return Ok(None);
    };
    private::turn(handle, folder)
}

/// Whether a file is still as it was read.
fn as_expected(path: &Path, expected: &Version) -> Result<(), WriteTrouble> {
    if path.symlink_metadata().is_err() {
        return match expected.0 {
            State::Absent => Ok(()),
            _ => Err(WriteTrouble::ChangedOutside { now: None }),
        };
    }
    let text = text_of(path)
        .map_err(|problem| WriteTrouble::Disk(format!("`{}` {problem}", path.display())))?;
    if Version::of(&text) == *expected {
        Ok(())
    } else {
        Err(WriteTrouble::ChangedOutside { now: Some(text) })
    }
}

/// Gives the temporary file the mode and the owner of the one it replaces. A file that nobody may write was
/// made so on purpose.
fn like_before(path: &Path, temporary: &NamedTempFile) -> Result<(), String> {
    let facts = fs::metadata(path).map_err(|error| cannot_write(path, &error))?;
    if facts.permissions().readonly() {
        return Err(format!(
            "`{}` is read-only and was left as it is: make it writable first, or save under another name",
            path.display()
        ));
    }
    #[cfg(unix)]
    keep_owner(&facts, temporary.as_file());
    temporary
        .as_file()
        .set_permissions(facts.permissions())
        .map_err(|error| cannot_write(path, &error))
}

/// Only the administrator may give a file away; for anybody else it is theirs, as after any editor.
#[cfg(unix)]
fn keep_owner(facts: &fs::Metadata, file: &File) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _ = fchown(file, Some(facts.uid()), Some(facts.gid()));
}

/// The version of a text that has taken its place.
fn kept(folder: &Path, text: &str) -> Version {
    sync(folder);
    Version::of(text)
}

/// Makes a rename last. Not every file system can, and the file itself is safe already.
pub(in crate::edge) fn sync(folder: &Path) {
    let _ = File::open(folder).and_then(|handle| handle.sync_all());
}
