//! The ways in which the sandbox can be told to fail, each with the rule that must explain it.

use crate::core::nearest::nearest;
use crate::core::oauth::Step;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// What the provider says of itself, where a profile names only its issuer.
    Metadata,
    /// The authorize endpoint and the answer it brings to the redirect URI.
    Authorize,
    /// The token endpoint, asked with a code (most of these strike a refresh as well).
    Exchange,
    /// What stands in a token answer.
    Tokens,
    /// The token endpoint, asked with a refresh token.
    Refresh,
    /// Userinfo, revocation, introspection.
    Endpoints,
    /// Dinero.
    Api,
}

impl Place {
    /// What its faults stand under in a list.
    pub fn title(self) -> &'static str {
        match self {
            Self::Metadata => "Discovery, for a profile that names only the issuer",
            Self::Authorize => "Consent and callback",
            Self::Exchange => "Exchange",
            Self::Tokens => "Tokens",
            Self::Refresh => "Refresh",
            Self::Endpoints => "Revoke, introspect, userinfo",
            Self::Api => "Dinero",
        }
    }
}

/// What is said about a fault, everywhere.
#[derive(Debug)]
pub struct FaultFacts {
    /// The fault.
    pub fault: Fault,
    /// Where it strikes.
    pub place: Place,
    /// Its name on the command line.
    pub name: &'static str,
    /// What it breaks, in one line.
    pub breaks: &'static str,
    /// The step at which it shows.
    pub step: Step,
    /// The rule that must explain it.
    pub rule: &'static str,
}

/// One table for the enum and what is said about it, so that neither can lack a row of the other.
macro_rules! faults {
    ($($place:ident {
        $($fault:ident $name:literal at $step:ident, $rule:literal: $breaks:literal;)+
    })+) => {
        /// A named way to fail.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(
                #[doc = $breaks]
                $fault,
            )+)+
        }

        /// How many there are.
        const COUNT: usize = [$($($name),+),+].len();

        /// Every fault, those of a place together.
        pub const FAULTS: [FaultFacts; COUNT] = [
            $($(
                FaultFacts {
                    fault: Fault::$fault,
                    place: Place::$place,
                    name: $name,
                    breaks: $breaks,
                    step: Step::$step,
                    rule: $rule,
                },
            )+)+
        ];
    };
}

