//! Effects carried out for real: the whole flow over loopback sockets, browser, environment, cancelling.

use crate::stage;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::{Command, Consent, Effect, Event};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::fault::Fault;
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::oauth::callback::{Arrival, Verdict};
use dineroscope::core::profile::{Profile, ProxyChoice, ResponseMode, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::Client;
use dineroscope::core::wire::redact::Mask;
use dineroscope::core::wire::{
    Body, CallId, FailureKind, Headers, Outcome, Purpose, Record, Request,
};
use dineroscope::edge::certificate::Certificates;
use dineroscope::edge::desktop::Browser;
use dineroscope::edge::runtime::{Options, Runtime};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

/// An engine with the world around it.
pub(crate) struct World {
    pub(crate) engine: Engine,
    runtime: Runtime,
    events: UnboundedReceiver<Event>,
}

impl World {
    /// On the sandbox, with these faults, once its link is ready.
    pub(crate) async fn sandbox(profile: Profile, faults: &[Fault]) -> Self {
        let engine = Engine::new(Setup {
            seed: [7; 32],
            faults: faults.to_vec(),
            consent_timeout: SignedDuration::from_mins(5),
            marks: None,
        });
        let options = Options::new(engine.mask().clone());
        let mut world = Self::of(engine, options);
        world.command(Command::UseProfile(Box::new(profile)));
        world
            .until(|engine| engine.run().phase == RunPhase::Ready)
            .await;
        world
    }

    /// An engine in a world of its own.
    pub(crate) fn of(engine: Engine, options: Options) -> Self {
        let (runtime, events) = Runtime::new(options);
        Self {
            engine,
            runtime,
            events,
        }
    }

    /// Hands a command to the engine, and does what it asks for.
    pub(crate) fn command(&mut self, command: Command) {
        let effects = self.engine.command(Timestamp::now(), command);
        self.runtime.perform_all(effects);
    }

    /// The next thing that happens; the engine has taken it then.
    pub(crate) async fn next(&mut self) -> Event {
        let event = tokio::time::timeout(Duration::from_secs(20), self.events.recv()).await;
        let event = event.unwrap().unwrap();
        let effects = self.engine.event(Timestamp::now(), event.clone());
        self.runtime.perform_all(effects);
        event
    }

    /// Steps the engine by what happens until it has come so far.
    pub(crate) async fn until(&mut self, reached: impl Fn(&Engine) -> bool) {
        while !reached(&self.engine) {
            let event = tokio::time::timeout(Duration::from_secs(20), self.events.recv()).await;
            let event = event
                .unwrap_or_else(|_| panic!("stuck: {:?}", self.engine.run()))
                .unwrap();
            let effects = self.engine.event(Timestamp::now(), event);
            self.runtime.perform_all(effects);
        }
    }

    /// Begins the run and answers in the user's place, until the walk has ended.
    pub(crate) async fn walk(&mut self, consent: Consent) {
        self.command(Command::Begin {
            open_browser: false,
        });
        self.until(|engine| engine.run().phase == RunPhase::Waiting)
            .await;
        self.command(Command::AnswerConsent(consent));
        self.until(|engine| !engine.is_visiting()).await;
    }

    /// The one hit of the run.
    fn hit(&self) -> (&Record, &Verdict) {
        let hits = &self.engine.run().hits;
        assert_eq!(hits.len(), 1);
        (self.engine.record(hits[0].call).unwrap(), &hits[0].verdict)
    }
}

fn sandbox_with(response_mode: ResponseMode) -> Profile {
    let mut profile = stage::sandbox();
    profile.authorize.response_mode = response_mode;
    profile
}

#[tokio::test]
async fn the_flow_runs_from_a_link_to_an_answer_of_the_api() {
    let mut world = World::sandbox(stage::sandbox(), &[]).await;
    world.walk(Consent::Accept).await;
    assert_eq!(world.engine.run().phase, RunPhase::Answered);
    let (hit, _) = world.hit();
    assert_eq!(hit.request.method, "POST");
    assert_eq!(
        hit.request.headers.get("sec-fetch-site"),
        Some("cross-site")
    );
    let origin = hit.request.headers.get("origin").unwrap();
    assert!(world.engine.run().link.starts_with(origin));
    assert!(
        origin.starts_with("http://127.0.0.1:"),
        "it is another site than the listener's"
    );
    world.command(Command::Exchange);
    world
        .until(|engine| engine.run().phase == RunPhase::Authorized)
        .await;
    world.command(Command::Send(Call::new("GET", "/v1.1/organizations")));
    world
        .until(|engine| engine.requests().viewing.is_some() && !engine.requests().is_busy())
        .await;
    assert!(!world.engine.requests().organizations.is_empty());
    let walked = world.engine.transcript().iter();
    let walked = walked.filter(|record| record.purpose == Purpose::InTheUsersPlace);
    assert!(
        walked.count() >= 3,
        "each page that was walked is in the transcript"
    );
}

#[tokio::test]
async fn an_answer_in_the_query_comes_as_a_get() {
    let mut world = World::sandbox(sandbox_with(ResponseMode::Query), &[]).await;
    world.walk(Consent::Accept).await;
    let (hit, verdict) = world.hit();
    assert_eq!(
        (hit.request.method.as_str(), verdict),
        ("GET", &Verdict::Captured)
    );
    assert_eq!(
        hit.request.headers.get("cookie"),
        None,
        "the sandbox's cookies stay there"
    );
}

#[tokio::test]
async fn an_answer_behind_the_hash_comes_by_the_relay_page() {
    let mut world = World::sandbox(sandbox_with(ResponseMode::Fragment), &[]).await;
    world.walk(Consent::Accept).await;
    assert_eq!(world.engine.run().phase, RunPhase::Answered);
    let verdicts: Vec<&Verdict> = world
        .engine
        .run()
        .hits
        .iter()
        .map(|hit| &hit.verdict)
        .collect();
    assert_eq!(verdicts, [&Verdict::RelayPage, &Verdict::Captured]);
    let (_, arrival, call) = world.engine.run().answer.as_ref().unwrap();
    assert_eq!(*arrival, Arrival::Fragment);
    let request = &world.engine.record(*call).unwrap().request;
    assert_eq!(request.method, "POST");
    let shown = world.engine.mask().request_lines(request);
    let shown: Vec<&str> = shown
        .iter()
        .map(dineroscope::core::wire::visible::Visible::as_str)
        .collect();
    let shown = shown.join("\n");
    assert!(shown.contains("code=••••#"), "{shown}");
    world.command(Command::Exchange);
    world
        .until(|engine| engine.run().phase == RunPhase::Authorized)
        .await;
}

#[tokio::test]
async fn an_answer_is_brought_over_tls_in_the_users_place_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut profile = stage::sandbox();
    profile.redirect_uri = "https://localhost:0/callback".to_owned();
    let mut world = World::sandbox(profile, &[]).await;
    let (runtime, events) = Runtime::new(Options {
        certificates: Certificates::in_folder(folder.path()),
        ..Options::new(world.engine.mask().clone())
    });
    // The sandbox runs on in the first one.
    let _first = std::mem::replace(&mut world.runtime, runtime);
    world.events = events;
    world.walk(Consent::Accept).await;
    assert_eq!(world.engine.run().phase, RunPhase::Answered);
    let (hit, _) = world.hit();
    assert!(
        hit.request.url.starts_with("https://localhost:"),
        "{:?}",
        hit.request
    );
}

