//! Complete pieces that are not written: what a crash would cost.
//!
//! A process that is killed loses what it has not written. So whoever gave the last block of a piece is to give no more until that
//! piece is written; everybody else is read only to the end of the piece that is coming ([`Swarm::room`]). The network keeps what
//! arrives meanwhile, and a kill costs no more than one piece for each connection. (Of a peer that does not answer in the order of our
//! requests, blocks of other pieces may be there as well: what came before its turn.)

use std::collections::BTreeMap;

use super::Swarm;
use crate::{ConnectionId, WebJob};

/// What blocks come over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Line {
    Peer(ConnectionId),
    Web(WebJob),
}

/// The pieces that are being hashed or written, by who gave the last block of each.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    lines: BTreeMap<u32, Line>,
    /// How many pieces a line waits for.
    held: BTreeMap<Line, usize>,
}

impl Backlog {
    /// `line` has brought the last block of a piece.
    pub(crate) fn add(&mut self, piece: u32, line: Line) {
        self.remove(piece);
        self.lines.insert(piece, line);
        *self.held.entry(line).or_default() += 1;
    }

    /// A piece is written, or turned out to be bad. Gives who brought it.
    pub(crate) fn remove(&mut self, piece: u32) -> Option<Line> {
        let line = self.lines.remove(&piece)?;
        if let Some(count) = self.held.get_mut(&line) {
            *count -= 1;
        }
        self.held.retain(|_, count| *count > 0);
        Some(line)
    }

    /// Whether `line` is to bring no more for now.
    fn holds(&self, line: Line) -> bool {
        self.held.contains_key(&line)
    }
}

impl<B> Swarm<B> {
    /// How many blocks may be read of a peer now: those that are lacking of the piece whose blocks it is to give next, and none while
    /// a piece that it completed is not written. `None` if nothing is expected of it.
    pub fn room(&self, id: ConnectionId) -> Option<usize> {
        let peer = self.connections.get(&id)?;
        if self.backlog.holds(Line::Peer(id)) {
            return Some(0);
        }
        let Some(next) = peer.asked.front() else { return (!peer.late.is_empty()).then_some(1) };
        Some(self.picker.as_ref()?.get(next.block.piece)?.lacking().max(1))
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

    /// Whether a piece of which blocks came is being hashed or written.
    pub fn is_writing(&self) -> bool {
        !self.backlog.lines.is_empty()
    }
}
