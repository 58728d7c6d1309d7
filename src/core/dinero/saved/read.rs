//! Reads a saved request, with every problem at once: key, line, what was expected.

use super::{BODY_KEYS, HEADERS, HEADERS_OFF, KEYS, OFF, PARAMETERS, Saved, SavedFile};
use crate::core::dinero::catalogue::{catalogue, operation};
use crate::core::dinero::draft::{Draft, DraftBody, Row, is_token};
use crate::core::nearest::nearest;
use crate::core::profile::source::{Source, kind, parse};
use toml_edit::{Item, TableLike, Value};

/// Values by name, in the order of the file.
pub(super) type Rows = Vec<(String, Vec<String>)>;

/// Reads a file of that name.
pub fn read(name: &str, text: &str) -> SavedFile {
    let document = match parse(text) {
        Ok(document) => document,
        Err(problem) => {
            return SavedFile {
                saved: None,
                problems: vec![problem],
                warnings: Vec::new(),
            };
        }
    };
    let mut source = Source::new(text, document.as_table());
    strangers(&mut source, document.as_table());
    let words = |text: &str| Ok(text.trim().to_owned());
    let title = source.text("title", words).filter(|it| !it.is_empty());
    let note = source.text("note", words);
    let draft = draft(&mut source);
    source.problems.sort_by_key(|problem| problem.line);
    let saved = Saved {
        name: name.to_owned(),
        title: title.unwrap_or_else(|| name.to_owned()),
        note: note.unwrap_or_default(),
        draft,
    };
    SavedFile {
        saved: source.problems.is_empty().then_some(saved),
        problems: source.problems,
        warnings: source.warnings,
    }
}

/// Warns of what has no meaning here; it may have one in a later version, so it is kept.
fn strangers(source: &mut Source<'_>, root: &dyn TableLike) {
    let unknown = |name: &str, known: &[&str]| match nearest(name, known.iter().copied()) {
        Some(near) => format!("means nothing here and is kept as it is: `{near}` would be known"),
        None => "means nothing here and is kept as it is".to_owned(),
    };
    for (name, _) in root.iter().filter(|(name, _)| !KEYS.contains(name)) {
        source.warning(name, unknown(name, &KEYS));
    }
    let body = root.get("body").and_then(Item::as_table_like);
    for (name, _) in body.into_iter().flat_map(TableLike::iter) {
        if !BODY_KEYS.contains(&name) {
            source.warning(&format!("body.{name}"), unknown(name, &BODY_KEYS));
        }
    }
}

/// The request.
fn draft(source: &mut Source<'_>) -> Draft {
    let mut draft = beginning(source);
    let parameters = rows(source, PARAMETERS);
    let off = rows(source, OFF);
    fill(&mut draft, parameters, off);
    for (table, on) in [(HEADERS, true), (HEADERS_OFF, false)] {
        let rows = rows(source, table).into_iter();
        let rows = rows.flat_map(|(name, values)| {
            let row = move |value| Row {
                name: name.clone(),
                value,
                on,
            };
            values.into_iter().map(row)
        });
        draft.headers.extend(rows);
    }
    body(source, &mut draft);
    draft
}

/// How the request begins: as its operation does, or free.
fn beginning(source: &mut Source<'_>) -> Draft {
    let named = source.text("operation", |text| Ok(text.trim().to_owned()));
    let method = source.text("method", |text| {
        let method = text.trim();
        if is_token(method) {
            return Ok(method.to_owned());
        }
        Err(format!("`{method}` is no method: expected one like `GET`"))
    });
    let path = source.text("path", |text| match text.trim() {
        "" => Err("is empty: expected a path, or a whole URL".to_owned()),
        path => Ok(path.to_owned()),
    });
    if let Some(operation) = named.as_deref().and_then(operation) {
        return Draft::of(operation);
    }
    if let Some(name) = &named {
        let known = catalogue().operations.iter();
        let near = nearest(name, known.map(|operation| operation.name.as_str()));
        let near = near.map_or_else(String::new, |near| format!(" (`{near}` is one)"));
        source.warning(
            "operation",
            format!(
                "`{name}` is no operation{near}: this is read as a free request, and needs `method` and \
                 `path`"
            ),
        );
    } else if source.item("path").is_none() && source.item("operation").is_none() {
        source.problem(
            "path",
            "is missing: expected `operation`, or `method` and `path`",
        );
    }
    Draft::free(
        method.as_deref().unwrap_or("GET"),
        path.as_deref().unwrap_or("/"),
    )
}

