//! The certificate with which the callback listener speaks TLS: made by this program, for exactly the hosts of
//! the callback, and kept, so that a browser that has accepted it once does not warn again.
//!
//! One file for each redirect URI's host, readable by this user alone. It is made anew when its last day has
//! come or when it is for other hosts. Where nothing can be written it lives in memory, and that is said.

mod made;

use crate::core::oauth::flow::Certificate;
use crate::edge::folders::Folders;
use jiff::{SignedDuration, Timestamp};
use made::Made;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long another instance that makes the same certificate is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long a certificate must still be good for to be taken.
const LEAST_LEFT: SignedDuration = SignedDuration::from_hours(1);

/// Where certificates are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificates {
    folder: Option<PathBuf>,
}

/// A certificate with what is needed to speak TLS with it.
#[derive(Debug, Clone)]
pub struct Identity {
    /// What is told of it.
    pub certificate: Certificate,
    /// The certificate itself.
    pub shown: CertificateDer<'static>,
    /// The listener's side of TLS.
    pub config: Arc<ServerConfig>,
}

impl Certificates {
    /// Those of this user.
    pub fn of_this_user() -> Self {
        Self {
            folder: Folders::of_this_user().map(|folders| folders.data.join("callback")),
        }
    }

    /// Those in a folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
        }
    }

    /// The certificate for these hosts; blocking, for some milliseconds. Fails only where none can be made.
    pub fn identity(&self, names: &[String], now: Timestamp) -> Result<Identity, String> {
        let (made, trouble) = match self.kept_or_made(names, now) {
            Ok(made) => (made, None),
            Err(trouble) => (Made::make(names, now)?, Some(trouble)),
        };
        let config = config(&made)?;
        Ok(Identity {
            certificate: Certificate {
                names: made.names.clone(),
                fingerprint: made.fingerprint(),
                made_at: made.since,
                until: made.until,
                trouble,
            },
            shown: CertificateDer::from(made.certificate),
            config: Arc::new(config),
        })
    }

    /// The one that is kept, or one that is kept from now on; why it cannot be.
    fn kept_or_made(&self, names: &[String], now: Timestamp) -> Result<Made, String> {
        let folder = self.folder.as_ref().ok_or("the system names no home")?;
        let host = names.first().map_or("", String::as_str);
        let file = folder.join(format!("{}.toml", file_stem(host)));
        if let Some(made) = read(&file, names, now) {
            return Ok(made);
        }
        let said = |error: io::Error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(said)?;
        let _lock = locked(&file.with_extension("lock")).map_err(said)?;
        // Another instance may have made it meanwhile.
        if let Some(made) = read(&file, names, now) {
            return Ok(made);
        }
        let made = Made::make(names, now)?;
        write(folder, &file, &made).map_err(said)?;
        Ok(made)
    }
}

/// A host as a file's name: what a path could mean is taken out.
fn file_stem(host: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '.';
    let stem: String = host
        .chars()
        .map(|letter| if plain(letter) { letter } else { '-' })
        .take(100)
        .collect();
    format!("host-{stem}")
}

/// The certificate in a file, when it is for these hosts and good for a while.
fn read(file: &Path, names: &[String], now: Timestamp) -> Option<Made> {
    let made = Made::read(&fs::read_to_string(file).ok()?)?;
    let fits = made.names == names && made.since <= now;
    let left = made.until.duration_since(now);
    (fits && left >= LEAST_LEFT && config(&made).is_ok()).then_some(made)
}

/// The lock under which a certificate is made, given back when it is dropped.
fn locked(file: &Path) -> io::Result<File> {
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(file)?;
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(fs::TryLockError::WouldBlock) if waited < PATIENCE => {
                let pause = Duration::from_millis(10);
                std::thread::sleep(pause);
                waited += pause;
            }
            Err(fs::TryLockError::WouldBlock) => return Err(io::ErrorKind::TimedOut.into()),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
    }
}

