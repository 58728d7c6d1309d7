//! Recognises what a text is. The first that fits counts; the most telling come first.

use super::clean::{Note, clean};
use super::{Item, archive, curl, message};
use crate::core::diagnose::{error_id, has_page_words};
use crate::core::oauth::callback::Arrival;
use crate::core::secret::Secret;
use crate::core::wire::{Body, Headers, Request, Response};
use serde_json::Value;

/// What a text holds, whether it is a HAR file, and what had to be undone; `None` when nothing in it is
/// recognised.
pub(super) fn items(text: &str) -> Option<(Vec<Item>, bool, Vec<Note>)> {
    let raw = text.trim_start_matches('\u{feff}').trim();
    if raw.starts_with('{')
        && let Some(archive) = archive::read(raw, telling)
    {
        let notes = match archive.passed_over {
            0 => Vec::new(),
            _ => vec![Note::Cut],
        };
        return (!archive.items.is_empty()).then_some((archive.items, true, notes));
    }
    if let Some(beginning) = beginning(raw) {
        let (items, archive, mut notes) = items(beginning)?;
        notes.push(Note::Cut);
        return Some((items, archive, notes));
    }
    if raw.starts_with('{')
        && let Ok(value) = serde_json::from_str::<Value>(raw)
        && let Some(item) = json(&value, raw)
    {
        return Some((vec![item], false, Vec::new()));
    }
    if let Some((request, response)) = message::read(raw) {
        let item = pair(request, response)?;
        return Some((vec![item], false, Vec::new()));
    }
    if let Some(request) = curl::read(raw) {
        return Some((vec![pair(Some(request), None)?], false, Vec::new()));
    }
    let (text, notes) = clean(raw);
    let item = in_prose(&text)?;
    Some((vec![item], false, notes))
}

/// Largest text that is read whole, in bytes: 4 MiB, as on the screen. A HAR file may be larger.
const LARGEST: usize = 4 * 1024 * 1024;

/// The beginning of a text that is too large to be read whole, up to the end of a line where there is one.
fn beginning(text: &str) -> Option<&str> {
    if text.len() <= LARGEST {
        return None;
    }
    let begun = &text[..text.floor_char_boundary(LARGEST)];
    Some(begun.rsplit_once('\n').map_or(begun, |(lines, _)| lines))
}

/// What a cleaned text holds.
fn in_prose(text: &str) -> Option<Item> {
    if let Some(request) = message::logged(text) {
        return pair(Some(request), None);
    }
    if let Some(item) = error_words(text) {
        return Some(item);
    }
    if let Some(item) = error_object(text) {
        return Some(item);
    }
    if let Some(token) = jwt(text) {
        return Some(token);
    }
    if let Some(item) = addresses(text).into_iter().find_map(address) {
        return Some(item);
    }
    fields(text).or_else(|| opaque(text))
}

/// What an entry of a HAR tells of the flow; most tell nothing.
fn telling(request: Request, response: Option<Response>) -> Option<Item> {
    match pair(Some(request), response)? {
        Item::Call(Some(request), response) => {
            let about_an_api = request.headers.get("authorization").is_some()
                || request.url.starts_with("https://api.dinero.dk/");
            about_an_api.then_some(Item::Call(Some(request), response))
        }
        item => Some(item),
    }
}

