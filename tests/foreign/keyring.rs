//! The vault against the keyring of others: Debian's gnome-keyring on a D-Bus session of its own, open,
//! locked and stopped; then none at all, and one that never answers.
//!
//! Each test runs this binary once more, for the test [`inside`], in an environment that holds nothing of
//! who runs it: an empty home and its own bus.

use crate::kept::{client, kept, others, renewed};
use dineroscope::core::profile::KeepTokens;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::{KeptGrant, VaultTrouble, VaultTroubleKind};
use dineroscope::edge::vault::{Loaded, Part, Vault};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// Names the case to [`inside`].
const CASE: &str = "DINEROSCOPE_KEYRING_CASE";

/// The file in the home folder that names the case that held last.
const HELD: &str = "held";

/// A profile of [`client`], whose tokens are in the keyring.
const PROFILE: &str = "provider = \"visma-connect\"\nclient_id = \"isv_acme\"\nkeep_tokens = \"keyring\"\n\
                       redirect_uri = \"http://localhost:8765/callback\"\nscopes = [\"offline_access\"]\n";

/// A session bus that starts nothing by itself.
const BARE_BUS: &str = r#"<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/></policy></busconfig>"#;

#[test]
#[ignore = "needs gnome-keyring and D-Bus"]
fn an_open_keyring_keeps_grants_and_secrets_for_their_client_alone() {
    run("open", in_session(&[]), &home());
}

#[test]
#[ignore = "needs gnome-keyring and D-Bus"]
fn a_locked_keyring_is_told_of_and_gives_all_back_when_it_is_unlocked() {
    let home = home();
    for case in ["locked", "never unlocked", "unlocked"] {
        run(case, in_session(&[]), &home);
    }
}

#[test]
#[ignore = "needs gnome-keyring and D-Bus"]
fn a_keyring_that_stops_answering_is_given_up_and_what_was_given_up_changes_nothing_later() {
    run("stopped", in_session(&[]), &home());
}

#[test]
#[ignore = "needs D-Bus"]
fn a_session_without_a_keyring_says_so() {
    let home = home();
    let configuration = home.path().join("bus.conf");
    fs::write(&configuration, BARE_BUS).unwrap();
    let option = format!("--config-file={}", configuration.display());
    run("absent", in_session(&[&option]), &home);
}

#[test]
#[ignore = "one of the keyring's tests, which need gnome-keyring and D-Bus"]
fn a_machine_without_a_session_says_so() {
    let home = home();
    let nowhere = home.path().join("no-bus");
    run("absent", on_bus(&nowhere), &home);
}

#[test]
#[ignore = "one of the keyring's tests, which need gnome-keyring and D-Bus"]
fn a_bus_that_never_says_a_word_is_given_up() {
    let home = home();
    let mute = home.path().join("mute-bus");
    let _accepts_and_is_silent = UnixListener::bind(&mute).unwrap();
    run("mute", on_bus(&mute), &home);
}

/// Not a test of its own: what the tests above run in their sessions.
#[test]
#[ignore = "run by the other tests of the keyring"]
fn inside() {
    let Ok(case) = std::env::var(CASE) else {
        return;
    };
    match case.as_str() {
        "open" => open(),
        "locked" => locked(),
        "never unlocked" => is_locked(&Vault::of_this_user()),
        "unlocked" => unlocked(),
        "stopped" => stopped(),
        "absent" => refused(VaultTroubleKind::Absent, "keep_tokens = \"file\""),
        "mute" => refused(VaultTroubleKind::Silent, "within 5 s"),
        other => panic!("no case `{other}`"),
    }
    let held = std::env::home_dir().unwrap().join(HELD);
    fs::write(held, case).unwrap();
}

