//! The small parts that every pane is made of: facts, groups, raw text, and the words for a failure.
//!
//! Kept apart so that a pane reads as what it says, not as how a row is built.

use super::{Scene, time};
use crate::core::secret::Secret;
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Outcome, Record, Response};
use crate::tui::action::Action;
use crate::tui::pane::{Fact, Group, Mark, Row, Value, WhenShort};

/// Most raw lines of one message; the rest is counted, so that no answer makes a pane slow.
const RAW_LINES: usize = 400;
/// Most characters of one raw line.
const RAW_CHARACTERS: usize = 8_000;

/// A fact with a plain value.
pub(super) fn fact(
    mark: Mark,
    name: impl Into<Visible>,
    value: impl Into<Visible>,
    meaning: impl Into<Visible>,
) -> Row {
    row(mark, name, Value::Plain(value.into()), meaning)
}

/// A fact whose value is masked.
pub(super) fn secret(
    mark: Mark,
    name: impl Into<Visible>,
    value: &Secret,
    meaning: impl Into<Visible>,
) -> Row {
    row(mark, name, Value::Secret(value.clone()), meaning)
}

/// A fact without a value.
pub(super) fn nothing(mark: Mark, name: impl Into<Visible>, meaning: impl Into<Visible>) -> Row {
    row(mark, name, Value::Nothing, meaning)
}

/// A fact that does something on Enter.
pub(super) fn acting(
    mark: Mark,
    name: impl Into<Visible>,
    value: impl Into<Visible>,
    meaning: impl Into<Visible>,
    action: Action,
) -> Row {
    Row::Fact(Fact {
        mark,
        name: name.into(),
        value: Value::Plain(value.into()),
        meaning: meaning.into(),
        action: Some(action),
        changed: false,
    })
}

/// A fact.
fn row(mark: Mark, name: impl Into<Visible>, value: Value, meaning: impl Into<Visible>) -> Row {
    Row::Fact(Fact {
        mark,
        name: name.into(),
        value,
        meaning: meaning.into(),
        action: None,
        changed: false,
    })
}

/// Prose.
pub(super) fn prose(text: impl Into<Visible>) -> Row {
    Row::Prose(text.into())
}

/// A list entry that does something.
pub(super) fn choice(
    mark: Mark,
    text: impl Into<Visible>,
    right: impl Into<Visible>,
    action: Action,
) -> Row {
    Row::Choice {
        mark,
        text: text.into(),
        right: right.into(),
        action,
    }
}

/// A group that stays at every size.
pub(super) fn group(label: impl Into<Visible>, right: impl Into<Visible>, rows: Vec<Row>) -> Group {
    Group {
        label: label.into(),
        right: right.into(),
        short: WhenShort::Stay,
        rows,
    }
}

/// A group of which only the label stays when there is little room.
pub(super) fn folding(
    label: impl Into<Visible>,
    right: impl Into<Visible>,
    rows: Vec<Row>,
) -> Group {
    Group {
        short: WhenShort::Fold,
        ..group(label, right, rows)
    }
}

/// A request and its response as raw text.
pub(super) fn raw(scene: &Scene<'_>, record: &Record, labels: (&str, &str)) -> Vec<Group> {
    let mask = scene.engine.mask();
    let request = &record.request;
    let known = scene.engine.secrets_of_run();
    let shown_lines = |lines: Vec<Visible>| bounded(without(lines, scene, &known));
    let mut groups = vec![folding(
        labels.0,
        time::size(request.body.len()),
        vec![Row::Raw(shown_lines(mask.request_lines(request)))],
    )];
    if let Some(response) = record.outcome.response() {
        let (shown, left) = response.shortened(RAW_BODY);
        let mut lines = shown_lines(mask.response_lines(&shown));
        if left > 0 {
            lines.push(Visible::of(&format!("… {} more", time::size(left))));
        }
        let size = time::size(response.body.len());
        groups.push(folding(labels.1, size, vec![Row::Raw(lines)]));
    }
    groups
}

