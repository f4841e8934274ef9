//! Turns pieces into as few runs as possible: blocks are split where files end, and joined where they are adjacent.

use std::ops::Deref;

use torrent_core::layout::{Layout, PieceIndex, Span};

use crate::journal::Holder;

/// Bytes that belong one behind the other into one file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run<'b> {
    /// The file on disk that the bytes go to.
    pub(crate) holder: Holder,
    /// The offset in that file.
    pub(crate) offset: u64,
    /// The bytes to write, as parts of blocks.
    pub(crate) slices: Vec<&'b [u8]>,
}

impl Run<'_> {
    /// The offset behind the last byte.
    pub(crate) fn end(&self) -> u64 {
        self.offset + self.slices.iter().map(|slice| slice.len() as u64).sum::<u64>()
    }
}

/// The writes that some pieces, in ascending order, come to. `holder_of` says which file holds a byte of a torrent's
/// file, and where. `None` if a piece has too few bytes.
pub(crate) fn runs<'b, B: Deref<Target = [u8]> + 'b>(
    layout: Layout<'_>,
    pieces: impl IntoIterator<Item = (PieceIndex, &'b [B])>,
    holder_of: impl Fn(usize, u64) -> (Holder, u64),
) -> Option<Vec<Run<'b>>> {
    let mut runs: Vec<Run<'b>> = Vec::new();
    // Where the last run ends; summed up here because a run may have thousands of slices.
    let mut end = 0;
    for (piece, blocks) in pieces {
        let mut rest = Cursor { blocks, into: 0 };
        for span in layout.spans(layout.piece(piece)) {
            let Span::Content { file, offset, length } = span else {
                rest.skip(span.length());
                continue;
            };
            let (holder, offset) = holder_of(file, offset);
            let slices = rest.take(length)?;
            match runs.last_mut() {
                Some(run) if run.holder == holder && end == offset => run.slices.extend(slices),
                _ => runs.push(Run { holder, offset, slices }),
            }
            end = offset + length;
        }
    }
    Some(runs)
}

/// A place in successive blocks.
struct Cursor<'b, B> {
    blocks: &'b [B],
    into: usize,
}

impl<'b, B: Deref<Target = [u8]>> Cursor<'b, B> {
    /// The next `length` bytes; `None` if there are not so many.
    fn take(&mut self, length: u64) -> Option<Vec<&'b [u8]>> {
        let mut left = usize::try_from(length).ok()?;
        let mut slices = Vec::new();
        while left > 0 {
            let block = &self.blocks.first()?[self.into..];
            let slice = &block[..left.min(block.len())];
            slices.extend((!slice.is_empty()).then_some(slice));
            left -= slice.len();
            self.advance(slice.len());
        }
        Some(slices)
    }

    /// Passes over as many bytes as there are, at most `length`.
    fn skip(&mut self, length: u64) {
        let mut left = usize::try_from(length).unwrap_or(usize::MAX);
        while left > 0
            && let Some(block) = self.blocks.first()
        {
            let step = left.min(block.len() - self.into);
            left -= step;
            self.advance(step);
        }
    }

    fn advance(&mut self, step: usize) {
        self.into += step;
        if self.blocks.first().is_some_and(|block| self.into == block.len()) {
            (self.blocks, self.into) = (&self.blocks[1..], 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use torrent_core::files::{FileList, Placement};
    use torrent_core::path::RawPathBuf;

    const PIECE: u64 = 16;

    fn list(lengths: &[u64], placement: Placement) -> FileList {
        let mut files = FileList::default();
        for length in lengths {
            files.push(RawPathBuf::of([b"x".as_slice()]).as_path(), *length);
        }
        files.place(placement).unwrap();
        files
    }

    /// Pieces in blocks of 6 bytes, numbered; the runs as holder, offset, bytes.
    fn check(files: &FileList, pieces: &[u32], short: bool, expected: &[(Holder, u64, &str)]) {
        let layout = Layout::new(files, PIECE);
        let blocks = |piece: PieceIndex| -> Vec<Vec<u8>> {
            let bytes = layout.piece(piece);
            let mut bytes: Vec<u8> = bytes.map(|at| b'a' + (at % 26) as u8).collect();
            if short {
                let content = layout.spans(layout.piece(piece));
                let content = content.filter(|span| matches!(span, Span::Content { .. }));
                bytes.truncate(content.map(Span::length).sum::<u64>() as usize);
            }
            bytes.chunks(6).map(<[u8]>::to_vec).collect()
        };
        let pieces: Vec<(PieceIndex, Vec<Vec<u8>>)> =
            pieces.iter().map(|piece| ((*piece).into(), blocks((*piece).into()))).collect();
        let given = pieces.iter().map(|(piece, blocks)| (*piece, blocks.as_slice()));
        let holder_of = |file, offset| match file {
            9 => (Holder::Side, offset),
            file => (Holder::File(file as u32), offset),
        };
        let found = runs(layout, given, holder_of).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|run| (run.holder, run.offset, String::from_utf8(run.slices.concat()).unwrap()))
            .collect();
        let expected: Vec<_> =
            expected.iter().map(|(holder, offset, bytes)| (*holder, *offset, (*bytes).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn neighbours_are_joined_and_files_part() {
        let files = list(&[5, 0, 40, 3], Placement::Packed);
        check(&files, &[0], false, &[(Holder::File(0), 0, "abcde"), (Holder::File(2), 0, "fghijklmnop")]);
        let middle = "fghijklmnopqrstuvwxyzabcdefghijklmnopqrs";
        let expected =
            [(Holder::File(0), 0, "abcde"), (Holder::File(2), 0, middle), (Holder::File(3), 0, "tuv")];
        check(&files, &[0, 1, 2], false, &expected);
        let expected = [(Holder::File(2), 11, "qrstuvwxyzabcdef")];
        check(&files, &[1], false, &expected);
        let expected = [
            (Holder::File(0), 0, "abcde"),
            (Holder::File(2), 0, "fghijklmnop"),
            (Holder::File(2), 27, "ghijklmnopqrs"),
            (Holder::File(3), 0, "tuv"),
        ];
        check(&files, &[0, 2], false, &expected);
    }

    #[test]
    fn padding_is_passed_over_whether_it_came_or_not() {
        let files = list(&[5, 20], Placement::Aligned { piece_length: PIECE });
        let expected = [(Holder::File(0), 0, "abcde"), (Holder::File(1), 0, "qrstuvwxyzabcdefghij")];
        check(&files, &[0, 1, 2], false, &expected);
        check(&files, &[0, 1, 2], true, &expected);
    }

    #[test]
    fn a_piece_with_too_few_bytes_is_no_piece() {
        let files = list(&[20], Placement::Packed);
        let short = [vec![0; 15]];
        assert_eq!(
            runs(Layout::new(&files, PIECE), [(0.into(), &short[..])], |_, _| (Holder::Side, 0)),
            None
        );
    }

    #[test]
    fn a_run_knows_its_end() {
        let run = Run { holder: Holder::Side, offset: 7, slices: vec![b"ab", b"c"] };
        assert_eq!(run.end(), 10);
    }
}
