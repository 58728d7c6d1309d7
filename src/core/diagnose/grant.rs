//! Rules about `invalid_grant` in the exchange: the one word that stands for a dozen mistakes.
//!
//! A server mostly sends it without a description, so our own record is asked first: what it proves
//! leads. Then the server's words, then the age of the code. Exactly one rule speaks.

use super::exchange::{NEW_RUN, refusal};
use super::seen::{
    code_age, exchange, form_field, lifetime, parameter, portal, posted_before, provider, quoted,
    span, trouble, verifier_fits,
};
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::Step;
use crate::core::oauth::grant::TokenTrouble;
use crate::core::wire::Request;

/// Why a code was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It was posted before.
    Reused,
    /// It was too old.
    Expired,
    /// The redirect URI was not the link's.
    RedirectUri,
    /// The code verifier did not fit.
    Verifier,
    /// It was another code, or another client showed it.
    Another,
    /// Nothing proves any of these.
    Unknown,
}

/// A rule about a code that was not taken.
const fn rule(
    name: &'static str,
    source: &'static str,
    check: fn(&Evidence<'_>) -> Option<Found>,
) -> Rule {
    Rule {
        name,
        steps: &[Step::Exchange],
        severity: Severity::Error,
        source,
        check,
    }
}

/// The rules about `invalid_grant`.
pub(super) const RULES: &[Rule] = &[
    rule(
        "invalid-grant-code-reused",
        "RFC 6749 4.1.2, Duende, inferred",
        reused,
    ),
    rule(
        "invalid-grant-code-expired",
        "RFC 6749 4.1.2, Duende, inferred",
        expired,
    ),
    rule(
        "invalid-grant-redirect-mismatch",
        "RFC 6749 4.1.3, Duende, inferred",
        redirect_mismatch,
    ),
    rule(
        "invalid-grant-verifier",
        "RFC 7636 4.6, Duende, inferred",
        verifier,
    ),
    rule(
        "invalid-grant",
        "RFC 6749 5.2, Duende, inferred",
        unexplained,
    ),
];

/// The one reason that the evidence speaks for.
fn why(evidence: &Evidence<'_>) -> Option<Why> {
    let TokenTrouble::Error {
        error, description, ..
    } = trouble(evidence)?
    else {
        return None;
    };
    if error != "invalid_grant" {
        return None;
    }
    let request = &exchange(evidence)?.request;
    let code = form_field(request, "code").unwrap_or_default();
    if posted_before(evidence, &code).is_some() {
        return Some(Why::Reused);
    }
    if form_field(request, "redirect_uri").as_deref() != parameter(evidence, "redirect_uri") {
        return Some(Why::RedirectUri);
    }
    if !verifier_fits(evidence, request) {
        return Some(Why::Verifier);
    }
    if another(evidence, request).is_some() {
        return Some(Why::Another);
    }
    let said = description.as_deref().and_then(in_their_words);
    Some(said.unwrap_or_else(|| {
        let lifetime = i64::from(evidence.profile.provider.code_lifetime);
        match code_age(evidence) {
            Some(age) if age.as_secs() >= lifetime => Why::Expired,
            _ => Why::Unknown,
        }
    }))
}

/// Words of servers, and what they speak for; the first that stands in a description counts.
const WORDS: [(&str, Why); 9] = [
    ("redeemed", Why::Reused),
    ("already", Why::Reused),
    ("used before", Why::Reused),
    ("consumed", Why::Reused),
    ("expired", Why::Expired),
    ("redirect", Why::RedirectUri),
    ("verifier", Why::Verifier),
    ("challenge", Why::Verifier),
    ("pkce", Why::Verifier),
];

/// What a description speaks for, when it names one thing only.
fn in_their_words(description: &str) -> Option<Why> {
    let lower = description.to_ascii_lowercase();
    let mut named = WORDS
        .iter()
        .filter(|(word, _)| lower.contains(word))
        .map(|(_, why)| *why);
    let first = named.next()?;
    named.all(|other| other == first).then_some(first)
}

/// What was seen, when this is the reason.
fn seen(evidence: &Evidence<'_>, meant: Why) -> Option<String> {
    if why(evidence)? != meant {
        return None;
    }
    refusal(evidence, |error| error == "invalid_grant").map(|(seen, _)| seen)
}

fn reused(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = seen(evidence, Why::Reused)?;
    let code = form_field(&exchange(evidence)?.request, "code")?;
    let before = posted_before(evidence, &code).is_some();
    let (own, cause) = if evidence.pasted {
        (
            "",
            "It was exchanged already: a double submit, a reloaded page, or another program that had the \
             same callback. A code works once.",
        )
    } else if before {
        (
            "; our record: this code was posted before",
            "It was exchanged in an earlier run. A code works once; some servers also revoke what \
             they gave for it.",
        )
    } else {
        (
            "; our record: posted once from here",
            "Somebody else exchanged this code first: another program that had the same callback, or \
             a copy of the answer. A code works once.",
        )
    };
    Some(Found::new(
        "This code was exchanged before",
        format!("{seen}{own}"),
        cause,
        &[NEW_RUN, "end other programs that read the same callback"],
    ))
}

fn expired(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = seen(evidence, Why::Expired)?;
    let age = code_age(evidence).map_or(0, |age| age.as_secs());
    if evidence.pasted {
        return Some(Found::new(
            "The code had expired when it was exchanged",
            seen,
            format!(
                "Codes are for immediate use: {} takes them for {}.",
                provider(evidence),
                lifetime(evidence)
            ),
            &["ctrl-n begins a new run; exchange its code at once"],
        ));
    }
    let old = age >= i64::from(evidence.profile.provider.code_lifetime);
    let cause = if old {
        format!(
            "Codes are for immediate use: {} takes them for {}.",
            provider(evidence),
            lifetime(evidence)
        )
    } else {
        format!(
            "It was posted in time by our clock, if codes live {}. The provider's own limit is \
             shorter, the answer was held up on its way, or a clock is wrong.",
            lifetime(evidence)
        )
    };
    Some(Found::new(
        "The code had expired when it was exchanged",
        format!("{seen}; our record: posted {} after it came", span(age)),
        cause,
        &["ctrl-n begins a new run; exchange its code at once"],
    ))
}

fn redirect_mismatch(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = seen(evidence, Why::RedirectUri)?;
    let link = parameter(evidence, "redirect_uri").unwrap_or_default();
    let sent = form_field(&exchange(evidence)?.request, "redirect_uri").unwrap_or_default();
    if evidence.pasted && link == sent {
        return Some(Found::new(
            "The exchange names another redirect_uri than the link",
            seen,
            "The provider compares every character: http or https, `localhost` or `127.0.0.1`, port, path \
             and the slash at the end. The code is burned by the attempt.",
            &[NEW_RUN, "use one and the same redirect_uri in both"],
        ));
    }
    if link == sent {
        return Some(Found::new(
            "The provider compares another redirect_uri",
            format!(
                "{seen}; our record: link and exchange both {}",
                quoted(link)
            ),
            "Ours are equal byte for byte. A proxy may have changed one on its way, or the \
             registration was changed between.",
            &[
                &format!("compare {} with {}", quoted(link), portal(evidence)),
                NEW_RUN,
            ],
        ));
    }
    let place = link
        .chars()
        .zip(sent.chars())
        .take_while(|(one, other)| one == other)
        .count();
    Some(Found::new(
        "The exchange names another redirect_uri than the link",
        format!(
            "link {}, exchange {}: they differ at character {}",
            quoted(link),
            quoted(&sent),
            place + 1
        ),
        format!(
            "{} compares every character, so `localhost` and `127.0.0.1` are two. The code is burned \
             by the attempt.",
            super::seen::capital(provider(evidence))
        ),
        &[NEW_RUN, "use one and the same redirect_uri in both"],
    ))
}

fn verifier(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = seen(evidence, Why::Verifier)?;
    let request = &exchange(evidence)?.request;
    if evidence.pasted && verifier_fits(evidence, request) {
        return Some(Found::new(
            "The code verifier does not fit the link's challenge",
            seen,
            "The verifier is missing, belongs to another sign-in, or was changed on its way; or the link \
             had no challenge. The code is burned by the attempt.",
            &[
                NEW_RUN,
                "keep the verifier with the sign-in that its challenge was made for",
            ],
        ));
    }
    let challenge = parameter(evidence, "code_challenge").is_some();
    let sent = form_field(request, "code_verifier").is_some();
    let (own, cause) = match (challenge, sent) {
        (true, false) => (
            "the link had a challenge, the exchange no verifier",
            "With a challenge in the link, the exchange must prove that it comes from the same \
             program.",
        ),
        (false, true) => (
            "the exchange had a verifier, the link no challenge",
            "A verifier without a challenge is refused too.",
        ),
        (true, true) if verifier_fits(evidence, request) => (
            "the verifier fits the challenge of this link",
            "The code was made for another link than this run's, or the challenge was changed on its \
             way.",
        ),
        (true, true) if !names_s256(evidence) => (
            "the link does not name S256, the exchange sent the verifier of such a challenge",
            "Without `code_challenge_method` a server compares the two as they are (RFC 7636 4.3).",
        ),
        (true, true) => (
            "the verifier does not fit the challenge of the link",
            "The two belong to different runs.",
        ),
        (false, false) => (
            "neither challenge nor verifier were sent",
            "PKCE is switched on at the registration, and the link went without.",
        ),
    };
    Some(Found::new(
        "The code verifier does not fit the link's challenge",
        format!("{seen}; our record: {own}"),
        cause,
        &[
            NEW_RUN,
            &format!("compare `pkce` in the profile with {}", portal(evidence)),
        ],
    ))
}

/// Whether the link says how its challenge was made.
fn names_s256(evidence: &Evidence<'_>) -> bool {
    parameter(evidence, "code_challenge_method") == Some("S256")
}

/// What the exchange sent that is not this run's, by our record: what was, the code or the client, and how it differs.
fn another(evidence: &Evidence<'_>, request: &Request) -> Option<(&'static str, String)> {
    let (answer, ..) = evidence.run.answer.as_ref()?;
    let came = answer.code.as_ref()?;
    if form_field(request, "code").is_some_and(|sent| !came.matches(&sent)) {
        return Some(("code", "the answer brought another code".to_owned()));
    }
    let asked = parameter(evidence, "client_id")?;
    let sent = form_field(request, "client_id").filter(|sent| sent != asked)?;
    let differs = format!("link {}, exchange {}", quoted(asked), quoted(&sent));
    Some(("client", differs))
}

fn sent_another(evidence: &Evidence<'_>) -> Option<Found> {
    let seen = seen(evidence, Why::Another)?;
    let (what, differs) = another(evidence, &exchange(evidence)?.request)?;
    let (headline, cause, fix) = if what == "code" {
        (
            "Another code was sent than the one that came",
            "A code is compared whole: cut off, decoded twice or of another run, it is unknown.",
            "send the field `code` as it came in the answer",
        )
    } else {
        (
            "Another client exchanges than the one that asked",
            "A code is given to one client (RFC 6749 4.1.3); another one that shows it is refused.",
            "use one and the same client_id in both",
        )
    };
    let seen = format!("{seen}; our record: {differs}");
    Some(Found::new(headline, seen, cause, &[NEW_RUN, fix]))
}

/// Whether the request is known, is for a code, and has none.
fn sent_no_code(evidence: &Evidence<'_>) -> bool {
    let request = super::seen::exchange(evidence).map(|record| &record.request);
    let fields = request.filter(|request| !request.method.is_empty());
    let fields = fields
        .map(crate::core::oauth::changes::pairs)
        .unwrap_or_default();
    let has = |wanted: &str| fields.iter().any(|(name, _)| name == wanted);
    !fields.is_empty() && !has("code") && !has("refresh_token")
}

fn unexplained(evidence: &Evidence<'_>) -> Option<Found> {
    if let Some(found) = sent_another(evidence) {
        return Some(found);
    }
    let seen = seen(evidence, Why::Unknown)?;
    if sent_no_code(evidence) {
        return Some(Found::new(
            "No code was sent to be exchanged",
            format!("{seen}; the request has no field `code`"),
            "An exchange without its code fails like one with a wrong code (RFC 6749 4.1.3 requires it).",
            &[NEW_RUN, "send the field `code` as it came in the answer"],
        ));
    }
    if evidence.pasted {
        return Some(Found::new(
            "The provider does not take this code",
            format!("{seen}; link, time and earlier tries were not pasted"),
            "Likeliest first: the code was exchanged before (a double submit, a reloaded page), it is older \
             than five minutes (inferred), redirect_uri differs from the link's, code_verifier and \
             code_challenge do not belong together, the code is of another application or environment.",
            &[
                NEW_RUN,
                "compare redirect_uri of link and exchange, character for character",
                "exchange the code at once, and once only",
            ],
        ));
    }
    let age = code_age(evidence).map_or(0, |age| age.as_secs());
    Some(Found::new(
        "The provider does not take this code",
        format!(
            "{seen}; our record: first use, {} old of {}, redirect_uri equal, PKCE fits",
            span(age),
            lifetime(evidence)
        ),
        "Our own record proves no mistake. Likely first: the answer was exchanged elsewhere, the code \
         is of another application or environment, or its lifetime is shorter than we think.",
        &[
            NEW_RUN,
            "exchange its code at once, and only here",
            "check that authorize and token endpoint belong to the same environment",
        ],
    ))
}
