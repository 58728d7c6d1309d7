//! Dinero's `queryFilter`: `Field op 'value'`, joined by `;`.
//!
//! A malformed filter is answered with a bare 400, so what is wrong with it is found here.

use crate::core::dinero::catalogue::filter_fields;

/// What is wrong with a filter for the list at a path; `None` when nothing is.
pub(super) fn fault(filter: &str, path: &str) -> Option<String> {
    let fields = filter_fields(path);
    parts(filter)
        .iter()
        .find_map(|part| fault_of_part(part.trim(), fields))
}

/// The parts of a filter; a `;` within quotes separates nothing.
fn parts(filter: &str) -> Vec<&str> {
    let mut within = false;
    filter
        .split(|letter| {
            within ^= letter == '\'';
            letter == ';' && !within
        })
        .collect()
}

/// What is wrong with one comparison.
fn fault_of_part(part: &str, fields: Option<&[String]>) -> Option<String> {
    let mut words = part.splitn(3, ' ').map(str::trim);
    let (field, operator, value) = (words.next()?, words.next(), words.next());
    let Some((operator, value)) = operator.zip(value) else {
        return Some(format!("`{part}` is not `Field eq 'value'`"));
    };
    if !["eq", "contains"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(operator))
    {
        return Some(format!(
            "`{operator}` is not an operator: `eq` or `contains`"
        ));
    }
    if value.starts_with(['"', '’', '‘', '`']) {
        return Some("the value stands in other quotes than `'`".to_owned());
    }
    if value.len() < 2 || !value.starts_with('\'') || !value.ends_with('\'') {
        return Some(format!("`{value}` does not stand in single quotes"));
    }
    let fields = fields?;
    if fields.iter().any(|known| known.eq_ignore_ascii_case(field)) {
        return None;
    }
    Some(format!(
        "`{field}` is not a field to filter by: {}",
        fields.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_filter_is_right_or_its_fault_is_named() {
        for right in [
            "Name eq 'Ærlig Øl ApS'",
            "name contains 'a;b'",
            "Email EQ 'a@b.dk'; IsPerson eq 'true'",
        ] {
            assert_eq!(fault(right, "/v2/1/contacts"), None, "{right}");
        }
        for (wrong, named) in [
            ("Name", "is not `Field eq 'value'`"),
            ("Name eq Acme", "single quotes"),
            ("Name eq \"Acme\"", "other quotes"),
            ("Name = 'Acme'", "`=` is not an operator"),
            ("Number eq '1'", "`Number` is not a field"),
            ("Name eq 'a';", "is not `Field eq 'value'`"),
        ] {
            let found = fault(wrong, "/v2/1/contacts").unwrap_or_default();
            assert!(found.contains(named), "{wrong}: {found}");
        }
        assert_eq!(fault("Number eq '1'", "/v1/1/entries"), None);
    }
}
