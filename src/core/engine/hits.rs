//! What comes to the listener: judged, recorded, answered; the run's own answer moves it on.

use super::Engine;
use super::message::{Effect, HitRejection};
use crate::core::oauth::RunPhase;
use crate::core::oauth::callback::{
    self, Answer, Arrival, Expected, Here, Hit, Verdict, pages, relay,
};
use crate::core::wire::{Direction, Outcome, Purpose, Record, Request, Response, Timing};
use jiff::Timestamp;
use std::net::SocketAddr;

/// How many hits of a run are kept; a flood of more is answered but not recorded.
const HITS_KEPT: usize = 500;

impl Engine {
    /// Judges the encoded fields of an answer.
    pub(super) fn judge(&self, encoded: &str) -> (Answer, Verdict) {
        let (answer, twice) = callback::answer(&callback::pairs(encoded));
        let provider = self.profile.as_ref().map(|profile| &profile.provider);
        let verdict = callback::judge(
            &answer,
            twice,
            &Expected {
                state: &self.run.fresh.state,
                issuer: provider.and_then(|provider| provider.issuer.as_deref()),
                taken: self
                    .run
                    .answer
                    .as_ref()
                    .and_then(|(answer, ..)| answer.code.as_ref()),
                open: self.run.takes_an_answer(),
            },
        );
        (answer, verdict)
    }

    /// A whole request reached a listener. That of a former run, which is closing, is recorded and told
    /// so; it is none of this run's hits.
    pub(super) fn hit(
        &mut self,
        now: Timestamp,
        run: u64,
        hit: u64,
        (request, peer, at): (Request, SocketAddr, Timestamp),
    ) -> Vec<Effect> {
        if run != self.run.number {
            let response = pages::response(&Verdict::Late, None, "", self.speaks_danish());
            let record = self.incoming(
                now,
                request,
                peer,
                at,
                &Verdict::Late,
                Some(response.clone()),
            );
            self.is_not_of_run(record.call);
            self.transcript.push(record);
            return vec![Effect::AnswerHit { hit, response }];
        }
        let profile = self.profile.as_ref();
        let place = callback::place(
            &request,
            &Here {
                redirect_uri: &self.run.redirect_uri,
                addresses: &self.run.addresses,
                hosts: profile.map_or(&[], |profile| profile.listen.hosts.as_slice()),
                relay: self.run.relay.as_deref(),
            },
        );
        let (arrival, verdict, answer) = match place {
            Ok((encoded, arrival)) => {
                let (answer, verdict) = self.judge(&encoded);
                (Some(arrival), verdict, answer)
            }
            Err(verdict) => (None, verdict, Answer::default()),
        };
        let path = callback::target(&request.url).0.to_owned();
        let danish = self.speaks_danish();
        let response = match (&verdict, &self.run.relay) {
            (Verdict::RelayPage, Some(path)) => relay::page(path, danish),
            _ => pages::response(&verdict, arrival, &path, danish),
        };
        let record = self.incoming(now, request, peer, at, &verdict, Some(response.clone()));
        self.take(
            now,
            record,
            arrival.unwrap_or(Arrival::Query),
            verdict,
            answer,
        );
        let answered = Effect::AnswerHit { hit, response };
        [answered].into_iter().chain(self.look_for_run()).collect()
    }

    /// A connection that never became a request.
    pub(super) fn rejected(
        &mut self,
        now: Timestamp,
        reason: HitRejection,
        response: Option<Response>,
        (request, peer, at): (Request, SocketAddr, Timestamp),
    ) {
        let verdict = match reason {
            HitRejection::BodyTooLarge => Verdict::BodyTooLarge,
            HitRejection::BadHead => Verdict::BadHead,
            HitRejection::Unfinished => Verdict::Unfinished,
            HitRejection::TlsToPlain => Verdict::TlsToPlain,
            HitRejection::PlainToTls => Verdict::PlainToTls,
            HitRejection::CertificateRefused(alert) => Verdict::CertificateRefused(alert),
        };
        let record = self.incoming(now, request, peer, at, &verdict, response);
        self.take(now, record, Arrival::Query, verdict, Answer::default());
    }

    /// The record of a hit.
    fn incoming(
        &mut self,
        now: Timestamp,
        request: Request,
        peer: SocketAddr,
        at: Timestamp,
        verdict: &Verdict,
        response: Option<Response>,
    ) -> Record {
        Record {
            call: self.next_call(),
            purpose: Purpose::Callback,
            direction: Direction::Incoming,
            at,
            request,
            outcome: response.map_or(Outcome::Pending, Outcome::Response),
            timing: Timing {
                total: Some(now.duration_since(at)),
                ..Timing::default()
            },
            peer: Some(peer),
            connection: crate::core::wire::Connection::default(),
            note: verdict.note().to_owned(),
        }
    }

    /// Records a hit or a paste; the run's own answer moves the run on.
    pub(super) fn take(
        &mut self,
        now: Timestamp,
        record: Record,
        arrival: Arrival,
        verdict: Verdict,
        answer: Answer,
    ) {
        let moves_on = match verdict {
            Verdict::Captured => Some(RunPhase::Answered),
            Verdict::Refused => Some(RunPhase::Refused),
            _ => None,
        };
        if let Some(phase) = moves_on {
            self.run.answer = Some((answer.clone(), arrival, record.call));
            self.run.answered_at = Some(now);
            self.run.phase = phase;
            self.visiting = false;
        } else if self.run.hits.len() >= HITS_KEPT {
            return;
        }
        self.run.hits.push(Hit {
            call: record.call,
            at: record.at,
            arrival,
            verdict,
            answer,
            older: None,
        });
        self.transcript.push(record);
    }

    /// Whether pages for the browser are in Danish: as the profile asks the provider.
    fn speaks_danish(&self) -> bool {
        self.profile
            .as_ref()
            .and_then(|profile| profile.authorize.ui_locales.as_deref())
            .is_some_and(|locales| locales.to_ascii_lowercase().starts_with("da"))
    }
}
