//! How much a peer may say: floods of small messages cost it nothing, and us a look at each.

use crate::Time;
use crate::limits::{WORDS, WORDS_A_BLOCK};
use crate::wire::Message;

/// What a peer may still say.
#[derive(Debug)]
pub(crate) struct Words {
    left: u32,
    since: Time,
}

impl Words {
    pub(crate) fn new(now: Time) -> Self {
        Self { left: WORDS[0], since: now }
    }

    /// A message came; whether it was one too many.
    pub(crate) fn spend<B>(&mut self, message: &Message<B>, now: Time) -> bool {
        let more = now.saturating_sub(self.since).as_secs() as u32;
        if more > 0 {
            self.earn(more.saturating_mul(WORDS[1]));
            self.since = now;
        }
        let cost = cost(message);
        let is_too_much = cost > self.left;
        self.left = self.left.saturating_sub(cost);
        is_too_much
    }

    /// A message served its purpose.
    pub(crate) fn earn(&mut self, words: u32) {
        self.left = self.left.saturating_add(words).min(WORDS[0]);
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
        assert!(!says(&mut words, &Message::KeepAlive, WORDS[0], Time::ZERO));
        assert!(says(&mut words, &Message::KeepAlive, 1, Time::ZERO));
        assert!(!says(&mut words, &Message::KeepAlive, WORDS[1], SECOND));
        assert!(says(&mut words, &Message::KeepAlive, 1, SECOND));
        let mut words = Words::new(Time::ZERO);
        assert!((0..500).all(|second| !says(&mut words, &Message::Have(1), WORDS[1], SECOND * second)));
    }

    #[test]
    fn long_messages_count_by_their_length() {
        let long = Message::Extended { id: 9, payload: vec![0; 64 << 10] };
        assert!(says(&mut Words::new(Time::ZERO), &long, WORDS[0] / 64, Time::ZERO));
    }

    #[test]
    fn blocks_make_up_for_their_requests() {
        let mut words = Words::new(Time::ZERO);
        for _ in 0..2 * WORDS[0] {
            assert!(!says(&mut words, &Message::Interested, 3, Time::ZERO));
            words.earn_block();
        }
    }
}
