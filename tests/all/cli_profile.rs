//! `profile` as a script and a person meet it: files listed, shown, checked and removed.

#[path = "cli_profile/making.rs"]
mod making;

use crate::quiet::{Ended, Place};
use crate::standalone::Sandbox;
use crate::terminal::Terminal;
use serde_json::Value;
use std::fs;

/// A profile whose secret is in a variable.
const ACME: &str = r#"title = "Acme"
provider = "visma-connect"
client_id = "isv_acme"
client_secret = { env = "ACME_SECRET" }
redirect_uri = "http://localhost:8765/callback"
scopes = ["dineropublicapi:read", "offline_access"]

[scope_sets]
less = ["dineropublicapi:read"]
"#;

/// What must never be printed.
const HIDDEN: &str = "not-to-be-seen-anywhere";

fn place() -> Place {
    let place = Place::new();
    place.profile("acme", ACME);
    place
}

/// Writes `./profiles/NAME.toml`, which nobody named.
fn beside(place: &Place, name: &str, text: &str) {
    let folder = place.path().join("profiles");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

/// The only object of an output.
fn object(ended: &Ended) -> Value {
    let objects = ended.objects();
    let [only] = objects.as_slice() else {
        panic!("not one object: {ended:?}");
    };
    assert_eq!(only["v"], 1, "{ended:?}");
    only.clone()
}

fn assert_says(ended: &Ended, exit: i32, parts: &[&str]) {
    assert_eq!(ended.exit, exit, "{ended:?}");
    for part in parts {
        let said = ended.output.contains(part) || ended.talk.contains(part);
        assert!(said, "`{part}` in {ended:?}");
    }
    let both = [&ended.output, &ended.talk];
    assert!(!both.iter().any(|text| text.contains(HIDDEN)), "{ended:?}");
}

#[test]
fn every_file_is_listed_with_its_place_and_all_its_problems() {
    let place = place();
    place.profile("broken", "client_id = 3\nscope = \"x\"\n");
    beside(&place, "acme", ACME);
    beside(
        &place,
        "plain",
        &ACME.replace("{ env = \"ACME_SECRET\" }", &format!("\"{HIDDEN}\"")),
    );
    let ended = place.run_trusted(&["profile", "list"]);
    assert_says(
        &ended,
        0,
        &[
            "acme            Acme",
            "trusted/acme.toml\n",
            "profiles/acme.toml, hidden by trusted/acme.toml",
            "trusted/broken.toml:1: `client_id`",
            "trusted/broken.toml:2: `scope`",
            "problems\n",
            "warning: profiles/plain.toml:4: `client_secret`",
            "built in",
        ],
    );
    let ended = place.run_trusted(&["profile", "list", "--json"]);
    assert_says(&ended, 0, &[]);
    let rows = object(&ended)["profiles"].clone();
    let names: Vec<&str> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    let expected = [
        "acme",
        "broken",
        "acme",
        "plain",
        "sandbox",
        "dinero",
        "other-provider",
    ];
    assert_eq!(names, expected);
    assert_eq!(rows[0]["path"], "trusted/acme.toml");
    assert_eq!(rows[0]["trusted"], true);
    let problems = rows[1]["problems"].as_array().unwrap();
    let placed = |problem: &Value| problem["key"] == "client_id" && problem["line"] == 1;
    assert!(problems.iter().any(placed), "{problems:?}");
    assert_eq!(rows[2]["hidden_by"], "trusted/acme.toml");
    assert_eq!(rows[2]["trusted"], false);
    assert_eq!(rows[3]["warnings"][0]["key"], "client_secret");
    assert_eq!(rows[4]["path"], Value::Null);
}

#[test]
fn a_folder_that_cannot_be_read_is_told_and_the_others_are_listed() {
    let place = place();
    for arguments in [
        &["list"][..],
        &["show", "acme"],
        &["check"],
        &["check", "sandbox"],
        &["remove", "acme", "--yes"],
    ] {
        let mut all = vec!["profile", "--profiles", "trusted/acme.toml"];
        all.extend(arguments);
        let ended = place.run(&all);
        assert_says(&ended, 3, &["`--profiles trusted/acme.toml`"]);
        let listed = ended.output.contains("built in");
        assert_eq!(listed, arguments == ["list"], "{ended:?}");
    }
    assert!(place.path().join("trusted/acme.toml").exists());
}

#[test]
fn an_unknown_name_is_told_with_what_there_is() {
    let place = place();
    for action in ["show", "check", "remove"] {
        let ended = place.run_trusted(&["profile", action, "acmee"]);
        assert_says(&ended, 3, &["did you mean `acme`?", "`sandbox` (built in)"]);
        for name in [
            "../trusted/acme",
            "..",
            "a/b",
            "\u{1b}[2J",
            &"a".repeat(300),
        ] {
            let ended = place.run_trusted(&["profile", action, name]);
            assert_says(&ended, 3, &["there is no profile"]);
            assert!(!ended.talk.contains('\u{1b}'), "{ended:?}");
        }
    }
}

#[test]
fn a_profile_is_shown_as_it_is_understood_and_its_secret_is_not() {
    let place = place();
    let ended = place.run_trusted(&["profile", "show", "acme"]);
    let row = |key: &str| {
        let line = ended.output.lines().find(|line| line.starts_with(key));
        let line = line.unwrap_or_else(|| panic!("`{key}` in {ended:?}"));
        line[key.len()..].trim().to_owned()
    };
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(row("file "), "trusted/acme.toml");
    assert_eq!(row("client_secret "), "env = ACME_SECRET");
    assert_eq!(row("scopes "), "dineropublicapi:read offline_access");
    assert_eq!(row("scope_sets "), "less = dineropublicapi:read");
    assert_eq!(row("keep_tokens "), "memory  (assumed)");
    assert_eq!(
        row("provider.token_url "),
        "https://connect.visma.com/connect/token  (from visma-connect)"
    );
    assert_eq!(row("authorize.ui_locales "), "none  (not said)");
    assert_eq!(
        row("provider.code_lifetime "),
        "300 s  (from visma-connect)"
    );

    place.profile(
        "plain",
        &ACME.replace("{ env = \"ACME_SECRET\" }", &format!("\"{HIDDEN}\"")),
    );
    for more in [&[][..], &["--json"]] {
        let mut all = vec!["profile", "show", "plain"];
        all.extend(more);
        let ended = place.run_trusted(&all);
        assert_says(&ended, 0, &["23 chars, in the file", "plain.toml:4"]);
    }
    let ended = place.run_trusted(&["profile", "show", "acme", "--json"]);
    let shown = object(&ended);
    let value = |key: &str| {
        let rows = shown["values"].as_array().unwrap();
        rows.iter().find(|row| row["key"] == key).unwrap().clone()
    };
    assert_eq!(value("client_secret")["value"]["env"], "ACME_SECRET");
    assert_eq!(value("scopes")["value"][1], "offline_access");
    assert_eq!(value("client_id")["from"], "file");
    assert_eq!(value("authorize.pkce")["from"], "assumed");
    assert_eq!(value("provider.token_url")["from"], "visma-connect");
    assert_eq!(value("api.organization_id")["from"], "not said");
    assert_eq!(shown["profile"]["path"], "trusted/acme.toml");
}

#[test]
fn a_name_that_cannot_be_one_is_told_also_where_a_file_has_it() {
    let place = place();
    place.profile("with space", ACME);
    for name in ["with space", "../acme", "..", "a\u{1b}b", &"a".repeat(300)] {
        for arguments in [&["profile", "show"][..], &["profile", "check"], &["link"]] {
            let ended = place.run_trusted(&[arguments, &[name]].concat());
            assert_says(&ended, 3, &["cannot be a profile's name: expected letters"]);
            assert!(!ended.talk.contains("did you mean"), "{ended:?}");
        }
    }
}

#[test]
fn of_a_broken_profile_all_problems_are_shown() {
    let place = place();
    place.profile("broken", "client_id = 3\nscope = \"x\"\n");
    for arguments in [
        &["show", "broken"][..],
        &["show", "broken", "--json"],
        &["check", "broken"],
        &["check", "broken", "--json"],
        &["check"],
    ] {
        let mut all = vec!["profile"];
        all.extend(arguments);
        let ended = place.run_trusted(&all);
        assert_says(
            &ended,
            3,
            &["client_id", "is not a known key", "redirect_uri"],
        );
    }
}

#[test]
fn a_check_says_whether_the_secret_can_be_had_and_what_to_register() {
    let place = place();
    let ended = place.run_trusted(&["profile", "check", "acme"]);
    assert_says(
        &ended,
        3,
        &["`ACME_SECRET` is not set", "not ready for use: `acme`"],
    );
    let with_secret = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("ACME_SECRET", HIDDEN);
        Ended::of(command.output().unwrap())
    };
    let trusted = ["profile", "check", "acme", "--profiles", "trusted"];
    let ended = with_secret(&trusted);
    assert_says(
        &ended,
        0,
        &[
            "client secret: is in the environment variable `ACME_SECRET`",
            "http://localhost:8765/callback",
        ],
    );
    let ended = with_secret(&[&trusted[..], &["--json"]].concat());
    assert_says(&ended, 0, &[]);
    let row = object(&ended)["profiles"][0].clone();
    assert_eq!(row["sound"], true);
    assert_eq!(row["secret"]["is_there"], true);
    let rows = row["register"]["rows"].as_array().unwrap();
    let registered = |row: &Value| row["value"] == "http://localhost:8765/callback";
    assert!(rows.iter().any(registered), "{row}");

    // Nothing is read for a file that nobody has said may have it.
    beside(&place, "acme", ACME);
    let ended = with_secret(&["profile", "check", "acme"]);
    assert_says(&ended, 0, &["is not looked for", "`--profiles`"]);
}

