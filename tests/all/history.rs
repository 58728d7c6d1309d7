//! A run is kept as it goes, shows itself again on every screen, and is compared with another one; and no
//! secret of it is written down, whatever it was encoded in.

mod handed_on;

use crate::picture::Picture;
use crate::stage::{
    CODE, Point, accept, answer, at, bind, engine_at, exchange, post, tokens, visma,
};
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::history::compare::{Difference, compare};
use dineroscope::core::history::read::{Unreadable, read};
use dineroscope::core::history::written::{Entry, Keep};
use dineroscope::core::history::{KeptRun, Outcome as Ended, RunId, Summary};
use dineroscope::core::oauth::{RunPhase, STEPS, Step};
use dineroscope::core::wire::{Body, Failure, FailureKind, Headers, Outcome, Record, Response};
use jiff::SignedDuration;

/// As the engines of the stage are made.
fn setup() -> Setup {
    Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    }
}

/// The lines that effects ask to be written.
fn lines(engine: &Engine, effects: &[Effect]) -> Vec<String> {
    let kept = effects.iter().filter_map(|effect| match effect {
        Effect::KeepRun(keep) => Some(keep.lines(engine.mask())),
        _ => None,
    });
    kept.flatten()
        .map(|line| line.as_str().to_owned())
        .collect()
}

/// A whole run, with every line that was to be written on the way.
fn walked() -> (Engine, Vec<String>) {
    let mut engine = engine_at(Point::Ready);
    let mut written = Vec::new();
    let effects = engine.command(at(0), Command::Begin { open_browser: true });
    written.extend(lines(&engine, &effects));
    let run = engine.run().number;
    let bound = Event::ListenerBound {
        run,
        addresses: vec!["127.0.0.1:8765".parse().unwrap()],
        without_ipv6: true,
        certificate: None,
    };
    let effects = engine.event(at(1), bound);
    written.extend(lines(&engine, &effects));
    let state = engine.run().fresh.state.clone();
    let effects = post(
        &mut engine,
        20,
        &format!("code={CODE}&state={state}&session_state=s.1"),
    );
    written.extend(lines(&engine, &effects));
    let effects = engine.command(at(40), Command::Exchange);
    written.extend(lines(&engine, &effects));
    let RunPhase::Exchanging(call) = engine.run().phase else {
        panic!("it does not exchange");
    };
    let record = Record {
        outcome: Outcome::Response(Response {
            status: 200,
            reason: "OK".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: Headers::default(),
            body: Body::text(&tokens()),
            cut: None,
        }),
        ..engine.record(call).unwrap().clone()
    };
    let effects = engine.event(at(41), Event::Answered(Box::new(record)));
    written.extend(lines(&engine, &effects));
    (engine, written)
}

/// What those lines are read as.
fn file(lines: &[String]) -> String {
    lines
        .iter()
        .flat_map(|line| [line.as_str(), "\n"])
        .collect()
}

#[test]
fn what_is_written_on_the_way_is_the_run() {
    let (engine, written) = walked();
    let kept = read(&file(&written)).unwrap();
    let now = engine.run_to_keep(at(41)).unwrap();
    assert_eq!(kept, now, "as it goes, and all at once");
    assert_eq!(kept.summary().outcome, Ended::Authorized);
    assert_eq!(kept.run.hits.len(), 1);
    assert_eq!(kept.records.len(), engine.transcript().len());
    assert!(kept.notices.is_empty());
    let heads = written
        .iter()
        .filter(|line| line.starts_with("{\"dineroscope\""));
    assert_eq!(heads.count(), 1, "{written:#?}");
    assert!(written[0].starts_with("{\"dineroscope\":\"run\",\"v\":1,"));
}

#[test]
fn nothing_is_kept_before_the_link_is_out() {
    let mut engine = engine_at(Point::Ready);
    let effects = engine.command(at(1), Command::Preflight);
    assert!(lines(&engine, &effects).is_empty());
    assert_eq!(engine.run_to_keep(at(2)), None);
}

