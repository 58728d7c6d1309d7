//! The text on the Explain screen: what was pasted or typed, and what was found in it.
//!
//! It lives in memory alone. It is shown as it was typed only while it is edited; afterwards masked.
//! Explaining may take long on megabytes, so it is done elsewhere; a newer text makes an older answer stale.

use super::act::{Reaction, Stage};
use super::popup::{PASTE_LIMIT, SHOWN_PASTE, field, type_into};
use super::{Focus, Screen, Ui};
use crate::core::explain::{Explanation, Kind, explain};
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::tui::action::Pasting;
use crate::tui::screens::explain::as_text;
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui_textarea::TextArea;
use std::fmt;

/// Lines of the text that are shown, masked, beside its explanation.
const SHOWN_LINES: usize = 200;

/// Characters of a line that are shown.
const SHOWN_CHARACTERS: usize = 2000;

/// What stands in place of what is masked without a name.
const HIDDEN: &str = "••••";

/// From so many characters on a word with a digit in it could be a token.
const LONG: usize = 20;

/// The text and its explanation.
pub struct Pasted {
    /// Where it is typed.
    pub field: TextArea<'static>,
    /// A text too large for the field, in its place.
    pub held: Option<Secret>,
    /// How large it is: characters and lines.
    pub size: (usize, usize),
    /// Why a paste was not taken.
    pub trouble: Option<&'static str>,
    /// Whether it is compared with the profile in use.
    pub compares: bool,
    /// What was found in it; none while that is awaited, or nothing was asked.
    pub explained: Option<Explained>,
    /// Counts the texts, so that an answer about a former one is known.
    number: u64,
    /// Whether an answer is awaited.
    pub waits: bool,
}

impl fmt::Debug for Pasted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Pasted({} characters)", self.size.0)
    }
}

impl Default for Pasted {
    fn default() -> Self {
        let mut area = field("Paste it here, or type it");
        area.set_max_histories(0);
        Self {
            field: area,
            held: None,
            size: (0, 0),
            trouble: None,
            compares: true,
            explained: None,
            number: 0,
            waits: false,
        }
    }
}

/// What shall be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquiry {
    /// Which text it is, in the order of asking.
    pub number: u64,
    /// The text.
    pub text: Secret,
    /// Whether it is compared with the profile in use.
    pub compares: bool,
}

/// What was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Which text.
    pub number: u64,
    /// Its first lines, masked; none of a text that holds a token.
    pub shown: Vec<Visible>,
    /// The explanation; none when nothing is recognised.
    pub explanation: Option<Explanation>,
}

impl Explained {
    /// Explains a text. May take long on megabytes.
    pub fn of(inquiry: &Inquiry, profile: Option<&Profile>, mask: &Mask, now: Timestamp) -> Self {
        let text = inquiry.text.expose();
        let profile = profile.filter(|_| inquiry.compares);
        let explanation = explain(text, profile, mask, now);
        // A token may be broken anywhere, and has no name by which its pieces are known.
        let holds_token = explanation.as_ref().is_some_and(|found| {
            let mut kinds = std::iter::once(&found.kind).chain(&found.also);
            kinds.any(|kind| matches!(kind, Kind::Jwt | Kind::OpaqueToken))
        });
        Self {
            number: inquiry.number,
            shown: if holds_token {
                Vec::new()
            } else {
                masked(text, mask)
            },
            explanation,
        }
    }
}

/// The first lines of a text, masked. A secret may be broken over lines, where a mail or a terminal
/// wrapped it: a word that does not stay as it is when the lines are joined is masked as well.
fn masked(text: &str, mask: &Mask) -> Vec<Visible> {
    let joined: String = text.split_whitespace().collect();
    let joined = mask.text(&joined, &[]);
    let unbroken = text.lines().count() < 2;
    mask.text(text, &[])
        .lines()
        .take(SHOWN_LINES)
        .map(|line| {
            let line: String = line.chars().take(SHOWN_CHARACTERS).collect();
            let words = line.split(' ').map(|word| {
                let stays = unbroken || word.contains('•') || joined.contains(word.trim());
                if stays {
                    without_long_words(word)
                } else {
                    HIDDEN.to_owned()
                }
            });
            Visible::of(&words.collect::<Vec<_>>().join(" "))
        })
        .collect()
}

/// A word in which every long run that could be a token, a code or a key is masked.
fn without_long_words(word: &str) -> String {
    let of_token = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let mut shown = String::new();
    for piece in word.split_inclusive(|letter| !of_token(letter)) {
        let run = piece.trim_end_matches(|letter| !of_token(letter));
        let random = run.len() >= LONG && run.contains(|letter: char| letter.is_ascii_digit());
        shown.push_str(if random { HIDDEN } else { run });
        shown.push_str(&piece[run.len()..]);
    }
    shown
}

