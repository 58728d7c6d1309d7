//! The parts of what was pasted: each decoded, named, and with a profile compared with that.

use super::{Item, Part, bench};
use crate::core::diagnose::error_id;
use crate::core::oauth::callback::pairs;
use crate::core::profile::Profile;
use crate::core::secret::Secret;
use crate::core::token::{claims, jwt};
use crate::core::wire::redact::{Mask, is_secret_name};
use crate::core::wire::visible::Visible;
use crate::core::wire::{Request, Response};
use jiff::Timestamp;
use serde_json::Value;

/// Most parts that are named of one item.
const MOST: usize = 60;

/// Longest value that is shown.
const LONGEST: usize = 400;

/// The parts of every item.
pub(super) fn parts(
    items: &[Item],
    profile: Option<&Profile>,
    mask: &Mask,
    now: Timestamp,
) -> Vec<Part> {
    let table = Table { mask, profile, now };
    let parts = items.iter().flat_map(|item| {
        let mut parts = table.of_item(item);
        parts.truncate(MOST);
        parts
    });
    parts.collect()
}

/// What names parts.
struct Table<'a> {
    mask: &'a Mask,
    profile: Option<&'a Profile>,
    now: Timestamp,
}

impl Table<'_> {
    /// The parts of one item.
    fn of_item(&self, item: &Item) -> Vec<Part> {
        match item {
            Item::Link(link) => self.link(link),
            Item::Answer { place, fields, .. } => self.answer(place, fields),
            Item::ErrorPage(page) => vec![match error_id(page) {
                Some(id) => part("errorId", &id, "for the portal's Debugger"),
                None => part("text", &cut(page.trim()), "what the page says"),
            }],
            Item::Exchange(request, response) | Item::Call(request, response) => {
                let mut parts = request
                    .as_ref()
                    .map_or_else(Vec::new, |it| self.request(it));
                parts.extend(response.iter().flat_map(|it| self.response(it)));
                parts
            }
            Item::Token(token) => self.token(token),
            Item::Opaque(token) => vec![Part {
                name: Visible::of("token"),
                value: self.mask.fact(token),
                meaning: Visible::of("opaque: nothing to decode, nothing wrong with that"),
            }],
        }
    }

    /// A link: its address and its parameters.
    fn link(&self, link: &str) -> Vec<Part> {
        let place = link.split('?').next().unwrap_or_default();
        let mut parts = vec![part("endpoint", place, "where the browser goes")];
        for row in bench::parameters(link) {
            let meaning = self.of_parameter(&row.name, &row.value);
            parts.push(self.field(&row.name, &row.value, &meaning));
        }
        parts
    }

    /// What a link parameter means, and how it differs from the profile.
    fn of_parameter(&self, name: &str, value: &str) -> String {
        let meaning = PARAMETERS
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, meaning)| *meaning);
        let Some(profile) = self.profile else {
            return meaning.to_owned();
        };
        let own = match name {
            "client_id" => profile.client_id.clone(),
            "redirect_uri" => profile.redirect_uri.clone(),
            "scope" => profile.scopes.join(" "),
            "response_mode" => profile.authorize.response_mode.name().to_owned(),
            _ => return meaning.to_owned(),
        };
        let as_set = |text: &str| {
            let mut words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            words.sort();
            words
        };
        let same = own == value || name == "scope" && as_set(&own) == as_set(value);
        if same {
            format!("same as profile {}", profile.name)
        } else {
            format!("profile {} has `{}`", profile.name, cut(&own))
        }
    }

    /// An answer: where it was brought, and its fields.
    fn answer(&self, place: &str, fields: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        if !place.is_empty() {
            parts.push(part("redirect URI", place, "where the answer was brought"));
        }
        for (name, value) in pairs(fields) {
            let meaning = ANSWER
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, meaning)| *meaning);
            parts.push(self.field(&name, &value, meaning));
        }
        parts
    }

    /// A request: its line, then its form.
    fn request(&self, request: &Request) -> Vec<Part> {
        let line = format!("{} {}", request.method, self.mask.url(&request.url));
        let mut parts = vec![part("request", &line, "")];
        for (name, value) in &request.headers.0 {
            let secret = name.eq_ignore_ascii_case("authorization");
            if secret || name.eq_ignore_ascii_case("content-type") {
                let value = if secret {
                    // Where the scheme is missing, the first word is the secret itself.
                    let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
                    format!("{scheme} {}", self.mask.fact(&Secret::new(value.as_str())))
                        .trim_start()
                        .to_owned()
                } else {
                    value.clone()
                };
                parts.push(part(name, &value, ""));
            }
        }
        let media = request.headers.media_type();
        if media == "application/x-www-form-urlencoded" {
            for (name, value) in pairs(&request.body.to_text()) {
                let meaning = FORM
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map_or("", |(_, meaning)| *meaning);
                parts.push(self.field(&name, &value, meaning));
            }
        }
        parts
    }

    /// An answer: its status, and the members of its JSON.
    fn response(&self, response: &Response) -> Vec<Part> {
        let status = format!("{} {}", response.status, response.reason);
        let mut parts = vec![part("status", status.trim(), "")];
        let Ok(Value::Object(object)) = serde_json::from_slice(&response.body.0) else {
            return parts;
        };
        for (name, value) in &object {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let secret = is_secret_name(name) && value.is_string();
            parts.push(if secret {
                self.field(name, &text, "")
            } else {
                part(name, &cut(&self.mask.text(&text, &[])), "")
            });
        }
        parts
    }

    /// A JWT: header and claims; the signature is left out.
    fn token(&self, token: &Secret) -> Vec<Part> {
        let Ok(jwt) = jwt::decode(token.expose()) else {
            return vec![Part {
                name: Visible::of("token"),
                value: self.mask.fact(token),
                meaning: Visible::of("cannot be decoded"),
            }];
        };
        jwt.header
            .iter()
            .chain(&jwt.claims)
            .map(|(name, value)| {
                let text = match value {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let meaning = claims::facts(name).map_or("", |facts| facts.meaning);
                let meaning = match claims::moment(name, value) {
                    Some(at) => format!("{meaning}: {}", self.moment(at.as_second())),
                    None => meaning.to_owned(),
                };
                part(name, &cut(&text), &meaning)
            })
            .collect()
    }

    /// A moment, and how far it is from now.
    fn moment(&self, second: i64) -> String {
        let Ok(at) = Timestamp::from_second(second) else {
            return "no time".to_owned();
        };
        let away = second.saturating_sub(self.now.as_second());
        let (away, word) = if away >= 0 {
            (away, "from now")
        } else {
            (-away, "ago")
        };
        let (count, unit) = match away {
            0..120 => (away, "s"),
            120..7_200 => (away / 60, "min"),
            7_200..172_800 => (away / 3_600, "h"),
            _ => (away / 86_400, "days"),
        };
        format!("{at}, {count} {unit} {word}")
    }

    /// A field whose value may be secret.
    fn field(&self, name: &str, value: &str, meaning: &str) -> Part {
        if is_secret_name(name) && !value.is_empty() {
            return Part {
                name: Visible::of(name),
                value: self.mask.fact(&Secret::new(value)),
                meaning: Visible::of(meaning),
            };
        }
        part(name, &cut(value), meaning)
    }
}

