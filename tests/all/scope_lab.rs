//! The scope lab: what may each grant call, tried one call at a time and never with the wrong token.

use crate::runtime::World;
use crate::stage::{answer, at, blank, sandbox, sent, visma};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::scope_lab::LabCommand;
use dineroscope::core::engine::message::{Command, Consent, Effect, Event};
use dineroscope::core::engine::scope_lab::{Answer, Column, Fit, LAB_CALLS_A_MINUTE, Stopped};
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::profile::{KeepTokens, Profile, ScopeSet};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::kept::{Client, GrantId, KeptGrant};
use dineroscope::core::wire::{CallId, Failure, FailureKind, Outcome};
use std::fmt::Write as _;

/// Dinero's scopes.
pub(crate) const READ: &str = "dineropublicapi:read";
pub(crate) const WRITE: &str = "dineropublicapi:write";

/// What Dinero answers to a token without the scope.
const REFUSED: &str = "{\"code\":99,\"message\":\"insufficient scope\"}";

/// The name of a grant.
pub(crate) fn id(number: u8) -> GrantId {
    GrantId::of([number; 32])
}

/// A grant with these scopes, got so many seconds after the start, good for an hour.
fn kept(number: u8, seconds: i64, scopes: &[&str]) -> KeptGrant {
    let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
    KeptGrant {
        id: id(number),
        client: Client::of(&visma()),
        grant: Grant {
            access_token: Secret::new(format!("access-{number}")),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new(format!("refresh-{number}"))),
            id_token: None,
            asked: scopes.clone(),
            scopes,
            scopes_named: true,
            expires_in: Some(3600),
            obtained_at: at(seconds),
            api_origin: "https://api.dinero.dk".to_owned(),
        },
        keep: KeepTokens::File,
        revoked_at: None,
    }
}

/// An engine with these grants and a company, its profile naming a set of each kind.
fn with(grants: Vec<KeptGrant>) -> Engine {
    let mut engine = blank();
    let set = |name: &str, scopes: &[&str]| ScopeSet {
        name: name.to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
    };
    let profile = Profile {
        keep_tokens: Some(KeepTokens::File),
        scope_sets: vec![
            set("read-only", &[READ]),
            set("everything", &[WRITE, READ, "offline_access"]),
        ],
        ..visma()
    };
    engine.command(at(0), Command::UseProfile(Box::new(profile)));
    let event = Event::GrantsLoaded {
        client: Client::of(&visma()),
        grants: grants.into_iter().map(|kept| (kept, None)).collect(),
        current: None,
        trouble: None,
    };
    engine.event(at(0), event);
    engine.command(at(0), Command::ChooseOrganization("316204".to_owned()));
    engine
}

/// One that may read, and one that may only write.
pub(crate) fn two_grants() -> Engine {
    with(vec![kept(1, -60, &[WRITE]), kept(2, -30, &[READ])])
}

/// More than fit side by side on a small terminal.
pub(crate) fn many_grants() -> Engine {
    let grant = |number: u8| kept(number, i64::from(number) - 60, &[READ]);
    with((1..=5).map(grant).collect())
}

/// Leaves only these operations switched on.
pub(crate) fn only(engine: &mut Engine, names: &[&str]) {
    for row in engine.lab().rows() {
        if !names.contains(&row.name.as_str()) {
            lab(engine, 1, LabCommand::Switch(row.name.clone()));
        }
    }
}

/// Does something in the lab.
pub(crate) fn lab(engine: &mut Engine, seconds: i64, command: LabCommand) -> Vec<Effect> {
    engine.command(at(seconds), Command::Lab(command))
}

/// Tries what is switched on and was not tried yet.
pub(crate) fn attempt(engine: &mut Engine, seconds: i64) -> CallId {
    sent(&lab(engine, seconds, LabCommand::Try { again: false }))
}

/// The call that is under way; a call that never was, when there is none.
fn under_way(engine: &Engine) -> CallId {
    let mut pending = engine.transcript().iter().rev();
    let found = pending.find(|record| record.outcome == Outcome::Pending);
    found.map_or(CallId(0), |record| record.call)
}

