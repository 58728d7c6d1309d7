//! A call that passed the checks, and what may be answered to it.

use super::super::reply::{self, Pairs};
use super::refusal::Refusal;
use super::rows::{Row, array, object};
use crate::core::dinero::catalogue::Operation;
use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::Write as _;

/// What comes of a call.
pub(super) type Answered = Result<Reply, Refusal>;

/// A call that passed the checks: its body is one of its model.
#[derive(Debug)]
pub(super) struct Call<'a> {
    /// What is called.
    pub(super) operation: &'static Operation,
    /// The values of its path, decoded, the organization left out.
    pub(super) values: Vec<String>,
    /// Its query.
    pub(super) query: &'a Pairs,
    /// What was sent along.
    pub(super) body: Body,
    /// When it came.
    pub(super) now: Timestamp,
    /// Whether it asked for a file where JSON would come as well.
    pub(super) wants_file: bool,
}

/// What was sent along.
#[derive(Debug)]
pub(super) enum Body {
    /// Nothing.
    Nothing,
    /// An object; known fields only, under the names of the model.
    Object(Row),
    /// An array of them.
    List(Vec<Row>),
    /// A file.
    File(Content),
}

/// A file's bytes.
#[derive(Debug, Clone)]
pub(super) struct Content {
    /// Its name.
    pub(super) name: String,
    /// Its media type.
    pub(super) media: String,
    /// The bytes.
    pub(super) bytes: Bytes,
}

/// What is answered with 200.
#[derive(Debug)]
pub(super) enum Reply {
    /// JSON.
    Json(String),
    /// Nothing.
    Empty,
    /// A file.
    File(Content),
}

impl Call<'_> {
    /// The second word of the operation's name, and what comes behind it.
    pub(super) fn verb(&self) -> &'static str {
        let name = self.operation.name.split_once('.');
        name.map_or("", |(_, verb)| verb)
    }

    /// A value of its path.
    pub(super) fn value(&self, at: usize) -> &str {
        self.values.get(at).map_or("", String::as_str)
    }

    /// The object that was sent along; an empty one where none was.
    pub(super) fn object(&self) -> Row {
        match &self.body {
            Body::Object(row) => row.clone(),
            Body::Nothing | Body::List(_) | Body::File(_) => Row::default(),
        }
    }

    /// The objects that were sent along.
    pub(super) fn objects(&self) -> &[Row] {
        match &self.body {
            Body::List(rows) => rows,
            Body::Nothing | Body::Object(_) | Body::File(_) => &[],
        }
    }

    /// When it came, as Dinero writes it.
    pub(super) fn moment(&self) -> String {
        moment(self.now)
    }

    /// The day on which it came.
    pub(super) fn today(&self) -> Date {
        TimeZone::UTC.to_datetime(self.now).date()
    }

    /// Whether a parameter of its query is `true`; what it is when it is left out.
    pub(super) fn flag(&self, name: &str, otherwise: bool) -> bool {
        let given = self.query.get(name);
        given.map_or(otherwise, |text| text.eq_ignore_ascii_case("true"))
    }
}

/// A moment as Dinero writes it: UTC, whole seconds.
pub(super) fn moment(now: Timestamp) -> String {
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Reply {
    /// An object.
    pub(super) fn row(row: &Row) -> Self {
        Self::Json(object(row))
    }

    /// An array.
    pub(super) fn rows<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        Self::Json(array(rows.into_iter().map(object)))
    }

    /// The smallest document that is a PDF.
    pub(super) fn pdf(name: &str) -> Self {
        Self::File(pdf(name))
    }

    /// As it is sent.
    pub(super) fn response(self) -> Response {
        match self {
            Self::Json(text) => reply::json(StatusCode::OK, text),
            Self::Empty => StatusCode::OK.into_response(),
            Self::File(content) => content.response(),
        }
    }
}

impl Content {
    /// As it is downloaded.
    fn response(self) -> Response {
        let name: String = self
            .name
            .chars()
            .map(|one| {
                if one.is_ascii_graphic() && !matches!(one, '"' | '\\') {
                    one
                } else {
                    '_'
                }
            })
            .collect();
        let disposition = format!("attachment; filename=\"{name}\"");
        let headers = [
            (header::CONTENT_TYPE, self.media),
            (header::CONTENT_DISPOSITION, disposition),
            (header::CACHE_CONTROL, "no-store".to_owned()),
        ];
        let mut response = (StatusCode::OK, self.bytes).into_response();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The smallest document that is a PDF: one empty page.
pub(super) fn pdf(name: &str) -> Content {
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    ];
    let mut text = "%PDF-1.4\n".to_owned();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", text.len());
        let _ = writeln!(text, "{} 0 obj{object}endobj", at + 1);
    }
    let start = text.len();
    let _ = write!(
        text,
        "xref\n0 4\n{table}trailer<</Size 4/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
    );
    Content {
        name: format!("{name}.pdf"),
        media: "application/pdf".to_owned(),
        bytes: text.into(),
    }
}
