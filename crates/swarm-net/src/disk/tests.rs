//! Torrents are written, interrupted, disturbed and taken up again.

mod force;
mod found;
mod naming;
mod obstacles;
mod offers;
mod ours;
mod worker;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};

use piece_hash::{Backend, Sha256Digest};
use proptest::prelude::*;
use swarm::ConnectionId;
use swarm::wire::BlockAddress;
use test_kit::{Folder, Recipe, torrent_of};
use torrent_core::data::MEMORY;
use torrent_core::layout::Span;
use torrent_core::metainfo::{Metainfo, Protocol};
use torrent_core::naming::Naming;

use super::open_files::OpenFiles;
use super::prepare::prepare;
use super::storage::Storage;
use super::*;
use crate::job_id::JobId;
use crate::journal::Holder;
use crate::pool::{BLOCK, Block, Pool};

const PIECE: u64 = 32768;

fn hashing() -> Hashing {
    Hashing { backend: Backend::best(), threads: 2, memory: MEMORY }
}

/// Content and its torrent.
struct Source {
    metainfo: Arc<Metainfo>,
    /// The torrent's bytes, end to end.
    bytes: Vec<u8>,
    tree: Folder,
}

/// How a torrent is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    protocol: Protocol,
    /// Start every file with a piece in v1, by pad files.
    align: bool,
    /// As it comes from a magnet link: without v2 layers.
    bare: bool,
}

const V1: Kind = Kind { protocol: Protocol::V1, align: false, bare: false };
const PADDED: Kind = Kind { align: true, ..V1 };
const V2: Kind = Kind { protocol: Protocol::V2, ..V1 };
const HYBRID: Kind = Kind { protocol: Protocol::Hybrid, ..V1 };
const BARE: Kind = Kind { bare: true, ..V2 };
const BARE_HYBRID: Kind = Kind { bare: true, ..HYBRID };
const KINDS: [Kind; 6] = [V1, PADDED, V2, HYBRID, BARE, BARE_HYBRID];

impl Source {
    /// The torrent `d` of the folder `d` in a tree.
    fn new(text: &str, kind: Kind) -> Self {
        Self::cut(text, kind, PIECE)
    }

    fn cut(text: &str, kind: Kind, piece_length: u64) -> Self {
        let tree = Folder::new(text);
        let recipe = Recipe { protocol: kind.protocol, piece_length, align: kind.align };
        let metainfo = Metainfo::parse(torrent_of(&tree, recipe)).unwrap().metainfo;
        let metainfo = if kind.bare { without_layers(&metainfo) } else { metainfo };
        let bytes = bytes_of(&tree, &metainfo);
        Self { metainfo: Arc::new(metainfo), bytes, tree }
    }

    fn pieces(&self) -> u32 {
        self.metainfo.layout().piece_count() as u32
    }

    fn params(&self, output: &Folder) -> StorageParams {
        StorageParams {
            metainfo: Arc::clone(&self.metainfo),
            selected: vec![true; self.metainfo.files().len()],
            output: output.path().to_owned(),
            naming: Naming::default(),
            recheck: false,
            force: false,
            offer: None,
            watch: Arc::new(()),
        }
    }

    /// The blocks of a piece.
    fn blocks(&self, pool: &Pool, piece: u32) -> Vec<Block> {
        let bytes = self.metainfo.layout().piece(piece.into());
        let chunks = self.bytes[bytes.start as usize..bytes.end as usize].chunks(BLOCK);
        let blocks = chunks.map(|chunk| {
            let mut block = pool.take().unwrap();
            block.set_length(chunk.len());
            block.copy_from_slice(chunk);
            block
        });
        blocks.collect()
    }

    /// What proves a piece of a v2 torrent.
    fn merkle(&self, pool: &Pool, piece: u32) -> Option<Sha256Digest> {
        use torrent_core::merkle;
        let layout = self.metainfo.layout();
        let content = layout.spans(layout.piece(piece.into()));
        let length: u64 = content.filter(|span| matches!(span, Span::Content { .. })).map(Span::length).sum();
        let bytes = self.blocks(pool, piece).iter().flat_map(|block| block.to_vec()).collect::<Vec<u8>>();
        let leaves: Vec<_> = bytes[..length as usize]
            .chunks(BLOCK)
            .map(|leaf| Backend::best().digest::<piece_hash::Sha256>(leaf))
            .collect();
        let height = merkle::piece_height(PIECE);
        let digest = merkle::fold(Backend::best(), leaves, 0, height);
        self.metainfo.protocol().has_v2().then_some(digest)
    }

