//! Blocks come in, pieces go to disk.
//!
//! A block is asked for (`send_requests`), comes (`on_block`), and with the last one of a piece goes to be hashed; if the hash
//! fits, to be written (`on_hashed`); and when that is done, all peers hear of it (`on_written`). Never in another order.

use std::collections::VecDeque;

use torrent_core::layout::PieceIndex;

use super::Swarm;
use super::trials::Promise;
use crate::peer::{InFlight, Judgement};
use crate::picker::{BlockSource, PieceState, Put};
use crate::wire::{BlockAddress, Message};
use crate::{Action, CloseReason, ConnectionId, PieceDigests, Report, Time};

impl<B> Swarm<B> {
    /// Asks a peer for as much as its window allows.
    pub(crate) fn send_requests(&mut self, id: ConnectionId) {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else { return };
        if !peer.may_request(self.now) {
            return;
        }
        let download = &mut peer.download;
        if download.nothing_since.is_some_and(|since| !picker.has_news(since, &peer.pieces.has)) {
            download.nothing_since = Some(picker.version());
            return;
        }
        let piece_length = picker.geometry().metainfo().piece_length();
        // Where it was before it choked us or rejected a request, if anything of that is left.
        download.unverified.retain(|piece| picker.get(*piece).is_some());
        download.current = download.current.or_else(|| download.unverified.last().copied());
        while peer.download.in_flight.len() < peer.download.window.depth() {
            let Some(block) = picker.next(&peer.pick_options(piece_length)) else {
                peer.download.nothing_since = Some(picker.version());
                return;
            };
            peer.download.go_on_with(block.piece);
            peer.download.in_flight.push_back(InFlight { block, sent_at: self.now });
            self.actions.push_back(Action::Send { connection: id, message: Message::Request(block) });
        }
    }

    fn send_requests_to(&mut self, source: BlockSource) {
        match source {
            BlockSource::Peer(id) => self.send_requests(id),
            BlockSource::Web(_) => self.use_web_seeds(),
        }
    }

    /// If there is something to ask for that was not there before, all peers get their share: first those that give what they say they have.
    pub(crate) fn send_all_requests(&mut self) {
        let Some(version) = self.picker.as_ref().map(|picker| picker.version()) else { return };
        if self.requested_version == version {
            return;
        }
        self.requested_version = version;
        self.use_web_seeds();
        let mut ids: Vec<(Promise, ConnectionId)> =
            self.connections.values().map(|peer| (peer.promise(), peer.id)).collect();
        ids.sort_unstable();
        ids.into_iter().for_each(|(_, id)| self.send_requests(id));
    }

