//! An error in Dinero's shape: `code`, `message`, `validationErrors` (reference 2.5).
//!
//! The codes are Dinero's own, as far as they are known; the words are the sandbox's.

use super::super::failing::DineroError;
use super::super::reply;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

/// What is wrong with which field.
pub(super) type Wrong = Vec<(String, String)>;

/// An error in Dinero's shape.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: u16,
    message: String,
    validation: Wrong,
}

impl Refusal {
    /// One without fields.
    pub(super) fn new(status: StatusCode, code: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            validation: Vec::new(),
        }
    }

    /// A parameter that does not do: 42 for its form, 43 for its size.
    pub(super) fn of_parameter(code: u16, name: &str, why: impl Into<String>) -> Self {
        let message = match code {
            43 => "A limit was exceeded.",
            _ => "Validation failed.",
        };
        Self {
            validation: vec![(name.to_owned(), why.into())],
            ..Self::new(StatusCode::BAD_REQUEST, code, message)
        }
    }

    /// A field of the body that does not do.
    pub(super) fn of_field(name: &str, why: impl Into<String>) -> Self {
        Self::of_parameter(42, name, why)
    }

    /// Fields of the body that do not do; at least one.
    pub(super) fn of_fields(wrong: Wrong) -> Self {
        Self {
            validation: wrong,
            ..Self::new(StatusCode::BAD_REQUEST, 42, "Validation failed.")
        }
    }

    /// A body that cannot be read.
    pub(super) fn of_body(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 42, why)
    }

    /// What cannot be done with something as it stands, booked for one.
    pub(super) fn of_state(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 42, why)
    }

    /// Too many or too much.
    pub(super) fn of_limit(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 43, why)
    }

    /// An id in a body that names nothing.
    pub(super) fn of_reference(name: &str, guid: &str) -> Self {
        let message = format!("{name} `{guid}` was not found.");
        Self::new(StatusCode::BAD_REQUEST, 63, message)
    }

    /// A version that somebody has gone past.
    pub(super) fn outdated() -> Self {
        let message = "The timestamp is outdated.";
        Self::new(StatusCode::BAD_REQUEST, 58, message)
    }

    /// As it is sent.
    pub(super) fn response(self) -> Response {
        let fields: Map<String, Value> = self
            .validation
            .into_iter()
            .map(|(name, why)| (name, Value::from(why)))
            .collect();
        let validation = (!fields.is_empty()).then_some(fields);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "validationErrors": validation,
        });
        reply::json(self.status, body.to_string())
    }
}

impl From<DineroError> for Refusal {
    fn from((status, code, message, field): DineroError) -> Self {
        let field = field.map(|(name, why)| (name.to_owned(), why.to_owned()));
        Self {
            validation: field.into_iter().collect(),
            ..Self::new(
                StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
                code,
                message,
            )
        }
    }
}