    /// Holds what lies in a folder to the content.
    #[track_caller]
    fn assert_is_in(&self, output: &Folder) {
        assert_eq!(output.list(), self.tree.list());
        for path in self.tree.list().iter().filter(|path| !path.ends_with(b"/")) {
            let path = String::from_utf8(path.clone()).unwrap();
            assert!(output.read(&path) == self.tree.read(&path), "{path}");
        }
    }
}

fn without_layers(metainfo: &Metainfo) -> Metainfo {
    Metainfo::parse([b"d4:info", metainfo.raw_info(), b"e"].concat()).unwrap().metainfo
}

fn bytes_of(tree: &Folder, metainfo: &Metainfo) -> Vec<u8> {
    let mut bytes = vec![0; metainfo.files().padded_length() as usize];
    for file in metainfo.files().iter().filter(|file| file.symlink.is_none()) {
        let own = String::from_utf8(file.path.joined()).unwrap();
        let path = if metainfo.is_single_file() { own } else { format!("d/{own}") };
        bytes[file.offset as usize..][..file.length as usize].copy_from_slice(&tree.read(path));
    }
    bytes
}

/// A storage without its thread.
struct Run<'s> {
    source: &'s Source,
    pool: Pool,
    open: OpenFiles,
    storage: Storage,
    have: Vec<u32>,
    warnings: Vec<String>,
}

fn start<'s>(source: &'s Source, params: &StorageParams) -> Result<Run<'s>, DiskError> {
    let (storage, torrent, warnings) = prepare(JobId(0), params, hashing(), &mut Claims::default())?;
    let have = (0..).zip(&torrent.have).filter(|(_, have)| **have).map(|(piece, _)| piece).collect();
    Ok(Run { source, pool: Pool::new(8 << 20), open: OpenFiles::default(), storage, have, warnings })
}

impl Run<'_> {
    fn write(&mut self, pieces: &[u32]) -> Result<(), DiskError> {
        let source = self.source;
        let mut pieces: Vec<_> = pieces
            .iter()
            .map(|piece| {
                ((*piece).into(), source.blocks(&self.pool, *piece), source.merkle(&self.pool, *piece))
            })
            .collect();
        pieces.sort_by_key(|(piece, ..)| *piece);
        self.storage.write(&mut self.open, &pieces)
    }

    fn read(&mut self, blocks: &[BlockAddress]) -> Vec<u8> {
        let mut bytes = vec![7; blocks.iter().map(|block| block.bytes()).sum()];
        self.storage.read(&mut self.open, blocks, &mut bytes).unwrap();
        bytes
    }

    fn close(mut self) {
        self.storage.close(&mut self.open).unwrap();
    }

    /// Writes what is missing and ends as a fetch does.
    fn finish(mut self) -> Result<(), DiskError> {
        let missing: Vec<u32> = (0..self.source.pieces())
            .filter(|piece| self.storage.wanted[*piece as usize] && !self.storage.have[*piece as usize])
            .collect();
        missing.chunks(5).try_for_each(|pieces| self.write(pieces))?;
        assert!(self.storage.is_complete());
        self.storage.complete(&mut self.open)?;
        self.storage.close(&mut self.open)
    }
}

const TREE: &str = "d/a 100000\nd/b/c 5\nd/b/empty 0\nd/b/e 32768\nd/f 70000";

fn all_of(source: &Source) -> Vec<u32> {
    (0..source.pieces()).collect()
}

#[test]
fn whole_files_are_all_that_is_left() {
    for kind in KINDS {
        let (source, output) = (Source::new(TREE, kind), Folder::new(""));
        start(&source, &source.params(&output)).unwrap().finish().unwrap();
        source.assert_is_in(&output);
    }
    for kind in KINDS {
        let (source, output) = (Source::new("d 70000", kind), Folder::new(""));
        let params = StorageParams { output: output.join("made/for it"), ..source.params(&output) };
        start(&source, &params).unwrap().finish().unwrap();
        assert!(output.read("made/for it/d") == source.tree.read("d"));
    }
}

