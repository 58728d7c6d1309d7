//! Whether a request came to the right place: Host, path, method, content type.
//!
//! Judged before anything is read of it, so that what is not for us is never taken for an answer.

use super::{Arrival, Verdict, relay};
use crate::core::wire::Request;
use std::net::{IpAddr, SocketAddr};
use url::Url;

/// Where our own pages stand, so that a GET answer can be sent on to an address without a code.
pub const PAGES: &str = "/dineroscope/";

/// Where this listener is, as requests name it.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The redirect URI.
    pub redirect_uri: &'a str,
    /// Where it listens.
    pub addresses: &'a [SocketAddr],
    /// Further Host names, with a port or without.
    pub hosts: &'a [String],
    /// The path that the relay page posts to, where the answer is to come behind `#`.
    pub relay: Option<&'a str>,
}

/// Judges a request as far as its place goes: Host, path, method, content type. `Ok` holds the encoded
/// fields and how they came.
pub fn place(request: &Request, here: &Here<'_>) -> Result<(String, Arrival), Verdict> {
    let redirect = Url::parse(here.redirect_uri).map_err(|_| Verdict::OtherPath)?;
    let mut hosts = request
        .headers
        .0
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    // Exactly one (RFC 9112 3.2): with two, whoever reads the other one is talked to.
    let (Some((_, host)), None) = (hosts.next(), hosts.next()) else {
        return Err(Verdict::WrongHost);
    };
    if !is_ours(host, &redirect, here) {
        return Err(Verdict::WrongHost);
    }
    let (path, query) = target(&request.url);
    if here.relay == Some(path) {
        return match request.method.as_str() {
            "POST" if request.headers.media_type() == relay::JSON => {
                Ok((relay::read(&request.body), Arrival::Fragment))
            }
            "POST" => Err(Verdict::WrongContentType),
            _ => Err(Verdict::OtherMethod),
        };
    }
    if path != redirect.path() {
        let own = request.method == "GET" && path.starts_with(PAGES);
        return Err(if own {
            Verdict::OwnPage
        } else {
            Verdict::OtherPath
        });
    }
    let bare = query.is_empty() || Some(query) == redirect.query();
    match request.method.as_str() {
        "GET" if bare && here.relay.is_some() => Err(Verdict::RelayPage),
        "GET" => Ok((query.to_owned(), Arrival::Query)),
        "POST" if request.headers.media_type() != FORM => Err(Verdict::WrongContentType),
        "POST" => Ok((request.body.to_text().into_owned(), Arrival::FormPost)),
        _ => Err(Verdict::OtherMethod),
    }
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// Path and query of a URL as they stood, without normalising anything.
pub fn target(url: &str) -> (&str, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let start = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let rest = rest[start..].split('#').next().unwrap_or_default();
    rest.split_once('?').unwrap_or((rest, ""))
}

/// Whether a Host field names the redirect URI's host, an address that we listen on, or one of the further
/// hosts of the profile.
fn is_ours(host: &str, redirect: &Url, here: &Here<'_>) -> bool {
    let own = redirect.port_or_known_default().unwrap_or(80);
    let bound = here.addresses.first().map_or(own, SocketAddr::port);
    let known = if redirect.scheme() == "https" {
        443
    } else {
        80
    };
    let is = |name: &str, port: u16| {
        host.eq_ignore_ascii_case(&format!("{name}:{port}"))
            || (port == known && host.eq_ignore_ascii_case(name))
    };
    let named = redirect
        .host_str()
        .is_some_and(|name| is(name, own) || is(name, bound));
    let addressed = here
        .addresses
        .iter()
        // Nobody is called by the address that means all of them.
        .filter(|address| !address.ip().is_unspecified())
        .any(|address| match address.ip() {
            IpAddr::V4(ip) => is(&ip.to_string(), address.port()),
            IpAddr::V6(ip) => is(&format!("[{ip}]"), address.port()),
        });
    let further = here.hosts.iter().any(|further| {
        host.eq_ignore_ascii_case(further) || (!has_port(further) && is_with_a_port(host, further))
    });
    named || addressed || further
}

/// Whether a Host name says a port.
fn has_port(host: &str) -> bool {
    let behind = host.rsplit_once(']').map_or(host, |(_, behind)| behind);
    behind.contains(':')
}

/// Whether a Host field is that name with any port.
fn is_with_a_port(host: &str, name: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(front, port)| {
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        front.eq_ignore_ascii_case(name) && is_port
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A GET with that Host and path, on a listener of both families.
    fn place(redirect_uri: &str, host: &str, path: &str) -> Result<(String, Arrival), Verdict> {
        let addresses = [
            SocketAddr::from(([127, 0, 0, 1], 8765)),
            SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, 8765)),
        ];
        let mut headers = crate::core::wire::Headers::default();
        headers.push("Host", host);
        let request = Request {
            method: "GET".to_owned(),
            url: format!("http://{host}{path}?code=c"),
            headers,
            body: crate::core::wire::Body::default(),
        };
        let here = Here {
            redirect_uri,
            addresses: &addresses,
            hosts: &["tunnel.example".to_owned(), "proxy.example:444".to_owned()],
            relay: None,
        };
        super::place(&request, &here)
    }

    /// A request to a listener that waits for a fragment.
    fn relayed(
        method: &str,
        target: &str,
        media_type: &str,
        body: &str,
    ) -> Result<(String, Arrival), Verdict> {
        let mut headers = crate::core::wire::Headers::default();
        headers.push("Host", "localhost:8765");
        headers.push("Content-Type", media_type);
        let request = Request {
            method: method.to_owned(),
            url: format!("http://localhost:8765{target}"),
            headers,
            body: crate::core::wire::Body::text(body),
        };
        let here = Here {
            redirect_uri: "http://localhost:8765/callback",
            addresses: &[SocketAddr::from(([127, 0, 0, 1], 8765))],
            hosts: &[],
            relay: Some("/dineroscope/relay/random"),
        };
        super::place(&request, &here)
    }

    #[test]
    fn a_fragment_comes_by_the_relay_alone() {
        let json = r#"{"fragment":"code=c"}"#;
        assert_eq!(relayed("GET", "/callback", "", ""), Err(Verdict::RelayPage));
        let path = "/dineroscope/relay/random";
        let fragment = Ok(("code=c".to_owned(), Arrival::Fragment));
        assert_eq!(relayed("POST", path, "application/json", json), fragment);
        assert_eq!(
            relayed("POST", path, "text/plain", json),
            Err(Verdict::WrongContentType)
        );
        assert_eq!(relayed("GET", path, "", ""), Err(Verdict::OtherMethod));
        let guessed = relayed("POST", "/dineroscope/relay/guess", "application/json", json);
        assert_eq!(guessed, Err(Verdict::OtherPath));
        // An answer that comes in another way than asked is taken all the same.
        let query = Ok(("code=c".to_owned(), Arrival::Query));
        assert_eq!(relayed("GET", "/callback?code=c", "", ""), query);
    }

    #[test]
    fn further_hosts_are_taken_with_the_port_they_say_or_any() {
        let place = |host| place("http://localhost:8765/callback", host, "/callback");
        for ours in ["tunnel.example", "Tunnel.Example:443", "proxy.example:444"] {
            assert!(place(ours).is_ok(), "{ours}");
        }
        for other in [
            "proxy.example",
            "proxy.example:443",
            "tunnel.example:x",
            "a.tunnel.example",
        ] {
            assert_eq!(place(other), Err(Verdict::WrongHost), "{other}");
        }
    }

    #[test]
    fn a_tunnel_names_the_host_without_a_port() {
        let redirect = "https://tunnel.test/callback";
        assert!(place(redirect, "tunnel.test", "/callback").is_ok());
        assert!(place(redirect, "tunnel.test:443", "/callback").is_ok());
        assert!(place(redirect, "tunnel.test:80", "/callback").is_err());
    }

    #[test]
    fn a_redirect_uri_beside_our_own_pages_still_takes_its_answer() {
        let place = |path| {
            place(
                "http://localhost:8765/dineroscope/callback",
                "localhost:8765",
                path,
            )
        };
        let answer = Ok(("code=c".to_owned(), Arrival::Query));
        assert_eq!(place("/dineroscope/callback"), answer);
        assert_eq!(place("/dineroscope/accepted"), Err(Verdict::OwnPage));
        assert_eq!(place("/favicon.ico"), Err(Verdict::OtherPath));
    }

    #[test]
    fn the_host_must_be_ours() {
        let place = |host| place("http://localhost:8765/callback", host, "/callback");
        for ours in [
            "localhost:8765",
            "LOCALHOST:8765",
            "127.0.0.1:8765",
            "[::1]:8765",
        ] {
            assert_eq!(
                place(ours),
                Ok(("code=c".to_owned(), Arrival::Query)),
                "{ours}"
            );
        }
        for other in [
            "evil.example:8765",
            "localhost",
            "localhost:8766",
            "",
            "localhost:8765.evil.example",
        ] {
            assert_eq!(place(other), Err(Verdict::WrongHost), "{other}");
        }
    }
}
