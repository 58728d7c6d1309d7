//! What can be known to be wrong before the token request is sent.
//!
//! Read from the request itself and from our own record of the run; the provider is not asked.

use super::super::{Scene, time};
use crate::core::oauth::{changes, pkce};
use crate::core::profile::ClientAuthentication;
use crate::core::secret::Secret;
use crate::core::secret::kept::KeptMark;
use crate::core::wire::{Purpose, Request};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// One check.
pub(super) struct Check {
    /// What it looks at.
    pub(super) name: &'static str,
    /// Whether it passes.
    pub(super) passes: bool,
    /// What was seen.
    pub(super) value: String,
    /// What it is measured against.
    pub(super) meaning: String,
}

/// Every check of a token request that is, or was, sent at a moment.
pub(super) fn checks(scene: &Scene<'_>, request: &Request, at: Timestamp) -> Vec<Check> {
    let form = Form(changes::pairs(request));
    let mut checks = vec![first_use(scene, &form)];
    checks.extend(age(scene, at));
    checks.push(redirect_uri(scene, &form));
    checks.push(code_verifier(scene, &form));
    checks.extend(client_secret(&form));
    checks.extend(grant_type(&form));
    checks.extend(each_once(&form));
    checks.extend(shown_once(scene, request, &form));
    checks.push(endpoint(request));
    checks.push(form_encoded(request));
    checks
}

/// The fields of a form.
struct Form(Vec<(String, String)>);

