//! The screen of the kept runs, as a person works it: list, marks, two side by side, one open, a report.

use crate::holding::{Holding, engine_holding};
use crate::inquiring::inquired;
use crate::keys::{assert_one_meaning, assert_way_out};
use crate::picture::Picture;
use crate::screens::hold;
use crate::stage::{Point, answer, at, bind, engine_at, exchange, post};
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::history::report::Report;
use dineroscope::core::history::{KeptRun, RunId, Summary};
use dineroscope::core::oauth::endpoint::Inquiry;
use dineroscope::core::oauth::{STEPS, Step, StepState};
use dineroscope::edge::archive::Listed;
use dineroscope::tui::ui::act::Reaction;
use dineroscope::tui::ui::popup::Popup;
use dineroscope::tui::ui::runs::Compared;
use jiff::SignedDuration;
use std::path::PathBuf;

/// A kept run of the stage; each began at another moment.
fn kept(point: Point, minutes: i64) -> KeptRun {
    let mut run = engine_at(point).run_to_keep(at(130)).unwrap();
    let began = at(-60 * minutes);
    run.run.started_at = Some(began);
    run.id = RunId::read(&format!(
        "20261123T{:06}000-3fa9c1",
        110_000 - minutes * 100
    ));
    run
}

/// What the folder of a busy morning holds.
pub(crate) fn listed() -> Listed {
    let points = [
        (Point::Waiting, 3),
        (Point::ExchangeFailed, 12),
        (Point::Refused, 31),
        (Point::Authorized, 32),
        (Point::TimedOut, 55),
    ];
    let runs = points.map(|(point, minutes)| kept(point, minutes).summary());
    Listed {
        runs: runs.to_vec(),
        unreadable: Vec::new(),
        trouble: None,
    }
}

/// The screen with that list.
pub(crate) fn screen(size: (u16, u16), listed: Listed) -> Picture {
    let mut picture = Picture::new(engine_at(Point::Ready), 2, size);
    let reactions = picture.press("H");
    assert_eq!(reactions, [Reaction::ReadRuns]);
    picture.ui.runs.take(listed);
    picture.draw();
    picture
}

/// Two runs side by side.
pub(crate) fn compared(size: (u16, u16)) -> Picture {
    let mut picture = screen(size, listed());
    let good = kept(Point::Authorized, 32);
    let mut engine = engine_at(Point::Authorized);
    engine.command(at(200), Command::NewRun);
    engine.command(at(200), Command::Begin { open_browser: true });
    bind(&mut engine);
    let state = engine.run().fresh.state.clone();
    post(
        &mut engine,
        220,
        &format!("code=another-code-that-came&state={state}"),
    );
    let call = exchange(&mut engine, 262);
    answer(&mut engine, 262, call, 400, "{\"error\":\"invalid_grant\"}");
    let bad = engine.run_to_keep(at(270)).unwrap();
    let pair = Compared::of(bad, good, engine.mask());
    picture.ui.runs.compared = Some(Box::new(pair));
    picture.ui.focus = dineroscope::tui::ui::Focus::Button;
    picture.draw();
    picture
}

/// A kept run, opened.
pub(crate) fn opened(point: Point, size: (u16, u16)) -> Picture {
    showing(kept(point, 12), size)
}

/// The screens of a kept run.
fn showing(run: KeptRun, size: (u16, u16)) -> Picture {
    let setup = Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    };
    let engine = Engine::opened(setup, run);
    let step = engine.current_step();
    let mut picture = Picture::new(engine, 130, size);
    picture.ui.show(step);
    picture.draw();
    picture
}

/// Every state of the kept runs: the list, two compared, one open at each step.
fn each_state_of_runs(mut check: impl FnMut(&Picture, &str)) {
    for keys in [
        "",
        "<up>",
        " ",
        " <down> ",
        "<delete>",
        "/",
        "/x<enter>",
        "?",
        ":",
        "t",
        "z",
    ] {
        for listed in [listed(), Listed::default()] {
            let mut picture = screen((120, 40), listed);
            picture.press(keys);
            check(&picture, &format!("runs, `{keys}`"));
        }
        let mut picture = compared((120, 40));
        picture.press(keys);
        check(&picture, &format!("runs compared, `{keys}`"));
    }
    for point in [
        Point::Waiting,
        Point::Refused,
        Point::ExchangeFailed,
        Point::Authorized,
        Point::Listed,
    ] {
        for facts in &STEPS {
            for keys in ["", "<down>", "<tab><tab>", "x", "y", "?", ":", "t", "T"] {
                let mut picture = opened(point, (120, 40));
                picture.ui.show(facts.step);
                picture.draw();
                picture.press(keys);
                check(
                    &picture,
                    &format!("kept {point:?}, {}, `{keys}`", facts.name),
                );
            }
        }
    }
}

