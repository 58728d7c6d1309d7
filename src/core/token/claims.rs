//! What the claims of a token mean and how their values are read: one table for the Token step, for Explain
//! and for what the userinfo and introspection endpoints answer.
//!
//! A claim that is not in the table is shown all the same: as it stands, without a meaning.

use crate::core::profile::Profile;
use crate::core::token::{Grant, origin_of};
use jiff::Timestamp;
use serde_json::{Map, Value};

/// How the value of a claim is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As it stands.
    Plain,
    /// A moment, in seconds since 1970 (RFC 7519 2, `NumericDate`).
    Moment,
    /// One text or a list of them, for the same thing (RFC 7519 4.1.3, RFC 8693 4.2).
    List,
}

/// What is said about a claim or header field, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimFacts {
    /// Its name.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// How its value is read.
    pub reading: Reading,
}

/// Shorthand for a row.
const fn row(name: &'static str, reading: Reading, meaning: &'static str) -> ClaimFacts {
    ClaimFacts {
        name,
        meaning,
        reading,
    }
}

use Reading::{List, Moment, Plain};

/// Claims, header fields and the members of RFC 7662 with their meaning, in the order in which they are
/// read: who made it for whom, how long it holds, what it allows, who signed in and how. RFC 7519 4.1,
/// RFC 7515 4.1, RFC 9068 2.2, RFC 7662 2.2, OpenID Connect Core 2 and 5.1, and what Visma Connect adds.
pub const CLAIMS: &[ClaimFacts] = &[
    row("active", Plain, "taken now, or not"),
    row("iss", Plain, "who issued it"),
    row("aud", List, "whom it is for"),
    row("azp", Plain, "the client it is for"),
    row("client_id", Plain, "your registration"),
    row("exp", Moment, "it ends"),
    row("nbf", Moment, "not valid before"),
    row("iat", Moment, "issued"),
    row("scope", List, "what it allows"),
    row("scp", List, "what it allows"),
    row("sub", Plain, "the user, stable"),
    row("username", Plain, "the user's name there"),
    row("name", Plain, "the user's name"),
    row("given_name", Plain, "first name"),
    row("family_name", Plain, "last name"),
    row("preferred_username", Plain, "may change hands"),
    row("email", Plain, "may change hands"),
    row("email_verified", Plain, "address checked or not"),
    row("phone_number", Plain, "the user's telephone"),
    row("phone_number_verified", Plain, "number checked or not"),
    row("locale", Plain, "the user's language"),
    row("zoneinfo", Plain, "the user's time zone"),
    row("picture", Plain, "address of a picture"),
    row("auth_time", Moment, "when the user signed in"),
    row("amr", List, "how the user signed in"),
    row("acr", Plain, "strength of the sign-in"),
    row("idp", Plain, "where the user signed in"),
    row("sid", Plain, "the sign-in session"),
    row("llt", Moment, "last sign-in"),
    row("created_at", Moment, "user created"),
    row("updated_at", Moment, "user last changed"),
    row("nonce", Plain, "ties it to this run"),
    row("at_hash", Plain, "ties it to access_token"),
    row("c_hash", Plain, "ties it to the code"),
    row("s_hash", Plain, "ties it to the state"),
    row("tenant_id", Plain, "the tenant"),
    row("tenants", List, "tenants of the user"),
    row("roles", List, "roles of the user"),
    row("groups", List, "groups of the user"),
    row(
        "sub_external_id",
        Plain,
        "the user's id at the other identity provider",
    ),
    row("jti", Plain, "the token's own id"),
    row("cnf", Plain, "the key its holder must show"),
    row("token_type", Plain, "kind of token"),
    row("alg", Plain, "how it is signed"),
    row("typ", Plain, "kind of token"),
    row("kid", Plain, "which key signed it"),
    row("x5t", Plain, "certificate thumbprint"),
    row("cty", Plain, "kind of content"),
    row("jku", Plain, "address of keys, never followed"),
    row("x5u", Plain, "address of a certificate, never followed"),
    row("jwk", Plain, "a key of its own, never used"),
    row("crit", List, "what must be understood"),
];

/// The row of a claim; `None` for one that neither the registries nor Visma explain.
pub fn facts(name: &str) -> Option<&'static ClaimFacts> {
    CLAIMS.iter().find(|facts| facts.name == name)
}

/// The members in the order of the table; those that are not in it behind, as they stood.
pub fn ordered(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let rank = |name: &str| CLAIMS.iter().position(|facts| facts.name == name);
    let mut ordered: Vec<(&str, &Value)> = members
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    ordered.sort_by_key(|(name, _)| rank(name).unwrap_or(CLAIMS.len()));
    ordered
}

/// The moment that a claim names. A number as text is read too, for it is only looked at.
pub fn moment(name: &str, value: &Value) -> Option<Timestamp> {
    if facts(name)?.reading != Reading::Moment {
        return None;
    }
    let seconds = match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            // NumericDate may have a fraction (RFC 7519 2).
            let seconds = number.as_f64().filter(|seconds| seconds.abs() < 1e12)?;
            #[expect(clippy::cast_possible_truncation, reason = "a fraction of a second")]
            Some(seconds as i64)
        })?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Timestamp::from_second(seconds).ok()
}

