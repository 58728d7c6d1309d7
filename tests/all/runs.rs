//! Kept runs as a script and a support engineer meet them: the real binary signs in, then `runs` and
//! `explain` tell of it.

use crate::browser::visit;
use crate::quiet::{Ended, Place};
use crate::standalone::{SECRET, Sandbox, link_of};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The folder of the runs in a home.
fn folder(place: &Place) -> PathBuf {
    place.path().join(".local/share/dineroscope/runs")
}

/// What `runs … --json` says.
fn told(place: &Place, arguments: &[&str]) -> Value {
    let mut all = vec!["runs"];
    all.extend(arguments);
    all.push("--json");
    let ended = place.run(&all);
    assert_eq!(ended.exit, 0, "{ended:?}");
    let object = ended.objects().pop().unwrap();
    assert_eq!(object["v"], 1, "{object}");
    object
}

/// A sandbox at which one run succeeded and one was refused.
fn two_runs() -> Sandbox {
    let sandbox = Sandbox::deciding("accept").signed_in();
    let mut login = sandbox.login(&["--json"]);
    login.until("link");
    login.signal(rustix::process::Signal::INT);
    let ended = login.end();
    assert_eq!(ended.exit, 130, "{ended:?}");
    sandbox
}

/// No secret of the sandbox's client, and no token, stands in a text.
fn assert_clean(text: &str) {
    assert!(!text.contains(SECRET), "{text}");
    assert!(!crate::leak::holds_a_token(text), "{text}");
}

#[test]
fn every_run_is_kept_and_told() {
    let sandbox = two_runs();
    let place = &sandbox.place;
    let list = told(place, &["list"]);
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2, "{list}");
    assert_eq!(runs[0]["outcome"], "abandoned", "Ctrl-C left it: {list}");
    assert_eq!(runs[1]["outcome"], "authorized");
    assert_eq!(runs[1]["environment"], "SANDBOX");
    assert_eq!(runs[1]["profile"], "sb");
    let id = runs[1]["id"].as_str().unwrap();

    let show = told(place, &["show", id]);
    let records = show["records"].as_array().unwrap();
    assert!(records.iter().any(|it| it["note"] == "tokens"), "{show}");
    let values = show["values"].as_array().unwrap();
    let code = values.iter().find(|it| it["name"] == "code").unwrap();
    assert!(
        code["value"]
            .as_str()
            .unwrap()
            .starts_with("•••• 64 chars #"),
        "{code}"
    );

    let lines = place.run(&["runs", "show", "last"]);
    assert_eq!(lines.exit, 0);
    assert!(lines.output.contains("1 Link"), "{lines:?}");

    let compared = told(place, &["compare", id, "last"]);
    let rows = compared["rows"].as_array().unwrap();
    let state = rows.iter().find(|it| it["name"] == "state").unwrap();
    assert_eq!(state["step"], "Link");
    assert!(
        rows.iter()
            .any(|it| it["name"] == "reached" && it["step"] == "Token")
    );
    let text = place.run(&["runs", "compare", id, "last"]);
    assert!(text.output.contains("values differ"), "{text:?}");
    for ended in [&lines, &text] {
        assert_clean(&ended.output);
    }
    for file in fs::read_dir(folder(place)).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert_clean(&text);
    }
}

#[test]
fn a_report_is_written_read_and_explained_elsewhere() {
    let sandbox = two_runs();
    let place = &sandbox.place;
    let shown = place.run(&["runs", "list", "authorized"]);
    let id = shown.output.split(' ').next().unwrap().to_owned();
    let written = place.run(&["runs", "export", &id, "--as", "report", "--to", "run.md"]);
    assert_eq!(written.exit, 0, "{written:?}");
    assert!(
        written.talk.contains("records, secrets and private"),
        "{written:?}"
    );
    let markdown = fs::read_to_string(place.path().join("run.md")).unwrap();
    assert!(
        markdown.contains("## 4 Exchange") && markdown.contains("••••code-1"),
        "{markdown}"
    );
    assert_clean(&markdown);
    let again = place.run(&["runs", "export", &id, "--as", "report", "--to", "run.md"]);
    assert_eq!(again.exit, 3, "never overwritten: {again:?}");

    let json = place.run(&["runs", "export", &id, "--as", "report", "--json"]);
    assert_clean(&json.output);
    fs::write(place.path().join("run.json"), &json.output).unwrap();
    // Somebody else's machine, where nothing of it is kept.
    let elsewhere = Place::new();
    let file = elsewhere.path().join("run.json");
    fs::write(&file, &json.output).unwrap();
    let show = told(&elsewhere, &["show", "run.json"]);
    assert_eq!(show["outcome"], "authorized");
    let explained = elsewhere.run(&["explain", "run.json", "--json"]);
    assert_eq!(explained.exit, 0, "{explained:?}");
    let object = explained.objects().pop().unwrap();
    assert_eq!(object["kind"], "kept-run");
    assert!(!object["parts"].as_array().unwrap().is_empty());
    let state = show["values"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == "state")
        .unwrap()
        .clone();
    assert_eq!(state["value"], "••••22~state-1", "nobody else's business");
}

