//! Rules about the token endpoint.

use super::{Case, Fixture, fixture};
use crate::stage::{CODE, Point, answer, at, engine_at, exchange};
use dineroscope::core::oauth::grant::TokenTrouble;
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::wire::{Body, CallId, Record};

/// The token endpoint answered the run's own request, a minute after the code came.
fn answered(status: u16, body: &str) -> Case {
    answered_after(40, status, body)
}

/// The same, so many seconds after the code came.
fn answered_after(seconds: i64, status: u16, body: &str) -> Case {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 22 + seconds);
    answer(&mut engine, 22 + seconds, call, status, body);
    Case::of(&engine, at(30 + seconds))
}

/// A 400 with a body.
pub(super) fn refused(body: &str) -> Case {
    answered(400, body)
}

/// A 400 with an error code.
fn error(code: &str) -> Case {
    refused(&format!("{{\"error\":\"{code}\"}}"))
}

/// `invalid_grant` with a description.
fn grant(description: &str) -> Case {
    refused(&format!(
        "{{\"error\":\"invalid_grant\",\"error_description\":\"{description}\"}}"
    ))
}

/// A field of the form that was sent, replaced (or left out).
fn sent(mut case: Case, name: &str, value: Option<&str>) -> Case {
    let body = &mut case.last().request.body;
    let fields = form_urlencoded::parse(&body.0)
        .into_owned()
        .filter(|(key, _)| key != name)
        .chain(value.map(|value| (name.to_owned(), value.to_owned())))
        .collect::<Vec<_>>();
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    *body = Body::text(&form);
    case
}

/// The same code was posted by an earlier run.
fn posted_before(mut case: Case) -> Case {
    let last = case.last().clone();
    case.transcript.insert(
        0,
        Record {
            call: CallId(9_000),
            ..last
        },
    );
    case
}

pub(super) fn fixtures() -> Vec<Fixture> {
    [errors(), grants(), answers()]
        .into_iter()
        .flatten()
        .collect()
}

/// A row.
fn row(rule: &'static str, fires: Case, silent: Case) -> Fixture {
    fixture(rule, Step::Exchange, fires, silent)
}

/// Errors of RFC 6749 5.2.
fn errors() -> Vec<Fixture> {
    let too_old = |seconds: i64| Case::at(Point::Answered).with(|case| case.now = at(22 + seconds));
    vec![
        row("code-expiring", too_old(301), too_old(290)),
        row(
            "invalid-client",
            error("invalid_client"),
            error("unauthorized_client"),
        ),
        row(
            "invalid-request-missing-parameter",
            error("invalid_request"),
            error("invalid_client"),
        ),
        row(
            "unauthorized-client",
            error("unauthorized_client"),
            error("invalid_client"),
        ),
        row(
            "unsupported-grant-type",
            error("unsupported_grant_type"),
            error("invalid_request"),
        ),
        row(
            "invalid-scope",
            error("invalid_scope"),
            error("invalid_grant"),
        ),
        row(
            "invalid-tenant",
            error("invalid_tenant"),
            error("invalid_grant"),
        ),
        row("token-error", error("slow_down"), error("invalid_tenant")),
    ]
}

/// `invalid_grant`.
fn grants() -> Vec<Fixture> {
    let bare = || error("invalid_grant");
    vec![
        row(
            "invalid-grant-code-reused",
            posted_before(bare()),
            sent(posted_before(bare()), "code", Some("another")),
        ),
        row(
            "invalid-grant-code-expired",
            answered_after(301, 400, "{\"error\":\"invalid_grant\"}"),
            answered_after(290, 400, "{\"error\":\"invalid_grant\"}"),
        ),
        row(
            "invalid-grant-redirect-mismatch",
            sent(
                bare(),
                "redirect_uri",
                Some("http://127.0.0.1:8765/callback"),
            ),
            bare(),
        ),
        row(
            "invalid-grant-verifier",
            sent(bare(), "code_verifier", None),
            bare(),
        ),
        row("invalid-grant", bare(), grant("code expired")),
    ]
}

/// Answers that are none of a token endpoint.
fn answers() -> Vec<Fixture> {
    vec![
        row("token-wrong-method", answered(405, ""), answered(404, "")),
        row("token-wrong-endpoint", answered(404, ""), answered(405, "")),
        row("token-redirected", answered(302, ""), answered(400, "")),
        row(
            "token-response-not-json",
            answered(200, "<html>Maintenance</html>"),
            answered(500, "<html>Maintenance</html>"),
        ),
        row(
            "token-response-incomplete",
            answered(200, "{\"token_type\":\"Bearer\"}"),
            answered(200, "{\"token_type\":"),
        ),
        row(
            "token-server-error",
            answered(500, ""),
            answered(400, "{\"error\":\"server_error\"}"),
        ),
    ]
}

