//! Keeps the run as it goes, and shows one that was kept: an engine that is opened on it allows nothing and
//! answers with what was found then.

use super::message::Effect;
use super::{Engine, SecretState, Setup};
use crate::core::diagnose::Finding;
use crate::core::history::written::{Entry, Keep, State};
use crate::core::history::{KeptRun, RunId, Summary};
use crate::core::oauth::callback::{OlderRun, Verdict};
use crate::core::oauth::held::HeldGrant;
use crate::core::oauth::{RunPhase, STEPS, Step};
use crate::core::secret::Secret;
use crate::core::token::kept::{Client, GrantId};
use crate::core::wire::{CallId, Direction, Outcome, Purpose, Record};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Most records of a run that are kept; a program that stays open calls the API for days.
const MOST_RECORDS: usize = 2000;

/// What of the current run is kept already.
#[derive(Debug, Default)]
pub(super) struct RunKeeping {
    /// Its name, once it has begun.
    id: Option<RunId>,
    /// Where its records begin in the transcript.
    from: usize,
    /// Records that need not be looked at again.
    done: BTreeSet<CallId>,
    /// Hits that are written.
    hits: usize,
    /// Hits of which more became known since.
    again: Vec<CallId>,
    /// What was written last of how it stands.
    state: Option<Box<State>>,
    /// Records still under way of runs that were left.
    owed: Vec<(CallId, RunId)>,
    /// Whether the program ends: what comes now changes nothing.
    ended: bool,
    /// Why runs are not kept.
    trouble: Option<String>,
}

/// A kept run that an engine is opened on.
#[derive(Debug)]
pub(super) struct Opened {
    findings: Vec<Finding>,
    kept: Box<KeptRun>,
}

impl Engine {
    /// An engine that shows a kept run: nothing is allowed, nothing is asked, every screen shows it.
    pub fn opened(setup: Setup, kept: KeptRun) -> Self {
        let mut engine = Self::new(setup);
        let profile = kept.profile.clone();
        if let Some(grant) = kept.grant.clone() {
            let id = GrantId::of([0; 32]);
            let held = HeldGrant::new(id, Client::of(&profile), grant);
            engine.grants.held.push(held);
        }
        engine.profile = Some(profile);
        engine.run = kept.run.clone();
        engine.transcript.clone_from(&kept.records);
        let api = |record: &&Record| record.purpose == Purpose::Api;
        let last = kept.records.iter().rev().find(api);
        engine.requests.answered = last.map(|record| record.call);
        engine.opened = Some(Opened {
            findings: kept.findings.clone(),
            kept: Box::new(kept),
        });
        engine
    }

    /// The kept run it is opened on; `None` for the engine that runs.
    pub fn kept_run(&self) -> Option<&KeptRun> {
        self.opened.as_ref().map(|opened| opened.kept.as_ref())
    }

    /// What was found then, where a kept run is open.
    pub(super) fn kept_findings(&self, step: Step) -> Option<Vec<Finding>> {
        let opened = self.opened.as_ref()?;
        let of_step = opened
            .findings
            .iter()
            .filter(|finding| finding.step == step);
        Some(of_step.cloned().collect())
    }

    /// The current run as it would be kept now; `None` before it has begun.
    pub fn run_to_keep(&self, now: Timestamp) -> Option<KeptRun> {
        let profile = self.profile.clone()?;
        let State {
            at,
            mut run,
            grant,
            steps,
            findings,
            left,
        } = self.state_to_keep(now);
        run.hits.clone_from(&self.run.hits);
        let entries = [Entry::Head(Box::new(profile))].into_iter();
        let records = self
            .records_of_run()
            .cloned()
            .map(Box::new)
            .map(Entry::Record);
        let hits = run.hits.iter().cloned().map(Box::new).map(Entry::Hit);
        let hits: Vec<Entry> = hits.collect();
        let state = Entry::State(Box::new(State {
            at,
            run,
            grant,
            steps,
            findings,
            left,
        }));
        let keep = Keep {
            id: self.run_id()?,
            known: self.secrets_of_run(),
            entries: entries.chain(records).chain(hits).chain([state]).collect(),
        };
        let lines = keep.lines(&self.mask);
        let text: String = lines
            .iter()
            .flat_map(|line| [line.as_str(), "\n"])
            .collect();
        crate::core::history::read::read(&text).ok()
    }

    /// Why runs are not kept, when they are not.
    pub fn runs_trouble(&self) -> Option<&str> {
        self.keeping_run.trouble.as_deref()
    }