    pub(crate) fn on_choke(&mut self, id: ConnectionId) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        // Whoever makes no more void than it answered may be asked at once: a seed in super-seeding mode chokes after each piece.
        let download = &mut peer.download;
        let answered = std::mem::take(&mut download.answered);
        if !std::mem::replace(&mut peer.it_chokes, true) && download.in_flight.len() > answered {
            download.choked_at = Some(self.now);
        }
        // With BEP 6 every request is answered all the same: with a rejection.
        if !peer.fast {
            self.release_all(id);
        }
        Ok(())
    }

    pub(crate) fn on_unchoke(&mut self, id: ConnectionId) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.it_chokes = false;
        peer.download.nothing_since = None;
        self.send_requests(id);
        Ok(())
    }

    pub(crate) fn on_reject(&mut self, id: ConnectionId, block: BlockAddress) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| peer.fast) else {
            return Err(CloseReason::Protocol);
        };
        if peer.download.take_request(block).is_none() {
            peer.download.late.take(block);
            return Ok(());
        }
        peer.download.current = None;
        peer.download.rejected += 1;
        let too_often = peer.download.rejected > REJECTIONS;
        if let Some(picker) = &mut self.picker {
            picker.release(block, BlockSource::Peer(id));
        }
        if too_often { Err(CloseReason::Stalled) } else { Ok(()) }
    }

    pub(crate) fn on_block(&mut self, id: ConnectionId, block: BlockAddress, data: B) -> Judgement {
        let length = u64::from(block.length);
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.download.meter.add(length);
        self.totals.down.add(length);
        let request = peer.download.take_request(block);
        if let Some(request) = request {
            peer.download.window.came(self.now.saturating_sub(request.sent_at));
            peer.download.answered += 1;
        } else if !peer.download.late.take(block) {
            self.totals.duplicate += length;
            return Err(CloseReason::Protocol);
        }
        let is_needed = self.put(BlockSource::Peer(id), block, data);
        // What comes late and is not needed is no sign that the peer gives what it is asked for.
        if let Some(peer) = self.connections.get_mut(&id).filter(|_| request.is_some() || is_needed) {
            let download = &mut peer.download;
            (download.last_block, download.rejected, download.waited) = (self.now, 0, Time::ZERO);
            peer.budget.earn_block();
        }
        self.send_requests(id);
        Ok(())
    }

    /// Puts a block in its place, whichever peer was asked for it and gave it; says whether it was needed.
    pub(crate) fn put(&mut self, source: BlockSource, block: BlockAddress, data: B) -> bool {
        let Some(picker) = &mut self.picker else { return false };
        match picker.put(block, source, data) {
            Put::Unneeded(_) => {
                self.totals.duplicate += u64::from(block.length);
                false
            }
            Put::Stored { others, full } => {
                self.totals.useful += u64::from(block.length);
                others.into_iter().for_each(|other| self.cancel(other, block));
                if full {
                    self.unwritten.add(block.piece, source);
                    self.hash(block.piece);
                }
                true
            }
        }
    }

    /// Sends a full piece to be hashed.
    pub(crate) fn hash(&mut self, piece: PieceIndex) {
        let Some(open) = self.picker.as_mut().and_then(|picker| picker.get_mut(piece)) else { return };
        open.state = PieceState::Hashing;
        self.actions.push_back(Action::Hash { piece, blocks: open.take_blocks() });
    }

    pub(crate) fn on_hashed(&mut self, piece: PieceIndex, blocks: Vec<B>, digests: &PieceDigests) {
        let Some(picker) = &mut self.picker else { return };
        let fits = self.hashes.expected(picker.geometry(), piece).fits(digests);
        let Some(open) = picker.get_mut(piece).filter(|open| open.state == PieceState::Hashing) else {
            return;
        };
        if fits {
            open.state = PieceState::Writing;
            let givers = open.givers();
            self.actions.push_back(Action::Write { piece, blocks, merkle: digests.merkle });
            self.credit(piece, &givers);
            givers.iter().for_each(|giver| self.send_requests_to(*giver));
            self.keep_leaves(piece, digests);
        } else {
            self.unwritten.remove(piece);
            self.on_bad_piece(piece, blocks, digests);
        }
    }

    pub(crate) fn on_written(&mut self, piece: PieceIndex) {
        self.unwritten.remove(piece);
        let Some(picker) = &mut self.picker else { return };
        if picker.get(piece).is_none_or(|open| open.state != PieceState::Writing) || !picker.done(piece) {
            return;
        }
        self.totals.done += u64::from(picker.geometry().length(piece));
        self.report(Report::Piece { piece });
        self.announce_piece(piece);
        self.look_if_complete();
    }

    /// Takes all requests to a peer back, and tells it so.
    pub(crate) fn cancel_all(&mut self, id: ConnectionId) {
        for request in self.release_all(id) {
            self.actions.push_back(Action::Send { connection: id, message: Message::Cancel(request.block) });
        }
    }

    /// Takes all requests to a peer back: it will not answer them. Returns them.
    pub(crate) fn release_all(&mut self, id: ConnectionId) -> VecDeque<InFlight> {
        let Some(peer) = self.connections.get_mut(&id) else { return VecDeque::new() };
        let Some(picker) = &mut self.picker else { return VecDeque::new() };
        let download = &mut peer.download;
        download.current = None;
        let released = std::mem::take(&mut download.in_flight);
        released.iter().for_each(|request| download.late.add(request.block));
        released.iter().for_each(|request| picker.release(request.block, BlockSource::Peer(id)));
        released
    }

    /// Ends the exclusive claim of `source` on a piece: others may continue it.
    pub(crate) fn disown(&mut self, piece: PieceIndex, source: BlockSource) {
        if let Some(picker) = &mut self.picker {
            let thrown_away = picker.disown(piece, source);
            self.totals.throw_away(thrown_away);
        }
    }

    pub(crate) fn look_if_complete(&mut self) {
        // A peer that wants no piece is here for the piece layers. Seeds close connections to peers that are not interested.
        let layers = self.totals.wanted > 0 || self.hashes.layers.are_complete();
        let complete = layers && self.picker.as_ref().is_some_and(|picker| picker.is_complete());
        if complete && self.phase == super::Phase::Fetching {
            self.phase = super::Phase::Seeding;
            self.actions.push_back(Action::Completed);
            self.on_complete();
        }
    }

    /// All that is wanted is there: peers and trackers hear of it.
    fn on_complete(&mut self) {
        let ids: Vec<ConnectionId> = self
            .connections
            .values()
            .filter(|peer| peer.extensions && !peer.closing)
            .map(|peer| peer.id)
            .collect();
        ids.into_iter().for_each(|id| self.send_extension_handshake(id));
        self.announce_completion();
    }

    /// A block that somebody was asked for is here.
    fn cancel(&mut self, source: BlockSource, block: BlockAddress) {
        let BlockSource::Peer(id) = source else { return };
        let Some(peer) = self.connections.get_mut(&id) else { return };
        if peer.download.take_request(block).is_some() {
            peer.download.late.add(block);
            self.send(id, Message::Cancel(block));
            self.send_requests(id);
        }
    }

    /// A piece is written: peers hear of it, and nobody is asked for it any more. Those who have it hear of it as well, unless they came
    /// with everything: a seed in super-seeding mode (BEP 16) shows the next piece when it hears that the last one arrived.
    pub(super) fn announce_piece(&mut self, piece: PieceIndex) {
        let mut no_more = Vec::new();
        for peer in self.connections.values_mut().filter(|peer| !peer.closing) {
            let has = peer.pieces.has.contains(piece);
            // Who has it and is not counted came with everything.
            if !has || peer.pieces.is_counted {
                self.actions.push_back(Action::Send { connection: peer.id, message: Message::Have(piece) });
            }
            if !has {
                continue;
            }
            peer.pieces.needed = peer.pieces.needed.saturating_sub(1);
            if peer.pieces.needed == 0 {
                no_more.push(peer.id);
            }
        }
        no_more.into_iter().for_each(|id| self.show_interest(id));
    }
}

/// Requests that a peer may reject one after the other: the largest window, once.
const REJECTIONS: usize = crate::limits::REQUESTS_IN_FLIGHT;
