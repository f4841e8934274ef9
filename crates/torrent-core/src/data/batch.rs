//! Hashes a run of consecutive pieces from the bytes it is fed.

use std::collections::BTreeSet;
use std::ops::Range;

use piece_hash::{Backend, Blocks, Message, Part, Sha1, Sha1Digest, Sha256, Sha256Digest};

use super::job::Wanted;
use super::window::{Slice, buffer_length};
use crate::limits::{BLOCK, BLOCK_BYTES};
use crate::merkle;

/// The pieces of a batch on their way to digests.
pub(crate) struct Batch {
    backend: Backend,
    piece_length: u64,
    wanted: Wanted,
    sha1: Vec<Message<Sha1>>,
    leaves: Vec<Vec<Sha256Digest>>,
    /// Pieces of which bytes were not there.
    holes: BTreeSet<usize>,
}

/// The digests of consecutive pieces; empty where they were not wanted.
#[derive(Default)]
pub struct Digests {
    /// SHA-1 of each piece.
    pub sha1: Vec<Sha1Digest>,
    /// The top of each piece's tree.
    pub merkle: Vec<Sha256Digest>,
    /// The pieces, counted from the first, of which bytes were missing. Their digests mean nothing.
    pub holes: BTreeSet<usize>,
}

/// The next bytes of one piece.
#[derive(Clone, Default)]
struct Fed<'w> {
    /// What v1 hashes, in order. What v2 hashes too comes first where both are wanted: a piece holds one file then, and
    /// its padding lies behind it.
    spans: Vec<&'w [u8]>,
    /// How many of the spans are content.
    content: usize,
}

impl Batch {
    pub(crate) fn new(backend: Backend, piece_length: u64, wanted: Wanted) -> Self {
        Self { backend, piece_length, wanted, sha1: Vec::new(), leaves: Vec::new(), holes: BTreeSet::new() }
    }

