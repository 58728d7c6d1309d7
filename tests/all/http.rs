//! The door to the network on real sockets: whatever goes wrong comes out as a record of the right kind.

mod tls;

use dineroscope::core::profile::ProxyChoice;
use dineroscope::core::wire::{
    Body, CallId, Cut, Failure, FailureKind, Headers, Outcome, Phase, Purpose, Record, Request,
    Response, TlsFault,
};
use dineroscope::edge::http::{Door, Limits};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A door that gives up early, so that silence is found within a test.
fn impatient() -> Door {
    Door::new(Limits {
        connect: Duration::from_millis(300),
        answer: Duration::from_millis(300),
        token_body: Duration::from_millis(300),
        ..Limits::default()
    })
}

fn get(url: &str) -> Request {
    Request {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: Headers::default(),
        body: Body::default(),
    }
}

async fn send_by(door: &Door, request: Request, proxy: ProxyChoice, limit: usize) -> Record {
    door.send(CallId(7), Purpose::Api, request, proxy, limit)
        .await
}

async fn send(request: Request) -> Record {
    send_by(&Door::default(), request, ProxyChoice::System, 1024 * 1024).await
}

fn failure(record: &Record) -> &Failure {
    match &record.outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

fn response(record: &Record) -> &Response {
    match &record.outcome {
        Outcome::Response(response) => response,
        other => panic!("{other:?}"),
    }
}

/// Reads a request to the end of its head, and as much of its body as is there.
async fn hear(stream: &mut TcpStream) -> String {
    let mut heard = Vec::new();
    while !heard.windows(4).any(|window| window == b"\r\n\r\n") {
        if stream.read_buf(&mut heard).await.unwrap() == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&heard).into_owned()
}

/// A server that hears one request, says these bytes and closes; it hands back what it heard.
async fn says(bytes: impl Into<Vec<u8>>) -> (SocketAddr, JoinHandle<String>) {
    let bytes = bytes.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let heard = hear(&mut stream).await;
        stream.write_all(&bytes).await.unwrap();
        heard
    });
    (address, task)
}

/// A server that hears a request, says these bytes, and then nothing for as long as it is asked.
async fn says_and_waits(bytes: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        hear(&mut stream).await;
        stream.write_all(bytes).await.unwrap();
        let mut rest = [0; 1];
        let _ = stream.read(&mut rest).await;
    });
    address
}

#[tokio::test]
async fn what_is_recorded_is_what_is_sent() {
    let (address, heard) = says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let mut request = get(&format!("http://{address}/connect/token?a=b c#fragment"));
    request.method = "POST".to_owned();
    request
        .headers
        .push("Content-Type", "application/x-www-form-urlencoded");
    request.headers.push("X-Twice", "1");
    request.headers.push("X-Twice", "2");
    request.body = Body::text("code=x&æ=1");
    let record = send(request).await;
    let heard = heard.await.unwrap();
    let lines: Vec<&str> = heard.split("\r\n").collect();
    assert_eq!(lines[0], "POST /connect/token?a=b%20c HTTP/1.1");
    let shown: Vec<String> = record
        .request
        .headers
        .0
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    assert_eq!(lines[1..=shown.len()], shown);
    assert_eq!(
        lines[shown.len() + 1],
        "",
        "a line was sent that is not shown"
    );
    assert!(heard.ends_with("\r\n\r\ncode=x&æ=1"));
    assert_eq!(record.peer, Some(address));
    assert_eq!(response(&record).body.to_text(), "ok");
    assert_eq!(response(&record).version, "HTTP/1.1");
    let timing = record.timing;
    assert!(timing.connect.is_some() && timing.first_byte <= timing.total);
}

