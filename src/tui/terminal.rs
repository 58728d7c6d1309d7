//! The terminal itself: entered, left on every way out, and its clipboard.
//!
//! The only place that writes to it apart from the drawing.

use crate::core::wire::visible::Visible;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use std::io::{self, BufWriter, Stdout, Write};

/// Largest text given to the terminal's clipboard, in bytes; many terminals refuse more.
const CLIPBOARD: usize = 100_000;

/// The screen that is drawn on.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Stdout>>>;

/// The terminal in raw mode on its alternate screen; left when dropped.
#[derive(Debug)]
pub struct Entered(());

impl Entered {
    /// Enters. Fails when there is no terminal.
    pub fn new() -> io::Result<Self> {
        enable_raw_mode()?;
        let entered = Self(());
        take_screen()?;
        Ok(entered)
    }

    /// A screen to draw on.
    pub fn screen(&self) -> io::Result<Screen> {
        Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(
            1 << 16,
            io::stdout(),
        )))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        restore();
    }
}

/// The terminal in the hands of another program, as it was before the screens. Dropped without being taken back,
/// it is in order again and stays left.
#[derive(Debug)]
pub struct Lent {
    /// What the other program may have changed and not put back, as one does that is killed.
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

impl Lent {
    /// Leaves the terminal to a program, and says so: one with a window of its own would leave it empty.
    pub fn to(program: &Visible) -> Self {
        restore();
        let _ = writeln!(io::stdout(), "dineroscope waits for `{program}` to end");
        Self {
            #[cfg(unix)]
            modes: rustix::termios::tcgetattr(io::stdin()).ok(),
        }
    }

    /// Enters it again. Fails when it is gone.
    pub fn take_back(self) -> io::Result<()> {
        drop(self);
        enable_raw_mode()?;
        take_screen()
    }
}

#[cfg(unix)]
impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(modes) = &self.modes {
            use rustix::termios::{OptionalActions, tcsetattr};
            // Nothing is left to do about a terminal that is gone.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, modes);
        }
    }
}

/// The alternate screen, pastes and the mouse.
fn take_screen() -> io::Result<()> {
    execute!(
        io::stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        Hide
    )?;
    mouse(true)
}

/// Gives the terminal back as it was; for the panic hook too, so it never fails.
pub fn restore() {
    // Nothing is left to do about a terminal that is gone.
    let _ = mouse(false);
    let _ = execute!(
        io::stdout(),
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
    let _ = disable_raw_mode();
}

/// Clicks and the wheel, without movements: those would wake an idle screen.
#[cfg(not(windows))]
pub(super) fn mouse(on: bool) -> io::Result<()> {
    let switch = if on { 'h' } else { 'l' };
    let mut out = io::stdout();
    write!(out, "\x1b[?1000{switch}\x1b[?1006{switch}")?;
    out.flush()
}

/// Clicks and the wheel.
#[cfg(windows)]
pub(super) fn mouse(on: bool) -> io::Result<()> {
    use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
    if on {
        execute!(io::stdout(), EnableMouseCapture)
    } else {
        execute!(io::stdout(), DisableMouseCapture)
    }
}

/// Puts a text into the clipboard of the terminal (OSC 52), which works over SSH too. False when it is
/// too large for that.
pub fn copy(out: &mut impl Write, text: &str) -> io::Result<bool> {
    if text.len() > CLIPBOARD {
        return Ok(false);
    }
    write!(out, "\x1b]52;c;{}\x07", STANDARD.encode(text))?;
    out.flush()?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clipboard_gets_the_whole_text_in_one_piece() -> io::Result<()> {
        let mut out = Vec::new();
        assert!(copy(&mut out, "https://a/?b=c&d=æ")?);
        assert_eq!(out, b"\x1b]52;c;aHR0cHM6Ly9hLz9iPWMmZD3Dpg==\x07");
        assert!(!copy(&mut out, &"x".repeat(CLIPBOARD + 1))?);
        Ok(())
    }
}
