//! Choosing a piece length before anything is hashed.

use super::Draft;
use crate::limits::{MADE_PIECE_LENGTH_MAX, MADE_PIECE_LENGTH_MIN};

/// The largest piece length that is chosen unasked, in bytes: old clients refuse more.
pub const AUTOMATIC_MAX: u64 = 16 << 20;

/// As many pieces are aimed at, at most: 20 or 32 bytes each, so the hashes fill 20 to 64 KiB.
const AUTOMATIC_PIECES: u64 = 2048;

/// The smallest power of two from 16 KiB that makes at most 2048 pieces of `length` bytes, but no more than 16 MiB.
pub fn automatic(length: u64) -> u64 {
    let fits = |piece_length: &u64| length.div_ceil(*piece_length) <= AUTOMATIC_PIECES;
    powers(MADE_PIECE_LENGTH_MIN)
        .take_while(|length| *length <= AUTOMATIC_MAX)
        .find(fits)
        .unwrap_or(AUTOMATIC_MAX)
}

/// What a torrent must not exceed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Bounds {
    /// Pieces, padding counted.
    pub pieces: Option<u64>,
    /// Bytes of the .torrent.
    pub torrent_size: Option<u64>,
}

impl Draft {
    /// Chooses the piece length, from the automatic one up to 256 MiB, that keeps the torrent within `bounds`, and
    /// places the files with it.
    ///
    /// # Errors
    /// What the torrent has at the least, when no piece length will do.
    pub fn choose_piece_length(&mut self, align: bool, bounds: Bounds) -> Result<(), Unreachable> {
        let mut least = Unreachable { pieces: u64::MAX, torrent_size: u64::MAX };
        for piece_length in powers(automatic(self.files.content_length())) {
            self.piece_length = piece_length;
            if self.place(align).is_none() {
                break;
            }
            let pieces = self.layout().piece_count();
            least.pieces = least.pieces.min(pieces);
            if bounds.pieces.is_some_and(|most| pieces > most) {
                continue;
            }
            let size = bounds.torrent_size.map_or(0, |_| self.size());
            least.torrent_size = least.torrent_size.min(size);
            if bounds.torrent_size.is_none_or(|most| size <= most) {
                return Ok(());
            }
        }
        Err(least)
    }
}

/// No piece length keeps a torrent within its bounds: the least it comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unreachable {
    /// How many pieces there would be.
    pub pieces: u64,
    /// Bytes of the .torrent, with as many pieces as allowed.
    pub torrent_size: u64,
}

fn powers(from: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(from), |length| Some(length * 2))
        .take_while(|length| *length <= MADE_PIECE_LENGTH_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metainfo::Protocol;
    use crate::path::RawPathBuf;

    #[test]
    fn the_automatic_choice_makes_a_thousand_to_two_thousand_pieces() {
        for (length, expected) in [
            (1, 16 << 10),
            (32 << 20, 16 << 10),
            ((32 << 20) + 1, 32 << 10),
            (1 << 30, 512 << 10),
            (10 << 30, 8 << 20),
            (32 << 30, 16 << 20),
            (1 << 40, 16 << 20),
            (u64::MAX / 2, 16 << 20),
        ] {
            assert_eq!(automatic(length), expected, "{length}");
        }
    }

    fn draft(protocol: Protocol, lengths: &[u64]) -> Draft {
        let mut files = crate::files::FileList::default();
        for (index, length) in lengths.iter().enumerate() {
            files.push(RawPathBuf::of([format!("{index:04}").as_bytes()]).as_path(), *length);
        }
        let (info, outer) = Default::default();
        Draft { protocol, name: b"n".to_vec(), piece_length: 0, single_file: false, files, info, outer }
    }

    #[test]
    fn bounds_are_kept_with_padding_counted() {
        let chosen = |protocol, bounds| {
            let mut draft = draft(protocol, &[100 << 20, 1, 100 << 20]);
            draft.choose_piece_length(false, bounds).map(|()| draft.piece_length)
        };
        let pieces = |most| Bounds { pieces: Some(most), torrent_size: None };
        assert_eq!(chosen(Protocol::V1, Bounds::default()), Ok(128 << 10));
        assert_eq!(chosen(Protocol::V1, pieces(200)), Ok(2 << 20));
        assert_eq!(chosen(Protocol::Hybrid, pieces(200)), Ok(2 << 20));
        assert_eq!(chosen(Protocol::Hybrid, pieces(101)), Ok(2 << 20));
        assert_eq!(chosen(Protocol::Hybrid, pieces(100)), Ok(4 << 20));
        assert_eq!(chosen(Protocol::V2, pieces(2)).map_err(|least| least.pieces), Err(3));
        let size = |most| Bounds { pieces: None, torrent_size: Some(most) };
        assert_eq!(chosen(Protocol::V1, size(5_000)), Ok(1 << 20));
        assert!(chosen(Protocol::V1, size(100)).is_err());
    }

    #[test]
    fn the_size_is_known_before_the_hashes_are() {
        for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
            let mut draft = draft(protocol, &[100_000, 0, 5, 16_384, 40_000]);
            draft.choose_piece_length(false, Bounds::default()).unwrap();
            let pieces = draft.layout().piece_count() as u8;
            let mut hashes = crate::metainfo::PieceHashes::default();
            if protocol.has_v1() {
                hashes.sha1 = (0..pieces).map(|n| [n; 20]).collect();
            }
            if protocol.has_v2() {
                hashes.merkle = (0..pieces).map(|n| [n; 32]).collect();
            }
            let size = draft.size();
            assert_eq!(draft.finish(&hashes).torrent.len() as u64, size, "{protocol:?}");
        }
    }
}
