//! What it costs to read large answers: until they can be read, memory, how long a key waits meanwhile,
//! searching; beside bare downloads, grep, and two other terminal programs.
//!
//! ```text
//! a server in this process ─► dineroscope, slumber, ATAC in a pseudo-terminal ─► frames, stamped ─► tables
//! ```

mod bodies;
mod demo;
mod keys;
mod opening;
mod peers;
mod screen;
mod searching;
mod server;

use bodies::Shape;
use server::{PACED, Server};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// A second.
const SECOND: Duration = Duration::from_secs(1);

/// Figures that have a bar in the design.
#[derive(Default)]
struct Bars(Vec<(String, f64, f64)>);

impl Bars {
    /// Something, what it is, and what it is to be at most.
    fn add(&mut self, what: &str, is: f64, most: f64) {
        self.0.push((what.to_owned(), is, most));
    }
}

/// Measures and prints what is wanted: `answers` is all of it, `answers-keys` and the like a part.
pub(crate) fn measure(out: &mut impl Write, wanted: impl Fn(&str) -> bool) {
    let wanted = |part: &str| wanted("answers") || wanted(&format!("answers-{part}"));
    if !["opening", "keys", "search", "peers"]
        .into_iter()
        .any(&wanted)
    {
        return;
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let _ = writeln!(
        out,
        "Large answers. Load of the machine before: {}",
        load.trim()
    );
    let (server, mut bars) = (Server::start(), Bars::default());
    if wanted("opening") {
        opening::measure(out, &server, &mut bars);
    }
    let body = Arc::new(Shape::Pretty.body(100));
    server.put("/pretty-10", Arc::new(Shape::Pretty.body(10)));
    server.put("/pretty-100", Arc::clone(&body));
    server.put(PACED, Arc::clone(&body));
    if wanted("keys") {
        keys::measure(out, &server, &mut bars);
    }
    if wanted("search") {
        searching::measure(out, &server, &body, &mut bars);
    }
    if wanted("peers") {
        peers::measure(out, &server, &mut bars);
    }
    let _ = writeln!(out, "\nBars of design.md, section 9");
    for (what, is, most) in bars.0 {
        let _ = writeln!(
            out,
            "  {what:<42} {is:>9.2}   bar {most:>9.2}   {}",
            held(is <= most)
        );
    }
}

/// Whether a bar is held, in a word.
const fn held(is_held: bool) -> &'static str {
    if is_held { "held" } else { "MISSED" }
}

/// In milliseconds.
fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// A count as a figure.
fn figure(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
