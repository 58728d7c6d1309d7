//! The loop without a terminal and without a world: events and keys in, effects and text out.

use crate::stage::visma;
use crossterm::event::{Event as Input, KeyCode, KeyEvent, KeyModifiers};
use dineroscope::core::engine::Setup;
use dineroscope::core::engine::message::{Effect, Event};
use dineroscope::edge::profiles::Search;
use dineroscope::edge::vault::Vault;
use dineroscope::tui::app::{End, Opening, Signal, Start, World, run};
use futures_util::stream;
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::cell::RefCell;
use std::rc::Rc;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// What a test holds while the loop runs.
struct Ends {
    keys: UnboundedSender<std::io::Result<Input>>,
    events: UnboundedSender<Event>,
    signals: UnboundedSender<Signal>,
}

impl Ends {
    /// Types a key.
    fn press(&self, code: KeyCode) {
        let event = KeyEvent::new(code, KeyModifiers::NONE);
        self.keys.send(Ok(Input::Key(event))).unwrap();
    }
}

/// What the world was asked to do.
#[derive(Default)]
struct Asked {
    effects: Vec<Effect>,
    copied: Vec<String>,
}

/// Runs the loop on a profile of Visma Connect; `play` is called once the first frame is drawn. The
/// listener is bound when asked for, and a copy ends the program.
fn played(play: impl FnOnce(&Ends)) -> (End, String, Asked) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let (keys, mut typed) = unbounded_channel();
    let (events, reported) = unbounded_channel();
    let (signals, received) = unbounded_channel();
    let asked = Rc::new(RefCell::new(Asked::default()));
    let start = Start {
        trouble: None,
        setup: Setup {
            seed: [7; 32],
            faults: Vec::new(),
            consent_timeout: SignedDuration::from_mins(5),
            marks: None,
        },
        opening: Opening::Profile(Box::new(visma())),
        search: Search::default(),
        vault: Vault::at(std::env::temp_dir()),
        archive: dineroscope::edge::archive::Archive::nowhere(),
        kept: dineroscope::tui::app::Kept::nowhere(),
        theme: crate::picture::DARK,
    };
    let ends = Ends {
        keys,
        events,
        signals,
    };
    let input = stream::poll_fn(move |context| typed.poll_recv(context));
    let (performed, copied) = (Rc::clone(&asked), Rc::clone(&asked));
    let world = |_| {
        play(&ends);
        let Ends {
            keys,
            events,
            signals,
        } = ends;
        World {
            perform: Box::new(move |effect| {
                if let Effect::Bind { run, .. } = &effect {
                    let bound = Event::ListenerBound {
                        run: *run,
                        addresses: vec!["127.0.0.1:8765".parse().unwrap()],
                        without_ipv6: true,
                        certificate: None,
                    };
                    events.send(bound).unwrap();
                }
                performed.borrow_mut().effects.push(effect);
            }),
            events: reported,
            signals: received,
            mouse: Box::new(|_| {}),
            edit: Box::new(|_| unreachable!("no editor is asked for")),
            copy: Box::new(move |text| {
                copied.borrow_mut().copied.push(text.to_owned());
                let _open = &keys;
                signals.send(Signal::Terminate).unwrap();
                true
            }),
        }
    };
    let end = runtime
        .block_on(run(&mut terminal, input, start, world))
        .unwrap()
        .end
        .unwrap();
    let text = terminal.backend().to_string();
    (end, text, asked.take())
}

#[test]
fn keys_become_effects_and_events_become_text() {
    let (end, text, asked) = played(|ends| {
        ends.press(KeyCode::Enter);
        ends.signals.send(Signal::Terminate).unwrap();
    });
    assert_eq!(end, End::Terminated, "a signal comes before keys");
    assert!(text.contains("Ready. Nothing is sent"), "{text}");
    assert_eq!(asked.effects, []);
}

#[test]
fn each_key_is_judged_by_what_the_one_before_it_changed() {
    let (end, text, asked) = played(|ends| {
        // Enter opens the browser; the second one must not do so again, nor anything else twice.
        ends.press(KeyCode::Enter);
        ends.press(KeyCode::Char('1'));
        ends.press(KeyCode::Char('q'));
        ends.press(KeyCode::Tab);
        ends.press(KeyCode::Enter);
    });
    assert_eq!(end, End::Quit, "{text}");
    let binds = asked
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Bind { .. }))
        .count();
    assert_eq!(binds, 1);
}

#[test]
fn the_link_is_copied_once_somebody_listens() {
    let (_, _, asked) = played(|ends| {
        for code in [KeyCode::Char('y'), KeyCode::Enter] {
            ends.press(code);
        }
    });
    assert_eq!(asked.copied.len(), 1);
    assert!(asked.copied[0].starts_with("https://connect.visma.com/connect/authorize?"));
}

#[test]
fn a_terminal_that_is_gone_ends_the_loop() {
    let (end, ..) = played(|ends| {
        ends.signals.send(Signal::HangUp).unwrap();
    });
    assert_eq!(end, End::HungUp);
}
