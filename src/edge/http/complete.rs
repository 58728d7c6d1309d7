//! Makes a request whole: the header fields that HTTP needs are added before it is recorded, so that
//! the record shows what is sent and no library adds a line unseen.

use crate::core::wire::Request;
use url::Url;

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

#[cfg(test)]
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
}
