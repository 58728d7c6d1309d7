//! Userinfo, revocation and introspection over real sockets, whatever answers there: what becomes of each, what
//! was sent, and that no secret went anywhere else.

use crate::stage;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dineroscope::cli::drive::Drive;
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::oauth::endpoint::{Inquiry, Told};
use dineroscope::core::oauth::grant::{NotJson, TokenTrouble};
use dineroscope::core::profile::{ClientAuthentication, Endpoints, Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::wire::visible::Visible;
use dineroscope::core::wire::{FailureKind, Outcome};
use jiff::SignedDuration;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const REVOKE: Inquiry = Inquiry::revocation(TokenKind::Access);
const INTROSPECT: Inquiry = Inquiry::introspection(TokenKind::Access);
const SECRET: &str = "hemmelig/+ord:1";

/// A server that answers every request with this text (nothing: it stays silent), and what it heard.
async fn server(text: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                while !is_whole(&bytes) {
                    if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                log.lock().unwrap().push(String::from_utf8(bytes).unwrap());
                if text.is_empty() {
                    // Whoever hangs up ends it.
                    let _ = stream.read(&mut [0; 1]).await;
                }
                let _ = stream.write_all(text.as_bytes()).await;
            });
        }
    });
    (origin, heard)
}

/// Whether a request has come to its end.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

/// The access token: a JWT about that user.
fn access_token() -> String {
    let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"8d0e41b7","scope":"openid","exp":9999999999}"#);
    format!("eyJhbGciOiJSUzI1NiJ9.{claims}.c2ln")
}

/// An engine with a token, whose provider's endpoints are all at that origin.
fn drive(origin: &str, authentication: ClientAuthentication) -> Drive {
    let setup = Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(1),
        marks: None,
    };
    let mut drive = Drive::with(setup, |options| {
        options.http.answer = Duration::from_secs(2);
    });
    let mut profile: Profile = stage::visma();
    profile.provider.token_url = format!("{origin}/connect/token");
    profile.provider.endpoints = Endpoints::of_identity_server(origin);
    profile.client_secret = SecretReference::Plain(Secret::new(SECRET));
    profile.exchange.client_authentication = authentication;
    profile.exchange.extra = vec![("tenant_id".to_owned(), "only-for-tokens".to_owned())];
    drive.command(Command::UseProfile(Box::new(profile)));
    let token = Secret::new(access_token());
    drive.command(Command::ImportToken(TokenKind::Access, token));
    drive
}

/// Asks, and waits for the end of it.
async fn ask(drive: &mut Drive, inquiry: Inquiry) -> Result<Told, TokenTrouble> {
    drive.command(Command::Inquire(inquiry));
    assert_eq!(drive.engine().inquiring(), Some(inquiry));
    while drive.engine().inquiring().is_some() {
        let step = tokio::time::timeout(Duration::from_secs(20), drive.step()).await;
        assert!(step.is_ok(), "stuck");
    }
    let held = drive.engine().held().unwrap();
    held.inquired(inquiry).unwrap().told.clone()
}

/// What comes of all three where everything is answered with that.
async fn all(text: &'static str) -> [Result<Told, TokenTrouble>; 3] {
    let (origin, _) = server(text).await;
    let mut drive = drive(&origin, ClientAuthentication::Post);
    [
        ask(&mut drive, Inquiry::USERINFO).await,
        ask(&mut drive, REVOKE).await,
        ask(&mut drive, INTROSPECT).await,
    ]
}

fn rules(engine: &Engine) -> Vec<&'static str> {
    let found = engine.findings(
        jiff::Timestamp::now(),
        dineroscope::core::oauth::Step::Token,
    );
    found.iter().map(|finding| finding.rule).collect()
}

#[tokio::test]
async fn what_is_sent_is_what_the_standards_say_and_nothing_more() {
    let (origin, heard) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    for authentication in [ClientAuthentication::Post, ClientAuthentication::Basic] {
        let mut drive = drive(&origin, authentication);
        let _ = ask(&mut drive, Inquiry::USERINFO).await;
        let _ = ask(&mut drive, REVOKE).await;
        let _ = ask(&mut drive, INTROSPECT).await;
    }
    let heard = heard.lock().unwrap().clone();
    let token = access_token();
    for (text, line) in heard.iter().zip(
        [
            "GET /connect/userinfo HTTP/1.1",
            "POST /connect/revocation HTTP/1.1",
            "POST /connect/introspect HTTP/1.1",
        ]
        .iter()
        .cycle(),
    ) {
        assert!(text.starts_with(line), "{text}");
        assert!(!text.contains("tenant_id"), "{text}");
        let bearer = format!("Bearer {token}");
        assert_eq!(text.contains(&bearer), line.starts_with("GET"), "{text}");
    }
    assert_eq!(heard.len(), 6);
    for (post, basic) in [(&heard[1], &heard[4]), (&heard[2], &heard[5])] {
        let start = format!("token={token}&token_type_hint=access_token&client_id=isv_acme_dev");
        assert!(
            post.contains(&format!("{start}&client_secret=hemmelig%2F%2Bord%3A1")),
            "{post}"
        );
        assert!(
            basic.to_lowercase().contains("authorization: basic "),
            "{basic}"
        );
        assert!(
            !basic.contains("client_secret") && !basic.contains("hemmelig"),
            "{basic}"
        );
    }
    assert!(!heard[0].contains("hemmelig") && !heard[3].contains("hemmelig"));
}

