//! Dinero's side: organizations, contacts, invoices behind the token that Connect gave.
//!
//! Checks come in the order of an ASP.NET service: path, method, token, scope, organization, subscription.

mod data;
mod list;
mod rows;

use super::connect::{USERS, User};
use super::failing::{self, DineroError};
use super::{Sandbox, bearer, pages, reply};
use crate::core::fault::Fault;
use axum::extract::{RawQuery, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use data::Organization;
use list::{CONTACTS, INVOICES, Kind};
use rows::{Row, array, object};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a path names.
#[derive(Debug)]
enum Resource {
    /// The user's organizations, whole.
    Organizations,
    /// The user's organizations, the fields that are asked for.
    OrganizationFields,
    /// A paged list of an organization.
    List(u32, &'static Kind),
    /// One row of such a list.
    One(u32, &'static Kind, String),
}

impl Resource {
    /// What that path names, if anything.
    fn at(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let lists = |version: &str, name: &str| match (version, name) {
            ("v1" | "v2", "contacts") => Some(&CONTACTS),
            ("v1", "invoices") => Some(&INVOICES),
            _ => None,
        };
        match parts.as_slice() {
            ["v1.1", "organizations"] => Some(Self::Organizations),
            ["v1", "organizations"] => Some(Self::OrganizationFields),
            [version, organization, name] => Some(Self::List(
                organization.parse().ok()?,
                lists(version, name)?,
            )),
            ["v1", organization, name, guid] => Some(Self::One(
                organization.parse().ok()?,
                lists("v1", name)?,
                (*guid).to_owned(),
            )),
            _ => None,
        }
    }

    /// The organization it belongs to.
    fn organization(&self) -> Option<u32> {
        match self {
            Self::Organizations | Self::OrganizationFields => None,
            Self::List(organization, _) | Self::One(organization, ..) => Some(*organization),
        }
    }
}

/// An error in Dinero's shape.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    code: u16,
    message: String,
    validation: Option<(&'static str, String)>,
}

impl Refusal {
    /// One without fields.
    fn new(status: StatusCode, code: u16, message: &str) -> Self {
        Self {
            status,
            code,
            message: message.to_owned(),
            validation: None,
        }
    }

    /// A parameter that does not do: 42 for its form, 43 for its size.
    fn of_parameter(code: u16, name: &'static str, why: impl Into<String>) -> Self {
        let message = match code {
            43 => "A limit was exceeded.",
            _ => "Validation failed.",
        };
        Self {
            validation: Some((name, why.into())),
            ..Self::new(StatusCode::BAD_REQUEST, code, message)
        }
    }

    /// As it is sent.
    fn response(self) -> Response {
        let validation = self.validation.map(|(name, why)| json!({ name: why }));
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
        Self {
            validation: field.map(|(name, why)| (name, why.to_owned())),
            ..Self::new(
                StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
                code,
                message,
            )
        }
    }
}

/// Everything below the API's base URL.
pub(super) async fn answer(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let Some(resource) = Resource::at(request.uri().path()) else {
        return reply::page(StatusCode::NOT_FOUND, pages::not_found(), None);
    };
    if request.method() != Method::GET {
        return reply::method_not_allowed("GET");
    }
    if sandbox.fails(Fault::ApiSlow) {
        tokio::time::sleep(sandbox.config.silence).await;
    }
    if let Some(instead) = failing::instead_of_api(&sandbox.config.faults) {
        return instead;
    }
    let audience = Some(sandbox.origin.as_str());
    let claims = match bearer::claims(&sandbox, request.headers(), audience).await {
        Ok(claims) => claims,
        Err(challenge) => return bearer::refuse(StatusCode::UNAUTHORIZED, challenge),
    };
    let query = reply::Pairs::read(query.unwrap_or_default().as_bytes());
    match read(&sandbox, &resource, &claims, &query) {
        Ok(body) if sandbox.fails(Fault::ApiCutOff) => reply::cut_off(&body),
        Ok(body) if sandbox.fails(Fault::ApiWrongType) => reply::page(StatusCode::OK, body, None),
        Ok(body) => reply::json(StatusCode::OK, body),
        Err(refusal) => refusal.response(),
    }
}

/// What is read of a resource.
fn read(
    sandbox: &Sandbox,
    resource: &Resource,
    claims: &Value,
    query: &reply::Pairs,
) -> Result<String, Refusal> {
    let may_read = bearer::has_scope(claims, "dineropublicapi:read");
    let user = USERS.iter().find(|user| claims["sub"] == user.subject);
    let (Some(user), true) = (user, may_read) else {
        let message = "The token does not allow this.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, 41, message));
    };
    if let Some(id) = resource.organization() {
        if let Some(error) = failing::of_company(&sandbox.config.faults) {
            return Err(error.into());
        }
        may_see(user, id)?;
    }
    let none = sandbox.fails(Fault::ApiNoOrganizations);
    let theirs = || {
        data::ORGANIZATIONS
            .iter()
            .filter(|one| !none && user.organizations.contains(&one.id))
    };
    match resource {
        Resource::Organizations => Ok(array(theirs().map(|one| object(&one.whole())))),
        Resource::OrganizationFields => {
            let rows: Vec<Row> = theirs().map(Organization::flat).collect();
            let fields = list::fields(query, data::ORGANIZATION_FIELDS, "id,name,isPro")?;
            Ok(array(rows.iter().map(|row| object(&row.picked(&fields)))))
        }
        Resource::List(id, kind) => list::page(kind, &(kind.rows)(*id), query),
        Resource::One(id, kind, guid) => one(kind, *id, guid),
    }
}

/// Whether the user may see that organization, and the organization pays for it.
fn may_see(user: &User, id: u32) -> Result<(), Refusal> {
    let organization = data::ORGANIZATIONS.iter().find(|one| one.id == id);
    let Some(organization) = organization else {
        let message = "The organization does not exist.";
        return Err(Refusal::new(StatusCode::NOT_FOUND, 40, message));
    };
    if !user.organizations.contains(&id) {
        let message = "The user has no access to this organization.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, 41, message));
    }
    if !organization.pro {
        let message = "The organization has no active Pro subscription.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, 90, message));
    }
    Ok(())
}

/// One row by its id. Dinero answers 400 with code 63 for an invoice, 404 for a contact.
fn one(kind: &Kind, organization: u32, guid: &str) -> Result<String, Refusal> {
    let rows = (kind.rows)(organization);
    let row = rows.iter().find(|row| {
        row.cell(kind.key)
            .is_some_and(|cell| cell.text().eq_ignore_ascii_case(guid))
    });
    row.map(object).ok_or_else(|| {
        let (status, code) = kind.missing;
        Refusal::new(status, code, "There is nothing with that id.")
    })
}
