//! News that comes too late: what the world still says of a former run or profile changes nothing now.

use crate::stage::{Point, at, bind, blank, engine_at, sandbox, visma};
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::engine::{Engine, SecretState};
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::oauth::callback::Verdict;
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind, Browser, Missing};
use dineroscope::core::profile::{Field, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::Client;
use dineroscope::core::wire::{Body, Headers, Request};

/// A new run of what was at that point; the former run's number comes along.
fn anew(point: Point) -> (Engine, u64) {
    let mut engine = engine_at(point);
    let former = engine.run().number;
    engine.command(at(60), Command::NewRun);
    assert_ne!(engine.run().number, former);
    (engine, former)
}

#[test]
fn the_browser_of_a_former_run_says_nothing_about_this_one() {
    let (mut engine, run) = anew(Point::Waiting);
    engine.event(at(61), Event::BrowserOpened { run });
    assert_eq!(engine.run().browser, Browser::NotOpened);
    let reason = "it failed".to_owned();
    engine.event(at(61), Event::BrowserFailed { run, reason });
    assert_eq!(engine.run().browser, Browser::NotOpened);
}

#[test]
fn a_hit_on_a_former_listener_is_answered_and_is_no_hit_of_this_run() {
    let (mut engine, run) = anew(Point::Waiting);
    let before = engine.transcript().len();
    let effects = engine.event(
        at(61),
        Event::HitReceived {
            run,
            hit: 9,
            request: Request {
                method: "GET".to_owned(),
                url: "http://localhost:8765/callback?code=c".to_owned(),
                headers: Headers::default(),
                body: Body::default(),
            },
            peer: "127.0.0.1:50123".parse().unwrap(),
            at: at(61),
        },
    );
    match &effects[..] {
        [Effect::AnswerHit { hit: 9, response }] => assert_eq!(response.status, 410),
        other => panic!("{other:?}"),
    }
    assert_eq!(engine.run().hits, []);
    assert_eq!(engine.transcript().len(), before + 1, "it is recorded");
}

#[test]
fn a_former_walk_does_not_end_the_one_under_way() {
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(sandbox())));
    let origin = "http://127.0.0.1:4711".to_owned();
    engine.event(at(0), Event::SandboxStarted { run: 1, origin });
    let walk = |engine: &mut Engine| {
        let open_browser = false;
        engine.command(at(1), Command::Begin { open_browser });
        bind(engine);
        let accept = dineroscope::core::engine::message::Consent::Accept;
        engine.command(at(2), Command::AnswerConsent(accept));
        engine.run().number
    };
    let former = walk(&mut engine);
    engine.command(at(3), Command::NewRun);
    let current = walk(&mut engine);
    let failed = |run| Event::ConsentFailed {
        run,
        reason: "the listener did not take the answer".to_owned(),
    };
    engine.event(at(4), failed(former));
    assert!(engine.is_visiting());
    assert_eq!(engine.consent_trouble(), None);
    engine.event(at(4), failed(current));
    assert!(!engine.is_visiting());
}

#[test]
fn a_variable_of_a_former_profile_never_becomes_the_secret_of_this_one() {
    let mut engine = blank();
    for name in ["FORMER", "CURRENT"] {
        let mut profile = visma();
        profile.client_secret = SecretReference::Environment(name.to_owned());
        engine.command(at(0), Command::UseProfile(Box::new(profile)));
    }
    let read = |name: &str| Event::SecretRead {
        client: Client::of(&visma()),
        reference: SecretReference::Environment(name.to_owned()),
        secret: Ok(Secret::new(name)),
    };
    engine.event(at(1), read("FORMER"));
    assert_eq!(engine.secret_state(), SecretState::Reading);
    engine.event(at(1), read("CURRENT"));
    engine.event(at(1), read("FORMER"));
    assert_eq!(
        engine.secret_state(),
        SecretState::Known(Secret::new("CURRENT"))
    );
}

#[test]
fn a_sandbox_that_was_started_for_another_client_is_not_this_ones() {
    let mut engine = blank();
    let mut former = sandbox();
    former.client_id = "former".to_owned();
    engine.command(at(0), Command::UseProfile(Box::new(former)));
    engine.command(at(0), Command::UseProfile(Box::new(sandbox())));
    let reason = "no free port".to_owned();
    engine.event(at(1), Event::SandboxFailed { run: 1, reason });
    assert_eq!(engine.sandbox_trouble(), None);
    let started = |run, port| Event::SandboxStarted {
        run,
        origin: format!("http://127.0.0.1:{port}"),
    };
    engine.event(at(1), started(1, 4711));
    assert_eq!(
        engine.run().phase,
        RunPhase::Preparing(Missing::Sandbox),
        "the former client's sandbox is of no use here"
    );
    engine.event(at(1), started(2, 4712));
    assert!(engine.run().link.starts_with("http://127.0.0.1:4712/"));
    engine.event(at(1), started(2, 4713));
    assert!(engine.run().link.starts_with("http://127.0.0.1:4712/"));
}

#[test]
fn a_sandbox_is_started_with_the_client_that_was_filled_in() {
    let mut engine = blank();
    let mut profile = sandbox();
    profile.client_id = "<your client>".to_owned();
    let effects = engine.command(at(0), Command::UseProfile(Box::new(profile)));
    assert_eq!(effects, [], "it would register the placeholder");
    let filled = Command::FillField(Field::ClientId, "mine".to_owned());
    match &engine.command(at(1), filled)[..] {
        [Effect::StartSandbox { run, client_id, .. }] => {
            assert_eq!((*run, client_id.as_str()), (engine.run().number, "mine"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_can_be_pasted_where_nothing_can_listen_and_only_there() {
    let failed = |kind| {
        let mut engine = engine_at(Point::Binding);
        let run = engine.run().number;
        let failure = BindFailure {
            kind,
            address: "https://app.example/callback".to_owned(),
            detail: String::new(),
            holder: None,
        };
        engine.event(at(1), Event::ListenerFailed { run, failure });
        engine
    };
    let mut engine = failed(BindFailureKind::NotListenable);
    assert!(engine.allows(&Command::OpenBrowser));
    let state = engine.run().fresh.state.clone();
    let paste = |state: &str| {
        let address = format!("https://app.example/callback?code=pasted&state={state}");
        Command::PasteAnswer(Secret::new(address))
    };
    engine.command(at(2), paste("another"));
    assert_eq!(engine.run().hits[0].verdict, Verdict::StateMismatch);
    engine.command(at(3), paste(&state));
    assert_eq!(engine.run().phase, RunPhase::Answered);
    // Whoever holds the port would be brought the code.
    let engine = failed(BindFailureKind::InUse);
    assert!(!engine.allows(&Command::OpenBrowser));
    assert!(!engine.allows(&paste(&state)));
}
