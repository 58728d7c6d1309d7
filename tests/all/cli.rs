//! The command line as a script meets it: help, usage, profiles that cannot be used, `link`.

use crate::browser;
use crate::quiet::{Ended, Place, Running};
use std::io::Read as _;

/// A profile that can be used.
const ACME: &str = r#"
provider = "visma-connect"
client_id = "isv_acme"
client_secret = "not-to-be-seen-anywhere"
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read", "offline_access"]
"#;

/// A folder with that profile.
fn place() -> Place {
    let place = Place::new();
    place.profile("acme", ACME);
    place
}

/// The value of a parameter of a link.
fn parameter(link: &str, name: &str) -> Option<String> {
    let url = url::Url::parse(link.trim()).unwrap();
    url.query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

#[test]
fn help_leads_a_newcomer_to_the_demo_and_shows_only_what_works() {
    let ended = place().run(&["--help"]);
    assert_eq!(ended.exit, 0);
    assert!(ended.output.contains("without an account"), "{ended:?}");
    assert!(ended.output.contains("dineroscope demo"));
    assert!(ended.talk.is_empty());
    for later in ["import", "--config"] {
        let command = format!("\n  {later}");
        assert!(!ended.output.contains(&command), "`{later}` is not built");
    }
}

#[test]
fn version_is_one_line() {
    let ended = place().run(&["--version"]);
    assert_eq!(ended.exit, 0);
    let expected = format!("dineroscope {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(ended.output, expected);
}

#[test]
fn what_is_not_understood_ends_with_2_and_prints_no_result() {
    for arguments in [
        &["nonsense"][..],
        &["login"],
        &["link"],
        &["login", "acme", "--timeout", "soon"],
        &["login", "acme", "--timeout", "0s"],
        &["login", "acme", "--response-mode", "web_message"],
        &["login", "acme", "--scope", " "],
        &["link", "acme", "--set", "prompt"],
        &["link", "acme", "--set", "=x"],
        &["link", "acme", "--set", "state=mine"],
        &["link", "acme", "--set", "scope=x"],
        &["link", "acme", "--no-browser"],
        &["sandbox", "--port", "70000"],
        &["sandbox", "--consent", "perhaps"],
        &["sandbox", "--profiles", "trusted"],
        &["--profile", "acme", "link", "acme"],
    ] {
        let ended = place().run(arguments);
        assert_eq!(ended.exit, 2, "{arguments:?} {ended:?}");
        assert!(ended.output.is_empty(), "{arguments:?} {ended:?}");
        assert!(ended.talk.contains("error: "), "{arguments:?} {ended:?}");
    }
}

#[test]
fn faults_can_be_named_in_the_environment() {
    for command in ["demo", "sandbox"] {
        let place = place();
        let mut program = place.command(&[command]);
        program.env("DINEROSCOPE_FAULT", "api-500, token-htm");
        let ended = Ended::of(program.output().unwrap());
        assert_eq!(ended.exit, 2, "{ended:?}");
        assert!(
            ended.talk.contains("`token-htm` in DINEROSCOPE_FAULT"),
            "{ended:?}"
        );
        assert!(
            ended.talk.contains("did you mean `token-html`?"),
            "{ended:?}"
        );
    }
    // Who starts no sandbox is not kept from working.
    let place = place();
    let mut program = place.command(&["explain", "--list"]);
    program.env("DINEROSCOPE_FAULT", "token-htm");
    assert_eq!(Ended::of(program.output().unwrap()).exit, 0);
    // Those of both are on; of two that replace an answer the first of the table counts.
    for (further, status) in [(&[][..], 500), (&["--fault", "api-404"], 404)] {
        let mut program = place.command(&[&["sandbox"], further].concat());
        program.env("DINEROSCOPE_FAULT", "scope-narrowed,api-500,");
        let mut sandbox = Running::start(program);
        let origin = sandbox.line().unwrap();
        let visit = browser::visit(&format!("{origin}/v1.1/organizations"));
        assert_eq!(visit.status, status, "{further:?}");
    }
}

#[test]
fn the_screens_want_a_terminal_and_write_nothing_into_a_pipe() {
    for arguments in [&["demo"][..], &[], &["--profile", "acme"]] {
        let ended = place().run(arguments);
        assert_eq!(ended.exit, 2, "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
        assert!(ended.talk.contains("terminal"), "{ended:?}");
    }
}

#[test]
fn an_unknown_fault_names_the_nearest_and_all() {
    for command in ["demo", "sandbox"] {
        let ended = place().run(&[command, "--fault", "token_html"]);
        assert_eq!(ended.exit, 2);
        assert!(
            ended.talk.contains("did you mean `token-html`?"),
            "{ended:?}"
        );
        assert!(ended.talk.contains("api-429"), "{ended:?}");
    }
}

#[test]
fn an_unknown_profile_names_the_nearest_and_all() {
    for command in ["link", "login"] {
        let ended = place().run_trusted(&[command, "acmee"]);
        assert_eq!(ended.exit, 3, "{ended:?}");
        assert!(ended.talk.contains("did you mean `acme`?"), "{ended:?}");
        assert!(ended.talk.contains("`sandbox` (built in)"), "{ended:?}");
    }
}

#[test]
fn a_broken_profile_is_told_with_file_line_key_and_what_is_expected() {
    let place = place();
    place.profile("broken", "client_id = 3\nscope = \"x\"\n");
    let ended = place.run_trusted(&["link", "broken"]);
    assert_eq!(ended.exit, 3);
    assert!(ended.output.is_empty(), "{ended:?}");
    for words in [
        "trusted/broken.toml:1: `client_id`",
        "trusted/broken.toml:2: `scope`",
        "`redirect_uri`",
        "expected",
    ] {
        assert!(ended.talk.contains(words), "{words}: {ended:?}");
    }
}

#[test]
fn a_folder_that_was_named_and_is_not_there_is_no_empty_folder() {
    let ended = place().run(&["login", "sandbox", "--profiles", "elsewhere"]);
    assert_eq!(ended.exit, 3, "{ended:?}");
    assert!(ended.talk.contains("elsewhere"), "{ended:?}");
}

#[test]
fn names_from_outside_cannot_command_the_terminal() {
    let ended = place().run_trusted(&["link", "a\u{1b}]0;x\u{7}\u{9b}2J"]);
    assert_eq!(ended.exit, 3);
    assert!(
        !ended.talk.contains(['\u{1b}', '\u{7}', '\u{9b}']),
        "{ended:?}"
    );
}

#[test]
fn a_link_goes_to_stdout_and_what_is_said_of_it_to_stderr() {
    let Ended { exit, output, talk } = place().run_trusted(&["link", "acme"]);
    assert_eq!(exit, 0, "{talk}");
    assert_eq!(output.lines().count(), 1);
    assert!(output.starts_with("https://connect.visma.com/connect/authorize?"));
    assert_eq!(parameter(&output, "client_id").unwrap(), "isv_acme");
    assert_eq!(
        parameter(&output, "redirect_uri").unwrap(),
        "http://localhost:8765/callback"
    );
    assert_eq!(parameter(&output, "response_mode").unwrap(), "form_post");
    assert!(talk.contains("for looking at"), "{talk}");
    assert!(!talk.contains("not-to-be-seen") && !output.contains("not-to-be-seen"));
}

#[test]
fn a_link_takes_other_words_for_this_once() {
    let ended = place().run_trusted(&[
        "link",
        "acme",
        "--scope",
        "openid email",
        "--scope",
        "offline_access",
        "--response-mode",
        "query",
        "--set",
        "ui_locales=en-GB",
        "--set",
        "prompt=login",
        "--set",
        "prompt=select_account",
    ]);
    let link = &ended.output;
    assert_eq!(
        parameter(link, "scope").unwrap(),
        "openid email offline_access"
    );
    assert_eq!(parameter(link, "response_mode").unwrap(), "query");
    assert_eq!(parameter(link, "ui_locales").unwrap(), "en-GB");
    assert_eq!(parameter(link, "prompt").unwrap(), "select_account");
    assert_eq!(link.matches("prompt=").count(), 1);
}

#[test]
fn a_link_as_json_is_one_versioned_object() {
    let ended = place().run_trusted(&["link", "acme", "--json"]);
    let objects = ended.objects();
    let [object] = objects.as_slice() else {
        panic!("{ended:?}");
    };
    assert_eq!(object["v"], 1);
    let link = object["url"].as_str().unwrap();
    let rows = object["parameters"].as_array().unwrap();
    assert_eq!(rows[0]["name"], "client_id");
    for row in rows {
        let name = row["name"].as_str().unwrap();
        assert_eq!(parameter(link, name).unwrap(), row["value"], "{name}");
        assert!(!row["meaning"].as_str().unwrap().is_empty());
    }
    assert!(object["findings"].is_array());
}

#[test]
fn a_placeholder_and_the_embedded_sandbox_give_no_link() {
    for (name, words) in [
        ("dinero", "`client_id`"),
        ("sandbox", "sandbox --print-profile"),
    ] {
        let ended = place().run(&["link", name]);
        assert_eq!(ended.exit, 3, "{ended:?}");
        assert!(ended.output.is_empty(), "{ended:?}");
        assert!(ended.talk.contains(words), "{ended:?}");
    }
}

#[test]
fn a_closed_stdout_ends_quietly() {
    for arguments in [
        &["link", "acme", "--profiles", "trusted"][..],
        &["--help"],
        &["--version"],
    ] {
        let place = place();
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = place.command(arguments).stdout(writer).spawn().unwrap();
        let mut talk = String::new();
        let stderr = child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut talk).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
        for word in ["panicked", "Broken pipe", "error"] {
            assert!(!talk.contains(word), "{arguments:?}: {talk}");
        }
    }
}

#[test]
fn a_scope_set_of_the_profile_is_asked_for_by_its_name() {
    let place = Place::new();
    let sets =
        "\n[scope_sets]\nread-only = [\"dineropublicapi:read\"]\nwho = [\"openid\", \"email\"]\n";
    place.profile("acme", &format!("{ACME}{sets}"));
    let ended = place.run_trusted(&["link", "acme", "--scope-set", "who"]);
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(parameter(&ended.output, "scope").unwrap(), "openid email");
    for command in ["link", "login"] {
        let ended = place.run_trusted(&[command, "acme", "--scope-set", "read-onyl"]);
        assert_eq!(ended.exit, 3, "{ended:?}");
        assert!(
            ended.talk.contains("did you mean `read-only`?"),
            "{ended:?}"
        );
        let both = ["--scope-set", "who", "--scope", "openid"];
        let ended = place.run_trusted(&[&[command, "acme"][..], &both].concat());
        assert_eq!(ended.exit, 2, "{ended:?}");
    }
}
