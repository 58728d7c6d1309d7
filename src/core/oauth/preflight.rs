//! Preflight: what the provider's first answer to the link says of it, before a browser is opened.
//!
//! The link is asked for once, as a browser without cookies would: nobody is signed in, so a provider that
//! takes the link shows where one signs in, and one that does not shows its error page (Duende: on
//! `/error?errorId=…`, inferred). Nothing is followed but that page, and no answer is taken.

use crate::core::wire::{CallId, Response, html};
use serde::{Deserialize, Serialize};
use url::Url;

/// Longest body that is read of either answer: 256 KiB.
pub const BODY_LIMIT: usize = 256 * 1024;

/// A preflight of a run's link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preflight {
    /// The request for the link.
    pub call: CallId,
    /// The request for the error page, when it was made.
    pub page: Option<CallId>,
    /// What came of it.
    pub result: PreflightResult,
}

/// What came of a preflight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PreflightResult {
    /// Still under way.
    Asked,
    /// The provider answered.
    Landed(Landing),
    /// No HTTP answer came; the record says why.
    NoAnswer,
}

/// Where the first answer leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Landing {
    /// To a page on which one signs in: the link was taken.
    LoginPage,
    /// To the provider's error page, or the answer is one.
    ErrorPage {
        /// The page's address, where it is of the link's own origin and was not shown at once.
        address: Option<String>,
        /// The `errorId` in its address.
        id: Option<String>,
    },
    /// Back to the redirect URI at once; a code that came along is not taken.
    Back {
        /// The error code, when it is a refusal.
        error: Option<String>,
        /// Whether it is a page that posts the answer there (`form_post`).
        form_post: bool,
    },
    /// Nothing that is known here.
    Unknown,
}

impl Landing {
    /// A few words for transcript and row.
    pub fn note(&self) -> &'static str {
        match self {
            Self::LoginPage => "login page",
            Self::ErrorPage { .. } => "error page",
            Self::Back {
                form_post: true, ..
            } => "form_post page",
            Self::Back {
                form_post: false, ..
            } => "back to us",
            Self::Unknown => "not known",
        }
    }

    /// Whether the provider says by it that it does not take the link. That somebody has to sign in or
    /// consent is what an answer without a page says of a link that is fine (OpenID Connect Core 3.1.2.6).
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::ErrorPage { .. } => true,
            Self::Back {
                error: Some(error), ..
            } => ![
                "login_required",
                "consent_required",
                "interaction_required",
                "account_selection_required",
            ]
            .contains(&error.as_str()),
            _ => false,
        }
    }
}

/// Reads the first answer to a link by its status, its Location and, where there is none, its page.
pub fn read(response: &Response, link: &str, redirect_uri: &str) -> Landing {
    let location = response.headers.get("location");
    match (response.status, location) {
        (300..=399, Some(location)) => redirected(location, link, redirect_uri),
        (200, _) => page(&response.body.to_text(), redirect_uri),
        // Duende's own errors are pages of status 200; others answer with 400 and say why.
        (400 | 401 | 422, _) => Landing::ErrorPage {
            address: None,
            id: None,
        },
        _ => Landing::Unknown,
    }
}

/// Words of a path that say where it leads, in lower case.
const LOGIN_WORDS: [&str; 6] = [
    "login",
    "signin",
    "sign-in",
    "logon",
    "consent",
    "authenticate",
];

/// Where a redirection leads.
fn redirected(location: &str, link: &str, redirect_uri: &str) -> Landing {
    let Some((link, to)) = Url::parse(link)
        .ok()
        .and_then(|link| Some((link.clone(), link.join(location).ok()?)))
    else {
        return Landing::Unknown;
    };
    if is_place(&to, redirect_uri) {
        let fields = to.query().or_else(|| to.fragment()).unwrap_or_default();
        let error = form_urlencoded::parse(fields.as_bytes())
            .find(|(name, _)| name == "error")
            .map(|(_, error)| error.into_owned());
        return Landing::Back {
            error,
            form_post: false,
        };
    }
    let path = to.path().to_lowercase();
    let field = |wanted: &str| {
        to.query_pairs()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.into_owned())
    };
    let id = field("errorId");
    if id.is_some() || path.split('/').any(|segment| segment == "error") {
        let is_own = to.origin() == link.origin();
        return Landing::ErrorPage {
            address: is_own.then(|| to.to_string()),
            id,
        };
    }
    let leads_to_login = LOGIN_WORDS.iter().any(|word| path.contains(word));
    if leads_to_login || field("ReturnUrl").is_some() {
        return Landing::LoginPage;
    }
    Landing::Unknown
}

