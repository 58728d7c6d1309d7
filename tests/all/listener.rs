//! The callback listener on real sockets, driven through the runtime as the engine drives it.

use dineroscope::core::engine::message::{Effect, Event, HitRejection};
use dineroscope::core::oauth::callback::pages;
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind};
use dineroscope::core::profile::listen::Listen;
use dineroscope::core::wire::Request;
use dineroscope::core::wire::redact::Mask;
use dineroscope::edge::listener::{Limits, Names};
use dineroscope::edge::runtime::{Options, Runtime};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::UnboundedReceiver;

/// A runtime whose listener gives up early.
struct Stage {
    runtime: Runtime,
    events: UnboundedReceiver<Event>,
}

impl Stage {
    fn new(limits: Limits) -> Self {
        let options = Options {
            listener: limits,
            names: Names::Known(vec![("lan.test".to_owned(), [192, 0, 2, 1].into())]),
            ..Options::new(Mask::new([7; 32]))
        };
        let (runtime, events) = Runtime::new(options);
        Self { runtime, events }
    }

    async fn event(&mut self) -> Event {
        self.events.recv().await.unwrap()
    }

    async fn bind(&mut self, run: u64, redirect_uri: &str) -> Result<Vec<SocketAddr>, BindFailure> {
        self.runtime.perform(Effect::Bind {
            run,
            redirect_uri: redirect_uri.to_owned(),
            listen: Listen::default(),
        });
        match self.event().await {
            Event::ListenerBound {
                run: bound,
                addresses,
                ..
            } if bound == run => Ok(addresses),
            Event::ListenerFailed { failure, .. } => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Waits for a hit and answers it with this text.
    async fn answer(&mut self, text: &str) -> Request {
        match self.event().await {
            Event::HitReceived { hit, request, .. } => {
                let response = pages::plain(200, "OK", text);
                self.runtime.perform(Effect::AnswerHit { hit, response });
                request
            }
            other => panic!("{other:?}"),
        }
    }

    async fn rejection(&mut self) -> (HitRejection, Request, Option<u16>) {
        match self.event().await {
            Event::HitRejected {
                reason,
                request,
                response,
                ..
            } => (reason, request, response.map(|response| response.status)),
            other => panic!("{other:?}"),
        }
    }
}

/// A bound stage with these limits, and where it listens on IPv4.
async fn bound(limits: Limits) -> (Stage, SocketAddr) {
    let mut stage = Stage::new(limits);
    let addresses = stage.bind(1, "http://localhost:0/callback").await.unwrap();
    (stage, addresses[0])
}

/// Says bytes and hears what comes until the other side closes.
async fn talk(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    rest(&mut stream).await
}

async fn rest(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard).await;
    String::from_utf8_lossy(&heard).into_owned()
}

/// Whether this machine has an IPv6 loopback.
async fn has_ipv6() -> bool {
    TcpListener::bind("[::1]:0").await.is_ok()
}

#[tokio::test]
async fn localhost_is_listened_on_in_both_families_with_one_port() {
    let mut stage = Stage::new(Limits::default());
    let addresses = stage.bind(1, "http://localhost:0/callback").await.unwrap();
    assert!(addresses[0].is_ipv4() && addresses[0].ip().is_loopback());
    assert_eq!(addresses.len(), if has_ipv6().await { 2 } else { 1 });
    for address in addresses.clone() {
        assert_eq!(address.port(), addresses[0].port());
        let client =
            tokio::spawn(async move { talk(address, b"GET /callback HTTP/1.1\r\n\r\n").await });
        stage.answer("here").await;
        assert!(client.await.unwrap().ends_with("\r\n\r\nhere"));
    }
}

#[tokio::test]
async fn a_literal_is_listened_on_alone() {
    for (redirect_uri, count) in [("http://127.0.0.1:0/callback", 1), ("http://[::1]:0/cb", 1)] {
        if redirect_uri.contains("::1") && !has_ipv6().await {
            continue;
        }
        let addresses = Stage::new(Limits::default())
            .bind(1, redirect_uri)
            .await
            .unwrap();
        assert_eq!(addresses.len(), count, "{redirect_uri}");
    }
}

#[tokio::test]
async fn a_port_that_is_held_in_either_family_is_never_replaced() {
    for held in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(holder) = TcpListener::bind(held).await else {
            continue;
        };
        let holding = holder.local_addr().unwrap();
        let redirect_uri = format!("http://localhost:{}/callback", holding.port());
        let failure = Stage::new(Limits::default())
            .bind(1, &redirect_uri)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, BindFailureKind::InUse);
        assert_eq!(failure.address, holding.to_string());
    }
}

