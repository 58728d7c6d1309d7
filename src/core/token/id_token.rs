//! The checks of an id_token (OpenID Connect Core 3.1.3.7, 3.2.2.11, 3.3.2.11), each a row of its own.
//!
//! A failed check names the rule that explains it. Nothing is decided here: what a failure means for the
//! run is the engine's.

use super::jwt::{self, Jwt};
use super::signature::{Keys, SignatureTrouble, verify};
use crate::core::secret::Secret;
use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 300;

/// An id_token older than this, in seconds, was not made for this sign-in.
const OLDEST: i64 = 24 * 60 * 60;

/// What a signature should have been checked with, when fetching the keys brought none.
pub const NO_KEY_HAD: &str = "a key of the provider: none could be had";

/// The same, when nobody says where the keys are.
pub const NO_KEYS_ADDRESS: &str = "a key of the provider: no jwks_url is known";

/// What an id_token is measured against.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The provider's issuer, when it is known.
    pub issuer: Option<&'a str>,
    /// The client it must be for.
    pub client_id: &'a str,
    /// The nonce that the link sent, when it sent one.
    pub nonce: Option<&'a str>,
    /// The access token that came with it.
    pub access_token: Option<&'a Secret>,
    /// The code that came with it.
    pub code: Option<&'a Secret>,
    /// Whether it came through the browser: then the hash of what came with it is required (3.3.2.11).
    pub by_browser: bool,
    /// What its signature is checked with.
    pub keys: Keys<'a>,
    /// Whether the provider publishes keys at all.
    pub publishes_keys: bool,
    /// When.
    pub now: Timestamp,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// There is nothing to check.
    NotNeeded,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The claim, or `signature`, `alg`.
    pub name: String,
    /// The rule that explains a failure.
    pub rule: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What the token has; empty when it has nothing.
    pub seen: String,
    /// What it must be, or why nothing needs to be.
    pub expected: String,
}

/// Every check of an id_token, in the order of the specification. One that is no JWT fails in its signature
/// alone.
pub fn checks(token: &Secret, expected: &Expected<'_>) -> Vec<Check> {
    let Ok(decoded) = jwt::decode(token.expose()) else {
        return vec![Check {
            name: "signature".to_owned(),
            rule: "id-token-signature-invalid".to_owned(),
            verdict: Verdict::Failed,
            seen: "it is no JWT".to_owned(),
            expected: "three parts of base64url".to_owned(),
        }];
    };
    let token = Token {
        whole: token.expose(),
        decoded,
        expected,
    };
    vec![
        token.issuer(),
        token.audience(),
        token.authorized_party(),
        token.signature(),
        token.expiry(),
        token.issued_at(),
        token.nonce(),
        token.subject(),
        token.hash("at_hash", "id-token-at-hash", expected.access_token),
        token.hash("c_hash", "id-token-c-hash", expected.code),
    ]
}

/// The checks of one id_token, and what the user made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Every check.
    pub checks: Vec<Check>,
    /// Whether the user took it although one failed.
    pub overridden: bool,
}

impl Checked {
    /// Whether it holds its tokens back.
    pub fn is_refused(&self) -> bool {
        !self.overridden && !all_pass(&self.checks)
    }
}

/// Whether none failed.
pub fn all_pass(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.verdict != Verdict::Failed)
}

/// A claim as text: as it stands when it is text, else as JSON.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A token and what it is measured against.
struct Token<'a> {
    whole: &'a str,
    decoded: Jwt,
    expected: &'a Expected<'a>,
}

