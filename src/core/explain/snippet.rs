//! Reads requests as code: `fetch(…)` and PowerShell as browsers copy them, and exports of Postman.

use crate::core::wire::{Body, Headers, Request};
use serde_json::Value;

/// The request of a snippet.
pub(super) fn read(text: &str) -> Option<Request> {
    fetch(text)
        .or_else(|| powershell(text))
        .or_else(|| python(text))
}

/// A request of these parts. A body has the type that is said, or the usual one.
fn request(
    method: Option<String>,
    url: String,
    mut headers: Headers,
    body: Option<String>,
    usual: &str,
) -> Option<Request> {
    if !url.starts_with("http") {
        return None;
    }
    if body.is_some() && headers.get("content-type").is_none() && !usual.is_empty() {
        headers.push("Content-Type", usual);
    }
    let by_body = if body.is_some() { "POST" } else { "GET" };
    Some(Request {
        method: method.map_or_else(|| by_body.to_owned(), |method| method.to_ascii_uppercase()),
        url,
        headers,
        body: body.map_or_else(Body::default, |body| Body::text(&body)),
    })
}

/// The literal that a text begins with, in any quotes; `escape` is what makes a quote part of it. Then what
/// stands behind.
fn literal(text: &str, escape: char) -> Option<(String, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|quote| "\"'`".contains(*quote))?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((value, &text[at + quote.len_utf8()..]));
        }
        if letter != escape || escape == '`' && quote == '\'' {
            value.push(letter);
            continue;
        }
        match letters.next()?.1 {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            other => value.push(other),
        }
    }
    None
}

/// What stands behind a name and its colon or equals sign, with or without quotes around the name.
fn behind<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.match_indices(name).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let alone = before.is_none_or(|before| !before.is_alphanumeric() && before != '-');
        let rest = text[at + name.len()..].trim_start_matches(['"', '\'']);
        let rest = rest.trim_start().strip_prefix([':', '='])?;
        alone.then(|| rest.trim_start())
    })
}

/// The pairs of an object of literals: `{ "name": "value", … }` or `@{ "name"="value"; … }`.
fn pairs(text: &str, escape: char) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = text
        .trim_start_matches('@')
        .trim_start()
        .trim_start_matches('{');
    loop {
        rest =
            rest.trim_start_matches(|letter: char| letter.is_whitespace() || ",;".contains(letter));
        let name = if let Some((name, behind)) = literal(rest, escape) {
            rest = behind;
            name
        } else {
            let end = rest
                .find(|letter: char| !letter.is_alphanumeric() && !"_-".contains(letter))
                .unwrap_or(rest.len());
            let name = &rest[..end];
            rest = &rest[end..];
            name.to_owned()
        };
        let Some(behind) = rest.trim_start().strip_prefix([':', '=']) else {
            return found;
        };
        let Some((value, behind)) = literal(behind.trim_start(), escape) else {
            return found;
        };
        rest = behind;
        if !name.is_empty() {
            found.push((name, value));
        }
    }
}

/// Pairs as a form.
fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Pairs as JSON.
fn json(pairs: &[(String, String)]) -> String {
    let object = pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(object.collect()).to_string()
}

/// `fetch("…", { … })` of JavaScript, and calls of axios that read alike.
fn fetch(text: &str) -> Option<Request> {
    let at = ["fetch(", "axios.post(", "axios.get(", "axios("]
        .iter()
        .find_map(|call| text.find(call).map(|at| at + call.len()))?;
    let call = text[at..].trim_start();
    let (url, options) = match literal(call, '\\') {
        Some(found) => found,
        None => (literal(behind(call, "url")?, '\\')?.0, call),
    };
    let mut headers = Headers::default();
    if let Some(object) = behind(options, "headers") {
        for (name, value) in pairs(object, '\\') {
            headers.push(&name, value);
        }
    }
    let mut usual = "text/plain;charset=UTF-8";
    let body = behind(options, "body").or_else(|| behind(options, "data"));
    let body = body.and_then(|body| {
        if let Some((body, _)) = literal(body, '\\') {
            return Some(body);
        }
        let (made, object) = body.split_once('(')?;
        let pairs = pairs(object.trim_start(), '\\');
        if made.contains("URLSearchParams") {
            usual = "application/x-www-form-urlencoded";
            return Some(form(&pairs));
        }
        made.contains("JSON.stringify").then(|| json(&pairs))
    });
    let method = behind(options, "method").and_then(|method| literal(method, '\\'));
    let method = method.map(|(method, _)| method);
    request(method, url, headers, body, usual)
}

