//! Fuzzy search: over the operations, and over any other lines that a list is narrowed by.
//!
//! Letters may be left out of a word, and neither case nor diacritics matter: `kobs` finds `købsbilag`. What
//! is hit only by letters strewn over a long text is no match.

use super::catalogue::{Operation, catalogue};
use nucleo_matcher::chars::{normalize, to_lower_case};
use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String};
use std::cmp::Reverse;

/// Something that can be found.
#[derive(Debug, Clone, Default)]
pub struct Candidate<'a> {
    /// Its texts, each with how much a hit in it weighs: about 10 for what it is called, less for the rest.
    pub fields: Vec<(&'a str, u32)>,
    /// Added once to what the words score, which is [`PERFECT`] times the weight for each at best: above zero
    /// for what is meant more often, far below for what is out of date.
    pub favour: i32,
}

/// What a word scores that begins a word of the text and has no letter left out.
pub const PERFECT: u32 = 100;

/// What counts as a hit: less are letters here and there.
const ENOUGH: u32 = 60;

/// Longer words are compared by their beginning: the matcher counts in sixteen bits.
const LETTERS: usize = 60;

/// Positions of the candidates in which every word is hit, the best first and equal ones in their own order;
/// all of them when there is no word.
pub fn find<'a>(words: &str, candidates: impl IntoIterator<Item = Candidate<'a>>) -> Vec<usize> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let words: Vec<Word> = words
        .split(|letter: char| letter.is_whitespace() || ",;:".contains(letter))
        .map(|word| Word::new(word, &mut matcher))
        .filter(|word| !word.letters.is_empty())
        .collect();
    let mut letters = Vec::new();
    let mut found: Vec<(Reverse<i64>, usize)> = Vec::new();
    for (position, candidate) in candidates.into_iter().enumerate() {
        let mut score = |word: &Word| word.score(&candidate, &mut matcher, &mut letters);
        let scores: Option<i64> = words.iter().map(&mut score).sum();
        if let Some(scores) = scores {
            // Without a word there is nothing to be better in.
            let favour = if words.is_empty() {
                0
            } else {
                candidate.favour.into()
            };
            found.push((Reverse(scores + favour), position));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, position)| position).collect()
}

/// The operations that match, the best first: what lists and creates before the rest, older versions last.
pub fn operations(words: &str) -> Vec<&'static Operation> {
    let all = &catalogue().operations;
    find(words, all.iter().map(candidate))
        .into_iter()
        .filter_map(|position| all.get(position))
        .collect()
}

/// What most people are after.
const MAIN: [&str; 4] = ["Organizations", "Contacts", "Products", "Invoices"];

/// How much that is favoured.
const OF_MAIN: i32 = 50;
/// How much is favoured what lists or creates: the rest follows from it.
const LISTS_OR_CREATES: i32 = 80;
/// What keeps an older version behind everything else.
const OLDER: i32 = -1_000_000;

/// An operation as it is found.
fn candidate(operation: &Operation) -> Candidate<'_> {
    // The parameter that nearly every path begins with tells nothing.
    let path = operation.path.split_once("Id}/");
    let path = path.map_or(operation.path.as_str(), |(_, rest)| rest);
    let does = operation.name.split_once('.').map(|(_, does)| does);
    let mut favour = match does {
        Some("list" | "create" | "upload") => LISTS_OR_CREATES,
        _ => 0,
    };
    if MAIN.contains(&operation.resource.as_str()) {
        favour += OF_MAIN;
    }
    if operation.deprecated || operation.newer.is_some() {
        favour += OLDER;
    }
    Candidate {
        fields: vec![
            (&operation.name, 10),
            (&operation.resource, 9),
            (&operation.label, 9),
            (&operation.words, 9),
            (&operation.summary, 6),
            (path, 4),
            (&operation.method, 4),
        ],
        favour,
    }
}

/// A word that was typed.
struct Word {
    /// Its letters, lower case and without diacritics.
    letters: Utf32String,
    /// What it scores in itself.
    perfect: u32,
}

impl Word {
    fn new(typed: &str, matcher: &mut Matcher) -> Self {
        let letters: String = without_marks(typed)
            .map(|letter| to_lower_case(normalize(letter)))
            .take(LETTERS)
            .collect();
        let letters = Utf32String::from(letters);
        let perfect = matcher.fuzzy_match(letters.slice(..), letters.slice(..));
        Self {
            perfect: perfect.unwrap_or_default().max(1).into(),
            letters,
        }
    }

