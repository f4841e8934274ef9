//! Hashes pieces that are in memory, in blocks as peers send them (BEP 3), many at a time.

use piece_hash::{Backend, Message, Part, Sha1, Sha1Digest, Sha256, Sha256Digest};

use super::batch::ZEROS;
use super::hash::Wanted;
use crate::layout::Layout;
use crate::limits::BLOCK;
use crate::merkle;

/// A piece in memory.
pub struct PieceInMemory<'a> {
    /// Which.
    pub piece: u64,
    /// Its blocks, as [`Layout::blocks`] cuts them.
    pub blocks: Vec<&'a [u8]>,
}

/// What a piece in memory hashes to.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct BlockDigests {
    /// SHA-1 of the piece, gaps counted as zeros; if it was wanted.
    pub sha1: Option<Sha1Digest>,
    /// The top of the piece's tree, if it was wanted: what stands in its file's layer, or the root of a file of one piece.
    pub merkle: Option<Sha256Digest>,
    /// The leaves of that tree, one a block; empty if it was not wanted.
    pub leaves: Vec<Sha256Digest>,
}

/// The digests of `pieces`, in their order.
pub fn hash_blocks(
    layout: Layout<'_>,
    wanted: Wanted,
    backend: Backend,
    pieces: &[PieceInMemory<'_>],
) -> Vec<BlockDigests> {
    let mut digests = vec![BlockDigests::default(); pieces.len()];
    if wanted.sha1 {
        for (digests, sha1) in digests.iter_mut().zip(sha1_of(layout, backend, pieces)) {
            digests.sha1 = Some(sha1);
        }
    }
    if wanted.merkle {
        let blocks: Vec<&[u8]> = pieces.iter().flat_map(|piece| piece.blocks.iter().copied()).collect();
        let mut leaves = backend.digests::<Sha256>(&blocks).into_iter();
        for (digests, piece) in digests.iter_mut().zip(pieces) {
            digests.leaves = leaves.by_ref().take(piece.blocks.len()).collect();
            let height = tree_height(layout, piece.piece, digests.leaves.len());
            digests.merkle = Some(merkle::fold(backend, digests.leaves.clone(), height, merkle::NO_LEAF));
        }
    }
    digests
}

fn sha1_of(layout: Layout<'_>, backend: Backend, pieces: &[PieceInMemory<'_>]) -> Vec<Sha1Digest> {
    let spans: Vec<Vec<&[u8]>> = pieces.iter().map(|piece| with_gaps(layout, piece)).collect();
    let mut messages = vec![Message::<Sha1>::default(); pieces.len()];
    let mut parts: Vec<Part<'_, Sha1>> =
        messages.iter_mut().zip(&spans).map(|(message, spans)| Part { message, spans }).collect();
    backend.update(&mut parts);
    backend.finish(messages)
}

/// The blocks of a piece, and zeros where it has gaps.
fn with_gaps<'a>(layout: Layout<'_>, piece: &PieceInMemory<'a>) -> Vec<&'a [u8]> {
    let bytes = layout.bytes_of(piece.piece..piece.piece + 1);
    let mut spans = Vec::with_capacity(piece.blocks.len() + 1);
    let mut position = bytes.start;
    for (place, block) in layout.blocks(piece.piece).into_iter().zip(&piece.blocks) {
        push_zeros(&mut spans, place.start - position);
        spans.push(block);
        position = place.end;
    }
    push_zeros(&mut spans, bytes.end - position);
    spans
}

fn push_zeros(spans: &mut Vec<&[u8]>, mut count: u64) {
    while count > 0 {
        let zeros = count.min(ZEROS.len() as u64);
        spans.push(&ZEROS[..zeros as usize]);
        count -= zeros;
    }
}

/// The tree of a file's only piece is as high as its blocks need; all others are full (BEP 52, "pieces root").
fn tree_height(layout: Layout<'_>, piece: u64, leaves: usize) -> u32 {
    let files = layout.files();
    let file = files.first_ending_behind(piece * layout.piece_length());
    let is_whole_file = file < files.len() && files.get(file).length <= layout.piece_length();
    if is_whole_file {
        merkle::height_of(leaves)
    } else {
        merkle::piece_height(layout.piece_length().max(BLOCK))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::{FileList, Placement};
    use crate::path::RawPathBuf;

    fn row(files: &FileList) -> Vec<u8> {
        let mut row = vec![0; files.padded_length() as usize];
        for file in 0..files.len() {
            let file = files.get(file);
            for (place, byte) in row[file.offset as usize..][..file.length as usize].iter_mut().enumerate() {
                *byte = (place * 31 + file.index + 1) as u8;
            }
        }
        row
    }

    fn list(lengths: &[u64], placement: Placement) -> FileList {
        let mut files = FileList::default();
        for length in lengths {
            files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), *length);
        }
        files.place(placement).unwrap();
        files
    }

    proptest! {
        #[test]
        fn sha1_is_of_the_row(lengths in prop::collection::vec(0u64..90_000, 1..6), shift in 10u32..18) {
            let piece_length = 1u64 << shift;
            let placements = [Placement::Packed, Placement::Aligned { piece_length: piece_length.max(BLOCK) }];
            for placement in placements {
                let files = list(&lengths, placement);
                let (layout, row) = (Layout::new(&files, piece_length), row(&files));
                let pieces: Vec<_> = (0..layout.piece_count())
                    .map(|piece| {
                        let blocks = layout.blocks(piece).into_iter();
                        let blocks = blocks.map(|at| &row[at.start as usize..at.end as usize]).collect();
                        PieceInMemory { piece, blocks }
                    })
                    .collect();
                let wanted = Wanted { sha1: true, merkle: false };
                let digests = hash_blocks(layout, wanted, Backend::best(), &pieces);
                for (digests, bytes) in digests.iter().zip(row.chunks(piece_length as usize)) {
                    prop_assert_eq!(digests.sha1, Some(Backend::best().digest::<Sha1>(bytes)));
                }
            }
        }

        #[test]
        fn trees_fold_to_the_roots_of_files(lengths in prop::collection::vec(1u64..300_000, 1..4)) {
            let piece_length = 32768;
            let files = list(&lengths, Placement::Aligned { piece_length });
            let (layout, row) = (Layout::new(&files, piece_length), row(&files));
            for file in 0..files.len() {
                let hash = |piece| {
                    let blocks = layout.blocks(piece).into_iter();
                    let blocks = blocks.map(|at| &row[at.start as usize..at.end as usize]).collect();
                    let wanted = Wanted { sha1: false, merkle: true };
                    hash_blocks(layout, wanted, Backend::best(), &[PieceInMemory { piece, blocks }]).remove(0)
                };
                let digests: Vec<_> = layout.pieces_of(file).map(hash).collect();
                let pieces = digests.iter().filter_map(|digests| digests.merkle).collect();
                let root = merkle::file_root(Backend::best(), pieces, piece_length);
                let leaves: Vec<_> = digests.into_iter().flat_map(|digests| digests.leaves).collect();
                let height = merkle::height_of(leaves.len());
                prop_assert_eq!(root, merkle::fold(Backend::best(), leaves, height, merkle::NO_LEAF));
            }
        }
    }
}