/// What stands behind an option of PowerShell, compared without case.
fn option<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lower = text.to_ascii_lowercase();
    let at = lower.find(&format!("{name} "))?;
    Some(text[at + name.len()..].trim_start())
}

/// The value of an option: a literal or a bare word.
fn value(text: &str) -> Option<String> {
    literal(text, '`').map(|(value, _)| value).or_else(|| {
        let word = text.split_whitespace().next()?;
        (!word.starts_with(['$', '@', '('])).then(|| word.to_owned())
    })
}

/// `Invoke-WebRequest` and `Invoke-RestMethod`.
fn powershell(text: &str) -> Option<Request> {
    let lower = text.to_ascii_lowercase();
    let at = ["invoke-webrequest", "invoke-restmethod"]
        .iter()
        .find_map(|command| lower.find(command))?;
    let command = text[at..].replace("`\r\n", " ").replace("`\n", " ");
    let url = value(option(&command, "-uri")?)?;
    let mut headers = Headers::default();
    if let Some(table) = option(&command, "-headers") {
        for (name, value) in pairs(table, '`') {
            headers.push(&name, value);
        }
    }
    if let Some(media) = option(&command, "-contenttype").and_then(value) {
        headers.push("Content-Type", media);
    }
    let body = option(&command, "-body").and_then(|body| {
        if body.starts_with('@') {
            return Some(form(&pairs(body, '`')));
        }
        value(body)
    });
    let method = option(&command, "-method").and_then(value);
    let usual = "application/x-www-form-urlencoded";
    request(method, url, headers, body, usual)
}

/// Calls of Python's requests and httpx, and their methods.
const PYTHON: [(&str, &str); 4] = [
    ("requests.post(", "POST"),
    ("requests.get(", "GET"),
    ("httpx.post(", "POST"),
    ("httpx.get(", "GET"),
];

/// `requests.post("…", data={…})` of Python. One whose fields are not all written out is none: what its variables
/// held is not known.
fn python(text: &str) -> Option<Request> {
    let (at, method) = PYTHON
        .iter()
        .find_map(|(call, method)| text.find(call).map(|at| (at + call.len(), *method)))?;
    let begins = text[at..].trim_start().trim_start_matches("url=");
    let (url, rest) = literal(begins, '\\')?;
    let written = |name: &str| -> Option<Option<Vec<(String, String)>>> {
        let Some(object) = behind(rest, name) else {
            return Some(None);
        };
        let (inside, _) = object.strip_prefix('{')?.split_once('}')?;
        let wanted = inside.split(',').filter(|part| !part.trim().is_empty());
        let found = pairs(object, '\\');
        (found.len() == wanted.count()).then_some(Some(found))
    };
    let (data, object) = (written("data")?, written("json")?);
    let mut headers = Headers::default();
    for (name, value) in written("headers")?.unwrap_or_default() {
        headers.push(&name, value);
    }
    let usual = match object {
        Some(_) => "application/json",
        None => "application/x-www-form-urlencoded",
    };
    let body = object.map(|pairs| json(&pairs));
    let body = body.or_else(|| data.map(|pairs| form(&pairs)));
    request(Some(method.to_owned()), url, headers, body, usual)
}

/// The requests of an export of Postman, in its order.
pub(super) fn postman(value: &Value) -> Vec<Request> {
    let mut found = Vec::new();
    if let Some(made) = value.get("request").and_then(postman_request) {
        found.push(made);
    } else if let Some(made) = postman_request(value) {
        found.push(made);
    }
    if let Some(items) = value.get("item").and_then(Value::as_array) {
        found.extend(items.iter().flat_map(postman));
    }
    found
}

