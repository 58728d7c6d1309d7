//! A literal search in 100 MB until all hits are counted, beside `grep -c -F` on the same bytes.

use super::bodies::Shape;
use super::demo::Demo;
use super::server::Server;
use super::{Bars, SECOND, held, milliseconds};
use crate::median;
use std::io::Write;
use std::process::Command;
use std::time::Instant;

/// How often each is measured.
const RUNS: usize = 7;

/// What is searched for.
const NEEDLE: &str = "Blåbær & Søn 1234";

/// Measures and prints.
pub(super) fn measure(out: &mut impl Write, server: &Server, body: &[u8], bars: &mut Bars) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    let hits = memchr::memmem::find_iter(body, NEEDLE).count();
    let has_grep = Command::new("grep").arg("--version").output().is_ok();
    if !has_grep {
        let _ = writeln!(out, "NOT COMPARED WITH grep: it is not on this machine");
    }
    let mut demo = Demo::start(&server.url("/pretty-100"));
    demo.open(Shape::Pretty.mark());
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        if has_grep {
            theirs.push(grep(file.path(), hits));
        }
        demo.screen.press("\x1b[H/");
        demo.screen.settle(SECOND / 10);
        let begun = demo.screen.paste(NEEDLE);
        let words = format!(" of {hits}");
        let found = demo.screen.wait(30 * SECOND, |text| {
            let mut after = text.split(words.as_str()).skip(1);
            after.any(|rest| !rest.starts_with(|next: char| next == '…' || next.is_ascii_digit()))
        });
        let found = found.unwrap_or_else(|| panic!("it was not found:\n{}", demo.screen.text()));
        ours.push(milliseconds(found - begun));
        demo.screen.press("\x1b");
        demo.screen.settle(SECOND / 5);
    }
    let ours = median(&mut ours);
    let _ = writeln!(
        out,
        "\nA literal search in 100 MB pretty until all {hits} hits are counted, ms; medians of {RUNS} (bar: \
         2 × grep -c -F)"
    );
    if theirs.is_empty() {
        let _ = writeln!(out, "  dineroscope {ours:.0}");
        return;
    }
    let theirs = median(&mut theirs);
    let ratio = ours / theirs;
    let _ = writeln!(
        out,
        "  dineroscope {ours:.0}   grep {theirs:.0}   ratio {ratio:.2}   {}",
        held(ratio <= 2.0)
    );
    bars.add("search of 100 MB, × grep", ratio, 2.0);
}

/// How long grep takes.
fn grep(file: &std::path::Path, hits: usize) -> f64 {
    let mut command = Command::new("grep");
    command
        .args(["-c", "-F", NEEDLE])
        .arg(file)
        .env("LC_ALL", "C");
    let begun = Instant::now();
    let output = command.output().unwrap();
    let taken = milliseconds(begun.elapsed());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said.trim(), hits.to_string(), "grep counts the same");
    taken
}
