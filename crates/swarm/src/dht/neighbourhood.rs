//! Who counts as one node where many could be one owner's.

use std::net::{IpAddr, SocketAddr};

use torrent_core::address::{Reach, reach};

use crate::addresses::caller_network;

/// Where a node is, so far as it matters who else is there: of public addresses the /24 (IPv6: the /64), of others the address and port,
/// because all nodes of an intranet may be in one network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Neighbourhood(IpAddr, u16);

impl Neighbourhood {
    pub(super) fn of(address: SocketAddr) -> Self {
        match reach(address.ip()) {
            Reach::World => Self(caller_network(address.ip()), 0),
            _ => Self(address.ip(), address.port()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_of_one_public_network() {
        let alike = |one: &str, other: &str| {
            Neighbourhood::of(one.parse().unwrap()) == Neighbourhood::of(other.parse().unwrap())
        };
        assert!(alike("8.8.8.8:1", "8.8.8.200:2") && !alike("8.8.8.8:1", "8.8.9.8:1"));
        assert!(alike("[2606:4700:0:1::1]:1", "[2606:4700:0:1:ffff::2]:2"));
        assert!(!alike("[2606:4700:0:1::1]:1", "[2606:4700:0:2::1]:1"));
        assert!(!alike("10.0.0.1:1", "10.0.0.2:1") && !alike("127.0.0.1:1", "127.0.0.1:2"));
    }
}
