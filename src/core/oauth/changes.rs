//! What a user changes about the exchange of a run, to see what happens: how it is sent, and with what.
//!
//! A change holds for its run only. What is shown is what is sent: the changed request is made here once,
//! and every reader takes it apart with [`pairs`].

mod fields;

pub use fields::{FieldChanges, FieldRow};

use crate::core::oauth::grant;
use crate::core::secret::Secret;
use crate::core::wire::{Body, Headers, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is changed; nothing by default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// GET in the place of POST.
    pub by_get: bool,
    /// How the fields are written.
    pub encoding: Encoding,
    /// How the client secret is shown; `None`: as the profile says.
    pub secret: Option<SecretPlace>,
    /// What the redirect URI is sent as; `None`: as in the link.
    pub redirect_uri: Option<String>,
    /// What becomes of the code verifier.
    pub verifier: VerifierChange,
    /// What is changed about single fields, whatever the rest says.
    #[serde(default)]
    pub fields: FieldChanges,
}

/// How the fields of the token request are written (RFC 6749 4.1.3 wants a form).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`, as it must be.
    #[default]
    Form,
    /// A JSON object, which servers refuse.
    Json,
    /// `multipart/form-data`, which servers refuse.
    Multipart,
}

/// Where the client secret goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretPlace {
    /// Into the body.
    Body,
    /// Into the Authorization header.
    Basic,
    /// Into both, which RFC 6749 2.3 forbids.
    Both,
    /// Nowhere.
    Absent,
}

/// What becomes of the code verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum VerifierChange {
    /// It is sent as it is.
    #[default]
    Kept,
    /// It is left out.
    Absent,
    /// Another one is sent.
    Wrong,
}

/// A verifier that fits no challenge of ours.
const WRONG_VERIFIER: &str = "this-verifier-fits-no-challenge-that-was-ever-sent-0";

/// The boundary of a multipart body.
const BOUNDARY: &str = "dineroscope-parts";

impl Changes {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// In a few words, for the transcript; empty when there is none.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if self.by_get {
            words.push("by GET");
        }
        match self.encoding {
            Encoding::Form => {}
            Encoding::Json => words.push("as JSON"),
            Encoding::Multipart => words.push("as multipart"),
        }
        match self.secret {
            None => {}
            Some(SecretPlace::Body) => words.push("secret in the body"),
            Some(SecretPlace::Basic) => words.push("secret by Basic"),
            Some(SecretPlace::Both) => words.push("secret twice"),
            Some(SecretPlace::Absent) => words.push("no secret"),
        }
        if self.redirect_uri.is_some() {
            words.push("other redirect_uri");
        }
        match self.verifier {
            VerifierChange::Kept => {}
            VerifierChange::Absent => words.push("no verifier"),
            VerifierChange::Wrong => words.push("wrong verifier"),
        }
        let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        words.extend(self.fields.words());
        words.join(", ")
    }

    /// The token request with these changes made to it.
    pub fn apply(&self, request: Request, client_id: &str, secret: Option<&Secret>) -> Request {
        if self.is_empty() {
            return request;
        }
        let mut fields = pairs(&request);
        let mut headers = Headers::default();
        let authorization = request.headers.get("Authorization").map(str::to_owned);
        let authorization = match self.secret {
            None => authorization,
            Some(place) => {
                fields.retain(|(name, _)| name != "client_secret");
                if !fields.iter().any(|(name, _)| name == "client_id") {
                    fields.push(("client_id".to_owned(), client_id.to_owned()));
                }
                if let (SecretPlace::Body | SecretPlace::Both, Some(secret)) = (place, secret) {
                    let value = secret.expose().to_owned();
                    fields.push(("client_secret".to_owned(), value));
                }
                let in_header = matches!(place, SecretPlace::Basic | SecretPlace::Both);
                secret
                    .filter(|_| in_header)
                    .map(|secret| grant::basic(client_id, secret))
            }
        };
        if let Some(uri) = &self.redirect_uri {
            set(&mut fields, "redirect_uri", uri);
        }
        match self.verifier {
            VerifierChange::Kept => {}
            VerifierChange::Absent => fields.retain(|(name, _)| name != "code_verifier"),
            VerifierChange::Wrong => set(&mut fields, "code_verifier", WRONG_VERIFIER),
        }
        self.fields.apply(&mut fields);
        let (kind, body) = self.encoding.write(&fields);
        let mut url = request.url;
        let mut sent = Body::text(&body);
        if self.by_get {
            // A GET has no body: whatever was to be in it goes into the address.
            let (_, query) = Encoding::Form.write(&fields);
            url = format!("{url}?{query}");
            sent = Body::default();
        } else {
            headers.push("Content-Type", kind);
        }
        headers.push("Accept", "application/json");
        if let Some(value) = authorization {
            headers.push("Authorization", value);
        }
        Request {
            method: if self.by_get { "GET" } else { "POST" }.to_owned(),
            url,
            headers,
            body: sent,
        }
    }
}

