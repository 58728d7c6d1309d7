//! Any order of commands and events: nothing panics, nothing waits for what no longer comes, and what is
//! owed an answer is owed one only once.

use super::{id, keeping, kept, trouble};
use crate::renewing::{answered, ended, failed, new_tokens, unsent};
use crate::stage::{at, blank, visma};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event, Prompt};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::KeepTokens::{File, Keyring, Memory};
use dineroscope::core::profile::{Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::wire::FailureKind;
use proptest::prelude::*;

/// One step of the play.
#[derive(Debug, Clone)]
enum Act {
    /// The user asks for something.
    Ask(Command),
    /// The world answers the effect that stands so far from the front, in one of its ways.
    Answer(usize, usize),
    /// Time passes.
    Pass(i64),
}

/// The clients that the play knows: with a secret in the file, from a program, and another one.
fn profiles() -> [Profile; 3] {
    let by_program = Profile {
        client_secret: SecretReference::Command(vec!["pass".to_owned()]),
        ..keeping(Keyring)
    };
    let other = Profile {
        client_id: "isv_other".to_owned(),
        keep_tokens: None,
        ..visma()
    };
    [keeping(File), by_program, other]
}

fn act() -> impl Strategy<Value = Act> {
    let [first, second, third] = profiles();
    let command = prop_oneof![
        Just(Command::UseProfile(Box::new(first))),
        Just(Command::UseProfile(Box::new(second))),
        Just(Command::UseProfile(Box::new(third))),
        Just(Command::Refresh { anyway: false }),
        Just(Command::Refresh { anyway: true }),
        Just(Command::Send(Call::new("GET", "/v1.1/organizations"))),
        Just(Command::Send(Call::new("GET", "/v1.1/organizations"))),
        Just(Command::CancelSend),
        Just(Command::KeepTokens(File)),
        Just(Command::KeepTokens(Keyring)),
        Just(Command::KeepTokens(Memory)),
        Just(Command::ReadSecret),
        Just(Command::ProvideSecret(Secret::new("typed"))),
        Just(Command::SignInAgain(Prompt::Login)),
        Just(Command::NewRun),
        Just(Command::UseScopeSet(None)),
        (1_u8..5).prop_map(|number| Command::UseGrant(id(number))),
        (1_u8..5).prop_map(|number| Command::ForgetGrant(id(number))),
        Just(Command::ImportToken(TokenKind::Access, Secret::new("own"))),
        Just(Command::ImportToken(TokenKind::Refresh, Secret::new("own"))),
    ];
    prop_oneof![
        3 => command.prop_map(Act::Ask),
        3 => (0_usize..4, 0_usize..8).prop_map(|(which, how)| Act::Answer(which, how)),
        1 => (-4_000_i64..4_000).prop_map(Act::Pass),
    ]
}

/// What the world owes the engine.
#[derive(Default)]
struct World {
    owed: Vec<Effect>,
    seconds: i64,
}

impl World {
    /// Keeps what is to be answered.
    fn take(&mut self, effects: Vec<Effect>) {
        let owed = |effect: &Effect| {
            matches!(
                effect,
                Effect::Refresh { .. }
                    | Effect::ReadSecret { .. }
                    | Effect::LoadGrants { .. }
                    | Effect::KeepGrant(_)
                    | Effect::ForgetGrant { .. }
                    | Effect::Send { .. }
            )
        };
        self.owed.extend(effects.into_iter().filter(owed));
    }

    /// The answer to an effect, in one of its ways.
    fn answer(&self, engine: &Engine, effect: Effect, how: usize) -> Event {
        let fails = how.is_multiple_of(2);
        let trouble = fails.then(trouble);
        match effect {
            Effect::ReadSecret { client, reference } => Event::SecretRead {
                client,
                reference,
                secret: if fails {
                    Err("`pass` says no".to_owned())
                } else {
                    Ok(Secret::new("from the program"))
                },
            },
            Effect::LoadGrants { client, .. } => Event::GrantsLoaded {
                grants: (1..3)
                    .map(|number| {
                        let mut kept = kept(number, i64::from(number));
                        kept.client = client.clone();
                        (kept, (how == 3).then(|| at(0)))
                    })
                    .collect(),
                client,
                current: (how < 4).then(|| id(1)),
                trouble,
            },
            Effect::KeepGrant(kept) => Event::GrantKept {
                id: kept.id,
                keep: kept.keep,
                trouble,
            },
            Effect::ForgetGrant { id, .. } => Event::GrantForgotten { id, trouble },
            Effect::Refresh {
                call,
                kept,
                request,
                ..
            } => {
                let order = crate::renewing::Order {
                    call,
                    kept: *kept,
                    request,
                };
                let another = Box::new(order.kept.grant.clone());
                match how {
                    0 => ended(&order, self.seconds, new_tokens("new")),
                    1 => ended(
                        &order,
                        self.seconds,
                        answered(400, "{\"error\":\"invalid_grant\"}"),
                    ),
                    2 => ended(&order, self.seconds, failed(FailureKind::Reset)),
                    3 => ended(&order, self.seconds, failed(FailureKind::Dns)),
                    4 => unsent(&order, RefreshOutcome::Gone),
                    5 => unsent(&order, RefreshOutcome::Unsettled { since: at(0) }),
                    6 => unsent(&order, RefreshOutcome::ByAnother(another)),
                    _ => unsent(&order, RefreshOutcome::NotSent(super::trouble())),
                }
            }
            Effect::Send { call, .. } => {
                let mut record = engine.record(call).unwrap().clone();
                record.outcome = answered(if fails { 401 } else { 200 }, "[]");
                Event::Answered(Box::new(record))
            }
            other => panic!("nothing is owed for {other:?}"),
        }
    }
}

/// What always holds.
fn holds(engine: &Engine, world: &World) -> Result<(), TestCaseError> {
    let refreshes = world
        .owed
        .iter()
        .filter(|effect| matches!(effect, Effect::Refresh { .. }))
        .count();
    let owes = |wanted: fn(&Effect) -> bool| world.owed.iter().any(wanted);
    if engine.requests().waiting.is_some() {
        let comes = engine.refreshing().is_some()
            || owes(|effect| matches!(effect, Effect::ReadSecret { .. } | Effect::KeepGrant(_)));
        prop_assert!(comes, "a call waits for nothing");
    }
    if refreshes > 0 || owes(|effect| matches!(effect, Effect::KeepGrant(_))) {
        prop_assert!(engine.is_unsettled(), "what must not be cut off is told");
    }
    if world.owed.is_empty() {
        prop_assert!(!engine.is_unsettled(), "nothing is waited for in vain");
        prop_assert!(!engine.is_loading_grants());
    }
    for (place, effect) in world.owed.iter().enumerate() {
        let (Effect::Refresh { kept, .. } | Effect::KeepGrant(kept)) = effect else {
            continue;
        };
        let same = |other: &Effect| match other {
            Effect::Refresh { kept: other, .. } | Effect::KeepGrant(other) => other.id == kept.id,
            _ => false,
        };
        let twice = world.owed[place + 1..].iter().any(same);
        prop_assert!(!twice, "one write or refresh of a grant at a time");
    }
    Ok(())
}

/// A grant as the engine shows it is whole, whatever came before.
fn shown(engine: &Engine) {
    for seconds in [0, 10_000] {
        for step in dineroscope::core::oauth::STEPS
            .iter()
            .map(|facts| facts.step)
        {
            engine.findings(at(seconds), step);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn nothing_waits_for_what_no_longer_comes(acts in proptest::collection::vec(act(), 1..60)) {
        let mut engine = blank();
        let mut world = World::default();
        let [first, ..] = profiles();
        world.take(engine.command(at(0), Command::UseProfile(Box::new(first))));
        for act in acts {
            let now = at(world.seconds);
            match act {
                Act::Ask(command) => {
                    let allowed = engine.allows(&command);
                    let effects = engine.command(now, command.clone());
                    prop_assert!(allowed || effects.is_empty(), "{command:?}");
                    world.take(effects);
                }
                Act::Answer(which, how) if which < world.owed.len() => {
                    let effect = world.owed.remove(which);
                    let event = world.answer(&engine, effect, how);
                    world.take(engine.event(now, event));
                }
                Act::Answer(..) => {}
                Act::Pass(seconds) => world.seconds += seconds,
            }
            holds(&engine, &world)?;
        }
        // Everything that is owed comes: then nothing is under way, and no call waits.
        let mut left = 1_000;
        while let Some(effect) = (!world.owed.is_empty()).then(|| world.owed.remove(0)) {
            let event = world.answer(&engine, effect, 1);
            let effects = engine.event(at(world.seconds), event);
            world.take(effects);
            holds(&engine, &world)?;
            left -= 1;
            prop_assert!(left > 0, "it comes to no end");
        }
        prop_assert_eq!(&engine.requests().waiting, &None);
        prop_assert_eq!(engine.requests().sending, None);
        prop_assert!(!engine.is_unsettled());
        shown(&engine);
    }
}
