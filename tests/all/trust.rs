//! What is trusted: one file, one secret, one token endpoint; anything else is asked again.

use dineroscope::core::profile::SecretReference;
use dineroscope::core::profile::trust::TrustQuestion;
use dineroscope::edge::trust::Trusted;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A profile file in a folder, and a data folder that is not there yet.
fn place() -> (TempDir, Trusted, TrustQuestion) {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("profiles")).unwrap();
    let file = root.path().join("profiles").join("acme.toml");
    fs::write(&file, "").unwrap();
    let trusted = Trusted::at(list(&root));
    let question = TrustQuestion {
        path: file,
        reference: SecretReference::Environment("ACME_SECRET".to_owned()),
        token_url: "https://connect.visma.com/connect/token".to_owned(),
    };
    (root, trusted, question)
}

fn list(root: &TempDir) -> PathBuf {
    root.path().join("home").join("data").join("trusted")
}

#[test]
fn a_yes_is_for_this_file_this_secret_and_this_endpoint() {
    let (root, trusted, question) = place();
    assert!(!trusted.holds(&question));
    trusted.keep(&question).unwrap();
    assert!(trusted.holds(&question));

    let other_file = root.path().join("profiles").join("other.toml");
    fs::write(&other_file, "").unwrap();
    let command = |words: &[&str]| {
        SecretReference::Command(words.iter().map(|&word| word.to_owned()).collect())
    };
    let others = [
        TrustQuestion {
            path: other_file,
            ..question.clone()
        },
        TrustQuestion {
            token_url: "https://evil.example/connect/token".to_owned(),
            ..question.clone()
        },
        TrustQuestion {
            reference: SecretReference::Environment("HOME".to_owned()),
            ..question.clone()
        },
        TrustQuestion {
            reference: SecretReference::Keyring,
            ..question.clone()
        },
        TrustQuestion {
            reference: command(&["ACME_SECRET"]),
            ..question.clone()
        },
    ];
    for other in &others {
        assert!(!trusted.holds(other), "{other:?}");
    }
    let words = TrustQuestion {
        reference: command(&["pass", "acme"]),
        ..question.clone()
    };
    trusted.keep(&words).unwrap();
    assert!(trusted.holds(&words) && trusted.holds(&question));
    let joined = TrustQuestion {
        reference: command(&["pass acme"]),
        ..question
    };
    assert!(!trusted.holds(&joined));
}

#[test]
fn a_file_is_the_same_by_whichever_way_it_is_reached() {
    let (root, trusted, question) = place();
    let around = TrustQuestion {
        path: root.path().join("profiles/../profiles/./acme.toml"),
        ..question.clone()
    };
    trusted.keep(&around).unwrap();
    assert!(trusted.holds(&question));
    let gone = TrustQuestion {
        path: root.path().join("profiles").join("gone.toml"),
        ..question
    };
    assert!(!trusted.holds(&gone));
    assert!(trusted.keep(&gone).is_err());
}

#[test]
fn a_list_that_is_damaged_trusts_nothing_and_is_begun_anew() {
    let (root, trusted, question) = place();
    trusted.keep(&question).unwrap();
    let key = fs::read_to_string(list(&root)).unwrap();
    assert_eq!(key.len(), 65);
    let large = key.repeat(1024 * 1024 / 65 + 1);
    for damaged in [
        key.as_bytes()[..40].to_vec(),
        key.trim_end().as_bytes().to_vec(),
        key.to_uppercase().into_bytes(),
        format!("{key}\n").into_bytes(),
        format!("{key}yes\n").into_bytes(),
        format!("\u{feff}{key}").into_bytes(),
        [key.as_bytes(), b"\xff\n"].concat(),
        large.into_bytes(),
        Vec::new(),
    ] {
        fs::write(list(&root), &damaged).unwrap();
        assert!(!trusted.holds(&question));
    }
    trusted.keep(&question).unwrap();
    assert_eq!(fs::read_to_string(list(&root)).unwrap(), key);

    fs::remove_file(list(&root)).unwrap();
    fs::create_dir(list(&root)).unwrap();
    assert!(!trusted.holds(&question));
    assert!(trusted.keep(&question).is_err());
}

#[test]
fn answers_given_at_once_are_all_kept() {
    let (root, trusted, question) = place();
    let of = |number: usize| TrustQuestion {
        token_url: format!("https://login.example.com/{number}"),
        ..question.clone()
    };
    std::thread::scope(|scope| {
        for number in 0..16 {
            let (trusted, question) = (&trusted, of(number));
            scope.spawn(move || trusted.keep(&question).unwrap());
        }
    });
    assert!((0..16).all(|number| trusted.holds(&of(number))));
    let text = fs::read_to_string(list(&root)).unwrap();
    assert_eq!(text.lines().count(), 16);
    trusted.keep(&of(3)).unwrap();
    assert_eq!(fs::read_to_string(list(&root)).unwrap(), text);
}

#[cfg(unix)]
#[test]
fn only_the_user_reads_the_list() {
    use std::os::unix::fs::MetadataExt as _;
    let (root, trusted, question) = place();
    trusted.keep(&question).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(&list(&root)), 0o600);
    assert_eq!(mode(list(&root).parent().unwrap()), 0o700);
}
