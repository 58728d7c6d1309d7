//! Grants that outlive a request: whose they are, where they are kept, and how they are written down.
//!
//! A grant belongs to a client at a token endpoint, never to a profile's name (design.md section 4), so a
//! profile that is edited to another endpoint finds nothing of the former one.

use crate::core::profile::{KeepTokens, Profile};
use crate::core::secret::{Secret, hexadecimal};
use crate::core::token::Grant;
use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Whose secret or grant it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Client {
    /// The token endpoint, as the profile names it.
    pub token_url: String,
    /// The client id, as registered.
    pub client_id: String,
}

impl Client {
    /// The client of a profile.
    pub fn of(profile: &Profile) -> Self {
        Self {
            token_url: profile.provider.token_url.clone(),
            client_id: profile.client_id.clone(),
        }
    }

    /// Its name in folders and keyrings: 32 hexadecimal digits of SHA-256, the same for the same client.
    pub fn key(&self) -> String {
        let pair = json!([self.token_url, self.client_id]).to_string();
        hexadecimal(&digest(&SHA256, pair.as_bytes()).as_ref()[..16])
    }
}

/// Names a grant, the same before and after each refresh: 16 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GrantId(String);

impl GrantId {
    /// A name of random bytes.
    pub fn of(random: [u8; 32]) -> Self {
        Self(hexadecimal(&random[..8]))
    }

    /// A name that was written down; `None` when it is none, so that no text from outside becomes a path.
    pub fn read(text: &str) -> Option<Self> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 16 && text.bytes().all(digit)).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A grant with all that is needed to find and to refresh it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptGrant {
    /// Its name.
    pub id: GrantId,
    /// Whose it is.
    pub client: Client,
    /// The tokens.
    pub grant: Grant,
    /// Where it is kept.
    pub keep: KeepTokens,
    /// When its refresh token was revoked; it has none since.
    pub revoked_at: Option<Timestamp>,
}

impl KeptGrant {
    /// As it is written into a vault: JSON with `"v":1`. Holds secrets, so the result is one.
    pub fn to_json(&self) -> Secret {
        let grant = &self.grant;
        let expose = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().to_owned());
        Secret::new(
            json!({
                "v": 1,
                "id": self.id.as_str(),
                "token_url": self.client.token_url,
                "client_id": self.client.client_id,
                "api_origin": grant.api_origin,
                "access_token": grant.access_token.expose(),
                "token_type": grant.token_type,
                "refresh_token": expose(&grant.refresh_token),
                "id_token": expose(&grant.id_token),
                "asked": grant.asked,
                "scopes": grant.scopes,
                "scopes_named": grant.scopes_named,
                "expires_in": grant.expires_in,
                "obtained_at": grant.obtained_at.to_string(),
                "revoked_at": self.revoked_at.map(|at| at.to_string()),
            })
            .to_string(),
        )
    }

    /// Reads what [`Self::to_json`] wrote. `None` when it is anything else: damaged, or of a later version.
    pub fn from_json(text: &Secret, keep: KeepTokens) -> Option<Self> {
        let Ok(Value::Object(object)) = serde_json::from_str(text.expose()) else {
            return None;
        };
        if object.get("v").and_then(Value::as_u64) != Some(1) {
            return None;
        }
        let text = |name: &str| text_of(&object, name);
        Some(Self {
            id: GrantId::read(&text("id")?)?,
            client: Client {
                token_url: text("token_url")?,
                client_id: text("client_id")?,
            },
            grant: Grant {
                access_token: Secret::new(text("access_token")?),
                token_type: text("token_type")?,
                refresh_token: text("refresh_token").map(Secret::new),
                id_token: text("id_token").map(Secret::new),
                asked: texts_of(&object, "asked")?,
                scopes: texts_of(&object, "scopes")?,
                scopes_named: object.get("scopes_named")?.as_bool()?,
                expires_in: object.get("expires_in").and_then(Value::as_u64),
                obtained_at: text("obtained_at")?.parse::<Timestamp>().ok()?,
                api_origin: text("api_origin")?,
            },
            keep,
            revoked_at: text("revoked_at").and_then(|at| at.parse().ok()),
        })
    }
}

/// A member that is a text.
fn text_of(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A member that is a list of texts.
fn texts_of(object: &Map<String, Value>, name: &str) -> Option<Vec<String>> {
    let list = object.get(name)?.as_array()?;
    list.iter()
        .map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// Why a vault did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultTrouble {
    /// The kind, for what is offered instead.
    pub kind: VaultTroubleKind,
    /// What happened, where, and what to do next; one or two sentences without a secret.
    pub message: String,
}

impl std::fmt::Display for VaultTrouble {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// The kinds of trouble with a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultTroubleKind {
    /// This machine has no keyring, or the program was built without.
    Absent,
    /// It is there and locked, and was not unlocked.
    Locked,
    /// It did not answer within 5 s.
    Silent,
    /// The disk is full, or the folder cannot be written or read.
    Disk,
    /// What stands there cannot be understood.
    Damaged,
    /// Anything else.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> KeptGrant {
        KeptGrant {
            id: GrantId::of([0xab; 32]),
            client: Client {
                token_url: "https://connect.visma.com/connect/token".to_owned(),
                client_id: "isv_acme".to_owned(),
            },
            grant: Grant {
                access_token: Secret::new("access"),
                token_type: "Bearer".to_owned(),
                refresh_token: Some(Secret::new("refresh")),
                id_token: None,
                asked: vec!["dineropublicapi:read".to_owned()],
                scopes: vec!["dineropublicapi:read".to_owned()],
                scopes_named: true,
                expires_in: Some(3600),
                obtained_at: Timestamp::UNIX_EPOCH,
                api_origin: "https://api.dinero.dk".to_owned(),
            },
            keep: KeepTokens::File,
            revoked_at: Some(Timestamp::UNIX_EPOCH),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let kept = kept();
        let read = KeptGrant::from_json(&kept.to_json(), KeepTokens::File);
        assert_eq!(read, Some(kept));
    }

    #[test]
    fn what_is_damaged_or_later_is_not_read() {
        let whole = kept().to_json().expose().to_owned();
        let not = |text: &str| KeptGrant::from_json(&Secret::new(text), KeepTokens::File).is_none();
        assert!(not(&whole[..whole.len() / 2]));
        assert!(not(""));
        assert!(not("[]"));
        assert!(not(&whole.replace("\"v\":1", "\"v\":2")));
        assert!(not(&whole.replace("abababababababab", "../../etc/passwd")));
    }

    #[test]
    fn a_client_is_its_endpoint_and_its_id_together() {
        let one = kept().client;
        let other = Client {
            token_url: "https://evil.example/connect/token".to_owned(),
            ..one.clone()
        };
        assert_ne!(one.key(), other.key());
        assert_eq!(one.key(), one.clone().key());
        assert_eq!(one.key().len(), 32);
        assert!(GrantId::read("0123456789abcdef").is_some());
        for wrong in [
            "",
            "0123456789abcde",
            "0123456789ABCDEF",
            "../3456789abcdef",
        ] {
            assert!(GrantId::read(wrong).is_none(), "{wrong}");
        }
    }
}
