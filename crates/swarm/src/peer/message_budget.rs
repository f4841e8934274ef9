//! Flood control: how many messages a peer may send, since small ones cost it nothing and us some work each.
//!
//! A token bucket. A message costs one token, an extended one another for each KiB, a block nothing; an extension handshake has a price of
//! its own, because all of it is read. Tokens come back with time, and for messages that serve their purpose: those that announce
//! pieces, and those around blocks given or taken.

use crate::Time;
use crate::extension;
use crate::limits::{HANDSHAKE_PRICE, MESSAGES_BURST, MESSAGES_PER_BLOCK, MESSAGES_PER_SECOND};
use crate::wire::Message;

/// The messages that a peer may still send.
#[derive(Debug)]
pub(crate) struct MessageBudget {
    left: u32,
    since: Time,
}

impl MessageBudget {
    pub(crate) fn new(now: Time) -> Self {
        Self { left: MESSAGES_BURST, since: now }
    }

    /// A message came; true if it was one too many.
    pub(crate) fn spend<B>(&mut self, message: &Message<B>, now: Time) -> bool {
        let more = now.saturating_sub(self.since).as_secs();
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        if more > 0 {
            self.earn(more.saturating_mul(MESSAGES_PER_SECOND));
            self.since = now;
        }
        let cost = cost(message);
        let is_too_much = cost > self.left;
        self.left = self.left.saturating_sub(cost);
        is_too_much
    }

    /// A message served its purpose.
    pub(crate) fn earn(&mut self, messages: u32) {
        self.left = self.left.saturating_add(messages).min(MESSAGES_BURST);
    }

    /// A block came or went.
    pub(crate) fn earn_block(&mut self) {
        self.earn(MESSAGES_PER_BLOCK);
    }
}

fn cost<B>(message: &Message<B>) -> u32 {
    match message {
        Message::Piece { .. } => 0,
        Message::Extended { id: extension::HANDSHAKE, payload } => {
            HANDSHAKE_PRICE + portions(payload, BYTES_OF_A_VALUE)
        }
        Message::Extended { payload, .. } => 1 + portions(payload, 1024),
        Message::Bitfield(bits) => 1 + portions(bits, 1024),
        _ => 1,
    }
}

fn portions(bytes: &[u8], each: usize) -> u32 {
    u32::try_from(bytes.len() / each).unwrap_or(u32::MAX)
}

/// The shortest value of a bencoded list: to read one costs a quarter of a `have` (release, 0.046 and 0.2 µs).
const BYTES_OF_A_VALUE: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Time = Time::from_secs(1);

    fn sends(budget: &mut MessageBudget, message: &Message<()>, count: u32, now: Time) -> bool {
        (0..count).any(|_| budget.spend(message, now))
    }

    #[test]
    fn a_flood_ends_and_a_trickle_does_not() {
        let mut budget = MessageBudget::new(Time::ZERO);
        assert!(!sends(&mut budget, &Message::KeepAlive, MESSAGES_BURST, Time::ZERO));
        assert!(sends(&mut budget, &Message::KeepAlive, 1, Time::ZERO));
        assert!(!sends(&mut budget, &Message::KeepAlive, MESSAGES_PER_SECOND, SECOND));
        assert!(sends(&mut budget, &Message::KeepAlive, 1, SECOND));
        let mut budget = MessageBudget::new(Time::ZERO);
        assert!((0..500).all(|second| !sends(
            &mut budget,
            &Message::Have(1.into()),
            MESSAGES_PER_SECOND,
            SECOND * second
        )));
    }

    #[test]
    fn long_messages_count_by_their_length() {
        let long = Message::Extended { id: 9, payload: vec![0; 64 << 10] };
        assert!(sends(&mut MessageBudget::new(Time::ZERO), &long, MESSAGES_BURST / 64, Time::ZERO));
    }

    #[test]
    fn an_extension_handshake_is_sent_a_few_times() {
        let said = |bytes| Message::Extended { id: extension::HANDSHAKE, payload: vec![0; bytes] };
        for (bytes, at_once) in [(2, 65), (300, 59), (8 << 10, 17)] {
            let mut budget = MessageBudget::new(Time::ZERO);
            assert!(!sends(&mut budget, &said(bytes), at_once, Time::ZERO), "{bytes}");
            assert!(sends(&mut budget, &said(bytes), 1, Time::ZERO), "{bytes}");
        }
        let mut budget = MessageBudget::new(Time::ZERO);
        assert!((0..500).all(|second| !sends(&mut budget, &said(2), 1, SECOND * second)));
    }

    #[test]
    fn blocks_make_up_for_their_requests() {
        let mut budget = MessageBudget::new(Time::ZERO);
        for _ in 0..2 * MESSAGES_BURST {
            assert!(!sends(&mut budget, &Message::Interested, 3, Time::ZERO));
            budget.earn_block();
        }
    }
}