/// What a page is that came in place of a redirection.
fn page(text: &str, redirect_uri: &str) -> Landing {
    let tags = || text.split('<').skip(1);
    let posts_back = tags()
        .filter(|tag| is_tag(tag, "form"))
        .filter_map(|tag| attribute(tag, "action"))
        .any(|action| Url::parse(&action).is_ok_and(|action| is_place(&action, redirect_uri)));
    let inputs = || tags().filter(|tag| is_tag(tag, "input"));
    if posts_back {
        let error = inputs()
            .find(|tag| attribute(tag, "name").as_deref() == Some("error"))
            .and_then(|tag| attribute(tag, "value"));
        return Landing::Back {
            error,
            form_post: true,
        };
    }
    let is_password = |tag: &&str| {
        attribute(tag, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
    };
    if inputs().any(|tag| is_password(&tag)) {
        return Landing::LoginPage;
    }
    Landing::Unknown
}

/// Whether an address is the redirect URI, whatever its query and fragment are.
fn is_place(address: &Url, redirect_uri: &str) -> bool {
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    Url::parse(redirect_uri).is_ok_and(|redirect| bare(&redirect) == bare(address))
}

/// Whether a tag, without its `<`, is of that name.
fn is_tag(tag: &str, name: &str) -> bool {
    let (start, rest) = tag.split_at_checked(name.len()).unwrap_or_default();
    start.eq_ignore_ascii_case(name) && rest.starts_with(|letter: char| letter.is_whitespace())
}

/// The quoted value of an attribute, its character references resolved.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let inside = tag.split('>').next()?;
    let lower = inside.to_ascii_lowercase();
    let start = lower
        .match_indices(name)
        .filter(|(place, _)| lower[..*place].ends_with(char::is_whitespace))
        .find_map(|(place, _)| {
            let rest = inside[place + name.len()..].trim_start();
            rest.strip_prefix('=').map(str::trim_start)
        })?;
    let quote = start
        .chars()
        .next()
        .filter(|letter| "\"'".contains(*letter))?;
    let value = start[1..].split(quote).next()?;
    Some(html::unescape(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::wire::{Body, Headers};

    const LINK: &str = "https://connect.visma.com/connect/authorize?client_id=isv_a&state=s";
    const REDIRECT_URI: &str = "http://localhost:8765/callback";

    /// What an answer of that status, Location and page is.
    fn of(status: u16, location: &str, page: &str) -> Landing {
        let mut headers = Headers::default();
        if !location.is_empty() {
            headers.push("Location", location);
        }
        let response = Response {
            status,
            reason: String::new(),
            version: "HTTP/1.1".to_owned(),
            headers,
            body: Body::text(page),
            cut: None,
        };
        read(&response, LINK, REDIRECT_URI)
    }

    /// An answer at the redirect URI.
    fn back(error: &str, form_post: bool) -> Landing {
        Landing::Back {
            error: (!error.is_empty()).then(|| error.to_owned()),
            form_post,
        }
    }

    #[test]
    fn a_page_to_sign_in_on_is_known_by_its_address_or_its_password() {
        for location in [
            "/account/login?ReturnUrl=%2Fconnect%2Fauthorize%2Fcallback",
            "https://connect.visma.com/Login",
            "https://login.example.com/oauth/signin",
            "/consent?flow=1",
            "https://connect.visma.com/start?returnUrl=%2Fx",
        ] {
            assert_eq!(of(302, location, ""), Landing::LoginPage, "{location}");
        }
        let page = "<form action=\"/go\"><INPUT name='p' type='Password'></form>";
        assert_eq!(of(200, "", page), Landing::LoginPage);
    }

    #[test]
    fn an_error_page_is_known_by_its_address_and_only_its_own_origin_is_asked_further() {
        let at = |location: &str| of(302, location, "");
        let own = Landing::ErrorPage {
            address: Some("https://connect.visma.com/error?errorId=CfDJ8-a_b".to_owned()),
            id: Some("CfDJ8-a_b".to_owned()),
        };
        assert_eq!(at("/error?errorId=CfDJ8-a_b"), own);
        assert_eq!(at("https://connect.visma.com/error?errorId=CfDJ8-a_b"), own);
        for other in [
            "https://evil.example/error?errorId=1",
            "http://connect.visma.com/home/error?errorId=1",
        ] {
            let expected = Landing::ErrorPage {
                address: None,
                id: Some("1".to_owned()),
            };
            assert_eq!(at(other), expected, "{other}");
        }
        let said = of(400, "", "<h1>unauthorized_client</h1>");
        assert!(matches!(
            said,
            Landing::ErrorPage {
                address: None,
                id: None
            }
        ));
    }

    #[test]
    fn what_comes_back_at_once_is_told_from_what_leads_near() {
        let at = |location: &str| of(303, location, "");
        assert_eq!(
            at("http://localhost:8765/callback?code=c&state=s"),
            back("", false)
        );
        assert_eq!(
            at("http://localhost:8765/callback#error=invalid_scope"),
            back("invalid_scope", false)
        );
        for near in [
            "http://localhost:8766/callback?code=c",
            "http://localhost:8765/callback/?code=c",
            "https://localhost:8765/callback?code=c",
            "https://connect.visma.com/somewhere",
            "http://[",
        ] {
            assert_eq!(at(near), Landing::Unknown, "{near}");
        }
        let form = |fields: &str| {
            let page = format!(
                "<body><form method='post' action='http://localhost:8765&#x2F;callback'>{fields}</form>"
            );
            of(200, "", &page)
        };
        assert_eq!(
            form("<input type='hidden' name='code' value='c'>"),
            back("", true)
        );
        assert_eq!(
            form("<input value=\"access_denied\" name=\"error\">"),
            back("access_denied", true)
        );
    }

    #[test]
    fn nothing_is_made_of_what_says_nothing() {
        for status in [200, 204, 302, 404, 429, 500, 503, 511] {
            assert_eq!(
                of(status, "", "<h1>Welcome</h1><form"),
                Landing::Unknown,
                "{status}"
            );
        }
    }

    #[test]
    fn to_be_asked_for_a_sign_in_is_no_refusal() {
        assert!(!back("login_required", false).is_refusal());
        assert!(!back("", true).is_refusal());
        assert!(back("invalid_scope", true).is_refusal());
        assert!(of(302, "/error", "").is_refusal());
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_panic(status in 0_u16..600, location in ".{0,40}", page in "(<|form |input |name=|action=|value=|'|\"|ø|.){0,30}") {
            of(status, &location, &page);
        }
    }
}
