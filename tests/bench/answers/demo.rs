//! dineroscope in a terminal, with a free request ready to be sent, and the line below its answer read.

use super::screen::Screen;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program on step 6.
pub(super) struct Demo {
    pub(super) screen: Screen,
    home: TempDir,
}

/// `line 1 of 3931860…`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The line with the cursor.
    pub(super) line: u64,
    /// How many there are.
    pub(super) lines: u64,
    /// Whether lines are still being counted.
    pub(super) counts: bool,
}

/// The line below the answer, as far as it says where the cursor is.
pub(super) fn place(screen: &str) -> Option<Place> {
    let mut after = screen
        .rmatch_indices("line ")
        .map(|(at, words)| &screen[at + words.len()..]);
    after.find_map(read_place)
}

/// What stands behind `line `.
fn read_place(text: &str) -> Option<Place> {
    let (line, rest) = number(text)?;
    let (lines, rest) = number(rest.strip_prefix(" of ")?)?;
    Some(Place {
        line,
        lines,
        counts: rest.starts_with('…'),
    })
}

/// A number, and what stands behind it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    Some((digits.parse().ok()?, rest))
}

/// The rows of the answer are there, and its first one has the cursor.
pub(super) fn begins_with(screen: &str, mark: &str) -> bool {
    place(screen).is_some_and(|place| place.line == 1) && screen.contains(mark)
}

/// All lines of the answer are counted.
pub(super) fn is_counted(screen: &str) -> bool {
    place(screen).is_some_and(|place| !place.counts)
}

impl Demo {
    /// Signs in, and fills in a request to that address; it is not sent yet.
    pub(super) fn start(url: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_dineroscope"));
        let mut screen = Screen::start(program, &["demo"], home.path(), &[]);
        for (shows, keys) in [
            ("Ready. Nothing is sent", "A"),
            ("2 Consent]", "a"),
            ("5 Token]", "6"),
            ("6 Requests]", "/"),
        ] {
            screen.wait_for(shows);
            screen.press(keys);
        }
        // A key is judged by what is shown: each waits for the frame before it.
        for keys in [
            "free request",
            "\r",
            "\x1b[C",
            "\x1b[B",
            "\x1b[B",
            "\r",
            "\x15",
            url,
            "\r",
        ] {
            screen.press(keys);
            screen.settle(Duration::from_millis(60));
        }
        let mut demo = Self { screen, home };
        demo.screen.settle(Duration::from_millis(300));
        demo
    }

    /// The terminal, and the home that must stay as long as it does.
    pub(super) fn into_parts(self) -> (Screen, TempDir) {
        (self.screen, self.home)
    }

    /// Sends the request, and says when.
    pub(super) fn send(&mut self) -> Instant {
        self.screen.press("S")
    }

    /// Until the first rows of the answer are there.
    pub(super) fn first_rows(&mut self, mark: &str) -> Instant {
        let came = self
            .screen
            .wait(PATIENCE, |screen| begins_with(screen, mark));
        came.unwrap_or_else(|| panic!("no rows came:\n{}", self.screen.text()))
    }

    /// Until all lines of the answer are counted.
    pub(super) fn counted(&mut self) -> Instant {
        let came = self.screen.wait(PATIENCE, is_counted);
        came.unwrap_or_else(|| panic!("not all lines were counted:\n{}", self.screen.text()))
    }

    /// Sends it, waits until it is read, and gives the answer the focus.
    pub(super) fn open(&mut self, mark: &str) {
        self.send();
        self.first_rows(mark);
        self.counted();
        self.screen.settle(Duration::from_secs(1));
        self.screen.press("v");
        self.screen.settle(Duration::from_millis(200));
    }
}
