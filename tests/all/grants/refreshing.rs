//! Refreshing: when it is sent, what it waits for, what waits for it, and what its end changes.

use super::{current, id, keeping, kept, load, trouble, with};
use crate::renewing::{Order, answered, ended, failed, new_tokens, ordered, unsent};
use crate::stage::{at, blank, visma};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::KeepTokens::{self, File, Keyring, Memory};
use dineroscope::core::profile::{Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::token::kept::Client;
use dineroscope::core::wire::{FailureKind, Request};

/// When the grant of an hour is over.
const LATE: i64 = 3_700;

/// A call of the API.
fn call() -> Command {
    Command::Send(Call::new("GET", "/v1.1/organizations"))
}

/// The request to the API among the effects.
fn sent(effects: &[Effect]) -> Option<&Request> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send { request, .. } => Some(request),
        _ => None,
    })
}

/// The Authorization of a request.
fn token(request: &Request) -> Option<&str> {
    request.headers.get("authorization")
}

/// An engine whose call waits for a refresh.
fn waiting() -> (Engine, Order) {
    let mut engine = with(vec![kept(1, 0)], None);
    let order = ordered(&engine.command(at(LATE), call())).unwrap();
    assert!(engine.requests().waiting.is_some());
    (engine, order)
}

/// The same profile with a secret that a command knows.
fn by_command() -> Profile {
    Profile {
        client_secret: SecretReference::Command(vec!["pass".to_owned(), "acme".to_owned()]),
        ..keeping(File)
    }
}

/// An engine with a grant, whose secret was not read yet.
fn unread() -> Engine {
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(by_command())));
    load(&mut engine, vec![kept(1, 0)], None);
    engine
}

/// The secret was read, or could not be.
fn secret_read(secret: Result<&str, &str>) -> Event {
    Event::SecretRead {
        client: Client::of(&visma()),
        reference: by_command().client_secret,
        secret: secret.map(Secret::new).map_err(str::to_owned),
    }
}

#[test]
fn a_refresh_sends_the_refresh_token_as_the_client_and_names_no_scope() {
    let mut engine = with(vec![kept(1, 0)], None);
    let effects = engine.command(at(100), Command::Refresh { anyway: false });
    let [
        Effect::Refresh {
            kept,
            request,
            anyway,
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!((&kept.id, kept.keep, *anyway), (&id(1), File, false));
    assert_eq!(request.url, visma().provider.token_url);
    let form = request.body.to_text();
    assert!(
        form.starts_with("grant_type=refresh_token&refresh_token=refresh-1&"),
        "{form}"
    );
    assert!(
        form.contains("client_id=isv_acme_dev&client_secret="),
        "{form}"
    );
    assert!(!form.contains("scope"), "{form}");
    assert!(engine.is_unsettled(), "nothing ends it before its time");
    assert!(
        !engine.allows(&Command::Refresh { anyway: true }),
        "one at a time"
    );
    assert!(!engine.allows(&Command::ForgetGrant(id(1))));
}

#[test]
fn new_tokens_replace_the_old_ones_which_are_told_with_the_time() {
    let mut engine = with(vec![kept(1, 0)], None);
    let order = ordered(&engine.command(at(100), Command::Refresh { anyway: false })).unwrap();
    assert_eq!(
        engine.event(at(101), ended(&order, 100, new_tokens("2"))),
        []
    );
    let held = engine.held().unwrap();
    assert_eq!(held.id, id(1), "it is the same grant");
    assert_eq!(held.grant.access_token, Secret::new("access-2"));
    assert_eq!(held.grant.refresh_token, Some(Secret::new("refresh-2")));
    assert_eq!(
        held.grant.scopes,
        kept(1, 0).grant.scopes,
        "not named: as before"
    );
    let renewal = held.renewal.as_ref().unwrap();
    assert_eq!((renewal.at, &renewal.old), (at(101), &kept(1, 0).grant));
    assert_eq!(engine.record(order.call).unwrap().note, "new tokens");
    assert!(!engine.is_unsettled());
}

#[test]
fn a_refresh_reads_its_secret_first_and_goes_on_when_it_is_there() {
    let mut engine = unread();
    let effects = engine.command(at(100), Command::Refresh { anyway: false });
    assert!(
        matches!(effects[..], [Effect::ReadSecret { .. }]),
        "{effects:?}"
    );
    assert!(
        !engine.allows(&Command::Refresh { anyway: false }),
        "it is under way"
    );
    let effects = engine.event(at(101), secret_read(Ok("from the program")));
    let order = ordered(&effects).unwrap();
    assert!(
        order
            .request
            .body
            .to_text()
            .contains("client_secret=from+the+program")
    );
}

#[test]
fn a_secret_that_cannot_be_read_ends_the_refresh_and_the_call_that_waits() {
    let mut engine = unread();
    engine.command(at(LATE), call());
    assert!(engine.requests().waiting.is_some());
    assert_eq!(
        engine.event(at(LATE), secret_read(Err("`pass` says no"))),
        []
    );
    assert_eq!(engine.requests().waiting, None);
    let effects = engine.command(at(LATE), Command::ReadSecret);
    assert!(matches!(effects[..], [Effect::ReadSecret { .. }]));
    assert_eq!(
        engine.event(at(LATE), secret_read(Ok("typed"))),
        [],
        "and is not taken up again unasked"
    );
}

#[test]
fn a_call_while_the_secret_is_being_read_waits_for_it() {
    let mut profile = keeping(File);
    profile.client_secret = SecretReference::Environment("ACME_SECRET".to_owned());
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(profile.clone())));
    load(&mut engine, vec![kept(1, 0)], None);
    assert_eq!(engine.command(at(LATE), call()), []);
    assert!(engine.requests().waiting.is_some());
    let other = Event::SecretRead {
        client: Client::of(&visma()),
        reference: SecretReference::Environment("OTHER".to_owned()),
        secret: Err("unset".to_owned()),
    };
    assert_eq!(engine.event(at(LATE), other), [], "another reading");
    assert!(engine.requests().waiting.is_some());
    let read = Event::SecretRead {
        client: Client::of(&visma()),
        reference: profile.client_secret,
        secret: Ok(Secret::new("set")),
    };
    assert!(ordered(&engine.event(at(LATE), read)).is_some());
}

