//! How much we answer: so many queries a host, so many bytes in all. Our own queries are bounded by what asks them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::limits::{
    ANSWERED_A_SECOND, ASKERS_BITS, PROVEN, PROVEN_HOSTS, QUERIES_A_SECOND, QUERIES_AT_ONCE,
};
use super::secret::Secret;
use crate::Time;
use crate::addresses::host;

/// What has been answered, and to whom.
#[derive(Debug)]
pub(super) struct AnswerRates {
    /// For each place that hosts share, the time in milliseconds until which what it has asked is spread at the rate that it may ask at.
    asked_until: Vec<u64>,
    /// The same for the bytes of all answers, in microseconds.
    answered_until: u64,
    /// Hosts that have shown a token, and until when that counts.
    proven: BTreeMap<IpAddr, Time>,
}

impl AnswerRates {
    pub(super) fn new() -> Self {
        Self { asked_until: vec![0; 1 << ASKERS_BITS], answered_until: 0, proven: BTreeMap::new() }
    }

    /// Whether a host may ask something now; then it has. The number of a host's place is secret, so nobody can choose with whom
    /// to share it.
    pub(super) fn may_ask(&mut self, asker: IpAddr, secret: &Secret, now: Time) -> bool {
        let now_millis = now.as_millis() as u64;
        let place = secret.place(host(asker)) >> (u32::BITS - ASKERS_BITS);
        let Some(asked_until) = self.asked_until.get_mut(place as usize) else { return false };
        let next = (*asked_until).max(now_millis) + 1_000 / QUERIES_A_SECOND;
        let may_ask = next <= now_millis + QUERIES_AT_ONCE * 1_000 / QUERIES_A_SECOND;
        if may_ask {
            *asked_until = next;
        }
        may_ask
    }

    /// Whether there is anything left to answer with. Hosts that have shown a token have as much again: others, who may be nobody, do not
    /// keep them from being answered.
    pub(super) fn may_answer(&self, is_proven: bool, now: Time) -> bool {
        let ahead = if is_proven { 2_000_000 } else { 1_000_000 };
        self.answered_until <= now.as_micros() as u64 + ahead
    }

    /// An answer of so many bytes goes out.
    pub(super) fn answered(&mut self, bytes: usize, now: Time) {
        let start = self.answered_until.max(now.as_micros() as u64);
        self.answered_until = start + bytes as u64 * 1_000_000 / ANSWERED_A_SECOND;
    }

    /// A host has shown a token: it is where its datagrams say it is.
    pub(super) fn prove(&mut self, asker: IpAddr, now: Time) {
        if self.proven.len() >= PROVEN_HOSTS {
            self.proven.retain(|_, until| now < *until);
        }
        if self.proven.len() < PROVEN_HOSTS || self.proven.contains_key(&asker) {
            self.proven.insert(asker, now + PROVEN);
        }
    }

    /// Whether a host has shown a token of late.
    pub(super) fn is_proven(&self, asker: IpAddr, now: Time) -> bool {
        self.proven.get(&asker).is_some_and(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_asks_so_often_and_others_go_on() {
        let (mut rates, secret) = (AnswerRates::new(), Secret::new([3; 32]));
        let mut asked = |asker: &str, millis: u64, times: u64| {
            let asker: IpAddr = asker.parse().unwrap();
            (0..times).filter(|_| rates.may_ask(asker, &secret, Time::from_millis(millis))).count() as u64
        };
        assert_eq!(asked("8.8.8.8", 5_000, 10_000), QUERIES_AT_ONCE);
        assert_eq!(asked("8.8.8.9", 5_000, 1), 1);
        assert_eq!(asked("8.8.8.8", 6_000, 10_000), QUERIES_A_SECOND);
        assert_eq!(asked("2606:4700::1", 0, QUERIES_AT_ONCE), QUERIES_AT_ONCE);
        assert_eq!(asked("2606:4700::ffff:0:0:1", 0, 1), 0);
        assert_eq!(asked("2606:4700:0:1::1", 0, 1), 1);
    }

    #[test]
    fn all_answers_together_stay_within_their_rate() {
        let mut rates = AnswerRates::new();
        let mut sent = 0;
        for millis in 0..20_000_u64 {
            while rates.may_answer(false, Time::from_millis(millis)) {
                rates.answered(300, Time::from_millis(millis));
                sent += 300;
            }
        }
        assert!((160_000..=168_300).contains(&sent), "{sent}");
        assert!(
            rates.may_answer(true, Time::from_secs(20)),
            "who has shown a token is answered all the same"
        );
    }

    #[test]
    fn hosts_that_showed_a_token_are_remembered_within_bounds() {
        let mut rates = AnswerRates::new();
        let host = |number: u32| IpAddr::from((20 << 24 | number).to_be_bytes());
        (0..5_000).for_each(|number| rates.prove(host(number), Time::ZERO));
        assert!(rates.proven.len() <= PROVEN_HOSTS && rates.is_proven(host(0), Time::ZERO));
        assert!(!rates.is_proven(host(0), PROVEN) && !rates.is_proven(host(4_999), Time::ZERO));
        rates.prove(host(4_999), PROVEN);
        assert!(rates.is_proven(host(4_999), PROVEN) && rates.proven.len() == 1);
    }
}