impl Form {
    /// The first field of that name.
    fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A check with its words for both cases.
fn check(name: &'static str, passes: bool, value: (&str, &str), meaning: (&str, &str)) -> Check {
    let pick = |(good, bad): (&str, &str)| if passes { good } else { bad }.to_owned();
    Check {
        name,
        passes,
        value: pick(value),
        meaning: pick(meaning),
    }
}

/// Whether the code was posted before, by any run of this program.
fn first_use(scene: &Scene<'_>, form: &Form) -> Check {
    let Some(code) = form.get("code").map(Secret::new) else {
        return check(
            "code",
            false,
            ("", "not sent"),
            ("", "there is nothing to exchange"),
        );
    };
    let posted = scene
        .engine
        .transcript()
        .iter()
        .filter(|record| record.purpose == Purpose::Exchange)
        .filter(|record| Some(record.call) != scene.engine.run().exchange)
        .any(|record| {
            changes::pairs(&record.request)
                .iter()
                .any(|(name, value)| name == "code" && code.matches(value))
        });
    check(
        "code",
        !posted,
        ("first use", "posted before"),
        ("never posted before", "it works once only"),
    )
}

/// Whether the code is younger than it lives.
fn age(scene: &Scene<'_>, at: Timestamp) -> Option<Check> {
    let provider = &scene.engine.profile()?.provider;
    let lifetime = SignedDuration::from_secs(i64::from(provider.code_lifetime));
    let age = at.duration_since(scene.engine.run().answered_at?);
    let inferred = if provider.code_lifetime_inferred {
        ", inferred"
    } else {
        ""
    };
    Some(Check {
        name: "age of the code",
        passes: age < lifetime,
        value: time::clock(age),
        meaning: format!("of {}{inferred}", time::clock(lifetime)),
    })
}

/// Whether the redirect URI is the link's, byte for byte (RFC 6749 4.1.3).
fn redirect_uri(scene: &Scene<'_>, form: &Form) -> Check {
    let passes = form.get("redirect_uri") == parameter(scene, "redirect_uri");
    check(
        "redirect_uri",
        passes,
        ("byte for byte the link's", "not the link's"),
        ("", "every character counts"),
    )
}

/// Whether the verifier fits the challenge that was sent (RFC 7636 4.6).
fn code_verifier(scene: &Scene<'_>, form: &Form) -> Check {
    let challenge = parameter(scene, "code_challenge");
    let verifier = form.get("code_verifier").map(Secret::new);
    let made = verifier.as_ref().map(pkce::challenge);
    let passes = match &verifier {
        // Of a kept run only the mark is there: whether it is the one that the challenge was made of.
        Some(mark) if KeptMark::read(mark.expose()).is_some() => {
            let changes = &scene.engine.run().link_changes;
            let by_hand = changes
                .rows
                .iter()
                .any(|(name, _)| name == "code_challenge");
            challenge.is_some()
                && !by_hand
                && scene.engine.run().fresh.verifier.as_ref() == Some(mark)
        }
        // A link that names no method means `plain` (RFC 7636 4.3).
        Some(plain) if parameter(scene, "code_challenge_method") != Some("S256") => {
            challenge.is_some_and(|challenge| plain.matches(challenge))
        }
        _ => made.as_deref() == challenge,
    };
    let good = if challenge.is_some() {
        "fits the challenge"
    } else {
        "none, and no challenge"
    };
    check(
        "code_verifier",
        passes,
        (good, "does not fit"),
        ("", "the link's challenge"),
    )
}

/// Whether the request says what it is (RFC 6749 4.1.3); said only when it does not.
fn grant_type(form: &Form) -> Option<Check> {
    let seen = match form.get("grant_type") {
        Some("authorization_code") => return None,
        Some(_) => "another one",
        None => "not sent",
    };
    let words = ("", seen);
    Some(check(
        "grant_type",
        false,
        words,
        ("", "authorization_code"),
    ))
}

/// Whether a field stands more than once (RFC 6749 3.2 forbids it); said only when one does.
fn each_once(form: &Form) -> Option<Check> {
    let names: Vec<&str> = form.0.iter().map(|(name, _)| name.as_str()).collect();
    let mut twice = names.iter().enumerate();
    let (_, name) = twice.find(|(place, name)| names[..*place].contains(name))?;
    let name: String = name.chars().take(24).collect();
    let seen = format!("{name} stands twice");
    Some(check(
        "fields",
        false,
        ("", &seen),
        ("", "each of them once"),
    ))
}

/// Whether the secret was copied without something around it.
fn client_secret(form: &Form) -> Option<Check> {
    // Of a kept run only the mark is there, which says nothing about what stood around.
    let secret = form
        .get("client_secret")
        .filter(|secret| KeptMark::read(secret).is_none())?;
    let quotes = ['"', '\'', '`'];
    let passes = !secret.is_empty()
        && secret.trim() == secret
        && !secret.starts_with(quotes)
        && !secret.ends_with(quotes);
    let seen = if secret.is_empty() {
        "it is empty"
    } else {
        "a space, quote or newline"
    };
    Some(check(
        "client_secret",
        passes,
        ("nothing around it", seen),
        ("no space, no quote", "copy it again"),
    ))
}

/// Whether the secret is shown once, where the client has one (RFC 6749 2.3); said only when it is not.
fn shown_once(scene: &Scene<'_>, request: &Request, form: &Form) -> Option<Check> {
    let profile = scene.engine.profile()?;
    let has_one = profile.exchange.client_authentication != ClientAuthentication::None;
    let in_header = request.headers.get("Authorization").is_some();
    let seen = match (form.get("client_secret").is_some(), in_header) {
        (true, true) => "in body and header",
        (false, false) if has_one && scene.engine.secret_state().is_at_hand() => "not sent",
        _ => return None,
    };
    let words = ("", seen);
    Some(check("client_secret", false, words, ("", "send it once")))
}

/// Whether it is sent as RFC 6749 4.1.3 wants it.
fn form_encoded(request: &Request) -> Check {
    let kind = request.headers.media_type();
    let passes = request.method == "POST" && kind == "application/x-www-form-urlencoded";
    let seen = if request.method == "POST" {
        kind.as_str()
    } else {
        "GET, in the address"
    };
    check(
        "body",
        passes,
        ("form-encoded, by POST", seen),
        ("", "a form, by POST"),
    )
}

/// Whether the secret travels encrypted, or stays on this machine.
fn endpoint(request: &Request) -> Check {
    let url = Url::parse(&request.url).ok();
    let scheme = url.as_ref().map_or("", |url| url.scheme());
    let local = url
        .as_ref()
        .and_then(|url| url.host_str())
        .is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"));
    let good = if scheme == "https" {
        "https"
    } else {
        "loopback"
    };
    check(
        "endpoint",
        scheme == "https" || local,
        (good, "plain http"),
        ("nobody reads along", "others could read it"),
    )
}

/// A parameter of the link.
fn parameter<'a>(scene: &Scene<'a>, name: &str) -> Option<&'a str> {
    scene
        .engine
        .run()
        .parameters
        .iter()
        .find(|parameter| parameter.name == name)
        .map(|parameter| parameter.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_passes(secret: &str) -> Option<bool> {
        let form = Form(vec![("client_secret".to_owned(), secret.to_owned())]);
        client_secret(&form).map(|check| check.passes)
    }

    #[test]
    fn a_secret_copied_with_something_around_it_is_seen() {
        for bad in ["", " a", "a\n", "\"a\"", "'a", "a`"] {
            assert_eq!(secret_passes(bad), Some(false), "{bad:?}");
        }
        assert_eq!(secret_passes("a b\"c"), Some(true));
        assert!(client_secret(&Form(Vec::new())).is_none());
    }

    #[test]
    fn a_secret_goes_over_https_or_stays_on_this_machine() {
        let passes = |url: &str| {
            endpoint(&Request {
                method: "POST".to_owned(),
                url: url.to_owned(),
                headers: crate::core::wire::Headers::default(),
                body: crate::core::wire::Body::default(),
            })
            .passes
        };
        assert!(passes("https://connect.visma.com/connect/token"));
        assert!(passes("http://127.0.0.1:4711/connect/token"));
        assert!(!passes("http://127.0.0.1.evil.example/connect/token"));
        assert!(!passes(""));
    }
}
