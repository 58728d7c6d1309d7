//! Writes a saved request: only what differs from how its operation begins, and into what stands there already,
//! so that comments, order and what a later version knows stay.

use super::read::{Rows, values, without_end};
use super::{BODY_KEYS, HEADERS, HEADERS_OFF, OFF, PARAMETERS, Saved};
use crate::core::dinero::draft::{Draft, DraftBody, Row};
use crate::core::dinero::masked::{Place, each, masked, without_marks};
use crate::core::profile::ProfileProblem;
use crate::core::profile::source::parse;
use crate::core::secret::Secret;
use crate::core::wire::redact::{Keeping, Mask};
use std::collections::BTreeMap;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// A file that is ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// The secrets that are not in it.
    pub hidden: Vec<Hidden>,
}

/// A secret in whose place a variable was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    /// Where it stood: `the header field Authorization`.
    pub place: String,
    /// The name of the variable.
    pub variable: String,
}

impl Saved {
    /// The file: what stood there before with this request in it, or a new one. `known` are values that are
    /// secret under whatever name. Fails when what stands there is no TOML.
    pub fn written(
        &self,
        before: Option<&str>,
        mask: &Mask,
        known: &[&Secret],
    ) -> Result<Written, ProfileProblem> {
        let before = before.unwrap_or_default();
        parse(before)?;
        // It was parsed just now.
        let mut document: DocumentMut = before.parse().unwrap_or_default();
        let mut hiding = Hiding::default();
        let draft = each(&masked(&self.draft, mask, known), &mut |place, text| {
            hiding.hide(place, text)
        });
        let keeping = Keeping::new(mask, known);
        let words =
            |text: &str| without_marks(&keeping.text(text.trim()), &mut |_, _| String::new());
        let root = document.as_table_mut();
        set(root, "title", Some(words(&self.title)));
        set(
            root,
            "note",
            Some(words(&self.note)).filter(|it| !it.is_empty()),
        );
        let operation = draft.operation();
        let is_free = operation.is_none();
        set(root, "operation", operation.map(|it| it.name.clone()));
        set(root, "method", is_free.then(|| draft.method.clone()));
        let path = Some(draft.path.trim()).filter(|it| !it.is_empty());
        set(
            root,
            "path",
            is_free.then(|| path.unwrap_or("/").to_owned()),
        );
        let fresh = operation.map_or_else(|| Draft::free("GET", "/"), Draft::of);
        let (on, off) = parameters(&draft, &fresh);
        let headers = |on| grouped(draft.headers.iter().filter(|row| row.on == on));
        for (name, rows) in [
            (PARAMETERS, on),
            (OFF, off),
            (HEADERS, headers(true)),
            (HEADERS_OFF, headers(false)),
        ] {
            set_rows(root, name, &rows);
        }
        set_body(root, (draft.body != fresh.body).then_some(&draft.body));
        Ok(Written {
            text: document.to_string(),
            hidden: hiding.hidden,
        })
    }
}

/// Puts variables in the place of secrets.
#[derive(Default)]
struct Hiding {
    /// The variable of each mark.
    variables: BTreeMap<String, String>,
    hidden: Vec<Hidden>,
}

impl Hiding {
    fn hide(&mut self, place: Place<'_>, text: &str) -> String {
        without_marks(text, &mut |before, mark| {
            let name = match place {
                Place::Parameter(name) => name.to_owned(),
                Place::Header(name) => name.to_ascii_lowercase(),
                Place::Path | Place::Name | Place::Body(_) | Place::File => name_before(before),
            };
            let variable = self.variable(&name, mark);
            let hidden = Hidden {
                place: place.words(),
                variable: variable.clone(),
            };
            if !self.hidden.contains(&hidden) {
                self.hidden.push(hidden);
            }
            format!("{{{{{variable}}}}}")
        })
    }

    /// The variable for a mark: named so, unless another one is.
    fn variable(&mut self, name: &str, mark: &str) -> String {
        if let Some(variable) = self.variables.get(mark) {
            return variable.clone();
        }
        let fits = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let name: String = name.chars().filter(fits).take(50).collect();
        let name = if name.is_empty() { "secret" } else { &name };
        let taken = |name: &String| self.variables.values().any(|it| it == name);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let names = std::iter::once(name.to_owned()).chain(numbered);
        let mut free = names.filter(|name| !taken(name));
        // Numbers do not end before the marks do.
        let variable = free.next().unwrap_or_default();
        self.variables.insert(mark.to_owned(), variable.clone());
        variable
    }
}

/// The name that stands before a value: `"password": "`, `access_token=`.
fn name_before(before: &str) -> String {
    let of_a_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let end = before.trim_end_matches(|letter: char| {
        letter.is_whitespace() || matches!(letter, '"' | '\'' | ':' | '=' | '\\')
    });
    let start = end.rfind(|letter| !of_a_name(letter)).map_or(0, |at| {
        at + end[at..].chars().next().map_or(0, char::len_utf8)
    });
    end[start..].to_owned()
}

