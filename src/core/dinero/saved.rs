//! Requests that are kept under a name: small files for people and version control, which hold what differs
//! from how their operation begins.
//!
//! ```toml
//! title = "Overdue in November"
//! note = "For the reminder run."
//! operation = "invoices.list"     # or method = "GET", path = "/v1/…" for a free request
//!
//! [parameters]
//! statusFilter = "Overdue"
//! own = ["1", "2"]                # a name that is sent twice
//!
//! [off]                           # switched off, but kept
//! endDate = "2026-11-30"
//!
//! [headers]                       # and [headers_off]
//! Accept = "application/octet-stream"
//!
//! [body]                          # text = '…', file = "…" or nothing = true
//! text = '''
//! { … }
//! '''
//! ```
//!
//! A secret is not written: a variable stands in its place, and who saves is told.

mod hiding;
mod put;
mod read;
mod write;

pub use hiding::Hidden;
pub use read::read;
pub use write::Written;

use super::draft::Draft;
use crate::core::profile::ProfileProblem;

/// Longest name of a file, in characters.
const LONGEST_NAME: usize = 60;

/// A request under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file's stem.
    pub name: String,
    /// What a person calls it.
    pub title: String,
    /// What it is for; perhaps nothing.
    pub note: String,
    /// The request.
    pub draft: Draft,
}

/// A file as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFile {
    /// The request; `None` when there are problems.
    pub saved: Option<Saved>,
    /// What keeps it from being used, in the order of the file.
    pub problems: Vec<ProfileProblem>,
    /// What is worth saying.
    pub warnings: Vec<ProfileProblem>,
}

/// The tables of rows, in the order in which they are written.
const PARAMETERS: &str = "parameters";
const OFF: &str = "off";
const HEADERS: &str = "headers";
const HEADERS_OFF: &str = "headers_off";

/// Every key at the top of a file.
const KEYS: [&str; 10] = [
    "title",
    "note",
    "operation",
    "method",
    "path",
    PARAMETERS,
    OFF,
    HEADERS,
    HEADERS_OFF,
    "body",
];

/// The keys of the body; one of them stands there.
const BODY_KEYS: [&str; 3] = ["text", "file", "nothing"];

/// Names that some systems keep for devices, whatever follows them.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Whether a text can be the name of a file: letters, digits, `-` and `_`, none of which leads elsewhere.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(fits)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !is_device(text)
}

/// Whether a name means a device to some systems.
fn is_device(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let numbered = |kind: &str| {
        let number = lower.strip_prefix(kind);
        number.is_some_and(|it| it.len() == 1 && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    DEVICES.contains(&lower.as_str()) || numbered("com") || numbered("lpt")
}

/// A name made of a title, which none of these has.
pub fn name_of(title: &str, taken: &[&str]) -> String {
    let slug = slug(title);
    let is_free = |name: &str| !taken.iter().any(|it| it.eq_ignore_ascii_case(name));
    if is_free(&slug) {
        return slug;
    }
    // Names that are taken are fewer than numbers.
    let numbered = |number: usize| {
        let ending = format!("-{number}");
        let room = LONGEST_NAME - ending.len();
        format!("{}{ending}", &slug[..slug.len().min(room)])
    };
    (2..=taken.len() + 2)
        .map(numbered)
        .find(|name| is_free(name))
        .unwrap_or(slug)
}

/// A title as a name: lower case, its words joined by hyphens.
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.chars() {
        match letter {
            'æ' | 'Æ' | 'ä' | 'Ä' => slug.push_str("ae"),
            'ø' | 'Ø' | 'ö' | 'Ö' => slug.push_str("oe"),
            'å' | 'Å' => slug.push_str("aa"),
            'ü' | 'Ü' => slug.push_str("ue"),
            'é' | 'É' | 'è' | 'È' => slug.push('e'),
            '_' if !slug.is_empty() => slug.push('_'),
            letter if letter.is_ascii_alphanumeric() => slug.push(letter.to_ascii_lowercase()),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() >= LONGEST_NAME {
            break;
        }
    }
    // Every letter of it is a byte.
    slug.truncate(LONGEST_NAME);
    let slug = slug.trim_end_matches('-');
    match slug {
        "" => "request".to_owned(),
        device if is_device(device) => format!("request-{device}"),
        slug => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_made_of_a_title() {
        for (title, name) in [
            ("Overdue in November", "overdue-in-november"),
            ("Fakturaer på Færøerne!", "fakturaer-paa-faeroeerne"),
            ("../../etc/passwd", "etc-passwd"),
            ("..", "request"),
            ("北京", "request"),
            ("-- a -- b --", "a-b"),
            ("NUL", "request-nul"),
            ("com1", "request-com1"),
            ("", "request"),
        ] {
            assert_eq!(name_of(title, &[]), name, "{title}");
        }
        assert_eq!(name_of("a", &["A", "a-2", "b"]), "a-3");
        for other in ["", "..", ".", "a.b", "a/b", "-a", "_a", "æ", "nul", "LPT1"] {
            assert!(!is_name(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_title_the_name_is_one_and_free(title in "\\PC{0,90}") {
            let first = name_of(&title, &[]);
            let second = name_of(&title, &[&first]);
            prop_assert!(is_name(&first), "{}", first);
            prop_assert!(is_name(&second) && second != first, "{}", second);
        }
    }
}
