//! The engine, stepped by commands and events: the whole flow without a world.

use crate::stage::{
    CODE, ORGANIZATIONS, Point, accept, answer, at, bind, blank, bring, engine_at, exchange,
    is_callback, list_organizations, post, sandbox, tokens, visma,
};
use dineroscope::core::engine::SecretState;
use dineroscope::core::engine::message::{Command, Consent, Effect, Event};
use dineroscope::core::oauth::callback::{Arrival, Verdict};
use dineroscope::core::oauth::{RunPhase, STEPS, Step, StepState};
use dineroscope::core::profile::trust::TrustQuestion;
use dineroscope::core::profile::{Origin, Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::Client;
use dineroscope::core::wire::Purpose;
use proptest::prelude::*;

/// Parameters of a link, read back.
fn query(link: &str) -> Vec<(String, String)> {
    url::Url::parse(link)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

/// The states of the six steps.
fn states(engine: &dineroscope::core::engine::Engine) -> [StepState; 6] {
    STEPS.each_ref().map(|facts| engine.step_state(facts.step))
}

#[test]
fn the_link_says_what_the_profile_says() {
    let engine = engine_at(Point::Ready);
    let pairs = query(&engine.run().link);
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    assert!(
        engine
            .run()
            .link
            .starts_with("https://connect.visma.com/connect/authorize?client_id=")
    );
    assert_eq!(value("redirect_uri"), "http://localhost:8765/callback");
    assert_eq!(value("response_type"), "code");
    assert_eq!(value("response_mode"), "form_post");
    assert_eq!(
        value("scope"),
        "dineropublicapi:read dineropublicapi:write offline_access"
    );
    assert_eq!(value("state").len(), 22);
    assert_eq!(value("code_challenge").len(), 43);
    assert_eq!(value("code_challenge_method"), "S256");
    assert_eq!(value("ui_locales"), "da-DK");
    assert_eq!(value("nonce"), "", "a nonce goes along only with openid");
}

#[test]
fn the_whole_flow_from_link_to_organizations() {
    use StepState::{Done, Pending, Ready, Running};
    let mut engine = engine_at(Point::Ready);
    assert_eq!(
        states(&engine),
        [Ready, Pending, Pending, Pending, Pending, Pending]
    );
    let effects = engine.command(at(0), Command::Begin { open_browser: true });
    let kept = |effect: &Effect| matches!(effect, Effect::KeepRun(_));
    assert!(effects.iter().any(kept), "the run is kept from here on");
    let effects: Vec<Effect> = effects.into_iter().filter(|effect| !kept(effect)).collect();
    assert_eq!(
        effects,
        [Effect::Bind {
            listen: dineroscope::core::profile::listen::Listen::default(),
            run: engine.run().number,
            redirect_uri: "http://localhost:8765/callback".into()
        }]
    );
    bind(&mut engine);
    assert_eq!(
        states(&engine),
        [Done, Running, Pending, Pending, Pending, Pending]
    );
    accept(&mut engine, 22);
    assert_eq!(states(&engine), [Done, Done, Done, Ready, Pending, Pending]);
    let call = exchange(&mut engine, 62);
    assert_eq!(
        states(&engine),
        [Done, Done, Done, Running, Pending, Pending]
    );
    answer(&mut engine, 62, call, 200, &tokens());
    assert_eq!(states(&engine), [Done, Done, Done, Done, Done, Ready]);
    assert_eq!(engine.grant().unwrap().seconds_left(at(62)), Some(3600));
    let call = list_organizations(&mut engine, 100);
    let request = &engine.record(call).unwrap().request;
    assert!(
        request
            .headers
            .get("authorization")
            .unwrap()
            .starts_with("Bearer ey")
    );
    answer(&mut engine, 100, call, 200, ORGANIZATIONS);
    assert_eq!(states(&engine)[5], Done);
    assert_eq!(engine.requests().organizations[0].name, "Blåbærhuset ApS");
    assert_eq!(
        engine.requests().organization,
        None,
        "with two companies, the user chooses"
    );
}

#[test]
fn the_token_request_is_what_rfc_6749_asks_for() {
    let mut engine = engine_at(Point::Answered);
    let shown = engine.exchange_request().unwrap();
    let effects = engine.command(at(60), Command::Exchange);
    let Effect::Send {
        request, purpose, ..
    } = &effects[0]
    else {
        panic!("{effects:?}")
    };
    assert_eq!(*purpose, Purpose::Exchange);
    assert_eq!(*request, shown, "what is shown before is what is sent");
    assert_eq!(request.url, "https://connect.visma.com/connect/token");
    assert_eq!(
        request.headers.media_type(),
        "application/x-www-form-urlencoded"
    );
    let names: Vec<String> = form_urlencoded::parse(&request.body.0)
        .map(|(name, _)| name.into_owned())
        .collect();
    assert_eq!(
        names,
        [
            "grant_type",
            "code",
            "redirect_uri",
            "client_id",
            "client_secret",
            "code_verifier"
        ]
    );
}

#[test]
fn an_answer_of_another_run_is_refused_and_the_run_waits_on() {
    let mut engine = engine_at(Point::Waiting);
    let effects = post(
        &mut engine,
        11,
        &format!("code={CODE}&state=of-another-run"),
    );
    let Effect::AnswerHit { response, .. } = &effects[0] else {
        panic!("{effects:?}")
    };
    assert_eq!(response.status, 400);
    assert_eq!(engine.run().hits[0].verdict, Verdict::StateMismatch);
    assert_eq!(engine.run().phase, RunPhase::Waiting);
    accept(&mut engine, 22);
    assert_eq!(engine.run().phase, RunPhase::Answered);
}

#[test]
fn a_second_answer_is_seen_and_changes_nothing() {
    let mut engine = engine_at(Point::Answered);
    accept(&mut engine, 23);
    assert_eq!(
        engine.run().hits.last().unwrap().verdict,
        Verdict::Duplicate
    );
    let state = engine.run().fresh.state.clone();
    post(&mut engine, 24, &format!("code=another&state={state}"));
    assert_eq!(engine.run().hits.last().unwrap().verdict, Verdict::Late);
    assert_eq!(
        engine.run().answer.as_ref().unwrap().0.code,
        Some(Secret::new(CODE))
    );
    assert_eq!(
        engine
            .transcript()
            .iter()
            .filter(|record| is_callback(record))
            .count(),
        3
    );
}

#[test]
fn a_paste_counts_like_a_callback_and_the_first_wins() {
    let mut engine = engine_at(Point::Waiting);
    let state = engine.run().fresh.state.clone();
    engine.command(
        at(5),
        Command::PasteAnswer(Secret::new("http://localhost:8765/callback")),
    );
    assert_eq!(engine.run().phase, RunPhase::Waiting);
    assert_eq!(engine.run().hits[0].verdict, Verdict::NoAnswer);
    let address = format!("http://localhost:8765/callback?code=pasted&state={state}");
    engine.command(at(6), Command::PasteAnswer(Secret::new(address)));
    assert_eq!(engine.run().phase, RunPhase::Answered);
    assert_eq!(engine.run().answer.as_ref().unwrap().1, Arrival::Pasted);
    accept(&mut engine, 7);
    assert_eq!(
        engine.run().answer.as_ref().unwrap().0.code,
        Some(Secret::new("pasted"))
    );
}

#[test]
fn a_time_out_keeps_the_listener_and_a_late_answer_still_counts() {
    let mut engine = engine_at(Point::TimedOut);
    assert_eq!(engine.step_state(Step::Consent), StepState::Failed);
    engine.command(at(310), Command::GoOnWaiting);
    assert_eq!(engine.run().phase, RunPhase::Waiting);
    assert_eq!(engine.next_deadline(), Some(at(610)));
    let mut engine = engine_at(Point::TimedOut);
    accept(&mut engine, 320);
    assert_eq!(engine.run().phase, RunPhase::Answered);
}

#[test]
fn every_new_run_has_a_state_a_nonce_and_a_verifier_of_its_own() {
    let mut engine = engine_at(Point::Refused);
    let before = engine.run().clone();
    let effects = engine.command(at(30), Command::NewRun);
    assert_eq!(effects, [Effect::CloseListener { run: before.number }]);
    let after = engine.run();
    assert_eq!(after.phase, RunPhase::Ready);
    assert_ne!(after.fresh.state, before.fresh.state);
    assert_ne!(after.fresh.nonce, before.fresh.nonce);
    assert_ne!(after.fresh.verifier, before.fresh.verifier);
}

#[test]
fn an_exchange_that_was_left_is_kept_when_it_comes() {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    engine.command(at(63), Command::NewRun);
    assert_eq!(engine.run().phase, RunPhase::Ready);
    answer(&mut engine, 64, call, 200, &tokens());
    assert!(engine.grant().is_some());
    assert_eq!(
        engine.run().phase,
        RunPhase::Ready,
        "the new run is not touched"
    );
}

#[test]
fn secret_and_grant_are_found_for_their_endpoint_and_client_only() {
    let mut engine = engine_at(Point::NeedsSecret);
    assert_eq!(engine.secret_state(), SecretState::Prompt);
    assert!(!engine.allows(&Command::Exchange));
    engine.command(at(30), Command::ProvideSecret(Secret::new("typed")));
    let call = exchange(&mut engine, 31);
    answer(&mut engine, 31, call, 200, &tokens());
    assert!(engine.grant().is_some());
    let mut other = Profile {
        client_secret: SecretReference::Prompt,
        ..visma()
    };
    other.provider.token_url = "https://evil.example/token".to_owned();
    engine.command(at(40), Command::UseProfile(Box::new(other)));
    assert!(engine.grant().is_none());
    assert_eq!(engine.secret_state(), SecretState::Prompt);
    let mut elsewhere = visma();
    elsewhere.api.base_url = "https://evil.example".to_owned();
    engine.command(at(41), Command::UseProfile(Box::new(elsewhere)));
    assert!(engine.grant().is_none());
    engine.command(at(42), Command::UseProfile(Box::new(visma())));
    assert!(
        engine.grant().is_some(),
        "back at its own profile, it is there"
    );
}

#[test]
fn a_folder_found_by_itself_gets_a_secret_only_once_the_user_trusts_it() {
    let environment = SecretReference::Environment("ACME_SECRET".to_owned());
    let file = |trusted| Profile {
        client_secret: environment.clone(),
        origin: Origin::File {
            path: "profiles/acme.toml".into(),
            trusted,
        },
        ..visma()
    };
    let client = Client::of(&visma());
    let read = Effect::ReadSecret {
        client: client.clone(),
        reference: environment.clone(),
    };
    let mut engine = blank();
    let effects = engine.command(at(0), Command::UseProfile(Box::new(file(true))));
    assert_eq!(effects, std::slice::from_ref(&read));

    let mut engine = blank();
    let question = TrustQuestion::of(&file(false)).unwrap();
    let effects = engine.command(at(0), Command::UseProfile(Box::new(file(false))));
    assert_eq!(effects, [Effect::ReadTrust(question.clone())]);
    assert_eq!(engine.secret_state(), SecretState::Reading);
    let answered = Event::TrustRead {
        question: question.clone(),
        trusted: false,
    };
    assert_eq!(engine.event(at(1), answered), []);
    assert_eq!(
        engine.secret_state(),
        SecretState::Untrusted(question.clone())
    );
    assert!(!engine.allows(&Command::ReadSecret));
    let effects = engine.command(at(2), Command::Trust);
    assert_eq!(effects, [Effect::KeepTrust(question), read]);
    let secret = Ok(Secret::new("from the environment"));
    engine.event(
        at(3),
        Event::SecretRead {
            client,
            reference: environment,
            secret,
        },
    );
    assert!(matches!(engine.secret_state(), SecretState::Known(_)));
}

#[test]
fn a_placeholder_asks_for_its_field_and_never_opens_a_browser() {
    let mut engine = engine_at(Point::Placeholder);
    assert!(!engine.allows(&Command::Begin { open_browser: true }));
    assert_eq!(engine.run().link, "");
    let field = engine.profile().unwrap().placeholder().unwrap();
    engine.command(at(1), Command::FillField(field, " isv_mine ".to_owned()));
    assert_eq!(engine.run().phase, RunPhase::Ready);
    assert!(engine.run().link.contains("client_id=isv_mine&"));
}

#[test]
fn the_sandbox_is_started_and_port_0_becomes_the_real_port() {
    let mut engine = blank();
    let effects = engine.command(at(0), Command::UseProfile(Box::new(sandbox())));
    assert!(matches!(effects[..], [Effect::StartSandbox { .. }]));
    assert!(!engine.allows(&Command::Begin {
        open_browser: false
    }));
    engine.event(
        at(0),
        Event::SandboxStarted {
            run: 1,
            origin: "http://127.0.0.1:4711".to_owned(),
        },
    );
    engine.command(
        at(1),
        Command::Begin {
            open_browser: false,
        },
    );
    bind(&mut engine);
    assert_eq!(engine.run().redirect_uri, "http://localhost:8765/callback");
    assert!(
        engine
            .run()
            .link
            .contains("redirect_uri=http%3A%2F%2Flocalhost%3A8765%2Fcallback")
    );
    let effects = engine.command(at(2), Command::AnswerConsent(Consent::Accept));
    assert!(matches!(effects[..], [Effect::VisitConsent { .. }]));
    assert!(
        !engine.allows(&Command::AnswerConsent(Consent::Deny)),
        "one walk at a time"
    );
}

#[test]
fn nobody_answers_in_the_users_place_outside_the_sandbox() {
    assert!(!engine_at(Point::Waiting).allows(&Command::AnswerConsent(Consent::Accept)));
}

/// One of each command.
fn commands() -> Vec<Command> {
    let call = |target: &str| dineroscope::core::dinero::call::Call::new("GET", target);
    vec![
        Command::UseProfile(Box::new(visma())),
        Command::UseProfile(Box::new(sandbox())),
        Command::FillField(
            dineroscope::core::profile::Field::ClientId,
            "isv_x".to_owned(),
        ),
        Command::Begin { open_browser: true },
        Command::Begin {
            open_browser: false,
        },
        Command::OpenBrowser,
        Command::AnswerConsent(Consent::Accept),
        Command::PasteAnswer(Secret::new("garbage")),
        Command::GoOnWaiting,
        Command::StopWaiting,
        Command::ProvideSecret(Secret::new("typed")),
        Command::Exchange,
        Command::NewRun,
        Command::ChooseOrganization("316204".to_owned()),
        Command::Send(call("/v1.1/organizations")),
        Command::Send(call("/v1/{organizationId}/invoices")),
        Command::CancelSend,
    ]
}

#[test]
fn at_every_point_each_command_is_either_refused_whole_or_allowed() {
    for point in Point::ALL {
        for command in commands() {
            let mut engine = engine_at(point);
            let before = engine.run().clone();
            let allowed = engine.allows(&command);
            let effects = engine.command(at(400), command.clone());
            if !allowed {
                assert!(
                    effects.is_empty(),
                    "{point:?} {command:?} acted although not allowed"
                );
                assert_eq!(*engine.run(), before, "{point:?} {command:?}");
            }
        }
    }
}

#[test]
fn every_point_has_a_way_on_or_out() {
    for point in Point::ALL {
        let engine = engine_at(point);
        let ways = commands()
            .into_iter()
            .filter(|command| !matches!(command, Command::UseProfile(_)))
            .filter(|command| engine.allows(command));
        if !matches!(point, Point::Blank | Point::SandboxStarting) {
            assert!(ways.count() > 0, "{point:?} has no way on");
        }
    }
}

proptest! {
    /// Whatever comes to the listener, only the run's own state moves the run on.
    #[test]
    fn no_foreign_answer_moves_the_run(form in "[a-z=&%+0-9_]{0,80}", state in "[A-Za-z0-9_-]{0,30}") {
        let mut engine = engine_at(Point::Waiting);
        prop_assume!(state != engine.run().fresh.state);
        post(&mut engine, 3, &form);
        post(&mut engine, 4, &format!("code=x&state={state}"));
        engine.command(at(5), Command::PasteAnswer(Secret::new(form)));
        prop_assert_eq!(&engine.run().phase, &RunPhase::Waiting);
    }

    /// Any order of commands leaves an engine that can be brought to a token.
    #[test]
    fn no_order_of_commands_locks_the_program(order in proptest::collection::vec(0_usize..17, 0..12)) {
        let mut engine = engine_at(Point::Ready);
        for index in order {
            engine.command(at(1), commands()[index].clone());
        }
        bring(&mut engine, visma(), Point::Authorized);
        prop_assert!(engine.grant().is_some());
    }
}

#[test]
fn what_came_and_was_no_answer_is_explained_while_one_waits() {
    let engine = engine_at(Point::WrongState);
    for step in [Step::Consent, Step::Callback] {
        assert_eq!(
            engine.findings(at(12), step)[0].rule,
            "state-mismatch",
            "{step:?}"
        );
    }
    assert!(
        engine_at(Point::Waiting)
            .findings(at(12), Step::Consent)
            .is_empty()
    );
}
