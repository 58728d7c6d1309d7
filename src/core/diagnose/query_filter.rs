//! What is wrong with a `queryFilter` that was sent.
//!
//! A malformed filter is answered with a bare 400, so what is wrong with it is found here.

use crate::core::dinero::catalogue::filter_fields;
use crate::core::dinero::filter;

/// What is wrong with a filter for the list at a path; `None` when nothing is.
pub(super) fn fault(filter: &str, path: &str) -> Option<String> {
    filter::read(filter, filter_fields(path).unwrap_or_default()).err()
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_filter_is_right_or_its_fault_is_named() {
        for right in [
            "Name eq 'Ærlig Øl ApS'",
            "name contains 'a;b'",
            "Name eq 'O''Brien'",
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
