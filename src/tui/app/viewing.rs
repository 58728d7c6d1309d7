//! The answer of step 6: its rows are asked for when they come into view, and what its reader tells is heard.

use super::App;
use super::world::{World, perform};
use crate::core::engine::message::Event;
use crate::core::engine::message::requests::RequestEvent;
use crate::core::wire::CallId;
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
            self.ui.begin_answer();
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
