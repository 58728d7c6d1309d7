//! Puts what was recognised where the program's own records would be, and asks the rules.

use super::Item;
use super::guess::guessed;
use crate::core::diagnose::{Evidence, Finding, Severity, diagnose};
use crate::core::oauth::callback::{Arrival, Expected, Hit, Verdict, answer, judge, pairs};
use crate::core::oauth::changes::Changes;
use crate::core::oauth::flow::{Browser, Run, RunPhase};
use crate::core::oauth::held::{HeldGrant, RefreshEnd};
use crate::core::oauth::link::{Fresh, LinkChanges, Parameter};
use crate::core::oauth::refresh::RefreshOutcome;
use crate::core::oauth::{Step, grant, pkce};
use crate::core::profile::{Profile, ResponseMode};
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId};
use crate::core::token::{Grant, import, jwt, origin_of};
use crate::core::wire::redact::Mask;
use crate::core::wire::{
    Body, CallId, Direction, Headers, Outcome, Purpose, Record, Request, Response, Timing,
};
use jiff::Timestamp;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Everything that was pasted, as evidence.
pub(super) struct Bench {
    now: Timestamp,
    profile: Profile,
    compared: Option<Profile>,
    link: Option<String>,
}

impl Bench {
    /// A bench for these items: the profile that was given, else one that is guessed from them.
    pub(super) fn of(items: &[Item], profile: Option<&Profile>, now: Timestamp) -> Self {
        let link = items.iter().find_map(|item| match item {
            Item::Link(link) => Some(link.clone()),
            _ => None,
        });
        let guessed = guessed(items, link.as_deref());
        let compared = profile.cloned();
        let profile = match profile {
            Some(given) => Profile {
                provider: given.provider.clone(),
                api: given.api.clone(),
                ..guessed
            },
            None => guessed,
        };
        Self {
            now,
            profile,
            compared,
            link,
        }
    }

    /// What the rules find in all of it, in the order of the flow.
    pub(super) fn findings(&self, items: &[Item], mask: &Mask) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        // The first token request with each code: a later one posts it again.
        let mut posted: HashMap<String, &Item> = HashMap::new();
        for item in items {
            let before = posted_code(item).and_then(|code| match posted.entry(code) {
                Entry::Occupied(first) => Some(*first.get()),
                Entry::Vacant(place) => {
                    place.insert(item);
                    None
                }
            });
            for finding in self.of_item(item, before, items, mask) {
                if !findings.iter().any(|known| known.rule == finding.rule) {
                    findings.push(finding);
                }
            }
        }
        // The page says only that the link was refused; what is wrong with the link says why.
        let why = findings
            .iter()
            .any(|finding| finding.step == Step::Link && finding.severity == Severity::Error);
        if why {
            findings.retain(|finding| finding.rule != "error-page-unknown");
        }
        findings
    }

    /// The calls that were answered with what is wanted: one may say what another lacked.
    fn answered_calls(&self, items: &[Item]) -> Vec<Record> {
        let answered = items.iter().filter_map(|item| match item {
            Item::Call(Some(request), Some(response)) if response.status == 200 => {
                let outcome = Outcome::Response(response.clone());
                Some(record(Purpose::Api, request.clone(), outcome, self.now))
            }
            _ => None,
        });
        answered.collect()
    }

    /// The record of an earlier token request.
    fn posted_before(&self, item: &Item) -> Option<Record> {
        let Item::Exchange(Some(request), response) = item else {
            return None;
        };
        let outcome = response.clone().map_or(Outcome::Pending, Outcome::Response);
        Some(Record {
            call: CallId(CALL.0 + 1),
            ..record(Purpose::Exchange, request.clone(), outcome, self.now)
        })
    }

    /// What the rules find in one item, of all that were pasted; `before` posted the same code.
    fn of_item(
        &self,
        item: &Item,
        before: Option<&Item>,
        items: &[Item],
        mask: &Mask,
    ) -> Vec<Finding> {
        let mut case = Case::new(self);
        let step = match item {
            Item::Link(_) => Step::Link,
            Item::Answer {
                fields, arrival, ..
            } => {
                case.answer(self, fields, *arrival);
                Step::Callback
            }
            Item::ErrorPage(page) => {
                case.page = Some(page.clone());
                Step::Consent
            }
            Item::Exchange(request, response) => {
                case.transcript
                    .extend(before.and_then(|it| self.posted_before(it)));
                case.exchange(self, request.as_ref(), response.as_ref())
            }
            Item::Call(request, response) => {
                case.transcript = self.answered_calls(items);
                case.call(self, request.as_ref(), response.as_ref());
                Step::Requests
            }
            Item::Token(token) | Item::Opaque(token) => {
                case.token(self, token);
                Step::Token
            }
        };
        case.findings(self, step, mask)
    }
}