/// Gives the parameters of an operation their values; what it does not have comes behind them.
fn fill(draft: &mut Draft, parameters: Rows, off: Rows) {
    let (own, in_path) = (draft.parameters.len(), draft.in_path());
    let mut filled = vec![false; own];
    for (rows, on) in [(parameters, true), (off, false)] {
        for (name, values) in rows {
            let mut values = values.into_iter();
            let at = draft.parameters[..own]
                .iter()
                .position(|row| row.name == name);
            if let Some(at) = at.filter(|at| !filled[*at])
                && let Some(value) = values.next()
            {
                filled[at] = true;
                draft.parameters[at].value = value;
                // What stands in a path is always sent.
                draft.parameters[at].on = on || at < in_path;
            }
            draft.parameters.extend(values.map(|value| Row {
                name: name.clone(),
                value,
                on,
            }));
        }
    }
}

/// A table of rows; what is no text is taken as it is written.
fn rows(source: &mut Source<'_>, key: &str) -> Rows {
    let Some(item) = source.item(key) else {
        return Vec::new();
    };
    let Some(table) = item.as_table_like() else {
        let message = format!("is {}: expected a table, `[{key}]`", kind(item));
        source.problem(key, message);
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (name, item) in table.iter() {
        let written = |value: &Value| source.at(value.span()?).map(str::to_owned);
        if let Some(values) = values(item, &written) {
            rows.push((name.to_owned(), values));
        } else {
            let message = format!(
                "is {}: expected text in quotes, or a list of it",
                kind(item)
            );
            source.problem_at(key, name, &format!("{key}.{name}"), &message);
        }
    }
    rows
}

/// The values of a row; `None` when it holds anything else. `written` finds a number as it stands in the file.
pub(super) fn values(
    item: &Item,
    written: &dyn Fn(&Value) -> Option<String>,
) -> Option<Vec<String>> {
    match item.as_value()? {
        Value::Array(array) => array.iter().map(|value| scalar(value, written)).collect(),
        value => scalar(value, written).map(|value| vec![value]),
    }
}

/// A value as it is sent; a number with a point keeps its digits.
fn scalar(value: &Value, written: &dyn Fn(&Value) -> Option<String>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => written(value).or_else(|| Some(number.display_repr().into_owned())),
        Value::Boolean(truth) => Some(truth.value().to_string()),
        Value::Datetime(date) => Some(date.value().to_string()),
        Value::Array(_) | Value::InlineTable(_) => None,
    }
}

/// The body.
fn body(source: &mut Source<'_>, draft: &mut Draft) {
    let Some(item) = source.item("body") else {
        return;
    };
    let Some(table) = item.as_table_like() else {
        let message = format!("is {}: expected a table, `[body]`", kind(item));
        source.problem("body", message);
        return;
    };
    let there: Vec<&str> = BODY_KEYS
        .into_iter()
        .filter(|key| table.contains_key(key))
        .collect();
    if let [first, second, ..] = there.as_slice() {
        let message = format!("stands beside `{first}`: expected one of them");
        source.problem(&format!("body.{second}"), message);
        return;
    }
    let text = |source: &mut Source<'_>, key| source.text(key, |text| Ok(text.to_owned()));
    match there.first() {
        Some(&"text") => {
            let text = text(source, "body.text");
            draft.body = text.map_or(DraftBody::Nothing, |it| DraftBody::Text(without_end(&it)));
        }
        Some(&"file") => {
            let path = text(source, "body.file");
            draft.body = path.map_or(DraftBody::Nothing, DraftBody::File);
        }
        Some(_) => {
            if table.get("nothing").and_then(Item::as_bool) == Some(true) {
                draft.body = DraftBody::Nothing;
            } else {
                source.problem("body.nothing", "expected `true`");
            }
        }
        None => {}
    }
}

