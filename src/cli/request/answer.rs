//! What is printed of an answer: the body alone, with its head, or all of it as JSON.

use crate::cli::session::{Session, Stop};
use crate::core::reader::Reader;
use crate::core::reader::ask::{Ask, Show, Told};
use crate::core::secret::Secret;
use crate::core::wire::body::{is_binary, lay_out, one_line};
use crate::core::wire::redact::Mask;
use crate::core::wire::source::piece;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Record, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// Bytes that are printed at a time.
const PIECE: usize = 256 * 1024;

/// Largest body that is laid out whole.
const LAID_OUT: usize = 16 * 1024 * 1024;

/// Rows of a larger one that are laid out at a time, and columns of a text that is not JSON.
const AT_ONCE: usize = 1000;
const WIDTH: u16 = 1000;

/// The status line and the header fields, secrets masked, and an empty line.
pub(super) fn head(session: &mut Session<'_, '_>, response: &Response) -> Result<(), Stop> {
    let alone = Response {
        body: Body::default(),
        ..response.clone()
    };
    for line in session.engine().mask().response_lines(&alone) {
        session.printer.result(&line)?;
    }
    session.printer.result(&Visible::default())?;
    Ok(())
}

/// The body: its bytes as they came; on a terminal as the screens lay it out.
pub(super) fn body(session: &mut Session<'_, '_>, response: &Response) -> Result<(), Stop> {
    let source = response.body.source();
    if !session.printer.results_are_seen() {
        let mut at = 0;
        loop {
            let bytes = piece(source.as_ref(), at, PIECE);
            if bytes.is_empty() {
                return Ok(());
            }
            session.printer.exactly(&bytes)?;
            at += bytes.len() as u64;
        }
    }
    if response.body.len() <= LAID_OUT && response.body.is_at_hand() {
        let layout = lay_out(&response.body.0, session.engine().mask());
        for line in &layout.lines {
            session.printer.result(line)?;
        }
        return Ok(());
    }
    rows(session, response)
}

/// A large body as the screens show it, row by row: its longest lines are cut.
fn rows(session: &mut Session<'_, '_>, response: &Response) -> Result<(), Stop> {
    let mask = session.engine().mask().clone();
    let source = response.body.source();
    let mut reader = Reader::new(source, response.headers.clone(), mask, false);
    reader.end(response.cut.is_some());
    while reader.work().is_some() {}
    let mut first = 0;
    loop {
        let show = Show {
            first,
            count: AT_ONCE,
            width: WIDTH,
            ..Show::default()
        };
        let mut told = reader.take(Ask::Show(show));
        while let Some(more) = reader.work() {
            told.extend(more);
        }
        let window = told.into_iter().rev().find_map(|told| match told {
            Told::Rows { window, .. } => Some(window),
            _ => None,
        });
        let rows = window.map_or_else(Vec::new, |window| window.rows.clone());
        for row in &rows {
            let indent = " ".repeat(row.indent.into());
            let more = if row.cut { "…" } else { "" };
            let line = format!("{indent}{}{more}", row.text());
            session.printer.result(&Visible::of(&line))?;
        }
        if rows.len() < AT_ONCE {
            return Ok(());
        }
        first += AT_ONCE as u64;
    }
}

/// All of it as one JSON object on a line. `cut` is whether some of it is missing, `token` is what must not stand in it, although the API may have
/// sent it back.
pub(super) fn to_json(
    record: &Record,
    response: &Response,
    cut: bool,
    mask: &Mask,
    token: Option<&Secret>,
) -> String {
    let milliseconds = record.timing.total.map(|total| total.as_millis());
    let headers: Vec<Value> = masked(mask, response)
        .into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let (encoding, body) = written(&response.body, mask, token);
    let whole = json!({
        "v": 1,
        "method": record.request.method,
        "url": mask.url(&record.request.url).as_str(),
        "status": response.status,
        "time_ms": milliseconds.map(|time| i64::try_from(time).unwrap_or(i64::MAX)),
        "headers": headers,
        "cut": cut,
        "encoding": encoding,
    });
    object(&whole, &body)
}

/// An object with a body as its last member.
pub(super) fn object(members: &Value, body: &str) -> String {
    let whole = members.to_string();
    // The body's own text: a parser would lose digits of amounts and members of one name.
    let open = whole.strip_suffix('}').unwrap_or(&whole);
    format!("{open},\"body\":{body}}}")
}

/// The header fields, secrets masked.
fn masked(mask: &Mask, response: &Response) -> Vec<(String, String)> {
    let alone = Response {
        body: Body::default(),
        ..response.clone()
    };
    let lines = mask.response_lines(&alone).into_iter().skip(1);
    lines
        .map(|line| {
            let (name, value) = line.as_str().split_once(':').unwrap_or((line.as_str(), ""));
            (name.to_owned(), value.trim_start().to_owned())
        })
        .collect()
}

/// A body as JSON, and how it is written there.
pub(super) fn written(body: &Body, mask: &Mask, token: Option<&Secret>) -> (&'static str, String) {
    let bytes = body.whole();
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return ("base64", json!(STANDARD.encode(&bytes)).to_string());
    };
    let text = match token.map(Secret::expose) {
        Some(token) if !token.is_empty() && text.contains(token) => {
            text.replace(token, &mask.inline(token))
        }
        _ => text.to_owned(),
    };
    match one_line(&text) {
        Some(line) => ("json", line),
        None if is_binary(text.as_bytes()) => {
            ("base64", json!(STANDARD.encode(&bytes)).to_string())
        }
        None => ("text", json!(text).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_written_as_what_it_is() {
        let mask = Mask::new([7; 32]);
        let token = Secret::new("the-token");
        let of = |bytes: &[u8]| written(&Body::new(bytes.to_vec()), &mask, Some(&token));
        assert_eq!(of(b"{\"a\":\n 1.10}"), ("json", "{\"a\": 1.10}".to_owned()));
        assert_eq!(of(b""), ("text", "\"\"".to_owned()));
        assert_eq!(of(b"a\nb"), ("text", "\"a\\nb\"".to_owned()));
        assert_eq!(of(&[0, 1, 255]), ("base64", "\"AAH/\"".to_owned()));
        assert_eq!(of(&[0, 1]), ("base64", "\"AAE=\"".to_owned()));
        let (encoding, body) = of(b"{\"sent\":\"Bearer the-token\"}");
        assert_eq!(encoding, "json");
        assert!(
            !body.contains("the-token") && body.contains("Bearer"),
            "{body}"
        );
    }
}