    /// The name of the current run, once it has begun.
    pub fn run_id(&self) -> Option<RunId> {
        let started_at = self.run.started_at?;
        Some(RunId::of(started_at, &self.run.fresh.nonce, &self.mask))
    }

    /// What is to be kept now of the current run, and of those that were left with something under way.
    pub(super) fn keep_run(&mut self, now: Timestamp) -> Vec<Effect> {
        let mut effects = self.keep_owed();
        if self.keeping_run.ended {
            return effects;
        }
        let (Some(id), Some(profile)) = (self.run_id(), &self.profile) else {
            return effects;
        };
        let mut entries = Vec::new();
        if self.keeping_run.id.is_none() {
            entries.push(Entry::Head(Box::new(profile.clone())));
            self.keeping_run.id = Some(id.clone());
        }
        let records: Vec<Record> = self
            .records_of_run()
            .filter(|record| !self.keeping_run.done.contains(&record.call) && is_complete(record))
            .take(MOST_RECORDS.saturating_sub(self.keeping_run.done.len()))
            .cloned()
            .collect();
        for record in records {
            self.keeping_run.done.insert(record.call);
            entries.push(Entry::Record(Box::new(record)));
        }
        let written = self.keeping_run.hits;
        let again = std::mem::take(&mut self.keeping_run.again);
        let hits = self.run.hits.iter().enumerate();
        let new = hits.filter(|(place, hit)| *place >= written || again.contains(&hit.call));
        entries.extend(new.map(|(_, hit)| Entry::Hit(Box::new(hit.clone()))));
        self.keeping_run.hits = self.run.hits.len();
        let state = self.state_to_keep(now);
        let last = self.keeping_run.state.as_ref();
        if last.is_none_or(|last| !is_same(last, &state)) {
            self.keeping_run.state = Some(Box::new(state.clone()));
            entries.push(Entry::State(Box::new(state)));
        }
        if !entries.is_empty() {
            effects.push(self.keeping(id, entries));
        }
        effects
    }

    /// The run is left: what of it is under way is written when it ends, and the next run's records begin.
    pub(super) fn part_from_run(&mut self) -> Option<Effect> {
        let under_way = self.transcript.iter().skip(self.keeping_run.from);
        let under_way: Vec<CallId> = under_way
            .filter(|record| !is_complete(record))
            .map(|record| record.call)
            .collect();
        let id = self.keeping_run.id.take();
        let state = self.keeping_run.state.take();
        let open = self.run.is_open();
        self.keeping_run.from = self.transcript.len();
        self.keeping_run.done.clear();
        self.keeping_run.again.clear();
        self.keeping_run.hits = 0;
        let id = id?;
        let owed = under_way.into_iter().map(|call| (call, id.clone()));
        self.keeping_run.owed.extend(owed);
        let state = state.filter(|_| open)?;
        let left = State {
            left: true,
            ..*state
        };
        Some(self.keeping(id, vec![Entry::State(Box::new(left))]))
    }

    /// The program ends: a run that is open is kept as abandoned.
    pub fn leave(&mut self) -> Vec<Effect> {
        let left = self.part_from_run();
        self.keeping_run.ended = true;
        left.into_iter().collect()
    }

    /// A record of none of this run's business.
    pub(super) fn is_not_of_run(&mut self, call: CallId) {
        self.keeping_run.done.insert(call);
    }

    /// Runs could not be kept; said once.
    pub(super) fn run_not_kept(&mut self, reason: String) {
        self.keeping_run.trouble.get_or_insert(reason);
    }

    /// An answer came with a state that is not this run's: which run sent it is looked for.
    pub(super) fn look_for_run(&self) -> Option<Effect> {
        let hit = self.run.hits.last()?;
        let state = hit.answer.state.clone().filter(|it| !it.is_empty())?;
        let is_other = hit.verdict == Verdict::StateMismatch && hit.older.is_none();
        is_other.then_some(Effect::FindRun {
            call: hit.call,
            state,
        })
    }

    /// The run was found that sent a state.
    pub(super) fn run_found(&mut self, call: CallId, found: Option<&Summary>) {
        let Some(found) = found else { return };
        let own = self.run_id();
        if found.id.is_some() && found.id == own {
            return;
        }
        if let Some(hit) = self.run.hits.iter_mut().find(|hit| hit.call == call) {
            hit.older = Some(OlderRun {
                started_at: found.started_at,
                profile: found.profile.clone(),
                outcome: found.outcome.name().to_owned(),
            });
            self.keeping_run.again.push(call);
        }
    }

