//! Rules about the API's answer.

use super::{Case, Fixture, fixture};
use crate::stage::{Point, answer, at, engine_at, sent};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::Step;
use dineroscope::core::profile::Preset;
use dineroscope::core::wire::{Body, Cut};

/// A call of that target was answered.
fn called(method: &str, target: &str, status: u16, body: &str) -> Case {
    let mut engine = engine_at(Point::Authorized);
    let call = sent(&engine.command(at(100), Command::Send(Call::new(method, target))));
    answer(&mut engine, 100, call, status, body);
    Case::of(&engine, at(110))
}

const CONTACTS: &str = "/v2/316204/contacts";
const LIST: &str = "/v1.1/organizations";

/// A GET of the contacts was answered.
fn got(status: u16, body: &str) -> Case {
    called("GET", CONTACTS, status, body)
}

/// An error with a code, in the casing of the specification.
fn code(status: u16, code: u16) -> Case {
    got(status, &format!("{{\"Code\":{code},\"Message\":\"No.\"}}"))
}

/// A GET with a query was refused with 400 and a code.
fn query(query: &str, code: u16) -> Case {
    let body = format!("{{\"code\":{code},\"message\":\"No.\",\"validationErrors\":null}}");
    called("GET", &format!("{CONTACTS}?{query}"), 400, &body)
}

/// A header of the answer.
fn header(mut case: Case, name: &str, value: &str) -> Case {
    let headers = &mut case.response().headers;
    headers
        .0
        .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    headers.push(name, value);
    case
}

/// The token has these scopes only.
fn with_scopes(mut case: Case, scopes: &[&str]) -> Case {
    let grant = case.grant.as_mut().unwrap();
    grant.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    case
}

pub(super) fn fixtures() -> Vec<Fixture> {
    [token(), refusals(), requests(), places(), others()]
        .into_iter()
        .flatten()
        .collect()
}

/// A row.
fn row(rule: &'static str, fires: Case, silent: Case) -> Fixture {
    fixture(rule, Step::Requests, fires, silent)
}

/// What the token did not open.
fn token() -> Vec<Fixture> {
    let elsewhere = |status| called("GET", "https://api.example.com/v1/x", status, "{}");
    vec![
        row("api-unauthorized", got(401, ""), got(403, "")),
        row(
            "token-scope-insufficient",
            with_scopes(got(403, ""), &["dineropublicapi:write"]),
            with_scopes(got(403, ""), &["dineropublicapi:read"]),
        ),
        row(
            "token-not-sent-elsewhere",
            elsewhere(200),
            called("GET", "https://api.dinero.dk/v1/x", 200, "{}"),
        ),
    ]
}

/// What the user may not.
fn refusals() -> Vec<Fixture> {
    vec![
        row("api-forbidden-no-pro", code(403, 90), code(403, 41)),
        row("api-forbidden-role", code(403, 41), code(403, 48)),
        row("api-not-found", code(404, 40), got(404, "<html></html>")),
        row("api-wrong-path", got(404, "<html></html>"), code(404, 40)),
        row("api-brown-out", got(480, ""), got(429, "")),
        row(
            "api-rate-limited",
            got(429, "API calls quota exceeded"),
            got(480, ""),
        ),
        row("api-server-error", got(500, ""), got(429, "")),
        row("api-duplicate", got(409, ""), got(400, "")),
        row("api-timestamp-outdated", code(400, 58), code(400, 42)),
        row("api-file-too-large", got(413, ""), got(400, "")),
        row("api-refused", got(402, ""), got(400, "")),
    ]
}

/// What was wrong with the request.
fn requests() -> Vec<Fixture> {
    vec![
        row("api-validation", query("fields=Nmae", 42), code(400, 63)),
        row(
            "api-query-filter",
            query("queryFilter=Name%20eq%20Acme", 42),
            query("queryFilter=Name%20eq%20%27Acme%27", 42),
        ),
        row(
            "api-page-size",
            query("pageSize=1001", 43),
            query("pageSize=1000", 43),
        ),
        row(
            "api-limit-exceeded",
            query("page=99", 43),
            query("page=99", 42),
        ),
    ]
}

/// The list of organizations came first, with these, and then a call of one company was answered.
fn after_the_list(list: &str, status: u16, body: &str) -> Case {
    let mut engine = engine_at(Point::Authorized);
    for (target, status, body) in [(LIST, 200, list), (CONTACTS, status, body)] {
        let call = sent(&engine.command(at(100), Command::Send(Call::new("GET", target))));
        answer(&mut engine, 100, call, status, body);
    }
    Case::of(&engine, at(110))
}