/// One request of an export.
fn postman_request(value: &Value) -> Option<Request> {
    let url = value.get("url")?;
    let url = url.get("raw").unwrap_or(url).as_str()?.to_owned();
    let method = value.get("method")?.as_str()?.to_owned();
    let list = |value: Option<&Value>| -> Vec<(String, String)> {
        let rows = value.and_then(Value::as_array);
        let text = |row: &Value, name: &str| row.get(name)?.as_str().map(str::to_owned);
        rows.into_iter()
            .flatten()
            .filter_map(|row| Some((text(row, "key")?, text(row, "value").unwrap_or_default())))
            .collect()
    };
    let mut headers = Headers::default();
    for (name, value) in list(value.get("header")) {
        headers.push(&name, value);
    }
    let body = value.get("body").filter(|body| !body.is_null());
    let mode = body.and_then(|body| body.get("mode")?.as_str());
    let (body, usual) = match (mode, body) {
        (Some("urlencoded"), Some(body)) => (
            Some(form(&list(body.get("urlencoded")))),
            "application/x-www-form-urlencoded",
        ),
        (Some("formdata"), Some(body)) => (
            Some(form(&list(body.get("formdata")))),
            "multipart/form-data",
        ),
        (Some("raw"), Some(body)) => {
            let language = body.pointer("/options/raw/language");
            let is_json = language.and_then(Value::as_str) == Some("json");
            let usual = if is_json {
                "application/json"
            } else {
                "text/plain"
            };
            (
                body.get("raw").and_then(Value::as_str).map(str::to_owned),
                usual,
            )
        }
        _ => (None, ""),
    };
    request(Some(method), url, headers, body, usual)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;

    #[test]
    fn code_in_every_way_says_the_same() {
        for text in [
            "fetch(\"https://a.example/token\", {\n \"headers\": {\n  \"content-type\": \"application/x-www-form-urlencoded\"\n },\n \"body\": \"a=1&b=it%27s\",\n \"method\": \"POST\"\n});",
            "await fetch('https://a.example/token', { method: 'post', body: new URLSearchParams({ a: '1', b: 'it\\'s' }) })",
            "Invoke-WebRequest -UseBasicParsing -Uri \"https://a.example/token\" `\n-Method \"POST\" `\n-ContentType \"application/x-www-form-urlencoded\" `\n-Body \"a=1&b=it%27s\"",
            "irm; Invoke-RestMethod -method Post -uri https://a.example/token -body @{ a='1'; b=\"it's\" }",
        ] {
            let request = read(text).unwrap();
            assert_eq!(request.method, "POST", "{text}");
            assert_eq!(request.url, "https://a.example/token", "{text}");
            assert_eq!(request.body.to_text(), "a=1&b=it%27s", "{text}");
            let media = request.headers.media_type();
            assert_eq!(media, "application/x-www-form-urlencoded", "{text}");
        }
        assert!(read("we fetch(ed) it").is_none());
        assert!(read("Invoke-WebRequest -Uri $uri").is_none());
    }

    #[test]
    fn a_call_of_python_is_read_when_all_of_it_is_written_out() {
        let whole =
            "requests.post('https://a.example/token', data={'grant_type': 'x', \"code\": 'c'})";
        let request = read(whole).unwrap();
        assert_eq!(request.body.to_text(), "grant_type=x&code=c");
        assert_eq!(
            request.headers.media_type(),
            "application/x-www-form-urlencoded"
        );
        let json =
            "requests.post(\"https://a.example/token\", json={'code': 'c'}, headers={'X-A': 'b'})";
        let request = read(json).unwrap();
        assert_eq!(request.body.to_text(), "{\"code\":\"c\"}");
        assert_eq!(request.headers.get("x-a"), Some("b"));
        let with_variables = "requests.post('https://a.example/token', data={'code': code})";
        assert!(read(with_variables).is_none(), "what it held is not known");
    }
}
