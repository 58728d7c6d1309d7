//! From the arguments to a request in hand: an operation, a saved request or a path, with what the flags say.

use super::arguments::{Request, Values};
use crate::core::dinero::catalogue::{BodyKind, catalogue, operation, operation_at};
use crate::core::dinero::draft::{Draft, DraftBody, Row, is_token};
use crate::core::dinero::{form, search, variables};
use crate::core::engine::first_page;
use crate::core::nearest::nearest;
use crate::core::wire::Body;
use crate::core::wire::body::one_line;

/// What the arguments ask for.
pub(super) enum Wanted {
    /// This, and what is worth saying of it.
    Draft(Box<Draft>, Vec<String>),
    /// The saved request of that name; the profile says where it is.
    Saved(String),
}

/// Reads the arguments, as far as that goes without the profile. Fails with what is wrong with them.
pub(super) fn wanted(arguments: &Request) -> Result<Wanted, String> {
    let what = &arguments.what;
    let mut draft = match (&arguments.path, what.strip_prefix('@')) {
        (None, Some(name)) => return Ok(Wanted::Saved(name.to_owned())),
        (Some(_), None) if operation(what).is_none() => {
            let path = arguments.path.as_deref().unwrap_or_default();
            Draft::free(method(what)?, path)
        }
        (Some(_), _) => {
            return Err(format!(
                "`{what}` takes no PATH: its parameters are given with `-p NAME=VALUE`"
            ));
        }
        (None, None) => Draft::of(operation(what).ok_or_else(|| no_operation(what))?),
    };
    let notes = apply(&mut draft, arguments)?;
    Ok(Wanted::Draft(Box::new(draft), notes))
}

/// A method.
fn method(text: &str) -> Result<&str, String> {
    if is_token(text) {
        return Ok(text);
    }
    Err(format!(
        "`{text}` is no method: one such as GET or POST stands before a PATH"
    ))
}

/// Why a single word is no operation, and what may be meant.
fn no_operation(word: &str) -> String {
    let is_method = word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (word == word.to_ascii_uppercase() || METHODS.contains(&word));
    if is_method {
        return format!(
            "a PATH belongs behind the method `{word}`, as in `GET /v1.1/organizations`"
        );
    }
    if word.starts_with('/') || word.contains("://") {
        return format!("a METHOD belongs before the PATH `{word}`, as in `GET {word}`");
    }
    let names = catalogue().operations.iter().map(|it| it.name.as_str());
    let found = || Some(search::operations(word).first()?.name.as_str());
    let meant = nearest(word, names)
        .or_else(found)
        .map(|meant| format!(": did you mean `{meant}`?"))
        .unwrap_or_default();
    format!(
        "there is no operation `{word}`{meant} (`dineroscope operations list WORDS` finds one, `@NAME` is a \
         saved request)"
    )
}

/// Methods in small letters, which the name of an operation never is.
const METHODS: [&str; 7] = ["get", "head", "options", "post", "put", "patch", "delete"];

/// Puts what the flags say into a draft; `--data` is read later. What is worth saying comes back. Fails with
/// what is wrong with a flag.
pub(super) fn apply(draft: &mut Draft, arguments: &Request) -> Result<Vec<String>, String> {
    let values = &arguments.values;
    let mut notes = Vec::new();
    for (name, value) in &values.param {
        if draft.parameter(name).is_none() {
            return Err(no_parameter(draft, name));
        }
        draft.set(name, value);
    }
    put_into_query(draft, &values.query);
    put_into_headers(draft, &values.header);
    if !values.field.is_empty() {
        put_into_body(draft, values, &mut notes)?;
    }
    if let Some(path) = &values.file {
        let body = draft.operation().map(|operation| &operation.body);
        if let Some(body) = body.filter(|body| **body != Some(BodyKind::File)) {
            return Err(match body {
                None => format!("{} takes no file", name_of(draft)),
                Some(_) => format!(
                    "{} takes JSON, not a file to upload: `-d @FILE` sends one as it is",
                    name_of(draft)
                ),
            });
        }
        draft.body = DraftBody::File(path.clone());
    }
    if arguments.way.all {
        *draft = every_page(draft)?;
    }
    Ok(notes)
}

/// What a message calls a draft.
pub(super) fn name_of(draft: &Draft) -> &str {
    draft.operation.as_deref().unwrap_or(&draft.path)
}

