//! The drafts of every profile, as the one file they are kept in: what was typed and neither sent nor saved
//! survives whatever ends the program.
//!
//! Without its secrets: what was typed into `Authorization` is typed again rather than written down.

use super::draft::{Draft, DraftBody};
use super::masked::{emptied, masked};
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use serde::{Deserialize as _, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the format; a file of a later one is neither read nor written over.
pub const VERSION: u64 = 1;

/// Most bytes of all drafts together.
pub const MOST: usize = 8 * 1024 * 1024;

/// What a draft is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DraftOf {
    /// A free request.
    Free,
    /// The operation of that name.
    Operation(String),
    /// The saved request of that name.
    Saved(String),
    /// The request that was sent under that name.
    Sent(String),
}

impl DraftOf {
    /// As it is written.
    fn key(&self) -> String {
        match self {
            Self::Free => "free".to_owned(),
            Self::Operation(name) => name.clone(),
            Self::Saved(name) => format!("{SAVED}{name}"),
            Self::Sent(id) => format!("{SENT}{id}"),
        }
    }

    /// Reads what is written.
    fn of(key: &str) -> Self {
        match (key, key.strip_prefix(SAVED), key.strip_prefix(SENT)) {
            ("free", ..) => Self::Free,
            (_, Some(name), _) => Self::Saved(name.to_owned()),
            (_, None, Some(id)) => Self::Sent(id.to_owned()),
            (name, None, None) => Self::Operation(name.to_owned()),
        }
    }

    /// In a sentence.
    fn words(&self) -> String {
        match self {
            Self::Free => "the free request".to_owned(),
            Self::Operation(name) => format!("`{name}`"),
            Self::Saved(name) => format!("the saved request `{name}`"),
            Self::Sent(_) => "a request that was sent".to_owned(),
        }
    }
}

/// How the key of a saved request begins; the name of no operation does.
const SAVED: &str = "saved:";

/// How the key of a request that was sent begins.
const SENT: &str = "sent:";

/// Every draft, by profile and by what it is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drafts(BTreeMap<String, BTreeMap<DraftOf, Draft>>);

/// A draft as it stands now, or that there is none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The draft; nothing when it was sent, saved or thrown away.
    pub draft: Option<Draft>,
    /// Values that are written down under no name.
    pub known: Vec<Secret>,
}

/// What may be written to the disk: drafts without their secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftsText(String);

impl DraftsText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a file holds no drafts that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is something else, or torn.
    Damaged,
    /// It was written by a later version of this program.
    Later(u64),
}

/// The file.
#[derive(Serialize)]
struct Written<'a> {
    dineroscope: &'a str,
    v: u64,
    drafts: BTreeMap<&'a str, BTreeMap<String, &'a Draft>>,
}

impl Drafts {
    /// Reads a file; what of it is no draft is left out and counted.
    pub fn read(text: &str) -> Result<(Self, usize), Unreadable> {
        let file: Value = serde_json::from_str(text).map_err(|_| Unreadable::Damaged)?;
        let version = file.get("v").and_then(Value::as_u64);
        let is_ours = file.get("dineroscope").and_then(Value::as_str) == Some("drafts");
        match version.filter(|_| is_ours) {
            None => return Err(Unreadable::Damaged),
            Some(version) if version > VERSION => return Err(Unreadable::Later(version)),
            Some(_) => {}
        }
        let profiles = file.get("drafts").and_then(Value::as_object);
        let profiles = profiles.ok_or(Unreadable::Damaged)?;
        let (mut drafts, mut left_out) = (Self::default(), 0);
        for (profile, written) in profiles {
            let Some(written) = written.as_object() else {
                left_out += 1;
                continue;
            };
            for (key, draft) in written {
                match Draft::deserialize(draft) {
                    Ok(draft) => drafts.put(profile, DraftOf::of(key), draft),
                    Err(_) => left_out += 1,
                }
            }
        }
        Ok((drafts, left_out))
    }