#[test]
fn explain_says_of_a_kept_run_what_the_list_says() {
    let sandbox = Sandbox::deciding("cancel");
    let mut login = sandbox.login(&["--json"]);
    visit(&link_of(&login.until("link")));
    assert_eq!(login.end().exit, 1);
    let place = &sandbox.place;
    let list = told(place, &["list"]);
    let run = &list["runs"][0];
    assert_eq!(run["outcome"], "denied");
    let file = folder(place).join(format!("{}.jsonl", run["id"].as_str().unwrap()));
    let explained = place.run(&["explain", file.to_str().unwrap(), "--json"]);
    assert_eq!(explained.exit, 1, "an error was found: {explained:?}");
    let object = explained.objects().pop().unwrap();
    assert_eq!(object["findings"][0]["rule"], run["finding"]["rule"]);
    assert_eq!(object["findings"][0]["leading"], true);
}

#[test]
fn runs_are_deleted_by_name_and_all_or_none() {
    let sandbox = two_runs();
    let place = &sandbox.place;
    let list = told(place, &["list"]);
    let id = list["runs"][0]["id"].as_str().unwrap().to_owned();
    let refused = place.run(&["runs", "delete", &id, "no-such-run"]);
    assert_eq!(refused.exit, 3);
    assert!(
        refused.talk.contains("no run is named `no-such-run`"),
        "{refused:?}"
    );
    assert_eq!(
        fs::read_dir(folder(place)).unwrap().count(),
        2,
        "not even the first"
    );
    let deleted = place.run(&["runs", "delete", &id]);
    assert_eq!(deleted.exit, 0, "{deleted:?}");
    assert_eq!(fs::read_dir(folder(place)).unwrap().count(), 1);
}

#[test]
fn without_runs_everything_says_so() {
    let place = Place::new();
    let list = place.run(&["runs", "list"]);
    assert_eq!((list.exit, list.output.as_str()), (0, ""));
    assert!(list.talk.contains("No run is kept yet"), "{list:?}");
    for arguments in [
        &["runs", "show", "last"][..],
        &["runs", "compare", "last", "last"],
        &["runs", "show", "../../etc/passwd"],
    ] {
        let ended = place.run(arguments);
        assert_eq!(ended.exit, 3, "{ended:?}");
        assert!(ended.output.is_empty());
    }
    assert_eq!(place.run(&["runs", "export", "last"]).exit, 2, "as what?");
}

#[test]
fn killed_at_any_moment_a_run_can_be_opened() {
    let sandbox = Sandbox::deciding("accept");
    let mut login = sandbox.login(&["--json"]);
    login.until("link");
    let place = &sandbox.place;
    // Written beside what is said: until it is there, it is the record in flight.
    while told(place, &["list"])["runs"][0]["step"] != "Consent" {}
    login.signal(rustix::process::Signal::KILL);
    let _ = login.end();
    let list = told(place, &["list"]);
    assert_eq!(list["runs"][0]["outcome"], "open", "{list}");
    assert_eq!(list["runs"][0]["step"], "Consent");
    let show = told(place, &["show", "last"]);
    assert_eq!(show["notices"].as_array().unwrap().len(), 0, "{show}");
    // Half a line, as a crash of the machine leaves it.
    let file = folder(place).join(format!("{}.jsonl", show["id"].as_str().unwrap()));
    let mut text = fs::read_to_string(&file).unwrap();
    text.push_str("{\"record\":{\"call\":7,\"purp");
    fs::write(&file, text).unwrap();
    let ended = place.run(&["runs", "show", "last"]);
    assert_eq!(ended.exit, 0);
    assert!(ended.talk.contains("the last line was torn"), "{ended:?}");
}

#[test]
fn two_instances_keep_their_runs_side_by_side() {
    let sandbox = Sandbox::deciding("accept");
    let mut logins = [sandbox.login(&["--json"]), sandbox.login(&["--json"])];
    let links = logins.each_mut().map(|login| link_of(&login.until("link")));
    for link in &links {
        visit(link);
    }
    for login in logins {
        assert_eq!(login.end().exit, 0);
    }
    let list = told(&sandbox.place, &["list"]);
    let runs = list["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    assert!(
        runs.iter().all(|run| run["outcome"] == "authorized"),
        "{list}"
    );
}

/// Signs in under a condition of the shell; the sign-in must not mind.
fn signed_in_under(sandbox: &Sandbox, condition: &str) -> Ended {
    let login = sandbox.command(&["--json"]);
    let mut shell = std::process::Command::new("sh");
    shell
        .arg("-c")
        .arg(format!("{condition}; exec \"$0\" \"$@\""));
    shell.arg(login.get_program()).args(login.get_args());
    shell.current_dir(sandbox.place.path()).env_clear();
    for (name, value) in login.get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.stdin(std::process::Stdio::null());
    shell
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut login = crate::quiet::Running::start(shell);
    visit(&link_of(&login.until("link")));
    login.end()
}

#[test]
fn on_a_full_disk_the_run_goes_on_and_it_is_said_once() {
    let sandbox = Sandbox::deciding("accept");
    let ended = signed_in_under(&sandbox, "trap '' XFSZ; ulimit -f 0");
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(
        ended.talk.matches("This run is not kept").count(),
        1,
        "{ended:?}"
    );
}

#[test]
fn in_a_home_that_takes_nothing_the_run_goes_on_and_it_is_said_once() {
    let sandbox = Sandbox::deciding("accept");
    let data = sandbox.place.path().join(".local/share/dineroscope");
    fs::create_dir_all(&data).unwrap();
    // To root every folder is open; a file in its place is not.
    fs::write(data.join("runs"), "").unwrap();
    let ended = signed_in_under(&sandbox, "true");
    assert_eq!(ended.exit, 0, "{ended:?}");
    assert_eq!(
        ended.talk.matches("This run is not kept").count(),
        1,
        "{ended:?}"
    );
}
