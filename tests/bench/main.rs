//! Measures what the README claims: cold start, memory, idling, callback to drawn, commands, large answers.
//! Never part of the tests, because a figure is no assertion. Run with `cargo bench`; `cargo bench -- commands`
//! measures that part alone.
#![expect(clippy::unwrap_used, reason = "a measure may fail where it stands")]

mod answers;
mod archive;
mod commands;
mod reader;

#[expect(dead_code, reason = "the tests of the command line use the rest of it")]
#[path = "../support/quiet.rs"]
mod quiet;
#[expect(dead_code, reason = "the tests of the command line use the rest of it")]
#[path = "../support/recorder.rs"]
mod recorder;
#[path = "../support/archive.rs"]
mod support_archive;
#[expect(dead_code, reason = "the tests in a terminal use the rest of it")]
#[path = "../support/terminal.rs"]
mod terminal;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use terminal::Terminal;

/// Clock ticks of `/proc/PID/stat` in a second.
const TICKS: f64 = 100.0;

/// How long idling is watched on each step.
const IDLE: Duration = Duration::from_secs(10);

/// What a step shows when it is reached, and what is typed to reach it.
const WALK: [(&str, &str, &str); 6] = [
    ("1 Link", "", "Ready. Nothing is sent"),
    ("2 Consent", "\r", "Waiting for the browser"),
    ("3 Callback", "a", "The answer came"),
    ("4 Exchange", "\r", "Send the exchange"),
    ("5 Token", "\r", "Signed in"),
    ("6 Requests", "\r", "organizations"),
];

fn main() {
    let home = tempfile::tempdir().unwrap();
    let mut out = std::io::stdout().lock();
    let named: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    if wanted("commands") {
        commands::commands(&mut out);
    }
    if wanted("reader") {
        reader::measure(&mut out);
    }
    answers::measure(&mut out, wanted);
    if wanted("explain") {
        archive::explained(&mut out);
    }
    if wanted("start") {
        cold_start(&mut out, home.path());
    }
    if wanted("idle") {
        idle(&mut out, home.path());
    }
    if wanted("callback") {
        callback(&mut out, home.path());
    }
}

/// First painted frame in a pseudo-terminal, and memory with it up.
fn cold_start(out: &mut impl std::io::Write, home: &Path) {
    let mut milliseconds = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..12 {
        let terminal = Terminal::start(&["demo"], 120, 40, home);
        terminal.wait_for("Ready. Nothing is sent");
        let first = terminal.seen().first_painted.unwrap() - terminal.started;
        milliseconds.push(first.as_secs_f64() * 1000.0);
        memory.push(status_figure(&terminal, "VmRSS"));
    }
    let _ = writeln!(
        out,
        "first painted frame  {:8.1} ms   median of {}",
        median(&mut milliseconds),
        12
    );
    let _ = writeln!(
        out,
        "resident memory      {:8.1} MB   median of {}",
        median(&mut memory),
        12
    );
}

/// Processor time used while nothing happens, step by step.
fn idle(out: &mut impl std::io::Write, home: &Path) {
    let terminal = Terminal::start(&["demo"], 120, 40, home);
    for (step, keys, shows) in WALK {
        terminal.press(keys);
        terminal.wait_for(shows);
        let (before, wakes) = (processor_time(&terminal), wake_ups(&terminal));
        std::thread::sleep(IDLE);
        let used = (processor_time(&terminal) - before) / IDLE.as_secs_f64() * 100.0;
        let woke = wake_ups(&terminal) - wakes;
        let _ = writeln!(
            out,
            "idle on {step:<12} {used:8.1} %    {woke} wake-ups in 10 s"
        );
    }
}

/// From the callback's last byte to the screen that shows it.
fn callback(out: &mut impl std::io::Write, home: &Path) {
    let mut milliseconds = Vec::new();
    for _ in 0..10 {
        let terminal = Terminal::start(&["demo"], 120, 40, home);
        terminal.wait_for("Ready. Nothing is sent");
        terminal.press("\r");
        terminal.wait_for("Waiting for the browser");
        let text = terminal.seen().text();
        let address = text
            .split_whitespace()
            .find(|word| word.starts_with("127.0.0.1:"))
            .unwrap();
        let form = "error=access_denied&state=of-another-run";
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "POST /callback HTTP/1.1\r\nHost: {address}\r\nContent-Type: \
             application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        )
        .unwrap();
        let sent = Instant::now();
        terminal.wait_for("wrong state");
        milliseconds.push(sent.elapsed().as_secs_f64() * 1000.0);
        let _ = stream.read(&mut [0; 1024]);
    }
    let _ = writeln!(
        out,
        "callback to drawn    {:8.1} ms   median of {}",
        median(&mut milliseconds),
        10
    );
}

/// The middle one.
fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A figure of `/proc/PID/status`, in megabytes.
fn status_figure(terminal: &Terminal, name: &str) -> f64 {
    let path = format!("/proc/{}/status", terminal.pid().as_raw_nonzero());
    let text = std::fs::read_to_string(path).unwrap();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap();
    let kilobytes: f64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024.0 / 1e6
}

/// Seconds of processor time used so far, in user and kernel.
fn processor_time(terminal: &Terminal) -> f64 {
    let path = format!("/proc/{}/stat", terminal.pid().as_raw_nonzero());
    let text = std::fs::read_to_string(path).unwrap();
    let fields: Vec<&str> = text
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
    ticks / TICKS
}

/// How often any thread of the program went to sleep of itself so far.
fn wake_ups(terminal: &Terminal) -> u64 {
    let tasks = format!("/proc/{}/task", terminal.pid().as_raw_nonzero());
    std::fs::read_dir(tasks)
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("status")).ok())
        .filter_map(|text| {
            let line = text
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches"))?
                .to_owned();
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        })
        .sum()
}