/// Why a parameter cannot be set, and which may be meant.
fn no_parameter(draft: &Draft, name: &str) -> String {
    if draft.operation.is_none() {
        return "`-p` sets a parameter of an operation: of a path it is a part, and `-q` adds to the query"
            .to_owned();
    }
    let names: Vec<&str> = draft
        .parameters
        .iter()
        .map(|row| row.name.as_str())
        .collect();
    let meant = nearest(name, names.iter().copied())
        .map(|meant| format!(": did you mean `{meant}`?"))
        .unwrap_or_default();
    let has = match names.as_slice() {
        [] => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    format!(
        "{} has no parameter `{name}`{meant} ({has}; `-q` adds any other to the query)",
        name_of(draft)
    )
}

/// The first of a name takes the place of what stands there, further ones are sent too.
fn put_into_query(draft: &mut Draft, pairs: &[(String, String)]) {
    let in_path = draft.in_path().min(draft.parameters.len());
    let mut query = draft.parameters.split_off(in_path);
    put(&mut query, pairs, |row, name| row == name);
    draft.parameters.append(&mut query);
}

/// The same of header fields, whose names are compared without case.
fn put_into_headers(draft: &mut Draft, pairs: &[(String, String)]) {
    put(&mut draft.headers, pairs, |row, name| {
        row.eq_ignore_ascii_case(name)
    });
}

/// Puts pairs into rows.
fn put(rows: &mut Vec<Row>, pairs: &[(String, String)], is_it: impl Fn(&str, &str) -> bool) {
    for (at, (name, value)) in pairs.iter().enumerate() {
        let own = Row {
            name: name.clone(),
            value: value.clone(),
            on: true,
        };
        let is_first = !pairs[..at].iter().any(|(before, _)| is_it(before, name));
        let place = rows.iter().position(|row| is_it(&row.name, name));
        match place.filter(|_| is_first) {
            Some(place) => {
                let mut at = 0;
                rows.retain(|row| {
                    at += 1;
                    at <= place + 1 || !is_it(&row.name, name)
                });
                rows[place] = own;
            }
            None => rows.push(own),
        }
    }
}

/// Puts fields into the body, which begins as the operation's does.
fn put_into_body(
    draft: &mut Draft,
    values: &Values,
    notes: &mut Vec<String>,
) -> Result<(), String> {
    let Some(operation) = draft.operation() else {
        let path = draft.path.split('?').next().unwrap_or_default();
        let is = operation_at(&draft.method, path)
            .map(|found| format!(": this one is `{}`", found.name))
            .unwrap_or_default();
        return Err(format!(
            "`--field` needs an operation, whose body is known{is}; `-d` sends any body"
        ));
    };
    let name = &operation.name;
    let body = match &operation.body {
        None => return Err(format!("{name} takes no body")),
        Some(BodyKind::File) => {
            return Err(format!("{name} takes a file: `--file PATH` uploads one"));
        }
        Some(body) => body,
    };
    let mut text = match &draft.body {
        DraftBody::Text(text) => text.clone(),
        DraftBody::Nothing | DraftBody::File(_) => form::blank(body),
    };
    for (path, value) in &values.field {
        let placed = form::place(&text, body, path, value).map_err(|why| {
            format!("`--field {path}`: {why} (`dineroscope operations show {name}`)")
        })?;
        text = placed.text;
        notes.extend(placed.note.map(|note| format!("warning: {path}: {note}")));
    }
    draft.body = DraftBody::Text(text);
    Ok(())
}

/// The draft of the first page, where every page is fetched.
fn every_page(draft: &Draft) -> Result<Draft, String> {
    let Some(operation) = draft.operation() else {
        let path = draft.path.split('?').next().unwrap_or_default();
        let is = operation_at(&draft.method, path)
            .map(|found| format!(": this one is `{}`", found.name))
            .unwrap_or_default();
        return Err(format!("`--all` needs an operation{is}"));
    };
    if !operation.is_paged() {
        return Err(format!(
            "`--all` is for lists that come in pages, and {} does not",
            operation.name
        ));
    }
    let page = draft.parameter("page").filter(|row| row.on);
    if let Some(row) = page.filter(|row| row.value.trim().parse::<u64>().is_err()) {
        return Err(format!(
            "`--all` begins at a page, and `{}` is no number of one",
            row.value
        ));
    }
    Ok(first_page(draft.clone()))
}

/// Takes the body that `--data` gave. What is no text comes back, and is sent beside the draft; with it what
/// is worth saying.
pub(super) fn take_body(draft: &mut Draft, body: Body) -> (Option<Body>, Option<String>) {
    let text = std::str::from_utf8(&body.0).ok().map(str::to_owned);
    let wants_json = matches!(
        draft.operation().map(|operation| &operation.body),
        Some(Some(BodyKind::Object(_) | BodyKind::List(_)))
    );
    let is_named = draft
        .headers
        .iter()
        .any(|row| row.on && row.name.eq_ignore_ascii_case("content-type"));
    let mut note = None;
    let is_told = is_named || wants_json && text.is_some();
    if !body.is_empty() && !is_told {
        let media_type = text.as_deref().map_or(BYTES, media_type);
        if media_type == TEXT && body.0.trim_ascii_start().starts_with(b"{") {
            note = Some(format!(
                "warning: the body looks like JSON and is none, so it is sent as {media_type}"
            ));
        }
        let field = Row {
            name: "Content-Type".to_owned(),
            value: media_type.to_owned(),
            on: true,
        };
        draft.headers.insert(0, field);
    }
    let (kept, bytes) = match text {
        Some(text) if text.is_empty() => (DraftBody::Nothing, None),
        Some(text) => (DraftBody::Text(text), None),
        None => (DraftBody::Nothing, Some(body)),
    };
    draft.body = kept;
    (bytes, note)
}

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// What a text is, where the user does not say. Variables may stand for values of JSON.
fn media_type(text: &str) -> &'static str {
    let with_variables = || {
        !variables::names(text).is_empty()
            && form::troubles(text).iter().all(|trouble| !trouble.breaks)
    };
    if one_line(text).is_some() || with_variables() {
        JSON
    } else {
        TEXT
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::dinero::variables::{BuiltIns, Variables};

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    fn target(draft: &Draft) -> String {
        let made = draft.call(Some("42"), &Variables::default(), &mut BuiltIns::Preview);
        made.unwrap().call.target
    }

    #[test]
    fn a_query_goes_behind_the_one_that_is_there() {
        let pairs = pairs(&[("a b", "ø&="), ("a b", "")]);
        let added = "a%20b=%C3%B8%26%3D&a%20b=";
        for (path, expected) in [
            ("/v1/x", format!("/v1/x?{added}")),
            ("/v1/x?", format!("/v1/x?{added}")),
            ("/v1/x?y=1", format!("/v1/x?y=1&{added}")),
            ("/v1/x?y=1&#part", format!("/v1/x?y=1&{added}")),
            ("https://a/x#y?z", format!("https://a/x?{added}")),
        ] {
            let mut draft = Draft::free("GET", path);
            put_into_query(&mut draft, &pairs);
            assert_eq!(target(&draft), expected);
        }
        assert_eq!(target(&Draft::free("GET", "/x#y")), "/x#y");
    }

    #[test]
    fn what_is_given_takes_the_place_of_what_stood_there() {
        let mut draft = Draft::of(operation("invoices.list").unwrap());
        put_into_query(
            &mut draft,
            &pairs(&[("pageSize", "5"), ("x", "1"), ("x", "2")]),
        );
        assert_eq!(target(&draft), "/v1/42/invoices?pageSize=5&x=1&x=2");
        put_into_query(&mut draft, &pairs(&[("x", "3")]));
        assert_eq!(target(&draft), "/v1/42/invoices?pageSize=5&x=3");
        // A parameter of the path is none of the query.
        let mut draft = Draft::of(operation("invoices.get").unwrap());
        draft.set("guid", "a");
        put_into_query(&mut draft, &pairs(&[("guid", "b")]));
        assert_eq!(target(&draft), "/v1/42/invoices/a?guid=b");
    }

    #[test]
    fn a_word_that_is_no_operation_says_what_may_be_meant() {
        for (word, meant) in [
            ("GET", "a PATH"),
            ("delete", "a PATH"),
            ("/v1/x", "a METHOD"),
            ("invoice.list", "`invoices.list`"),
            ("invoices", "`invoices.list`"),
            ("qqqq", "operations list WORDS"),
        ] {
            let why = no_operation(word);
            assert!(why.contains(meant), "{word}: {why}");
        }
    }

    #[test]
    fn a_body_with_variables_is_json_where_it_would_be_with_values() {
        for (text, expected) in [
            ("{\"a\": {{n}}}", JSON),
            ("{\"a\": \"{{n}}\"}", JSON),
            ("{\"a\":{\"b\":{}}}", JSON),
            ("a={{n}}", TEXT),
            ("{\"a\": {{n}}", TEXT),
        ] {
            assert_eq!(media_type(text), expected, "{text}");
        }
    }
}
