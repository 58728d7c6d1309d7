//! How long a key waits: two thousand keys, a hundred a second, whatever else goes on.
//!
//! Each key moves the cursor, and is answered by the first frame whose last line says that it is there: so no
//! frame that shows something else, and none that was drawn before the rows were told, counts as an answer.

use super::bodies::Shape;
use super::demo::{Demo, place};
use super::screen::Screen;
use super::server::{PACED, Server};
use super::{Bars, SECOND, held};
use std::collections::VecDeque;
use std::io::Write;
use std::time::{Duration, Instant};

/// Keys of each situation.
const KEYS: usize = 2000;

/// Between two keys.
const APART: Duration = Duration::from_millis(10);

/// Answers that are looked at while they come; as many keys are pressed at each as its time has room for.
const ANSWERS: usize = 4;

/// How long a situation may go on until it has had its keys.
const MOST: Duration = Duration::from_mins(2);

/// Keys between two searches: about as many as are pressed while one runs.
const PER_SEARCH: usize = 12;

/// Keys between two times that everything is folded, or shown again.
const PER_FOLD: usize = 60;

/// A filter that runs for seconds.
const FILTER: &str = "[.[]|.Name]|sort|length";

/// Lines that a page never has, and that the body always has.
const FAR: u64 = 1000;

/// A key that moves the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    End,
    PageUp,
    Up,
    Home,
    PageDown,
    Down,
}

/// Each leads to another line than all others: no two of them look alike when they are drawn together.
const ROUND: [Key; 6] = [
    Key::End,
    Key::PageUp,
    Key::Up,
    Key::Home,
    Key::PageDown,
    Key::Down,
];

impl Key {
    /// As a terminal sends it.
    const fn bytes(self) -> &'static str {
        match self {
            Self::End => "\x1b[F",
            Self::PageUp => "\x1b[5~",
            Self::Up => "\x1b[A",
            Self::Home => "\x1b[H",
            Self::PageDown => "\x1b[6~",
            Self::Down => "\x1b[B",
        }
    }

    /// Whether it leads from one line to the other.
    const fn leads(self, from: u64, to: u64) -> bool {
        match self {
            Self::End => to > from + FAR,
            Self::PageUp | Self::Up => to < from && from - to < FAR && to > 1,
            Self::Home => to == 1,
            Self::PageDown | Self::Down => to > from && to - from < FAR,
        }
    }
}

/// Keys that were pressed, and what became of them.
#[derive(Default)]
struct Watch {
    line: u64,
    /// When the cursor was last seen to move.
    moved: Option<Instant>,
    pending: VecDeque<(Key, Instant)>,
    waits: Vec<Duration>,
    /// Keys that something else moved the cursor away from: they are not counted.
    lost: usize,
}

impl Watch {
    /// A frame was read.
    fn observe(&mut self, screen: &str, at: Instant) {
        let Some(place) = place(screen).filter(|place| place.line != self.line) else {
            return;
        };
        let from = std::mem::replace(&mut self.line, place.line);
        if place.lines < FAR {
            // It is what a filter wrote: the keys were meant for another text.
            return self.lose();
        }
        self.moved = Some(at);
        let mut pending = self.pending.iter();
        // One that was never seen alone is answered by the frame of a later one.
        match pending.position(|(key, _)| key.leads(from, place.line)) {
            Some(last) => self.answer(last + 1, at),
            None => self.lose(),
        }
    }

    /// So many keys are answered.
    fn answer(&mut self, keys: usize, at: Instant) {
        let answered = self.pending.drain(..keys);
        self.waits
            .extend(answered.map(|(_, pressed)| at.saturating_duration_since(pressed)));
    }

    /// What was pressed is not counted.
    fn lose(&mut self) {
        self.lost += self.pending.len();
        self.pending.clear();
    }

    /// To the first line; nothing of it is counted.
    fn go_home(&mut self, screen: &mut Screen) {
        screen.press(Key::Home.bytes());
        let is_first = |text: &str| place(text).is_some_and(|place| place.line == 1);
        screen.wait(5 * SECOND, is_first);
        self.line = 1;
    }

    /// Presses so many keys, as long as it is so. No more of them wait at a time than can be told apart.
    fn press(&mut self, screen: &mut Screen, keys: usize, so: impl Fn(&str) -> bool) {
        let mut due = Instant::now();
        for key in ROUND.iter().cycle().take(keys) {
            self.look(screen, due);
            if self.pending.len() >= ROUND.len() - 1 {
                self.drain(screen, &so);
                due = Instant::now();
            }
            if !so(&screen.text()) {
                return self.lose();
            }
            let pressed = screen.press(key.bytes());
            self.pending.push_back((*key, pressed));
            due += APART;
        }
        self.drain(screen, &so);
    }