/// A text of several lines without the end of its last one, which is there for the eye.
pub(super) fn without_end(text: &str) -> String {
    text.strip_suffix('\n').unwrap_or(text).to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problems(text: &str) -> Vec<String> {
        let file = read("mine", text);
        assert_eq!(file.saved.is_some(), file.problems.is_empty());
        file.problems.iter().map(ToString::to_string).collect()
    }

    fn warnings(text: &str) -> Vec<String> {
        let file = read("mine", text);
        file.warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_problem_is_named_with_line_and_key() {
        let text = "title = 1\nmethod = \"G T\"\npath = \" \"\nheaders = \"x\"\n\n[parameters]\n\
            a = { b = 1 }\n\"c.d\" = [[]]\n\n[body]\ntext = \"a\"\nfile = \"b\"\n";
        assert_eq!(
            problems(text),
            [
                "line 1, title: is a number: expected text in quotes",
                "line 2, method: `G T` is no method: expected one like `GET`",
                "line 3, path: is empty: expected a path, or a whole URL",
                "line 4, headers: is text: expected a table, `[headers]`",
                "line 7, parameters.a: is a table: expected text in quotes, or a list of it",
                "line 8, parameters.c.d: is a list: expected text in quotes, or a list of it",
                "line 12, body.file: stands beside `text`: expected one of them",
            ]
        );
        assert_eq!(
            problems(""),
            ["path: is missing: expected `operation`, or `method` and `path`"]
        );
        assert!(
            problems("a = [")
                .join("")
                .starts_with("line 1: is not TOML")
        );
        assert_eq!(
            problems("path = \"/\"\n[body]\nnothing = false\n"),
            ["line 3, body.nothing: expected `true`"]
        );
    }

    #[test]
    fn an_operation_that_is_gone_is_a_free_request_with_a_warning() {
        let text = "operation = \"invoices.lists\"\npath = \"/v1/x\"\n[parameters]\na = 1\n";
        let file = read("mine", text);
        let draft = file.saved.unwrap().draft;
        assert_eq!(
            (draft.operation.as_deref(), draft.path.as_str()),
            (None, "/v1/x")
        );
        assert_eq!(draft.parameters[0].value, "1");
        assert_eq!(
            warnings(text),
            [
                "line 1, operation: `invoices.lists` is no operation (`invoices.list` is one): this is read \
                 as a free request, and needs `method` and `path`"
            ]
        );
    }

    #[test]
    fn what_is_unknown_is_a_warning_and_what_is_no_text_is_taken_as_written() {
        let text = "operation = \"invoices.list\"\nfurther = 1\n[parameters]\npageSize = 25 # more\n\
            a = 1.10\nb = true\nc = 2026-11-30\nd = [1, \"2\"]\n[body]\ntxt = 1\n";
        assert_eq!(
            warnings(text),
            [
                "line 2, further: means nothing here and is kept as it is",
                "line 10, body.txt: means nothing here and is kept as it is: `text` would be known",
            ]
        );
        let draft = read("mine", text).saved.unwrap().draft;
        let values = draft.parameters.iter().rev().take(5).rev();
        let values: Vec<&str> = values.map(|row| row.value.as_str()).collect();
        assert_eq!(values, ["1.10", "true", "2026-11-30", "1", "2"]);
        assert_eq!(draft.parameter("pageSize").unwrap().value, "25");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "([a-z]{1,10}(\\.[a-z]{1,5})?|\\[[a-z]{1,10}\\]|=|\"[^\"]{0,5}\"|[ \n1{},\\[\\]\u{0}\"\'])*") {
            let _ = read("mine", &text);
            for key in KEYS {
                let _ = read("mine", &format!("{key} = {text}"));
            }
        }
    }
}