    /// What it scores where it fits a candidate best; `None` when it hits nothing of it.
    fn score(
        &self,
        candidate: &Candidate<'_>,
        matcher: &mut Matcher,
        unpacked: &mut Vec<char>,
    ) -> Option<i64> {
        let hits = candidate.fields.iter().filter_map(|(text, weight)| {
            let text = if text.is_ascii() {
                Utf32Str::Ascii(text.as_bytes())
            } else {
                unpacked.clear();
                unpacked.extend(without_marks(text));
                Utf32Str::Unicode(unpacked)
            };
            let score = matcher.fuzzy_match(text, self.letters.slice(..))?;
            let hit = u32::from(score) * PERFECT / self.perfect;
            // Squared, so that letters left out cost more than a weight or a favour gives.
            (hit >= ENOUGH).then(|| i64::from(hit * hit / PERFECT) * i64::from(*weight))
        });
        hits.max()
    }
}

/// The letters of a text, without the marks that were written as characters of their own.
fn without_marks(text: &str) -> impl Iterator<Item = char> {
    text.chars()
        .filter(|letter| !matches!(letter, '\u{300}'..='\u{36f}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::dinero::catalogue::operation;

    /// The names that are found, best first.
    fn names(words: &str) -> Vec<&'static str> {
        operations(words)
            .into_iter()
            .map(|found| found.name.as_str())
            .collect()
    }

    /// Which of these lines are found, best first.
    fn lines(words: &str, lines: &[&'static str]) -> Vec<&'static str> {
        let candidates = lines.iter().map(|line| Candidate {
            fields: vec![(*line, 1)],
            favour: 0,
        });
        find(words, candidates)
            .into_iter()
            .map(|position| lines[position])
            .collect()
    }

    #[test]
    fn three_letters_find_what_a_task_needs() {
        let mut wrong = Vec::new();
        for (task, typed, wanted) in TASKS {
            for letters in typed.split(' ') {
                let first: Vec<&str> = names(letters).into_iter().take(5).collect();
                if !first.contains(wanted) {
                    wrong.push(format!("{task}: `{letters}` finds {first:?}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    /// A task, the letters that are typed for it, and the operation that is meant.
    const TASKS: &[(&str, &str, &str)] = &[
        (
            "list the unpaid invoices",
            "inv unp ube fak",
            "invoices.list",
        ),
        ("what is overdue", "ove for", "invoices.list"),
        ("write an invoice", "inv cre new opr kla", "invoices.create"),
        ("book an invoice", "boo bog", "invoices.book"),
        ("send an invoice by mail", "mai ema sen", "invoices.email"),
        (
            "send an invoice to a public customer",
            "ean pub oio e-i",
            "invoices.e-invoice",
        ),
        ("send an invoice by SMS", "sms", "invoices.sms"),
        (
            "the totals of an invoice without storing it",
            "tot cal ber",
            "invoices.fetch",
        ),
        ("download an invoice as a PDF", "pdf dow", "invoices.get"),
        (
            "register a payment",
            "pay bet reg",
            "invoices.payments-create",
        ),
        ("send a reminder", "rem ryk", "reminders.create"),
        ("credit an invoice", "cre kre ref", "credit-notes.create"),
        ("find a customer", "con cus kun", "contacts.list"),
        ("create a contact", "con cre cus", "contacts.create"),
        (
            "restore a deleted contact",
            "res und gen",
            "contacts.restore",
        ),
        (
            "what a contact owes",
            "sta owe kon",
            "contacts.state-of-account",
        ),
        ("search a product", "pro var ite", "products.list"),
        ("my companies", "com org fir", "organizations.list"),
        ("which VAT codes there are", "vat mom", "vat-types.list"),
        ("list the accounts", "acc kon cha", "accounts.entry-list"),
        ("bank accounts", "ban dep", "accounts.deposit-list"),
        (
            "the accounting years",
            "yea reg fis",
            "accounting-years.list",
        ),
        ("make an offer", "off quo til", "trade-offers.create"),
        ("upload a receipt", "upl rec bil", "files.upload"),
        (
            "enter an expense",
            "exp pur køb kob udg",
            "purchases.create",
        ),
        ("post to the ledger", "led kas jou", "ledger.create"),
        ("read ledger items", "led", "ledger.read"),
        ("what was booked", "ent pos boo", "entries.list"),
        ("the trial balance", "tri sal bal", "reports.saldo"),
        ("the result of the year", "res los", "reports.result"),
        ("subscribe a webhook", "web sub", "webhooks.subscribe"),
        ("attach a file", "att ved", "attachments.add"),
    ];

    #[test]
    fn older_versions_come_last() {
        for (letters, older) in [
            ("contact change", "contacts.update-v1"),
            ("purchase", "purchases.create-v1.1"),
            ("version 1", "purchases.update-v1"),
        ] {
            let found = names(letters);
            let first = found
                .iter()
                .position(|name| operation(name).is_some_and(|it| it.newer.is_some()));
            let at = found.iter().position(|name| *name == older);
            assert!(at.is_some() && at >= first, "{letters}: {found:?}");
            let behind = &found[first.unwrap_or_default()..];
            let all_older = |name: &&str| operation(name).is_some_and(|it| it.newer.is_some());
            assert!(behind.iter().all(all_older), "{letters}: {found:?}");
        }
    }

    #[test]
    fn without_words_all_stand_in_their_own_order() {
        let all: Vec<&str> = catalogue()
            .operations
            .iter()
            .map(|operation| operation.name.as_str())
            .collect();
        assert_eq!(names(""), all);
        assert_eq!(names(" \t "), all);
        let favoured = [0, -5, 7].map(|favour| Candidate {
            favour,
            ..Candidate::default()
        });
        assert_eq!(find("", favoured), [0, 1, 2]);
    }

    #[test]
    fn every_word_must_be_hit_wherever_it_is() {
        let two = [
            ("invoices.list", "unpaid overdue"),
            ("invoices.book", "finalize"),
            ("files.list", "unused"),
        ]
        .map(|(name, words)| Candidate {
            fields: vec![(name, 10), (words, 9)],
            favour: 0,
        });
        assert_eq!(find("invoices", two.clone()), [0, 1]);
        assert_eq!(find("unp  INV", two.clone()), [0]);
        assert_eq!(find("unp book", two.clone()), [] as [usize; 0]);
        assert_eq!(names("email credit").first(), Some(&"credit-notes.email"));
        assert_eq!(names("zzz"), [] as [&str; 0]);
    }

    #[test]
    fn case_and_diacritics_count_for_nothing() {
        let danish = ["Købsbilag", "ÅRSREGNSKAB", "kobling", "fa\u{301}r"];
        for (typed, expected) in [
            ("kobs", &["Købsbilag"][..]),
            ("KØBS", &["Købsbilag"]),
            ("ko", &["Købsbilag", "kobling"]),
            ("kø", &["Købsbilag", "kobling"]),
            ("ars", &["ÅRSREGNSKAB"]),
            ("a\u{30a}rs", &["ÅRSREGNSKAB"]),
            ("fár", &["fa\u{301}r"]),
            ("fa\u{301}r", &["fa\u{301}r"]),
        ] {
            assert_eq!(lines(typed, &danish), expected, "{typed}");
        }
    }

    #[test]
    fn letters_may_be_left_out_but_not_strewn_about() {
        let texts = [
            "GET /v1/178/invoices?page=0",
            "it never was the order of things in a case",
        ];
        assert_eq!(lines("invcs", &texts), [texts[0]]);
        assert_eq!(lines("invoices", &texts), [texts[0]]);
        let nearer = ["a pay-off", "a play", "pay it"];
        assert_eq!(lines("pay", &nearer), ["a pay-off", "pay it", "a play"]);
    }

    #[test]
    fn no_text_is_too_odd_or_too_long() {
        let long = "x".repeat(100_000);
        let odd = ["", "\0", "\r\n", "\u{301}", "🦀👩‍👩‍👧", "\u{202e}æ", "ß", &long];
        for typed in odd {
            for text in odd {
                let candidate = Candidate {
                    fields: vec![(text, u32::MAX), ("", 0)],
                    favour: i32::MAX,
                };
                let found = find(typed, [candidate]);
                let itself = typed == text || typed.trim().is_empty() || typed == "\u{301}";
                assert!(!itself || found == [0], "{typed:?} {text:?}");
            }
        }
    }
}
