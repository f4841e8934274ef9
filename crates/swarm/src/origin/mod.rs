//! The only seed of a torrent pays for one copy of it: "one copy", a stricter super-seeding (BEP 16).
//!
//! With so many peers, an origin is a small part of what the swarm can send: a second copy from it saves next to nothing, while a piece
//! that nobody has yet is what everybody waits for. So
//!
//! - it says nothing of what it has, and promises single pieces: `have` and `unchoke`, to one peer each (`receiver`, `promised`);
//! - a piece that was given is not given again unless it is lost or stuck (`hold`);
//! - as little is promised at a time as keeps the line busy, and what was promised first is sent to its end (`line`);
//! - the next piece goes to whom it was seen to leave again, or to few who are tried out (`choice`);
//! - all patience follows from how long pieces take to spread (`relay_time`);
//! - a swarm in which nobody gets anything is served whatever it says (`hold`);
//! - once others seed as well, whoever has an upload slot gets all that it lacks (`seeds`).
//!
//! A piece is *spread* when somebody has it who did not get it from us. What peers claim is no evidence of that: they may lie. It is what
//! they announce after we gave the piece to somebody else.
//!
//! Plain structure: the engine tells it what happened (`engine/offer.rs`), and asks what to promise and what may be requested.

mod choice;
mod fresh;
mod hold;
mod line;
mod piece;
mod promised;
mod receiver;
mod relay_time;
mod seeds;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use torrent_core::layout::{PieceIndex, PieceRange};

use crate::piece_set::PieceSet;
use crate::progress::Bill;
use crate::{ConnectionId, OriginConfig, Time};
use fresh::FreshPieces;
use line::Line;
use piece::PieceFate;
use receiver::Receiver;
use relay_time::RelayTime;

/// What the only seed of a torrent knows of its swarm.
#[derive(Debug)]
pub(crate) struct OneCopy {
    config: OriginConfig,
    rng: fastrand::Rng,
    /// Bytes of a piece.
    piece_length: u32,
    all: PieceRange,
    /// By piece, what became of it.
    pieces: Vec<PieceFate>,
    /// Pieces that nobody was given yet, in the order in which they are.
    fresh: FreshPieces,
    /// Pieces that are to be given again.
    rescues: Vec<PieceIndex>,
    receivers: BTreeMap<ConnectionId, Receiver>,
    relay_time: RelayTime,
    line: Line,
    /// Others seed as well.
    others_seed: bool,
    /// When somebody was tried out last.
    probed_at: Time,
    /// When all claims are doubted if nobody announces anything until then.
    doubt_at: Time,
    looked_at: Time,
    /// Bytes sent, and pieces that peers announced.
    given: u64,
    received: u64,
}

impl OneCopy {
    /// For a torrent that is all here: `lengths` are the bytes of its pieces that peers ask for.
    pub(crate) fn new(config: OriginConfig, lengths: &[u32], mut rng: fastrand::Rng) -> Self {
        let all = PieceRange::first(lengths.len() as u32);
        let mut fresh: Vec<PieceIndex> = all.iter().filter(|piece| lengths[piece.index()] > 0).collect();
        rng.shuffle(&mut fresh);
        let fresh = FreshPieces::new(fresh, lengths.len());
        Self {
            config,
            rng,
            all,
            piece_length: lengths.iter().copied().max().unwrap_or_default(),
            pieces: lengths.iter().map(|length| PieceFate::new(*length)).collect(),
            fresh,
            rescues: Vec::new(),
            receivers: BTreeMap::new(),
            relay_time: RelayTime::default(),
            line: Line::new(),
            others_seed: false,
            probed_at: Time::ZERO,
            doubt_at: Time::ZERO,
            looked_at: Time::ZERO,
            given: 0,
            received: 0,
        }
    }

    /// A peer is there.
    pub(crate) fn joined(&mut self, id: ConnectionId, now: Time) {
        if !self.is_needed() {
            self.doubt_at = now + self.relay_time.patience_with_silence();
        }
        self.receivers.entry(id).or_insert_with(|| Receiver::new(self.all.count(), now));
    }

    /// A peer says what it came with. Who has everything need not have got it from anybody here; of others, it is as if they
    /// announced each piece.
    pub(crate) fn came_with(&mut self, id: ConnectionId, has: &PieceSet, now: Time) {
        let Some(receiver) = self.receivers.get_mut(&id) else { return };
        receiver.has_spoken = true;
        if !has.is_all() {
            return has.iter().for_each(|piece| self.announced(id, piece, now));
        }
        for piece in has.iter().filter(|piece| receiver.has.insert(*piece)) {
            self.pieces[piece.index()].available += 1;
        }
        receiver.look_if_complete(now);
    }

