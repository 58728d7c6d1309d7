//! `[listen]`: where and how this program waits for the answer, where the redirect URI alone does not say.
//!
//! A tunnel, a proxy or a container brings the answer to another place than the redirect URI names; the
//! certificate of an https redirect URI is this program's own.

use crate::core::profile::check::Checked;
use crate::core::wire::is_loopback;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use url::{Host, Url};

/// What differs from the redirect URI; nothing does where the file does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Listen {
    /// Where the socket is bound, instead of at the redirect URI's host and port.
    pub address: Option<ListenAddress>,
    /// Further Host names that are taken, with a port or without.
    pub hosts: Vec<String>,
    /// Whether TLS is spoken; `None`: as [`Self::speaks_tls`] concludes.
    pub tls: Option<ListenTls>,
}

/// An address to bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListenAddress {
    /// Both loopback families, with this port.
    Localhost(u16),
    /// This one.
    Ip(SocketAddr),
}

impl ListenAddress {
    /// Whether only this machine reaches it.
    pub fn is_loopback(self) -> bool {
        match self {
            Self::Localhost(_) => true,
            Self::Ip(address) => address.ip().is_loopback(),
        }
    }
}

impl std::fmt::Display for ListenAddress {
    /// As profile files have it.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Localhost(port) => write!(formatter, "localhost:{port}"),
            Self::Ip(address) => address.fmt(formatter),
        }
    }
}

/// How the listener speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ListenTls {
    /// With a certificate that this program makes.
    SelfSigned,
    /// Not at all: a tunnel or proxy before it does.
    Off,
}

impl ListenTls {
    /// Every way, for messages and choices that list them.
    pub const ALL: [Self; 2] = [Self::SelfSigned, Self::Off];

    /// The word in profile files.
    pub fn name(self) -> &'static str {
        match self {
            Self::SelfSigned => "self-signed",
            Self::Off => "off",
        }
    }
}

impl Listen {
    /// Whether browsers are met with TLS: as the file says; else where the redirect URI is https and
    /// nothing stands between the browser and this machine that would speak it.
    pub fn speaks_tls(&self, redirect_uri: &str) -> bool {
        match (self.tls, Url::parse(redirect_uri)) {
            (Some(tls), _) => tls == ListenTls::SelfSigned,
            (None, Ok(url)) if url.scheme() == "https" => {
                self.address.is_none() || is_loopback(&url)
            }
            (None, _) => false,
        }
    }

    /// The names that the certificate is made for: the redirect URI's host and the further ones.
    pub fn certificate_names(&self, redirect_uri: &str) -> Vec<String> {
        let url = Url::parse(redirect_uri).ok();
        let host = url.as_ref().and_then(Url::host_str).map(bare);
        let mut names: Vec<String> = Vec::new();
        for name in host
            .into_iter()
            .chain(self.hosts.iter().map(|host| bare(host)))
        {
            let name = name.to_ascii_lowercase();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// A host without port and brackets.
fn bare(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}

/// An address to bind: `localhost:8765` or an IP address with its port.
pub(super) fn address(text: &str) -> Checked<ListenAddress> {
    let localhost = text
        .rsplit_once(':')
        .filter(|(name, _)| name.eq_ignore_ascii_case("localhost"))
        .and_then(|(_, port)| port.parse().ok());
    if let Some(port) = localhost {
        return Ok(ListenAddress::Localhost(port));
    }
    text.parse().map(ListenAddress::Ip).map_err(|_| {
        format!(
            "`{text}` is no address to listen on: expected `localhost:8765`, or an IP address with a port \
             such as `127.0.0.1:8765` or `[::1]:8765`"
        )
    })
}

/// A Host name, with or without a port.
pub(super) fn host(text: &str) -> Checked<String> {
    let parsed = Url::parse(&format!("http://{text}/"));
    let is_host = parsed.is_ok_and(|url| {
        let has_more = url.path() != "/" || url.query().is_some() || !url.username().is_empty();
        !has_more && url.host().is_some_and(|host| host != Host::Domain(""))
    });
    let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
    if is_host && text.chars().all(plain) {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!(
        "`{text}` is no Host: expected a name such as `app.example.com`, with a port only where it matters"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(address: Option<&str>, tls: Option<ListenTls>) -> Listen {
        Listen {
            address: address.and_then(|text| super::address(text).ok()),
            hosts: Vec::new(),
            tls,
        }
    }

    #[test]
    fn tls_is_spoken_where_a_browser_comes_straight_to_an_https_address() {
        let https = "https://localhost:8765/callback";
        let named = "https://app.local:8443/callback";
        assert!(listen(None, None).speaks_tls(https));
        assert!(listen(None, None).speaks_tls(named));
        assert!(listen(Some("0.0.0.0:8765"), None).speaks_tls(https));
        assert!(!listen(None, None).speaks_tls("http://localhost:8765/callback"));
        // A tunnel has a certificate that browsers trust, and hands on plain http.
        assert!(!listen(Some("127.0.0.1:8765"), None).speaks_tls("https://a.tunnel.example/cb"));
        assert!(listen(Some("127.0.0.1:8765"), Some(ListenTls::SelfSigned)).speaks_tls(named));
        assert!(!listen(None, Some(ListenTls::Off)).speaks_tls(https));
    }

    #[test]
    fn a_certificate_is_for_the_host_and_the_further_ones_once_each() {
        let hosts = |hosts: &[&str]| Listen {
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            ..Listen::default()
        };
        let names = hosts(&["app.local:8443", "Other.local", "localhost"])
            .certificate_names("https://App.local:8443/callback");
        assert_eq!(names, ["app.local", "other.local", "localhost"]);
        assert_eq!(hosts(&[]).certificate_names("https://[::1]:1/"), ["::1"]);
    }

    #[test]
    fn an_address_and_a_host_are_judged() {
        assert_eq!(address("localhost:0"), Ok(ListenAddress::Localhost(0)));
        assert!(address("127.0.0.1:8765").is_ok() && address("[::1]:1").is_ok());
        for bad in [
            "localhost",
            "8765",
            "127.0.0.1",
            "app.local:1",
            "::1:8765",
            "localhost:x",
            "",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
        assert_eq!(
            host("App.example.com:443"),
            Ok("app.example.com:443".to_owned())
        );
        assert!(host("[::1]:8765").is_ok());
        for bad in ["", "https://a", "a/b", "a b", "user@a", "a?b", "a:port"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