/// The code that a token request posts.
fn posted_code(item: &Item) -> Option<String> {
    match item {
        Item::Exchange(Some(request), _) => field(request, "code"),
        _ => None,
    }
}

/// One item as evidence.
struct Case {
    run: Run,
    transcript: Vec<Record>,
    grant: Option<Grant>,
    held: Option<HeldGrant>,
    api: Option<Record>,
    page: Option<String>,
    profile: Profile,
}

/// The call that stands for what was pasted.
const CALL: CallId = CallId(1);

impl Case {
    /// The link, if there is one, and nothing else.
    fn new(bench: &Bench) -> Self {
        let parameters = bench.link.as_deref().map(parameters).unwrap_or_default();
        let value = |name: &str| {
            let row = parameters.iter().find(|row: &&Parameter| row.name == name);
            row.map(|row| row.value.clone()).unwrap_or_default()
        };
        Self {
            run: Run {
                error_page: None,
                preflight: None,
                number: 1,
                phase: RunPhase::Ready,
                started_at: None,
                fresh: Fresh {
                    state: value("state"),
                    nonce: value("nonce"),
                    verifier: None,
                },
                redirect_uri: value("redirect_uri"),
                link: bench.link.clone().unwrap_or_default(),
                parameters,
                addresses: Vec::new(),
                without_ipv6: false,
                certificate: None,
                relay: None,
                opens_address: false,
                surroundings: None,
                waiting: None,
                browser: Browser::NotOpened,
                hits: Vec::new(),
                answer: None,
                answer_checked: None,
                token_checked: None,
                link_changes: LinkChanges::default(),
                link_rows: Vec::new(),
                changes: Changes::default(),
                answered_at: Some(bench.now),
                exchange: None,
            },
            transcript: Vec::new(),
            grant: None,
            held: None,
            api: None,
            page: None,
            profile: bench.profile.clone(),
        }
    }

    /// An answer at the redirect URI. Without the link, its own state is taken for the right one.
    fn answer(&mut self, bench: &Bench, fields: &str, arrival: Arrival) {
        let (mut answer, twice) = answer(&pairs(fields));
        if arrival == Arrival::Pasted {
            // A program printed it, and not all of it: what it left out is no fault of the answer.
            answer
                .state
                .get_or_insert_with(|| self.run.fresh.state.clone());
        }
        if bench.link.is_none() {
            self.run.fresh.state = answer.state.clone().unwrap_or_default();
            self.profile.authorize.response_mode = match arrival {
                Arrival::FormPost => ResponseMode::FormPost,
                Arrival::Fragment => ResponseMode::Fragment,
                Arrival::Query | Arrival::Pasted => ResponseMode::Query,
            };
        }
        let expected = Expected {
            state: &self.run.fresh.state,
            issuer: self.profile.provider.issuer.as_deref(),
            taken: None,
            open: true,
        };
        let verdict = judge(&answer, twice, &expected);
        self.run.phase = match verdict {
            Verdict::Captured => RunPhase::Answered,
            Verdict::Refused => RunPhase::Refused,
            _ => RunPhase::Waiting,
        };
        if matches!(verdict, Verdict::Captured | Verdict::Refused) {
            self.run.answer = Some((answer.clone(), arrival, CALL));
        }
        self.run.hits.push(Hit {
            older: None,
            call: CALL,
            at: bench.now,
            // A form without fields was seen to be one; whatever else, it was pasted here.
            arrival: match arrival {
                Arrival::FormPost if fields.is_empty() => Arrival::FormPost,
                _ => Arrival::Pasted,
            },
            verdict,
            answer,
        });
    }