#[test]
fn names_appear_when_files_are_whole() {
    let (source, output) = (Source::new(TREE, V2), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    let key = run.storage.layout.work.to_str().unwrap().to_owned();
    run.storage.checkpoint(&mut run.open).unwrap();
    assert_eq!(
        output.names(),
        [format!("{key}/"), format!("{key}/journal"), "d/".into(), "d/b/".into(), "d/b/empty".into()]
    );
    run.write(&[0, 1, 2]).unwrap();
    run.storage.checkpoint(&mut run.open).unwrap();
    assert!(!output.join("d/a").exists());
    run.write(&[3]).unwrap();
    run.storage.checkpoint(&mut run.open).unwrap();
    assert!(output.read("d/a") == source.tree.read("d/a"));
}

#[test]
fn only_what_was_selected_is_there() {
    for kind in [V1, PADDED, V2, HYBRID] {
        let (source, output) = (Source::new(TREE, kind), Folder::new(""));
        let selected = source.metainfo.files().iter().map(|file| file.path.joined() == b"b/c").collect();
        let params = StorageParams { selected, ..source.params(&output) };
        let mut run = start(&source, &params).unwrap();
        let wanted: Vec<u32> =
            (0..source.pieces()).filter(|piece| run.storage.wanted[*piece as usize]).collect();
        assert_eq!(wanted.len(), 1, "{kind:?}");
        run.write(&wanted).unwrap();
        run.close();
        let mut run = start(&source, &params).unwrap();
        assert_eq!(run.have, wanted);
        run.storage.complete(&mut run.open).unwrap();
        // The neighbours' bytes are there as long as somebody may ask for them.
        let address = BlockAddress { piece: wanted[0].into(), offset: 0, length: 16384 };
        let bytes = source.metainfo.layout().piece(wanted[0].into());
        let expected = &source.bytes[bytes.start as usize..][..16384];
        assert!(run.read(&[address]) == expected);
        run.close();
        assert_eq!(output.names(), ["d/", "d/b/", "d/b/c"], "{kind:?}");
    }
}

#[test]
fn another_selection_later_completes_too() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    let some = |names: &[&[u8]]| {
        let selected =
            source.metainfo.files().iter().map(|file| names.contains(&file.path.joined().as_slice()));
        StorageParams { selected: selected.collect(), ..source.params(&output) }
    };
    start(&source, &some(&[b"b/e"])).unwrap().finish().unwrap();
    let mut run = start(&source, &some(&[b"a", b"b/c"])).unwrap();
    run.write(&[0, 3]).unwrap();
    drop(run);
    start(&source, &some(&[b"a"])).unwrap().finish().unwrap();
    start(&source, &source.params(&output)).unwrap().finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn what_another_selection_left_is_kept_and_reported() {
    let (source, output) = (Source::new("d/a 70000\nd/b 40000", V2), Folder::new(""));
    let only = |file| StorageParams {
        selected: (0..2).map(|index| index == file).collect(),
        ..source.params(&output)
    };
    let mut run = start(&source, &only(0)).unwrap();
    run.write(&[0]).unwrap();
    run.close();
    let run = start(&source, &only(1)).unwrap();
    assert!(run.warnings[0].contains("unfinished files that are not selected now"), "{:?}", run.warnings);
    run.finish().unwrap();
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!((run.have.as_slice(), run.warnings.len()), ([0, 3, 4].as_slice(), 0));
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn blocks_are_read_as_they_stand_in_the_torrent() {
    for kind in KINDS {
        let (source, output) = (Source::new(TREE, kind), Folder::new(""));
        let mut run = start(&source, &source.params(&output)).unwrap();
        run.write(&all_of(&source)).unwrap();
        for half in 0..2 {
            let block = |piece: u32| BlockAddress { piece: piece.into(), offset: 100, length: 16000 };
            let blocks = [block(1), BlockAddress { offset: 16100, length: 284, ..block(1) }, block(0)];
            let expected: Vec<u8> = [&source.bytes[32868..][..16284], &source.bytes[100..][..16000]].concat();
            assert!(run.read(&blocks) == expected, "{kind:?} {half}");
            run.storage.complete(&mut run.open).unwrap();
        }
    }
}

#[test]
fn files_that_were_touched_are_believed_no_more() {
    let (source, output) = (Source::new("d/a 100000\nd/b 100000", V2), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1, 2, 4, 5, 6]).unwrap();
    let work = |name: &str, run: &Run<'_>| output.join(&run.storage.layout.work).join(name);
    let (first, second) = (work("0", &run), work("1", &run));
    run.close();
    let mut bytes = fs::read(&first).unwrap();
    bytes[40_000] ^= 1;
    fs::write(&first, &bytes).unwrap();
    fs::OpenOptions::new().write(true).open(&second).unwrap().set_len(70_000).unwrap();
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!(run.have, [0, 2, 4, 5]);
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn a_lie_in_a_file_whose_time_was_put_back_is_found() {
    let (source, output) = (Source::new("d/a 100000", V1), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1]).unwrap();
    let path = output.join(&run.storage.layout.work).join("0");
    run.close();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    let modified = file.metadata().unwrap().modified().unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"lie", 10).unwrap();
    file.set_modified(modified).unwrap();
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!(run.have, [1]);
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn a_lie_in_a_file_that_looks_untouched_is_found_by_recheck() {
    let (source, output) = (Source::new("d/a 100000", V1), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1]).unwrap();
    let (path, holder) = (output.join(&run.storage.layout.work).join("0"), Holder::File(0));
    fs::write(&path, vec![b'x'; 65_536]).unwrap();
    let lie = run.storage.stamp(&mut run.open, holder).unwrap();
    run.storage.journal.as_mut().unwrap().checkpoint(vec![(holder, lie)], vec![0.into(), 1.into()]).unwrap();
    drop(run);
    assert_eq!(start(&source, &source.params(&output)).unwrap().have, [0, 1]);
    let params = StorageParams { recheck: true, ..source.params(&output) };
    let run = start(&source, &params).unwrap();
    assert!(run.have.is_empty());
    run.finish().unwrap();
    source.assert_is_in(&output);
}

