//! Preflight: the link is asked for once, nothing begins, and what came is told. The requests go over real
//! sockets, to the sandbox and to servers that say what they like.

use crate::stage::{self, Point, at, engine_at};
use dineroscope::cli::drive::Drive;
use dineroscope::core::diagnose::{Finding, Severity};
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::oauth::preflight::{Landing, PreflightResult};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::{Profile, ProxyChoice};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::{Outcome, Purpose, Record};
use dineroscope::edge::vault::Vault;
use jiff::{SignedDuration, Timestamp};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The sandbox, or whatever the profile names, with its link ready.
async fn ready(profile: Profile) -> Drive {
    let setup = Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    };
    let mut drive = Drive::with(setup, |options| {
        options.vault = Vault::at(std::env::temp_dir());
    });
    drive.command(Command::UseProfile(Box::new(profile)));
    while drive.engine().run().phase != RunPhase::Ready {
        drive.step().await;
    }
    drive
}

/// Asks for the link, until all that came of it is there.
async fn preflight(drive: &mut Drive) {
    drive.command(Command::Preflight);
    while drive.engine().is_preflighting() {
        drive.step().await;
    }
}

/// What came of it.
fn result(engine: &Engine) -> &PreflightResult {
    &engine.run().preflight.as_ref().unwrap().result
}

/// The finding about it.
fn finding(engine: &Engine) -> Option<Finding> {
    let mut found = engine.findings(Timestamp::now(), Step::Link).into_iter();
    found.find(|finding| finding.rule.starts_with("preflight-"))
}

/// The requests that were made.
fn asked(engine: &Engine) -> Vec<&Record> {
    let records = engine.transcript().iter();
    records
        .filter(|record| record.purpose == Purpose::Preflight)
        .collect()
}

/// A server that gives each connection the next answer, and a profile whose link leads there; what it was
/// asked comes back when it is dropped.
async fn server(answers: Vec<String>) -> (Profile, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let mut heard = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            heard.push(String::from_utf8(request).unwrap());
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        heard
    });
    let mut profile = stage::visma();
    profile.provider.preset = None;
    profile.provider.authorize_url = format!("http://{address}/connect/authorize");
    profile.network.proxy = ProxyChoice::None;
    (profile, serving)
}

/// A whole answer.
fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[test]
fn to_ask_begins_nothing() {
    let mut engine = engine_at(Point::Ready);
    let before = engine.run().clone();
    let effects = engine.command(at(1), Command::Preflight);
    let [
        Effect::Send {
            call,
            purpose,
            request,
            ..
        },
    ] = effects.as_slice()
    else {
        panic!("{effects:?}")
    };
    assert_eq!(*purpose, Purpose::Preflight);
    assert_eq!(request.method, "GET");
    assert_eq!(request.url, before.link);
    assert_eq!(request.headers.get("cookie"), None);
    let run = engine.run();
    assert_eq!(run.phase, RunPhase::Ready);
    assert_eq!((run.started_at, &run.link), (None, &before.link));
    assert!(run.addresses.is_empty(), "nothing is bound");
    assert!(!engine.allows(&Command::Preflight), "one at a time");
    assert!(
        engine.allows(&Command::Begin { open_browser: true }),
        "nobody has to wait for it"
    );
    stage::answer(&mut engine, 2, *call, 404, "nothing here");
    assert_eq!(*result(&engine), PreflightResult::Landed(Landing::Unknown));
    assert_eq!(engine.record(*call).unwrap().note, "preflight: not known");
    assert!(engine.allows(&Command::Preflight));
}

#[test]
fn what_a_left_run_asked_for_is_recorded_and_changes_nothing() {
    let mut engine = engine_at(Point::Waiting);
    let call = stage::sent(&engine.command(at(1), Command::Preflight));
    engine.command(at(2), Command::NewRun);
    stage::answer(&mut engine, 3, call, 400, "unauthorized_client");
    assert_eq!(engine.run().preflight, None);
    let record = engine.record(call).unwrap();
    assert!(matches!(record.outcome, Outcome::Response(_)));
    assert_eq!(record.note, "preflight");
}

