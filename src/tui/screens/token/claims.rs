//! The claims of a token as facts: values as they stand, moments in local time and relative to now.
//!
//! Claims are text from outside, whatever the token calls itself: shown, never trusted.

use super::super::parts::{counted, fact, folding, group, prose};
use super::super::{Scene, time};
use crate::core::secret::Secret;
use crate::core::token::jwt::{self, Jwt, NotAJwt};
use crate::tui::pane::{Group, Mark, Row};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// Claims whose number is a moment, in seconds since 1970 (RFC 7519 2, NumericDate).
const MOMENTS: [&str; 7] = [
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "llt",
    "created_at",
    "updated_at",
];

/// Header and claims of the access token; an opaque one has none, and nothing is wrong with it.
pub(super) fn access_token(scene: &Scene<'_>, token: &Secret) -> Vec<Group> {
    match jwt::decode(token.expose()) {
        Ok(jwt) => vec![
            group(
                "Claims of the access_token",
                counted(jwt.claims.len(), "claim"),
                rows(scene, &jwt.claims),
            ),
            header(scene, "Header of the access_token", &jwt),
        ],
        Err(reason) => vec![group(
            "Claims of the access_token",
            "",
            vec![prose(without_claims(reason))],
        )],
    }
}

/// Header and claims of the id_token, about which nothing is known yet.
pub(super) fn id_token(scene: &Scene<'_>, token: &Secret) -> Vec<Group> {
    let label = "Claims of the id_token, not yet checked";
    match jwt::decode(token.expose()) {
        Ok(jwt) => vec![
            folding(
                label,
                counted(jwt.claims.len(), "claim"),
                rows(scene, &jwt.claims),
            ),
            header(scene, "Header of the id_token, not yet checked", &jwt),
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
    folding(
        label,
        counted(jwt.header.len(), "field"),
        rows(scene, &jwt.header),
    )
}

/// A fact for each member, in the order they stood.
fn rows(scene: &Scene<'_>, members: &Map<String, Value>) -> Vec<Row> {
    members
        .iter()
        .map(|(name, value)| row(scene, name, value))
        .collect()
}

/// One claim.
fn row(scene: &Scene<'_>, name: &str, value: &Value) -> Row {
    let meaning = jwt::claim_meaning(name).unwrap_or_default();
    match moment(name, value) {
        Some(at) => {
            let relative = relative(at.as_second() - scene.now.as_second());
            let meaning = match name {
                "exp" | "iat" => format!("{meaning} {relative}"),
                "nbf" => meaning.to_owned(),
                _ => relative,
            };
            fact(Mark::Note, name, scene.time(at), meaning)
        }
        None => fact(Mark::Note, name, shown(value), meaning),
    }
}

/// The moment that a claim names.
fn moment(name: &str, value: &Value) -> Option<Timestamp> {
    if !MOMENTS.contains(&name) {
        return None;
    }
    let seconds = match value {
        Value::Number(number) => number.as_i64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    Timestamp::from_second(seconds).ok()
}

/// `in 58 min`, `02:13 ago`.
fn relative(seconds: i64) -> String {
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("in {}", time::countdown(seconds)),
        _ => format!("{} ago", time::countdown(seconds.saturating_neg())),
    }
}

/// A value as one line: text bare, a list of texts with commas, the rest as JSON.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_moment_is_read_from_a_number_or_a_text_and_only_where_it_is_one() {
        let second = |value: Value| moment("exp", &value).map(Timestamp::as_second);
        assert_eq!(second(json!(1_795_431_658)), Some(1_795_431_658));
        assert_eq!(second(json!("1795431658")), Some(1_795_431_658));
        assert_eq!(
            second(json!(1e300)),
            None,
            "too large a number stays a number"
        );
        assert_eq!(moment("acr", &json!("3")), None);
    }

    #[test]
    fn the_distance_is_said_in_both_directions() {
        assert_eq!(relative(3480), "in 58 min");
        assert_eq!(relative(-133), "02:13 ago");
        assert_eq!(relative(0), "now");
        assert!(relative(i64::MIN).ends_with("ago"));
    }

    #[test]
    fn lists_of_texts_are_joined_and_the_rest_is_json() {
        assert_eq!(shown(&json!(["pwdless", "face_fpt"])), "pwdless, face_fpt");
        assert_eq!(shown(&json!({"a": [1]})), r#"{"a":[1]}"#);
        assert_eq!(shown(&json!("Bjørn Ærø")), "Bjørn Ærø");
    }
}
