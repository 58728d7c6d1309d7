//! The exchange sent wrongly on purpose, met by the sandbox over real sockets: each mistake is sent as it is
//! shown, refused, and explained by its rule; and the flow that plays through by itself.

use dineroscope::cli::drive::Drive;
use dineroscope::core::engine::message::{Command, Consent};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::fault::Fault;
use dineroscope::core::oauth::changes::{Changes, Encoding, SecretPlace, VerifierChange, pairs};
use dineroscope::core::oauth::link::{LinkChanges, LinkRow};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::Purpose;
use dineroscope::core::wire::redact::is_secret_name;
use dineroscope::edge::desktop::Browser;
use dineroscope::edge::profiles::built_in;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// How long a step may take before the test calls it stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// Steps until something holds.
async fn until(drive: &mut Drive, holds: impl Fn(&Engine) -> bool) {
    let stepping = async {
        while !holds(drive.engine()) {
            drive.step().await;
        }
    };
    let arrived = tokio::time::timeout(PATIENCE, stepping).await;
    assert!(arrived.is_ok(), "stuck in {:?}", drive.engine().run().phase);
}

/// An engine on the embedded sandbox, its link ready. No browser is opened.
async fn ready(faults: Vec<Fault>) -> Drive {
    let setup = Setup {
        seed: [7; 32],
        faults,
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    };
    let mut drive = Drive::with(setup, |options| {
        options.browser = Browser::Command(vec!["true".to_owned()]);
    });
    let profile = built_in("sandbox").unwrap().profile.unwrap();
    drive.command(Command::UseProfile(Box::new(profile)));
    until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
    drive
}

/// A run with a code.
async fn answered() -> Drive {
    let mut drive = ready(Vec::new()).await;
    drive.command(Command::Begin {
        open_browser: false,
    });
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive.command(Command::AnswerConsent(Consent::Accept));
    until(&mut drive, |engine| {
        engine.run().phase == RunPhase::Answered
    })
    .await;
    drive
}

/// Sends the exchange, and waits for its end.
async fn exchange(drive: &mut Drive) {
    drive.command(Command::Exchange);
    until(drive, |engine| {
        !matches!(engine.run().phase, RunPhase::Exchanging(_))
    })
    .await;
}

/// The rules that speak at step 4, the leading one first.
fn rules(drive: &Drive) -> Vec<&'static str> {
    let found = drive.engine().findings(Timestamp::now(), Step::Exchange);
    found.iter().map(|finding| finding.rule).collect()
}

#[tokio::test]
async fn each_mistake_is_sent_as_shown_and_explained_by_its_rule() {
    let with = |change: fn(&mut Changes)| {
        let mut changes = Changes::default();
        change(&mut changes);
        changes
    };
    for (changes, rule) in [
        (
            with(|it| it.encoding = Encoding::Json),
            "token-request-json",
        ),
        (
            with(|it| it.encoding = Encoding::Multipart),
            "token-request-multipart",
        ),
        (with(|it| it.by_get = true), "token-wrong-method"),
        (
            with(|it| it.secret = Some(SecretPlace::Absent)),
            "invalid-client",
        ),
        (
            with(|it| it.redirect_uri = Some("http://127.0.0.1:1/callback".to_owned())),
            "invalid-grant-redirect-mismatch",
        ),
        (
            with(|it| it.verifier = VerifierChange::Absent),
            "invalid-grant-verifier",
        ),
        (
            with(|it| it.verifier = VerifierChange::Wrong),
            "invalid-grant-verifier",
        ),
    ] {
        let mut drive = answered().await;
        drive.command(Command::ChangeExchange(changes.clone()));
        let shown = drive.engine().exchange_request().unwrap();
        exchange(&mut drive).await;
        let engine = drive.engine();
        assert!(
            matches!(engine.run().phase, RunPhase::ExchangeFailed(_)),
            "{changes:?}"
        );
        let record = engine.record(engine.run().exchange.unwrap()).unwrap();
        assert_eq!(pairs(&record.request), pairs(&shown), "{changes:?}");
        assert_eq!(record.request.body, shown.body, "byte for byte");
        assert!(record.note.contains(&changes.words()), "{}", record.note);
        assert_eq!(rules(&drive).first(), Some(&rule), "{changes:?}");
        // A GET carries code and secret in its address, of all places.
        let engine = drive.engine();
        let found = engine.findings(Timestamp::now(), Step::Exchange);
        let lines = engine.mask().request_lines(&shown);
        let said = format!("{found:?} {lines:?} {}", engine.mask().url(&shown.url));
        let fields = pairs(&shown);
        for (name, value) in fields.iter().filter(|(name, _)| is_secret_name(name)) {
            assert!(!said.contains(value.as_str()), "{name} in {said}");
        }
    }
}