#[test]
fn a_port_that_is_not_known_yet_is_not_asked_with() {
    let mut engine = stage::blank();
    let mut profile = stage::visma();
    profile.redirect_uri = "http://localhost:0/callback".to_owned();
    stage::bring(&mut engine, profile, Point::Ready);
    assert!(!engine.allows(&Command::Preflight));
    engine.command(
        at(1),
        Command::Begin {
            open_browser: false,
        },
    );
    stage::bind(&mut engine);
    assert!(engine.allows(&Command::Preflight));
    engine.command(at(2), Command::StopWaiting);
    assert!(!engine.allows(&Command::Preflight));
}

#[tokio::test]
async fn the_sandbox_takes_its_own_link() {
    let mut drive = ready(stage::sandbox()).await;
    preflight(&mut drive).await;
    let engine = drive.engine();
    assert_eq!(*result(engine), PreflightResult::Landed(Landing::LoginPage));
    assert_eq!(finding(engine).unwrap().rule, "preflight-login-page");
    assert_eq!(asked(engine).len(), 1, "a login page is not fetched");
    assert_eq!(engine.run().phase, RunPhase::Ready);
}

#[tokio::test]
async fn an_unknown_client_ends_on_the_error_page_of_the_sandbox() {
    let mut known = ready(stage::sandbox()).await;
    let mut profile = known.engine().profile().unwrap().clone();
    profile.provider.preset = None;
    profile.client_id = "isv_of_somebody_else".to_owned();
    profile.redirect_uri = "http://localhost:8765/callback".to_owned();
    let mut drive = ready(profile).await;
    preflight(&mut drive).await;
    let engine = drive.engine();
    let PreflightResult::Landed(Landing::ErrorPage { id: Some(id), .. }) = result(engine) else {
        panic!("{:?}", result(engine))
    };
    let asked = asked(engine);
    assert_eq!(asked.len(), 2, "the link, and the error page");
    let page = asked[1].outcome.response().unwrap().body.to_text();
    assert!(page.contains(id.as_str()), "{page}");
    let found = finding(engine).unwrap();
    assert_eq!(found.rule, "preflight-error-page");
    assert!(found.cause.as_str().contains("redirect_uri"), "{found:?}");
    assert!(
        found.fix.iter().any(|fix| fix.as_str().contains("errorId")),
        "{found:?}"
    );
    known.finish().await;
}

