//! Addresses as trackers, peers and nodes write them: 4 or 16 bytes and a port (BEP 23, BEP 7).

use std::net::{IpAddr, SocketAddr};

use torrent_core::address::compact_ip;

/// The addresses of `N` bytes each, in order; `None` for one without a port. What is left over at the end is dropped.
pub(crate) fn compact_addresses<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = Option<SocketAddr>> {
    bytes.as_chunks::<N>().0.iter().map(|peer| {
        let (ip, port) = peer.split_last_chunk()?;
        let port = u16::from_be_bytes(*port);
        compact_ip(ip).filter(|_| port > 0).map(|ip| SocketAddr::new(ip.to_canonical(), port))
    })
}

/// An address of 6 or 18 bytes.
pub(crate) fn compact(address: SocketAddr) -> Vec<u8> {
    let mut bytes = match address.ip().to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    bytes.extend(address.port().to_be_bytes());
    bytes
}
