//! Who sent bad blocks, and what follows.
//!
//! A new peer gives one piece at a time, and all blocks of it: if the hash is wrong, it is clear which peer is to blame. Every good piece
//! doubles how many unverified pieces the peer may have. If a bad piece came from several peers, all of them become suspects. A
//! suspect gives whole pieces, without help from others, until one is good. (With BEP 52, leaf hashes show at once whose block was bad.)
//! Only a bad piece that came from one peer alone leads to a ban: an honest peer that shares pieces with a liar has a part in
//! every piece that the liar spoils.

use torrent_core::layout::PieceIndex;

use super::Swarm;
use crate::addresses::host;
use crate::picker::BlockSource;
use crate::{CloseReason, ConnectionId, PieceDigests, Report};

/// What a bad piece says of a peer that gave blocks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Guilt {
    /// Nobody else gave any, or the hashes of the leaves show it.
    Proven,
    /// One of several did it.
    Suspected,
}

impl Guilt {
    /// Of each of so many givers.
    pub(crate) fn among(givers: usize) -> Self {
        if givers == 1 { Self::Proven } else { Self::Suspected }
    }
}

impl<B> Swarm<B> {
    /// A piece is good: the peers that gave it are trusted more.
    pub(crate) fn credit(&mut self, piece: PieceIndex, givers: &[BlockSource]) {
        givers.iter().for_each(|giver| self.web.credit(*giver, self.now));
        for peer in self.connections.values_mut() {
            if givers.contains(&peer.source()) {
                peer.trust.prove(givers.len() == 1);
            }
            peer.download.forget_piece(piece);
        }
    }

    /// A piece is bad. If several peers gave it, the hashes of its leaves can tell which one lied.
    pub(crate) fn on_bad_piece(&mut self, piece: PieceIndex, blocks: Vec<B>, digests: &PieceDigests) {
        self.report(Report::BadPiece { piece });
        let givers =
            self.picker.as_ref().and_then(|picker| picker.get(piece)).map(|open| open.givers().len());
        let refused = if givers > Some(1) { self.accuse(piece, blocks, digests) } else { Err(blocks) };
        if let Err(blocks) = refused {
            self.drop_bad_piece(piece, blocks);
        }
    }

    /// Throws a bad piece away. A peer that gave it alone is banned; if there were several, all of them are suspects now.
    pub(crate) fn drop_bad_piece(&mut self, piece: PieceIndex, blocks: Vec<B>) {
        let Some(picker) = &mut self.picker else { return };
        let givers = picker.get(piece).map(|open| open.givers()).unwrap_or_default();
        self.totals.spoil(picker.geometry().length(piece).into());
        picker.refill(piece, blocks, |_, _| false);
        self.connections.values_mut().for_each(|peer| peer.download.forget_piece(piece));
        for giver in &givers {
            self.blame(*giver, Guilt::among(givers.len()));
        }
    }

    /// `giver` gave blocks of a bad piece.
    pub(crate) fn blame(&mut self, giver: BlockSource, guilt: Guilt) {
        let id = match giver {
            BlockSource::Peer(id) => id,
            BlockSource::Web(web_seed) => return self.blame_web_seed(web_seed, guilt),
        };
        if guilt == Guilt::Suspected {
            return self.suspect(id);
        }
        let here = self.connections.get(&id).map(|peer| peer.address.ip());
        if let Some(ip) = here.or_else(|| self.bans.departed(id)) {
            self.ban(ip, CloseReason::Poison);
        }
    }

    /// Sees to it that a peer shows what it gives: from now on it has no part in what others are at, and they have none in
    /// what it has been alone at.
    fn suspect(&mut self, id: ConnectionId) {
        let (Some(peer), Some(picker)) = (self.connections.get_mut(&id), &mut self.picker) else { return };
        peer.trust.suspect();
        let source = peer.source();
        let download = &mut peer.download;
        let pieces = std::mem::take(&mut download.unverified).into_iter();
        let (own, shared): (Vec<PieceIndex>, Vec<PieceIndex>) =
            pieces.partition(|piece| picker.seal(*piece, source));
        (download.unverified, download.current, download.nothing_since) = (own, None, None);
        shared.into_iter().for_each(|piece| self.disown(piece, source));
    }

    /// Nobody at this address is talked to any more.
    pub(crate) fn ban(&mut self, ip: std::net::IpAddr, why: CloseReason) {
        if self.bans.hosts.ban(ip, why) {
            self.report(Report::Banned { ip, why });
        }
        self.close_host(ip, why);
    }

    /// A host is banned for what it did elsewhere.
    pub(crate) fn shun(&mut self, ip: std::net::IpAddr, why: CloseReason) {
        self.bans.hosts.ban(ip, why);
        self.close_host(ip, why);
    }

    fn close_host(&mut self, ip: std::net::IpAddr, why: CloseReason) {
        let banned: Vec<ConnectionId> = self
            .connections
            .values()
            .filter(|peer| host(peer.address.ip()) == host(ip))
            .map(|peer| peer.id)
            .collect();
        banned.into_iter().for_each(|id| self.close(id, why));
    }
}
