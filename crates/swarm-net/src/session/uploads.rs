//! Blocks that peers want come from the disk and go to their sockets.

use std::collections::VecDeque;
use std::rc::Rc;

use swarm::wire::BlockAddress;
use swarm::{ConnectionId, Event, Time};

use super::Session;
use crate::disk::{Buffer, Request};
use crate::job_id::JobId;
use crate::pool::BLOCK;

impl Session {
    /// Asks the disk for blocks that peers want, as many as may be in memory and as the rate allows. However much others hold, each
    /// peer gets a block at a time: else a few that take nothing would stop all.
    pub(super) fn ask_for_uploads(&mut self) {
        self.go_on_with_capped();
        self.take_back_from_stuck();
        for _ in 0..self.queues.uploaders.len() {
            let allowed = self.upload.allowance(self.now);
            let Some(id) = (allowed > 0).then(|| self.queues.uploaders.pop()).flatten() else { return };
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            let Some(job) = connection.job() else { continue };
            let Some(torrent) = self.torrents.get(job) else { continue };
            let of_torrent = torrent.upload.allowance(self.now);
            if of_torrent == 0 {
                self.wait_for_rate(id, job);
                continue;
            }
            let least = if connection.uploading == 0 { BLOCK } else { 0 };
            let most = UPLOADING.saturating_sub(self.uploading).max(least);
            let most = if connection.takes_nothing(self.now) { least } else { most };
            let most =
                most.min(UPLOADING_EACH.saturating_sub(connection.uploading)).min(allowed).min(of_torrent);
            let blocks = batch(&mut connection.uploads, most);
            let bytes: usize = blocks.iter().map(|block| block.bytes()).sum();
            connection.uploading += bytes;
            self.uploading += bytes;
            self.upload.take(bytes);
            torrent.upload.take(bytes);
            if bytes == 0 {
                continue; // It comes back when a block has left.
            }
            if !connection.uploads.is_empty() && connection.uploading < UPLOADING_EACH {
                self.queues.uploaders.push(id);
            }
            match self.disk.read_cached(job, &blocks) {
                Some(bytes) => self.on_read(id, blocks, bytes),
                None => self.disk.send(Request::Read { job, connection: id, blocks }),
            }
        }
    }

    /// While others want blocks and half of the memory for them is taken, those whose sockets take nothing give back what was read for
    /// them. A block stays with each of them; when that has left, the others are read again.
    fn take_back_from_stuck(&mut self) {
        let is_due = self.uploading > UPLOADING / 2 && self.now >= self.queues.stuck_due;
        if !is_due || self.queues.uploaders.is_empty() {
            return;
        }
        self.queues.stuck_due = self.now + LOOK;
        let (now, buckets) = (self.now, &self.upload);
        for connection in self.connections.values_mut() {
            if !connection.takes_nothing(now) {
                continue;
            }
            let blocks = connection.outbox.take_back(connection.stream.sealed());
            let bytes: usize = blocks.iter().map(|block| block.bytes()).sum();
            connection.uploading -= bytes;
            self.uploading -= bytes;
            let of_torrent = connection.job().and_then(|job| self.torrents.get(job));
            of_torrent.into_iter().for_each(|torrent| torrent.upload.give_back(bytes));
            buckets.give_back(bytes);
            blocks.into_iter().rev().for_each(|block| connection.uploads.push_front(block));
            self.loads.count(connection);
        }
    }

    /// The rate of a torrent allows nothing now: its connections wait, and keep no others waiting.
    fn wait_for_rate(&mut self, id: ConnectionId, job: JobId) {
        self.queues.capped.push(id);
        let refill = self.torrents.get(job).and_then(|torrent| torrent.upload.refill());
        self.capped_until = self.capped_until.into_iter().chain(refill).min();
    }

    /// Lets those go on that wait for the rates of their torrents, if it is time for one of them.
    fn go_on_with_capped(&mut self) {
        if self.capped_until.is_some_and(|until| until <= self.now) {
            self.capped_until = None;
            while let Some(id) = self.queues.capped.pop() {
                self.queues.uploaders.push(id);
            }
        }
    }

    /// Blocks for a peer wait until their pieces are checked.
    pub(super) fn on_checking(&mut self, job: JobId, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.waits_for_check = true;
            self.tell(job, Event::Checking { connection: id, waits: true });
        }
    }

    /// What a peer waited for is checked.
    fn end_wait_for_check(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let job = connection.job().filter(|_| std::mem::take(&mut connection.waits_for_check));
        job.into_iter().for_each(|job| self.tell(job, Event::Checking { connection: id, waits: false }));
    }

    /// The disk has read blocks for a peer.
    pub(super) fn on_read(&mut self, id: ConnectionId, blocks: Vec<BlockAddress>, bytes: Buffer) {
        self.end_wait_for_check(id);
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

    /// Blocks for a peer are of pieces that are lost.
    pub(super) fn on_blocks_lost(&mut self, job: JobId, id: ConnectionId, blocks: Vec<BlockAddress>) {
        self.end_wait_for_check(id);
        if let Some(connection) = self.connections.get_mut(&id) {
            let bytes: usize = blocks.iter().map(|block| block.bytes()).sum();
            connection.uploading -= bytes;
            self.uploading -= bytes;
            if !connection.uploads.is_empty() {
                self.queues.uploaders.push(id);
            }
        }
        blocks.into_iter().for_each(|block| self.tell(job, Event::BlockLost { connection: id, block }));
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

/// How often it is looked who takes nothing.
const LOOK: Time = Time::from_millis(500);

/// Blocks that the disk reads at a time.
const BATCH: usize = 16;
