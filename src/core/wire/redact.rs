//! Masking: what is shown in place of a secret, wherever it stands.
//!
//! `•••• 64 chars #a3f1` in facts, `••••#a3f1` inside raw text; never a character of the value. The
//! four digits are an HMAC under a key of this installation, so that two values can be compared by eye
//! and nothing can be computed back.

mod html;
mod known;
mod multipart;
mod pairs;
mod scan;
mod whole;

pub use whole::{Keeping, MOST as MOST_KEPT};

use crate::core::secret::kept::{DOTS, KeptMark};
use crate::core::secret::{Secret, hexadecimal};
use crate::core::wire::visible::Visible;
use crate::core::wire::{Body, Headers, Request, Response, body, json};
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Field, query and JSON names whose values are secret (design.md section 5).
pub const SECRET_NAMES: [&str; 13] = [
    "client_secret",
    "client_assertion",
    "code",
    "device_code",
    "access_token",
    "refresh_token",
    "id_token",
    "code_verifier",
    "password",
    "subject_token",
    "actor_token",
    "id_token_hint",
    "token",
];

/// Bytes of a value's mark, and of one in what leaves this machine.
const MARK: usize = 2;
const LONG_MARK: usize = 8;

/// Header names whose values are secret.
pub const SECRET_HEADERS: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "api-key",
    "x-auth-token",
    "ocp-apim-subscription-key",
    "x-appsecrettoken",
    "x-agreementgranttoken",
];

/// Names whose values are no secret here, but nobody else's business either: what ties an answer to a run,
/// and who signed in (design.md section 5). They are masked in what leaves this machine.
pub const PRIVATE_NAMES: [&str; 17] = [
    "state",
    "nonce",
    "session_state",
    "sid",
    "sub",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "email",
    "phone_number",
    "picture",
    "birthdate",
    "address",
    "login_hint",
];

/// Masks values under one key.
#[derive(Clone)]
pub struct Mask {
    /// Shared: every thread that masks has one.
    key: Arc<aws_lc_rs::hmac::Key>,
    leaves: bool,
    keeps: bool,
}

impl std::fmt::Debug for Mask {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Mask")
    }
}

