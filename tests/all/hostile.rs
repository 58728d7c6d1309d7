//! Tokens, keys and metadata that lie, met by the real engine over real sockets: the relying-party tests of
//! the OpenID Foundation ("form post basic", "refresh token"), and worse.

mod metadata;
mod signatures;

use crate::hostile_provider::{ACCESS_TOKEN, Hostile};
use crate::signer::{OTHER, RSA, half_hash};
use dineroscope::cli::drive::Drive;
use dineroscope::core::engine::message::Command;
use dineroscope::core::engine::{Engine, Setup};
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::{
    ClientAuthentication, Endpoints, Environment, Preset, Profile, Provider, ResponseType,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a step may take before the test calls it stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// A client of the hostile provider.
fn client(provider: &Hostile) -> Profile {
    let origin = &provider.origin;
    Profile {
        provider: Provider {
            preset: None,
            label: "the hostile one".to_owned(),
            environment: Environment::Other("test".to_owned()),
            issuer: Some(origin.clone()),
            authorize_url: format!("{origin}/authorize"),
            token_url: format!("{origin}/token"),
            endpoints: Endpoints {
                jwks_url: Some(format!("{origin}/keys")),
                ..Endpoints::default()
            },
            ..Preset::Sandbox.provider()
        },
        scopes: vec!["openid".to_owned(), "offline_access".to_owned()],
        redirect_uri: "http://localhost:0/callback".to_owned(),
        ..crate::stage::visma()
    }
}

/// Steps until something holds.
async fn until(drive: &mut Drive, holds: impl Fn(&Engine) -> bool) {
    let stepping = async {
        while !holds(drive.engine()) {
            drive.step().await;
        }
    };
    let arrived = tokio::time::timeout(PATIENCE, stepping).await;
    assert!(arrived.is_ok(), "stuck in {:?}", drive.engine().run().phase);
}

/// What every engine here is made with.
fn setup() -> Setup {
    Setup {
        seed: [7; 32],
        faults: Vec::new(),
        consent_timeout: SignedDuration::from_mins(5),
        marks: None,
    }
}

/// A run that waits for its answer.
async fn waiting(profile: Profile) -> Drive {
    let mut drive = Drive::with(setup(), |_| {});
    drive.command(Command::UseProfile(Box::new(profile)));
    until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
    drive.command(Command::Begin {
        open_browser: false,
    });
    until(&mut drive, |engine| engine.run().phase == RunPhase::Waiting).await;
    drive
}

/// Brings the answer as a browser would, with further fields.
async fn bring(drive: &mut Drive, further: &[(&str, &str)]) {
    let run = drive.engine().run();
    let (state, uri) = (run.fresh.state.clone(), run.redirect_uri.clone());
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("code", CODE)
        .append_pair("state", &state)
        .extend_pairs(further);
    let form = form.finish();
    let posting = tokio::task::spawn_blocking(move || crate::browser::post(&uri, &form));
    until(drive, |engine| engine.run().phase == RunPhase::Answered).await;
    posting.await.unwrap();
    until(drive, |engine| !engine.is_checking_answer()).await;
}

/// The code that every answer brings.
const CODE: &str = "the-code-of-the-hostile-provider";

/// Exchanges the code, as far as it goes.
async fn exchange(drive: &mut Drive) {
    drive.command(Command::Exchange);
    until(drive, |engine| {
        !matches!(
            engine.run().phase,
            RunPhase::Exchanging(_) | RunPhase::CheckingIdToken
        )
    })
    .await;
}

/// The nonce of the run.
fn nonce(drive: &Drive) -> String {
    drive.engine().run().fresh.nonce.clone()
}

/// Claims with nothing wrong in them.
fn claims(provider: &Hostile, drive: &Drive) -> Value {
    let now = Timestamp::now().as_second();
    json!({
        "iss": provider.origin, "sub": "user-1", "aud": "isv_acme_dev", "exp": now + 300, "iat": now,
        "nonce": nonce(drive), "at_hash": half_hash(ACCESS_TOKEN),
    })
}

/// What becomes of a run whose tokens come with what a test makes of good claims: the leading rule.
async fn led_by(make: impl FnOnce(&Hostile, Value) -> String) -> (Drive, Option<&'static str>) {
    Box::pin(led_with(|_| {}, make)).await
}

/// The same with a profile of its own.
async fn led_with(
    change: impl FnOnce(&mut Profile),
    make: impl FnOnce(&Hostile, Value) -> String,
) -> (Drive, Option<&'static str>) {
    let provider = Hostile::start().await;
    let mut profile = client(&provider);
    change(&mut profile);
    let mut drive = waiting(profile).await;
    bring(&mut drive, &[]).await;
    let token = make(&provider, claims(&provider, &drive));
    provider.gives(&token);
    if !provider.answers("/keys") {
        provider.publishes(&[RSA.jwk()]);
    }
    exchange(&mut drive).await;
    let found = drive.engine().findings(Timestamp::now(), Step::Token);
    let leading = found
        .first()
        .map(|finding| finding.rule)
        .filter(|rule| rule.starts_with("id-token"));
    (drive, leading)
}

#[tokio::test]
async fn each_wrong_claim_holds_the_tokens_back_and_is_named() {
    let now = Timestamp::now().as_second();
    let cases: [(&str, &str, Value); 16] = [
        ("id-token-issuer", "iss", json!("https://somebody.example")),
        ("id-token-issuer", "iss", Value::Null),
        ("id-token-audience", "aud", json!("another-client")),
        ("id-token-audience", "aud", json!(7)),
        (
            "id-token-azp",
            "aud",
            json!(["isv_acme_dev", "another-client"]),
        ),
        ("id-token-azp", "azp", json!("another-client")),
        ("id-token-nonce", "nonce", json!("of another run")),
        ("id-token-nonce", "nonce", Value::Null),
        ("id-token-expired", "exp", json!(now - 3600)),
        ("id-token-expired", "exp", json!("soon")),
        ("id-token-iat", "iat", Value::Null),
        ("id-token-iat", "iat", json!(now + 86_400)),
        ("id-token-iat", "iat", json!(-1.0e300)),
        ("id-token-sub-missing", "sub", Value::Null),
        ("id-token-sub-missing", "sub", json!("x".repeat(300))),
        (
            "id-token-at-hash",
            "at_hash",
            json!(half_hash("another token")),
        ),
    ];
    for (rule, claim, value) in cases {
        let (drive, leading) = led_by(|_, mut claims| {
            let object = claims.as_object_mut().unwrap();
            object.remove(claim);
            if !value.is_null() {
                object.insert(claim.to_owned(), value.clone());
            }
            RSA.sign("RS256", &claims)
        })
        .await;
        let engine = drive.engine();
        assert_eq!(leading, Some(rule), "{claim} {value}");
        assert_eq!(
            engine.run().phase,
            RunPhase::IdTokenRefused,
            "{claim} {value}"
        );
        assert!(engine.grant().is_none(), "nothing of it is used");
    }
}

#[tokio::test]
async fn a_hybrid_answer_is_checked_before_its_code_is_used() {
    for (code, taken) in [(CODE, true), ("another-code", false)] {
        let provider = Hostile::start().await;
        provider.publishes(&[RSA.jwk()]);
        let mut profile = client(&provider);
        profile.authorize.response_type = ResponseType::CodeIdToken;
        let mut drive = waiting(profile).await;
        let link = drive.engine().run().link.clone();
        assert!(link.contains("response_type=code+id_token"), "{link}");
        assert!(link.contains("nonce="), "{link}");
        let mut beside = claims(&provider, &drive);
        beside.as_object_mut().unwrap().remove("at_hash");
        beside["c_hash"] = half_hash(code).into();
        let token = RSA.sign("RS256", &beside);
        bring(&mut drive, &[("id_token", &token)]).await;
        assert_eq!(drive.engine().allows(&Command::Exchange), taken, "{code}");
        if !taken {
            let found = drive.engine().findings(Timestamp::now(), Step::Callback);
            assert_eq!(found[0].rule, "id-token-c-hash");
            drive.command(Command::OverrideIdToken);
            assert!(drive.engine().allows(&Command::Exchange), "the user may");
        }
        provider.gives(&RSA.sign("RS256", &claims(&provider, &drive)));
        exchange(&mut drive).await;
        assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    }
}

#[tokio::test]
async fn the_secret_is_shown_in_either_way() {
    for (way, expected) in [
        (ClientAuthentication::Basic, "Basic aXN2X2FjbWVfZGV2Ol"),
        (
            ClientAuthentication::Post,
            "client_secret=Vq8-not-a-real-secret",
        ),
    ] {
        let provider = Hostile::start().await;
        provider.publishes(&[RSA.jwk()]);
        let mut profile = client(&provider);
        profile.exchange.client_authentication = way;
        let mut drive = waiting(profile).await;
        bring(&mut drive, &[]).await;
        provider.gives(&RSA.sign("RS256", &claims(&provider, &drive)));
        exchange(&mut drive).await;
        assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
        let asked = provider.last("/token");
        assert!(asked.contains(expected), "{asked}");
    }
}

#[tokio::test]
async fn a_refresh_with_another_user_issuer_or_client_is_named() {
    for (claim, value) in [
        ("sub", json!("user-2")),
        ("iss", json!("https://somebody.example")),
        ("aud", json!("another-client")),
    ] {
        let provider = Hostile::start().await;
        provider.publishes(&[RSA.jwk()]);
        let mut drive = waiting(client(&provider)).await;
        bring(&mut drive, &[]).await;
        let mut changed = claims(&provider, &drive);
        provider.gives(&RSA.sign("RS256", &changed));
        exchange(&mut drive).await;
        changed[claim] = value;
        provider.gives(&RSA.sign("RS256", &changed));
        drive.command(Command::Refresh { anyway: false });
        until(&mut drive, |engine| {
            engine.held().is_some_and(|held| held.refresh.is_some())
        })
        .await;
        let found = drive.engine().findings(Timestamp::now(), Step::Token);
        assert_eq!(found[0].rule, "refresh-subject-changed", "{claim}");
    }
}

#[tokio::test]
async fn tokens_of_any_size_and_shape_are_looked_at_in_peace() {
    let makes: [fn(&mut Value); 3] = [
        |claims| claims["large"] = "x".repeat(600_000).into(),
        |claims| {
            for number in 0..10_000 {
                claims[format!("claim_{number}")] = number.into();
            }
        },
        |claims| claims["emoji"] = "Æ 🧾 \u{202e} \u{1b}[31m".into(),
    ];
    for make in makes {
        let (drive, _) = led_by(|_, mut claims| {
            make(&mut claims);
            RSA.sign("RS256", &claims)
        })
        .await;
        assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    }
    for broken in ["a.b", "....", "e30.e30.", "\u{fffd}.é.x", "e30.W10.AA"] {
        let (drive, leading) = led_by(|_, _| broken.to_owned()).await;
        assert!(leading.is_some(), "{broken}");
        assert_eq!(
            drive.engine().run().phase,
            RunPhase::IdTokenRefused,
            "{broken}"
        );
    }
}

#[tokio::test]
async fn a_run_that_is_left_keeps_what_passes_and_drops_what_does_not() {
    for (good, held) in [(true, 1), (false, 0)] {
        let provider = Hostile::start().await;
        let mut drive = waiting(client(&provider)).await;
        bring(&mut drive, &[]).await;
        let token = claims(&provider, &drive);
        let signer = if good { &RSA } else { &OTHER };
        provider.gives(&signer.sign("RS256", &token));
        provider.publishes(&[RSA.jwk()]);
        drive.command(Command::Exchange);
        until(&mut drive, |engine| {
            engine.run().phase == RunPhase::CheckingIdToken
        })
        .await;
        drive.command(Command::NewRun);
        until(&mut drive, |engine| !engine.is_unsettled()).await;
        assert_eq!(drive.engine().grants().len(), held);
        assert_eq!(drive.engine().run().phase, RunPhase::Ready);
    }
}
