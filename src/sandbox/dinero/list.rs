//! Lists: `page` and `pageSize`, `fields`, `queryFilter` and the filters of invoices.
//!
//! Dinero's own conventions (reference 2.2): names in any case, and the answer uses the case that was typed.

use super::super::reply::Pairs;
use super::Refusal;
use super::call::{Answered, Call, Reply};
use super::kinds::{self, Kind};
use super::rows::{Cell, Row, array, object};
use crate::core::dinero::catalogue::Operation;
use crate::core::dinero::filter::{self, Condition, Operator};
use jiff::Timestamp;
use jiff::civil::Date;
use std::cmp::Ordering;

/// The largest page.
const PAGE_SIZE_LIMIT: u32 = 1000;

/// The page that is given when none is asked for.
const PAGE_SIZE: u32 = 100;

/// Everything that a list needs to know of itself.
struct Listing<'a> {
    operation: &'static Operation,
    kind: &'a Kind,
    /// The fields of a row, for what is said about a wrong one.
    known: Vec<&'static str>,
}

/// A page of the rows, in Dinero's envelope.
pub(super) fn page(call: &Call<'_>, kind: &Kind, rows: &[&Row]) -> Answered {
    let query = call.query;
    let number = whole(query, "page", 0)?;
    let size = page_size(query, PAGE_SIZE)?;
    let listing = Listing {
        operation: call.operation,
        kind,
        known: kinds::fields_of(call.operation, kind),
    };
    let every = listing.known.join(",");
    let default = listing.operation.fields.as_deref().unwrap_or(&every);
    let fields = fields(query, &listing.known, default)?;
    let filter = Filter::read(&listing, query)?;
    let mut rows: Vec<&Row> = rows
        .iter()
        .copied()
        .filter(|row| filter.takes(row))
        .collect();
    sort(&mut rows, &listing, query)?;
    let items: Vec<String> = part(&rows, number, size)
        .map(|row| object(&row.picked(&fields)))
        .collect();
    let (result, all) = (items.len(), rows.len());
    Ok(Reply::Json(format!(
        "{{\"Collection\":{},\"Pagination\":{{\"MaxPageSizeAllowed\":{PAGE_SIZE_LIMIT},\
         \"PageSize\":{size},\"Result\":{result},\"ResultWithoutFilter\":{all},\"Page\":{number}}}}}",
        array(items.into_iter()),
    )))
}

/// The rows as a plain array: those fields of them that are asked for, where the operation lets one ask.
pub(super) fn plain(call: &Call<'_>, rows: &[Row]) -> Answered {
    let Some(default) = call.operation.fields.as_deref() else {
        return Ok(Reply::rows(rows));
    };
    let known: Vec<&str> = call.operation.answer_fields().collect();
    let fields = fields(call.query, &known, default)?;
    let picked: Vec<Row> = rows.iter().map(|row| row.picked(&fields)).collect();
    Ok(Reply::rows(&picked))
}

/// The items of a page.
pub(super) fn part<T>(items: &[T], number: u32, size: u32) -> impl Iterator<Item = &T> {
    let start = usize::try_from(u64::from(number) * u64::from(size)).unwrap_or(usize::MAX);
    items.iter().skip(start).take(size as usize)
}

/// How many items a page shall have.
pub(super) fn page_size(query: &Pairs, default: u32) -> Result<u32, Refusal> {
    let size = whole(query, "pageSize", default)?;
    if (1..=PAGE_SIZE_LIMIT).contains(&size) {
        return Ok(size);
    }
    let why = format!("must be from 1 to {PAGE_SIZE_LIMIT}");
    Err(Refusal::of_parameter(43, "pageSize", why))
}

/// A whole number of the query.
pub(super) fn whole(query: &Pairs, name: &str, default: u32) -> Result<u32, Refusal> {
    query.get(name).map_or(Ok(default), |text| {
        text.parse()
            .map_err(|_| Refusal::of_parameter(42, name, "must be a whole number, 0 or more"))
    })
}

/// The fields that are asked for, as they were typed.
pub(super) fn fields(query: &Pairs, known: &[&str], default: &str) -> Result<Vec<String>, Refusal> {
    let asked = query.get("fields").unwrap_or(default);
    let names = asked
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names
        .map(|name| {
            named(known, name).map(|_| name.to_owned()).ok_or_else(|| {
                Refusal::of_parameter(42, "fields", format!("`{name}` is not a field"))
            })
        })
        .collect()
}

/// The known name that is meant, in whatever case it is typed.
fn named<'a>(known: &[&'a str], name: &str) -> Option<&'a str> {
    known
        .iter()
        .find(|own| own.eq_ignore_ascii_case(name))
        .copied()
}

/// Whether a row meets a condition.
fn meets(row: &Row, condition: &Condition) -> bool {
    let text = lower(row, &condition.field);
    let value = condition.value.to_lowercase();
    match condition.operator {
        Operator::Equals => text == value,
        Operator::Contains => text.contains(&value),
    }
}

/// Everything that rows are chosen by.
#[derive(Debug, Default)]
struct Filter {
    conditions: Vec<Condition>,
    searched: &'static [&'static str],
    statuses: Vec<String>,
    words: Option<String>,
    dates: Option<(&'static str, String, String)>,
    changes_since: Option<String>,
    deleted_only: bool,
}

