//! Dinero's side: every operation of the catalogue behind the token that Connect gave, with books in memory.
//!
//! Checks come in the order of an ASP.NET service: path, method, token, scope, organization, subscription;
//! then the query and the body, then what the books say to it.

mod amount;
mod answers;
mod books;
mod bounds;
mod call;
mod contacts;
mod data;
mod drafts;
mod entries;
mod files;
mod kinds;
mod ledger;
mod list;
mod mail;
mod models;
mod multipart;
mod payments;
mod reference;
mod refusal;
mod reminders;
mod reports;
mod rows;
mod sales;
mod things;
mod totals;
mod vouchers;
mod webhooks;

pub(super) use books::Books;

use super::connect::{USERS, User};
use super::failing;
use super::reply::{self, Pairs};
use super::{Sandbox, bearer, pages};
use crate::core::dinero::catalogue::{self, BodyKind, Operation, READ, Scope, WRITE};
use crate::core::fault::Fault;
use axum::body::Bytes;
use axum::extract::{RawQuery, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::Response;
use call::{Answered, Body, Call, Reply};
use data::Organization;
use percent_encoding::percent_decode_str;
use refusal::Refusal;
use rows::Row;
use serde_json::Value;
use std::sync::Arc;

/// The most that is read of a body of JSON, in bytes.
const JSON_LIMIT: usize = 1024 * 1024;

/// The most that is read of a body with a file: more than a file may have, so that it can be told so.
const FILE_LIMIT: usize = 7 * 1024 * 1024;

/// Operations that answer with a PDF when that is what is asked for.
const AS_PDF: [&str; 3] = ["invoices.get", "reminders.get", "trade-offers.get"];

/// What a request is about.
struct Target {
    operation: &'static Operation,
    /// The organization that its path names.
    organization: Option<u32>,
    /// The other values of its path, decoded.
    values: Vec<String>,
}

impl Target {
    /// What that request is about, if anything.
    fn of(method: &str, path: &str) -> Option<Self> {
        let operation = catalogue::operation_at(method, path)
            .filter(|operation| is_of_organization(operation, path))?;
        let mut values: Vec<String> = operation
            .path_values(path)
            .into_iter()
            .map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned())
            .collect();
        let organization = operation
            .names_organization()
            .then(|| values.remove(0))
            .and_then(|id| id.parse().ok());
        Some(Self {
            operation,
            organization,
            values,
        })
    }
}

/// Whether the organization that an operation's path names could be one.
fn is_of_organization(operation: &Operation, path: &str) -> bool {
    let id = operation
        .path_values(path)
        .first()
        .map(|id| id.parse::<u32>());
    !operation.names_organization() || matches!(id, Some(Ok(_)))
}

/// The answer where no operation has that method and path: the methods that would do, or that there is nothing.
fn elsewhere(path: &str) -> Response {
    let mut methods: Vec<&str> = Vec::new();
    for operation in &catalogue::catalogue().operations {
        let method = operation.method.as_str();
        if !methods.contains(&method)
            && operation.is_at(path)
            && is_of_organization(operation, path)
        {
            methods.push(method);
        }
    }
    if methods.is_empty() {
        return reply::page(StatusCode::NOT_FOUND, pages::not_found(), None);
    }
    reply::method_not_allowed(&methods.join(", "))
}

