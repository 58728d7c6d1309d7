//! Rules about the link, before the browser opens (RFC 6749 4.1.1).
//!
//! Most mistakes here end on an error page of the provider and never come back, so this is the one
//! place where they can be told in time.

use super::seen::{
    capital, clip, exchange, form_field, is_like_visma, is_visma, parameter, portal, provider,
    quoted,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::nearest::near_miss;
use crate::core::oauth::{RunPhase, Step};
use crate::core::profile::is_placeholder;
use crate::core::secret::Secret;

/// The rules about the link, its scopes apart.
pub(super) const RULES: &[Rule] = &[
    Rule {
        name: "link-placeholder-left",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "the shipped profiles",
        check: placeholder_left,
    },
    Rule {
        name: "client-id-whitespace",
        steps: &[Step::Link, Step::Exchange],
        severity: Severity::Error,
        source: "RFC 6749 2.3.1, inferred",
        check: whitespace,
    },
    Rule {
        name: "client-id-without-isv-prefix",
        steps: &[Step::Link],
        severity: Severity::Warning,
        source: "Visma Connect documentation",
        check: without_isv_prefix,
    },
    Rule {
        name: "link-duplicate-parameter",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 3.1",
        check: duplicate_parameter,
    },
    Rule {
        name: "secret-in-link",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "RFC 6749 10.3, RFC 9700 4.3",
        check: secret_in_link,
    },
    Rule {
        name: "prompt-invalid",
        steps: &[Step::Link],
        severity: Severity::Error,
        source: "OpenID Connect Core 3.1.2.1, Visma Connect metadata",
        check: prompt_invalid,
    },
    Rule {
        name: "parameter-too-long",
        steps: &[Step::Link],
        severity: Severity::Warning,
        source: "Duende, inferred",
        check: too_long,
    },
    Rule {
        name: "parameter-unknown",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "RFC 6749 3.1",
        check: unknown_parameter,
    },
    Rule {
        name: "ui-locales-unsupported",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "Visma Connect documentation",
        check: ui_locales_unsupported,
    },
    Rule {
        name: "pkce-missing",
        steps: &[Step::Link],
        severity: Severity::Note,
        source: "RFC 9700 2.1.1",
        check: pkce_missing,
    },
];

/// The values that `prompt` may have.
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

/// The languages of Visma Connect's pages.
const LOCALES: [&str; 8] = [
    "da-DK", "en-GB", "en-US", "fi-FI", "nb-NO", "nl-NL", "sv-SE", "lv-LV",
];

/// Longest values that a Duende server takes, in characters.
const LENGTHS: [(&str, usize); 8] = [
    ("client_id", 100),
    ("scope", 300),
    ("redirect_uri", 400),
    ("nonce", 300),
    ("ui_locales", 100),
    ("login_hint", 100),
    ("acr_values", 300),
    ("resource", 512),
];

/// Parameters that an authorize request may have: RFC 6749, 7636, 8707, 9101, 9396, 9449; OpenID
/// Connect Core 3.1.2.1; OAuth 2.0 Multiple Response Types.
const KNOWN: [&str; 24] = [
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "ui_locales",
    "prompt",
    "max_age",
    "acr_values",
    "login_hint",
    "id_token_hint",
    "resource",
    "display",
    "claims",
    "claims_locales",
    "request",
    "request_uri",
    "registration",
    "authorization_details",
    "dpop_jkt",
];

/// What must never stand in a link.
const SECRETS: [&str; 8] = [
    "client_secret",
    "client_assertion",
    "access_token",
    "refresh_token",
    "code_verifier",
    "code",
    "token",
    "password",
];

fn placeholder_left(evidence: &Evidence<'_>) -> Option<Found> {
    let field = evidence.profile.placeholder()?.key();
    let value = parameter(evidence, field).unwrap_or_default();
    let (headline, seen) = if value.trim().is_empty() {
        (format!("The profile has no {field} yet"), "is empty".into())
    } else {
        (
            format!("A placeholder still stands in {field}"),
            quoted(value),
        )
    };
    Some(Found::new(
        headline,
        format!("`{field}` of profile `{}`: {seen}", evidence.profile.name),
        "The profile was shipped or copied without your own registration in it.",
        &[
            &format!("↵ asks for it here; it stands in {}", portal(evidence)),
            &format!("write it into the profile file, as `{field}`"),
        ],
    ))
}

/// What a value copied from elsewhere brought along around itself.
fn brought_along(value: &str) -> Option<&'static str> {
    let quotes = ['"', '\'', '`', '“', '”'];
    if value.is_empty() {
        None
    } else if value.contains(['\n', '\r']) {
        Some("a line end")
    } else if value.trim() != value {
        Some("a space")
    } else if value.starts_with(quotes) || value.ends_with(quotes) {
        Some("a quote")
    } else {
        None
    }
}