#[test]
fn a_journal_that_cannot_be_used_is_reported_and_nothing_is_lost() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1]).unwrap();
    let path = output.join(run.storage.layout.journal());
    run.close();
    for (change, why) in [(0, "damaged"), (16, "version"), (25, "damaged")] {
        let mut bytes = fs::read(&path).unwrap();
        bytes[change] ^= 2;
        fs::write(&path, bytes).unwrap();
        let run = start(&source, &source.params(&output)).unwrap();
        assert_eq!(run.have, [0, 1]);
        assert!(run.warnings[0].contains(why), "{:?}", run.warnings);
        run.close();
    }
    let run = start(&source, &source.params(&output)).unwrap();
    assert_eq!((run.have.len(), run.warnings.len()), (2, 0));
}

#[test]
fn what_is_there_and_right_is_had() {
    for kind in KINDS {
        let source = Source::new(TREE, kind);
        let output = Folder::new(TREE);
        let run = start(&source, &source.params(&output)).unwrap();
        assert_eq!(run.have, all_of(&source), "{kind:?}");
        run.finish().unwrap();
        source.assert_is_in(&output);
    }
}

#[test]
fn force_repairs_and_replaces() {
    for kind in KINDS {
        let (source, output) = (Source::new(TREE, kind), Folder::new(TREE));
        let mut bytes = output.read("d/a");
        bytes[50_000] ^= 1;
        bytes.extend(b"too long");
        output.write("d/a", bytes);
        output.write("d/b/empty", "not so");
        let params = StorageParams { force: true, ..source.params(&output) };
        let run = start(&source, &params).unwrap();
        let had = if kind == BARE { 3 } else { 0 };
        assert!(run.have.len() >= had && run.have.len() < source.pieces() as usize, "{kind:?}");
        assert!(kind == BARE || !run.have.contains(&1) && run.have.contains(&0), "{kind:?}");
        run.finish().unwrap();
        source.assert_is_in(&output);
    }
}

