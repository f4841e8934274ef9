//! How often a host may ask: a budget for each, in a table of fixed size. The number of a network is a secret of ours, so nobody can choose
//! with whom to share.

use std::net::IpAddr;
use std::time::Duration;

use super::limits::{ASKERS_BITS, ASKS_A_SECOND, ASKS_AT_ONCE};
use super::network::network;
use super::secret::Secret;

/// What each network has asked for.
pub(super) struct AskRates {
    /// For each number of a network, the time in milliseconds until which what it has asked for is spread at the rate that it may have.
    spent_until: Vec<u64>,
}

impl AskRates {
    pub(super) fn new() -> Self {
        Self { spent_until: vec![0; 1 << ASKERS_BITS] }
    }

    /// Whether a host may ask now; then it has.
    pub(super) fn may_ask(&mut self, host: IpAddr, secret: &Secret, now: Duration) -> bool {
        let number = secret.number(network(host).0) >> (u64::BITS - ASKERS_BITS);
        let now = now.as_millis() as u64;
        let Some(spent_until) = self.spent_until.get_mut(number as usize) else { return false };
        let next = (*spent_until).max(now) + 1_000 / ASKS_A_SECOND;
        let may_ask = next <= now + ASKS_AT_ONCE * 1_000 / ASKS_A_SECOND;
        if may_ask {
            *spent_until = next;
        }
        may_ask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_asks_so_often_and_others_go_on() {
        let (mut rates, secret) = (AskRates::new(), Secret::new([3; 32]));
        let mut asked = |host: &str, millis: u64, times: u64| {
            let host: IpAddr = host.parse().unwrap();
            let now = Duration::from_millis(millis);
            (0..times).filter(|_| rates.may_ask(host, &secret, now)).count() as u64
        };
        assert_eq!(asked("8.8.8.8", 5_000, 10_000), ASKS_AT_ONCE);
        assert_eq!(asked("8.8.8.9", 5_000, 1), 1);
        assert_eq!(asked("8.8.8.8", 6_000, 10_000), ASKS_A_SECOND);
        assert_eq!(asked("2606:4700::1", 0, ASKS_AT_ONCE), ASKS_AT_ONCE);
        assert_eq!(asked("2606:4700::ffff:0:0:1", 0, 1), 0);
        assert_eq!(asked("2606:4700:0:1::1", 0, 1), 1);
        assert_eq!(asked("8.8.8.8", 100_000, 10_000), ASKS_AT_ONCE);
    }
}
