//! The real binary, driven in a pseudo-terminal as a person would.

use crate::leak::holds_a_token;
use crate::terminal::Terminal;
use rustix::process::Signal;

/// Brings the demo to a step by keys alone.
fn walk_to(terminal: &Terminal, step: usize) {
    terminal.wait_for("Ready. Nothing is sent");
    let walk = [
        ("\r", "Waiting for the browser"),
        ("a", "The answer came and it is ours"),
        ("\r", "Send the exchange"),
        ("\r", "Signed in"),
        ("\r", "6 Requests]"),
    ];
    for (keys, shows) in walk.iter().take(step - 1) {
        terminal.press(keys);
        terminal.wait_for(shows);
    }
}

#[test]
fn the_whole_flow_by_keys_alone() {
    let home = tempfile::tempdir().unwrap();
    for (columns, rows) in [(80, 24), (120, 40), (200, 60)] {
        let terminal = Terminal::start(&["demo"], columns, rows, home.path());
        walk_to(&terminal, 6);
        terminal.wait_for("No answer yet");
        terminal.press("\r");
        terminal.wait_for("200 OK");
        terminal.wait_for("410233");
        terminal.press("q");
        assert_eq!(terminal.end().code(), Some(0), "at {columns}×{rows}");
    }
}

#[test]
fn a_secret_is_never_drawn_unless_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    walk_to(&terminal, 5);
    let bytes = String::from_utf8_lossy(&terminal.seen().bytes).into_owned();
    assert!(!holds_a_token(&bytes), "a token was drawn");
    assert!(bytes.contains("••••"));
}

#[test]
fn cancelling_on_the_consent_page_is_said_and_leads_to_a_new_run() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    walk_to(&terminal, 2);
    terminal.press("x");
    terminal.wait_for("access_denied");
    terminal.wait_for("New run");
    terminal.press("\r");
    terminal.wait_for("Ready. Nothing is sent");
}

#[test]
fn the_mouse_goes_the_same_way() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    terminal.wait_for("Ready. Nothing is sent");
    terminal.click("Open in the browser");
    terminal.wait_for("Waiting for the browser");
    terminal.click("1 Link");
    terminal.wait_for("[✓ 1 Link]");
    terminal.click("2 Consent");
    terminal.wait_for("[◐ 2 Consent]");
}

#[test]
fn a_terminal_too_small_says_so_and_a_larger_one_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    walk_to(&terminal, 2);
    terminal.resize(40, 10);
    terminal.wait_for("needs 60×16");
    terminal.resize(80, 24);
    terminal.wait_for("Waiting for the browser");
}

#[test]
fn interrupts_ask_first_and_leave_the_terminal_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    for step in 1..=6 {
        let terminal = Terminal::start(&["demo"], 100, 30, home.path());
        walk_to(&terminal, step);
        terminal.press("\x03");
        terminal.press("\x03");
        terminal.press("\x03");
        let code = terminal.end().code();
        assert!(matches!(code, Some(0 | 130)), "at step {step}: {code:?}");
    }
}

#[test]
fn signals_restore_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129)] {
        let terminal = Terminal::start(&["demo"], 80, 24, home.path());
        walk_to(&terminal, 2);
        terminal.signal(signal);
        assert_eq!(terminal.end().code(), Some(code), "{signal:?}");
    }
}

#[test]
fn a_paste_is_data_and_never_keys() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    walk_to(&terminal, 2);
    terminal.paste("q\rx\x03a");
    terminal.press("1");
    terminal.wait_for("[✓ 1 Link]");
    terminal.press("2");
    terminal.press("p");
    terminal.wait_for("Paste");
    terminal.paste("http://localhost:1/callback?code=c&state=of-another-run");
    terminal.press("\r");
    terminal.wait_for("wrong state");
}

