//! Recognises what a text is. The first that fits counts; the most telling come first.

use super::below::answer_below;
use super::clean::{Note, clean};
use super::{Item, archive, curl, devtools, message, printed, snippet};
use crate::core::diagnose::{error_id, has_page_words, pasted_page};
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
    if raw.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(raw)
    {
        if let Some(item) = printed::json(&value, raw) {
            return Some((vec![item], false, Vec::new()));
        }
        let mut requests = snippet::postman(&value).into_iter();
        if let Some(item) = requests.find_map(|made| pair(Some(made), None)) {
            return Some((vec![item], false, Vec::new()));
        }
    }
    let mut items = all_messages(raw);
    if !items.is_empty() {
        items.extend(link_beside(raw, &items));
        return Some((items, false, Vec::new()));
    }
    let (text, notes) = clean(raw);
    let items = in_prose(&text)?;
    Some((items, false, notes))
}

/// Most messages that are read of one text.
const MOST_MESSAGES: usize = 16;

/// Every request of a text that has several, with their answers; else the one there is.
fn all_messages(text: &str) -> Vec<Item> {
    let pieces = message::pieces(text);
    if pieces.len() < 2 {
        return messages(text).into_iter().collect();
    }
    let pieces = pieces.into_iter().take(MOST_MESSAGES);
    pieces.filter_map(messages).collect()
}

/// A request, its answer, or both, written out.
fn messages(text: &str) -> Option<Item> {
    if let Some((request, status)) = devtools::read(text) {
        let known = status.filter(|status| *status > 400 && !request.url.ends_with("/token"));
        let shown = known.map(|status| printed::of_status(status, "", ""));
        return pair(Some(request), answer_below(text).or(shown));
    }
    if let Some((request, response)) = message::read(text) {
        let begun = text.find("\nHTTP/").map_or(text, |at| &text[..at]);
        // With `-v` curl shows what it sends, but not the body: that stands in the command.
        let request = match request {
            Some(request) if request.method != "POST" || !request.body.0.is_empty() => {
                Some(request)
            }
            request => command(begun).or(request),
        };
        let request = request.filter(|request| !is_untold(request, response.as_ref()));
        return pair(request, response);
    }
    let request = command(text)?;
    pair(Some(request), answer_below(text))
}

/// Whether a request to the token endpoint was sent with fields that the text does not show: of such a request
/// nothing can be missed.
fn is_untold(request: &Request, response: Option<&Response>) -> bool {
    let length = request.headers.get("content-length").unwrap_or_default();
    let has_sent = length.parse::<u64>().is_ok_and(|length| length > 0)
        || response.is_some_and(|response| response.status == 200);
    has_sent && request.body.0.is_empty() && request.url.ends_with("/token")
}

/// The request that a command or a snippet of code makes.
fn command(text: &str) -> Option<Request> {
    curl::read(text).or_else(|| snippet::read(text))
}