/// Answers what is under way, the next one after it and so on, by the token and the path of each.
pub(crate) fn answer_all(engine: &mut Engine, seconds: i64, status: impl Fn(&str, &str) -> u16) {
    while engine.lab().is_running() {
        let call = under_way(engine);
        let request = engine.record(call).unwrap().request.clone();
        let token = request.headers.get("authorization").unwrap_or_default();
        match status(token, &request.url) {
            200 => answer(engine, seconds, call, 200, "[{}]"),
            status => answer(engine, seconds, call, status, REFUSED),
        }
    }
}

/// Status and fit of a cell.
fn cell(engine: &Engine, grant: u8, operation: &str) -> Option<(u16, Fit)> {
    match engine.lab_cell(&id(grant), operation)?.answer.as_ref()? {
        Answer::Answered { status, fit, .. } => Some((*status, *fit)),
        Answer::None(_) => None,
    }
}

#[test]
fn every_operation_goes_with_every_token_one_call_at_a_time() {
    let mut engine = two_grants();
    only(&mut engine, &["invoices.list", "invoices.fetch"]);
    let first = attempt(&mut engine, 10);
    let record = engine.record(first).unwrap();
    let url = "https://api.dinero.dk/v1/316204/invoices?pageSize=1";
    assert_eq!(record.request.url, url);
    assert_eq!(
        record.request.headers.get("authorization"),
        Some("Bearer access-2"),
        "the newest first"
    );
    assert_eq!(engine.lab().progress(), (0, 4));
    let waits = Command::Send(Call::new("GET", "/v1/countries"));
    assert!(!engine.allows(&waits), "one call at a time");
    answer_all(&mut engine, 11, |token, _| match token {
        "Bearer access-1" => 403,
        _ => 200,
    });
    assert_eq!(engine.lab().progress(), (4, 4));
    assert!(engine.allows(&waits));
    for (grant, operation, expected) in [
        (2, "invoices.list", (200, Fit::Granted)),
        (1, "invoices.list", (403, Fit::Lacking)),
        (2, "invoices.fetch", (200, Fit::Suffices("read"))),
        (1, "invoices.fetch", (403, Fit::IsTooLittle("write"))),
    ] {
        assert_eq!(cell(&engine, grant, operation), Some(expected));
    }
    let lacks = engine.lab_cell(&id(1), "invoices.list").unwrap();
    let Some(Answer::Answered {
        finding: Some(finding),
        ..
    }) = &lacks.answer
    else {
        panic!("{lacks:?}");
    };
    assert_eq!(finding.rule, "token-scope-insufficient");
    let note = &engine.record(lacks.call).unwrap().note;
    assert_eq!(note, "scope lab, write", "the record says with which grant");
    assert_eq!(engine.requests().answered, None, "step 6 is as it was");
}

#[test]
fn what_differs_from_the_catalogue_is_news() {
    let mut engine = two_grants();
    only(&mut engine, &["contacts.list"]);
    attempt(&mut engine, 10);
    answer_all(&mut engine, 11, |_, _| 200);
    let (_, fit) = cell(&engine, 1, "contacts.list").unwrap();
    assert_eq!(fit, Fit::AllowedWithout);
    assert!(fit.is_news());
}

#[test]
fn nothing_but_what_is_safe_is_ever_sent() {
    let mut engine = two_grants();
    lab(&mut engine, 1, LabCommand::Widen);
    attempt(&mut engine, 10);
    answer_all(&mut engine, 11, |_, _| 200);
    assert!(engine.transcript().len() > 50);
    for record in engine.transcript() {
        let request = &record.request;
        let url = url::Url::parse(&request.url).unwrap();
        let found = dineroscope::core::dinero::catalogue::operation_at(&request.method, url.path());
        let found = found.unwrap_or_else(|| panic!("{} {url}", request.method));
        assert!(found.is_safe(), "{}", found.name);
    }
    let write = LabCommand::TryOne(id(2), "contacts.create".to_owned());
    assert!(!engine.allows(&Command::Lab(write)));
}

