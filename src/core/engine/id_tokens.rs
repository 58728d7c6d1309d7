//! id_tokens are checked before their tokens are used: with the provider's keys, fetched when they are
//! needed, and once more when the key is not among them.
//!
//! ```text
//! answer with id_token ─► keys known? ─► checks ─► pass ─► the grant is taken
//!                            │  ▲                  fail ─► it is held back; the user may override
//!                            ▼  │
//!                        fetch the keys
//! ```
//!
//! A run that is left meanwhile changes nothing about that: tokens that pass are kept, others are dropped.

use super::message::Effect;
use super::{Engine, Released};
use crate::core::oauth::RunPhase;
use crate::core::profile::KeepTokens;
use crate::core::secret::Secret;
use crate::core::token::Grant;
use crate::core::token::id_token::{Check, Checked, Expected, all_pass, checks};
use crate::core::token::jwks::{self, KeySet};
use crate::core::token::signature::{Keys, SignatureTrouble, Signed, verify};
use crate::core::wire::{CallId, Outcome, Purpose, Record};
use jiff::Timestamp;

/// Largest set of keys that is read, in bytes.
const KEYS_LIMIT: usize = 1024 * 1024;

/// What an id_token is measured against, taken when its run went out: the profile may be another meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    issuer: Option<String>,
    client_id: String,
    nonce: Option<String>,
    jwks_url: Option<String>,
    registered: Option<String>,
    client_secret: Option<Secret>,
    code: Option<Secret>,
}

/// Tokens that wait for the keys.
#[derive(Debug)]
pub(super) struct Waiting {
    run: u64,
    owner: Released,
    grant: Grant,
    /// The fetch that is awaited.
    call: CallId,
    /// How often the keys were fetched for it.
    tries: u8,
}

/// What is known of keys and of tokens that wait for them.
#[derive(Debug, Default)]
pub(super) struct IdTokens {
    /// Fetched keys by their address.
    keys: Vec<(String, KeySet)>,
    /// Tokens of this run or of one that was left.
    waiting: Vec<Waiting>,
    /// Tokens of this run that were held back.
    refused: Option<(Released, Grant)>,
    /// The fetch for the id_token that came through the browser, and which one it is.
    front: Option<(CallId, u8)>,
    /// The fetch for the access token's signature, and which one it is.
    access: Option<(CallId, u8)>,
    /// What is known of an access token's signature.
    signature: Option<(Secret, Result<Signed, SignatureTrouble>)>,
}

impl Engine {
    /// Whether keys are awaited, for the id_token that came through the browser.
    pub fn is_checking_answer(&self) -> bool {
        self.id_tokens.front.is_some()
    }

    /// What is known of the signature of the access token in use; `None` before it was asked for.
    pub fn access_token_signature(&self) -> Option<&Result<Signed, SignatureTrouble>> {
        let grant = self.grant()?;
        let (token, result) = self.id_tokens.signature.as_ref()?;
        (*token == grant.access_token).then_some(result)
    }

    /// Whether tokens wait for keys, and whether any of them are to be kept.
    pub(super) fn waits_for_keys(&self) -> bool {
        !self.id_tokens.waiting.is_empty()
    }

    /// The same, of tokens that are to be kept beyond this program run.
    pub(super) fn keeps_after_keys(&self) -> bool {
        let kept = |waiting: &Waiting| waiting.owner.keep != KeepTokens::Memory;
        self.id_tokens.waiting.iter().any(kept)
    }

    /// What the id_tokens of the run in view are measured against.
    pub(super) fn measure(&self) -> Option<Measure> {
        let profile = self.profile.as_ref()?;
        let sent = self.run.parameters.iter().find(|row| row.name == "nonce");
        let answer = self.run.answer.as_ref().map(|(answer, ..)| answer);
        Some(Measure {
            issuer: profile.provider.issuer.clone(),
            client_id: profile.client_id.clone(),
            nonce: sent.map(|row| row.value.clone()),
            jwks_url: profile.provider.endpoints.jwks_url.clone(),
            registered: profile.exchange.id_token_signed_response_alg.clone(),
            client_secret: self.client_secret(),
            code: answer.and_then(|answer| answer.code.clone()),
        })
    }

