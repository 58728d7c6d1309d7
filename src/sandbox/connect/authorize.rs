//! The authorize endpoint (RFC 6749 4.1.1): the checks in Duende IdentityServer's order.
//!
//! The order matters: whoever makes two mistakes is told of the first. Nearly every error ends on an error
//! page and never reaches the redirect URI.

use super::super::memory::{
    Authorization, AuthorizeRequest, Pending, ResponseMode, Session, SignIn,
};
use super::super::pages::{self, Language};
use super::super::reply::{self, Pairs};
use super::super::{ConsentMode, Sandbox, SandboxConfig};
use super::consent::{self, COOKIE};
use super::{SCOPES, USERS};
use crate::core::fault::Fault;
use axum::extract::{RawQuery, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use std::sync::Arc;
use url::Url;

/// Longest `client_id`, in characters, as are the limits below (Duende's defaults).
const CLIENT_ID_LIMIT: usize = 100;
const REDIRECT_URI_LIMIT: usize = 400;
const SCOPE_LIMIT: usize = 300;
const NONCE_LIMIT: usize = 300;

/// Values that may not be longer than so many characters (Duende's defaults).
const LENGTH_LIMITS: [(&str, usize); 4] = [
    ("nonce", NONCE_LIMIT),
    ("ui_locales", 100),
    ("login_hint", 100),
    ("acr_values", 300),
];

/// The values that `prompt` may have.
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

/// What an error page says where a fault wants it to: in the words of a provider's own page.
const REASONS: [(Fault, &str); 6] = [
    (
        Fault::PageClient,
        "unauthorized_client: Unknown client or client not enabled",
    ),
    (
        Fault::PageRedirectUri,
        "invalid_request: Invalid redirect_uri",
    ),
    (Fault::PageScope, "invalid_scope: Invalid scope"),
    (
        Fault::PageChallenge,
        "invalid_request: code challenge required",
    ),
    (
        Fault::PageResponse,
        "unsupported_response_type: Response type not supported",
    ),
    (Fault::PageOther, "Sorry, there was an error"),
];

/// The authorize endpoint.
pub(in crate::sandbox) async fn authorize(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let pairs = match head.method {
        Method::GET => Pairs::read(query.unwrap_or_default().as_bytes()),
        Method::POST if reply::is_form(&head.headers) => Pairs::read(&reply::body(body).await),
        Method::POST => return reply::bare(StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
        _ => return reply::method_not_allowed("GET, POST"),
    };
    let language = Language::of(pairs.get("ui_locales").unwrap_or_default());
    let on = REASONS.iter().find(|(fault, _)| sandbox.fails(*fault));
    let reason = on.map_or("", |(_, reason)| *reason);
    let refused = sandbox.fails(Fault::RedirectMismatch) || on.is_some();
    let Some(request) = check(&sandbox.config, &pairs, language).filter(|_| !refused) else {
        let id = sandbox.memory().report(language, reason);
        return reply::redirect(&format!("{}/error?errorId={id}", sandbox.origin));
    };
    let session = reply::cookie(&head.headers, COOKIE)
        .and_then(|cookie| sandbox.memory().session(cookie).cloned());
    ask(&sandbox, &pairs, request, session).await
}

/// Shows the next page, or answers at once where nobody is to be asked.
async fn ask(
    sandbox: &Sandbox,
    pairs: &Pairs,
    request: AuthorizeRequest,
    session: Option<Session>,
) -> Response {
    let prompts: Vec<&str> = pairs.get("prompt").unwrap_or_default().split(' ').collect();
    let sign_in = if prompts.contains(&"select_account") {
        SignIn::Choose
    } else if prompts.contains(&"login") || pairs.get("max_age") == Some("0") {
        SignIn::Again
    } else {
        SignIn::First
    };
    match sandbox.config.consent {
        ConsentMode::Ask => {}
        ConsentMode::Accept => {
            let now = sandbox.now();
            let user = sandbox.memory().likely_user(sign_in, USERS.len());
            let session = sandbox.memory().session_for(user, now);
            return consent::accept(
                sandbox,
                Authorization {
                    request,
                    session,
                    issued_at: now,
                },
            )
            .await;
        }
        ConsentMode::Cancel => return consent::refuse(sandbox, &request, "access_denied"),
    }
    if prompts.contains(&"none") {
        let error = match session {
            Some(_) => "consent_required",
            None => "login_required",
        };
        return consent::refuse(sandbox, &request, error);
    }
    let session = session.filter(|_| sign_in == SignIn::First);
    let page = match session {
        Some(_) => "/consent",
        None => "/account/login",
    };
    let id = sandbox.memory().wait_for_user(request, session, sign_in);
    reply::redirect(&format!("{}{page}?flow={id}", sandbox.origin))
}

/// The request, when nothing is wrong with it.
fn check(config: &SandboxConfig, pairs: &Pairs, language: Language) -> Option<AuthorizeRequest> {
    let limited = |name: &str, limit: usize| {
        pairs
            .get(name)
            .filter(|value| value.chars().count() <= limit)
    };
    limited("client_id", CLIENT_ID_LIMIT).filter(|id| *id == config.client_id)?;
    let redirect_uri = limited("redirect_uri", REDIRECT_URI_LIMIT)
        .filter(|given| is_registered(&config.redirect_uri, given))?;
    let hybrid = is_hybrid(pairs.get("response_type")?)?;
    let challenge = challenge(pairs)?;
    let response_mode = match pairs.get("response_mode") {
        // Visma states form_post as its default, where a plain Duende server takes query.
        None | Some("form_post") => ResponseMode::FormPost,
        // What comes with an id_token must not stand in an address (OAuth 2.0 Multiple Response Types 3.0).
        Some("query") if !hybrid => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some(_) => return None,
    };
    let scopes = scopes(limited("scope", SCOPE_LIMIT)?)?;
    let prompts = pairs.get("prompt").unwrap_or_default();
    let known = |prompt: &str| prompt.is_empty() || PROMPTS.contains(&prompt);
    let identifies =
        !hybrid || pairs.get("nonce").is_some() && scopes.iter().any(|scope| scope == "openid");
    let optional = prompts.split(' ').all(known)
        && pairs
            .get("max_age")
            .is_none_or(|age| age.parse::<u32>().is_ok())
        && LENGTH_LIMITS
            .iter()
            .all(|(name, limit)| pairs.get(name).is_none() || limited(name, *limit).is_some());
    (optional && identifies).then(|| AuthorizeRequest {
        redirect_uri: redirect_uri.to_owned(),
        response_mode,
        hybrid,
        scopes,
        state: pairs.get("state").map(str::to_owned),
        nonce: pairs.get("nonce").map(str::to_owned),
        challenge,
        language,
    })
}

/// Whether an id_token is asked for beside the code; `None` when something else is.
fn is_hybrid(response_type: &str) -> Option<bool> {
    match response_type {
        "code" => Some(false),
        "code id_token" | "id_token code" => Some(true),
        _ => None,
    }
}

/// Whether a redirect URI is the registered one, character by character; with port 0 registered on
/// loopback, any port (RFC 8252 7.3).
fn is_registered(registered: &str, given: &str) -> bool {
    if registered == given {
        return true;
    }
    let Some(prefix) = loopback_before_port_0(registered) else {
        return false;
    };
    let path = registered.strip_prefix(&format!("{prefix}0"));
    let port = path.and_then(|path| given.strip_prefix(&prefix)?.strip_suffix(path));
    port.is_some_and(|port| {
        port.parse::<u16>()
            .is_ok_and(|number| number.to_string() == port)
    })
}

/// What stands before the port of a loopback URI whose port is 0.
fn loopback_before_port_0(uri: &str) -> Option<String> {
    let parsed = Url::parse(uri).ok()?;
    let host = parsed.host_str()?;
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    (loopback && parsed.port() == Some(0)).then(|| format!("{}://{host}:", parsed.scheme()))
}

/// The S256 code challenge (RFC 7636 4.3), if any; `None` outside when it is not acceptable.
#[expect(
    clippy::option_option,
    reason = "refused, absent and present are three things"
)]
fn challenge(pairs: &Pairs) -> Option<Option<String>> {
    let Some(challenge) = pairs.get("code_challenge") else {
        return Some(None);
    };
    // Without a method `plain` is meant, which Visma's applications do not allow.
    let acceptable = (43..=128).contains(&challenge.chars().count())
        && pairs.get("code_challenge_method") == Some("S256");
    acceptable.then(|| Some(challenge.to_owned()))
}

