//! Rows of link and exchange as a person works them: Space, Enter, `a`, `R`; and of a link that is out.

use crate::picture::Picture;
use crate::stage::{CODE, Point, at, bind, engine_at, post};
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::Step;
use dineroscope::core::secret::Secret;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::popup::Popup;

/// Hands what was asked for to the engine of the picture.
fn obey(picture: &mut Picture, reactions: Vec<Reaction>) {
    for reaction in reactions {
        match reaction {
            Reaction::Command(command) => drop(picture.engine.command(at(41), command)),
            other => panic!("{other:?}"),
        }
    }
    picture.draw();
}

/// The exchange, not yet sent.
fn exchange(size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine_at(Point::Answered), 41, size);
    picture.ui.show(Step::Exchange);
    picture.draw();
    picture
}

#[test]
fn a_field_of_the_exchange_is_switched_and_the_request_follows() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut picture = exchange(size);
        let reactions = picture.press("<down><down> ");
        obey(&mut picture, reactions);
        let text = picture.text();
        assert!(text.contains("[ ] code"), "{text}");
        assert!(text.contains("1 of 7 checks fails"), "{text}");
        let request = picture.engine.exchange_request().unwrap();
        assert!(!request.body.to_text().contains("code=5F"), "left out");
        // And back.
        let reactions = picture.press(" ");
        obey(&mut picture, reactions);
        assert!(picture.engine.run().changes.is_empty());
    }
}

#[test]
fn a_secret_is_typed_unseen_and_sent_as_typed() {
    let mut picture = exchange((120, 40));
    picture.press("<down><down><enter>");
    assert!(!picture.text().contains(CODE), "what it was is not shown");
    picture.press("my-own-code");
    assert!(
        !picture.text().contains("my-own-code"),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<enter>");
    obey(&mut picture, reactions);
    let request = picture.engine.exchange_request().unwrap();
    assert!(request.body.to_text().contains("code=my-own-code&"));
    assert!(!picture.text().contains("my-own-code"));
    let reactions = picture.press("R");
    obey(&mut picture, reactions);
    assert!(
        picture
            .engine
            .exchange_request()
            .unwrap()
            .body
            .to_text()
            .contains(CODE)
    );
}

#[test]
fn a_field_is_added_and_needs_a_name() {
    let mut picture = exchange((120, 40));
    picture.press("a<enter>x");
    assert!(picture.press("<enter>").is_empty());
    assert!(
        picture.text().contains("It needs a name"),
        "{}",
        picture.text()
    );
    picture.press("scope<enter>");
    let reactions = picture.press("<enter>");
    obey(&mut picture, reactions);
    let body = picture.engine.exchange_request().unwrap().body;
    assert!(body.to_text().ends_with("&scope=x"), "{}", body.to_text());
    assert!(
        picture.text().contains("added by you"),
        "{}",
        picture.text()
    );
}

#[test]
fn a_row_of_a_link_that_is_out_goes_into_a_new_run() {
    let mut picture = Picture::new(engine_at(Point::Waiting), 41, (120, 40));
    picture.press("1<down>");
    picture.press("<enter>");
    let text = picture.text();
    assert!(text.contains("Another value, in a new run"), "{text}");
    assert!(picture.press("-other<enter>").is_empty());
    // The browser may still answer this one.
    assert!(
        matches!(picture.ui.popups.last(), Some(Popup::Confirm(_))),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<tab><enter>");
    let [Reaction::Command(Command::NewRunWithLink(changes))] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    assert_eq!(
        changes.rows,
        [(
            "client_id".to_owned(),
            Some("isv_acme_dev-other".to_owned())
        )]
    );
    obey(&mut picture, reactions);
    assert!(
        picture
            .engine
            .run()
            .link
            .contains("client_id=isv_acme_dev-other")
    );
    // Of one that is over nothing is lost, so nothing is asked; Space does it as well.
    let mut picture = Picture::new(engine_at(Point::ExchangeFailed), 80, (120, 40));
    picture.press("1<down>");
    let reactions = picture.press(" ");
    assert!(
        matches!(
            reactions.as_slice(),
            [Reaction::Command(Command::NewRunWithLink(_))]
        ),
        "{reactions:?}"
    );
}

#[test]
fn a_nonce_that_is_switched_on_is_one_of_this_run() {
    let mut picture = Picture::new(engine_at(Point::Ready), 41, (120, 40));
    let rows = &picture.engine.run().link_rows;
    let place = rows.iter().position(|row| row.parameter.name == "nonce");
    picture.press(&"<down>".repeat(place.unwrap() + 1));
    let reactions = picture.press(" ");
    obey(&mut picture, reactions);
    let run = picture.engine.run();
    let nonce = &run.fresh.nonce;
    assert!(
        run.link.contains(&format!("&nonce={nonce}")),
        "{}",
        run.link
    );
}

#[test]
fn a_secret_that_is_added_to_the_link_is_masked() {
    let mut picture = Picture::new(engine_at(Point::Ready), 41, (120, 40));
    let changes = &picture.engine.run().link_changes;
    let command = Command::ChangeLink(changes.with_added("client_secret", "hunter2hunter2"));
    obey(&mut picture, vec![Reaction::Command(command)]);
    let text = picture.text();
    assert!(text.contains("client_secret"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_field_that_stands_twice_fails_a_local_check() {
    let mut picture = exchange((120, 40));
    let mut changes = picture.engine.run().changes.clone();
    let again = Secret::new("password");
    changes.fields = changes.fields.with_added("grant_type", again);
    let command = Command::ChangeExchange(changes);
    obey(&mut picture, vec![Reaction::Command(command)]);
    let text = picture.text();
    assert!(text.contains("grant_type stands twice"), "{text}");
    assert!(text.contains("1 of 8 checks fails"), "{text}");
}

#[test]
fn a_verifier_does_not_fit_a_link_that_names_no_method() {
    let mut engine = engine_at(Point::Ready);
    let rows = &engine.run().link_rows;
    let row = rows
        .iter()
        .find(|row| row.parameter.name == "code_challenge_method");
    let changes = engine.run().link_changes.with(row.unwrap(), None);
    engine.command(at(1), Command::ChangeLink(changes));
    engine.command(at(1), Command::Begin { open_browser: true });
    bind(&mut engine);
    let state = engine.run().fresh.state.clone();
    post(&mut engine, 20, &format!("code={CODE}&state={state}"));
    let mut picture = Picture::new(engine, 41, (120, 40));
    picture.ui.show(Step::Exchange);
    picture.draw();
    let text = picture.text();
    assert!(text.contains("does not fit"), "{text}");
}
