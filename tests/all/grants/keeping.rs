//! Where grants are kept: moved in order, never left behind, never brought back.

use super::{current, id, keeping, kept, load, trouble, with};
use crate::renewing::{ordered, refresh, unsent};
use crate::stage::{Point, at, blank, bring, visma};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::KeepTokens::{self, File, Keyring, Memory};
use dineroscope::core::profile::{Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::kept::{Client, GrantId, VaultTrouble};

/// An engine with one grant in memory, which nobody has asked to keep.
fn in_memory() -> (Engine, GrantId) {
    let mut engine = blank();
    bring(&mut engine, keeping(Memory), Point::Authorized);
    let id = current(&engine).unwrap();
    (engine, id)
}

/// A write ends.
fn written(
    engine: &mut Engine,
    id: &GrantId,
    keep: KeepTokens,
    trouble: Option<VaultTrouble>,
) -> Vec<Effect> {
    let id = id.clone();
    engine.event(at(80), Event::GrantKept { id, keep, trouble })
}

/// The place of the current grant.
fn place(engine: &Engine) -> KeepTokens {
    engine.held().unwrap().keep
}

/// In short: what is written where, and what is removed from where.
fn moves(effects: &[Effect]) -> Vec<(&'static str, KeepTokens)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::KeepGrant(kept) => Some(("keep", kept.keep)),
            Effect::ForgetGrant { keep, .. } => Some(("forget", *keep)),
            _ => None,
        })
        .collect()
}

#[test]
fn a_grant_is_kept_where_the_user_says_and_that_is_remembered_with_the_current_one() {
    let (mut engine, id) = in_memory();
    let client = Client::of(&visma());
    let effects = engine.command(at(70), Command::KeepTokens(File));
    let held = engine.held().unwrap();
    assert_eq!(
        effects,
        [
            Effect::KeepGrant(Box::new(held.kept(File))),
            Effect::ChooseGrant {
                client: client.clone(),
                id: id.clone()
            },
            Effect::LoadGrants { client, keep: File },
        ]
    );
    assert_eq!(place(&engine), Memory, "until it is there");
    assert!(engine.is_unsettled(), "a write is not cut off");
    assert_eq!(written(&mut engine, &id, File, None), []);
    assert_eq!(place(&engine), File);
    assert!(!engine.is_unsettled());
    assert_eq!(engine.keep_tokens(), File);
    assert!(!engine.asks_where_to_keep());
}

#[test]
fn a_grant_that_moves_is_written_first_and_removed_after() {
    let mut engine = with(vec![kept(1, 0), kept(2, 1)], None);
    let effects = engine.command(at(70), Command::KeepTokens(Keyring));
    assert_eq!(moves(&effects), [("keep", Keyring), ("keep", Keyring)]);
    for number in [1, 2] {
        let effects = written(&mut engine, &id(number), Keyring, None);
        assert_eq!(moves(&effects), [("forget", File)]);
        let (id, trouble) = (id(number), None);
        engine.event(at(81), Event::GrantForgotten { id, trouble });
    }
    let effects = engine.command(at(90), Command::KeepTokens(Memory));
    assert_eq!(moves(&effects), [("forget", Keyring), ("forget", Keyring)]);
    assert!(engine.is_unsettled());
    for number in [1, 2] {
        let (id, trouble) = (id(number), None);
        engine.event(at(91), Event::GrantForgotten { id, trouble });
    }
    assert!(!engine.is_unsettled());
    assert_eq!(engine.grants().len(), 2, "in memory they still are");
}

#[test]
fn what_cannot_be_kept_anew_stays_where_it_was_and_says_why() {
    let mut engine = with(vec![kept(1, 0)], None);
    engine.command(at(70), Command::KeepTokens(Keyring));
    let effects = written(&mut engine, &id(1), Keyring, Some(trouble()));
    assert_eq!(moves(&effects), [], "the old place is not touched");
    assert_eq!(place(&engine), File);
    assert_eq!(engine.held().unwrap().trouble, Some(trouble()));
    let effects = engine.command(at(90), Command::KeepTokens(Keyring));
    assert_eq!(moves(&effects), [("keep", Keyring)], "it is tried again");
    written(&mut engine, &id(1), Keyring, None);
    assert_eq!(engine.held().unwrap().trouble, None);
}

#[test]
fn who_changes_their_mind_while_it_is_written_leaves_nothing_behind() {
    for (wishes, last) in [
        (vec![File, Keyring], Keyring),
        (vec![File, Memory], Memory),
        (vec![Keyring, File, Memory, File], File),
    ] {
        let (mut engine, id) = in_memory();
        let mut effects = Vec::new();
        for wish in &wishes {
            effects.extend(engine.command(at(70), Command::KeepTokens(*wish)));
        }
        let mut stored = std::collections::BTreeSet::new();
        while !effects.is_empty() {
            let mut next = Vec::new();
            for (what, keep) in moves(&effects) {
                let id = id.clone();
                let trouble = None;
                next.extend(if what == "keep" {
                    stored.insert(keep.name());
                    written(&mut engine, &id, keep, None)
                } else {
                    stored.remove(keep.name());
                    engine.event(at(81), Event::GrantForgotten { id, trouble })
                });
            }
            effects = next;
        }
        assert_eq!(place(&engine), last, "{wishes:?}");
        let expected: Vec<&str> = (last != Memory).then(|| last.name()).into_iter().collect();
        assert_eq!(
            stored.into_iter().collect::<Vec<_>>(),
            expected,
            "{wishes:?}"
        );
        assert!(!engine.is_unsettled());
    }
}

