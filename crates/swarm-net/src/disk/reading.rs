//! Blocks of a torrent, brought together from its files.

use std::ops::Range;

use swarm::wire::BlockAddress;
use torrent_core::layout::{Layout, Span};

use super::error::DiskError;

/// Reads blocks, one behind the other. `read_at` fills bytes from a file of the torrent, from an offset on; padding is zeros.
pub(super) fn read_blocks(
    layout: Layout<'_>,
    blocks: &[BlockAddress],
    mut read_at: impl FnMut(usize, u64, &mut [u8]) -> Result<(), DiskError>,
) -> Result<Vec<u8>, DiskError> {
    let mut bytes = Vec::with_capacity(blocks.iter().map(|block| block.bytes()).sum());
    for span in ranges(layout, blocks).into_iter().flat_map(|range| layout.spans(range)) {
        let start = bytes.len();
        bytes.resize(start + usize::try_from(span.length()).unwrap_or(usize::MAX), 0);
        if let Span::Content { file, offset, .. } = span {
            read_at(file, offset, &mut bytes[start..])?;
        }
    }
    Ok(bytes)
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
