//! Makes a request whole: the header fields that HTTP needs are added before it is recorded, so that
//! the record shows what is sent and no library adds a line unseen.

use crate::core::wire::Request;
use url::{Host, Url};

/// What we call ourselves.
const USER_AGENT: &str = concat!("dineroscope/", env!("CARGO_PKG_VERSION"));

/// The request as it goes out: the address as it is encoded, without its fragment; Host first; and, where
/// they are missing, Accept, Accept-Encoding, User-Agent and Content-Length. Completing twice changes
/// nothing. What is no address is left alone.
pub fn complete(mut request: Request) -> Request {
    let Ok(mut url) = Url::parse(&request.url) else {
        return request;
    };
    url.set_fragment(None);
    let headers = &mut request.headers;
    if headers.get("host").is_none() {
        headers.0.insert(0, ("Host".to_owned(), authority(&url)));
    }
    let carries_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    let length = (carries_body || !request.body.is_empty()).then(|| request.body.len().to_string());
    let needed = [
        ("Accept", Some("*/*".to_owned())),
        ("Accept-Encoding", Some("gzip".to_owned())),
        ("User-Agent", Some(USER_AGENT.to_owned())),
        ("Content-Length", length),
    ];
    for (name, value) in needed {
        if let (None, Some(value)) = (headers.get(name), value) {
            headers.push(name, value);
        }
    }
    request.url = url.into();
    request
}

/// Host and, where it is not the scheme's own, port: what stands in the Host field (RFC 9110 7.2).
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Whether an address is on this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.trim_end_matches('.').eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::wire::{Body, Headers};

    fn request(method: &str, url: &str, body: &str) -> Request {
        Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Headers(vec![("Content-Type".to_owned(), "text/plain".to_owned())]),
            body: Body::text(body),
        }
    }

    #[test]
    fn what_http_needs_is_added_once() {
        let whole = complete(request("POST", "https://Example.test/a b?q=1#f", "æ"));
        assert_eq!(whole.url, "https://example.test/a%20b?q=1");
        let names: Vec<_> = whole
            .headers
            .0
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "Host",
                "Content-Type",
                "Accept",
                "Accept-Encoding",
                "User-Agent",
                "Content-Length"
            ]
        );
        assert_eq!(whole.headers.get("host"), Some("example.test"));
        assert_eq!(whole.headers.get("content-length"), Some("2"));
        assert_eq!(complete(whole.clone()), whole);
        assert_eq!(
            complete(request("GET", "http://127.0.0.1:80/", ""))
                .headers
                .get("content-length"),
            None
        );
    }

    #[test]
    fn the_loopback_is_known_by_every_name() {
        let is = |address: &str| is_loopback(&Url::parse(address).unwrap());
        for here in [
            "http://localhost:1/",
            "http://LOCALHOST./",
            "http://127.9.9.9/",
            "http://[::1]:8/",
            "http://2130706433/",
        ] {
            assert!(is(here), "{here}");
        }
        for elsewhere in [
            "http://localhost.example/",
            "http://128.0.0.1/",
            "http://[::2]/",
            "http://127.0.0.1.example/",
        ] {
            assert!(!is(elsewhere), "{elsewhere}");
        }
    }
}
