//! Text that may be drawn or printed: whatever could command a terminal is made a visible symbol.
//!
//! [`Visible`] is the only text that widgets and the printer take, so nothing from outside reaches a
//! terminal without passing here.

use std::fmt;

/// Text without C0, C1, escape, bidirectional and zero-width controls.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Visible(String);

impl Visible {
    /// Makes any text showable. Line ends and tabs become symbols too: split lines before.
    pub fn of(text: &str) -> Self {
        Self(text.chars().map(visible_character).collect())
    }

    /// The lines of a text: split at LF, a CR before it dropped; any other CR becomes a symbol.
    pub fn lines(text: &str) -> Vec<Self> {
        text.split('\n')
            .map(|line| Self::of(line.strip_suffix('\r').unwrap_or(line)))
            .collect()
    }

    /// The text, safe to draw.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Visible {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl From<&str> for Visible {
    fn from(text: &str) -> Self {
        Self::of(text)
    }
}

impl From<String> for Visible {
    fn from(text: String) -> Self {
        Self::of(&text)
    }
}

impl From<&String> for Visible {
    fn from(text: &String) -> Self {
        Self::of(text)
    }
}

/// One character, or the symbol that stands for it when a terminal would act on it.
fn visible_character(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => '\u{fffd}',
        other => other,
    }
}