/// What a request and its answer are about.
fn pair(request: Option<Request>, response: Option<Response>) -> Option<Item> {
    let Some(request) = request else {
        return response.map(answer);
    };
    let (front, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let path = front.trim_end_matches('/').to_owned();
    let body = request.body.to_text().into_owned();
    let posts_a_grant = has_field(&body, "grant_type") || body.contains("\"grant_type\"");
    if posts_a_grant || path.ends_with("/token") {
        if body.trim_start().starts_with('{') && body.contains("\"access_token\"") {
            let answer = of_status(200, &body);
            return Some(Item::Exchange(None, response.or(Some(answer))));
        }
        return Some(Item::Exchange(Some(request), response));
    }
    if error_id(&request.url).is_some() {
        return Some(Item::ErrorPage(request.url));
    }
    if is_link(&path, query) {
        return Some(Item::Link(request.url.clone()));
    }
    let is_form = request.headers.media_type() == "application/x-www-form-urlencoded";
    if request.method == "POST" && is_form && is_answer(&body) {
        return Some(Item::Answer {
            place: front.to_owned(),
            fields: body,
            arrival: Arrival::FormPost,
        });
    }
    if request.method == "GET" && is_answer(query) {
        return Some(Item::Answer {
            place: front.to_owned(),
            fields: query.to_owned(),
            arrival: Arrival::Query,
        });
    }
    Some(Item::Call(Some(request), response))
}

/// Whether form-encoded text has a field.
fn has_field(fields: &str, name: &str) -> bool {
    form_urlencoded::parse(fields.as_bytes()).any(|(key, _)| key == name)
}

/// Whether an address is an authorize link.
fn is_link(path: &str, query: &str) -> bool {
    let named = ["response_type", "redirect_uri", "client_id"]
        .iter()
        .filter(|name| has_field(query, name))
        .count();
    named >= 2 || path.ends_with("/authorize") && named >= 1
}

/// Whether fields are those of an answer at a redirect URI.
fn is_answer(fields: &str) -> bool {
    let has = |name: &str| has_field(fields, name);
    (has("code") || has("error") || has("access_token") || has("id_token"))
        && (has("state") || has("session_state") || has("iss") || has("scope") || has("error"))
        && !has("grant_type")
}

/// What an answer without its request is. One that sends the browser on is what it sends it to.
fn answer(response: Response) -> Item {
    let sent_on = response
        .headers
        .get("location")
        .filter(|_| (300..400).contains(&response.status))
        .and_then(address);
    if let Some(item) = sent_on {
        return item;
    }
    let body = response.body.to_text();
    let value: Option<Value> = serde_json::from_str(body.trim()).ok();
    let has = |name: &str| {
        value
            .as_ref()
            .is_some_and(|value| value.get(name).is_some())
    };
    let says_error = value
        .as_ref()
        .and_then(|value| value.get("error"))
        .is_some_and(Value::is_string);
    let challenge = response.headers.get("www-authenticate").unwrap_or_default();
    let of_a_token_endpoint = has("access_token")
        || says_error && !challenge.starts_with("Bearer")
        || response.status == 200 && response.headers.media_type() == "text/html";
    drop(body);
    if of_a_token_endpoint {
        Item::Exchange(None, Some(response))
    } else {
        Item::Call(None, Some(response))
    }
}

/// An answer made of its body alone.
fn of_status(status: u16, body: &str) -> Response {
    let mut headers = Headers::default();
    headers.push("Content-Type", "application/json");
    Response {
        status,
        reason: String::new(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::text(body),
        cut: None,
    }
}

/// A JSON object that stands alone.
fn json(value: &Value, text: &str) -> Option<Item> {
    if value.get("access_token").is_some() {
        return Some(Item::Exchange(None, Some(of_status(200, text))));
    }
    if value.get("error").is_some_and(Value::is_string) {
        return Some(Item::Exchange(None, Some(of_status(400, text))));
    }
    let names = ["code", "message", "validationerrors", "errormessagelist"];
    let object = value.as_object()?;
    let known = object
        .keys()
        .filter(|key| names.contains(&key.to_ascii_lowercase().as_str()))
        .count();
    (known >= 2).then(|| Item::Call(None, Some(of_status(400, text))))
}

/// An OAuth error that a program printed: JSON, or the like with single quotes, inside other text.
fn error_object(text: &str) -> Option<Item> {
    let at = ["{\"error\"", "{'error'", "{ \"error\""]
        .iter()
        .find_map(|begin| text.find(begin))?;
    let end = at + text[at..].find('}')? + 1;
    let object = text[at..end].replace('\'', "\"");
    let value: Value = serde_json::from_str(&object).ok()?;
    json(&value, &object)
}

/// What a person copied from the error page.
fn error_words(text: &str) -> Option<Item> {
    has_page_words(text).then(|| Item::ErrorPage(text.to_owned()))
}

/// The characters of a JWT.
fn of_a_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_.".contains(letter)
}

/// A JWT, whole or cut, that stands alone or behind `Bearer`.
fn jwt(text: &str) -> Option<Item> {
    let word = text
        .split_whitespace()
        .find(|word| word.starts_with("eyJ"))?;
    let token: String = word.chars().take_while(|it| of_a_token(*it)).collect();
    let around = text.len() - token.len();
    (token.len() >= 40 && around < 200 && !text.contains("://"))
        .then(|| Item::Token(Secret::new(token)))
}

/// Every address in a text, without the marks around it.
fn addresses(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let behind = &rest[at..];
        if behind.starts_with("http://") || behind.starts_with("https://") {
            let end = end_of_address(behind);
            found.push(without_marks(&behind[..end]));
            rest = &behind[end..];
        } else {
            rest = &behind["http".len()..];
        }
    }
    if found.is_empty() {
        let words = text.split_whitespace();
        found.extend(
            words.filter(|word| word.contains('?') && word.contains('=') && word.contains('/')),
        );
    }
    found
}

