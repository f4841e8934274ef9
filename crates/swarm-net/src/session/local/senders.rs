//! Which datagrams are looked at. Each host has an allowance of its own, so that one that floods the group keeps nobody else from being heard.

use std::collections::HashMap;
use std::net::IpAddr;

use swarm::Time;

/// How much each host has sent in this second.
#[derive(Default)]
pub(super) struct Senders {
    second: u64,
    datagrams: HashMap<IpAddr, usize>,
}

impl Senders {
    /// A host has sent a datagram: whether it is looked at.
    pub(super) fn may_speak(&mut self, now: Time, ip: IpAddr) -> bool {
        if self.second != now.as_secs() {
            self.second = now.as_secs();
            self.datagrams.clear();
        }
        if self.datagrams.len() >= HOSTS && !self.datagrams.contains_key(&ip) {
            return false;
        }
        let count = self.datagrams.entry(ip).or_default();
        *count += 1;
        *count <= ALLOWANCE
    }
}

/// Datagrams of a host that are looked at in a second: two programs of it may announce as many torrents as we do at once.
const ALLOWANCE: usize = 10;

/// Hosts that are listened to in a second. Each speaks once in a minute, so that this is a network of tens of thousands, or one host that forges.
const HOSTS: usize = 500;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_floods_keeps_nobody_else_from_being_heard() {
        let (mut senders, flood, other) = (Senders::default(), [10, 0, 0, 9].into(), [10, 0, 0, 2].into());
        for second in [3, 4] {
            let now = Time::from_secs(second);
            let heard = (0..100_000).filter(|_| senders.may_speak(now, flood)).count();
            assert_eq!((heard, senders.may_speak(now, other)), (ALLOWANCE, true), "{second}");
        }
    }

    #[test]
    fn hosts_that_are_remembered_are_bounded() {
        let mut senders = Senders::default();
        let ips = (0..10 * HOSTS as u32).map(|ip| IpAddr::from(ip.to_be_bytes()));
        assert_eq!(ips.filter(|ip| senders.may_speak(Time::ZERO, *ip)).count(), HOSTS);
        assert!(senders.may_speak(Time::ZERO, [0, 0, 0, 0].into()), "who was heard may go on");
        assert_eq!(senders.datagrams.len(), HOSTS);
    }
}