impl Mask {
    /// A mask under the installation's key.
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            key: Arc::new(aws_lc_rs::hmac::Key::new(
                aws_lc_rs::hmac::HMAC_SHA256,
                &key,
            )),
            leaves: false,
            keeps: false,
        }
    }

    /// The same mask for what is written down here: a value becomes what [`KeptMark`] reads, which every mask
    /// shows as it would have shown the value.
    #[must_use]
    pub fn for_keeping(&self) -> Self {
        Self {
            key: Arc::clone(&self.key),
            leaves: self.leaves,
            keeps: true,
        }
    }

    /// A mask for what leaves this machine: private values give way too, and marks are so long that no two
    /// values share one.
    pub fn for_exports(key: [u8; 32]) -> Self {
        Self {
            leaves: true,
            ..Self::new(key)
        }
    }

    /// A key of its own for that purpose, from which this one cannot be computed.
    pub fn derived(&self, purpose: &str) -> [u8; 32] {
        let tag = aws_lc_rs::hmac::sign(&self.key, purpose.as_bytes());
        let mut key = [0; 32];
        key.copy_from_slice(&tag.as_ref()[..32]);
        key
    }

    /// Whether what stands under that name is masked.
    pub fn hides(&self, name: &str) -> bool {
        is_secret_name(name) || self.leaves && is_one_of(&PRIVATE_NAMES, name)
    }

    /// `#a3f1`: the same for the same value, in this installation only.
    pub fn fingerprint(&self, value: &str) -> String {
        if let Some(kept) = KeptMark::read(value) {
            return match kept.shown() {
                short if self.leaves && short.starts_with('#') => format!("#{}", kept.mark),
                shown => shown,
            };
        }
        let tag = aws_lc_rs::hmac::sign(&self.key, value.as_bytes());
        let length = if self.leaves { LONG_MARK } else { MARK };
        let hex = tag.as_ref().iter().take(length);
        hex.fold("#".to_owned(), |mark, byte| format!("{mark}{byte:02x}"))
    }

    /// `•••• 64 chars #a3f1`, for a row of facts.
    pub fn fact(&self, secret: &Secret) -> Visible {
        let value = secret.expose();
        if self.keeps {
            return Visible::of(&self.inline(value));
        }
        let count =
            KeptMark::read(value).map_or_else(|| secret.characters(), |kept| kept.characters);
        Visible::of(&format!("{DOTS} {count} chars {}", self.fingerprint(value)))
    }

    /// `••••#a3f1`, inside raw text.
    pub fn inline(&self, value: &str) -> String {
        if !self.keeps {
            return format!("{DOTS}{}", self.fingerprint(value));
        }
        if let Some(kept) = KeptMark::read(value) {
            return kept.to_string();
        }
        let tag = aws_lc_rs::hmac::sign(&self.key, value.as_bytes());
        let kept = KeptMark {
            characters: value.chars().count(),
            mark: &hexadecimal(&tag.as_ref()[..LONG_MARK]),
        };
        kept.to_string()
    }

    /// A request as raw text, one item a line, every secret masked: request line, headers, blank, body.
    pub fn request_lines(&self, request: &Request) -> Vec<Visible> {
        let target = target_of(&request.url);
        let target = pairs::url(self, target);
        let first = format!("{} {target} HTTP/1.1", request.method);
        self.message(&first, &request.headers, &request.body)
    }

    /// A response as raw text, one item a line, every secret masked.
    pub fn response_lines(&self, response: &Response) -> Vec<Visible> {
        let first = format!(
            "{} {} {}",
            response.version, response.status, response.reason
        );
        self.message(first.trim_end(), &response.headers, &response.body)
    }

    /// A URL with the secret values of its query and fragment masked, and a password before the host.
    pub fn url(&self, url: &str) -> Visible {
        Visible::of(&pairs::url(self, url))
    }

    /// A text of any shape (an error message) with these secrets masked in every encoding that is usual
    /// on the way, and whatever stands behind a secret name.
    ///
    /// Not yet [`Visible`]: it may go on to be part of a longer text.
    pub fn text(&self, text: &str, known: &[&Secret]) -> String {
        scan::scan(self, &known::replace(self, text, known))
    }

    /// A text whose secrets are masked by their names already, with these ones masked wherever else they stand.
    pub fn without(&self, text: &str, known: &[&Secret]) -> String {
        known::replace(self, text, known)
    }

    /// JSON indented, strings under secret names masked; `None` when it is not valid JSON.
    pub(in crate::core) fn json(&self, text: &str) -> Option<Vec<String>> {
        json::indent(text, &|name| self.hides(name), &|value| {
            self.json_string(value.raw, value.secret)
        })
    }

    /// A JSON string as it is shown: with its quotes, masked where it is secret or quotes a secret, else as it came.
    pub(in crate::core) fn json_string(&self, raw: &str, secret: bool) -> String {
        if secret && raw.len() > 2 {
            let secret = Secret::new(json::unescape(raw));
            return format!("\"{}\"", self.fact(&secret));
        }
        if raw.contains('\\') {
            let plain = json::unescape(raw);
            if scan::scan(self, &plain) != plain {
                return format!("\"{}\"", self.inline(&plain));
            }
        }
        scan::scan(self, raw)
    }

    /// The places of a text, or of a web page, that are hidden, in order, and what stands there instead.
    pub(in crate::core) fn hidden(&self, text: &str) -> Vec<(Range<usize>, String)> {
        if body::looks_like_html(text) {
            html::hidden(self, text)
        } else {
            scan::hidden(self, text, 0)
        }
    }

    /// A web page, secret-named inputs masked.
    pub(super) fn html(&self, text: &str) -> String {
        html::page(self, text)
    }

    /// First line, headers, an empty line and the body; without a body, no empty line either.
    fn message(&self, first: &str, headers: &Headers, content: &Body) -> Vec<Visible> {
        let mut lines = vec![Visible::of(first)];
        for (name, value) in &headers.0 {
            let shown = self.header(name, value);
            lines.push(Visible::of(format!("{name}: {shown}").trim_end()));
        }
        if !content.is_empty() {
            lines.push(Visible::default());
            lines.extend(self.body(headers, content));
        }
        lines
    }

    /// A header's value as it is shown.
    pub fn header_line(&self, name: &str, value: &str) -> Visible {
        Visible::of(&self.header(name, value))
    }

    /// A header's value: credentials keep their scheme, cookies their names, URLs their public part.
    fn header(&self, name: &str, value: &str) -> String {
        match name.to_ascii_lowercase().as_str() {
            "authorization" | "proxy-authorization" => self.credentials(value),
            "cookie" => pairs::cookies(self, value),
            "set-cookie" => pairs::set_cookie(self, value),
            "location" | "content-location" | "referer" | "origin" => pairs::url(self, value),
            name if self.hides(name) && !value.is_empty() => self.inline(value),
            _ => scan::scan(self, value),
        }
    }

    fn credentials(&self, value: &str) -> String {
        match value.trim().split_once(' ') {
            Some((scheme, rest)) => format!("{scheme} {}", self.inline(rest.trim_start())),
            None if value.is_empty() => String::new(),
            None => self.inline(value),
        }
    }

    /// A body by its media type; one that is not what it says it is shown as the text it is.
    fn body(&self, headers: &Headers, content: &Body) -> Vec<Visible> {
        let media_type = headers.media_type();
        if content.is_left_out() {
            return vec![Visible::of(&format!("({} bytes, not kept)", content.len()))];
        }
        if body::is_binary(&content.0) {
            return vec![body::binary(content.len(), &media_type)];
        }
        let text = content.to_text();
        if media_type == "application/x-www-form-urlencoded" {
            return form_lines(&pairs::pieces(self, &text));
        }
        if media_type.starts_with("multipart/") {
            return Visible::lines(&multipart::parts(self, &text));
        }
        if let Some(lines) = self.json(&text) {
            return lines.iter().map(Visible::from).collect();
        }
        if media_type.contains("html") || body::looks_like_html(&text) {
            return Visible::lines(&self.html(&text));
        }
        Visible::lines(&scan::scan(self, &text))
    }
}

