//! Complete pieces on their way to disk: what a crash would cost.
//!
//! A process that is killed loses what it has not written. So nobody who was asked for blocks is read while a complete piece is
//! being hashed or written, and otherwise only to the end of the piece that is coming: TCP keeps what arrives meanwhile, and a
//! kill costs no more than the one piece that each connection is at.
//!
//! That would slow a line down that brings the next piece while one is hashed and written, and the processor counts as well: it
//! hashes sixteen pieces together in the time of four. So a torrent whose line is fast may have as many complete pieces as it gets
//! in 20 ms, 16 MiB at most: half of them are hashed together while the other half comes.

use std::time::Duration;

use swarm::Time;
use torrent_core::limits::BLOCK;

/// The complete pieces of a torrent that are not on disk.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// With the hashers or the disk.
    pieces: usize,
    /// With the hashers since they were last to begin.
    gathered: usize,
    /// How many more than one there may be: none unless the line is fast.
    extra: usize,
    /// Since when pieces and bytes are counted.
    since: Time,
    recent_pieces: u32,
    recent_bytes: u64,
}

impl Backlog {
    /// A piece is complete that has so many `bytes`; most pieces of its torrent are `piece_length` long.
    pub(crate) fn completed(&mut self, now: Time, bytes: u64, piece_length: u64) {
        self.recent_pieces += 1;
        self.recent_bytes += bytes;
        let elapsed = now.saturating_sub(self.since);
        if elapsed >= MEASURED {
            let a_second = |count: f64| count / elapsed.as_secs_f64();
            let (pieces, bytes) = (a_second(self.recent_pieces.into()), a_second(self.recent_bytes as f64));
            // Each takes a block at least.
            let fit = (FAST_BACKLOG / piece_length.max(BLOCK)) as usize;
            let most = if pieces > FAST_PIECES || bytes > FAST_BYTES { (pieces * SOON) as usize } else { 0 };
            self.extra = most.min(fit).saturating_sub(1);
            (self.since, self.recent_pieces, self.recent_bytes) = (now, 0, 0);
        }
    }

    /// A piece is to be hashed. True if the hashers are to begin, and not to wait for more pieces: half of what there may be are hashed
    /// together while the other half comes.
    pub(crate) fn add_to_hash(&mut self) -> bool {
        self.pieces += 1;
        self.gathered += 1;
        let begin = self.is_full() || 2 * self.gathered > self.extra;
        if begin {
            self.gathered = 0;
        }
        begin
    }

    /// A piece is to be written.
    pub(crate) fn add_to_write(&mut self) {
        self.pieces += 1;
    }

    /// A piece came back, or is written.
    pub(crate) fn remove(&mut self) {
        self.pieces = self.pieces.saturating_sub(1);
    }

    /// Whether nothing more should come for now from those who were asked for blocks.
    pub(crate) fn is_full(&self) -> bool {
        self.pieces > self.extra
    }

    /// How many blocks may be read of a peer now: those that are `lacking` of its piece, and so many for each piece more that fits.
    pub(crate) fn room(&self, lacking: usize, blocks_a_piece: usize) -> usize {
        let free = self.extra.checked_sub(self.pieces);
        free.map_or(0, |free| lacking.max(1).saturating_add(free.saturating_mul(blocks_a_piece)))
    }

    /// Whether all complete pieces are on disk.
    pub(crate) fn is_empty(&self) -> bool {
        self.pieces == 0
    }
}

/// Bytes and pieces a second beyond which a line is fast.
const FAST_BYTES: f64 = 200e6;
const FAST_PIECES: f64 = 1000.0;

/// Of a fast line, the complete pieces of so many seconds may wait to be on disk.
const SOON: f64 = 0.02;

/// Bytes that those may have; one piece if that is more.
const FAST_BACKLOG: u64 = 16 << 20;