/// Writes it in one go, readable by this user alone.
fn write(folder: &Path, file: &Path, made: &Made) -> io::Result<()> {
    let mut written = tempfile::NamedTempFile::new_in(folder)?;
    written.write_all(made.text().as_bytes())?;
    written.as_file().sync_all()?;
    written.persist(file).map_err(|error| error.error)?;
    Ok(())
}

/// The listener's side of TLS.
fn config(made: &Made) -> Result<ServerConfig, String> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.key.clone()));
    let chain = vec![CertificateDer::from(made.certificate.clone())];
    let said = |error: rustls::Error| error.to_string();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(said)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(said)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_795_431_658 + day * 86_400).unwrap()
    }

    #[test]
    fn it_is_kept_until_its_last_day() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::in_folder(folder.path().join("callback"));
        let print = |day| {
            let identity = certificates
                .identity(&names(&["localhost"]), at(day))
                .unwrap();
            assert_eq!(identity.certificate.trouble, None);
            identity.certificate.fingerprint
        };
        let first = print(0);
        assert_eq!(first.len(), 95, "32 pairs with colons: {first}");
        assert_eq!(print(100), first);
        assert_eq!(print(395), first);
        let second = print(398);
        assert_ne!(second, first, "it had run out");
        assert_ne!(print(-10), second, "one of the future is not taken");
    }

    #[test]
    fn it_is_good_for_397_days_at_most() {
        let folder = tempfile::tempdir().unwrap();
        let identity = Certificates::in_folder(folder.path())
            .identity(&names(&["app.local"]), at(0))
            .unwrap();
        let Certificate { made_at, until, .. } = identity.certificate;
        assert!(until.duration_since(made_at) <= SignedDuration::from_hours(397 * 24));
    }

    #[test]
    fn other_hosts_get_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::in_folder(folder.path());
        let print = |hosts: &[&str]| {
            let identity = certificates.identity(&names(hosts), at(0)).unwrap();
            assert_eq!(identity.certificate.names, names(hosts));
            identity.certificate.fingerprint
        };
        let localhost = print(&["localhost"]);
        let local = print(&["app.local"]);
        assert_ne!(localhost, local);
        assert_eq!(
            print(&["localhost"]),
            localhost,
            "each host has its own file"
        );
        assert_ne!(print(&["app.local", "b.local"]), local, "one name more");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::in_folder(folder.path());
        certificates.identity(&names(&["::1"]), at(0)).unwrap();
        let file = folder.path().join("host---1.toml");
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_certificate_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::in_folder(folder.path());
        let file = folder.path().join("host-localhost.toml");
        let good = || {
            let identity = certificates
                .identity(&names(&["localhost"]), at(0))
                .unwrap();
            assert_eq!(identity.certificate.trouble, None);
            identity.certificate.fingerprint
        };
        good();
        let whole = fs::read_to_string(&file).unwrap();
        let halves = [
            "",
            "x = [",
            &whole[..whole.len() / 2],
            &whole.replace("key = \"", "key = \"AAAA"),
        ];
        for text in halves {
            fs::write(&file, text).unwrap();
            let made = good();
            assert_eq!(good(), made, "and kept again");
        }
    }

    #[test]
    fn where_nothing_can_be_kept_it_is_said_and_one_is_made_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("taken");
        fs::write(&file, "").unwrap();
        let homeless = Certificates { folder: None };
        for certificates in [Certificates::in_folder(file.join("callback")), homeless] {
            let identity = certificates
                .identity(&names(&["localhost"]), at(0))
                .unwrap();
            assert!(identity.certificate.trouble.is_some());
        }
    }

    #[test]
    fn two_instances_at_once_get_the_same_one() {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::in_folder(folder.path());
        let prints: Vec<String> = std::thread::scope(|scope| {
            let making: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let identity = certificates
                            .identity(&names(&["localhost"]), at(0))
                            .unwrap();
                        identity.certificate.fingerprint
                    })
                })
                .collect();
            making.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(prints.iter().all(|print| *print == prints[0]), "{prints:?}");
    }
}
