//! What a token endpoint, or what stands before it, does with a refresh: what came of it, what is kept
//! afterwards, and whether the mark stays.

use super::{Place, order, renewed};
use dineroscope::core::oauth::grant::{NotJson, TokenTrouble};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::KeptGrant;
use dineroscope::edge::http::{Door, Limits};
use dineroscope::edge::refresh::refresh;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Reads a token request to its end: the form stands behind the head, and ends with the client's secret.
pub(super) async fn hear(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.parse::<usize>().unwrap())
        });
        if let (Some(length), Some((_, body))) = (length, text.split_once("\r\n\r\n"))
            && body.len() >= length
        {
            return text;
        }
        assert_ne!(stream.read_buf(&mut heard).await.unwrap(), 0, "{text}");
    }
}

/// An answer of the token endpoint with that status line and body.
pub(super) fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nLocation: /login\r\n\r\n{body}")
}

/// New tokens.
pub(super) const TOKENS: &str =
    r#"{"access_token":"new access","token_type":"Bearer","refresh_token":"new refresh"}"#;

/// A server that hears one request, says this, and closes the connection.
pub(super) async fn says(text: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await;
        stream.write_all(text.as_bytes()).await.unwrap();
    });
    address
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

#[tokio::test]
async fn new_tokens_take_the_place_of_the_old_ones() {
    let place = Place::at(says(answer("200 OK", TOKENS)).await);
    let (record, outcome) = place.refresh().await;
    let sent = record.unwrap().request.body.to_text().into_owned();
    assert!(sent.contains("refresh_token=old+refresh"), "{sent}");
    let grant = renewed(outcome);
    assert_eq!(grant.access_token, Secret::new("new access"));
    assert_eq!(grant.refresh_token, Some(Secret::new("new refresh")));
    assert_eq!(place.loaded(), (grant, None));
    assert!(!place.is_marked());
}

#[tokio::test]
async fn a_server_that_does_not_rotate_leaves_the_refresh_token_as_it_is() {
    let body = r#"{"access_token":"new access","token_type":"Bearer"}"#;
    let place = Place::at(says(answer("200 OK", body)).await);
    let grant = renewed(place.refresh().await.1);
    assert_eq!(grant.refresh_token, place.kept.grant.refresh_token);
    assert_eq!(place.loaded(), (grant, None));
}

#[tokio::test]
async fn a_refusal_leaves_the_token_as_it_was() {
    let error = |status, error: &str| TokenTrouble::Error {
        status,
        error: error.to_owned(),
        description: None,
    };
    for (status, body, expected) in [
        (
            "400 Bad Request",
            r#"{"error":"invalid_grant"}"#,
            error(400, "invalid_grant"),
        ),
        (
            "401 Unauthorized",
            r#"{"error":"invalid_client"}"#,
            error(401, "invalid_client"),
        ),
        (
            "403 Forbidden",
            "<html>",
            TokenTrouble::Status { status: 403 },
        ),
        (
            "429 Too Many Requests",
            "",
            TokenTrouble::ServerError {
                status: 429,
                retry_after: None,
            },
        ),
        (
            "302 Found",
            "",
            TokenTrouble::Redirected {
                location: "/login".to_owned(),
            },
        ),
    ] {
        let place = Place::at(says(answer(status, body)).await);
        let (_, outcome) = place.refresh().await;
        assert_eq!(outcome, RefreshOutcome::Refused(expected));
        assert_eq!(place.loaded(), (place.kept.grant.clone(), None), "{status}");
        assert!(!place.is_marked(), "{status}");
    }
}

#[tokio::test]
async fn who_is_not_reached_was_sent_nothing() {
    let place = Place::at(nobody().await);
    let (record, outcome) = place.refresh().await;
    assert!(record.is_some());
    assert_eq!(outcome, RefreshOutcome::Refused(TokenTrouble::NoAnswer));
    assert_eq!(place.loaded(), (place.kept.grant.clone(), None));
}

#[tokio::test]
async fn an_answer_that_says_nothing_leaves_it_open() {
    let server_error = |status| TokenTrouble::ServerError {
        status,
        retry_after: None,
    };
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_token\":\"new";
    for (text, expected) in [
        (String::new(), TokenTrouble::NoAnswer),
        (answer("500 Oh", ""), server_error(500)),
        (answer("502 Oh", "<html>"), server_error(502)),
        (
            answer("200 OK", "<html>"),
            TokenTrouble::NotJson(NotJson::Html),
        ),
        (half.to_owned(), TokenTrouble::NotJson(NotJson::CutOff)),
    ] {
        let place = Place::at(says(text).await);
        let (record, outcome) = place.refresh().await;
        assert_eq!(outcome, RefreshOutcome::Unknown(expected.clone()));
        let (grant, in_the_dark) = place.loaded();
        assert_eq!(grant, place.kept.grant);
        let since = in_the_dark.unwrap_or_else(|| panic!("no mark: {expected:?}"));
        assert!(
            since <= record.unwrap().at,
            "it is marked before it is sent"
        );
        let (record, outcome) = place.refresh().await;
        assert_eq!(record, None);
        assert_eq!(outcome, RefreshOutcome::Unsettled { since });
    }
}