/// How long that is measured.
const MEASURED: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// How many pieces a backlog may have after a second in which so many became complete.
    fn most_after(piece_length: u64, pieces: u32) -> usize {
        let mut backlog = Backlog::default();
        for piece in 1..=pieces {
            backlog.completed(Duration::from_secs(1) * piece / pieces, piece_length, piece_length);
        }
        let mut most = 0;
        while !backlog.is_full() {
            backlog.add_to_hash();
            most += 1;
        }
        most
    }

    #[test]
    fn only_a_fast_line_may_have_more_than_one_piece() {
        let cases = [
            (MIB, 0, 1),
            (MIB, 120, 1),
            (MIB, 400, 8),
            (MIB, 1000, 16),
            (3 * MIB, 400, 5),
            (16 * MIB, 10, 1),
            (16 * MIB, 60, 1),
            (16 << 10, 900, 1),
            (16 << 10, 8000, 160),
            (16 << 10, 80_000, 1024),
            (1 << 10, 80_000, 1024),
        ];
        for (piece_length, pieces, most) in cases {
            assert_eq!(most_after(piece_length, pieces), most, "{pieces} of {piece_length}");
        }
    }

    #[test]
    fn reading_goes_to_the_end_of_a_piece() {
        let mut backlog = Backlog::default();
        let room = |backlog: &Backlog| [64, 1, 0].map(|lacking| backlog.room(lacking, 64));
        assert_eq!(room(&backlog), [64, 1, 1]);
        assert!(backlog.add_to_hash() && backlog.is_full());
        assert_eq!(room(&backlog), [0, 0, 0]);
        backlog.remove();
        assert!(!backlog.is_full());
    }

    #[test]
    fn what_is_read_of_a_fast_line_fits_with_what_is_there() {
        let mut backlog = Backlog { extra: 3, ..Backlog::default() };
        let mut rooms = Vec::new();
        for _ in 0..5 {
            rooms.push(backlog.room(10, 64));
            backlog.add_to_write();
        }
        assert_eq!(rooms, [202, 138, 74, 10, 0]);
    }

    #[test]
    fn half_of_the_pieces_of_a_fast_line_are_hashed_together() {
        let mut backlog = Backlog { extra: 7, ..Backlog::default() };
        let begun: Vec<bool> = (0..10).map(|_| backlog.add_to_hash()).collect();
        let (wait, begin) = (false, true);
        assert_eq!(begun, [wait, wait, wait, begin, wait, wait, wait, begin, begin, begin]);
    }

    #[test]
    fn a_line_is_not_fast_from_the_start_nor_for_ever() {
        let mut backlog = Backlog::default();
        (0..200).for_each(|piece| backlog.completed(Duration::from_millis(piece), MIB, MIB));
        assert_eq!(backlog.room(1, 64), 1);
        backlog.completed(MEASURED, MIB, MIB);
        assert_eq!(backlog.room(1, 64), 1 + 15 * 64);
        backlog.completed(2 * MEASURED, MIB, MIB);
        assert_eq!(backlog.room(1, 64), 1);
    }

    #[test]
    fn many_small_pieces_at_the_ends_of_files_do_not_make_room_for_many_large_ones() {
        let mut backlog = Backlog::default();
        (0..=6000).for_each(|piece| backlog.completed(MEASURED * piece / 6000, 100, MIB));
        assert_eq!(backlog.room(1, 64), 1 + 15 * 64);
    }

    #[test]
    fn a_line_that_was_fast_waits_for_all_that_is_there() {
        let mut backlog = Backlog { extra: 15, ..Backlog::default() };
        (0..5).for_each(|_| backlog.add_to_write());
        backlog.completed(MEASURED, MIB, MIB);
        assert!(backlog.add_to_hash() && backlog.is_full() && !backlog.is_empty());
        (0..6).for_each(|_| backlog.remove());
        assert!(backlog.is_empty() && !backlog.is_full());
    }
}
