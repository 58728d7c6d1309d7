//! Rules about a refresh, at the token and where a call waited for it.

use super::{Case, Fixture, fixture};
use crate::renewing::{answered, failed, new_tokens, refresh, refreshed, unsent};
use crate::stage::{CODE, Point, at, engine_at, visma};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::Step;
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::{VaultTrouble, VaultTroubleKind};
use dineroscope::core::wire::{Cut, FailureKind, Outcome, Phase};

/// A refresh of the grant that has just come, ended that way.
fn after(outcome: Outcome) -> Case {
    after_all(vec![outcome])
}

/// One refresh after the other.
fn after_all(outcomes: Vec<Outcome>) -> Case {
    let mut engine = engine_at(Point::Authorized);
    let mut seconds = 100;
    for outcome in outcomes {
        refreshed(&mut engine, seconds, outcome);
        seconds += 60;
    }
    Case::of(&engine, at(seconds))
}

/// A refresh that was not sent.
fn not_sent(outcome: RefreshOutcome) -> Case {
    let mut engine = engine_at(Point::Authorized);
    let order = refresh(&mut engine, 100);
    engine.event(at(101), unsent(&order, outcome));
    Case::of(&engine, at(110))
}

/// An error of the token endpoint.
fn error(code: &str) -> Outcome {
    answered(400, &format!("{{\"error\":\"{code}\"}}"))
}

/// `invalid_grant` with a description.
fn words(description: &str) -> Outcome {
    answered(
        400,
        &format!("{{\"error\":\"invalid_grant\",\"error_description\":\"{description}\"}}"),
    )
}

/// What a vault says.
fn full_disk() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message: "`/home/anna/vault` cannot be written: no space left on device".to_owned(),
    }
}

/// A refresh that sent a scope of its own.
fn with_scope(scope: &str) -> Case {
    let mut profile = visma();
    profile
        .exchange
        .extra
        .push(("scope".to_owned(), scope.to_owned()));
    let mut engine = crate::stage::blank();
    crate::stage::bring(&mut engine, profile, Point::Authorized);
    refreshed(&mut engine, 100, error("invalid_scope"));
    Case::of(&engine, at(110))
}

/// An id_token with these claims.
fn id_token(claims: &str) -> Secret {
    Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
}

/// A refresh that brought another id_token.
fn id_tokens(old: &str, new: &str) -> Case {
    after(new_tokens("2")).with(|case| {
        let renewal = case.held.as_mut().unwrap().renewal.as_mut().unwrap();
        renewal.old.id_token = Some(id_token(old));
        case.grant.as_mut().unwrap().id_token = Some(id_token(new));
    })
}

const ANNA: &str = r#"{"iss":"https://connect.visma.com","sub":"anna","aud":"isv_acme_dev"}"#;