#[tokio::test]
async fn what_cannot_be_listened_on_says_why() {
    let cases = [
        ("com.acme.app:/callback", "com.acme.app:"),
        ("http://example.test/callback", "127.0.0.1 example.test"),
        ("https://lan.test/callback", "leads to 192.0.2.1"),
        ("http://192.0.2.1:8765/callback", "192.0.2.1"),
        (
            "http://localhost.example:8765/callback",
            "localhost.example",
        ),
        ("callback", "no address"),
    ];
    for (redirect_uri, word) in cases {
        let failure = Stage::new(Limits::default())
            .bind(1, redirect_uri)
            .await
            .unwrap_err();
        assert_eq!(
            failure.kind,
            BindFailureKind::NotListenable,
            "{redirect_uri}"
        );
        assert!(failure.detail.contains(word), "{}", failure.detail);
    }
}

#[tokio::test]
async fn a_request_is_handed_over_as_it_came() {
    let (mut stage, address) = bound(Limits::default()).await;
    let text = "POST /other//path?x=%41&x=b HTTP/1.1\r\nhOst: Evil.Example\r\nX-A: 1\r\nx-a: 2\r\n\
                Content-Length: 6\r\n\r\ncode=c";
    let client = tokio::spawn(async move { talk(address, text.as_bytes()).await });
    let request = stage.answer("seen").await;
    assert_eq!(request.method, "POST");
    assert_eq!(request.url, "http://Evil.Example/other//path?x=%41&x=b");
    let names: Vec<&str> = request
        .headers
        .0
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["hOst", "X-A", "x-a", "Content-Length"]);
    assert_eq!(request.body.to_text(), "code=c");
    let heard = client.await.unwrap();
    assert!(heard.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"));
    assert!(heard.contains("\r\nConnection: close\r\n"));
}

