//! Who holds a port that is taken, where the system tells: on Linux, from `/proc`.
//!
//! A kindness and never a condition: what cannot be read is not known, and nothing is said.

use std::net::SocketAddr;

/// The process that listens on an address, as a sentence names it. `None` where that is not known. Reads
/// many small files: to be called where one may block.
#[cfg(target_os = "linux")]
pub(super) fn holder(address: SocketAddr) -> Option<String> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .find_map(|table| linux::listening(&table, address))?;
    let Some(pid) = linux::owner(&inode) else {
        return Some("a program of another user".to_owned());
    };
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let own = if pid == std::process::id() {
        " (this program itself)"
    } else {
        ""
    };
    Some(match name.trim() {
        "" => format!("process {pid}{own}"),
        name => format!("process {pid} `{name}`{own}"),
    })
}

/// The process that listens on an address: not known on this system.
#[cfg(not(target_os = "linux"))]
pub(super) fn holder(_address: SocketAddr) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    //! The tables of `/proc` (proc(5)).

    use std::fmt::Write as _;
    use std::fs;
    use std::net::{IpAddr, Ipv6Addr, SocketAddr};

    /// The state of a listening socket (`TCP_LISTEN`).
    const LISTENING: &str = "0A";

    /// The inode of the socket that listens on an address or on every address of its port.
    pub(super) fn listening(table: &str, address: SocketAddr) -> Option<String> {
        table.lines().skip(1).find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            let (ip, port) = local.split_once(':')?;
            let port = u16::from_str_radix(port, 16).ok()?;
            let is_held = *state == LISTENING && port == address.port() && covers(ip, address.ip());
            is_held.then(|| (*inode).to_owned())
        })
    }

    /// Whether a socket bound to that address takes what is meant for the other.
    fn covers(written: &str, wanted: IpAddr) -> bool {
        if written.bytes().all(|digit| digit == b'0') {
            return true;
        }
        let words = |octets: &[u8]| {
            let mut written = String::new();
            for four in octets.chunks_exact(4) {
                // The kernel prints each word as it lies in memory.
                let word = u32::from_ne_bytes([four[0], four[1], four[2], four[3]]);
                let _ = write!(written, "{word:08X}");
            }
            written
        };
        let mapped = |ip: Ipv6Addr| words(&ip.octets());
        match wanted {
            IpAddr::V4(ip) => {
                written == words(&ip.octets()) || written == mapped(ip.to_ipv6_mapped())
            }
            IpAddr::V6(ip) => written == mapped(ip),
        }
    }

    /// The first process that has a socket open; those of other users cannot be seen.
    pub(super) fn owner(inode: &str) -> Option<u32> {
        let socket = format!("socket:[{inode}]");
        let processes = fs::read_dir("/proc").ok()?.flatten();
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .find(|pid| {
                let open = fs::read_dir(format!("/proc/{pid}/fd"));
                open.into_iter().flatten().flatten().any(|file| {
                    fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == socket.as_str())
                })
            })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

    use super::{holder, linux};
    use std::net::{SocketAddr, TcpListener};

    #[test]
    fn a_port_that_this_process_holds_is_told_as_its_own() {
        for address in ["127.0.0.1:0", "0.0.0.0:0"] {
            let socket = TcpListener::bind(address).unwrap();
            let port = socket.local_addr().unwrap().port();
            let held = holder(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
            let own = format!("process {} `", std::process::id());
            assert!(held.starts_with(&own), "{held}");
            assert!(held.ends_with("(this program itself)"), "{held}");
        }
    }

    #[test]
    fn another_address_of_the_same_port_is_not_it() {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        assert_eq!(holder(SocketAddr::from(([127, 0, 0, 2], port))), None);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_table_of_the_kernel_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:223D 0200007F:0001 01 00000000:00000000 00:00000000 00000000 0 0 11 1 x\n   \
                     1: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12 1 x\n   \
                     2: 00000000000000000000000001000000:223E 0:0 0A 0:0 0:0 0 0 0 13 1 x\n   \
                     3: broken\n";
        let at = |address: &str| linux::listening(table, address.parse().unwrap());
        assert_eq!(at("127.0.0.1:8765").as_deref(), Some("12"));
        assert_eq!(at("[::1]:8766").as_deref(), Some("13"));
        assert_eq!(at("127.0.0.1:8766"), None);
    }
}
