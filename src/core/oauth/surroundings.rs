//! What stands around the callback: on what machine the listener is, whether it answers there, where the
//! redirect URI's host leads, and which proxy would take what goes to it.
//!
//! Found by the edge and handed in as data; what follows from it is judged by rules and said on Consent.

use crate::core::wire::is_loopback;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, SocketAddr};
use url::Url;

/// What was found around the callback of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Surroundings {
    /// Why the browser is likely on another machine, when it is.
    pub remote: Option<Remote>,
    /// Each loopback address that was bound, and whether it answers.
    pub answers: Vec<(SocketAddr, bool)>,
    /// Where the redirect URI's host leads from here; the system's words where it leads nowhere.
    pub leads: Option<Result<Vec<IpAddr>, String>>,
    /// The variable of the environment that sends requests for the redirect URI to a proxy.
    pub proxy: Option<String>,
}

/// A machine whose user likely sits at another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remote {
    /// This program runs in an SSH session.
    Ssh {
        /// The user here; empty when it is not known.
        user: String,
        /// The address that the session came to, or this machine's name.
        host: String,
        /// The port that the session came to.
        port: u16,
    },
    /// It runs in a container.
    Container,
    /// It runs in the Linux of a Windows machine.
    Wsl,
}

impl Remote {
    /// What environment and files say. `variable` reads the environment, `exists` looks for a file, `host` is
    /// this machine's name.
    pub fn found(
        variable: impl Fn(&str) -> Option<String>,
        exists: impl Fn(&str) -> bool,
        host: &str,
    ) -> Option<Self> {
        let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        if let Some(connection) = given("SSH_CONNECTION") {
            // client, its port, the address here, the port here (ssh(1), ENVIRONMENT).
            let parts: Vec<&str> = connection.split_whitespace().collect();
            return Some(Self::Ssh {
                user: given("USER")
                    .or_else(|| given("LOGNAME"))
                    .unwrap_or_default(),
                host: parts.get(2).map_or(host, |address| *address).to_owned(),
                port: parts
                    .get(3)
                    .and_then(|port| port.parse().ok())
                    .unwrap_or(22),
            });
        }
        if given("SSH_TTY").is_some() || given("SSH_CLIENT").is_some() {
            return Some(Self::Ssh {
                user: given("USER")
                    .or_else(|| given("LOGNAME"))
                    .unwrap_or_default(),
                host: host.to_owned(),
                port: 22,
            });
        }
        if given("WSL_DISTRO_NAME").is_some() {
            return Some(Self::Wsl);
        }
        let container = exists("/.dockerenv") || exists("/run/.containerenv");
        (container || given("container").is_some()).then_some(Self::Container)
    }

    /// The line that brings the answer here by SSH, typed on the machine with the browser: `public` is the
    /// redirect URI's port, `bound` the one that is listened on.
    pub fn ssh_line(&self, public: u16, bound: u16) -> Option<String> {
        let Self::Ssh { user, host, port } = self else {
            return None;
        };
        let at = if user.is_empty() { "" } else { "@" };
        let port = match port {
            22 => String::new(),
            other => format!("-p {other} "),
        };
        Some(format!(
            "ssh {port}-L {public}:localhost:{bound} {user}{at}{host}"
        ))
    }
}

/// The variable of the environment that sends a request for this address to a proxy, as curl and browsers
/// without settings of their own read it.
pub fn proxy_for(
    redirect_uri: &str,
    variable: impl Fn(&str) -> Option<String>,
) -> Option<&'static str> {
    let url = Url::parse(redirect_uri).ok()?;
    let given = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
    let names = match url.scheme() {
        "https" => ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"],
        _ => ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"],
    };
    let name = names.into_iter().find(|name| given(name).is_some())?;
    let spared = given("no_proxy").or_else(|| given("NO_PROXY"));
    let host = url.host_str()?.trim_matches(['[', ']']);
    let is_spared = spared.is_some_and(|list| list.split(',').any(|entry| spares(entry, host)));
    (!is_spared).then_some(name)
}

/// Whether an entry of `no_proxy` is for a host: the host itself, a domain above it, or everything.
fn spares(entry: &str, host: &str) -> bool {
    let entry = entry.trim().trim_start_matches('.').to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    !entry.is_empty() && (entry == "*" || host == entry || host.ends_with(&format!(".{entry}")))
}

/// Whether browsers go to this address without a proxy, whatever is configured: they spare the loopback, and
/// know it by its names alone.
pub fn is_spared_by_browsers(redirect_uri: &str) -> bool {
    Url::parse(redirect_uri).is_ok_and(|url| is_loopback(&url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn among<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| {
            let pair = pairs.iter().find(|(known, _)| *known == name);
            pair.map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn a_session_over_ssh_is_known_with_the_way_back() {
        let variables = [
            ("SSH_CONNECTION", "198.51.100.7 50000 192.0.2.10 2222"),
            ("USER", "søren"),
        ];
        let remote = Remote::found(among(&variables), |_| false, "dev-02");
        let line = remote.and_then(|remote| remote.ssh_line(8765, 9000));
        let expected = "ssh -p 2222 -L 8765:localhost:9000 søren@192.0.2.10";
        assert_eq!(line.as_deref(), Some(expected));
        let terminal = Remote::found(among(&[("SSH_TTY", "/dev/pts/1")]), |_| true, "dev-02");
        let line = terminal.and_then(|remote| remote.ssh_line(80, 80));
        assert_eq!(line.as_deref(), Some("ssh -L 80:localhost:80 dev-02"));
    }

    #[test]
    fn a_container_and_wsl_are_known() {
        let none = among(&[]);
        let docker = |file: &str| file == "/.dockerenv";
        assert_eq!(Remote::found(&none, docker, "x"), Some(Remote::Container));
        assert_eq!(Remote::found(&none, |_| false, "x"), None);
        let wsl = [("WSL_DISTRO_NAME", "Debian")];
        assert_eq!(
            Remote::found(among(&wsl), |_| false, "x"),
            Some(Remote::Wsl)
        );
        let empty = [("SSH_CONNECTION", ""), ("container", " ")];
        assert_eq!(Remote::found(among(&empty), |_| false, "x"), None);
        assert_eq!(Remote::Wsl.ssh_line(1, 1), None);
    }

    #[test]
    fn a_proxy_takes_what_no_proxy_does_not_spare() {
        let app = "https://app.local:8443/callback";
        let taken = |uri, pairs: &[(&str, &str)]| proxy_for(uri, among(pairs));
        let proxy = ("HTTPS_PROXY", "http://proxy.example:3128");
        assert_eq!(taken(app, &[proxy]), Some("HTTPS_PROXY"));
        assert_eq!(taken("http://app.local/", &[proxy]), None, "another scheme");
        assert_eq!(
            taken(app, &[("all_proxy", "socks5://x")]),
            Some("all_proxy")
        );
        for spared in ["app.local", "x, .local", "*", "LOCAL"] {
            assert_eq!(taken(app, &[proxy, ("no_proxy", spared)]), None, "{spared}");
        }
        for other in ["", "p.local", "app.local.example", "pp.local"] {
            let found = taken(app, &[proxy, ("NO_PROXY", other)]);
            assert_eq!(found, Some("HTTPS_PROXY"), "{other}");
        }
        assert_eq!(taken(app, &[("HTTPS_PROXY", "")]), None);
    }
}
