//! What a driver would do, in virtual time; and whether the engine may ask for it.

use std::net::SocketAddr;
use std::time::Duration;

use swarm::wire::{BlockAddress, Message};
use swarm::{Action, AnnounceEvent, ConnectionId, DialError, Event};
use torrent_core::layout::PieceIndex;

use super::ends::End;
use super::payload::{Lease, Token};
use super::{Plan, World, number_of};

impl World {
    pub(super) fn act(&mut self, index: usize, action: Action<Token>) {
        match action {
            Action::Connect { address, patience, .. } => self.dial(index, address, patience),
            Action::Send { connection, message } => self.send(index, connection, message),
            Action::SendBlock { connection, block } => self.send_block(index, connection, block),
            Action::Close { connection, .. } => self.close(index, connection),
            Action::Announce { tracker, announce } => {
                let answer = self.answer_of_tracker(index, announce.event == Some(AnnounceEvent::Stopped));
                let wait = self.delay() * 2;
                self.plan_for(index, wait, Event::Announced { tracker, result: answer });
            }
            Action::WebGet { job, web_seed, bytes, whole_files } => {
                self.web_get(index, (job, web_seed), bytes, whole_files);
            }
            Action::WebCancel { job } => self.web_cancel(index, job),
            Action::Hash { piece, blocks } => self.hash(index, piece, blocks),
            Action::Write { piece, blocks, .. } => self.write(index, piece, blocks),
            Action::Metadata { info } => self.metadata(index, &info),
            Action::Completed => self.complete(index),
            Action::Stopped => self.crash(index),
            Action::Report(_) | Action::Node { .. } => {}
        }
    }

    /// A block arrives: it takes memory from now on, and poison is counted.
    pub(super) fn take_in(&mut self, node: usize, from: usize, message: Message<Token>) -> Message<Token> {
        let Message::Piece { block, mut data } = message else { return message };
        data.lease = Some(Lease::of(&self.nodes[node].memory));
        if !data.good {
            let pieces = self.poison.entry((node, from)).or_default();
            if !pieces.contains(&block.piece) {
                pieces.push(block.piece);
            }
        }
        Message::Piece { block, data }
    }

    pub(super) fn plan_for(&mut self, node: usize, wait: Duration, event: Event<Token>) {
        let life = self.nodes[node].life;
        self.queue.plan(self.now + wait, Plan::Tell { node, life, event });
    }

    fn dial(&mut self, from: usize, to: SocketAddr, patience: Duration) {
        self.dialled.push(to);
        let wait = self.delay() * 2;
        let called = number_of(to).and_then(|number| self.nodes.get(number));
        if called.is_some_and(|called| !called.peer.dialable) {
            let event = Event::ConnectFailed { address: to, why: DialError::Unanswered };
            return self.plan_for(from, patience, event);
        }
        let life = self.nodes[from].life;
        self.queue.plan(self.now + wait, Plan::Dialled { from, life, to });
    }

    fn send(&mut self, index: usize, connection: ConnectionId, message: Message<Token>) {
        self.check_message(index, &message);
        if let Err(what) = self.ledger.sends(connection, &message) {
            self.fail(&format!("peer {index}: {what}"));
        }
        let behaviour = self.nodes[index].peer.behaviour;
        let pieces = self.payload.pieces() as u32;
        for message in behaviour.disguise(message, pieces, &mut self.rng) {
            self.transmit(index, connection, message);
        }
    }

    /// What is said must be true; of hostile peers nothing is expected.
    fn check_message(&self, index: usize, message: &Message<Token>) {
        let node = &self.nodes[index];
        let has = |piece: PieceIndex| node.disk.get(piece.index()) == Some(&true);
        let bit = |bits: &[u8], piece: usize| bits[piece / 8] >> (7 - piece % 8) & 1 == 1;
        let is_true = match message {
            Message::Have(piece) => has(*piece),
            Message::HaveAll => node.disk.iter().all(|has| *has),
            Message::Bitfield(bits) => {
                (0..node.disk.len()).all(|piece| !bit(bits, piece) || node.disk[piece])
            }
            Message::Request(block) => !has(block.piece),
            Message::Piece { .. } => false,
            _ => true,
        };
        if !is_true {
            self.fail(&format!("peer {index} must not say {message:?}"));
        }
    }

    /// Sends a message down the line; gives when it has left.
    fn transmit(&mut self, index: usize, connection: ConnectionId, message: Message<Token>) -> Duration {
        let Some(end) = self.ends.get(connection) else { return self.now };
        if self.has_sockets && !matches!(message, Message::Piece { .. }) {
            let at = (self.now + end.delay).max(end.arrives);
            self.arrive(end, at, message);
            return self.now;
        }
        let size = size_of(&message);
        let node = &mut self.nodes[index];
        node.up_free = node.up_free.max(self.now) + Duration::from_secs_f64(size / node.peer.up);
        let left = node.up_free;
        let other = &mut self.nodes[end.peer];
        other.down_free = other.down_free.max(self.now) + Duration::from_secs_f64(size / other.peer.down);
        let at = other.down_free.max(left + end.delay);
        self.ends.arrives(connection, at);
        self.arrive(end, at, message);
        left
    }

