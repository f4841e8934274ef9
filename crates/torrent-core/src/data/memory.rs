//! Hashes pieces that are in memory, in blocks as peers send them (BEP 3), many at a time.

use piece_hash::{Backend, Message, Part, Sha1, Sha1Digest, Sha256, Sha256Digest};

use super::batch::{ZEROS, front};
use super::job::Wanted;
use crate::layout::{Layout, PieceIndex, Span};
use crate::limits::BLOCK;
use crate::merkle;

/// A piece in memory.
pub struct PieceInMemory<'a> {
    /// The index of the piece.
    pub piece: PieceIndex,
    /// Its bytes from its start on, in blocks of 16 KiB of which only the last may be shorter. Zeros at its end may be left
    /// out.
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
        let blocks: Vec<Vec<&[u8]>> = pieces.iter().map(|piece| content(layout, piece)).collect();
        let mut leaves = backend.digests::<Sha256>(&blocks.concat()).into_iter();
        for ((digests, piece), blocks) in digests.iter_mut().zip(pieces).zip(&blocks) {
            digests.leaves = leaves.by_ref().take(blocks.len()).collect();
            let height = tree_height(layout, piece.piece, digests.leaves.len());
            digests.merkle = Some(merkle::fold(backend, digests.leaves.clone(), 0, height));
        }
    }
    digests
}

fn sha1_of(layout: Layout<'_>, backend: Backend, pieces: &[PieceInMemory<'_>]) -> Vec<Sha1Digest> {
    let spans: Vec<Vec<&[u8]>> = pieces.iter().map(|piece| with_gap(layout, piece)).collect();
    let mut messages = vec![Message::<Sha1>::default(); pieces.len()];
    let mut parts: Vec<Part<'_, Sha1>> =
        messages.iter_mut().zip(&spans).map(|(message, spans)| Part { message, spans }).collect();
    backend.update(&mut parts);
    backend.finish(messages)
}

/// The bytes of a piece, and zeros where it has none.
fn with_gap<'a>(layout: Layout<'_>, piece: &PieceInMemory<'a>) -> Vec<&'a [u8]> {
    let bytes = layout.piece(piece.piece);
    let mut missing = bytes.end - bytes.start;
    let mut spans = Vec::with_capacity(piece.blocks.len() + 1);
    for block in &piece.blocks {
        missing = missing.saturating_sub(block.len() as u64);
        spans.push(*block);
    }
    while missing > 0 {
        let zeros = front(&ZEROS, missing);
        spans.push(zeros);
        missing -= zeros.len() as u64;
    }
    spans
}

/// The blocks of a piece that holds one file, without the padding after it.
fn content<'a>(layout: Layout<'_>, piece: &PieceInMemory<'a>) -> Vec<&'a [u8]> {
    let mut rest = content_of(layout, piece.piece);
    let cut = |block: &&'a [u8]| {
        let content = front(block, rest);
        rest -= content.len() as u64;
        (!content.is_empty()).then_some(content)
    };
    piece.blocks.iter().map_while(cut).collect()
}

/// How many bytes of a piece that holds one file belong to that file.
fn content_of(layout: Layout<'_>, piece: PieceIndex) -> u64 {
    let spans = layout.spans(layout.piece(piece));
    spans.filter(|span| matches!(span, Span::Content { .. })).map(Span::length).sum()
}

/// The tree of a file's only piece is as high as its blocks need; all others are full (BEP 52, "pieces root").
fn tree_height(layout: Layout<'_>, piece: PieceIndex, leaves: usize) -> u32 {
    let files = layout.files();
    let file = files.first_ending_behind(layout.piece(piece).start);
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

    fn bytes_of(files: &FileList) -> Vec<u8> {
        let mut all_bytes = vec![0; files.padded_length() as usize];
        for file in 0..files.len() {
            let file = files.get(file);
            for (place, byte) in
                all_bytes[file.offset as usize..][..file.length as usize].iter_mut().enumerate()
            {
                *byte = (place * 31 + file.index + 1) as u8;
            }
        }
        all_bytes
    }

    fn list(lengths: &[u64], placement: Placement) -> FileList {
        let mut files = FileList::default();
        for length in lengths {
            files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), *length);
        }
        files.place(placement).unwrap();
        files
    }

    /// The blocks of a piece, its gap left out from the block `after_content` blocks behind its content.
    fn piece<'r>(
        layout: Layout<'_>,
        all_bytes: &'r [u8],
        piece: PieceIndex,
        after_content: u64,
    ) -> PieceInMemory<'r> {
        let bytes = layout.piece(piece);
        let content: u64 = (layout.spans(bytes.clone()).scan(0, |position, span| {
            *position += span.length();
            Some(if matches!(span, Span::Content { .. }) { *position } else { 0 })
        }))
        .max()
        .unwrap_or_default();
        let end =
            if after_content == 0 { content } else { (content.div_ceil(BLOCK) + after_content - 1) * BLOCK };
        let all_bytes = &all_bytes[bytes.start as usize..bytes.end.min(bytes.start + end) as usize];
        PieceInMemory { piece, blocks: all_bytes.chunks(BLOCK as usize).collect() }
    }

    proptest! {
        #[test]
        fn sha1_is_of_all_bytes_of_a_piece(
            lengths in prop::collection::vec(0u64..90_000, 1..6),
            shift in 10u32..18,
            after_content in 0u64..3,
        ) {
            let piece_length = 1u64 << shift;
            let placements = [Placement::Packed, Placement::Aligned { piece_length: piece_length.max(BLOCK) }];
            for placement in placements {
                let files = list(&lengths, placement);
                let (layout, all_bytes) = (Layout::new(&files, piece_length), bytes_of(&files));
                let all = layout.pieces().unwrap();
                let pieces: Vec<_> = all.into_iter().map(|index| piece(layout, &all_bytes, index, after_content)).collect();
                let wanted = Wanted { sha1: true, merkle: false };
                let digests = hash_blocks(layout, wanted, Backend::best(), &pieces);
                for (digests, bytes) in digests.iter().zip(all_bytes.chunks(piece_length as usize)) {
                    prop_assert_eq!(digests.sha1, Some(Backend::best().digest::<Sha1>(bytes)));
                }
            }
        }

        #[test]
        fn trees_fold_to_the_roots_of_files(
            lengths in prop::collection::vec(1u64..300_000, 1..4),
            after_content in 0u64..3,
        ) {
            let piece_length = 32768;
            let files = list(&lengths, Placement::Aligned { piece_length });
            let (layout, all_bytes) = (Layout::new(&files, piece_length), bytes_of(&files));
            let wanted = Wanted { sha1: false, merkle: true };
            for file in 0..files.len() {
                let own = layout.pieces_of(file);
                let pieces: Vec<_> = own.into_iter().map(|index| piece(layout, &all_bytes, index, after_content)).collect();
                let digests = hash_blocks(layout, wanted, Backend::best(), &pieces);
                let tops: Vec<_> = digests.iter().filter_map(|digests| digests.merkle).collect();
                let root = merkle::file_root(Backend::best(), &tops, piece_length);
                let file = files.get(file);
                let content = &all_bytes[file.offset as usize..(file.offset + file.length) as usize];
                let blocks: Vec<_> = content.chunks(BLOCK as usize).collect();
                let leaves = Backend::best().digests::<Sha256>(&blocks);
                prop_assert_eq!(&leaves, &digests.into_iter().flat_map(|digests| digests.leaves).collect::<Vec<_>>());
                let height = merkle::height_of(leaves.len());
                prop_assert_eq!(root, merkle::fold(Backend::best(), leaves, 0, height));
            }
        }
    }
}
