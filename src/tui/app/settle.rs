//! After the screens: what must not be cut off is waited for, with the terminal already given back.
//!
//! An exchange burns its code and a refresh spends its token, so their answers are kept although the user
//! has left (design.md section 4). What is held in memory only would be gone all the same, and holds nobody
//! up.

use super::{End, Signal, World, perform};
use crate::core::engine::Engine;
use crate::core::engine::message::Command;
use crate::edge::requests::Writer;
use jiff::Timestamp;
use std::io::{self, Write};

/// What is said while it is waited.
const WAITS: &str = "dineroscope waits for the token endpoint's answer, so that the tokens are not lost; \
                     Ctrl-C ends it";

/// What is left when the screens have ended.
#[derive(Debug)]
pub struct Ended {
    /// How they ended; an error when the terminal was gone.
    pub end: io::Result<End>,
    engine: Engine,
    world: World,
    writer: Option<Writer>,
}

impl Ended {
    pub(super) fn new(
        end: io::Result<End>,
        engine: Engine,
        world: World,
        writer: Option<Writer>,
    ) -> Self {
        Self {
            end,
            engine,
            world,
            writer,
        }
    }

    /// Waits until nothing is under way whose end is to be kept, and says so on `out`; a signal ends the
    /// wait. Returns how the program ended. What could not be kept is said last.
    pub async fn settle(mut self, out: &mut impl Write) -> io::Result<End> {
        let interrupted = self.wait(out).await;
        let effects = self.engine.leave();
        perform(&mut self.world, effects);
        if let Some(writer) = &mut self.writer {
            writer.finish().await;
        }
        interrupted.map_or(self.end, Ok)
    }

    /// The wait itself; a signal that ended it.
    async fn wait(&mut self, out: &mut impl Write) -> Option<End> {
        // A call of the API is of no use to anybody now, nor one that waits for a refresh.
        let effects = self.engine.command(Timestamp::now(), Command::CancelSend);
        perform(&mut self.world, effects);
        if !self.engine.is_owed() {
            return None;
        }
        // Standard error may be gone with the terminal; what is waited for is not.
        let _ = writeln!(out, "{WAITS}");
        while self.engine.is_owed() {
            let event = tokio::select! {
                biased;
                Some(signal) = self.world.signals.recv() => match signal {
                    Signal::Interrupt => return Some(End::Interrupted),
                    Signal::Terminate => return Some(End::Terminated),
                    Signal::HangUp => continue,
                },
                event = self.world.events.recv() => event,
            };
            // Nobody is left who could answer.
            let Some(event) = event else { break };
            let effects = self.engine.event(Timestamp::now(), event);
            perform(&mut self.world, effects);
        }
        if let Some(trouble) = self.engine.held().and_then(|held| held.trouble.as_ref()) {
            let _ = writeln!(out, "the tokens could not be kept: {trouble}");
        }
        None
    }
}
