//! Visma Connect's side: authorize, sign-in, consent, token, userinfo, revocation, introspection, discovery.
//!
//! ```text
//! authorize ─(checks)─► error page            never comes back
//!     └─► sign-in ─► consent ─► answer ─► redirect URI ─► token
//! ```

mod authorize;
mod claims;
mod client;
mod consent;
mod discovery;
mod id_token;
mod introspection;
mod revocation;
mod token;
mod userinfo;

pub(super) use authorize::{authorize, error};
pub(super) use consent::{consent, login};
pub(super) use discovery::{
    DISCOVERY_PATH, INTROSPECTION_PATH, JWKS_PATH, METADATA_PATH, REVOCATION_PATH, USERINFO_PATH,
    discovery, jwks,
};
pub(super) use introspection::introspection;
pub(super) use revocation::revocation;
pub(super) use token::token;
pub(super) use userinfo::userinfo;

/// A user who can sign in. Invented, as is everything here.
#[derive(Debug)]
pub(super) struct User {
    /// `sub` of the tokens.
    pub(super) subject: &'static str,
    /// Given name.
    pub(super) given_name: &'static str,
    /// Family name.
    pub(super) family_name: &'static str,
    /// E-mail address.
    pub(super) email: &'static str,
    /// Ids of the organizations that the user may see.
    pub(super) organizations: &'static [u32],
}

impl User {
    /// The whole name.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.family_name)
    }
}

/// Everybody who can sign in; the first is the one who does when nobody is asked.
pub(super) const USERS: [User; 2] = [
    User {
        subject: "5f0c4b0e-8a57-4b86-9d0f-2f1f6c1a7d31",
        given_name: "Åse",
        family_name: "Brændgård",
        email: "aase@baadebyggeri.example",
        organizations: &[410_233, 410_871, 412_008, 413_350],
    },
    User {
        subject: "c7b1d9f4-03e2-4a6b-8c55-90a4be1f6e02",
        given_name: "Søren",
        family_name: "Østerlund",
        email: "soeren@bogholder.example",
        organizations: &[410_871],
    },
];

/// What the application is called on the consent page.
pub(super) const APPLICATION: &str = "dineroscope";

/// Who is said to have registered it.
pub(super) const APPLICATION_OWNER: &str = "Nørrebro Integrationer ApS";

/// The scopes that the registered client may ask for.
pub(super) const SCOPES: [&str; 6] = [
    "dineropublicapi:write",
    "dineropublicapi:read",
    "openid",
    "profile",
    "email",
    "offline_access",
];

/// Scopes in the order in which Visma Connect names them in its answers, which is not the order asked.
pub(super) fn in_answer_order(scopes: &[String]) -> String {
    let named = SCOPES
        .iter()
        .filter(|scope| scopes.iter().any(|asked| asked == *scope));
    named.copied().collect::<Vec<_>>().join(" ")
}
