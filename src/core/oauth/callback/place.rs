//! Whether a request came to the right place: Host, path, method, content type.
//!
//! Judged before anything is read of it, so that what is not for us is never taken for an answer.

use super::{Arrival, Verdict};
use crate::core::wire::Request;
use std::net::SocketAddr;
use url::Url;

/// Where our own pages stand, so that a GET answer can be sent on to an address without a code.
pub const PAGES: &str = "/dineroscope/";

/// Judges a request as far as its place goes: Host, path, method, content type. `Ok` holds the encoded
/// fields and how they came.
pub fn place(
    request: &Request,
    redirect_uri: &str,
    addresses: &[SocketAddr],
) -> Result<(String, Arrival), Verdict> {
    let redirect = Url::parse(redirect_uri).map_err(|_| Verdict::OtherPath)?;
    let mut hosts = request
        .headers
        .0
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    // Exactly one (RFC 9112 3.2): with two, whoever reads the other one is talked to.
    let (Some((_, host)), None) = (hosts.next(), hosts.next()) else {
        return Err(Verdict::WrongHost);
    };
    if !host_is_ours(host, &redirect, addresses) {
        return Err(Verdict::WrongHost);
    }
    let (path, query) = target(&request.url);
    if path != redirect.path() {
        let own = request.method == "GET" && path.starts_with(PAGES);
        return Err(if own {
            Verdict::OwnPage
        } else {
            Verdict::OtherPath
        });
    }
    match request.method.as_str() {
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

/// Whether a Host field names the redirect URI's host or an address we listen on, with our port.
fn host_is_ours(host: &str, redirect: &Url, addresses: &[SocketAddr]) -> bool {
    let port = addresses
        .first()
        .map(SocketAddr::port)
        .or_else(|| redirect.port_or_known_default())
        .unwrap_or(80);
    let names = redirect
        .host_str()
        .map(str::to_owned)
        .into_iter()
        .chain(addresses.iter().map(|address| match address.ip() {
            std::net::IpAddr::V4(ip) => ip.to_string(),
            std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        }));
    names.into_iter().any(|name| {
        host.eq_ignore_ascii_case(&format!("{name}:{port}"))
            || (port == 80 && host.eq_ignore_ascii_case(&name))
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
        super::place(&request, redirect_uri, &addresses)
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
