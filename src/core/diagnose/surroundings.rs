//! Rules about what stands around the callback: where the answer is brought, whether anybody listens there,
//! and who might take it on the way.

use super::seen::{capital, parameter, portal, provider, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::flow::BindFailureKind;
use crate::core::oauth::surroundings::{Surroundings, is_spared_by_browsers};
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::is_placeholder;
use crate::core::wire::is_loopback;
use std::net::IpAddr;
use url::{Host, Url};

/// The rules about surroundings.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "listener-elsewhere",
        steps: &[Step::Link, Step::Consent],
        severity: Severity::Warning,
        source: "the redirect URI",
        check: elsewhere,
    },
    Rule {
        name: "listener-unreachable",
        steps: &[Step::Consent],
        severity: Severity::Warning,
        source: "the operating system",
        check: unreachable,
    },
    Rule {
        name: "loopback-through-proxy",
        steps: &[Step::Consent],
        severity: Severity::Warning,
        source: "the environment, curl(1)",
        check: through_proxy,
    },
];

/// What was found around this run's callback, while its answer is waited for.
fn around<'a>(evidence: &Evidence<'a>) -> Option<&'a Surroundings> {
    let waits = matches!(evidence.run.phase, RunPhase::Waiting | RunPhase::TimedOut);
    evidence.run.surroundings.as_ref().filter(|_| waits)
}

fn elsewhere(evidence: &Evidence<'_>) -> Option<Found> {
    if let Some(found) = led_astray(evidence) {
        return Some(found);
    }
    let failed = match &evidence.run.phase {
        RunPhase::ListenFailed(failure) => failure.kind == BindFailureKind::NotListenable,
        _ => false,
    };
    if evidence.pasted || evidence.step == Step::Consent && !failed {
        return None;
    }
    let uri = parameter(evidence, "redirect_uri").filter(|uri| !is_placeholder(uri))?;
    let url = Url::parse(uri).ok()?;
    let seen = match url.scheme() {
        "http" | "https" if failed => "its host does not lead to this machine",
        "http" | "https" => "its host may not be this machine",
        _ if url.cannot_be_a_base() => return None,
        _ => "not http, so a browser brings it to another program",
    };
    // A name that leads here is known once it is listened on.
    let is_here = is_loopback(&url)
        || evidence.profile.listen.address.is_some()
        || !evidence.run.addresses.is_empty();
    if !failed && matches!(url.scheme(), "http" | "https") && is_here {
        return None;
    }
    let found = Found::new(
        "The answer goes where this program does not listen",
        format!("redirect_uri {}: {seen}", quoted(uri)),
        format!(
            "{} brings the answer there, and only whoever listens there gets the code.",
            capital(provider(evidence))
        ),
        &[
            &host_remedy(&url),
            "or open the link, and paste the address at which the browser ends with `p` in step 2",
            &format!(
                "or register an address such as `http://localhost:8765/callback` in {}, and use it in \
                 the profile",
                portal(evidence)
            ),
        ],
    );
    Some(if failed {
        found.rated(Severity::Error)
    } else {
        found
    })
}

/// What leads an address here.
fn host_remedy(url: &Url) -> String {
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some(host)) => format!(
            "write `127.0.0.1 {host}` into the hosts file; or, for a tunnel, its end here into `[listen] \
             address` of the profile"
        ),
        _ => "use an address that begins with http or https".to_owned(),
    }
}

/// `localhost` leads to another machine, so the browser brings the code there.
fn led_astray(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.step != Step::Consent || evidence.profile.listen.address.is_some() {
        return None;
    }
    let uri = &evidence.run.redirect_uri;
    let host = match Url::parse(uri).ok()?.host()? {
        Host::Domain(name) => name.to_owned(),
        _ => return None,
    };
    let leads = around(evidence)?.leads.as_ref()?.as_ref().ok()?;
    let astray: &IpAddr = leads.iter().find(|ip| !ip.is_loopback())?;
    Some(Found::new(
        "The redirect URI's host leads to another machine",
        format!("{} leads to {astray} from here", quoted(&host)),
        "This program listens on the loopback only; a browser that asks this machine for the name goes \
         elsewhere.",
        &[
            &format!("write `127.0.0.1 {host}` into the hosts file"),
            "p paste the address or the form body, if the browser has the answer",
        ],
    ))
}

fn unreachable(evidence: &Evidence<'_>) -> Option<Found> {
    let answers = &around(evidence)?.answers;
    let silent: Vec<String> = answers
        .iter()
        .filter(|(_, answers)| !answers)
        .map(|(address, _)| address.to_string())
        .collect();
    if silent.is_empty() {
        return None;
    }
    let cause = if silent.len() == answers.len() {
        "Nothing on this machine reaches the listener, so the browser will not either."
    } else {
        "A browser may try this one of the two first, and then waits or gives up."
    };
    Some(Found::new(
        "The listener is bound, but does not answer",
        format!("no connection from here to {}", silent.join(" and ")),
        format!("{cause} A firewall on this machine is the likely reason."),
        &[
            "allow connections from this machine to itself (the interface `lo`)",
            "p paste the address or the form body, if the browser has the answer",
        ],
    ))
}

fn through_proxy(evidence: &Evidence<'_>) -> Option<Found> {
    let proxy = around(evidence)?.proxy.as_deref()?;
    let uri = &evidence.run.redirect_uri;
    // The answer reaches a tunnel from outside, by whatever way.
    if evidence.profile.listen.address.is_some() {
        return None;
    }
    let host = Url::parse(uri).ok()?.host_str()?.to_owned();
    let found = Found::new(
        "A proxy would take what is for this machine",
        format!("{proxy} is set, and nothing spares {}", quoted(&host)),
        "A browser that goes by the environment would ask the proxy for the callback, and the proxy would \
         look for it on its own machine.",
        &[
            &format!(
                "add `{host}` to NO_PROXY, and to the exceptions in the browser's proxy settings"
            ),
            "p paste the address or the form body, if the browser has the answer",
        ],
    );
    Some(if is_spared_by_browsers(uri) {
        Found {
            cause: "Browsers spare this host by themselves, unless they are told otherwise; curl and other \
                    programs ask the proxy for it."
                .to_owned(),
            ..found
        }
        .rated(Severity::Note)
    } else {
        found
    })
}
