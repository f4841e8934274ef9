//! Listens for peers: one port for all torrents, over IPv4 and IPv6.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use mio::net::TcpListener;

use crate::transport;

/// Listeners on the same port, and that port. Without `port`, a free one is chosen.
///
/// # Errors
/// The port is in use, or the address does not belong to this machine.
pub(crate) fn listen(bind: Option<IpAddr>, port: Option<u16>) -> io::Result<(Vec<TcpListener>, u16)> {
    let first = bind.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let mut listeners = vec![transport::listen(SocketAddr::new(first, port.unwrap_or(0)))?];
    let port = listeners[0].local_addr()?.port();
    if bind.is_none() {
        // A machine without IPv6 has just the one.
        listeners.extend(transport::listen(SocketAddr::new(Ipv6Addr::UNSPECIFIED.into(), port)));
    }
    Ok((listeners, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_families_share_a_port() {
        let (listeners, port) = listen(None, None).unwrap();
        assert!(listeners.iter().all(|listener| listener.local_addr().unwrap().port() == port));
        let (only, _) = listen(Some(Ipv4Addr::LOCALHOST.into()), None).unwrap();
        assert_eq!(only.len(), 1);
        assert!(only[0].local_addr().unwrap().ip().is_loopback());
    }

    #[test]
    fn a_port_that_is_taken_is_an_error() {
        let ip = Some(Ipv4Addr::LOCALHOST.into());
        let (_listeners, port) = listen(ip, None).unwrap();
        assert_eq!(listen(ip, Some(port)).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    }
}