impl Token<'_> {
    fn claim(&self, name: &str) -> Option<&Value> {
        self.decoded.claims.get(name)
    }

    fn seen(&self, name: &str) -> String {
        self.claim(name).map(as_text).unwrap_or_default()
    }

    /// The row of a claim.
    fn row(&self, name: &str, rule: &str, passed: bool, expected: &str) -> Check {
        Check {
            name: name.to_owned(),
            rule: rule.to_owned(),
            verdict: if passed {
                Verdict::Passed
            } else {
                Verdict::Failed
            },
            seen: self.seen(name),
            expected: expected.to_owned(),
        }
    }

    /// The row of a claim that needs no check.
    fn free(&self, name: &str, rule: &str, why: &str) -> Check {
        Check {
            verdict: Verdict::NotNeeded,
            ..self.row(name, rule, true, why)
        }
    }

    /// 3.1.3.7, 2: exactly the issuer.
    fn issuer(&self) -> Check {
        let (name, rule) = ("iss", "id-token-issuer");
        match self.expected.issuer {
            Some(issuer) => {
                let same = self.claim(name).and_then(Value::as_str) == Some(issuer);
                self.row(name, rule, same, issuer)
            }
            None => self.free(name, rule, "the profile names no issuer"),
        }
    }

    /// The audiences: a text, or a list of texts; anything else is none.
    fn audiences(&self) -> Vec<&str> {
        match self.claim("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// 3.1.3.7, 3: the client is among the audiences.
    fn audience(&self) -> Check {
        let client = self.expected.client_id;
        let named = self.audiences().contains(&client);
        self.row("aud", "id-token-audience", named, client)
    }

    /// 3.1.3.7, 4 and 5: with several audiences, and wherever it stands, `azp` is the client.
    fn authorized_party(&self) -> Check {
        let (name, rule) = ("azp", "id-token-azp");
        let client = self.expected.client_id;
        match self.claim(name) {
            Some(party) => self.row(name, rule, party.as_str() == Some(client), client),
            None if self.audiences().len() > 1 => {
                self.row(name, rule, false, "required with several audiences")
            }
            None => self.free(name, rule, "not needed with one audience"),
        }
    }

    /// 3.1.3.7, 6 to 8. Where a provider publishes no keys, TLS to the token endpoint vouches for what came
    /// from it directly.
    fn signature(&self) -> Check {
        let check = |rule: &str, verdict, seen: String, expected: &str| Check {
            name: "signature".to_owned(),
            rule: rule.to_owned(),
            verdict,
            seen,
            expected: expected.to_owned(),
        };
        let algorithm = self.decoded.header.get("alg").map(as_text);
        let algorithm = algorithm.unwrap_or_else(|| "no alg".to_owned());
        match verify(self.whole, &self.expected.keys) {
            Ok(signed) => {
                let key = match signed.key {
                    Some(id) => format!("key {id}"),
                    None => "the key of the provider".to_owned(),
                };
                let rule = "id-token-signature-invalid";
                check(rule, Verdict::Passed, signed.algorithm.to_owned(), &key)
            }
            Err(SignatureTrouble::None) => check(
                "id-token-alg-none",
                Verdict::Failed,
                algorithm,
                "a signature: anybody could have written this",
            ),
            Err(SignatureTrouble::Unexpected { expected, .. }) => {
                let wanted = match expected {
                    Some(registered) => format!("{registered}, as the profile says"),
                    None => "an algorithm with a public key: RS, PS, ES, EdDSA".to_owned(),
                };
                check(
                    "id-token-alg-unexpected",
                    Verdict::Failed,
                    algorithm,
                    &wanted,
                )
            }
            Err(SignatureTrouble::WithoutKeys)
                if !self.expected.publishes_keys && !self.expected.by_browser =>
            {
                check(
                    "id-token-key-unknown",
                    Verdict::NotNeeded,
                    algorithm,
                    "no jwks_url known: TLS to the token endpoint vouches",
                )
            }
            Err(SignatureTrouble::WithoutKeys) => check(
                "id-token-key-unknown",
                Verdict::Failed,
                algorithm,
                if self.expected.publishes_keys {
                    NO_KEY_HAD
                } else {
                    NO_KEYS_ADDRESS
                },
            ),
            Err(SignatureTrouble::KeyUnknown { id, candidates }) => {
                let wanted = match (&id, candidates) {
                    (Some(id), _) => format!("key {id}, which the provider does not publish"),
                    (None, 0) => "a key for it: the provider publishes none".to_owned(),
                    (None, several) => format!("a kid: {several} keys of the provider would do"),
                };
                check("id-token-key-unknown", Verdict::Failed, algorithm, &wanted)
            }
            Err(SignatureTrouble::Invalid { .. } | SignatureTrouble::NotAJwt) => check(
                "id-token-signature-invalid",
                Verdict::Failed,
                algorithm,
                "signed with the provider's key",
            ),
        }
    }

    /// A claim that is a time, in seconds since 1970; parts of a second are cut off.
    fn time(&self, name: &str) -> Option<i64> {
        let value = self.claim(name)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a saturating cast: what is beyond any time stays beyond it"
        )]
        value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// 3.1.3.7, 9.
    fn expiry(&self) -> Check {
        let now = self.expected.now.as_second();
        let holds = self
            .time("exp")
            .is_some_and(|end| now < end.saturating_add(LEEWAY));
        self.row("exp", "id-token-expired", holds, "a time still to come")
    }

    /// 3.1.3.7, 10: made lately, and not in the time to come.
    fn issued_at(&self) -> Check {
        let now = self.expected.now.as_second();
        let holds = self.time("iat").is_some_and(|made| {
            made <= now.saturating_add(LEEWAY) && made >= now.saturating_sub(OLDEST)
        });
        self.row("iat", "id-token-iat", holds, "within a day of now")
    }

    /// 3.1.3.7, 11.
    fn nonce(&self) -> Check {
        let (name, rule) = ("nonce", "id-token-nonce");
        match (self.expected.nonce, self.claim(name)) {
            (Some(sent), claim) => {
                let same = claim.and_then(Value::as_str) == Some(sent);
                self.row(name, rule, same, sent)
            }
            (None, Some(_)) => self.free(name, rule, "this run sent none"),
            (None, None) => self.free(name, rule, "not sent, so not needed"),
        }
    }

    /// 2: required, at most 255 characters.
    fn subject(&self) -> Check {
        let holds = self
            .claim("sub")
            .and_then(Value::as_str)
            .is_some_and(|sub| !sub.is_empty() && sub.len() <= 255);
        self.row("sub", "id-token-sub-missing", holds, "who signed in")
    }

    /// 3.1.3.8, 3.3.2.9, 3.3.2.10: the left half of the hash of what came with it.
    fn hash(&self, name: &str, rule: &str, of: Option<&Secret>) -> Check {
        let required = self.expected.by_browser;
        match (of, self.claim(name)) {
            (None, _) => self.free(name, rule, "nothing came with it to compare"),
            (Some(_), None) if required => self.row(name, rule, false, "required in this answer"),
            (Some(_), None) => self.free(name, rule, "may be left out here"),
            (Some(value), Some(claim)) => {
                let alg = self.decoded.header.get("alg").and_then(Value::as_str);
                match left_half(alg.unwrap_or_default(), value.expose()) {
                    Some(half) => {
                        let same = claim.as_str().map(|it| it.trim_end_matches('=')) == Some(&half);
                        self.row(name, rule, same, &half)
                    }
                    None => self.free(name, rule, "no hash goes with this algorithm"),
                }
            }
        }
    }
}

