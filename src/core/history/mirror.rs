//! The lines of a kept run as data: what a record, a finding and a grant look like in JSON.
//!
//! Types of their own, so that a record or a token cannot be written anywhere by mistake: only what passed
//! the mask becomes one of these.

use crate::core::diagnose::{Finding, Severity, rules};
use crate::core::oauth::Step;
use crate::core::secret::Secret;
use crate::core::token::{Grant, jwt};
use crate::core::wire::redact::Mask;
use crate::core::wire::visible::Visible;
use crate::core::wire::{
    Body, CallId, Connection, Cut, Direction, Failure, Headers, Outcome, Purpose, Record, Request,
    Response, Timing,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::SocketAddr;

/// Largest claims of a token that are kept, in bytes of JSON.
const MOST_CLAIMS: usize = 64 * 1024;

/// A body: what stands in its place, and how long it was.
#[derive(Serialize, Deserialize)]
struct KeptBody {
    text: String,
    length: usize,
}

impl KeptBody {
    fn of(body: &Body) -> Self {
        Self {
            text: body.to_text().into_owned(),
            length: body.len(),
        }
    }

    fn body(self) -> Body {
        Body::kept(&self.text, self.length)
    }
}

/// What became of a request.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptOutcome {
    Pending,
    Failed(Failure),
    Response {
        status: u16,
        reason: String,
        version: String,
        headers: Vec<(String, String)>,
        body: KeptBody,
        cut: Option<Cut>,
    },
}

/// A record.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptRecord {
    call: CallId,
    purpose: Purpose,
    direction: Direction,
    at: Timestamp,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: KeptBody,
    outcome: KeptOutcome,
    timing: Timing,
    peer: Option<SocketAddr>,
    #[serde(default)]
    connection: Connection,
    note: String,
}

impl KeptRecord {
    /// A record, masked here.
    pub(super) fn of(record: &Record, mask: &Mask, known: &[&Secret]) -> Self {
        let record = mask.record(record, known);
        Self {
            call: record.call,
            purpose: record.purpose,
            direction: record.direction,
            at: record.at,
            body: KeptBody::of(&record.request.body),
            method: record.request.method,
            url: record.request.url,
            headers: record.request.headers.0,
            outcome: match record.outcome {
                Outcome::Pending => KeptOutcome::Pending,
                Outcome::Failed(failure) => KeptOutcome::Failed(failure),
                Outcome::Response(response) => KeptOutcome::Response {
                    body: KeptBody::of(&response.body),
                    status: response.status,
                    reason: response.reason,
                    version: response.version,
                    headers: response.headers.0,
                    cut: response.cut,
                },
            },
            timing: record.timing,
            peer: record.peer,
            connection: record.connection,
            note: record.note,
        }
    }

    /// The record that screens and rules read.
    pub(super) fn record(self) -> Record {
        Record {
            call: self.call,
            purpose: self.purpose,
            direction: self.direction,
            at: self.at,
            request: Request {
                method: self.method,
                url: self.url,
                headers: Headers(self.headers),
                body: self.body.body(),
            },
            outcome: match self.outcome {
                KeptOutcome::Pending => Outcome::Pending,
                KeptOutcome::Failed(failure) => Outcome::Failed(failure),
                KeptOutcome::Response {
                    status,
                    reason,
                    version,
                    headers,
                    body,
                    cut,
                } => Outcome::Response(Response {
                    status,
                    reason,
                    version,
                    headers: Headers(headers),
                    body: body.body(),
                    cut,
                }),
            },
            timing: self.timing,
            peer: self.peer,
            connection: self.connection,
            note: self.note,
        }
    }
}

/// A finding.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptFinding {
    rule: String,
    step: Step,
    severity: Severity,
    headline: String,
    evidence: String,
    cause: String,
    fix: Vec<String>,
}

impl KeptFinding {
    /// A finding; what it quotes is masked already, but may quote a value under no name of a secret.
    pub(super) fn of(finding: &Finding, mask: &Mask, known: &[&Secret]) -> Self {
        let text = |text: &Visible| mask.text(text.as_str(), known);
        Self {
            rule: finding.rule.to_owned(),
            step: finding.step,
            severity: finding.severity,
            headline: text(&finding.headline),
            evidence: text(&finding.evidence),
            cause: text(&finding.cause),
            fix: finding.fix.iter().map(text).collect(),
        }
    }

