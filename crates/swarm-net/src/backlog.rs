//! Complete pieces on their way to disk: what a crash would cost.
//!
//! A process that is killed loses what it has not written. So nobody who was asked for blocks is read while a complete piece is
//! being hashed or written, and otherwise only to the end of the piece that is coming: TCP keeps what arrives meanwhile, and a
//! kill costs no more than the one piece that each connection is at.
//!
//! That would slow a line down that brings the next piece while one is hashed and written. What is lost there comes again in a
//! moment, and the processor counts: it hashes sixteen pieces together in the time of four. Such a line is bounded by the pool alone.

use std::time::Duration;

use swarm::Time;

/// The complete pieces of a torrent that are not on disk.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// With the hashers or the disk.
    pieces: usize,
    /// Since when pieces and bytes are counted.
    since: Time,
    recent_pieces: u32,
    recent_bytes: u64,
    is_line_fast: bool,
}

impl Backlog {
    /// A piece of so many `bytes` is complete.
    pub(crate) fn completed(&mut self, now: Time, bytes: u64) {
        self.recent_pieces += 1;
        self.recent_bytes += bytes;
        let elapsed = now.saturating_sub(self.since);
        if elapsed >= MEASURED {
            let seconds = elapsed.as_secs_f64();
            let is_fast = |count: f64, fast: f64| count / seconds > fast;
            self.is_line_fast = is_fast(self.recent_pieces.into(), FAST_PIECES)
                || is_fast(self.recent_bytes as f64, FAST_BYTES);
            (self.since, self.recent_pieces, self.recent_bytes) = (now, 0, 0);
        }
    }

    /// A piece is handed over, to be hashed or to be written.
    pub(crate) fn add(&mut self) {
        self.pieces += 1;
    }

    /// A piece came back, or is written.
    pub(crate) fn remove(&mut self) {
        self.pieces = self.pieces.saturating_sub(1);
    }

    /// Whether nothing more should come for now from those who were asked for blocks.
    pub(crate) fn is_full(&self) -> bool {
        self.pieces > 0 && !self.is_line_fast
    }

    /// How many blocks may be read at a time of one who is at a piece that lacks so many.
    pub(crate) fn room(&self, lacking: usize) -> usize {
        match self.is_line_fast {
            true => usize::MAX,
            false if self.pieces > 0 => 0,
            false => lacking.max(1),
        }
    }
}

/// Bytes and pieces a second beyond which a line is fast.
const FAST_BYTES: f64 = 200e6;
const FAST_PIECES: f64 = 500.0;

/// How long that is measured.
const MEASURED: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A backlog that has one piece in it, after a second in which so many became complete.
    fn after(piece_length: u64, pieces: u32) -> Backlog {
        let mut backlog = Backlog::default();
        for piece in 1..=pieces {
            backlog.completed(Duration::from_secs(1) * piece / pieces, piece_length);
        }
        backlog.add();
        backlog
    }

    #[test]
    fn a_piece_that_is_not_written_holds_up_all_but_a_fast_line() {
        let cases = [
            (MIB, 0, true),
            (MIB, 120, true),
            (MIB, 1000, false),
            (16 * MIB, 10, true),
            (16 * MIB, 60, false),
            (16 << 10, 400, true),
            (16 << 10, 8000, false),
        ];
        for (piece_length, pieces, is_full) in cases {
            let mut backlog = after(piece_length, pieces);
            let room = if is_full { 0 } else { usize::MAX };
            assert_eq!((backlog.is_full(), backlog.room(3)), (is_full, room), "{pieces} of {piece_length}");
            backlog.remove();
            assert!(!backlog.is_full());
        }
    }

    #[test]
    fn reading_goes_to_the_end_of_a_piece() {
        let backlog = Backlog::default();
        assert_eq!((backlog.room(64), backlog.room(1), backlog.room(0)), (64, 1, 1));
    }

    #[test]
    fn a_line_is_not_fast_from_the_start_nor_for_ever() {
        let mut backlog = Backlog::default();
        (0..200).for_each(|piece| backlog.completed(Duration::from_millis(piece), MIB));
        assert_eq!(backlog.room(1), 1);
        backlog.completed(MEASURED, MIB);
        assert_eq!(backlog.room(1), usize::MAX);
        backlog.completed(2 * MEASURED, MIB);
        assert_eq!(backlog.room(1), 1);
    }
}
