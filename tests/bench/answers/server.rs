//! A small HTTP server on this machine that sends bodies from memory, as fast as they are taken or at a pace.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// What goes out at a time where it goes out at a pace.
const PIECE: usize = 64 * 1024;

/// Over which time a body goes out, where its address begins with [`PACED`].
pub(super) const PACE: Duration = Duration::from_secs(6);

/// What an address begins with whose body goes out at a pace.
pub(super) const PACED: &str = "/paced";

/// A server; it goes with the process.
pub(super) struct Server {
    address: SocketAddr,
    state: Arc<State>,
}

/// What the threads share.
#[derive(Default)]
struct State {
    bodies: Mutex<HashMap<String, Arc<Vec<u8>>>>,
    /// When the first bytes of the last body went out, and when its last ones had.
    sent: Mutex<(Option<Instant>, Option<Instant>)>,
}

impl Server {
    /// Begins to listen.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // Whoever closes early is not answered to the end.
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a path.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends that body for that path from now on.
    pub(super) fn put(&self, path: &str, body: Arc<Vec<u8>>) {
        let mut bodies = self.state.bodies.lock().unwrap();
        bodies.insert(path.to_owned(), body);
    }

    /// When the first bytes of the last body went out.
    pub(super) fn began(&self) -> Instant {
        self.state.sent.lock().unwrap().0.unwrap()
    }

    /// Whether all of the last body has gone out.
    pub(super) fn is_done(&self) -> bool {
        self.state.sent.lock().unwrap().1.is_some()
    }
}

/// Answers one request, and closes.
fn serve(mut stream: &TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines
        .next()
        .transpose()?
        .is_some_and(|line| !line.is_empty())
    {}
    let path = first.split(' ').nth(1).unwrap_or_default();
    let body = state.bodies.lock().unwrap().get(path).cloned();
    let (status, body) = match body {
        Some(body) => ("200 OK", body),
        None => ("404 Not Found", Arc::default()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    let begun = Instant::now();
    *state.sent.lock().unwrap() = (Some(begun), None);
    if path.starts_with(PACED) {
        let mut sent = 0;
        for piece in body.chunks(PIECE) {
            let share = share(sent, body.len());
            thread::sleep((begun + PACE.mul_f64(share)).saturating_duration_since(Instant::now()));
            stream.write_all(piece)?;
            sent += piece.len();
        }
    } else {
        stream.write_all(&body)?;
    }
    state.sent.lock().unwrap().1 = Some(Instant::now());
    Ok(())
}

/// Which part of all that is.
fn share(part: usize, all: usize) -> f64 {
    super::figure(part) / super::figure(all)
}
