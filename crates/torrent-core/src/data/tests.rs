//! From folders to torrents and back: the pipeline against an obvious reference, the scan against small trees.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use piece_hash::{Backend, Sha1, Sha256};
use proptest::prelude::*;
use test_kit::{Folder, seeded_bytes};

use super::*;
use crate::files::{FileList, Placement};
use crate::layout::Layout;
use crate::merkle;
use crate::metainfo::{Draft, Metainfo, PieceHashes, Protocol};

/// Counts the bytes that it hears of.
#[derive(Default)]
struct Count {
    bytes: AtomicU64,
}

impl Watch for Count {
    fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn scan_of(folder: &Path) -> Scan<'_> {
    let inputs = vec![Input { path: folder.to_owned(), name: None }];
    let selection = Selection::default();
    Scan {
        inputs,
        selection,
        symlinks: Symlinks::Follow,
        raw_names: false,
        output: None,
        others: None,
        scratch: None,
        stop: &|| false,
    }
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// How to make a torrent.
#[derive(Clone, Copy, Debug)]
struct How {
    protocol: Protocol,
    align: bool,
    piece_length: u64,
    threads: usize,
    io: Io,
    backend: Backend,
}

/// Makes a torrent of a folder the way the tools do.
fn make(folder: &Folder, how: How) -> (Draft, PieceHashes, Vec<u8>) {
    let How { protocol, align, piece_length, threads, io, backend } = how;
    on_threads(threads, || {
        let scanned = scan(scan_of(folder.path()));
        assert!(scanned.problems.is_empty(), "{:?}", scanned.problems);
        let mut draft = Draft {
            protocol,
            name: b"name".to_vec(),
            piece_length,
            single_file: false,
            files: scanned.files.clone(),
            info: BTreeMap::new(),
            outer: BTreeMap::new(),
        };
        draft.place(align).unwrap();
        let source = FileSource::new(&draft.files, scanned.found, io);
        let wanted = Wanted { sha1: protocol.has_v1(), merkle: protocol.has_v2() };
        let watch = Count::default();
        let job = HashJob { wanted, piece_length, backend, watch: &watch, memory: MEMORY };
        let hashes = hash_pieces(draft.layout(), &source, job).unwrap();
        source.recheck().unwrap();
        assert_eq!(watch.bytes.into_inner(), draft.files.content_length());
        let size = draft.size();
        let torrent = draft.finish(&hashes).torrent;
        assert!(torrent.len() as u64 <= size);
        (draft, hashes, torrent)
    })
}

/// The v1 hashes of bytes put together, gaps and all.
fn plain_sha1(bytes: &[u8], piece_length: u64) -> Vec<[u8; 20]> {
    bytes.chunks(piece_length as usize).map(|piece| Backend::best().digest::<Sha1>(piece)).collect()
}

/// The root of a file from all its leaves at once.
fn plain_root(bytes: &[u8]) -> Option<[u8; 32]> {
    let leaves: Vec<_> = bytes.chunks(16384).map(|leaf| Backend::best().digest::<Sha256>(leaf)).collect();
    let height = merkle::height_of(leaves.len());
    (!bytes.is_empty()).then(|| merkle::fold(Backend::best(), leaves, 0, height))
}

fn bytes_of(folder: &Folder, files: &FileList) -> Vec<u8> {
    let mut bytes = vec![0; files.padded_length() as usize];
    for file in files.iter() {
        let path = String::from_utf8(file.path.joined()).unwrap();
        bytes[file.offset as usize..][..file.length as usize].copy_from_slice(&folder.read(&path));
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn make_then_parse_gives_the_same(
        lengths in prop::collection::vec(prop_oneof![Just(0), 1..300_usize, 16_380..16_390_usize, 100_000..200_000_usize], 1..9),
        depths in prop::collection::vec(0..3_usize, 9),
        protocol in prop::sample::select(vec![Protocol::V1, Protocol::V2, Protocol::Hybrid]),
        align in any::<bool>(),
        exponent in 14..18_u32,
        io in prop::sample::select(vec![Io::Auto, Io::Mmap, Io::Read, Io::Direct]),
        backend in prop::sample::select(Backend::all()),
    ) {
        let folder = Folder::new("");
        for (index, length) in lengths.iter().enumerate() {
            let name = format!("{}f{index}", ["", "a/", "a/b/"][depths[index]]);
            folder.write(&name, seeded_bytes(index as u64, *length));
        }
        let piece_length = 1 << exponent;
        let how = How { protocol, align, piece_length, threads: 2, io, backend };
        let (draft, hashes, torrent) = make(&folder, how);
        let parsed = Metainfo::parse(torrent.clone()).unwrap();
        prop_assert!(parsed.warnings.is_empty() || draft.files.content_length() == 0);
        prop_assert!(draft.is_described_by(&parsed.metainfo, &hashes.sha1));
        if protocol.has_v1() {
            prop_assert_eq!(&hashes.sha1, &plain_sha1(&bytes_of(&folder, &draft.files), piece_length));
        }
        if protocol.has_v2() {
            for file in parsed.metainfo.files().iter() {
                let path = String::from_utf8(file.path.joined()).unwrap();
                prop_assert_eq!(file.root, plain_root(&folder.read(&path)));
            }
        }
        prop_assert_eq!(torrent, make(&folder, How { threads: 7, io: Io::Auto, ..how }).2);
    }
}

#[test]
fn pieces_larger_than_a_window_and_files_that_are_mapped() {
    let folder = Folder::new("a 20MiB\nb 300KiB\nc 5\nd 9MiB");
    let roots = ["a", "b", "c", "d"].map(|name| plain_root(&folder.read(name)));
    for (protocol, piece_length) in [
        (Protocol::V1, 16 << 20),
        (Protocol::V1, 3 << 20),
        (Protocol::Hybrid, 4 << 20),
        (Protocol::V2, 1 << 20),
    ] {
        for io in [Io::Auto, Io::Mmap, Io::Read, Io::Direct] {
            for backend in Backend::all() {
                let how = How { protocol, align: false, piece_length, threads: 2, io, backend: *backend };
                let (draft, hashes, _) = make(&folder, how);
                if protocol.has_v1() {
                    let plain = plain_sha1(&bytes_of(&folder, &draft.files), piece_length);
                    assert_eq!(hashes.sha1, plain, "{how:?}");
                }
                if protocol.has_v2() {
                    assert_eq!(
                        draft.files.iter().map(|file| file.root).collect::<Vec<_>>(),
                        roots,
                        "{how:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_stream_hashes_like_a_file() {
    for length in [0, 1, 16_384, 16_385, 100_000, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, 20 << 20] {
        for piece_length in [16 << 10, 64 << 10, 16 << 20] {
            let bytes = seeded_bytes(length as u64, length);
            let watch = Count::default();
            let wanted = Wanted { sha1: true, merkle: true };
            let job =
                HashJob { wanted, piece_length, backend: Backend::best(), watch: &watch, memory: MEMORY };
            let (read, hashes) = on_threads(3, || hash_stream(Dribble(&bytes), job).unwrap());
            assert_eq!((read, watch.bytes.into_inner()), (length as u64, length as u64));
            assert_eq!(hashes.sha1, plain_sha1(&bytes, piece_length), "{length} {piece_length}");
            let root = (length > 0).then(|| merkle::file_root(Backend::best(), &hashes.merkle, piece_length));
            assert_eq!(root, plain_root(&bytes), "{length} {piece_length}");
        }
    }
}

/// Reads a little at a time.
struct Dribble<'a>(&'a [u8]);

impl std::io::Read for Dribble<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let length = into.len().min(70_001);
        self.0.read(&mut into[..length])
    }
}

#[track_caller]
fn check_scan(folder: &Folder, change: impl FnOnce(&mut Scan<'_>), expected: &str) {
    let mut how = scan_of(folder.path());
    change(&mut how);
    let scanned = scan(how);
    let mut found: Vec<String> =
        scanned.files.iter().map(|file| String::from_utf8_lossy(&file.path.joined()).into_owned()).collect();
    let relative = |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
    found.extend(
        scanned.problems.iter().map(|problem| format!("! {}: {}", relative(&problem.path), problem.kind)),
    );
    found.extend(scanned.notes.iter().map(|note| match note {
        Note::Outside(path) => format!("outside {}", relative(path)),
        Note::Output(path) => format!("output {}", relative(path)),
        Note::Scratch(path) => format!("scratch {}", relative(path)),
        Note::IgnoreFile(text) => format!("ignore file: {text}"),
    }));
    assert_eq!(found, expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>());
}

#[test]
fn files_come_in_the_order_of_components() {
    let folder = Folder::new("a/b 1\na.txt 1\na-1/x 1\n\"a b/x\" 1\nB 1\n.hidden 0\nempty/");
    check_scan(&folder, |_| {}, ".hidden\nB\na/b\na b/x\na-1/x\na.txt");
}

#[test]
fn what_is_selected() {
    let folder = Folder::new(
        ".git/x 1\n.gitignore: *.o\na.o 1\nd/.gitignore: !keep.o\nd/keep.o 1\nd/e.o 1\nd/Thumbs.db 1\nz 1",
    );
    check_scan(
        &folder,
        |scan| scan.selection.ignore_files = true,
        ".gitignore\nd/.gitignore\nd/Thumbs.db\nd/keep.o\nz",
    );
    check_scan(&folder, |scan| scan.selection.exclude_hidden = true, "a.o\nd/Thumbs.db\nd/e.o\nd/keep.o\nz");
    let mut only = Selection::default().include(&["d".to_owned()]).unwrap();
    only.exclude_junk = true;
    check_scan(&folder, |scan| scan.selection = only, "d/.gitignore\nd/e.o\nd/keep.o");
}

#[test]
fn links() {
    let outside = Folder::new("file 5\ndir/inner 1");
    let folder = Folder::new("real 1\nd/in -> ../real\ngone -> nowhere\nd/up -> ..\nd/self -> self");
    let link = |name: &str, target: &str| {
        std::os::unix::fs::symlink(outside.join(target), folder.join(name)).unwrap()
    };
    link("o1", "file");
    link("o2", "dir");
    check_scan(
        &folder,
        |_| {},
        "d/in
         o1
         o2/inner
         real
         ! d/self: the symbolic link leads in a circle
         ! d/up: the symbolic link leads in a circle
         ! gone: the symbolic link leads nowhere
         outside o1
         outside o2",
    );
    check_scan(&folder, |scan| scan.symlinks = Symlinks::Skip, "real");
    let refused =
        ["d/in", "d/self", "d/up", "gone", "o1", "o2"].map(|path| format!("! {path}: it is a symbolic link"));
    check_scan(&folder, |scan| scan.symlinks = Symlinks::Error, &format!("real\n{}", refused.join("\n")));
    check_scan(
        &folder,
        |scan| scan.symlinks = Symlinks::Store,
        "d/in
         d/self
         gone
         real
         ! d/up: the symbolic link leads out of the torrent
         ! o1: the symbolic link leads out of the torrent
         ! o2: the symbolic link leads out of the torrent",
    );
}

#[test]
fn what_cannot_be_taken_is_reported() {
    let folder = Folder::new("a 1\npipe |\n\"b\\xff\" 1\n\"c\\xff/d\" 1");
    let special = "! pipe: it is not a file, folder or symbolic link";
    let not_utf8 = "the name is not UTF-8";
    check_scan(&folder, |_| {}, &format!("a\n! b\u{fffd}: {not_utf8}\n! c\u{fffd}: {not_utf8}\n{special}"));
    check_scan(&folder, |scan| scan.raw_names = true, &format!("a\nb\u{fffd}\nc\u{fffd}/d\n{special}"));
}

#[test]
fn unfinished_output_is_left_out() {
    let folder = Folder::new("a 1\n.piecework-abc123 9\nd/.piecework-x 1");
    check_scan(&folder, |_| {}, "a\nscratch .piecework-abc123\nscratch d/.piecework-x");
    let ours = folder.join(".piecework-abc123");
    check_scan(&folder, |scan| scan.scratch = Some(Box::leak(Box::new(ours))), "a\nscratch d/.piecework-x");
}

#[test]
fn the_output_is_left_out() {
    let folder = Folder::new("a 1\nout.torrent 9");
    let output = folder.join("out.torrent");
    check_scan(
        &folder,
        |scan| scan.output = Some(Box::leak(Box::new(output.clone()))),
        "a\noutput out.torrent",
    );
}

#[test]
fn several_inputs_stand_in_the_order_of_their_names() {
    let folder = Folder::new("x/z/1 1\nx/a.txt 2\ny/z.txt 3");
    let inputs = ["y/z.txt", "x/z", "x/a.txt"].map(|path| Input {
        path: folder.join(path),
        name: Path::new(path).file_name().map(|name| name.as_encoded_bytes().to_vec()),
    });
    check_scan(&folder, |scan| scan.inputs = inputs.to_vec(), "a.txt\nz/1\nz.txt");
    let scanned = scan(Scan { inputs: inputs.to_vec(), ..scan_of(folder.path()) });
    let lengths: Vec<_> = scanned.files.iter().map(|file| file.length).collect();
    assert_eq!(lengths, [2, 1, 3]);
    FileSource::new(&scanned.files, scanned.found, Io::Auto).recheck().unwrap();
}

#[test]
fn a_file_that_changes_is_named() {
    for change in ["grow", "cut", "rewrite", "replace", "remove", "folder"] {
        let folder = Folder::new("a 1\nb 300KiB\nc 1");
        let scanned = scan(scan_of(folder.path()));
        let files = scanned.files;
        let source = FileSource::new(&files, scanned.found, Io::Auto);
        let old = folder.read("b");
        match change {
            "grow" => folder.write("b", [old.as_slice(), b"x"].concat()),
            "cut" => folder.write("b", &old[1..]),
            "rewrite" => folder.write("b", &old),
            "replace" => std::fs::rename(folder.join("c"), folder.join("b")).unwrap(),
            "remove" => folder.remove("b"),
            _ => {
                folder.remove("b");
                std::fs::create_dir(folder.join("b")).unwrap();
            }
        }
        let error = source.recheck().unwrap_err();
        assert!(error.file >= 1, "{change}");
        let watch = Count::default();
        let job = HashJob {
            wanted: Wanted { sha1: true, merkle: false },
            piece_length: 16384,
            backend: Backend::best(),
            watch: &watch,
            memory: MEMORY,
        };
        // What can be hashed all the same is found out in the end.
        let hashed = hash_pieces(Layout::new(&files, 16384), &source, job);
        let SourceError { kind, .. } = match hashed {
            Ok(_) => source.recheck().unwrap_err(),
            Err(HashError::Source(error)) => error,
            Err(error) => panic!("{change}: {error}"),
        };
        assert!(matches!(kind, SourceErrorKind::Changed | SourceErrorKind::Vanished), "{change}: {kind}");
    }
}

#[test]
fn placement_is_checked_before_anything_is_read() {
    let mut files = FileList::default();
    files.push(crate::path::RawPathBuf::of([b"a".as_slice()]).as_path(), 1 << 62);
    assert_eq!(files.place(Placement::Packed), Some(()));
}

#[test]
fn more_pieces_than_have_numbers_are_refused_before_anything_is_read() {
    let mut files = FileList::default();
    files.push(crate::path::RawPathBuf::of([b"a".as_slice()]).as_path(), (1 << 32) * 16384);
    files.place(Placement::Packed).unwrap();
    let watch = Count::default();
    let job = HashJob {
        wanted: Wanted { sha1: true, merkle: true },
        piece_length: 16384,
        backend: Backend::best(),
        watch: &watch,
        memory: MEMORY,
    };
    let source = FileSource::new(&files, Found::default(), Io::Auto);
    let hashed = hash_pieces(Layout::new(&files, 16384), &source, job);
    assert!(matches!(hashed, Err(HashError::TooManyPieces(u32::MAX))));
}
