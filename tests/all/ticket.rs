//! A ticket says what failed to somebody who has neither this program nor this screen, and nothing that is
//! nobody else's business.

use crate::picture::Picture;
use crate::screens_explain::{opened, paste};
use crate::stage::{CODE, Point, answer, at, engine_at, exchange, tokens};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use dineroscope::core::engine::{Engine, SecretState};
use dineroscope::edge::export::write_new;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::popup::Popup;
use std::collections::BTreeSet;

/// A key that is no letter.
fn key(picture: &mut Picture, code: KeyCode) -> Vec<Reaction> {
    let reactions = picture.input(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    picture.draw();
    reactions
}

/// Enter.
fn enter(picture: &mut Picture) -> Vec<Reaction> {
    key(picture, KeyCode::Enter)
}

/// What is copied when the ticket is asked for at that point.
fn copied(engine: Engine) -> String {
    let mut picture = Picture::new(engine, 180, (120, 40));
    picture.press("T");
    picture.draw();
    let reactions = enter(&mut picture);
    match reactions.as_slice() {
        [Reaction::Copy(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

/// A run whose exchange was refused, with the provider quoting what it was given.
fn refused() -> Engine {
    let mut engine = engine_at(Point::Answered);
    let call = exchange(&mut engine, 62);
    let state = engine.run().fresh.state.clone();
    let body = format!(
        "{{\"error\":\"invalid_grant\",\"error_description\":\"code {CODE} of state {state} is spent\"}}"
    );
    answer(&mut engine, 62, call, 400, &body);
    engine
}

/// Every value of a run that must not leave this machine.
fn private(engine: &Engine) -> Vec<String> {
    let run = engine.run();
    let mut values = vec![run.fresh.state.clone(), CODE.to_owned()];
    values.extend(run.fresh.verifier.iter().map(|it| it.expose().to_owned()));
    values.push("Vq8-not-a-real-secret".to_owned());
    for hit in &run.hits {
        values.extend(hit.answer.session_state.clone());
    }
    for held in engine.grants() {
        values.push(held.grant.access_token.expose().to_owned());
        values.extend(
            held.grant
                .refresh_token
                .iter()
                .map(|it| it.expose().to_owned()),
        );
        values.extend(held.grant.user());
    }
    values
}

/// No part of a value that is long enough to tell it can be read.
fn assert_private(engine: &Engine, text: &str) {
    for value in private(engine) {
        let letters: Vec<char> = value.chars().collect();
        for part in letters.windows(8.min(letters.len())) {
            let part: String = part.iter().collect();
            assert!(!text.contains(&part), "`{part}` of `{value}` in\n{text}");
        }
    }
}

#[test]
fn a_failed_exchange_is_told_whole_and_nothing_private_with_it() {
    let engine = refused();
    let text = copied(refused());
    assert_private(&engine, &text);
    for said in [
        "# ",
        "**Error at 4 Exchange**, rule `invalid-grant",
        "- Cause: ",
        "- To do: ",
        "## What was tried",
        "4. Exchange: failed",
        "- redirect_uri: `http://localhost:8765/callback`",
        "POST /connect/token HTTP/1.1",
        "code=••••code-1",
        "state=••••state-1",
        "client_secret=••••client_secret-1",
        "\"error\": \"invalid_grant\"",
        "- dineroscope ",
        "+01:00",
    ] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
    let codes: BTreeSet<&str> = text
        .match_indices("••••code-")
        .map(|(at, _)| &text[at..at + "••••code-1".len() + 4])
        .collect();
    assert_eq!(
        codes.iter().filter(|code| code.contains("code-2")).count(),
        0,
        "{codes:?}"
    );
}

#[test]
fn tokens_and_the_data_of_the_api_stay_here() {
    for point in [Point::Authorized, Point::ApiRefused, Point::Listed] {
        let engine = engine_at(point);
        let text = copied(engine_at(point));
        assert_private(&engine, &text);
        assert!(!text.contains("Acme"), "a customer's name: {text}");
    }
    assert!(tokens().contains("access_token"));
}

#[test]
fn an_explanation_is_told_too() {
    let mut picture = opened(Some(Point::Ready), (120, 40));
    let link = "https://connect.visma.com/connect/authorize?client_id=isv_acme&response_type=code\
                &redirect_uri=https%3A%2F%2Fa.example%2Fcb&scope=a,b&state=EAYryGyqlYdw8ym2Qv1NSg";
    paste(&mut picture, link);
    picture.press("T");
    picture.draw();
    let reactions = enter(&mut picture);
    let [Reaction::Copy(text)] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    assert!(text.contains("rule `scope-separator`"), "{text}");
    assert!(text.contains("## What was pasted"), "{text}");
    assert!(!text.contains("EAYryGyqlYdw8ym2Qv1NSg"), "{text}");
}

#[test]
fn the_screen_says_what_is_in_it_before_it_is_copied_or_written() {
    let mut picture = Picture::new(refused(), 180, (80, 24));
    picture.press("T");
    picture.draw();
    let shown = picture.text();
    for said in [
        "A ticket",
        "how each step stands",
        "secrets and private fields",
        "copy it",
        "write it to a file",
    ] {
        assert!(shown.contains(said), "no `{said}` in\n{shown}");
    }
    key(&mut picture, KeyCode::Down);
    let _ = enter(&mut picture);
    picture.draw();
    assert!(
        picture.text().contains("dineroscope-ticket-2026"),
        "{}",
        picture.text()
    );
    let reactions = enter(&mut picture);
    let [Reaction::WriteFile(writing)] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    assert!(writing.path.starts_with("dineroscope-ticket-2026"));
    picture
        .ui
        .ask_for_path_again(at(200), writing, "no".to_owned());
    assert!(matches!(picture.ui.popups.last(), Some(Popup::Ask(_))));
    picture.draw();
    assert!(
        picture.text().contains(&writing.path),
        "what was typed is not lost"
    );
}

#[test]
fn a_file_is_new_private_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a ticket.md");
    let path = path.to_str().unwrap();
    write_new(path, "first").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let reason = write_new(path, "second").unwrap_err();
    assert!(reason.contains("is there already"), "{reason}");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "first");
    let missing = folder.path().join("not/there.md");
    let reason = write_new(missing.to_str().unwrap(), "x").unwrap_err();
    assert!(reason.contains("not there"), "{reason}");
}

#[test]
fn a_client_secret_that_the_provider_quotes_under_no_name_stays_here() {
    let mut engine = engine_at(Point::Answered);
    let SecretState::Known(secret) = engine.secret_state() else {
        panic!("{:?}", engine.secret_state());
    };
    let call = exchange(&mut engine, 62);
    let body = format!(
        "{{\"error\":\"invalid_client\",\"error_description\":\"no client has {}\"}}",
        secret.expose()
    );
    answer(&mut engine, 62, call, 401, &body);
    let text = copied(engine);
    assert!(text.contains("no client has ••••"), "{text}");
    assert!(!text.contains(secret.expose()), "{text}");
}

#[test]
fn who_a_pasted_token_is_about_stays_here_word_for_word() {
    let claims = r#"{"sub":"subject-424242","name":"Anna Hansen","family_name":"van Hansen",
                     "address":{"formatted":"Nygade 12"},"iss":"https://a.example","exp":1}"#;
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let token = format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims));
    let mut picture = opened(Some(Point::Ready), (120, 40));
    paste(&mut picture, &token);
    picture.press("T");
    picture.draw();
    let reactions = enter(&mut picture);
    let [Reaction::Copy(text)] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    for private in ["424242", "Anna", "Hansen", "Nygade"] {
        assert!(!text.contains(private), "`{private}` in\n{text}");
    }
    for told in ["- name: `••••name-1`", "- iss: `https://a.example`"] {
        assert!(text.contains(told), "no `{told}` in\n{text}");
    }
}