    /// A peer announces a piece.
    pub(crate) fn announced(&mut self, id: ConnectionId, piece: PieceIndex, now: Time) {
        let Some(receiver) = self.receivers.get_mut(&id).filter(|receiver| !receiver.has.contains(piece))
        else {
            return;
        };
        receiver.has.insert(piece);
        receiver.look_if_complete(now);
        self.line.settle(receiver.promised(piece).map_or(0, |promise| promise.end()));
        receiver.promises.retain(|promise| promise.piece != piece);
        self.received += 1;
        self.doubt_at = now + self.relay_time.patience_with_silence();
        let fate = &mut self.pieces[piece.index()];
        fate.available += 1;
        if receiver.got.contains(piece) {
            return;
        }
        // What we never gave has another source, if somebody says so who is known to share.
        if !fate.is_fresh() || receiver.is_relay() {
            receiver.relayed_to.insert(piece);
            self.saw(piece, now);
        } else {
            fate.claim(now);
        }
    }

    /// A peer does not have a piece any more that it announced.
    pub(crate) fn peer_lost(&mut self, id: ConnectionId, piece: PieceIndex) {
        let Some(receiver) = self.receivers.get_mut(&id) else { return };
        if receiver.has.remove(piece) {
            receiver.complete_since = None;
            receiver.lacks_again(piece);
            self.pieces[piece.index()].available -= 1;
        }
    }

    /// A peer is gone.
    pub(crate) fn left(&mut self, id: ConnectionId) {
        let Some(mut receiver) = self.receivers.remove(&id) else { return };
        receiver.has.iter().for_each(|piece| self.pieces[piece.index()].available -= 1);
        for promise in &mut receiver.promises {
            let (piece, is_untouched) = (promise.piece, promise.is_open() && promise.is_untouched());
            self.line.settle(promise.end());
            if is_untouched {
                self.take_back(id, piece);
            }
        }
    }

    /// A piece is not here any more: whoever lacks it, nobody is given it.
    pub(crate) fn lose(&mut self, piece: PieceIndex) {
        self.pieces[piece.index()].is_gone = true;
        self.fresh.remove(piece);
        self.rescues.retain(|rescue| *rescue != piece);
        for receiver in self.receivers.values_mut() {
            self.line.settle(receiver.promised(piece).map_or(0, |promise| promise.end()));
            receiver.promises.retain(|promise| promise.piece != piece);
            receiver.forget(piece);
        }
    }

    /// A piece that was not here is here again. It is as one that was never given, unless it spread meanwhile.
    pub(crate) fn find(&mut self, piece: PieceIndex) {
        let fate = &mut self.pieces[piece.index()];
        fate.is_gone = false;
        if fate.length > 0 && fate.is_fresh() {
            self.fresh.push(piece);
        }
        self.receivers.values_mut().for_each(|receiver| receiver.lacks_again(piece));
    }

    /// A peer requests a block of a piece; whether it gets it.
    pub(crate) fn asked(&mut self, id: ConnectionId, piece: PieceIndex, now: Time) -> bool {
        let promise = self.receivers.get_mut(&id).and_then(|receiver| receiver.promised(piece));
        promise.is_some_and(|promise| promise.ask(now))
    }

    /// A block has left.
    pub(crate) fn sent(&mut self, id: ConnectionId, piece: PieceIndex, bytes: u32) {
        self.given += u64::from(bytes);
        let promise = self.receivers.get_mut(&id).and_then(|receiver| receiver.promised(piece));
        self.line.settle(promise.map_or(0, |promise| promise.send(bytes)));
    }

    /// When a piece was promised to a peer: what was promised first is sent first.
    pub(crate) fn promised_at(&self, id: ConnectionId, piece: PieceIndex) -> Option<Time> {
        let promises = &self.receivers.get(&id)?.promises;
        promises.iter().find(|promise| promise.piece == piece).map(|promise| promise.at)
    }

    /// Nothing is being sent and nothing is requested.
    pub(crate) fn stands_idle(&mut self, now: Time) {
        let most = if self.is_thrifty() { self.receivers.len() } else { WIDEST };
        if !self.fresh.is_empty() || !self.rescues.is_empty() || !self.is_thrifty() {
            self.line.stands_idle(now, most);
        }
    }