#[test]
fn no_key_means_two_things_and_there_is_a_way_out() {
    each_state_of_runs(|picture, state| {
        assert_one_meaning(picture, state);
        assert_way_out(picture, state);
    });
}

#[test]
fn the_run_in_view_is_told_from_one_that_was_never_ended() {
    let engine = engine_at(Point::Waiting);
    let own = engine.run_to_keep(at(130)).unwrap().summary();
    let other = kept(Point::Waiting, 3).summary();
    let mut picture = Picture::new(engine, 130, (120, 40));
    picture.press("H");
    picture.ui.runs.take(Listed {
        runs: vec![own, other],
        unreadable: Vec::new(),
        trouble: None,
    });
    picture.draw();
    let text = picture.text();
    assert_eq!(text.matches("now at 2 Consent").count(), 1, "{text}");
    assert_eq!(text.matches("open at 2 Consent").count(), 1, "{text}");
}

#[test]
fn a_new_run_keeps_nothing_of_what_failed_in_the_one_before() {
    let mut engine = engine_at(Point::ApiRefused);
    let before = engine.run_to_keep(at(190)).unwrap();
    assert_eq!(before.step_state(Step::Requests), StepState::Failed);
    engine.command(at(200), Command::NewRun);
    engine.command(at(200), Command::Begin { open_browser: true });
    bind(&mut engine);
    let kept = engine.run_to_keep(at(210)).unwrap();
    assert_eq!(kept.step_state(Step::Requests), StepState::Pending);
    assert_eq!(kept.step_state(Step::Token), StepState::Pending);
    let later = kept.findings.iter().filter(|it| it.step > Step::Consent);
    assert_eq!(later.count(), 0, "{:?}", kept.findings);
}

#[test]
fn a_kept_run_tells_what_became_of_its_token_and_asks_for_no_key() {
    let answer = "{\"error\":\"insufficient_scope\"}";
    let asked = inquired(Inquiry::USERINFO, 403, answer);
    let text = showing(asked.run_to_keep(at(130)).unwrap(), (120, 40)).text();
    let row = text.lines().find(|line| line.contains("userinfo")).unwrap();
    assert!(
        row.contains("⚠  userinfo              insufficient_scope"),
        "{text}"
    );
    assert!(!text.contains("press "), "{text}");
    assert!(!text.contains("last refresh"), "{text}");
    let refreshed = engine_holding(Holding::Refreshed);
    let text = showing(refreshed.run_to_keep(at(130)).unwrap(), (120, 40)).text();
    let row = text.lines().find(|line| line.contains("last refresh"));
    assert!(row.unwrap().contains("new tokens"), "{text}");
    let row = text.lines().find(|line| line.contains("kept   "));
    assert!(row.unwrap().contains("in a kept run, no token"), "{text}");
}

#[test]
fn the_screens_are_as_they_were_found_good() {
    hold("runs-list", |size| {
        let mut picture = screen(size, listed());
        picture.press("<down>");
        picture
    });
    hold("runs-empty", |size| screen(size, Listed::default()));
    hold("runs-compared", compared);
    hold("runs-opened", |size| opened(Point::ExchangeFailed, size));
    hold("runs-report", |size| {
        let mut picture = opened(Point::ExchangeFailed, size);
        picture.press("x");
        picture
    });
}

#[test]
fn two_are_marked_and_compared() {
    let mut picture = screen((120, 40), listed());
    assert!(picture.press(" <down> ").is_empty());
    let text = picture.text();
    assert!(text.contains("Two runs are marked"), "{text}");
    assert!(text.contains("compare the two"), "{text}");
    let reactions = picture.press("<enter>");
    let [Reaction::CompareRuns(one, other)] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    assert_ne!(one, other);
    assert!(
        picture.ui.runs.marked.is_empty(),
        "the marks have done their work"
    );
    // Of three the first gives way, and a mark is taken back.
    picture.press(" <down> <down> <down> ");
    assert_eq!(picture.ui.runs.marked.len(), 2);
    picture.press(" ");
    assert_eq!(picture.ui.runs.marked.len(), 1);
}