/// Where a call goes.
fn places() -> Vec<Fixture> {
    let entries = |days: &str| {
        let body = "{\"code\":42,\"message\":\"No.\"}";
        called("GET", &format!("/v1/316204/entries{days}"), 400, body)
    };
    vec![
        row(
            "api-organization-missing",
            called("GET", "/v1/contacts", 404, "{\"code\":40}"),
            called("GET", "/v1/316204/contacts", 404, "{\"code\":40}"),
        ),
        row(
            "api-organization-unknown",
            after_the_list("[{\"Id\":1,\"Name\":\"A\"}]", 403, ""),
            after_the_list("[{\"Id\":316204,\"Name\":\"A\"}]", 403, ""),
        ),
        row(
            "api-date-range",
            entries("?fromDate=2025-12-01&toDate=2026-01-31"),
            entries("?fromDate=2026-01-01&toDate=2026-12-31"),
        ),
        row(
            "api-deprecated",
            called("PUT", "/v1/316204/contacts/6b29", 200, "{}"),
            called("PUT", "/v2/316204/contacts/6b29", 200, "{}"),
        ),
    ]
}

/// What came with a 200.
fn others() -> Vec<Fixture> {
    vec![
        row(
            "api-no-organizations",
            called("GET", LIST, 200, "[ ]"),
            called("GET", "/v1/316204/accountingyears", 200, "[]"),
        ),
        row(
            "api-body-not-json",
            header(got(200, "<p>hello</p>"), "Content-Type", "application/json"),
            header(got(200, "%PDF-1.7"), "Content-Type", "application/pdf"),
        ),
    ]
}

/// The only finding.
fn only(case: &Case) -> dineroscope::core::diagnose::Finding {
    let mut findings = case.findings(Step::Requests);
    assert_eq!(findings.len(), 1, "{findings:?}");
    findings.remove(0)
}

#[test]
fn a_401_is_explained_by_our_own_record() {
    let cause = |case: &Case| {
        let found = only(case);
        assert_eq!(found.rule, "api-unauthorized");
        found.cause.to_string()
    };
    assert!(cause(&got(401, "")).contains("whole, of this API and in its time"));

    let expired = got(401, "").with(|case| case.now = at(62 + 3700));
    assert!(cause(&expired).contains("expired 100 seconds ago"));

    let elsewhere = called("GET", "https://api.example.com/v1/x", 401, "");
    assert!(cause(&elsewhere).contains("No token was sent"));

    let none = got(401, "").with(|case| {
        let headers = &mut case.last().request.headers;
        headers.0.retain(|(name, _)| name != "Authorization");
        case.grant = None;
    });
    assert!(cause(&none).contains("there is none yet"));

    let narrow = with_scopes(got(401, ""), &["dineropublicapi:write"]);
    assert_eq!(only(&narrow).rule, "token-scope-insufficient");
    let late = narrow.with(|case| case.now = at(62 + 3700));
    assert!(
        cause(&late).contains("expired"),
        "expiry explains a 401 first"
    );
}

#[test]
fn the_challenge_of_a_401_is_shown() {
    let case = header(
        got(401, ""),
        "WWW-Authenticate",
        "Bearer error=\"invalid_token\"",
    );
    assert!(only(&case).evidence.as_str().contains("invalid_token"));
}

#[test]
fn error_bodies_are_read_in_every_shape() {
    for body in [
        "{\"code\":90,\"message\":\"m\"}",
        "{\"Code\":\"90\",\"Message\":\"m\"}",
        "{\"errorMessageList\":[{\"Code\":90,\"Message\":\"m\"}]}",
        "{\"CODE\":90,\"validationErrors\":null,\"languageSpecificMessages\":[]}",
    ] {
        let found = only(&got(403, body));
        assert_eq!(found.rule, "api-forbidden-no-pro", "{body}");
        assert!(found.evidence.as_str().contains("code 90"), "{body}");
    }
}

#[test]
fn every_field_that_is_wrong_is_named() {
    for body in [
        "{\"code\":42,\"validationErrors\":{\"Name\":\"is required\",\"Vat\":[\"a\",\"b\"]}}",
        "{\"Code\":42,\"languageSpecificMessages\":[{\"property\":\"Name\",\"message\":\"is required\"}]}",
    ] {
        let found = only(&got(400, body));
        assert_eq!(found.rule, "api-validation");
        assert!(found.cause.as_str().contains("Name: is required"), "{body}");
        assert_eq!(found.fix[0].as_str(), "correct `Name`");
    }
}