#[test]
fn a_neighbours_piece_is_compared_not_written() {
    let (source, output) = (Source::new("d/a 40000\nd/b 100", V1), Folder::new(""));
    output.write("d/b", source.tree.read("d/b"));
    let mut run = start(&source, &source.params(&output)).unwrap();
    assert!(run.have.is_empty());
    let before = fs::metadata(output.join("d/b")).unwrap().modified().unwrap();
    run.write(&[0, 1]).unwrap();
    run.storage.complete(&mut run.open).unwrap();
    assert_eq!(fs::metadata(output.join("d/b")).unwrap().modified().unwrap(), before);
    source.assert_is_in(&output);

    let output = Folder::new("d/b: ");
    output.write("d/b", vec![b'x'; 100]);
    let mut run = start(&source, &source.params(&output)).unwrap();
    let error = run.write(&[0, 1]).unwrap_err();
    assert!(matches!(&error, DiskError::Exists { path } if path.ends_with("d/b")), "{error}");
    drop(run);
    assert_eq!(output.read("d/b"), vec![b'x'; 100]);
    let params = StorageParams { force: true, ..source.params(&output) };
    start(&source, &params).unwrap().finish().unwrap();
    source.assert_is_in(&output);
}

/// Where a file system has no exclusive rename, a file that gets its name has two for a moment.
#[test]
fn a_crash_between_a_new_name_and_the_end_of_the_old_one_costs_nothing() {
    for force in [false, true] {
        let (source, output) = (Source::new(TREE, V2), Folder::new(""));
        let params = StorageParams { force, ..source.params(&output) };
        let mut run = start(&source, &params).unwrap();
        let work = output.join(run.storage.layout.work_of(0));
        run.write(&[0, 1, 2, 3, 4]).unwrap();
        run.storage.checkpoint(&mut run.open).unwrap();
        drop(run);
        fs::hard_link(output.join("d/a"), &work).unwrap();
        let found = survey(&params, hashing(), &mut Claims::default()).unwrap();
        assert!(found.torrent.have[..4].iter().all(|have| *have) && work.exists());
        let run = start(&source, &params).unwrap();
        assert!(run.have.starts_with(&[0, 1, 2, 3]) && !work.exists());
        run.finish().unwrap();
        source.assert_is_in(&output);
    }
}

#[test]
fn links_and_permissions_are_as_the_torrent_says() {
    let text = "d/a/program 10\nd/a/up -> ../plain\nd/plain 40000\nd/z -> a/program";
    let tree = Source::new(text, V1);
    assert_eq!(tree.metainfo.files().iter().filter(|file| file.symlink.is_some()).count(), 2);
    let output = Folder::new("");
    start(&tree, &tree.params(&output)).unwrap().finish().unwrap();
    assert_eq!(output.list(), tree.tree.list());
    assert_eq!(fs::read_link(output.join("d/a/up")).unwrap(), PathBuf::from("../plain"));
    assert_eq!(fs::read_link(output.join("d/z")).unwrap(), PathBuf::from("a/program"));
    // Again, over what is there; and not over something else.
    start(&tree, &tree.params(&output)).unwrap().finish().unwrap();
    output.remove("d/z");
    output.write("d/z", "mine");
    assert!(matches!(start(&tree, &tree.params(&output)).err(), Some(DiskError::Exists { .. })));
    assert_eq!(output.read("d/z"), b"mine");
    let params = StorageParams { force: true, ..tree.params(&output) };
    start(&tree, &params).unwrap().finish().unwrap();
    assert_eq!(fs::read_link(output.join("d/z")).unwrap(), PathBuf::from("a/program"));
    output.remove("d/z");
    output.write("d/z/x", "a folder");
    assert!(matches!(start(&tree, &params).err(), Some(DiskError::NoFile { .. })));

    let tree = Folder::new("d/x: x");
    let file = "d4:attr1:x6:lengthi1e4:pathl1:xee";
    let info = format!("d5:filesl{file}e4:name1:d12:piece lengthi32768e6:pieces20:");
    let digest = Backend::best().digest::<piece_hash::Sha1>(b"x");
    let bytes = [b"d4:info", info.as_bytes(), &digest, b"ee"].concat();
    let metainfo = Arc::new(Metainfo::parse(bytes).unwrap().metainfo);
    let source = Source { metainfo, bytes: b"x".to_vec(), tree };
    let output = Folder::new("");
    start(&source, &source.params(&output)).unwrap().finish().unwrap();
    assert_eq!(fs::metadata(output.join("d/x")).unwrap().permissions().mode() & 0o100, 0o100);
}

#[test]
fn two_do_not_write_to_one_place() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    let first = start(&source, &source.params(&output)).unwrap();
    assert!(matches!(start(&source, &source.params(&output)), Err(DiskError::Busy { .. })));
    first.finish().unwrap();
    start(&source, &source.params(&output)).unwrap().finish().unwrap();
}