#[test]
fn a_spent_token_is_refreshed_before_a_call_which_is_sent_with_the_new_one() {
    let (mut engine, order) = waiting();
    assert_eq!(engine.refreshing(), Some(order.call));
    assert_eq!(
        engine.command(at(LATE), call()),
        [],
        "one call waits at a time"
    );
    let effects = engine.event(at(LATE), ended(&order, LATE, new_tokens("2")));
    assert_eq!(token(sent(&effects).unwrap()), Some("Bearer access-2"));
    assert_eq!(engine.requests().waiting, None);
}

#[test]
fn a_call_that_takes_no_token_along_waits_for_none() {
    for target in ["https://elsewhere.example/x", "/v1.1/organizations"] {
        let mut engine = with(vec![kept(1, 0)], None);
        let seconds = if target.starts_with('/') { 100 } else { LATE };
        let effects = engine.command(at(seconds), Command::Send(Call::new("GET", target)));
        assert!(sent(&effects).is_some(), "{target}");
    }
    let mut alone = kept(1, 0);
    alone.grant.refresh_token = None;
    let mut engine = with(vec![alone], None);
    let effects = engine.command(at(LATE), call());
    assert!(sent(&effects).is_some(), "nothing can be done about it");
}

#[test]
fn a_refresh_that_fails_drops_the_call_that_waits() {
    let refused = answered(400, "{\"error\":\"invalid_grant\"}");
    for outcome in [
        refused,
        failed(FailureKind::Dns),
        failed(FailureKind::Reset),
    ] {
        let (mut engine, order) = waiting();
        assert_eq!(engine.event(at(LATE), ended(&order, LATE, outcome)), []);
        assert_eq!(engine.requests().waiting, None);
    }
    for outcome in [
        RefreshOutcome::NotSent(trouble()),
        RefreshOutcome::Unsettled { since: at(50) },
        RefreshOutcome::Busy {
            holder: "process 1".to_owned(),
        },
        RefreshOutcome::Gone,
    ] {
        let (mut engine, order) = waiting();
        assert_eq!(engine.event(at(LATE), unsent(&order, outcome)), []);
        assert_eq!(engine.requests().waiting, None);
        assert!(engine.transcript().is_empty(), "nothing was sent");
    }
}

