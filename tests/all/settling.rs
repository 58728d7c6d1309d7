//! Leaving in the middle of an exchange: what is to be kept is waited for, what would be gone anyway is not.

use crate::stage::{CODE, at, tokens, visma};
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use dineroscope::core::engine::Setup;
use dineroscope::core::engine::message::{Effect, Event};
use dineroscope::core::profile::{KeepTokens, Profile};
use dineroscope::core::token::kept::{VaultTrouble, VaultTroubleKind};
use dineroscope::core::wire::{
    Body, Connection, Direction, Headers, Purpose, Record, Request, Timing,
};
use dineroscope::edge::archive::Archive;
use dineroscope::edge::profiles::Search;
use dineroscope::edge::vault::Vault;
use dineroscope::tui::app::{End, Opening, Signal, Start, World, run};
use futures_util::stream;
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::mpsc::unbounded_channel;

/// What the world does once the exchange was sent and the program told to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Tokens come, and are kept.
    TokensCome,
    /// Tokens come, and cannot be kept.
    DiskIsFull,
    /// Nothing comes; the user presses Ctrl-C.
    Interrupt,
}

/// What came of it.
struct Left {
    end: End,
    said: String,
    kept: usize,
}

/// What the program opens with.
fn start(keep: KeepTokens) -> Start {
    let profile = Profile {
        keep_tokens: Some(keep),
        ..visma()
    };
    Start {
        trouble: None,
        setup: Setup {
            seed: [7; 32],
            faults: Vec::new(),
            consent_timeout: SignedDuration::from_mins(5),
            marks: None,
        },
        opening: Opening::Profile(Box::new(profile)),
        search: Search::default(),
        vault: Vault::at(std::env::temp_dir()),
        archive: Archive::nowhere(),
        kept: dineroscope::tui::app::Kept::nowhere(),
        theme: crate::picture::DARK,
    }
}

/// Goes through the flow to the exchange, is told to end there, and settles.
fn left_in_exchange(keep: KeepTokens, then: Then) -> Left {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let (keys, mut typed) = unbounded_channel();
    let (events, reported) = unbounded_channel();
    let (signals, received) = unbounded_channel();
    let start = start(keep);
    let enter = move || {
        let event = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        keys.send(Ok(Input::Key(event))).unwrap();
    };
    let kept = Rc::new(RefCell::new(0));
    let counted = Rc::clone(&kept);
    let world = |_| {
        enter();
        let perform = move |effect| match effect {
            Effect::Bind { run, .. } => {
                let addresses = vec!["127.0.0.1:8765".parse().unwrap()];
                let bound = Event::ListenerBound {
                    run,
                    addresses,
                    without_ipv6: true,
                    certificate: None,
                };
                events.send(bound).unwrap();
            }
            Effect::OpenBrowser { run, link } => {
                events.send(answer_of_the_browser(run, &link)).unwrap();
                enter();
                enter();
            }
            Effect::Send { call, request, .. } => {
                signals.send(Signal::Terminate).unwrap();
                if then == Then::Interrupt {
                    signals.send(Signal::Interrupt).unwrap();
                } else {
                    let record = Record {
                        call,
                        purpose: Purpose::Exchange,
                        direction: Direction::Outgoing,
                        at: at(62),
                        request,
                        outcome: crate::renewing::answered(200, &tokens()),
                        timing: Timing::default(),
                        peer: None,
                        connection: Connection::default(),
                        note: String::new(),
                    };
                    events.send(Event::Answered(Box::new(record))).unwrap();
                }
            }
            Effect::KeepGrant(grant) => {
                *counted.borrow_mut() += 1;
                let trouble = (then == Then::DiskIsFull).then(|| VaultTrouble {
                    kind: VaultTroubleKind::Disk,
                    message: "no space left".to_owned(),
                });
                let (id, keep) = (grant.id.clone(), grant.keep);
                events.send(Event::GrantKept { id, keep, trouble }).unwrap();
            }
            _ => {}
        };
        World {
            perform: Box::new(perform),
            events: reported,
            signals: received,
            mouse: Box::new(|_| {}),
            edit: Box::new(|_| unreachable!("no editor is asked for")),
            copy: Box::new(|_| true),
        }
    };
    let mut said = Vec::new();
    let end = runtime.block_on(async {
        let input = stream::poll_fn(move |context| typed.poll_recv(context));
        let ended = run(&mut terminal, input, start, world).await.unwrap();
        assert_eq!(*ended.end.as_ref().unwrap(), End::Terminated);
        ended.settle(&mut said).await.unwrap()
    });
    let kept = *kept.borrow();
    Left {
        end,
        said: String::from_utf8(said).unwrap(),
        kept,
    }
}

/// The browser brings the code with the state of the link.
fn answer_of_the_browser(run: u64, link: &str) -> Event {
    let (_, from) = link.split_once("&state=").unwrap();
    let state = from.split('&').next().unwrap();
    let mut headers = Headers::default();
    headers.push("Host", "localhost:8765");
    headers.push("Content-Type", "application/x-www-form-urlencoded");
    Event::HitReceived {
        run,
        hit: 1,
        request: Request {
            method: "POST".to_owned(),
            url: "http://localhost:8765/callback".to_owned(),
            headers,
            body: Body::text(&format!("code={CODE}&state={state}")),
        },
        peer: "127.0.0.1:50123".parse().unwrap(),
        at: at(22),
    }
}

#[test]
fn an_exchange_whose_tokens_are_kept_is_waited_for() {
    let left = left_in_exchange(KeepTokens::File, Then::TokensCome);
    assert_eq!((left.end, left.kept), (End::Terminated, 1));
    assert!(
        left.said
            .starts_with("dineroscope waits for the token endpoint's answer"),
        "{}",
        left.said
    );
    assert_eq!(left.said.lines().count(), 1);
}

#[test]
fn what_could_not_be_kept_is_said_last() {
    let left = left_in_exchange(KeepTokens::File, Then::DiskIsFull);
    assert!(
        left.said.ends_with("could not be kept: no space left\n"),
        "{}",
        left.said
    );
}

#[test]
fn what_is_kept_in_memory_holds_nobody_up() {
    let left = left_in_exchange(KeepTokens::Memory, Then::TokensCome);
    assert_eq!((left.said.as_str(), left.kept), ("", 0));
}

#[test]
fn ctrl_c_ends_the_wait() {
    let left = left_in_exchange(KeepTokens::File, Then::Interrupt);
    assert_eq!((left.end, left.kept), (End::Interrupted, 0));
}
