//! Hashes complete pieces, several together.
//!
//! A backend with lanes takes about as long for sixteen pieces as for four. So a worker takes all that came while it was busy.

use std::io;
use std::iter;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, unbounded};
use piece_hash::Backend;
use swarm::PieceDigests;
use torrent_core::data::{BlockDigests, PieceInMemory, Wanted, hash_blocks};
use torrent_core::metainfo::Metainfo;

use crate::job_id::JobId;
use crate::mailbox::{Answer, Mailbox};
use crate::pool::Block;

/// Threads that hash. They end when this is dropped.
pub(crate) struct Hashers {
    queue: Sender<ToHash>,
}

/// A complete piece.
pub(crate) struct ToHash {
    pub(crate) job: JobId,
    pub(crate) metainfo: Arc<Metainfo>,
    pub(crate) piece: u32,
    /// In order.
    pub(crate) blocks: Vec<Block>,
}

/// A piece that was hashed.
pub(crate) struct Hashed {
    pub(crate) job: JobId,
    pub(crate) piece: u32,
    /// Given back.
    pub(crate) blocks: Vec<Block>,
    pub(crate) digests: PieceDigests,
}

struct Worker {
    queue: Receiver<ToHash>,
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
        Ok(Self { queue })
    }

    /// Hands a piece over.
    pub(crate) fn hash(&self, piece: ToHash) {
        // Fails only if every worker has panicked, which leaves nothing to be done.
        let _ = self.queue.send(piece);
    }
}

impl Worker {
    fn run(self) {
        while let Some(mut pieces) = self.gather() {
            while !pieces.is_empty() {
                let first = pieces[0].job;
                let (same, others) = pieces.into_iter().partition(|piece| piece.job == first);
                self.mailbox.put_all(hash(self.backend, same).map(Answer::Hashed));
                pieces = others;
            }
        }
    }

    /// Waits for a piece and takes all that are there, as many as there are lanes; `None` at the end of all.
    fn gather(&self) -> Option<Vec<ToHash>> {
        let first = self.queue.recv().ok()?;
        Some(iter::once(first).chain(self.queue.try_iter()).take(self.backend.lanes().max(1)).collect())
    }
}

impl ToHash {
    fn in_memory(&self) -> PieceInMemory<'_> {
        PieceInMemory { piece: self.piece.into(), blocks: self.blocks.iter().map(|block| &**block).collect() }
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