#[test]
fn a_call_that_is_cancelled_while_it_waits_leaves_the_refresh_alone() {
    let (mut engine, order) = waiting();
    assert!(engine.allows(&Command::CancelSend));
    assert_eq!(engine.command(at(LATE), Command::CancelSend), []);
    assert_eq!(
        engine.event(at(LATE), ended(&order, LATE, new_tokens("2"))),
        []
    );
    assert_eq!(
        engine.grant().unwrap().access_token,
        Secret::new("access-2")
    );
}

#[test]
fn a_token_that_lives_for_no_time_is_used_as_it_came_and_not_refreshed_for_ever() {
    let (mut engine, order) = waiting();
    let body = r#"{"access_token":"a","token_type":"Bearer","expires_in":0,"refresh_token":"r"}"#;
    let effects = engine.event(at(LATE), ended(&order, LATE, answered(200, body)));
    assert_eq!(token(sent(&effects).unwrap()), Some("Bearer a"));
    assert_eq!(ordered(&effects).map(|order| order.call), None);
}

#[test]
fn what_another_process_got_is_taken_and_refreshed_when_it_is_over_too() {
    let by_another = |seconds: i64| {
        let mut grant = kept(1, seconds).grant;
        grant.access_token = Secret::new("theirs");
        grant.refresh_token = Some(Secret::new("their refresh"));
        RefreshOutcome::ByAnother(Box::new(grant))
    };
    let (mut engine, order) = waiting();
    let effects = engine.event(at(LATE), unsent(&order, by_another(LATE - 60)));
    assert_eq!(token(sent(&effects).unwrap()), Some("Bearer theirs"));
    let (mut engine, order) = waiting();
    let effects = engine.event(at(LATE), unsent(&order, by_another(60)));
    let again = ordered(&effects).unwrap();
    assert!(
        again
            .request
            .body
            .to_text()
            .contains("refresh_token=their+refresh")
    );
    assert!(engine.requests().waiting.is_some(), "the call waits on");
}

#[test]
fn an_unsettled_grant_is_refreshed_only_when_the_user_says_anyway() {
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(keeping(File))));
    let event = Event::GrantsLoaded {
        client: Client::of(&visma()),
        grants: vec![(kept(1, 0), Some(at(-10)))],
        current: None,
        trouble: None,
    };
    engine.event(at(0), event);
    assert_eq!(engine.held().unwrap().unsettled, Some(at(-10)));
    assert!(!engine.allows(&Command::Refresh { anyway: false }));
    let effects = engine.command(at(LATE), call());
    assert!(sent(&effects).is_some(), "nothing is refreshed by itself");
    let order = ordered(&engine.command(at(LATE), Command::Refresh { anyway: true })).unwrap();
    engine.event(at(LATE), ended(&order, LATE, failed(FailureKind::Dns)));
    assert_eq!(
        engine.held().unwrap().unsettled,
        Some(at(-10)),
        "a request that never left settles nothing"
    );
    let order = ordered(&engine.command(at(LATE), Command::Refresh { anyway: true })).unwrap();
    let refused = answered(400, "{\"error\":\"invalid_grant\"}");
    engine.event(at(LATE), ended(&order, LATE, refused));
    assert_eq!(engine.held().unwrap().unsettled, None, "now it is known");
}

#[test]
fn an_answer_that_was_lost_leaves_the_grant_unsettled_since_it_was_sent() {
    let mut engine = with(vec![kept(1, 0)], None);
    let order = ordered(&engine.command(at(100), Command::Refresh { anyway: false })).unwrap();
    engine.event(at(130), ended(&order, 100, failed(FailureKind::Reset)));
    assert_eq!(engine.held().unwrap().unsettled, Some(at(100)));
    load(&mut engine, vec![kept(1, 0)], None);
    assert_eq!(
        engine.held().unwrap().unsettled,
        Some(at(100)),
        "a reading that began before does not settle it"
    );
}

#[test]
fn tokens_that_could_not_be_kept_are_used_and_not_undone_by_what_is_kept() {
    let (mut engine, order) = waiting();
    let mut grant = kept(1, LATE).grant;
    grant.access_token = Secret::new("only here");
    let outcome = RefreshOutcome::RenewedNotKept(Box::new(grant), trouble());
    let effects = engine.event(at(LATE), unsent(&order, outcome));
    assert_eq!(token(sent(&effects).unwrap()), Some("Bearer only here"));
    load(&mut engine, vec![kept(1, 0)], None);
    let held = engine.held().unwrap();
    assert_eq!(held.grant.access_token, Secret::new("only here"));
    assert_eq!(held.trouble, Some(trouble()));
}