#[test]
fn a_panic_gives_the_terminal_back_and_tells_no_secret() {
    let home = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let arguments = [
        "--exact",
        "pty::breaks_on_purpose",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ];
    let terminal = Terminal::start_program(&this, &arguments, (80, 24), home.path(), &[]);
    terminal.wait("the report", |seen| {
        String::from_utf8_lossy(&seen.bytes).contains("dineroscope broke at")
    });
    let bytes = String::from_utf8_lossy(&terminal.seen().bytes).into_owned();
    assert!(
        bytes.contains("\x1b[?1049h"),
        "the screen was entered before: {bytes}"
    );
    assert!(!bytes.contains("hunter2"), "{bytes}");
    assert!(!terminal.end().success());
}

/// Not a test of its own: the program of the test above. Enters the terminal as the screens do, then
/// breaks on the thread that installed the hook.
#[test]
#[ignore = "breaks on purpose; run by `a_panic_gives_the_terminal_back_and_tells_no_secret`"]
fn breaks_on_purpose() {
    dineroscope::tui::broken::when_broken(dineroscope::tui::terminal::restore);
    let _entered = dineroscope::tui::terminal::Entered::new().unwrap();
    panic!("with a secret in its message: hunter2");
}

#[test]
fn a_folder_that_blocks_does_not_keep_the_first_frame() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("profiles");
    std::fs::create_dir(&folder).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.join("blocks.toml"))
        .status();
    assert!(made.unwrap().success());
    let terminal = Terminal::start(&["--profile", "blocks"], 120, 40, home.path());
    terminal.wait_for("1 Link");
    terminal.wait_for("is a pipe");
    terminal.press("\x03\x03\x03");
    assert!(matches!(terminal.end().code(), Some(0 | 130)));
}

#[test]
fn a_profile_with_a_placeholder_asks_for_its_field_before_anything_else() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["--profile", "dinero"], 120, 40, home.path());
    terminal.wait_for("PRODUCTION");
    terminal.wait_for("client_id");
    terminal.press("\r");
    terminal.press("isv_typed_here\r");
    terminal.wait_for("Ready. Nothing is sent");
    terminal.wait_for("client_id             isv_typed_here");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}

#[test]
fn every_fault_that_shows_by_hand_is_explained_on_its_step() {
    let home = tempfile::tempdir().unwrap();
    for (fault, step, shows) in [
        ("invalid-client", 5, "invalid-client"),
        ("expired-code", 5, "invalid-grant-code-expired"),
        ("token-500", 5, "token-server-error"),
        ("token-html", 5, "token-response-not-json"),
        ("token-cut-off", 5, "token-response-not-json"),
        ("wrong-state", 3, "state-mismatch"),
        ("api-401", 7, "api-unauthorized"),
    ] {
        let terminal = Terminal::start(&["demo", "--fault", fault], 200, 60, home.path());
        terminal.wait_for("Ready. Nothing is sent");
        let walk = [
            ("\r", "Waiting for the browser"),
            ("a", ""),
            ("\r", "Send the exchange"),
            ("\r", ""),
            ("\r", "6 Requests]"),
            ("\r", ""),
        ];
        for (number, (keys, wanted)) in walk.iter().take(step - 1).enumerate() {
            terminal.press(keys);
            match number {
                1 if step > 3 => terminal.wait_for("The answer came and it is ours"),
                3 if step > 5 => terminal.wait_for("Signed in"),
                _ => terminal.wait_for(wanted),
            }
        }
        terminal.wait_for(shows);
    }
}

#[test]
fn where_nothing_can_listen_the_answer_can_be_pasted() {
    let home = tempfile::tempdir().unwrap();
    let profile = "provider = \"visma-connect\"\nclient_id = \"isv_acme\"\nclient_secret = { prompt = true }\n\
                   redirect_uri = \"https://app.local:8443/callback\"\nscopes = [\"dineropublicapi:read\"]\n";
    std::fs::create_dir(home.path().join("profiles")).unwrap();
    std::fs::write(home.path().join("profiles/acme.toml"), profile).unwrap();
    let terminal = Terminal::start(&["--profile", "acme"], 120, 40, home.path());
    terminal.wait_for("Ready. Nothing is sent");
    terminal.press("\r");
    terminal.wait_for("This redirect URI cannot be listened on");
    terminal.press("p");
    terminal.wait_for("Paste");
    terminal.paste("https://app.local:8443/callback?code=c&state=of-another-run");
    terminal.press("\r");
    terminal.wait_for("wrong state");
    terminal.press("\x03\x03\x03");
    assert!(matches!(terminal.end().code(), Some(0 | 130)));
}

