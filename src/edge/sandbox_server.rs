//! Puts the sandbox's router on a loopback socket, with the faults that are done at the socket.
//!
//! The sandbox itself knows neither sockets nor the clock nor randomness: all three are handed in here.

pub use crate::sandbox::{ConsentMode, Faults, SandboxConfig};

use crate::core::secret::Entropy;
use crate::sandbox::{Sandbox, Surroundings, router};
use jiff::Timestamp;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A sandbox that listens on 127.0.0.1; it ends when this is dropped.
#[derive(Debug)]
pub struct SandboxServer {
    origin: String,
    task: JoinHandle<()>,
}

impl SandboxServer {
    /// Where it is reached: `http://127.0.0.1:41234`. Its issuer, and the base URL of its API.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for SandboxServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a sandbox on that port of 127.0.0.1; 0 takes a free one. Fails when the port cannot be bound
/// or the system gives no randomness.
pub async fn start(config: SandboxConfig, port: u16) -> io::Result<SandboxServer> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let surroundings = Surroundings {
        origin: origin.clone(),
        clock: Timestamp::now,
        entropy: Entropy::from_seed(seed),
    };
    let router = router(Arc::new(Sandbox::new(config, surroundings)));
    let task = tokio::spawn(async move {
        // It ends only by being aborted: accept errors are waited out by axum.
        let _ = axum::serve(listener, router).await;
    });
    Ok(SandboxServer { origin, task })
}
