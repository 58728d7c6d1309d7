//! Calls of the API: where the token goes, which organization is named, what a late answer may change.

use crate::stage::{
    ORGANIZATIONS, Point, answer, at, blank, bring, engine_at, list_organizations, sent, visma,
};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::dinero::catalogue::operation;
use dineroscope::core::dinero::draft::Draft;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::requests::RequestCommand;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::{Step, StepState};
use dineroscope::core::wire::{Body, CallId, Failure, FailureKind, Headers, Outcome, Response};
use proptest::prelude::*;

/// Sends a GET to that target; its call comes back.
fn get(engine: &mut Engine, target: &str) -> CallId {
    let call = Call::new("GET", target);
    sent(&engine.command(at(200), Command::Send(call)))
}

/// Whether the request of a call carries Authorization.
fn is_authorized(engine: &Engine, call: CallId) -> bool {
    engine
        .record(call)
        .unwrap()
        .request
        .headers
        .get("authorization")
        .is_some()
}

#[test]
fn the_token_goes_to_the_api_of_the_profile_and_nowhere_else() {
    for (target, goes) in [
        ("/v1/countries", true),
        ("v1/countries", true),
        ("https://api.dinero.dk/v1/countries", true),
        ("http://api.dinero.dk/v1/countries", false),
        ("https://api.dinero.dk:444/v1/countries", false),
        ("https://api.dinero.dk.evil.example/v1/countries", false),
        ("https://evil.example/v1/countries", false),
        ("https://user@api.dinero.dk/v1/countries", false),
        ("https://user:password@api.dinero.dk/v1/countries", false),
        ("https://:password@api.dinero.dk/v1/countries", false),
        ("https://api.dinero.dk@evil.example/v1/countries", false),
        ("https://api.dinero.dk:443@evil.example/", false),
        ("https://evil.example\\@api.dinero.dk/", false),
        ("https://evil.example#@api.dinero.dk/", false),
        ("https://evil.example?@api.dinero.dk/", false),
        ("https://api.dinero.dk./v1/countries", false),
        ("https://xapi.dinero.dk/v1/countries", false),
        ("https://dinero.dk/v1/countries", false),
        ("https://api.dinero.dk:80/v1/countries", false),
        ("wss://api.dinero.dk/v1/countries", false),
        ("file://api.dinero.dk/v1/countries", false),
        // Letters that look alike, and dots and tabs that vanish.
        ("https://\u{430}pi.dinero.dk/v1/countries", false),
        ("https://api.d\u{456}nero.dk/v1/countries", false),
        ("https://xn--pi-7kc.dinero.dk/v1/countries", false),
        ("https://api.dinero.dk%2eevil.example/", false),
        ("https://api.dinero.dk\t.evil.example/", false),
        ("https://api.dinero.dk\u{3002}evil.example/", false),
        // The same host, written in another way.
        ("HTTPS://API.Dinero.DK/v1/countries", true),
        ("https://api.dinero.dk:443/v1/countries", true),
        ("https://api.dinero.dk:0443/v1/countries", true),
        ("https://api\u{3002}dinero.dk/v1/countries", true),
        ("https://\u{ff41}pi.dinero.dk/v1/countries", true),
    ] {
        let mut engine = engine_at(Point::Authorized);
        let call = get(&mut engine, target);
        assert_eq!(is_authorized(&engine, call), goes, "{target}");
    }
}

#[test]
fn an_address_in_a_query_makes_no_absolute_address() {
    let mut engine = engine_at(Point::Authorized);
    let call = get(&mut engine, "/v1/countries?next=https://evil.example/");
    let url = "https://api.dinero.dk/v1/countries?next=https://evil.example/";
    assert_eq!(engine.record(call).unwrap().request.url, url);
    assert!(is_authorized(&engine, call));
}

#[test]
fn an_organization_is_one_segment_of_the_path_whatever_its_id_holds() {
    let mut engine = engine_at(Point::Listed);
    let id = "../../v2?x=1#".to_owned();
    engine.command(at(150), Command::ChooseOrganization(id));
    let call = get(&mut engine, "/v1/{organizationId}/contacts");
    assert_eq!(
        engine.record(call).unwrap().request.url,
        "https://api.dinero.dk/v1/%2E%2E%2F%2E%2E%2Fv2%3Fx%3D1%23/contacts"
    );
}