/// A text with what is secret by its name, and every secret of the run whatever it is called there, masked.
pub(super) fn masked(scene: &Scene<'_>, text: &str) -> String {
    let known = scene.engine.secrets_of_run();
    let known: Vec<&Secret> = known.iter().collect();
    scene.engine.mask().text(text, &known)
}

/// Lines without the secrets of the run: a server may quote what it was sent, in whatever encoding.
pub(super) fn without(lines: Vec<Visible>, scene: &Scene<'_>, known: &[Secret]) -> Vec<Visible> {
    if known.is_empty() {
        return lines;
    }
    let known: Vec<&Secret> = known.iter().collect();
    let whole: Vec<&str> = lines.iter().map(Visible::as_str).collect();
    Visible::lines(&scene.engine.mask().without(&whole.join("\n"), &known))
}

/// The head of a response, without its body.
pub(super) fn head(scene: &Scene<'_>, response: &Response) -> Row {
    let head = Response {
        body: Body::default(),
        ..response.clone()
    };
    let mut lines = scene.engine.mask().response_lines(&head);
    while lines.last().is_some_and(Visible::is_empty) {
        lines.pop();
    }
    Row::Raw(bounded(lines))
}

/// Bytes of a body that are laid out as raw text.
const RAW_BODY: usize = 64 * 1024;

/// Raw lines within bounds; what is left out is said.
pub(super) fn bounded(mut lines: Vec<Visible>) -> Vec<Visible> {
    let more = lines.len().saturating_sub(RAW_LINES);
    lines.truncate(RAW_LINES);
    for line in &mut lines {
        let count = line.as_str().chars().count();
        if count > RAW_CHARACTERS {
            let kept: String = line.as_str().chars().take(RAW_CHARACTERS).collect();
            *line = Visible::of(&format!(
                "{kept}… {} characters more",
                count - RAW_CHARACTERS
            ));
        }
    }
    if more > 0 {
        lines.push(Visible::of(&format!("… {more} lines more")));
    }
    lines
}

/// `200 OK   131 ms   1.4 KB`, or why there is no answer.
pub(super) fn outcome(record: &Record) -> String {
    let took = record.timing.total.map(time::duration).unwrap_or_default();
    let parts = match &record.outcome {
        Outcome::Pending => return String::new(),
        Outcome::Response(response) => [status(response), took, time::size(response.body.len())],
        Outcome::Failed(failure) => [failure.words(), took, String::new()],
    };
    joined(&parts)
}

/// `400 Bad Request`.
pub(super) fn status(response: &Response) -> String {
    format!("{} {}", response.status, response.reason)
        .trim_end()
        .to_owned()
}

/// The parts that are not empty, three spaces apart.
pub(in crate::tui) fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("   ")
}

/// Scopes as the title bar names them: `read write offline`.
pub fn short_scopes<'a>(scopes: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = scopes.into_iter().map(short_scope).collect();
    names.join(" ")
}

/// What a scope is called where there is little room.
pub(super) fn short_scope(scope: &str) -> &str {
    match scope {
        "offline_access" => "offline",
        _ => scope
            .rsplit_once(':')
            .filter(|(api, _)| *api == "dineropublicapi")
            .map_or(scope, |(_, name)| name),
    }
}

/// The name with what follows it: `1 field`, `5 fields`.
pub(in crate::tui) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_line_and_endless_lines_are_cut_and_counted() {
        let endless = Visible::of(&"x".repeat(RAW_CHARACTERS + 5));
        let lines = bounded(vec![endless; RAW_LINES + 2]);
        assert_eq!(lines.len(), RAW_LINES + 1);
        assert!(lines[0].as_str().ends_with("… 5 characters more"));
        assert_eq!(lines[RAW_LINES].as_str(), "… 2 lines more");
    }

    #[test]
    fn only_scopes_of_dinero_are_shortened() {
        let scopes = ["dineropublicapi:write", "offline_access", "other:write"];
        assert_eq!(short_scopes(scopes), "write offline other:write");
    }
}
