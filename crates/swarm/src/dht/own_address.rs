//! What our address is, as nodes see it (BEP 42): believed when enough of them agree that have nothing to do with each other.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use torrent_core::address::{Reach, reach};

use super::limits::{VOTES, VOTES_NEEDED};

/// What nodes say that our address is; of each network only the last word counts.
#[derive(Debug, Default)]
pub(super) struct AddressVotes {
    votes: VecDeque<(IpAddr, IpAddr)>,
    believed: Option<IpAddr>,
}

impl AddressVotes {
    /// A node says that our address is `ours`. The address, if it is believed now and was not before.
    pub(super) fn vote(&mut self, voter: IpAddr, ours: IpAddr) -> Option<IpAddr> {
        let voter = wide_network(voter);
        self.votes.retain(|(earlier, _)| *earlier != voter);
        if self.votes.len() == VOTES {
            self.votes.pop_front();
        }
        self.votes.push_back((voter, ours));
        let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
        self.votes.iter().for_each(|(_, ours)| *counts.entry(*ours).or_default() += 1);
        let (winner, count) =
            counts.iter().max_by_key(|(ours, count)| (**count, Some(**ours) == self.believed))?;
        let is_news =
            *count >= VOTES_NEEDED && self.believed != Some(*winner) && reach(*winner) == Reach::World;
        if !is_news {
            return None;
        }
        self.believed = Some(*winner);
        self.believed
    }
}

/// A network that one owner may have much of: a /16, of IPv6 a /32.
fn wide_network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits() & !0xffff).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !(u128::MAX >> 32)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_networks_have_to_agree() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut votes = AddressVotes::default();
        let mut vote = |voter: &str, ours: &str| votes.vote(ip(voter), ip(ours)).map(|ours| ours.to_string());
        // One network has one voice, however many addresses.
        (0..200).for_each(|host| assert_eq!(vote(&format!("20.1.{host}.1"), "30.0.0.1"), None));
        assert_eq!(vote("20.2.0.1", "30.0.0.2"), None);
        assert_eq!(vote("20.3.0.1", "30.0.0.2"), None);
        assert_eq!(vote("20.4.0.1", "30.0.0.2").as_deref(), Some("30.0.0.2"));
        assert_eq!(vote("20.5.0.1", "30.0.0.2"), None);
        // As many others do not change it; more do.
        ["20.6.0.1", "20.7.0.1", "20.8.0.1"]
            .iter()
            .for_each(|voter| assert_eq!(vote(voter, "30.0.0.3"), None));
        assert_eq!(vote("20.9.0.1", "30.0.0.3"), None);
        assert_eq!(vote("20.10.0.1", "30.0.0.3").as_deref(), Some("30.0.0.3"));
    }

    #[test]
    fn a_private_address_is_no_reason_for_an_id() {
        let mut votes = AddressVotes::default();
        for voter in 1..20 {
            assert_eq!(votes.vote([20, voter, 0, 1].into(), [10, 0, 0, 1].into()), None);
        }
    }
}