#[tokio::test]
async fn a_denial_is_delivered_as_one() {
    for response_mode in ResponseMode::ALL {
        let mut world = World::sandbox(sandbox_with(response_mode), &[]).await;
        world.walk(Consent::Deny).await;
        assert_eq!(world.engine.run().phase, RunPhase::Refused);
        let (answer, ..) = world.engine.run().answer.as_ref().unwrap();
        assert_eq!(answer.error.as_deref(), Some("access_denied"));
    }
}

#[tokio::test]
async fn a_page_that_brings_nothing_back_ends_the_walk_with_its_words() {
    let mut world = World::sandbox(stage::sandbox(), &[Fault::RedirectMismatch]).await;
    world.walk(Consent::Accept).await;
    assert_eq!(world.engine.run().phase, RunPhase::Waiting);
    let trouble = world.engine.consent_trouble().unwrap();
    assert!(
        trouble.starts_with("the sandbox showed another page"),
        "{trouble}"
    );
    assert!(world.engine.run().hits.is_empty());
}

#[tokio::test]
async fn an_answer_that_the_listener_refuses_ends_the_walk() {
    let mut world = World::sandbox(stage::sandbox(), &[Fault::WrongState]).await;
    world.walk(Consent::Accept).await;
    assert_eq!(world.hit().1, &Verdict::StateMismatch);
    let trouble = world.engine.consent_trouble().unwrap();
    assert!(
        trouble.contains("did not take the answer (400)"),
        "{trouble}"
    );
}

