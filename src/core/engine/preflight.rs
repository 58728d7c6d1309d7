//! Preflight: the run's link is asked for before a browser does, and what came of it is kept with the run.
//!
//! It begins nothing: no listener, no frozen link. Two requests at most, the second for an error page of
//! the link's own origin.

use super::message::Effect;
use super::{Engine, is_embedded};
use crate::core::oauth::RunPhase;
use crate::core::oauth::preflight::{self, Landing, Preflight, PreflightResult};
use crate::core::wire::{Body, CallId, Headers, Outcome, Purpose, Record, Request};
use jiff::Timestamp;
use url::Url;

impl Engine {
    /// Whether a preflight is under way.
    pub fn is_preflighting(&self) -> bool {
        let Some(preflight) = &self.run.preflight else {
            return false;
        };
        let is_pending = |call: CallId| {
            let record = self.record(call);
            record.is_some_and(|record| record.outcome == Outcome::Pending)
        };
        preflight.result == PreflightResult::Asked || preflight.page.is_some_and(is_pending)
    }

    /// Whether the link can be asked for now. A redirect URI with port 0 gets its port when the run begins;
    /// before that only the embedded sandbox knows it.
    pub(super) fn can_preflight(&self) -> bool {
        let is_due = self.run.phase == RunPhase::Ready || self.run.takes_an_answer();
        let awaits_port = Url::parse(&self.run.redirect_uri).is_ok_and(|url| url.port() == Some(0));
        let takes_any_port = self.profile.as_ref().is_some_and(is_embedded);
        is_due && !self.is_preflighting() && (!awaits_port || takes_any_port)
    }

    /// Asks for the link.
    pub(super) fn preflight(&mut self, now: Timestamp) -> Vec<Effect> {
        let link = self.run.link.clone();
        let (call, effect) = self.ask_for(now, link);
        self.run.preflight = Some(Preflight {
            call,
            page: None,
            result: PreflightResult::Asked,
        });
        vec![effect]
    }

    /// A request of the preflight has ended.
    pub(super) fn preflight_answered(&mut self, now: Timestamp, mut record: Record) -> Vec<Effect> {
        "preflight".clone_into(&mut record.note);
        let call = record.call;
        let current = self.run.preflight.as_mut();
        let Some(preflight) = current.filter(|preflight| preflight.call == call) else {
            // The error page, or what a run that was left asked for.
            self.settle(record);
            return Vec::new();
        };
        let Some(response) = record.outcome.response() else {
            preflight.result = PreflightResult::NoAnswer;
            self.settle(record);
            return Vec::new();
        };
        let landing = preflight::read(response, &record.request.url, &self.run.redirect_uri);
        record.note = format!("preflight: {}", landing.note());
        let address = match &landing {
            Landing::ErrorPage { address, .. } => address.clone(),
            _ => None,
        };
        preflight.result = PreflightResult::Landed(landing);
        self.settle(record);
        let Some(address) = address else {
            return Vec::new();
        };
        let (call, effect) = self.ask_for(now, address);
        if let Some(preflight) = &mut self.run.preflight {
            preflight.page = Some(call);
        }
        vec![effect]
    }

    /// A GET as of a browser that was never there: no cookie, no referrer.
    fn ask_for(&mut self, now: Timestamp, url: String) -> (CallId, Effect) {
        let mut headers = Headers::default();
        headers.push("Accept", "text/html,application/xhtml+xml");
        let request = Request {
            method: "GET".to_owned(),
            url,
            headers,
            body: Body::default(),
        };
        let call = self.next_call();
        self.push_outgoing(now, call, Purpose::Preflight, &request, "preflight");
        let effect = Effect::Send {
            call,
            purpose: Purpose::Preflight,
            request,
            proxy: self.proxy(),
            body_limit: preflight::BODY_LIMIT,
        };
        (call, effect)
    }
}