#[tokio::test]
async fn each_field_is_left_out_changed_and_added_by_itself() {
    let mut drive = answered().await;
    let rows = drive.engine().exchange_rows();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
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
    let own = drive.engine().exchange_request().unwrap();
    let none = Changes::default();
    let mut changes = none.clone();
    changes.fields = changes.fields.with(&rows[0], None);
    changes.fields = changes
        .fields
        .with(&rows[3], Some(Secret::new("somebody-else")));
    changes.fields = changes
        .fields
        .with_added("scope", Secret::new("dineropublicapi:read"));
    drive.command(Command::ChangeExchange(changes));
    let shown = pairs(&drive.engine().exchange_request().unwrap());
    assert!(shown.iter().all(|(name, _)| name != "grant_type"));
    assert!(shown.contains(&("client_id".to_owned(), "somebody-else".to_owned())));
    assert_eq!(
        shown.last().unwrap(),
        &("scope".to_owned(), "dineropublicapi:read".to_owned())
    );
    // Taken back, it is as it was, byte for byte.
    drive.command(Command::ChangeExchange(none));
    assert_eq!(drive.engine().exchange_request().unwrap(), own);
    let mut changes = Changes::default();
    changes.fields = changes.fields.with(&rows[1], None);
    drive.command(Command::ChangeExchange(changes));
    exchange(&mut drive).await;
    let engine = drive.engine();
    let record = engine.record(engine.run().exchange.unwrap()).unwrap();
    assert!(
        pairs(&record.request)
            .iter()
            .all(|(name, _)| name != "code"),
        "as shown"
    );
    assert!(record.note.contains("no code"), "{}", record.note);
    assert_eq!(rules(&drive).first(), Some(&"invalid-grant"));
    let found = drive.engine().findings(Timestamp::now(), Step::Exchange);
    assert_eq!(
        found[0].headline.as_str(),
        "No code was sent to be exchanged"
    );
}

#[tokio::test]
async fn a_link_that_is_out_is_changed_in_a_new_run() {
    let mut drive = answered().await;
    let engine = drive.engine();
    let (number, state) = (engine.run().number, engine.run().fresh.state.clone());
    let row = engine
        .run()
        .link_rows
        .iter()
        .find(|row| row.parameter.name == "ui_locales");
    let changes = engine
        .run()
        .link_changes
        .with(row.unwrap(), Some("da-DK".to_owned()));
    assert!(
        !engine.allows(&Command::ChangeLink(changes.clone())),
        "it is out"
    );
    drive.command(Command::NewRunWithLink(changes));
    let run = drive.engine().run();
    assert_ne!((run.number, &run.fresh.state), (number, &state));
    assert_eq!(run.phase, RunPhase::Ready);
    assert!(run.link.contains("ui_locales=da-DK"), "{}", run.link);
}

#[tokio::test]
async fn the_secret_by_basic_is_as_good_as_in_the_body() {
    for place in [SecretPlace::Basic, SecretPlace::Body] {
        let mut drive = answered().await;
        drive.command(Command::ChangeExchange(Changes {
            secret: Some(place),
            ..Changes::default()
        }));
        exchange(&mut drive).await;
        assert_eq!(
            drive.engine().run().phase,
            RunPhase::Authorized,
            "{place:?}"
        );
    }
}

#[tokio::test]
async fn the_same_code_again_is_refused_and_the_tokens_stay() {
    let mut drive = answered().await;
    exchange(&mut drive).await;
    assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    drive.command(Command::ExchangeAgain);
    assert_eq!(drive.engine().run().phase, RunPhase::Answered);
    assert!(drive.engine().grant().is_some());
    exchange(&mut drive).await;
    assert_eq!(rules(&drive).first(), Some(&"invalid-grant-code-reused"));
    assert!(
        drive.engine().grant().is_some(),
        "what it gave before stays"
    );
}

#[tokio::test]
async fn a_new_run_takes_the_changes_along_or_the_profiles_values() {
    let changes = Changes {
        encoding: Encoding::Json,
        ..Changes::default()
    };
    let mut drive = answered().await;
    drive.command(Command::ChangeExchange(changes.clone()));
    exchange(&mut drive).await;
    drive.command(Command::NewRunAsChanged);
    assert_eq!(drive.engine().run().phase, RunPhase::Ready);
    assert_eq!(drive.engine().run().changes, changes);
    drive.command(Command::Begin {
        open_browser: false,
    });
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive.command(Command::NewRun);
    assert!(drive.engine().run().changes.is_empty());
    assert!(!drive.engine().allows(&Command::NewRunAsChanged));
}