#[tokio::test]
async fn every_method_is_handed_over_and_head_gets_no_body() {
    let (mut stage, address) = bound(Limits::default()).await;
    for method in ["HEAD", "OPTIONS", "DELETE", "BREW"] {
        let text = format!("{method} /callback HTTP/1.1\r\nHost: x\r\n\r\n");
        let client = tokio::spawn(async move { talk(address, text.as_bytes()).await });
        assert_eq!(stage.answer("body").await.method, method);
        let heard = client.await.unwrap();
        assert!(heard.contains("Content-Length: 4"));
        assert_eq!(
            heard.ends_with("\r\n\r\nbody"),
            method != "HEAD",
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_chunked_body_is_put_together() {
    let (mut stage, address) = bound(Limits::default()).await;
    let text = b"POST /callback HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
                 5\r\ncode=\r\n3;ext=1\r\nabc\r\n0\r\n\r\n";
    let client = tokio::spawn(talk(address, text));
    assert_eq!(stage.answer("").await.body.to_text(), "code=abc");
    assert!(client.await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_body_of_64_kib_is_taken_and_a_larger_one_is_not() {
    let (mut stage, address) = bound(Limits::default()).await;
    let post = |length: usize| {
        let head = format!("POST /callback HTTP/1.1\r\nContent-Length: {length}\r\n\r\n");
        head + &"x".repeat(length)
    };
    let (fits, large) = (post(64 * 1024), post(64 * 1024 + 1));
    let client = tokio::spawn(async move { talk(address, fits.as_bytes()).await });
    assert_eq!(stage.answer("ok").await.body.len(), 64 * 1024);
    assert!(client.await.unwrap().starts_with("HTTP/1.1 200"));
    // All of it is sent before the answer is read, as a browser does.
    assert!(
        talk(address, large.as_bytes())
            .await
            .starts_with("HTTP/1.1 413")
    );
    let (reason, request, status) = stage.rejection().await;
    assert_eq!((reason, status), (HitRejection::BodyTooLarge, Some(413)));
    assert_eq!(request.method, "POST");
}

#[tokio::test]
async fn what_is_not_http_is_turned_away_and_kept_as_it_came() {
    let (mut stage, address) = bound(Limits::default()).await;
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(17 * 1024));
    for bytes in ["EHLO mail\r\n\r\n", long.as_str()] {
        assert!(
            talk(address, bytes.as_bytes())
                .await
                .starts_with("HTTP/1.1 400")
        );
        let (reason, request, _) = stage.rejection().await;
        assert_eq!(reason, HitRejection::BadHead);
        assert!(bytes.as_bytes().starts_with(&request.body.0) && !request.body.is_empty());
    }
}

#[tokio::test]
async fn tls_on_the_plain_port_is_recognised() {
    let (mut stage, address) = bound(Limits::default()).await;
    let hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    assert_eq!(talk(address, hello).await, "");
    let (reason, _, status) = stage.rejection().await;
    assert_eq!((reason, status), (HitRejection::TlsToPlain, None));
}

#[tokio::test]
async fn a_client_that_never_finishes_is_given_up() {
    let limits = Limits {
        request: Duration::from_millis(200),
        ..Limits::default()
    };
    let (mut stage, address) = bound(limits).await;
    for half in [
        "GET /callback HT",
        "POST /callback HTTP/1.1\r\nContent-Length: 9\r\n\r\ncode",
    ] {
        assert!(
            talk(address, half.as_bytes())
                .await
                .starts_with("HTTP/1.1 408")
        );
        let (reason, request, _) = stage.rejection().await;
        assert_eq!(reason, HitRejection::Unfinished);
        assert_eq!(request.method.is_empty(), half.starts_with("GET"));
    }
}

#[tokio::test]
async fn connections_that_never_say_a_word_are_no_hits() {
    let limits = Limits {
        request: Duration::from_millis(100),
        ..Limits::default()
    };
    let (mut stage, address) = bound(limits).await;
    drop(TcpStream::connect(address).await.unwrap());
    let mut silent = TcpStream::connect(address).await.unwrap();
    assert_eq!(rest(&mut silent).await, "");
    let client = tokio::spawn(talk(address, b"GET /callback HTTP/1.1\r\n\r\n"));
    assert_eq!(stage.answer("ok").await.method, "GET");
    client.await.unwrap();
}

#[tokio::test]
async fn the_65th_connection_waits_for_a_place() {
    let (mut stage, address) = bound(Limits::default()).await;
    let mut idle = Vec::new();
    for _ in 0..64 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"G").await.unwrap();
        idle.push(stream);
    }
    let client = tokio::spawn(talk(address, b"GET /callback HTTP/1.1\r\n\r\n"));
    let early = tokio::time::timeout(Duration::from_millis(200), stage.events.recv()).await;
    assert!(early.is_err(), "it was served beyond the limit: {early:?}");
    drop(idle.pop());
    assert_eq!(stage.rejection().await.0, HitRejection::Unfinished);
    stage.answer("now").await;
    assert!(client.await.unwrap().ends_with("now"));
}

#[tokio::test]
async fn the_next_run_finds_the_port_free_and_an_answer_given_is_still_written() {
    let (mut stage, address) = bound(Limits::default()).await;
    let mut open = TcpStream::connect(address).await.unwrap();
    open.write_all(b"GET /callback?code=1 HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    stage.answer("taken").await;
    let mut waiting = TcpStream::connect(address).await.unwrap();
    waiting
        .write_all(b"GET /callback?code=2 HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    assert!(matches!(stage.event().await, Event::HitReceived { .. }));
    stage.runtime.perform(Effect::CloseListener { run: 1 });
    let redirect_uri = format!("http://localhost:{}/callback", address.port());
    assert_eq!(stage.bind(2, &redirect_uri).await.unwrap()[0], address);
    assert!(rest(&mut open).await.ends_with("taken"));
    assert_eq!(
        rest(&mut waiting).await,
        "",
        "an open hit ends with its run"
    );
    let client = tokio::spawn(talk(address, b"GET / HTTP/1.1\r\n\r\n"));
    match stage.event().await {
        Event::HitReceived { run, hit, .. } => {
            assert_eq!(run, 2);
            let response = pages::plain(200, "OK", "second");
            stage.runtime.perform(Effect::AnswerHit { hit, response });
        }
        other => panic!("{other:?}"),
    }
    assert!(client.await.unwrap().ends_with("second"));
}

#[tokio::test]
async fn finishing_waits_for_the_browser_to_have_its_page() {
    let (mut stage, address) = bound(Limits::default()).await;
    let client = tokio::spawn(talk(address, b"GET /callback HTTP/1.1\r\n\r\n"));
    stage.answer("the page").await;
    stage.runtime.finish().await;
    assert!(client.await.unwrap().ends_with("the page"));
    assert!(
        TcpStream::connect(address).await.is_err(),
        "it still listens"
    );
}
