//! The embedded sandboxes: one for each client that asked, started once, kept while the program runs.
//!
//! Kept also when another profile is used meanwhile, because grants belong to its address, and because
//! two that are asked for at one time must not end each other.

use super::answered;
use crate::core::engine::message::Event;
use crate::core::fault::Fault;
use crate::edge::sandbox_server::{Faults, SandboxConfig, SandboxServer, start};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedSender;

/// Those that run, each with what it was told.
type Running = Arc<Mutex<Vec<(SandboxConfig, SandboxServer)>>>;

/// Starts an embedded sandbox, or finds it running.
#[derive(Debug, Default)]
pub(super) struct Embedded {
    running: Running,
    /// One switch for all of them.
    faults: Faults,
}

impl Embedded {
    /// From now on all fail in these ways, those that run too.
    pub(super) fn switch(&self, faults: &[Fault]) {
        self.faults.set(faults);
    }

    /// Reports to the run where it is reached.
    pub(super) fn start(&self, run: u64, client: SandboxConfig, events: UnboundedSender<Event>) {
        let config = SandboxConfig {
            faults: self.faults.clone(),
            ..client
        };
        let running = self.running.clone();
        let starting = async move {
            origin(&running, config).await.map_or_else(
                |error| Event::SandboxFailed {
                    run,
                    reason: format!("the sandbox cannot listen: {error}"),
                },
                |origin| Event::SandboxStarted { run, origin },
            )
        };
        answered(events, starting, move || Event::SandboxFailed {
            run,
            reason: super::BROKEN.to_owned(),
        });
    }
}

/// The address of the one that runs with this configuration.
async fn origin(running: &Running, config: SandboxConfig) -> std::io::Result<String> {
    let mut running = running.lock().await;
    if let Some((_, server)) = running.iter().find(|(told, _)| *told == config) {
        return Ok(server.origin().to_owned());
    }
    let server = start(config.clone(), 0).await?;
    let origin = server.origin().to_owned();
    running.push((config, server));
    Ok(origin)
}
