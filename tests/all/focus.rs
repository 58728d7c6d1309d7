//! The focus when the flow moves on by itself: Enter does what is to be done now.
//!
//! Every event that a run can wait for comes at every point where it is waited for, with each row and each
//! pane selected before.

use crate::picture::Picture;
use crate::stage::{Point, accept, answer, at, bind, engine_at, post, tokens};
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::Event;
use dineroscope::core::oauth::RunPhase;
use dineroscope::core::oauth::flow::{BindFailure, BindFailureKind};
use dineroscope::tui::screens::{self, Scene};
use dineroscope::tui::ui::{Before, Focus};

/// What happens to an engine.
type Happening = fn(&mut Engine);

/// What can happen by itself at a point.
fn happenings(point: Point) -> Vec<Happening> {
    match point {
        Point::SandboxStarting => vec![sandbox_started],
        Point::Binding => vec![bind, taken],
        Point::Waiting | Point::WrongState => vec![accepted, refused, late],
        Point::TimedOut => vec![accepted, refused],
        Point::Exchanging => vec![granted, burned],
        _ => Vec::new(),
    }
}

fn sandbox_started(engine: &mut Engine) {
    let origin = "http://127.0.0.1:41234".to_owned();
    let run = engine.run().number;
    engine.event(at(41), Event::SandboxStarted { run, origin });
}

fn taken(engine: &mut Engine) {
    let failure = BindFailure {
        kind: BindFailureKind::InUse,
        address: "127.0.0.1:8765".to_owned(),
        detail: "Address already in use (os error 98)".to_owned(),
        holder: None,
    };
    let run = engine.run().number;
    engine.event(at(41), Event::ListenerFailed { run, failure });
}

fn accepted(engine: &mut Engine) {
    accept(engine, 41);
}

fn refused(engine: &mut Engine) {
    let state = engine.run().fresh.state.clone();
    post(engine, 41, &format!("error=access_denied&state={state}"));
}

fn late(engine: &mut Engine) {
    engine.event(at(301), Event::Ticked);
}

fn granted(engine: &mut Engine) {
    exchanged(engine, 200, &tokens());
}

fn burned(engine: &mut Engine) {
    exchanged(engine, 400, "{\"error\":\"invalid_grant\"}");
}

fn exchanged(engine: &mut Engine, status: u16, body: &str) {
    let RunPhase::Exchanging(call) = engine.run().phase else {
        panic!("{:?}", engine.run().phase);
    };
    answer(engine, 41, call, status, body);
}

#[test]
fn enter_is_at_hand_whatever_had_the_focus_when_the_flow_moved_on() {
    let mut checked = 0;
    for point in Point::ALL {
        for happening in happenings(point) {
            let rows = Picture::new(engine_at(point), 41, (120, 40))
                .areas
                .spots
                .len();
            let others = [Focus::Raw, Focus::Findings, Focus::Transcript];
            for focus in (0..rows).map(Focus::Row).chain(others) {
                let mut picture = Picture::new(engine_at(point), 41, (120, 40));
                picture.ui.focus = focus;
                let before = Before::of(&picture.engine);
                let phase = picture.engine.run().phase.clone();
                happening(&mut picture.engine);
                assert_ne!(picture.engine.run().phase, phase, "{point:?}");
                picture.ui.follow(&before, false, &picture.engine);
                picture.draw();
                let zone = Picture::zone();
                let scene = Scene {
                    engine: &picture.engine,
                    now: picture.now,
                    zone: &zone,
                };
                let text = picture.text();
                let footer = text.lines().last().unwrap();
                if screens::pane(&scene, picture.ui.step, &picture.ui)
                    .button
                    .is_some()
                {
                    assert!(footer.contains('↵'), "{point:?}, {focus:?}: `{footer}`");
                    checked += 1;
                }
            }
        }
    }
    assert!(checked > 50, "only {checked} were checked");
}
