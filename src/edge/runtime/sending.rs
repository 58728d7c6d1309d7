//! Requests under way: sent through the door, answered once, cancelled where that may be.

use super::answered;
use crate::core::engine::message::Event;
use crate::core::engine::message::requests::RequestEvent;
use crate::core::profile::ProxyChoice;
use crate::core::wire::{CallId, Purpose, Request};
use crate::edge::http::{self, Door};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;

/// Requests under way.
#[derive(Debug)]
pub(super) struct Sending {
    door: Arc<Door>,
    events: UnboundedSender<Event>,
    /// Calls of the API and of further endpoints: an exchange is never aborted, because it burns the code.
    cancelling: HashMap<CallId, oneshot::Sender<()>>,
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
        let (sender, cancelled) = oneshot::channel();
        if may_be_cancelled(purpose) {
            self.cancelling.insert(call, sender);
        }
        let door = self.door.clone();
        let at = Timestamp::now();
        let kept = request.clone();
        let broken_request = request.clone();
        let events = self.events.clone();
        let sending = async move {
            let tell: http::Tell = Arc::new(move |progress| {
                let event = RequestEvent::Progressed(call, progress);
                let _ = events.send(Event::Request(event));
            });
            // Of the others nobody waits for more than a moment.
            let how = (body_limit, Some(tell).filter(|_| purpose == Purpose::Api));
            let record = tokio::select! {
                biased;
                record = door.send_telling(call, purpose, request, proxy, how) => record,
                Ok(()) = cancelled => http::cancelled(call, purpose, kept, at),
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
            let _ = sender.send(());
        }
    }
}

/// Whether the user may give up waiting for it.
fn may_be_cancelled(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Api | Purpose::Userinfo | Purpose::Introspection | Purpose::Revocation
    )
}
