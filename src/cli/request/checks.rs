//! What is said and asked before a request goes: values that are not of their type, a scope that is missing,
//! and whether it is meant.

use super::Ready;
use super::wanted::name_of;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, Stop};
use crate::core::dinero::call::{self, Call};
use crate::core::dinero::catalogue::{BodyKind, Kind, Operation, Parameter, operation_at};
use crate::core::dinero::caution::{Caution, caution, missing_scope, organization_at, would_allow};
use crate::core::dinero::draft::{Draft, DraftBody};
use crate::core::dinero::form::{self, FormRow, Step};
use crate::core::dinero::{filter, value};
use crate::core::profile::Profile;

/// Most that is said about a body.
const MOST: usize = 20;

/// What is worth saying of a draft, whose body may be bytes beside it. It is sent all the same.
pub(super) fn said(draft: &Draft, has_bytes: bool) -> Vec<String> {
    let Some(operation) = draft.operation() else {
        return Vec::new();
    };
    let mut said = parameters(draft, operation);
    said.extend(body(draft, operation, has_bytes));
    if let Some(newer) = &operation.newer {
        said.push(format!("note: there is a newer version: {newer}"));
    }
    said
}

/// What is wrong with parameters.
fn parameters(draft: &Draft, operation: &Operation) -> Vec<String> {
    let mut said = Vec::new();
    let in_path = draft.in_path().min(draft.parameters.len());
    let (path, query) = draft.parameters.split_at(in_path);
    for (row, parameter) in path.iter().zip(&operation.in_path) {
        // An empty one is an error, or the profile's organization.
        if !row.value.is_empty() {
            let trouble = value::path_trouble(parameter, &row.value);
            said.extend(trouble.map(|trouble| format!("warning: {}: {trouble}", row.name)));
            let note = value::path_note(&row.value);
            said.extend(note.map(|note| format!("note: {}: {note}", row.name)));
        }
    }
    for row in query.iter().filter(|row| row.on) {
        let mut known = operation.in_query.iter();
        match known.find(|parameter| parameter.name == row.name) {
            Some(parameter) => {
                let trouble = in_query(operation, parameter, &row.value);
                said.extend(trouble.map(|trouble| format!("warning: {}: {trouble}", row.name)));
            }
            None => said.push(format!(
                "note: {} is no known parameter of {}",
                row.name, operation.name
            )),
        }
    }
    said
}

/// What is wrong with a value of the query; a filter's fields are the operation's.
fn in_query(operation: &Operation, parameter: &Parameter, text: &str) -> Option<String> {
    if parameter.kind == Kind::Filter && !value::is_template(text) {
        return filter::read(text, &operation.filters).err();
    }
    value::trouble(parameter, text)
}

/// What is wrong with a body.
fn body(draft: &Draft, operation: &Operation, has_bytes: bool) -> Vec<String> {
    let name = &operation.name;
    let sends = has_bytes || draft.body != DraftBody::Nothing;
    let kind = match &operation.body {
        None if sends => return vec![format!("warning: {name} takes no body")],
        Some(BodyKind::File) if has_bytes || matches!(draft.body, DraftBody::Text(_)) => {
            return vec![format!(
                "warning: {name} takes a file: `--file PATH` uploads one, as multipart/form-data"
            )];
        }
        Some(_) if !sends && !operation.body_is_optional => {
            return vec![format!("warning: {name} takes a body, and none is sent")];
        }
        Some(kind) if draft.is_json() => kind,
        _ => return Vec::new(),
    };
    let DraftBody::Text(text) = &draft.body else {
        return Vec::new();
    };
    let mut found: Vec<String> = form::troubles(text)
        .iter()
        .map(|trouble| format!("warning: the body, {trouble}"))
        .collect();
    let rows = form::rows(text, kind).unwrap_or_default();
    let of_row = |row: &FormRow| {
        let trouble = row.trouble.as_ref()?;
        Some(format!("warning: {}: {trouble}", place_of(row)))
    };
    found.extend(rows.iter().filter_map(of_row));
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    if more > 0 {
        found.push(format!("warning: and {more} more in the body"));
    }
    found
}

/// Where a row stands, as `--field` takes it.
fn place_of(row: &FormRow) -> String {
    let steps: Vec<String> = row
        .path
        .iter()
        .map(|step| match step {
            Step::Member(name) => name.clone(),
            Step::Item(index) => index.to_string(),
        })
        .collect();
    if steps.is_empty() {
        row.name.clone()
    } else {
        steps.join(".")
    }
}

/// The operation that a request is, by its name or by where it goes.
fn operation_of(draft: &Draft, call: &Call) -> Option<&'static Operation> {
    let path = call.target.split('?').next().unwrap_or_default();
    draft
        .operation()
        .or_else(|| operation_at(&draft.method, path))
}

/// Says which scope the token that goes along lacks.
pub(super) fn say_missing_scope(session: &mut Session<'_, '_>, ready: &Ready) {
    let engine = session.engine();
    let (Some(grant), Some(profile)) = (engine.grant(), engine.profile()) else {
        return;
    };
    if !call::takes_token(&ready.call, &profile.api.base_url, grant) {
        return;
    }
    let operation = operation_of(&ready.draft, &ready.call);
    let Some(scope) = missing_scope(operation, &ready.draft.method, &grant.scopes) else {
        return;
    };
    let mut scopes = grant.asked.clone();
    if !scopes.iter().any(|asked| asked == scope) {
        scopes.push(scope.to_owned());
    }
    let text = format!(
        "warning: the token lacks {scope}, for {}: Dinero answers 403; `dineroscope login {} --scope '{}'` \
         asks for it",
        would_allow(scope),
        session.name,
        scopes.join(" ")
    );
    session.say(&text);
}

/// Asks whether a request is meant, where that is asked. A no ends the command.
pub(super) async fn ask(
    session: &mut Session<'_, '_>,
    ready: &Ready,
    yes: bool,
) -> Result<(), Stop> {
    let Some(profile) = session.engine().profile().filter(|_| !yes) else {
        return Ok(());
    };
    let url = call::url(&ready.call, &profile.api.base_url);
    let organization = organization_at(&url);
    let Some(why) = why_ask(ready, organization.as_deref(), profile) else {
        return Ok(());
    };
    let path = ready.call.target.split(['?', '#']).next();
    let path = session.engine().mask().url(path.unwrap_or_default());
    let company = organization
        .map(|id| format!(" in organization {id}"))
        .unwrap_or_default();
    let at = profile.provider.environment.label();
    let what = format!("{} {path}{company} ({at})", ready.draft.method);
    let question = format!("Send {what}? {} (y/n) ", why.words());
    match session.confirm(question).await? {
        Some(true) => Ok(()),
        Some(false) => {
            session.say("nothing was sent");
            Err(Stop::Ended(Exit::Refused))
        }
        None => {
            let text = format!(
                "there is no terminal to ask on whether {what} is meant, of {}: {} Add `--yes` to send it",
                name_of(&ready.draft),
                why.words()
            );
            Err(session.fail(Exit::Usage, &text))
        }
    }
}

/// Why it is asked. A path that changes production is asked about for what its operation does.
fn why_ask(ready: &Ready, organization: Option<&str>, profile: &Profile) -> Option<Caution> {
    let draft = &ready.draft;
    let why = caution(draft.operation(), &draft.method, organization, profile)?;
    let danger = operation_of(draft, &ready.call).map(|operation| operation.danger);
    let danger = danger.filter(|danger| danger.always_asks());
    Some(danger.map_or(why, Caution::Danger))
}
