//! The body of a request on its way to the user's editor: where the key leads there, with what, and what of
//! what comes back is taken.

use crate::keys::screen;
use crate::picture::Picture;
use crate::stage::{Point, at};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use dineroscope::core::dinero::draft::DraftBody;
use dineroscope::core::engine::Setup;
use dineroscope::core::oauth::Step;
use dineroscope::edge::archive::Archive;
use dineroscope::edge::profiles::Search;
use dineroscope::edge::vault::Vault;
use dineroscope::tui::app::{Editing, End, Opening, Signal, Start, World, run};
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::drafting::outside::Manuscript;
use futures_util::stream;
use jiff::SignedDuration;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use tokio::sync::mpsc::unbounded_channel;

/// Step 6 with an operation in hand.
fn with(operation: &str) -> Picture {
    let mut picture = screen(Point::Listed, Step::Requests);
    picture.ui.drafting.take(operation);
    picture.draw();
    picture
}

/// What goes to the editor after these keys.
fn given(picture: &mut Picture, keys: &str) -> Option<Manuscript> {
    match picture.press(keys).pop() {
        Some(Reaction::Edit(manuscript)) => Some(manuscript),
        _ => None,
    }
}

#[test]
fn a_body_that_is_text_goes_there_and_nothing_else() {
    for (operation, goes) in [
        ("contacts.create", true),
        ("contacts.list", false),
        ("files.upload", false),
    ] {
        let mut picture = with(operation);
        assert!(picture.ui.drafting.operation().is_some(), "{operation}");
        let given = given(&mut picture, "<ctrl-e>");
        assert_eq!(given.is_some(), goes, "{operation}");
        assert_eq!(
            picture.text().contains("ctrl-e editor"),
            goes,
            "{operation}"
        );
    }
    let mut picture = with("contacts.create");
    let DraftBody::Text(fresh) = picture.ui.drafting.draft().body.clone() else {
        panic!("a contact has a body");
    };
    let manuscript = given(&mut picture, "<ctrl-e>").unwrap();
    assert_eq!((manuscript.text, manuscript.file), (fresh, "body.json"));
    // Where the list is narrowed it is the key to the end of the line.
    assert_eq!(given(&mut picture, "/<ctrl-e>"), None);
    // On another step it means nothing.
    assert_eq!(given(&mut picture, "<esc><esc>5<ctrl-e>"), None);
}

#[test]
fn a_body_of_another_type_is_no_json_file() {
    let mut picture = with("contacts.create");
    picture.press("<right>a");
    picture.press("Content-Type: text/csv");
    picture.press("<enter>");
    let manuscript = given(&mut picture, "<ctrl-e>").unwrap();
    assert_eq!(manuscript.file, "body.txt");
}

#[test]
fn the_field_of_the_body_gives_the_key_up_and_other_fields_keep_it() {
    let mut picture = with("contacts.create");
    picture.press("<right><right>a");
    picture.press("more");
    let manuscript = given(&mut picture, "<ctrl-e>").unwrap();
    assert!(manuscript.text.ends_with("}more"), "{}", manuscript.text);
    let before = picture.ui.drafting.draft().clone();
    picture.ui.take_edited(at(200), Ok(Some("{\n}".to_owned())));
    assert_eq!(picture.ui.drafting.draft(), &before, "it was not taken yet");
    picture.press("<tab>");
    let body = picture.ui.drafting.draft().body.clone();
    assert_eq!(body, DraftBody::Text("{\n}".to_owned()));
    // The field of a parameter.
    let mut picture = with("contacts.create");
    picture.press("a");
    picture.press("a=b<home>");
    assert_eq!(given(&mut picture, "<ctrl-e>"), None);
    picture.press("c");
    assert!(picture.text().contains("a=bc"), "{}", picture.text());
}

#[test]
fn what_is_not_taken_is_said_and_changes_nothing() {
    let why = "The editor ended with 1: nothing was taken";
    let mut picture = with("contacts.create");
    let before = picture.ui.drafting.draft().clone();
    picture.ui.take_edited(picture.now, Err(why.to_owned()));
    picture.draw();
    assert!(picture.text().contains(why), "{}", picture.text());
    assert_eq!(picture.ui.drafting.draft(), &before);
    picture.press("<right><right>amore");
    picture.ui.take_edited(picture.now, Err(why.to_owned()));
    picture.draw();
    let text = picture.text();
    assert!(text.contains(why) && text.contains("}more"), "{text}");
}

/// While the editor is at work: a signal that ends the loop ends the editor, keys are not taken from it, and an
/// interrupt is its own.
#[test]
fn while_the_editor_is_at_work_nothing_is_read() {
    /// Says when it is dropped.
    struct Dropped(std::sync::mpsc::Sender<()>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let (keys, mut typed) = unbounded_channel();
    let (events, reported) = unbounded_channel();
    let (signals, received) = unbounded_channel();
    let (dropped, was_dropped) = std::sync::mpsc::channel();
    let start = Start {
        trouble: None,
        setup: Setup {
            seed: [7; 32],
            faults: Vec::new(),
            consent_timeout: SignedDuration::from_mins(5),
            marks: None,
        },
        opening: Opening::Profile(Box::new(crate::stage::visma())),
        search: Search::default(),
        vault: Vault::at(std::env::temp_dir()),
        archive: Archive::nowhere(),
        kept: dineroscope::tui::app::Kept::nowhere(),
        theme: crate::picture::DARK,
    };
    let press = move |code, modifiers| {
        let event = Event::Key(KeyEvent::new(code, modifiers));
        keys.send(Ok::<_, std::io::Error>(event)).unwrap();
    };
    let input = stream::poll_fn(move |context| typed.poll_recv(context));
    let world = move |_| {
        for letter in "6/contacts create".chars() {
            press(KeyCode::Char(letter), KeyModifiers::NONE);
        }
        press(KeyCode::Tab, KeyModifiers::NONE);
        press(KeyCode::Char('e'), KeyModifiers::CONTROL);
        press(KeyCode::Char('q'), KeyModifiers::NONE);
        World {
            perform: Box::new(|_| {}),
            events: reported,
            signals: received,
            mouse: Box::new(|_| {}),
            edit: Box::new(move |_| {
                let _open = (&events, &press);
                let dropped = Dropped(dropped.clone());
                let signals = signals.clone();
                signals.send(Signal::Interrupt).unwrap();
                signals.send(Signal::Terminate).unwrap();
                Editing(Box::pin(async move {
                    let _kept = dropped;
                    std::future::pending().await
                }))
            }),
            copy: Box::new(|_| true),
        }
    };
    let ended = runtime.block_on(run(&mut terminal, input, start, world));
    assert_eq!(
        ended.unwrap().end.unwrap(),
        End::Terminated,
        "`q` was not read"
    );
    assert!(was_dropped.try_recv().is_ok(), "the editor was ended");
}
