//! Who may stay when many come: no network has more than its places, and when all are taken, one of the network that has the most goes.

use std::collections::HashMap;
use std::net::IpAddr;

use swarm::{ConnectionId, host};

/// What becomes of somebody who comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admission {
    /// There is a place.
    Free,
    /// This one has to go for it.
    InsteadOf(ConnectionId),
    /// There is none.
    Refused,
}

/// Somebody who has a place; the first to come first.
#[derive(Clone, Copy, Debug)]
pub(super) struct VisitorPlace {
    pub(super) id: ConnectionId,
    pub(super) ip: IpAddr,
    /// It is being answered: those that are silent go before it.
    pub(super) is_answered: bool,
}

/// What becomes of somebody who comes from `ip` when there are `most` places in all. Behind a proxy of this machine, whoever comes from
/// loopback may be anybody: those have no limit of their own.
pub(super) fn admit(places: &[VisitorPlace], most: usize, ip: IpAddr, has_proxy: bool) -> Admission {
    let is_proxy = has_proxy && ip.to_canonical().is_loopback();
    let network = host(ip);
    let mut counts: HashMap<IpAddr, usize> = HashMap::new();
    places.iter().for_each(|place| *counts.entry(host(place.ip)).or_default() += 1);
    let own = counts.get(&network).copied().unwrap_or_default();
    if own >= OF_NETWORK && !is_proxy {
        let silent = places.iter().find(|place| host(place.ip) == network && !place.is_answered);
        return silent.map_or(Admission::Refused, |place| Admission::InsteadOf(place.id));
    }
    if places.len() < most {
        return Admission::Free;
    }
    let greatest = counts.values().copied().max().unwrap_or_default();
    let of_greatest = |place: &&VisitorPlace| counts.get(&host(place.ip)) == Some(&greatest);
    let silent = places.iter().filter(of_greatest).find(|place| !place.is_answered);
    // Among equals, who is being answered stays.
    let goes = silent.or_else(|| places.iter().filter(|_| greatest > own + 1).find(of_greatest));
    goes.map_or(Admission::Refused, |place| Admission::InsteadOf(place.id))
}

/// Places of one address, or one /64: browsers take six, clients of web seeds up to sixteen.
const OF_NETWORK: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// Visitors from these addresses, numbered; those from `answered` on are being answered.
    fn places(ips: &[String], answered: usize) -> Vec<VisitorPlace> {
        let place = |(number, ip): (usize, &String)| VisitorPlace {
            id: ConnectionId(number as u64),
            ip: ip.parse().unwrap(),
            is_answered: number >= answered,
        };
        ips.iter().enumerate().map(place).collect()
    }

    #[test]
    fn no_network_takes_all_places() {
        let same = |count: usize, ip: &str| vec![ip.to_owned(); count];
        let within = |count: usize| (0..count).map(|number| format!("2001:db8:0:1::{number:x}")).collect();
        let spread = |count: usize| (0..count).map(|number| format!("8.8.{number}.1")).collect::<Vec<_>>();
        let instead = |id| Admission::InsteadOf(ConnectionId(id));
        let cases: [(Vec<String>, usize, &str, Admission); 10] = [
            (same(31, "8.8.8.8"), 0, "8.8.8.8", Admission::Free),
            (same(32, "8.8.8.8"), 0, "8.8.8.8", Admission::Refused),
            (same(32, "8.8.8.8"), 2, "8.8.8.8", instead(0)),
            (same(32, "8.8.8.8"), 0, "8.8.8.9", Admission::Free),
            (within(32), 0, "2001:db8:0:1:ff::1", Admission::Refused),
            (within(32), 0, "2001:db8:0:2::1", Admission::Free),
            (spread(64), 64, "9.9.9.9", instead(0)),
            (spread(64), 0, "9.9.9.9", Admission::Refused),
            ([spread(40), same(24, "7.7.7.7")].concat(), 0, "9.9.9.9", instead(40)),
            ([spread(40), same(24, "7.7.7.7")].concat(), 50, "9.9.9.9", instead(40)),
        ];
        for (ips, answered, ip, expected) in cases {
            let got = admit(&places(&ips, answered), 64, ip.parse().unwrap(), false);
            assert_eq!(got, expected, "{ip} after {} others", ips.len());
        }
    }

    #[test]
    fn visitors_through_a_proxy_share_all_places() {
        let cases = [
            (40, "127.0.0.1", true, Admission::Free),
            (40, "::1", true, Admission::Free),
            (40, "::ffff:127.0.0.1", true, Admission::Free),
            (64, "127.0.0.1", true, Admission::Refused),
            (40, "127.0.0.1", false, Admission::Refused),
            (40, "8.8.8.8", true, Admission::Refused),
        ];
        for (count, ip, has_proxy, expected) in cases {
            let got = admit(&places(&vec![ip.to_owned(); count], 0), 64, ip.parse().unwrap(), has_proxy);
            assert_eq!(got, expected, "{ip} after {count} others");
        }
    }
}
