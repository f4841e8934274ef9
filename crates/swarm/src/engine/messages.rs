//! What peers say.

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::limits::{EARLY_BITFIELDS, HAVES};
use crate::peer::{Judgement, PeerConnection};
use crate::piece_set::PieceSet;
use crate::wire::Message;
use crate::{CloseReason, ConnectionId};

impl<B> Swarm<B> {
    pub(crate) fn on_message(&mut self, id: ConnectionId, message: Message<B>) {
        let now = self.now;
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        (peer.liveness.last_message, peer.liveness.has_sent_message) = (now, true);
        let is_flood = peer.budget.spend(&message, now);
        let judgement = if is_flood { Err(CloseReason::Flood) } else { self.judge(id, message) };
        if let Err(why) = judgement {
            self.close(id, why);
        }
    }

    fn judge(&mut self, id: ConnectionId, message: Message<B>) -> Judgement {
        match message {
            Message::KeepAlive => Ok(()),
            Message::Port(port) => {
                self.on_port(id, port);
                Ok(())
            }
            Message::Choke => self.on_choke(id),
            Message::Unchoke => self.on_unchoke(id),
            Message::Interested => self.on_interest(id, true),
            Message::NotInterested => self.on_interest(id, false),
            Message::Have(piece) => self.on_have(id, piece),
            Message::Bitfield(bits) => self.on_bitfield(id, bits),
            Message::HaveAll => self.on_pieces(id, SentPieces::All),
            Message::HaveNone => self.on_pieces(id, SentPieces::None),
            Message::Request(block) => self.on_request(id, block),
            Message::Piece { block, data } => self.on_block(id, block, data),
            Message::Cancel(block) => self.on_cancel(id, block),
            Message::RejectRequest(block) => self.on_reject(id, block),
            Message::SuggestPiece(piece) | Message::AllowedFast(piece) => self.on_hint(id, piece),
            Message::Extended { id: number, payload } => self.on_extended(id, number, &payload),
            Message::HashRequest(range) => self.on_hash_request(id, range),
            Message::Hashes { range, hashes } => self.on_hashes(id, &range, &hashes),
            Message::HashReject(range) => self.on_hash_reject(id, &range),
        }
    }

    fn on_interest(&mut self, id: ConnectionId, interested: bool) -> Judgement {
        if let Some(peer) = self.connections.get_mut(&id) {
            peer.it_is_interested = interested;
        }
        self.choker.look_soon();
        Ok(())
    }

    fn on_have(&mut self, id: ConnectionId, piece: PieceIndex) -> Judgement {
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        peer.pieces.is_past_bitfield = true;
        let Some(picker) = &mut self.picker else {
            peer.pieces.early.have(piece);
            return Ok(());
        };
        if !picker.geometry().pieces().contains(piece) {
            return Err(CloseReason::Protocol);
        }
        if peer.pieces.has.insert(piece) {
            peer.budget.earn(1);
            if peer.pieces.is_counted {
                picker.raise_availability(piece);
            }
            self.one_copy.iter_mut().for_each(|one_copy| one_copy.announced(id, piece, self.now));
            if picker.needs(piece) {
                peer.pieces.needed += 1;
                peer.download.nothing_since = None;
                self.show_interest(id);
                self.send_requests(id);
            }
        }
        Ok(())
    }

    /// A peer does not have a piece any more that it announced (BEP 54). What it was asked for of it, it rejects. Of what was said before the
    /// metadata came, nothing is taken back.
    pub(crate) fn on_lost_piece(&mut self, id: ConnectionId, piece: PieceIndex) -> Judgement {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else {
            return Ok(());
        };
        if !picker.geometry().pieces().contains(piece) {
            return Err(CloseReason::Protocol);
        }
        if peer.pieces.has.remove(piece) {
            if peer.pieces.is_counted {
                picker.lower_availability(piece);
            }
            if picker.needs(piece) {
                peer.pieces.needed = peer.pieces.needed.saturating_sub(1);
            }
            // It may begin at another: what it gave of this one, which may be bad, does not count.
            peer.download.forget_piece(piece);
            let thrown_away = picker.give_up(piece, peer.source());
            self.totals.throw_away(thrown_away);
            self.one_copy.iter_mut().for_each(|one_copy| one_copy.peer_lost(id, piece));
            self.show_interest(id);
        }
        Ok(())
    }

    /// A bitfield comes first (BEP 3), but aria2 sends another one later, in place of many `have` messages.
    fn on_bitfield(&mut self, id: ConnectionId, bits: Vec<u8>) -> Judgement {
        let has_listed = self.connections.get(&id).is_some_and(|peer| peer.pieces.has_sent_bitfield);
        if has_listed {
            self.on_more_pieces(id, &bits)
        } else {
            self.on_pieces(id, SentPieces::Bitfield(bits))
        }
    }