/// A value as one line: text bare, a list of texts with commas, the rest as JSON. A scope in one text
/// (RFC 7662 2.2) reads like one in a list.
pub fn shown(name: &str, value: &Value) -> String {
    let is_list = facts(name).is_some_and(|facts| facts.reading == Reading::List);
    match value {
        Value::String(text) if is_list && matches!(name, "scope" | "scp") => {
            text.split_whitespace().collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => text.clone(),
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_string) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        other => other.to_string(),
    }
}

/// Which token a claim stands in; the same claim is for different readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bearer {
    /// An access token, for the API.
    Access,
    /// An id_token, for the client.
    Identity,
}

/// How a claim stands to what is known here. It is compared only: a signature alone proves a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is nothing to compare it with.
    Untold,
    /// It is what it should be.
    Fits,
    /// It is not.
    Differs,
}

/// What claims are compared with.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The profile in use.
    pub profile: &'a Profile,
    /// The grant that the token is of.
    pub grant: &'a Grant,
    /// Now.
    pub now: Timestamp,
}

/// Compares a claim of a token with what is known.
pub fn standing(known: &Known<'_>, bearer: Bearer, name: &str, value: &Value) -> Standing {
    let of = |fits: bool| {
        if fits {
            Standing::Fits
        } else {
            Standing::Differs
        }
    };
    let text = value.as_str();
    match name {
        "iss" => match (&known.profile.provider.issuer, text) {
            (Some(issuer), Some(text)) => of(issuer == text),
            _ => Standing::Untold,
        },
        "client_id" | "azp" => {
            text.map_or(Standing::Untold, |text| of(text == known.profile.client_id))
        }
        "aud" => audience(known, bearer, value),
        "exp" => match moment(name, value) {
            Some(end) => of(end > known.now),
            None => Standing::Untold,
        },
        "nbf" => match moment(name, value) {
            Some(begin) if begin > known.now => Standing::Differs,
            _ => Standing::Untold,
        },
        _ => Standing::Untold,
    }
}

/// Whether the audience is whom it should be: this client for an id_token, the API for an access token as far
/// as that can be told by its address.
fn audience(known: &Known<'_>, bearer: Bearer, value: &Value) -> Standing {
    let audiences: Vec<&str> = match value {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => return Standing::Untold,
    };
    let fits = audiences.iter().any(|audience| match bearer {
        Bearer::Identity => *audience == known.profile.client_id,
        Bearer::Access => origin_of(audience).is_some_and(|it| it == known.grant.api_origin),
    });
    // How others name an API is theirs; Visma's name is its address.
    let by_address = known.profile.provider.preset.is_some();
    let tells = bearer == Bearer::Identity || by_address;
    match (fits, tells) {
        (true, _) => Standing::Fits,
        (false, true) => Standing::Differs,
        (false, false) => Standing::Untold,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_claim_stands_twice_in_the_table_and_none_is_unexplained() {
        for (place, facts) in CLAIMS.iter().enumerate() {
            let first = CLAIMS.iter().position(|other| other.name == facts.name);
            assert_eq!(first, Some(place), "{}", facts.name);
            assert!(!facts.meaning.is_empty() && facts.meaning.len() < 50);
        }
    }

    #[test]
    fn every_claim_of_a_dinero_token_has_a_meaning() {
        for claim in [
            "iss",
            "aud",
            "scope",
            "client_id",
            "sub",
            "sid",
            "idp",
            "auth_time",
            "nbf",
            "iat",
            "exp",
            "amr",
            "acr",
            "llt",
            "created_at",
            "jti",
            "tenant_id",
        ] {
            assert!(facts(claim).is_some(), "{claim}");
        }
        assert_eq!(facts("urn:unheard-of"), None);
    }

    #[test]
    fn a_moment_is_read_from_a_number_or_a_text_and_only_where_it_is_one() {
        let second = |value: Value| moment("exp", &value).map(Timestamp::as_second);
        assert_eq!(second(json!(1_700_000_000)), Some(1_700_000_000));
        assert_eq!(second(json!(1_700_000_000.75)), Some(1_700_000_000));
        assert_eq!(second(json!("1700000000")), Some(1_700_000_000));
        for no_moment in [json!(true), json!("soon"), json!(1e300), json!(i64::MAX)] {
            assert_eq!(second(no_moment.clone()), None, "{no_moment}");
        }
        assert_eq!(moment("sub", &json!(1_700_000_000)), None);
        assert_eq!(moment("unheard-of", &json!(1_700_000_000)), None);
    }

    #[test]
    fn a_scope_reads_the_same_as_a_text_and_as_a_list() {
        assert_eq!(shown("scope", &json!("read  write")), "read, write");
        assert_eq!(shown("scope", &json!(["read", "write"])), "read, write");
        assert_eq!(shown("name", &json!("Åse  Brændgård")), "Åse  Brændgård");
        assert_eq!(shown("roles", &json!([])), "[]");
        assert_eq!(shown("cnf", &json!({"jkt": 1})), r#"{"jkt":1}"#);
    }

    #[test]
    fn what_matters_stands_first_and_what_is_unknown_last() {
        let token = json!({"zz": 1, "sub": "a", "exp": 2, "aa": 3, "iss": "b"});
        let names: Vec<&str> = token
            .as_object()
            .map(|members| ordered(members).into_iter().map(|(name, _)| name).collect())
            .unwrap_or_default();
        assert_eq!(names[..3], ["iss", "exp", "sub"]);
        assert_eq!(names.len(), 5);
    }
}
