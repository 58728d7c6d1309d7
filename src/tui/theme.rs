//! What roles look like: on dark and light grounds, without colour, and without Unicode.
//!
//! Widgets name a role, never a colour. Colours are the terminal's own sixteen, and each repeats what a
//! glyph, a word or a place says already.

use crate::core::diagnose::Severity;
use crate::core::oauth::StepState;
use crate::tui::pane::Mark;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Text.
    Plain,
    /// Names of panes and groups.
    Title,
    /// What is in view, links, SANDBOX.
    Accent,
    /// It is well.
    Ok,
    /// It may not be well.
    Warning,
    /// It is not well.
    Error,
    /// Real companies, real books.
    Production,
    /// A masked value.
    Secret,
    /// Meanings, sources, what lies under a popup.
    Dim,
    /// The title of the pane that has the focus.
    Focus,
    /// The button that has the focus.
    Button,
    /// The row that has the focus.
    Selected,
    /// What is not as it was.
    Changed,
    /// A key, in footer and help.
    Key,
}

/// What the ground is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// Light text on a dark ground, or not known.
    Dark,
    /// Dark text on a light ground.
    Light,
    /// No colours at all.
    Monochrome,
}

/// Which characters can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// All.
    Unicode,
    /// Letters, but no glyphs: the Linux console.
    Letters,
    /// ASCII only.
    Ascii,
}

/// How roles and glyphs are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Theme {
    /// The ground.
    pub ground: Ground,
    /// The characters.
    pub charset: Charset,
}

impl Theme {
    /// What the environment asks for: `NO_COLOR`, `TERM`, `COLORFGBG`, and the locale.
    pub fn from_environment(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let light = set("COLORFGBG")
            .is_some_and(|value| matches!(value.rsplit(';').next(), Some("7" | "15")));
        let locale = set("LC_ALL")
            .or_else(|| set("LC_CTYPE"))
            .or_else(|| set("LANG"));
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Self {
            ground: match (set("NO_COLOR").is_some() || term == "dumb", light) {
                (true, _) => Ground::Monochrome,
                (false, true) => Ground::Light,
                (false, false) => Ground::Dark,
            },
            charset: match (utf8, term.as_str()) {
                (false, _) => Charset::Ascii,
                (true, "linux") => Charset::Letters,
                (true, _) => Charset::Unicode,
            },
        }
    }

    /// How a role looks.
    pub fn style(self, role: Role) -> Style {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let accent = match self.ground {
            Ground::Dark => plain.fg(Color::Cyan),
            Ground::Light => plain.fg(Color::Blue),
            Ground::Monochrome => bold,
        };
        match role {
            Role::Plain => plain,
            Role::Title | Role::Key => bold,
            Role::Accent => accent,
            Role::Ok => self.coloured(Color::Green, plain),
            Role::Warning => match self.ground {
                Ground::Dark => plain.fg(Color::Yellow),
                Ground::Light => plain.fg(Color::Black).bg(Color::Yellow),
                Ground::Monochrome => bold,
            },
            Role::Error => match self.ground {
                Ground::Dark => plain.fg(Color::LightRed),
                Ground::Light => bold.fg(Color::Red),
                Ground::Monochrome => bold,
            },
            Role::Production => match self.ground {
                Ground::Monochrome => bold.add_modifier(Modifier::REVERSED),
                _ => bold.fg(Color::White).bg(Color::Red),
            },
            Role::Secret => self.coloured(Color::Magenta, plain),
            Role::Dim => plain.add_modifier(Modifier::DIM),
            Role::Focus => accent.add_modifier(Modifier::BOLD),
            Role::Button => accent.add_modifier(Modifier::BOLD | Modifier::REVERSED),
            Role::Selected => plain.add_modifier(Modifier::REVERSED),
            Role::Changed => match self.ground {
                Ground::Dark => plain.fg(Color::Yellow),
                Ground::Light => bold,
                Ground::Monochrome => plain,
            }
            .add_modifier(Modifier::ITALIC),
        }
    }

    /// A colour, unless there are none.
    fn coloured(self, colour: Color, without: Style) -> Style {
        match self.ground {
            Ground::Monochrome => without,
            _ => without.fg(colour),
        }
    }

