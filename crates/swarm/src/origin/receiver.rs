//! What is known of a peer that pieces are given to: does it pass them on?

use torrent_core::layout::{PieceIndex, PieceRange};

use super::promised::PromisedPiece;
use crate::Time;
use crate::piece_set::PieceSet;

/// A peer that pieces are given to.
#[derive(Debug)]
pub(super) struct Receiver {
    connected_at: Time,
    /// It has said which pieces it has.
    pub(super) has_spoken: bool,
    pub(super) has: PieceSet,
    /// The pieces that it was promised.
    pub(super) got: PieceSet,
    /// The pieces that it announced after we had given them to others: it got them from these.
    pub(super) relayed_to: PieceSet,
    pub(super) promises: Vec<PromisedPiece>,
    /// Pieces that it was given and nobody else has announced, and since when.
    unspread: Vec<(PieceIndex, Time)>,
    pub(super) given: u32,
    /// How often somebody else announced what it was given.
    pub(super) relays: u32,
    /// How often it kept a piece to itself for too long.
    pub(super) fails: u32,
    failed_at: Time,
    /// Below this, it has or got every piece.
    first_lacking: PieceIndex,
    /// Since when it has everything.
    pub(super) complete_since: Option<Time>,
    /// It came with everything, and pieces appeared then that nobody was given here.
    pub(super) has_served: bool,
    /// It has an upload slot.
    pub(super) has_slot: bool,
}

impl Receiver {
    pub(super) fn new(pieces: u32, now: Time) -> Self {
        Self {
            connected_at: now,
            has_spoken: false,
            has: PieceSet::none(pieces),
            got: PieceSet::none(pieces),
            relayed_to: PieceSet::none(pieces),
            promises: Vec::new(),
            unspread: Vec::new(),
            given: 0,
            relays: 0,
            fails: 0,
            failed_at: Time::ZERO,
            first_lacking: PieceIndex::default(),
            complete_since: None,
            has_served: false,
            has_slot: false,
        }
    }

    /// It lacks something, and it is known what. Who has nothing need not say so (BEP 3).
    pub(super) fn is_in_need(&self, now: Time) -> bool {
        !self.has.is_all() && (self.has_spoken || now.saturating_sub(self.connected_at) > FIRST_WORDS)
    }

    /// It was seen to pass pieces on.
    pub(super) fn is_relay(&self) -> bool {
        self.relays > 0
    }

    /// How many pieces it is promised that it has not got.
    pub(super) fn waits_for(&self) -> usize {
        self.promises.iter().filter(|promise| promise.is_open()).count()
    }

    /// It is promised a piece; gives how much of it was promised before and is not sent: that counts no more.
    pub(super) fn promise(&mut self, piece: PieceIndex, length: u32, now: Time) -> u32 {
        let before = self.promised(piece).map_or(0, |promise| promise.end());
        self.promises.retain(|promise| promise.piece != piece);
        let ended = self.promises.iter().filter(|promise| !promise.is_open()).count();
        if ended >= REMEMBERED {
            let oldest = self.promises.iter().position(|promise| !promise.is_open());
            if let Some(oldest) = oldest {
                self.promises.remove(oldest);
            }
        }
        self.promises.push(PromisedPiece::new(piece, length, now));
        self.got.insert(piece);
        self.given += 1;
        before
    }

    /// It has lost a piece, which it may be given once more.
    pub(super) fn lacks_again(&mut self, piece: PieceIndex) {
        self.got.remove(piece);
        self.first_lacking = self.first_lacking.min(piece);
    }

    pub(super) fn promised(&mut self, piece: PieceIndex) -> Option<&mut PromisedPiece> {
        self.promises.iter_mut().find(|promise| promise.piece == piece)
    }

    /// From now on it is seen whether the piece spreads.
    pub(super) fn watch(&mut self, piece: PieceIndex, now: Time) {
        self.unspread.retain(|(unspread, _)| *unspread != piece);
        self.unspread.push((piece, now));
    }

    /// A piece has spread, or was never sent; gives since when it was watched.
    pub(super) fn forget(&mut self, piece: PieceIndex) -> Option<Time> {
        let index = self.unspread.iter().position(|(unspread, _)| *unspread == piece)?;
        Some(self.unspread.remove(index).1)
    }

    /// How many of its pieces have not spread.
    pub(super) fn unspread(&self) -> usize {
        self.unspread.len()
    }

