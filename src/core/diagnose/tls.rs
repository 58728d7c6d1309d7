//! Rules about TLS between browser and listener: spoken where it should not be, not spoken where it should,
//! and a certificate that the browser does not take.

use super::callback::{hit, latest, refused};
use super::seen::quoted;
use super::{Evidence, Found, Rule, Severity};
use crate::core::oauth::callback::Verdict;

/// The rules about TLS at the callback.
pub(super) const RULES: &[Rule] = &[
    hit(
        "callback-certificate-refused",
        Severity::Error,
        "RFC 8446 6.2",
        certificate_refused,
    ),
    hit(
        "callback-tls-to-plain",
        Severity::Error,
        "RFC 8446 4.1.2",
        tls_to_plain,
    ),
    hit(
        "callback-plain-to-tls",
        Severity::Error,
        "RFC 9110 4.2.2",
        plain_to_tls,
    ),
];

fn certificate_refused(evidence: &Evidence<'_>) -> Option<Found> {
    let Verdict::CertificateRefused(alert) = latest(evidence)?.verdict else {
        return None;
    };
    let uri = quoted(&evidence.run.redirect_uri);
    let address = evidence.run.ready_page();
    let address = address.as_deref().unwrap_or(&evidence.run.redirect_uri);
    Some(Found::new(
        "The browser refused this listener's certificate",
        format!(
            "TLS alert {} from the browser, before it sent anything",
            quoted(alert.name())
        ),
        "This program made the certificate itself, so no browser trusts it until you accept it. An answer \
         that was on its way as a POST is lost on the warning page.",
        &[
            &format!(
                "w opens {}: accept the warning there, then o opens the link again",
                quoted(address)
            ),
            "compare the SHA-256 fingerprint in step 2 with the one that the browser shows",
            &format!("import the certificate in the browser, if its rules forbid to accept {uri}"),
        ],
    ))
}

fn tls_to_plain(evidence: &Evidence<'_>) -> Option<Found> {
    refused(evidence, &Verdict::TlsToPlain)?;
    let uri = &evidence.run.redirect_uri;
    let (cause, fix): (_, &[&str]) = if uri.starts_with("https:") {
        (
            "The redirect URI is https, and `[listen]` in the profile leaves TLS to a tunnel or proxy. This \
             browser came past it.",
            &[
                "let the browser come through the tunnel or proxy",
                "write `tls = \"self-signed\"` under `[listen]`, if nothing stands in between",
            ],
        )
    } else {
        (
            "The browser went to https although the redirect URI says http: it was registered with \
             https, or the browser or an extension turns http into https.",
            &[
                "register the address with http, as the profile has it",
                "write https into `redirect_uri`, if it is registered so: it is served here",
                "switch off \"always use secure connections\" for this address in the browser",
            ],
        )
    };
    Some(Found::new(
        "The browser spoke TLS to a plain listener",
        "a TLS handshake at the callback's port",
        cause,
        fix,
    ))
}

fn plain_to_tls(evidence: &Evidence<'_>) -> Option<Found> {
    refused(evidence, &Verdict::PlainToTls)?;
    let uri = &evidence.run.redirect_uri;
    let (cause, fix) = if uri.starts_with("https:") {
        (
            "Somebody opened the address with http, or a tunnel or proxy speaks TLS itself and hands on \
             plain http.",
            "write `tls = \"off\"` under `[listen]` in the profile, if a tunnel or proxy speaks TLS",
        )
    } else {
        (
            "`[listen]` in the profile asks for TLS, and the redirect URI says http: so browsers come.",
            "take `tls` out of `[listen]` in the profile",
        )
    };
    Some(Found::new(
        "Plain http came where TLS is spoken",
        format!("a request without TLS; the redirect URI is {}", quoted(uri)),
        cause,
        &["open the address with https", fix],
    ))
}
