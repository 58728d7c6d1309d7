//! Requests under way: sent through the door, answered once, cancelled where that may be.

use super::answered;
use crate::core::engine::message::Event;
use crate::core::engine::message::requests::RequestEvent;
use crate::core::profile::ProxyChoice;
use crate::core::wire::{CallId, Purpose, Request};
use crate::edge::http::{self, Arrives, Door, Watch};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;

/// Requests under way.
#[derive(Debug)]
pub(super) struct Sending {
    door: Arc<Door>,
    events: UnboundedSender<Event>,
    /// Calls of the API and of further endpoints: an exchange is never aborted, because it burns the code.
    cancelling: HashMap<CallId, watch::Sender<bool>>,
}

impl Sending {
    pub(super) fn new(door: Arc<Door>, events: UnboundedSender<Event>) -> Self {
        Self {
            door,
            events,
            cancelling: HashMap::new(),
        }
    }

    /// Sends a request; answered by one event, whatever becomes of it.
    pub(super) fn send(
        &mut self,
        call: CallId,
        purpose: Purpose,
        request: Request,
        proxy: ProxyChoice,
        body_limit: usize,
    ) {
        self.cancelling.retain(|_, sender| !sender.is_closed());
        let (sender, stop) = watch::channel(false);
        if may_be_cancelled(purpose) {
            self.cancelling.insert(call, sender);
        }
        let door = self.door.clone();
        let at = Timestamp::now();
        let kept = request.clone();
        let broken_request = request.clone();
        let (events, growing) = (self.events.clone(), self.events.clone());
        let sending = async move {
            let tell: http::Tell = Arc::new(move |progress| {
                let event = RequestEvent::Progressed(call, progress);
                let _ = events.send(Event::Request(event));
            });
            // Of the others nobody waits for more than a moment.
            let is_api = purpose == Purpose::Api;
            let begun = Arc::new(AtomicBool::new(false));
            let watch = Watch {
                tell: Some(tell).filter(|_| is_api),
                arrives: is_api.then(|| arrives(call, begun.clone(), growing)),
                stop: Some(stop.clone()),
            };
            let record = tokio::select! {
                biased;
                record = door.send_watched(call, purpose, request, proxy, (body_limit, watch)) => record,
                () = given_up(stop, begun) => http::cancelled(call, purpose, kept, at),
            };
            Event::Answered(Box::new(record))
        };
        answered(self.events.clone(), sending, move || {
            Event::Answered(Box::new(http::broken(call, purpose, broken_request, at)))
        });
    }

    /// Cancels a call, when it is still under way and may be.
    pub(super) fn cancel(&mut self, call: CallId) {
        if let Some(sender) = self.cancelling.remove(&call) {
            let _ = sender.send(true);
        }
    }
}

/// Reports the head of an answer, and that it has begun.
fn arrives(call: CallId, begun: Arc<AtomicBool>, events: UnboundedSender<Event>) -> Arrives {
    Arc::new(move |head, _| {
        begun.store(true, Ordering::Release);
        let event = RequestEvent::Arriving(call, Box::new(head));
        let _ = events.send(Event::Request(event));
    })
}

/// Ends when the call is cancelled before its answer has begun; after that it ends by itself, with what came.
async fn given_up(mut stop: watch::Receiver<bool>, begun: Arc<AtomicBool>) {
    let stopped = stop.wait_for(|stopped| *stopped).await.is_ok();
    if !stopped || begun.load(Ordering::Acquire) {
        std::future::pending::<()>().await;
    }
}

/// Whether the user may give up waiting for it.
fn may_be_cancelled(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Api | Purpose::Userinfo | Purpose::Introspection | Purpose::Revocation
    )
}
