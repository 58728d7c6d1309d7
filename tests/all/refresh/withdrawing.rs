//! A revoked refresh token leaves the place where its grant is kept, and nothing else does.

use super::Place;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::KeptGrant;
use dineroscope::edge::refresh::withdraw;
use jiff::Timestamp;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(50);

/// The grant of a place after its refresh token was revoked.
fn revoked(place: &Place) -> KeptGrant {
    let mut kept = place.kept.clone();
    kept.grant.refresh_token = None;
    kept.revoked_at = Some(Timestamp::UNIX_EPOCH);
    kept
}

#[tokio::test]
async fn what_is_kept_has_it_no_longer_and_says_since_when() {
    let place = Place::at("127.0.0.1:9");
    let token = Secret::new("old refresh");
    withdraw(&place.vault, revoked(&place), token, PATIENCE)
        .await
        .unwrap();
    let loaded = place.vault.load(&place.kept.client, place.kept.keep);
    let (kept, unsettled) = &loaded.grants[0];
    assert_eq!(kept.grant.refresh_token, None);
    assert_eq!(kept.grant.access_token, Secret::new("old access"));
    assert_eq!(kept.revoked_at, Some(Timestamp::UNIX_EPOCH));
    assert_eq!(*unsettled, None);
}

#[tokio::test]
async fn what_another_process_has_kept_meanwhile_is_left_alone() {
    let place = Place::at("127.0.0.1:9");
    let newer = crate::kept::renewed(&place.kept, "new access");
    let mut newer = newer;
    newer.grant.refresh_token = Some(Secret::new("new refresh"));
    place.vault.keep(&newer).unwrap();
    let token = Secret::new("old refresh");
    withdraw(&place.vault, revoked(&place), token, PATIENCE)
        .await
        .unwrap();
    assert_eq!(place.now(), Some(newer.grant));
}

#[tokio::test]
async fn a_grant_that_was_forgotten_does_not_come_back() {
    let place = Place::at("127.0.0.1:9");
    let kept = &place.kept;
    place
        .vault
        .forget(&kept.client, &kept.id, kept.keep)
        .unwrap();
    let token = Secret::new("old refresh");
    withdraw(&place.vault, revoked(&place), token, PATIENCE)
        .await
        .unwrap();
    assert_eq!(place.now(), None);
}
