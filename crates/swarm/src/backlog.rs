//! Complete pieces that are not written: what a crash would cost.
//!
//! A process that is killed loses what it has not written. So whoever gave the last block of a piece is to give no more until that
//! piece is written; everybody else is read only to the end of the piece that is coming ([`Swarm::room`]). The network keeps what
//! arrives meanwhile, and a kill costs no more than one piece for each connection.

use std::collections::BTreeMap;

use crate::swarm::Swarm;
use crate::{ConnectionId, WebJob};

/// What blocks come over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Line {
    Peer(ConnectionId),
    Web(WebJob),
}

/// The pieces that are being hashed or written, and who gave the last block of each.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    pieces: BTreeMap<u32, Line>,
}

impl Backlog {
    /// `line` has brought the last block of a piece.
    pub(crate) fn add(&mut self, piece: u32, line: Line) {
        self.pieces.insert(piece, line);
    }

    /// A piece is written, or turned out to be bad.
    pub(crate) fn remove(&mut self, piece: u32) {
        self.pieces.remove(&piece);
    }

    /// Whether `line` is to bring no more for now. There are no more pieces here than lines: that is quickly found.
    fn holds(&self, line: Line) -> bool {
        self.pieces.values().any(|other| *other == line)
    }
}

impl<B> Swarm<B> {
    /// How many blocks may be read of a peer now: those that are lacking of the piece whose blocks it is to give next, and none while
    /// a piece that it completed is not written. `None` if it was asked for none.
    pub fn room(&self, id: ConnectionId) -> Option<usize> {
        let next = self.connections.get(&id)?.asked.front()?.block.piece;
        let lacking = self.picker.as_ref()?.get(next)?.lacking();
        Some(if self.backlog.holds(Line::Peer(id)) { 0 } else { lacking.max(1) })
    }

    /// Whether a request to a web seed is to give nothing more for now, because a piece that it completed is not written.
    pub fn is_held(&self, job: WebJob) -> bool {
        self.backlog.holds(Line::Web(job))
    }

    /// Whether somebody who was asked for blocks may give some now.
    pub fn awaits_blocks(&self) -> bool {
        let peers = self.connections.values().filter(|peer| !peer.asked.is_empty());
        peers.map(|peer| Line::Peer(peer.id)).chain(self.web.lines()).any(|line| !self.backlog.holds(line))
    }

    /// Whether every complete piece is written.
    pub fn is_all_written(&self) -> bool {
        self.backlog.pieces.is_empty()
    }
}