    /// A token request, its answer, or both.
    fn exchange(
        &mut self,
        bench: &Bench,
        request: Option<&Request>,
        response: Option<&Response>,
    ) -> Step {
        let request = request.cloned().unwrap_or_else(nothing);
        if bench.link.is_none() {
            self.run.parameters = implied(&request);
        }
        let outcome = response
            .cloned()
            .map_or(Outcome::Pending, Outcome::Response);
        let record = record(Purpose::Exchange, request, outcome, bench.now);
        let of_refresh = field(&record.request, "grant_type").as_deref() == Some("refresh_token");
        self.run.exchange = Some(CALL);
        let mut step = Step::Exchange;
        if response.is_some() {
            let asked: Vec<String> = Vec::new();
            let origin = origin_of(&self.profile.api.base_url).unwrap_or_default();
            match grant::read(&record.outcome, &asked, &origin, bench.now) {
                Ok(mut grant) => {
                    // Without a link what was asked is not known; what is said to be granted was asked for.
                    grant.asked = match &bench.link {
                        Some(_) if !of_refresh => self.asked(),
                        _ => grant.scopes.clone(),
                    };
                    self.run.phase = RunPhase::Authorized;
                    self.profile.scopes.clone_from(&grant.scopes);
                    self.grant = Some(grant);
                    step = Step::Token;
                }
                Err(trouble) if of_refresh => {
                    self.held = Some(refused_refresh(bench, trouble));
                    step = Step::Token;
                }
                Err(trouble) => self.run.phase = RunPhase::ExchangeFailed(trouble),
            }
        }
        self.transcript.push(record);
        step
    }

    /// The scopes of the link.
    fn asked(&self) -> Vec<String> {
        let rows = self.run.parameters.iter();
        let scope = rows.filter(|row| row.name == "scope");
        let words = scope.flat_map(|row| row.value.split_whitespace());
        words.map(str::to_owned).collect()
    }

