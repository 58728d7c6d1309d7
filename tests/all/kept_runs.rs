//! Kept runs on a disk: one file each, private, readable whatever happened to it, and never in the way.

use crate::stage::{Point, at, engine_at};
use dineroscope::core::engine::message::Event;
use dineroscope::core::history::RunId;
use dineroscope::core::history::read::read;
use dineroscope::core::history::written::{Entry, Keep, State};
use dineroscope::core::oauth::{Step, StepState};
use dineroscope::core::wire::CallId;
use dineroscope::edge::archive::{Archive, Retention, Writer};
use std::fs;
use std::path::Path;
use tokio::sync::mpsc::unbounded_channel;

/// A run of that name, kept whole.
fn keep(id: &str, point: Point) -> Keep {
    let engine = engine_at(point);
    let kept = engine.run_to_keep(at(130)).unwrap();
    let state = State {
        at: at(130),
        run: kept.run.clone(),
        grant: None,
        steps: kept.steps.clone(),
        findings: kept.findings.clone(),
        left: false,
    };
    Keep {
        id: RunId::read(id).unwrap(),
        known: Vec::new(),
        entries: vec![
            Entry::Head(Box::new(kept.profile)),
            Entry::State(Box::new(state)),
        ],
    }
}

/// An archive in a folder, and a writer into it.
fn writer(folder: &Path, retention: Retention) -> (Archive, Writer, Events) {
    let archive = Archive::in_folder(folder, retention);
    let (events, received) = unbounded_channel();
    let mask = engine_at(Point::Ready).mask().clone();
    (
        archive.clone(),
        Writer::new(archive, mask, events),
        received,
    )
}

type Events = tokio::sync::mpsc::UnboundedReceiver<Event>;

#[tokio::test]
async fn a_run_is_written_listed_opened_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, mut writer, _events) = writer(&folder.path().join("runs"), Retention::default());
    assert!(archive.list().runs.is_empty(), "no folder is no trouble");
    assert_eq!(archive.list().trouble, None);
    writer.keep(Box::new(keep(
        "20261127T014235000-3fa9c1",
        Point::ExchangeFailed,
    )));
    writer.keep(Box::new(keep(
        "20261127T014236000-000001",
        Point::Authorized,
    )));
    writer.finish().await;
    let listed = archive.list();
    let ids: Vec<String> = listed
        .runs
        .iter()
        .map(|run| run.id.clone().unwrap().to_string())
        .collect();
    assert_eq!(
        ids,
        ["20261127T014236000-000001", "20261127T014235000-3fa9c1"],
        "the newest first"
    );
    assert_eq!(
        listed.runs[1].leading.as_ref().unwrap().step.facts().name,
        "Exchange"
    );
    let id = archive.named("20261127T014235").unwrap();
    assert_eq!(archive.open(&id).unwrap().id, Some(id.clone()));
    assert_eq!(
        archive.named("last").unwrap().as_str(),
        "20261127T014236000-000001"
    );
    for (text, words) in [
        ("2026", "2 runs begin"),
        ("x", "no run is named"),
        ("", "no run is named"),
    ] {
        assert!(archive.named(text).unwrap_err().contains(words), "{text}");
    }
    archive.delete(&id).unwrap();
    archive.delete(&id).unwrap();
    assert_eq!(archive.list().runs.len(), 1);
    assert!(archive.open(&id).unwrap_err().contains("is not there"));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_a_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let runs = folder.path().join("dineroscope/runs");
    let (_, mut writer, _events) = writer(&runs, Retention::default());
    writer.keep(Box::new(keep(
        "20261127T014235000-3fa9c1",
        Point::Authorized,
    )));
    writer.finish().await;
    let file = runs.join("20261127T014235000-3fa9c1.jsonl");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(&runs), 0o700);
    assert_eq!(mode(runs.parent().unwrap()), 0o700);
}