/// The scopes, when the client may have all of them and identity scopes come with `openid`.
fn scopes(text: &str) -> Option<Vec<String>> {
    let scopes: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let allowed = scopes.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    let identity = has("openid") || !(has("profile") || has("email"));
    (allowed && identity && !scopes.is_empty()).then_some(scopes)
}

/// The page on which nearly all errors end; what was wrong stays with the provider.
pub(in crate::sandbox) async fn error(
    State(sandbox): State<Arc<Sandbox>>,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs = Pairs::read(query.unwrap_or_default().as_bytes());
    let id = pairs.get("errorId").unwrap_or_default();
    let known = sandbox.memory().error(id);
    let (language, reason) = known.unwrap_or((Language::English, ""));
    reply::page(StatusCode::OK, pages::error(language, id, reason), None)
}

/// The request of a page's `flow`, signed in or not.
pub(super) fn pending(sandbox: &Sandbox, pairs: &Pairs) -> Option<Pending> {
    sandbox.memory().pending(pairs.get("flow")?).cloned()
}

#[cfg(test)]
mod tests {
    use super::is_registered;

    #[test]
    fn a_redirect_uri_is_compared_character_by_character() {
        let registered = "https://example.com:8443/Callback";
        assert!(is_registered(registered, registered));
        for other in [
            "https://example.com:8443/callback",
            "https://example.com:8443/Callback/",
            "https://example.com/Callback",
            "http://example.com:8443/Callback",
        ] {
            assert!(!is_registered(registered, other), "{other}");
        }
    }

    #[test]
    fn port_0_on_loopback_stands_for_any_port() {
        let registered = "http://localhost:0/callback";
        assert!(is_registered(registered, "http://localhost:41234/callback"));
        for other in [
            "http://localhost/callback",
            "http://localhost:/callback",
            "http://localhost:041/callback",
            "http://localhost:70000/callback",
            "http://localhost:1@evil.example/callback",
            "http://127.0.0.1:41234/callback",
            "http://localhost:41234/callback?x=1",
            "https://localhost:41234/callback",
        ] {
            assert!(!is_registered(registered, other), "{other}");
        }
        assert!(!is_registered(
            "http://example.com:0/c",
            "http://example.com:80/c"
        ));
    }
}
