//! Blocks that peers want come from the disk and go to their sockets.

use std::collections::VecDeque;
use std::rc::Rc;

use swarm::ConnectionId;
use swarm::wire::BlockAddress;

use super::Session;
use crate::disk::Request;
use crate::pool::BLOCK;

impl Session {
    /// Asks the disk for blocks that peers want, as many as may be in memory and as the rate allows. However much others hold, each
    /// peer gets a block at a time: else a few that take nothing would stop all.
    pub(super) fn ask_for_uploads(&mut self) {
        for _ in 0..self.queues.uploaders.len() {
            let allowed = self.upload.allowance(self.now);
            let Some(id) = (allowed > 0).then(|| self.queues.uploaders.pop()).flatten() else { return };
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            let Some(job) = connection.job() else { continue };
            let least = if connection.uploading == 0 { BLOCK } else { 0 };
            let most = UPLOADING.saturating_sub(self.uploading).max(least);
            let most = most.min(UPLOADING_EACH.saturating_sub(connection.uploading)).min(allowed);
            let blocks = batch(&mut connection.uploads, most);
            let bytes: usize = blocks.iter().map(|block| block.bytes()).sum();
            connection.uploading += bytes;
            self.uploading += bytes;
            self.upload.take(bytes);
            if bytes > 0 {
                self.disk.send(Request::Read { job, connection: id, blocks });
            }
            if !connection.uploads.is_empty() && connection.uploading < UPLOADING_EACH {
                self.queues.uploaders.push(id);
            }
        }
    }

    /// The disk has read blocks for a peer.
    pub(super) fn on_read(&mut self, id: ConnectionId, blocks: Vec<BlockAddress>, bytes: Vec<u8>) {
        let bytes = Rc::new(bytes);
        self.with_outgoing(id, |connection| {
            let mut start = 0;
            for block in blocks {
                let end = start + block.bytes();
                connection.outbox.push_block(block, &bytes, start..end);
                start = end;
            }
        });
    }
}

/// The first of `blocks`, about `most` bytes of them.
fn batch(blocks: &mut VecDeque<BlockAddress>, most: usize) -> Vec<BlockAddress> {
    let mut bytes = 0;
    let is_in = |block: &&BlockAddress| {
        let is_in = bytes < most;
        bytes += block.bytes();
        is_in
    };
    let count = blocks.iter().take(BATCH).take_while(is_in).count();
    blocks.drain(..count).collect()
}

/// Bytes of blocks on their way from disk to all peers, and one block more for each of them.
const UPLOADING: usize = 4 << 20;

/// The same, to one peer.
const UPLOADING_EACH: usize = 1 << 20;

/// Blocks that the disk reads at a time.
const BATCH: usize = 16;