#[test]
fn how_long_to_wait_is_said_and_inferred_when_it_is() {
    let fix = |case: &Case| only(case).fix[0].to_string();
    let bare = || got(429, "API calls quota exceeded");
    assert_eq!(fix(&bare()), "wait a minute (inferred), then send it again");
    assert_eq!(
        fix(&header(bare(), "Retry-After", "12")),
        "wait 12 seconds, then send it again"
    );
    let date = "Mon, 23 Nov 2026 11:03:38 GMT";
    assert_eq!(
        fix(&header(bare(), "Retry-After", date)),
        "wait 60 seconds, then send it again"
    );
}

#[test]
fn a_misspelt_path_is_answered_with_the_nearest() {
    let fix = |target: &str| {
        let found = only(&called("GET", target, 404, "<html></html>"));
        assert_eq!(found.rule, "api-wrong-path", "{target}");
        found.fix[0].to_string()
    };
    assert!(fix("/v9/316204/contact").contains("/v2/{organizationId}/contacts"));
    assert!(fix("/v1/316204/vouchers/manual").contains("manuel"));
}

#[test]
fn the_codes_of_dinero_mean_nothing_elsewhere() {
    let case = code(403, 90).with(|case| {
        case.profile.provider.preset = None;
        case.profile.api.base_url = "https://api.example.com".to_owned();
    });
    assert_eq!(only(&case).rule, "api-forbidden-role");
    let dinero = code(403, 90).with(|case| case.profile.provider.preset = Some(Preset::Sandbox));
    assert_eq!(only(&dinero).rule, "api-forbidden-no-pro");
}

#[test]
fn an_answer_that_broke_off_or_is_a_page_is_told() {
    let whole = || got(200, "[1,2]");
    let cut = whole().with(|case| case.response().cut = Some(Cut::ConnectionEnded));
    assert_eq!(only(&cut).headline.as_str(), "The API's answer broke off");
    let page = header(got(200, "<html></html>"), "Content-Type", "text/html");
    assert_eq!(
        only(&page).headline.as_str(),
        "The API answered with a web page"
    );
    let limited = got(200, "[1,2").with(|case| case.response().cut = Some(Cut::Limit(4)));
    assert_eq!(
        limited.names(Step::Requests),
        [""; 0],
        "it was our own limit"
    );
    assert_eq!(got(200, "").names(Step::Requests), [""; 0]);
}

#[test]
fn days_that_dinero_does_not_take_are_told() {
    let evidence = |query: &str| {
        let body = "{\"code\":42,\"message\":\"No.\"}";
        let found = only(&called("GET", &format!("/v1/316204/{query}"), 400, body));
        (found.rule, found.evidence.to_string())
    };
    for (query, fault) in [
        ("invoices?startDate=2026-01-01", "stands without `endDate`"),
        ("sales?endDate=2026-01-01", "stands without `startDate`"),
        ("sales?startDate=2026-02-01&endDate=2026-01-01", "is before"),
        (
            "sales?startDate=yesterday&endDate=2026-01-01",
            "are no days",
        ),
        (
            "entries/changes?changesFrom=2026-01-01T00:00:00Z&changesTo=2026-02-01T00:00:01Z",
            "31 is the most",
        ),
    ] {
        let (rule, evidence) = evidence(query);
        assert_eq!(rule, "api-date-range", "{query}");
        assert!(evidence.contains(fault), "{query}: {evidence}");
    }
    for right in [
        "entries/changes?changesFrom=2026-01-01T00:00:00Z&changesTo=2026-02-01T00:00:00Z",
        "sales?startDate=2025-12-31&endDate=2026-01-01",
    ] {
        assert_eq!(evidence(right).0, "api-validation", "{right}");
    }
}

#[test]
fn what_was_sent_as_json_and_is_none_is_told() {
    let sent = |body: &str| {
        let mut case = called("POST", CONTACTS, 400, "{\"message\":\"No.\"}");
        let request = &mut case.last().request;
        request.headers.push("Content-Type", "application/json");
        request.body = Body::text(body);
        only(&case).rule
    };
    assert_eq!(sent("Name=Hansen"), "api-body-not-json");
    assert_eq!(sent("{\"Name\":\"Hansen\"}"), "api-validation");
}
