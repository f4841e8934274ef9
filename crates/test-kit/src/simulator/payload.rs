//! A torrent whose bytes exist nowhere: blocks are tokens, and a piece is right if all of its blocks are good.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use piece_hash::{Backend, Sha1, Sha1Digest, Sha256, Sha256Digest};
use swarm::wire::BlockAddress;
use swarm::{PieceDigests, limits::BLOCK};
use torrent_core::files::FileList;
use torrent_core::layout::{Layout, PieceIndex, Span};
use torrent_core::merkle;
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

/// Stands for the bytes of a block.
#[derive(Clone, Debug)]
pub struct Token {
    /// Which block it says it is.
    pub block: BlockAddress,
    /// It is what it should be.
    pub good: bool,
    /// The place that it takes in the memory of the peer that has it.
    pub(super) lease: Option<Lease>,
}

/// A place for a block in a peer's memory, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Lease(Rc<Cell<usize>>);

impl Lease {
    pub(super) fn of(blocks: &Rc<Cell<usize>>) -> Self {
        blocks.set(blocks.get() + 1);
        Self(blocks.clone())
    }
}

impl Clone for Lease {
    fn clone(&self) -> Self {
        Self::of(&self.0)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// A torrent for the simulator.
#[derive(Clone, Debug)]
pub struct Payload {
    /// What a .torrent would say.
    pub metainfo: Arc<Metainfo>,
}

impl Payload {
    /// Files of these lengths.
    pub fn new(protocol: Protocol, lengths: &[u64], piece_length: u64, private: bool) -> Self {
        let mut files = FileList::default();
        for (index, length) in lengths.iter().enumerate() {
            files.push(RawPathBuf::of([format!("file {index}").as_bytes()]).as_path(), *length);
        }
        let mut info = Fields::new();
        if private {
            info.insert(b"private".to_vec(), b"i1e".to_vec());
        }
        let (name, outer) = (b"simulated".to_vec(), Fields::new());
        let mut draft = Draft { protocol, name, piece_length, single_file: false, files, info, outer };
        draft.place(false).expect("lengths that fit");
        let pieces = draft.layout().pieces().expect("a few pieces");
        let digests: Vec<PieceDigests> =
            pieces.into_iter().map(|piece| right(&draft.layout(), protocol, piece)).collect();
        let sha1 = digests.iter().filter_map(|digests| digests.sha1).collect();
        let merkle = digests.iter().filter_map(|digests| digests.merkle).collect();
        let torrent = draft.finish(&PieceHashes { sha1, merkle }).torrent;
        Self { metainfo: Arc::new(Metainfo::parse_strict(torrent).expect("our own torrent")) }
    }

    /// What a magnet link leads to: the same, but without piece layers.
    pub fn without_layers(&self) -> Arc<Metainfo> {
        let torrent = [b"d4:info".as_slice(), self.metainfo.raw_info(), b"e"].concat();
        Arc::new(Metainfo::parse(torrent).expect("our own torrent").metainfo)
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> usize {
        self.metainfo.layout().piece_count() as usize
    }

    /// What a piece is to hash to.
    pub(super) fn right(&self, piece: PieceIndex) -> (Option<Sha1Digest>, Option<Sha256Digest>) {
        let right = right(&self.metainfo.layout(), self.metainfo.protocol(), piece);
        (right.sha1, right.merkle)
    }

    /// What tokens hash to.
    pub(super) fn digests(&self, piece: PieceIndex, tokens: &[Token]) -> PieceDigests {
        let stray = |(index, token): (usize, &Token)| {
            token.block.piece != piece || token.block.offset as usize != index * BLOCK as usize
        };
        assert!(
            !tokens.iter().enumerate().any(stray),
            "tokens of piece {piece} in another order: {tokens:?}"
        );
        let good: Vec<bool> = tokens.iter().map(|token| token.good).collect();
        let layout = self.metainfo.layout();
        let has_v2 = self.metainfo.protocol().has_v2();
        let leaves = if has_v2 { leaves(piece, &good) } else { Vec::new() };
        let sha1 = self.metainfo.pieces().get(piece.index()).copied();
        let merkle = has_v2.then(|| top(&layout, piece, leaves.clone()));
        PieceDigests {
            sha1: sha1.map(|sha1| if good.contains(&false) { [0; 20] } else { sha1 }),
            merkle,
            leaves,
        }
    }
}

fn right(layout: &Layout<'_>, protocol: Protocol, piece: PieceIndex) -> PieceDigests {
    let content = content_of(layout, piece).0;
    let good = vec![true; content.div_ceil(u64::from(BLOCK)) as usize];
    let leaves = if protocol.has_v2() { leaves(piece, &good) } else { Vec::new() };
    let sha1 = protocol.has_v1().then(|| Backend::best().digest::<Sha1>(&u32::from(piece).to_le_bytes()));
    let merkle = protocol.has_v2().then(|| top(layout, piece, leaves.clone()));
    PieceDigests { sha1, merkle, leaves }
}

fn leaves(piece: PieceIndex, good: &[bool]) -> Vec<Sha256Digest> {
    let leaf = |(index, good): (usize, &bool)| {
        Backend::best().digest::<Sha256>(format!("{piece} {index} {good}").as_bytes())
    };
    good.iter().enumerate().map(leaf).collect()
}

/// The top of a piece's tree.
fn top(layout: &Layout<'_>, piece: PieceIndex, leaves: Vec<Sha256Digest>) -> Sha256Digest {
    let height = match content_of(layout, piece).1 {
        1 => merkle::height_of(leaves.len()),
        _ => merkle::piece_height(layout.piece_length()),
    };
    merkle::fold(Backend::best(), leaves, 0, height)
}

/// Bytes of a piece up to the end of its last file, and how many pieces that file has.
fn content_of(layout: &Layout<'_>, piece: PieceIndex) -> (u64, u32) {
    let (mut position, mut content) = (0, (0, 0));
    for span in layout.spans(layout.piece(piece)) {
        position += span.length();
        if let Span::Content { file, .. } = span {
            content = (position, layout.pieces_of(file).count());
        }
    }
    content
}