/// The left half of a hash, base64url, with the hash that goes with a signature's algorithm. For EdDSA no
/// hash is agreed on.
fn left_half(algorithm: &str, value: &str) -> Option<String> {
    let hash = match algorithm.get(2..)? {
        "256" => &digest::SHA256,
        "384" => &digest::SHA384,
        "512" => &digest::SHA512,
        _ => return None,
    };
    let hashed = digest::digest(hash, value.as_bytes());
    let half = &hashed.as_ref()[..hashed.as_ref().len() / 2];
    Some(URL_SAFE_NO_PAD.encode(half))
}

/// What must stay the same from id_token to id_token of one grant (OpenID Connect Core 12.2): the first
/// claim that differs, with both values.
pub fn changed(before: &Secret, after: &Secret) -> Option<(&'static str, String, String)> {
    let of = |token: &Secret| jwt::decode(token.expose()).ok();
    let (before, after) = (of(before)?.claims, of(after)?.claims);
    let text = |claim: Option<&Value>| claim.map(as_text).unwrap_or_default();
    ["iss", "sub", "aud"].into_iter().find_map(|name| {
        let (old, new) = (before.get(name), after.get(name));
        let same = old == new || name == "aud" && audiences(old) == audiences(new);
        (!same).then(|| (name, text(old), text(new)))
    })
}

/// Audiences in no order.
fn audiences(claim: Option<&Value>) -> Vec<String> {
    let mut list: Vec<String> = match claim {
        Some(Value::Array(list)) => list.iter().map(as_text).collect(),
        Some(one) => vec![as_text(one)],
        None => Vec::new(),
    };
    list.sort();
    list
}