/// The only rule that speaks.
fn only(case: &Case) -> &'static str {
    let names = case.names(Step::Exchange);
    assert_eq!(names.len(), 1, "{names:?}");
    names[0]
}

#[test]
fn the_servers_words_tell_what_our_record_cannot() {
    for (description, rule) in [
        ("authorization code expired", "invalid-grant-code-expired"),
        (
            "authorization code was already redeemed",
            "invalid-grant-code-reused",
        ),
        (
            "redirect_uri does not match",
            "invalid-grant-redirect-mismatch",
        ),
        ("invalid code_verifier", "invalid-grant-verifier"),
        ("grant request is invalid", "invalid-grant"),
        ("code expired or already used", "invalid-grant"),
    ] {
        assert_eq!(only(&grant(description)), rule, "{description}");
    }
}

#[test]
fn our_own_proof_comes_before_the_servers_words() {
    let mismatch = sent(
        grant("authorization code expired"),
        "redirect_uri",
        Some("http://127.0.0.1:8765/callback"),
    );
    assert_eq!(only(&mismatch), "invalid-grant-redirect-mismatch");
    let found = &mismatch.findings(Step::Exchange)[0];
    assert!(found.evidence.as_str().contains("differ at character 8"));
    assert_eq!(only(&posted_before(mismatch)), "invalid-grant-code-reused");
}

#[test]
fn a_verifier_is_judged_on_both_legs() {
    let bare = || error("invalid_grant");
    let wrong = sent(bare(), "code_verifier", Some(&"a".repeat(43)));
    assert_eq!(only(&wrong), "invalid-grant-verifier");
    let without_challenge = bare().with(|case| {
        let rows = &mut case.run.parameters;
        rows.retain(|row| !row.name.starts_with("code_challenge"));
    });
    assert_eq!(only(&without_challenge), "invalid-grant-verifier");
    let neither = sent(without_challenge, "code_verifier", None);
    assert_eq!(only(&neither), "invalid-grant");
}

#[test]
fn each_way_of_not_being_json_has_its_own_headline() {
    let bodies = ["", "<html></html>", "{\"access_token\":", "not json"];
    let headlines: std::collections::BTreeSet<String> = bodies
        .iter()
        .map(|body| {
            let case = &answered(200, body);
            assert_eq!(only(case), "token-response-not-json");
            case.findings(Step::Exchange)[0].headline.to_string()
        })
        .collect();
    assert_eq!(headlines.len(), 4);
}

#[test]
fn how_the_secret_was_sent_is_said() {
    let evidence = |case: &Case| case.findings(Step::Exchange)[0].evidence.to_string();
    let posted = error("invalid_client");
    assert!(evidence(&posted).contains("sent in the body"));
    let none = sent(error("invalid_client"), "client_secret", None);
    assert!(evidence(&none).contains("no secret was sent"));
    let twice = error("invalid_client").with(|case| {
        let headers = &mut case.last().request.headers;
        headers.push("Authorization", "Basic aHVudGVyMg==");
    });
    assert!(evidence(&twice).contains("sent twice"));
}

#[test]
fn a_missing_field_is_named() {
    let case = sent(error("invalid_request"), "redirect_uri", None);
    let found = &case.findings(Step::Exchange)[0];
    assert!(found.evidence.as_str().contains("not sent: redirect_uri"));
}

#[test]
fn a_busy_server_says_how_long_to_wait() {
    let evidence = |retry_after: Option<&str>| {
        let case = answered(429, "slow down").with(|case| {
            case.run.phase = RunPhase::ExchangeFailed(TokenTrouble::ServerError {
                status: 429,
                retry_after: retry_after.map(str::to_owned),
            });
        });
        assert_eq!(only(&case), "token-server-error");
        case.findings(Step::Exchange)[0].evidence.to_string()
    };
    assert!(evidence(None).contains("no Retry-After"));
    assert!(evidence(Some("12")).contains("Retry-After `12`"));
}

#[test]
fn a_code_in_the_servers_words_stays_masked() {
    let case = grant(&format!("code {CODE} is unknown"));
    let found = &case.findings(Step::Exchange)[0];
    assert!(!found.evidence.as_str().contains(CODE));
    assert!(found.evidence.as_str().contains("is unknown"));
}

#[test]
fn a_long_description_is_cut() {
    let case = grant(&"word ".repeat(100_000));
    let found = &case.findings(Step::Exchange)[0];
    assert!(found.evidence.as_str().chars().count() < 400);
}

