//! From the key that sends a request to its answer: until it can be read, until all of it is known, and the
//! memory that it takes; beside bare downloads of the same bytes.

use super::bodies::Shape;
use super::demo::Demo;
use super::server::Server;
use super::{Bars, SECOND, held, milliseconds};
use crate::median;
use std::io::{Read as _, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

/// How often each is measured.
const RUNS: usize = 3;

/// Shapes and megabytes; of those whose size is given by their shape, none.
const SIZES: [(Shape, usize); 11] = [
    (Shape::Compact, 1),
    (Shape::Compact, 10),
    (Shape::Compact, 50),
    (Shape::Compact, 100),
    (Shape::Pretty, 1),
    (Shape::Pretty, 10),
    (Shape::Pretty, 50),
    (Shape::Pretty, 100),
    (Shape::Text, 100),
    (Shape::Tiny, 0),
    (Shape::Deep, 0),
];

/// What was measured of a body, each as often as it was sent.
#[derive(Default)]
struct Figures {
    /// From the key to the first rows.
    rows: Vec<f64>,
    /// From the first bytes of the body to them.
    rows_of_bytes: Vec<f64>,
    /// From the key until all lines are counted.
    counted: Vec<f64>,
    /// The most memory, in megabytes.
    peak: Vec<f64>,
    /// Bare downloads: a stream, the same library, another program.
    stream: Vec<f64>,
    library: Vec<f64>,
    curl: Vec<f64>,
}

/// Measures and prints.
pub(super) fn measure(out: &mut impl Write, server: &Server, bars: &mut Bars) {
    let has_curl = Command::new("curl").arg("--version").output().is_ok();
    if !has_curl {
        let _ = writeln!(out, "NOT COMPARED WITH curl: it is not on this machine");
    }
    let _ = writeln!(
        out,
        "\nAn answer until it can be read, ms, and peak memory, MB; medians of {RUNS}\n  (bars for 100 MB: \
         rows 300 ms after the first bytes, index 1.5 × the bare download, memory 1.6 × the body)\n  \
         {:<8} {:>6} {:>6} {:>8} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "shape",
        "MB",
        "rows",
        "of bytes",
        "index",
        "stream",
        "reqwest",
        "curl",
        "ratio",
        "peak",
        "× body"
    );
    for (shape, megabytes) in SIZES {
        let path = format!("/{}-{megabytes}", shape.name());
        let body = Arc::new(shape.body(megabytes));
        server.put(&path, Arc::clone(&body));
        let mut figures = Figures::default();
        for _ in 0..RUNS {
            run(server, (shape, &path), body.len(), has_curl, &mut figures);
        }
        tell(out, (shape, super::figure(body.len()) / 1e6), figures, bars);
        server.put(&path, Arc::default());
    }
}

/// Once.
fn run(
    server: &Server,
    (shape, path): (Shape, &str),
    length: usize,
    has_curl: bool,
    figures: &mut Figures,
) {
    let url = server.url(path);
    figures.stream.push(stream(server, path, length));
    figures.library.push(library(&url, length));
    if has_curl {
        figures.curl.push(curl(&url));
    }
    let mut demo = Demo::start(&url);
    let sent = demo.send();
    let rows = demo.first_rows(shape.mark());
    let counted = demo.counted();
    let began = server.began();
    // What is still to be done with it may take memory, too.
    demo.screen.settle(2 * SECOND);
    figures.rows.push(milliseconds(rows - sent));
    figures
        .rows_of_bytes
        .push(milliseconds(rows.saturating_duration_since(began)));
    figures.counted.push(milliseconds(counted - sent));
    figures.peak.push(demo.screen.peak());
}

/// Prints a row.
fn tell(
    out: &mut impl Write,
    (shape, megabytes): (Shape, f64),
    mut figures: Figures,
    bars: &mut Bars,
) {
    let [rows, of_bytes, counted, peak, stream, library] = [
        &mut figures.rows,
        &mut figures.rows_of_bytes,
        &mut figures.counted,
        &mut figures.peak,
        &mut figures.stream,
        &mut figures.library,
    ]
    .map(|values| median(values));
    let curl = if figures.curl.is_empty() {
        f64::NAN
    } else {
        median(&mut figures.curl)
    };
    let (ratio, weight) = (counted / library, peak / megabytes);
    let _ = write!(
        out,
        "  {:<8} {megabytes:>6.1} {rows:>6.0} {of_bytes:>8.0} {counted:>7.0} {stream:>7.0} {library:>7.0} \
         {curl:>7.0} {ratio:>7.2} {peak:>7.0} {weight:>7.2}",
        shape.name(),
    );
    if megabytes < 99.0 {
        let _ = writeln!(out);
        return;
    }
    let is_held = of_bytes <= 300.0 && ratio <= 1.5 && weight <= 1.6;
    let _ = writeln!(out, "   {}", held(is_held));
    let name = shape.name();
    bars.add(
        &format!("100 MB {name}: rows, ms after bytes"),
        of_bytes,
        300.0,
    );
    bars.add(&format!("100 MB {name}: index, × download"), ratio, 1.5);
    bars.add(&format!("100 MB {name}: memory, × body"), weight, 1.6);
}

/// A bare download over a stream.
fn stream(server: &Server, path: &str, length: usize) -> f64 {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut bytes = Vec::with_capacity(length + 1024);
    stream.read_to_end(&mut bytes).unwrap();
    assert!(bytes.len() > length, "all of it comes");
    milliseconds(begun.elapsed())
}

/// A bare download with the library that dineroscope uses, copied together as it comes.
fn library(url: &str, length: usize) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let begun = Instant::now();
        let mut answer = client.get(url).send().await.unwrap();
        let mut bytes = Vec::with_capacity(length);
        while let Some(chunk) = answer.chunk().await.unwrap() {
            bytes.extend_from_slice(&chunk);
        }
        assert_eq!(bytes.len(), length);
        milliseconds(begun.elapsed())
    })
}

/// A bare download with curl.
fn curl(url: &str) -> f64 {
    let begun = Instant::now();
    let status = Command::new("curl")
        .args(["--silent", "--noproxy", "*", "--output", "/dev/null", url])
        .stdin(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    milliseconds(begun.elapsed())
}