/// What the parameters of a link are for.
const PARAMETERS: [(&str, &str); 14] = [
    ("client_id", "who asks: the registration"),
    ("response_type", "what comes back"),
    ("response_mode", "how it comes back"),
    ("redirect_uri", "where the answer is brought"),
    ("scope", "what is asked for"),
    ("state", "ties the answer to this sign-in"),
    ("nonce", "ties an id_token to this sign-in"),
    ("code_challenge", "hash of a secret that the exchange shows"),
    ("code_challenge_method", "how it was hashed"),
    ("ui_locales", "language of the pages"),
    ("prompt", "what the user is asked again"),
    ("login_hint", "who is to sign in"),
    ("acr_values", "how strongly"),
    ("max_age", "how long ago the sign-in may be, in seconds"),
];

/// What the fields of an answer are.
const ANSWER: [(&str, &str); 8] = [
    ("code", "single use, for the exchange"),
    ("state", "echoed from the link"),
    ("scope", "what is said to be granted"),
    ("iss", "who answers"),
    ("session_state", "for a check-session iframe"),
    ("error", "why there is no code"),
    ("error_description", "the provider's own words"),
    ("access_token", "belongs to the implicit flow"),
];

/// What the fields of a token request are.
const FORM: [(&str, &str); 7] = [
    ("grant_type", "what is shown for the token"),
    ("code", "from the callback"),
    ("redirect_uri", "the same as in the link"),
    ("client_id", "the registration"),
    ("client_secret", "shows who asks"),
    ("code_verifier", "its hash stood in the link"),
    ("refresh_token", "from an earlier answer"),
];

/// A part that is not secret.
fn part(name: &str, value: &str, meaning: &str) -> Part {
    Part {
        name: Visible::of(name),
        value: Visible::of(value),
        meaning: Visible::of(meaning),
    }
}

/// A value, cut when it is long.
fn cut(value: &str) -> String {
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let kept: String = value.chars().take(LONGEST).collect();
    format!("{kept}…")
}