#[test]
fn a_path_cannot_talk_the_token_to_another_host() {
    for target in [
        "//evil.example/x",
        "/\\evil.example",
        "@evil.example/",
        ".evil.example/",
        "/../../x",
        "..//evil.example/x",
        "/./\\\\evil.example/x",
        ":8443/x",
        "\t//evil.example/x",
        "https:evil.example/x",
        "https:/evil.example/x",
        "?@evil.example/",
        "#@evil.example/",
        "%2f%2fevil.example/",
        "\u{2044}\u{2044}evil.example/",
    ] {
        let mut engine = engine_at(Point::Authorized);
        let call = get(&mut engine, target);
        let url = url::Url::parse(&engine.record(call).unwrap().request.url).unwrap();
        let place = (url.scheme(), url.host_str(), url.port());
        assert_eq!(place, ("https", Some("api.dinero.dk"), None), "{target}");
        assert!(is_authorized(&engine, call), "{target}");
    }
}

#[test]
fn an_authorization_given_by_hand_goes_as_it_is_wherever_it_is_sent() {
    for target in ["/v1/countries", "https://evil.example/v1/countries"] {
        for name in ["Authorization", "authorization"] {
            let mut engine = engine_at(Point::Authorized);
            let own = (name.to_owned(), "Bearer mine".to_owned());
            let call = Call {
                headers: vec![own.clone()],
                ..Call::new("GET", target)
            };
            // Also long after the token is over: it is none of its business.
            let call = sent(&engine.command(at(10_000), Command::Send(call)));
            let headers = &engine.record(call).unwrap().request.headers.0;
            let given: Vec<_> = headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("authorization"))
                .collect();
            assert_eq!(given, [&own], "{target}");
        }
    }
}

#[test]
fn a_call_to_elsewhere_neither_refreshes_nor_takes_the_token_along() {
    let mut engine = engine_at(Point::Authorized);
    let call = Call::new("GET", "https://user@api.dinero.dk/v1/countries");
    let effects = engine.command(at(10_000), Command::Send(call));
    assert!(!is_authorized(&engine, sent(&effects)));
}

#[test]
fn a_redirect_of_the_api_is_an_answer_and_sends_nothing() {
    let mut engine = engine_at(Point::Sending);
    let call = engine.requests().sending.unwrap();
    let mut record = engine.record(call).unwrap().clone();
    let mut headers = Headers::default();
    headers.push("Location", "https://evil.example/");
    record.outcome = Outcome::Response(Response {
        status: 302,
        reason: "Found".to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::default(),
        cut: None,
    });
    let effects = engine.event(at(101), Event::Answered(Box::new(record)));
    let sends = |effect: &Effect| matches!(effect, Effect::Send { .. });
    assert!(!effects.iter().any(sends), "{effects:?}");
    assert_eq!(engine.requests().answered, Some(call));
}

proptest! {
    /// Whatever is typed: the token goes along exactly where scheme, host and port of what is really sent
    /// are the API's, and nobody is named in it.
    #[test]
    fn the_token_goes_nowhere_by_any_spelling(
        target in "(https?:)?[/\\\\@:.?#%a-z\t]{0,12}(api\\.dinero\\.dk|evil\\.example|@|:443)[/\\\\@:.?#%a-z0-9]{0,20}"
    ) {
        let mut engine = engine_at(Point::Authorized);
        let call = get(&mut engine, &target);
        let authorized = is_authorized(&engine, call);
        let sent = url::Url::parse(&engine.record(call).unwrap().request.url);
        let home = sent.is_ok_and(|url| {
            url.scheme() == "https"
                && url.host_str() == Some("api.dinero.dk")
                && url.port_or_known_default() == Some(443)
                && url.username().is_empty()
                && url.password().is_none()
        });
        prop_assert_eq!(authorized, home, "{}", target);
    }
}

#[test]
fn without_a_grant_a_call_goes_without_authorization() {
    let mut engine = engine_at(Point::Ready);
    let call = get(&mut engine, "/v1/countries");
    assert!(!is_authorized(&engine, call));
}

