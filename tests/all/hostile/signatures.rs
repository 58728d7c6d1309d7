//! Keys and signatures that lie.

use super::{bring, claims, client, exchange, led_by, led_with, until, waiting};
use crate::hostile_provider::{ACCESS_TOKEN, Hostile};
use crate::signer::{OTHER, RSA, Signer, unsigned, with_secret};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING,
};
use dineroscope::cli::drive::Drive;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::Profile;
use jiff::Timestamp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_good_id_token_is_taken_whatever_it_is_signed_with() {
    let curves = [
        (
            "ES256",
            Signer::curve("p256", &ECDSA_P256_SHA256_FIXED_SIGNING, "P-256"),
        ),
        (
            "ES384",
            Signer::curve("p384", &ECDSA_P384_SHA384_FIXED_SIGNING, "P-384"),
        ),
        (
            "ES512",
            Signer::curve("p521", &ECDSA_P521_SHA512_FIXED_SIGNING, "P-521"),
        ),
        ("EdDSA", Signer::edwards("ed")),
    ];
    let rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].map(|name| (name, &*RSA));
    for (algorithm, signer) in rsa
        .into_iter()
        .chain(curves.iter().map(|(name, signer)| (*name, signer)))
    {
        let (drive, leading) = led_by(|provider, mut claims| {
            if !algorithm.ends_with("256") {
                claims.as_object_mut().unwrap().remove("at_hash");
            }
            provider.publishes(&[OTHER.jwk(), signer.jwk()]);
            signer.sign(algorithm, &claims)
        })
        .await;
        let engine = drive.engine();
        assert_eq!(
            engine.run().phase,
            RunPhase::Authorized,
            "{algorithm}: {leading:?}"
        );
        assert_eq!(leading, None, "{algorithm}");
        assert_eq!(engine.grant().unwrap().access_token.expose(), ACCESS_TOKEN);
    }
}

#[tokio::test]
async fn each_wrong_signature_holds_the_tokens_back_and_is_named() {
    type Make = fn(&Hostile, &Value) -> String;
    let cases: [(&str, &str, Make); 11] = [
        ("not signed", "id-token-alg-none", |_, claims| {
            format!("{}.", unsigned(&json!({"alg": "none"}), claims))
        }),
        (
            "alg none beside a signature",
            "id-token-alg-none",
            |_, claims| RSA.sign_with(&json!({"alg": "None", "kid": "rsa"}), claims),
        ),
        (
            "cut off before its signature",
            "id-token-alg-none",
            |_, claims| {
                let token = RSA.sign("RS256", claims);
                format!("{}.", token.rsplit_once('.').unwrap().0)
            },
        ),
        (
            "the public key as a shared secret",
            "id-token-alg-unexpected",
            |_, claims| with_secret(&RSA.jwk().to_string(), claims),
        ),
        ("unheard of", "id-token-alg-unexpected", |_, claims| {
            RSA.sign_with(&json!({"alg": "RS1", "kid": "rsa"}), claims)
        }),
        (
            "another key under its name",
            "id-token-signature-invalid",
            |_, claims| OTHER.sign_with(&json!({"alg": "RS256", "kid": "rsa"}), claims),
        ),
        ("altered", "id-token-signature-invalid", |_, claims| {
            let token = RSA.sign("RS256", claims);
            let mut claims = claims.clone();
            claims["sub"] = "somebody-else".into();
            let parts: Vec<&str> = token.split('.').collect();
            let forged = unsigned(&json!({}), &claims);
            format!(
                "{}.{}.{}",
                parts[0],
                forged.split_once('.').unwrap().1,
                parts[2]
            )
        }),
        (
            "another algorithm than the key's",
            "id-token-signature-invalid",
            |_, claims| {
                let token = RSA.sign("PS256", claims);
                let header = unsigned(&json!({"alg": "RS256", "kid": "rsa"}), claims);
                format!("{header}.{}", token.rsplit_once('.').unwrap().1)
            },
        ),
        (
            "a key that is not published",
            "id-token-key-unknown",
            |_, claims| OTHER.sign("RS256", claims),
        ),
        (
            "its own key in the header",
            "id-token-key-unknown",
            |_, claims| {
                OTHER.sign_with(
                    &json!({"alg": "RS256", "kid": "x", "jwk": OTHER.jwk()}),
                    claims,
                )
            },
        ),
        (
            "no kid and several keys",
            "id-token-key-unknown",
            |provider, claims| {
                provider.publishes(&[RSA.jwk(), OTHER.jwk()]);
                RSA.sign_with(&json!({"alg": "RS256"}), claims)
            },
        ),
    ];
    for (what, rule, make) in cases {
        let (drive, leading) = led_by(|provider, claims| make(provider, &claims)).await;
        assert_eq!(leading, Some(rule), "{what}");
        assert_eq!(
            drive.engine().run().phase,
            RunPhase::IdTokenRefused,
            "{what}"
        );
        assert!(drive.engine().grant().is_none(), "{what}");
    }
}