/// Rows as they are written: those that are sent, and those that are not, without what the operation begins
/// with anyway.
fn parameters(draft: &Draft, fresh: &Draft) -> (Rows, Rows) {
    let in_path = draft.in_path().min(draft.parameters.len());
    let mut rest: Vec<&Row> = draft.parameters.iter().collect();
    let (mut on, mut off) = (Rows::new(), Rows::new());
    for (index, own) in fresh.parameters.iter().enumerate() {
        let is_in_path = index < in_path;
        let first = rest.iter().position(|row| row.name == own.name);
        let row = first.map(|at| rest.remove(at));
        let mut others = Vec::new();
        rest.retain(|row| {
            let is_other = row.name == own.name;
            others.extend(is_other.then_some(*row));
            !is_other
        });
        let of = |on: bool| -> Vec<String> {
            let others = others.iter().filter(|row| row.on == on);
            others.map(|row| row.value.clone()).collect()
        };
        let (mut sent, mut kept) = (of(true), of(false));
        // One that is not there is not sent.
        let is_on = is_in_path || row.is_some_and(|row| row.on);
        let value = row.map_or(&own.value, |row| &row.value);
        let differs = *value != own.value || is_on != own.on;
        if is_on && (differs || !others.is_empty()) {
            sent.insert(0, value.clone());
        } else if !is_on && (differs || !others.is_empty()) {
            kept.insert(0, value.clone());
        }
        for (rows, values) in [(&mut on, sent), (&mut off, kept)] {
            if !values.is_empty() {
                rows.push((own.name.clone(), values));
            }
        }
    }
    let further = |is_on| grouped(rest.iter().copied().filter(move |row| row.on == is_on));
    on.extend(further(true));
    off.extend(further(false));
    (on, off)
}

/// Rows by name, each where its first one stands.
fn grouped<'a>(rows: impl Iterator<Item = &'a Row>) -> Rows {
    let mut grouped = Rows::new();
    for row in rows {
        match grouped.iter_mut().find(|(name, _)| *name == row.name) {
            Some((_, values)) => values.push(row.value.clone()),
            None => grouped.push((row.name.clone(), vec![row.value.clone()])),
        }
    }
    grouped
}

/// Gives a key this text, or none; what says the same already stays as it is written.
fn set(table: &mut dyn TableLike, key: &str, text: Option<String>) {
    let Some(text) = text else {
        table.remove(key);
        return;
    };
    let now = table.get(key).and_then(Item::as_str);
    if now.map(str::trim) != Some(text.as_str()) {
        put(table, key, value_of(&text));
    }
}

/// Puts a value in the place of another, whose comments stay.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(before) = table.get_mut(key).and_then(Item::as_value_mut) {
        *value.decor_mut() = before.decor().clone();
        *before = value;
    } else {
        table.insert(key, Item::Value(value));
    }
}

/// A text as a value; one of several lines as it stands, with an end for its last line.
fn value_of(text: &str) -> Value {
    if !text.contains('\n') {
        return Value::from(text);
    }
    let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let literal = format!("'''\n{text}\n'''");
    let literal = Some(literal).filter(|_| text.chars().all(is_plain) && !text.contains("'''"));
    let literal = literal.and_then(|it| it.parse::<Value>().ok());
    literal.unwrap_or_else(|| Value::from(format!("{text}\n")))
}

/// Gives a table these rows in this order; those that say the same already stay as they are written.
fn set_rows(root: &mut Table, key: &str, rows: &Rows) {
    if rows.is_empty() {
        root.remove(key);
        return;
    }
    if root.get(key).and_then(Item::as_table_like).is_none() {
        root.insert(key, Item::Table(Table::new()));
    }
    let Some(table) = root.get_mut(key).and_then(Item::as_table_like_mut) else {
        return;
    };
    let place = |name: &str| rows.iter().position(|(known, _)| known == name);
    let strangers = table.iter().map(|(name, _)| name.to_owned());
    for name in strangers.collect::<Vec<_>>() {
        if place(&name).is_none() {
            table.remove(&name);
        }
    }
    for (name, wanted) in rows {
        if table
            .get(name)
            .and_then(|it| values(it, &|_| None))
            .as_ref()
            == Some(wanted)
        {
            continue;
        }
        let value = match wanted.as_slice() {
            [one] => Value::from(one.as_str()),
            several => Value::Array(several.iter().map(String::as_str).collect::<Array>()),
        };
        put(table, name, value);
    }
    match root.get_mut(key) {
        Some(Item::Table(table)) => {
            table.sort_values_by(|one, _, other, _| place(one.get()).cmp(&place(other.get())));
        }
        Some(Item::Value(Value::InlineTable(table))) => sort_inline(table, &place),
        _ => {}
    }
}

