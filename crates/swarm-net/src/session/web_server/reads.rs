//! Content comes from the disk, a few blocks at a time for each visitor, as peers' blocks do: only of pieces that are there and right.

use std::ops::Range;

use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use torrent_core::layout::{Layout, PieceIndex};

use super::Session;
use super::outgoing::Chunk;
use crate::disk::{Buffer, Request};
use crate::job_id::JobId;
use crate::pool::BLOCK;

impl Session {
    /// Asks the disk for content, as much as may be in memory and as the rates allow, each visitor in turn.
    pub(in crate::session) fn ask_for_content(&mut self) {
        let Some(server) = &mut self.web_server else { return };
        server.next_read = None;
        if server.orphans.len() >= ORPHANS {
            return; // The disk is behind. When it has read for some of them, the others are not forgotten.
        }
        for _ in 0..server.readers.len() {
            let Some(id) = server.readers.pop() else { return };
            let Some(visitor) = server.visitors.get_mut(&id) else { continue };
            let Some((job, bytes)) = &mut visitor.content else { continue };
            let Some(torrent) = self.torrents.get(*job) else { continue };
            let Some(metainfo) = &torrent.metainfo else { continue };
            let rates = [&self.upload, &server.rate, &torrent.upload];
            let allowed = rates.iter().map(|rate| rate.allowance(self.now)).min().unwrap_or_default();
            if allowed == 0 {
                let refills = rates.iter().filter_map(|rate| rate.refill());
                server.next_read = server.next_read.into_iter().chain(refills.max()).min();
                server.readers.push(id);
                continue;
            }
            let held = visitor.reading + visitor.outgoing.content();
            let least = if held == 0 { BLOCK } else { 0 };
            let most = HELD.saturating_sub(server.held).max(least);
            let most = most.min(HELD_EACH.saturating_sub(held)).min(READ).min(allowed.max(BLOCK));
            let blocks = blocks(metainfo.layout(), bytes, most);
            let count: usize = blocks.iter().map(|block| block.bytes()).sum();
            if count == 0 {
                continue; // It comes back when its socket has taken something.
            }
            rates.iter().for_each(|rate| rate.take(count));
            visitor.reading += count;
            server.held += count;
            self.disk.send(Request::Read { job: *job, connection: id, blocks });
            visitor.content = visitor.content.take().filter(|(_, bytes)| !bytes.is_empty());
        }
    }

    /// The disk has answered a request for so many bytes: those of who is gone are kept no more.
    pub(in crate::session) fn forget_reading(&mut self, id: ConnectionId, bytes: usize) {
        let Some(server) = &mut self.web_server else { return };
        let Some((_, reading)) = server.orphans.get_mut(&id) else { return };
        let bytes = bytes.min(*reading);
        *reading -= bytes;
        server.held -= bytes;
        if *reading == 0 {
            server.orphans.remove(&id);
        }
    }

    /// The disk reads nothing more of a torrent that it was asked for so far.
    pub(in crate::session) fn forget_readings(&mut self, job: JobId) {
        let visitors = self.web_server.iter().flat_map(|server| &server.visitors);
        let waiting = visitors.filter(|(_, visitor)| visitor.given == Some(job) && visitor.reading > 0);
        let waiting: Vec<_> = waiting.map(|(id, _)| *id).collect();
        waiting.into_iter().for_each(|id| self.close_visitor(id));
        let Some(server) = &mut self.web_server else { return };
        let of_job = server.orphans.extract_if(.., |_, (other, _)| *other == job);
        server.held -= of_job.map(|(_, (_, bytes))| bytes).sum::<usize>();
    }

    /// The disk has read content.
    pub(in crate::session) fn on_content(&mut self, id: ConnectionId, bytes: Buffer) {
        let Some(server) = &mut self.web_server else { return };
        let Some(visitor) = server.visitors.get_mut(&id) else { return };
        visitor.reading -= bytes.len();
        visitor.outgoing.push(Chunk::Content(bytes));
        server.ready.push(id);
    }
}

/// Takes the first `most` bytes of `bytes` off, in whole blocks or to their end, as blocks of the pieces that have them.
fn blocks(layout: Layout<'_>, bytes: &mut Range<u64>, most: usize) -> Vec<BlockAddress> {
    let mut blocks = Vec::new();
    let mut left = most as u64;
    while !bytes.is_empty() {
        let piece_length = layout.piece_length();
        let (Ok(piece), offset) =
            (PieceIndex::try_from(bytes.start / piece_length), bytes.start % piece_length)
        else {
            break; // Torrents of more pieces than have numbers are refused.
        };
        let length = (bytes.end - bytes.start).min(piece_length - offset).min(BLOCK as u64);
        if length > left {
            break;
        }
        // Both are less than the length of a piece, which has 31 bits.
        blocks.push(BlockAddress { piece, offset: offset as u32, length: length as u32 });
        bytes.start += length;
        left -= length;
    }
    blocks
}

/// Bytes of content on their way from disk to all visitors, and one block more for each of them.
const HELD: usize = 8 << 20;

/// Visitors who are gone and for whom the disk still reads: beyond it, it is asked for nothing more. A request for one byte may have a
/// whole piece checked first, so that bytes alone are no bound.
const ORPHANS: usize = 256;

/// The same, to one visitor.
const HELD_EACH: usize = 256 << 10;

/// Bytes that are read at a time: while one half of what a visitor may have is sent, the other is read.
const READ: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use torrent_core::files::{FileList, Placement};
    use torrent_core::path::RawPathBuf;

    use super::*;

    #[test]
    fn blocks_are_those_of_pieces_and_end_where_the_range_does() {
        let mut files = FileList::default();
        files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), 200_000);
        files.place(Placement::Packed).unwrap();
        let layout = Layout::new(&files, 40_000);
        let mut bytes = 39_000..85_000;
        let block = |piece: u32, offset, length| BlockAddress { piece: piece.into(), offset, length };
        assert_eq!(blocks(layout, &mut bytes, 20_000), [block(0, 39_000, 1000), block(1, 0, 16_384)]);
        assert_eq!(blocks(layout, &mut bytes, 1000), []);
        let rest = [block(1, 16_384, 16_384), block(1, 32_768, 7232), block(2, 0, 5000)];
        assert_eq!(blocks(layout, &mut bytes, 1 << 20), rest);
        assert!(bytes.is_empty());
    }
}
