//! A request that is not sent: as it would go, and as code.

use super::Ready;
use super::answer::{object, written};
use crate::cli::session::{Session, Stop};
use crate::core::dinero::call;
use crate::core::dinero::upload::{PART, Upload, media_type};
use crate::core::engine::SecretState;
use crate::core::export::snippet::{Language, Payload, Subject, snippet};
use crate::core::secret::Secret;
use crate::core::token::origin_of;
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Headers, Request};
use serde_json::{Map, Value, json};

/// What stands for the boundary of a form, which is drawn when it is sent.
const BOUNDARY: &str = "dineroscope-…";

/// Prints the request as it would go, secrets masked. Of a file that goes along only what it is.
pub(super) fn dry_run(
    session: &mut Session<'_, '_>,
    ready: &Ready,
    file: Option<&Upload>,
    as_json: bool,
) -> Result<(), Stop> {
    let engine = session.engine();
    let base_url = engine.profile().map(|it| it.api.base_url.as_str());
    let mut request = call::request(&ready.call, base_url.unwrap_or_default(), engine.grant());
    if file.is_some() && !ready.call.names("content-type") {
        let form = format!("multipart/form-data; boundary={BOUNDARY}");
        request.headers.push("Content-Type", &form);
    }
    let known = known(session);
    let known: Vec<&Secret> = known.iter().collect();
    let shown = Shown::of(&request, engine.mask(), &known);
    let part = file.map(|file| {
        let kind = media_type(&file.name, &file.bytes.0);
        (file.name.clone(), kind, file.bytes.len())
    });
    if as_json {
        let (encoding, body) = written(&shown.body, engine.mask(), None);
        let mut members = Map::new();
        members.insert("v".to_owned(), json!(1));
        members.insert("dry_run".to_owned(), json!(true));
        members.insert("method".to_owned(), json!(request.method));
        members.insert("url".to_owned(), json!(shown.url));
        members.insert("headers".to_owned(), shown.headers());
        let part = part.map(|(name, kind, bytes)| {
            json!({"part": PART, "name": name, "media_type": kind, "bytes": bytes})
        });
        members.insert("file".to_owned(), json!(part));
        members.insert("encoding".to_owned(), json!(encoding));
        let text = object(&Value::Object(members), &body);
        session.printer.json(&text)?;
        return Ok(());
    }
    let first = format!("{} {}", request.method, shown.url);
    session.printer.result(&Visible::of(&first))?;
    for line in shown.fields.iter().chain(&shown.lines) {
        session.printer.result(&Visible::of(line))?;
    }
    if let Some((name, kind, bytes)) = part {
        let text = format!("(the file as the part `{PART}`: {name}, {kind}, {bytes} bytes)");
        session.printer.result(&Visible::default())?;
        session.printer.result(&Visible::of(&text))?;
    }
    Ok(())
}

/// A request without its secrets.
struct Shown {
    url: String,
    /// `Name: value`.
    fields: Vec<String>,
    /// An empty line and the body, where there is one.
    lines: Vec<String>,
    /// The body.
    body: Body,
}

impl Shown {
    fn of(request: &Request, mask: &Mask, known: &[&Secret]) -> Self {
        let without = |text: &str| mask.without(text, known);
        let lines: Vec<String> = mask
            .request_lines(request)
            .iter()
            .skip(1)
            .map(|line| without(line.as_str()))
            .collect();
        let fields = lines.iter().take(request.headers.0.len());
        let rest: Vec<String> = lines
            .iter()
            .skip(request.headers.0.len())
            .cloned()
            .collect();
        let is_text = std::str::from_utf8(&request.body.0).is_ok();
        let body = match rest.get(1..) {
            Some(lines) if is_text => Body::text(&lines.join("\n")),
            _ => request.body.clone(),
        };
        Self {
            url: without(mask.url(&request.url).as_str()),
            fields: fields.cloned().collect(),
            lines: rest,
            body,
        }
    }

    fn headers(&self) -> Value {
        let field = |line: &String| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            json!({"name": name, "value": value.trim_start()})
        };
        self.fields.iter().map(field).collect()
    }
}

/// The secrets that are at hand.
fn known(session: &Session<'_, '_>) -> Vec<Secret> {
    let engine = session.engine();
    let grant = engine.grant();
    let client_secret = match engine.secret_state() {
        SecretState::Known(secret) => Some(secret),
        _ => None,
    };
    let tokens = grant.iter().flat_map(|grant| {
        let refresh = grant.refresh_token.clone();
        std::iter::once(grant.access_token.clone())
            .chain(refresh)
            .chain(grant.id_token.clone())
    });
    tokens
        .chain(client_secret)
        .filter(|secret| !secret.is_empty())
        .collect()
}

/// Prints the request as code.
pub(super) fn code(
    session: &mut Session<'_, '_>,
    ready: &Ready,
    language: Language,
) -> Result<(), Stop> {
    let engine = session.engine();
    let base_url = engine.profile().map(|it| it.api.base_url.as_str());
    let base_url = base_url.unwrap_or_default();
    let Request {
        method,
        url,
        headers: Headers(headers),
        body,
    } = call::request(&ready.call, base_url, None);
    let known = known(session);
    let known: Vec<&Secret> = known.iter().collect();
    // What is masked here becomes a variable there.
    let without = |text: &str| engine.mask().without(text, &known);
    let headers: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (name.clone(), without(value)))
        .collect();
    let is_of_the_api = origin_of(&url).is_some_and(|own| Some(own) == origin_of(base_url));
    let text = std::str::from_utf8(&body.0).ok().map(without);
    let name = |path: &str| path.rsplit(['/', '\\']).next().map(str::to_owned);
    let payload = match (&ready.file, &text) {
        (Some(path), _) => Payload::File {
            path,
            part: PART,
            media_type: media_type(&name(path).unwrap_or_default(), b""),
        },
        (None, _) if body.is_empty() => Payload::Nothing,
        (None, Some(text)) => Payload::Text(text),
        (None, None) => Payload::Bytes(&body.0),
    };
    let code = snippet(
        language,
        &Subject {
            method: &method,
            url: &without(&url),
            headers: &headers,
            body: payload,
            with_token: is_of_the_api,
        },
    );
    let mut code = code.trim_end().to_owned();
    if !session.printer.results_are_seen() {
        code.push('\n');
    }
    session.printer.exactly(code.as_bytes())?;
    Ok(())
}
