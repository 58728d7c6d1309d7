//! What the sandbox remembers between two requests: requests under way, sessions, codes, refresh tokens, and the
//! books of the companies.
//!
//! Apart from the endpoints, because single use and rotation are rules about memory, not about HTTP.

use super::dinero::Books;
use super::pages::Language;
use crate::core::secret::Entropy;
use jiff::Timestamp;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Lifetime of an authorization code in seconds (the default of Duende IdentityServer).
pub(super) const CODE_SECONDS: i64 = 300;

/// How the answer is brought to the redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResponseMode {
    /// As an auto-submitted form.
    FormPost,
    /// In the query of a redirect.
    Query,
    /// Behind the `#` of a redirect.
    Fragment,
}

/// An authorize request that passed the checks.
#[derive(Debug, Clone)]
pub(super) struct AuthorizeRequest {
    pub(super) redirect_uri: String,
    pub(super) response_mode: ResponseMode,
    /// Whether an id_token is to come with the code (OpenID Connect Core 3.3).
    pub(super) hybrid: bool,
    pub(super) scopes: Vec<String>,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<String>,
    pub(super) language: Language,
}

/// A signed-in user.
#[derive(Debug, Clone)]
pub(super) struct Session {
    /// Index into the seeded users.
    pub(super) user: usize,
    pub(super) sid: String,
    pub(super) signed_in_at: Timestamp,
}

/// A request that waits for the user.
#[derive(Debug, Clone)]
pub(super) struct Pending {
    pub(super) request: AuthorizeRequest,
    pub(super) session: Option<Session>,
    pub(super) sign_in: SignIn,
}

/// How the sign-in page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignIn {
    /// Who are you?
    First,
    /// Once more, although somebody is signed in (`prompt=login`, `max_age=0`).
    Again,
    /// Which account (`prompt=select_account`)?
    Choose,
}

/// What a code or a refresh token stands for.
#[derive(Debug, Clone)]
pub(super) struct Authorization {
    pub(super) request: AuthorizeRequest,
    pub(super) session: Session,
    pub(super) issued_at: Timestamp,
}

/// What became of a refresh token that was presented.
#[derive(Debug)]
pub(super) enum Refresh {
    /// It was good, and is spent now.
    Taken(Box<Authorization>),
    /// It is good, but not for that: left as it is.
    TooWide,
    /// Never heard of, or revoked.
    Unknown,
    /// Spent before: everything of that client and user is revoked now.
    Replayed,
}

/// A one-time refresh token.
struct RefreshToken {
    authorization: Authorization,
    spent: bool,
}

/// The memory. It is never printed: codes and tokens stand in it as they are.
pub(super) struct Memory {
    entropy: Entropy,
    pending: HashMap<String, Pending>,
    sessions: HashMap<String, Session>,
    /// Who signed in last, in whatever browser.
    last_user: Option<usize>,
    codes: HashMap<String, Authorization>,
    refresh_tokens: HashMap<String, RefreshToken>,
    /// What an error page says, and in which language.
    errors: HashMap<String, (Language, &'static str)>,
    /// The books of the companies that were asked about.
    books: HashMap<u32, Books>,
}

impl Memory {
    /// An empty one.
    pub(super) fn new(entropy: Entropy) -> Self {
        Self {
            entropy,
            pending: HashMap::new(),
            sessions: HashMap::new(),
            last_user: None,
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            errors: HashMap::new(),
            books: HashMap::new(),
        }
    }

    /// 64 hexadecimal characters that nobody can guess.
    pub(super) fn handle(&mut self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.entropy.draw() {
            let _ = write!(text, "{byte:02X}");
        }
        text
    }

    /// The books of a company, opened when they are first asked for.
    pub(super) fn books(&mut self, organization: u32) -> &mut Books {
        self.books
            .entry(organization)
            .or_insert_with(|| Books::open(organization, Entropy::from_seed(self.entropy.draw())))
    }

    /// Keeps a request until the user decides; its id.
    pub(super) fn wait_for_user(
        &mut self,
        request: AuthorizeRequest,
        session: Option<Session>,
        sign_in: SignIn,
    ) -> String {
        let id = self.handle();
        let pending = Pending {
            request,
            session,
            sign_in,
        };
        self.pending.insert(id.clone(), pending);
        id
    }

