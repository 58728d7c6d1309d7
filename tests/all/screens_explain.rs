//! The Explain screen as a user sees it: a paste, what is found in it, and the ways in and out.

use crate::keys::rows;
use crate::leak::holds_a_token;
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{Point, blank, engine_at};
use crossterm::event::Event;
use dineroscope::core::oauth::Step;
use dineroscope::tui::ui::act::{Reaction, Stage};
use dineroscope::tui::ui::pasting::Explained;
use dineroscope::tui::ui::{Focus, Screen};

/// A link as a mail wrapped it, with a comma between its scopes.
const WRAPPED: &str = "https://connect.visma.com/connect/authorize?client_id=isv_acme&response_type=code\n\
    &response_mode=form_post&scope=dineropublicapi:read,offline_access&redirect_uri=https://regnskab.\n\
    example/callback&state=9fKm2vXb3qLw";

/// A request to the token endpoint with its secret and its code.
const SECRET: &str = "curl https://connect.visma.com/connect/token -d grant_type=authorization_code \
    -d client_id=isv_acme -d client_secret=Kq81mZpQ77xWvTr0aBcD -d code=5D1F0A9E77C3B2 \
    -d redirect_uri=https://regnskab.example/callback";

/// A token that nobody signed.
const TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2Nvbm5lY3QudmlzbWEuY29tIn0.c2lnbmVk";

/// The Explain screen over an engine.
pub(crate) fn opened(point: Option<Point>, size: (u16, u16)) -> Picture {
    let engine = point.map_or_else(blank, engine_at);
    let mut picture = Picture::new(engine, 41, size);
    picture.press("E");
    picture
}

/// Does what the loop does with an inquiry.
fn answer(picture: &mut Picture, reactions: Vec<Reaction>) {
    for reaction in reactions {
        if let Reaction::Explain(inquiry) = reaction {
            let engine = &picture.engine;
            let found = Explained::of(&inquiry, engine.profile(), engine.mask(), picture.now);
            picture.ui.pasted.take(found);
        }
    }
    picture.draw();
}

/// Pastes, and waits for the explanation.
pub(crate) fn paste(picture: &mut Picture, text: &str) {
    let zone = Picture::zone();
    let stage = Stage {
        engine: &picture.engine,
        areas: &picture.areas,
        now: picture.now,
        zone: &zone,
    };
    let reactions = picture.ui.input(Event::Paste(text.to_owned()), &stage);
    answer(picture, reactions);
}

/// The screen after a paste.
fn pasted(text: &'static str) -> impl Fn((u16, u16)) -> Picture {
    move |size| {
        let mut picture = opened(Some(Point::Ready), size);
        paste(&mut picture, text);
        picture
    }
}

#[test]
fn what_is_pasted_is_taken_apart() {
    hold("explain-empty", |size| opened(None, size));
    hold("explain-link", pasted(WRAPPED));
    hold("explain-secret", pasted(SECRET));
    hold("explain-unknown", pasted("Hej, det virker ikke.\nMvh Åse"));
}

#[test]
fn no_secret_is_drawn_once_it_is_explained() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let mut picture = opened(Some(Point::Ready), size);
        for text in [SECRET, TOKEN] {
            paste(&mut picture, text);
            let drawn = picture.text();
            assert!(!drawn.contains("Kq81mZpQ"), "{drawn}");
            assert!(!drawn.contains("5D1F0A9E77C3B2"), "{drawn}");
            assert!(!holds_a_token(&drawn), "{drawn}");
            let copied = picture.press("y");
            let [Reaction::Copy(copied)] = &copied[..] else {
                panic!("nothing is copied: {copied:?}")
            };
            assert!(!copied.contains("Kq81mZpQ") && !holds_a_token(copied));
        }
        assert!(!format!("{:?}", picture.ui).contains("eyJ"));
    }
}

#[test]
fn what_is_typed_is_explained_with_tab_and_edited_again_with_e() {
    let mut picture = opened(None, (120, 40));
    assert_eq!(picture.ui.focus, Focus::Text);
    assert_eq!(picture.press("q?E1"), [], "keys are text in the field");
    assert_eq!(picture.ui.screen, Screen::Explain);
    let reactions = picture.press("<tab>");
    assert_eq!(reactions.len(), 1);
    answer(&mut picture, reactions);
    assert!(picture.text().contains("q?E1"), "{}", picture.text());
    picture.press("e");
    assert_eq!(picture.ui.focus, Focus::Text);
    // Esc leaves the field, then the screen; the text stays.
    let reactions = picture.press("<esc>");
    answer(&mut picture, reactions);
    assert_eq!(picture.ui.screen, Screen::Explain);
    picture.press("<esc>");
    assert_eq!(
        (picture.ui.screen, picture.ui.step),
        (Screen::Step, Step::Link)
    );
    picture.press("E");
    assert!(picture.text().contains("q?E1"), "{}", picture.text());
    picture.press("<delete>");
    assert!(picture.ui.pasted.is_empty());
    assert_eq!(picture.ui.focus, Focus::Text);
}

#[test]
fn the_profile_in_use_is_compared_with_or_not() {
    let mut picture = opened(Some(Point::Ready), (120, 40));
    paste(&mut picture, WRAPPED);
    assert!(picture.text().contains("Compared with profile"));
    let before = picture.ui.pasted.explanation().cloned();
    let reactions = picture.press("c");
    answer(&mut picture, reactions);
    assert!(picture.text().contains("Not compared with profile"));
    assert_ne!(picture.ui.pasted.explanation().cloned(), before);
}

#[test]
fn the_welcome_leads_to_it() {
    let mut picture = Picture::new(blank(), 0, (120, 40));
    picture.press("<down><down><down><down><enter>");
    assert_eq!(picture.ui.screen, Screen::Explain);
}

/// A key has one meaning, and the footer names a way out.
fn check(picture: &Picture, state: &str) {
    let rows = rows(picture);
    let mut keys: Vec<_> = rows.iter().flat_map(|row| row.keys).collect();
    let count = keys.len();
    keys.sort_by_key(|key| key.name());
    keys.dedup();
    assert_eq!(keys.len(), count, "a key has two meanings: {state}");
    let text = picture.text();
    let footer = text.lines().last().unwrap_or_default();
    let mut ways = rows
        .iter()
        .filter(|row| row.way_out && !row.footer.is_empty());
    assert!(
        ways.any(|row| footer.contains(&format!("{} ", row.keys[0].name()))),
        "no way out in `{footer}`: {state}"
    );
}

#[test]
fn every_key_has_one_meaning_and_there_is_always_a_way_out() {
    for point in [None, Some(Point::Waiting)] {
        for size in [(80, 24), (120, 40)] {
            for text in ["", "not known", WRAPPED] {
                for keys in ["", "e", "<tab>", "<tab><tab>", "t", "z", "?", ":", "P"] {
                    let mut picture = opened(point, size);
                    check(&picture, "in the field");
                    if text.is_empty() {
                        picture.press("<esc>");
                    } else {
                        paste(&mut picture, text);
                    }
                    picture.press(keys);
                    check(&picture, &format!("`{text}`, `{keys}`, {size:?}"));
                }
            }
        }
    }
}
