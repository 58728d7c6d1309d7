//! What is tried to learn what a token may: safe operations that need nothing but the organization, with
//! values that make them whole and answers small.
//!
//! Nothing here changes data: what is not [safe](Operation::is_safe) is never among them.

use super::catalogue::{Kind, ORGANIZATION, Operation, catalogue, operation};
use super::draft::{Draft, DraftBody};
use jiff::civil::Date;
use jiff::{Span, ToSpan};

/// One or two operations that stand for each resource.
const USUAL: [&str; 13] = [
    "organizations.list",
    "accounting-years.list",
    "vat-types.list",
    "accounts.entry-list",
    "contacts.list",
    "products.list",
    "invoices.list",
    "invoices.fetch",
    "credit-notes.list",
    "trade-offers.list",
    "entries.list",
    "files.list",
    "webhooks.subscriptions",
];

/// One line, for what calculates the totals of lines.
const LINES: &str = r#"{"ProductLines":[{"Description":"scope lab","BaseAmountValue":100,"Quantity":1,"AccountNumber":1000,"Discount":0,"Unit":"parts"}]}"#;

/// How far back changes are asked for: Dinero takes 31 days at most.
const DAYS: i64 = 30;

/// A choice that stands for the whole API.
pub fn usual() -> Vec<&'static Operation> {
    USUAL.iter().filter_map(|name| operation(name)).collect()
}

/// Every safe operation that needs nothing but the organization.
pub fn all() -> Vec<&'static Operation> {
    safe().filter(|operation| needs_no_id(operation)).collect()
}

/// How many safe operations are left out because their path names something by its id.
pub fn left_out() -> usize {
    safe().filter(|operation| !needs_no_id(operation)).count()
}

/// Every safe operation.
fn safe() -> impl Iterator<Item = &'static Operation> {
    let all = catalogue().operations.iter();
    all.filter(|operation| operation.is_safe())
}

/// Whether its path names nothing but the organization.
fn needs_no_id(operation: &Operation) -> bool {
    operation.in_path.iter().all(|one| one.name == ORGANIZATION)
}

/// The operation with values for all that is required: a page of one, this month up to today (so that both days
/// lie in one accounting year), a line where totals are calculated.
pub fn draft(operation: &Operation, today: Date) -> Draft {
    let mut draft = Draft::of(operation);
    if operation.is_paged() {
        draft.set("pageSize", "1");
    }
    for parameter in operation.in_query.iter().filter(|one| one.required) {
        let is_start = parameter.name.to_ascii_lowercase().contains("from");
        let back = |first: Date| if is_start { first } else { today };
        let value = match parameter.kind {
            Kind::Date => back(today.first_of_month()).to_string(),
            Kind::Moment => format!("{}T00:00:00Z", back(days_before(today, DAYS.days()))),
            _ => continue,
        };
        draft.set(&parameter.name, &value);
    }
    let has_lines = ["invoices.fetch", "credit-notes.fetch", "trade-offers.fetch"];
    if has_lines.contains(&operation.name.as_str()) {
        draft.body = DraftBody::Text(LINES.to_owned());
    }
    draft
}

/// A day so long before.
fn days_before(day: Date, span: Span) -> Date {
    day.checked_sub(span).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::dinero::variables::{BuiltIns, Variables};

    #[test]
    fn whatever_is_tried_is_safe_and_can_be_made_with_the_organization_alone() {
        assert_eq!(usual().len(), USUAL.len(), "the catalogue has all of them");
        let today = Date::constant(2026, 11, 23);
        for operation in usual().into_iter().chain(all()) {
            assert!(operation.is_safe(), "{}", operation.name);
            let known = Variables::default();
            let made = draft(operation, today).call(Some("42"), &known, &mut BuiltIns::Preview);
            assert!(made.is_ok(), "{}: {made:?}", operation.name);
        }
    }

    #[test]
    fn what_is_required_has_a_value() {
        let today = Date::constant(2026, 11, 23);
        let target = |name| {
            let made = operation(name).map(|operation| {
                let known = Variables::default();
                draft(operation, today).call(Some("42"), &known, &mut BuiltIns::Preview)
            });
            made.and_then(Result::ok).map(|made| made.call.target)
        };
        for (name, expected) in [
            (
                "entries.list",
                "/v1/42/entries?fromDate=2026-11-01&toDate=2026-11-23",
            ),
            (
                "entries.changes",
                "/v1/42/entries/changes?changesFrom=2026-10-24T00%3A00%3A00Z\
                 &changesTo=2026-11-23T00%3A00%3A00Z",
            ),
            ("invoices.list", "/v1/42/invoices?pageSize=1"),
        ] {
            assert_eq!(target(name).as_deref(), Some(expected));
        }
    }
}
