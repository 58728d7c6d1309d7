//! A value put into a body by a path in words: `ProductLines.0.Quantity`. Lines and objects on the way come by
//! themselves.

use super::{FormRow, FormValue, JsonTrouble, Step, add_item, rows, set};
use crate::core::dinero::catalogue::{BodyKind, Kind};
use crate::core::nearest::nearest;

/// A body with one more value in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Its text.
    pub text: String,
    /// What is worth saying: the catalogue does not know a name of the path.
    pub note: Option<String>,
}

/// The text with a value at a path: names with dots between, an item of a list by its number, from 0; the one
/// behind the last is added. What a name means is looked up in any case. Fails with what is wrong with the path.
pub fn place(text: &str, body: &BodyKind, path: &str, value: &str) -> Result<Placed, String> {
    let mut placed = Placed {
        text: text.to_owned(),
        note: None,
    };
    let mut steps: Vec<Step> = Vec::new();
    let parts: Vec<&str> = path.split('.').collect();
    for (at, part) in parts.iter().enumerate() {
        if part.is_empty() {
            return Err(format!(
                "`{path}` is no path: names with dots between belong there, as `ProductLines.0.Quantity`"
            ));
        }
        let way = parts[..at].join(".");
        let all = rows(&placed.text, body).map_err(|trouble| broken(&trouble))?;
        let holder = all.iter().find(|row| row.path == steps);
        match holder.map(|row| (&row.value, &row.kind)) {
            Some((FormValue::List(count), _)) => {
                let index = index(&way, part, *count)?;
                if index == *count {
                    placed.text = added(&placed.text, body, &steps)?;
                }
                steps.push(Step::Item(index));
            }
            Some((FormValue::Absent | FormValue::Null, Kind::List(_))) => {
                let index = index(&way, part, 0)?;
                placed.text = added(&placed.text, body, &steps)?;
                steps.push(Step::Item(index));
            }
            Some((FormValue::Absent | FormValue::Null, Kind::Object(_))) => {
                let begun = set(&placed.text, body, &steps, "{}");
                placed.text = begun.map_err(|trouble| broken(&trouble))?;
                let all = rows(&placed.text, body).map_err(|trouble| broken(&trouble))?;
                steps.push(member(&all, &steps, part, &mut placed.note));
            }
            // The body itself has a row only where it is no object.
            None if steps.is_empty() => steps.push(member(&all, &steps, part, &mut placed.note)),
            Some((FormValue::Object, _)) => {
                steps.push(member(&all, &steps, part, &mut placed.note));
            }
            Some((other, _)) => {
                return Err(format!("`{way}` is {}: it has no `{part}`", other.words()));
            }
            None => {
                return Err(format!(
                    "`{way}` is no known field, so that nothing can be put below it: give the whole body"
                ));
            }
        }
    }
    let text = set(&placed.text, body, &steps, value).map_err(|trouble| broken(&trouble))?;
    Ok(Placed { text, ..placed })
}

/// The member that a name means below some steps; one that the catalogue does not know is noted.
fn member(all: &[FormRow], above: &[Step], name: &str, note: &mut Option<String>) -> Step {
    let beside: Vec<&FormRow> = all
        .iter()
        .filter(|row| row.path.len() == above.len() + 1 && row.path.starts_with(above))
        .filter(|row| matches!(row.path.last(), Some(Step::Member(_))))
        .collect();
    let own = beside.iter().find(|row| row.name == name);
    let own = own.or_else(|| {
        let mut like = beside.iter();
        like.find(|row| row.name.eq_ignore_ascii_case(name))
    });
    let known = beside.iter().filter(|row| row.known);
    match own {
        Some(row) if row.known => return Step::Member(row.name.clone()),
        _ => {
            let meant = nearest(name, known.map(|row| row.name.as_str()))
                .map(|meant| format!(": did you mean `{meant}`?"))
                .unwrap_or_default();
            *note = Some(format!("no field of that name is known{meant}"));
        }
    }
    Step::Member(name.to_owned())
}

