//! Hashes complete pieces, several together.
//!
//! A backend with lanes takes about as long for sixteen pieces as for four. So a worker that has few pieces waits a moment for
//! more: as long as more may come, the pool has room for it, and never long enough for a person to notice.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use piece_hash::Backend;
use swarm::PieceDigests;
use torrent_core::data::{PieceInMemory, Wanted, hash_blocks};
use torrent_core::metainfo::Metainfo;

use crate::job::JobId;
use crate::mailbox::{Answer, Mailbox};
use crate::pool::{Block, Pool};

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
    /// It and those before it are to wait for no others.
    pub(crate) begin: bool,
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
    queue: Arc<Mutex<Receiver<ToHash>>>,
    backend: Backend,
    pool: Pool,
    mailbox: Mailbox,
}

impl Hashers {
    /// Starts `threads` threads.
    pub(crate) fn start(threads: usize, backend: Backend, pool: &Pool, mailbox: &Mailbox) -> Self {
        // Every piece holds a block of the pool: that bounds the queue.
        let (queue, pieces) = channel();
        let pieces = Arc::new(Mutex::new(pieces));
        for _ in 0..threads.max(1) {
            let queue = Arc::clone(&pieces);
            let worker = Worker { queue, backend, pool: pool.clone(), mailbox: mailbox.clone() };
            thread::spawn(move || worker.run());
        }
        Self { queue }
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
                self.hash(same);
                pieces = others;
            }
        }
    }

    /// Waits for pieces; `None` at the end of all.
    fn gather(&self) -> Option<Vec<ToHash>> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pieces = vec![queue.recv().ok()?];
        let deadline = Instant::now() + PATIENCE;
        // A v2 piece alone has leaves for all lanes.
        let is_v1 = pieces[0].metainfo.protocol().has_v1();
        while is_v1 && pieces.len() < self.backend.lanes() {
            let is_scarce =
                self.pool.available() < self.pool.capacity() / 4 || pieces.iter().any(|piece| piece.begin);
            let wait =
                if is_scarce { Duration::ZERO } else { deadline.saturating_duration_since(Instant::now()) };
            match queue.recv_timeout(wait.min(LOOK)) {
                Ok(piece) => pieces.push(piece),
                Err(RecvTimeoutError::Timeout) if wait > LOOK => {}
                Err(_) => break,
            }
        }
        Some(pieces)
    }

    /// Hashes pieces of one torrent.
    fn hash(&self, pieces: Vec<ToHash>) {
        let Some(metainfo) = pieces.first().map(|piece| Arc::clone(&piece.metainfo)) else { return };
        let wanted = Wanted { sha1: metainfo.protocol().has_v1(), merkle: metainfo.protocol().has_v2() };
        let in_memory: Vec<_> = (pieces.iter())
            .map(|piece| PieceInMemory {
                piece: piece.piece.into(),
                blocks: piece.blocks.iter().map(|block| &**block).collect(),
            })
            .collect();
        let digests = hash_blocks(metainfo.layout(), wanted, self.backend, &in_memory);
        drop(in_memory);
        let hashed = pieces.into_iter().zip(digests).map(|(ToHash { job, piece, blocks, .. }, digests)| {
            let digests = PieceDigests { sha1: digests.sha1, merkle: digests.merkle, leaves: digests.leaves };
            Answer::Hashed(Hashed { job, piece, blocks, digests })
        });
        self.mailbox.put_all(hashed);
    }
}

/// How long a piece waits for others.
const PATIENCE: Duration = Duration::from_millis(20);

/// How often a waiting worker looks at the pool.
const LOOK: Duration = Duration::from_millis(2);