#[test]
fn a_path_names_the_chosen_organization() {
    let mut engine = engine_at(Point::Listed);
    assert_eq!(
        get(&mut engine, "/v1/{organizationId}/invoices"),
        CallId(0),
        "none is chosen yet"
    );
    engine.command(at(150), Command::ChooseOrganization("316204".to_owned()));
    let call = get(&mut engine, "/v1/{organizationId}/invoices");
    assert_eq!(
        engine.record(call).unwrap().request.url,
        "https://api.dinero.dk/v1/316204/invoices"
    );
}

#[test]
fn an_only_organization_and_one_named_by_the_profile_need_no_choice() {
    let mut engine = engine_at(Point::Authorized);
    let call = list_organizations(&mut engine, 100);
    answer(&mut engine, 100, call, 200, r#"[{"id":"7","name":"Ene"}]"#);
    assert_eq!(engine.requests().organization.as_deref(), Some("7"));
    let mut profile = visma();
    profile.api.organization_id = Some("42".to_owned());
    let mut engine = blank();
    bring(&mut engine, profile, Point::Listed);
    assert_eq!(engine.requests().organization.as_deref(), Some("42"));
}

#[test]
fn one_call_at_a_time_and_a_cancelled_one_says_so() {
    let mut engine = engine_at(Point::Sending);
    let call = engine.requests().sending.unwrap();
    assert_eq!(get(&mut engine, "/v1/countries"), CallId(0));
    assert_eq!(
        engine.command(at(101), Command::CancelSend),
        [Effect::Cancel(call)]
    );
    let mut record = engine.record(call).unwrap().clone();
    record.outcome = Outcome::Failed(Failure {
        kind: FailureKind::Cancelled,
        host: "api.dinero.dk".to_owned(),
        port: 443,
        detail: String::new(),
    });
    engine.event(at(101), Event::Answered(Box::new(record)));
    assert_eq!(engine.step_state(Step::Requests), StepState::Failed);
    assert_ne!(
        get(&mut engine, "/v1/countries"),
        CallId(0),
        "the next call can be sent"
    );
}

#[test]
fn an_answer_that_nobody_awaits_is_recorded_and_changes_nothing() {
    let mut engine = engine_at(Point::Sending);
    let call = engine.requests().sending.unwrap();
    engine.command(at(101), Command::UseProfile(Box::new(visma())));
    answer(&mut engine, 102, call, 200, ORGANIZATIONS);
    assert!(engine.requests().organizations.is_empty());
    assert_eq!(engine.requests().answered, None);
    assert!(engine.record(call).unwrap().outcome.response().is_some());
}

/// Fetches every page of a list with a token that is spent: the refresh comes first.
fn fetching_spent() -> (Engine, crate::renewing::Order) {
    let mut engine = engine_at(Point::Authorized);
    engine.command(at(3_900), Command::ChooseOrganization("42".to_owned()));
    let draft = Draft::of(operation("invoices.list").unwrap());
    let command = Command::Request(RequestCommand::FetchAll(Box::new(draft)));
    let effects = engine.command(at(4_000), command);
    let order = crate::renewing::ordered(&effects).unwrap();
    (engine, order)
}

#[test]
fn fetching_every_page_goes_on_after_a_refresh() {
    let (mut engine, order) = fetching_spent();
    let came = crate::renewing::new_tokens("new");
    let effects = engine.event(at(4_001), crate::renewing::ended(&order, 4_001, came));
    let page = sent(&effects);
    let url = &engine.record(page).unwrap().request.url;
    assert!(
        url.ends_with("/v1/42/invoices?page=0&pageSize=1000"),
        "{url}"
    );
}

#[test]
fn fetching_every_page_ends_where_the_refresh_fails() {
    let (mut engine, order) = fetching_spent();
    let refused = crate::renewing::answered(400, "{\"error\":\"invalid_grant\"}");
    engine.event(at(4_001), crate::renewing::ended(&order, 4_001, refused));
    let requests = engine.requests();
    assert!(!requests.is_busy());
    let stopped = requests.gathering.as_ref().unwrap().stopped.as_deref();
    assert!(stopped.is_some_and(|why| why.contains("could not be refreshed")));
}
