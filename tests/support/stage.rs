//! An engine brought to any point of the flow by commands and events alone, with a fixed clock and seed.

use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::message::requests::{RequestEffect, RequestEvent};
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind};
use dineroscope::core::profile::listen::Listen;
use dineroscope::core::profile::{
    Api, Authorize, ClientAuthentication, Exchange, KeepTokens, Network, Origin, Preset, Profile,
    ProxyChoice, ResponseMode, ResponseType, SecretReference,
};
use dineroscope::core::secret::Secret;
use dineroscope::core::wire::{
    Body, CallId, Direction, Headers, Outcome, Purpose, Record, Request, Response, Timing,
};
use jiff::{SignedDuration, Timestamp};

/// 2026-11-23 12:00:58 in Copenhagen.
pub(crate) const START: i64 = 1_795_431_658;

/// A moment, in seconds after the start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(START + seconds).unwrap()
}

/// A profile of Visma Connect, complete.
pub(crate) fn visma() -> Profile {
    Profile {
        name: "acme-dev".to_owned(),
        title: None,
        origin: Origin::Memory,
        provider: Preset::VismaConnect.provider(),
        client_id: "isv_acme_dev".to_owned(),
        client_secret: SecretReference::Plain(Secret::new(
            "Vq8-not-a-real-secret-2Zr5-acme-dev-0001",
        )),
        redirect_uri: "http://localhost:8765/callback".to_owned(),
        scopes: [
            "dineropublicapi:read",
            "dineropublicapi:write",
            "offline_access",
        ]
        .map(str::to_owned)
        .to_vec(),
        scope_sets: Vec::new(),
        keep_tokens: Some(KeepTokens::Memory),
        authorize: Authorize {
            response_type: ResponseType::Code,
            response_mode: ResponseMode::FormPost,
            pkce: true,
            ui_locales: Some("da-DK".to_owned()),
            extra: Vec::new(),
        },
        exchange: Exchange {
            id_token_signed_response_alg: None,
            client_authentication: ClientAuthentication::Post,
            extra: Vec::new(),
        },
        listen: Listen::default(),
        network: Network {
            proxy: ProxyChoice::None,
        },
        api: Api {
            base_url: "https://api.dinero.dk".to_owned(),
            organization_id: None,
            test_organizations: Vec::new(),
        },
        variables: Vec::new(),
    }
}

/// The profile of the embedded sandbox.
pub(crate) fn sandbox() -> Profile {
    Profile {
        name: "sandbox".to_owned(),
        origin: Origin::BuiltIn,
        provider: Preset::Sandbox.provider(),
        client_id: "isv_dineroscope_sandbox".to_owned(),
        redirect_uri: "http://localhost:0/callback".to_owned(),
        api: Api {
            base_url: String::new(),
            organization_id: None,
            test_organizations: Vec::new(),
        },
        ..visma()
    }
}

/// Every point of the flow that a screen can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// No profile.
    Blank,
    /// The embedded sandbox does not listen yet.
    SandboxStarting,
    /// A placeholder is left in the client id.
    Placeholder,
    /// The link is there.
    Ready,
    /// The listener is being bound.
    Binding,
    /// Waiting for the browser.
    Waiting,
    /// An answer of another run came, the run waits on.
    WrongState,
    /// Nothing came in time.
    TimedOut,
    /// The port is taken.
    ListenFailed,
    /// The user stopped waiting.
    Stopped,
    /// A code came.
    Answered,
    /// The user pressed cancel.
    Refused,
    /// A code came, and the secret is to be typed.
    NeedsSecret,
    /// The token request is under way.
    Exchanging,
    /// The token endpoint said no.
    ExchangeFailed,
    /// Tokens came.
    Authorized,
    /// A call is under way.
    Sending,
    /// The organizations were listed.
    Listed,
    /// The API said no.
    ApiRefused,
}

impl Point {
    /// Every point.
    pub(crate) const ALL: [Self; 19] = [
        Self::Blank,
        Self::SandboxStarting,
        Self::Placeholder,
        Self::Ready,
        Self::Binding,
        Self::Waiting,
        Self::WrongState,
        Self::TimedOut,
        Self::ListenFailed,
        Self::Stopped,
        Self::Answered,
        Self::Refused,
        Self::NeedsSecret,
        Self::Exchanging,
        Self::ExchangeFailed,
        Self::Authorized,
        Self::Sending,
        Self::Listed,
        Self::ApiRefused,
    ];
}

