//! The scope lab: what may each grant call? Safe operations are tried with every grant, one call at a time.
//!
//! What came is compared with what the catalogue infers: where they differ, that is the news. Nothing of it is
//! kept beyond the transcript.

mod fit;

pub use fit::Fit;

use super::Engine;
use super::message::Effect;
use super::message::scope_lab::LabCommand;
use super::pacing::allowed_again;
use crate::core::diagnose::{self, Evidence, Finding};
use crate::core::dinero::call;
use crate::core::dinero::catalogue::{Operation, Scope, operation};
use crate::core::dinero::probe;
use crate::core::dinero::variables::{BuiltIns, Variables};
use crate::core::oauth::Step;
use crate::core::oauth::held::HeldGrant;
use crate::core::profile::ScopeSet;
use crate::core::token::kept::GrantId;
use crate::core::wire::{CallId, FailureKind, Outcome, Purpose, Record, Request};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// Most bytes that are read of an answer: its status tells.
const BODY_LIMIT: usize = 1024 * 1024;

/// How many calls of the last minute the lab leaves off at: some of Dinero's hundred are left for the user.
pub const LAB_CALLS_A_MINUTE: usize = 90;

/// The rule about a scope that a token lacks.
const LACKS_SCOPE: &str = "token-scope-insufficient";

/// The rule about what the user may not do.
const LACKS_ROLE: &str = "api-forbidden-role";

/// What is tried, and what came of it.
#[derive(Debug, Default)]
pub struct Lab {
    /// Whether every safe operation is offered, not only the usual choice.
    pub is_wide: bool,
    /// Why it left off before its end.
    pub stopped: Option<Stopped>,
    /// Operations that are switched off, by name.
    off: Vec<String>,
    cells: Vec<Cell>,
    /// The organization that the cells are about.
    organization: Option<String>,
    queue: VecDeque<(GrantId, &'static Operation)>,
    /// How many calls were to be made.
    planned: usize,
    running: Option<CallId>,
}

/// Why the lab left off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The user said so.
    Cancelled,
    /// So many calls were made that Dinero's limit is near; from this moment on there is room again.
    Pace(Timestamp),
    /// The API said that it is called too often; when it may be called again.
    TooMany(Timestamp),
    /// No answer came; why.
    NoAnswer(String),
}

/// One operation with one grant.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The grant.
    pub grant: GrantId,
    /// The operation's name.
    pub operation: &'static str,
    /// The call.
    pub call: CallId,
    /// What came; `None` while it is awaited.
    pub answer: Option<Answer>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// An answer.
    Answered {
        /// Its status.
        status: u16,
        /// What is found in it first of all.
        finding: Option<Box<Finding>>,
        /// How it fits what the catalogue infers.
        fit: Fit,
    },
    /// None; why.
    None(String),
}

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// A grant, with the scope set of the profile that it has.
    Grant(&'a HeldGrant, Option<&'a ScopeSet>),
    /// A scope set of the profile for which there is no grant yet.
    Without(&'a ScopeSet),
}

impl Column<'_> {
    /// The scopes that it stands for.
    pub fn scopes(&self) -> &[String] {
        match self {
            Self::Grant(held, _) => &held.grant.scopes,
            Self::Without(set) => &set.scopes,
        }
    }
}

impl Lab {
    /// The operations that are offered, in the order of the catalogue.
    pub fn rows(&self) -> Vec<&'static Operation> {
        if self.is_wide {
            probe::all()
        } else {
            probe::usual()
        }
    }

    /// Whether an operation is to be tried.
    pub fn is_on(&self, operation: &Operation) -> bool {
        !self.off.contains(&operation.name)
    }

    /// Whether calls are being made.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// How many calls have ended, and how many are to be made.
    pub fn progress(&self) -> (usize, usize) {
        let left = self.queue.len() + usize::from(self.is_running());
        (self.planned.saturating_sub(left), self.planned)
    }

    /// Whether the answer of a call is awaited.
    pub(super) fn awaits(&self, call: CallId) -> bool {
        self.running == Some(call)
    }
}

impl Engine {
    /// The scope lab.
    pub fn lab(&self) -> &Lab {
        &self.lab
    }