fn open() {
    unlock();
    let vault = Vault::of_this_user();
    let [first, second] = [1, 2].map(|number| kept(number, KeepTokens::Keyring));
    assert_eq!(load(&vault), Loaded::default());

    // As the program calls it: from tokio's threads for what blocks.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for grant in [&first, &second] {
        let (vault, grant) = (vault.clone(), grant.clone());
        let keeping = runtime.spawn_blocking(move || vault.keep(&grant));
        runtime.block_on(keeping).unwrap().unwrap();
    }
    vault.choose(&client(), &first.id).unwrap();
    let expected = Loaded {
        grants: vec![(second.clone(), None), (first.clone(), None)],
        current: Some(first.id.clone()),
        trouble: None,
    };
    assert_eq!(load(&vault), expected);
    assert_eq!(one(&vault, &first), Ok(Some(first.clone())));

    assert_eq!(vault.secret(&client()), Ok(None));
    for secret in ["first secret", "sécond secret"] {
        vault.keep_secret(&client(), &Secret::new(secret)).unwrap();
        assert_eq!(vault.secret(&client()), Ok(Some(Secret::new(secret))));
    }
    for other in others() {
        assert_eq!(vault.load(&other, KeepTokens::Keyring), Loaded::default());
        assert_eq!(vault.secret(&other), Ok(None));
    }
    vault
        .keep_secret(&others()[0], &Secret::new("of another"))
        .unwrap();
    assert_eq!(
        vault.secret(&client()),
        Ok(Some(Secret::new("sécond secret")))
    );

    let new = renewed(&first, "access-new");
    vault.reserve(&first).unwrap().keep(&new).unwrap();
    assert_eq!(one(&vault, &first), Ok(Some(new)));
    for file in fs::read_dir(vault.folder(&client()).unwrap()).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!text.contains("access") && !text.contains("refresh"));
    }

    let shown = show();
    assert!(shown.status.success(), "{shown:?}");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["grants"].as_array().unwrap().len(), 2, "{shown}");

    let index = vault
        .folder(&client())
        .unwrap()
        .join(Part::Keyring.file_name(&first.id));
    let entry = fs::read(&index).unwrap();
    forget(&vault, &first).unwrap();
    forget(&vault, &first).unwrap();
    assert_eq!(load(&vault).grants, [(second, None)]);
    fs::write(&index, entry).unwrap();
    assert_eq!(one(&vault, &first), Ok(None), "the entry itself is gone");
}

/// The two grants of the cases around a lock: one that is kept before, one that comes after.
fn around_the_lock() -> [KeptGrant; 2] {
    [1, 2].map(|number| kept(number, KeepTokens::Keyring))
}

fn locked() {
    unlock();
    let vault = Vault::of_this_user();
    vault.keep(&around_the_lock()[0]).unwrap();
    lock();
    is_locked(&vault);
}

fn is_locked(vault: &Vault) {
    let [here, new] = around_the_lock();
    let loaded = load(vault);
    assert_eq!(loaded.grants, []);
    let troubles = [
        loaded.trouble.unwrap(),
        one(vault, &here).unwrap_err(),
        vault.keep(&new).unwrap_err(),
        vault.reserve(&here).unwrap_err(),
        forget(vault, &here).unwrap_err(),
        vault
            .keep_secret(&client(), &Secret::new("secret"))
            .unwrap_err(),
    ];
    for trouble in troubles {
        // Without a screen it cannot ask; with one it asks for longer than it is waited for.
        let known = [VaultTroubleKind::Locked, VaultTroubleKind::Silent];
        assert!(known.contains(&trouble.kind), "{trouble:?}");
        assert!(trouble.message.contains("unlock"), "{trouble}");
    }
    let shown = show();
    assert!(!shown.status.success(), "{shown:?}");
}

fn unlocked() {
    unlock();
    let vault = Vault::of_this_user();
    let [here, new] = around_the_lock();
    assert_eq!(load(&vault).grants, [(here.clone(), None)]);
    assert_eq!(vault.secret(&client()), Ok(None), "it was refused");
    vault.keep(&new).unwrap();
    forget(&vault, &here).unwrap();
    assert_eq!(load(&vault).grants, [(new, None)]);
}

fn stopped() {
    use rustix::process::{Pid, Signal, kill_process};
    unlock();
    let vault = Vault::of_this_user();
    let here = kept(1, KeepTokens::Keyring);
    vault.keep(&here).unwrap();
    let pid = Pid::from_raw(daemon()).unwrap();

    kill_process(pid, Signal::STOP).unwrap();
    let given_up = renewed(&here, "access-given-up");
    let troubles = [
        load(&vault).trouble.unwrap(),
        vault.keep(&given_up).unwrap_err(),
        forget(&vault, &here).unwrap_err(),
    ];
    for trouble in troubles {
        assert_eq!(trouble.kind, VaultTroubleKind::Silent, "{trouble}");
    }
    kill_process(pid, Signal::CONT).unwrap();

    // Changes are made one after another, so when this one is made those before it have ended.
    let new = renewed(&here, "access-new");
    vault.keep(&new).unwrap();
    assert_eq!(one(&vault, &here), Ok(Some(new.clone())));
    assert_eq!(load(&vault).grants, [(new, None)]);
}