    /// The finding; `None` for a rule that this version does not know.
    pub(super) fn finding(&self) -> Option<Finding> {
        let rule = rules().find(|rule| rule.name == self.rule)?;
        Some(Finding {
            rule: rule.name,
            step: self.step,
            severity: self.severity,
            headline: Visible::of(&self.headline),
            evidence: Visible::of(&self.evidence),
            cause: Visible::of(&self.cause),
            fix: self.fix.iter().map(Visible::from).collect(),
            source: rule.source,
        })
    }
}

/// A token: its mark, and of a JWT what may be shown.
#[derive(Serialize, Deserialize)]
struct KeptToken {
    mark: Secret,
    header: Option<Map<String, Value>>,
    claims: Option<Map<String, Value>>,
}

impl KeptToken {
    fn of(token: &Secret, mask: &Mask, known: &[&Secret]) -> Self {
        let kept = Secret::new(mask.for_keeping().inline(token.expose()));
        let decoded = jwt::decode(token.expose()).ok();
        let shown = decoded.and_then(|decoded| {
            let header = masked(decoded.header, mask, known)?;
            Some((header, masked(decoded.claims, mask, known)?))
        });
        let (header, claims) = shown.unzip();
        Self {
            mark: if token.is_empty() {
                token.clone()
            } else {
                kept
            },
            header,
            claims,
        }
    }

    /// What screens read as a token.
    fn token(&self) -> Secret {
        let (Some(header), Some(claims)) = (&self.header, &self.claims) else {
            return self.mark.clone();
        };
        let part = |object: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(Value::Object(object.clone()).to_string())
        };
        Secret::new(format!(
            "{}.{}.{}",
            part(header),
            part(claims),
            self.mark.expose()
        ))
    }
}

/// Header or claims, with known values masked; `None` when they are too large to be kept.
fn masked(
    object: Map<String, Value>,
    mask: &Mask,
    known: &[&Secret],
) -> Option<Map<String, Value>> {
    let text = Value::Object(object).to_string();
    if text.len() > MOST_CLAIMS {
        return None;
    }
    let lines = mask.for_keeping().json(&text)?;
    match serde_json::from_str(&mask.for_keeping().text(&lines.join("\n"), known)) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// What the token endpoint gave.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptGrant {
    access_token: KeptToken,
    token_type: String,
    refresh_token: Option<Secret>,
    id_token: Option<KeptToken>,
    asked: Vec<String>,
    scopes: Vec<String>,
    scopes_named: bool,
    expires_in: Option<u64>,
    obtained_at: Timestamp,
    api_origin: String,
}

impl KeptGrant {
    /// A grant, masked here.
    pub(super) fn of(grant: &Grant, mask: &Mask, known: &[&Secret]) -> Self {
        let token = |token: &Secret| KeptToken::of(token, mask, known);
        Self {
            access_token: token(&grant.access_token),
            token_type: mask.text(&grant.token_type, known),
            refresh_token: grant.refresh_token.as_ref().map(|it| token(it).mark),
            id_token: grant.id_token.as_ref().map(token),
            asked: grant.asked.clone(),
            scopes: grant.scopes.clone(),
            scopes_named: grant.scopes_named,
            expires_in: grant.expires_in,
            obtained_at: grant.obtained_at,
            api_origin: grant.api_origin.clone(),
        }
    }

    /// The grant that screens read.
    pub(super) fn grant(self) -> Grant {
        Grant {
            access_token: self.access_token.token(),
            token_type: self.token_type,
            refresh_token: self.refresh_token,
            id_token: self.id_token.as_ref().map(KeptToken::token),
            asked: self.asked,
            scopes: self.scopes,
            scopes_named: self.scopes_named,
            expires_in: self.expires_in,
            obtained_at: self.obtained_at,
            api_origin: self.api_origin,
        }
    }
}
