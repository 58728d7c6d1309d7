//! The user's editor between two frames: the real binary in a pseudo-terminal, with shell scripts for editors.

use crate::terminal::{Seen, Terminal};
use rustix::process::Signal;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the body of a new contact gets from the editors here.
const WRITES: &str = r#"printf '{"Name": "%s"}\n' "$line" > "$file""#;

/// A home with an editor in it, and dineroscope with the body of a new contact in view.
struct Desk {
    terminal: Terminal,
    home: TempDir,
}

impl Desk {
    /// An editor that does this, with its last argument in `$file`.
    fn with(script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        // A name with a space, to be quoted in the variable.
        let editor = home.path().join("an editor");
        let script = format!("#!/bin/sh\nfor file; do :; done\n{script}\n");
        std::fs::write(&editor, script).unwrap();
        std::fs::set_permissions(&editor, PermissionsExt::from_mode(0o755)).unwrap();
        let line = format!("'{}' --wait", editor.display());
        Self::start(home, &[("VISUAL", &line), ("EDITOR", "/nowhere/editor")])
    }

    /// With these variables.
    fn start(home: TempDir, variables: &[(&str, &str)]) -> Self {
        let scratch = home.path().join("scratch");
        std::fs::create_dir(&scratch).unwrap();
        let scratch = scratch.to_str().unwrap().to_owned();
        let mut environment = vec![("TMPDIR", scratch.as_str())];
        environment.extend(variables);
        let terminal = Terminal::start_with(&["demo"], 120, 40, home.path(), &environment);
        terminal.wait_for("Ready. Nothing is sent");
        terminal.press("6/contacts create");
        terminal.wait_for("POST Contacts, create");
        terminal.press("\t");
        terminal.wait_for("ctrl-e editor");
        Self { terminal, home }
    }

    /// Asks for the editor and waits until it says that it is there.
    fn open(&self) {
        let before = self.terminal.seen().bytes.len();
        self.terminal.press("\x05");
        self.terminal.wait("the editor", |seen| {
            let since = String::from_utf8_lossy(&seen.bytes[before..]);
            is_left(seen) && since.contains("EDITOR HAS IT")
        });
    }

    /// Waits for a text on our own screen.
    fn wait_for(&self, text: &str) {
        self.terminal.wait(&format!("`{text}`"), |seen| {
            seen.screen().alternate_screen() && seen.text().contains(text)
        });
    }

    /// Waits for the end of the last line, which is drawn last.
    fn wait_for_footer(&self, end: &str) {
        self.terminal.wait(&format!("`{end}`"), |seen| {
            let text = seen.text();
            let last = text.lines().last();
            last.is_some_and(|line| line.trim_end().ends_with(end))
        });
    }

    /// A file that the editor has written.
    fn told(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path().join(name)).unwrap()
    }

    /// Leaves by a key, which shows that keys work; the terminal is in order, and no file is left.
    fn leave(self) {
        self.terminal.press("q");
        assert_eq!(self.terminal.end().code(), Some(0));
        assert_eq!(left(self.home.path()), Vec::<PathBuf>::new());
    }
}

/// Whether the screen is as it was before the program.
fn is_left(seen: &Seen) -> bool {
    let screen = seen.screen();
    !screen.alternate_screen()
        && !screen.bracketed_paste()
        && !screen.hide_cursor()
        && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
}