#[test]
fn a_grant_forgotten_while_it_is_written_is_removed_when_it_is_there() {
    let (mut engine, id) = in_memory();
    engine.command(at(70), Command::KeepTokens(File));
    let effects = engine.command(at(71), Command::ForgetGrant(id.clone()));
    assert_eq!(moves(&effects), []);
    assert!(engine.is_unsettled(), "that must not be cut off");
    let effects = written(&mut engine, &id, File, None);
    assert_eq!(moves(&effects), [("forget", File)]);
    engine.event(at(81), Event::GrantForgotten { id, trouble: None });
    assert!(!engine.is_unsettled());
}

#[test]
fn a_forgotten_grant_is_gone_here_and_there_and_the_next_one_is_current() {
    let mut engine = with(vec![kept(1, 0), kept(2, 1)], Some(id(1)));
    let effects = engine.command(at(5), Command::ForgetGrant(id(1)));
    let forgotten = Effect::ForgetGrant {
        client: Client::of(&visma()),
        id: id(1),
        keep: File,
    };
    assert_eq!(effects, [forgotten]);
    assert_eq!(current(&engine), Some(id(2)));
    load(&mut engine, vec![kept(1, 0), kept(2, 1)], Some(id(1)));
    assert_eq!(
        engine.grants().len(),
        1,
        "a reading that began before does not bring it back"
    );
    let (id, trouble) = (id(1), Some(trouble()));
    engine.event(at(6), Event::GrantForgotten { id, trouble });
    assert!(engine.grants_trouble().is_some(), "it is still kept");
    load(&mut engine, vec![kept(1, 0), kept(2, 1)], None);
    assert_eq!(engine.grants().len(), 2, "and is shown again");
}

#[test]
fn an_older_reading_does_not_undo_what_came_meanwhile() {
    let mut engine = with(vec![kept(1, 0)], None);
    let newer = {
        let mut newer = kept(1, 50);
        newer.grant.access_token = dineroscope::core::secret::Secret::new("newer");
        newer
    };
    load(&mut engine, vec![newer.clone()], None);
    assert_eq!(
        engine.grant(),
        Some(&newer.grant),
        "another process refreshed"
    );
    load(&mut engine, vec![kept(1, 0)], None);
    assert_eq!(engine.grant(), Some(&newer.grant));
}

#[test]
fn grants_that_cannot_be_read_say_so_for_their_profile_only() {
    let mut engine = blank();
    engine.command(at(0), Command::UseProfile(Box::new(keeping(Keyring))));
    let client = Client::of(&visma());
    engine.event(
        at(1),
        Event::GrantsLoaded {
            client,
            grants: Vec::new(),
            current: None,
            trouble: Some(trouble()),
        },
    );
    assert_eq!(engine.grants_trouble(), Some(&trouble()));
    let mut other = keeping(Memory);
    other.client_id = "isv_other".to_owned();
    engine.command(at(2), Command::UseProfile(Box::new(other)));
    assert_eq!(engine.grants_trouble(), None);
}

#[test]
fn the_sandboxs_grants_end_with_it_and_nobody_is_asked() {
    let mut engine = blank();
    engine.command(
        at(0),
        Command::UseProfile(Box::new(crate::stage::sandbox())),
    );
    assert!(!engine.asks_where_to_keep());
    assert!(!engine.allows(&Command::KeepTokens(File)));
    assert_eq!(engine.keep_tokens(), Memory);
}

#[test]
fn what_a_refresh_brought_and_could_not_be_kept_is_kept_before_the_next_one() {
    for is_kept in [true, false] {
        let mut engine = with(vec![kept(1, 0)], None);
        let mut new = kept(1, 100);
        new.grant.refresh_token = Some(Secret::new("only here"));
        let first = refresh(&mut engine, 100);
        let outcome = RefreshOutcome::RenewedNotKept(Box::new(new.grant.clone()), trouble());
        engine.event(at(100), unsent(&first, outcome));

        let effects = engine.command(at(200), Command::Refresh { anyway: false });
        assert_eq!(effects, [Effect::KeepGrant(Box::new(new.clone()))]);
        assert!(engine.refresh_waits());
        let effects = written(&mut engine, &id(1), File, (!is_kept).then(trouble));
        assert!(!engine.refresh_waits());
        let second = ordered(&effects).map(|order| order.kept);
        assert_eq!(second, is_kept.then_some(new.clone()));
        let held = engine.held().unwrap();
        assert_eq!((&held.grant, held.keep), (&new.grant, File));
        assert_eq!(held.trouble, (!is_kept).then(trouble));
    }
}

#[test]
fn keyring_and_program_are_not_asked_for_a_secret_that_nothing_needs_yet() {
    let program = SecretReference::Command(vec!["pass".to_owned(), "acme".to_owned()]);
    for reference in [SecretReference::Keyring, program] {
        let profile = Profile {
            client_secret: reference.clone(),
            ..keeping(File)
        };
        let mut engine = blank();
        let effects = engine.command(at(0), Command::UseProfile(Box::new(profile)));
        assert!(
            matches!(effects[..], [Effect::LoadGrants { .. }]),
            "{effects:?}"
        );
        load(&mut engine, vec![kept(1, 0)], None);
        let effects = engine.command(at(10), Command::Send(Call::new("GET", "/v1/x")));
        assert!(matches!(effects[..], [Effect::Send { .. }]), "{effects:?}");
        let effects = engine.command(at(20), Command::Refresh { anyway: false });
        assert!(
            matches!(effects[..], [Effect::ReadSecret { .. }]),
            "{effects:?}"
        );
    }
}
