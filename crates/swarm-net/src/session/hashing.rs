//! Complete pieces go to the threads that hash, and come back with their digests.

use swarm::Event;
use torrent_core::layout::PieceIndex;

use super::Session;
use crate::hash::ToHash;
use crate::hashed::Hashed;
use crate::job_id::JobId;
use crate::pool::Block;

impl Session {
    pub(super) fn hash(&mut self, job: JobId, piece: PieceIndex, blocks: Vec<Block>) {
        if let Some(metainfo) = self.torrents.get(job).and_then(|torrent| torrent.metainfo.clone()) {
            self.hashers.hash(self.now, ToHash { job, metainfo, piece, blocks });
        }
    }

    /// Lets gathered pieces be hashed if they have waited for long, or somebody waits for their memory.
    pub(super) fn begin_hashing(&mut self) {
        let is_due = self.hashers.deadline().is_some_and(|deadline| deadline <= self.now);
        if is_due || !self.queues.starved.is_empty() {
            self.hashers.begin();
        }
    }

    pub(super) fn on_hashed(&mut self, hashed: Hashed) {
        let Hashed { job, piece, blocks, digests } = hashed;
        self.tell(job, Event::Hashed { piece, blocks, digests });
    }
}
