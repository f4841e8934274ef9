//! Numbers that only we can work out: transaction ids, and the tokens that announces show (BEP 5).

use std::net::IpAddr;

use piece_hash::{Backend, Sha1};

use super::limits::TOKEN_TURN;
use crate::Time;

/// Bytes that nobody knows.
#[derive(Clone)]
pub(super) struct Secret([u8; 32]);

/// What we give to whoever asks for peers. Who shows it later has received it at that address.
pub(super) type AnnounceToken = [u8; 4];

impl Secret {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A number for each number counted.
    pub(super) fn transaction(&self, count: u64) -> u32 {
        u32::from_be_bytes(self.keyed(b't', &count.to_be_bytes()))
    }

    /// The token of a host. Nothing is kept of it.
    pub(super) fn token(&self, host: IpAddr, now: Time) -> AnnounceToken {
        self.token_of(host, now.as_secs() / TOKEN_TURN.as_secs())
    }

    /// Whether a host was given this token: in this turn or the one before, so it lasts one to two turns.
    pub(super) fn is_token(&self, token: &[u8], host: IpAddr, now: Time) -> bool {
        let turn = now.as_secs() / TOKEN_TURN.as_secs();
        [Some(turn), turn.checked_sub(1)].into_iter().flatten().any(|turn| self.token_of(host, turn) == token)
    }

    /// Numbers for choices by chance that do not have to be secret.
    pub(super) fn seed(&self) -> u64 {
        let [high, low] = [0, 1].map(|count| u64::from(u32::from_be_bytes(self.keyed(b's', &[count]))));
        high << 32 | low
    }

    /// A number for a host, so that nobody can choose with whom it shares a place.
    pub(super) fn place(&self, host: IpAddr) -> u32 {
        u32::from_be_bytes(self.keyed(b'p', &octets(host)))
    }

    fn token_of(&self, host: IpAddr, turn: u64) -> AnnounceToken {
        self.keyed(b'k', &[&octets(host)[..], &turn.to_be_bytes()].concat())
    }

    /// What is hashed for one purpose always has the same length, so nothing follows from one number for another.
    fn keyed(&self, purpose: u8, what: &[u8]) -> [u8; 4] {
        let message = [&self.0[..], &[purpose], what].concat();
        let digest = Backend::best().digest::<Sha1>(&message);
        std::array::from_fn(|at| digest[at])
    }
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// Nobody is to read it in a log.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_a_host_and_lasts_five_to_ten_minutes() {
        let (secret, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let (host, neighbour): (IpAddr, IpAddr) = ([8, 8, 8, 8].into(), [8, 8, 8, 9].into());
        let at = Time::from_secs;
        for given in [0, 1, 299, 300, 5_000] {
            let token = secret.token(host, at(given));
            for now in [given, given + 150, given + 300] {
                assert!(secret.is_token(&token, host, at(now)), "{given} {now}");
                assert!(
                    !secret.is_token(&token, neighbour, at(now)) && !other.is_token(&token, host, at(now))
                );
                assert!(!secret.is_token(&token[..3], host, at(now)) && !secret.is_token(b"", host, at(now)));
            }
            assert!(!secret.is_token(&token, host, at(given + 600)));
        }
    }
}