#[tokio::test]
async fn refusals_and_odd_answers_are_told_apart() {
    let [userinfo, revocation, introspection] =
        all("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer error=\"invalid_token\"\r\nContent-Length: 0\r\n\r\n").await;
    for told in [userinfo, revocation, introspection] {
        let error = TokenTrouble::Error {
            status: 401,
            error: "invalid_token".to_owned(),
            description: None,
        };
        assert_eq!(told, Err(error));
    }
    for told in
        all("HTTP/1.1 405 Method Not Allowed\r\nAllow: PUT\r\nContent-Length: 0\r\n\r\n").await
    {
        assert_eq!(told, Err(TokenTrouble::Status { status: 405 }));
    }
    let html =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 16\r\n\r\n<html>hej</html>";
    for told in all(html).await {
        assert_eq!(told, Err(TokenTrouble::NotJson(NotJson::Html)));
    }
    let elsewhere = "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n";
    for told in all(elsewhere).await {
        let location = "/login".to_owned();
        assert_eq!(told, Err(TokenTrouble::Redirected { location }));
    }
    // The connection ends in the middle of what was announced.
    let cut = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"active\":true,\"sub\":\"8d";
    for told in all(cut).await {
        assert_eq!(told, Err(TokenTrouble::NotJson(NotJson::CutOff)));
    }
}

#[tokio::test]
async fn silence_ends_and_is_not_taken_for_a_yes() {
    for told in all("").await {
        assert_eq!(told, Err(TokenTrouble::NoAnswer));
    }
    let nobody = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let mut drive = drive(&nobody, ClientAuthentication::Post);
    assert_eq!(ask(&mut drive, REVOKE).await, Err(TokenTrouble::NoAnswer));
    assert_eq!(rules(drive.engine())[0], "endpoint-no-answer");
    assert!(drive.engine().grant().is_some());
}

#[tokio::test]
async fn what_hangs_can_be_cancelled() {
    let (origin, heard) = server("").await;
    for inquiry in [Inquiry::USERINFO, INTROSPECT, REVOKE] {
        let mut drive = drive(&origin, ClientAuthentication::Post);
        let before = heard.lock().unwrap().len();
        drive.command(Command::Inquire(inquiry));
        // Once it has been sent.
        while heard.lock().unwrap().len() == before {
            tokio::task::yield_now().await;
        }
        drive.command(Command::CancelSend);
        while drive.engine().inquiring().is_some() {
            drive.step().await;
        }
        let record = drive.engine().transcript().last().unwrap();
        let cancelled = matches!(
            &record.outcome,
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled
        );
        assert!(cancelled, "{inquiry:?} {record:?}");
    }
}

#[tokio::test]
async fn no_secret_is_seen_in_the_transcript_of_them() {
    let (origin, _) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let mut drive = drive(&origin, ClientAuthentication::Post);
    for inquiry in [Inquiry::USERINFO, REVOKE, INTROSPECT] {
        let _ = ask(&mut drive, inquiry).await;
    }
    let engine = drive.engine();
    assert_eq!(engine.transcript().len(), 3);
    let token = access_token();
    for record in engine.transcript() {
        let lines = engine.mask().request_lines(&record.request);
        let text: Vec<&str> = lines.iter().map(Visible::as_str).collect();
        let text = text.join("\n");
        assert!(text.contains("••••#"), "{text}");
        for secret in [token.as_str(), &token[..30], "hemmelig"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_found() {
    let other = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"sub\":\"c7b1d9f4\"}\n";
    let (origin, _) = server(other).await;
    let mut drive = drive(&origin, ClientAuthentication::Post);
    let told = ask(&mut drive, Inquiry::USERINFO).await;
    assert!(matches!(told, Ok(Told::Claims(_))), "{told:?}");
    assert_eq!(rules(drive.engine()), ["userinfo-sub-mismatch"]);
}
