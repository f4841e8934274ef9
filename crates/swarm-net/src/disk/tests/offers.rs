//! Data that is offered: whatever happens to it meanwhile, nobody gets a wrong byte of it.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use torrent_core::data::Watch;
use torrent_core::limits::BLOCK as BLOCK_LENGTH;

use super::*;

const JOB: JobId = JobId(3);
const PEER: ConnectionId = ConnectionId(1);
const CHECKS: [Check; 3] = [Check::Lazy, Check::Full, Check::Sizes];

/// Counts the bytes that are hashed.
#[derive(Default)]
struct Hashed {
    bytes: AtomicU64,
    /// Who holds it keeps hashing from going on.
    gate: Mutex<()>,
}

impl Watch for Hashed {
    fn advance(&self, bytes: u64) {
        drop(self.gate.lock().unwrap());
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A disk that offers a source where it lies.
struct Offering<'s> {
    source: &'s Source,
    disk: Disk,
    heard: Receiver<Answer>,
    hashed: Arc<Hashed>,
    /// Names of files that were said to be damaged, and how.
    damaged: Vec<(Vec<String>, String)>,
    warnings: Vec<String>,
    /// Pieces that are offered.
    have: BTreeSet<u32>,
    /// Names of files that were said to be right again.
    healed: Vec<String>,
    /// How often it was said that nothing is left.
    emptied: usize,
}

impl<'s> Offering<'s> {
    fn new(source: &'s Source, check: Check, state: Option<&Folder>) -> Self {
        Self::begin(source, check, state).unwrap()
    }