#[test]
fn what_came_stays_when_it_is_stopped_and_it_goes_on_from_there() {
    let mut engine = two_grants();
    only(&mut engine, &["contacts.list", "products.list"]);
    let first = attempt(&mut engine, 10);
    answer(&mut engine, 10, first, 200, "[{}]");
    let second = under_way(&engine);
    let effects = engine.command(at(11), Command::CancelSend);
    assert_eq!(effects, [Effect::Cancel(second)]);
    let mut record = engine.record(second).unwrap().clone();
    record.outcome = Outcome::Failed(Failure {
        kind: FailureKind::Cancelled,
        host: "api.dinero.dk".to_owned(),
        port: 443,
        detail: String::new(),
    });
    let effects = engine.event(at(11), Event::Answered(Box::new(record)));
    assert_eq!(sent(&effects), CallId(0), "nothing follows");
    assert_eq!(engine.lab().stopped, Some(Stopped::Cancelled));
    assert_eq!(cell(&engine, 2, "contacts.list"), Some((200, Fit::Granted)));
    assert_eq!(engine.lab_pairs(at(12), false).len(), 3);
    let next = attempt(&mut engine, 12);
    let token = engine.record(next).unwrap().request.headers.clone();
    assert_eq!(token.get("authorization"), Some("Bearer access-1"));
    answer_all(&mut engine, 13, |_, _| 200);
    assert_eq!(engine.lab_pairs(at(14), false), []);
}

#[test]
fn dineros_limit_is_not_reached_and_a_minute_later_it_goes_on() {
    let mut engine = many_grants();
    lab(&mut engine, 1, LabCommand::Widen);
    let all = engine.lab_pairs(at(10), false).len();
    assert!(all > LAB_CALLS_A_MINUTE, "{all}");
    attempt(&mut engine, 10);
    answer_all(&mut engine, 10, |_, _| 200);
    assert_eq!(engine.transcript().len(), LAB_CALLS_A_MINUTE);
    let Some(Stopped::Pace(again)) = engine.lab().stopped else {
        panic!("{:?}", engine.lab().stopped);
    };
    assert_eq!(again, at(70));
    assert_eq!(attempt(&mut engine, 69), CallId(0), "not before");
    assert_ne!(attempt(&mut engine, 70), CallId(0));
    answer_all(&mut engine, 70, |_, _| 200);
    assert_eq!(engine.transcript().len(), all);
}

#[test]
fn it_leaves_off_where_the_api_is_called_too_often_or_does_not_answer() {
    let mut engine = two_grants();
    let first = attempt(&mut engine, 10);
    answer(&mut engine, 10, first, 429, "API calls quota exceeded\n");
    assert!(!engine.lab().is_running());
    assert!(matches!(engine.lab().stopped, Some(Stopped::TooMany(_))));
    let again = attempt(&mut engine, 80);
    let url = |call| engine.record(call).unwrap().request.url.clone();
    assert_eq!(url(again), url(first), "it is tried once more");
    let mut record = engine.record(again).unwrap().clone();
    record.outcome = Outcome::Failed(Failure {
        kind: FailureKind::Refused,
        host: "api.dinero.dk".to_owned(),
        port: 443,
        detail: String::new(),
    });
    let effects = engine.event(at(81), Event::Answered(Box::new(record)));
    assert_eq!(sent(&effects), CallId(0));
    assert!(matches!(engine.lab().stopped, Some(Stopped::NoAnswer(_))));
}

#[test]
fn a_spent_token_is_neither_tried_nor_refreshed() {
    let mut engine = with(vec![kept(1, -5_000, &[READ]), kept(2, -30, &[READ])]);
    only(&mut engine, &["contacts.list"]);
    let effects = lab(&mut engine, 10, LabCommand::Try { again: false });
    let refreshes = |effect: &Effect| matches!(effect, Effect::Refresh { .. });
    assert!(!effects.iter().any(refreshes), "{effects:?}");
    answer_all(&mut engine, 11, |token, _| {
        assert_eq!(token, "Bearer access-2");
        200
    });
    assert_eq!(cell(&engine, 1, "contacts.list"), None);
    let one = LabCommand::TryOne(id(1), "contacts.list".to_owned());
    assert_eq!(lab(&mut engine, 12, one), []);
}

#[test]
fn a_token_of_another_api_is_no_column_and_goes_nowhere() {
    let mut elsewhere = kept(1, -30, &[READ]);
    elsewhere.grant.api_origin = "https://api.example.dk".to_owned();
    let mut engine = with(vec![elsewhere, kept(2, -60, &[READ])]);
    only(&mut engine, &["contacts.list"]);
    attempt(&mut engine, 10);
    answer_all(&mut engine, 11, |token, url| {
        assert_eq!(token, "Bearer access-2", "{url}");
        200
    });
    let columns = engine.lab_columns();
    let grants = columns.iter().filter(|it| matches!(it, Column::Grant(..)));
    assert_eq!(grants.count(), 1);
}

