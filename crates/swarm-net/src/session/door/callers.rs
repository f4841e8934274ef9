//! Callers that have not said yet which torrent they mean. Their places are few; when all are taken, the network that has the most
//! loses one.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

use swarm::{ConnectionId, caller_network};

/// Callers, the first to come first.
#[derive(Default)]
pub(super) struct Callers(VecDeque<(ConnectionId, IpAddr)>);

impl Callers {
    /// A caller comes. Gives the one that has to go for it: the longest waiting of the network that has the most places.
    pub(super) fn admit(&mut self, id: ConnectionId, ip: IpAddr) -> Option<ConnectionId> {
        self.0.push_back((id, ip));
        let of_address = self.0.iter().filter(|(_, other)| *other == ip);
        let place = if of_address.count() > PLACES_OF_ADDRESS {
            self.0.iter().position(|(_, other)| *other == ip)
        } else if self.0.len() > PLACES {
            self.first_of_greatest()
        } else {
            None
        };
        place.and_then(|place| self.0.remove(place)).map(|(id, _)| id)
    }

    /// A caller has said which torrent it means, or has gone.
    pub(super) fn forget(&mut self, id: ConnectionId) {
        self.0.retain(|(other, _)| *other != id);
    }

    fn first_of_greatest(&self) -> Option<usize> {
        let mut counts: HashMap<IpAddr, usize> = HashMap::new();
        self.0.iter().for_each(|(_, ip)| *counts.entry(caller_network(*ip)).or_default() += 1);
        let most = counts.values().max()?;
        self.0.iter().position(|(_, ip)| counts.get(&caller_network(*ip)) == Some(most))
    }
}

/// Callers that have not said what they want.
const PLACES: usize = 128;

/// The same, from one address: there may be as many machines behind it, which all start when a release comes out.
const PLACES_OF_ADDRESS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    /// Those that are still there when all have called one after the other, by their place in `calls`.
    fn staying(calls: &[&str]) -> Vec<usize> {
        let mut callers = Callers::default();
        for (number, ip) in calls.iter().enumerate() {
            callers.admit(ConnectionId(number as u64), ip.parse().unwrap());
        }
        callers.0.iter().map(|(id, _)| id.0 as usize).collect()
    }

    #[test]
    fn whose_network_has_the_most_places_makes_room() {
        let many = |count: usize, network: &str| -> Vec<String> {
            (0..count).map(|number| format!("{network}{}", 1 + number % 200)).collect()
        };
        let cases = [
            (many(PLACES - 1, "8.8.8."), "9.9.9.9", PLACES),
            (many(1000, "8.8.8."), "9.9.9.9", PLACES),
            (many(1000, "2001:db8:0:1::"), "2001:db8:0:2::1", PLACES),
            ([many(500, "8.8.8."), many(500, "8.8.9.")].concat(), "9.9.9.9", PLACES),
            (vec!["8.8.8.8".to_owned(); 100], "9.9.9.9", 1 + PLACES_OF_ADDRESS),
        ];
        for (others, honest, expected) in &cases {
            let others: Vec<&str> = others.iter().map(String::as_str).collect();
            let stay = staying(&[&[*honest], others.as_slice()].concat());
            assert!(stay.contains(&0), "who came before {} others: {stay:?}", others.len());
            let stay = staying(&[others.as_slice(), &[*honest]].concat());
            assert!(stay.contains(&others.len()), "who came after {} others: {stay:?}", others.len());
            assert_eq!(stay.len(), *expected);
        }
    }

    #[test]
    fn among_equals_the_first_to_come_goes() {
        let calls: Vec<String> = (0..PLACES + 8).map(|number| format!("8.8.{number}.1")).collect();
        let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
        assert_eq!(staying(&calls), (8..PLACES + 8).collect::<Vec<_>>());
    }

    #[test]
    fn who_has_said_what_he_wants_holds_no_place() {
        let mut callers = Callers::default();
        let ip = |number: u8| IpAddr::from([8, 8, number, 1]);
        let places = PLACES as u64;
        assert!((0..places).all(|number| callers.admit(ConnectionId(number), ip(number as u8)).is_none()));
        callers.forget(ConnectionId(5));
        assert_eq!(callers.admit(ConnectionId(places), ip(200)), None);
        assert_eq!(callers.admit(ConnectionId(places + 1), ip(201)), Some(ConnectionId(0)));
    }
}