impl Encoding {
    /// Content type and body.
    fn write(self, fields: &[(String, String)]) -> (String, String) {
        match self {
            Self::Form => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(fields);
                let kind = "application/x-www-form-urlencoded".to_owned();
                (kind, form.finish())
            }
            Self::Json => {
                let object = fields
                    .iter()
                    .map(|(name, value)| (name.clone(), Value::String(value.clone())));
                let object = Value::Object(object.collect());
                ("application/json".to_owned(), object.to_string())
            }
            Self::Multipart => {
                let parts = fields.iter().map(|(name, value)| {
                    format!(
                        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                    )
                });
                let body = format!("{}--{BOUNDARY}--\r\n", parts.collect::<String>());
                (format!("multipart/form-data; boundary={BOUNDARY}"), body)
            }
        }
    }
}

/// Sets a field, in the place of one of the same name.
fn set(fields: &mut Vec<(String, String)>, name: &str, value: &str) {
    match fields.iter_mut().find(|(known, _)| known == name) {
        Some((_, kept)) => value.clone_into(kept),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

/// The fields of a token request, however they are written.
pub fn pairs(request: &Request) -> Vec<(String, String)> {
    let owned = |text: &str| -> Vec<(String, String)> {
        form_urlencoded::parse(text.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect()
    };
    let body = request.body.to_text();
    match request.headers.media_type().as_str() {
        _ if request.method == "GET" => {
            owned(request.url.split_once('?').map_or("", |(_, query)| query))
        }
        "application/json" => match serde_json::from_str(&body) {
            Ok(Value::Object(object)) => object
                .into_iter()
                .map(|(name, value)| {
                    let text = value.as_str().map(str::to_owned);
                    (name, text.unwrap_or_else(|| value.to_string()))
                })
                .collect(),
            _ => Vec::new(),
        },
        "multipart/form-data" => body
            .split("Content-Disposition: form-data; name=\"")
            .skip(1)
            .filter_map(|part| {
                let (name, rest) = part.split_once("\"\r\n\r\n")?;
                let (value, _) = rest.rsplit_once("\r\n--")?;
                Some((name.to_owned(), value.to_owned()))
            })
            .collect(),
        _ => owned(&body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        let mut headers = Headers::default();
        headers.push("Content-Type", "application/x-www-form-urlencoded");
        headers.push("Accept", "application/json");
        Request {
            method: "POST".to_owned(),
            url: "https://op.example/token".to_owned(),
            headers,
            body: Body::text(
                "grant_type=authorization_code&code=a%2Bb&redirect_uri=http%3A%2F%2Flocalhost%2Fcb\
                 &client_id=me&client_secret=s%20%C3%A6&code_verifier=v",
            ),
        }
    }

    #[test]
    fn the_same_fields_are_written_in_each_way() {
        let secret = Secret::new("s æ");
        let fields = pairs(&request());
        for (encoding, by_get) in [
            (Encoding::Form, false),
            (Encoding::Json, false),
            (Encoding::Multipart, false),
            (Encoding::Form, true),
            (Encoding::Json, true),
        ] {
            let changes = Changes {
                by_get,
                encoding,
                ..Changes::default()
            };
            let request = changes.apply(request(), "me", Some(&secret));
            assert_eq!(pairs(&request), fields, "{encoding:?} {by_get}");
            assert_eq!(request.method, if by_get { "GET" } else { "POST" });
        }
        let unchanged = Changes::default().apply(request(), "me", Some(&secret));
        assert_eq!(unchanged, request());
    }

    #[test]
    fn the_secret_goes_where_it_is_told() {
        let secret = Secret::new("s æ");
        for (place, in_body, in_header) in [
            (SecretPlace::Body, true, false),
            (SecretPlace::Basic, false, true),
            (SecretPlace::Both, true, true),
            (SecretPlace::Absent, false, false),
        ] {
            let changes = Changes {
                secret: Some(place),
                ..Changes::default()
            };
            let request = changes.apply(request(), "me", Some(&secret));
            let fields = pairs(&request);
            let sent = fields
                .iter()
                .any(|(name, value)| name == "client_secret" && value == "s æ");
            assert_eq!(sent, in_body, "{place:?}");
            assert_eq!(
                request.headers.get("Authorization").is_some(),
                in_header,
                "{place:?}"
            );
            assert!(fields.contains(&("client_id".to_owned(), "me".to_owned())));
        }
    }

    #[test]
    fn a_verifier_and_a_redirect_uri_can_be_wrong() {
        let changes = Changes {
            redirect_uri: Some("http://127.0.0.1/cb".to_owned()),
            verifier: VerifierChange::Wrong,
            ..Changes::default()
        };
        let fields = pairs(&changes.apply(request(), "me", None));
        assert!(fields.contains(&("redirect_uri".to_owned(), "http://127.0.0.1/cb".to_owned())));
        assert!(fields.contains(&("code_verifier".to_owned(), WRONG_VERIFIER.to_owned())));
        assert_eq!(changes.words(), "other redirect_uri, wrong verifier");
        let without = Changes {
            verifier: VerifierChange::Absent,
            ..Changes::default()
        };
        let fields = pairs(&without.apply(request(), "me", None));
        assert!(fields.iter().all(|(name, _)| name != "code_verifier"));
    }
}