    /// A draft of a profile.
    pub fn get(&self, profile: &str, of: &DraftOf) -> Option<&Draft> {
        self.0.get(profile)?.get(of)
    }

    /// The drafts of a profile.
    pub fn of_profile(&self, profile: &str) -> impl Iterator<Item = (&DraftOf, &Draft)> {
        self.0.get(profile).into_iter().flatten()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes a change over, without its secrets.
    pub fn change(&mut self, profile: &str, of: &DraftOf, change: &Change, mask: &Mask) {
        if let Some(draft) = &change.draft {
            let known: Vec<&Secret> = change.known.iter().collect();
            let (draft, _) = emptied(&masked(draft, mask, &known));
            self.put(profile, of.clone(), draft);
            return;
        }
        if let Some(drafts) = self.0.get_mut(profile) {
            drafts.remove(of);
            if drafts.is_empty() {
                self.0.remove(profile);
            }
        }
    }

    fn put(&mut self, profile: &str, of: DraftOf, draft: Draft) {
        let drafts = self.0.entry(profile.to_owned()).or_default();
        drafts.insert(of, draft);
    }

    /// The file. What does not fit goes, the largest body first, and is named.
    pub fn text(&mut self) -> (DraftsText, Vec<String>) {
        let left_out = self.fit(MOST);
        let drafts = self.0.iter().map(|(profile, drafts)| {
            let drafts = drafts.iter().map(|(of, draft)| (of.key(), draft));
            (profile.as_str(), drafts.collect())
        });
        let written = Written {
            dineroscope: "drafts",
            v: VERSION,
            drafts: drafts.collect(),
        };
        // Texts, numbers and maps with texts as keys always become JSON.
        let text = serde_json::to_string(&written).unwrap_or_default();
        (DraftsText(text), left_out)
    }

    /// Lets bodies go, then whole drafts, until the rest has no more bytes than that.
    fn fit(&mut self, most: usize) -> Vec<String> {
        let length = |text: &Draft| serde_json::to_string(text).map_or(0, |text| text.len());
        let mut sizes: Vec<(usize, String, DraftOf)> = Vec::new();
        for (profile, drafts) in &self.0 {
            let of_profile = drafts.iter().map(|(of, draft)| {
                let names = profile.len() + of.key().len();
                (length(draft) + names + 16, profile.clone(), of.clone())
            });
            sizes.extend(of_profile);
        }
        sizes.sort_by_key(|(size, ..)| std::cmp::Reverse(*size));
        let mut total: usize = sizes.iter().map(|(size, ..)| size).sum();
        let mut left_out = Vec::new();
        for only_bodies in [true, false] {
            for (size, profile, of) in &mut sizes {
                if total <= most {
                    return left_out;
                }
                let Some(drafts) = self.0.get_mut(profile.as_str()) else {
                    continue;
                };
                let now = match drafts.get_mut(of) {
                    Some(draft) if only_bodies => {
                        if !matches!(draft.body, DraftBody::Text(_)) {
                            continue;
                        }
                        draft.body = DraftBody::Nothing;
                        *size - (*size).min(length(draft))
                    }
                    Some(_) => {
                        drafts.remove(of);
                        *size
                    }
                    None => continue,
                };
                total -= now.min(total);
                *size -= now;
                let what = if only_bodies { "the body of " } else { "" };
                left_out.push(format!(
                    "{what}{} is too large to be kept as a draft: save it, or put it into a file",
                    of.words()
                ));
            }
        }
        left_out
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::super::masked::tests::{mask, row};
    use super::*;
    use crate::core::dinero::catalogue::operation;
    use proptest::prelude::*;

    fn change(draft: Draft) -> Change {
        Change {
            draft: Some(draft),
            known: vec![Secret::new("a-known-value")],
        }
    }

    fn keys() -> [DraftOf; 3] {
        [
            DraftOf::Free,
            DraftOf::Operation("invoices.list".to_owned()),
            DraftOf::Saved("free".to_owned()),
        ]
    }

    #[test]
    fn what_is_written_is_read_again_and_what_is_gone_is_not() {
        let mut drafts = Drafts::default();
        let draft = Draft::of(operation("invoices.list").unwrap());
        for of in keys() {
            drafts.change("acme", &of, &change(draft.clone()), &mask());
        }
        let (text, left_out) = drafts.text();
        assert!(left_out.is_empty());
        assert_eq!(Drafts::read(text.as_str()), Ok((drafts.clone(), 0)));
        assert_eq!(drafts.of_profile("acme").count(), 3);
        let none = Change {
            draft: None,
            known: Vec::new(),
        };
        for of in keys() {
            assert_eq!(drafts.get("acme", &of), Some(&draft));
            drafts.change("acme", &of, &none, &mask());
        }
        assert!(drafts.is_empty());
    }

    #[test]
    fn a_secret_that_was_typed_is_not_written() {
        let mut draft = Draft::free("GET", "/x?access_token=hunter22");
        draft.headers = vec![row("authorization", "Basic hunter22", true)];
        draft.parameters = vec![row("note", "a-known-value", true)];
        draft.body = DraftBody::Text("{\"password\":\"hunter22\"}".to_owned());
        let mut drafts = Drafts::default();
        drafts.change("acme", &DraftOf::Free, &change(draft), &mask());
        let text = drafts.text().0;
        for secret in ["hunter22", "a-known-value", "••••"] {
            assert!(!text.as_str().contains(secret), "{}", text.as_str());
        }
        let kept = drafts.get("acme", &DraftOf::Free).unwrap();
        assert_eq!(kept.headers, [row("authorization", "", false)]);
    }

    #[test]
    fn what_does_not_fit_goes_the_largest_body_first() {
        let mut drafts = Drafts::default();
        for (of, length) in keys().into_iter().zip([10, 3 * MOST / 4, MOST / 2]) {
            let mut draft = Draft::free("POST", "/x");
            draft.body = DraftBody::Text("a".repeat(length));
            drafts.change("acme", &of, &change(draft), &mask());
        }
        let (text, left_out) = drafts.text();
        assert_eq!(left_out.len(), 1, "{left_out:?}");
        assert!(left_out[0].starts_with("the body of `invoices.list` is too large"));
        assert!(text.as_str().len() <= MOST + 1024);
        let bodies = drafts.of_profile("acme").map(|(_, draft)| &draft.body);
        assert_eq!(bodies.filter(|it| **it == DraftBody::Nothing).count(), 1);
        let mut huge = Draft::free("POST", "/x");
        huge.headers
            .push(row("X-Huge", &"a".repeat(MOST + 1), true));
        drafts.change("acme", &DraftOf::Free, &change(huge), &mask());
        assert!(drafts.text().0.as_str().len() <= MOST + 1024);
        assert_eq!(drafts.get("acme", &DraftOf::Free), None);
    }

    #[test]
    fn what_is_no_draft_is_left_out_and_a_later_version_left_alone() {
        let draft = serde_json::to_string(&Draft::free("GET", "/x")).unwrap();
        let text = format!(
            "{{\"dineroscope\":\"drafts\",\"v\":1,\"drafts\":{{\"a\":{{\"free\":{draft},\"x\":1}},\"b\":[]}}}}"
        );
        let (drafts, left_out) = Drafts::read(&text).unwrap();
        assert_eq!((drafts.of_profile("a").count(), left_out), (1, 2));
        let later = text.replace("\"v\":1", "\"v\":9");
        assert_eq!(Drafts::read(&later), Err(Unreadable::Later(9)));
        for other in ["", "{}", &text[..40], "{\"dineroscope\":\"run\",\"v\":1}"] {
            assert_eq!(Drafts::read(other), Err(Unreadable::Damaged), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            let _ = Drafts::read(&text);
            let _ = Drafts::read(&format!("{{\"dineroscope\":\"drafts\",\"v\":1,\"drafts\":{text}}}"));
        }
    }
}