    fn begin(source: &'s Source, check: Check, state: Option<&Folder>) -> Result<Self, DiskError> {
        let (disk, heard) = disk();
        let hashed = Arc::new(Hashed::default());
        let offer = Some(Offer { check, state: state.map(|state| state.join("journals")) });
        let params = StorageParams { offer, watch: Arc::clone(&hashed) as _, ..source.params(&source.tree) };
        disk.send(Request::Prepare { job: JOB, params });
        let (damaged, warnings, have, healed, emptied) = Default::default();
        let mut offering = Self { source, disk, heard, hashed, damaged, warnings, have, healed, emptied };
        loop {
            match offering.hear() {
                Answer::Prepared { torrent, warnings, .. } => {
                    let had = (0..).zip(&torrent.have).filter(|(_, have)| **have);
                    (offering.have, offering.warnings) = (had.map(|(piece, _)| piece).collect(), warnings);
                    assert_eq!(torrent.have, torrent.wanted);
                }
                Answer::Completed { is_settled: true, .. } => return Ok(offering),
                Answer::Failed { error, .. } => return Err(error),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next answer that is not about damage.
    fn hear(&mut self) -> Answer {
        loop {
            let answer = self.heard.recv_timeout(Duration::from_secs(30)).unwrap();
            if let Some(answer) = self.note(answer) {
                return answer;
            }
        }
    }

    /// Takes note of what is damaged and what is not any more; gives other answers back.
    fn note(&mut self, answer: Answer) -> Option<Answer> {
        let name = |path: &PathBuf| path.strip_prefix(self.source.tree.path()).unwrap().display().to_string();
        match answer {
            Answer::Damaged { pieces, news, .. } => {
                self.have.retain(|piece| !pieces.contains((*piece).into()));
                let news = news.map(|(paths, why)| (paths.iter().map(name).collect(), why.to_string()));
                self.damaged.extend(news);
            }
            Answer::Found { pieces, healed, .. } => {
                self.have.extend(pieces.iter().map(u32::from));
                self.healed.extend(healed.iter().map(name));
            }
            Answer::NothingLeft { .. } => self.emptied += 1,
            Answer::Checking { .. } => {}
            other => return Some(other),
        }
        None
    }

    /// Waits until all of it is offered.
    fn await_healing(&mut self) {
        while self.have.len() < self.source.pieces() as usize {
            let answer = self.heard.recv_timeout(Duration::from_secs(30));
            let other = self.note(answer.unwrap_or_else(|_| panic!("only {:?} came back", self.have)));
            assert!(other.is_none(), "{other:?}");
        }
    }

    /// Asks for a piece: whether it comes. If it does, it is right.
    fn gives(&mut self, piece: u32) -> bool {
        let bytes = self.source.metainfo.layout().piece(piece.into());
        let blocks = (bytes.start..bytes.end).step_by(BLOCK_LENGTH as usize).map(|start| BlockAddress {
            piece: piece.into(),
            offset: (start - bytes.start) as u32,
            length: (bytes.end - start).min(BLOCK_LENGTH) as u32,
        });
        let asked: Vec<BlockAddress> = blocks.collect();
        self.disk.send(Request::Read { job: JOB, connection: PEER, blocks: asked.clone() });
        match self.hear() {
            Answer::Read { blocks, bytes: read, .. } => {
                assert_eq!(blocks, asked);
                assert!(
                    read[..] == self.source.bytes[bytes.start as usize..bytes.end as usize],
                    "piece {piece}"
                );
                true
            }
            Answer::Lost { blocks, .. } => {
                assert_eq!(blocks, asked);
                false
            }
            other => panic!("{other:?}"),
        }
    }

    /// The pieces that come.
    fn given(&mut self) -> Vec<u32> {
        (0..self.source.pieces()).filter(|piece| self.gives(*piece)).collect()
    }

    fn hashed(&self) -> u64 {
        self.hashed.bytes.load(Ordering::Relaxed)
    }

    fn close(mut self) {
        self.disk.send(Request::Close { job: JOB });
        assert!(matches!(self.hear(), Answer::Closed { .. }));
    }
}

/// The pieces that some files have no byte in.
fn without(source: &Source, files: &[&str]) -> Vec<u32> {
    let layout = source.metainfo.layout();
    let name = |file: usize| String::from_utf8(source.metainfo.files().get(file).path.joined()).unwrap();
    let is_touched =
        |piece: u32| layout.files_in(layout.piece(piece.into())).any(|file| files.contains(&&*name(file)));
    (0..source.pieces()).filter(|piece| !is_touched(*piece)).collect()
}

/// Changes a byte of a file in its place; the length stays.
fn spoil(source: &Source, file: &str, place: usize) {
    let mut bytes = source.tree.read(file);
    bytes[place] ^= 1;
    let opened = fs::OpenOptions::new().write(true).open(source.tree.join(file)).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&opened, &bytes, 0).unwrap();
}

/// Puts another file of this content in the place of a file.
fn replace(source: &Source, file: &str, bytes: &[u8]) {
    source.tree.write("d/new", bytes);
    fs::rename(source.tree.join("d/new"), source.tree.join(file)).unwrap();
}

#[test]
fn all_of_it_is_given_and_hashed_once_at_most() {
    for kind in KINDS {
        for check in CHECKS {
            let source = Source::new(TREE, kind);
            let list = source.tree.list();
            let mut offering = Offering::new(&source, check, None);
            let begun = offering.hashed();
            assert_eq!(offering.given(), all_of(&source), "{kind:?} {check:?}");
            assert_eq!(offering.given(), all_of(&source));
            let content: u64 = source.metainfo.files().iter().map(|file| file.length).sum();
            let expected = match check {
                Check::Lazy => (0, content),
                Check::Full => (content, content),
                Check::Sizes => (0, 0),
            };
            assert_eq!((begun, offering.hashed()), expected, "{kind:?} {check:?}");
            assert_eq!(source.tree.list(), list, "nothing is written");
            assert!(offering.damaged.is_empty());
        }
    }
}

#[test]
fn a_piece_that_does_not_fit_is_never_given() {
    for kind in KINDS {
        for check in [Check::Lazy, Check::Full] {
            let source = Source::new(TREE, kind);
            spoil(&source, "d/a", 40_000);
            let mut offering = Offering::new(&source, check, None);
            let lost: &[u32] = if kind == BARE { &[0, 1, 2, 3] } else { &[1] };
            let rest: Vec<u32> = all_of(&source).into_iter().filter(|piece| !lost.contains(piece)).collect();
            for _ in 0..2 {
                assert_eq!(offering.given(), rest, "{kind:?} {check:?}");
            }
            assert_eq!(offering.damaged, [(vec!["d/a".to_owned()], "has other content".to_owned())]);
            assert_eq!(offering.have, rest.into_iter().collect());
        }
    }
}

/// What somebody does to a file that is offered, and what is said of it.
type Harm = (&'static str, fn(&Source), &'static str);

const HARMS: [Harm; 6] = [
    ("spoilt", |source| (0..3).for_each(|piece| spoil(source, "d/a", piece * 32768)), "has other content"),
    (
        "cut",
        |source| {
            let file = fs::OpenOptions::new().write(true).open(source.tree.join("d/a")).unwrap();
            file.set_len(99_999).unwrap();
        },
        "has 99999 bytes instead of 100000",
    ),
    ("replaced", |source| replace(source, "d/a", &[7; 100_000]), "has other content"),
    ("removed", |source| source.tree.remove("d/a"), "is not there"),
    (
        "a folder",
        |source| {
            source.tree.remove("d/a");
            fs::create_dir(source.tree.join("d/a")).unwrap();
        },
        "is not a file",
    ),
    (
        "a link that leads out",
        |source| {
            source.tree.remove("d/a");
            std::os::unix::fs::symlink("/etc/passwd", source.tree.join("d/a")).unwrap();
        },
        "is not there",
    ),
];

/// It does not matter whether the file is open and was read before.
#[test]
fn what_changes_while_it_is_offered_is_not_given_any_more() {
    for kind in KINDS {
        for check in CHECKS {
            for (name, harm, why) in HARMS {
                let source = Source::new(TREE, kind);
                let mut offering = Offering::new(&source, check, None);
                assert!(offering.gives(0) && offering.gives(2));
                harm(&source);
                let rest = without(&source, &["a"]);
                let given = offering.given();
                // In v1, the last piece of it holds more than a byte of others.
                let is_rest = rest.iter().all(|piece| given.contains(piece));
                assert!(is_rest && !given.contains(&0), "{kind:?} {check:?} {name}: {given:?}");
                let said: Vec<&str> = offering.damaged.iter().map(|(_, why)| &**why).collect();
                assert_eq!(said, [why], "{kind:?} {check:?} {name}");
                assert_eq!(offering.damaged[0].0[0], "d/a");
            }
        }
    }
}

#[test]
fn what_turns_out_to_be_the_same_is_given_again() {
    for kind in KINDS {
        for check in CHECKS {
            let source = Source::new(TREE, kind);
            let mut offering = Offering::new(&source, check, None);
            assert!(offering.gives(0));
            let before = offering.hashed();
            replace(&source, "d/a", &source.tree.read("d/a"));
            assert!(offering.gives(0));
            assert!(offering.hashed() > before, "it was looked at");
            let permissions = fs::Permissions::from_mode(0o600);
            fs::set_permissions(source.tree.join("d/f"), permissions).unwrap();
            assert_eq!(offering.given(), all_of(&source));
            assert!(offering.damaged.is_empty());
        }
    }
}

/// Whatever becomes of a file, it is given again once it is as it was.
#[test]
fn what_comes_back_is_given_again() {
    for kind in KINDS {
        for check in CHECKS {
            for (name, harm, _) in HARMS {
                let source = Source::new(TREE, kind);
                let good = source.tree.read("d/a");
                let mut offering = Offering::new(&source, check, None);
                harm(&source);
                assert!(!offering.gives(0), "{name}");
                let _ = fs::remove_dir(source.tree.join("d/a"));
                replace(&source, "d/a", &good);
                offering.await_healing();
                assert_eq!(offering.healed, ["d/a"], "{kind:?} {check:?} {name}");
                assert_eq!(offering.given(), all_of(&source), "{kind:?} {check:?} {name}");
                source.tree.remove("d/a");
                assert!(!offering.gives(0));
                assert_eq!(offering.damaged.len(), 2, "the second time is told as the first");
            }
        }
    }
}

/// As when a disk is taken away and put back: not even the stamps of the files have changed.
#[test]
fn when_nothing_is_left_that_is_said_and_all_may_come_back() {
    for kind in KINDS {
        let source = Source::new(TREE, kind);
        let mut offering = Offering::new(&source, Check::Lazy, None);
        let (there, away) = (source.tree.join("d"), source.tree.join("away"));
        fs::rename(&there, &away).unwrap();
        assert_eq!(offering.given(), Vec::<u32>::new());
        assert_eq!((offering.emptied, offering.have.len()), (1, 0));
        fs::rename(&away, &there).unwrap();
        offering.await_healing();
        assert_eq!(offering.given(), all_of(&source), "{kind:?}");
    }
}

#[test]
fn what_stays_damaged_is_not_hashed_again() {
    for check in [Check::Lazy, Check::Full] {
        let source = Source::new(TREE, V1);
        spoil(&source, "d/a", 40_000);
        let mut offering = Offering::new(&source, check, None);
        assert!(!offering.given().contains(&1));
        let hashed = offering.hashed();
        // That is long enough for some looks.
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(offering.hashed(), hashed);
        assert!(offering.healed.is_empty());
    }
}

#[test]
fn of_many_files_in_a_piece_those_that_may_be_to_blame_are_named_once() {
    let tree: String = (10..60).map(|file| format!("d/{file} 1000\n")).collect();
    let source = Source::new(&tree, V1);
    let mut offering = Offering::new(&source, Check::Lazy, None);
    assert_eq!(offering.given(), [0, 1]);
    source.tree.remove("d/12");
    assert_eq!(offering.given(), [1]);
    spoil(&source, "d/57", 3);
    assert_eq!(offering.given(), Vec::<u32>::new());
    let said: Vec<(&str, usize)> =
        offering.damaged.iter().map(|(names, _)| (&*names[0], names.len())).collect();
    assert_eq!(said, [("d/12", 1), ("d/42", 16)]);
}

#[test]
fn what_the_journal_holds_is_not_read_again() {
    for kind in KINDS {
        let (source, state) = (Source::new(TREE, kind), Folder::new(""));
        for round in 0..3 {
            let mut offering = Offering::new(&source, Check::Lazy, Some(&state));
            assert_eq!(offering.given(), all_of(&source));
            assert_eq!(offering.hashed() == 0, round > 0, "{kind:?}");
            offering.close();
        }
        // A full check believes it too, but what has changed is hashed.
        replace(&source, "d/f", &source.tree.read("d/f"));
        let offering = Offering::new(&source, Check::Full, Some(&state));
        assert!((70_000..100_000).contains(&offering.hashed()), "{kind:?}: {}", offering.hashed());
        offering.close();
        assert_eq!(Offering::new(&source, Check::Full, Some(&state)).hashed(), 0);
        spoil(&source, "d/f", 69_999);
        let mut offering = Offering::new(&source, Check::Lazy, Some(&state));
        let given = offering.given();
        assert!(!given.contains(&(source.pieces() - 1)) && given.contains(&0), "{kind:?}: {given:?}");
        assert_eq!(fs::read_dir(state.join("journals")).unwrap().count(), 1);
    }
}

/// A kill leaves what lies in the folder at that moment, perhaps cut somewhere.
#[test]
fn a_journal_is_there_without_an_end_and_may_be_cut_anywhere() {
    let (source, state) = (Source::new(TREE, V1), Folder::new(""));
    let mut offering = Offering::new(&source, Check::Lazy, Some(&state));
    assert_eq!(offering.given(), all_of(&source));
    let start = Instant::now();
    let journal = loop {
        let journals = fs::read_dir(state.join("journals")).into_iter().flatten().flatten();
        let mut whole =
            journals.filter(|entry| entry.path().extension().is_some_and(|name| name == "journal"));
        if let Some(journal) = whole.next() {
            break journal.path();
        }
        assert!(start.elapsed() < Duration::from_secs(60), "it is written after a while");
        std::thread::sleep(Duration::from_millis(20));
    };
    let bytes = fs::read(&journal).unwrap();
    let killed = Folder::new("journals/");
    let there = killed.join("journals").join(journal.file_name().unwrap());
    for length in (0..=bytes.len()).rev().step_by(7) {
        fs::write(&there, &bytes[..length]).unwrap();
        fs::write(there.with_extension("new"), &bytes[..length / 2]).unwrap();
        let mut again = Offering::new(&source, Check::Lazy, Some(&killed));
        assert_eq!(again.given(), all_of(&source));
        assert_eq!(again.hashed() == 0, length == bytes.len());
        again.close();
    }
    assert_eq!(fs::read_dir(killed.join("journals")).unwrap().count(), 1, "what a kill left is used up");
}

/// A journal that lies is believed about nothing but what was checked, and only while the files are as it says.
#[test]
fn a_damaged_piece_is_in_no_journal() {
    let (source, state) = (Source::new(TREE, V1), Folder::new(""));
    spoil(&source, "d/f", 0);
    let mut offering = Offering::new(&source, Check::Lazy, Some(&state));
    let given = offering.given();
    offering.close();
    let mut again = Offering::new(&source, Check::Lazy, Some(&state));
    assert_eq!(again.given(), given);
    assert!(again.hashed() > 0 && again.hashed() <= 2 * PIECE, "only that piece");
    let mut lax = Offering::new(&source, Check::Sizes, Some(&Folder::new("")));
    assert!(lax.gives(0));
    lax.close();
}

#[test]
fn two_at_a_time_may_have_the_same_journals() {
    let (source, state) = (Source::new(TREE, HYBRID), Folder::new(""));
    let mut two = [(); 2].map(|()| Offering::new(&source, Check::Lazy, Some(&state)));
    for piece in all_of(&source) {
        two.iter_mut().for_each(|offering| assert!(offering.gives(piece)));
    }
    two.into_iter().for_each(Offering::close);
    assert_eq!(Offering::new(&source, Check::Full, Some(&state)).hashed(), 0);
}

#[test]
fn a_folder_for_journals_that_cannot_be_made_is_no_failure() {
    let (source, state) = (Source::new(TREE, V1), Folder::new("journals 5"));
    let mut offering = Offering::new(&source, Check::Full, Some(&state));
    assert_eq!(offering.given(), all_of(&source));
    offering.close();
}

/// While a piece is hashed for one peer, others get what is checked.
#[test]
fn a_check_keeps_nobody_else_waiting() {
    let source = Source::cut("d/a 3000000\nd/b 1000", V2, 1 << 20);
    let mut offering = Offering::new(&source, Check::Lazy, None);
    let last = source.pieces() - 1;
    assert!(offering.gives(last));
    let hashed = Arc::clone(&offering.hashed);
    let closed = hashed.gate.lock().unwrap();
    let block = |piece: u32, length| vec![BlockAddress { piece: piece.into(), offset: 0, length }];
    for (peer, piece, length) in [(1, 0, 16384), (2, last, 1000)] {
        let (connection, blocks) = (ConnectionId(peer), block(piece, length));
        offering.disk.send(Request::Read { job: JOB, connection, blocks });
    }
    let mut who = || match offering.hear() {
        Answer::Read { connection, .. } => connection.0,
        other => panic!("{other:?}"),
    };
    assert_eq!(who(), 2);
    drop(closed);
    assert_eq!(who(), 1);
}

/// Something that happens to the data, or to who offers it.
#[derive(Clone, Debug)]
enum Step {
    Spoil(usize, usize),
    Mend(usize),
    Cut(usize),
    Remove(usize),
    Touch(usize),
    Read(u32),
    /// Long enough for some looks at what is lost.
    Wait,
    Again,
}

fn step() -> impl Strategy<Value = Step> {
    let file = || 0..FILES.len();
    prop_oneof![
        1 => (file(), 0..70_000_usize).prop_map(|(file, place)| Step::Spoil(file, place)),
        1 => file().prop_map(Step::Mend),
        1 => file().prop_map(Step::Cut),
        1 => file().prop_map(Step::Remove),
        2 => file().prop_map(Step::Touch),
        12 => (0..8_u32).prop_map(Step::Read),
        1 => Just(Step::Wait),
        1 => Just(Step::Again),
    ]
}

const FILES: [&str; 4] = ["d/a", "d/b/c", "d/b/e", "d/f"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// `gives` holds what comes to the content.
    #[test]
    fn whatever_happens_to_the_data_nobody_gets_a_wrong_byte(
        steps in prop::collection::vec(step(), 1..40),
        kind in prop::sample::select(KINDS.to_vec()),
        has_state in any::<bool>(),
    ) {
        let (source, state) = (Source::new(TREE, kind), Folder::new(""));
        let good: Vec<Vec<u8>> = FILES.iter().map(|file| source.tree.read(file)).collect();
        let begin = || Offering::begin(&source, Check::Lazy, has_state.then_some(&state));
        let mut offering = begin().unwrap();
        for step in steps {
            match step {
                Step::Wait => std::thread::sleep(Duration::from_millis(30)),
                Step::Spoil(file, place) if source.tree.join(FILES[file]).exists() => {
                    let length = source.tree.read(FILES[file]).len();
                    if length > 0 {
                        spoil(&source, FILES[file], place % length);
                    }
                }
                Step::Spoil(..) => {}
                Step::Mend(file) => replace(&source, FILES[file], &good[file]),
                Step::Cut(file) => source.tree.write(FILES[file], &good[file][1..]),
                Step::Remove(file) => drop(fs::remove_file(source.tree.join(FILES[file]))),
                Step::Touch(file) => {
                    let opened = fs::File::open(source.tree.join(FILES[file]));
                    opened.into_iter().for_each(|file| {
                        file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
                    });
                }
                Step::Read(piece) if piece < source.pieces() => drop(offering.gives(piece)),
                Step::Read(_) => {}
                Step::Again => match begin() {
                    Ok(again) => std::mem::replace(&mut offering, again).close(),
                    Err(_) => return Ok(()),
                },
            }
        }
        (0..FILES.len()).for_each(|file| replace(&source, FILES[file], &good[file]));
        drop(offering.given());
        offering.await_healing();
        prop_assert_eq!(offering.given(), all_of(&source));
    }
}

/// Somebody writes all the time, while others read.
#[test]
fn while_somebody_writes_nobody_gets_a_wrong_byte() {
    let source = Source::cut("d/a 3000000\nd/b 500000", V1, 65536);
    let good = source.tree.read("d/a");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let file = fs::OpenOptions::new().write(true).open(source.tree.join("d/a")).unwrap();
            let write = |place: usize, byte| {
                std::os::unix::fs::FileExt::write_all_at(&file, &[byte], place as u64).unwrap();
            };
            for place in (0..good.len()).step_by(997).cycle() {
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
                write(place, good[place] ^ 1);
                std::thread::sleep(Duration::from_micros(place as u64 % 700));
                write(place, good[place]);
                std::thread::sleep(Duration::from_millis(place as u64 % 90));
            }
        });
        let mut offering = Offering::new(&source, Check::Lazy, None);
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(3) {
            let given = offering.given();
            assert!(given.contains(&(source.pieces() - 1)));
        }
        is_over.store(true, Ordering::Relaxed);
    });
}