/// The same of a table on one line.
fn sort_inline(table: &mut InlineTable, place: &dyn Fn(&str) -> Option<usize>) {
    table.sort_values_by(|one, _, other, _| place(one.get()).cmp(&place(other.get())));
}

/// Writes the body; `None` when it is the one that the operation begins with.
fn set_body(root: &mut Table, body: Option<&DraftBody>) {
    if root.get("body").and_then(Item::as_table_like).is_none() {
        root.remove("body");
        if body.is_none() {
            return;
        }
        root.insert("body", Item::Table(Table::new()));
    }
    let Some(table) = root.get_mut("body").and_then(Item::as_table_like_mut) else {
        return;
    };
    let key = body.map(|body| match body {
        DraftBody::Text(_) => "text",
        DraftBody::File(_) => "file",
        DraftBody::Nothing => "nothing",
    });
    for other in BODY_KEYS.into_iter().filter(|other| Some(*other) != key) {
        table.remove(other);
    }
    match body {
        None => {}
        Some(DraftBody::Text(text)) => {
            let now = table.get("text").and_then(Item::as_str).map(without_end);
            if now.as_deref() != Some(text) {
                put(table, "text", value_of(text));
            }
        }
        Some(DraftBody::File(path)) => {
            if table.get("file").and_then(Item::as_str) != Some(path) {
                put(table, "file", Value::from(path.as_str()));
            }
        }
        Some(DraftBody::Nothing) => {
            table.insert("nothing", toml_edit::value(true));
        }
    }
    if table.is_empty() {
        root.remove("body");
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::core::dinero::catalogue::{catalogue, operation};
    use crate::core::dinero::masked::tests::{mask, row};
    use proptest::prelude::*;

    fn saved(draft: Draft) -> Saved {
        Saved {
            name: "mine".to_owned(),
            title: "Mine".to_owned(),
            note: String::new(),
            draft,
        }
    }

    fn text(draft: &Draft) -> String {
        let written = saved(draft.clone()).written(None, &mask(), &[]);
        written.unwrap().text
    }

    fn again(text: &str) -> Draft {
        let file = read("mine", text);
        assert_eq!(file.problems, [], "{text}");
        file.saved.unwrap().draft
    }

    #[test]
    fn only_what_differs_is_written() {
        let mut draft = Draft::of(operation("invoices.list").unwrap());
        assert_eq!(
            text(&draft),
            "title = \"Mine\"\noperation = \"invoices.list\"\n"
        );
        draft.set("statusFilter", "Overdue");
        draft.set("own", "1");
        draft.parameters.push(row("own", "2", true));
        let end = draft.parameters.iter().position(|it| it.name == "endDate");
        draft.parameters[end.unwrap()].value = "2026-11-30".to_owned();
        draft.headers.push(row("Accept", "text/plain", true));
        draft.headers.push(row("X-A", "1", false));
        draft.body = DraftBody::Text("{\n  \"a\": 1\n}".to_owned());
        let written = text(&draft);
        let expected = r#"title = "Mine"
operation = "invoices.list"

[parameters]
statusFilter = "Overdue"
own = ["1", "2"]

[off]
endDate = "2026-11-30"

[headers]
Accept = "text/plain"

[headers_off]
X-A = "1"

[body]
text = '''
{
  "a": 1
}
'''
"#;
        assert_eq!(written, expected);
        assert_eq!(again(&written), draft);
    }

    #[test]
    fn every_operation_comes_back_with_everything_changed() {
        for operation in &catalogue().operations {
            let fresh = Draft::of(operation);
            assert_eq!(again(&text(&fresh)), fresh);
            let mut changed = fresh.clone();
            let in_path = changed.in_path();
            for (index, row) in changed.parameters.iter_mut().enumerate() {
                row.value.push('x');
                row.on = index < in_path || !row.on;
            }
            for body in [
                DraftBody::Nothing,
                DraftBody::Text("{\"a\":1}\n".to_owned()),
                DraftBody::File("/tmp/a b.pdf".to_owned()),
            ] {
                changed.body = body;
                assert_eq!(again(&text(&changed)), changed, "{}", text(&changed));
            }
            // One that somebody took away does not come back as one that is sent.
            let mut less = fresh.clone();
            less.parameters.truncate(in_path);
            assert_eq!(
                again(&text(&less)).call(Some("1"), &known(), &mut preview()),
                { less.call(Some("1"), &known(), &mut preview()) }
            );
        }
    }

    fn known() -> crate::core::dinero::variables::Variables {
        crate::core::dinero::variables::Variables::default()
    }

    fn preview() -> crate::core::dinero::variables::BuiltIns<'static> {
        crate::core::dinero::variables::BuiltIns::Preview
    }

    #[test]
    fn a_secret_becomes_a_variable_and_is_named() {
        let mut draft = Draft::free("POST", "/x?access_token=hunter22");
        draft.headers = vec![
            row("Authorization", "Bearer hunter22-b", true),
            row("X-Own", "{{own}} plain", true),
            row("X-Known", "a-known-value", true),
        ];
        draft.parameters = vec![row("password", "hunter33", false)];
        draft.body = DraftBody::Text(
            "{\"password\":\"hunter44\",\"token\":\"{{mine}}\",\"n\":1.10}".to_owned(),
        );
        let secret = Secret::new("a-known-value");
        let mut mine = saved(draft);
        mine.note = "with a-known-value".to_owned();
        let written = mine.written(None, &mask(), &[&secret]).unwrap();
        for secret in ["hunter", "a-known-value", "••••"] {
            assert!(!written.text.contains(secret), "{}", written.text);
        }
        let names: Vec<&str> = written
            .hidden
            .iter()
            .map(|it| it.variable.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "password",
                "authorization",
                "x-known",
                "access_token",
                "password-2"
            ]
        );
        let back = again(&written.text);
        assert_eq!(back.headers[0].value, "Bearer {{authorization}}");
        assert_eq!(back.headers[1].value, "{{own}} plain");
        assert!(
            matches!(&back.body, DraftBody::Text(text) if text.contains("\"{{password-2}}\"")
            && text.contains("\"{{mine}}\"") && text.contains("1.10"))
        );
        let once_more = saved(back)
            .written(Some(&written.text), &mask(), &[])
            .unwrap();
        assert!(once_more.hidden.is_empty());
    }

    #[test]
    fn what_stands_in_the_file_stays_as_it_is_written() {
        let before = "# mine\ntitle = \'Mine\' # a title\noperation = \"invoices.list\"\nlater = 1\n\n\
            [parameters] # what is sent\n# the size\npageSize = 50 # not more\nown = [\'1\',\"2\"]\n\n\
            [body]\n# none yet\nlater = true\n";
        let mut draft = again(before);
        let written = |draft: &Draft| {
            let written = saved(draft.clone()).written(Some(before), &mask(), &[]);
            written.unwrap().text
        };
        assert_eq!(written(&draft), before);
        draft.set("pageSize", "60");
        let expected = before.replace("pageSize = 50", "pageSize = \"60\"");
        assert_eq!(written(&draft), expected);
        draft.body = DraftBody::Text("{}".to_owned());
        assert!(written(&draft).ends_with("[body]\n# none yet\nlater = true\ntext = \"{}\"\n"));
        draft = Draft::free("DELETE", "/v1/x");
        let free = written(&draft);
        assert!(
            free.contains("method = \"DELETE\"") && free.contains("later = 1"),
            "{free}"
        );
        assert!(
            !free.contains("operation") && again(&free) == draft,
            "{free}"
        );
        assert!(saved(draft).written(Some("[broken"), &mask(), &[]).is_err());
    }

    /// What a draft says, whatever the order of rows with different names.
    fn meaning(draft: &Draft) -> Draft {
        let mut draft = draft.clone();
        let in_path = draft.in_path();
        draft.parameters[in_path..].sort_by(|one, other| one.name.cmp(&other.name));
        draft
            .headers
            .sort_by(|one, other| one.name.cmp(&other.name));
        draft.parameters[in_path..].sort_by_key(|row| !row.on);
        draft.headers.sort_by_key(|row| !row.on);
        draft
    }

    prop_compose! {
        fn any_rows()(rows in proptest::collection::vec(
            ("[a-c.\\PC]{0,3}", "[ab\'\"\\\\\n\r\t\\PC]{0,6}", any::<bool>()), 0..5)) -> Vec<Row> {
            rows.iter().map(|(name, value, on)| row(name, value, *on)).collect()
        }
    }

    proptest! {
        #[test]
        fn what_is_written_comes_back(
            parameters in any_rows(),
            headers in any_rows(),
            body in "[ab\'\"\\\\\n\r\t\\PC]{0,12}",
            which in 0..3_usize,
        ) {
            let mut draft = match which {
                0 => Draft::free("PUT", "/v1/x"),
                1 => Draft::of(operation("invoices.list").unwrap()),
                _ => Draft::of(operation("contacts.get").unwrap()),
            };
            draft.parameters.extend(parameters);
            draft.headers = headers;
            draft.body = DraftBody::Text(body);
            let written = text(&draft);
            let back = again(&written);
            prop_assert_eq!(meaning(&back), meaning(&draft), "{}", &written);
            let twice = saved(back).written(Some(&written), &mask(), &[]).unwrap();
            prop_assert_eq!(twice.text, written);
        }
    }
}
