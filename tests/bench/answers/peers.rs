//! The same answers in slumber and ATAC, where they are installed: until the body is seen, the memory that it
//! takes, and how long a key waits while it loads.

use super::bodies::Shape;
use super::screen::{Screen, runs};
use super::server::Server;
use super::{Bars, SECOND, milliseconds};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Megabytes of the bodies.
const SIZES: [usize; 2] = [10, 100];

/// How long a body may take until it is seen, and a key until something changes.
const PATIENCE: Duration = Duration::from_mins(3);

/// Keys that are pressed after the body was seen, before that is the end of it.
const AFTER: usize = 6;

/// A terminal program that sends requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Dineroscope,
    Slumber,
    Atac,
}

impl Peer {
    const fn name(self) -> &'static str {
        match self {
            Self::Dineroscope => "dineroscope",
            Self::Slumber => "slumber",
            Self::Atac => "atac",
        }
    }

    /// Its executable: as a variable says, on the path, or where `shared/bench/setup.sh` puts it.
    fn program(self) -> Option<PathBuf> {
        let home = std::env::var_os("HOME").unwrap_or_default();
        let built = Path::new(&home).join("rig/peers/bin").join(self.name());
        let named = std::env::var_os(self.name().to_uppercase()).map(PathBuf::from);
        let mut found = named.into_iter().chain([PathBuf::from(self.name()), built]);
        found.find(|program| runs(program))
    }

    /// The keys that open its help, and close it.
    const fn help(self) -> [&'static str; 2] {
        match self {
            Self::Dineroscope | Self::Slumber => ["?", "\x1b"],
            Self::Atac => ["\x08", "\x1b"],
        }
    }

    /// The key that sends the request.
    const fn send(self) -> &'static str {
        match self {
            Self::Dineroscope => "S",
            Self::Slumber => "\r",
            Self::Atac => " ",
        }
    }
}

/// A program that is ready to send.
struct Ready {
    screen: Screen,
    _home: Option<TempDir>,
}

/// Starts one with a request to that address.
fn ready(peer: Peer, program: &Path, url: &str) -> Ready {
    let home = tempfile::tempdir().unwrap();
    let (screen, home) = match peer {
        Peer::Dineroscope => {
            let (screen, home) = super::demo::Demo::start(url).into_parts();
            return Ready {
                screen,
                _home: Some(home),
            };
        }
        Peer::Slumber => (slumber(program, home.path(), url), home),
        Peer::Atac => (atac(program, home.path(), url), home),
    };
    let mut ready = Ready {
        screen,
        _home: Some(home),
    };
    ready.screen.settle(SECOND / 2);
    ready
}

fn slumber(program: &Path, home: &Path, url: &str) -> Screen {
    let file = home.join("slumber.yml");
    let text = format!("name: rig\nrequests:\n  req:\n    method: GET\n    url: \"{url}\"\n");
    std::fs::write(&file, text).unwrap();
    let arguments = ["-f", file.to_str().unwrap()];
    let mut screen = Screen::start(program, &arguments, home, &[]);
    screen.wait_for("req");
    screen
}

fn atac(program: &Path, home: &Path, url: &str) -> Screen {
    let collection = json!({
        "name": "rig",
        "last_position": null,
        "requests": [{
            "name": "large",
            "url": url,
            "params": [],
            "headers": [],
            "auth": "no_auth",
            "scripts": {"pre_request_script": null, "post_request_script": null},
            "settings": {
                "use_config_proxy": true,
                "allow_redirects": true,
                "timeout": 30000,
                "store_received_cookies": true,
                "pretty_print_response_content": true,
                "accept_invalid_certs": false,
                "accept_invalid_hostnames": false
            },
            "protocol": {"type": "http", "method": "GET", "body": "no_body"}
        }]
    });
    let folder = home.join("collections");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("rig.json"), collection.to_string()).unwrap();
    let arguments = ["-d", folder.to_str().unwrap()];
    let mut screen = Screen::start(program, &arguments, home, &[]);
    screen.wait_for("rig (");
    for (keys, shows) in [
        ("\x1b[B", "rig ("),
        ("\r", "large"),
        ("\x1b[B", "large"),
        ("\r", "127.0.0.1"),
    ] {
        screen.settle(SECOND / 2);
        screen.press(keys);
        screen.wait_for(shows);
    }
    screen
}

