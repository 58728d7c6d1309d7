//! Paged lists: `page` and `pageSize`, `fields`, `queryFilter` and the filters of invoices.
//!
//! Dinero's own conventions (reference 2.2): names in any case, and the answer uses the case that was typed.

use super::super::reply::Pairs;
use super::Refusal;
use super::data;
use super::rows::{Cell, Row, array, object};
use crate::core::dinero::filter::{self, Condition, Operator};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::Date;
use std::cmp::Ordering;

/// The largest page.
const PAGE_SIZE_LIMIT: u32 = 1000;

/// The page that is given when none is asked for.
const PAGE_SIZE: u32 = 100;

/// A kind of list.
#[derive(Debug)]
pub(super) struct Kind {
    /// The fields of a row, for what is said about a wrong one.
    pub(super) fields: &'static [&'static str],
    /// The fields that are given when none are asked for.
    pub(super) default_fields: &'static str,
    /// The fields that `queryFilter` takes.
    pub(super) filters: &'static [&'static str],
    /// The field that names a row.
    pub(super) key: &'static str,
    /// Status and code for a row that is not there.
    pub(super) missing: (StatusCode, u16),
    /// The field that `startDate` and `endDate` mean; empty when the list does not take them.
    pub(super) date: &'static str,
    /// The rows of an organization.
    pub(super) rows: fn(u32) -> Vec<Row>,
}

/// Customers and suppliers.
pub(super) const CONTACTS: Kind = Kind {
    fields: data::CONTACT_FIELDS,
    default_fields: "name,contactGuid",
    filters: &[
        "ExternalReference",
        "Name",
        "Email",
        "VatNumber",
        "EanNumber",
        "IsPerson",
        "Phone",
    ],
    key: "ContactGuid",
    missing: (StatusCode::NOT_FOUND, 40),
    date: "",
    rows: data::contacts,
};

/// Sales invoices.
pub(super) const INVOICES: Kind = Kind {
    fields: data::INVOICE_FIELDS,
    default_fields: "Guid,ContactName,Date,Description",
    filters: &["ExternalReference", "ContactGuid", "Description"],
    key: "Guid",
    missing: (StatusCode::BAD_REQUEST, 63),
    date: "Date",
    rows: data::invoices,
};

/// A page of the rows, in Dinero's envelope.
pub(super) fn page(kind: &Kind, rows: &[Row], query: &Pairs) -> Result<String, Refusal> {
    let number = whole(query, "page", 0)?;
    let size = whole(query, "pageSize", PAGE_SIZE)?;
    if !(1..=PAGE_SIZE_LIMIT).contains(&size) {
        let why = format!("must be from 1 to {PAGE_SIZE_LIMIT}");
        return Err(Refusal::of_parameter(43, "pageSize", why));
    }
    let fields = fields(query, kind.fields, kind.default_fields)?;
    let filter = Filter::read(kind, query)?;
    let mut rows: Vec<&Row> = rows.iter().filter(|row| filter.takes(row)).collect();
    sort(&mut rows, kind, query)?;
    let start = usize::try_from(u64::from(number) * u64::from(size)).unwrap_or(usize::MAX);
    let items: Vec<String> = rows
        .iter()
        .skip(start)
        .take(size as usize)
        .map(|row| object(&row.picked(&fields)))
        .collect();
    let (result, all) = (items.len(), rows.len());
    Ok(format!(
        "{{\"Collection\":{},\"Pagination\":{{\"MaxPageSizeAllowed\":{PAGE_SIZE_LIMIT},\
         \"PageSize\":{size},\"Result\":{result},\"ResultWithoutFilter\":{all},\"Page\":{number}}}}}",
        array(items.into_iter()),
    ))
}

/// A whole number of the query.
fn whole(query: &Pairs, name: &'static str, default: u32) -> Result<u32, Refusal> {
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
    statuses: Vec<String>,
    words: Option<String>,
    dates: Option<(&'static str, String, String)>,
    changes_since: Option<String>,
    deleted_only: bool,
}

impl Filter {
    /// From the query; Dinero refuses what it cannot read.
    fn read(kind: &Kind, query: &Pairs) -> Result<Self, Refusal> {
        let dated = !kind.date.is_empty();
        let own = |name: &str| query.get(name).filter(|_| dated).map(str::to_lowercase);
        Ok(Self {
            conditions: conditions(kind, query)?,
            statuses: own("statusFilter")
                .map(|text| text.split(',').map(|one| one.trim().to_owned()).collect())
                .unwrap_or_default(),
            words: own("freeTextSearch"),
            dates: if dated { dates(kind, query)? } else { None },
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
            ["ContactName", "Description", "Number"]
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
fn conditions(kind: &Kind, query: &Pairs) -> Result<Vec<Condition>, Refusal> {
    let Some(text) = query.get("queryFilter") else {
        return Ok(Vec::new());
    };
    let fields: Vec<String> = kind.filters.iter().map(|&field| field.to_owned()).collect();
    filter::read(text, &fields).map_err(|_| {
        let why = format!(
            "`{text}` is not `Field eq 'value'` or `Field contains 'value'` with one of {}",
            kind.filters.join(", ")
        );
        Refusal::of_parameter(42, "queryFilter", why)
    })
}

/// `startDate` and `endDate`: both or neither.
fn dates(kind: &Kind, query: &Pairs) -> Result<Option<(&'static str, String, String)>, Refusal> {
    let read = |name: &'static str| {
        query.get(name).map_or(Ok(None), |text| {
            text.parse::<Date>()
                .map(|date| Some(date.to_string()))
                .map_err(|_| Refusal::of_parameter(42, name, "must be YYYY-MM-DD"))
        })
    };
    match (read("startDate")?, read("endDate")?) {
        (Some(start), Some(end)) => Ok(Some((kind.date, start, end))),
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
fn sort(rows: &mut [&Row], kind: &Kind, query: &Pairs) -> Result<(), Refusal> {
    let Some(asked) = query.get("sort") else {
        return Ok(());
    };
    let field = named(kind.fields, asked)
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
