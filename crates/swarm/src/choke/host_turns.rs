//! What is remembered of the turns that hosts have had: who comes again on another connection has not waited for longer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::Time;

/// The last turn of each host, of those that had one lately.
#[derive(Debug, Default)]
pub(super) struct HostTurns(BTreeMap<IpAddr, LastTurn>);

#[derive(Clone, Copy, Debug)]
struct LastTurn {
    ended: Time,
    /// Nothing was taken in it.
    is_wasted: bool,
}

impl HostTurns {
    /// A turn of a host is over.
    pub(super) fn end(&mut self, host: IpAddr, is_wasted: bool, now: Time) {
        if self.0.len() >= HOSTS && !self.0.contains_key(&host) {
            let oldest = self.0.iter().min_by_key(|(_, turn)| turn.ended).map(|(host, _)| *host);
            oldest.and_then(|host| self.0.remove(&host));
        }
        self.0.insert(host, LastTurn { ended: now, is_wasted });
    }

    /// When its last turn was over.
    pub(super) fn ended(&self, host: IpAddr) -> Time {
        self.0.get(&host).map_or(Time::ZERO, |turn| turn.ended)
    }

    /// Whether it has wasted its last turn, and that is not forgiven.
    pub(super) fn has_wasted(&self, host: IpAddr, now: Time) -> bool {
        self.0.get(&host).is_some_and(|turn| turn.is_wasted && now.saturating_sub(turn.ended) < FORGIVEN)
    }
}

/// Hosts that are remembered: five times as many as there are connections.
const HOSTS: usize = 1000;

/// After so long, a turn that was wasted is forgiven: a peer may have had nothing to request just then. Sixty hosts that waste every turn cost
/// half a minute of a slot in that time.
const FORGIVEN: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_and_forgiven() {
        let mut turns = HostTurns::default();
        let host = |number: u32| IpAddr::from(number.to_be_bytes());
        for number in 0..2000 {
            turns.end(host(number), true, Time::from_secs(number.into()));
        }
        assert_eq!(turns.0.len(), HOSTS);
        assert_eq!((turns.ended(host(0)), turns.ended(host(1999))), (Time::ZERO, Time::from_secs(1999)));
        assert!(turns.has_wasted(host(1999), Time::from_secs(2000)));
        assert!(!turns.has_wasted(host(1999), Time::from_secs(2600)), "it is forgiven");
        turns.end(host(1998), false, Time::from_secs(2000));
        assert!(!turns.has_wasted(host(1998), Time::from_secs(2000)), "it was made up for");
    }
}