#[test]
fn a_survey_changes_nothing() {
    let (source, output) = (Source::new(TREE, V1), Folder::new(""));
    let params = StorageParams { output: output.join("not/there"), ..source.params(&output) };
    let found = survey(&params, hashing(), &mut Claims::default()).unwrap();
    assert_eq!(found.needed, source.metainfo.files().content_length());
    assert!(found.free > 0 && output.names().is_empty());
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0, 1]).unwrap();
    run.close();
    let before = output.list();
    let found = survey(&source.params(&output), hashing(), &mut Claims::default()).unwrap();
    assert_eq!(found.torrent.have.iter().filter(|have| **have).count(), 2);
    assert!(found.needed < source.metainfo.files().content_length() - 60_000);
    assert_eq!(output.list(), before);
}

#[test]
fn more_than_there_is_room_for_is_not_begun() {
    let length = 1_u64 << 50;
    let root = "r".repeat(32);
    let tree = format!("d1:dd0:d6:lengthi{length}e11:pieces root32:{root}eee");
    let info = format!("d9:file tree{tree}12:meta versioni2e4:name1:d12:piece lengthi{}ee", 1_u64 << 31);
    let metainfo = Metainfo::parse(format!("d4:info{info}e").into_bytes());
    let Ok(parsed) = metainfo else { panic!("{metainfo:?}") };
    let output = Folder::new("");
    let params = StorageParams {
        selected: vec![true],
        metainfo: Arc::new(parsed.metainfo),
        output: output.path().to_owned(),
        naming: Naming::default(),
        recheck: false,
        force: false,
        offer: None,
        watch: Arc::new(()),
    };
    assert_eq!(survey(&params, hashing(), &mut Claims::default()).unwrap().needed, length);
    assert!(
        matches!(prepare(JobId(0), &params, hashing(), &mut Claims::default()), Err(DiskError::TooLittleSpace { needed, .. }) if needed == length)
    );
    assert_eq!(output.names(), Vec::<String>::new());
}

