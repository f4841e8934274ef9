//! At which address others see us: trackers say so (BEP 24), and peers (BEP 10, `yourip`).
//!
//! No peer is believed alone: an address is ours when a tracker says so, or two peers who are not of the same network. What a liar could
//! gain is little: one address that we do not dial, and another order among those that we do.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};

use super::banned_hosts::caller_network;
use super::priority::priority;
use crate::TrackerId;

/// What others say of our address.
#[derive(Debug, Default)]
pub(crate) struct OwnAddress {
    /// Where we listen, if we do.
    port: u16,
    /// The latest sayings, with who said it; of each one a family.
    said: VecDeque<(Witness, IpAddr)>,
    v4: Option<IpAddr>,
    v6: Option<IpAddr>,
}

/// Who says where we are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Witness {
    Tracker(TrackerId),
    /// A peer of this network.
    Peer(IpAddr),
}

impl Witness {
    /// A peer at this address.
    pub(crate) fn peer(ip: IpAddr) -> Self {
        Self::Peer(caller_network(ip))
    }
}

impl OwnAddress {
    /// Nobody has said anything yet.
    pub(crate) fn new(port: Option<u16>) -> Self {
        Self { port: port.unwrap_or_default(), ..Self::default() }
    }

    /// Somebody sees us at `ip`.
    pub(crate) fn says(&mut self, witness: Witness, ip: IpAddr) {
        let ip = ip.to_canonical();
        self.said.retain(|(other, seen)| *other != witness || seen.is_ipv4() != ip.is_ipv4());
        self.said.push_back((witness, ip));
        if self.said.len() > SAYINGS {
            self.said.pop_front();
        }
        let witnesses = self.said.iter().filter(|(_, seen)| *seen == ip).count();
        if witnesses >= WITNESSES || matches!(witness, Witness::Tracker(_)) {
            *(if ip.is_ipv4() { &mut self.v4 } else { &mut self.v6 }) = Some(ip);
        }
    }

    /// Whether we ourselves listen at an address.
    pub(crate) fn is(&self, address: SocketAddr) -> bool {
        self.port != 0 && self.beside(address) == Some(address)
    }

    /// How much we and a peer at this address want each other (BEP 40), if it is known where we are.
    pub(crate) fn priority(&self, address: SocketAddr) -> Option<u32> {
        self.beside(address).map(|own| priority(own, address))
    }

    fn beside(&self, address: SocketAddr) -> Option<SocketAddr> {
        let own = if address.ip().to_canonical().is_ipv4() { self.v4 } else { self.v6 };
        own.map(|ip| SocketAddr::new(ip, self.port))
    }
}

/// Sayings that are kept.
const SAYINGS: usize = 16;
/// Networks whose peers must say the same.
const WITNESSES: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_ours_when_two_networks_say_so() {
        let mut own = OwnAddress::new(Some(6881));
        let mut says = |witness, ip: &str| {
            own.says(witness, ip.parse().unwrap());
            own.is("9.9.9.9:6881".parse().unwrap())
        };
        let peer = |ip: &str| Witness::peer(ip.parse().unwrap());
        assert!(!says(peer("8.8.8.8"), "9.9.9.9"));
        assert!(!says(peer("8.8.8.9"), "9.9.9.9"), "a neighbour of the first");
        assert!(says(peer("8.8.4.4"), "::ffff:9.9.9.9"));
        assert!(says(peer("2.2.2.2"), "6.6.6.6"), "one liar");
        assert!(!says(peer("3.3.3.3"), "6.6.6.6"), "or we have moved");
        assert!(says(Witness::Tracker(TrackerId(0)), "9.9.9.9"));
        for ip in (0..1000_u32).map(|n| IpAddr::from(std::net::Ipv4Addr::from(0x0404_0000 + (n << 8)))) {
            own.says(Witness::peer(ip), ip);
        }
        assert!(own.said.len() <= SAYINGS);
        assert!(!own.is("6.6.6.6:6882".parse().unwrap()) && !own.is("[2001:db8::1]:6881".parse().unwrap()));
    }
}