#[test]
fn a_grant_that_another_process_forgot_is_forgotten_here() {
    let mut engine = with(vec![kept(1, 0), kept(2, 1)], Some(id(1)));
    let order = ordered(&engine.command(at(100), Command::Refresh { anyway: false })).unwrap();
    engine.event(at(101), unsent(&order, RefreshOutcome::Gone));
    assert_eq!(current(&engine), Some(id(2)));
    assert_eq!(engine.grants().len(), 1);
}

#[test]
fn a_refresh_that_ends_after_its_profile_was_left_changes_its_own_grant_only() {
    let (mut engine, order) = waiting();
    let mut other = keeping(Memory);
    other.client_id = "isv_other".to_owned();
    engine.command(at(LATE), Command::UseProfile(Box::new(other)));
    assert_eq!(engine.requests().waiting, None, "its call is left with it");
    assert!(engine.is_unsettled());
    assert_eq!(
        engine.event(at(LATE), ended(&order, LATE, new_tokens("2"))),
        []
    );
    assert_eq!(engine.grant(), None);
    engine.command(at(LATE), Command::UseProfile(Box::new(keeping(File))));
    assert_eq!(
        engine.grant().unwrap().access_token,
        Secret::new("access-2")
    );
}

#[test]
fn a_secret_that_comes_after_its_profile_was_left_refreshes_nothing() {
    let mut engine = unread();
    engine.command(at(100), Command::Refresh { anyway: false });
    let mut other = keeping(Memory);
    other.client_id = "isv_other".to_owned();
    engine.command(at(101), Command::UseProfile(Box::new(other)));
    assert_eq!(engine.event(at(102), secret_read(Ok("late"))), []);
    let effects = engine.command(at(103), Command::UseProfile(Box::new(by_command())));
    assert_eq!(ordered(&effects).map(|order| order.call), None);
}

#[test]
fn a_token_taken_in_while_a_call_waits_lets_it_go_at_once() {
    let (mut engine, order) = waiting();
    let own = Secret::new("a-token-of-my-own");
    let effects = engine.command(at(LATE), Command::ImportToken(TokenKind::Access, own));
    assert_eq!(
        token(sent(&effects).unwrap()),
        Some("Bearer a-token-of-my-own")
    );
    assert_eq!(engine.requests().waiting, None);
    assert_eq!(
        engine.event(at(LATE), ended(&order, LATE, new_tokens("2"))),
        []
    );
    assert_eq!(
        engine.grant().unwrap().access_token,
        Secret::new("a-token-of-my-own")
    );
}

#[test]
fn a_grant_is_neither_moved_while_it_is_refreshed_nor_refreshed_while_it_moves() {
    let writes = |effects: &[Effect]| -> Vec<KeepTokens> {
        let kept = |effect: &Effect| match effect {
            Effect::KeepGrant(kept) => Some(kept.keep),
            _ => None,
        };
        effects.iter().filter_map(kept).collect()
    };
    let mut engine = with(vec![kept(1, 0)], None);
    let order = ordered(&engine.command(at(100), Command::Refresh { anyway: false })).unwrap();
    assert_eq!(
        writes(&engine.command(at(101), Command::KeepTokens(Keyring))),
        []
    );
    let effects = engine.event(at(102), ended(&order, 100, new_tokens("2")));
    assert_eq!(writes(&effects), [Keyring], "then it moves");
    assert_eq!(
        engine.command(at(103), Command::Refresh { anyway: false }),
        []
    );
    let (moved, keep) = (id(1), Keyring);
    let kept = Event::GrantKept {
        id: moved,
        keep,
        trouble: None,
    };
    let effects = engine.event(at(104), kept);
    assert!(matches!(effects[0], Effect::ForgetGrant { keep: File, .. }));
    assert_eq!(
        ordered(&effects).unwrap().kept.keep,
        Keyring,
        "then it is refreshed there"
    );
}

#[test]
fn an_end_that_nobody_awaits_changes_nothing() {
    let (mut engine, order) = waiting();
    let event = ended(&order, LATE, new_tokens("2"));
    engine.event(at(LATE), event.clone());
    let held = engine.held().cloned();
    let again = ended(
        &Order {
            call: order.call,
            ..order
        },
        LATE,
        new_tokens("3"),
    );
    assert_eq!(engine.event(at(LATE), again), []);
    assert_eq!(engine.held().cloned(), held);
}
