//! A grant as a running program holds it: the tokens, where they are kept, and what became of the last
//! refresh.

use crate::core::oauth::endpoint::{Inquired, Inquiry, Told};
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::profile::KeepTokens;
use crate::core::token::Grant;
use crate::core::token::import::TokenKind;
use crate::core::token::kept::{Client, GrantId, KeptGrant, VaultTrouble};
use crate::core::wire::CallId;
use jiff::Timestamp;

/// A grant that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGrant {
    /// Its name.
    pub id: GrantId,
    /// Whose it is.
    pub client: Client,
    /// The tokens.
    pub grant: Grant,
    /// Where it really is kept now.
    pub keep: KeepTokens,
    /// Why it is not kept where it should be.
    pub trouble: Option<VaultTrouble>,
    /// When a refresh was sent whose answer nobody saw: the refresh token may be spent.
    pub unsettled: Option<Timestamp>,
    /// The last refresh of this program run.
    pub refresh: Option<RefreshEnd>,
    /// What the last refresh replaced.
    pub renewal: Option<Renewal>,
    /// When its refresh token was revoked; it has none since.
    pub revoked_at: Option<Timestamp>,
    /// What further endpoints said about it in this program run: of each and for each token the last.
    pub inquired: Vec<Inquired>,
}

/// How a refresh ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshEnd {
    /// When.
    pub at: Timestamp,
    /// Its record, when something was sent.
    pub call: Option<CallId>,
    /// What became of it.
    pub outcome: RefreshOutcome,
    /// When an earlier refresh with the same token was sent whose answer nobody saw.
    pub in_the_dark: Option<Timestamp>,
}

/// Old tokens, spent or replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// When the new ones came.
    pub at: Timestamp,
    /// What was there before.
    pub old: Grant,
}

impl HeldGrant {
    /// A grant that has just come, held in memory until it is kept.
    pub fn new(id: GrantId, client: Client, grant: Grant) -> Self {
        Self {
            id,
            client,
            grant,
            keep: KeepTokens::Memory,
            trouble: None,
            unsettled: None,
            refresh: None,
            renewal: None,
            revoked_at: None,
            inquired: Vec::new(),
        }
    }

    /// What an endpoint said about the token that the grant has now, or had when it was revoked.
    pub fn inquired(&self, inquiry: Inquiry) -> Option<&Inquired> {
        self.inquired.iter().find(|inquired| {
            let token = inquiry.token_of(&self.grant);
            inquired.inquiry == inquiry && token.is_none_or(|token| *token == inquired.token)
        })
    }

    /// The token of that kind that was revoked in this program run, and when.
    pub fn revoked(&self, kind: TokenKind) -> Option<&Inquired> {
        self.inquired(Inquiry::revocation(kind))
            .filter(|inquired| inquired.told == Ok(Told::Revoked))
    }

    /// Whether the user had the tokens already: no sign-in asked for them, no refresh of this program run
    /// brought them.
    pub fn is_brought(&self) -> bool {
        self.grant.asked.is_empty() && self.refresh.is_none()
    }

    /// As it is handed to a vault.
    pub fn kept(&self, keep: KeepTokens) -> KeptGrant {
        KeptGrant {
            id: self.id.clone(),
            client: self.client.clone(),
            grant: self.grant.clone(),
            keep,
            revoked_at: self.revoked_at,
        }
    }
}