fn whitespace(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.step == Step::Exchange && evidence.pasted {
        return whitespace_posted(evidence);
    }
    if evidence.step == Step::Exchange && evidence.run.phase != RunPhase::Answered {
        return None;
    }
    let id = parameter(evidence, "client_id").unwrap_or_default();
    let inside = id.trim().contains(char::is_whitespace) && !is_placeholder(id);
    let fault = brought_along(id).or(inside.then_some("a space"));
    let secret = evidence.client_secret;
    let (name, fault, shown) = match (fault, secret) {
        (Some(fault), _) => ("client_id", fault, quoted(id)),
        (None, Some(secret)) => (
            "client secret",
            brought_along(secret.expose())?,
            evidence.mask.fact(secret).to_string(),
        ),
        (None, None) => return None,
    };
    Some(Found::new(
        format!("The {name} has {fault} that does not belong to it"),
        format!("{name}: {shown}, with {fault} at its edge or in it"),
        format!(
            "It likely came along when the value was copied. {} compares every character.",
            capital(provider(evidence))
        ),
        &[&format!("copy the {name} again, without {fault}")],
    ))
}

/// The same in a token request that was pasted.
fn whitespace_posted(evidence: &Evidence<'_>) -> Option<Found> {
    let request = &exchange(evidence)?.request;
    let (name, value, fault) = ["client_id", "client_secret"]
        .into_iter()
        .find_map(|name| {
            let value = form_field(request, name)?;
            let fault = brought_along(&value)?;
            Some((name, value, fault))
        })?;
    let shown = if name == "client_id" {
        quoted(&value)
    } else {
        evidence.mask.fact(&Secret::new(value)).to_string()
    };
    Some(Found::new(
        format!("The {name} has {fault} that does not belong to it"),
        format!("{name} in the token request: {shown}"),
        format!(
            "It likely came along when the value was copied. {} compares every character.",
            capital(provider(evidence))
        ),
        &[&format!("copy the {name} again, without {fault}")],
    ))
}

fn without_isv_prefix(evidence: &Evidence<'_>) -> Option<Found> {
    let id = parameter(evidence, "client_id")?;
    if !is_visma(evidence) || is_placeholder(id) || brought_along(id).is_some() {
        return None;
    }
    let seen = format!("client_id {} in the link", quoted(id));
    if id.starts_with("isv_isv_") {
        return Some(
            Found::new(
                "The client id has the prefix isv_ twice",
                seen,
                "The portal asks for the name without the prefix and puts `isv_` before it.",
                &["take one `isv_` out of `client_id` in the profile"],
            )
            .rated(Severity::Error),
        );
    }
    if id.starts_with("isv_") {
        return None;
    }
    Some(Found::new(
        "The client id does not begin with isv_",
        seen,
        "Applications of third parties always have that prefix at Visma Connect. Without it, the \
         browser ends on an error page and nothing comes back.",
        &[
            "copy the client id from the portal (oauth.developers.visma.com)",
            "check that it is an id for this environment: stage and production are two",
        ],
    ))
}

fn duplicate_parameter(evidence: &Evidence<'_>) -> Option<Found> {
    let rows = &evidence.run.parameters;
    let (_, twice) = rows.iter().enumerate().find(|(index, row)| {
        // RFC 8707 2 lets `resource` stand more than once.
        row.name != "resource" && rows[..*index].iter().any(|before| before.name == row.name)
    })?;
    Some(Found::new(
        format!("The link names {} twice", clip(&twice.name, 30)),
        format!("`{}` stands in the link more than once", twice.name),
        "A parameter may stand once only; servers refuse the link or take either value.",
        &[&format!(
            "take `{}` out of `authorize.extra`: the link has it anyway",
            twice.name
        )],
    ))
}