#[test]
fn names_that_cannot_be_used_are_refused() {
    for (name, file) in [("..", "x"), ("n", ".."), ("n", "a/b"), (".piecework-00", "x")] {
        let info = format!(
            "d5:filesld6:lengthi5e4:pathl{}:{file}eee4:name{}:{name}12:piece lengthi32768e6:pieces20:{}e",
            file.len(),
            name.len(),
            "h".repeat(20)
        );
        let metainfo = Metainfo::parse(format!("d4:info{info}e").into_bytes()).unwrap().metainfo;
        let output = Folder::new("");
        let params = StorageParams {
            metainfo: Arc::new(metainfo),
            selected: vec![true],
            output: output.path().to_owned(),
            naming: Naming::default(),
            recheck: false,
            force: true,
            offer: None,
            watch: Arc::new(()),
        };
        assert!(
            prepare(JobId(0), &params, hashing(), &mut Claims::default()).is_err()
                && survey(&params, hashing(), &mut Claims::default()).is_err(),
            "{name}/{file}"
        );
        assert_eq!(output.names(), Vec::<String>::new());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// A crash is a storage that is dropped: what it wrote is in its files, what it only knew is lost.
    #[test]
    fn crashes_lose_nothing_that_was_written(
        kind in prop::sample::select(KINDS.to_vec()),
        lengths in prop::collection::vec(prop_oneof![Just(0), 1..400_usize, 32_760..32_775_usize, 50_000..150_000_usize], 1..7),
        selected in prop::collection::vec(prop::bool::weighted(0.8), 7),
        order in any::<u64>(),
        steps in prop::collection::vec((1..6_usize, 0..5_u8), 1..8),
    ) {
        let text: String = lengths.iter().enumerate().map(|(n, length)| format!("d/{n} {length}\n")).collect();
        let source = Source::new(&text, kind);
        let output = Folder::new("");
        let params = StorageParams { selected: selected[..lengths.len()].to_vec(), ..source.params(&output) };
        prop_assume!(params.selected.contains(&true));
        let mut run = start(&source, &params).unwrap();
        let mut todo: Vec<u32> = all_of(&source).into_iter().filter(|piece| run.storage.wanted[*piece as usize]).collect();
        todo.sort_by_key(|piece| (u64::from(*piece) + 1).wrapping_mul(order | 1).rotate_left(17));
        let mut done = Vec::new();
        for (count, then) in steps {
            let pieces: Vec<u32> = todo.drain(..count.min(todo.len())).collect();
            run.write(&pieces).unwrap();
            done.extend(pieces);
            match then {
                0 => run.storage.checkpoint(&mut run.open).unwrap(),
                1 => {
                    run.close();
                    run = start(&source, &params).unwrap();
                }
                2 => {
                    drop(run);
                    run = start(&source, &params).unwrap();
                }
                3 => {
                    let journal = output.join(run.storage.layout.journal());
                    drop(run);
                    let bytes = fs::read(&journal).unwrap_or_default();
                    fs::write(&journal, &bytes[..bytes.len() - bytes.len().min(order as usize % 90)]).unwrap();
                    run = start(&source, &params).unwrap();
                }
                _ => continue,
            }
            done.sort_unstable();
            if then > 0 && !(then == 3 && kind == BARE) {
                // A file without a layer that has lost its journal is proven all the same once it is whole.
                let is_more_fine = kind == BARE && done.iter().all(|piece| run.have.contains(piece));
                prop_assert!(is_more_fine || run.have == done, "{:?} {done:?}", run.have);
            }
            todo = all_of(&source).into_iter().filter(|piece| run.storage.wanted[*piece as usize] && !run.storage.have[*piece as usize]).collect();
            done.retain(|piece| run.storage.have[*piece as usize]);
        }
        run.finish().unwrap();
        for (n, is_selected) in params.selected.iter().enumerate() {
            let name = format!("d/{n}");
            prop_assert_eq!(output.join(&name).exists(), *is_selected);
            prop_assert!(!is_selected || output.read(&name) == source.tree.read(&name));
        }
        prop_assert!(output.names().iter().all(|name| name.starts_with("d/")));
    }
}

/// The disk's thread, and what it answers.
fn disk() -> (Disk, mpsc::Receiver<Answer>) {
    let (answers, heard) = mpsc::channel();
    let answer = move |answer| answers.send(answer).unwrap_or_default();
    (Disk::start(hashing(), answer).unwrap(), heard)
}

/// The user may do with a folder that was made for a file what is done with any folder.
#[test]
fn a_folder_that_is_gone_is_made_again_or_not_missed() {
    let text = "d/a/1 32768\nd/a/2 32768\nd/b/3 32768";
    let (source, output) = (Source::new(text, V2), Folder::new(""));
    let mut run = start(&source, &source.params(&output)).unwrap();
    run.write(&[0]).unwrap();
    run.storage.checkpoint(&mut run.open).unwrap();
    output.remove("d/a");
    run.write(&[1]).unwrap();
    run.storage.checkpoint(&mut run.open).unwrap();
    assert!(output.read("d/a/2") == source.tree.read("d/a/2"));
    output.remove("d/a");
    run.finish().unwrap();
    assert_eq!(output.names(), ["d/", "d/b/", "d/b/3"]);
}

/// A link to a file of 256 GiB and a bit, in pieces of 16 KiB: every peer would make us keep a bitfield of 2 MiB and more.
#[test]
fn a_torrent_of_too_many_pieces_is_refused() {
    let torrent = |length: u64| {
        let file = format!("d0:d6:lengthi{length}e11:pieces root32:{}ee", "r".repeat(32));
        let tree = format!("9:file treed1:d{file}e12:meta versioni2e4:name1:d12:piece lengthi16384e");
        Metainfo::parse(format!("d4:infod{tree}ee").into_bytes()).unwrap().metainfo
    };
    let verdict = |length| {
        let output = Folder::new("");
        let params = StorageParams {
            metainfo: Arc::new(torrent(length)),
            selected: vec![true],
            output: output.path().to_owned(),
            naming: Naming::default(),
            recheck: false,
            force: false,
            offer: None,
            watch: Arc::new(()),
        };
        survey(&params, hashing(), &mut Claims::default())
    };
    let most = u64::from(swarm::limits::PIECES) * (16 << 10);
    assert!(verdict(most).is_ok());
    let error = verdict(most + 1).unwrap_err();
    assert_eq!(error.to_string(), "the torrent has more than 16777216 pieces");
}
