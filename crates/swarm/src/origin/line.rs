//! How much is promised at a time ("narrow"): as little as keeps the line busy, so that pieces leave one after the other, and the
//! first is relayed while the second is sent.

use crate::Time;

/// What is promised and not sent, and how much of it there may be.
#[derive(Debug)]
pub(super) struct Line {
    /// Bytes that are promised and not sent.
    promised: u64,
    /// How many pieces may be promised, in hundredths of a piece.
    width: u64,
    widened_at: Time,
    /// When anything was promised last.
    busy_at: Time,
}

impl Line {
    pub(super) fn new() -> Self {
        Self { promised: 0, width: NARROWEST, widened_at: Time::ZERO, busy_at: Time::ZERO }
    }

    /// Bytes that are promised and not sent.
    pub(super) fn promised(&self) -> u64 {
        self.promised
    }

    /// Bytes from which on no more is promised.
    pub(super) fn room(&self, piece_length: u32) -> u64 {
        self.width * u64::from(piece_length) / 100
    }

    pub(super) fn promise(&mut self, bytes: u32) {
        self.promised += u64::from(bytes);
    }

    /// Bytes of a promise are sent, or it has ended.
    pub(super) fn settle(&mut self, bytes: u32) {
        self.promised = self.promised.saturating_sub(u64::from(bytes));
    }

    /// Nothing is being sent, though pieces are promised and there are more to give: those who were promised some are far away, or slow.
    /// One more at a time, up to `most`, finds out how many it takes.
    pub(super) fn stands_idle(&mut self, now: Time, most: usize) {
        if self.promised > 0 && now.saturating_sub(self.widened_at) >= BETWEEN {
            self.widened_at = now;
            self.width = (self.width + 100).min(100 * most as u64).max(self.width);
        }
    }

    /// Looks at the clock; gives for how long nothing has been promised.
    pub(super) fn empty_for(&mut self, now: Time) -> Time {
        if self.promised > 0 {
            self.busy_at = now;
        }
        now.saturating_sub(self.busy_at)
    }
}

/// The rest of one piece and a whole one: the next is asked for before the last block of the one before has left.
const NARROWEST: u64 = 125;
/// How long a wider line is tried before it is widened again.
const BETWEEN: Time = Time::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_line_widens_a_piece_at_a_time_and_no_further_than_it_may() {
        let mut line = Line::new();
        line.stands_idle(Time::from_secs(1), 3);
        assert_eq!(line.room(100), 125, "nothing is promised");
        line.promise(100);
        for (milliseconds, width) in [(1000, 225), (1050, 225), (1100, 300), (1300, 300)] {
            line.stands_idle(Time::from_millis(milliseconds), 3);
            assert_eq!(line.room(100), width, "at {milliseconds} ms");
        }
    }

    #[test]
    fn a_line_is_empty_since_its_last_promise_ended() {
        let mut line = Line::new();
        line.promise(10);
        assert_eq!(line.empty_for(Time::from_secs(2)), Time::ZERO);
        line.settle(10);
        assert_eq!(line.empty_for(Time::from_secs(5)), Time::from_secs(3));
    }
}