#[test]
fn whatever_ends_the_program_tears_the_last_line_at_most() {
    let (_, written) = walked();
    let whole = file(&written);
    for end in (0..whole.len()).step_by(37) {
        if !whole.is_char_boundary(end) {
            continue;
        }
        let lines = whole[..end].matches('\n').count();
        let has_state = written
            .iter()
            .take(lines)
            .any(|line| line.starts_with("{\"state\""));
        match read(&whole[..end]) {
            Ok(kept) => {
                let last = whole[..end].rsplit('\n').next().unwrap();
                let torn =
                    !last.is_empty() && serde_json::from_str::<serde_json::Value>(last).is_err();
                assert_eq!(torn, !kept.notices.is_empty(), "{:?}", kept.notices);
            }
            Err(why) => assert!(!has_state, "{lines} lines: {why}"),
        }
    }
}

#[test]
fn lines_that_are_damaged_are_left_out_and_said() {
    let (_, written) = walked();
    let mut lines = written.clone();
    lines.insert(2, "{\"state\":{\"at\":7}}".to_owned());
    lines.insert(3, "not even JSON \u{0} \u{1b}[2J".to_owned());
    lines.insert(4, String::new());
    lines.insert(5, "{\"of a later kind\":1}".to_owned());
    let kept = read(&file(&lines)).unwrap();
    assert_eq!(
        kept.notices,
        ["3 lines could not be read, and are left out"]
    );
    assert_eq!(kept.records, read(&file(&written)).unwrap().records);
}

#[test]
fn another_file_is_none_and_a_later_one_says_so() {
    let (_, written) = walked();
    let later = written[0].replace("\"v\":1,", "\"v\":2,");
    assert_eq!(read(&later), Err(Unreadable::Later(2)));
    assert_eq!(read(&written[0]), Err(Unreadable::Empty));
    for other in [
        "",
        "\n",
        "{}",
        "[]",
        "{\"dineroscope\":\"profile\",\"v\":1}",
        "\u{0}\u{0}",
        "x",
    ] {
        assert_eq!(read(other), Err(Unreadable::NotARun), "{other:?}");
    }
}

#[test]
fn a_run_that_is_left_is_abandoned_and_what_comes_late_is_added() {
    let mut engine = engine_at(Point::Exchanging);
    let id = engine.run_id().unwrap();
    let RunPhase::Exchanging(call) = engine.run().phase else {
        panic!("it does not exchange");
    };
    let keeps = |effects: &[Effect]| -> Vec<Keep> {
        let kept = effects.iter().filter_map(|effect| match effect {
            Effect::KeepRun(keep) => Some((**keep).clone()),
            _ => None,
        });
        kept.collect()
    };
    let effects = engine.command(at(70), Command::NewRun);
    let left = keeps(&effects);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, id);
    let [Entry::State(state)] = left[0].entries.as_slice() else {
        panic!("{left:?}");
    };
    assert!(state.left);
    let record = Record {
        outcome: Outcome::Failed(Failure {
            kind: FailureKind::Reset,
            host: "connect.visma.com".to_owned(),
            port: 443,
            detail: "reset".to_owned(),
        }),
        ..engine.record(call).unwrap().clone()
    };
    let effects = engine.event(at(80), Event::Answered(Box::new(record)));
    let late = keeps(&effects);
    assert_eq!(late.len(), 1, "{effects:?}");
    assert_eq!(late[0].id, id, "to the run it belongs to");
    assert!(matches!(late[0].entries.as_slice(), [Entry::Record(_)]));
}

#[test]
fn leaving_the_program_abandons_what_is_open_and_nothing_else() {
    for (point, abandons) in [
        (Point::Ready, false),
        (Point::Waiting, true),
        (Point::Answered, true),
        (Point::Refused, false),
        (Point::Authorized, false),
    ] {
        let mut engine = engine_at(point);
        assert_eq!(!engine.leave().is_empty(), abandons, "{point:?}");
        assert!(engine.leave().is_empty(), "once");
    }
}

