//! Hosts that are banned, and what is needed to ban others.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use super::banned_hosts::{BannedHosts, host};
use crate::ConnectionId;
use crate::limits::{BANS, DEPARTED, OFFENCES};

/// Hosts that are banned, and what is needed to ban others.
#[derive(Debug, Default)]
pub(crate) struct Bans {
    /// Those that are banned.
    pub(crate) hosts: BannedHosts,
    /// Hosts and how many protocol violations each has committed; the one whose last is the longest ago comes first.
    offences: VecDeque<(IpAddr, u32)>,
    /// The hosts of closed connections.
    departed: BTreeMap<ConnectionId, IpAddr>,
}

impl Bans {
    /// Counts a protocol violation; true if the host is to be banned now.
    pub(crate) fn offend(&mut self, ip: IpAddr) -> bool {
        let ip = host(ip);
        let known = self.offences.iter().position(|(host, _)| *host == ip);
        let before = known.and_then(|at| self.offences.remove(at)).map_or(0, |(_, count)| count);
        if self.offences.len() >= BANS {
            self.offences.pop_front();
        }
        self.offences.push_back((ip, before + 1));
        before + 1 == OFFENCES
    }

    /// Remembers where a connection led to, for the blocks that it gave.
    pub(crate) fn depart(&mut self, connection: ConnectionId, ip: IpAddr) {
        self.departed.insert(connection, ip);
        if self.departed.len() > DEPARTED {
            self.departed.pop_first();
        }
    }

    pub(crate) fn departed(&self, connection: ConnectionId) -> Option<IpAddr> {
        self.departed.get(&connection).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn the_third_offence_of_a_host_is_one_too_many() {
        let mut bans = Bans::default();
        let (ip, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let verdicts = [ip, other, ip, ip, ip].map(|ip| bans.offend(ip));
        assert_eq!(verdicts, [false, false, false, true, false]);
        for n in 0..3 * BANS as u32 {
            bans.offend(Ipv4Addr::from(n).into());
        }
        assert!(bans.offences.len() <= BANS);
    }

    #[test]
    fn the_oldest_offences_are_forgotten_first() {
        let mut bans = Bans::default();
        let [first, second, lowest] =
            ["198.51.100.1", "198.51.100.2", "0.0.0.1"].map(|ip| ip.parse().unwrap());
        let others = |count: usize| (0..count as u32).map(|n| Ipv4Addr::from((10 << 24) + n).into());
        bans.offend(first);
        bans.offend(second);
        others(BANS - 2).for_each(|ip| assert!(!bans.offend(ip)));
        assert!(!bans.offend(second), "known already: nobody is forgotten for it");
        assert!(!bans.offend(lowest), "one too many: the first is forgotten");
        assert!(!bans.offend(lowest) && bans.offend(lowest), "only the oldest offences are forgotten");
        assert!(bans.offend(second), "its last one was later");
        assert!(!bans.offend(first) && !bans.offend(first) && bans.offend(first));
    }
}
