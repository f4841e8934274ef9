//! Who counts as one: whoever has an IPv6 address has very many of them.

use std::net::{IpAddr, Ipv6Addr};

/// The first and last address of the network that one customer of a provider has at least.
pub(super) fn network(ip: IpAddr) -> (IpAddr, IpAddr) {
    match ip {
        IpAddr::V4(_) => (ip, ip),
        IpAddr::V6(v6) => {
            let hosts = u128::from(u64::MAX);
            let at = |bits| IpAddr::from(Ipv6Addr::from_bits(bits));
            (at(v6.to_bits() & !hosts), at(v6.to_bits() | hosts))
        }
    }
}
