//! Step 6 in the real binary: found, filled in, sent and kept, also when the program is killed.

use crate::terminal::Terminal;
use rustix::process::Signal;
use std::path::Path;

/// The demo with a token, step 6 in view, a company chosen.
pub(crate) fn on_requests(home: &Path, (columns, rows): (u16, u16)) -> Terminal {
    let terminal = Terminal::start(&["demo"], columns, rows, home);
    terminal.wait_for("Ready. Nothing is sent");
    terminal.press("A");
    terminal.wait_for("2 Consent]");
    terminal.press("a");
    terminal.wait_for("5 Token]");
    terminal.press("6");
    terminal.wait_for("6 Requests]");
    terminal.press("\r");
    terminal.wait_for("↵ choose the organization");
    terminal.press("\r");
    terminal.wait_for("Which organization?");
    terminal.press("\r");
    terminal.wait_for("[ Send");
    terminal
}

#[test]
fn a_list_is_found_paged_and_fetched_whole_at_every_size() {
    let home = tempfile::tempdir().unwrap();
    for size in [(80, 24), (120, 40), (200, 60)] {
        let terminal = on_requests(home.path(), size);
        terminal.press("/");
        terminal.press("unp\r");
        terminal.wait_for("↵ send");
        terminal.press("\r");
        terminal.wait_for("1–25 of 92");
        terminal.press(">");
        terminal.wait_for("26–50 of 92");
        terminal.press("f");
        terminal.wait_for("92 of 92");
        terminal.press("q");
        assert_eq!(terminal.end().code(), Some(0), "{size:?}");
    }
}

#[test]
fn a_contact_is_created_from_its_form_and_read_by_the_value_that_came() {
    let home = tempfile::tempdir().unwrap();
    let terminal = on_requests(home.path(), (120, 40));
    terminal.press("/");
    terminal.press("create a contact\r\r");
    terminal.wait_for("Check the body: POST Contacts, create");
    terminal.press("\x1b[C\x1b[C");
    terminal.wait_for("[Body");
    terminal.press("\x1b[B\r");
    terminal.wait_for("↵ take it");
    terminal.press("Ærø Sejl\r");
    terminal.wait_for("Ærø Sejl");
    terminal.press("\x1b");
    terminal.wait_for("[ Send ↵ ]");
    terminal.press("\r");
    terminal.wait_for("\"ContactGuid\"");
    // To the answer, its value under the cursor, and on to the operation that takes it.
    terminal.press("\t\t");
    terminal.press("\x1b[B");
    terminal.wait_for("↵ use this value");
    terminal.press("\r");
    terminal.wait_for("remember it as {{contactGuid}}");
    terminal.press("\x1b[B\x1b[B\r");
    terminal.wait_for("Ready: GET Contacts, one");
    terminal.press("\r");
    terminal.wait_for("\"Name\": \"Ærø Sejl\"");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn what_was_typed_and_what_was_sent_is_there_after_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let terminal = on_requests(home.path(), (120, 40));
    terminal.press("/");
    terminal.press("list products\r");
    terminal.wait_for("GET Products, list");
    terminal.press("\x1b[C");
    terminal.wait_for("[ Send ↵ ]");
    terminal.press("\x1b[B\x1b[B\x1b[B\r");
    terminal.wait_for("any words");
    terminal.wait_for("↵ take it");
    terminal.press("tovværk\r");
    terminal.wait_for("1 changed");
    let drafts = find(home.path(), "drafts.json");
    until(&terminal, || {
        drafts().is_some_and(|text| text.contains("tovværk"))
    });
    let sent = find(home.path(), "requests.jsonl");
    until(&terminal, || {
        sent().is_some_and(|text| text.contains("organizations.list"))
    });
    terminal.signal(Signal::KILL);
    drop(terminal);
    let terminal = on_requests(home.path(), (120, 40));
    terminal.press("/");
    terminal.press("list products\r");
    terminal.wait_for("tovværk");
    terminal.press("\x1b");
    terminal.wait_for("History");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

/// Goes on until something is so that another thread of the program does; help comes and goes meanwhile.
fn until(terminal: &Terminal, so: impl Fn() -> bool) {
    for _ in 0..500 {
        if so() {
            return;
        }
        terminal.press("?");
        terminal.wait_for(" Help ");
        terminal.press("\x1b");
        terminal.wait_for("6 Requests]");
    }
    panic!("it was never so");
}

/// Reads a file of that name somewhere below a folder.
fn find(below: &Path, name: &str) -> impl Fn() -> Option<String> {
    let (below, name) = (below.to_owned(), name.to_owned());
    move || {
        let mut folders = vec![below.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).ok()?.flatten() {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name().is_some_and(|own| own == name.as_str()) {
                    return std::fs::read_to_string(path).ok();
                }
            }
        }
        None
    }
}