/// What is left of the files for the editor.
fn left(home: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(home.join("scratch")).unwrap();
    all.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn the_body_is_written_in_the_editor_and_the_terminal_is_ours_again() {
    let desk = Desk::with(&format!(
        "stty -a > \"$HOME/modes\"; ls -ld \"$file\" \"${{file%/*}}\" > \"$HOME/files\"
         echo \"$@\" > \"$HOME/arguments\"; echo EDITOR HAS IT; read -r line; {WRITES}"
    ));
    desk.open();
    let modes = desk.told("modes");
    for mode in ["isig", "icanon", "echo", "icrnl", "opost"] {
        let is_on = modes.split_whitespace().any(|own| own == mode);
        assert!(is_on, "`{mode}` in {modes}");
    }
    let files = desk.told("files");
    for mode in ["-rw-------", "drwx------"] {
        assert!(files.lines().any(|line| line.starts_with(mode)), "{files}");
    }
    let arguments = desk.told("arguments");
    assert!(arguments.starts_with("--wait /"), "{arguments}");
    assert!(arguments.ends_with("/body.json\n"), "{arguments}");
    // Every key is the editor's, those too that would be commands here.
    desk.terminal.press("q6P Ærlig\r");
    desk.wait_for("q6P Ærlig");
    desk.wait_for("The body is what the editor left");
    desk.wait_for("R reset");
    desk.terminal.press("?");
    desk.wait_for("the body in your editor");
    desk.wait_for_footer("↓ further");
    desk.terminal.press("\x1b");
    // Escape and the next key in one piece would be a key with Alt.
    desk.wait_for_footer(": commands");
    desk.open();
    desk.terminal.press("once more\r");
    desk.wait_for("once more");
    desk.leave();
}

#[test]
fn what_is_typed_in_the_popup_goes_to_the_editor_and_back_into_the_field() {
    let desk = Desk::with(&format!(
        "cp \"$file\" \"$HOME/before\"; echo EDITOR HAS IT; read -r line; {WRITES}"
    ));
    desk.terminal.press("\x1b[C\x1b[Ca");
    desk.wait_for("tab take it");
    desk.terminal.press("typed here");
    desk.wait_for("typed here");
    desk.open();
    assert!(desk.told("before").ends_with("typed here"));
    desk.terminal.press("from the editor\r");
    desk.wait_for("{\"Name\": \"from the editor\"}");
    desk.wait_for("tab take it");
    desk.terminal.press("\t");
    desk.terminal.wait("the form", |seen| {
        let text = seen.text();
        !text.contains("take it") && text.contains("from the editor")
    });
    desk.leave();
}

#[test]
fn an_editor_that_comes_to_a_bad_end_changes_nothing() {
    for (script, says) in [
        (
            "echo '{}' > \"$file\"; exit 3",
            "ended with 3: nothing was taken",
        ),
        ("rm \"$file\"", "removed the file: nothing was taken"),
        (": > \"$file\"", "was empty: the body is as it was"),
        ("printf '\\377\\376' > \"$file\"", "is not UTF-8"),
        ("truncate -s 17M \"$file\"", "is over 16 MiB"),
        ("rm \"$file\"; mkfifo \"$file\"", "it is no file any more"),
        ("echo >> \"$file\"", "left the body as it was"),
        (
            "echo '{}' > \"$file\"; stty raw -echo; printf '\\033[?1049h'; kill -KILL $$",
            "ended by signal 9: nothing was taken",
        ),
    ] {
        let desk = Desk::with(script);
        desk.terminal.press("\x05");
        desk.wait_for(says);
        // What an operation begins with can be had again only where something was changed.
        assert!(!desk.terminal.seen().text().contains("R reset"), "{script}");
        desk.leave();
    }
}

#[test]
fn what_was_typed_stays_when_the_editor_fails() {
    let desk = Desk::with("exit 1");
    desk.terminal.press("\x1b[C\x1b[Ca");
    desk.wait_for("tab take it");
    desk.terminal.press("not to be lost\x05");
    desk.wait_for("ended with 1: nothing was taken");
    desk.wait_for("not to be lost");
    desk.terminal.press(" at all");
    desk.wait_for("not to be lost at all");
    desk.terminal.press("\x1b");
    desk.wait_for("what you typed is there when you open it again");
    desk.leave();
}

#[test]
fn an_editor_that_is_not_there_is_named_with_what_to_do() {
    for (variables, says) in [
        (
            &[("VISUAL", "/nowhere/editor -n"), ("EDITOR", "true")][..],
            "`/nowhere/editor` of VISUAL was not found: set VISUAL",
        ),
        (&[("EDITOR", "/")], "may not be executed: set EDITOR"),
        (&[("EDITOR", "code '--wait")], "a quote in it is not closed"),
        (
            &[("PATH", "/nowhere")],
            "No `vi` here: set VISUAL or EDITOR",
        ),
        (&[("TMPDIR", "/nowhere"), ("EDITOR", "true")], "set TMPDIR"),
    ] {
        let desk = Desk::start(tempfile::tempdir().unwrap(), variables);
        desk.terminal.press("\x05");
        desk.wait_for(says);
        desk.leave();
    }
}

#[test]
fn an_interrupt_in_the_editor_is_the_editors() {
    let desk = Desk::with(&format!(
        "trap 'echo INTERRUPTED' INT; echo EDITOR HAS IT
         until read -r line && [ \"$line\" ]; do :; done; {WRITES}"
    ));
    desk.open();
    desk.terminal.press("\x03");
    desk.terminal.wait_for("INTERRUPTED");
    desk.terminal.press("went on\r");
    desk.wait_for("went on");
    // With a question in front this would do nothing.
    desk.leave();
    let desk = Desk::with("echo EDITOR HAS IT; read -r line");
    desk.open();
    desk.terminal.press("\x03");
    desk.wait_for("ended by signal 2: nothing was taken");
    desk.leave();
}

#[test]
fn a_terminal_that_grew_meanwhile_is_filled() {
    let desk = Desk::with("echo EDITOR HAS IT; read -r line");
    desk.open();
    desk.terminal.resize(140, 50);
    desk.terminal.press("\r");
    desk.terminal.wait("the larger screen", |seen| {
        let text = seen.text();
        let last = text.lines().nth(49);
        last.is_some_and(|line| line.ends_with(": commands"))
    });
    desk.leave();
}

#[test]
fn signals_end_the_editor_too_and_restore_the_terminal() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let desk = Desk::with("stty raw -echo; echo EDITOR HAS IT; exec sleep 1000");
        desk.open();
        desk.terminal.signal(signal);
        let Desk { terminal, home } = desk;
        assert_eq!(terminal.end().code(), Some(code), "{signal:?}");
        assert_eq!(left(home.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn what_was_typed_ahead_of_the_editor_is_no_command() {
    let desk = Desk::with("echo EDITOR HAS IT; read -r line");
    // In one piece with the key, so that it is read before the editor is there; help would keep the program.
    desk.terminal.press("\x05?");
    desk.terminal.wait_for("EDITOR HAS IT");
    desk.terminal.press("\r");
    desk.wait_for("left the body as it was");
    desk.leave();
}
