//! Drives an engine without a screen: its effects are carried out, the world's events handed back.
//!
//! ```text
//! command ─► engine ─► effects ─► runtime ─► events ─► engine ─► effects …
//! ```

use crate::core::engine::message::{Command, Effect, Event};
use crate::core::engine::{Engine, Setup};
use crate::core::token::kept::GrantId;
use crate::edge::archive::Archive;
use crate::edge::runtime::{Options, Runtime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// The longest sleep before the clock is looked at again: it may have been set meanwhile.
const LONGEST_SLEEP: SignedDuration = SignedDuration::from_secs(60);

/// An engine with a world around it.
#[derive(Debug)]
pub struct Drive {
    engine: Engine,
    runtime: Runtime,
    events: UnboundedReceiver<Event>,
}

impl Drive {
    /// An engine that has not begun, with the world as it is; its runs are kept for this user.
    pub fn new(setup: Setup) -> Self {
        Self::with(setup, |options| options.archive = Archive::of_this_user())
    }

    /// An engine with a world that differs in something; its runs are kept where that says, else nowhere.
    pub fn with(setup: Setup, change: impl FnOnce(&mut Options)) -> Self {
        let engine = Engine::new(setup);
        let mut options = Options::new(engine.mask().clone());
        change(&mut options);
        let (runtime, events) = Runtime::new(options);
        Self {
            engine,
            runtime,
            events,
        }
    }

    /// The state to look at.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The state, without a world around it any more.
    pub fn into_engine(self) -> Engine {
        self.engine
    }

    /// Tells what the environment holds for requests, and in which zone `{{today}}` is.
    pub fn settle_in(&mut self, zone: TimeZone, environment: Vec<(String, String)>) {
        self.engine.settle_in(zone, environment);
    }

    /// What a person asks.
    /// Must be called within a tokio runtime.
    pub fn command(&mut self, command: Command) {
        let effects = self.engine.command(Timestamp::now(), command);
        self.runtime.perform_all(effects);
    }

    /// Uses a grant for this program run only: which one is current elsewhere stays as it is.
    /// Must be called within a tokio runtime.
    pub fn use_for_now(&mut self, grant: GrantId) {
        let effects = self
            .engine
            .command(Timestamp::now(), Command::UseGrant(grant));
        let remembers = |effect: &Effect| matches!(effect, Effect::ChooseGrant { .. });
        self.runtime
            .perform_all(effects.into_iter().filter(|effect| !remembers(effect)));
    }

    /// Goes on until nothing is under way that must not be cut off: an exchange, a refresh, a grant that is
    /// being written.
    pub async fn settle(&mut self) {
        while self.engine.is_unsettled() {
            self.step().await;
        }
    }

    /// Waits for the next event, or for the engine's own deadline, and takes the step.
    pub async fn step(&mut self) {
        let deadline = self.engine.next_deadline();
        let event = tokio::select! {
            biased;
            Some(event) = self.events.recv() => event,
            () = until(deadline) => Event::Ticked,
        };
        let effects = self.engine.event(Timestamp::now(), event);
        self.runtime.perform_all(effects);
    }

    /// Lets what is still being remembered on the disk and what was given to a browser be written, then
    /// closes every listener.
    pub async fn finish(&mut self) {
        let effects = self.engine.leave();
        self.runtime.perform_all(effects);
        self.runtime.finish().await;
        self.take_rest();
    }

    /// Takes what is reported already: what could not be written.
    fn take_rest(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            let effects = self.engine.event(Timestamp::now(), event);
            self.runtime.perform_all(effects);
        }
    }
}

/// Sleeps until a moment, at most [`LONGEST_SLEEP`]; without a moment, for ever.
async fn until(deadline: Option<Timestamp>) {
    let Some(deadline) = deadline else {
        return std::future::pending().await;
    };
    let left = deadline
        .duration_since(Timestamp::now())
        .clamp(SignedDuration::ZERO, LONGEST_SLEEP);
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}