    /// Takes a grant that has just come, once its id_token has passed.
    pub(super) fn take_checked(
        &mut self,
        now: Timestamp,
        run: u64,
        owner: Released,
        grant: Grant,
    ) -> Vec<Effect> {
        let tries = self.tries_before(owner.measure.as_ref());
        self.judge_tokens(now, run, owner, grant, tries)
    }

    /// Judges the id_token that came with tokens; fetches keys where they are missing.
    fn judge_tokens(
        &mut self,
        now: Timestamp,
        run: u64,
        owner: Released,
        grant: Grant,
        tries: u8,
    ) -> Vec<Effect> {
        let (Some(id_token), Some(measure)) = (&grant.id_token, &owner.measure) else {
            return self.accept(run, owner, grant, None);
        };
        let expected = self.expected(now, measure, Some(&grant.access_token), false);
        let checks = checks(id_token, &expected);
        if let Some(url) = self.wants_keys(measure, &checks, tries) {
            let (call, effect) = self.fetch_keys(now, url);
            if run == self.run.number {
                self.run.phase = RunPhase::CheckingIdToken;
            }
            self.id_tokens.waiting.push(Waiting {
                run,
                owner,
                grant,
                call,
                tries: tries + 1,
            });
            return vec![effect];
        }
        self.decide(run, owner, grant, checks)
    }

    /// How often the keys at hand count as fetched: those of an earlier token are looked up first.
    fn tries_before(&self, measure: Option<&Measure>) -> u8 {
        let has_keys = measure.is_some_and(|measure| self.keys_of(measure).is_some());
        u8::from(has_keys)
    }

    /// Where keys are to be fetched, when a check wants one that is not there: a first time, and once more,
    /// for a provider may have changed its keys just before it signed.
    fn wants_keys(&self, measure: &Measure, checks: &[Check], tries: u8) -> Option<String> {
        let unknown = checks
            .iter()
            .any(|check| check.rule == "id-token-key-unknown");
        let may = tries == 0 || tries == 1 && self.keys_of(measure).is_some();
        measure.jwks_url.clone().filter(|_| unknown && may)
    }

    /// Whether the code may not be used, or not yet, for the id_token that came with it.
    pub fn answer_is_held_back(&self) -> bool {
        let answer = self.run.answer.as_ref();
        let has_one = answer.is_some_and(|(answer, ..)| answer.id_token.is_some());
        let checked = self.run.answer_checked.as_ref();
        has_one && checked.is_none_or(Checked::is_refused)
    }

    /// Whether the id_token that came through the browser still has to be checked, and has not begun.
    pub(super) fn front_is_due(&self) -> bool {
        let has_one = self
            .run
            .answer
            .as_ref()
            .is_some_and(|(answer, ..)| answer.id_token.is_some());
        self.run.phase == RunPhase::Answered
            && has_one
            && self.run.answer_checked.is_none()
            && self.id_tokens.front.is_none()
    }

    /// Checks the id_token that came through the browser, before its code is used (OpenID Connect Core
    /// 3.3.2.12).
    pub(super) fn check_front(&mut self, now: Timestamp) -> Vec<Effect> {
        let tries = self.tries_before(self.measure().as_ref());
        self.judge_front(now, tries)
    }