impl Filter {
    /// From the query; Dinero refuses what it cannot read.
    fn read(listing: &Listing<'_>, query: &Pairs) -> Result<Self, Refusal> {
        let takes = |name: &str| {
            listing
                .operation
                .in_query
                .iter()
                .any(|one| one.name == name)
        };
        let own = |name: &str| {
            query
                .get(name)
                .filter(|_| takes(name))
                .map(str::to_lowercase)
        };
        Ok(Self {
            conditions: conditions(listing, query)?,
            searched: listing.kind.searched,
            statuses: own("statusFilter")
                .map(|text| text.split(',').map(|one| one.trim().to_owned()).collect())
                .unwrap_or_default(),
            words: own("freeTextSearch"),
            dates: match listing.kind.date {
                "" => None,
                field => dates(field, query)?,
            },
            changes_since: changes_since(query)?,
            deleted_only: query
                .get("deletedOnly")
                .is_some_and(|text| text.eq_ignore_ascii_case("true")),
        })
    }

    /// Whether a row meets all of it.
    fn takes(&self, row: &Row) -> bool {
        let dated = self.dates.as_ref().is_none_or(|(field, start, end)| {
            // Drafts are found whatever their date.
            let date = lower(row, field);
            lower(row, "Status") == "draft" || (start <= &date && &date <= end)
        });
        let worded = self.words.as_ref().is_none_or(|words| {
            self.searched
                .iter()
                .any(|field| lower(row, field).contains(words))
        });
        let changed = |since: &String| since.to_lowercase() <= lower(row, "UpdatedAt");
        dated
            && worded
            && self
                .conditions
                .iter()
                .all(|condition| meets(row, condition))
            && (self.statuses.is_empty() || self.statuses.contains(&lower(row, "Status")))
            && self.changes_since.as_ref().is_none_or(changed)
            && (!self.deleted_only || !lower(row, "DeletedAt").is_empty())
    }
}

/// A row's text, lower case, as everything here is compared.
fn lower(row: &Row, field: &str) -> String {
    row.cell(field)
        .map(|cell| cell.text().to_lowercase())
        .unwrap_or_default()
}

/// `queryFilter`: conditions joined by `;`, all of which must be met.
fn conditions(listing: &Listing<'_>, query: &Pairs) -> Result<Vec<Condition>, Refusal> {
    let filters = &listing.operation.filters;
    let Some(text) = query.get("queryFilter").filter(|_| !filters.is_empty()) else {
        return Ok(Vec::new());
    };
    filter::read(text, filters).map_err(|_| {
        let why = format!(
            "`{text}` is not `Field eq 'value'` or `Field contains 'value'` with one of {}",
            filters.join(", ")
        );
        Refusal::of_parameter(42, "queryFilter", why)
    })
}

/// `startDate` and `endDate`: both or neither.
fn dates(
    field: &'static str,
    query: &Pairs,
) -> Result<Option<(&'static str, String, String)>, Refusal> {
    let read = |name: &'static str| {
        query.get(name).map_or(Ok(None), |text| {
            text.parse::<Date>()
                .map(|date| Some(date.to_string()))
                .map_err(|_| Refusal::of_parameter(42, name, "must be YYYY-MM-DD"))
        })
    };
    match (read("startDate")?, read("endDate")?) {
        (Some(start), Some(end)) => Ok(Some((field, start, end))),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Refusal::of_parameter(
            42,
            "endDate",
            "must come with startDate",
        )),
        (None, Some(_)) => Err(Refusal::of_parameter(
            42,
            "startDate",
            "must come with endDate",
        )),
    }
}

/// `changesSince`: a time in UTC.
fn changes_since(query: &Pairs) -> Result<Option<String>, Refusal> {
    query.get("changesSince").map_or(Ok(None), |text| {
        text.parse::<Timestamp>()
            .map(|time| Some(time.to_string()))
            .map_err(|_| Refusal::of_parameter(42, "changesSince", "must be YYYY-MM-DDTHH:mm:ssZ"))
    })
}

/// `sort` by any field and `sortOrder`; otherwise the order in which the rows stand.
fn sort(rows: &mut [&Row], listing: &Listing<'_>, query: &Pairs) -> Result<(), Refusal> {
    let takes = listing
        .operation
        .in_query
        .iter()
        .any(|one| one.name == "sort");
    let Some(asked) = query.get("sort").filter(|_| takes) else {
        return Ok(());
    };
    let field = named(&listing.known, asked)
        .ok_or_else(|| Refusal::of_parameter(42, "sort", format!("`{asked}` is not a field")))?;
    rows.sort_by(|one, other| compare(one.cell(field), other.cell(field)));
    match query.get("sortOrder").unwrap_or("ascending") {
        "ascending" => {}
        "descending" => rows.reverse(),
        _ => {
            let why = "must be ascending or descending";
            return Err(Refusal::of_parameter(42, "sortOrder", why));
        }
    }
    Ok(())
}

/// Numbers by size, everything else as text.
fn compare(one: Option<&Cell>, other: Option<&Cell>) -> Ordering {
    match (one.and_then(Cell::number), other.and_then(Cell::number)) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.map(Cell::text).cmp(&other.map(Cell::text)),
    }
}