    /// When to look again at what depends on time alone; `None` while nobody needs anything, and nobody is about to count as a seed.
    pub(crate) fn due(&self) -> Option<Time> {
        if self.is_needed() { Some(self.looked_at + LOOK) } else { self.next_seed() }
    }

    fn is_needed(&self) -> bool {
        self.receivers.values().any(|receiver| !receiver.has.is_all())
    }

    /// Looks at what depends on time alone: which peers keep pieces to themselves, what nobody takes, what has not spread. Gives the promises
    /// that are taken back because nothing of the piece was requested.
    pub(crate) fn look(&mut self, now: Time) -> Vec<(ConnectionId, PieceIndex)> {
        self.looked_at = now;
        self.others_seed = self.seeds(now) > 0;
        let patience = self.relay_time.patience();
        let mut stale = Vec::new();
        for (id, receiver) in &mut self.receivers {
            receiver.look_if_fails(patience, now);
            stale.extend(
                receiver
                    .promises
                    .iter()
                    .filter(|promise| promise.is_stale(now))
                    .map(|promise| (*id, promise.piece)),
            );
        }
        stale.retain(|(id, piece)| self.withdraw(*id, *piece, now));
        self.look_for_rescues(now);
        stale
    }

    /// What to promise now, to whom. The caller tells them: `have`, `unchoke`.
    pub(crate) fn give(&mut self, now: Time) -> Vec<(ConnectionId, PieceIndex)> {
        let mut promises = Vec::new();
        while self.line.promised() < self.line.room(self.piece_length)
            && let Some((to, piece)) = self.choose(now)
        {
            self.promise(to, piece, now);
            promises.push((to, piece));
        }
        promises
    }

    /// What it has cost so far.
    pub(crate) fn bill(&self, now: Time) -> Bill {
        let total: u64 = self.pieces.iter().map(|piece| u64::from(piece.length)).sum();
        let oldest = self
            .receivers
            .values()
            .flat_map(|receiver| &receiver.promises)
            .filter(|promise| promise.is_open());
        Bill {
            given: self.given as f64 / total.max(1) as f64,
            received: self.received as f64 / self.pieces.len().max(1) as f64,
            relay_time: self.relay_time.median(),
            fresh: self.fresh.len() as u32,
            seeds: self.seeds(now) as u32,
            spread: self.pieces.iter().filter(|piece| piece.is_spread).count() as u32,
            promised: self.line.promised(),
            most_promised: self.line.room(self.piece_length) + u64::from(self.piece_length),
            oldest_promise: oldest.map(|promise| promise.at).min(),
        }
    }

    /// Whether a second copy is to be saved: not if so few are there that each of them may cost one, nor if others seed as well.
    fn is_thrifty(&self) -> bool {
        self.receivers.len() > self.config.bill && !self.others_seed
    }

    fn promise(&mut self, to: ConnectionId, piece: PieceIndex, now: Time) {
        let is_thrifty = self.is_thrifty();
        let fate = &mut self.pieces[piece.index()];
        fate.give(to, now);
        self.line.promise(fate.length);
        self.fresh.remove(piece);
        self.rescues.retain(|rescue| *rescue != piece);
        let Some(receiver) = self.receivers.get_mut(&to) else { return };
        self.line.settle(receiver.promise(piece, fate.length, now));
        if !receiver.is_relay() {
            self.probed_at = now;
        }
        // Among few it does not matter who relays, and what they hold says nothing about them.
        if is_thrifty {
            receiver.watch(piece, now);
        }
    }

    /// A peer does not take what it was promised: others may have it. Whether nothing of it was sent.
    fn withdraw(&mut self, id: ConnectionId, piece: PieceIndex, now: Time) -> bool {
        let Some(receiver) = self.receivers.get_mut(&id) else { return false };
        let Some(promise) = receiver.promised(piece) else { return false };
        let is_untouched = promise.is_untouched();
        self.line.settle(promise.end());
        receiver.fail(now);
        if is_untouched {
            receiver.forget(piece);
            self.take_back(id, piece);
        }
        is_untouched
    }

    /// Nothing was sent of what was promised last.
    fn take_back(&mut self, id: ConnectionId, piece: PieceIndex) {
        let fate = &mut self.pieces[piece.index()];
        if fate.holder == Some(id) {
            fate.take_back();
        }
        if fate.is_fresh() {
            self.fresh.push(piece);
        }
    }
}

/// How often is looked at what depends on time alone.
const LOOK: Time = Time::from_millis(250);
/// Pieces that are promised at a time to those who get all that they lack, at most.
const WIDEST: usize = 16;