    /// Records under way that have ended, of runs that were left.
    fn keep_owed(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let owed = std::mem::take(&mut self.keeping_run.owed);
        for (call, id) in owed {
            match self
                .record(call)
                .filter(|record| is_complete(record))
                .cloned()
            {
                Some(record) => {
                    self.keeping_run.done.insert(call);
                    effects.push(self.keeping(id, vec![Entry::Record(Box::new(record))]));
                }
                None => self.keeping_run.owed.push((call, id)),
            }
        }
        effects
    }

    /// The effect that keeps them.
    fn keeping(&self, id: RunId, entries: Vec<Entry>) -> Effect {
        Effect::KeepRun(Box::new(Keep {
            id,
            known: self.secrets_of_run(),
            entries,
        }))
    }

    /// The records of the current run: from its first link on; calls of the API once it has begun.
    fn records_of_run(&self) -> impl Iterator<Item = &Record> {
        let began = self.run.started_at.unwrap_or(Timestamp::MAX);
        self.transcript
            .iter()
            .skip(self.keeping_run.from)
            .filter(move |record| record.purpose != Purpose::Api || record.at >= began)
    }

    /// How the run stands.
    fn state_to_keep(&self, now: Timestamp) -> State {
        let mut run = self.run.clone();
        run.hits = Vec::new();
        let began = run.started_at.unwrap_or(Timestamp::MAX);
        let own = run.phase == RunPhase::Authorized;
        let grant = self
            .grant()
            .filter(|grant| own && grant.obtained_at >= began);
        let is_own = |step: Step| self.is_of_this_run(step);
        State {
            at: now,
            grant: grant.cloned(),
            steps: STEPS
                .iter()
                .map(|it| {
                    if is_own(it.step) {
                        self.step_state(it.step)
                    } else {
                        run.step_state(it.step)
                    }
                })
                .collect(),
            findings: STEPS
                .iter()
                .filter(|it| is_own(it.step))
                .flat_map(|it| self.findings(now, it.step))
                .collect(),
            left: false,
            run,
        }
    }

    /// Whether what a step shows came of this run: a token and an answer of the API may be left of an earlier one.
    fn is_of_this_run(&self, step: Step) -> bool {
        let began = self.run.started_at.unwrap_or(Timestamp::MAX);
        match step {
            Step::Link | Step::Consent | Step::Callback | Step::Exchange => true,
            Step::Token => matches!(
                self.run.phase,
                RunPhase::CheckingIdToken | RunPhase::IdTokenRefused | RunPhase::Authorized
            ),
            Step::Requests => {
                let answered = self.requests.answered.and_then(|call| self.record(call));
                self.run.phase == RunPhase::Authorized
                    && answered.is_none_or(|record| record.at >= began)
            }
        }
    }

    /// Values that texts of the run may quote, whatever they are called there.
    pub fn secrets_of_run(&self) -> Vec<Secret> {
        let mut known: Vec<Secret> = self.run.fresh.verifier.clone().into_iter().collect();
        // A provider may quote the secret that it does not take, under no name of a secret.
        if let SecretState::Known(secret) = self.secret_state() {
            known.push(secret);
        }
        let answers = self.run.hits.iter().map(|hit| &hit.answer);
        for answer in answers.chain(self.run.answer.iter().map(|(answer, ..)| answer)) {
            known.extend(answer.code.clone());
            known.extend(answer.id_token.clone());
        }
        for held in self.grants() {
            let grants = [Some(&held.grant), held.renewal.as_ref().map(|it| &it.old)];
            for grant in grants.into_iter().flatten() {
                known.push(grant.access_token.clone());
                known.extend(grant.refresh_token.clone());
                known.extend(grant.id_token.clone());
            }
        }
        known.retain(|value| !value.is_empty());
        known.sort_by_key(|value| std::cmp::Reverse(value.characters()));
        known.dedup();
        known
    }
}

/// Whether nothing of it is awaited any more.
fn is_complete(record: &Record) -> bool {
    record.direction == Direction::Incoming || record.outcome != Outcome::Pending
}

/// Whether a run stands as it stood, whenever that was written.
fn is_same(one: &State, other: &State) -> bool {
    one.run == other.run
        && one.grant == other.grant
        && one.steps == other.steps
        && one.findings == other.findings
        && one.left == other.left
}
