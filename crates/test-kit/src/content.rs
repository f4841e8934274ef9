//! A torrent made in memory, with its data.

use std::sync::Arc;

use piece_hash::{Backend, Sha1, Sha256, Sha256Digest};
use swarm::wire::{BlockAddress, HashRange};
use torrent_core::files::FileList;
use torrent_core::layout::Span;
use torrent_core::limits::BLOCK;
use torrent_core::merkle;
use torrent_core::metainfo::{Draft, Fields, Metainfo, PieceHashes, Protocol};
use torrent_core::path::RawPathBuf;

/// A torrent and all its bytes.
#[derive(Debug)]
pub struct Content {
    metainfo: Metainfo,
    bytes: Vec<u8>,
}

impl Content {
    /// A torrent of one file.
    pub fn of_file(protocol: Protocol, name: &str, data: &[u8], piece_length: u64) -> Arc<Self> {
        Self::make(protocol, name, &[(name, data)], piece_length, true)
    }

    /// A torrent of a folder; paths are separated by `/` and in the order of their components.
    pub fn of_folder(
        protocol: Protocol,
        name: &str,
        files: &[(&str, &[u8])],
        piece_length: u64,
    ) -> Arc<Self> {
        Self::make(protocol, name, files, piece_length, false)
    }

    fn make(
        protocol: Protocol,
        name: &str,
        files: &[(&str, &[u8])],
        piece_length: u64,
        single_file: bool,
    ) -> Arc<Self> {
        let mut list = FileList::default();
        for (path, data) in files {
            list.push(RawPathBuf::of(path.split('/').map(str::as_bytes)).as_path(), data.len() as u64);
        }
        let name = name.as_bytes().to_vec();
        let (info, outer) = (Fields::new(), Fields::new());
        let mut draft = Draft { protocol, name, piece_length, single_file, files: list, info, outer };
        draft.place(false).expect("the files fit a torrent");
        let mut bytes = vec![0; draft.files.padded_length() as usize];
        for (file, (_, data)) in draft.files.iter().zip(files) {
            bytes[file.offset as usize..][..data.len()].copy_from_slice(data);
        }
        let torrent = draft.finish(&hashes(&draft, &bytes)).torrent;
        let metainfo = Metainfo::parse(torrent).expect("what was made can be read").metainfo;
        Arc::new(Self { metainfo, bytes })
    }

    /// The torrent that was made of the content.
    pub fn metainfo(&self) -> &Metainfo {
        &self.metainfo
    }

    /// All bytes, padding between files included.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many pieces there are.
    pub fn pieces(&self) -> u32 {
        self.metainfo.layout().piece_count() as u32
    }

    /// The info hash that handshakes have: v1's where there is one.
    pub fn info_hash(&self) -> [u8; 20] {
        self.info_hashes().next().expect("a torrent has an info hash")
    }

    /// Whether a handshake names this torrent by either hash.
    pub fn is_named_by(&self, info_hash: [u8; 20]) -> bool {
        self.info_hashes().any(|ours| ours == info_hash)
    }

    fn info_hashes(&self) -> impl Iterator<Item = [u8; 20]> {
        let short = |hash: Sha256Digest| *hash.first_chunk().expect("32 bytes hold 20");
        self.metainfo.info_hash_v1().into_iter().chain(self.metainfo.info_hash_v2().map(short))
    }

    /// The bytes of a block, if there is such a block.
    pub fn block(&self, block: BlockAddress) -> Option<&[u8]> {
        let piece = self.metainfo.layout().piece(block.piece);
        let start = piece.start + u64::from(block.offset);
        let end = start + u64::from(block.length);
        (end <= piece.end && block.length > 0).then(|| &self.bytes[start as usize..end as usize])
    }

    /// What answers a request for hashes (BEP 52): the hashes, then their uncles from below upwards.
    pub fn hashes(&self, range: HashRange) -> Option<Vec<Sha256Digest>> {
        let file = self.metainfo.files().iter().find(|file| file.root == Some(range.pieces_root))?;
        let data = &self.bytes[file.offset as usize..][..file.length as usize];
        let tree = tree_over(data);
        let layers = tree.get(range.base_layer as usize..)?;
        let (index, length) = (range.index as usize, range.length as usize);
        if !length.is_power_of_two() || index % length != 0 {
            return None;
        }
        let mut hashes = layers.first()?.get(index..index + length)?.to_vec();
        // The root is nobody's uncle; the first levels lie within the run.
        let proof = layers.iter().enumerate().take(layers.len() - 1).skip(length.ilog2() as usize);
        for (level, layer) in proof.take_while(|(level, _)| *level <= range.proof_layers as usize) {
            hashes.push(*layer.get((index >> level) ^ 1)?);
        }
        Some(hashes)
    }
}

