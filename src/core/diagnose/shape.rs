//! Rules about the shape of a link: its address and what must stand in it (RFC 6749 3.1, 4.1.1).
//!
//! A link that this program builds has this shape by construction; one that somebody else built, or that
//! a mail program wrapped, may not.

use super::seen::{is_like_visma, parameter, quoted};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::profile::is_placeholder;
use crate::core::wire::is_loopback;
use percent_encoding::percent_decode_str;
use url::Url;

/// A rule about the link.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Link],
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about the shape of a link.
pub(super) const RULES: &[Rule] = &[
    rule("link-not-a-url", "RFC 3986 4.3", not_a_url),
    rule(
        "link-wrong-endpoint",
        "Visma Connect metadata, RFC 6749 3.1",
        wrong_endpoint,
    ),
    rule(
        "redirect-uri-double-encoded",
        "RFC 6749 3.1.2",
        redirect_uri_double_encoded,
    ),
    rule("scope-double-encoded", "RFC 6749 3.3", scope_double_encoded),
    rule(
        "link-missing-parameter",
        "RFC 6749 4.1.1, Visma Connect documentation",
        missing_parameter,
    ),
];

/// The link, once there is one.
fn link<'a>(evidence: &Evidence<'a>) -> Option<&'a str> {
    Some(evidence.run.link.as_str()).filter(|link| !link.is_empty())
}

fn not_a_url(evidence: &Evidence<'_>) -> Option<Found> {
    let text = link(evidence)?;
    let is_whole = Url::parse(text)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if is_whole {
        return None;
    }
    let (place, _) = text.split_once('?').unwrap_or((text, ""));
    Some(Found::new(
        "The link is not a whole address",
        format!("it begins with {}", quoted(place)),
        "A browser takes an address with its scheme, `https://` in front. Something was lost when it \
         was copied, or it was put together without it.",
        &["begin it with `https://connect.visma.com/connect/authorize?`"],
    ))
}

/// What is wrong with the place that a link leads to.
fn wrong_place(evidence: &Evidence<'_>, url: &Url) -> Option<(&'static str, &'static str)> {
    let path = url.path().trim_end_matches('/');
    let host = url.host_str().unwrap_or_default();
    if is_loopback(url) {
        return None;
    }
    if url.scheme() == "http" {
        return Some((
            "plain http",
            "The authorize endpoint takes https only; the browser is refused or sent elsewhere.",
        ));
    }
    if host == "oauth.developers.visma.com" {
        return Some((
            "the developer portal",
            "That is where applications are registered. Users sign in at connect.visma.com.",
        ));
    }
    if host == "api.dinero.dk" {
        return Some((
            "the API",
            "That is where calls go, with a token. Users sign in at connect.visma.com.",
        ));
    }
    let ends = |end: &str| path.ends_with(end);
    if ends("/token") {
        return Some((
            "the token endpoint",
            "The token endpoint is for programs; the browser goes to the authorize endpoint.",
        ));
    }
    if is_like_visma(evidence) && path != "/connect/authorize" {
        return Some((
            "another path",
            "Visma Connect's authorize endpoint has the path `/connect/authorize`.",
        ));
    }
    None
}

fn wrong_endpoint(evidence: &Evidence<'_>) -> Option<Found> {
    let url = Url::parse(link(evidence)?).ok()?;
    let (what, cause) = wrong_place(evidence, &url)?;
    let place = format!(
        "{}://{}{}",
        url.scheme(),
        url.host_str().unwrap_or_default(),
        url.path()
    );
    Some(Found::new(
        "The link leads to another place than the sign-in",
        format!("{}: {what}", quoted(&place)),
        cause,
        &[
            "begin it with `https://connect.visma.com/connect/authorize?`, for the production environment",
        ],
    ))
}

/// A value that is still encoded after it was decoded once.
fn still_encoded(value: &str) -> Option<String> {
    let decoded = percent_decode_str(value).decode_utf8().ok()?;
    (decoded != value).then(|| decoded.into_owned())
}

fn redirect_uri_double_encoded(evidence: &Evidence<'_>) -> Option<Found> {
    let uri = parameter(evidence, "redirect_uri")?;
    let meant = still_encoded(uri).filter(|_| !uri.contains("://"))?;
    Some(Found::new(
        "The redirect URI is encoded twice",
        format!("redirect_uri decodes to {}", quoted(uri)),
        "It was percent-encoded before it was put into the link, and then once more. What is left is not \
         the registered address.",
        &[&format!(
            "encode it once: it is to decode to {}",
            quoted(&meant)
        )],
    ))
}

fn scope_double_encoded(evidence: &Evidence<'_>) -> Option<Found> {
    let scope = parameter(evidence, "scope")?;
    let meant = still_encoded(scope)
        .filter(|_| scope.contains("%20") || scope.contains("%2B") || scope.contains("%3A"))
        .or_else(|| scope.contains('+').then(|| scope.to_owned()))?
        .replace('+', " ");
    Some(Found::new(
        "The scopes are encoded twice",
        format!("scope decodes to {}", quoted(scope)),
        "Between scopes stands a space, encoded once: as `+` or `%20`. Encoded twice, all of it is one \
         scope that nobody knows.",
        &[&format!(
            "encode it once: it is to decode to {}",
            quoted(&meant)
        )],
    ))
}

/// What every link must name.
const REQUIRED: [&str; 4] = ["client_id", "redirect_uri", "response_type", "scope"];

fn missing_parameter(evidence: &Evidence<'_>) -> Option<Found> {
    link(evidence)?;
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|name| parameter(evidence, name).is_none_or(|value| value.trim().is_empty()))
        .collect();
    // A placeholder in the profile is asked for, not missed.
    let placeholder = evidence.profile.placeholder().is_some_and(|field| {
        missing == [field.key()] && is_placeholder(&evidence.profile.client_id)
    });
    if missing.is_empty() || placeholder {
        return None;
    }
    let cut = evidence.run.parameters.len() == 1;
    let cause = if cut {
        "Only the first parameter is there: typed in a shell without quotes, `&` ends the command, and \
         the rest of the link is lost."
    } else {
        "The provider needs all of them to know who asks, for what, and where the answer shall go."
    };
    let fix = if cut {
        "put the whole link into quotes"
    } else {
        "put it into the link, exactly as registered"
    };
    Some(Found::new(
        format!("The link lacks {}", missing.join(", ")),
        format!("not there or empty: {}", missing.join(", ")),
        cause,
        &[fix],
    ))
}
