//! What must hold for any questions to our own tracker.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use serve::tracker::{InfoHash, Tracker, TrackerConfig, UdpAnswer};
use swarm::TrackerError;
use swarm::tracker::{UdpReply, parse_reply};

/// Queries, one a line; the first byte says who asks. Whatever they say, who asks is told of addresses that asked before and of no others,
/// and not of itself, in bencode that our own clients read.
pub fn announce_query(input: &[u8]) {
    let mut tracker = tracker();
    let mut asked = BTreeSet::new();
    for line in input.split(|byte| *byte == b'\n').take(100) {
        let [asker, query @ ..] = line else { continue };
        let from = SocketAddr::new(host(*asker), 40_000);
        let answer = tracker.announce(query, from, Duration::ZERO);
        match parse_reply(&answer) {
            Ok(announced) => {
                assert!(announced.peers.len() <= 200 && announced.external_ip == Some(from.ip()));
                assert!(announced.peers.iter().all(|peer| asked.contains(&peer.ip())));
                asked.insert(from.ip());
            }
            Err(error) => assert!(matches!(error, TrackerError::Refused(_)), "{error:?}"),
        }
        let scraped = tracker.scrape(query, from, Duration::ZERO);
        assert!(torrent_core::bencode::scan(&scraped, 4).is_ok_and(|(_, faults)| faults.is_empty()));
    }
    assert!(tracker.size().1 <= asked.len() * 64);
}

/// Packets, each after its length and a byte that says who sends it, and whether what stands in front is made the connection id of the sender.
/// Until that is shown nothing changes, and no answer is longer than its question.
pub fn tracker_request(input: &[u8]) {
    let mut tracker = tracker();
    let mut asked = BTreeSet::new();
    let mut rest = input;
    while let [length, sender, behind @ ..] = rest {
        let (packet, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let from = SocketAddr::new(host(*sender), 40_000);
        let mut packet = packet.to_vec();
        let id = connection_id(&mut tracker, from);
        // The fuzzer sees what is compared, and so finds ids that nobody could guess.
        let is_connected = packet.len() >= 8 && (*sender > 127 || packet.starts_with(&id));
        if is_connected {
            packet[..8].copy_from_slice(&id);
            asked.insert(from.ip());
        }
        let size = tracker.size();
        let answer = tracker.receive(&packet, from, Duration::ZERO);
        if !is_connected {
            assert_eq!(tracker.size(), size);
        }
        let UdpAnswer::Send(answer) = answer else { continue };
        assert!(answer.len() <= if is_connected { 1_232 } else { packet.len() });
        let transaction = u32::from_be_bytes(packet[12..16].try_into().expect("it is answered"));
        if let Some(UdpReply::Announced(announced)) = UdpReply::decode(&answer, transaction, from.is_ipv6()) {
            assert!(announced.peers.iter().all(|peer| asked.contains(&peer.ip())));
        }
    }
}

fn connection_id(tracker: &mut Tracker, from: SocketAddr) -> [u8; 8] {
    let connect = b"\0\0\x04\x17\x27\x10\x19\x80\0\0\0\0wxyz";
    match tracker.receive(connect, from, Duration::ZERO) {
        UdpAnswer::Send(answer) => answer[8..].try_into().expect("it is an id"),
        other => panic!("{other:?}"),
    }
}

fn tracker() -> Tracker {
    let mut tracker = Tracker::new(TrackerConfig { is_open: true, ..TrackerConfig::default() }, [1; 32]);
    tracker.offer(OURS);
    tracker
}

fn host(number: u8) -> IpAddr {
    let number = number % 8;
    match number % 2 {
        0 => [8, 8, 8, number].into(),
        _ => [0x2606, 0x4700, 0, number.into(), 0, 0, 0, 1].into(),
    }
}

const OURS: InfoHash = *b"aaaaaaaaaaaaaaaaaaaa";

#[cfg(test)]
mod tests {
    use crate::tests::{kept, over};

    #[test]
    fn announce_query_over_kept_inputs() {
        over(&kept("announce-query"), super::announce_query);
    }

    #[test]
    fn tracker_request_over_kept_inputs() {
        over(&kept("tracker-request"), super::tracker_request);
    }
}
