//! The two scanners: of folders, for a torrent that is to be made, and of bencode, for one that is read.
//! `cargo bench -p torrent-core`; what it says holds for one machine and one minute.

use std::path::Path;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use test_kit::Folder;
use torrent_core::bencode;
use torrent_core::data::{Input, Scan, Scanned, Selection, Symlinks, scan};

fn main() {
    divan::main();
}

/// Folders of a hundred small files each.
#[divan::bench(args = [1, 10, 100])]
fn folders(bencher: Bencher<'_, '_>, folders: usize) {
    let names =
        (0..folders).flat_map(|folder| (0..FILES_A_FOLDER).map(move |file| format!("{folder}/{file} 1")));
    let tree = Folder::new(&names.collect::<Vec<_>>().join("\n"));
    let files = folders * FILES_A_FOLDER;
    assert_eq!(scan_of(tree.path()).files.len(), files);
    bencher.counter(ItemsCount::new(files)).bench(|| scan_of(black_box(tree.path())));
}

fn scan_of(path: &Path) -> Scanned {
    scan(Scan {
        inputs: vec![Input { path: path.to_owned(), name: None }],
        selection: Selection::default(),
        symlinks: Symlinks::Follow,
        raw_names: false,
        output: None,
        others: None,
        scratch: None,
        stop: &|| false,
    })
}

/// A list of files as v1 has it.
#[divan::bench(args = [100, 10_000])]
fn bencode_of_files(bencher: Bencher<'_, '_>, files: usize) {
    let entries: String =
        (0..files).map(|file| format!("d6:lengthi{file}e4:pathl6:folder8:{file:08}ee")).collect();
    let bytes = format!("l{entries}e").into_bytes();
    assert!(bencode::scan(&bytes, NESTING).is_ok());
    bencher.counter(BytesCount::of_slice(&bytes)).bench(|| bencode::scan(black_box(&bytes), NESTING));
}

const FILES_A_FOLDER: usize = 100;
const NESTING: usize = 100;