    /// Judges it; fetches keys where they are missing.
    fn judge_front(&mut self, now: Timestamp, tries: u8) -> Vec<Effect> {
        let answer = self.run.answer.as_ref();
        let token = answer.and_then(|(answer, ..)| answer.id_token.clone());
        let (Some(measure), Some(token)) = (self.measure(), token) else {
            return Vec::new();
        };
        let checks = checks(&token, &self.expected(now, &measure, None, true));
        if let Some(url) = self.wants_keys(&measure, &checks, tries) {
            let (call, effect) = self.fetch_keys(now, url);
            self.id_tokens.front = Some((call, tries + 1));
            return vec![effect];
        }
        self.run.answer_checked = Some(Checked {
            checks,
            overridden: false,
        });
        Vec::new()
    }

    /// The provider's keys were fetched, or could not be.
    pub(super) fn keys_answered(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        let call = record.call;
        let url = record.request.url.clone();
        match keys_in(&record.outcome) {
            Some(set) => {
                record.note = match set.keys.len() {
                    1 => "1 signing key".to_owned(),
                    several => format!("{several} signing keys"),
                };
                self.id_tokens.keys.retain(|(known, _)| *known != url);
                self.id_tokens.keys.push((url, set));
            }
            None => "no signing keys".clone_into(&mut record.note),
        }
        self.settle(record);
        let mut effects = Vec::new();
        let awaited = |(known, _): &mut (CallId, u8)| *known == call;
        if let Some((_, tries)) = self.id_tokens.front.take_if(awaited)
            && self.run.phase == RunPhase::Answered
        {
            effects.extend(self.judge_front(now, tries));
        }
        if let Some((_, tries)) = self.id_tokens.access.take_if(awaited) {
            effects.extend(self.judge_access(now, tries));
        }
        let (ready, waiting) = std::mem::take(&mut self.id_tokens.waiting)
            .into_iter()
            .partition(|waiting| waiting.call == call);
        self.id_tokens.waiting = waiting;
        for one in ready {
            effects.extend(self.judge_tokens(now, one.run, one.owner, one.grant, one.tries));
        }
        effects
    }

    /// Asks for the keys once more, for tokens that were held back.
    pub(super) fn check_again(&mut self, now: Timestamp) -> Vec<Effect> {
        let Some((owner, grant)) = self.id_tokens.refused.take() else {
            return Vec::new();
        };
        let url = owner
            .measure
            .as_ref()
            .and_then(|measure| measure.jwks_url.clone());
        self.id_tokens
            .keys
            .retain(|(known, _)| Some(known) != url.as_ref());
        self.take_checked(now, self.run.number, owner, grant)
    }

    /// Uses what a failed check held back, because the user says so.
    pub(super) fn override_checks(&mut self) -> Vec<Effect> {
        if let Some((owner, grant)) = self.id_tokens.refused.take() {
            let checked = self.run.token_checked.take().map(|checked| Checked {
                overridden: true,
                ..checked
            });
            return self.accept(self.run.number, owner, grant, checked);
        }
        if let Some(checked) = &mut self.run.answer_checked {
            checked.overridden = true;
        }
        Vec::new()
    }

    /// Whether something was held back that the user may take all the same.
    pub(super) fn can_override(&self) -> bool {
        let refused = self
            .run
            .answer_checked
            .as_ref()
            .is_some_and(Checked::is_refused);
        self.id_tokens.refused.is_some() || refused && self.run.phase == RunPhase::Answered
    }

    /// Whether tokens were held back for want of keys or of a check that passes.
    pub(super) fn has_refused_tokens(&self) -> bool {
        self.id_tokens.refused.is_some()
    }

    /// The run is left: what it held back is dropped.
    pub(super) fn leave_checks(&mut self) {
        self.id_tokens.refused = None;
        self.id_tokens.front = None;
    }

    /// Whether the signature of the access token in use can be checked.
    pub(super) fn can_check_signature(&self) -> bool {
        let is_jwt = self
            .grant()
            .is_some_and(|grant| grant.access_token.expose().split('.').count() == 3);
        let profile = self.profile.as_ref();
        let has_keys = profile.is_some_and(|it| it.provider.endpoints.jwks_url.is_some());
        is_jwt && has_keys && self.id_tokens.access.is_none()
    }

