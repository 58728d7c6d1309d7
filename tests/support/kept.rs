//! Grants to keep, of the client that the least profile names.

use dineroscope::core::profile::KeepTokens;
use dineroscope::core::secret::Secret;
use dineroscope::core::token::Grant;
use dineroscope::core::token::kept::{Client, GrantId, KeptGrant};
use jiff::Timestamp;

/// The client they belong to.
pub(crate) fn client() -> Client {
    Client {
        token_url: "https://connect.visma.com/connect/token".to_owned(),
        client_id: "isv_acme".to_owned(),
    }
}

/// Clients that must not find them: another token endpoint, another client id.
pub(crate) fn others() -> [Client; 2] {
    [
        Client {
            token_url: "https://evil.example/connect/token".to_owned(),
            ..client()
        },
        Client {
            client_id: "isv_other".to_owned(),
            ..client()
        },
    ]
}

/// A grant: the higher the number, the older.
pub(crate) fn kept(number: u8, keep: KeepTokens) -> KeptGrant {
    KeptGrant {
        id: GrantId::of([number; 32]),
        client: client(),
        grant: Grant {
            access_token: Secret::new(format!("access-{number}")),
            token_type: "Bearer".to_owned(),
            refresh_token: Some(Secret::new(format!("refresh-{number}"))),
            id_token: None,
            asked: vec!["offline_access".to_owned()],
            scopes: vec!["offline_access".to_owned()],
            scopes_named: true,
            expires_in: Some(3600),
            obtained_at: Timestamp::from_second(1_000_000 - i64::from(number)).unwrap(),
            api_origin: "https://api.dinero.dk".to_owned(),
        },
        keep,
        revoked_at: None,
    }
}

/// The same grant after a refresh, with that access token.
pub(crate) fn renewed(kept: &KeptGrant, access_token: &str) -> KeptGrant {
    let mut renewed = kept.clone();
    renewed.grant.access_token = Secret::new(access_token);
    renewed.grant.obtained_at = Timestamp::from_second(2_000_000).unwrap();
    renewed
}
