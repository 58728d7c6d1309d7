//! Calls of the API: where the token goes, which organization is named, what a late answer may change.

use crate::stage::{
    ORGANIZATIONS, Point, answer, at, blank, bring, engine_at, list_organizations, sent, visma,
};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::{Step, StepState};
use dineroscope::core::wire::{CallId, Failure, FailureKind, Outcome};

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
    ] {
        let mut engine = engine_at(Point::Authorized);
        let call = get(&mut engine, target);
        let url = url::Url::parse(&engine.record(call).unwrap().request.url).unwrap();
        assert_eq!(url.host_str(), Some("api.dinero.dk"), "{target}");
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
