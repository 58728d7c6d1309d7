//! A server on a bare socket that writes down what it got, byte by byte, and answers what it is told.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What answers a request: the request in, bytes out.
type Answering = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

/// The server; it goes on until the test ends.
pub(crate) struct Recorder {
    port: u16,
    got: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    /// One that answers every request with these bytes.
    pub(crate) fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::with(move |_| answer.clone())
    }

    /// One that answers 200 with this body.
    pub(crate) fn with_body(media_type: &str, body: &[u8]) -> Self {
        Self::answering(ok(media_type, body))
    }

    /// One that answers as it is told, each connection on a thread of its own.
    pub(crate) fn with(answer: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let (all, answer): (_, Arc<Answering>) = (got.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (all, answer) = (all.clone(), answer.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let request = read(&mut stream);
                    all.lock().unwrap().push(request.clone());
                    // Whoever left meanwhile wants no answer.
                    let _ = stream.write_all(&answer(&request));
                });
            }
        });
        Self { port, got }
    }

    /// Where it is reached.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What it got so far, byte by byte.
    pub(crate) fn got_bytes(&self) -> Vec<Vec<u8>> {
        self.got.lock().unwrap().clone()
    }

    /// What it got so far.
    pub(crate) fn got(&self) -> Vec<String> {
        self.got_bytes()
            .iter()
            .map(|request| String::from_utf8_lossy(request).into_owned())
            .collect()
    }

    /// The only request that it got.
    pub(crate) fn only(&self) -> String {
        let got = self.got();
        let [only] = got.as_slice() else {
            panic!("not one request: {got:?}");
        };
        only.clone()
    }
}

/// A 200 with this body.
pub(crate) fn ok(media_type: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    answer
}

/// Reads a request with the body that it announces.
fn read(stream: &mut TcpStream) -> Vec<u8> {
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        if let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let announced = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse().unwrap());
            if bytes.len() >= head + 4 + announced {
                return bytes;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return bytes,
            Ok(count) => bytes.extend(&part[..count]),
        }
    }
}
