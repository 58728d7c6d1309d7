//! Answers as they come over real sockets: large, slow, broken off, endless, packed; and what is done with them.

mod filtered;

use crate::runtime::World;
use crate::stage;
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::Setup;
use dineroscope::core::engine::message::requests::{RequestCommand, RequestEvent};
use dineroscope::core::engine::message::{Command, Event};
use dineroscope::core::engine::viewing::Viewing;
use dineroscope::core::reader::ask::{Ask, Show, Told, View};
use dineroscope::core::reader::content::Content;
use dineroscope::core::reader::rows::{Row, Window};
use dineroscope::core::settings::{Settings, Size};
use dineroscope::core::wire::{Body, Cut, Outcome, Response};
use dineroscope::edge::reading::Bounds;
use dineroscope::edge::runtime::Options;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

/// A server that takes one call and does with its connection what a test says.
struct Server {
    origin: String,
}

impl Server {
    fn new(serve: impl FnOnce(&mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0)
            {
                head.push(byte[0]);
            }
            serve(&mut stream);
        });
        Self { origin }
    }

    /// One that sends a head, then parts of a body whenever it is told to go on.
    fn paced(head: String, parts: Vec<Vec<u8>>) -> (Self, Sender<()>) {
        let (go_on, told) = channel();
        let server = Self::new(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            for part in parts {
                let _ = stream.write_all(&part);
                let _ = stream.flush();
                if told.recv().is_err() {
                    return;
                }
            }
        });
        (server, go_on)
    }
}

fn head(length: usize, content_type: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

/// Settings under which little is much.
fn small(memory: u64, most: u64) -> Settings {
    let mut settings = Settings::default();
    settings.answers.memory = Size(memory);
    settings.answers.most = Size(most);
    settings
}

/// An engine whose answers are read, within those settings.
fn world(settings: &Settings) -> World {
    let engine = Engine::new(Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    });
    let mut options = Options::new(engine.mask().clone());
    let mut bounds = Bounds::of(settings);
    bounds.program = PathBuf::from(env!("CARGO_BIN_EXE_dineroscope"));
    options.reading = Some(bounds);
    options.http.answer = Duration::from_secs(2);
    options.hold(settings);
    let mut world = World::of(engine, options);
    world.command(Command::UseProfile(Box::new(stage::visma())));
    world
}

fn ask(world: &mut World, ask: Ask) {
    world.command(Command::Request(RequestCommand::Read(ask)));
}

fn viewing(engine: &Engine) -> Option<&Viewing> {
    engine.requests().viewing.as_ref()
}

/// Sends it, and asks for the first rows as a screen would.
async fn look_at(world: &mut World, url: &str) {
    world.command(Command::Send(Call::new("GET", url)));
    let before = world.engine.requests().sending;
    world
        .until(|engine| engine.requests().viewing_call() == before)
        .await;
    show(world, View::Pretty, 0);
}

fn show(world: &mut World, view: View, first: u64) {
    let show = Show {
        view,
        first,
        count: 40,
        width: 80,
        cursor: first,
    };
    ask(world, Ask::Show(show));
}

/// Until the call has ended and everything about its answer is known.
async fn until_known(world: &mut World) -> Response {
    world
        .until(|engine| {
            let status = viewing(engine).map(|viewing| &viewing.status);
            let known = status.is_some_and(|status| !status.comes && status.known >= status.length);
            known && !engine.requests().is_busy()
        })
        .await;
    answer(world)
}

/// Until rows were told for which that is so.
async fn until_rows(world: &mut World, hold: impl Fn(&Window) -> bool) {
    world
        .until(|engine| {
            let rows = viewing(engine).and_then(|viewing| viewing.rows.as_ref());
            rows.is_some_and(|(_, window)| hold(window))
        })
        .await;
}

fn answer(world: &World) -> Response {
    let engine = &world.engine;
    let record = engine
        .requests()
        .answered
        .and_then(|call| engine.record(call));
    match &record.unwrap().outcome {
        Outcome::Response(response) => response.clone(),
        other => panic!("{other:?}"),
    }
}