#[test]
fn the_link_is_copied_whole_and_with_the_port_that_is_listened_on() {
    use base64::Engine as _;
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 80, 24, home.path());
    walk_to(&terminal, 1);
    terminal.press("y");
    terminal.wait_for("Copy");
    terminal.press("\r");
    terminal.wait("the clipboard", |seen| copied(&seen.bytes).is_some());
    let encoded = copied(&terminal.seen().bytes).unwrap();
    let link = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .unwrap();
    let link = url::Url::parse(std::str::from_utf8(&link).unwrap()).unwrap();
    let (_, redirect_uri) = link
        .query_pairs()
        .find(|(name, _)| name == "redirect_uri")
        .unwrap();
    let port = url::Url::parse(&redirect_uri).unwrap().port();
    assert!(port.is_some_and(|port| port > 0), "{redirect_uri}");
    terminal.wait_for("Waiting for the browser");
}

/// What the program put into the terminal's clipboard (OSC 52), still encoded.
fn copied(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (_, rest) = text.split_once("\x1b]52;c;")?;
    rest.split_once('\x07')
        .map(|(encoded, _)| encoded.to_owned())
}

#[test]
fn a_profile_that_is_not_there_is_told_from_one_that_cannot_be_read() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("profiles")).unwrap();
    std::fs::write(home.path().join("profiles/broken.toml"), "client_id = [").unwrap();
    for (name, words) in [
        ("nope", "no profile `nope`"),
        ("broken", "`broken` could not be read"),
    ] {
        let terminal = Terminal::start(&["--profile", name], 120, 40, home.path());
        terminal.wait_for(words);
        terminal.press("\x03\x03\x03");
        assert!(matches!(terminal.end().code(), Some(0 | 130)));
    }
}

#[test]
fn quitting_while_an_exchange_is_under_way_names_the_loss() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo", "--fault", "slow-token"], 120, 40, home.path());
    walk_to(&terminal, 4);
    terminal.press("\r");
    terminal.wait_for("Sending the exchange");
    terminal.press("\x03");
    terminal.wait_for("An exchange is under way");
    terminal.press("\x03");
    assert_eq!(terminal.end().code(), Some(130));
}

#[test]
fn the_footer_says_what_enter_does_on_a_row() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    walk_to(&terminal, 6);
    terminal.press("/");
    terminal.press("unp");
    terminal.wait_for("GET  Invoices, list");
    terminal.press("\r");
    terminal.wait_for("↵ list the organizations");
    terminal.press("\r");
    terminal.wait_for("↵ choose the organization");
    terminal.press("\r");
    terminal.wait_for("Which organization?");
    terminal.press("\r");
    terminal.wait_for("↵ send");
    terminal.press("\r");
    terminal.wait_for("1–25 of 92");
}

#[test]
fn a_wrapped_link_is_explained_where_it_is_pasted() {
    let home = tempfile::tempdir().unwrap();
    let terminal = Terminal::start(&["demo"], 120, 40, home.path());
    terminal.wait_for("Ready. Nothing is sent");
    terminal.press("E");
    terminal.wait_for("Nothing was explained yet");
    let link = "https://connect.visma.com/connect/authorize?client_id=isv_acme&response_type=code\r\
                &scope=dineropublicapi:read,offline_access&redirect_uri=https://regnskab.\r\
                example/callback&state=9fKm2vXb3qLw";
    terminal.press(&format!("\x1b[200~{link}\x1b[201~"));
    terminal.wait_for("An authorize link");
    terminal.wait_for("scope-separator");
    terminal.press("\x1b");
    terminal.wait_for("Ready. Nothing is sent");
    terminal.press("q");
    assert_eq!(terminal.end().code(), Some(0));
}