    fn arrive(&mut self, end: End, at: Duration, message: Message<Token>) {
        let life = self.nodes[end.peer].life;
        let event = Event::Received { connection: end.other, message };
        self.queue.plan(at, Plan::Tell { node: end.peer, life, event });
    }

    fn send_block(&mut self, index: usize, connection: ConnectionId, block: BlockAddress) {
        if !self.nodes[index].disk[block.piece.index()] {
            self.fail(&format!("peer {index} gives {block:?}, which is not on its disk"));
        }
        let message = Message::Piece { block, data: Token { block, good: true, lease: None } };
        let behaviour = self.nodes[index].peer.behaviour;
        let pieces = self.payload.pieces() as u32;
        let mut left = self.now;
        for message in behaviour.disguise(message, pieces, &mut self.rng) {
            left = self.transmit(index, connection, message);
        }
        self.plan_for(index, left - self.now, Event::BlockSent { connection, block });
    }

    fn close(&mut self, index: usize, connection: ConnectionId) {
        let Some(end) = self.ends.remove(connection) else { return };
        self.plan_for(index, Duration::ZERO, Event::Closed { connection, why: None });
        let wait = self.nodes[index].up_free.max(self.now) + end.delay - self.now;
        let wait = wait.max(self.nodes[end.peer].down_free.saturating_sub(self.now));
        self.plan_for(end.peer, wait, Event::Closed { connection: end.other, why: None });
    }

    fn hash(&mut self, index: usize, piece: PieceIndex, blocks: Vec<Token>) {
        let digests = self.payload.digests(piece, &blocks);
        let node = &mut self.nodes[index];
        node.hash_free =
            node.hash_free.max(self.now) + Duration::from_secs_f64(blocks.len() as f64 * BLOCK / HASHING);
        let wait = node.hash_free - self.now;
        self.plan_for(index, wait, Event::Hashed { piece, blocks, digests });
    }

    /// The piece is on disk when `Written` comes: what happens before loses it.
    fn write(&mut self, index: usize, piece: PieceIndex, blocks: Vec<Token>) {
        let (expected, found) = (self.payload.right(piece), self.payload.digests(piece, &blocks));
        if (found.sha1, found.merkle) != expected {
            self.fail(&format!("peer {index} writes piece {piece}, which is bad"));
        }
        let node = &mut self.nodes[index];
        if node.disk[piece.index()] {
            self.fail(&format!("peer {index} writes piece {piece} twice"));
        }
        if node.has() >= node.peer.disk_pieces {
            node.disk_was_full = true;
            return self.crash(index);
        }
        node.disk_free = node.disk_free.max(self.now)
            + Duration::from_secs_f64(blocks.len() as f64 * BLOCK / node.peer.disk);
        let wait = node.disk_free - self.now;
        drop(blocks);
        self.plan_for(index, wait, Event::Written { piece });
    }

    fn metadata(&mut self, index: usize, info: &[u8]) {
        if info != self.payload.metainfo.raw_info() {
            self.fail(&format!("peer {index} believes in wrong metadata"));
        }
        self.nodes[index].knows = Some(self.now);
        let torrent = self.nodes[index].torrent(self.payload.without_layers());
        self.plan_for(index, Duration::from_millis(1), Event::Ready(torrent));
    }

    fn complete(&mut self, index: usize) {
        let node = &self.nodes[index];
        let wanted = |piece: usize| node.peer.wanted.as_ref().is_none_or(|wanted| wanted[piece]);
        if let Some(piece) = (0..node.disk.len()).find(|piece| wanted(*piece) && !node.disk[*piece]) {
            self.fail(&format!("peer {index} says it is complete without piece {piece}"));
        }
        self.nodes[index].completed = Some(self.now);
    }
}

/// Bytes on the wire, TCP and IP left out.
fn size_of(message: &Message<Token>) -> f64 {
    match message {
        Message::Piece { block, .. } => f64::from(block.length) + 13.0,
        Message::Bitfield(bits) => bits.len() as f64 + 5.0,
        Message::Extended { payload, .. } => payload.len() as f64 + 6.0,
        Message::Hashes { hashes, .. } => hashes.len() as f64 * 32.0 + 53.0,
        _ => 17.0,
    }
}

const BLOCK: f64 = 16384.0;
/// Bytes that a hasher hashes in a second.
const HASHING: f64 = 1e9;