/// The item that a number means in a list of so many.
fn index(list: &str, part: &str, count: usize) -> Result<usize, String> {
    let list = if list.is_empty() { "the body" } else { list };
    let Ok(index) = part.parse::<usize>() else {
        return Err(format!(
            "`{list}` is a list: a number belongs before `{part}`, from 0"
        ));
    };
    if index > count {
        return Err(format!(
            "`{list}` has no item {}: the next one is {count}, counted from 0",
            index - 1
        ));
    }
    Ok(index)
}

/// The text with one more line.
fn added(text: &str, body: &BodyKind, list: &[Step]) -> Result<String, String> {
    add_item(text, body, list).map_err(|trouble| broken(&trouble))
}

/// A body that cannot be edited.
fn broken(trouble: &JsonTrouble) -> String {
    format!("nothing can be put into the body: {trouble}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail where it stands")]
mod tests {
    use super::*;
    use crate::core::dinero::catalogue::operation;
    use crate::core::dinero::form::blank;
    use serde_json::{Value, json};

    fn body(name: &str) -> &'static BodyKind {
        operation(name).unwrap().body.as_ref().unwrap()
    }

    fn placed(name: &str, pairs: &[(&str, &str)]) -> Result<Value, String> {
        let body = body(name);
        let mut text = blank(body);
        for (path, value) in pairs {
            text = place(&text, body, path, value)?.text;
        }
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn lines_come_by_themselves_and_values_are_of_their_kind() {
        let invoice = placed(
            "invoices.create",
            &[
                ("ProductLines.0.Quantity", "2"),
                ("productlines.1.quantity", "1.50"),
                ("ProductLines.1.Description", "1.50"),
            ],
        )
        .unwrap();
        assert_eq!(invoice["ProductLines"][0]["Quantity"], json!(2));
        let second = invoice["ProductLines"][1].to_string();
        assert!(second.contains("\"Quantity\":1.50") || second.contains("\"Quantity\":1.5"));
        assert_eq!(invoice["ProductLines"][1]["Description"], "1.50");
    }

    #[test]
    fn what_leads_nowhere_is_said() {
        for (path, words) in [
            ("", "is no path"),
            ("Name..x", "is no path"),
            ("Name.x", "`Name` is text"),
            ("Unheard.x", "`Unheard` is no known field"),
        ] {
            let why = placed("contacts.create", &[(path, "1")]).unwrap_err();
            assert!(why.contains(words), "{path}: {why}");
        }
        for (path, words) in [
            ("ProductLines.x", "is a list"),
            ("ProductLines.7.Quantity", "has no item 6"),
            ("ProductLines.99999999999999999999.Quantity", "is a list"),
        ] {
            let why = placed("invoices.create", &[(path, "1")]).unwrap_err();
            assert!(why.contains(words), "{path}: {why}");
        }
        let broken = place("{", body("contacts.create"), "Name", "x").unwrap_err();
        assert!(broken.contains("line 1"), "{broken}");
    }

    #[test]
    fn an_unknown_name_is_put_there_and_noted() {
        let body = body("contacts.create");
        let placed = place(&blank(body), body, "Nmae", "x").unwrap();
        assert!(placed.text.contains("\"Nmae\": \"x\""), "{}", placed.text);
        assert!(placed.note.unwrap().contains("`Name`"));
        let known = place(&blank(body), body, "name", "x").unwrap();
        assert_eq!(known.note, None);
        assert!(known.text.contains("\"Name\": \"x\""), "{}", known.text);
    }

    proptest::proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "(Name|ProductLines|0|1|\\.|x){0,7}", value in ".{0,8}") {
            for name in ["contacts.create", "invoices.create"] {
                let body = body(name);
                if let Ok(placed) = place(&blank(body), body, &path, &value) {
                    assert!(serde_json::from_str::<Value>(&placed.text).is_ok(), "{}", placed.text);
                }
            }
        }
    }
}
