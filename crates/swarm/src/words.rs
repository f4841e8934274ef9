//! Flood control: how many messages a peer may send, since small ones cost it nothing and us some work each.
//!
//! A token bucket of *words*. A message costs one word, an extended one another for each KiB, a block nothing. Words come back with
//! time, and with messages that serve their purpose: news of pieces, blocks given or taken.

use crate::Time;
use crate::limits::{WORDS_A_BLOCK, WORDS_A_SECOND, WORDS_BURST};
use crate::wire::Message;

/// The words that a peer has left.
#[derive(Debug)]
pub(crate) struct Words {
    left: u32,
    since: Time,
}

impl Words {
    pub(crate) fn new(now: Time) -> Self {
        Self { left: WORDS_BURST, since: now }
    }

    /// A message came; true if it was one too many.
    pub(crate) fn spend<B>(&mut self, message: &Message<B>, now: Time) -> bool {
        let more = now.saturating_sub(self.since).as_secs() as u32;
        if more > 0 {
            self.earn(more.saturating_mul(WORDS_A_SECOND));
            self.since = now;
        }
        let cost = cost(message);
        let is_too_much = cost > self.left;
        self.left = self.left.saturating_sub(cost);
        is_too_much
    }

    /// A message served its purpose.
    pub(crate) fn earn(&mut self, words: u32) {
        self.left = self.left.saturating_add(words).min(WORDS_BURST);
    }

    /// A block came or went.
    pub(crate) fn earn_block(&mut self) {
        self.earn(WORDS_A_BLOCK);
    }
}

fn cost<B>(message: &Message<B>) -> u32 {
    match message {
        Message::Piece { .. } => 0,
        Message::Extended { payload, .. } => 1 + (payload.len() / 1024) as u32,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Time = Time::from_secs(1);

    fn says(words: &mut Words, message: &Message<()>, count: u32, now: Time) -> bool {
        (0..count).any(|_| words.spend(message, now))
    }

    #[test]
    fn a_flood_ends_and_a_trickle_does_not() {
        let mut words = Words::new(Time::ZERO);
        assert!(!says(&mut words, &Message::KeepAlive, WORDS_BURST, Time::ZERO));
        assert!(says(&mut words, &Message::KeepAlive, 1, Time::ZERO));
        assert!(!says(&mut words, &Message::KeepAlive, WORDS_A_SECOND, SECOND));
        assert!(says(&mut words, &Message::KeepAlive, 1, SECOND));
        let mut words = Words::new(Time::ZERO);
        assert!((0..500).all(|second| !says(&mut words, &Message::Have(1), WORDS_A_SECOND, SECOND * second)));
    }

    #[test]
    fn long_messages_count_by_their_length() {
        let long = Message::Extended { id: 9, payload: vec![0; 64 << 10] };
        assert!(says(&mut Words::new(Time::ZERO), &long, WORDS_BURST / 64, Time::ZERO));
    }

    #[test]
    fn blocks_make_up_for_their_requests() {
        let mut words = Words::new(Time::ZERO);
        for _ in 0..2 * WORDS_BURST {
            assert!(!says(&mut words, &Message::Interested, 3, Time::ZERO));
            words.earn_block();
        }
    }
}