impl Pasted {
    /// The whole text.
    fn text(&self) -> String {
        match &self.held {
            Some(held) => held.expose().to_owned(),
            None => self.field.lines().join("\n"),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.held.is_none() && self.field.lines().iter().all(|line| line.trim().is_empty())
    }

    /// The explanation, where there is one.
    pub fn explanation(&self) -> Option<&Explanation> {
        self.explained.as_ref()?.explanation.as_ref()
    }

    /// The text is another one now.
    fn changed(&mut self) {
        self.number += 1;
        self.explained = None;
        self.waits = false;
        self.trouble = None;
    }

    /// Takes a key into the field.
    pub(super) fn typed(&mut self, event: KeyEvent) {
        type_into(&mut self.field, event);
        self.changed();
    }

    /// Takes a paste; false when it is too large, and what was there stays.
    fn paste(&mut self, text: &str) -> bool {
        let there: usize = self.field.lines().iter().map(|line| line.len() + 1).sum();
        if text.len() + there > PASTE_LIMIT {
            self.trouble =
                Some("That is over 4 MiB: paste only the part that failed, or use `explain FILE`");
            return false;
        }
        self.changed();
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.len() + there > SHOWN_PASTE {
            let whole = if self.is_empty() {
                text
            } else {
                format!("{}\n{text}", self.text())
            };
            self.field.clear();
            self.held = Some(Secret::new(whole));
        } else {
            self.field.insert_str(text);
        }
        true
    }

    /// Takes the answer, unless the text is another one by now.
    pub fn take(&mut self, explained: Explained) {
        if explained.number == self.number {
            self.waits = false;
            self.explained = Some(explained);
        }
    }

    /// Forgets the text; what it is compared with stays as it was chosen.
    fn clear(&mut self) {
        *self = Self {
            number: self.number + 1,
            compares: self.compares,
            ..Self::default()
        };
    }

    /// Asks for the explanation, where there is something to explain.
    fn inquire(&mut self) -> Vec<Reaction> {
        if self.is_empty() {
            return Vec::new();
        }
        let text = self.text();
        self.size = (text.chars().count(), text.lines().count());
        self.number += 1;
        self.waits = true;
        self.explained = None;
        vec![Reaction::Explain(Inquiry {
            number: self.number,
            text: Secret::new(text),
            compares: self.compares,
        })]
    }
}

impl Ui {
    /// Shows the Explain screen; without a text the field has the keys.
    pub fn show_explain(&mut self) {
        self.revealed = None;
        self.raw_scroll = 0;
        self.findings_scroll = 0;
        self.screen = Screen::Explain;
        self.zoomed = None;
        self.focus = if self.pasted.is_empty() {
            Focus::Text
        } else {
            Focus::Button
        };
    }

    /// Takes a paste on the Explain screen. Outside the field it takes the place of the former text.
    pub(super) fn paste_text(&mut self, text: &str) -> Vec<Reaction> {
        if text.len() <= PASTE_LIMIT && self.focus != Focus::Text {
            self.pasted.clear();
        }
        if self.pasted.paste(text) {
            return self.explain_text();
        }
        Vec::new()
    }

    /// Leaves the field and explains what stands in it.
    pub(super) fn explain_text(&mut self) -> Vec<Reaction> {
        self.focus = Focus::Button;
        self.zoomed = None;
        let at = self.at();
        self.scroll[at] = 0;
        self.touched[at] = 0;
        self.findings_scroll = 0;
        self.pasted.inquire()
    }

    /// Does something with the text.
    pub(super) fn on_text(&mut self, pasting: Pasting, stage: &Stage<'_>) -> Vec<Reaction> {
        match pasting {
            Pasting::Edit => {
                self.zoomed = None;
                self.focus = Focus::Text;
            }
            Pasting::Explain => return self.explain_text(),
            Pasting::Compare => {
                self.pasted.compares = !self.pasted.compares;
                return self.pasted.inquire();
            }
            Pasting::Clear => {
                self.pasted.clear();
                self.zoomed = None;
                self.focus = Focus::Text;
            }
            Pasting::Copy => {
                if let Some(text) = self.pasted.explanation().map(as_text) {
                    let length = text.chars().count();
                    self.say(
                        stage.now,
                        format!("Copied the explanation, {length} characters"),
                    );
                    return vec![Reaction::Copy(text)];
                }
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_secret_broken_over_lines_is_masked_in_all_its_parts() {
        let text = "POST /connect/token\nclient_id=isv_acme&client_secret=Kq81mZpQ\n77xWvTr0aB\n";
        let shown = masked(text, &Mask::new([7; 32]));
        let shown: Vec<&str> = shown.iter().map(Visible::as_str).collect();
        assert_eq!(shown[0], "POST /connect/token");
        assert!(shown[1].starts_with("client_id=isv_acme&"), "{shown:?}");
        assert!(!shown.concat().contains("Kq81mZpQ"), "{shown:?}");
        assert!(!shown.concat().contains("77xWvTr0aB"), "{shown:?}");
    }

    #[test]
    fn an_answer_about_a_former_text_is_not_taken() {
        let mut pasted = Pasted::default();
        assert!(pasted.paste("first"));
        let Some(Reaction::Explain(first)) = pasted.inquire().pop() else {
            panic!("nothing is asked")
        };
        assert!(pasted.paste(" and second"));
        let mask = Mask::new([7; 32]);
        pasted.take(Explained::of(&first, None, &mask, Timestamp::UNIX_EPOCH));
        assert_eq!(pasted.explained, None);
        let Some(Reaction::Explain(second)) = pasted.inquire().pop() else {
            panic!("nothing is asked")
        };
        pasted.take(Explained::of(&second, None, &mask, Timestamp::UNIX_EPOCH));
        assert_eq!(pasted.explained.unwrap().number, second.number);
    }

    #[test]
    fn what_is_too_large_is_not_taken_and_what_was_there_stays() {
        let mut pasted = Pasted::default();
        assert!(pasted.paste("kept"));
        assert!(!pasted.paste(&"x".repeat(PASTE_LIMIT + 1)));
        assert!(pasted.trouble.is_some());
        assert_eq!(pasted.text(), "kept");
        assert!(pasted.paste(&"y".repeat(SHOWN_PASTE + 1)));
        assert!(pasted.held.is_some() && pasted.text().starts_with("kept\nyyy"));
    }
}
