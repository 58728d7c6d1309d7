//! What it costs to explain a HAR file of 50 MB: time from start to end, and the memory above its size.

use crate::median;
use crate::quiet::Place;
use crate::support_archive::archive;
use std::io::Write;
use std::time::{Duration, Instant};

/// Size of the file, in bytes.
const SIZE: usize = 50_000_000;

/// How often it is read.
const RUNS: usize = 7;

/// Measures and prints.
pub(crate) fn explained(out: &mut impl Write) {
    let place = Place::new();
    let text = archive(SIZE, 500);
    let path = place.path().join("large.har");
    std::fs::write(&path, &text).unwrap();
    let path = path.to_string_lossy().into_owned();
    let size_in_megabytes = f64::from(u32::try_from(text.len()).unwrap()) / 1e6;
    let (mut taken, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let begun = Instant::now();
        let output = place.command(&["explain", &path]).output().unwrap();
        taken.push(begun.elapsed().as_secs_f64() * 1000.0);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.contains("[invalid-grant]"), "{said}");
        let mut child = place.command(&["explain", &path]).spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0.0_f64;
        while child.try_wait().unwrap().is_none() {
            peak = peak.max(high_water(&status).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(1));
        }
        peaks.push(peak - size_in_megabytes);
    }
    let _ = writeln!(
        out,
        "explain, HAR of {} MB {:6.0} ms   median of {RUNS}\n  memory above its size {:6.1} MB",
        text.len() / 1_000_000,
        median(&mut taken),
        median(&mut peaks),
    );
}

/// The most memory that was resident so far, in megabytes; `None` once the process has ended.
fn high_water(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}
