//! Engines that hold grants in every way in which step 5 shows them.

use crate::renewing::{answered, ended, failed, refresh, refreshed, unsent};
use crate::stage::{Point, at, blank, bring, tokens, visma};
use dineroscope::core::dinero::call::Call;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Event};
use dineroscope::core::oauth::refresh::RefreshOutcome;
use dineroscope::core::profile::{KeepTokens, Origin, Profile, SecretReference};
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::import::TokenKind;
use dineroscope::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble, VaultTroubleKind};
use dineroscope::core::wire::{FailureKind, Phase};

/// What can be so with the grants of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// A refresh is under way.
    Refreshing,
    /// New tokens came, both of them other ones.
    Refreshed,
    /// The refresh token stayed what it was.
    RefreshedSame,
    /// Another process refreshed meanwhile.
    ByAnother,
    /// The provider does not take the refresh token, and the access token has ended.
    Refused,
    /// No answer came: the refresh token may be spent.
    Unsettled,
    /// Another process holds the lock.
    Busy,
    /// Nothing was sent, because the disk is full.
    NotSent,
    /// New tokens came and could not be kept.
    NotKept,
    /// The access token has ended and can be refreshed.
    Expired,
    /// There is no keyring.
    NoKeyring,
    /// The profile does not say where grants are kept.
    Asks,
    /// Kept in a file.
    InAFile,
    /// Grants of former days, of somebody else too.
    Several,
    /// A refresh token that the user had.
    Imported,
    /// A call waits until the token is refreshed.
    CallWaits,
    /// It was not sent: the refresh failed.
    CallUnsent,
    /// A profile that was found by itself names a secret.
    Untrusted,
    /// The command failed.
    SecretMissing,
}

impl Holding {
    /// All of it.
    pub(crate) const ALL: [Self; 19] = [
        Self::Refreshing,
        Self::Refreshed,
        Self::RefreshedSame,
        Self::ByAnother,
        Self::Refused,
        Self::Unsettled,
        Self::Busy,
        Self::NotSent,
        Self::NotKept,
        Self::Expired,
        Self::NoKeyring,
        Self::Asks,
        Self::InAFile,
        Self::Several,
        Self::Imported,
        Self::CallWaits,
        Self::CallUnsent,
        Self::Untrusted,
        Self::SecretMissing,
    ];

    /// A moment at which it is looked at, in seconds after the start.
    pub(crate) fn moment(self) -> i64 {
        match self {
            Self::Refused | Self::Expired | Self::CallWaits | Self::CallUnsent => LATE + 2,
            Self::Untrusted | Self::SecretMissing => 41,
            _ => EARLY + 30,
        }
    }
}

/// A refresh while the access token is good.
const EARLY: i64 = 1_200;
/// After its end.
const LATE: i64 = 4_000;

/// Other tokens than the first ones, but for the refresh token when `same`.
pub(crate) fn further_tokens(same: bool) -> String {
    // Another signature makes another token.
    let text = tokens().replace("BwcHBwcH", "CAgICAgI");
    if same {
        return text;
    }
    text.replace("5f0a9c1d2e3b4a59", "0b1c2d3e4f5a6b7c")
}

/// An engine that holds grants like that.
pub(crate) fn engine_holding(holding: Holding) -> Engine {
    let mut engine = blank();
    let profile = profile(holding);
    match holding {
        Holding::Untrusted | Holding::SecretMissing => {
            bring(&mut engine, profile, Point::Answered);
            ask_for_secret(&mut engine, holding);
            return engine;
        }
        Holding::Imported => {
            bring(&mut engine, profile, Point::Ready);
            let token = Secret::new("0f".repeat(32));
            let command = Command::ImportToken(TokenKind::Refresh, token);
            engine.command(at(EARLY), command);
            return engine;
        }
        _ => bring(&mut engine, profile, Point::Authorized),
    }
    match holding {
        Holding::Refreshing => {
            refresh(&mut engine, EARLY);
        }
        Holding::Refreshed => {
            refreshed(&mut engine, EARLY, answered(200, &further_tokens(false)));
        }
        Holding::RefreshedSame => {
            refreshed(&mut engine, EARLY, answered(200, &further_tokens(true)));
        }
        Holding::ByAnother => {
            let order = refresh(&mut engine, EARLY);
            let grant = Grant {
                access_token: Secret::new("from-another-process"),
                refresh_token: Some(Secret::new("also-from-there")),
                ..order.kept.grant.clone()
            };
            let outcome = RefreshOutcome::ByAnother(Box::new(grant));
            engine.event(at(EARLY), unsent(&order, outcome));
        }
        Holding::Refused => {
            let body = "{\"error\":\"invalid_grant\"}";
            refreshed(&mut engine, LATE, answered(400, body));
        }
        Holding::Unsettled => {
            let outcome = failed(FailureKind::Timeout(Phase::Answer));
            refreshed(&mut engine, EARLY, outcome);
        }
        Holding::Busy => {
            let order = refresh(&mut engine, EARLY);
            let holder = "process 4711, since 12:01:20".to_owned();
            engine.event(at(EARLY), unsent(&order, RefreshOutcome::Busy { holder }));
        }
        Holding::NotSent => {
            let order = refresh(&mut engine, EARLY);
            let outcome = RefreshOutcome::NotSent(disk_full());
            engine.event(at(EARLY), unsent(&order, outcome));
        }
        Holding::NotKept => {
            let order = refresh(&mut engine, EARLY);
            let event = ended(&order, EARLY, answered(200, &further_tokens(false)));
            let Event::Refreshed {
                call,
                record,
                outcome: RefreshOutcome::Renewed(grant),
            } = event
            else {
                return engine;
            };
            let outcome = RefreshOutcome::RenewedNotKept(grant, disk_full());
            let event = Event::Refreshed {
                call,
                record,
                outcome,
            };
            engine.event(at(EARLY), event);
        }
        Holding::NoKeyring => keep(&mut engine, KeepTokens::Keyring, Some(no_keyring())),
        Holding::InAFile => keep(&mut engine, KeepTokens::File, None),
        Holding::Several => several(&mut engine),
        Holding::CallWaits | Holding::CallUnsent => {
            let call = Call::new("GET", "/v1.1/organizations");
            let effects = engine.command(at(LATE), Command::Send(call));
            let order = crate::renewing::ordered(&effects).unwrap();
            if holding == Holding::CallUnsent {
                let outcome = failed(FailureKind::Refused);
                engine.event(at(LATE), ended(&order, LATE, outcome));
            }
        }
        _ => {}
    }
    engine
}