#[test]
fn what_is_equal_is_folded_and_opens() {
    let mut picture = compared((120, 40));
    let text = picture.text();
    assert!(text.contains("▸ 1 Link: "), "{text}");
    assert!(!text.contains("response_type"), "{text}");
    picture.press("<down><down> ");
    assert!(
        picture.text().contains("response_type"),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<up><up><up><enter>");
    assert!(
        matches!(reactions.as_slice(), [Reaction::OpenRun(_)]),
        "{reactions:?}"
    );
    picture.press("<esc>");
    assert!(
        picture.text().contains("runs are kept"),
        "{}",
        picture.text()
    );
}

#[test]
fn a_run_is_opened_and_esc_leads_back() {
    let mut picture = screen((80, 24), listed());
    let reactions = picture.press("<down><enter>");
    assert!(
        matches!(reactions.as_slice(), [Reaction::OpenRun(_)]),
        "{reactions:?}"
    );
    let mut picture = opened(Point::Refused, (80, 24));
    assert_eq!(picture.press("<down><esc>"), [], "first out of the rows");
    assert_eq!(picture.press("<esc>"), [Reaction::CloseRun]);
    let mut picture = opened(Point::Refused, (80, 24));
    assert_eq!(
        picture.press("<enter>"),
        [Reaction::CloseRun],
        "the button too"
    );
}

#[test]
fn the_list_is_narrowed_and_widened_again() {
    let mut picture = screen((120, 40), listed());
    picture.press("/denied<enter>");
    let text = picture.text();
    assert!(text.contains("1 of 5 runs have `denied`"), "{text}");
    picture.press("<esc>");
    assert!(picture.text().contains("5 runs are kept"));
    picture.press("/no such words<enter>");
    assert!(
        picture.text().contains("esc shows all"),
        "{}",
        picture.text()
    );
    picture.press("<esc><esc>");
    assert!(picture.text().contains("1 Link"), "{}", picture.text());
}

#[test]
fn nothing_is_deleted_unasked() {
    let mut picture = screen((120, 40), listed());
    assert!(picture.press("<delete>").is_empty());
    assert!(matches!(picture.ui.popups.last(), Some(Popup::Confirm(_))));
    assert!(
        picture.press("<enter>").is_empty(),
        "the safe answer has the focus"
    );
    let reactions = picture.press("<delete><tab><enter>");
    assert!(
        matches!(reactions.as_slice(), [Reaction::DeleteRun(_)]),
        "{reactions:?}"
    );
}

#[test]
fn a_report_lists_what_is_in_it_before_it_is_written() {
    let mut picture = opened(Point::ExchangeFailed, (120, 40));
    picture.press("x");
    let text = picture.text();
    for words in [
        "A report of the run",
        "records",
        "values of its steps",
        "No secret",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    let kept = picture.ui.runs.report.clone().unwrap();
    let report = Report {
        run: &kept,
        mask: picture.engine.mask(),
        now: at(130),
        zone: &Picture::zone(),
        system: "x",
    };
    for content in report.contents() {
        assert!(text.contains(&content), "{content} in\n{text}");
    }
    picture.press("<down><enter>");
    assert!(
        picture.text().contains("dineroscope-run-20261123T"),
        "{}",
        picture.text()
    );
    let reactions = picture.press("<enter>");
    let [Reaction::WriteFile(writing)] = reactions.as_slice() else {
        panic!("{reactions:?}");
    };
    assert_eq!(PathBuf::from(&writing.path).extension().unwrap(), "json");
    assert!(dineroscope::core::history::read::read(&writing.text).is_ok());
}

#[test]
fn the_run_that_goes_on_is_reported_too() {
    let mut picture = Picture::new(engine_at(Point::ExchangeFailed), 130, (120, 40));
    picture.press("x");
    assert!(
        picture.text().contains("A report of the run"),
        "{}",
        picture.text()
    );
    picture.press("<down><down>");
    let reactions = picture.press("<enter>");
    assert!(
        matches!(reactions.as_slice(), [Reaction::Copy(text)] if text.contains("## 4 Exchange"))
    );
}

#[test]
fn what_cannot_be_read_is_said() {
    let mut listed = listed();
    listed.unreadable.push((
        PathBuf::from("/x/20261123T000000000-3fa9c1.jsonl"),
        "it is no kept run".to_owned(),
    ));
    listed.trouble = Some("/x cannot be read".to_owned());
    let text = screen((80, 24), listed).text();
    assert!(
        text.contains("20261123T000000000-3fa9c1.jsonl: it is no kept run"),
        "{text}"
    );
    assert!(text.contains("/x cannot be read"), "{text}");
}

#[test]
fn ten_thousand_runs_are_moved_through() {
    let one = kept(Point::ExchangeFailed, 12).summary();
    let runs: Vec<Summary> = (0..10_000)
        .map(|number| Summary {
            id: RunId::read(&format!("20261123T000000000-{number:06x}")),
            ..one.clone()
        })
        .collect();
    let mut picture = screen(
        (120, 40),
        Listed {
            runs,
            ..Listed::default()
        },
    );
    picture.press("<end>");
    picture.press("<up><pgup>");
    let text = picture.text();
    assert!(text.contains("10000 runs are kept"), "{text}");
    assert!(
        text.contains("more above") || text.contains("above"),
        "{text}"
    );
}