/// Each pair on a line of its own, `&` from the second on.
fn form_lines(pieces: &[String]) -> Vec<Visible> {
    pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| match index {
            0 => Visible::of(piece),
            _ => Visible::of(&format!("&{piece}")),
        })
        .collect()
}

/// The request target in a URL: what follows the authority, without the fragment.
fn target_of(url: &str) -> &str {
    let sent = url.split('#').next().unwrap_or_default();
    let Some((_, rest)) = sent.split_once("://") else {
        return sent;
    };
    match rest.find(['/', '?']) {
        Some(at) => &rest[at..],
        None => "/",
    }
}

/// Whether a name is one of [`SECRET_NAMES`]: encoding, case, `_`, `-` and `[…]` make no difference.
pub fn is_secret_name(name: &str) -> bool {
    is_one_of(&SECRET_NAMES, name)
}

/// The same of any list of names.
fn is_one_of(names: &[&str], name: &str) -> bool {
    let once = decoded(name);
    let twice = decoded(&once);
    let name = twice.split('[').next().unwrap_or_default().trim();
    names.iter().any(|secret| letters(name).eq(letters(secret)))
}

/// The letters of a name, by which it is compared.
fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars()
        .filter(|character| !matches!(character, '_' | '-'))
        .map(|character| character.to_ascii_lowercase())
}

/// Whether a name is one of [`SECRET_HEADERS`].
pub fn is_secret_header(name: &str) -> bool {
    SECRET_HEADERS
        .iter()
        .any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Form decoding undone once: `%XX` and `+`.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}