fn bare() -> (Runtime, UnboundedReceiver<Event>) {
    Runtime::new(Options::new(Mask::new([7; 32])))
}

#[tokio::test]
async fn only_a_sandbox_on_this_machine_is_answered() {
    let elsewhere =
        "https://connect.visma.com/connect/authorize?redirect_uri=http%3A%2F%2Flocalhost%3A1%2F";
    let led_away =
        "http://127.0.0.1:1/connect/authorize?redirect_uri=https%3A%2F%2Fexample.test%2F";
    for link in [elsewhere, led_away, "no link"] {
        let (mut runtime, mut events) = bare();
        runtime.perform(Effect::VisitConsent {
            run: 1,
            link: link.to_owned(),
            consent: Consent::Accept,
        });
        // The first event is the last: nothing was visited.
        assert!(
            matches!(
                events.recv().await,
                Some(Event::ConsentFailed { run: 1, .. })
            ),
            "{link}"
        );
    }
}

#[tokio::test]
async fn the_sandbox_is_started_once() {
    let (mut runtime, mut events) = bare();
    let start = |client_id: &str| Effect::StartSandbox {
        run: 1,
        faults: Vec::new(),
        client_id: client_id.to_owned(),
        client_secret: Secret::new("s"),
        redirect_uri: "http://localhost:0/callback".to_owned(),
    };
    let mut origins = Vec::new();
    for client_id in ["one", "one", "other"] {
        runtime.perform(start(client_id));
        match events.recv().await {
            Some(Event::SandboxStarted { run: 1, origin }) => origins.push(origin),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(origins[0], origins[1]);
    assert_ne!(origins[1], origins[2], "another client has another sandbox");
}

/// A server that has taken a request and answers it when it is let.
async fn held(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut heard = [0; 1024];
    assert!(stream.read(&mut heard).await.unwrap() > 0);
    stream
}

fn sending(listener: &TcpListener, call: CallId, purpose: Purpose) -> Effect {
    Effect::Send {
        call,
        purpose,
        request: Request {
            method: "POST".to_owned(),
            url: format!("http://{}/", listener.local_addr().unwrap()),
            headers: Headers::default(),
            body: Body::default(),
        },
        proxy: ProxyChoice::System,
        body_limit: 1024,
    }
}

async fn answered(events: &mut UnboundedReceiver<Event>) -> Record {
    match events.recv().await {
        Some(Event::Answered(record)) => *record,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_call_is_cancelled_and_an_exchange_is_not() {
    let (mut runtime, mut events) = bare();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    runtime.perform(sending(&listener, CallId(1), Purpose::Api));
    let mut call = held(&listener).await;
    runtime.perform(Effect::Cancel(CallId(1)));
    let record = answered(&mut events).await;
    assert_eq!(record.call, CallId(1));
    match record.outcome {
        Outcome::Failed(failure) => assert_eq!(failure.kind, FailureKind::Cancelled),
        other => panic!("{other:?}"),
    }
    assert!(record.request.headers.get("host").is_some());
    assert_eq!(
        call.read(&mut [0; 8]).await.unwrap(),
        0,
        "the connection is closed"
    );

    runtime.perform(sending(&listener, CallId(2), Purpose::Exchange));
    let mut exchange = held(&listener).await;
    runtime.perform(Effect::Cancel(CallId(2)));
    exchange
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    let record = answered(&mut events).await;
    assert_eq!(
        record.outcome.response().map(|response| response.status),
        Some(200)
    );
}

#[tokio::test]
async fn a_listener_that_was_closed_before_it_was_bound_holds_nothing() {
    let (mut runtime, mut events) = bare();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect_uri = format!(
        "http://localhost:{}/callback",
        free.local_addr().unwrap().port()
    );
    drop(free);
    let bind = |run| Effect::Bind {
        listen: dineroscope::core::profile::listen::Listen::default(),
        run,
        redirect_uri: redirect_uri.clone(),
    };
    runtime.perform_all([bind(1), Effect::CloseListener { run: 1 }, bind(2)]);
    match events.recv().await {
        Some(Event::ListenerBound { run, .. }) => assert_eq!(run, 2),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_secret_is_read_from_the_environment() {
    let (mut runtime, mut events) = bare();
    let client = Client {
        token_url: "https://connect.visma.com/connect/token".to_owned(),
        client_id: "isv_acme".to_owned(),
    };
    let variable = |name: &str| SecretReference::Environment(name.to_owned());
    runtime.perform(Effect::ReadSecret {
        client: client.clone(),
        reference: variable("PATH"),
    });
    let path = std::env::var("PATH").unwrap();
    assert_eq!(
        events.recv().await,
        Some(Event::SecretRead {
            client: client.clone(),
            reference: variable("PATH"),
            secret: Ok(Secret::new(path))
        })
    );
    runtime.perform(Effect::ReadSecret {
        client,
        reference: variable("DINEROSCOPE_NOT_SET"),
    });
    match events.recv().await {
        Some(Event::SecretRead {
            secret: Err(reason),
            ..
        }) => assert!(
            reason.contains("`DINEROSCOPE_NOT_SET` is not set"),
            "{reason}"
        ),
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_browser_is_given_the_link_whole_and_its_failure_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("browser");
    let seen = folder.path().join("seen");
    let script = format!("printf '%s|' \"$@\" > '{}'\n", seen.display());
    std::fs::write(&program, script).unwrap();
    let program = program.display().to_string();
    let link = "http://127.0.0.1:1/connect/authorize?a=1&b=$(id)&c='x';d";
    let cases = [
        (
            vec!["sh".to_owned(), program, "--new".to_owned()],
            link,
            true,
        ),
        (vec!["false".to_owned()], link, false),
        (vec!["/does/not/exist".to_owned()], link, false),
        (vec!["true".to_owned()], "file:///etc/passwd", false),
    ];
    for (command, link, opens) in cases {
        let mut options = Options::new(Mask::new([7; 32]));
        options.browser = Browser::Command(command.clone());
        let (mut runtime, mut events) = Runtime::new(options);
        runtime.perform(Effect::OpenBrowser {
            run: 1,
            link: link.to_owned(),
        });
        match events.recv().await {
            Some(Event::BrowserOpened { run: 1 }) => assert!(opens, "{command:?}"),
            Some(Event::BrowserFailed { run: 1, .. }) => assert!(!opens, "{command:?}"),
            other => panic!("{other:?}"),
        }
    }
    let given = std::fs::read_to_string(seen).unwrap();
    assert_eq!(given, format!("--new|{}|", link.replace('\'', "%27")));
}