/// Everything below the API's base URL.
pub(super) async fn answer(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let target = Target::of(head.method.as_str(), head.uri.path());
    let takes_file =
        matches!(&target, Some(target) if target.operation.body == Some(BodyKind::File));
    // Read before anything is judged: an answer to a body that is still under way may be lost.
    let limit = if takes_file { FILE_LIMIT } else { JSON_LIMIT };
    let body = axum::body::to_bytes(body, limit).await.ok();
    let Some(target) = target else {
        return elsewhere(head.uri.path());
    };
    if sandbox.fails(Fault::ApiSlow) {
        tokio::time::sleep(sandbox.config.silence).await;
    }
    if let Some(instead) = failing::instead_of_api(&sandbox.config.faults) {
        return instead;
    }
    let audience = Some(sandbox.origin.as_str());
    let claims = match bearer::claims(&sandbox, &head.headers, audience).await {
        Ok(claims) => claims,
        Err(challenge) => return bearer::refuse(StatusCode::UNAUTHORIZED, challenge),
    };
    let query = Pairs::read(query.unwrap_or_default().as_bytes());
    let user = match user(&sandbox, &target, &claims) {
        Ok(user) => user,
        Err(refusal) => return refusal.response(),
    };
    let Some(body) = body else {
        return reply::too_large();
    };
    match answered(&sandbox, target, user, &query, &head, &body) {
        Ok(Some(Reply::Json(body))) if sandbox.fails(Fault::ApiCutOff) => reply::cut_off(&body),
        Ok(Some(Reply::Json(body))) if sandbox.fails(Fault::ApiWrongType) => {
            reply::page(StatusCode::OK, body, None)
        }
        Ok(Some(reply)) => reply.response(),
        Ok(None) => reply::too_large(),
        Err(refusal) => refusal.response(),
    }
}

/// The user of a token, when it and they may do that.
fn user(sandbox: &Sandbox, target: &Target, claims: &Value) -> Result<&'static User, Refusal> {
    let has = |scope| bearer::has_scope(claims, scope);
    let is_allowed = match target.operation.scope {
        Scope::Read => has(READ),
        Scope::Write => has(WRITE),
        Scope::ReadOrWrite => has(READ) || has(WRITE),
    };
    let user = USERS.iter().find(|user| claims["sub"] == user.subject);
    let (Some(user), true) = (user, is_allowed) else {
        let message = "The token does not allow this.";
        return Err(Refusal::new(StatusCode::FORBIDDEN, 41, message));
    };
    if let Some(id) = target.organization {
        if let Some(error) = failing::of_company(&sandbox.config.faults) {
            return Err(error.into());
        }
        may_see(user, id)?;
    }
    Ok(user)
}

/// What comes of a call that is allowed; nothing where the file that it sends is too large.
fn answered(
    sandbox: &Sandbox,
    target: Target,
    user: &User,
    query: &Pairs,
    head: &Parts,
    body: &Bytes,
) -> Result<Option<Reply>, Refusal> {
    let operation = target.operation;
    for parameter in &operation.in_query {
        if let Some(why) = models::check_query(parameter, query.get(&parameter.name)) {
            return Err(Refusal::of_parameter(42, &parameter.name, why));
        }
    }
    let body = match &operation.body {
        Some(BodyKind::File) => match multipart::file(&head.headers, body)? {
            Some(content) => Body::File(content),
            None => return Ok(None),
        },
        _ => models::read(operation, body)?,
    };
    let accepted = reply::header_text(&head.headers, header::ACCEPT).unwrap_or_default();
    let asks_for_file = accepted
        .trim()
        .eq_ignore_ascii_case("application/octet-stream");
    let call = Call {
        operation,
        values: target.values,
        query,
        body,
        now: sandbox.now(),
        wants_file: asks_for_file && AS_PDF.contains(&operation.name.as_str()),
    };
    let reply = match target.organization {
        Some(id) => answers::answer(&call, sandbox.memory().books(id)),
        None => of_all(sandbox, &call, user),
    };
    reply.map(Some)
}

/// What belongs to no organization.
fn of_all(sandbox: &Sandbox, call: &Call<'_>, user: &User) -> Answered {
    let none = sandbox.fails(Fault::ApiNoOrganizations);
    let theirs = data::ORGANIZATIONS
        .iter()
        .filter(|one| !none && user.organizations.contains(&one.id));
    match call.operation.name.as_str() {
        "organizations.list" => {
            let rows: Vec<Row> = theirs.map(Organization::whole).collect();
            Ok(Reply::rows(&rows))
        }
        "organizations.list-v1" => {
            let rows: Vec<Row> = theirs.map(Organization::flat).collect();
            list::plain(call, &rows)
        }
        "countries.list" => Ok(Reply::rows(&reference::countries())),
        _ => Err(answers::unanswered(call)),
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