faults! {
    Metadata {
        MetadataIssuer "metadata-issuer" at Link, "metadata-issuer-mismatch":
            "the provider's metadata names another issuer";
        MetadataIncomplete "metadata-incomplete" at Link, "metadata-invalid":
            "the provider's metadata names no token endpoint";
    }
    Authorize {
        RedirectMismatch "redirect-mismatch" at Consent, "callback-timeout":
            "the redirect URI is not registered: an error page, nothing comes back";
        PageClient "page-unauthorized-client" at Consent, "error-page-unauthorized-client":
            "an error page says that the client is unknown; nothing comes back";
        PageRedirectUri "page-invalid-redirect-uri" at Consent, "error-page-invalid-redirect-uri":
            "an error page says that the redirect URI is not registered; nothing comes back";
        PageScope "page-invalid-scope" at Consent, "error-page-invalid-scope":
            "an error page says that a scope is not allowed; nothing comes back";
        PageChallenge "page-code-challenge-required" at Consent, "error-page-code-challenge-required":
            "an error page says that a code challenge is required; nothing comes back";
        PageResponse "page-unsupported-response" at Consent, "error-page-unsupported-response":
            "an error page says that the response type is not supported; nothing comes back";
        PageOther "page-unknown" at Consent, "error-page-unknown":
            "an error page says only that there was an error; nothing comes back";
        AccessDenied "access-denied" at Callback, "callback-access-denied":
            "the provider says that the user refused, whatever was pressed";
        LoginRequired "login-required" at Callback, "callback-error":
            "the callback carries login_required in place of a code";
        AuthorizeFailed "authorize-failed" at Callback, "callback-error":
            "the callback carries server_error in place of a code";
        AuthorizeUnavailable "authorize-unavailable" at Callback, "callback-error":
            "the callback carries temporarily_unavailable in place of a code";
        WrongState "wrong-state" at Callback, "state-mismatch":
            "the callback carries another state";
        NoState "no-state" at Callback, "state-missing-in-callback":
            "the callback carries no state";
        WrongIssuer "wrong-issuer" at Callback, "issuer-mismatch":
            "the callback names another issuer";
        NoIssuer "no-issuer" at Callback, "issuer-missing":
            "the callback names no issuer";
        NoCode "no-code" at Callback, "callback-missing-code":
            "the callback carries neither a code nor an error";
        CodeAndError "code-and-error" at Callback, "callback-code-and-error":
            "the callback carries a code and an error at once";
        CodeTwice "code-twice" at Callback, "callback-duplicate-parameter":
            "the callback carries its code twice";
        CallbackPlain "callback-plain-text" at Callback, "callback-wrong-content-type":
            "the form of the callback is sent as plain text";
        CallbackTooLarge "callback-too-large" at Callback, "callback-body-too-large":
            "the callback carries 100 KB that no client reads (as a form)";
        TokenInCallback "token-in-callback" at Callback, "callback-with-token":
            "the callback carries an access token in place of a code";
        OtherMode "other-response-mode" at Callback, "callback-mode-mismatch":
            "the answer comes as a query where a form was asked for, and the reverse";
        ScopeNarrowed "scope-narrowed" at Callback, "scope-narrowed":
            "the right to write is not granted";
    }
    Exchange {
        InvalidClient "invalid-client" at Exchange, "invalid-client":
            "the token endpoint refuses the client secret";
        UnauthorizedClient "unauthorized-client" at Exchange, "unauthorized-client":
            "the application may not use the grant";
        UnsupportedGrantType "unsupported-grant-type" at Exchange, "unsupported-grant-type":
            "the token endpoint does not know the grant type";
        InvalidRequest "invalid-request" at Exchange, "invalid-request-missing-parameter":
            "the token endpoint finds the request malformed";
        InvalidScope "invalid-scope" at Exchange, "invalid-scope":
            "the token endpoint does not grant a scope";
        InvalidTenant "invalid-tenant" at Exchange, "invalid-tenant":
            "the user or company is not entitled to the API";
        OtherError "other-error" at Exchange, "token-error":
            "the token endpoint answers with an error that no standard names";
        InvalidGrant "invalid-grant" at Exchange, "invalid-grant":
            "the code is refused without a reason";
        ExpiredCode "expired-code" at Exchange, "invalid-grant-code-expired":
            "the code is expired when it is exchanged";
        ReusedCode "reused-code" at Exchange, "invalid-grant-code-reused":
            "the code was exchanged before";
        WrongVerifier "wrong-verifier" at Exchange, "invalid-grant-verifier":
            "the code verifier is said not to fit the link's challenge";
        OtherRedirectUri "other-redirect-uri" at Exchange, "invalid-grant-redirect-mismatch":
            "the redirect URI is said to be another than the link's";
        SlowToken "slow-token" at Exchange, "network-timeout":
            "the token endpoint stays silent";
        TokenDropped "token-dropped" at Exchange, "network-reset":
            "the token endpoint ends the connection without an answer";
        Token403 "token-403" at Exchange, "token-error":
            "a firewall answers 403 in the token endpoint's place";
        Token404 "token-404" at Exchange, "token-wrong-endpoint":
            "there is no token endpoint at its address";
        Token405 "token-405" at Exchange, "token-wrong-method":
            "the token endpoint's address takes no POST";
        Token429 "token-429" at Exchange, "token-server-error":
            "the token endpoint says: too many requests";
        Token500 "token-500" at Exchange, "token-server-error":
            "the token endpoint answers 500";
        TokenRedirect "token-redirect" at Exchange, "token-redirected":
            "the token endpoint sends the client to a sign-in page";
        TokenHtml "token-html" at Exchange, "token-response-not-json":
            "the token endpoint answers with a web page";
        TokenEmpty "token-empty" at Exchange, "token-response-not-json":
            "the token endpoint answers with nothing";
        TokenCutOff "token-cut-off" at Exchange, "token-response-not-json":
            "the token endpoint's answer breaks off";
        TokenIncomplete "token-incomplete" at Exchange, "token-response-incomplete":
            "the token answer holds no access token";
    }
    Tokens {
        NoRefreshToken "no-refresh-token" at Token, "refresh-token-missing":
            "no refresh token comes, although it was asked for";
        TokenShortLived "token-short-lived" at Token, "token-expires-soon":
            "the access token lives for five seconds";
        NoExpiresIn "no-expires-in" at Token, "token-expires-in-odd":
            "the token answer does not say how long the token lives";
        ExpiresInText "expires-in-text" at Token, "token-expires-in-odd":
            "the token's lifetime comes as a text";
        TokenNotBearer "token-not-bearer" at Token, "token-type-not-bearer":
            "the access token is said to be of type DPoP";
        OtherAudience "other-audience" at Token, "token-wrong-audience":
            "the access token is made for another API";
        OtherIssuer "other-issuer" at Token, "token-wrong-issuer":
            "the access token names another issuer";
        BrokenToken "broken-token" at Token, "token-malformed":
            "the access token is cut off in its claims";
        IdTokenIssuer "id-token-issuer" at Token, "id-token-issuer":
            "the id_token names another issuer (asked with openid, as all of these)";
        IdTokenAudience "id-token-audience" at Token, "id-token-audience":
            "the id_token is made for another client";
        IdTokenParty "id-token-azp" at Token, "id-token-azp":
            "the id_token names another authorized party";
        IdTokenNonce "id-token-nonce" at Token, "id-token-nonce":
            "the id_token carries another nonce";
        IdTokenExpired "id-token-expired" at Token, "id-token-expired":
            "the id_token ended an hour ago";
        IdTokenIssuedAt "id-token-iat" at Token, "id-token-iat":
            "the id_token is of last week";
        IdTokenSubject "id-token-sub" at Token, "id-token-sub-missing":
            "the id_token does not say who signed in";
        IdTokenHash "id-token-at-hash" at Token, "id-token-at-hash":
            "the id_token belongs to another access token";
        IdTokenUnsigned "id-token-alg-none" at Token, "id-token-alg-none":
            "the id_token is not signed";
        IdTokenAlgorithm "id-token-hs256" at Token, "id-token-alg-unexpected":
            "the id_token says that it is signed with the client secret";
        IdTokenSignature "id-token-signature" at Token, "id-token-signature-invalid":
            "the id_token's signature does not fit it";
        IdTokenKey "id-token-key-rotated" at Token, "id-token-key-unknown":
            "the id_token is signed with a new key that is not published yet";
        CodeHash "id-token-c-hash" at Callback, "id-token-c-hash":
            "the id_token of the callback belongs to another code (response_type code id_token)";
        ClockAhead "clock-ahead" at Token, "token-not-yet-valid":
            "the provider's clock is ten minutes ahead";
        ClockBehind "clock-behind" at Token, "clock-skew":
            "the provider's clock is ten minutes behind";
    }
    Refresh {
        RefreshTokenSpent "refresh-token-spent" at Token, "refresh-token-invalid":
            "a refresh is refused: its token is not taken any more";
        RefreshReused "refresh-reused" at Token, "refresh-token-reuse":
            "a refresh is refused: its one-time token came before";
        RefreshDropped "refresh-dropped" at Token, "network-reset":
            "a refresh spends its token, then the connection ends without an answer";
        RefreshOtherUser "refresh-other-user" at Token, "refresh-subject-changed":
            "a refresh brings the tokens of somebody else (an id_token shows it)";
    }
    Endpoints {
        UserinfoOtherUser "userinfo-other-user" at Token, "userinfo-sub-mismatch":
            "userinfo tells about another user than the one who signed in (asked with openid)";
        UserinfoRefused "userinfo-refused" at Token, "userinfo-refused":
            "the userinfo endpoint does not take the access token";
        RevocationRefused "revocation-refused" at Token, "revocation-failed":
            "the revocation endpoint does not revoke tokens of any kind";
        IntrospectionRefused "introspection-refused" at Token, "introspection-refused":
            "the introspection endpoint answers APIs only, as Visma's documentation has it";
        EndpointsDown "endpoints-down" at Token, "endpoint-no-answer":
            "userinfo, revocation and introspection answer 503";
    }
    Api {
        Api401 "api-401" at Requests, "api-unauthorized":
            "the API refuses the token";
        ApiNoScope "api-no-scope" at Requests, "token-scope-insufficient":
            "the API says that the token lacks a scope";
        ApiNoPro "api-no-pro" at Requests, "api-forbidden-no-pro":
            "the company has no Pro subscription";
        ApiNoProOlder "api-no-pro-48" at Requests, "api-forbidden-no-pro":
            "the company has no Pro subscription, said with the older code 48";
        ApiNoAccess "api-no-access" at Requests, "api-forbidden-role":
            "the user's role in the company is too low";
        ApiNoOrganizations "api-no-organizations" at Requests, "api-no-organizations":
            "the user belongs to no company";
        ApiNotFound "api-not-found" at Requests, "api-not-found":
            "nothing is found in a company";
        ApiNotFoundGuid "api-not-found-63" at Requests, "api-not-found":
            "what a call within a company names is not found (status 400, code 63)";
        ApiValidation "api-validation" at Requests, "api-validation":
            "a value of a call within a company is not taken (code 42)";
        ApiLimit "api-limit" at Requests, "api-limit-exceeded":
            "a value of a call within a company is beyond a limit (code 43)";
        ApiOutdated "api-outdated" at Requests, "api-timestamp-outdated":
            "what a call within a company changes was changed meanwhile (code 58)";
        ApiDuplicate "api-duplicate" at Requests, "api-duplicate":
            "what a call within a company makes is there already (code 72)";
        ApiSlow "api-slow" at Requests, "network-timeout":
            "the API stays silent";
        ApiDropped "api-dropped" at Requests, "network-reset":
            "the API ends the connection without an answer";
        Api404 "api-404" at Requests, "api-wrong-path":
            "the API knows no path: a web page with status 404";
        Api429 "api-429" at Requests, "api-rate-limited":
            "the API says: too many requests";
        Api429Bare "api-429-bare" at Requests, "api-rate-limited":
            "the API says: too many requests, and not how long to wait";
        Api413 "api-413" at Requests, "api-file-too-large":
            "the API says that what was sent is too large";
        Api480 "api-480" at Requests, "api-brown-out":
            "the path is being switched off: status 480";
        Api500 "api-500" at Requests, "api-server-error":
            "the API answers 500";
        ApiRedirect "api-redirect" at Requests, "api-refused":
            "the API sends the client elsewhere";
        ApiHtml "api-html" at Requests, "api-body-not-json":
            "a proxy answers with a web page in the API's place";
        ApiWrongType "api-wrong-type" at Requests, "api-body-not-json":
            "the API's answer says that it is a web page";
        ApiCutOff "api-cut-off" at Requests, "api-body-not-json":
            "the API's answer breaks off";
    }
}

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