/// The profile of a state.
fn profile(holding: Holding) -> Profile {
    let command = ["pass", "show", "visma/acme dev"].map(str::to_owned);
    match holding {
        Holding::Asks => Profile {
            keep_tokens: None,
            ..visma()
        },
        Holding::Several => Profile {
            keep_tokens: Some(KeepTokens::File),
            ..visma()
        },
        Holding::Untrusted => Profile {
            origin: Origin::File {
                path: "./profiles/acme-dev.toml".into(),
                trusted: false,
            },
            client_secret: SecretReference::Command(command.to_vec()),
            ..visma()
        },
        Holding::SecretMissing => Profile {
            client_secret: SecretReference::Command(command.to_vec()),
            ..visma()
        },
        _ => visma(),
    }
}

/// What is known of the secret, in a run that was answered.
fn ask_for_secret(engine: &mut Engine, holding: Holding) {
    let profile = engine.profile().unwrap().clone();
    if let Some(question) = dineroscope::core::profile::trust::TrustQuestion::of(&profile) {
        let trusted = false;
        engine.event(at(1), Event::TrustRead { question, trusted });
    }
    if holding == Holding::SecretMissing {
        engine.event(
            at(23),
            Event::SecretRead {
                client: Client::of(&profile),
                reference: profile.client_secret.clone(),
                secret: Err("`pass` ended with 1: look what it says in a terminal.".to_owned()),
            },
        );
    }
}

/// Grants are kept there from now on, or cannot be.
fn keep(engine: &mut Engine, keep: KeepTokens, trouble: Option<VaultTrouble>) {
    engine.command(at(120), Command::KeepTokens(keep));
    let id = engine.held().unwrap().id.clone();
    engine.event(at(121), Event::GrantKept { id, keep, trouble });
}

/// Two grants that were kept on former days.
fn several(engine: &mut Engine) {
    let id = engine.held().unwrap().id.clone();
    let kept = Event::GrantKept {
        id,
        keep: KeepTokens::File,
        trouble: None,
    };
    engine.event(at(121), kept);
    let client = Client::of(engine.profile().unwrap());
    let now = engine.grant().unwrap().clone();
    let former = |name: u8, seconds: i64, scopes: &[&str], lifetime: u64| {
        let grant = Grant {
            access_token: match name {
                1 => now.access_token.clone(),
                _ => Secret::new("former"),
            },
            obtained_at: at(seconds),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            refresh_token: (name == 1).then(|| Secret::new("former-refresh")),
            expires_in: Some(lifetime),
            ..now.clone()
        };
        let kept = KeptGrant {
            id: GrantId::of([name; 32]),
            client: client.clone(),
            grant,
            keep: KeepTokens::File,
            revoked_at: None,
        };
        (kept, None)
    };
    let read = "dineropublicapi:read";
    let grants = vec![
        former(2, -200_000, &[read], 3600),
        former(
            1,
            -5_000,
            &[read, "dineropublicapi:write", "offline_access"],
            3600,
        ),
    ];
    engine.event(
        at(122),
        Event::GrantsLoaded {
            client: client.clone(),
            grants,
            current: None,
            trouble: None,
        },
    );
}

fn disk_full() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Disk,
        message:
            "`/home/ada/.local/share/dineroscope/grants` could not be written: no space left on \
                  the device. Make room, then refresh."
                .to_owned(),
    }
}

fn no_keyring() -> VaultTrouble {
    VaultTrouble {
        kind: VaultTroubleKind::Absent,
        message:
            "This session has no keyring (no secret service on the D-Bus). Keep tokens in a file \
                  or in memory."
                .to_owned(),
    }
}