    /// Whether it has kept a piece to itself for so long.
    pub(super) fn has_kept_one_for(&self, time: Time, now: Time) -> bool {
        self.unspread.iter().any(|(_, since)| now.saturating_sub(*since) > time)
    }

    pub(super) fn fail(&mut self, now: Time) {
        (self.fails, self.failed_at) = (self.fails + 1, now);
    }

    /// It fails if it keeps a piece for longer than `patience`, once in that time.
    pub(super) fn look_if_fails(&mut self, patience: Time, now: Time) {
        if self.has_kept_one_for(patience, now) && now.saturating_sub(self.failed_at) > patience {
            self.fail(now);
        }
    }

    /// It has failed so often that it is to wait, each time twice as long.
    pub(super) fn is_suspended(&self, patience: Time, now: Time) -> bool {
        let is_forgiven = self.relays > 2 * self.fails;
        let pause = patience * (1 << self.fails.min(LONGEST_PAUSE));
        self.fails > 0 && !is_forgiven && now.saturating_sub(self.failed_at) < pause
    }

    /// It may have everything now.
    pub(super) fn look_if_complete(&mut self, now: Time) {
        if self.has.is_all() {
            self.complete_since.get_or_insert(now);
        }
    }

    /// When it will have had everything for long enough to count as a seed, if it was seen to serve.
    pub(super) fn counts_at(&self) -> Option<Time> {
        self.complete_since.filter(|_| self.is_relay() || self.has_served).map(|since| since + STAY)
    }

    /// It has had everything for a while, and was seen to serve.
    pub(super) fn is_seed(&self, now: Time) -> bool {
        self.counts_at().is_some_and(|at| at <= now)
    }

    /// Any piece that it neither has nor was promised, of those that are here: whoever is given all that it lacks is to have something for
    /// others who are.
    pub(super) fn next_lacking(
        &mut self,
        is_here: impl Fn(PieceIndex) -> bool,
        rng: &mut fastrand::Rng,
    ) -> Option<PieceIndex> {
        let all = PieceRange::first(self.has.pieces());
        let lacks =
            |piece: &PieceIndex| is_here(*piece) && !self.has.contains(*piece) && !self.got.contains(*piece);
        let lacking = PieceRange { start: self.first_lacking, ..all };
        self.first_lacking = lacking.iter().find(lacks).unwrap_or(all.end);
        let lacking = PieceRange { start: self.first_lacking, ..all };
        let skipped = rng.u32(..lacking.count().max(1));
        lacking.iter().skip(skipped as usize).chain(lacking.iter()).find(lacks)
    }
}

/// How long a peer that is silent may be about to say what it has.
const FIRST_WORDS: Time = Time::from_millis(300);
/// How long who has everything stays before it counts as a seed.
const STAY: Time = Time::from_secs(60);
/// Promises that have ended, and whose blocks may be requested again.
const REMEMBERED: usize = 4;
/// Pauses are doubled so often.
const LONGEST_PAUSE: u32 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Time = Time::from_secs(4);

    #[test]
    fn who_keeps_a_piece_fails_once_in_a_while_and_waits_longer_each_time() {
        let mut receiver = Receiver::new(8, Time::ZERO);
        receiver.watch(PieceIndex::from(3), Time::ZERO);
        // Seconds; how often it has failed, and whether it is suspended.
        for (second, fails, suspended) in
            [(4, 0, false), (5, 1, true), (8, 1, true), (10, 2, true), (14, 2, true), (15, 3, true)]
        {
            let now = Time::from_secs(second);
            receiver.look_if_fails(PATIENCE, now);
            assert_eq!(
                (receiver.fails, receiver.is_suspended(PATIENCE, now)),
                (fails, suspended),
                "{second} s"
            );
        }
        receiver.forget(PieceIndex::from(3));
        assert!(receiver.is_suspended(PATIENCE, Time::from_secs(46)));
        assert!(!receiver.is_suspended(PATIENCE, Time::from_secs(47)), "four seconds eightfold");
        receiver.relays = 7;
        assert!(!receiver.is_suspended(PATIENCE, Time::from_secs(16)), "it relays more than it fails");
    }

    #[test]
    fn only_the_latest_ended_promises_are_kept() {
        let mut receiver = Receiver::new(100, Time::ZERO);
        for piece in PieceRange::first(100) {
            receiver.promise(piece, 10, Time::ZERO);
            receiver.promised(piece).unwrap().end();
        }
        assert_eq!(receiver.promises.len(), REMEMBERED);
        assert_eq!(receiver.next_lacking(|_| true, &mut fastrand::Rng::with_seed(1)), None);
    }
}
