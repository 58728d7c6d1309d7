//! Rules about where in Dinero a call goes: the company in its path, the days it asks for, and whether its
//! path is an old one.

use super::api::{rule, seen, when};
use super::refusal::{Meaning, call, is_dinero, query};
use super::seen::{clip, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::dinero::call::organizations;
use crate::core::dinero::catalogue::successor;
use crate::core::oauth::callback::target;
use crate::core::wire::Record;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// The rules about the place of a call.
pub(super) const RULES: &[Rule] = &[
    rule(
        "api-organization-missing",
        Severity::Error,
        "Dinero's OpenAPI document",
        organization_missing,
    ),
    rule(
        "api-organization-unknown",
        Severity::Error,
        "Dinero documentation, inferred",
        organization_unknown,
    ),
    rule(
        "api-date-range",
        Severity::Error,
        "Dinero documentation",
        date_range,
    ),
    rule(
        "api-deprecated",
        Severity::Note,
        "Dinero's OpenAPI document",
        deprecated,
    ),
];

/// What stands in a path of Dinero where the company belongs; `None` for paths that name none.
fn company(path: &str) -> Option<&str> {
    let mut segments = path.trim_start_matches('/').split('/');
    let version = segments.next()?;
    let is_version = version.strip_prefix('v').is_some_and(|number| {
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    let second = segments.next().unwrap_or_default();
    let of_all = ["organizations", "countries"].contains(&second);
    (is_version && !of_all).then_some(second)
}

/// Whether a call has something else where the number of the company belongs.
pub(super) fn lacks_organization(record: &Record) -> bool {
    let (path, _) = target(&record.request.url);
    company(path).is_some_and(|named| named.parse::<u64>().is_err())
}

fn organization_missing(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::OrganizationMissing)?;
    let (path, _) = target(&record.request.url);
    let named = company(path)?;
    let cause = if named.contains(['{', '<', ':']) || named.contains("%7B") {
        "A placeholder stands where the number of the company belongs."
    } else {
        "Second in the path stands the number of a company; one token serves all companies of a user. \
         Only the lists of organizations and of countries do without."
    };
    Some(Found::new(
        "The path does not name a company",
        format!(
            "{}; {} where its number belongs",
            seen(evidence, record, response),
            quoted(named)
        ),
        cause,
        &["take an id from GET /v1.1/organizations and put it behind the version: `/v1/123456/…`"],
    ))
}

/// The numbers of the user's companies, as the last list of them said; `None` when there was none.
fn companies(evidence: &Evidence<'_>) -> Option<BTreeSet<String>> {
    let list = evidence.transcript.iter().rev().find_map(|record| {
        let (path, _) = target(&record.request.url);
        let response = record.outcome.response()?;
        let is_list = response.status == 200 && path.ends_with("/organizations");
        is_list.then(|| organizations(&response.body.0))?
    })?;
    Some(list.into_iter().map(|row| row.id).collect())
}

/// The company of a call, when the user's own list does not have it.
pub(super) fn unknown_organization(evidence: &Evidence<'_>) -> Option<String> {
    let (record, _) = call(evidence)?;
    let (path, _) = target(&record.request.url);
    let named = company(path)?;
    named.parse::<u64>().ok()?;
    let known = companies(evidence)?;
    (!known.contains(named)).then(|| named.to_owned())
}

fn organization_unknown(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::OrganizationUnknown)?;
    let named = unknown_organization(evidence)?;
    let known = companies(evidence)?;
    let list: Vec<String> = known.into_iter().take(5).collect();
    Some(Found::new(
        "The company in the path is not one of this user's",
        format!(
            "{}; {named}, and the list of organizations had {}",
            seen(evidence, record, response),
            list.join(", ")
        ),
        "A token opens the companies of who signed in, and no other.",
        &[
            "choose another company (g)",
            "sign in as a user of that company",
        ],
    ))
}

/// Longest time between `changesFrom` and `changesTo`, in days.
const LONGEST_CHANGES: i64 = 31;

/// The day of a value such as `2026-06-30` or `2026-06-30T00:00:00Z`.
fn day(value: &str) -> Option<Date> {
    value
        .get(..10)
        .unwrap_or(value)
        .replace('/', "-")
        .parse()
        .ok()
}

/// What is wrong with the days that a call asks for; `None` when nothing is.
pub(super) fn dates_fault(record: &Record) -> Option<String> {
    let (path, _) = target(&record.request.url);
    for (from, to) in [
        ("startDate", "endDate"),
        ("fromDate", "toDate"),
        ("changesFrom", "changesTo"),
    ] {
        let (begin, end) = (query(record, from), query(record, to));
        let (begin, end) = match (begin, end) {
            (None, None) => continue,
            (Some(_), None) => return Some(format!("`{from}` stands without `{to}`")),
            (None, Some(_)) => return Some(format!("`{to}` stands without `{from}`")),
            (Some(begin), Some(end)) => (begin, end),
        };
        let Some((first, last)) = day(&begin).zip(day(&end)) else {
            return Some(format!(
                "{} to {} are no days",
                quoted(&begin),
                quoted(&end)
            ));
        };
        if last < first {
            return Some(format!("`{to}` is before `{from}`"));
        }
        let days = i64::from((last - first).get_days());
        let exact = begin.parse::<Timestamp>().ok().zip(end.parse().ok());
        let over = exact.map_or(
            days > LONGEST_CHANGES,
            |(begin, end): (Timestamp, Timestamp)| {
                end.duration_since(begin).as_secs() > LONGEST_CHANGES * 86_400
            },
        );
        if from == "changesFrom" && over {
            return Some(format!(
                "it asks for {days} days of changes, and {LONGEST_CHANGES} is the most"
            ));
        }
        if path.ends_with("/entries") && first.year() != last.year() {
            return Some(format!(
                "it reaches from {} into {}, and entries are read one accounting year at a time",
                first.year(),
                last.year()
            ));
        }
    }
    None
}

fn date_range(evidence: &Evidence<'_>) -> Option<Found> {
    let (record, response) = when(evidence, Meaning::DateRange)?;
    let fault = dates_fault(record)?;
    Some(Found::new(
        "Dinero does not take these days",
        format!("{}; {fault}", seen(evidence, record, response)),
        "A range has both ends, as YYYY-MM-DD. Entries stay within one accounting year (that it is the \
         calendar year is inferred); changes reach over 31 days at most.",
        &["correct the days in the query; ask several times for a longer time"],
    ))
}

fn deprecated(evidence: &Evidence<'_>) -> Option<Found> {
    let record = evidence.api.filter(|_| is_dinero(evidence))?;
    let (path, _) = target(&record.request.url);
    let row = successor(&record.request.method, path)?;
    Some(Found::new(
        "There is a newer version of this path",
        format!("{} {}", row.method, clip(path, 60)),
        "Older paths go on working for a time, then fail now and then (480), then are gone.",
        &[&format!("use {} {}", row.method, row.path)],
    ))
}
