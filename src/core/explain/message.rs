//! Reads raw HTTP messages as people paste them: a request, an answer, or one after the other.

use crate::core::wire::{Body, Headers, Request, Response};

/// Methods that a request line may begin with.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

/// Request and answer in a text; `None` when there is neither.
pub(super) fn read(text: &str) -> Option<(Option<Request>, Option<Response>)> {
    let answer_at = line_that(text, |line| status_line(line).is_some());
    let (before, answer) = match answer_at {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    // The sign in front of the status line is curl's.
    let before = before.trim_end_matches(['<', ' ']);
    let request_at = line_that(before, |line| request_line(line).is_some());
    if let (Some(at), None) = (request_at, answer_at)
        && let Some((asked, answered)) = loosely(&before[at..])
    {
        return Some((request(asked), Some(answered)));
    }
    let request = request_at.and_then(|at| request(&before[at..]));
    let response = answer.and_then(response);
    (request.is_some() || response.is_some()).then_some((request, response))
}

/// A text of several requests, each with what stands below it; what stands above the first is the first's.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut begins = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(['<', '>', '*', ' ']);
        if request_line(bare.trim_end()).is_some() {
            begins.push(at);
        }
        at += line.len();
    }
    let ends = begins.iter().skip(1).copied().chain([text.len()]);
    let begins = [0].into_iter().chain(begins.iter().skip(1).copied());
    begins.zip(ends).map(|(from, to)| &text[from..to]).collect()
}

/// Where the first such line begins.
fn line_that(text: &str, is_it: impl Fn(&str) -> bool) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(['<', '>', '*', ' ']);
        if is_it(bare.trim_end()) {
            return Some(at + (line.len() - bare.len()));
        }
        at += line.len();
    }
    None
}

/// Words that people and programs put before the status of an answer.
const BEFORE_STATUS: [&str; 7] = [
    "status code",
    "statuscode",
    "status",
    "response",
    "svar",
    "=>",
    "->",
];

/// A request, and below it an answer whose status stands without a version: `403 Forbidden`, `Status: 403`,
/// `=> 400 {…}`.
fn loosely(text: &str) -> Option<(&str, Response)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = at;
        at += line.len();
        if begins == 0 {
            continue;
        }
        let Some((status, reason)) = loose_status(line) else {
            continue;
        };
        let rest = &text[begins..];
        let body = rest.find(['{', '[', '<']).map_or("", |json| &rest[json..]);
        let response = Response {
            status,
            reason,
            version: String::new(),
            headers: Headers::default(),
            body: Body::text(body_in(body).trim_end()),
            cut: None,
        };
        return Some((&text[..begins], response));
    }
    None
}

/// Status and reason of a line that begins with them, whatever word stands before.
fn loose_status(line: &str) -> Option<(u16, String)> {
    let mut rest = line.trim();
    for word in BEFORE_STATUS {
        let begins = rest.get(..word.len());
        if begins.is_some_and(|begins| begins.eq_ignore_ascii_case(word)) {
            rest = rest[word.len()..].trim_start_matches([':', ' ', '=']);
        }
    }
    let digits = rest.get(..3)?;
    let status: u16 = digits.parse().ok().filter(|it| (200..600).contains(it))?;
    let behind = &rest[3..];
    let reason = behind.split('{').next().unwrap_or_default().trim();
    let is_reason = reason.len() < 40
        && reason
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || " -'()".contains(letter));
    (behind.is_empty() || behind.starts_with([' ', ':'])).then_some(())?;
    is_reason.then(|| (status, reason.to_owned()))
}

/// What is the body of what stands below a head: without what curl says in between, and, where it is JSON, no
/// further than that goes.
pub(super) fn body_in(text: &str) -> String {
    let talk = |line: &str| {
        line.starts_with("* ")
            || (line.starts_with("{ [") || line.starts_with("} [")) && line.contains(" bytes data]")
    };
    let kept: Vec<&str> = text.lines().filter(|line| !talk(line)).collect();
    let body = kept.join("\n");
    let begun = body.trim_start();
    if !begun.starts_with(['{', '[']) {
        return body;
    }
    let mut values = serde_json::Deserializer::from_str(begun).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(_)) => begun[..values.byte_offset()].to_owned(),
        _ => body,
    }
}

/// Method and target of `POST /connect/token HTTP/1.1`, or of the same with a whole address and no version.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    let method = words.next().filter(|word| METHODS.contains(word))?;
    let target = words.next()?;
    let version = words.next();
    let whole = target.starts_with("http://") || target.starts_with("https://");
    let versioned = version.is_some_and(|word| word.starts_with("HTTP/"));
    (versioned || whole && version.is_none()).then_some((method, target))
}

