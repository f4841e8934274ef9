//! What is exchanged with one peer about others (BEP 11): what it was told, and how much it may tell.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use crate::Time;
use crate::extension::PexMessage;
use crate::limits::{PEX_BURST, PEX_INTERVAL, PEX_LOOK, PEX_PER_MINUTE, PEX_PRICE};

/// What is exchanged with one peer about others.
#[derive(Debug)]
pub(crate) struct PeerExchange {
    /// Those that it was told of, and not yet that they are gone.
    pub(crate) told: BTreeSet<SocketAddr>,
    /// When it may be told more.
    next: Time,
    /// Up to which change of the connections there is nothing more to tell it.
    knows: u64,
    /// When all that it named will have been paid for: each peer takes its part of a minute.
    paid: Time,
}

impl PeerExchange {
    pub(crate) fn new(now: Time) -> Self {
        Self { told: BTreeSet::new(), next: now, knows: 0, paid: now }
    }

    /// Whether to look what it does not know yet. `version` counts the changes of the connections.
    pub(crate) fn is_due(&self, version: u64, now: Time) -> bool {
        self.next <= now && self.knows != version
    }

    /// It is told this now, and nothing more for a minute.
    pub(crate) fn tells(&mut self, message: &PexMessage, now: Time) {
        self.next = now + PEX_INTERVAL;
        for gone in &message.dropped {
            self.told.remove(gone);
        }
        self.told.extend(message.added.iter().map(|peer| peer.address));
    }

    /// There is nothing more to tell it before something changes.
    pub(crate) fn knows_all(&mut self, version: u64) {
        self.knows = version;
    }

    /// There was nothing to tell it: what changes now is looked at with what changes soon.
    pub(crate) fn looks_later(&mut self, now: Time) {
        self.next = now + PEX_LOOK;
    }

    /// How many peers it may name now; a message is not read if that is less than [`PEX_PRICE`].
    pub(crate) fn may_name(&self, now: Time) -> usize {
        let most = EACH * PEX_BURST as u32;
        let left = most.saturating_sub(self.paid.saturating_sub(now));
        (left.as_millis() / EACH.as_millis()) as usize
    }

    /// It sent a message that names so many.
    pub(crate) fn names(&mut self, peers: usize, now: Time) {
        self.paid = self.paid.max(now) + EACH * peers.max(PEX_PRICE) as u32;
    }
}

/// What each peer that it names takes of its time.
const EACH: Duration = Duration::from_millis(60_000 / PEX_PER_MINUTE);

#[cfg(test)]
mod tests {
    use super::*;

    /// What a peer names in an hour if it says `peers` every `seconds`.
    fn in_an_hour(peers: usize, seconds: u64) -> usize {
        let mut exchange = PeerExchange::new(Time::ZERO);
        let mut named = 0;
        for now in (0..3600).step_by(seconds as usize).map(Time::from_secs) {
            let taken = peers.min(exchange.may_name(now));
            if exchange.may_name(now) >= PEX_PRICE {
                exchange.names(taken, now);
                named += taken;
            }
        }
        named
    }

    #[test]
    fn a_peer_names_a_bounded_number_of_others() {
        let hour = 60 * PEX_PER_MINUTE as usize;
        for (peers, seconds, least, most) in [
            (PEX_PER_MINUTE as usize, 60, hour, hour),
            (3, 60, 180, 180),
            (50, 60, hour, hour + PEX_BURST),
            (10_000, 1, hour, hour + PEX_BURST),
            // Messages that name nobody cost something as well.
            (0, 1, 0, 0),
            (1, 1, hour / PEX_PRICE, (hour + PEX_BURST) / PEX_PRICE),
        ] {
            let named = in_an_hour(peers, seconds);
            assert!((least..=most).contains(&named), "{peers} every {seconds} s: {named}");
        }
    }
}
