//! The browser on another machine: the ways to bring its answer here, the one that always works first.

use crate::core::engine::message::Command;
use crate::core::oauth::Run;
use crate::core::oauth::surroundings::Remote;
use crate::core::profile::ResponseMode;
use crate::tui::action::Action;
use crate::tui::pane::{Group, Mark, Row};
use crate::tui::screens::Scene;
use crate::tui::screens::parts::{choice, group, prose};
use url::Url;

/// The ways, where the browser is likely elsewhere and no answer has come.
pub(super) fn elsewhere(scene: &Scene<'_>) -> Option<Group> {
    let run = scene.engine.run();
    let remote = run.surroundings.as_ref()?.remote.as_ref()?;
    let label = match remote {
        Remote::Ssh { .. } => "You are here by SSH. Is the browser on your own machine?",
        Remote::Container => "This is a container. Is the browser outside?",
        Remote::Wsl => "This is WSL. Windows hands localhost on by itself; if it does not",
    };
    let mut rows = brought_here(scene, remote, run);
    let by_query = Command::UseResponseMode(ResponseMode::Query);
    if scene.engine.allows(&by_query) {
        rows.push(choice(
            Mark::None,
            "a new run by query: its answer stands in the address, paste it",
            "",
            Action::UseResponseMode(ResponseMode::Query),
        ));
    }
    let asked = scene
        .engine
        .profile()
        .map(|profile| profile.authorize.response_mode);
    if asked == Some(ResponseMode::FormPost) {
        rows.push(prose(
            "Or as it is: in the browser F12, Network, the POST that failed, Payload; paste that with p.",
        ));
    }
    Some(group(label, "", rows))
}

/// What makes the listener reachable from the browser's machine.
fn brought_here(scene: &Scene<'_>, remote: &Remote, run: &Run) -> Vec<Row> {
    let url = Url::parse(&run.redirect_uri).ok();
    let public = url.and_then(|url| url.port_or_known_default());
    let bound = run.addresses.first().map(std::net::SocketAddr::port);
    let (Some(public), Some(bound)) = (public, bound) else {
        return Vec::new();
    };
    match remote {
        Remote::Ssh { .. } => {
            let Some(line) = remote.ssh_line(public, bound) else {
                return Vec::new();
            };
            let copy = Action::Copy {
                text: line.clone(),
                what: "the ssh line",
            };
            vec![
                choice(Mark::None, line, "enter copies it", copy),
                prose("Run it on that machine; a name that you use for this one is as good."),
            ]
        }
        Remote::Container => {
            let listen = scene
                .engine
                .profile()
                .and_then(|profile| profile.listen.address);
            let wide = listen.is_some_and(|address| !address.is_loopback());
            let publish = format!("-p 127.0.0.1:{public}:{bound}");
            let copy = Action::Copy {
                text: publish.clone(),
                what: "the option",
            };
            let shown = format!("publish the port: docker run {publish} …");
            let mut rows = vec![choice(Mark::None, shown, "enter copies it", copy)];
            if !wide {
                rows.push(prose(format!(
                    "and listen for it, in the profile: [listen] address = \"0.0.0.0:{bound}\""
                )));
            }
            rows
        }
        Remote::Wsl => Vec::new(),
    }
}
