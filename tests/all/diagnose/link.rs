//! Rules about the link.

use super::{Fixture, at_link, fixture};
use crate::stage::sandbox;
use dineroscope::core::diagnose::Severity;
use dineroscope::core::oauth::{RunPhase, Step};
use dineroscope::core::profile::Profile;
use dineroscope::core::secret::Secret;

/// A rule that speaks for one profile and not for another.
fn pair(
    rule: &'static str,
    fires: impl FnOnce(&mut Profile),
    silent: impl FnOnce(&mut Profile),
) -> Fixture {
    fixture(rule, Step::Link, at_link(fires), at_link(silent))
}

/// A client id.
fn id(value: &str) -> impl FnOnce(&mut Profile) {
    let value = value.to_owned();
    |profile| profile.client_id = value
}

/// A redirect URI.
fn uri(value: &str) -> impl FnOnce(&mut Profile) {
    let value = value.to_owned();
    |profile| profile.redirect_uri = value
}

/// Scopes, separated by spaces.
fn scopes(value: &str) -> impl FnOnce(&mut Profile) {
    let list: Vec<String> = value.split(' ').map(str::to_owned).collect();
    |profile| profile.scopes = list
}

/// A further parameter.
fn extra(name: &str, value: &str) -> impl FnOnce(&mut Profile) {
    let row = (name.to_owned(), value.to_owned());
    |profile| profile.authorize.extra.push(row)
}

/// Languages.
fn locales(value: &str) -> impl FnOnce(&mut Profile) {
    let value = value.to_owned();
    |profile| profile.authorize.ui_locales = Some(value)
}

/// A provider that is none of the presets.
fn foreign(profile: &mut Profile) {
    profile.provider.preset = None;
    profile.provider.label = "login.example.com".into();
}

pub(super) fn fixtures() -> Vec<Fixture> {
    vec![
        pair(
            "link-placeholder-left",
            id("isv_<your-client-id>"),
            id("isv_acme"),
        ),
        pair("client-id-whitespace", id(" isv_acme"), id("isv_acme")),
        pair("client-id-without-isv-prefix", id("acme"), |profile| {
            foreign(profile);
            profile.client_id = "acme".into();
        }),
        pair(
            "redirect-uri-not-absolute",
            uri("localhost:8765/callback"),
            uri("http://localhost:8765/callback"),
        ),
        pair(
            "redirect-uri-fragment",
            uri("http://localhost:8765/callback#top"),
            uri("http://localhost:8765/callback?a=%23top"),
        ),
        pair(
            "redirect-uri-insecure",
            uri("http://app.example.com/callback"),
            uri("http://127.0.0.1:8765/callback"),
        ),
        pair(
            "redirect-uri-http-loopback",
            uri("http://127.0.0.1:8765/callback"),
            |profile| *profile = sandbox(),
        ),
        pair(
            "link-duplicate-parameter",
            extra("state", "mine"),
            |profile| {
                extra("resource", "https://a.example")(profile);
                extra("resource", "https://b.example")(profile);
            },
        ),
        pair(
            "secret-in-link",
            extra("client_secret", "hunter2-hunter2"),
            extra("id_token_hint", "a.b.c"),
        ),
        pair(
            "prompt-invalid",
            extra("prompt", "none login"),
            extra("prompt", "login select_account"),
        ),
        pair(
            "parameter-too-long",
            extra("login_hint", &"a".repeat(101)),
            extra("login_hint", &"a".repeat(100)),
        ),
        pair("parameter-unknown", extra("promt", "login"), |profile| {
            foreign(profile);
            extra("access_type", "offline")(profile);
        }),
        pair(
            "ui-locales-unsupported",
            locales("de-DE"),
            locales("DA-dk en-GB"),
        ),
        pair(
            "pkce-missing",
            |profile| profile.authorize.pkce = false,
            |profile| profile.authorize.pkce = true,
        ),
        pair(
            "scope-separator",
            scopes("dineropublicapi:read,dineropublicapi:write"),
            scopes("dineropublicapi:read dineropublicapi:write"),
        ),
        pair(
            "scope-unknown",
            scopes("dineropublicapi.read offline_access"),
            |profile| {
                foreign(profile);
                scopes("calendar.read")(profile);
            },
        ),
        pair(
            "scope-identity-without-openid",
            scopes("dineropublicapi:read email"),
            scopes("openid email"),
        ),
        pair(
            "scope-without-offline-access",
            scopes("dineropublicapi:read"),
            scopes("dineropublicapi:read offline_access"),
        ),
        pair(
            "scope-openid-discouraged",
            scopes("openid dineropublicapi:read"),
            scopes("openid severa-mcp:read"),
        ),
    ]
}

/// Severity of a rule for a profile.
fn severity(rule: &str, change: impl FnOnce(&mut Profile)) -> Option<Severity> {
    let findings = at_link(change).findings(Step::Link);
    let mut found = findings.iter().filter(|found| found.rule == rule);
    found.next().map(|found| found.severity)
}

#[test]
fn the_prefix_twice_is_worse_than_none() {
    let rule = "client-id-without-isv-prefix";
    assert_eq!(severity(rule, id("acme")), Some(Severity::Warning));
    assert_eq!(severity(rule, id("isv_isv_acme")), Some(Severity::Error));
    assert_eq!(severity(rule, id("isv_acme")), None);
}

#[test]
fn only_a_near_miss_of_a_known_scope_is_an_error() {
    let rule = "scope-unknown";
    for miss in [
        "DineroPublicApi:Read",
        "dineropublicapi:raed",
        "dineropublicapi-write",
        "offline-access",
        "opneid",
    ] {
        assert_eq!(
            severity(rule, scopes(miss)),
            Some(Severity::Error),
            "{miss}"
        );
    }
    for other in ["severa-mcp:read", "ea:api", "hrm-employee-api:read"] {
        assert_eq!(
            severity(rule, scopes(other)),
            Some(Severity::Note),
            "{other}"
        );
    }
}

#[test]
fn a_secret_that_brought_a_line_end_is_told_before_it_burns_a_code() {
    let mut case = super::Case::at(crate::stage::Point::Answered);
    assert_eq!(case.run.phase, RunPhase::Answered);
    case.client_secret = Some(Secret::new("hunter2-hunter2\n"));
    assert_eq!(case.names(Step::Exchange), ["client-id-whitespace"]);
    case.client_secret = Some(Secret::new("hunter2 hunter2"));
    assert_eq!(case.names(Step::Exchange), [""; 0]);
}

#[test]
fn a_placeholder_is_all_that_is_said_of_its_value() {
    let names = at_link(|profile| {
        profile.client_id = String::new();
        profile.redirect_uri = "<your redirect uri>".to_owned();
    })
    .names(Step::Link);
    assert_eq!(names, ["link-placeholder-left"]);
}