#[tokio::test]
async fn it_plays_through_from_the_link_to_the_token() {
    let mut drive = ready(Vec::new()).await;
    drive.command(Command::PlayThrough);
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    assert!(drive.engine().is_playing());
    drive.command(Command::AnswerConsent(Consent::Accept));
    until(&mut drive, |engine| {
        engine.run().phase == RunPhase::Authorized
    })
    .await;
    let sent = drive.engine().transcript();
    let exchanges = sent
        .iter()
        .filter(|record| record.purpose == Purpose::Exchange);
    assert_eq!(exchanges.count(), 1);
    // It ends with the token.
    until(&mut drive, |engine| !engine.is_playing()).await;
}

#[tokio::test]
async fn it_stops_at_the_first_trouble_and_when_it_is_told_to() {
    let mut drive = ready(vec![Fault::AccessDenied]).await;
    drive.command(Command::PlayThrough);
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive.command(Command::AnswerConsent(Consent::Accept));
    until(&mut drive, |engine| engine.run().phase == RunPhase::Refused).await;
    assert!(!drive.engine().is_playing());

    let mut drive = ready(Vec::new()).await;
    drive.command(Command::PlayThrough);
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive.command(Command::PlayThrough);
    assert!(!drive.engine().is_playing());
    drive.command(Command::AnswerConsent(Consent::Accept));
    until(&mut drive, |engine| {
        engine.run().phase == RunPhase::Answered
    })
    .await;
    assert!(
        drive.engine().allows(&Command::Exchange),
        "by hand from here"
    );
}

/// The row of that name in the link.
fn row(drive: &Drive, name: &str) -> LinkRow {
    let rows = &drive.engine().run().link_rows;
    rows.iter()
        .find(|row| row.parameter.name == name)
        .unwrap()
        .clone()
}

/// Changes the value of a row, or switches it off.
fn change(drive: &mut Drive, name: &str, value: Option<&str>) {
    let row = row(drive, name);
    let changes = drive
        .engine()
        .run()
        .link_changes
        .with(&row, value.map(str::to_owned));
    drive.command(Command::ChangeLink(changes));
}

/// Begins the run and accepts.
async fn accept(drive: &mut Drive) {
    drive.command(Command::Begin {
        open_browser: false,
    });
    until(drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive.command(Command::AnswerConsent(Consent::Accept));
}

#[tokio::test]
async fn a_changed_link_is_judged_at_once_and_sent_as_it_is() {
    let mut drive = ready(Vec::new()).await;
    change(&mut drive, "state", Some("test123"));
    let found = |drive: &Drive| {
        let found = drive.engine().findings(Timestamp::now(), Step::Link);
        found.iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert!(found(&drive).contains(&"state-weak"));
    assert!(drive.engine().run().link.contains("state=test123"));
    change(&mut drive, "scope", Some("dineropublicapi:read"));
    change(&mut drive, "prompt", Some("login"));
    let link = drive.engine().run().link.clone();
    assert!(
        link.contains("prompt=login") && link.contains("scope=dineropublicapi%3Aread&"),
        "{link}"
    );
    accept(&mut drive).await;
    until(&mut drive, |engine| {
        engine.run().phase == RunPhase::Answered
    })
    .await;
    exchange(&mut drive).await;
    let grant = drive.engine().grant().unwrap();
    assert_eq!(grant.asked, ["dineropublicapi:read"], "as the link asked");
    drive.command(Command::NewRunAsChanged);
    assert!(drive.engine().run().link.contains("state=test123"));
    drive.command(Command::ChangeLink(LinkChanges::default()));
    assert!(!drive.engine().run().link.contains("test123"));
    let twice = drive
        .engine()
        .run()
        .link_changes
        .with_added("scope", "openid");
    drive.command(Command::ChangeLink(twice));
    assert!(found(&drive).contains(&"link-duplicate-parameter"));
}

#[tokio::test]
async fn without_a_state_the_user_takes_the_answer() {
    let mut drive = ready(Vec::new()).await;
    change(&mut drive, "state", None);
    assert!(!drive.engine().run().link.contains("state="));
    accept(&mut drive).await;
    until(&mut drive, |engine| !engine.run().hits.is_empty()).await;
    assert_eq!(
        drive.engine().run().phase,
        RunPhase::Waiting,
        "nothing proves that it is ours"
    );
    assert!(drive.engine().allows(&Command::TakeAnswer));
    drive.command(Command::TakeAnswer);
    assert_eq!(drive.engine().run().phase, RunPhase::Answered);
    exchange(&mut drive).await;
    assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
}

#[tokio::test]
async fn a_run_that_sent_a_state_takes_no_answer_without_one() {
    let mut drive = ready(vec![Fault::NoState]).await;
    accept(&mut drive).await;
    until(&mut drive, |engine| !engine.run().hits.is_empty()).await;
    assert!(!drive.engine().allows(&Command::TakeAnswer));
}
