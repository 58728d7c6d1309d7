//! Dinero's `queryFilter` and `fields`: what a text of them says, and the text for what is chosen.
//!
//! `queryFilter` is `Field eq 'value'` or `Field contains 'value'`, joined by `;`. How a `'` within a value is
//! written is not published. Here it is doubled, as in OData, whose words the rest is made of; that is inferred.
//! Within quotes a `;` separates nothing, which is inferred too.

use super::value::shown;

/// How a condition compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `eq`.
    Equals,
    /// `contains`.
    Contains,
}

impl Operator {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Equals, Self::Contains];

    /// As it is sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Equals => "eq",
            Self::Contains => "contains",
        }
    }
}

/// One condition of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The field, as Dinero writes it where it is known.
    pub field: String,
    /// How it compares.
    pub operator: Operator,
    /// What with, without quotes.
    pub value: String,
}

impl Condition {
    /// One part of a filter; otherwise what is wrong with it. Where no fields are given, any may be named.
    fn read(part: &str, fields: &[String]) -> Result<Self, String> {
        let part = part.trim();
        if part.is_empty() {
            return Err(
                "a `;` with nothing beside it: an empty part is not `Field eq 'value'`".to_owned(),
            );
        }
        let end_of_word = |letter: char| letter.is_whitespace() || letter == '\'';
        let word = |text: &str| text.find(end_of_word).unwrap_or(text.len());
        let (field, rest) = part.split_at(word(part));
        let rest = rest.trim_start();
        let (operator, value) = rest.split_at(word(rest));
        let value = value.trim();
        if field.is_empty() || operator.is_empty() || value.is_empty() {
            return Err(format!("{} is not `Field eq 'value'`", shown(part)));
        }
        let mut operators = Operator::ALL.into_iter();
        let operator = operators
            .find(|known| known.name().eq_ignore_ascii_case(operator))
            .ok_or_else(|| format!("{} is not an operator: `eq` or `contains`", shown(operator)))?;
        let value = unquoted(value)?;
        let known = fields
            .iter()
            .find(|known| known.eq_ignore_ascii_case(field));
        if known.is_none() && !fields.is_empty() {
            let all = fields.join(", ");
            return Err(format!(
                "{} is not a field to filter by: {all}",
                shown(field)
            ));
        }
        Ok(Self {
            field: known.map_or(field, String::as_str).to_owned(),
            operator,
            value,
        })
    }
}

/// The value that stands in single quotes.
fn unquoted(value: &str) -> Result<String, String> {
    if value.starts_with(['"', '’', '‘', '`', '´']) {
        return Err("the value stands in other quotes than `'`".to_owned());
    }
    let within = value
        .strip_prefix('\'')
        .and_then(|value| value.strip_suffix('\''))
        .ok_or_else(|| format!("{} does not stand in single quotes", shown(value)))?;
    if within.replace("''", "").contains('\'') {
        let words = "has a `'` within its quotes: double it (`''`)";
        return Err(format!("{} {words}", shown(value)));
    }
    Ok(within.replace("''", "'"))
}

/// The filter of these conditions.
pub fn write(conditions: &[Condition]) -> String {
    let parts: Vec<String> = conditions
        .iter()
        .map(|condition| {
            let value = condition.value.replace('\'', "''");
            format!(
                "{} {} '{value}'",
                condition.field,
                condition.operator.name()
            )
        })
        .collect();
    parts.join(";")
}

/// The conditions of a filter, in any case and with any spaces; otherwise what is wrong with it. Where no
/// fields are given, any may be named.
pub fn read(text: &str, fields: &[String]) -> Result<Vec<Condition>, String> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut within = false;
    let parts = text.split(|letter| {
        within ^= letter == '\'';
        letter == ';' && !within
    });
    parts.map(|part| Condition::read(part, fields)).collect()
}

/// The known fields and whether a text of `fields` names them, in any case; behind them what else it names.
pub fn fields_checked<'a>(
    text: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Vec<(String, bool)> {
    let typed: Vec<&str> = names(text).collect();
    let mut all: Vec<(String, bool)> = Vec::new();
    for field in known {
        let checked = typed.iter().any(|name| name.eq_ignore_ascii_case(field));
        all.push((field.to_owned(), checked));
    }
    for name in typed {
        if !all
            .iter()
            .any(|(field, _)| field.eq_ignore_ascii_case(name))
        {
            all.push((name.to_owned(), true));
        }
    }
    all
}