fn secret_in_link(evidence: &Evidence<'_>) -> Option<Found> {
    let rows = &evidence.run.parameters;
    let row = rows
        .iter()
        .find(|row| SECRETS.contains(&row.name.as_str()) && !row.value.is_empty())?;
    let shown = evidence.mask.fact(&Secret::new(row.value.as_str()));
    Some(Found::new(
        "A secret stands in the link",
        format!("`{}` in the link: {shown}", row.name),
        "Links end in the browser's history and in logs. The secret belongs into the token request \
         only; if this link was opened, treat it as leaked.",
        &[
            &format!("take `{}` out of `authorize.extra`", row.name),
            &format!(
                "make a new one in {}, if the link was opened",
                portal(evidence)
            ),
        ],
    ))
}

fn prompt_invalid(evidence: &Evidence<'_>) -> Option<Found> {
    let prompt = parameter(evidence, "prompt")?;
    let values: Vec<&str> = prompt.split_whitespace().collect();
    let strange = values.iter().find(|value| !PROMPTS.contains(value));
    let fault = if values.len() > 1 && values.contains(&"none") {
        "`none` stands alone or not at all".to_owned()
    } else if let (Some(strange), true) = (strange, is_like_visma(evidence)) {
        format!("{} is not one of {}", quoted(strange), PROMPTS.join(", "))
    } else {
        return None;
    };
    Some(Found::new(
        "The value of prompt is not one the provider takes",
        format!("prompt {} in the link", quoted(prompt)),
        format!("Here {fault}. The browser would end on an error page."),
        &["change `prompt` in `authorize.extra`, or leave it out"],
    ))
}

fn too_long(evidence: &Evidence<'_>) -> Option<Found> {
    if !is_like_visma(evidence) {
        return None;
    }
    let (name, limit, length) = LENGTHS.iter().find_map(|&(name, limit)| {
        let length = parameter(evidence, name)?.chars().count();
        (length > limit).then_some((name, limit, length))
    })?;
    Some(Found::new(
        format!("The value of {name} is too long"),
        format!("{name}: {length} characters in the link, {limit} are taken"),
        "A Duende server, as Visma Connect is one, refuses longer values unless it is told \
         otherwise. The browser would end on an error page.",
        &[&format!("shorten `{name}`")],
    ))
}

fn unknown_parameter(evidence: &Evidence<'_>) -> Option<Found> {
    let (name, meant) = evidence.run.parameters.iter().find_map(|row| {
        let name = row.name.as_str();
        if KNOWN.contains(&name) || SECRETS.contains(&name) {
            return None;
        }
        let meant = near_miss(name, KNOWN, 2.min(name.chars().count() / 3));
        (meant.is_some() || is_like_visma(evidence)).then_some((name, meant))
    })?;
    let (cause, fix) = match meant {
        Some(meant) => (
            format!("Likely `{meant}` was meant. A server ignores what it does not know."),
            format!("write `{meant}` in `authorize.extra`"),
        ),
        None => (
            "Neither the standards nor Visma's documents know it. A server ignores what it does not \
             know."
                .to_owned(),
            format!("take `{}` out of `authorize.extra`", clip(name, 40)),
        ),
    };
    Some(Found::new(
        "A parameter of the link is not a known one",
        format!("{} in the link", quoted(name)),
        cause,
        &[&fix],
    ))
}

fn ui_locales_unsupported(evidence: &Evidence<'_>) -> Option<Found> {
    let locales = parameter(evidence, "ui_locales")?;
    let strange = locales
        .split_whitespace()
        .find(|tag| !LOCALES.iter().any(|known| known.eq_ignore_ascii_case(tag)))?;
    if !is_like_visma(evidence) {
        return None;
    }
    Some(Found::new(
        "Visma Connect has no pages in that language",
        format!("ui_locales {}: {}", quoted(locales), quoted(strange)),
        "It shows another language then; the flow works all the same.",
        &[&format!("take one of {}", LOCALES.join(", "))],
    ))
}

fn pkce_missing(evidence: &Evidence<'_>) -> Option<Found> {
    if evidence.run.parameters.is_empty() || parameter(evidence, "code_challenge").is_some() {
        return None;
    }
    Some(Found::new(
        "The link goes without PKCE",
        "no code_challenge in the link",
        "A stolen code could be exchanged by whoever knows the client secret. Where PKCE is switched \
         on at the registration, such a link ends on an error page.",
        &["set `pkce = \"S256\"` in the profile, and switch it on at the registration"],
    ))
}