/// Everything is refused in the same way, the program says why and ends.
fn refused(kind: VaultTroubleKind, says: &str) {
    let vault = Vault::of_this_user();
    let grant = kept(1, KeepTokens::Keyring);
    // What an earlier day has left: a grant that is in the keyring.
    let index = vault
        .folder(&client())
        .unwrap()
        .join(Part::Keyring.file_name(&grant.id));
    let text = serde_json::json!({
        "v": 1, "token_url": client().token_url, "client_id": client().client_id, "keep": "keyring",
    });
    fs::write(index, text.to_string()).unwrap();
    let troubles = [
        load(&vault).trouble.unwrap(),
        one(&vault, &grant).unwrap_err(),
        vault.keep(&grant).unwrap_err(),
        vault.secret(&client()).unwrap_err(),
        forget(&vault, &grant).unwrap_err(),
    ];
    for trouble in troubles {
        assert_eq!(trouble.kind, kind, "{trouble}");
        assert!(trouble.message.contains(says), "{trouble}");
    }
    let shown = show();
    assert!(!shown.status.success(), "{shown:?}");
    let talk = String::from_utf8(shown.stderr).unwrap();
    assert!(talk.contains(says), "{talk}");

    let in_file = kept(2, KeepTokens::File);
    vault.keep(&in_file).unwrap();
    let loaded = vault.load(&client(), KeepTokens::File);
    assert_eq!(loaded.grants, [(in_file, None)], "files go on");
}

fn load(vault: &Vault) -> Loaded {
    vault.load(&client(), KeepTokens::Keyring)
}

fn one(vault: &Vault, kept: &KeptGrant) -> Result<Option<KeptGrant>, VaultTrouble> {
    vault.one(&kept.client, &kept.id, KeepTokens::Keyring)
}

fn forget(vault: &Vault, kept: &KeptGrant) -> Result<(), VaultTrouble> {
    vault.forget(&kept.client, &kept.id, KeepTokens::Keyring)
}

/// What the real program tells of the grants.
fn show() -> Output {
    let profiles = std::env::home_dir().unwrap().join("trusted");
    fs::create_dir_all(&profiles).unwrap();
    fs::write(profiles.join("acme.toml"), PROFILE).unwrap();
    Command::new(env!("CARGO_BIN_EXE_dineroscope"))
        .args(["token", "acme", "show", "--json", "--profiles"])
        .arg(profiles)
        .output()
        .unwrap()
}

/// Starts gnome-keyring with its keyring unlocked, made when it is not there.
fn unlock() {
    let mut daemon = Command::new("gnome-keyring-daemon")
        .args(["--unlock", "--components=secrets"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut password = daemon.stdin.take().unwrap();
    password.write_all(b"test password").unwrap();
    drop(password);
    assert!(daemon.wait().unwrap().success());
    // The bus holds a call back until the name is taken.
    send(
        "org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        &["org.freedesktop.DBus.Peer.Ping"],
    );
}

/// Locks its keyring.
fn lock() {
    send(
        "org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        &[
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ],
    );
}

/// The process that is the Secret Service.
fn daemon() -> i32 {
    let answer = send(
        "org.freedesktop.DBus",
        "/",
        &[
            "org.freedesktop.DBus.GetConnectionUnixProcessID",
            "string:org.freedesktop.secrets",
        ],
    );
    let number = answer.split_whitespace().next_back().unwrap();
    number.parse().unwrap()
}

/// Calls a method on the session bus; its answer as `dbus-send` prints it.
fn send(destination: &str, object: &str, call: &[&str]) -> String {
    let sent = Command::new("dbus-send")
        .args(["--session", "--print-reply"])
        .arg(format!("--dest={destination}"))
        .arg(object)
        .args(call)
        .output()
        .unwrap();
    assert!(sent.status.success(), "{call:?}: {sent:?}");
    String::from_utf8(sent.stdout).unwrap()
}

/// A home with nothing in it.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::DirBuilder::new()
        .mode(0o700)
        .create(home.path().join("run"))
        .unwrap();
    home
}

/// This program on a D-Bus session of its own.
fn in_session(options: &[&str]) -> Command {
    let mut session = Command::new("dbus-run-session");
    session
        .env_clear()
        .args(options)
        .arg("--")
        .arg(std::env::current_exe().unwrap());
    session
}

/// This program with a session bus at this socket.
fn on_bus(socket: &Path) -> Command {
    let mut program = Command::new(std::env::current_exe().unwrap());
    let address = format!("unix:path={}", socket.display());
    program.env_clear().env("DBUS_SESSION_BUS_ADDRESS", address);
    program
}

/// Runs a case to its end.
fn run(case: &str, mut program: Command, home: &TempDir) {
    let folder = |name: &str| home.path().join(name);
    let ended = program
        .args(["--exact", "keyring::inside", "--ignored", "--nocapture"])
        .env(CASE, case)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", folder("run"))
        .env("XDG_CONFIG_HOME", folder("config"))
        .env("XDG_DATA_HOME", folder("data"))
        .env("XDG_STATE_HOME", folder("state"))
        .env("XDG_CACHE_HOME", folder("cache"))
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&ended.stdout);
    let talk = String::from_utf8_lossy(&ended.stderr);
    let held = fs::read_to_string(folder(HELD)).unwrap_or_default();
    assert!(
        ended.status.success() && held == case,
        "{case}: {}\n{output}\n{talk}",
        ended.status
    );
}