fn rows(world: &World) -> Vec<String> {
    let rows = viewing(&world.engine).and_then(|viewing| viewing.rows.as_ref());
    rows.map_or_else(Vec::new, |(_, window)| {
        window.rows.iter().map(Row::text).collect()
    })
}

/// What the reader tells next of that kind.
async fn told<T>(world: &mut World, pick: impl Fn(&Told) -> Option<T>) -> T {
    loop {
        if let Event::Request(RequestEvent::Read(_, told)) = world.next().await
            && let Some(picked) = pick(&told)
        {
            return picked;
        }
    }
}

fn list(count: usize) -> String {
    let items: Vec<String> = (0..count)
        .map(|number| format!("{{\"number\":{number},\"name\":\"Blåbærhuset {number}\"}}"))
        .collect();
    format!("[{}]", items.join(","))
}

#[tokio::test]
async fn the_first_rows_are_there_while_the_rest_still_comes() {
    let body = list(40_000).into_bytes();
    let (beginning, rest) = body.split_at(3000);
    let (server, go_on) = Server::paced(
        head(body.len(), "application/json"),
        vec![beginning.to_vec(), rest.to_vec()],
    );
    let mut world = world(&Settings::default());
    look_at(&mut world, &server.origin).await;
    until_rows(&mut world, |window| window.rows.len() == 40).await;
    assert!(
        world.engine.requests().is_busy(),
        "the server holds the rest back"
    );
    assert_eq!(rows(&world)[2], "\"number\": 0,");
    assert!(viewing(&world.engine).unwrap().status.comes);
    go_on.send(()).unwrap();
    go_on.send(()).unwrap();
    let answer = until_known(&mut world).await;
    assert_eq!((answer.cut, &answer.body.0[..]), (None, &body[..]));
    assert_eq!(viewing(&world.engine).unwrap().status.lines, 2 + 40_000 * 4);
}

#[tokio::test]
async fn what_came_before_it_was_cancelled_stays() {
    let (server, _held) = Server::paced(
        head(9_000_000, "application/json"),
        vec![list(500).into_bytes()],
    );
    let mut world = world(&Settings::default());
    look_at(&mut world, &server.origin).await;
    until_rows(&mut world, |window| window.total > 400).await;
    world.command(Command::CancelSend);
    let answer = until_known(&mut world).await;
    assert_eq!(answer.cut, Some(Cut::Cancelled));
    assert_eq!(&answer.body.0[..], list(500).as_bytes());
    show(&mut world, View::Pretty, 0);
    world
        .until(|engine| viewing(engine).is_some_and(|viewing| !viewing.status.comes))
        .await;
    assert_eq!(
        viewing(&world.engine).unwrap().status.broken,
        None,
        "it is whole as far as it came"
    );
    assert_eq!(rows(&world)[0], "[");
}

#[tokio::test]
async fn a_length_that_is_a_lie_and_an_answer_that_stops_are_told_apart() {
    let short = Server::new(|stream| {
        let _ = stream.write_all(head(100, "application/json").as_bytes());
        let _ = stream.write_all(b"{\"a\": [1, 2");
    });
    let mut world = world(&Settings::default());
    look_at(&mut world, &short.origin).await;
    let answer = until_known(&mut world).await;
    assert_eq!(answer.cut, Some(Cut::ConnectionEnded));
    until_rows(&mut world, |window| window.rows.len() == 4).await;

    let long = Server::new(|stream| {
        let _ = stream.write_all(head(4, "text/plain").as_bytes());
        let _ = stream.write_all(b"more than four");
    });
    look_at(&mut world, &long.origin).await;
    let answer = until_known(&mut world).await;
    assert_eq!((answer.cut, &answer.body.0[..]), (None, &b"more"[..]));

    let (stalls, _held) = Server::paced(head(100, "text/plain"), vec![b"only this".to_vec()]);
    look_at(&mut world, &stalls.origin).await;
    let answer = until_known(&mut world).await;
    assert_eq!(
        (answer.cut, &answer.body.0[..]),
        (Some(Cut::Stalled), &b"only this"[..])
    );
}

