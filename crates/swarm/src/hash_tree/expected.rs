//! What the pieces of a torrent must hash to: from its metainfo, and for v2 torrents without layers from peers.

use piece_hash::{Sha1Digest, Sha256Digest};
use torrent_core::layout::{PieceIndex, PieceRange};
use torrent_core::merkle;

use crate::PieceDigests;
use crate::geometry::Geometry;

/// What a piece must hash to. At least one is known of a piece that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Expected {
    pub(crate) sha1: Option<Sha1Digest>,
    pub(crate) merkle: Option<Sha256Digest>,
}

impl Expected {
    /// Whether anything is known.
    pub(crate) fn is_known(&self) -> bool {
        self.sha1.is_some() || self.merkle.is_some()
    }

    /// Whether a piece that hashes to `digests` is the one. The v2 hash decides, where it is known: SHA-1 has been broken.
    pub(crate) fn fits(&self, digests: &PieceDigests) -> bool {
        match (self.merkle, self.sha1) {
            (Some(merkle), _) => digests.merkle == Some(merkle),
            (None, Some(sha1)) => digests.sha1 == Some(sha1),
            (None, None) => false,
        }
    }
}

/// Where a piece stands in its file's tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TreePlace {
    pub(crate) file: usize,
    /// The pieces of the file.
    pub(crate) pieces: PieceRange,
    /// The place of the piece among them: that of its hash in the layer.
    pub(crate) index: u32,
    pub(crate) root: Sha256Digest,
}

impl Geometry {
    /// Where a piece of a torrent with trees stands.
    pub(crate) fn tree_place(&self, piece: PieceIndex) -> Option<TreePlace> {
        let metainfo = self.metainfo();
        let layout = metainfo.layout();
        let file = metainfo.protocol().has_v2().then(|| layout.files_in(self.piece(piece)).next())??;
        let pieces = layout.pieces_of(file);
        let root = metainfo.files().get(file).root?;
        let index = PieceRange::from(pieces.start..piece).count();
        Some(TreePlace { file, pieces, index, root })
    }

    /// How many levels the tree of each piece of a file has, whose pieces these are: the tree of a file's only piece is as high as
    /// its blocks need (BEP 52, "pieces root").
    pub(crate) fn tree_height(&self, pieces: PieceRange) -> u32 {
        match pieces.count() {
            1 => merkle::height_of(self.blocks(pieces.start)),
            _ => merkle::piece_height(self.metainfo().piece_length()),
        }
    }

    /// What the metainfo says that a piece hashes to.
    pub(crate) fn expected(&self, piece: PieceIndex) -> Expected {
        let sha1 = self.metainfo().pieces().get(piece.index()).copied();
        let merkle = self.tree_place(piece).and_then(|place| match place.pieces.count() {
            1 => Some(place.root),
            _ => self.metainfo().piece_layer(place.file)?.get(place.index as usize).copied(),
        });
        Expected { sha1, merkle }
    }
}
