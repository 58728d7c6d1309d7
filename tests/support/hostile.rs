//! A provider that lies: its tokens, keys and metadata are what a test says they are.
//!
//! Not the sandbox, which behaves; here each test writes what comes, and the real program meets it over
//! sockets.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// What it was asked, one line a request: the path, then the body.
type Asked = Arc<Mutex<Vec<String>>>;

/// What it answers, by path: one answer a request, the last for ever; and how many were given.
type Script = Arc<Mutex<Vec<Lines>>>;

/// The answers of a path.
struct Lines {
    path: String,
    answers: Vec<(u16, String)>,
    given: usize,
}

/// A provider on loopback.
pub(crate) struct Hostile {
    /// Where it is.
    pub(crate) origin: String,
    asked: Asked,
    script: Script,
}

impl Hostile {
    /// One that answers 404 to everything.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (asked, script) = (Asked::default(), Script::default());
        let (log, lines) = (asked.clone(), script.clone());
        let answering = move |request: axum::http::Request<axum::body::Body>| {
            let (log, lines) = (log.clone(), lines.clone());
            async move { answer(&log, &lines, request).await }
        };
        let router = Router::new().fallback(any(answering));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            origin,
            asked,
            script,
        }
    }

    /// Whether a path has an answer.
    pub(crate) fn answers(&self, path: &str) -> bool {
        let script = self.script.lock().unwrap();
        script.iter().any(|lines| lines.path == path)
    }

    /// A path is answered with this, after what it was told before.
    pub(crate) fn says(&self, path: &str, body: impl Into<String>) {
        let mut script = self.script.lock().unwrap();
        let answer = (200, body.into());
        match script.iter_mut().find(|lines| lines.path == path) {
            Some(lines) => lines.answers.push(answer),
            None => script.push(Lines {
                path: path.to_owned(),
                answers: vec![answer],
                given: 0,
            }),
        }
    }

    /// Its keys from now on.
    pub(crate) fn publishes(&self, keys: &[Value]) {
        self.says("/keys", json!({"keys": keys}).to_string());
    }

    /// The tokens that come with this id_token, and a refresh token.
    pub(crate) fn gives(&self, id_token: &str) {
        let body = json!({
            "access_token": ACCESS_TOKEN, "token_type": "Bearer", "expires_in": 3600,
            "refresh_token": "the-refresh-token", "id_token": id_token,
        });
        self.says("/token", body.to_string());
    }

    /// How often a path was asked for.
    pub(crate) fn count(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|line| line.split(' ').next() == Some(path))
            .count()
    }

    /// The last request for a path: its Authorization and its body.
    pub(crate) fn last(&self, path: &str) -> String {
        let asked = self.asked.lock().unwrap();
        let line = asked.iter().rev().find(|line| line.starts_with(path));
        line.cloned().unwrap_or_default()
    }
}

/// What every exchange brings.
pub(crate) const ACCESS_TOKEN: &str = "an-opaque-access-token-of-the-hostile-provider";

/// Answers as the script says.
async fn answer(
    asked: &Asked,
    script: &Script,
    request: axum::http::Request<axum::body::Body>,
) -> Response {
    let path = request.uri().path().to_owned();
    let header_of = |headers: &HeaderMap| {
        let value = headers.get(header::AUTHORIZATION)?;
        Some(value.to_str().ok()?.to_owned())
    };
    let authorization = header_of(request.headers()).unwrap_or_default();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20)
        .await
        .unwrap();
    let line = format!("{path} {authorization} {}", String::from_utf8_lossy(&body));
    asked.lock().unwrap().push(line);
    let mut script = script.lock().unwrap();
    let Some(lines) = script.iter_mut().find(|lines| lines.path == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let place = lines.given.min(lines.answers.len() - 1);
    lines.given += 1;
    let (status, body) = lines.answers[place].clone();
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::from_u16(status).unwrap(), headers, body).into_response()
}
