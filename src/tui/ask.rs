//! Asks on the terminal without the screens: for a secret, without showing what is typed, and for a yes.
//!
//! The command line needs it before its run begins; only this layer may touch the terminal's mode.

use crate::core::secret::Secret;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode, is_raw_mode_enabled};
use std::io::{self, IsTerminal as _, Write};

/// What came of the question.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// It was typed.
    Typed(Secret),
    /// Ctrl-C or Ctrl-D.
    Cancelled,
    /// Nobody can be asked.
    NoTerminal,
}

/// Asks, and waits for Enter. Fails when the terminal does.
pub fn secret(question: &str, out: &mut impl Write) -> io::Result<Asked> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(Asked::NoTerminal);
    }
    // First the mode, then the question: whoever answers at once must not be shown either.
    enable_raw_mode()?;
    let asked = write!(out, "{question}")
        .and_then(|()| out.flush())
        .and_then(|()| typed(read));
    stop(out);
    asked
}

/// Asks, and waits for `y` or anything else; `None` where nobody can be asked. Fails when the terminal does.
pub fn confirm(question: &str, out: &mut impl Write) -> io::Result<Option<bool>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    enable_raw_mode()?;
    let pressed = write!(out, "{question}")
        .and_then(|()| out.flush())
        .and_then(|()| agreed(read));
    stop(out);
    pressed.map(Some)
}

/// Reads one key: whether it is a yes.
fn agreed(mut next: impl FnMut() -> io::Result<Event>) -> io::Result<bool> {
    loop {
        let Event::Key(key) = next()? else { continue };
        if key.kind == KeyEventKind::Press {
            return Ok(matches!(key.code, KeyCode::Char('y' | 'Y')) && !is_control(key));
        }
    }
}

/// Gives the terminal back after a question or in the middle of one; without a question it does nothing.
pub fn stop(out: &mut impl Write) {
    if is_raw_mode_enabled().unwrap_or(false) {
        // Nothing is left to do about a terminal that is gone.
        let _ = disable_raw_mode();
        let _ = writeln!(out);
    }
}

/// Reads keys until Enter; nothing is echoed.
fn typed(mut next: impl FnMut() -> io::Result<Event>) -> io::Result<Asked> {
    let mut text = String::new();
    loop {
        let Event::Key(key) = next()? else { continue };
        if key.kind != KeyEventKind::Press {
            continue;
        }
        match key.code {
            KeyCode::Char('c' | 'd') if is_control(key) => return Ok(Asked::Cancelled),
            KeyCode::Char('u') if is_control(key) => text.clear(),
            KeyCode::Char(character) if !is_control(key) => text.push(character),
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Enter if !text.is_empty() => return Ok(Asked::Typed(Secret::new(text))),
            _ => {}
        }
    }
}

fn is_control(key: KeyEvent) -> bool {
    key.modifiers.contains(KeyModifiers::CONTROL)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    fn asked(keys: &[(KeyCode, KeyModifiers)]) -> Asked {
        let mut keys = keys.iter();
        typed(|| {
            let (code, modifiers) = keys.next().ok_or(io::ErrorKind::UnexpectedEof)?;
            Ok(Event::Key(KeyEvent::new(*code, *modifiers)))
        })
        .unwrap()
    }

    #[test]
    fn what_is_typed_is_taken_with_its_corrections() {
        let plain = KeyModifiers::NONE;
        let keys = [
            (KeyCode::Enter, plain),
            (KeyCode::Char('x'), plain),
            (KeyCode::Char('u'), KeyModifiers::CONTROL),
            (KeyCode::Char('S'), KeyModifiers::SHIFT),
            (KeyCode::Char('3'), plain),
            (KeyCode::Char('4'), plain),
            (KeyCode::Backspace, plain),
            (KeyCode::Enter, plain),
        ];
        assert_eq!(asked(&keys), Asked::Typed(Secret::new("S3")));
    }

    #[test]
    fn only_a_y_is_a_yes() {
        for (code, modifiers, expected) in [
            (KeyCode::Char('y'), KeyModifiers::NONE, true),
            (KeyCode::Char('Y'), KeyModifiers::SHIFT, true),
            (KeyCode::Char('y'), KeyModifiers::CONTROL, false),
            (KeyCode::Char('n'), KeyModifiers::NONE, false),
            (KeyCode::Enter, KeyModifiers::NONE, false),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, false),
        ] {
            let press = || Ok(Event::Key(KeyEvent::new(code, modifiers)));
            assert_eq!(agreed(press).unwrap(), expected, "{code:?}");
        }
    }

    #[test]
    fn control_c_takes_nothing() {
        let keys = [
            (KeyCode::Char('x'), KeyModifiers::NONE),
            (KeyCode::Char('c'), KeyModifiers::CONTROL),
        ];
        assert_eq!(asked(&keys), Asked::Cancelled);
    }
}