pub(super) fn fixtures() -> Vec<Fixture> {
    let row = |rule, fires, silent| fixture(rule, Step::Token, fires, silent);
    let granted = "dineropublicapi:read dineropublicapi:write offline_access";
    vec![
        row(
            "refresh-token-invalid",
            after(error("invalid_grant")),
            after(error("unauthorized_client")),
        ),
        row(
            "refresh-token-reuse",
            after(words("the refresh token was already redeemed")),
            after(words("no such token")),
        ),
        row(
            "refresh-scope-wider",
            with_scope(&format!("{granted} openid")),
            with_scope(granted),
        ),
        row(
            "refresh-subject-changed",
            id_tokens(ANNA, &ANNA.replace("anna", "bo")),
            id_tokens(ANNA, &ANNA.replace('}', r#","nonce":"x"}"#)),
        ),
        row(
            "refresh-not-sent",
            not_sent(RefreshOutcome::NotSent(full_disk())),
            after(new_tokens("2")),
        ),
        row(
            "refresh-busy",
            not_sent(RefreshOutcome::Busy {
                holder: "process 4711, since 12:01:20".to_owned(),
            }),
            not_sent(RefreshOutcome::NotSent(full_disk())),
        ),
        row(
            "refresh-outcome-unknown",
            not_sent(RefreshOutcome::Unsettled { since: at(90) }),
            after(failed(FailureKind::Dns)),
        ),
        row(
            "grant-not-kept",
            after(new_tokens("2"))
                .with(|case| case.held.as_mut().unwrap().trouble = Some(full_disk())),
            after(new_tokens("2")),
        ),
    ]
}

#[test]
fn a_refreshed_grant_has_nothing_to_find() {
    for case in [
        after(new_tokens("2")),
        after_all(vec![new_tokens("2"), new_tokens("3")]),
        after(new_tokens("2")).with(|case| case.now = at(100 + 3_000)),
    ] {
        for step in [Step::Token, Step::Requests, Step::Exchange] {
            assert_eq!(case.names(step), [""; 0], "{step:?}");
        }
    }
}

#[test]
fn whatever_ends_an_exchange_is_explained_in_a_refresh_too() {
    let cut_off = || match answered(200, "{\"access_token\":\"a") {
        Outcome::Response(mut response) => {
            response.cut = Some(Cut::ConnectionEnded);
            Outcome::Response(response)
        }
        other => other,
    };
    let dark = "refresh-outcome-unknown";
    for (outcome, rules) in [
        (error("invalid_client"), vec!["invalid-client"]),
        (
            error("invalid_request"),
            vec!["invalid-request-missing-parameter"],
        ),
        (error("unauthorized_client"), vec!["unauthorized-client"]),
        (
            error("unsupported_grant_type"),
            vec!["unsupported-grant-type"],
        ),
        (error("invalid_scope"), vec!["invalid-scope"]),
        (error("invalid_tenant"), vec!["invalid-tenant"]),
        (answered(405, ""), vec!["token-wrong-method"]),
        (answered(404, ""), vec!["token-wrong-endpoint"]),
        (answered(302, ""), vec!["token-redirected"]),
        (answered(429, ""), vec!["token-server-error"]),
        (answered(500, ""), vec!["token-server-error", dark]),
        (
            answered(200, "<html>"),
            vec!["token-response-not-json", dark],
        ),
        (cut_off(), vec!["token-response-not-json", dark]),
        (answered(200, "{}"), vec!["token-response-incomplete", dark]),
        (failed(FailureKind::Dns), vec!["network-dns"]),
        (failed(FailureKind::Refused), vec!["network-refused"]),
        (
            failed(FailureKind::Timeout(Phase::Connect)),
            vec!["network-timeout"],
        ),
        (
            failed(FailureKind::Timeout(Phase::Answer)),
            vec!["network-timeout", dark],
        ),
        (failed(FailureKind::Reset), vec!["network-reset", dark]),
    ] {
        let case = after(outcome.clone());
        assert_eq!(case.names(Step::Token), rules, "{outcome:?}");
        assert_eq!(
            case.names(Step::Exchange),
            [""; 0],
            "the exchange went well"
        );
        assert_eq!(
            case.names(Step::Requests),
            [""; 0],
            "the token is good for an hour yet"
        );
        for found in case.findings(Step::Token) {
            let said = format!("{:?} {} {}", found.fix, found.cause, found.headline);
            assert!(!said.contains("code"), "{}: {said}", found.rule);
            assert!(!said.contains("step 4"), "{}: {said}", found.rule);
        }
    }
}

#[test]
fn a_call_that_waited_in_vain_is_explained_where_it_waited() {
    for (outcome, rule) in [
        (error("invalid_grant"), "refresh-token-invalid"),
        (error("invalid_client"), "invalid-client"),
        (failed(FailureKind::Reset), "network-reset"),
    ] {
        let mut engine = engine_at(Point::Listed);
        let late = 62 + 3_601;
        let call = Call::new("GET", "/v1.1/organizations");
        let effects = engine.command(at(late), Command::Send(call));
        let order = crate::renewing::ordered(&effects).unwrap();
        engine.event(at(late), crate::renewing::ended(&order, late, outcome));
        assert_eq!(engine.requests().waiting, None);
        let case = Case::of(&engine, at(late + 1));
        assert_eq!(case.names(Step::Requests)[0], rule);
        let fix = format!("{:?}", case.findings(Step::Requests)[0].fix);
        assert!(fix.contains('↵') || fix.contains("ctrl-n"), "{rule}: {fix}");
    }
}

#[test]
fn our_own_record_proves_a_second_use() {
    let spent = "the same token again";
    for (first, seen) in [
        (failed(FailureKind::Reset), "no answer came"),
        (answered(502, ""), "no answer came"),
    ] {
        let case = after_all(vec![first, error("invalid_grant")]);
        assert_eq!(case.names(Step::Token), ["refresh-token-reuse"], "{spent}");
        let evidence = case.findings(Step::Token)[0].evidence.to_string();
        assert!(evidence.contains(seen), "{evidence}");
        assert!(evidence.contains("60 seconds before"), "{evidence}");
    }
    let never_arrived = after_all(vec![failed(FailureKind::Dns), error("invalid_grant")]);
    assert_eq!(
        never_arrived.names(Step::Token),
        ["refresh-token-invalid"],
        "a token that never left is not used"
    );
    let other = after_all(vec![new_tokens("2"), error("invalid_grant")]);
    assert_eq!(other.names(Step::Token), ["refresh-token-invalid"]);
}

#[test]
fn a_token_that_went_well_once_and_is_sent_again_is_reuse() {
    let case = after_all(vec![new_tokens("2"), error("invalid_grant")]).with(|case| {
        let first = case
            .transcript
            .iter()
            .find(|record| record.note == "new tokens")
            .unwrap();
        let sent = first.request.body.clone();
        case.last().request.body = sent;
    });
    assert_eq!(case.names(Step::Token), ["refresh-token-reuse"]);
    let evidence = case.findings(Step::Token)[0].evidence.to_string();
    assert!(evidence.contains("brought new tokens"), "{evidence}");
}

#[test]
fn what_is_sent_again_after_a_refusal_is_counted_and_what_never_left_is_not() {
    for (outcomes, seen) in [
        (vec![error("invalid_grant")], "sent once from here"),
        (
            vec![error("invalid_grant"), error("invalid_grant")],
            "sent 2 times from here",
        ),
        (
            vec![failed(FailureKind::Dns), error("invalid_grant")],
            "sent once from here",
        ),
        (
            vec![error("invalid_grant"), words("already used")],
            "sent 2 times from here",
        ),
    ] {
        let case = after_all(outcomes);
        let evidence = case.findings(Step::Token)[0].evidence.to_string();
        assert!(evidence.contains(seen), "{evidence}");
    }
}

#[test]
fn a_token_sent_in_the_dark_by_an_earlier_run_is_reuse_when_it_is_refused() {
    let case = after(error("invalid_grant")).with(|case| {
        let end = case.held.as_mut().unwrap().refresh.as_mut().unwrap();
        end.in_the_dark = Some(at(40));
    });
    assert_eq!(case.names(Step::Token), ["refresh-token-reuse"]);
    let evidence = case.findings(Step::Token)[0].evidence.to_string();
    assert!(evidence.contains("nobody saw the answer"), "{evidence}");
}

#[test]
fn a_grant_that_was_not_kept_is_told_to_be_refreshed_only_where_it_can_be() {
    let remedies = |with_refresh_token: bool| {
        let case = not_sent(RefreshOutcome::NotSent(full_disk())).with(|case| {
            let held = case.held.as_mut().unwrap();
            held.trouble = Some(full_disk());
            if !with_refresh_token {
                held.grant.refresh_token = None;
                case.grant.as_mut().unwrap().refresh_token = None;
            }
        });
        let findings = case.findings(Step::Token);
        let found = findings.iter().find(|found| found.rule == "grant-not-kept");
        format!("{:?}", found.unwrap().fix)
    };
    assert!(remedies(true).contains("u refreshes"));
    assert!(!remedies(false).contains("u refreshes"));
    assert!(remedies(false).contains("choose the same place again"));
}

#[test]
fn an_id_token_of_another_provider_or_client_is_told_by_its_claim() {
    for (from, to, claim) in [
        ("anna", "bo", "sub"),
        ("connect.visma", "connect.evil", "iss"),
        ("isv_acme_dev", "isv_other", "aud"),
    ] {
        let case = id_tokens(ANNA, &ANNA.replace(from, to));
        assert_eq!(case.names(Step::Token), ["refresh-subject-changed"]);
        let evidence = case.findings(Step::Token)[0].evidence.to_string();
        assert!(evidence.starts_with(&format!("{claim} was")), "{evidence}");
    }
    let more = ANNA.replace(r#""isv_acme_dev""#, r#"["isv_acme_dev","another"]"#);
    assert_eq!(
        id_tokens(ANNA, &more).names(Step::Token),
        [""; 0],
        "the audience may grow"
    );
}

#[test]
fn an_unsettled_grant_warns_before_a_call_only_when_it_would_be_refreshed() {
    let case = not_sent(RefreshOutcome::Unsettled { since: at(90) });
    assert_eq!(case.names(Step::Requests), [""; 0]);
    let late = case.with(|case| case.now = at(62 + 3_601));
    let names = late.names(Step::Requests);
    assert!(names.contains(&"refresh-outcome-unknown"), "{names:?}");
}

#[test]
fn words_of_server_and_vault_show_no_token() {
    let old = CODE.to_lowercase();
    for case in [
        after(words(&format!("token {old} was used"))),
        after_all(vec![
            new_tokens("2"),
            words(&format!("{old} is not refresh-2")),
        ]),
    ] {
        for found in case.findings(Step::Token) {
            let seen = found.evidence.as_str();
            assert!(!seen.contains(&old), "{seen}");
            assert!(!seen.contains("refresh-2"), "{seen}");
        }
    }
}
