//! Torrents of what lies in a [`Folder`].

use piece_hash::Backend;
use torrent_core::data::{
    FileSource, HashJob, Input, Io, MEMORY, Scan, Selection, Symlinks, Wanted, hash_pieces, scan,
};
use torrent_core::metainfo::{Draft, Fields, Protocol};

use crate::Folder;

/// How a torrent is made.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// Which hashes it has.
    pub protocol: Protocol,
    /// Bytes of a piece.
    pub piece_length: u64,
    /// Start every file with a piece in v1, by pad files (BEP 47).
    pub align: bool,
}

/// The torrent of the file or folder `d` in a tree, with its symbolic links.
pub fn torrent_of(tree: &Folder, recipe: Recipe) -> Vec<u8> {
    let Recipe { protocol, piece_length, align } = recipe;
    let single_file = tree.join("d").is_file();
    let scanned = scan(Scan {
        inputs: vec![Input { path: tree.join("d"), name: single_file.then(|| b"d".to_vec()) }],
        selection: Selection::default(),
        symlinks: Symlinks::Store,
        raw_names: true,
        output: None,
        others: None,
        scratch: None,
        stop: &|| false,
    });
    let (name, files, info, outer) = (b"d".to_vec(), scanned.files, Fields::new(), Fields::new());
    let mut draft = Draft { protocol, name, piece_length, single_file, files, info, outer };
    draft.place(align).expect("the files fit a torrent");
    let wanted = Wanted { sha1: protocol.has_v1(), merkle: protocol.has_v2() };
    let job = HashJob { wanted, piece_length, backend: Backend::best(), watch: &(), memory: MEMORY };
    let source = FileSource::new(&draft.files, scanned.found, Io::Auto);
    let hashes = hash_pieces(draft.layout(), &source, job).expect("the files can be read");
    draft.finish(&hashes).torrent
}
