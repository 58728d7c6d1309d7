//! A program in a pseudo-terminal whose output is stamped when it is read, and parsed later: so the time that
//! parsing takes is not charged to the program.

use rustix::process::Pid;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

/// The size of the terminal.
const COLUMNS: u16 = 120;
const ROWS: u16 = 40;

/// What programs ask a terminal, and what it answers.
const ANSWERS: [(&[u8], &[u8]); 5] = [
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[5n", b"\x1b[0n"),
    (b"\x1b[?u", b"\x1b[?0u"),
    (b"\x1b]11;?", b"\x1b]11;rgb:1010/1010/1010\x1b\\"),
];

/// Bytes as they came, and when.
type Chunk = (Instant, Vec<u8>);

/// A program in a pseudo-terminal.
pub(super) struct Screen {
    pty: Arc<pty_process::blocking::Pty>,
    chunks: Receiver<Chunk>,
    parser: vt100::Parser,
    child: Child,
    ended: bool,
}

impl Screen {
    /// Starts a program in an empty home, with these variables beside the usual ones.
    pub(super) fn start(
        program: &Path,
        arguments: &[&str],
        home: &Path,
        variables: &[(&str, &Path)],
    ) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(ROWS, COLUMNS)).unwrap();
        let child = pty_process::blocking::Command::new(program)
            .args(arguments)
            .current_dir(home)
            .env_clear()
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TERM", "xterm-256color")
            .env("COLORTERM", "truecolor")
            .env("LANG", "C.UTF-8")
            .env("BROWSER", "true")
            .envs(variables.iter().copied())
            .spawn(pts)
            .unwrap();
        let pty = Arc::new(pty);
        let (sender, chunks) = channel();
        let reader = Arc::clone(&pty);
        thread::spawn(move || read(&reader, &sender));
        let size = |cells| NonZeroU16::new(cells).unwrap();
        Self {
            pty,
            chunks,
            parser: vt100::Parser::new(size(ROWS), size(COLUMNS), 0),
            child,
            ended: false,
        }
    }

    /// Types, and says when.
    pub(super) fn press(&self, keys: &str) -> Instant {
        let now = Instant::now();
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
        now
    }

    /// Types what a terminal pastes, and says when.
    pub(super) fn paste(&self, text: &str) -> Instant {
        self.press(&format!("\x1b[200~{text}\x1b[201~"))
    }

    /// Takes what the program writes next: when it was read; `None` when nothing came until then.
    pub(super) fn take(&mut self, until: Instant) -> Option<Instant> {
        let left = until.saturating_duration_since(Instant::now());
        match self.chunks.recv_timeout(left) {
            Ok((at, bytes)) => {
                self.parser.process(&bytes);
                Some(at)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                self.ended = true;
                None
            }
        }
    }

    /// The screen as text.
    pub(super) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// Waits until the screen is so, and says when it was read; `None` when it was not so in that time.
    pub(super) fn wait(
        &mut self,
        patience: Duration,
        so: impl Fn(&str) -> bool,
    ) -> Option<Instant> {
        let until = Instant::now() + patience;
        let mut at = Instant::now();
        while !so(&self.text()) {
            match self.take(until) {
                Some(read) => at = read,
                None if self.ended || Instant::now() >= until => return None,
                None => {}
            }
        }
        Some(at)
    }

    /// Waits until the screen holds that text; fails when it does not come.
    pub(super) fn wait_for(&mut self, text: &str) -> Instant {
        let came = self.wait(Duration::from_mins(1), |screen| screen.contains(text));
        came.unwrap_or_else(|| panic!("`{text}` did not come; the screen:\n{}", self.text()))
    }

    /// Takes what comes until nothing has come for that long.
    pub(super) fn settle(&mut self, quiet: Duration) {
        let most = Instant::now() + Duration::from_secs(10);
        while Instant::now() < most && self.take(Instant::now() + quiet).is_some() {}
    }

    /// The most memory that was resident so far, in megabytes; of a process that has ended, none.
    pub(super) fn peak(&self) -> f64 {
        let path = format!(
            "/proc/{}/status",
            Pid::from_child(&self.child).as_raw_nonzero()
        );
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with("VmHWM"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        kilobytes.map_or(0.0, |kilobytes| {
            kilobytes.parse::<f64>().unwrap() * 1024.0 / 1e6
        })
    }
}

impl Drop for Screen {
    /// Nothing is left running.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Stamps what the program writes until it closes its side, and answers what it asks.
fn read(pty: &pty_process::blocking::Pty, chunks: &Sender<Chunk>) {
    let mut buffer = vec![0; 65536];
    while let Ok(count @ 1..) = (&*pty).read(&mut buffer) {
        let at = Instant::now();
        let bytes = buffer[..count].to_vec();
        for (asks, answer) in ANSWERS {
            if bytes.windows(asks.len()).any(|window| window == asks) {
                let _ = (&*pty).write_all(answer);
            }
        }
        if chunks.send((at, bytes)).is_err() {
            return;
        }
    }
}

/// Whether a program of that name can be run.
pub(super) fn runs(program: &Path) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}