    /// A later bitfield must have what the peer had, and something new.
    fn on_more_pieces(&mut self, id: ConnectionId, bits: &[u8]) -> Judgement {
        let (Some(peer), Some(picker)) = (self.connections.get(&id), &self.picker) else {
            return Err(CloseReason::Protocol);
        };
        let has =
            PieceSet::from_bitfield(bits, picker.geometry().pieces().count()).ok_or(CloseReason::Protocol)?;
        let more: Vec<PieceIndex> = has.iter().filter(|piece| !peer.pieces.has.contains(*piece)).collect();
        if more.is_empty() || has.common_count(&peer.pieces.has) < peer.pieces.has.count() {
            return Err(CloseReason::Protocol);
        }
        more.into_iter().try_for_each(|piece| self.on_have(id, piece))
    }

    fn on_pieces(&mut self, id: ConnectionId, sent: SentPieces) -> Judgement {
        let early = self
            .connections
            .values()
            .map(|peer| peer.pieces.early.bitfield.as_ref().map_or(0, Vec::len))
            .sum::<usize>();
        let Some(peer) = self.connections.get_mut(&id) else { return Ok(()) };
        let needs_fast = !matches!(sent, SentPieces::Bitfield(_));
        if std::mem::replace(&mut peer.pieces.is_past_bitfield, true) || (needs_fast && !peer.fast) {
            return Err(CloseReason::Protocol);
        }
        peer.pieces.has_sent_bitfield = true;
        match sent {
            SentPieces::None => {}
            SentPieces::All => peer.pieces.early.all = true,
            SentPieces::Bitfield(bits) if early + bits.len() > EARLY_BITFIELDS => {
                return Err(CloseReason::NotNeeded);
            }
            SentPieces::Bitfield(bits) => peer.pieces.early.bitfield = Some(bits),
        }
        self.learn_pieces(id)
    }

    /// Metadata has come: what peers sent of their pieces before can be understood.
    pub(crate) fn learn_all_pieces(&mut self) {
        let ids: Vec<ConnectionId> = self.connections.keys().copied().collect();
        for id in ids {
            if let Err(why) = self.learn_pieces(id) {
                self.close(id, why);
                continue;
            }
            if self.connections.get(&id).is_some_and(|peer| peer.extensions) {
                self.send_extension_handshake(id);
            }
            self.announce_pieces_had(id);
        }
    }

    /// Tells a peer what was on disk when the metadata came: by then, its one chance of a bitfield has passed (BEP 3, BEP 6).
    fn announce_pieces_had(&mut self, id: ConnectionId) {
        let is_open = |peer: &PeerConnection| !peer.closing && peer.pieces.is_counted;
        if !self.connections.get(&id).is_some_and(is_open) {
            return;
        }
        let have: Vec<PieceIndex> =
            self.shown_to_all().into_iter().flat_map(PieceSet::iter).take(HAVES).collect();
        have.into_iter().for_each(|piece| self.send(id, Message::Have(piece)));
    }

    /// Learns from what a peer sent which pieces it has, if the number of pieces is known.
    fn learn_pieces(&mut self, id: ConnectionId) -> Judgement {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else {
            return Ok(());
        };
        peer.pieces.learn(picker.geometry().pieces().count()).ok_or(CloseReason::Protocol)?;
        if peer.pieces.is_counted {
            peer.pieces.has.iter().for_each(|piece| picker.raise_availability(piece));
        }
        self.one_copy.iter_mut().for_each(|one_copy| one_copy.came_with(id, &peer.pieces.has, self.now));
        peer.pieces.needed = picker.needed_of(&peer.pieces.has);
        peer.download.nothing_since = None;
        self.show_interest(id);
        self.request_hashes();
        Ok(())
    }

    /// Says whether we want something of a peer, if that has changed.
    pub(crate) fn show_interest(&mut self, id: ConnectionId) {
        let Some(peer) = self.connections.get_mut(&id).filter(|peer| !peer.closing) else { return };
        let interested = peer.pieces.needed > 0;
        if std::mem::replace(&mut peer.we_are_interested, interested) != interested {
            self.send(id, if interested { Message::Interested } else { Message::NotInterested });
        }
    }

    /// BEP 6's hints are allowed to be ignored.
    fn on_hint(&self, _: ConnectionId, piece: PieceIndex) -> Judgement {
        let known = self.picker.as_ref().is_none_or(|picker| picker.geometry().pieces().contains(piece));
        if known { Ok(()) } else { Err(CloseReason::Protocol) }
    }
}

/// What a peer sends first of its pieces: `have all`, `have none` (BEP 6) or a bitfield.
enum SentPieces {
    All,
    None,
    Bitfield(Vec<u8>),
}
