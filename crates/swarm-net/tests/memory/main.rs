//! What is kept of a torrent takes what `tables` says: for several shapes of torrents, all that is allocated from its bytes to the
//! engine that fetches it is counted.

mod planted;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;
use piece_hash::{Backend, Sha1};
use swarm::{Config, Swarm};
use swarm_net::disk::{Answer, Claims, Disk, Hashing, Request, StorageParams, survey};
use swarm_net::{JobId, Naming, memory_for_tables, tables, tables_limit};
use torrent_core::metainfo::Metainfo;

#[test]
fn what_is_kept_of_a_torrent_takes_what_is_said() {
    let _alone = alone();
    let mut faults = Vec::new();
    for (shape, torrent, is_there) in shapes() {
        let (said, taken) = taken(torrent, is_there);
        println!("{shape}: {} KiB were said, {} KiB taken", said >> 10, taken >> 10);
        // Too much may be said where nothing is there yet, or no peers are, but never too little.
        if taken > said * 105 / 100 || is_there == There::Begun && taken < said * 75 / 100 {
            faults.push(format!("{shape}: {said} bytes were said, {taken} taken"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is on disk of a torrent.
#[derive(Clone, Copy, PartialEq)]
enum There {
    Nothing,
    /// Files of its name and length, with other content.
    Files,
    /// All but one file, and a journal that knows them.
    Begun,
}

fn shapes() -> Vec<(&'static str, Vec<u8>, There)> {
    vec![
        ("files", v1(&vec![1; 50_000], 1 << 14, ""), There::Nothing),
        ("files that are there", v1(&vec![1; 10_000], 1 << 14, ""), There::Files),
        ("files that are known", v1(&vec![1; 30_000], 1 << 10, ""), There::Begun),
        ("empty files", v1(&[vec![0; 50_000], vec![1]].concat(), 1 << 14, ""), There::Nothing),
        ("long names", v1(&vec![1; 5000], 1 << 14, &"n".repeat(200)), There::Nothing),
        ("pieces", v1(&[500_000 << 14], 1 << 14, ""), There::Nothing),
        ("pieces of v2 without layers", v2(100_000), There::Nothing),
        ("trackers", trackers(5000), There::Nothing),
    ]
}

/// What `tables` says of a torrent, and the most bytes that were allocated at a time.
fn taken(torrent: Vec<u8>, there: There) -> (u64, u64) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (before, bytes) = (ALLOCATOR.current_usage(), torrent.len());
    let metainfo = Arc::new(Metainfo::parse(torrent).expect("it is a torrent").metainfo);
    match there {
        There::Nothing => {}
        There::Files => lay_out(&metainfo, folder.path(), 8),
        There::Begun => begin(&metainfo, folder.path()),
    }
    // While it was read, buffers grew: the system moves them without a copy, the counter does not know that.
    ALLOCATOR.reset_peak_usage();
    let said = tables(&metainfo, &Naming::default());
    let hashing = Hashing { backend: Backend::best(), threads: 1, memory: 1 << 20 };
    let mut claims = Claims::default();
    let params = params(&metainfo, folder.path());
    let found =
        survey(&StorageParams { force: true, ..params }, hashing, &mut claims).expect("it can be looked at");
    let mut config = Config::new(1, [9; 20]);
    (config.info_hash_v1, config.info_hash_v2) = (metainfo.info_hash_v1(), metainfo.info_hash_v2());
    let _engine: Swarm<()> = Swarm::new(config, Some(found.torrent));
    let peak = ALLOCATOR.peak_usage().saturating_sub(before) + bytes;
    // They are read into it after most is known of them.
    let window = if there == There::Files { WINDOW } else { 0 };
    (said, (peak as u64).saturating_sub(window))
}

fn params(metainfo: &Arc<Metainfo>, output: &Path) -> StorageParams {
    StorageParams {
        metainfo: Arc::clone(metainfo),
        selected: vec![true; metainfo.files().len()],
        output: output.to_owned(),
        naming: Naming::default(),
        recheck: false,
        force: false,
        offer: None,
        watch: Arc::new(()),
    }
}

/// Begins to fetch it where all but one file are there, and ends again.
fn begin(metainfo: &Arc<Metainfo>, output: &Path) {
    lay_out(metainfo, output, CONTENT);
    fs::remove_file(output.join("t/0000000")).expect("it is there");
    let hashing = Hashing { backend: Backend::best(), threads: 1, memory: 1 << 20 };
    let (answer, answers) = std::sync::mpsc::channel();
    let disk = Disk::start(hashing, move |message| drop(answer.send(message))).expect("there are threads");
    disk.send(Request::Prepare { job: JobId(0), params: params(metainfo, output) });
    let prepared = answers.recv().expect("the disk answers");
    assert!(matches!(prepared, Answer::Prepared { .. }), "{prepared:?}");
    disk.send(Request::Close { job: JobId(0) });
}

fn lay_out(metainfo: &Metainfo, output: &Path, content: u8) {
    let root = output.join("t");
    fs::create_dir(&root).expect("there is room for a folder");
    for file in metainfo.files().iter() {
        let name: PathBuf =
            file.path.components().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        fs::write(root.join(name), vec![content; file.length as usize]).expect("there is room for a file");
    }
}

/// A v1 torrent of files of these lengths, whose names end in `ending`.
fn v1(lengths: &[u64], piece_length: u64, ending: &str) -> Vec<u8> {
    let file = |(index, length): (usize, &u64)| {
        let name = format!("{index:07}{ending}");
        format!("d6:lengthi{length}e4:pathl{}:{name}ee", name.len())
    };
    let files: String = lengths.iter().enumerate().map(file).collect();
    let total = lengths.iter().sum::<u64>();
    let (whole, rest) = ((total / piece_length) as usize, total % piece_length);
    let hash = |length: u64| Backend::best().digest::<Sha1>(&vec![CONTENT; length as usize]);
    let last: &[u8] = if rest > 0 { &hash(rest) } else { &[] };
    let pieces = [&hash(piece_length).repeat(whole), last].concat();
    let head =
        format!("d4:infod5:filesl{files}e4:name1:t12:piece lengthi{piece_length}e6:pieces{}:", pieces.len());
    [head.as_bytes(), &pieces, b"ee"].concat()
}

/// A v2 torrent of one file of so many pieces, whose hashes it lacks.
fn v2(pieces: u64) -> Vec<u8> {
    let tree = format!("d1:td0:d6:lengthi{}e11:pieces root32:{}eee", pieces << 14, "r".repeat(32));
    format!("d4:infod9:file tree{tree}12:meta versioni2e4:name1:t12:piece lengthi16384eee").into_bytes()
}

fn trackers(count: usize) -> Vec<u8> {
    let tier = |n: usize| format!("l24:http://t{n:05}.example/ane");
    let list: String = (0..count).map(tier).collect();
    let info = "d6:lengthi1e4:name1:t12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae";
    format!("d13:announce-listl{list}e4:info{info}e").into_bytes()
}

#[test]
fn ordinary_large_torrents_fit_beside_the_usual_memory() {
    let _alone = alone();
    let usual = tables_limit(48 << 20);
    for (what, torrent) in [
        ("100,000 files", v1(&vec![1; 100_000], 1 << 14, "-name-of-a-file.jpg")),
        ("1 TiB in pieces of 4 MiB", v1(&[1 << 40], 4 << 20, "")),
        ("1 TiB in pieces of 1 MiB", v1(&[1 << 40], 1 << 20, "")),
        ("1 TiB of v2 by a link", v2(1 << 18)),
    ] {
        let metainfo = Metainfo::parse(torrent).expect("it is a torrent").metainfo;
        let needed = tables(&metainfo, &Naming::default());
        assert!(needed <= usual, "{what}: {} of {} KiB", needed >> 10, usual >> 10);
    }
}

#[test]
fn the_memory_that_is_named_is_enough() {
    for needed in [0, 1 << 20, 50 << 20, 324 << 20, 5 << 30] {
        let memory = memory_for_tables(needed);
        assert!(tables_limit(memory) >= needed && memory >= 16 << 20 && memory <= (32 << 20).max(4 * needed));
    }
}

/// One test at a time: the allocator counts for all of them.
fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

static ALONE: Mutex<()> = Mutex::new(());

/// What files consist of.
const CONTENT: u8 = 7;

/// Into which files are read that are there.
const WINDOW: u64 = 1 << 20;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;