/// One thing of the run that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    PostedBefore,
    RedirectUri(Option<&'static str>),
    Verifier(Option<&'static str>),
    NoChallenge,
    NoMethod,
    Late,
    OtherCode,
    OtherClient,
}

impl Slip {
    /// Every slip, those of one kind under one number: only one of a kind happens at a time.
    const ALL: [(u8, Self); 14] = [
        (0, Self::PostedBefore),
        (1, Self::RedirectUri(None)),
        (1, Self::RedirectUri(Some("http://127.0.0.1:8765/callback"))),
        (
            1,
            Self::RedirectUri(Some("http://localhost:8765/callback/")),
        ),
        (1, Self::RedirectUri(Some("http://localhost:8765/Callback"))),
        (1, Self::RedirectUri(Some("http://localhost:8766/callback"))),
        (1, Self::RedirectUri(Some(""))),
        (2, Self::Verifier(None)),
        (
            2,
            Self::Verifier(Some("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ),
        (3, Self::NoChallenge),
        (3, Self::NoMethod),
        (4, Self::Late),
        (5, Self::OtherCode),
        (6, Self::OtherClient),
    ];

    /// Does it to a case.
    fn done_to(self, case: Case) -> Case {
        let without = |case: Case, name: &str| {
            case.with(|case| {
                case.run
                    .parameters
                    .retain(|row| !row.name.starts_with(name));
            })
        };
        match self {
            Self::PostedBefore => posted_before(case),
            Self::RedirectUri(uri) => sent(case, "redirect_uri", uri),
            Self::Verifier(verifier) => sent(case, "code_verifier", verifier),
            Self::NoChallenge => without(case, "code_challenge"),
            Self::NoMethod => without(case, "code_challenge_method"),
            Self::Late => case.with(|case| {
                let late = jiff::SignedDuration::from_secs(301);
                case.last().at += late;
                case.now += late;
            }),
            Self::OtherCode => sent(case, "code", Some("a-code-that-never-came")),
            Self::OtherClient => sent(case, "client_id", Some("isv_somebody")),
        }
    }
}

/// What our own record proves of these, without a word of the server; a headline where the rule has several.
fn proven(slips: &[Slip]) -> (&'static str, Option<&'static str>) {
    let has = |wanted: fn(&Slip) -> bool| slips.iter().any(wanted);
    let other_code = has(|it| *it == Slip::OtherCode);
    // The code that was posted before is the one that came; an unknown one is posted for the first time.
    if has(|it| *it == Slip::PostedBefore) && !other_code {
        return ("invalid-grant-code-reused", None);
    }
    if has(|it| matches!(it, Slip::RedirectUri(_))) {
        return ("invalid-grant-redirect-mismatch", None);
    }
    let no_verifier = has(|it| matches!(it, Slip::Verifier(None)));
    let no_challenge = has(|it| *it == Slip::NoChallenge);
    let unfit = has(|it| matches!(it, Slip::Verifier(Some(_)) | Slip::NoMethod));
    if no_verifier != no_challenge || unfit && !no_verifier {
        return ("invalid-grant-verifier", None);
    }
    if other_code {
        return ("invalid-grant", Some("Another code"));
    }
    if has(|it| *it == Slip::OtherClient) {
        return ("invalid-grant", Some("Another client"));
    }
    if has(|it| *it == Slip::Late) {
        return ("invalid-grant-code-expired", None);
    }
    ("invalid-grant", Some("does not take this code"))
}

/// Every combination of slips, at most one of a kind.
fn combinations() -> Vec<Vec<Slip>> {
    let mut all = vec![Vec::new()];
    for kind in 0..=6 {
        let more: Vec<Vec<Slip>> = Slip::ALL
            .iter()
            .filter(|(of, _)| *of == kind)
            .flat_map(|(_, slip)| {
                all.iter().map(|slips| {
                    let mut slips: Vec<Slip> = slips.clone();
                    slips.push(*slip);
                    slips
                })
            })
            .collect();
        all.extend(more);
    }
    all
}

#[test]
fn an_invalid_grant_without_a_word_is_told_apart_by_our_record() {
    let all = combinations();
    assert_eq!(all.len(), 2 * 7 * 3 * 3 * 2 * 2 * 2);
    for slips in all {
        let case = slips
            .iter()
            .fold(error("invalid_grant"), |case, slip| slip.done_to(case));
        let (rule, headline) = proven(&slips);
        assert_eq!(only(&case), rule, "{slips:?}");
        let told = case.findings(Step::Exchange)[0].headline.to_string();
        let expected = headline.unwrap_or_default();
        assert!(told.contains(expected), "{slips:?}: {told}");
    }
}
