//! Metadata that lies, and metadata that does not.

use super::{CODE, bring, claims, client, exchange, half_hash, setup, until, waiting};
use crate::hostile_provider::Hostile;
use crate::signer::RSA;
use dineroscope::cli::drive::Drive;
use dineroscope::core::engine::message::Command;
use dineroscope::core::oauth::flow::Missing;
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::{Endpoints, Environment, Profile, ResponseType};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A profile that names only the issuer.
fn by_issuer(provider: &Hostile) -> Profile {
    let mut profile = client(provider);
    profile.provider.authorize_url = String::new();
    profile.provider.token_url = String::new();
    profile.provider.endpoints = Endpoints::default();
    profile
}

/// What the provider says of itself, a member changed.
fn metadata(provider: &Hostile, member: &str, value: Value) -> String {
    let origin = &provider.origin;
    let mut document = json!({
        "issuer": origin,
        "authorization_endpoint": format!("{origin}/authorize"),
        "token_endpoint": format!("{origin}/token"),
        "jwks_uri": format!("{origin}/keys"),
        "authorization_response_iss_parameter_supported": true,
    });
    document[member] = value;
    document.to_string()
}

const FIRST: &str = "/.well-known/openid-configuration";
const SECOND: &str = "/.well-known/oauth-authorization-server";

#[tokio::test]
async fn an_issuer_tells_its_endpoints_at_either_place() {
    for place in [FIRST, SECOND] {
        let provider = Hostile::start().await;
        provider.says(place, metadata(&provider, "x", json!(1)));
        provider.publishes(&[RSA.jwk()]);
        let mut drive = waiting(by_issuer(&provider)).await;
        let first = &drive.engine().transcript()[0];
        assert!(
            first.request.url.ends_with(FIRST),
            "a record like any other"
        );
        bring(&mut drive, &[]).await;
        let found = drive.engine().findings(Timestamp::now(), Step::Callback);
        assert_eq!(found[0].rule, "issuer-missing", "its metadata promised iss");
        provider.gives(&RSA.sign("RS256", &claims(&provider, &drive)));
        exchange(&mut drive).await;
        assert_eq!(drive.engine().run().phase, RunPhase::Authorized);
    }
}

/// Gives the two URLs of a sign-in, gets an id_token through the browser, and does not say where its keys are.
fn hybrid_without_keys(provider: &Hostile) -> Profile {
    let mut profile = client(provider);
    profile.authorize.response_type = ResponseType::CodeIdToken;
    profile.provider.endpoints = Endpoints::default();
    profile
}

#[tokio::test]
async fn an_id_token_through_the_browser_needs_keys_before_the_link() {
    let provider = Hostile::start().await;
    provider.says(FIRST, metadata(&provider, "jwks_uri", Value::Null));
    provider.says(FIRST, metadata(&provider, "x", json!(1)));
    provider.publishes(&[RSA.jwk()]);
    let mut drive = Drive::with(setup(), |_| {});
    drive.command(Command::UseProfile(hybrid_without_keys(&provider).into()));
    until(&mut drive, |engine| engine.metadata_trouble().is_some()).await;
    let found = drive.engine().findings(Timestamp::now(), Step::Link);
    assert_eq!(found[0].rule, "metadata-invalid");
    assert!(
        found[0].evidence.to_string().contains("jwks_uri"),
        "{found:?}"
    );
    drive.command(Command::FetchMetadata);
    until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
    let endpoints = &drive.engine().profile().unwrap().provider.endpoints;
    assert_eq!(
        endpoints.jwks_url,
        Some(format!("{}/keys", provider.origin))
    );
}

#[tokio::test]
async fn an_id_token_whose_keys_nobody_publishes_says_what_the_profile_lacks() {
    let provider = Hostile::start().await;
    let mut profile = hybrid_without_keys(&provider);
    profile.provider.issuer = None;
    let mut drive = waiting(profile).await;
    let mut beside = claims(&provider, &drive);
    beside["c_hash"] = half_hash(CODE).into();
    bring(&mut drive, &[("id_token", &RSA.sign("RS256", &beside))]).await;
    let found = drive.engine().findings(Timestamp::now(), Step::Callback);
    assert_eq!(found[0].rule, "id-token-key-unknown");
    assert!(
        found[0]
            .evidence
            .to_string()
            .contains("no jwks_url is known"),
        "{found:?}"
    );
    assert!(
        found[0]
            .fix
            .iter()
            .any(|fix| fix.to_string().contains("`provider.jwks_url`")),
        "{found:?}"
    );
}

#[tokio::test]
async fn metadata_that_lies_makes_no_link_and_can_be_asked_for_again() {
    for (member, value, rule) in [
        (
            "issuer",
            json!("https://somebody.example"),
            "metadata-issuer-mismatch",
        ),
        ("token_endpoint", json!(7), "metadata-invalid"),
        (
            "token_endpoint",
            json!("http://somebody.example/token"),
            "metadata-invalid",
        ),
        ("authorization_endpoint", Value::Null, "metadata-invalid"),
    ] {
        let provider = Hostile::start().await;
        provider.says(FIRST, metadata(&provider, member, value.clone()));
        provider.says(FIRST, metadata(&provider, "x", json!(1)));
        let mut drive = Drive::with(setup(), |_| {});
        drive.command(Command::UseProfile(Box::new(by_issuer(&provider))));
        assert_eq!(
            drive.engine().run().phase,
            RunPhase::Preparing(Missing::Metadata)
        );
        until(&mut drive, |engine| !engine.is_discovering()).await;
        let engine = drive.engine();
        assert_eq!(
            engine.run().phase,
            RunPhase::Preparing(Missing::Metadata),
            "{member}"
        );
        assert!(engine.run().link.is_empty(), "{member}");
        let found = engine.findings(Timestamp::now(), Step::Link);
        assert_eq!(found[0].rule, rule, "{member} {value}");
        drive.command(Command::FetchMetadata);
        until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
    }
}

#[tokio::test]
async fn a_sandbox_that_leads_elsewhere_is_none() {
    for (token_url, stays) in [
        (None, true),
        (Some("https://somebody.example/token"), false),
    ] {
        let provider = Hostile::start().await;
        let value = token_url.map_or_else(
            || json!(format!("{}/token", provider.origin)),
            |url| json!(url),
        );
        provider.says(FIRST, metadata(&provider, "token_endpoint", value));
        let mut profile = by_issuer(&provider);
        profile.provider.environment = Environment::Sandbox;
        let mut drive = Drive::with(setup(), |_| {});
        drive.command(Command::UseProfile(Box::new(profile)));
        until(&mut drive, |engine| engine.run().phase == RunPhase::Ready).await;
        let environment = &drive.engine().profile().unwrap().provider.environment;
        assert_eq!(*environment == Environment::Sandbox, stays, "{token_url:?}");
    }
}
