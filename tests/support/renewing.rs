//! Refreshes as the edge reports them, without an edge: what was sent, what came, what became of it.

use crate::stage::at;
use dineroscope::core::engine::Engine;
use dineroscope::core::engine::message::{Command, Effect, Event};
use dineroscope::core::oauth::refresh::{Afterwards, RefreshOutcome, afterwards, renewed};
use dineroscope::core::token::kept::KeptGrant;
use dineroscope::core::wire::{
    Body, CallId, Direction, Failure, FailureKind, Headers, Outcome, Phase, Purpose, Record,
    Request, Response, Timing,
};
use jiff::SignedDuration;

/// A refresh that the engine asked for.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) call: CallId,
    pub(crate) kept: KeptGrant,
    pub(crate) request: Request,
}

/// The refresh among the effects, if there is one.
pub(crate) fn ordered(effects: &[Effect]) -> Option<Order> {
    effects.iter().find_map(|effect| match effect {
        Effect::Refresh {
            call,
            kept,
            request,
            ..
        } => Some(Order {
            call: *call,
            kept: (**kept).clone(),
            request: request.clone(),
        }),
        _ => None,
    })
}

/// The user refreshes the grant in use.
pub(crate) fn refresh(engine: &mut Engine, seconds: i64) -> Order {
    let effects = engine.command(at(seconds), Command::Refresh { anyway: true });
    ordered(&effects).unwrap()
}

/// An answer of the token endpoint.
pub(crate) fn answered(status: u16, body: &str) -> Outcome {
    let mut headers = Headers::default();
    headers.push("Content-Type", "application/json");
    Outcome::Response(Response {
        status,
        reason: String::new(),
        version: "HTTP/1.1".to_owned(),
        headers,
        body: Body::text(body),
        cut: None,
    })
}

/// No answer.
pub(crate) fn failed(kind: FailureKind) -> Outcome {
    Outcome::Failed(Failure {
        kind,
        host: "connect.visma.com".to_owned(),
        port: 443,
        detail: "the library's words".to_owned(),
    })
}

/// New tokens; the refresh token is a new one.
pub(crate) fn new_tokens(name: &str) -> Outcome {
    answered(
        200,
        &format!(
            "{{\"access_token\":\"access-{name}\",\"expires_in\":3600,\"token_type\":\"Bearer\",\
             \"refresh_token\":\"refresh-{name}\"}}"
        ),
    )
}

/// The request was sent and this came: the event as the edge makes it.
pub(crate) fn ended(order: &Order, seconds: i64, outcome: Outcome) -> Event {
    let connected = match &outcome {
        Outcome::Failed(failure) => matches!(
            failure.kind,
            FailureKind::Reset | FailureKind::Timeout(Phase::Answer | Phase::Body)
        ),
        _ => true,
    };
    let record = Record {
        call: order.call,
        purpose: Purpose::Refresh,
        direction: Direction::Outgoing,
        at: at(seconds),
        request: order.request.clone(),
        outcome,
        timing: Timing {
            connect: connected.then(|| SignedDuration::from_millis(10)),
            total: Some(SignedDuration::from_millis(100)),
            ..Timing::default()
        },
        peer: None,
        connection: dineroscope::core::wire::Connection::default(),
        note: String::new(),
    };
    let end = at(seconds) + SignedDuration::from_millis(100);
    let became = match renewed(&order.kept.grant, &record.outcome, end) {
        Ok(grant) => RefreshOutcome::Renewed(Box::new(grant)),
        Err(trouble) => match afterwards(&record, &trouble) {
            Afterwards::AsBefore => RefreshOutcome::Refused(trouble),
            Afterwards::Unknown => RefreshOutcome::Unknown(trouble),
        },
    };
    Event::Refreshed {
        call: order.call,
        record: Some(Box::new(record)),
        outcome: became,
    }
}

/// Nothing was sent.
pub(crate) fn unsent(order: &Order, outcome: RefreshOutcome) -> Event {
    Event::Refreshed {
        call: order.call,
        record: None,
        outcome,
    }
}

/// The user refreshes and this comes.
pub(crate) fn refreshed(engine: &mut Engine, seconds: i64, outcome: Outcome) -> Vec<Effect> {
    let order = refresh(engine, seconds);
    engine.event(at(seconds), ended(&order, seconds, outcome))
}
