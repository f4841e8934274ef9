//! What is asked in rows, and who is told of whom.

mod http;
mod swarm;
mod udp;

use std::net::SocketAddr;
use std::time::Duration;

use super::*;
use torrent_core::bencode::{Dict, Value, scan};

const OURS: InfoHash = *b"ours ours ours ours ";
const THEIRS: InfoHash = *b"%&=+ \0\xfftheirs theirs";

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

/// A tracker of one torrent.
fn tracker() -> Tracker {
    of_config(TrackerConfig::default())
}

fn of_config(config: TrackerConfig) -> Tracker {
    let mut tracker = Tracker::new(config, [7; 32]);
    tracker.offer(OURS);
    tracker
}

fn open() -> TrackerConfig {
    TrackerConfig { is_open: true, ..TrackerConfig::default() }
}

/// The query of an announce.
fn query(info_hash: InfoHash, port: u16, left: u64, more: &str) -> Vec<u8> {
    let hash: String = info_hash.iter().map(|byte| format!("%{byte:02X}")).collect();
    format!("info_hash={hash}&peer_id=-XX0000-abcdefghijkl&port={port}&uploaded=0&downloaded=0&left={left}&compact=1{more}")
        .into_bytes()
}

/// An announce over HTTP.
struct Asked(Vec<u8>);

/// A leecher asks for our torrent; `from` has its port, too.
fn ask(tracker: &mut Tracker, from: &str, more: &str, now: u64) -> Asked {
    ask_of(tracker, OURS, from, 1, more, now)
}

fn ask_of(tracker: &mut Tracker, hash: InfoHash, from: &str, left: u64, more: &str, now: u64) -> Asked {
    let from = address(from);
    Asked(tracker.announce(
        &query(hash, from.port(), left, more),
        SocketAddr::new(from.ip(), 40_000),
        at(now),
    ))
}

impl Asked {
    fn dict(&self) -> Dict<'_> {
        let (end, faults) = scan(&self.0, 10).unwrap();
        assert!(end == self.0.len() && faults.is_empty(), "{faults:?}");
        Value::first(&self.0).unwrap().as_dict().unwrap()
    }

    fn number(&self, key: &str) -> u64 {
        self.dict().get(key.as_bytes()).unwrap().as_u64().unwrap()
    }

    fn refusal(&self) -> Option<&str> {
        let reason = self.dict().get(b"failure reason")?.as_bytes()?;
        Some(std::str::from_utf8(reason).unwrap())
    }

    /// The peers, sorted.
    fn peers(&self) -> Vec<SocketAddr> {
        assert_eq!(self.refusal(), None);
        let bytes = |key: &[u8]| self.dict().get(key).and_then(Value::as_bytes).unwrap_or_default();
        let v4 = bytes(b"peers").as_chunks::<6>();
        let v6 = bytes(b"peers6").as_chunks::<18>();
        assert!(v4.1.is_empty() && v6.1.is_empty());
        let peer4 = |[a, b, c, d, high, low]: &[u8; 6]| {
            SocketAddr::from(([*a, *b, *c, *d], u16::from_be_bytes([*high, *low])))
        };
        let peer6 = |peer: &[u8; 18]| {
            let (ip, port) = peer.split_first_chunk::<16>().unwrap();
            SocketAddr::from((*ip, u16::from_be_bytes(port.try_into().unwrap())))
        };
        let mut peers: Vec<SocketAddr> = v4.0.iter().map(peer4).chain(v6.0.iter().map(peer6)).collect();
        peers.sort();
        peers
    }

    fn is(&self, peers: &[&str]) -> bool {
        let mut expected: Vec<SocketAddr> = peers.iter().map(|peer| address(peer)).collect();
        expected.sort();
        self.peers() == expected
    }
}