#[tokio::test]
async fn a_port_nobody_listens_on_refuses() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for host in ["127.0.0.1", "localhost"] {
        let record = send(get(&format!("http://{host}:{port}/"))).await;
        let failure = failure(&record);
        assert_eq!(failure.kind, FailureKind::Refused, "{}", failure.detail);
        assert_eq!((failure.host.as_str(), failure.port), (host, port));
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_said_to_be_one() {
    let door = Door::default();
    let request = get("http://name.invalid/?code=secret");
    let record = send_by(&door, request, ProxyChoice::None, 1024).await;
    let failure = failure(&record);
    assert_eq!(failure.kind, FailureKind::Dns, "{}", failure.detail);
    assert!(!failure.detail.contains("secret"));
    assert!(record.timing.dns.is_some());
}

#[tokio::test]
async fn silence_is_told_by_the_phase_it_fell_in() {
    let silent = says_and_waits(b"").await;
    let half = says_and_waits(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").await;
    for (address, phase) in [(silent, Phase::Answer), (half, Phase::Body)] {
        let request = get(&format!("http://{address}/"));
        let record = send_by(&impatient(), request, ProxyChoice::None, 1024).await;
        assert_eq!(failure(&record).kind, FailureKind::Timeout(phase));
    }
}

#[tokio::test]
async fn a_token_answer_that_drips_has_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let dripping = tokio::spawn(async move {
        let (mut peer, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        assert_ne!(peer.read(&mut request).await.unwrap(), 0);
        peer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
            .await
            .unwrap();
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        loop {
            pace.tick().await;
            if peer.write_all(b"{").await.is_err() {
                return;
            }
        }
    });
    let request = get(&format!("http://{address}/"));
    let record = impatient()
        .send(
            CallId(7),
            Purpose::Refresh,
            request,
            ProxyChoice::None,
            1024,
        )
        .await;
    assert_eq!(failure(&record).kind, FailureKind::Timeout(Phase::Body));
    dripping.await.unwrap();
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_no_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let request = get(&format!("https://localhost:{port}/"));
    let record = send_by(&impatient(), request, ProxyChoice::None, 1024).await;
    assert_eq!(
        failure(&record).kind,
        FailureKind::Timeout(Phase::Connect),
        "{}",
        failure(&record).detail
    );
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_is_a_reset() {
    let (closing, _heard) = says("").await;
    let (midway, _heard) = says("HTTP/1.1 200 OK\r\nContent-").await;
    for address in [closing, midway] {
        let record = send(get(&format!("http://{address}/"))).await;
        let failure = failure(&record);
        assert_eq!(failure.kind, FailureKind::Reset, "{}", failure.detail);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        // Closing over bytes that nobody read resets the connection.
        let (stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
        drop(stream);
    });
    let record = send(get(&format!("http://{address}/"))).await;
    assert_eq!(failure(&record).kind, FailureKind::Reset);
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let (address, _heard) = says("220 mail.example ESMTP\r\n").await;
    let record = send(get(&format!("http://{address}/"))).await;
    assert_eq!(failure(&record).kind, FailureKind::Other);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_kept_as_far_as_it_came() {
    let by_length = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"access";
    let by_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"access\r\n5\r\nx";
    for bytes in [by_length, by_chunks] {
        let (address, _heard) = says(bytes).await;
        let record = send(get(&format!("http://{address}/"))).await;
        let response = response(&record);
        assert!(response.body.to_text().starts_with("{\"access"));
        assert_eq!(response.cut, Some(Cut::ConnectionEnded));
    }
}

#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    for (length, cut) in [(1000, None), (1001, Some(Cut::Limit(1000)))] {
        let body = "x".repeat(length);
        let (address, _heard) = says(format!(
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}"
        ))
        .await;
        let request = get(&format!("http://{address}/"));
        let record = send_by(&Door::default(), request, ProxyChoice::None, 1000).await;
        assert_eq!(response(&record).cut, cut);
        assert_eq!(response(&record).body.len(), 1000);
    }
}

#[tokio::test]
async fn gzip_is_unpacked_and_its_header_is_kept() {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all("blåbær".as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    let announced = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        packed.len()
    );
    let (address, heard) = says([announced.into_bytes(), packed].concat()).await;
    let record = send(get(&format!("http://{address}/"))).await;
    assert!(
        heard
            .await
            .unwrap()
            .contains("\r\nAccept-Encoding: gzip\r\n")
    );
    let response = response(&record);
    assert_eq!(response.body.to_text(), "blåbær");
    assert_eq!(response.headers.get("content-encoding"), Some("gzip"));
    assert!(response.headers.get("content-length").is_some());
}

#[tokio::test]
async fn redirects_and_cookies_are_shown_not_followed() {
    let answer = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nSet-Cookie: a=1\r\n\
                  Set-Cookie: b=2\r\nContent-Length: 0\r\n\r\n";
    let (address, _heard) = says(answer).await;
    let door = Door::default();
    let url = format!("http://{address}/");
    let record = send_by(&door, get(&url), ProxyChoice::None, 1024).await;
    let shown = response(&record);
    assert_eq!((shown.status, shown.reason.as_str()), (302, "Found"));
    let cookies = shown
        .headers
        .0
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    assert_eq!(cookies.count(), 2);
    let listener = TcpListener::bind(address).await.unwrap();
    let heard = tokio::spawn(async move { hear(&mut listener.accept().await.unwrap().0).await });
    send_by(&door, get(&url), ProxyChoice::None, 1024).await;
    assert!(!heard.await.unwrap().to_lowercase().contains("cookie"));
}

#[tokio::test]
async fn a_status_without_a_name_is_taken_as_it_is() {
    let (address, _heard) = says("HTTP/1.1 480 \r\nContent-Length: 0\r\n\r\n").await;
    let record = send(get(&format!("http://{address}/"))).await;
    assert_eq!(response(&record).status, 480);
    assert_eq!(response(&record).reason, "");
}

#[tokio::test]
async fn https_to_a_plain_server_is_said_to_be_that() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.readable().await.unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
    });
    let record = send(get(&format!("https://{address}/"))).await;
    let failure = failure(&record);
    assert_eq!(
        failure.kind,
        FailureKind::Tls(TlsFault::NotTls),
        "{}",
        failure.detail
    );
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_and_not_sent() {
    let mut header = get("http://127.0.0.1:1/");
    header.headers.push("X-Bad", "a\r\nInjected: b");
    let mut length = get("http://127.0.0.1:1/");
    length.headers.push("Content-Length", "5");
    let mut method = get("http://127.0.0.1:1/");
    method.method = "GET /x".to_owned();
    let requests = [
        get("no address"),
        get("ftp://example.test/"),
        get("http://user:pass@127.0.0.1:1/"),
        header,
        length,
        method,
    ];
    for request in requests {
        let record = send(request).await;
        let failure = failure(&record);
        assert_eq!(failure.kind, FailureKind::Invalid, "{}", failure.detail);
    }
}

