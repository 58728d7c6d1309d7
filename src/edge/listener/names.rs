//! Where host names lead, by this machine: its hosts file, then whatever else it asks.

use std::net::IpAddr;
use std::time::Duration;

/// How long the system may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// How names are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Names {
    /// As the system does it.
    #[default]
    System,
    /// By this list alone.
    Known(Vec<(String, IpAddr)>),
}

impl Names {
    /// The addresses that a name leads to, IPv4 first, each once; the system's words where it leads nowhere.
    pub async fn lead(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        let mut found: Vec<IpAddr> = match self {
            Self::System => {
                let looking = tokio::net::lookup_host((name, 0));
                match tokio::time::timeout(PATIENCE, looking).await {
                    Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
                    Ok(Err(error)) => return Err(error.to_string()),
                    Err(_) => return Err("the system did not say in time".to_owned()),
                }
            }
            Self::Known(known) => {
                let named = |(of, _): &&(String, IpAddr)| of.eq_ignore_ascii_case(name);
                known.iter().filter(named).map(|(_, ip)| *ip).collect()
            }
        };
        found.sort();
        found.dedup();
        Ok(found)
    }
}
