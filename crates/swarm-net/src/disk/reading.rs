//! Blocks of a torrent, brought together from its files.

use std::fs::File;
use std::io::IoSliceMut;
use std::ops::Range;

use rustix::io::{Errno, ReadWriteFlags, preadv2};
use swarm::wire::BlockAddress;
use torrent_core::layout::{Layout, Span};

/// Reads blocks, one behind the other, into `bytes`, which are as long as they are. `read_at` fills bytes from a file of the torrent, from an
/// offset on; padding is zeros.
pub(super) fn read_blocks<E>(
    layout: Layout<'_>,
    blocks: &[BlockAddress],
    mut bytes: &mut [u8],
    mut read_at: impl FnMut(usize, u64, &mut [u8]) -> Result<(), E>,
) -> Result<(), E> {
    for span in ranges(layout, blocks).into_iter().flat_map(|range| layout.spans(range)) {
        let length = usize::try_from(span.length()).unwrap_or(usize::MAX);
        let (part, rest) = std::mem::take(&mut bytes).split_at_mut(length);
        bytes = rest;
        match span {
            Span::Content { file, offset, .. } => read_at(file, offset, part)?,
            _ => part.fill(0),
        }
    }
    Ok(())
}

/// It is not there at once, or the file system or the kernel cannot tell. Who reads in earnest will see.
pub(super) struct NotCached;

/// Fills `bytes` from the page cache.
pub(super) fn read_cached(file: &File, mut bytes: &mut [u8], mut offset: u64) -> Result<(), NotCached> {
    while !bytes.is_empty() {
        match preadv2(file, &mut [IoSliceMut::new(bytes)], offset, ReadWriteFlags::NOWAIT) {
            Ok(0) => return Err(NotCached),
            Ok(read) => {
                bytes = &mut std::mem::take(&mut bytes)[read..];
                offset += read as u64;
            }
            Err(Errno::INTR) => {}
            Err(_) => return Err(NotCached),
        }
    }
    Ok(())
}

/// The ranges of the torrent's bytes that blocks are, those of consecutive ones joined.
fn ranges(layout: Layout<'_>, blocks: &[BlockAddress]) -> Vec<Range<u64>> {
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for block in blocks {
        let start = layout.piece(block.piece).start + u64::from(block.offset);
        let end = start + u64::from(block.length);
        match ranges.last_mut() {
            Some(range) if range.end == start => range.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}
