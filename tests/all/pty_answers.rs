//! The answer in the real binary: read while it comes, searched, filtered by a process of its own, saved, stopped.

use crate::pty_requests::on_requests;
use crate::terminal::Terminal;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::{Sender, channel};

/// A list of so many objects.
fn list(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|number| format!("{{\"number\":{number},\"name\":\"Blåbærhuset {number}\"}}"))
        .collect();
    format!("[{}]", items.join(","))
}

/// A server that sends the beginning of a body, and the rest when it is told to.
fn server(body: String, first: usize) -> (String, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}/list", listener.local_addr().unwrap());
    let (go_on, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&body.as_bytes()[..first]);
        if told.recv().is_ok() {
            let _ = stream.write_all(&body.as_bytes()[first..]);
        }
    });
    (origin, go_on)
}

/// Sends a free request to that address.
fn send(terminal: &Terminal, url: &str) {
    terminal.press("/");
    terminal.press("free request\r");
    terminal.wait_for("Needs a path");
    terminal.press("\x1b[C\x1b[B\x1b[B\r");
    terminal.wait_for("↵ take it");
    terminal.press(url);
    terminal.press("\r");
    terminal.wait_for("[ Send");
    terminal.press("S");
}

#[test]
fn an_answer_is_read_while_it_comes_then_searched_filtered_and_saved() {
    let home = tempfile::tempdir().unwrap();
    let terminal = on_requests(home.path(), (120, 40));
    let body = list(60_000);
    let (url, go_on) = server(body.clone(), 20_000);
    send(&terminal, &url);
    // The rest is held back, and the beginning can be read.
    terminal.wait_for("\"name\": \"Blåbærhuset 0\"");
    terminal.wait_for("came");
    terminal.press("v\x1b[B");
    terminal.wait_for("…");
    go_on.send(()).unwrap();
    terminal.wait_for("line 2 of 240002");
    terminal.press("/Blåbærhuset 59999");
    terminal.wait_for("1 of 1");
    terminal.press("\r");
    terminal.wait_for(".[59999].name");
    terminal.press("|");
    terminal.press("map(.number) | add\r");
    terminal.wait_for("1799970000");
    terminal.press("\x1b");
    terminal.wait_for(".[59999].name");
    terminal.press("s");
    terminal.wait_for("Save what is shown");
    let path = home.path().join("saved.json");
    terminal.press(&format!("\x15{}\r", path.display()));
    terminal.wait_for("Written to");
    assert_eq!(std::fs::read_to_string(Path::new(&path)).unwrap(), body);
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn what_came_stays_when_the_rest_is_not_wanted() {
    let home = tempfile::tempdir().unwrap();
    let terminal = on_requests(home.path(), (80, 24));
    let (url, _held) = server(list(5000), 60_000);
    send(&terminal, &url);
    terminal.wait_for("came");
    terminal.press("\x03");
    terminal.wait_for("cut: you stopped it");
    terminal.press("vz\x1b[F");
    terminal.wait_for("… cut here: you stopped it");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn a_filter_without_an_end_holds_nobody_up_and_ends_with_the_program() {
    let home = tempfile::tempdir().unwrap();
    let terminal = on_requests(home.path(), (80, 24));
    let (url, go_on) = server("[1,2,3]".to_owned(), 3);
    send(&terminal, &url);
    go_on.send(()).unwrap();
    terminal.wait_for("  7 B");
    terminal.press("v");
    terminal.wait_for("line 1 of 5");
    terminal.press("|[repeat(1)]\r");
    terminal.wait_for("filtering…");
    // Keys are answered meanwhile, and nothing outlives the program.
    terminal.press("?");
    terminal.wait_for("Here: 6 Requests");
    terminal.press("\x1b");
    terminal.wait("help is gone", |seen| {
        !seen.text().contains("Here: 6 Requests")
    });
    // Ctrl-C ends what runs, and only that.
    terminal.press("\x03");
    terminal.wait("nothing is filtered", |seen| {
        !seen.text().contains("filtering…")
    });
    terminal.press("|[repeat(2)]\r");
    terminal.wait_for("filtering…");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}
