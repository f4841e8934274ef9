//! Hashes a run of consecutive pieces from the bytes it is fed, front to back.

use std::collections::BTreeSet;

use piece_hash::{Backend, Message, Part, Sha1, Sha1Digest, Sha256, Sha256Digest};

use super::hash::Wanted;
use super::source::Slice;
use crate::limits::BLOCK;
use crate::merkle;

/// The pieces of a batch on their way to digests.
pub(crate) struct Batch {
    backend: Backend,
    piece_length: u64,
    wanted: Wanted,
    /// How many bytes came so far.
    position: u64,
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

impl Batch {
    pub(crate) fn new(backend: Backend, piece_length: u64, wanted: Wanted) -> Self {
        Self {
            backend,
            piece_length,
            wanted,
            position: 0,
            sha1: Vec::new(),
            leaves: Vec::new(),
            holes: BTreeSet::new(),
        }
    }

    /// Takes the next bytes. They may end inside a piece, but not inside a block of a file, unless the file ends there.
    pub(crate) fn feed<'w>(&mut self, slices: impl Iterator<Item = Slice<'w>>) {
        let first = self.piece();
        let mut spans: Vec<Vec<&[u8]>> = Vec::new();
        let mut leaves: Vec<(usize, &[u8])> = Vec::new();
        for slice in slices {
            if let Slice::Missing(length) = slice {
                self.skip(length);
                continue;
            }
            let is_content = matches!(slice, Slice::Content(_));
            if !is_content && !self.wanted.sha1 {
                self.position += slice.length();
                continue;
            }
            for part in cut(slice, self.position, self.piece_length) {
                let piece = self.piece();
                spans.resize_with(spans.len().max(piece - first + 1), Vec::new);
                spans[piece - first].push(part);
                if is_content && self.wanted.merkle {
                    leaves.extend(part.chunks(BLOCK as usize).map(|leaf| (piece, leaf)));
                }
                self.position += part.len() as u64;
            }
        }
        self.update_sha1(first, &spans);
        self.add_leaves(&leaves);
    }

    /// Passes over bytes that are not there.
    fn skip(&mut self, length: u64) {
        let first = self.piece();
        self.position += length;
        let end = usize::try_from(self.position.div_ceil(self.piece_length)).unwrap_or(usize::MAX);
        self.holes.extend(first..end);
    }

    /// The piece of the batch in which the next byte stands.
    fn piece(&self) -> usize {
        usize::try_from(self.position / self.piece_length).unwrap_or(usize::MAX)
    }

    fn update_sha1(&mut self, first: usize, spans: &[Vec<&[u8]>]) {
        if self.wanted.sha1 {
            self.sha1.resize_with((first + spans.len()).max(self.sha1.len()), Message::default);
            let parts = self.sha1[first..].iter_mut().zip(spans);
            let mut parts: Vec<Part<'_, Sha1>> =
                parts.map(|(message, spans)| Part { message, spans }).collect();
            self.backend.update(&mut parts);
        }
    }

    fn add_leaves(&mut self, leaves: &[(usize, &[u8])]) {
        if self.wanted.merkle {
            let pieces = self.position.div_ceil(self.piece_length);
            self.leaves.resize_with(usize::try_from(pieces).unwrap_or(usize::MAX), Vec::new);
            let messages: Vec<&[u8]> = leaves.iter().map(|(_, leaf)| *leaf).collect();
            for ((piece, _), digest) in leaves.iter().zip(self.backend.digests::<Sha256>(&messages)) {
                self.leaves[*piece].push(digest);
            }
        }
    }

    /// An entry for every piece, also for those at the end that brought no bytes.
    fn fill_up(&mut self) {
        let pieces = usize::try_from(self.position.div_ceil(self.piece_length)).unwrap_or(usize::MAX);
        if self.wanted.sha1 {
            self.sha1.resize_with(pieces, Message::default);
        }
        if self.wanted.merkle {
            self.leaves.resize_with(pieces, Vec::new);
        }
    }

    /// The digests. `is_whole_file` says of a piece in the batch whether its file has no other: the tree of such a
    /// file is only as high as its blocks need (BEP 52, "pieces root").
    pub(crate) fn finish(mut self, is_whole_file: impl Fn(usize) -> bool) -> Digests {
        self.fill_up();
        let full = merkle::piece_height(self.piece_length.max(BLOCK));
        let fold = |(piece, leaves): (usize, Vec<Sha256Digest>)| {
            let height = if is_whole_file(piece) { merkle::height_of(leaves.len()) } else { full };
            merkle::fold(self.backend, leaves, height, merkle::NO_LEAF)
        };
        Digests {
            sha1: self.backend.finish(self.sha1),
            merkle: self.leaves.into_iter().enumerate().map(fold).collect(),
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

/// The next bytes of a slice, at most `room`; none at its end.
fn take<'w>(slice: &mut Slice<'w>, room: u64) -> &'w [u8] {
    match slice {
        Slice::Content(bytes) => {
            let length = usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len());
            bytes.split_off(..length).unwrap_or_default()
        }
        Slice::Missing(_) => &[],
        Slice::Zeros(left) => {
            let length = room.min(*left).min(ZEROS.len() as u64);
            *left -= length;
            &ZEROS[..length as usize]
        }
    }
}

pub(super) static ZEROS: [u8; 64 << 10] = [0; 64 << 10];