    /// The grants that are held, the newest first, then the scope sets without one.
    pub fn lab_columns(&self) -> Vec<Column<'_>> {
        let grants = self.grants();
        let sets = self
            .profile
            .as_ref()
            .map(|profile| profile.scope_sets.as_slice())
            .unwrap_or_default();
        let with = |held: &HeldGrant| {
            let has = |set: &&ScopeSet| are_same(&set.scopes, &held.grant.scopes);
            sets.iter().find(has)
        };
        let is_held = |set: &ScopeSet| {
            let has = |held: &&HeldGrant| are_same(&set.scopes, &held.grant.scopes);
            grants.iter().any(has)
        };
        let held = grants.iter().map(|held| Column::Grant(held, with(held)));
        let without = sets.iter().filter(|set| !is_held(set));
        held.chain(without.map(Column::Without)).collect()
    }

    /// What came of an operation with a grant, for the organization that is chosen now.
    pub fn lab_cell(&self, grant: &GrantId, operation: &str) -> Option<&Cell> {
        let is_it = |cell: &&Cell| cell.grant == *grant && cell.operation == operation;
        let is_of_now = self.lab.organization == self.requests.organization;
        self.lab.cells.iter().find(is_it).filter(|_| is_of_now)
    }

    /// What is switched on, with every grant that is not spent: each pair that was not tried yet, or all.
    pub fn lab_pairs(&self, now: Timestamp, again: bool) -> Vec<(GrantId, &'static Operation)> {
        let grants = self.grants();
        let good = |held: &&&HeldGrant| !held.grant.is_spent(now);
        let is_open = |id: &GrantId, operation: &Operation| {
            let answer = self.lab_cell(id, &operation.name);
            !matches!(
                answer.and_then(|cell| cell.answer.as_ref()),
                Some(Answer::Answered { status, .. }) if *status != 429
            )
        };
        let rows = self.lab.rows().into_iter();
        rows.filter(|operation| self.lab.is_on(operation))
            .flat_map(|operation| {
                let ids = grants.iter().filter(good).map(|held| held.id.clone());
                ids.map(move |id| (id, operation))
            })
            .filter(|(id, operation)| again || is_open(id, operation))
            .collect()
    }

    /// Whether what is switched on can be made only once an organization is chosen.
    pub fn lab_needs_organization(&self) -> bool {
        let mut on = self.lab.rows().into_iter();
        self.requests.organization.is_none()
            && on.any(|row| self.lab.is_on(row) && row.names_organization())
    }

    /// Whether something could be done in the lab now.
    pub(super) fn allows_in_lab(&self, command: &LabCommand) -> bool {
        let Some(profile) = &self.profile else {
            return false;
        };
        let idle = !self.lab.is_running();
        let can_call = idle && !self.requests.is_busy() && !profile.api.base_url.is_empty();
        match command {
            LabCommand::Widen | LabCommand::Switch(_) => idle,
            LabCommand::Try { .. } => {
                let mut on = self.lab.rows().into_iter();
                can_call
                    && !self.grants().is_empty()
                    && !self.lab_needs_organization()
                    && on.any(|row| self.lab.is_on(row))
            }
            LabCommand::TryOne(id, name) => {
                let found = operation(name).filter(|found| found.is_safe());
                let has_place = |found: &Operation| {
                    !found.names_organization() || self.requests.organization.is_some()
                };
                can_call
                    && found.is_some_and(has_place)
                    && self.grants().iter().any(|held| held.id == *id)
            }
        }
    }

    /// Does it.
    pub(super) fn on_lab(&mut self, now: Timestamp, command: LabCommand) -> Vec<Effect> {
        match command {
            LabCommand::Widen => self.lab.is_wide = !self.lab.is_wide,
            LabCommand::Switch(name) => match self.lab.off.iter().position(|off| *off == name) {
                Some(place) => drop(self.lab.off.remove(place)),
                None => self.lab.off.push(name),
            },
            LabCommand::Try { again } => {
                let pairs = self.lab_pairs(now, again);
                return self.try_pairs(now, pairs);
            }
            LabCommand::TryOne(id, name) => {
                let pairs = operation(&name).map(|found| (id, found));
                return self.try_pairs(now, pairs.into_iter().collect());
            }
        }
        Vec::new()
    }

    /// Tries these pairs, one after another.
    fn try_pairs(
        &mut self,
        now: Timestamp,
        pairs: Vec<(GrantId, &'static Operation)>,
    ) -> Vec<Effect> {
        if self.lab.organization != self.requests.organization {
            self.lab.cells.clear();
            self.lab
                .organization
                .clone_from(&self.requests.organization);
        }
        let is_anew = |cell: &Cell| {
            let is_it = |(id, row): &(GrantId, &Operation)| {
                cell.grant == *id && cell.operation == row.name.as_str()
            };
            pairs.iter().any(is_it)
        };
        self.lab.cells.retain(|cell| !is_anew(cell));
        self.lab.stopped = None;
        self.lab.planned = pairs.len();
        self.lab.queue = pairs.into();
        self.try_next(now)
    }

    /// Makes the next call; leaves off where Dinero's limit is near.
    fn try_next(&mut self, now: Timestamp) -> Vec<Effect> {
        while let Some((id, row)) = self.lab.queue.pop_front() {
            if let Some(again) = self.room_again(now) {
                self.leave_off(Stopped::Pace(again));
                break;
            }
            // Forgotten or spent meanwhile.
            let held = self.grants().into_iter().find(|held| held.id == id);
            let good = held.filter(|held| !held.grant.is_spent(now));
            let made = good.and_then(|held| {
                let note = format!("scope lab, {}", short(&held.grant.scopes));
                Some((self.request_of(now, row, held)?, note))
            });
            let Some((request, note)) = made else {
                continue;
            };
            let call = self.next_call();
            self.push_outgoing(now, call, Purpose::Api, &request, &note);
            self.lab.running = Some(call);
            self.lab.cells.push(Cell {
                grant: id,
                operation: &row.name,
                call,
                answer: None,
            });
            return vec![Effect::Send {
                call,
                purpose: Purpose::Api,
                request,
                proxy: self.proxy(),
                body_limit: BODY_LIMIT,
            }];
        }
        Vec::new()
    }

    /// The request of an operation with a grant's token, which goes to that grant's API only.
    fn request_of(&self, now: Timestamp, row: &Operation, held: &HeldGrant) -> Option<Request> {
        let today = now.to_zoned_datetime(self.zone.clone()).date();
        let organization = self.lab.organization.as_deref();
        let draft = probe::draft(row, today);
        let known = Variables::default();
        let made = draft.call(organization, &known, &mut BuiltIns::Preview);
        let base = &self.profile.as_ref()?.api.base_url;
        Some(call::request(&made.ok()?.call, base, Some(&held.grant)))
    }

    /// When there is room for a call again; `None` where there is room now.
    fn room_again(&self, now: Timestamp) -> Option<Timestamp> {
        if self.calls_of_late(now) < LAB_CALLS_A_MINUTE {
            return None;
        }
        let calls = self.transcript.iter().rev();
        let mut calls = calls.filter(|record| record.purpose == Purpose::Api);
        let oldest = calls.nth(LAB_CALLS_A_MINUTE - 1)?;
        oldest.at.checked_add(SignedDuration::from_mins(1)).ok()
    }

    /// Leaves off; what came is kept.
    fn leave_off(&mut self, why: Stopped) {
        self.lab.queue.clear();
        self.lab.stopped = Some(why);
    }

    /// A call of the lab has ended.
    pub(super) fn lab_answered(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        self.lab.running = None;
        if let Some(sent) = self.record(record.call) {
            record.note.clone_from(&sent.note);
        }
        let place = self.lab.cells.iter().position(|it| it.call == record.call);
        let Some(place) = place else {
            self.settle(record);
            return self.try_next(now);
        };
        match &record.outcome {
            Outcome::Failed(failure) if failure.kind == FailureKind::Cancelled => {
                self.lab.cells.remove(place);
            }
            Outcome::Failed(failure) => {
                let why = failure.words();
                self.lab.cells[place].answer = Some(Answer::None(why.clone()));
                self.leave_off(Stopped::NoAnswer(why));
            }
            Outcome::Response(response) => {
                let status = response.status;
                self.lab.cells[place].answer = Some(self.answer_of(now, place, &record, status));
                if let Some(at) = allowed_again(&record) {
                    self.leave_off(Stopped::TooMany(at));
                }
            }
            Outcome::Pending => {}
        }
        self.settle(record);
        self.try_next(now)
    }

    /// What an answer means, by the rules that step 6 has for it.
    fn answer_of(&self, now: Timestamp, place: usize, record: &Record, status: u16) -> Answer {
        let cell = &self.lab.cells[place];
        let grants = self.grants();
        let held = grants.iter().find(|held| held.id == cell.grant).copied();
        let findings = self.judged(now, Step::Requests, |evidence| {
            diagnose::diagnose(&Evidence {
                api: Some(record),
                grant: held.map(|held| &held.grant),
                held,
                ..*evidence
            })
        });
        let is_about_it =
            |found: &Finding| found.rule == LACKS_SCOPE || found.rule.starts_with("api-");
        let finding = findings.into_iter().flatten().find(is_about_it);
        let scope = operation(cell.operation).map(|found| found.scope);
        let lacks_scope = finding.as_ref().is_some_and(|it| match it.rule {
            LACKS_SCOPE => true,
            // Where nothing tells the scope, the rule took the one that the method suggests.
            LACKS_ROLE => scope == Some(Scope::ReadOrWrite),
            _ => false,
        });
        let fit = match (scope, held.map(|held| held.grant.scopes.as_slice())) {
            // A token that was brought along does not say what it has.
            (_, None | Some([])) | (None, _) => Fit::Silent,
            (Some(scope), Some(granted)) => Fit::of(scope, granted, status, lacks_scope),
        };
        Answer::Answered {
            status,
            finding: finding.map(Box::new),
            fit,
        }
    }

    /// Gives up what is to be tried yet; what came is kept.
    pub(super) fn cancel_lab(&mut self) -> Option<Effect> {
        let call = self.lab.running?;
        self.leave_off(Stopped::Cancelled);
        Some(Effect::Cancel(call))
    }

    /// The profile is left, and all that was tried with it.
    pub(super) fn leave_lab(&mut self) -> Option<Effect> {
        let running = std::mem::take(&mut self.lab).running;
        running.map(Effect::Cancel)
    }
}

/// Whether two lists hold the same scopes, in whatever order.
fn are_same(one: &[String], other: &[String]) -> bool {
    let within = |these: &[String], those: &[String]| these.iter().all(|it| those.contains(it));
    within(one, other) && within(other, one)
}

/// Scopes as a note names them.
fn short(scopes: &[String]) -> String {
    let name = |scope: &String| scope.trim_start_matches("dineropublicapi:").to_owned();
    let names: Vec<String> = scopes.iter().map(name).collect();
    if names.is_empty() {
        "scopes unknown".to_owned()
    } else {
        names.join(" ")
    }
}
