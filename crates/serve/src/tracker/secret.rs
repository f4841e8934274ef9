//! Numbers that only we can work out: connection ids (BEP 15), and by which number we know an asker.

use std::net::IpAddr;
use std::time::Duration;

use sha2::{Digest, Sha256};

/// Bytes that nobody knows.
#[derive(Clone)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The connection id of a host. It proves that the host has received a packet from us in the last minutes, and nothing is kept of it.
    pub(super) fn connection_id(&self, host: IpAddr, now: Duration) -> u64 {
        self.id_of(host, now.as_secs() / TURN)
    }

    /// Whether a host was given this connection id: in this turn or the one before, so it lasts two to four minutes.
    pub(super) fn is_connection_id(&self, id: u64, host: IpAddr, now: Duration) -> bool {
        let turn = now.as_secs() / TURN;
        [Some(turn), turn.checked_sub(1)].into_iter().flatten().any(|turn| self.id_of(host, turn) == id)
    }

    /// A number for a network of askers.
    pub(super) fn number(&self, network: IpAddr) -> u64 {
        self.keyed(b'n', network, 0)
    }

    fn id_of(&self, host: IpAddr, turn: u64) -> u64 {
        MARK | self.keyed(b'c', host, turn) >> 8
    }

    /// What is hashed always has the same length, so nothing follows from one number for another.
    fn keyed(&self, purpose: u8, ip: IpAddr, turn: u64) -> u64 {
        let ip = match ip {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        let hash = Sha256::new().chain_update(self.0).chain_update([purpose]).chain_update(ip.octets());
        let digest = hash.chain_update(turn.to_be_bytes()).finalize();
        digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
    }
}

/// Whether a number looks like a connection id of ours, of whatever time, so that a packet that begins with it is a request to a tracker:
/// neither uTP (BEP 29) nor the DHT (BEP 5) begins like that.
pub(super) fn is_marked(id: u64) -> bool {
    id >> 56 == MARK >> 56
}

/// The first byte of all connection ids. 56 bits are left to guess.
const MARK: u64 = 0xf5 << 56;

/// Seconds after which connection ids are others.
const TURN: u64 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_id_proves_a_host_for_two_minutes_and_not_for_four() {
        let (secret, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (host, neighbour): (IpAddr, IpAddr) = ([8, 8, 8, 8].into(), [8, 8, 8, 9].into());
        for given in [0, 1, 119, 120, 1_000] {
            let id = secret.connection_id(host, at(given));
            assert!(is_marked(id));
            for now in [given, given + 60, given + 120] {
                assert!(secret.is_connection_id(id, host, at(now)), "{given} {now}");
                assert!(!secret.is_connection_id(id, neighbour, at(now)));
                assert!(!secret.is_connection_id(id ^ 1, host, at(now)));
                assert!(!other.is_connection_id(id, host, at(now)));
            }
            assert!(!secret.is_connection_id(id, host, at(given + 240)));
        }
    }
}
