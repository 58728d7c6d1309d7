//! Many processes that refresh one grant, at a server that takes each refresh token once and revokes all when
//! one comes again.

use super::child::Process;
use super::{Place, order, renewed};
use crate::sandbox::walk::{CLIENT, Stage};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::KeptGrant;
use dineroscope::edge::http::Door;
use dineroscope::edge::refresh::{Order, Point, refresh};
use std::time::Duration;

/// A grant of the sandbox, kept.
pub(super) fn place_of(stage: &Stage) -> Place {
    let tokens = stage.exchange(&stage.code(&[]), &[]);
    let token_url = format!("{}/connect/token", stage.origin);
    Place::with(
        &token_url,
        CLIENT,
        &tokens.text("access_token"),
        &tokens.text("refresh_token"),
    )
}

/// Whether the server still takes what is kept.
pub(super) async fn is_alive(place: &Place) -> bool {
    let kept = KeptGrant {
        grant: place.now().unwrap(),
        ..place.kept.clone()
    };
    let again = refresh(&Door::default(), &place.vault, order(&kept), |_| {}).await;
    matches!(again.1, RefreshOutcome::Renewed(_))
}

#[tokio::test]
async fn of_fifty_processes_one_refreshes_and_all_have_what_came() {
    let (stage, place) = a_stage_and_its_place().await;
    let mut processes: Vec<Process> = (0..50)
        .map(|_| Process::start(&place, Some(Point::Begun)))
        .collect();
    for process in &mut processes {
        process.stands_at(Point::Begun);
    }
    for process in &mut processes {
        process.go_on();
    }
    let ends: Vec<_> = processes.into_iter().map(Process::ends).collect();
    // An access token of the same second is the same text; a refresh token is not.
    let new = place.now().unwrap().refresh_token;
    assert_ne!(new, place.kept.grant.refresh_token, "{ends:?}");
    let mut refreshed = 0;
    for end in ends {
        refreshed += usize::from(end["outcome"] == "Renewed");
        assert!(
            end["outcome"] == "Renewed" || end["outcome"] == "ByAnother",
            "{end}"
        );
        assert_eq!(end["was_sent"], end["outcome"] == "Renewed", "{end}");
        assert_eq!(
            end["refresh_token"].as_str(),
            new.as_ref().map(Secret::expose)
        );
    }
    assert_eq!(refreshed, 1);
    assert!(!place.is_marked());
    assert!(is_alive(&place).await, "no token was sent twice");
    drop_off(stage).await;
}

#[tokio::test]
async fn within_one_process_one_refreshes_too() {
    let (stage, place) = a_stage_and_its_place().await;
    let (one, other) = tokio::join!(place.refresh(), place.refresh());
    let (renewal, by_another) = match (one.1, other.1) {
        (RefreshOutcome::ByAnother(grant), renewal)
        | (renewal, RefreshOutcome::ByAnother(grant)) => (renewal, *grant),
        both => panic!("{both:?}"),
    };
    assert_eq!(renewed(renewal), by_another);
    assert_eq!(place.now(), Some(by_another));
    drop_off(stage).await;
}

#[tokio::test]
async fn who_holds_the_lock_is_named_and_nothing_is_sent() {
    let place = Place::at("127.0.0.1:1");
    let mut holder = Process::start(&place, Some(Point::Locked));
    holder.stands_at(Point::Locked);
    let impatient = Order {
        patience: Duration::ZERO,
        ..order(&place.kept)
    };
    let (record, outcome) = refresh(&Door::default(), &place.vault, impatient, |_| {}).await;
    assert_eq!(record, None);
    match outcome {
        RefreshOutcome::Busy { holder: named } => {
            let known = format!("process {}, since ", holder.id());
            assert!(named.starts_with(&known), "{named}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!place.is_marked());
    holder.kill();
    let (_, outcome) = place.refresh().await;
    let was_free = matches!(outcome, RefreshOutcome::Refused(_));
    assert!(was_free, "the lock ends with its process: {outcome:?}");
}

/// A sandbox, and a grant of it that is kept.
async fn a_stage_and_its_place() -> (Stage, Place) {
    off(|| {
        let stage = Stage::accepting();
        let place = place_of(&stage);
        (stage, place)
    })
    .await
}

/// Does what blocks, or brings a runtime of its own, on a thread of its own.
pub(super) async fn off<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// A stage ends on a thread of its own: there is a runtime in it.
pub(super) async fn drop_off(stage: Stage) {
    off(move || drop(stage)).await;
}