    /// Takes bytes: those of `ranges`, which count from the start of the batch. Of each piece they come front to back, and
    /// they end inside a block of a file only where the file ends.
    pub(crate) fn feed<'w>(&mut self, ranges: &[Range<u64>], slices: impl Iterator<Item = Slice<'w>>) {
        let end = ranges.iter().map(|range| range.end).max().unwrap_or_default();
        self.grow(self.pieces_to(end));
        let mut fed = vec![Fed::default(); self.pieces_to(end)];
        let mut ranges = ranges.iter().filter(|range| !range.is_empty()).cloned();
        let mut place = ranges.next().unwrap_or_default();
        for slice in slices {
            if place.is_empty() {
                place = ranges.next().unwrap_or_default();
            }
            self.take(slice, place.start, &mut fed);
            place.start += slice.length();
        }
        self.hash(&fed);
    }

    /// Sorts a slice that stands at `position` into its pieces.
    fn take<'w>(&mut self, slice: Slice<'w>, mut position: u64, fed: &mut [Fed<'w>]) {
        match slice {
            Slice::Missing(length) => {
                self.holes.extend(self.piece_at(position)..self.pieces_to(position + length));
            }
            Slice::Zeros(_) if !self.wanted.sha1 => {}
            Slice::Zeros(_) | Slice::Content(_) => {
                for part in cut(slice, position, self.piece_length) {
                    let piece = &mut fed[self.piece_at(position)];
                    piece.spans.push(part);
                    piece.content += usize::from(matches!(slice, Slice::Content(_)));
                    position += part.len() as u64;
                }
            }
        }
    }

    /// The place in the batch of the piece that holds the byte at `position`.
    fn piece_at(&self, position: u64) -> usize {
        usize::try_from(position / self.piece_length).unwrap_or(usize::MAX)
    }

    /// How many pieces begin before `position`.
    fn pieces_to(&self, position: u64) -> usize {
        usize::try_from(position.div_ceil(self.piece_length)).unwrap_or(usize::MAX)
    }

    /// An entry for every piece, also for those that bring no bytes.
    fn grow(&mut self, pieces: usize) {
        if self.wanted.sha1 && self.sha1.len() < pieces {
            self.sha1.resize_with(pieces, Message::default);
        }
        if self.wanted.merkle && self.leaves.len() < pieces {
            self.leaves.resize_with(pieces, Vec::new);
        }
    }

    fn hash(&mut self, fed: &[Fed<'_>]) {
        match (self.wanted.sha1, self.wanted.merkle) {
            (true, true) => self.hash_both(fed),
            (true, false) => self.hash_spans(fed, |piece| &piece.spans),
            (false, true) => self.hash_leaves(fed),
            (false, false) => {}
        }
    }

    fn hash_spans<'f, 'w>(&mut self, fed: &'f [Fed<'w>], spans: impl Fn(&'f Fed<'w>) -> &'f [&'w [u8]]) {
        let pieces = self.sha1.iter_mut().zip(fed.iter().map(spans)).filter(|(_, spans)| !spans.is_empty());
        let mut parts: Vec<_> = pieces.map(|(message, spans)| Part { message, spans }).collect();
        self.backend.update::<Sha1>(&mut parts);
    }

    fn hash_leaves(&mut self, fed: &[Fed<'_>]) {
        let blocks = |piece: &Fed<'_>| piece.spans.iter().map(|span| span.len().div_ceil(BLOCK_BYTES)).sum();
        let counts: Vec<usize> = fed.iter().map(blocks).collect();
        let spans = fed.iter().flat_map(|piece| &piece.spans);
        let blocks: Vec<&[u8]> = spans.flat_map(|span| span.chunks(BLOCK_BYTES)).collect();
        let mut digests = self.backend.digests::<Sha256>(&blocks).into_iter();
        for (leaves, count) in self.leaves.iter_mut().zip(counts) {
            leaves.extend(digests.by_ref().take(count));
        }
    }

    /// One pass over the content for both hashes; v1 then goes on with the padding.
    fn hash_both(&mut self, fed: &[Fed<'_>]) {
        let rounds = fed.iter().map(|piece| piece.content).max().unwrap_or_default();
        for round in 0..rounds {
            let pieces = self.sha1.iter_mut().zip(&mut self.leaves).zip(fed);
            let pieces = pieces.filter(|(_, piece)| round < piece.content);
            let mut parts: Vec<_> = pieces
                .map(|((message, leaves), piece)| Blocks { message, bytes: piece.spans[round], leaves })
                .collect();
            self.backend.update_blocks(&mut parts, BLOCK_BYTES);
        }
        self.hash_spans(fed, |piece| &piece.spans[piece.content..]);
    }

    /// The digests. `is_whole_file` says of each piece in the batch whether its file has no other: the tree of such a
    /// file is only as high as its blocks need (BEP 52, "pieces root").
    pub(crate) fn finish(mut self, pieces: usize, is_whole_file: impl Iterator<Item = bool>) -> Digests {
        self.grow(pieces);
        let full = merkle::piece_height(self.piece_length.max(BLOCK));
        let height = |(leaves, is_whole_file): (&Vec<Sha256Digest>, bool)| {
            if is_whole_file { merkle::height_of(leaves.len()) } else { full }
        };
        let heights: Vec<u32> = self.leaves.iter().zip(is_whole_file).map(height).collect();
        Digests {
            sha1: self.backend.finish(self.sha1),
            merkle: merkle::fold_each(self.backend, self.leaves, &heights),
            holes: self.holes,
        }
    }
}

/// A slice in parts, none of which crosses a multiple of `piece_length` if the first stands at `position`.
fn cut<'w>(mut slice: Slice<'w>, mut position: u64, piece_length: u64) -> impl Iterator<Item = &'w [u8]> {
    std::iter::from_fn(move || {
        let part = take(&mut slice, piece_length - position % piece_length);
        position += part.len() as u64;
        (!part.is_empty()).then_some(part)
    })
}

/// The next bytes of a slice, at most `most`; none at its end.
fn take<'w>(slice: &mut Slice<'w>, most: u64) -> &'w [u8] {
    match slice {
        Slice::Content(bytes) => {
            let length = buffer_length(most).min(bytes.len());
            bytes.split_off(..length).unwrap_or_default()
        }
        Slice::Missing(_) => &[],
        Slice::Zeros(left) => {
            let zeros = front(&ZEROS, most.min(*left));
            *left -= zeros.len() as u64;
            zeros
        }
    }
}

/// The front of some bytes: `most` of them, or all.
pub(super) fn front(bytes: &[u8], most: u64) -> &[u8] {
    &bytes[..buffer_length(most).min(bytes.len())]
}

pub(super) static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
