//! Whatever is typed into the form of a profile, in any order: the file loses nothing by it.

use crate::profile_draft::{SHIPPED, STYLES, draft as draft_of};
use dineroscope::core::profile::Origin;
use dineroscope::core::profile::edit::{Draft, FIELDS, OWN_URLS};
use proptest::prelude::*;

/// Tables where others have values, and in every way to write them; no line end at its end.
const TABLES: &str = r#"provider = { authorize_url = "https://a.example", token_url = "https://a.example/t" }
exchange.extra.resource = "x"
favourite = [ # all
  1, # one
]
# Odd.
[authorize.extra] # further
max_age = 0

[[scopes]] # wrong
a = 1
[client_secret] # where
env = "ACME"
[api]
base_url = """https://a.example"""
# The end.
[scope_sets]
"odd name" = [ 'a' , "b" ] # odd"#;

/// The lines that one text has and the other has not.
fn differing(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let without = |text: &str, other: &str| {
        let mut others: Vec<&str> = other.lines().collect();
        let mut lines = Vec::new();
        for line in text.lines() {
            match others.iter().position(|other| *other == line) {
                Some(at) => drop(others.remove(at)),
                None => lines.push(line.to_owned()),
            }
        }
        lines
    };
    (without(before, after), without(after, before))
}

/// A text that somebody may type into a row.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~æ\t]{0,20}",
        "\\PC{0,12}",
        any::<String>(),
        proptest::sample::select(
            FIELDS
                .iter()
                .map(|field| field.example.to_owned())
                .collect::<Vec<_>>()
        ),
        proptest::sample::select(vec![
            String::new(),
            OWN_URLS.to_owned(),
            "sandbox".to_owned(),
            "a b c".to_owned(),
            "offline_access".to_owned(),
            "prompt=consent x=1".to_owned(),
            "b=y; a=x z".to_owned(),
            "command pass acme".to_owned(),
        ]),
    ]
}

fn step() -> impl Strategy<Value = (usize, Option<String>)> {
    (0..FIELDS.len(), proptest::option::weighted(0.85, typed()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_editing_keeps_what_it_does_not_touch(
        file in 0..5_usize,
        windows in any::<bool>(),
        steps in proptest::collection::vec(step(), 1..12),
    ) {
        let text = SHIPPED.into_iter().chain([STYLES, TABLES]).nth(file).unwrap();
        let text = if windows { text.replace('\n', "\r\n") } else { text.to_owned() };
        let mut draft = draft_of(&text);
        let original = draft.clone();
        let mut touched = Vec::new();
        for (at, typed) in steps {
            let key = FIELDS[at].key;
            match typed {
                Some(typed) => draft.set(key, &typed),
                None => draft.reset(key),
            }
            touched.push(key);
            let now = draft.text();
            let again = Draft::open("acme", Origin::Memory, &now);
            prop_assert!(again.is_ok(), "{now}");
            let of_provider = |key: &str| key.starts_with("provider");
            for field in FIELDS {
                let own = touched.contains(&field.key)
                    || (of_provider(field.key) && touched.iter().any(|key| of_provider(key)));
                if !own {
                    prop_assert_eq!(draft.value(field.key), original.value(field.key), "{}", field.key);
                    prop_assert!(!draft.changed().contains(&field.key));
                }
            }
            let (gone, _) = differing(&text, &now);
            for line in gone {
                let comment = line.trim_start().starts_with('#');
                prop_assert!(!comment, "{line}\n{now}");
                prop_assert!(!line.starts_with("favourite") && !line.starts_with("colour"), "{line}");
            }
        }
        for field in FIELDS {
            draft.reset(field.key);
        }
        prop_assert_eq!(draft.text(), text);
        prop_assert!(draft.changed().is_empty());
    }
}
