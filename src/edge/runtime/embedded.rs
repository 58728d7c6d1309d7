//! The embedded sandbox: started when a profile asks for it, kept while the program runs.
//!
//! Kept also when another profile is used meanwhile, because grants belong to its address.

use super::answered;
use crate::core::engine::message::Event;
use crate::edge::sandbox_server::{SandboxConfig, SandboxServer, start};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::UnboundedSender;

/// The running one with what it was told, if any.
type Running = Arc<Mutex<Option<(SandboxConfig, SandboxServer)>>>;

/// Starts the embedded sandbox, or finds it running.
#[derive(Debug, Default)]
pub(super) struct Embedded {
    running: Running,
}

impl Embedded {
    /// Reports where it is reached. One that was told otherwise is ended first.
    pub(super) fn start(&self, config: SandboxConfig, events: UnboundedSender<Event>) {
        let running = self.running.clone();
        let starting = async move {
            origin(&running, config).await.map_or_else(
                |error| Event::SandboxFailed(format!("the sandbox cannot listen: {error}")),
                |origin| Event::SandboxStarted { origin },
            )
        };
        answered(events, starting, || {
            Event::SandboxFailed(super::BROKEN.to_owned())
        });
    }
}

/// The address of the one that runs with this configuration.
async fn origin(running: &Running, config: SandboxConfig) -> std::io::Result<String> {
    let mut running = running.lock().await;
    if let Some((told, server)) = running.as_ref()
        && *told == config
    {
        return Ok(server.origin().to_owned());
    }
    *running = None;
    let server = start(config.clone(), 0).await?;
    let origin = server.origin().to_owned();
    *running = Some((config, server));
    Ok(origin)
}
