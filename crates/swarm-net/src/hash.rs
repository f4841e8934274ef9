//! Hashes complete pieces, several together.
//!
//! A backend with lanes takes about as long for sixteen pieces as for four. So pieces are gathered for a moment, until they fill the
//! lanes, or are half of what one peer may have that is not written: then the other half comes while they are hashed.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use piece_hash::Backend;
use swarm::{PieceDigests, Time, limits};
use torrent_core::data::{BlockDigests, PieceInMemory, Wanted, hash_blocks};
use torrent_core::layout::PieceIndex;
use torrent_core::metainfo::Metainfo;

use crate::hashed::Hashed;
use crate::job_id::JobId;
use crate::mailbox::{Mailbox, ThreadAnswer};
use crate::pool::Block;

/// Threads that hash. They end when this is dropped.
pub(crate) struct Hashers {
    queue: Sender<Vec<ToHash>>,
    lanes: usize,
    gathered: Vec<ToHash>,
    /// When the first of them came.
    since: Time,
}

/// A complete piece.
pub(crate) struct ToHash {
    pub(crate) job: JobId,
    pub(crate) metainfo: Arc<Metainfo>,
    pub(crate) piece: PieceIndex,
    /// Its blocks, in the order of their offsets.
    pub(crate) blocks: Vec<Block>,
}

struct Worker {
    queue: Receiver<Vec<ToHash>>,
    backend: Backend,
    mailbox: Mailbox,
}

impl Hashers {
    /// Starts `threads` threads, or as many as there can be.
    ///
    /// # Errors
    /// There can be none.
    pub(crate) fn start(threads: usize, backend: Backend, mailbox: &Mailbox) -> io::Result<Self> {
        // Every piece holds a block of the pool: that bounds the queue.
        let (queue, pieces) = unbounded();
        for number in 0..threads.max(1) {
            let worker = Worker { queue: pieces.clone(), backend, mailbox: mailbox.clone() };
            match thread::Builder::new().name("hash".into()).spawn(move || worker.run()) {
                Err(error) if number == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        Ok(Self { queue, lanes: backend.lanes(), gathered: Vec::new(), since: Time::ZERO })
    }

    /// Has a piece hashed, soon.
    pub(crate) fn hash(&mut self, now: Time, piece: ToHash) {
        if self.gathered.is_empty() {
            self.since = now;
        }
        self.gathered.push(piece);
        if self.are_enough() {
            self.begin();
        }
    }

    /// Has all pieces hashed that were gathered.
    pub(crate) fn begin(&mut self) {
        if !self.gathered.is_empty() {
            // Fails only if every worker has panicked, which leaves nothing to be done.
            let _ = self.queue.send(std::mem::take(&mut self.gathered));
        }
    }

    /// When it is to begin at the latest.
    pub(crate) fn deadline(&self) -> Option<Time> {
        (!self.gathered.is_empty()).then_some(self.since + PATIENCE)
    }

    fn are_enough(&self) -> bool {
        self.gathered.last().is_some_and(|piece| {
            let has_v1 = piece.metainfo.protocol().has_v1();
            are_enough(self.gathered.len(), piece.metainfo.piece_length(), has_v1, self.lanes)
        })
    }
}

/// Whether it is worth it to begin with so many pieces.
fn are_enough(pieces: usize, piece_length: u64, has_v1: bool, lanes: usize) -> bool {
    // Of v2, the leaves of one piece fill the lanes.
    !has_v1 || pieces >= lanes || pieces as u64 * piece_length >= limits::UNWRITTEN / 2
}

impl Worker {
    fn run(self) {
        for mut pieces in self.queue {
            while !pieces.is_empty() {
                let first = pieces[0].job;
                let (same, others) = pieces.into_iter().partition(|piece| piece.job == first);
                self.mailbox.put_all(hash(self.backend, same).map(ThreadAnswer::Hashed));
                pieces = others;
            }
        }
    }
}

impl ToHash {
    fn in_memory(&self) -> PieceInMemory<'_> {
        PieceInMemory { piece: self.piece, blocks: self.blocks.iter().map(|block| &**block).collect() }
    }
}

/// Hashes pieces of one torrent together.
fn hash(backend: Backend, pieces: Vec<ToHash>) -> impl Iterator<Item = Hashed> {
    let digests = pieces.first().map(|first| {
        let protocol = first.metainfo.protocol();
        let wanted = Wanted { sha1: protocol.has_v1(), merkle: protocol.has_v2() };
        let in_memory: Vec<_> = pieces.iter().map(ToHash::in_memory).collect();
        hash_blocks(first.metainfo.layout(), wanted, backend, &in_memory)
    });
    let hashed = |(ToHash { job, piece, blocks, .. }, digests): (ToHash, BlockDigests)| {
        let BlockDigests { sha1, merkle, leaves } = digests;
        Hashed { job, piece, blocks, digests: PieceDigests { sha1, merkle, leaves } }
    };
    pieces.into_iter().zip(digests.unwrap_or_default()).map(hashed)
}

/// How long a piece waits for others: not long enough for a person to notice.
const PATIENCE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_gathered_until_the_lanes_are_full_or_half_of_what_may_be_there_is() {
        let (kib, mib) = (1 << 10, 1 << 20);
        let cases = [
            (1, 16 * kib, false, 16, true),
            (1, 16 * kib, true, 16, false),
            (15, 256 * kib, true, 16, false),
            (16, 256 * kib, true, 16, true),
            (7, mib, true, 16, false),
            (8, mib, true, 16, true),
            (2, 4 * mib, true, 16, true),
            (1, 16 * mib, true, 16, true),
            (1, 16 * kib, true, 1, true),
        ];
        for (pieces, piece_length, has_v1, lanes, expected) in cases {
            assert_eq!(
                are_enough(pieces, piece_length, has_v1, lanes),
                expected,
                "{pieces} of {piece_length}"
            );
        }
    }
}