    /// Checks the signature of the access token in use.
    pub(super) fn check_signature(&mut self, now: Timestamp) -> Vec<Effect> {
        let tries = self.tries_before(self.measure().as_ref());
        self.judge_access(now, tries)
    }

    /// Judges it; fetches keys where they are missing.
    fn judge_access(&mut self, now: Timestamp, tries: u8) -> Vec<Effect> {
        let token = self.grant().map(|grant| grant.access_token.clone());
        let (Some(token), Some(measure)) = (token, self.measure()) else {
            return Vec::new();
        };
        let set = self.keys_of(&measure);
        let keys = Keys {
            set,
            registered: None,
            client_secret: None,
        };
        let result = verify(token.expose(), &keys);
        let unknown = matches!(
            result,
            Err(SignatureTrouble::WithoutKeys | SignatureTrouble::KeyUnknown { .. })
        );
        let may = tries == 0 || tries == 1 && set.is_some();
        if let Some(url) = measure.jwks_url.filter(|_| unknown && may) {
            let (call, effect) = self.fetch_keys(now, url);
            self.id_tokens.access = Some((call, tries + 1));
            return vec![effect];
        }
        self.id_tokens.signature = Some((token, result));
        Vec::new()
    }

    /// What a token is measured against now.
    fn expected<'a>(
        &'a self,
        now: Timestamp,
        measure: &'a Measure,
        access_token: Option<&'a Secret>,
        by_browser: bool,
    ) -> Expected<'a> {
        Expected {
            issuer: measure.issuer.as_deref(),
            client_id: &measure.client_id,
            nonce: measure.nonce.as_deref(),
            access_token,
            code: measure.code.as_ref().filter(|_| by_browser),
            by_browser,
            keys: Keys {
                set: self.keys_of(measure),
                registered: measure.registered.as_deref(),
                client_secret: measure.client_secret.as_ref(),
            },
            publishes_keys: measure.jwks_url.is_some(),
            now,
        }
    }

    /// The keys that were fetched.
    fn keys_of(&self, measure: &Measure) -> Option<&KeySet> {
        let url = measure.jwks_url.as_ref()?;
        let known = self.id_tokens.keys.iter().find(|(known, _)| known == url)?;
        Some(&known.1)
    }

    /// Fetches keys.
    fn fetch_keys(&mut self, now: Timestamp, url: String) -> (CallId, Effect) {
        let call = self.next_call();
        let effect = self.get(now, call, Purpose::Keys, url, KEYS_LIMIT);
        (call, effect)
    }

    /// Takes the tokens or holds them back.
    fn decide(
        &mut self,
        run: u64,
        owner: Released,
        grant: Grant,
        checks: Vec<Check>,
    ) -> Vec<Effect> {
        let passes = all_pass(&checks);
        let checked = Checked {
            checks,
            overridden: false,
        };
        if passes {
            return self.accept(run, owner, grant, Some(checked));
        }
        if run == self.run.number {
            self.run.token_checked = Some(checked);
            self.run.phase = RunPhase::IdTokenRefused;
            self.id_tokens.refused = Some((owner, grant));
        }
        Vec::new()
    }

    /// Takes the tokens.
    fn accept(
        &mut self,
        run: u64,
        owner: Released,
        grant: Grant,
        checked: Option<Checked>,
    ) -> Vec<Effect> {
        if run == self.run.number {
            self.run.token_checked = checked;
            self.run.phase = RunPhase::Authorized;
        }
        self.take_grant(owner.client, grant, owner.keep)
    }
}

/// The keys in an answer.
fn keys_in(outcome: &Outcome) -> Option<KeySet> {
    let response = outcome
        .response()
        .filter(|it| it.status == 200 && it.cut.is_none())?;
    jwks::read(&response.body.to_text()).ok()
}