/// Version, status and reason of `HTTP/1.1 400 Bad Request`.
fn status_line(line: &str) -> Option<(&str, u16, &str)> {
    let (version, rest) = line
        .split_once(' ')
        .filter(|(it, _)| it.starts_with("HTTP/"))?;
    let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = status.parse().ok().filter(|it| (100..600).contains(it))?;
    Some((version, status, reason))
}

/// Header fields up to the empty line, and what stands behind it.
fn fields(text: &str) -> (Headers, &str) {
    let mut headers = Headers::default();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.trim_end().trim_start_matches(['<', '>', ' ']);
        if line.is_empty() {
            return (headers, behind);
        }
        if line.starts_with("* ") {
            rest = behind;
            continue;
        }
        let Some((name, value)) = line.split_once(':').filter(|(name, _)| is_name(name)) else {
            return (headers, rest);
        };
        headers.push(name, value.trim());
        rest = behind;
    }
    (headers, rest)
}

/// Whether a text can be the name of a header field.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// A request.
fn request(text: &str) -> Option<Request> {
    let (line, behind) = text.split_once('\n').unwrap_or((text, ""));
    let (method, target) = request_line(line.trim_end())?;
    let (headers, body) = fields(behind);
    // A file of requests has `###` between them.
    let body = body.split_once("\n###").map_or(body, |(body, _)| body);
    let body = body_in(body);
    let url = if target.contains("://") {
        target.to_owned()
    } else {
        let host = headers.get("host").unwrap_or("localhost");
        let local = host.starts_with("localhost") || host.starts_with("127.");
        let scheme = if local { "http" } else { "https" };
        format!("{scheme}://{host}{target}")
    };
    Some(Request {
        method: method.to_owned(),
        url,
        headers,
        body: Body::text(body.trim_end()),
    })
}

/// An answer.
fn response(text: &str) -> Option<Response> {
    let (line, behind) = text.split_once('\n').unwrap_or((text, ""));
    let (version, status, reason) = status_line(line.trim_end())?;
    let (headers, body) = fields(behind);
    let body = body_in(body);
    Some(Response {
        status,
        reason: reason.to_owned(),
        version: version.to_owned(),
        headers,
        body: Body::text(body.trim_end()),
        cut: None,
    })
}

/// The request of an access-log line: in quotes as nginx and Apache write it, `"GET /callback?code=…
/// HTTP/1.1"`, or in columns as IIS does, `GET /callback code=… 443`.
pub(super) fn logged(text: &str) -> Option<Request> {
    let quoted = text.split('"').find_map(|piece| {
        let (method, target) = request_line(piece)?;
        Some((method, target.to_owned()))
    });
    let (method, target) = quoted.or_else(|| in_columns(text))?;
    // Only the provider itself has such a path in its log.
    let host = if target.starts_with("/connect/") {
        "https://connect.visma.com"
    } else {
        "http://localhost"
    };
    Some(Request {
        method: method.to_owned(),
        url: format!("{host}{target}"),
        headers: Headers::default(),
        body: Body::default(),
    })
}

/// Method, path and query in three columns (W3C extended log format).
fn in_columns(text: &str) -> Option<(&str, String)> {
    text.lines().find_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        words.windows(3).find_map(|columns| {
            let [method, path, query] = columns else {
                return None;
            };
            let is_one = METHODS.contains(method) && path.starts_with('/') && query.contains('=');
            is_one.then(|| (*method, format!("{path}?{query}")))
        })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn request_and_answer_are_read_in_one_go() {
        let text = "> POST /connect/token HTTP/1.1\n> Host: connect.visma.com\n>\n< HTTP/1.1 400 Bad Request\n< content-type: application/json\n\n{\"error\":\"invalid_grant\"}";
        let (request, response) = read(text).unwrap();
        assert_eq!(
            request.unwrap().url,
            "https://connect.visma.com/connect/token"
        );
        let response = response.unwrap();
        assert_eq!(response.status, 400);
        assert_eq!(response.headers.media_type(), "application/json");
        assert_eq!(response.body.to_text(), "{\"error\":\"invalid_grant\"}");
    }

    #[test]
    fn a_log_line_holds_its_request() {
        let line = r#"127.0.0.1 - - [x] "GET /callback?code=c HTTP/1.1" 200 5 "-" "Mozilla/5.0""#;
        assert_eq!(
            logged(line).unwrap().url,
            "http://localhost/callback?code=c"
        );
        assert!(logged("\"GET lost\"").is_none());
        let line = "2026-11-23 10:41:22 10.0.0.5 GET /cb error=access_denied&state=s 443 - 200";
        assert_eq!(
            logged(line).unwrap().url,
            "http://localhost/cb?error=access_denied&state=s"
        );
    }
}
