//! Binds the addresses that a redirect URI means, or says exactly why that cannot be.

use super::holder::holder;
use super::{Listener, Names};
use crate::core::oauth::flow::{BindFailure, BindFailureKind};
use crate::core::profile::listen::{Listen, ListenAddress};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpListener;
use url::{Host, Url};

/// How many ports are tried when any port will do and the other family's twin of it is held.
const ATTEMPTS: usize = 16;

/// Binds what the redirect URI names: both loopback families for `localhost`, because a browser may try
/// either; the literal alone for a literal; for another name what it leads to, as long as that is this
/// machine's loopback. `[listen] address` goes before all of it. With port 0 the system chooses one for the
/// first family, and the other takes the same. A port that is fixed is never replaced by another; who holds
/// it is found out, where the system tells.
pub async fn bind(
    redirect_uri: &str,
    listen: &Listen,
    names: &Names,
) -> Result<Listener, BindFailure> {
    let failure = match bind_there(redirect_uri, listen, names).await {
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
async fn bind_there(
    redirect_uri: &str,
    listen: &Listen,
    names: &Names,
) -> Result<Listener, BindFailure> {
    let (ips, port) = match listen.address {
        Some(ListenAddress::Localhost(port)) => (LOCALHOST.to_vec(), port),
        Some(ListenAddress::Ip(address)) => (vec![address.ip()], address.port()),
        None => place(redirect_uri, names).await?,
    };
    let mut attempt = 1;
    loop {
        match bind_all(&ips, port).await {
            Err(failure)
                if failure.kind == BindFailureKind::InUse && port == 0 && attempt < ATTEMPTS =>
            {
                attempt += 1;
            }
            bound => return bound,
        }
    }
}

/// Binds the first address, then the others with its port. A machine without IPv6 is no trouble; a program
/// that holds the port there is: the browser might hand it the code.
async fn bind_all(ips: &[IpAddr], port: u16) -> Result<Listener, BindFailure> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut port = port;
    let mut without_ipv6 = false;
    for ip in ips {
        let address = SocketAddr::new(*ip, port);
        match TcpListener::bind(address).await {
            Ok(socket) => {
                port = local(&socket)?.port();
                sockets.push(socket);
            }
            Err(error) if !sockets.is_empty() && ip.is_ipv6() && is_missing(&error) => {
                without_ipv6 = true;
            }
            Err(error) => return Err(failure(address, &error)),
        }
    }
    listener(sockets, without_ipv6)
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

/// Both loopback families.
const LOCALHOST: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::LOCALHOST),
    IpAddr::V6(Ipv6Addr::LOCALHOST),
];

/// Where a redirect URI can be listened for.
async fn place(redirect_uri: &str, names: &Names) -> Result<(Vec<IpAddr>, u16), BindFailure> {
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
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused(format!(
            "nothing can listen for `{}:` addresses: paste the answer instead",
            url.scheme()
        )));
    }
    let port = url.port_or_known_default().unwrap_or(80);
    let name = match url.host() {
        Some(Host::Ipv4(ip)) if ip.is_loopback() => return Ok((vec![IpAddr::V4(ip)], port)),
        Some(Host::Ipv6(ip)) if ip.is_loopback() => return Ok((vec![IpAddr::V6(ip)], port)),
        Some(Host::Domain(name)) if is_localhost(name) => return Ok((LOCALHOST.to_vec(), port)),
        Some(Host::Domain(name)) => name.to_owned(),
        host => {
            let host = host.map(|host| host.to_string()).unwrap_or_default();
            return Err(refused(format!(
                "`{host}` is not a loopback address: use `localhost`, name `[listen] address`, or paste \
                 the answer"
            )));
        }
    };
    let led = names.lead(&name).await.unwrap_or_default();
    match led.iter().find(|ip| !ip.is_loopback()) {
        None if !led.is_empty() => Ok((led, port)),
        Some(ip) => Err(refused(format!(
            "`{name}` leads to {ip}, not to this machine's loopback: lead it here in the hosts file, name \
             `[listen] address`, or paste the answer"
        ))),
        None => Err(refused(format!(
            "`{name}` leads nowhere: write `127.0.0.1 {name}` into the hosts file, name `[listen] \
             address`, or paste the answer"
        ))),
    }
}

/// `localhost`, and names below it, which browsers never look up (RFC 6761 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
}
