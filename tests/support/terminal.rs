//! The real binary in a pseudo-terminal, with its screen read as a terminal would show it.

use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a test waits for what must come, before it fails and shows the screen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a pseudo-terminal.
pub(crate) struct Terminal {
    pty: Arc<pty_process::blocking::Pty>,
    shared: Arc<Shared>,
    child: Child,
    /// When the program was started.
    pub(crate) started: Instant,
}

/// What the reading thread and the test share.
struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

/// What the program wrote so far.
pub(crate) struct Seen {
    parser: vt100::Parser,
    /// The bytes themselves, for what a screen does not show (clipboard, titles).
    pub(crate) bytes: Vec<u8>,
    /// When the screen was first not blank.
    pub(crate) first_painted: Option<Instant>,
    /// Whether the program has closed its side.
    closed: bool,
}

impl Seen {
    /// The screen as text, line ends trimmed.
    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The screen itself.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

impl Terminal {
    /// Starts dineroscope with these arguments in a terminal of that size, in an empty home and folder.
    pub(crate) fn start(arguments: &[&str], columns: u16, rows: u16, home: &Path) -> Self {
        Self::start_with(arguments, columns, rows, home, &[])
    }

    /// The same with further environment variables.
    pub(crate) fn start_with(
        arguments: &[&str],
        columns: u16,
        rows: u16,
        home: &Path,
        environment: &[(&str, &str)],
    ) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_dineroscope"));
        Self::start_program(program, arguments, (columns, rows), home, environment)
    }

    /// The same with another program.
    pub(crate) fn start_program(
        program: &Path,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        home: &Path,
        environment: &[(&str, &str)],
    ) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(rows, columns)).unwrap();
        let size = |cells: u16| NonZeroU16::new(cells).unwrap();
        let shared = Arc::new(Shared {
            seen: Mutex::new(Seen {
                parser: vt100::Parser::new(size(rows), size(columns), 0),
                bytes: Vec::new(),
                first_painted: None,
                closed: false,
            }),
            changed: Condvar::new(),
        });
        let started = Instant::now();
        let child = pty_process::blocking::Command::new(program)
            .args(arguments)
            .current_dir(home)
            .env_clear()
            .env("HOME", home)
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("TZ", "Europe/Copenhagen")
            .env("BROWSER", "true")
            .envs(environment.iter().copied())
            .spawn(pts)
            .unwrap();
        let pty = Arc::new(pty);
        let (reader, sink) = (Arc::clone(&pty), Arc::clone(&shared));
        std::thread::spawn(move || read(&reader, &sink));
        Self {
            pty,
            shared,
            child,
            started,
        }
    }

    /// Types; `\r` is Enter, `\x1b` Escape, `\x03` Ctrl-C.
    pub(crate) fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Types a whole text as a terminal pastes it.
    pub(crate) fn paste(&self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// A click with the left button on the first cell of that text.
    pub(crate) fn click(&self, text: &str) {
        let (column, row) = self.find(text);
        self.press(&format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
    }

    /// Where a text stands, counted from 1.
    fn find(&self, text: &str) -> (usize, usize) {
        let seen = self.seen();
        for (row, line) in seen.text().lines().enumerate() {
            if let Some(place) = line.find(text) {
                return (line[..place].chars().count() + 1, row + 1);
            }
        }
        panic!("`{text}` is not on the screen:\n{}", seen.text());
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.pty
            .resize(pty_process::Size::new(rows, columns))
            .unwrap();
        let size = |cells: u16| NonZeroU16::new(cells).unwrap();
        self.seen()
            .parser
            .screen_mut()
            .set_size(size(rows), size(columns));
    }

    /// Waits until the screen holds that text.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait(&format!("`{text}`"), |seen| seen.text().contains(text));
    }

    /// Waits until something is so.
    pub(crate) fn wait(&self, what: &str, so: impl Fn(&Seen) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !so(&seen) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.closed,
                "{what} did not come{}; the screen:\n{}",
                if seen.closed {
                    ", the program ended"
                } else {
                    ""
                },
                seen.text()
            );
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// What was written so far.
    pub(crate) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.seen.lock().unwrap()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    /// The process.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits for the end, and that the terminal is as it was before.
    pub(crate) fn end(mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        while !seen.closed {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "the program did not end; the screen:\n{}",
                seen.text()
            );
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
        let screen = seen.screen();
        assert!(
            !screen.alternate_screen(),
            "the alternate screen was left on"
        );
        assert!(!screen.bracketed_paste(), "bracketed paste was left on");
        assert!(!screen.hide_cursor(), "the cursor was left hidden");
        assert_eq!(
            screen.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse was left on"
        );
        drop(seen);
        let modes = tcgetattr(&*self.pty).unwrap().local_modes;
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO),
            "the terminal was left raw"
        );
        self.child.wait().unwrap()
    }
}

impl Drop for Terminal {
    /// Nothing of a failed test is left running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what the program writes until it closes its side, answering the queries a terminal answers.
fn read(pty: &pty_process::blocking::Pty, shared: &Shared) {
    let mut buffer = vec![0; 65536];
    loop {
        let count = (&*pty).read(&mut buffer).unwrap_or(0);
        let mut seen = shared
            .seen
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if count == 0 {
            seen.closed = true;
            shared.changed.notify_all();
            return;
        }
        let now = Instant::now();
        let bytes = &buffer[..count];
        seen.parser.process(bytes);
        seen.bytes.extend_from_slice(bytes);
        if seen.first_painted.is_none() && !seen.text().trim().is_empty() {
            seen.first_painted = Some(now);
        }
        shared.changed.notify_all();
        drop(seen);
        if bytes.windows(3).any(|window| window == b"\x1b[c") {
            let _ = (&*pty).write_all(b"\x1b[?62;22c");
        }
    }
}