#[test]
fn a_check_runs_no_program() {
    let place = place();
    let ran = place.path().join("ran");
    let command = format!("{{ command = [\"touch\", \"{}\"] }}", ran.display());
    place.profile("run", &ACME.replace("{ env = \"ACME_SECRET\" }", &command));
    let ended = place.run_trusted(&["profile", "check", "run"]);
    assert_says(&ended, 0, &["it was not run now"]);
    assert!(!ran.exists());
}

#[test]
fn what_keeps_a_link_from_being_made_fails_the_check() {
    let place = Place::new();
    let ended = place.run(&["profile", "check"]);
    assert_says(&ended, 0, &["dineroscope profile new"]);
    let ended = place.run(&["profile", "check", "dinero"]);
    assert_says(
        &ended,
        3,
        &["problem: a placeholder is left in `client_id`"],
    );
    let ended = place.run(&["profile", "check", "sandbox"]);
    assert_says(&ended, 0, &["client secret: stands in the file"]);
}

#[test]
fn a_file_is_removed_only_when_that_was_said() {
    let place = place();
    let file = place.path().join("trusted/acme.toml");
    let ended = place.run_trusted(&["profile", "remove", "acme"]);
    assert_says(&ended, 2, &["trusted/acme.toml", "`--yes`"]);
    assert!(file.exists());
    let ended = place.run_trusted(&["profile", "remove", "dinero", "--yes"]);
    assert_says(&ended, 3, &["is built in"]);

    beside(&place, "acme", ACME);
    let ended = place.run_trusted(&["profile", "remove", "acme", "--yes"]);
    assert_says(
        &ended,
        0,
        &[
            "removed: trusted/acme.toml\n",
            "`acme` is now: profiles/acme.toml",
        ],
    );
    assert!(!file.exists());
    place.profile("broken", "client_id = ");
    let ended = place.run_trusted(&["profile", "remove", "broken", "--yes"]);
    assert_says(&ended, 0, &["removed: trusted/broken.toml\n"]);
}

