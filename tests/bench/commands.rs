//! What a command costs from its start to its end: `--version`, and one request beside curl and xh against
//! the same server, in turns, so that whatever else the machine does meets all of them.

use crate::median;
use crate::quiet::Place;
use crate::recorder::Recorder;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How often each is run.
const RUNS: usize = 60;

/// What is sent along by each.
const TOKEN: &str = "a-token-of-the-benchmark";

/// Makes the command of one run.
type Making<'a> = Box<dyn Fn() -> Command + 'a>;

/// Measures and prints.
pub(crate) fn commands(out: &mut impl Write) {
    let place = Place::new();
    let version = times(&[|| place.command(&["--version"])]);
    tell(out, "--version", &version[0]);

    let api = Recorder::with_body("application/json", br#"[{"id":1,"name":"Acme ApS"}]"#);
    keep_a_token(&place, &api);
    let url = format!("{}/v1.1/organizations", api.origin());
    let authorization = format!("Authorization: Bearer {TOKEN}");
    let request = || {
        place.command(&[
            "request",
            "acme",
            "GET",
            "/v1.1/organizations",
            "--profiles",
            "trusted",
        ])
    };
    let curl = || other("curl", &["--silent", "--header", &authorization, &url]);
    let xh = || {
        let header = authorization.replace(": ", ":");
        other("xh", &["--ignore-stdin", "GET", &url, &header])
    };
    let mut all: Vec<(&str, Making<'_>)> = vec![("request", Box::new(request))];
    let others: [(&str, Making<'_>); 2] = [("curl", Box::new(curl)), ("xh", Box::new(xh))];
    for (name, command) in others {
        if Command::new(name).arg("--version").output().is_ok() {
            all.push((name, command));
        } else {
            let _ = writeln!(out, "NOT COMPARED WITH {name}: it is not on this machine");
        }
    }
    let (names, commands): (Vec<&str>, Vec<_>) = all.into_iter().unzip();
    for (name, taken) in names.iter().zip(times(&commands)) {
        tell(out, &format!("one request, {name}"), &taken);
    }
    let sent = format!("Authorization: Bearer {TOKEN}").to_lowercase();
    let all_alike = api
        .got()
        .iter()
        .all(|request| request.to_lowercase().contains(&sent));
    assert!(all_alike, "each sends the token");
}

/// A profile of that API, with a token kept in a file.
fn keep_a_token(place: &Place, api: &Recorder) {
    let text = format!(
        "client_id = \"isv_acme\"\nredirect_uri = \"http://localhost:8765/callback\"\nscopes = \
         [\"dineropublicapi:read\"]\nkeep_tokens = \"file\"\n\n[provider]\nauthorize_url = \
         \"http://127.0.0.1:1/authorize\"\ntoken_url = \"http://127.0.0.1:1/token\"\n\n[api]\nbase_url = \
         \"{}\"\n",
        api.origin()
    );
    place.profile("acme", &text);
    let arguments = [
        "token",
        "acme",
        "import",
        "-",
        "--as",
        "access",
        "--profiles",
        "trusted",
    ];
    let mut command = place.command(&arguments);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(TOKEN.as_bytes()).unwrap();
    drop(input);
    assert!(child.wait().unwrap().success());
}

/// Another program, its output left unread as ours is.
fn other(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// How long each takes, in milliseconds: all in turns, the first turn not counted.
fn times(commands: &[impl Fn() -> Command]) -> Vec<Vec<f64>> {
    let mut taken = vec![Vec::new(); commands.len()];
    for turn in 0..=RUNS {
        for (command, taken) in commands.iter().zip(&mut taken) {
            let mut command = command();
            let begun = Instant::now();
            let output = command.output().unwrap();
            let milliseconds = begun.elapsed().as_secs_f64() * 1000.0;
            assert!(output.status.success(), "{output:?}");
            if turn > 0 {
                taken.push(milliseconds);
            }
        }
    }
    taken
}

/// A line of the result.
fn tell(out: &mut impl Write, what: &str, taken: &[f64]) {
    let mut taken = taken.to_vec();
    let _ = writeln!(
        out,
        "{what:<20} {:8.1} ms   median of {RUNS}",
        median(&mut taken)
    );
}