#[test]
fn every_screen_shows_a_kept_run_as_it_stood_and_nothing_can_be_done_to_it() {
    for point in Point::ALL {
        let engine = engine_at(point);
        let Some(kept) = engine.run_to_keep(at(130)) else {
            continue;
        };
        let opened = Engine::opened(setup(), kept.clone());
        assert_eq!(opened.current_step(), engine.current_step(), "{point:?}");
        for facts in &STEPS {
            let step = facts.step;
            assert_eq!(
                opened.step_state(step),
                engine.step_state(step),
                "{point:?} {step:?}"
            );
            assert_eq!(
                opened.findings(at(99_999), step),
                engine.findings(at(130), step),
                "{point:?} {step:?}: as they were found"
            );
        }
        assert_eq!(opened.run().link, engine.run().link);
        assert_eq!(
            opened.run().parameters,
            engine.run().parameters,
            "meanings too"
        );
        for command in [
            Command::NewRun,
            Command::Exchange,
            Command::OpenBrowser,
            Command::Begin { open_browser: true },
            Command::GoOnWaiting,
            Command::Refresh { anyway: true },
            Command::PlayThrough,
            Command::UseProfile(Box::new(visma())),
        ] {
            assert!(!opened.allows(&command), "{point:?} {command:?}");
        }
        for size in [(80, 24), (120, 40), (200, 60)] {
            for facts in &STEPS {
                let opened = Engine::opened(setup(), kept.clone());
                let mut picture = Picture::new(opened, 130, size);
                picture.ui.show(facts.step);
                picture.draw();
                let text = picture.text();
                assert!(text.contains("kept run"), "{point:?}\n{text}");
                assert!(text.contains("back to Runs"), "{point:?}\n{text}");
                for secret in [CODE, "Vq8-not-a-real", "••••6"] {
                    assert!(!text.contains(secret), "{secret} in\n{text}");
                }
                // No row leads to something that could not be done.
                for keys in ["o", "p", "u", "v", "m", "f", "R", "A", "a"] {
                    let reactions = picture.press(keys);
                    assert!(reactions.is_empty(), "{point:?} {keys}: {reactions:?}");
                }
            }
        }
    }
}

#[test]
fn the_pane_of_a_kept_run_reads_as_that_of_the_run() {
    for (point, step) in [
        (Point::Answered, Step::Callback),
        (Point::Refused, Step::Callback),
        (Point::ExchangeFailed, Step::Exchange),
        (Point::Authorized, Step::Token),
    ] {
        let engine = engine_at(point);
        let opened = Engine::opened(setup(), engine.run_to_keep(at(130)).unwrap());
        let facts = |engine: Engine| {
            let mut picture = Picture::new(engine, 130, (120, 40));
            picture.ui.show(step);
            picture.draw();
            let rows: Vec<String> = picture
                .text()
                .lines()
                .skip(4)
                .take(24)
                .map(|line| {
                    let line: String = line.chars().take(77).collect();
                    line.trim_end().to_owned()
                })
                .collect();
            // What can be done, and how much room that leaves, is the running one's alone.
            let ends = |line: &String| line.contains("Who signed in") || line.contains("Raw");
            rows.into_iter()
                .filter(|line| !line.contains("Post the same code") && line != "│")
                .filter(|line| !line.contains("nothing around it"))
                // A kept run holds marks, wherever the tokens were.
                .filter(|line| !line.contains("│     kept  "))
                .map(|line| line.replace('▸', " "))
                .take_while(|line| !ends(line))
                .collect::<Vec<_>>()
        };
        assert_eq!(facts(opened), facts(engine), "{point:?}");
    }
}

#[test]
fn a_run_compared_with_itself_is_equal_and_with_another_as_it_must_be() {
    for point in Point::ALL {
        let engine = engine_at(point);
        let Some(kept) = engine.run_to_keep(at(130)) else {
            continue;
        };
        let same = compare(&kept, &kept, engine.mask());
        assert!(
            same.rows
                .iter()
                .all(|row| row.difference == Difference::Equal || row.name == "reached"),
            "{point:?}: {:#?}",
            same.rows
        );
        assert!(same.only_left.is_empty() && same.only_right.is_empty());
    }
}

/// A second run of the same engine, to the same end.
fn second(engine: &mut Engine, seconds: i64) -> KeptRun {
    engine.command(at(seconds), Command::NewRun);
    engine.command(at(seconds), Command::Begin { open_browser: true });
    bind(engine);
    accept(engine, seconds + 22);
    let call = exchange(engine, seconds + 62);
    answer(
        engine,
        seconds + 62,
        call,
        400,
        "{\"error\":\"invalid_grant\"}",
    );
    engine.run_to_keep(at(seconds + 70)).unwrap()
}