    /// The key Enter, as footer and buttons name it.
    pub fn enter(self) -> &'static str {
        match self.charset {
            Charset::Unicode => "↵",
            Charset::Letters | Charset::Ascii => "Enter",
        }
    }

    /// Puts plain characters in the place of those that the terminal cannot draw; last step of drawing,
    /// so that no widget needs to know. Each takes one cell for one cell.
    pub fn plain(self, buffer: &mut Buffer) {
        if self.charset == Charset::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            if cell.symbol().is_ascii() {
                continue;
            }
            let known = cell.symbol().chars().next().and_then(ascii);
            match known {
                Some(replacement) => {
                    cell.set_symbol(replacement);
                }
                None if self.charset == Charset::Ascii => {
                    cell.set_symbol("?");
                }
                None => {}
            }
        }
    }
}

/// What stands for a glyph where only ASCII can be drawn.
fn ascii(glyph: char) -> Option<&'static str> {
    Some(match glyph {
        '✓' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' => "+",
        '✗' | '×' => "x",
        '◐' => "@",
        '●' | '•' => "*",
        '○' => "o",
        '⚠' => "!",
        '·' | '–' | '─' => "-",
        '▸' | '→' | '›' => ">",
        '▾' | '↓' => "v",
        '←' | '‹' => "<",
        '↑' => "^",
        '…' => ".",
        '━' => "=",
        '│' => "|",
        _ => return None,
    })
}

/// The glyph of a step's state, and its role.
pub fn state_glyph(state: StepState) -> (&'static str, Role) {
    match state {
        StepState::Pending => ("○", Role::Dim),
        StepState::Ready => ("●", Role::Accent),
        StepState::Running => ("◐", Role::Warning),
        StepState::Done => ("✓", Role::Ok),
        StepState::Failed => ("✗", Role::Error),
    }
}

/// The three cells of a mark, and its role.
pub fn mark_glyph(mark: Mark) -> (&'static str, Role) {
    match mark {
        Mark::None => ("   ", Role::Plain),
        Mark::Ok => (" ✓ ", Role::Ok),
        Mark::Error => (" ✗ ", Role::Error),
        Mark::Warning => (" ⚠ ", Role::Warning),
        Mark::Note => (" · ", Role::Plain),
        Mark::Running => (" ◐ ", Role::Warning),
        Mark::On => ("[x]", Role::Plain),
        Mark::Off => ("[ ]", Role::Plain),
        Mark::Changed => (" ~ ", Role::Changed),
    }
}

/// The glyph of a finding, and its role.
pub fn severity_glyph(severity: Severity) -> (&'static str, Role) {
    match severity {
        Severity::Error => ("✗", Role::Error),
        Severity::Warning => ("⚠", Role::Warning),
        Severity::Note => ("·", Role::Plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(variables: &[(&str, &str)]) -> Theme {
        Theme::from_environment(|name| {
            let found = variables.iter().find(|(key, _)| *key == name)?;
            Some(found.1.to_owned())
        })
    }

    #[test]
    fn the_environment_decides() {
        let usual = theme(&[("LANG", "da_DK.UTF-8"), ("TERM", "xterm-256color")]);
        assert_eq!(
            (usual.ground, usual.charset),
            (Ground::Dark, Charset::Unicode)
        );
        assert_eq!(theme(&[]).charset, Charset::Unicode);
        assert_eq!(theme(&[("NO_COLOR", "1")]).ground, Ground::Monochrome);
        assert_eq!(theme(&[("NO_COLOR", "")]).ground, Ground::Dark);
        assert_eq!(theme(&[("COLORFGBG", "0;15")]).ground, Ground::Light);
        assert_eq!(
            theme(&[("TERM", "linux"), ("LANG", "C.utf8")]).charset,
            Charset::Letters
        );
        assert_eq!(
            theme(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]).charset,
            Charset::Ascii
        );
    }

    #[test]
    fn without_colour_no_role_has_one() {
        let theme = theme(&[("NO_COLOR", "1")]);
        for role in [
            Role::Accent,
            Role::Ok,
            Role::Error,
            Role::Production,
            Role::Secret,
        ] {
            let style = theme.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }
}