#[test]
fn what_is_kept_for_the_client_of_a_removed_profile_is_told() {
    let sandbox = Sandbox::deciding("accept").keeping().signed_in();
    sandbox.place.profile("twin", &sandbox.profile);
    let ended = sandbox.run(&["profile", "remove", "sb", "--yes"]);
    let parts = [
        "1 grant stays kept for its client",
        "`dineroscope token sb forget --all`",
    ];
    assert_says(&ended, 0, &parts);
    // It is found by its client, not by the profile's name.
    let ended = sandbox.run(&["token", "twin", "forget", "--all"]);
    assert_says(&ended, 0, &["forgotten: "]);
    let ended = sandbox.run(&["profile", "remove", "twin", "--yes"]);
    assert_says(&ended, 0, &["removed: "]);
    assert!(!ended.talk.contains("grant"), "{ended:?}");
}

#[test]
fn on_a_terminal_it_asks_first() {
    let place = place();
    let file = place.path().join("trusted/acme.toml");
    let arguments = ["profile", "remove", "acme", "--profiles"];
    let folder = place.path().join("trusted");
    let arguments = [&arguments[..], &[folder.to_str().unwrap()]].concat();
    for (key, exit, there) in [("n", 1, true), ("y", 0, false)] {
        let terminal = Terminal::start(&arguments, 200, 20, place.path());
        terminal.wait_for("acme.toml? (y/n)");
        terminal.press(key);
        let words = if there {
            "nothing was removed"
        } else {
            "removed: "
        };
        terminal.wait_for(words);
        assert_eq!(terminal.end().code(), Some(exit));
        assert_eq!(file.exists(), there);
    }
}