#[test]
fn what_differs_between_a_good_run_and_a_bad_one_is_lit() {
    let mut engine = engine_at(Point::Authorized);
    let good = engine.run_to_keep(at(130)).unwrap();
    let bad = second(&mut engine, 200);
    let found = compare(&good, &bad, engine.mask());
    let difference = |step: Step, name: &str| {
        let row = found
            .rows
            .iter()
            .find(|row| row.step == Some(step) && row.name == name);
        row.unwrap_or_else(|| panic!("no {name}: {:#?}", found.rows))
            .difference
    };
    assert_eq!(difference(Step::Link, "state"), Difference::Expected);
    assert_eq!(
        difference(Step::Link, "code_challenge"),
        Difference::Expected
    );
    assert_eq!(difference(Step::Link, "redirect_uri"), Difference::Equal);
    // The stage gives the same code twice, which no provider may.
    assert_eq!(difference(Step::Callback, "code"), Difference::Matters);
    assert_eq!(
        difference(Step::Exchange, "client_secret"),
        Difference::Equal
    );
    assert_eq!(difference(Step::Exchange, "answer"), Difference::Matters);
    assert_eq!(difference(Step::Token, "reached"), Difference::Matters);
    assert!(
        found.only_right.iter().any(|it| it.step == Step::Exchange),
        "{found:#?}"
    );
    let mirrored = compare(&bad, &good, engine.mask());
    assert_eq!(
        mirrored.count(Difference::Matters),
        found.count(Difference::Matters)
    );
    assert_eq!(mirrored.only_left, found.only_right);
}

#[test]
fn an_answer_to_an_older_run_is_told_whose_it_is() {
    let mut engine = engine_at(Point::Authorized);
    let older = engine.run_to_keep(at(130)).unwrap().summary();
    let state = engine.run().fresh.state.clone();
    engine.command(at(200), Command::NewRun);
    engine.command(at(200), Command::Begin { open_browser: true });
    bind(&mut engine);
    let effects = post(&mut engine, 220, &format!("code={CODE}&state={state}"));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::FindRun { call, state } => Some((*call, state.clone())),
        _ => None,
    });
    let (call, asked) = asked.unwrap();
    assert_eq!(asked, state);
    let found = Event::RunFound {
        call,
        run: Some(Box::new(older)),
    };
    engine.event(at(221), found);
    let finding = &engine.findings(at(222), Step::Callback)[0];
    assert_eq!(finding.rule, "state-mismatch");
    let seen = finding.evidence.as_str();
    assert!(
        seen.contains("fits the run of `acme-dev` that began 3 min before"),
        "{seen}"
    );
    assert!(seen.contains("authorized"), "{seen}");
    let kept = engine.run_to_keep(at(223)).unwrap();
    assert_eq!(
        kept.run
            .hits
            .last()
            .unwrap()
            .older
            .as_ref()
            .unwrap()
            .profile,
        "acme-dev"
    );
    let mut picture = Picture::new(engine, 223, (120, 40));
    picture.press("3");
    picture.draw();
    assert!(picture.text().contains("sent by"), "{}", picture.text());
}

#[test]
fn a_run_is_found_by_what_the_list_shows_of_it() {
    let kept = engine_at(Point::ExchangeFailed)
        .run_to_keep(at(130))
        .unwrap();
    let summary = kept.summary();
    for words in [
        "",
        "acme",
        "ACME exchange",
        "failed",
        "invalid-grant",
        "production",
    ] {
        assert!(summary.has(words), "{words}");
    }
    assert!(!summary.has("acme stage"));
    assert_eq!(summary.outcome, Ended::Failed);
    let leading = summary.leading.as_ref().unwrap();
    assert_eq!(leading.step, Step::Exchange);
}

#[test]
fn a_line_of_the_list_is_read_from_the_ends_of_the_file() {
    let (engine, written) = walked();
    let whole = file(&written);
    let read = Summary::read(&written[0], written.last().unwrap()).unwrap();
    assert_eq!(read, engine.run_to_keep(at(41)).unwrap().summary());
    assert_eq!(Summary::read(&written[0], &whole).unwrap(), read);
    assert_eq!(Summary::read(&written[0], "torn"), Err(Unreadable::Empty));
}

#[test]
fn a_name_of_a_run_is_one_of_its_own() {
    let one = engine_at(Point::Waiting).run_id().unwrap();
    assert_eq!(RunId::read(one.as_str()), Some(one.clone()));
    let mut engine = engine_at(Point::Waiting);
    engine.command(at(0), Command::NewRun);
    engine.command(
        at(0),
        Command::Begin {
            open_browser: false,
        },
    );
    assert_ne!(engine.run_id().unwrap(), one, "in the same second");
}
