//! Rules about what further endpoints said.

use super::{Case, Fixture, fixture};
use crate::inquiring::{inquire, inquired};
use crate::renewing::{answered, failed, refreshed};
use crate::stage::{Point, at, engine_at};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::oauth::Step;
use dineroscope::core::oauth::endpoint::Inquiry;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::wire::{FailureKind, Outcome, Phase};

/// `sub` of the tokens on the stage.
const SUB: &str = "8d0e41b7-52f0-4c43-9f0a-6f3f2f1ac2a9";

const REVOKE: Inquiry = Inquiry::revocation(TokenKind::Refresh);
const INTROSPECT: Inquiry = Inquiry::introspection(TokenKind::Access);

/// What is found after an inquiry was answered.
fn after(inquiry: Inquiry, status: u16, body: &str) -> Case {
    Case::of(&inquired(inquiry, status, body), at(110))
}

/// What is found after an inquiry ended in some other way.
fn ended(inquiry: Inquiry, outcome: Outcome) -> Case {
    let mut engine = engine_at(Point::Authorized);
    inquire(&mut engine, 100, inquiry, outcome);
    Case::of(&engine, at(110))
}

/// The same, with `openid` among the granted scopes.
fn with_openid(case: Case) -> Case {
    case.with(|case| {
        let grant = case.grant.as_mut().unwrap();
        grant.scopes.push("openid".to_owned());
    })
}

/// Userinfo about that user.
fn about(sub: &str) -> Case {
    after(Inquiry::USERINFO, 200, &format!(r#"{{"sub":"{sub}"}}"#))
}

pub(super) fn fixtures() -> Vec<Fixture> {
    let step = Step::Token;
    let insufficient = r#"{"error":"insufficient_scope"}"#;
    let invalid_client = r#"{"error":"invalid_client"}"#;
    vec![
        fixture(
            "userinfo-sub-mismatch",
            step,
            about("somebody-else"),
            about(SUB),
        ),
        // The id_token decides, where one came.
        fixture(
            "userinfo-sub-mismatch",
            step,
            about(SUB).with(|case| {
                let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"of the id_token"}"#);
                let token = Secret::new(format!("e30.{claims}.c2ln"));
                case.grant.as_mut().unwrap().id_token = Some(token);
            }),
            // Of another provider it is not known that its access tokens name users as its userinfo does.
            about("somebody-else").with(|case| case.profile.provider.preset = None),
        ),
        fixture(
            "userinfo-without-openid",
            step,
            after(Inquiry::USERINFO, 403, insufficient),
            with_openid(after(Inquiry::USERINFO, 403, insufficient)),
        ),
        fixture(
            "userinfo-refused",
            step,
            with_openid(after(
                Inquiry::USERINFO,
                401,
                r#"{"error":"invalid_token"}"#,
            )),
            after(Inquiry::USERINFO, 401, r#"{"error":"invalid_token"}"#),
        ),
        fixture(
            "revocation-failed",
            step,
            after(REVOKE, 400, invalid_client),
            after(REVOKE, 200, ""),
        ),
        fixture(
            "revocation-failed",
            step,
            after(REVOKE, 405, ""),
            after(REVOKE, 503, ""),
        ),
        fixture(
            "introspection-refused",
            step,
            after(INTROSPECT, 401, ""),
            after(INTROSPECT, 200, r#"{"active":false}"#),
        ),
        fixture(
            "endpoint-no-answer",
            step,
            ended(REVOKE, failed(FailureKind::Timeout(Phase::Answer))),
            after(REVOKE, 200, ""),
        ),
        fixture(
            "endpoint-no-answer",
            step,
            after(INTROSPECT, 200, "<html>a proxy</html>"),
            after(INTROSPECT, 401, ""),
        ),
    ]
}

#[test]
fn what_is_not_known_about_a_revocation_is_said() {
    let case = ended(REVOKE, failed(FailureKind::Reset));
    let found = case.findings(Step::Token);
    assert_eq!(found[0].rule, "endpoint-no-answer");
    assert!(
        found[0].cause.as_str().contains("is not known"),
        "{found:?}"
    );
}

#[test]
fn an_answer_about_a_token_that_was_replaced_is_no_evidence() {
    let mut engine = inquired(Inquiry::USERINFO, 200, r#"{"sub":"somebody-else"}"#);
    assert!(
        Case::of(&engine, at(110))
            .names(Step::Token)
            .contains(&"userinfo-sub-mismatch")
    );
    let next = r#"{"access_token":"next","token_type":"Bearer","expires_in":3600}"#;
    refreshed(&mut engine, 120, answered(200, next));
    assert_eq!(
        Case::of(&engine, at(130)).names(Step::Token),
        Vec::<&str>::new()
    );
}

#[test]
fn a_revoked_refresh_token_is_not_taken_for_one_that_never_came() {
    let case = after(REVOKE, 200, "");
    assert_eq!(case.grant.as_ref().unwrap().refresh_token, None);
    assert_eq!(case.names(Step::Token), Vec::<&str>::new());
    let never = case.with(|case| case.held.as_mut().unwrap().revoked_at = None);
    assert_eq!(never.names(Step::Token), ["refresh-token-missing"]);
}