#[tokio::test]
async fn a_page_that_says_what_it_is_about_is_believed() {
    let page = "<h1>Sorry</h1><p>invalid_scope: dineropublicapi:all</p>";
    let (profile, serving) = server(vec![
        answer(
            "302 Found",
            "Location: /home/error?errorId=CfDJ8\r\nSet-Cookie: a=b\r\n",
            "",
        ),
        answer("200 OK", "Content-Type: text/html\r\n", page),
    ])
    .await;
    let mut drive = ready(profile).await;
    preflight(&mut drive).await;
    let found = finding(drive.engine()).unwrap();
    assert_eq!(found.rule, "preflight-error-page");
    assert!(found.cause.as_str().contains("about scope"), "{found:?}");
    let heard = serving.await.unwrap();
    assert!(heard[0].starts_with("GET /connect/authorize?client_id="));
    assert!(heard[1].starts_with("GET /home/error?errorId=CfDJ8 HTTP/1.1"));
    for request in heard {
        assert!(!request.to_lowercase().contains("cookie:"), "{request}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_at_once_is_neither_taken_nor_shown() {
    let code = "a-code-that-nobody-may-see-0123456789";
    let location = format!("Location: http://localhost:8765/callback?code={code}&state=s\r\n");
    let form = format!(
        "<form method='post' action='http://localhost:8765/callback'><input name='code' value='{code}'></form>"
    );
    for (first, form_post) in [
        (answer("302 Found", &location, ""), false),
        (answer("200 OK", "Content-Type: text/html\r\n", &form), true),
    ] {
        let (profile, serving) = server(vec![first]).await;
        let mut drive = ready(profile).await;
        preflight(&mut drive).await;
        let engine = drive.engine();
        let back = Landing::Back {
            error: None,
            form_post,
        };
        assert_eq!(*result(engine), PreflightResult::Landed(back));
        assert_eq!(engine.run().phase, RunPhase::Ready);
        assert!(engine.run().answer.is_none() && engine.run().hits.is_empty());
        assert_eq!(finding(engine), None);
        let response = asked(engine)[0].outcome.response().unwrap();
        for line in engine.mask().response_lines(response) {
            assert!(!line.as_str().contains(code), "{line}");
        }
        assert_eq!(serving.await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn no_answer_is_told_by_its_cause() {
    let (profile, serving) = server(vec![String::new()]).await;
    let mut drive = ready(profile.clone()).await;
    preflight(&mut drive).await;
    serving.await.unwrap();
    assert_eq!(*result(drive.engine()), PreflightResult::NoAnswer);
    let cut = finding(drive.engine()).unwrap();
    assert_eq!(cut.rule, "preflight-unreachable");
    assert!(cut.headline.as_str().contains("cut"), "{cut:?}");
    // Its server has ended with that, so now nobody listens.
    preflight(&mut drive).await;
    let refused = finding(drive.engine()).unwrap();
    assert!(
        refused.headline.as_str().contains("Nobody listens"),
        "{refused:?}"
    );
}

#[test]
fn an_error_page_that_is_pasted_is_told_from_an_answer() {
    let told = |text: &str| {
        let mut engine = engine_at(Point::Waiting);
        engine.command(at(5), Command::PasteAnswer(Secret::new(text)));
        assert_eq!(engine.run().phase, RunPhase::Waiting, "{text}");
        assert!(engine.run().hits.is_empty(), "{text}");
        let found = engine.findings(at(6), Step::Consent);
        found.first().map(|finding| finding.rule)
    };
    for unknown in [
        "https://connect.visma.com/error?errorId=CfDJ8NnP0xR6",
        "CfDJ8NnP0xR6",
        "Sorry, there was an error",
    ] {
        assert_eq!(told(unknown), Some("error-page-unknown"), "{unknown}");
    }
    assert_eq!(
        told(
            "Sorry, there was an error : unauthorized_client\nUnknown client or client not enabled"
        ),
        Some("error-page-unauthorized-client")
    );

    let mut engine = engine_at(Point::Waiting);
    let call = stage::sent(&engine.command(at(1), Command::Preflight));
    stage::answer(&mut engine, 2, call, 400, "unauthorized_client");
    engine.command(
        at(5),
        Command::PasteAnswer(Secret::new("Invalid redirect_uri")),
    );
    engine.event(at(301), Event::Ticked);
    let found = engine.findings(at(302), Step::Consent);
    assert_eq!(found[0].rule, "error-page-invalid-redirect-uri");
    let errors = found
        .iter()
        .filter(|found| found.severity == Severity::Error);
    assert_eq!(errors.count(), 1, "{found:?}");
    stage::accept(&mut engine, 303);
    assert!(
        engine.findings(at(304), Step::Consent).is_empty(),
        "an answer came after all"
    );
}

#[test]
fn an_answer_in_the_browser_says_more_than_preflight() {
    let mut engine = engine_at(Point::Waiting);
    let call = stage::sent(&engine.command(at(1), Command::Preflight));
    stage::answer(&mut engine, 2, call, 400, "unauthorized_client");
    let leading = |engine: &Engine, seconds| {
        let found = engine.findings(at(seconds), Step::Consent);
        found.first().map(|finding| finding.rule)
    };
    assert_eq!(leading(&engine, 3), Some("preflight-error-page"));
    engine.event(at(301), Event::Ticked);
    assert_eq!(
        leading(&engine, 301),
        Some("preflight-error-page"),
        "not the time-out"
    );
    stage::accept(&mut engine, 302);
    assert_eq!(leading(&engine, 303), None);
}