    /// Waits until all that were pressed are answered; where nothing moves any more, the last move did so.
    fn drain(&mut self, screen: &mut Screen, so: impl Fn(&str) -> bool) {
        let until = Instant::now() + 5 * SECOND;
        while let Some((_, pressed)) = self.pending.back().copied() {
            self.look(screen, Instant::now() + APART);
            if !so(&screen.text()) {
                return self.lose();
            }
            let last = self.moved.filter(|moved| *moved > pressed);
            if let Some(last) = last.filter(|last| last.elapsed() > SECOND / 5) {
                self.answer(self.pending.len(), last);
            } else if Instant::now() > until {
                self.answer(self.pending.len(), Instant::now());
            }
        }
    }

    /// Looks at what is drawn until then.
    fn look(&mut self, screen: &mut Screen, until: Instant) {
        while Instant::now() < until {
            if let Some(at) = screen.take(until) {
                self.observe(&screen.text(), at);
            }
        }
    }

    /// Says how long they waited.
    fn tell(mut self, out: &mut impl Write, situation: &str, bars: &mut Bars) {
        self.waits.sort();
        let milliseconds = |wait: Duration| wait.as_secs_f64() * 1000.0;
        let at = |percent: usize| milliseconds(self.waits[self.waits.len() * percent / 100]);
        let longest = milliseconds(*self.waits.last().unwrap());
        let (p99, slow) = (at(99), self.waits.iter().filter(|wait| **wait > 5 * APART));
        let _ = writeln!(
            out,
            "  {situation:<12} {:>6} {:>8.1} {p99:>8.1} {longest:>8.1} {:>8} {:>6}   {}",
            self.waits.len(),
            at(50),
            slow.count(),
            self.lost,
            held(p99 <= 16.0 && longest <= 50.0),
        );
        bars.add(&format!("a key, {situation}: p99 ms"), p99, 16.0);
        bars.add(&format!("a key, {situation}: longest ms"), longest, 50.0);
    }
}

/// Measures and prints.
pub(super) fn measure(out: &mut impl Write, server: &Server, bars: &mut Bars) {
    let _ = writeln!(
        out,
        "\nHow long a key waits, ms (100 MB pretty; bar: p99 16, longest 50)\n  {:<12} {:>6} {:>8} {:>8} \
         {:>8} {:>8} {:>6}",
        "while", "keys", "p50", "p99", "longest", "over 50", "lost"
    );
    receiving(server).tell(out, "receiving", bars);
    let mut demo = Demo::start(&server.url("/pretty-100"));
    demo.open(Shape::Pretty.mark());
    idle(&mut demo).tell(out, "idle", bars);
    searching(&mut demo).tell(out, "searching", bars);
    filtering(&mut demo).tell(out, "filtering", bars);
    folding(&mut demo).tell(out, "folding", bars);
}

/// Over several answers, each of them looked at from its beginning while it comes.
fn receiving(server: &Server) -> Watch {
    let mut watch = Watch::default();
    for _ in 0..ANSWERS {
        let mut demo = Demo::start(&server.url(PACED));
        demo.send();
        demo.first_rows(Shape::Pretty.mark());
        let screen = &mut demo.screen;
        screen.press("v");
        // Frames never stop meanwhile: it is looked at for a time, not until it is quiet.
        watch.look(screen, Instant::now() + SECOND / 5);
        watch.go_home(screen);
        watch.press(screen, KEYS, |_| !server.is_done());
    }
    watch
}

/// While nothing else goes on.
fn idle(demo: &mut Demo) -> Watch {
    let mut watch = Watch::default();
    watch.go_home(&mut demo.screen);
    watch.press(&mut demo.screen, KEYS, |_| true);
    watch
}

/// While a letter is searched for that stands everywhere.
fn searching(demo: &mut Demo) -> Watch {
    let mut watch = Watch::default();
    let screen = &mut demo.screen;
    let begun = Instant::now();
    while watch.waits.len() < KEYS && begun.elapsed() < MOST {
        watch.go_home(screen);
        screen.press("/\x15e\r");
        // The cursor goes to the first hit.
        watch.look(screen, Instant::now() + 2 * APART);
        watch.press(screen, PER_SEARCH, |_| true);
    }
    screen.press("/");
    screen.settle(5 * APART);
    screen.press("\x1b");
    screen.settle(SECOND / 5);
    watch
}

/// While a filter runs on all of it.
fn filtering(demo: &mut Demo) -> Watch {
    let mut watch = Watch::default();
    let screen = &mut demo.screen;
    let begun = Instant::now();
    while watch.waits.len() < KEYS && begun.elapsed() < MOST {
        watch.go_home(screen);
        for keys in ["|", "\x15", FILTER, "\r"] {
            screen.press(keys);
            screen.settle(3 * APART);
        }
        let left = KEYS - watch.waits.len();
        watch.press(screen, left, |text| text.contains("filtering…"));
        // Ends the filter, whether or not it still runs.
        screen.press("\x1b");
        screen.settle(SECOND / 5);
    }
    watch
}

/// While all items are folded away, or shown again, now and then.
fn folding(demo: &mut Demo) -> Watch {
    let mut watch = Watch::default();
    let screen = &mut demo.screen;
    watch.go_home(screen);
    let begun = Instant::now();
    while watch.waits.len() < KEYS && begun.elapsed() < MOST {
        watch.press(screen, PER_FOLD, |_| true);
        screen.press("-");
    }
    watch
}
