//! The claims of a token as facts: every one of them, those first that matter, with what it means and how
//! it stands to what is known here.
//!
//! Claims are text from outside, whatever the token calls itself: shown and compared, never trusted.

use super::super::parts::{counted, fact, folding, group, prose};
use super::super::{Scene, time};
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::claims::{self, Bearer, Known, Standing};
use crate::core::token::jwt::{self, Jwt, NotAJwt};
use crate::tui::pane::{Group, Mark, Row};
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// Most claims that are shown of one token; a real one has a score.
const MOST: usize = 200;

/// Clocks that are further apart, in seconds, are worth a warning: the finding says what that does.
const APART: i64 = 120;

/// Headers and claims of both tokens.
pub(super) fn groups(scene: &Scene<'_>, grant: &Grant) -> Vec<Group> {
    let mut groups = Vec::new();
    if !grant.access_token.is_empty() {
        groups.extend(access_token(scene, grant));
    }
    if let Some(token) = &grant.id_token {
        groups.extend(id_token(scene, grant, token));
    }
    groups
}

/// Header and claims of the access token; an opaque one has none, and nothing is wrong with it.
fn access_token(scene: &Scene<'_>, grant: &Grant) -> Vec<Group> {
    let label = "Claims of the access_token";
    match jwt::decode(grant.access_token.expose()) {
        Ok(jwt) => {
            let mut rows = compared(scene, grant, Bearer::Access, &jwt.claims);
            rows.extend(clock(scene));
            vec![
                group(label, counted(jwt.claims.len(), "claim"), rows),
                header(scene, "Header of the access_token", &jwt),
            ]
        }
        Err(reason) => {
            let mut rows = vec![prose(without_claims(reason))];
            rows.extend(clock(scene));
            vec![group(label, "", rows)]
        }
    }
}

/// Header and claims of the id_token.
fn id_token(scene: &Scene<'_>, grant: &Grant, token: &Secret) -> Vec<Group> {
    let label = "Claims of the id_token";
    match jwt::decode(token.expose()) {
        Ok(jwt) => vec![
            folding(
                label,
                counted(jwt.claims.len(), "claim"),
                compared(scene, grant, Bearer::Identity, &jwt.claims),
            ),
            header(scene, "Header of the id_token", &jwt),
        ],
        Err(_) => vec![group(
            label,
            "",
            vec![prose("It cannot be read: it is no JWT.")],
        )],
    }
}

/// Why there are no claims to show.
fn without_claims(reason: NotAJwt) -> String {
    match reason {
        NotAJwt::Opaque => {
            "It is opaque: only the API and the provider can read it, and that is fine.".to_owned()
        }
        NotAJwt::Parts(parts) => {
            format!("It is no JWT: {parts} parts with dots between, where a JWT has 3.")
        }
        NotAJwt::Encoding => "It looks like a JWT, but a part of it is not base64url.".to_owned(),
        NotAJwt::Json => "It looks like a JWT, but a part of it is not a JSON object.".to_owned(),
    }
}

/// The JOSE header.
fn header(scene: &Scene<'_>, label: &str, jwt: &Jwt) -> Group {
    let rows = rows(scene, &jwt.header, |_, _| Mark::Note);
    folding(label, counted(jwt.header.len(), "field"), rows)
}

/// The claims of a token, each compared with what is known here.
fn compared(
    scene: &Scene<'_>,
    grant: &Grant,
    bearer: Bearer,
    members: &Map<String, Value>,
) -> Vec<Row> {
    let Some(profile) = scene.engine.profile() else {
        return rows(scene, members, |_, _| Mark::Note);
    };
    let known = Known {
        profile,
        grant,
        now: scene.now,
    };
    rows(scene, members, |name, value| {
        match claims::standing(&known, bearer, name, value) {
            Standing::Untold => Mark::Note,
            Standing::Fits => Mark::Ok,
            Standing::Differs => Mark::Warning,
        }
    })
}

/// A fact for each member, those first that matter.
pub(super) fn rows(
    scene: &Scene<'_>,
    members: &Map<String, Value>,
    mark: impl Fn(&str, &Value) -> Mark,
) -> Vec<Row> {
    let ordered = claims::ordered(members);
    let left = ordered.len().saturating_sub(MOST);
    let shown = ordered.into_iter().take(MOST);
    let mut rows: Vec<Row> = shown
        .map(|(name, value)| row(scene, mark(name, value), name, value))
        .collect();
    if left > 0 {
        rows.push(prose(format!("{left} more are not shown.")));
    }
    rows
}

/// One claim.
fn row(scene: &Scene<'_>, mark: Mark, name: &str, value: &Value) -> Row {
    let meaning = claims::facts(name).map_or("", |facts| facts.meaning);
    match claims::moment(name, value) {
        Some(at) => {
            let relative = relative(at.as_second() - scene.now.as_second());
            let meaning = match name {
                "exp" | "iat" => format!("{meaning} {relative}"),
                "nbf" => meaning.to_owned(),
                _ => relative,
            };
            fact(mark, name, scene.time(at), meaning)
        }
        None => fact(mark, name, claims::shown(name, value), meaning),
    }
}

/// How far the provider's clock and ours are apart: by the Date of the answer that brought the tokens.
fn clock(scene: &Scene<'_>) -> Option<Row> {
    let ahead = scene.engine.clock_ahead(scene.now)?;
    let apart = ahead.saturating_abs();
    let value = match ahead {
        // A Date has no fractions.
        -1..=1 => "the same, within 1 s".to_owned(),
        2.. => format!("{} ahead of ours", span(apart)),
        _ => format!("{} behind ours", span(apart)),
    };
    let mark = if apart > APART {
        Mark::Warning
    } else {
        Mark::Ok
    };
    Some(fact(mark, "clock", value, "theirs, by Date"))
}

/// `12 s`, `10 min`.
fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        _ => time::duration(SignedDuration::from_secs(seconds)),
    }
}

/// `in 58 min`, `02:13 ago`.
fn relative(seconds: i64) -> String {
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {}", time::countdown(seconds)),
        _ => format!("{} ago", time::countdown(seconds.saturating_neg())),
    }
}