    /// A call of an API, its answer, or both.
    fn call(&mut self, bench: &Bench, request: Option<&Request>, response: Option<&Response>) {
        let request = request.cloned().unwrap_or_else(nothing);
        let bearer = request
            .headers
            .get("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .map(Secret::new);
        if let Some(token) = bearer.filter(|token| jwt::decode(token.expose()).is_ok()) {
            self.token(bench, &token);
        }
        let outcome = response
            .cloned()
            .map_or(Outcome::Pending, Outcome::Response);
        let record = record(Purpose::Api, request, outcome, bench.now);
        self.transcript.push(record.clone());
        self.api = Some(record);
    }

    /// A JWT.
    fn token(&mut self, bench: &Bench, token: &Secret) {
        let claims = jwt::decode(token.expose()).map(|jwt| jwt.claims);
        let of_dinero = claims.as_ref().is_ok_and(|claims| {
            claims
                .get("scope")
                .is_some_and(|scope| scope.to_string().contains("dineropublicapi:"))
        });
        let origin = origin_of(&self.profile.api.base_url).unwrap_or_default();
        let made = import::grant(import::TokenKind::Access, token, &origin, bench.now);
        let time = |name: &str| {
            let claims = claims.as_ref().ok()?;
            claims.get(name)?.as_i64()
        };
        let made = match (time("iat").or_else(|| time("nbf")), time("exp")) {
            (Some(begin), Some(end)) => Grant {
                expires_in: u64::try_from(end.saturating_sub(begin)).ok(),
                obtained_at: Timestamp::from_second(begin).unwrap_or(bench.now),
                ..made
            },
            _ => Grant {
                // Without times nothing is said about them.
                expires_in: made.expires_in.or(Some(3600)),
                ..made
            },
        };
        if !of_dinero {
            self.profile.provider.preset = None;
        }
        self.grant = Some(made);
    }

    /// What the rules find.
    fn findings(&self, bench: &Bench, step: Step, mask: &Mask) -> Vec<Finding> {
        let evidence = |step| Evidence {
            step,
            now: bench.now,
            mask,
            profile: &self.profile,
            client_secret: None,
            run: &self.run,
            transcript: &self.transcript,
            grant: self.grant.as_ref(),
            held: self.held.as_ref(),
            api: self.api.as_ref(),
            pasted: true,
            metadata: None,
            compared: bench.compared.as_ref(),
            page: self.page.as_deref(),
        };
        let mut findings = Vec::new();
        if step == Step::Token && self.run.exchange.is_some() {
            findings = diagnose(&evidence(Step::Exchange));
        }
        findings.extend(diagnose(&evidence(step)));
        if step == Step::Requests && self.grant.is_some() && !self.is_answered() {
            findings.extend(diagnose(&evidence(Step::Token)));
        }
        findings
    }

    /// Whether the call has an answer.
    fn is_answered(&self) -> bool {
        self.api
            .as_ref()
            .is_some_and(|record| record.outcome.response().is_some())
    }
}

/// A refresh that was refused.
fn refused_refresh(bench: &Bench, trouble: grant::TokenTrouble) -> HeldGrant {
    let token = Secret::new("");
    let spent = import::grant(import::TokenKind::Refresh, &token, "", bench.now);
    let client = Client {
        token_url: String::new(),
        client_id: String::new(),
    };
    HeldGrant {
        refresh: Some(RefreshEnd {
            at: bench.now,
            call: Some(CALL),
            outcome: RefreshOutcome::Refused(trouble),
            in_the_dark: None,
        }),
        ..HeldGrant::new(GrantId::of([0; 32]), client, spent)
    }
}

/// A message that was not pasted.
fn nothing() -> Request {
    Request {
        method: String::new(),
        url: String::new(),
        headers: Headers::default(),
        body: Body::default(),
    }
}

/// A record of what was pasted.
fn record(purpose: Purpose, request: Request, outcome: Outcome, now: Timestamp) -> Record {
    Record {
        call: CALL,
        purpose,
        direction: Direction::Outgoing,
        at: now,
        request,
        outcome,
        timing: Timing::default(),
        peer: None,
        connection: crate::core::wire::Connection::default(),
        note: String::new(),
    }
}

/// A field of a form.
fn field(request: &Request, name: &str) -> Option<String> {
    form_urlencoded::parse(&request.body.0)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// The parameters of a link, as they stand in its query.
pub(super) fn parameters(link: &str) -> Vec<Parameter> {
    let query = link.split_once('?').map_or("", |(_, query)| query);
    pairs(query)
        .into_iter()
        .map(|(name, value)| Parameter {
            name,
            value,
            meaning: "",
        })
        .collect()
}

/// What the link must have said for a token request to fit it: nothing is held against a request whose link
/// is not known.
fn implied(request: &Request) -> Vec<Parameter> {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| {
        rows.push(Parameter {
            name: name.to_owned(),
            value,
            meaning: "",
        });
    };
    if let Some(uri) = field(request, "redirect_uri") {
        row("redirect_uri", uri);
    }
    if let Some(verifier) = field(request, "code_verifier") {
        row("code_challenge", pkce::challenge(&Secret::new(verifier)));
        row("code_challenge_method", "S256".to_owned());
    }
    rows
}