/// A text of `fields` with one field added or left out; the others stay as they were typed.
pub fn toggle_field(text: &str, field: &str, on: bool) -> String {
    let is_it = |name: &str| name.trim().eq_ignore_ascii_case(field);
    if !on {
        let others: Vec<&str> = text.split(',').filter(|name| !is_it(name)).collect();
        return others.join(",").trim().to_owned();
    }
    if names(text).any(is_it) {
        return text.to_owned();
    }
    let before = text.trim_end().trim_end_matches(',');
    if before.trim().is_empty() {
        return field.to_owned();
    }
    let separator = if before.contains(", ") { ", " } else { "," };
    format!("{before}{separator}{field}")
}

/// The names of a comma list.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known() -> Vec<String> {
        ["Name", "Email"].map(str::to_owned).to_vec()
    }

    #[test]
    fn it_is_read_in_any_case_and_with_any_spaces() {
        let read = read("  name EQ 'O''Brien; Søn' ;EMAIL  Contains'@' ", &known());
        let of = |field: &str, operator, value: &str| Condition {
            field: field.to_owned(),
            operator,
            value: value.to_owned(),
        };
        let expected = vec![
            of("Name", Operator::Equals, "O'Brien; Søn"),
            of("Email", Operator::Contains, "@"),
        ];
        assert_eq!(read, Ok(expected));
        assert_eq!(super::read(" ", &known()), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (wrong, named) in [
            ("Name", "`Name` is not `Field eq 'value'`"),
            ("Name eq", "is not `Field eq 'value'`"),
            ("'a'", "is not `Field eq 'value'`"),
            ("Name eq Acme", "single quotes"),
            ("Name eq 'Acme", "single quotes"),
            ("Name eq '", "single quotes"),
            ("Name eq “Acme”", "single quotes"),
            ("Name eq \"Acme\"", "other quotes"),
            ("Name eq 'O'Brien'", "double it"),
            ("Name = 'Acme'", "`=` is not an operator"),
            ("Nam eq 'a'", "`Nam` is not a field"),
            ("Name eq 'a';", "nothing beside it"),
        ] {
            let found = read(wrong, &known()).err().unwrap_or_default();
            assert!(found.contains(named), "{wrong}: {found}");
        }
    }

    #[test]
    fn fields_are_checked_and_toggled_and_the_others_stay() {
        let checked = fields_checked("EMAIL, foo,", ["Name", "Email"]);
        let expected = [("Name", false), ("Email", true), ("foo", true)];
        assert_eq!(checked, expected.map(|(name, on)| (name.to_owned(), on)));
        for (text, field, on, after) in [
            ("", "Name", true, "Name"),
            ("email", "Name", true, "email,Name"),
            ("email, Foo", "Name", true, "email, Foo, Name"),
            ("email,", "Name", true, "email,Name"),
            ("NAME", "Name", true, "NAME"),
            ("NAME, email", "Name", false, "email"),
            ("email,name,Foo", "Name", false, "email,Foo"),
            ("email", "Name", false, "email"),
            ("Name", "Name", false, ""),
        ] {
            assert_eq!(toggle_field(text, field, on), after, "{text} {field} {on}");
        }
    }

    fn condition() -> impl Strategy<Value = Condition> {
        (any::<bool>(), any::<bool>(), "([';a ]|.){0,8}").prop_map(|(name, equals, value)| {
            Condition {
                field: if name { "Name" } else { "Email" }.to_owned(),
                operator: if equals {
                    Operator::Equals
                } else {
                    Operator::Contains
                },
                value,
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(conditions in proptest::collection::vec(condition(), 0..4)) {
            prop_assert_eq!(read(&write(&conditions), &known()), Ok(conditions));
        }

        #[test]
        fn no_text_makes_it_panic(text in "(Name|eq|contains|[ ;'a]|.){0,12}", on in any::<bool>()) {
            if let Ok(conditions) = read(&text, &[]) {
                prop_assert_eq!(read(&write(&conditions), &[]), Ok(conditions));
            }
            let toggled = toggle_field(&text, "Name", on);
            let mut checked = fields_checked(&toggled, ["Name"]).into_iter();
            prop_assert_eq!(checked.next(), Some(("Name".to_owned(), on)));
        }
    }
}