#[tokio::test]
async fn without_a_kid_the_only_key_that_fits_is_taken() {
    let (drive, _) = led_by(|provider, claims| {
        let curve = Signer::curve("p256", &ECDSA_P256_SHA256_FIXED_SIGNING, "P-256");
        provider.publishes(&[curve.jwk(), RSA.jwk(), json!({"kty": "unheard-of"})]);
        RSA.sign_with(&json!({"alg": "RS256"}), &claims)
    })
    .await;
    assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
}

#[tokio::test]
async fn a_shared_secret_signs_only_where_the_registration_says_so() {
    let secret = "Vq8-not-a-real-secret-2Zr5-acme-dev-0001";
    let registered = |profile: &mut Profile| {
        profile.exchange.id_token_signed_response_alg = Some("HS256".to_owned());
    };
    let (drive, _) = Box::pin(led_with(registered, |_, claims| {
        with_secret(secret, &claims)
    }))
    .await;
    assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    let (_, leading) = Box::pin(led_with(registered, |_, claims| {
        with_secret("another", &claims)
    }))
    .await;
    assert_eq!(leading, Some("id-token-signature-invalid"));
    let (_, leading) = Box::pin(led_with(registered, |_, claims| RSA.sign("RS256", &claims))).await;
    assert_eq!(leading, Some("id-token-alg-unexpected"));
    let (_, leading) = led_by(|_, claims| with_secret(secret, &claims)).await;
    assert_eq!(leading, Some("id-token-alg-unexpected"));
}

#[tokio::test]
async fn a_key_that_was_changed_just_before_signing_is_fetched() {
    let provider = Hostile::start().await;
    let mut drive = waiting(client(&provider)).await;
    bring(&mut drive, &[]).await;
    provider.publishes(&[OTHER.jwk()]);
    provider.publishes(&[OTHER.jwk(), RSA.jwk()]);
    provider.gives(&RSA.sign("RS256", &claims(&provider, &drive)));
    exchange(&mut drive).await;
    assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    assert_eq!(
        provider.count("/keys"),
        2,
        "once more, and not again and again"
    );
}

#[tokio::test]
async fn keys_that_cannot_be_had_can_be_asked_for_again_and_an_override_is_loud() {
    for keys in ["<html>", "{}", "{\"keys\":[]}"] {
        let provider = Hostile::start().await;
        let mut drive = waiting(client(&provider)).await;
        bring(&mut drive, &[]).await;
        provider.says("/keys", keys);
        provider.gives(&RSA.sign("RS256", &claims(&provider, &drive)));
        exchange(&mut drive).await;
        let found = drive.engine().findings(Timestamp::now(), Step::Token);
        let fix = &found[0].fix;
        assert_eq!(
            fix.iter().any(|fix| fix.to_string().contains("transcript")),
            keys != "{\"keys\":[]}",
            "{keys} {fix:?}"
        );
        let leading = |drive: &Drive| {
            let found = drive.engine().findings(Timestamp::now(), Step::Token);
            found.first().map(|finding| finding.rule)
        };
        assert_eq!(leading(&drive), Some("id-token-key-unknown"), "{keys}");
        assert_eq!(drive.engine().run().phase, RunPhase::IdTokenRefused);
        if keys == "{}" {
            drive.command(Command::OverrideIdToken);
            assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
            assert_eq!(leading(&drive), Some("id-token-key-unknown"), "still said");
            assert!(drive.engine().grant().is_some());
            continue;
        }
        provider.publishes(&[RSA.jwk()]);
        drive.command(Command::CheckIdToken);
        until(&mut drive, |engine| {
            engine.run().phase != RunPhase::CheckingIdToken
        })
        .await;
        assert_eq!(drive.engine().run().phase, RunPhase::Authorized, "{keys}");
    }
}

#[tokio::test]
async fn the_signature_of_an_access_token_is_checked_on_demand() {
    let provider = Hostile::start().await;
    provider.publishes(&[RSA.jwk()]);
    let mut profile = client(&provider);
    profile.scopes = vec!["offline_access".to_owned()];
    let mut drive = waiting(profile).await;
    bring(&mut drive, &[]).await;
    let token = RSA.sign("RS256", &json!({"sub": "user-1"}));
    let body = json!({"access_token": token, "token_type": "Bearer"});
    provider.says("/token", body.to_string());
    exchange(&mut drive).await;
    assert_eq!(provider.count("/keys"), 0, "not unasked");
    assert!(drive.engine().access_token_signature().is_none());
    drive.command(Command::CheckSignature);
    until(&mut drive, |engine| {
        engine.access_token_signature().is_some()
    })
    .await;
    let signed = drive
        .engine()
        .access_token_signature()
        .unwrap()
        .as_ref()
        .unwrap();
    assert_eq!(
        (signed.algorithm, signed.key.as_deref()),
        ("RS256", Some("rsa"))
    );
    assert_eq!(provider.count("/keys"), 1);
}
