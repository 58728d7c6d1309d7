//! Every key in one table: when it applies, what it does, what it is called.
//!
//! Dispatch, footer, help, palette and the README read the same rows, so none can promise what another
//! does not do. A test holds that no key has two rows in any reachable state.

mod table;

use crate::core::engine::Engine;
use crate::tui::action::{Action, Direction, Place};
use crate::tui::ui::Ui;
use crate::tui::ui::popup::Popup;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

pub use table::KEYS;

/// What a row's condition looks at.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The program's state.
    pub engine: &'a Engine,
    /// The terminal's state.
    pub ui: &'a Ui,
    /// The popup that has the keys, if any.
    pub popup: Option<&'a Popup>,
    /// Whether the pane in view holds a masked value.
    pub has_secret: bool,
    /// Whether the row that has the focus is a grant.
    pub on_grant: bool,
    /// Now.
    pub now: Timestamp,
}

/// One row of the table.
#[derive(Debug)]
pub struct Binding {
    /// Under which heading help lists it.
    pub group: Group,
    /// The keys; any of them.
    pub keys: &'static [Key],
    /// When it applies.
    pub when: fn(&Situation<'_>) -> bool,
    /// What it does.
    pub action: Action,
    /// What it is called, in help, palette and README.
    pub label: &'static str,
    /// What it is called in the footer; empty where it does not stand there.
    pub footer: &'static str,
    /// Whether it leads out of where one is.
    pub way_out: bool,
}

/// The headings of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Depends on step and state.
    Here,
    /// Applies on every step.
    Everywhere,
    /// Moves about.
    Moving,
    /// Inside a popup.
    InPopup,
}

/// A key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The key; letters carry Shift in themselves.
    pub code: KeyCode,
    /// Whether Ctrl is held.
    pub control: bool,
}

/// The key that leads to the user's editor; the one field that would take it as text gives it up.
pub const EDITOR: Key = Key::control('e');

/// The keys that switch how the answer is searched; the line in which that is typed gives them up.
pub const SWITCHES: [Key; 2] = [Key::control('t'), Key::control('r')];

impl Key {
    /// A key alone.
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            control: false,
        }
    }

    /// A printable key.
    pub const fn letter(letter: char) -> Self {
        Self::plain(KeyCode::Char(letter))
    }

    /// A letter with Ctrl.
    pub const fn control(letter: char) -> Self {
        Self {
            code: KeyCode::Char(letter),
            control: true,
        }
    }

    /// The key of an event; `None` for combinations that mean nothing here.
    pub fn of(event: &KeyEvent) -> Option<Self> {
        let foreign = KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META;
        if event.modifiers.intersects(foreign) {
            return None;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        let code = match event.code {
            KeyCode::Char(letter) if control => KeyCode::Char(letter.to_ascii_lowercase()),
            other => other,
        };
        Some(Self { code, control })
    }

    /// Its name as screens and README write it; Enter is named by the theme.
    pub fn name(self) -> String {
        let name = match self.code {
            KeyCode::Char(' ') => "space".to_owned(),
            KeyCode::Char(letter) => letter.to_string(),
            KeyCode::F(number) => format!("f{number}"),
            KeyCode::Enter => "enter".to_owned(),
            KeyCode::Esc => "esc".to_owned(),
            KeyCode::Tab => "tab".to_owned(),
            KeyCode::BackTab => "shift-tab".to_owned(),
            KeyCode::Up => "↑".to_owned(),
            KeyCode::Down => "↓".to_owned(),
            KeyCode::Left => "←".to_owned(),
            KeyCode::Right => "→".to_owned(),
            KeyCode::PageUp => "pgup".to_owned(),
            KeyCode::PageDown => "pgdn".to_owned(),
            KeyCode::Home => "home".to_owned(),
            KeyCode::End => "end".to_owned(),
            KeyCode::Delete => "del".to_owned(),
            other => format!("{other:?}").to_lowercase(),
        };
        if self.control {
            format!("ctrl-{name}")
        } else {
            name
        }
    }
}

impl Binding {
    /// Whether it is worth choosing from a list: moving about and pressing are not.
    pub fn is_command(&self) -> bool {
        let by_hand = [
            Action::Press,
            Action::Toggle,
            Action::Back,
            Action::Open(Place::Palette),
            Action::Turn(Direction::Right),
            Action::Turn(Direction::Left),
        ];
        matches!(self.group, Group::Here | Group::Everywhere) && !by_hand.contains(&self.action)
    }

    /// Its keys as help and README write them.
    pub fn key_names(&self) -> String {
        let names: Vec<String> = self.keys.iter().map(|key| key.name()).collect();
        names.join(" ")
    }
}

/// The rows that apply now, in the order of the table.
pub fn applicable<'a>(situation: &'a Situation<'a>) -> impl Iterator<Item = &'static Binding> + 'a {
    KEYS.iter().filter(|binding| (binding.when)(situation))
}

/// What a key means now.
pub fn lookup(situation: &Situation<'_>, key: Key) -> Option<Action> {
    applicable(situation)
        .find(|binding| binding.keys.contains(&key))
        .map(|binding| binding.action.clone())
}
