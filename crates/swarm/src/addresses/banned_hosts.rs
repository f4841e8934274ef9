//! Hosts that nobody talks to any more.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::CloseReason;
use crate::limits::{BANS, BANS_PER_NETWORK};

/// Hosts that are banned, a bounded number. An engine has one for its torrent; a driver of many may have one for all.
#[derive(Debug, Default)]
pub struct BannedHosts {
    /// Each with its place in `order`, and why.
    hosts: BTreeMap<IpAddr, (u64, CloseReason)>,
    /// Who was banned first comes first.
    order: BTreeMap<u64, IpAddr>,
    next: u64,
}

impl BannedHosts {
    /// Whether a host is banned.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.hosts.contains_key(&host(ip))
    }

    /// What a host is banned for.
    pub fn why(&self, ip: IpAddr) -> Option<CloseReason> {
        self.hosts.get(&host(ip)).map(|(_, why)| *why)
    }

    /// Bans a host; true if it was not banned before. If there are too many, the one that was banned first is forgotten: of the same
    /// network, if that alone has too many.
    pub fn ban(&mut self, ip: IpAddr, why: CloseReason) -> bool {
        let ip = host(ip);
        if self.hosts.contains_key(&ip) {
            return false;
        }
        let of_network = || self.hosts.range(network(ip)).map(|(_, (place, _))| *place);
        let oldest = match ip {
            IpAddr::V6(_) if of_network().count() >= BANS_PER_NETWORK => of_network().min(),
            _ if self.hosts.len() >= BANS => self.order.first_key_value().map(|(place, _)| *place),
            _ => None,
        };
        oldest.and_then(|place| self.order.remove(&place)).map(|ip| self.hosts.remove(&ip));
        self.hosts.insert(ip, (self.next, why));
        self.order.insert(self.next, ip);
        self.next += 1;
        true
    }

    pub(crate) fn count(&self) -> usize {
        self.hosts.len()
    }

    /// How many hosts are banned for what.
    pub(crate) fn reasons(&self) -> BTreeMap<CloseReason, usize> {
        let mut reasons = BTreeMap::new();
        self.hosts.values().for_each(|(_, why)| *reasons.entry(*why).or_default() += 1);
        reasons
    }
}

/// What counts as one host: an IPv4 address, or the /64 of an IPv6 address, which is what a household gets.
pub fn host(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX))),
        v4 => v4,
    }
}

/// The network in which a caller may have many addresses: a /24, of IPv6 a /64.
pub fn caller_network(ip: IpAddr) -> IpAddr {
    match host(ip) {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & !0xff).into(),
        v6 => v6,
    }
}

/// The addresses of the /48 of an IPv6 address, which is what a customer of a provider may get.
fn network(ip: IpAddr) -> std::ops::RangeInclusive<IpAddr> {
    match ip {
        IpAddr::V4(_) => ip..=ip,
        IpAddr::V6(v6) => {
            let below = u128::MAX >> 48;
            Ipv6Addr::from_bits(v6.to_bits() & !below).into()
                ..=Ipv6Addr::from_bits(v6.to_bits() | below).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_room_for_one_more_ban() {
        let mut bans = BannedHosts::default();
        let v4 = |n: usize| Ipv4Addr::from((10 << 24) + n as u32).into();
        (0..BANS).for_each(|n| assert!(bans.ban(v4(n), CloseReason::Poison)));
        assert!(bans.ban(v4(BANS), CloseReason::Poison) && bans.contains(v4(BANS)));
        assert_eq!((bans.count(), bans.contains(v4(0)), bans.contains(v4(1))), (BANS, false, true));
        // One network of IPv6 pushes out nobody but itself.
        let v6 = |n: usize| Ipv6Addr::from_bits(0x2001_0db8_0001 << 80 | (n as u128) << 64).into();
        (0..60_000).for_each(|n| assert!(bans.ban(v6(n), CloseReason::Poison)));
        assert_eq!((bans.count(), bans.contains(v6(59_999)), bans.contains(v6(0))), (BANS, true, false));
        let left = (0..=BANS).filter(|n| bans.contains(v4(*n))).count();
        assert_eq!(left, BANS - BANS_PER_NETWORK);
    }

    #[test]
    fn a_ban_is_of_a_host() {
        let mut bans = BannedHosts::default();
        assert!(bans.ban("2001:db8:1:2::5".parse().unwrap(), CloseReason::Poison));
        assert!(bans.contains("2001:db8:1:2:ffff::1".parse().unwrap()));
        assert!(!bans.contains("2001:db8:1:3::5".parse().unwrap()));
        assert!(bans.ban("::ffff:192.0.2.1".parse().unwrap(), CloseReason::Poison));
        assert!(bans.contains("192.0.2.1".parse().unwrap()) && !bans.contains("192.0.2.2".parse().unwrap()));
        assert!(!bans.ban("192.0.2.1".parse().unwrap(), CloseReason::Poison));
    }
}