#[tokio::test]
async fn the_loopback_is_never_reached_by_a_proxy() {
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = ProxyChoice::Url(format!("http://{}", trap.local_addr().unwrap()));
    for host in ["127.0.0.1", "localhost"] {
        let (address, _heard) = says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
        let request = get(&format!("http://{host}:{}/", address.port()));
        let record = send_by(&Door::default(), request, proxy.clone(), 1024).await;
        assert_eq!(response(&record).status, 200);
    }
    let caught = tokio::time::timeout(Duration::ZERO, trap.accept()).await;
    assert!(caught.is_err(), "the proxy was asked");
}

#[tokio::test]
async fn trouble_with_a_proxy_is_told_from_trouble_with_the_server() {
    let (denying, _heard) = says("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    let (closed, _heard) = says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    let (plain, _heard) = says("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n").await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = nobody.local_addr().unwrap();
    drop(nobody);
    let cases = [
        ("https", denying, FailureKind::ProxyAuthentication),
        ("https", closed, FailureKind::Proxy),
        ("http", plain, FailureKind::ProxyAuthentication),
        ("http", gone, FailureKind::Proxy),
        ("https", gone, FailureKind::Proxy),
    ];
    for (scheme, address, kind) in cases {
        let proxy = ProxyChoice::Url(format!("http://{address}"));
        // The name is never resolved here: the proxy would do it.
        let request = get(&format!("{scheme}://name.invalid/"));
        let record = send_by(&Door::default(), request, proxy, 1024).await;
        let failure = failure(&record);
        assert_eq!(failure.kind, kind, "{scheme} {}", failure.detail);
    }
    let proxy = ProxyChoice::Url("::no proxy::".to_owned());
    let record = send_by(&Door::default(), get("http://name.invalid/"), proxy, 1024).await;
    assert_eq!(failure(&record).kind, FailureKind::Proxy);
}

#[tokio::test]
async fn a_request_over_a_proxy_reaches_it_whole() {
    let (address, heard) = says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let proxy = ProxyChoice::Url(format!("http://me:hunter2@{address}"));
    let request = get("http://name.invalid/path");
    let record = send_by(&Door::default(), request, proxy, 1024).await;
    assert_eq!(response(&record).body.to_text(), "ok");
    let through = record.connection.proxy.as_deref();
    assert_eq!(
        through,
        Some(format!("http://{address}").as_str()),
        "no password"
    );
    let heard = heard.await.unwrap();
    assert!(
        heard.starts_with("GET http://name.invalid/path HTTP/1.1\r\n"),
        "{heard}"
    );
}