/// An engine at that point, with the Visma profile (the sandbox's where the point is its own).
pub(crate) fn engine_at(point: Point) -> Engine {
    let profile = match point {
        Point::SandboxStarting => sandbox(),
        Point::Placeholder => Profile {
            client_id: "isv_<your-client-id>".to_owned(),
            ..visma()
        },
        Point::NeedsSecret => Profile {
            client_secret: SecretReference::Prompt,
            ..visma()
        },
        _ => visma(),
    };
    let mut engine = blank();
    if point != Point::Blank {
        bring(&mut engine, profile, point);
    }
    engine
}

/// An engine that has not begun.
pub(crate) fn blank() -> Engine {
    Engine::new(Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    })
}

/// Brings a blank engine to a point with this profile.
pub(crate) fn bring(engine: &mut Engine, profile: Profile, point: Point) {
    engine.command(at(0), Command::UseProfile(Box::new(profile)));
    let early = [Point::SandboxStarting, Point::Placeholder, Point::Ready];
    if early.contains(&point) {
        return;
    }
    engine.command(at(0), Command::Begin { open_browser: true });
    match point {
        Point::Binding => return,
        Point::ListenFailed => {
            let failure = BindFailure {
                kind: BindFailureKind::InUse,
                address: "127.0.0.1:8765".to_owned(),
                detail: "Address already in use (os error 98)".to_owned(),
                holder: None,
            };
            engine.event(
                at(0),
                Event::ListenerFailed {
                    run: engine.run().number,
                    failure,
                },
            );
            return;
        }
        _ => {}
    }
    bind(engine);
    let run = engine.run().number;
    engine.event(at(1), Event::BrowserOpened { run });
    match point {
        Point::Waiting => return,
        Point::TimedOut => {
            engine.event(at(301), Event::Ticked);
            return;
        }
        Point::Stopped => {
            engine.command(at(20), Command::StopWaiting);
            return;
        }
        Point::WrongState => {
            post(
                engine,
                11,
                &format!("code={CODE}&state=k2Vd0pHqT8sLbYcR4mXzWn"),
            );
            return;
        }
        Point::Refused => {
            let state = engine.run().fresh.state.clone();
            post(engine, 22, &format!("error=access_denied&state={state}"));
            return;
        }
        _ => {}
    }
    accept(engine, 22);
    if matches!(point, Point::Answered | Point::NeedsSecret) {
        return;
    }
    let call = exchange(engine, 62);
    match point {
        Point::Exchanging => return,
        Point::ExchangeFailed => {
            answer(engine, 62, call, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        _ => answer(engine, 62, call, 200, &tokens()),
    }
    if point == Point::Authorized {
        return;
    }
    let call = list_organizations(engine, 100);
    match point {
        Point::Listed => answer(engine, 100, call, 200, ORGANIZATIONS),
        Point::ApiRefused => answer(engine, 100, call, 429, "API calls quota exceeded\n"),
        _ => {}
    }
}

/// A code as Visma's look.
pub(crate) const CODE: &str = "5F0A9C1D2E3B4A5968778695A4B3C2D1E0F1020304050607AABBCCDDEEFF0011";

/// Two companies.
pub(crate) const ORGANIZATIONS: &str = r#"[{"Id":316204,"Name":"Blåbærhuset ApS","RoleKey":"Admin","Subscription":{"HasPro":true}},
{"Id":301556,"Name":"Åsted Maskinværksted ApS","RoleKey":"Reader","Subscription":{"HasPro":false}}]"#;

/// The listener of the current run is bound to the port that its redirect URI names.
pub(crate) fn bind(engine: &mut Engine) {
    let run = engine.run().number;
    let addresses = vec![
        "127.0.0.1:8765".parse().unwrap(),
        "[::1]:8765".parse().unwrap(),
    ];
    engine.event(
        at(0),
        Event::ListenerBound {
            run,
            addresses,
            without_ipv6: false,
            certificate: None,
        },
    );
}

/// A form is posted to the listener as a browser would; the engine's effects come back.
pub(crate) fn post(engine: &mut Engine, seconds: i64, form: &str) -> Vec<Effect> {
    let mut headers = Headers::default();
    headers.push("Host", "localhost:8765");
    headers.push("Origin", "https://connect.visma.com");
    headers.push("Content-Type", "application/x-www-form-urlencoded");
    headers.push("Content-Length", form.len().to_string());
    headers.push("Sec-Fetch-Site", "cross-site");
    let request = Request {
        method: "POST".to_owned(),
        url: "http://localhost:8765/callback".to_owned(),
        headers,
        body: Body::text(form),
    };
    hit(engine, seconds, request)
}

/// A request reaches the listener; the engine's effects come back.
pub(crate) fn hit(engine: &mut Engine, seconds: i64, request: Request) -> Vec<Effect> {
    let run = engine.run().number;
    let peer = "127.0.0.1:50123".parse().unwrap();
    let now = at(seconds)
        .checked_add(SignedDuration::from_millis(2))
        .unwrap();
    engine.event(
        now,
        Event::HitReceived {
            run,
            hit: 1,
            request,
            peer,
            at: at(seconds),
        },
    )
}

/// The user accepts.
pub(crate) fn accept(engine: &mut Engine, seconds: i64) {
    let state = engine.run().fresh.state.clone();
    let form = format!(
        "code={CODE}&scope=dineropublicapi%3Awrite+dineropublicapi%3Aread&state={state}\
         &session_state=Qm0xY2VrZXQ.4B1E&iss=https%3A%2F%2Fconnect.visma.com"
    );
    post(engine, seconds, &form);
}

/// The exchange is sent; its call comes back (a call that never was, when it could not be).
pub(crate) fn exchange(engine: &mut Engine, seconds: i64) -> CallId {
    sent(&engine.command(at(seconds), Command::Exchange))
}

/// The organizations are asked for.
pub(crate) fn list_organizations(engine: &mut Engine, seconds: i64) -> CallId {
    let call = Call::new("GET", "/v1.1/organizations");
    sent(&engine.command(at(seconds), Command::Send(call)))
}

/// The call of the one request among the effects.
pub(crate) fn sent(effects: &[Effect]) -> CallId {
    effects
        .iter()
        .find_map(|effect| match effect {
            Effect::Send { call, .. } => Some(*call),
            _ => None,
        })
        .unwrap_or(CallId(0))
}

/// A request is answered; a body is laid out as the edge would do it.
pub(crate) fn answer(engine: &mut Engine, seconds: i64, call: CallId, status: u16, body: &str) {
    let Some(record) = engine.record(call).cloned() else {
        return;
    };
    let mut headers = Headers::default();
    headers.push("Date", "Mon, 23 Nov 2026 11:02:00 GMT");
    headers.push(
        "Content-Type",
        if body.starts_with(['{', '[']) {
            "application/json"
        } else {
            "text/plain"
        },
    );
    headers.push("Content-Length", body.len().to_string());
    let response = Response {
        status,
        reason: match status {
            200 => "OK",
            400 => "Bad Request",
            _ => "Too Many Requests",
        }
        .to_owned(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::text(body),
        cut: None,
    };
    let ended = Record {
        outcome: Outcome::Response(response),
        timing: Timing {
            total: Some(SignedDuration::from_millis(118)),
            ..Timing::default()
        },
        ..record
    };
    let now = at(seconds)
        .checked_add(SignedDuration::from_millis(118))
        .unwrap();
    for effect in engine.event(now, Event::Answered(Box::new(ended))) {
        // Who fetches pages reads them by itself.
        if let Effect::Request(RequestEffect::ReadPage { call, body }) = effect
            && engine.requests().gathering.is_none()
        {
            let page = dineroscope::core::dinero::page::read(&body.0);
            engine.event(now, Event::Request(RequestEvent::PageRead(call, page)));
        }
    }
}

/// A token answer with a JWT of an hour, in which a name has Danish letters.
pub(crate) fn tokens() -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let issued = START + 62;
    let claims = format!(
        "{{\"iss\":\"https://connect.visma.com\",\"aud\":\"https://api.dinero.dk\",\
         \"scope\":[\"dineropublicapi:read\",\"dineropublicapi:write\",\"offline_access\"],\
         \"client_id\":\"isv_acme_dev\",\"sub\":\"8d0e41b7-52f0-4c43-9f0a-6f3f2f1ac2a9\",\
         \"name\":\"Søren Ærlig Åkær\",\"amr\":[\"pwdless\",\"face_fpt\"],\"nbf\":{issued},\"iat\":{issued},\
         \"exp\":{}}}",
        issued + 3600
    );
    let header = "{\"alg\":\"RS256\",\"typ\":\"at+JWT\",\"kid\":\"5B1CE0\"}".to_owned();
    let token = format!(
        "{}.{}.{}",
        part(header),
        part(claims),
        URL_SAFE_NO_PAD.encode([7; 256])
    );
    format!(
        "{{\"access_token\":\"{token}\",\"expires_in\":3600,\"token_type\":\"Bearer\",\
         \"refresh_token\":\"{}\",\
         \"scope\":\"dineropublicapi:write dineropublicapi:read offline_access\"}}",
        CODE.to_lowercase()
    )
}

/// Whether a record is a callback; used to count hits.
pub(crate) fn is_callback(record: &Record) -> bool {
    record.purpose == Purpose::Callback && record.direction == Direction::Incoming
}