#[tokio::test]
async fn silence_leaves_it_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = Place::at(listener.local_addr().unwrap());
    let door = Door::new(Limits {
        answer: Duration::from_millis(300),
        ..Limits::default()
    });
    let (_, outcome) = refresh(&door, &place.vault, order(&place.kept), |_| {}).await;
    assert_eq!(outcome, RefreshOutcome::Unknown(TokenTrouble::NoAnswer));
    assert!(place.loaded().1.is_some());
}

#[tokio::test]
async fn what_was_open_stays_open_until_an_answer_settles_it() {
    let open = || async {
        let place = Place::at(says(String::new()).await);
        place.refresh().await;
        let since = place.loaded().1.unwrap();
        (place, since)
    };
    // The place's server answers once; what comes then is judged from here.
    let (place, since) = open().await;
    let (record, outcome) = place.refresh_anyway().await;
    assert!(record.is_some());
    assert_eq!(outcome, RefreshOutcome::Refused(TokenTrouble::NoAnswer));
    assert_eq!(place.loaded().1, Some(since), "the first is still open");

    for (status, body, settles) in [
        ("401 No", r#"{"error":"invalid_client"}"#, false),
        ("500 Oh", "", false),
        ("400 No", r#"{"error":"invalid_grant"}"#, true),
        ("200 OK", TOKENS, true),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let place = Place::at(listener.local_addr().unwrap());
        let text = answer(status, body);
        let serving = tokio::spawn(async move {
            for text in ["", text.as_str()] {
                let (mut stream, _) = listener.accept().await.unwrap();
                hear(&mut stream).await;
                stream.write_all(text.as_bytes()).await.unwrap();
            }
        });
        place.refresh().await;
        assert!(place.loaded().1.is_some());
        place.refresh_anyway().await;
        serving.await.unwrap();
        assert_eq!(place.loaded().1.is_none(), settles, "{status} {body}");
    }
}

#[tokio::test]
async fn a_mark_that_cannot_be_read_is_a_mark() {
    for text in ["", "{", r#"{"v":2}"#] {
        let place = Place::at(nobody().await);
        let folder = place.vault.folder(&place.kept.client).unwrap();
        let mark = folder.join(format!("{}.in-flight", place.kept.id.as_str()));
        std::fs::write(&mark, text).unwrap();
        let (record, outcome) = place.refresh().await;
        assert_eq!(record, None);
        assert!(
            matches!(outcome, RefreshOutcome::Unsettled { .. }),
            "{text}: {outcome:?}"
        );
        let (record, _) = place.refresh_anyway().await;
        assert!(record.is_some());
        assert!(
            place.is_marked(),
            "nobody was reached: it is as open as before"
        );
    }
}

#[tokio::test]
async fn what_another_left_open_is_not_taken_for_new() {
    let place = Place::at(says(String::new()).await);
    place.refresh().await;
    let since = place.loaded().1.unwrap();
    // Tokens that came in this process and could not be kept.
    let mut ahead = place.kept.clone();
    ahead.grant.access_token = Secret::new("only here");
    let (record, outcome) = refresh(&Door::default(), &place.vault, order(&ahead), |_| {}).await;
    assert_eq!(record, None);
    assert_eq!(outcome, RefreshOutcome::Unsettled { since });
    // Once they are kept, the mark is about something that is no longer there.
    place.vault.keep(&ahead).unwrap();
    assert_eq!(place.loaded(), (ahead.grant, None));
}

#[tokio::test]
async fn what_another_keeps_or_forgets_meanwhile_is_not_sent() {
    let place = Place::at(nobody().await);
    let mut newer = place.kept.clone();
    newer.grant.access_token = Secret::new("another's");
    place.vault.keep(&newer).unwrap();
    let (record, outcome) = place.refresh().await;
    assert_eq!(record, None);
    let by_another = RefreshOutcome::ByAnother(Box::new(newer.grant.clone()));
    assert_eq!(outcome, by_another);

    let KeptGrant {
        client, id, keep, ..
    } = &newer;
    place.vault.forget(client, id, *keep).unwrap();
    assert_eq!(place.refresh().await, (None, RefreshOutcome::Gone));
    assert_eq!(place.now(), None);
}
