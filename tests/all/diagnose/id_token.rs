//! Rules about an id_token and about metadata.

use super::{Case, Fixture, fixture};
use crate::signer::{OTHER, RSA, half_hash, unsigned, with_secret};
use crate::stage::{Point, at};
use dineroscope::core::oauth::Step;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::id_token::{Checked, Expected, checks};
use dineroscope::core::token::jwks;
use dineroscope::core::token::signature::Keys;
use serde_json::{Value, json};

/// What came with the id_token.
const ACCESS_TOKEN: &str = "the-access-token-that-came-with-it";
const CODE: &str = "the-code-that-came-with-it";

/// Claims with nothing wrong in them.
pub(crate) fn claims() -> Value {
    let now = at(62).as_second();
    json!({
        "iss": "https://connect.visma.com", "sub": "8d0e41b7", "aud": "isv_acme_dev",
        "exp": now + 300, "iat": now, "nonce": "the nonce", "at_hash": half_hash(ACCESS_TOKEN),
    })
}

/// The same with one claim changed; null takes it away.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let object = claims.as_object_mut().unwrap();
    object.remove(name);
    if !value.is_null() {
        object.insert(name.to_owned(), value);
    }
    claims
}

/// A run whose tokens came with this id_token.
fn tokens(token: &str) -> Case {
    judged(token, false)
}

/// A run whose answer brought this id_token beside the code.
fn answer(token: &str) -> Case {
    judged(token, true)
}

/// A run with an id_token that was checked.
fn judged(token: &str, by_browser: bool) -> Case {
    let set = jwks::read(&json!({"keys": [RSA.jwk()]}).to_string()).unwrap();
    let (access_token, code) = (Secret::new(ACCESS_TOKEN), Secret::new(CODE));
    let checks = checks(
        &Secret::new(token),
        &Expected {
            issuer: Some("https://connect.visma.com"),
            client_id: "isv_acme_dev",
            nonce: Some("the nonce"),
            access_token: (!by_browser).then_some(&access_token),
            code: by_browser.then_some(&code),
            by_browser,
            keys: Keys {
                set: Some(&set),
                registered: None,
                client_secret: None,
            },
            publishes_keys: true,
            now: at(62),
        },
    );
    let checked = Some(Checked {
        checks,
        overridden: false,
    });
    let point = if by_browser {
        Point::Answered
    } else {
        Point::Authorized
    };
    Case::at(point).with(|case| {
        if by_browser {
            case.run.answer_checked = checked;
        } else {
            case.run.token_checked = checked;
        }
    })
}

/// Tokens signed as they should be, with these claims.
fn signed(claims: &Value) -> Case {
    tokens(&RSA.sign("RS256", claims))
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Token, fires, silent);
    let now = at(62).as_second();
    let mut altered = RSA.sign("RS256", &claims());
    altered.truncate(altered.len() - 2);
    altered.push_str("AA");
    let none = format!("{}.", unsigned(&json!({"alg": "none"}), &claims()));
    let mut beside_code = with("at_hash", Value::Null);
    beside_code["c_hash"] = half_hash(CODE).into();
    let mut other_code = beside_code.clone();
    other_code["c_hash"] = half_hash("another").into();
    vec![
        row(
            "id-token-issuer",
            signed(&with("iss", json!("https://connect.visma.com/"))),
            signed(&claims()),
        ),
        row(
            "id-token-audience",
            signed(&with("aud", json!(["another", "further"])))
                .with(|case| keep_only(case, "id-token-audience")),
            signed(&with("aud", json!(["isv_acme_dev"]))),
        ),
        row(
            "id-token-azp",
            signed(&with("azp", json!("another"))),
            signed(&with("azp", json!("isv_acme_dev"))),
        ),
        row(
            "id-token-nonce",
            signed(&with("nonce", json!("of another run"))),
            signed(&claims()),
        ),
        row(
            "id-token-expired",
            signed(&with("exp", json!(now - 400))),
            signed(&with("exp", json!(now - 200))),
        ),
        row(
            "id-token-iat",
            signed(&with("iat", Value::Null)),
            signed(&with("iat", json!(now + 200))),
        ),
        row(
            "id-token-sub-missing",
            signed(&with("sub", json!(""))),
            signed(&claims()),
        ),
        row(
            "id-token-at-hash",
            signed(&with("at_hash", json!(half_hash("another")))),
            signed(&with("at_hash", Value::Null)),
        ),
        row("id-token-alg-none", tokens(&none), signed(&claims())),
        row(
            "id-token-alg-unexpected",
            tokens(&with_secret("a secret", &claims())),
            tokens(&RSA.sign("PS512", &with("at_hash", Value::Null))),
        ),
        row(
            "id-token-key-unknown",
            tokens(&OTHER.sign("RS256", &claims())),
            tokens(&RSA.sign_with(&json!({"alg": "RS256"}), &claims())),
        ),
        row(
            "id-token-signature-invalid",
            tokens(&altered),
            signed(&claims()),
        ),
        fixture(
            "id-token-c-hash",
            Step::Callback,
            answer(&RSA.sign("RS256", &other_code)),
            answer(&RSA.sign("RS256", &beside_code)),
        ),
    ]
}

/// Leaves one failed check: several audiences without `azp` fail in two.
fn keep_only(case: &mut Case, rule: &str) {
    let checked = case.run.token_checked.as_mut().unwrap();
    checked.checks.retain(|check| check.rule == rule);
}

#[test]
fn an_override_is_said_loudly() {
    let case = signed(&with("nonce", Value::Null)).with(|case| {
        case.run.token_checked.as_mut().unwrap().overridden = true;
    });
    let found = case.findings(Step::Token);
    assert_eq!(found[0].rule, "id-token-nonce");
    assert!(
        found[0].fix[0].as_str().contains("trust nothing"),
        "{found:?}"
    );
}
