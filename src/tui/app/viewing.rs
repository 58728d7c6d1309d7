//! The answer of step 6: its rows are asked for when they come into view, and what its reader tells is heard.

use super::App;
use super::world::{World, perform};
use crate::core::engine::Engine;
use crate::core::engine::message::requests::{RequestCommand, RequestEvent};
use crate::core::engine::message::{Command, Event};
use crate::core::reader::ask::{Arrangement, Ask};
use crate::core::wire::CallId;
use crate::tui::screens::requests::answer::response;
use jiff::Timestamp;

/// What was looked at before an event.
pub(super) struct Looks {
    answered: Option<CallId>,
    viewed: Option<CallId>,
    /// The event, where the reader tells something.
    told: Option<Event>,
}

impl App {
    /// What is looked at, before the engine takes an event.
    pub(super) fn looks_at(&self, event: &Event) -> Looks {
        let requests = self.engine.requests();
        let tells = matches!(event, Event::Request(RequestEvent::Read(..)));
        Looks {
            answered: requests.answered,
            viewed: requests.viewing_call(),
            told: tells.then(|| event.clone()),
        }
    }

    /// Another answer is looked at from its beginning; what its reader tells is heard.
    pub(super) fn follow_answer(&mut self, world: &mut World, before: Looks) {
        let requests = self.engine.requests();
        let (answered, viewed) = (requests.answered, requests.viewing_call());
        if viewed != before.viewed {
            // What went wrong is shown first, however the answer before was looked at.
            let is_well = response(&self.engine).is_some_and(|response| response.status < 400);
            self.ui.viewing.keeps |= is_same_request(&self.engine, before.viewed, viewed);
            self.ui.viewing.keeps &= is_well;
            self.ui.begin_answer();
            self.arrange_again(world);
        }
        if answered != before.answered {
            // One that was looked at while it came stays as it is looked at.
            if before.viewed != answered && viewed != answered {
                self.ui.show_answer();
            }
            self.keep_answer();
        }
        if let Some(told) = before.told {
            let reactions = self.ui.hear(&self.engine, Timestamp::now(), &told);
            self.react(world, reactions);
        }
    }

    /// Another answer to the same request has the table as it was arranged.
    fn arrange_again(&mut self, world: &mut World) {
        let arrangement = self.ui.viewing.arrangement.clone();
        if arrangement != Arrangement::default() {
            let command = Command::Request(RequestCommand::Read(Ask::Arrange(arrangement)));
            let effects = self.engine.command(Timestamp::now(), command);
            perform(world, effects);
        }
    }

    /// Asks for the rows that are in view now and were not asked for.
    pub(super) fn ask_for_rows(&mut self, world: &mut World) {
        if self.opened.is_some() {
            return;
        }
        let now = Timestamp::now();
        if let Some(command) = self.ui.wanted_rows(&self.engine, &self.areas, now) {
            let effects = self.engine.command(now, command);
            perform(world, effects);
        }
    }
}

/// Whether two calls have the same method and path: then their answers are looked at in the same way.
fn is_same_request(engine: &Engine, one: Option<CallId>, other: Option<CallId>) -> bool {
    let place = |call: Option<CallId>| {
        let request = &engine.record(call?)?.request;
        let path = request.url.split('?').next().unwrap_or_default();
        Some((request.method.clone(), path.to_owned()))
    };
    one.is_some() && place(one) == place(other)
}