    /// Who most likely signs in, of so many users: the first; where one is asked once more, somebody else
    /// than the last time.
    pub(super) fn likely_user(&self, sign_in: SignIn, users: usize) -> usize {
        match (sign_in, self.last_user) {
            (SignIn::Again | SignIn::Choose, Some(last)) => (last + 1) % users,
            _ => 0,
        }
    }

    /// The request of that id.
    pub(super) fn pending(&self, id: &str) -> Option<&Pending> {
        self.pending.get(id)
    }

    /// Takes the request of that id out: it is decided once.
    pub(super) fn decide(&mut self, id: &str) -> Option<Pending> {
        self.pending.remove(id)
    }

    /// Signs a user in for a request that waits; the value of the session cookie.
    pub(super) fn sign_in(&mut self, id: &str, user: usize, now: Timestamp) -> Option<String> {
        let session = self.session_for(user, now);
        self.pending.get_mut(id)?.session = Some(session.clone());
        let cookie = self.handle();
        self.sessions.insert(cookie.clone(), session);
        Some(cookie)
    }

    /// A new session of a user.
    pub(super) fn session_for(&mut self, user: usize, now: Timestamp) -> Session {
        self.last_user = Some(user);
        Session {
            user,
            sid: self.handle(),
            signed_in_at: now,
        }
    }

    /// The session of a cookie.
    pub(super) fn session(&self, cookie: &str) -> Option<&Session> {
        self.sessions.get(cookie)
    }

    /// A single-use code.
    pub(super) fn issue_code(&mut self, authorization: Authorization) -> String {
        let code = self.handle();
        self.codes.insert(code.clone(), authorization);
        code
    }

    /// Takes a code out, whatever becomes of the exchange: a failed one burns it.
    pub(super) fn burn_code(&mut self, code: &str) -> Option<Authorization> {
        self.codes.remove(code)
    }

    /// A one-time refresh token.
    pub(super) fn issue_refresh_token(&mut self, authorization: Authorization) -> String {
        let token = self.handle();
        let kept = RefreshToken {
            authorization,
            spent: false,
        };
        self.refresh_tokens.insert(token.clone(), kept);
        token
    }

    /// Presents a refresh token for these scopes (all that were granted, when none are named).
    pub(super) fn spend_refresh_token(&mut self, token: &str, scopes: &[String]) -> Refresh {
        let Some(kept) = self.refresh_tokens.get_mut(token) else {
            return Refresh::Unknown;
        };
        if kept.spent {
            let user = kept.authorization.session.user;
            self.refresh_tokens
                .retain(|_, other| other.authorization.session.user != user);
            return Refresh::Replayed;
        }
        let granted = &kept.authorization.request.scopes;
        if scopes.iter().any(|scope| !granted.contains(scope)) {
            return Refresh::TooWide;
        }
        kept.spent = true;
        Refresh::Taken(Box::new(kept.authorization.clone()))
    }

    /// Revokes a refresh token (RFC 7009 2.1), and with it every other one of the same sign-in: whoever wants
    /// it back must ask the user. One that is not known changes nothing.
    pub(super) fn revoke_refresh_token(&mut self, token: &str) {
        let Some(kept) = self.refresh_tokens.get(token) else {
            return;
        };
        let sid = kept.authorization.session.sid.clone();
        self.refresh_tokens
            .retain(|_, other| other.authorization.session.sid != sid);
    }

    /// What a refresh token stands for that was neither spent nor revoked.
    pub(super) fn refresh_token(&self, token: &str) -> Option<&Authorization> {
        let kept = self.refresh_tokens.get(token)?;
        (!kept.spent).then_some(&kept.authorization)
    }

    /// Remembers in what language an error is told; its id.
    pub(super) fn report(&mut self, language: Language, reason: &'static str) -> String {
        // What ASP.NET's data protection makes always begins like this.
        let id = format!("CfDJ8{}{}", self.handle(), self.handle());
        self.errors.insert(id.clone(), (language, reason));
        id
    }

    /// The language of an error, and its reason where the page says one.
    pub(super) fn error(&self, id: &str) -> Option<(Language, &'static str)> {
        self.errors.get(id).copied()
    }
}
