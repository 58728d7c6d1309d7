//! Writes a saved request: only what differs from how its operation begins, and into what stands there already,
//! so that comments, order and what a later version knows stay.

use super::hiding::{Hidden, Hiding};
use super::put::{set, set_body, set_rows};
use super::read::Rows;
use super::{HEADERS, HEADERS_OFF, OFF, PARAMETERS, Saved};
use crate::core::dinero::draft::{Draft, Row};
use crate::core::dinero::masked::{each, masked, without_marks};
use crate::core::profile::ProfileProblem;
use crate::core::profile::source::parse;
use crate::core::secret::Secret;
use crate::core::wire::redact::{Keeping, Mask};
use toml_edit::DocumentMut;

/// A file that is ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its text.
    pub text: String,
    /// The secrets that are not in it.
    pub hidden: Vec<Hidden>,
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::super::read;
    use super::*;
    use crate::core::dinero::catalogue::{catalogue, operation};
    use crate::core::dinero::draft::DraftBody;
    use crate::core::dinero::masked::tests::{mask, row};
    use crate::core::dinero::variables::{BuiltIns, Variables};
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
            let call = |draft: &Draft| {
                let known = Variables::default();
                draft.call(Some("1"), &known, &mut BuiltIns::Preview)
            };
            assert_eq!(call(&again(&text(&less))), call(&less));
        }
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
