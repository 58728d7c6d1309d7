//! Binds the addresses that a redirect URI means, or says exactly why that cannot be.

use super::Listener;
use super::holder::holder;
use crate::core::oauth::flow::{BindFailure, BindFailureKind};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpListener;
use url::{Host, Url};

/// How many ports are tried when any port will do and the other family's twin of it is held.
const ATTEMPTS: usize = 16;

/// Binds what the redirect URI names: both loopback families for `localhost`, because a browser may try
/// either; the literal alone for a literal. With port 0 the system chooses one for IPv4, and IPv6 takes
/// the same. A port that is fixed is never replaced by another; who holds it is found out, where the system
/// tells.
pub async fn bind(redirect_uri: &str) -> Result<Listener, BindFailure> {
    let failure = match bind_there(redirect_uri).await {
        Err(failure) if failure.kind == BindFailureKind::InUse => failure,
        bound => return bound,
    };
    let looking = failure.address.parse().map(|address| {
        // Among a few hundred processes this takes milliseconds; it must not hold up the others.
        tokio::task::spawn_blocking(move || holder(address))
    });
    let holder = match looking {
        Ok(looking) => looking.await.ok().flatten(),
        Err(_) => None,
    };
    Err(BindFailure { holder, ..failure })
}

/// Binds the addresses.
async fn bind_there(redirect_uri: &str) -> Result<Listener, BindFailure> {
    let (place, port) = place(redirect_uri)?;
    match place {
        Place::Literal(ip) => {
            let address = SocketAddr::new(ip, port);
            let socket = TcpListener::bind(address)
                .await
                .map_err(|error| failure(address, &error))?;
            listener(vec![socket], false)
        }
        Place::Localhost if port == 0 => {
            let mut attempt = 1;
            loop {
                match both(0).await {
                    Err(failure)
                        if failure.kind == BindFailureKind::InUse && attempt < ATTEMPTS =>
                    {
                        attempt += 1;
                    }
                    bound => return bound,
                }
            }
        }
        Place::Localhost => both(port).await,
    }
}

/// Binds IPv4, then IPv6 with the same port. A machine without IPv6 is no trouble; a program that holds
/// the port there is: the browser might hand it the code.
async fn both(port: u16) -> Result<Listener, BindFailure> {
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let first = TcpListener::bind(v4)
        .await
        .map_err(|error| failure(v4, &error))?;
    let port = local(&first)?.port();
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, port));
    match TcpListener::bind(v6).await {
        Ok(second) => listener(vec![first, second], false),
        Err(error) if is_missing(&error) => listener(vec![first], true),
        Err(error) => Err(failure(v6, &error)),
    }
}

/// Whether a family does not exist on this machine.
fn is_missing(error: &io::Error) -> bool {
    /// EAFNOSUPPORT, for which the standard library has no name: Linux, BSD and macOS, Windows.
    const FAMILY_NOT_SUPPORTED: [i32; 3] = [97, 47, 10047];
    error.kind() == ErrorKind::AddrNotAvailable
        || error.kind() == ErrorKind::Unsupported
        || error
            .raw_os_error()
            .is_some_and(|code| FAMILY_NOT_SUPPORTED.contains(&code))
}

/// The sockets as a listener.
fn listener(sockets: Vec<TcpListener>, without_ipv6: bool) -> Result<Listener, BindFailure> {
    let addresses = sockets.iter().map(local).collect::<Result<_, _>>()?;
    Ok(Listener {
        sockets,
        addresses,
        without_ipv6,
    })
}

/// The address of a bound socket.
fn local(socket: &TcpListener) -> Result<SocketAddr, BindFailure> {
    socket.local_addr().map_err(|error| BindFailure {
        kind: BindFailureKind::Other,
        address: String::new(),
        detail: error.to_string(),
        holder: None,
    })
}

/// Why an address could not be bound.
fn failure(address: SocketAddr, error: &io::Error) -> BindFailure {
    let kind = match error.kind() {
        ErrorKind::AddrInUse => BindFailureKind::InUse,
        ErrorKind::PermissionDenied => BindFailureKind::NotPermitted,
        ErrorKind::AddrNotAvailable => BindFailureKind::AddressUnavailable,
        _ => BindFailureKind::Other,
    };
    BindFailure {
        kind,
        address: address.to_string(),
        detail: error.to_string(),
        holder: None,
    }
}

/// What a redirect URI's host means.
enum Place {
    /// Both loopback families.
    Localhost,
    /// This address.
    Literal(IpAddr),
}

/// Where a redirect URI can be listened for.
fn place(redirect_uri: &str) -> Result<(Place, u16), BindFailure> {
    let refused = |detail: String| BindFailure {
        kind: BindFailureKind::NotListenable,
        address: redirect_uri.to_owned(),
        detail,
        holder: None,
    };
    let url = Url::parse(redirect_uri).map_err(|error| {
        refused(format!(
            "it is no address ({error}): write `http://localhost:8765/callback`"
        ))
    })?;
    match url.scheme() {
        "http" => {}
        "https" => {
            return Err(refused(
                "https is not served yet: register `http://localhost:PORT/PATH`, or paste the answer"
                    .to_owned(),
            ));
        }
        scheme => {
            return Err(refused(format!(
                "nothing can listen for `{scheme}:` addresses: paste the answer instead"
            )));
        }
    }
    let port = url.port_or_known_default().unwrap_or(80);
    let ip = match url.host() {
        Some(Host::Domain(name)) if name.eq_ignore_ascii_case("localhost") => {
            return Ok((Place::Localhost, port));
        }
        Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
        Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
        host => {
            let host = host.map(|host| host.to_string()).unwrap_or_default();
            return Err(refused(format!(
                "`{host}` is not this machine's loopback: use `localhost`, or paste the answer"
            )));
        }
    };
    if ip.is_loopback() {
        Ok((Place::Literal(ip), port))
    } else {
        Err(refused(format!(
            "`{ip}` is not a loopback address: use `localhost`, or paste the answer"
        )))
    }
}
