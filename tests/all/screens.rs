//! The screens as a user sees them: every state of the flow at three sizes, and whatever is thrown at
//! them.
//!
//! `DINEROSCOPE_PICTURES=1 cargo test screens::` also writes each as SVG to /tmp/dineroscope-screens.

use crate::picture::Picture;
use crate::stage::{Point, blank, bring, engine_at, sandbox, visma};
use std::fmt::Write as _;

/// The sizes that are held.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

/// A moment after a point was reached, in seconds after the start.
fn moment(point: Point) -> i64 {
    match point {
        Point::Waiting | Point::WrongState => 47,
        Point::Answered | Point::NeedsSecret | Point::Refused => 41,
        Point::TimedOut => 310,
        Point::Exchanging => 63,
        Point::ExchangeFailed => 70,
        Point::Authorized => 182,
        Point::Sending | Point::Listed | Point::ApiRefused => 101,
        _ => 2,
    }
}

/// A point with its own step in view.
fn picture(point: Point, size: (u16, u16)) -> Picture {
    let mut picture = Picture::new(engine_at(point), moment(point), size);
    if matches!(point, Point::Sending | Point::Listed | Point::ApiRefused) {
        picture.press("6");
    }
    picture
}

/// Compares a screen at every size with what was looked at and found good.
pub(crate) fn hold(name: &str, make: impl Fn((u16, u16)) -> Picture) {
    let mut text = String::new();
    for size in SIZES {
        let picture = make(size);
        writeln!(text, "{}×{}   styles {}", size.0, size.1, picture.styles()).unwrap();
        text.push_str(&picture.text());
        text.push('\n');
        save(&picture, &format!("{name}-{}", size.0));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name.to_owned(), text));
}

/// Writes a picture to look at, when asked to.
fn save(picture: &Picture, name: &str) {
    if std::env::var_os("DINEROSCOPE_PICTURES").is_some() {
        let folder = std::path::Path::new("/tmp/dineroscope-screens");
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(format!("{name}.svg")), picture.svg()).unwrap();
    }
}

#[test]
fn every_state_of_the_flow() {
    for point in Point::ALL {
        hold(&format!("{point:?}").to_lowercase(), |size| {
            picture(point, size)
        });
    }
}

#[test]
fn the_sandbox_is_told_from_production() {
    hold("sandbox-waiting", |size| {
        let mut engine = blank();
        bring(&mut engine, sandbox(), Point::SandboxStarting);
        let origin = "http://127.0.0.1:41234".to_owned();
        engine.event(
            crate::stage::at(0),
            dineroscope::core::engine::message::Event::SandboxStarted { run: 1, origin },
        );
        engine.command(
            crate::stage::at(0),
            dineroscope::core::engine::message::Command::Begin { open_browser: true },
        );
        crate::stage::bind(&mut engine);
        Picture::new(engine, 47, size)
    });
}

#[test]
fn what_came_of_preflight_stands_beside_the_link() {
    use crate::stage::{at, sent};
    use dineroscope::core::engine::message::{Command, Event};
    use dineroscope::core::wire::{Body, Headers, Outcome, Record, Response};
    let asked = |point: Point, location: &'static str| {
        move |size| {
            let mut engine = engine_at(point);
            let call = sent(&engine.command(at(1), Command::Preflight));
            let record = engine.record(call).unwrap().clone();
            let mut headers = Headers::default();
            headers.push("Location", location);
            let outcome = Outcome::Response(Response {
                status: 302,
                reason: "Found".to_owned(),
                version: "HTTP/1.1".to_owned(),
                headers,
                body: Body::default(),
                cut: None,
            });
            let ended = Record { outcome, ..record };
            let page = sent(&engine.event(at(1), Event::Answered(Box::new(ended))));
            crate::stage::answer(&mut engine, 1, page, 200, "Sorry, there was an error");
            Picture::new(engine, moment(point), size)
        }
    };
    let refused = "/error?errorId=CfDJ8NnP0xR6fYk2T1vUQ";
    hold("preflight-refused", asked(Point::Ready, refused));
    let taken = "/account/login?ReturnUrl=%2Fconnect";
    hold("preflight-taken", asked(Point::Waiting, taken));
}

#[test]
fn popups_lie_over_a_dim_screen() {
    let over = |point: Point, keys: &'static str| {
        move |size| {
            let mut picture = picture(point, size);
            picture.press(keys);
            picture
        }
    };
    hold("popup-help", over(Point::Answered, "?"));
    hold("popup-palette", over(Point::Answered, ":co"));
    hold("popup-copy", over(Point::Authorized, "y"));
    hold("popup-paste", over(Point::Waiting, "p"));
    hold("popup-leave", over(Point::Waiting, "q"));
    hold("record", over(Point::Authorized, "t<enter>"));
    hold("popup-organizations", over(Point::Listed, "g"));
}

