//! The ways in which the sandbox can be told to fail, each with the rule that must explain it.

use crate::core::nearest::nearest;
use crate::core::oauth::Step;

/// A named way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The token endpoint does not take the client's secret.
    InvalidClient,
    /// The authorize endpoint does not know the redirect URI: an error page, nothing comes back.
    RedirectMismatch,
    /// The code is expired when it is exchanged.
    ExpiredCode,
    /// The code was used before.
    ReusedCode,
    /// The token endpoint does not answer for a minute.
    SlowToken,
    /// The token endpoint answers 500.
    Token500,
    /// The token endpoint answers with a web page.
    TokenHtml,
    /// The token endpoint's answer breaks off.
    TokenCutOff,
    /// The callback carries another state.
    WrongState,
    /// No refresh token is given although `offline_access` was asked.
    NoRefreshToken,
    /// A refresh is answered with `invalid_grant`.
    RefreshTokenSpent,
    /// A refresh is answered as if its one-time token came a second time.
    RefreshReused,
    /// A refresh rotates the token, then the connection is closed without an answer.
    RefreshDropped,
    /// An access token lives for five seconds.
    TokenShortLived,
    /// The API answers 401.
    Api401,
    /// The API answers 429.
    Api429,
}

/// What is said about a fault, everywhere.
#[derive(Debug)]
pub struct FaultFacts {
    /// The fault.
    pub fault: Fault,
    /// Its name on the command line.
    pub name: &'static str,
    /// What it breaks, in one line.
    pub breaks: &'static str,
    /// The step at which it shows.
    pub step: Step,
    /// The rule that must explain it.
    pub rule: &'static str,
}

/// Every fault.
pub const FAULTS: [FaultFacts; 16] = [
    FaultFacts {
        fault: Fault::InvalidClient,
        name: "invalid-client",
        breaks: "the token endpoint refuses the client secret",
        step: Step::Exchange,
        rule: "invalid-client",
    },
    FaultFacts {
        fault: Fault::RedirectMismatch,
        name: "redirect-mismatch",
        breaks: "the redirect URI is not registered: an error page, nothing comes back",
        step: Step::Consent,
        rule: "callback-timeout",
    },
    FaultFacts {
        fault: Fault::ExpiredCode,
        name: "expired-code",
        breaks: "the code is expired when it is exchanged",
        step: Step::Exchange,
        rule: "invalid-grant-code-expired",
    },
    FaultFacts {
        fault: Fault::ReusedCode,
        name: "reused-code",
        breaks: "the code was exchanged before",
        step: Step::Exchange,
        rule: "invalid-grant-code-reused",
    },
    FaultFacts {
        fault: Fault::SlowToken,
        name: "slow-token",
        breaks: "the token endpoint stays silent",
        step: Step::Exchange,
        rule: "network-timeout",
    },
    FaultFacts {
        fault: Fault::Token500,
        name: "token-500",
        breaks: "the token endpoint answers 500",
        step: Step::Exchange,
        rule: "token-server-error",
    },
    FaultFacts {
        fault: Fault::TokenHtml,
        name: "token-html",
        breaks: "the token endpoint answers with a web page",
        step: Step::Exchange,
        rule: "token-response-not-json",
    },
    FaultFacts {
        fault: Fault::TokenCutOff,
        name: "token-cut-off",
        breaks: "the token endpoint's answer breaks off",
        step: Step::Exchange,
        rule: "token-response-not-json",
    },
    FaultFacts {
        fault: Fault::WrongState,
        name: "wrong-state",
        breaks: "the callback carries another state",
        step: Step::Callback,
        rule: "state-mismatch",
    },
    FaultFacts {
        fault: Fault::NoRefreshToken,
        name: "no-refresh-token",
        breaks: "no refresh token comes, although it was asked for",
        step: Step::Token,
        rule: "refresh-token-missing",
    },
    FaultFacts {
        fault: Fault::RefreshTokenSpent,
        name: "refresh-token-spent",
        breaks: "a refresh is refused: its token is not taken any more",
        step: Step::Token,
        rule: "refresh-token-invalid",
    },
    FaultFacts {
        fault: Fault::RefreshReused,
        name: "refresh-reused",
        breaks: "a refresh is refused: its one-time token came before",
        step: Step::Token,
        rule: "refresh-token-reuse",
    },
    FaultFacts {
        fault: Fault::RefreshDropped,
        name: "refresh-dropped",
        breaks: "a refresh spends its token, then the connection ends without an answer",
        step: Step::Token,
        rule: "network-reset",
    },
    FaultFacts {
        fault: Fault::TokenShortLived,
        name: "token-short-lived",
        breaks: "the access token lives for five seconds",
        step: Step::Token,
        rule: "token-expires-soon",
    },
    FaultFacts {
        fault: Fault::Api401,
        name: "api-401",
        breaks: "the API refuses the token",
        step: Step::Requests,
        rule: "api-unauthorized",
    },
    FaultFacts {
        fault: Fault::Api429,
        name: "api-429",
        breaks: "the API says: too many requests",
        step: Step::Requests,
        rule: "api-rate-limited",
    },
];

impl Fault {
    /// Its row in [`FAULTS`].
    pub fn facts(self) -> &'static FaultFacts {
        &FAULTS[self as usize]
    }

    /// The fault of that name; otherwise the message to show, which names the nearest.
    pub fn named(name: &str) -> Result<Self, String> {
        if let Some(row) = FAULTS.iter().find(|row| row.name == name) {
            return Ok(row.fault);
        }
        let names: Vec<&str> = FAULTS.iter().map(|row| row.name).collect();
        let meant = nearest(name, names.iter().copied())
            .map(|meant| format!("did you mean `{meant}`? "))
            .unwrap_or_default();
        Err(format!("{meant}there are {}", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for row in &FAULTS {
            assert_eq!(row.fault.facts().name, row.name);
            assert_eq!(Fault::named(row.name), Ok(row.fault));
        }
    }

    #[test]
    fn a_mistyped_name_is_answered_with_the_nearest() {
        assert_eq!(
            Fault::named("token500x").map_err(|message| message.contains("`token-500`")),
            Err(true)
        );
    }
}