#[test]
fn a_scope_set_without_a_grant_is_a_column_until_one_comes() {
    let engine = two_grants();
    let columns = engine.lab_columns();
    let [
        Column::Grant(read, Some(set)),
        Column::Grant(_, None),
        Column::Without(without),
    ] = columns.as_slice()
    else {
        panic!("{columns:?}");
    };
    assert_eq!((&read.id, set.name.as_str()), (&id(2), "read-only"));
    assert_eq!(without.name, "everything");
    let all = [READ, "offline_access", WRITE];
    let engine = with(vec![kept(1, -60, &all), kept(2, -30, &[READ])]);
    let is_grant = |it: &Column<'_>| matches!(it, Column::Grant(_, Some(_)));
    assert!(engine.lab_columns().iter().all(is_grant));
}

#[test]
fn what_was_tried_for_one_company_says_nothing_about_another() {
    let mut engine = two_grants();
    only(&mut engine, &["contacts.list"]);
    attempt(&mut engine, 10);
    answer_all(&mut engine, 11, |_, _| 200);
    engine.command(at(12), Command::ChooseOrganization("301556".to_owned()));
    assert_eq!(cell(&engine, 2, "contacts.list"), None);
    let call = attempt(&mut engine, 13);
    let url = &engine.record(call).unwrap().request.url;
    assert!(url.contains("/301556/"), "{url}");
}

#[test]
fn an_answer_after_the_profile_was_left_is_recorded_and_changes_nothing() {
    let mut engine = two_grants();
    let call = attempt(&mut engine, 10);
    let effects = engine.command(at(11), Command::UseProfile(Box::new(visma())));
    assert!(effects.contains(&Effect::Cancel(call)), "{effects:?}");
    answer(&mut engine, 12, call, 200, "[{}]");
    assert!(!engine.lab().is_running());
    assert_eq!(engine.lab().progress(), (0, 0));
    assert!(engine.record(call).unwrap().outcome.response().is_some());
}

#[test]
fn without_a_company_only_what_needs_none_can_be_tried() {
    let mut engine = two_grants();
    engine.command(at(1), Command::UseProfile(Box::new(visma())));
    assert!(engine.lab_needs_organization());
    let attempt = Command::Lab(LabCommand::Try { again: false });
    assert!(!engine.allows(&attempt));
    only(&mut engine, &["organizations.list"]);
    assert!(!engine.lab_needs_organization());
}

#[tokio::test]
async fn the_sandbox_answers_each_grant_by_its_scopes() {
    let set = |name: &str, scopes: &[&str]| ScopeSet {
        name: name.to_owned(),
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
    };
    let profile = Profile {
        scope_sets: vec![
            set("read-only", &[READ]),
            set("both", &[READ, WRITE]),
            set("write-only", &[WRITE]),
        ],
        ..sandbox()
    };
    let mut world = World::sandbox(profile, &[]).await;
    for name in ["read-only", "both", "write-only"] {
        world.command(Command::UseScopeSet(Some(name.to_owned())));
        world.walk(Consent::Accept).await;
        world.command(Command::Exchange);
        world
            .until(|engine| engine.run().phase == RunPhase::Authorized)
            .await;
    }
    world.command(Command::ChooseOrganization("410233".to_owned()));
    world.command(Command::Lab(LabCommand::Widen));
    world.command(Command::Lab(LabCommand::Try { again: false }));
    world.until(|engine| !engine.lab().is_running()).await;
    let engine = &world.engine;
    let mut table = String::new();
    for row in engine.lab().rows() {
        table.push_str(&row.name);
        for column in engine.lab_columns() {
            let Column::Grant(held, Some(set)) = column else {
                panic!("{column:?}");
            };
            let found = engine.lab_cell(&held.id, &row.name).unwrap();
            let Some(Answer::Answered { status, fit, .. }) = &found.answer else {
                panic!("{found:?}");
            };
            write!(table, "  {} {status} {fit:?}", set.name).unwrap();
        }
        table.push('\n');
    }
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("scope-lab-sandbox", table);
    });
}