#[tokio::test]
async fn the_run_that_sent_a_state_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (_, mut writer, mut events) = writer(folder.path(), Retention::default());
    let state = engine_at(Point::Waiting).run().fresh.state.clone();
    writer.keep(Box::new(keep("20261127T014235000-3fa9c1", Point::Waiting)));
    for (asked, is_there) in [(state.as_str(), true), ("another", false)] {
        writer.find(CallId(4), asked.to_owned());
        match events.recv().await.unwrap() {
            Event::RunFound { call, run } => {
                assert_eq!(call, CallId(4));
                assert_eq!(run.is_some(), is_there);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_beyond_the_retention_goes_the_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let few = Retention {
        runs: 3,
        days: 36_500,
        bytes: u64::MAX,
    };
    let (archive, mut writer, _events) = writer(folder.path(), few);
    for day in 1..=5 {
        writer.keep(Box::new(keep(
            &format!("202611{day:02}T000000000-000001"),
            Point::Waiting,
        )));
    }
    writer.finish().await;
    let names = || -> Vec<String> {
        archive
            .list()
            .runs
            .iter()
            .map(|run| run.id.clone().unwrap().to_string())
            .collect()
    };
    assert_eq!(
        names(),
        [
            "20261105T000000000-000001",
            "20261104T000000000-000001",
            "20261103T000000000-000001"
        ]
    );
    let small = Retention {
        runs: 100,
        days: 36_500,
        bytes: 1,
    };
    let (_, mut writer, _events) = self::writer(folder.path(), small);
    writer.keep(Box::new(keep("20261106T000000000-000001", Point::Waiting)));
    writer.finish().await;
    assert_eq!(
        names(),
        ["20261106T000000000-000001"],
        "the one that is being written stays"
    );
    let young = Retention {
        runs: 100,
        days: 1,
        bytes: u64::MAX,
    };
    let (_, mut writer, _events) = self::writer(folder.path(), young);
    writer.keep(Box::new(keep("20990106T000000000-000001", Point::Waiting)));
    writer.keep(Box::new(keep("20010106T000000000-000001", Point::Waiting)));
    writer.finish().await;
    assert!(
        names().contains(&"20990106T000000000-000001".to_owned()),
        "{:?}",
        names()
    );
}

#[tokio::test]
async fn other_files_are_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let few = Retention {
        runs: 1,
        days: 1,
        bytes: 1,
    };
    let (archive, mut writer, _events) = writer(folder.path(), few);
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("notes.jsonl"), "mine").unwrap();
    fs::write(
        folder.path().join("20990101T000000000-000001.jsonl"),
        "\u{0}garbage",
    )
    .unwrap();
    let later = "{\"dineroscope\":\"run\",\"v\":9}\n";
    fs::write(folder.path().join("20990101T000000000-000002.jsonl"), later).unwrap();
    fs::create_dir(folder.path().join("20990101T000000000-000003.jsonl")).unwrap();
    let listed = archive.list();
    assert!(listed.runs.is_empty());
    let whys: Vec<&str> = listed
        .unreadable
        .iter()
        .map(|(_, why)| why.as_str())
        .collect();
    assert_eq!(whys.len(), 2, "{whys:?}");
    assert!(whys[0].contains("a later version"), "{whys:?}");
    assert!(whys[1].contains("no kept run"), "{whys:?}");
    writer.keep(Box::new(keep(
        "20261127T014235000-3fa9c1",
        Point::Authorized,
    )));
    writer.finish().await;
    assert_eq!(
        fs::read_to_string(folder.path().join("notes.txt")).unwrap(),
        "mine"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("notes.jsonl")).unwrap(),
        "mine"
    );
}