#[tokio::test]
async fn what_is_too_large_for_memory_is_read_from_a_file() {
    let body = list(120_000).into_bytes();
    let sent = body.clone();
    let server = Server::new(move |stream| {
        let _ = stream.write_all(head(sent.len(), "application/json").as_bytes());
        let _ = stream.write_all(&sent);
    });
    let mut world = world(&small(1_000_000, 100_000_000));
    look_at(&mut world, &server.origin).await;
    let answer = until_known(&mut world).await;
    assert!(!answer.body.is_at_hand() && answer.body.0.len() < 100_000);
    assert_eq!((answer.cut, answer.body.len()), (None, body.len()));
    show(&mut world, View::Pretty, 4 * 119_999 + 2);
    let last = told(&mut world, |told| match told {
        Told::Rows { show, window, .. } if show.first > 0 => Some(window.rows[0].text()),
        _ => None,
    });
    assert_eq!(last.await, "\"number\": 119999,");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json").display().to_string();
    ask(&mut world, Ask::Save(path.clone()));
    let saved = |told: &Told| match told {
        Told::Saved { trouble, .. } => Some(trouble.clone()),
        _ => None,
    };
    assert_eq!(told(&mut world, saved).await, None);
    assert_eq!(std::fs::read(&path).unwrap(), body);
    ask(&mut world, Ask::Save(path));
    let trouble = told(&mut world, saved).await;
    assert!(trouble.unwrap().contains("is there already"));
}

#[tokio::test]
async fn what_never_ends_ends_at_the_limit() {
    let endless = Server::new(|stream| {
        let _ = stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
    });
    let mut world = world(&small(500_000, 2_000_000));
    look_at(&mut world, &endless.origin).await;
    let answer = until_known(&mut world).await;
    assert_eq!(
        (answer.cut, answer.body.len()),
        (Some(Cut::Limit(2_000_000)), 2_000_000)
    );

    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; 60_000_000]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let server = Server::new(move |stream| {
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            bomb.len()
        );
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(&bomb);
    });
    look_at(&mut world, &server.origin).await;
    world.until(|engine| !engine.requests().is_busy()).await;
    assert_eq!(self::answer(&world).cut, Some(Cut::Limit(2_000_000)));
}

#[tokio::test]
async fn an_answer_is_compared_with_another() {
    let one = Server::new(|stream| {
        let body = b"{\"a\": 1, \"same\": [1,2,3,4,5,6,7,8,9], \"b\": \"old\"}";
        let _ = stream.write_all(head(body.len(), "application/json").as_bytes());
        let _ = stream.write_all(body);
    });
    let mut world = world(&Settings::default());
    look_at(&mut world, &one.origin).await;
    until_known(&mut world).await;
    let other = "{\"a\":1,\"same\":[1,2,3,4,5,6,7,8,9],\"b\":\"new\",\"c\":null}";
    ask(&mut world, Ask::Compare(Body::text(other)));
    let difference = told(&mut world, |told| match told {
        Told::Differs(difference) => Some(difference.clone()),
        _ => None,
    })
    .await;
    assert_eq!((difference.removed, difference.added), (2, 1));
    let rows: Vec<String> = difference.rows.iter().map(Row::text).collect();
    assert!(rows.contains(&"-   \"b\": \"new\",".to_owned()), "{rows:?}");
    assert!(
        rows.iter().any(|row| row.contains("equal lines")),
        "{rows:?}"
    );
}

#[tokio::test]
async fn only_the_answer_that_is_shown_is_read() {
    let first = Server::new(|stream| {
        let _ = stream.write_all(head(3, "text/plain").as_bytes());
        let _ = stream.write_all(b"one");
    });
    let second = Server::new(|stream| {
        let _ = stream.write_all(head(8, "image/png").as_bytes());
        let _ = stream.write_all(b"\x89PNG\r\n\x1a\n");
    });
    let mut world = world(&Settings::default());
    look_at(&mut world, &first.origin).await;
    until_known(&mut world).await;
    let before = world.engine.requests().viewing_call();
    look_at(&mut world, &second.origin).await;
    world
        .until(|engine| {
            viewing(engine)
                .is_some_and(|viewing| matches!(viewing.status.content, Content::Binary(_)))
        })
        .await;
    assert_ne!(world.engine.requests().viewing_call(), before);
}