#[test]
fn a_row_has_the_focus_and_a_secret_is_revealed() {
    hold("revealed", |size| {
        let mut picture = picture(Point::Answered, size);
        picture.press("m");
        picture
    });
}

#[test]
fn light_grounds_terminals_without_colour_and_without_unicode_are_served() {
    use dineroscope::tui::theme::{Charset, Ground, Theme};
    let themes = [
        ("light", Ground::Light, Charset::Unicode),
        ("monochrome", Ground::Monochrome, Charset::Letters),
        ("ascii", Ground::Monochrome, Charset::Ascii),
    ];
    for (name, ground, charset) in themes {
        hold(name, |size| {
            let mut picture = picture(Point::ExchangeFailed, size);
            picture.theme = Theme { ground, charset };
            picture.draw();
            let ascii = picture.text().is_ascii();
            assert_eq!(ascii, charset != Charset::Unicode);
            picture
        });
    }
}

#[test]
fn a_small_terminal_shows_what_matters() {
    let mut text = String::new();
    for point in [Point::Waiting, Point::ExchangeFailed] {
        text.push_str(&picture(point, (60, 16)).text());
        text.push_str(&picture(point, (52, 14)).text());
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("small", text));
}

#[test]
fn no_size_and_no_state_panics() {
    let sizes = [
        (20, 5),
        (59, 16),
        (60, 15),
        (60, 16),
        (77, 20),
        (80, 24),
        (99, 29),
        (116, 31),
        (300, 100),
    ];
    for point in Point::ALL {
        for size in sizes {
            let mut picture = picture(point, size);
            for keys in [
                "?<pgdn><end><esc>",
                ":x<esc>",
                "y<down><esc>",
                "p<esc>",
                "t<up>z<esc><esc>",
                "<tab><down><down><pgdn><end><up><home>",
                "zi",
                "i<esc>",
                "123456",
            ] {
                picture.press(keys);
                picture.ui.popups.clear();
                picture.draw();
            }
        }
    }
}

#[test]
fn what_commands_a_terminal_never_reaches_the_screen() {
    let poison = "x\u{1b}[31m\u{9b}y\u{202e}z\u{200b}\u{7}\t\r\n\u{feff}end";
    let mut profile = visma();
    profile.name = poison.to_owned();
    profile.provider.label = poison.to_owned();
    profile.client_id = poison.to_owned();
    profile.scopes = vec![poison.to_owned()];
    profile.authorize.extra = vec![(poison.to_owned(), poison.to_owned())];
    for point in Point::ALL {
        if point == Point::Blank {
            continue;
        }
        let mut engine = blank();
        bring(&mut engine, profile.clone(), point);
        let mut picture = Picture::new(engine, 30, (120, 40));
        for keys in ["", "y", "t<enter>", "?", ":"] {
            picture.press(keys);
            clean(&picture);
            picture.ui.popups.clear();
        }
        picture.press("p");
        picture.input(crossterm::event::Event::Paste(poison.to_owned()));
        clean(&picture);
        for step in ["1", "2", "3", "4", "5", "6"] {
            picture.ui.popups.clear();
            picture.draw();
            picture.press(step);
            clean(&picture);
        }
    }
}

/// Nothing in the buffer would be obeyed by a terminal.
fn clean(picture: &Picture) {
    for cell in &picture.buffer.content {
        for character in cell.symbol().chars() {
            let visible = dineroscope::core::wire::visible::Visible::of(&character.to_string());
            assert_eq!(
                visible.as_str(),
                character.to_string(),
                "{}",
                picture.text()
            );
        }
    }
}

#[test]
fn what_went_wrong_and_what_to_do_is_shown_at_every_size() {
    let failed = [
        Point::ListenFailed,
        Point::TimedOut,
        Point::Refused,
        Point::ExchangeFailed,
        Point::ApiRefused,
    ];
    for point in failed {
        for size in [(60, 16), (70, 18), (80, 19), (80, 20), (60, 22), (80, 24)] {
            let picture = picture(point, size);
            let engine = &picture.engine;
            let findings = engine.findings(picture.now, picture.ui.step);
            let Some(leading) = findings.first() else {
                continue;
            };
            let text = picture.text();
            let begin: String = leading.headline.as_str().chars().take(20).collect();
            assert!(text.contains(&begin), "{point:?} {size:?}\n{text}");
            assert!(text.contains("  → "), "{point:?} {size:?}\n{text}");
        }
    }
}