/// Every layer of a file's tree, the leaves first.
fn tree_over(data: &[u8]) -> Vec<Vec<Sha256Digest>> {
    let mut leaves = leaves(data);
    leaves.resize(leaves.len().next_power_of_two(), merkle::NO_LEAF);
    let mut tree = vec![leaves];
    while let Some(layer) = tree.last().filter(|layer| layer.len() > 1) {
        let pairs: Vec<&[u8]> = layer.as_flattened().chunks(64).collect();
        tree.push(Backend::best().digests::<Sha256>(&pairs));
    }
    tree
}

fn leaves(data: &[u8]) -> Vec<Sha256Digest> {
    Backend::best().digests::<Sha256>(&data.chunks(BLOCK as usize).collect::<Vec<_>>())
}

fn hashes(draft: &Draft, all_bytes: &[u8]) -> PieceHashes {
    let mut hashes = PieceHashes::default();
    let layout = draft.layout();
    for piece in layout.pieces().expect("a torrent that fits into memory") {
        let bytes = layout.piece(piece);
        let piece = &all_bytes[bytes.start as usize..bytes.end as usize];
        if draft.protocol.has_v1() {
            hashes.sha1.push(Backend::best().digest::<Sha1>(piece));
        }
        if let Some(Span::Content { file, length, .. }) =
            layout.spans(bytes).next().filter(|_| draft.protocol.has_v2())
        {
            let leaves = leaves(&piece[..length as usize]);
            let height = match layout.pieces_of(file).count() {
                1 => merkle::height_of(leaves.len()),
                _ => merkle::piece_height(draft.piece_length),
            };
            hashes.merkle.push(merkle::fold(Backend::best(), leaves, 0, height));
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeded_bytes;

    #[test]
    fn what_is_made_can_be_asked_for() {
        let (a, b) = (seeded_bytes(1, 100_000), seeded_bytes(2, 20_000));
        for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
            let files: [(&str, &[u8]); 2] = [("a", &a), ("b/c", &b)];
            let content = Content::of_folder(protocol, "folder", &files, 32 << 10);
            assert_eq!(content.metainfo().protocol(), protocol);
            let block = BlockAddress { piece: 1.into(), offset: 16 << 10, length: 5 };
            assert_eq!(content.block(block), Some(&a[3 << 14..][..5]));
            assert_eq!(content.block(BlockAddress { length: (16 << 10) + 1, ..block }), None);
            assert_eq!(content.block(BlockAddress { piece: content.pieces().into(), ..block }), None);
            assert!(content.is_named_by(content.info_hash()) && !content.is_named_by([0; 20]));
        }
    }

    #[test]
    fn hashes_lead_to_the_root() {
        let data = seeded_bytes(3, 11 * (16 << 10) + 5);
        let content = Content::of_file(Protocol::V2, "file", &data, 32 << 10);
        let root = content.metainfo().files().get(0).root.unwrap();
        let range = |base_layer, index, length, proof_layers| HashRange {
            pieces_root: root,
            base_layer,
            index,
            length,
            proof_layers,
        };
        let layer = content.metainfo().piece_layer(0).unwrap();
        assert_eq!(content.hashes(range(1, 0, 4, 0)).unwrap(), layer[..4]);
        // Hashes 4 and 5 of the pieces: the uncle beside them, and the one above that.
        let answer = content.hashes(range(1, 4, 2, 2)).unwrap();
        let pair =
            |a: &Sha256Digest, b: &Sha256Digest| Backend::best().digest::<Sha256>([*a, *b].as_flattened());
        let [fourth, fifth, beside, above] = answer.as_slice() else { panic!("{} hashes", answer.len()) };
        assert_eq!(pair(above, &pair(&pair(fourth, fifth), beside)), root);
        for wrong in [range(1, 1, 2, 0), range(1, 8, 8, 0), range(9, 0, 1, 0), range(0, 0, 3, 0)] {
            assert_eq!(content.hashes(wrong), None);
        }
    }
}