/// Where an address ends. A placeholder in angle brackets, as a value, is a part of it.
fn end_of_address(text: &str) -> usize {
    let (mut before, mut placeholder) = (' ', false);
    for (at, letter) in text.char_indices() {
        placeholder |= letter == '<' && before == '=';
        let is_of_placeholder = placeholder && "<>".contains(letter);
        if !is_of_placeholder && (letter.is_whitespace() || "<>\"'`|«»“”„‘’".contains(letter))
        {
            return at;
        }
        before = letter;
    }
    text.len()
}

/// An address without what a sentence, Markdown or code puts behind it.
fn without_marks(address: &str) -> &str {
    let mut bare = address;
    loop {
        let mut shorter = bare.trim_end_matches([',', ';', '.', ':', '!', '*', '#', ')']);
        for (opens, closes) in [('{', '}'), ('[', ']')] {
            if !shorter.contains(opens) {
                shorter = shorter.trim_end_matches(closes);
            }
        }
        if shorter.len() == bare.len() {
            return bare;
        }
        bare = shorter;
    }
}

/// What an address is.
fn address(address: &str) -> Option<Item> {
    if error_id(address).is_some() {
        return Some(Item::ErrorPage(address.to_owned()));
    }
    let (front, rest) = address.split_once(['?', '#']).unwrap_or((address, ""));
    let (query, fragment) = match address.split_once('#') {
        Some((before, fragment)) => (
            before.split_once('?').map_or("", |(_, query)| query),
            fragment,
        ),
        None => (rest, ""),
    };
    let behind_redirect = address.split_once("redirect_uri=").is_some();
    let whole_query = if behind_redirect { rest } else { query };
    if is_link(front.trim_end_matches('/'), whole_query) {
        return Some(Item::Link(address.to_owned()));
    }
    if is_answer(query) {
        return Some(Item::Answer {
            place: front.to_owned(),
            fields: query.to_owned(),
            arrival: Arrival::Query,
        });
    }
    if is_answer(fragment) {
        return Some(Item::Answer {
            place: front.to_owned(),
            fields: fragment.to_owned(),
            arrival: Arrival::Query,
        });
    }
    let bare = query.is_empty() && fragment.is_empty();
    let like_a_callback = front.ends_with("/callback") || front.ends_with("/cb");
    (bare && like_a_callback).then(|| Item::Answer {
        place: front.to_owned(),
        fields: String::new(),
        arrival: Arrival::Query,
    })
}

/// A form body that stands alone.
fn fields(text: &str) -> Option<Item> {
    let text = text.trim().trim_start_matches('?');
    if text.contains(char::is_whitespace) {
        return None;
    }
    if is_answer(text) {
        return Some(Item::Answer {
            place: String::new(),
            fields: text.to_owned(),
            arrival: Arrival::FormPost,
        });
    }
    has_field(text, "grant_type").then(|| {
        let mut headers = Headers::default();
        headers.push("Content-Type", "application/x-www-form-urlencoded");
        let request = Request {
            method: "POST".to_owned(),
            url: "https://connect.visma.com/connect/token".to_owned(),
            headers,
            body: Body::text(text),
        };
        Item::Exchange(Some(request), None)
    })
}

/// Shortest word that is taken for a token.
const SHORTEST_TOKEN: usize = 32;

/// A single word that could be a token or a code.
fn opaque(text: &str) -> Option<Item> {
    let token = text.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token);
    (token.len() >= SHORTEST_TOKEN && token.len() <= 4096 && token.chars().all(of_a_token))
        .then(|| Item::Opaque(Secret::new(token)))
}