#[tokio::test]
async fn a_folder_that_takes_nothing_is_said_once_and_what_waited_is_written_later() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("runs");
    fs::write(&place, "in the way").unwrap();
    let (archive, mut writer, mut events) = writer(&place, Retention::default());
    writer.keep(Box::new(keep(
        "20261127T014235000-3fa9c1",
        Point::Authorized,
    )));
    writer.keep(Box::new(keep(
        "20261127T014236000-3fa9c1",
        Point::Authorized,
    )));
    writer.finish().await;
    match events.try_recv() {
        Ok(Event::RunNotKept { reason }) => {
            assert!(reason.contains("This run is not kept"), "{reason}");
            assert!(reason.contains("runs takes nothing"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert!(events.try_recv().is_err(), "once");
    fs::remove_file(&place).unwrap();
    let mut more = keep("20261127T014235000-3fa9c1", Point::Authorized);
    more.entries.remove(0);
    writer.keep(Box::new(more));
    writer.finish().await;
    let id = RunId::read("20261127T014235000-3fa9c1").unwrap();
    assert!(
        archive.open(&id).unwrap().notices.is_empty(),
        "nothing of it is lost"
    );
}

#[tokio::test]
async fn a_file_that_is_deleted_while_its_run_goes_on_is_said_once_and_an_older_run_is_still_completed()
 {
    let folder = tempfile::tempdir().unwrap();
    let (archive, mut writer, mut events) = writer(folder.path(), Retention::default());
    let (older, newer) = ("20261127T014235000-3fa9c1", "20261127T014236000-3fa9c1");
    let more = |id: &str| {
        let mut more = keep(id, Point::Authorized);
        more.entries.remove(0);
        Box::new(more)
    };
    writer.keep(Box::new(keep(older, Point::Authorized)));
    writer.keep(Box::new(keep(newer, Point::Authorized)));
    // A refresh that was still under way when the new run began.
    writer.keep(more(older));
    writer.finish().await;
    let states = |id: &str| {
        let file = folder.path().join(format!("{id}.jsonl"));
        fs::read_to_string(file).unwrap().lines().count()
    };
    assert_eq!(states(older), states(newer) + 1);
    fs::remove_file(folder.path().join(format!("{newer}.jsonl"))).unwrap();
    writer.keep(more(newer));
    writer.keep(more(newer));
    writer.finish().await;
    match events.try_recv() {
        Ok(Event::RunNotKept { reason }) => {
            assert!(reason.contains("deleted while it went on"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    assert!(events.try_recv().is_err(), "once");
    assert_eq!(archive.list().runs.len(), 1, "no half of a run is left");
}

#[tokio::test]
async fn ten_thousand_runs_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, mut writer, _events) = writer(
        folder.path(),
        Retention {
            runs: 20_000,
            ..Retention::default()
        },
    );
    writer.keep(Box::new(keep(
        "20261127T014235000-3fa9c1",
        Point::ExchangeFailed,
    )));
    writer.finish().await;
    let text = fs::read_to_string(folder.path().join("20261127T014235000-3fa9c1.jsonl")).unwrap();
    for number in 0..10_000 {
        let name = format!(
            "20261126T{:02}{:02}{:02}000-{number:06x}.jsonl",
            number / 3600,
            number / 60 % 60,
            number % 60
        );
        fs::write(folder.path().join(name), &text).unwrap();
    }
    let listed = archive.list();
    assert_eq!(listed.runs.len(), 10_001);
    assert!(listed.unreadable.is_empty());
    assert!(listed.runs.iter().all(|run| run.leading.is_some()));
}

#[test]
fn a_long_run_is_listed_by_its_last_state_alone() {
    let folder = tempfile::tempdir().unwrap();
    let archive = Archive::in_folder(folder.path(), Retention::default());
    let mask = engine_at(Point::Ready).mask().clone();
    let lines = keep("20261127T014235000-3fa9c1", Point::Authorized).lines(&mask);
    let filler = format!("{{\"of a later kind\":\"{}\"}}\n", "x".repeat(200_000));
    let file = folder.path().join("20261127T014235000-3fa9c1.jsonl");
    for text in [
        format!("{}\n{filler}{}\n", lines[0].as_str(), lines[1].as_str()),
        // Its last state stands far before its end: then the whole file is read.
        format!("{}\n{}\n{filler}", lines[0].as_str(), lines[1].as_str()),
    ] {
        fs::write(&file, text).unwrap();
        let listed = archive.list();
        assert_eq!(listed.runs.len(), 1, "{listed:?}");
    }
}

/// A file as version 1 writes it stays readable: what a user kept outlives the program that kept it.
#[test]
fn a_file_of_version_1_is_read() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/runs/v1-exchange-failed.jsonl"
    );
    let run = read(&fs::read_to_string(file).unwrap()).unwrap();
    assert!(run.notices.is_empty(), "{:?}", run.notices);
    assert_eq!(run.id, RunId::read("20261127T031534783-0a6d64"));
    assert_eq!(run.records.len(), 2);
    assert_eq!(run.step_state(Step::Callback), StepState::Done);
    assert_eq!(run.step_state(Step::Exchange), StepState::Failed);
    assert!(run.findings.iter().any(|it| it.step == Step::Exchange));
    assert!(run.profile.provider.token_url.ends_with("/connect/token"));
}
