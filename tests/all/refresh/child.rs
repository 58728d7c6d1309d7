//! A refresh in a process of its own: this very binary, with the one ignored test below. It says on standard
//! error where it stands, waits there for a line, and says in the end what came.

use super::{Place, order};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::token::kept::{Client, GrantId};
use dineroscope::edge::http::Door;
use dineroscope::edge::refresh::{Point, refresh};
use dineroscope::edge::vault::Vault;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

/// Where it finds its errand.
const ERRAND: &str = "DINEROSCOPE_REFRESH";

/// A process that refreshes.
pub(super) struct Process {
    child: Child,
    says: BufReader<ChildStderr>,
}

impl Process {
    /// Refreshes the grant of a place, and stops at that point.
    pub(super) fn start(place: &Place, stop: Option<Point>) -> Self {
        Self::run(Command::new(this_binary()), place, stop)
    }

    /// The same within limits that a shell sets.
    pub(super) fn start_within(limits: &str, place: &Place) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]);
        command.arg(this_binary());
        Self::run(command, place, None)
    }

    /// The same by a command that runs this binary.
    pub(super) fn run(mut command: Command, place: &Place, stop: Option<Point>) -> Self {
        let errand = json!({
            "vault": place.folder(),
            "token_url": place.kept.client.token_url,
            "client_id": place.kept.client.client_id,
            "id": place.kept.id.as_str(),
            "stop": stop.map(|point| format!("{point:?}")),
        });
        let test = format!("{}::a_process_of_its_own", module_path!());
        let test = test.split_once("::").unwrap().1;
        command
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(ERRAND, errand.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let says = BufReader::new(child.stderr.take().unwrap());
        Self { child, says }
    }

    /// Its process id.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it stands at that point.
    pub(super) fn stands_at(&mut self, point: Point) {
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{point:?}\n"), "{}", self.rest());
    }

    /// Lets it go on.
    pub(super) fn go_on(&mut self) {
        writeln!(self.child.stdin.as_mut().unwrap()).unwrap();
    }

    /// Ends it where it stands, as `kill -9` does.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// What it says in the end: `outcome`, and the tokens that came.
    pub(super) fn ends(mut self) -> Value {
        let rest = self.rest();
        assert!(self.child.wait().unwrap().success(), "{rest}");
        serde_json::from_str(&rest).unwrap_or_else(|_| panic!("{rest}"))
    }

    fn rest(&mut self) -> String {
        let mut rest = String::new();
        self.says.read_to_string(&mut rest).unwrap();
        rest
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary of these tests.
pub(super) fn this_binary() -> std::path::PathBuf {
    std::env::current_exe().unwrap()
}

#[test]
#[ignore = "a process of its own, started by the tests beside it"]
fn a_process_of_its_own() {
    let Ok(errand) = std::env::var(ERRAND) else {
        return;
    };
    let errand: Value = serde_json::from_str(&errand).unwrap();
    let text = |name: &str| errand[name].as_str().unwrap().to_owned();
    let vault = Vault::at(Path::new(&text("vault")).to_owned());
    let client = Client {
        token_url: text("token_url"),
        client_id: text("client_id"),
    };
    let id = GrantId::read(&text("id")).unwrap();
    let kept = vault.one(&client, &id, KeepTokens::File).unwrap().unwrap();
    let reached = |point: Point| {
        let name = format!("{point:?}");
        if errand["stop"] == name {
            say(&name);
            std::io::stdin().read_line(&mut String::new()).unwrap();
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (record, outcome) =
        runtime.block_on(refresh(&Door::default(), &vault, order(&kept), reached));
    say(&told(&outcome, record.is_some()).to_string());
}

/// Writes a line past the capture of the test harness.
fn say(line: &str) {
    let mut error = std::io::stderr();
    writeln!(error, "{line}").unwrap();
}

/// An outcome for the other side of a pipe.
fn told(outcome: &RefreshOutcome, was_sent: bool) -> Value {
    let (name, grant) = match outcome {
        RefreshOutcome::Renewed(grant) => ("Renewed", Some(grant)),
        RefreshOutcome::RenewedNotKept(grant, _) => ("RenewedNotKept", Some(grant)),
        RefreshOutcome::ByAnother(grant) => ("ByAnother", Some(grant)),
        RefreshOutcome::NotSent(_) => ("NotSent", None),
        _ => ("other", None),
    };
    json!({
        "outcome": name,
        "access_token": grant.map(|grant| grant.access_token.expose()),
        "refresh_token": grant.and_then(|grant| Some(grant.refresh_token.as_ref()?.expose())),
        "was_sent": was_sent,
        "all": format!("{outcome:?}"),
    })
}