/// Measures and prints.
pub(super) fn measure(out: &mut impl Write, server: &Server, bars: &mut Bars) {
    let mut rows = Vec::new();
    for peer in [Peer::Dineroscope, Peer::Slumber, Peer::Atac] {
        let program = match peer {
            Peer::Dineroscope => Some(PathBuf::new()),
            Peer::Slumber | Peer::Atac => peer.program(),
        };
        let Some(program) = program else {
            let name = peer.name();
            let variable = name.to_uppercase();
            let _ = writeln!(
                out,
                "\nNOT COMPARED WITH {name}: IT IS NOT INSTALLED (${variable}, the path, ~/rig/peers/bin)"
            );
            continue;
        };
        let seen = SIZES.map(|megabytes| seen(peer, &program, server, megabytes));
        rows.push((peer, seen, longest(peer, &program, server)));
    }
    let _ = writeln!(
        out,
        "\nThe same pretty answers in others, one run each\n  {:<12} {:>14} {:>10} {:>14} {:>11} {:>26}",
        "",
        "10 MB seen, ms",
        "peak, MB",
        "100 MB seen, ms",
        "peak, MB",
        "longest key meanwhile, ms"
    );
    for (peer, [small, large], longest) in &rows {
        let _ = writeln!(
            out,
            "  {:<12} {:>14} {:>10.0} {:>15} {:>11.0} {:>26}",
            peer.name(),
            words(small.0),
            small.1,
            words(large.0),
            large.1,
            words(*longest),
        );
    }
    let ours = rows.first().and_then(|(_, seen, _)| seen[1].0);
    for (peer, seen, _) in rows.iter().skip(1) {
        if let (Some(ours), Some(theirs)) = (ours, seen[1].0) {
            bars.add(
                &format!("100 MB seen, ms, not above {}", peer.name()),
                ours,
                theirs,
            );
        }
    }
}

/// A figure, or that there was none in the time there is.
fn words(figure: Option<f64>) -> String {
    figure.map_or_else(
        || format!("over {} s", PATIENCE.as_secs()),
        |figure| format!("{figure:.0}"),
    )
}

/// From the key that sends it until the body is seen, and the most memory until it is quiet.
fn seen(peer: Peer, program: &Path, server: &Server, megabytes: usize) -> (Option<f64>, f64) {
    let mut ready = ready(peer, program, &server.url(&format!("/pretty-{megabytes}")));
    let sent = ready.screen.press(peer.send());
    let seen = ready
        .screen
        .wait(PATIENCE, |text| text.contains(Shape::Pretty.mark()));
    ready.screen.settle(2 * SECOND);
    (seen.map(|at| milliseconds(at - sent)), ready.screen.peak())
}

/// The longest that a key waited while 100 MB came and some time after: its help, opened and closed in turn.
fn longest(peer: Peer, program: &Path, server: &Server) -> Option<f64> {
    let mut ready = ready(peer, program, &server.url("/pretty-100"));
    let screen = &mut ready.screen;
    let mut longest = 0.0_f64;
    let (mut after, until) = (0, Instant::now() + PATIENCE);
    screen.press(peer.send());
    for keys in peer.help().iter().cycle() {
        // What is drawn by now is not the answer to this key.
        while screen.take(Instant::now()).is_some() {}
        let before = screen.text();
        let pressed = screen.press(keys);
        let answered = screen.wait(PATIENCE, |text| text != before)?;
        longest = longest.max(milliseconds(answered.saturating_duration_since(pressed)));
        screen.settle(SECOND / 20);
        after += usize::from(after > 0 || screen.text().contains(Shape::Pretty.mark()));
        if after > AFTER || Instant::now() > until {
            break;
        }
    }
    Some(longest)
}