/// The link of the same run, pasted along with a token request or its answer.
fn link_beside(text: &str, items: &[Item]) -> Option<Item> {
    let is_link = |item: &Item| matches!(item, Item::Link(_));
    let beside = matches!(items.first(), Some(Item::Exchange(..))) && !items.iter().any(is_link);
    let (plain, _) = beside.then(|| clean(text))?;
    addresses(&plain)
        .into_iter()
        .filter_map(address)
        .find(|item| matches!(item, Item::Link(_)))
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
fn in_prose(text: &str) -> Option<Vec<Item>> {
    if let Some(request) = message::logged(text) {
        return pair(Some(request), None).map(|item| vec![item]);
    }
    let mut told: Vec<Item> = Vec::new();
    for item in addresses(text).into_iter().filter_map(address) {
        if is_telling(&item) && !told.iter().any(|known| known.kind() == item.kind()) {
            told.push(item);
        }
    }
    let link = told.iter().position(|item| matches!(item, Item::Link(_)));
    let printed = page(text, link.is_some())
        .or_else(|| printed::failed_call(text))
        .or_else(|| printed::object(text))
        .or_else(|| fields(&devtools::form_data(text)?))
        .or_else(|| told.is_empty().then(|| printed::words(text))?)
        .or_else(|| jwt(text));
    if let Some(item) = printed {
        // An error page says less than the link that led there.
        return Some(match link.map(|at| told.swap_remove(at)) {
            Some(link) if matches!(item, Item::ErrorPage(_)) => vec![link, item],
            Some(link) if matches!(item, Item::Exchange(..)) => vec![item, link],
            _ => vec![item],
        });
    }
    if !told.is_empty() {
        return Some(told);
    }
    // In code that names it, the redirect URI was not what a browser showed.
    let is_code = text.contains("redirect_uri") || text.contains("grant_type");
    addresses(text)
        .into_iter()
        .filter_map(address)
        .find(|item| is_telling(item) || !is_code)
        .or_else(|| fields(text))
        .or_else(|| opaque(text))
        .or_else(|| jwt_anywhere(text))
        .or_else(|| bare_page(text))
        .map(|item| vec![item])
}

/// Whether an address tells more than that there is one.
fn is_telling(item: &Item) -> bool {
    !matches!(item, Item::Answer { fields, .. } if fields.is_empty())
}

/// The address of a call of Dinero in a text.
pub(super) fn address_of_an_api(text: &str) -> Option<&str> {
    let of_dinero = |address: &&str| address.starts_with("https://api.dinero.dk/v");
    addresses(text).into_iter().find(of_dinero)
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
            let answer = printed::of_status(200, "application/json", &body);
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
    let came_from_elsewhere = request.headers.get("origin").is_some();
    let lacks_all = body.is_empty() && query.is_empty() && came_from_elsewhere;
    if request.method == "POST" && is_form && (is_answer(&body) || lacks_all) {
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
    let takes_posts_only = response.status == 405 && response.headers.get("allow") == Some("POST");
    let of_a_token_endpoint = takes_posts_only
        || has("access_token")
        || response.status == 200 && has("token_type") && has("expires_in")
        || says_error && !challenge.starts_with("Bearer")
        || response.status == 200 && response.headers.media_type() == "text/html";
    drop(body);
    if of_a_token_endpoint {
        Item::Exchange(None, Some(response))
    } else {
        Item::Call(None, Some(response))
    }
}

/// What a person copied from the error page; the words of a link beside it are not the page's.
fn page(text: &str, with_link: bool) -> Option<Item> {
    if !has_page_words(text) {
        return None;
    }
    let mut words = text.to_owned();
    if with_link {
        for link in addresses(text) {
            words = words.replace(link, "");
        }
    }
    Some(Item::ErrorPage(words))
}

/// Longest text that may be the whole of an error page, in bytes.
const LONGEST_PAGE: usize = 1000;

/// A few lines that speak for a fault of the link and are nothing else: what stands on an error page.
fn bare_page(text: &str) -> Option<Item> {
    let is_short = text.len() <= LONGEST_PAGE && text.contains('\n');
    let is_plain = !text.contains("://") && !text.contains(['{', '=', '<', ';']);
    let says_so = text.to_ascii_lowercase().contains("error") || text.contains("fejl");
    if !(is_short && is_plain && says_so) {
        return None;
    }
    pasted_page(text).map(Item::ErrorPage)
}

/// The characters of a JWT.
fn of_a_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "-_.".contains(letter)
}

/// A JWT, whole or cut, that stands alone or behind `Bearer`.
fn jwt(text: &str) -> Option<Item> {
    let token = token_in(text)?;
    let around = text.len().saturating_sub(token.len());
    (around < 200 && !text.contains("://")).then(|| Item::Token(Secret::new(token)))
}

/// A JWT among whatever else.
fn jwt_anywhere(text: &str) -> Option<Item> {
    token_in(text).map(|token| Item::Token(Secret::new(token)))
}

/// The first JWT of a text. One that was wrapped goes on in lines that hold nothing else.
fn token_in(text: &str) -> Option<String> {
    let at = text.match_indices("eyJ").map(|(at, _)| at).find(|at| {
        let before = text[..*at].chars().next_back();
        !before.is_some_and(of_a_token)
    })?;
    let mut lines = text[at..].lines();
    let first = lines.next()?;
    let mut token: String = first.chars().take_while(|it| of_a_token(*it)).collect();
    let mut open = token.len() == first.trim_end().len();
    for line in lines.map(str::trim) {
        let goes_on = open && line.len() >= 4 && line.chars().all(of_a_token);
        if !goes_on {
            // What is no letter of a token is a part of one that was damaged.
            let damaged = open && line.contains('.') && !line.contains(char::is_whitespace);
            if damaged {
                token.push_str(line);
            }
            break;
        }
        token.push_str(line);
        open = true;
    }
    (token.len() >= 40).then_some(token)
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
    let begins_so = text
        .split_once('=')
        .is_some_and(|(name, _)| !name.contains(char::is_whitespace));
    if text.contains('\n') || text.contains(char::is_whitespace) && !begins_so {
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
