//! `kill -9` at each point of a refresh: nothing is lost outside the answer's flight, and what was in flight is
//! found out by the next process, which sends nothing by itself.

use super::child::Process;
use super::processes::{drop_off, is_alive, off, place_of};
use super::{Place, renewed};
use crate::sandbox::walk::Stage;
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::edge::refresh::Point;

/// A grant of the sandbox whose refresh was killed at that point.
async fn killed_at(point: Point) -> (Stage, Place) {
    off(move || {
        let stage = Stage::accepting();
        let place = place_of(&stage);
        let mut process = Process::start(&place, Some(point));
        process.stands_at(point);
        process.kill();
        (stage, place)
    })
    .await
}

#[tokio::test]
async fn before_the_mark_nothing_has_happened() {
    for point in [Point::Begun, Point::Locked] {
        let (stage, place) = killed_at(point).await;
        assert_eq!(
            place.loaded(),
            (place.kept.grant.clone(), None),
            "{point:?}"
        );
        let grant = renewed(place.refresh().await.1);
        assert_eq!(place.loaded(), (grant, None), "{point:?}");
        drop_off(stage).await;
    }
}

#[tokio::test]
async fn between_mark_and_keep_nobody_knows_and_nothing_is_sent() {
    for point in [Point::Marked, Point::Answered] {
        let (stage, place) = killed_at(point).await;
        let (grant, in_the_dark) = place.loaded();
        assert_eq!(grant, place.kept.grant, "{point:?}");
        let since = in_the_dark.unwrap_or_else(|| panic!("{point:?}: no mark"));
        let (record, outcome) = place.refresh().await;
        assert_eq!(record, None, "{point:?}");
        assert_eq!(outcome, RefreshOutcome::Unsettled { since }, "{point:?}");
        assert!(place.is_marked());
        let (record, outcome) = place.refresh_anyway().await;
        assert!(record.is_some());
        if point == Point::Marked {
            let grant = renewed(outcome);
            assert_eq!(place.loaded(), (grant, None), "it had not been sent");
        } else {
            assert!(matches!(outcome, RefreshOutcome::Refused(_)), "{outcome:?}");
            let (grant, in_the_dark) = place.loaded();
            assert_eq!(grant, place.kept.grant, "what it was spent for is lost");
            assert_eq!(in_the_dark, None, "and that is known now");
        }
        drop_off(stage).await;
    }
}

#[tokio::test]
async fn once_the_new_grant_is_kept_there_is_no_alarm() {
    for point in [Point::Written, Point::Cleared] {
        let (stage, place) = killed_at(point).await;
        let (grant, in_the_dark) = place.loaded();
        assert_ne!(grant, place.kept.grant, "{point:?}");
        assert_eq!(in_the_dark, None, "{point:?}");
        assert_eq!(place.is_marked(), point == Point::Written);
        let (record, outcome) = place.refresh().await;
        assert_eq!(record, None, "{point:?}");
        assert_eq!(
            outcome,
            RefreshOutcome::ByAnother(Box::new(grant)),
            "{point:?}"
        );
        assert!(!place.is_marked());
        assert!(is_alive(&place).await, "{point:?}");
        drop_off(stage).await;
    }
}
