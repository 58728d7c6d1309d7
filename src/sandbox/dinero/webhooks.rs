//! Webhooks: what can be subscribed, what is, and no call that is ever made, for the sandbox opens no socket.
//!
//! That there is an event `entries` is known; the other two are named so that nobody takes them for Dinero's.

use super::answers::unanswered;
use super::books::{Books, Thing};
use super::call::{Answered, Call, Reply};
use super::kinds::SUBSCRIPTIONS;
use super::refusal::Refusal;
use super::rows::{Cell, Row};

/// What can be subscribed.
const EVENTS: [&str; 3] = ["entries", "sandbox-contacts", "sandbox-invoices"];

/// What is done with webhooks. Whoever subscribes an event again says where it goes from then on.
pub(super) fn answer(call: &Call<'_>, books: &mut Books) -> Answered {
    let body = call.object();
    let event = body.text(SUBSCRIPTIONS.key);
    match call.verb() {
        "events" => {
            let rows = EVENTS.map(|event| Row::default().with("EventId", Cell::from_text(event)));
            Ok(Reply::rows(&rows))
        }
        "subscriptions" => Ok(Reply::rows(books.live(&SUBSCRIPTIONS).map(|one| &one.row))),
        "subscribe" => {
            if !EVENTS.iter().any(|own| own.eq_ignore_ascii_case(&event)) {
                let why = format!("must be one of {}", EVENTS.join(", "));
                return Err(Refusal::of_field("EventId", why));
            }
            let row = Row::default()
                .with("EventId", Cell::from_text(&event))
                .with("Uri", Cell::from_text(&body.text("Uri")));
            unsubscribe(books, &event);
            books.add(&SUBSCRIPTIONS, Thing::new(row))?;
            Ok(Reply::Empty)
        }
        "unsubscribe" => {
            books.find(&SUBSCRIPTIONS, &event)?;
            unsubscribe(books, &event);
            Ok(Reply::Empty)
        }
        _ => Err(unanswered(call)),
    }
}

/// Takes the subscription of an event away.
fn unsubscribe(books: &mut Books, event: &str) {
    books
        .every_mut(&SUBSCRIPTIONS)
        .retain(|one| !one.row.is(SUBSCRIPTIONS.key, event));
}
