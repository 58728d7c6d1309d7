//! Looks around the callback: the machine, its loopback, its names, its proxies.
//!
//! Nothing leaves this machine but a look-up of the redirect URI's host, where it is none of the loopback's.

use crate::core::dinero::variables::ENVIRONMENT;
use crate::core::oauth::surroundings::{Remote, Surroundings, proxy_for};
use crate::core::wire::redact::is_secret_name;
use crate::edge::listener::Names;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::net::TcpStream;
use url::{Host, Url};

/// How long our own listener may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is around the callback with this redirect URI, bound at these addresses; its host is looked up where
/// names are.
pub async fn look(
    redirect_uri: &str,
    addresses: &[SocketAddr],
    names: Option<&Names>,
) -> Surroundings {
    let variable = |name: &str| std::env::var(name).ok();
    let mut answers = Vec::new();
    for address in addresses
        .iter()
        .filter(|address| address.ip().is_loopback())
    {
        let asked = tokio::time::timeout(PATIENCE, TcpStream::connect(address)).await;
        answers.push((*address, matches!(asked, Ok(Ok(_)))));
    }
    let url = Url::parse(redirect_uri).ok();
    let leads = match (url.as_ref().and_then(Url::host), names) {
        (Some(Host::Domain(name)), Some(names)) => Some(names.lead(name).await),
        _ => None,
    };
    Surroundings {
        remote: Remote::found(variable, |file| Path::new(file).exists(), &host_name()),
        answers,
        leads,
        proxy: proxy_for(redirect_uri, variable).map(str::to_owned),
    }
}

/// This machine's name, where it is known.
fn host_name() -> String {
    let read = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = read.or_else(|| std::env::var("HOSTNAME").ok());
    let name = name.or_else(|| std::env::var("COMPUTERNAME").ok());
    name.map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "this-machine".to_owned())
}

/// The variables of the environment that requests may name.
pub fn environment() -> Vec<(String, String)> {
    let all = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    all.filter(|(name, _)| may_be_named(name)).collect()
}

/// Whether a request may name a variable. A token in the environment is for programs that were taken home as code,
/// never for a request that somebody else may have written.
fn may_be_named(name: &str) -> bool {
    let rest = name.strip_prefix(ENVIRONMENT);
    rest.is_some_and(|rest| !is_secret_name(rest))
}

#[cfg(test)]
mod tests {
    use super::may_be_named;
    use crate::core::export::snippet::TOKEN_VARIABLE;

    #[test]
    fn only_what_is_meant_for_requests_can_be_named() {
        assert!(may_be_named("DINERO_CONTACT"));
        for name in [
            TOKEN_VARIABLE,
            "DINERO_CLIENT_SECRET",
            "AWS_SECRET",
            "HOME",
            "dinero_x",
        ] {
            assert!(!may_be_named(name), "{name}");
        }
    }
}
