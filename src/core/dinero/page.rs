//! Dinero's envelope of a page (reference 2.2): how many came, how many there are; and pages joined into one.
//!
//! Items are never parsed into numbers and written again: a joined answer holds the bytes that came.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::ops::Range;

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where its items stand in the body, the brackets around them left out.
    pub items: Range<usize>,
    /// How many there are.
    pub count: u64,
    /// How many there are on all pages, where the answer says so.
    pub total: Option<u64>,
    /// Which page it is, counted from 0.
    pub page: u64,
    /// How many a page holds.
    pub page_size: u64,
}

/// The envelope; its names are read as third parties report them, too.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "Collection", alias = "collection")]
    collection: &'a RawValue,
    #[serde(rename = "Pagination", alias = "pagination")]
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(rename = "PageSize", alias = "pageSize", default)]
    page_size: u64,
    #[serde(rename = "ResultWithoutFilter", alias = "resultWithoutFilter")]
    total: Option<u64>,
    #[serde(rename = "Page", alias = "page", default)]
    page: u64,
}

/// The page that a body is; `None` when it is none.
pub fn read(body: &[u8]) -> Option<Page> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).ok()?;
    let list = envelope.collection.get();
    let items: Vec<&RawValue> = serde_json::from_str(list).ok()?;
    let start = list.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    let inner = list.strip_prefix('[')?.strip_suffix(']')?;
    Some(Page {
        items: start + 1..start + 1 + inner.len(),
        count: items.len() as u64,
        total: envelope.pagination.total,
        page: envelope.pagination.page,
        page_size: envelope.pagination.page_size,
    })
}

impl Page {
    /// Whether another page follows (reference 2.2): by the total where it is known, else by how full it is.
    pub fn has_next(&self) -> bool {
        let size = self.page_size.max(1);
        match self.total {
            Some(total) => self.count > 0 && (self.page + 1).saturating_mul(size) < total,
            None => self.count >= size,
        }
    }

    /// `26–50 of 92`.
    pub fn words(&self) -> String {
        let first = self.page.saturating_mul(self.page_size) + 1;
        let last = first + self.count.saturating_sub(1);
        match (self.count, self.total) {
            (0, Some(total)) => format!("none of {total}"),
            (0, None) => "none".to_owned(),
            (_, Some(total)) => format!("{first}–{last} of {total}"),
            (_, None) => format!("{first}–{last}"),
        }
    }
}

/// Pages in one envelope, which says that all of it is one page.
pub fn join<'a>(pages: impl Iterator<Item = &'a [u8]>, count: u64, total: Option<u64>) -> Vec<u8> {
    let mut joined = b"{\"Collection\":[".to_vec();
    let mut is_first = true;
    for items in pages
        .map(<[u8]>::trim_ascii)
        .filter(|items| !items.is_empty())
    {
        if !std::mem::replace(&mut is_first, false) {
            joined.push(b',');
        }
        joined.extend_from_slice(items);
    }
    let total = total.unwrap_or(count);
    let end = format!(
        "],\"Pagination\":{{\"PageSize\":{count},\"Result\":{count},\"ResultWithoutFilter\":{total},\"Page\":0}}}}"
    );
    joined.extend_from_slice(end.as_bytes());
    joined
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by it")]
mod tests {
    use super::*;

    const FIRST: &str = r#"{ "Collection": [ {"a":1.10}, {"a":"]"} ],
        "Pagination": {"MaxPageSizeAllowed":1000,"PageSize":2,"Result":2,"ResultWithoutFilter":3,"Page":0} }"#;
    const SECOND: &str = r#"{"collection":[{"a":1e400}],"pagination":{"pageSize":2,"resultWithoutFilter":3,"page":1}}"#;

    #[test]
    fn pages_are_read_and_joined_without_losing_a_digit() {
        let (first, second) = (
            read(FIRST.as_bytes()).unwrap(),
            read(SECOND.as_bytes()).unwrap(),
        );
        assert!(first.has_next() && !second.has_next());
        assert_eq!(
            (first.words(), second.words()),
            ("1–2 of 3".to_owned(), "3–3 of 3".to_owned())
        );
        let parts = [
            &FIRST.as_bytes()[first.items],
            &SECOND.as_bytes()[second.items],
            b" ",
        ];
        let joined = join(parts.into_iter(), 3, Some(3));
        let text = std::str::from_utf8(&joined).unwrap();
        assert!(
            text.starts_with(r#"{"Collection":[{"a":1.10}, {"a":"]"},{"a":1e400}],"#),
            "{text}"
        );
        let whole = read(&joined).unwrap();
        assert_eq!((whole.count, whole.total), (3, Some(3)));
        assert!(!whole.has_next());
    }

    #[test]
    fn what_is_no_page_is_none() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"Collection":{},"Pagination":{}}"#,
            r#"{"Collection":[]}"#,
        ] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
        let nothing = read(br#"{"Collection":[],"Pagination":{"PageSize":0}}"#).unwrap();
        assert!(!nothing.has_next());
        let full = read(br#"{"Collection":[1],"Pagination":{"PageSize":1}}"#).unwrap();
        assert!(
            full.has_next(),
            "without a total a full page may have a next one"
        );
    }
}
