//! Which pieces are given: each once ("hold"), and again only if it is lost or stuck.

use torrent_core::layout::PieceIndex;

use super::OneCopy;
use super::piece::PieceFate;
use super::receiver::Receiver;
use crate::{ConnectionId, Time};

impl OneCopy {
    /// Somebody has a piece who did not get it from us. That is to the credit of the one that it was given to last: who had it before
    /// kept it until it was given again.
    pub(super) fn saw(&mut self, piece: PieceIndex, now: Time) {
        let fate = &mut self.pieces[piece.index()];
        let (holder, is_first_time) = (fate.holder, fate.times == 1);
        self.rescues.retain(|rescue| *rescue != piece);
        let has_another_source = fate.is_fresh();
        if !fate.see(now) {
            return;
        }
        if has_another_source {
            self.fresh.remove(piece);
            self.another_serves();
        }
        for (id, receiver) in &mut self.receivers {
            let Some(since) = receiver.forget(piece) else { continue };
            if Some(*id) == holder {
                receiver.relays += 1;
                if is_first_time {
                    self.relay_time.add(now.saturating_sub(since));
                }
            }
        }
    }

    /// Finds the pieces that are to be given again.
    pub(super) fn look_for_rescues(&mut self, now: Time) {
        let is_due = |piece: &PieceIndex| {
            let fate = &self.pieces[piece.index()];
            fate.length > 0
                && !fate.is_gone
                && !fate.is_fresh()
                && (self.is_lost(*piece, fate) || self.is_stuck(*piece, fate, now))
        };
        let mut rescues: Vec<PieceIndex> = self.all.iter().filter(is_due).collect();
        rescues.sort_by_key(|piece| self.pieces[piece.index()].available);
        self.rescues = rescues;
    }

    /// What a peer is to be given next.
    pub(super) fn next_piece(&mut self, id: ConnectionId, now: Time) -> Option<PieceIndex> {
        let of_use = self.next_of_use(id, now).or_else(|| self.next_lacking(id));
        of_use.or_else(|| if now >= self.doubt_at { self.given_longest_ago(id, now) } else { None })
    }

    /// A piece that it lacks and that nobody was given, best of all one that nobody claims to have; or one that is to be given again. What
    /// somebody claims to have got is left for as long as it would take to spread, if another seed has given it.
    fn next_of_use(&self, id: ConnectionId, now: Time) -> Option<PieceIndex> {
        let receiver = self.receivers.get(&id)?;
        let lacks = |piece: &PieceIndex| !receiver.has.contains(*piece) && !receiver.got.contains(*piece);
        let fresh = self.fresh.iter().filter(lacks).take(LOOKED_THROUGH);
        let unclaimed = fresh.clone().find(|piece| self.pieces[piece.index()].available == 0);
        let while_it_spreads = self.relay_time.median().max(BETWEEN_DOUBTS);
        let is_left = |piece: &PieceIndex| {
            self.is_thrifty() && self.pieces[piece.index()].was_claimed_within(while_it_spreads, now)
        };
        let claimed = || fresh.clone().find(|piece| !is_left(piece));
        unclaimed.or_else(claimed).or_else(|| self.rescues.iter().copied().find(lacks))
    }

    /// Any piece that it lacks, if a second copy need not be saved.
    fn next_lacking(&mut self, id: ConnectionId) -> Option<PieceIndex> {
        if self.is_thrifty() {
            return None;
        }
        let is_here = |piece: PieceIndex| !self.pieces[piece.index()].is_gone;
        self.receivers.get_mut(&id)?.next_lacking(is_here, &mut self.rng)
    }

    /// Nobody gets anything, though somebody needs it: whatever is said of pieces may be a lie, and the peer gets what was given
    /// longest ago of all that it lacks.
    fn given_longest_ago(&mut self, id: ConnectionId, now: Time) -> Option<PieceIndex> {
        let receiver = self.receivers.get(&id)?;
        let lacking = self
            .all
            .iter()
            .zip(&self.pieces)
            .filter(|(piece, fate)| fate.length > 0 && !fate.is_gone && !receiver.has.contains(*piece));
        let piece = lacking.min_by_key(|(_, fate)| fate.given_at()).map(|(piece, _)| piece);
        if piece.is_some() {
            self.doubt_at = now + BETWEEN_DOUBTS;
        }
        piece
    }

    /// Nobody has it, and nobody is there whom it was given to.
    fn is_lost(&self, piece: PieceIndex, fate: &PieceFate) -> bool {
        fate.available == 0 && !self.receivers.values().any(|receiver| receiver.got.contains(piece))
    }

    /// It goes nowhere: nobody who is known to share has got it from others, and nothing was heard of it for long.
    fn is_stuck(&self, piece: PieceIndex, fate: &PieceFate, now: Time) -> bool {
        let is_known = |receiver: &Receiver| receiver.is_relay() && receiver.fails == 0;
        let patience = match fate.holder.and_then(|holder| self.receivers.get(&holder)) {
            Some(holder) if is_known(holder) => self.relay_time.patience(),
            _ => self.relay_time.patience_with_strangers(),
        };
        fate.is_quiet_for(patience, now)
            && !self
                .receivers
                .values()
                .any(|receiver| receiver.is_relay() && receiver.relayed_to.contains(piece))
    }
}

/// Among so many pieces one is looked for that nobody claims to have.
const LOOKED_THROUGH: usize = 64;
/// While nobody gets anything, how long until the next piece is given all the same.
const BETWEEN_DOUBTS: Time = Time::from_secs(1);
