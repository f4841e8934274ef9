//! Torrents that sleep as records: who wakes them, what they cost, and what trackers hear of them.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm::wire::Handshake;
use swarm_net::{
    Encryption, Failure, Holdings, Job, JobEvent, JobId, RecordReader, Session, Settings, SleepTimes, Source,
};
use test_kit::{Content, Folder, HttpTracker, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{free_port, job, settings};
use crate::sessions::turn_until;

/// Files and their torrents in a folder, and a session that has them as records.
struct Library {
    folder: Folder,
    contents: Vec<Arc<Content>>,
    session: Session,
    address: SocketAddr,
}

impl Library {
    /// So many torrents, each announced to `trackers`.
    fn new(count: usize, trackers: &[String]) -> Self {
        Self::within(count, trackers, 32 << 20)
    }

    /// The same in a session of so much memory.
    fn within(count: usize, trackers: &[String], memory: u64) -> Self {
        let (folder, port) = (Folder::new(""), free_port());
        let contents: Vec<_> = (0..count).map(content).collect();
        for (number, content) in contents.iter().enumerate() {
            folder.write(format!("file {number}"), content.bytes());
            folder.write(format!("{number}.torrent"), content.metainfo().bytes());
        }
        let bind = Some(Ipv4Addr::LOCALHOST.into());
        let mut session = Session::new(Settings { port: Some(port), bind, memory, ..settings() }).unwrap();
        session.set_sleep_times(SOON);
        let reader = reader(&folder, trackers);
        let paths = (0..count).map(|number| folder.join(format!("{number}.torrent"))).collect();
        for (path, record) in reader.read_all(paths, 2) {
            session.add_asleep(record.unwrap_or_else(|why| panic!("{path:?}: {why}"))).unwrap();
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { folder, contents, session, address }
    }

    /// Turns until something of this kind is heard; all that was heard.
    fn turn_until(&mut self, is_it: impl Fn(&JobEvent) -> bool) -> Vec<(JobId, JobEvent)> {
        let (heard, has_come) = turn_until(&mut self.session, |_, event| is_it(event));
        assert!(has_come, "{heard:?}");
        heard
    }

    /// Somebody fetches a torrent from it, while it turns.
    fn fetch(&mut self, number: usize) {
        let into = Folder::new("");
        let encryption = [Encryption::Require, Encryption::Allow][number % 2];
        let mut other = Session::new(Settings { encryption, ..settings() }).unwrap();
        other.add(job(&self.contents[number], &into, &[self.address]));
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "{number} is not fetched");
            self.session.turn(Duration::from_millis(2));
            let ended = other.turn(Duration::from_millis(2)).into_iter().find_map(|(_, event)| match event {
                JobEvent::Ended(outcome) => Some(outcome.result),
                _ => None,
            });
            if let Some(result) = ended {
                result.unwrap();
                return assert!(into.read(format!("file {number}")) == self.contents[number].bytes());
            }
        }
    }
}

fn content(number: usize) -> Arc<Content> {
    let protocol = [Protocol::V1, Protocol::Hybrid, Protocol::V2][number % 3];
    let bytes = seeded_bytes(number as u64, 40_000 + number % 1000);
    Content::of_file(protocol, &format!("file {number}"), &bytes, 16384)
}

/// Reads torrents whose data lies in `folder`.
fn reader(folder: &Folder, trackers: &[String]) -> Arc<RecordReader> {
    let (folder, trackers) = (folder.path().to_owned(), trackers.to_vec());
    let make = move |_: &Path, metainfo| {
        let (trackers, seed_time) = (trackers.clone(), Some(Duration::MAX));
        Ok(Job { trackers, seed_time, ..Job::new(Source::Torrent(metainfo), &folder) })
    };
    Arc::new(RecordReader { max_size: 1 << 20, memory: 1 << 20, make: Box::new(make) })
}

fn is_asleep(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Asleep(_))
}

fn is_started(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Started { .. })
}

#[test]
fn a_torrent_wakes_for_a_peer_and_sleeps_again_and_what_it_gave_is_not_forgotten() {
    let mut library = Library::new(6, &[]);
    assert!(library.session.turn(Duration::from_millis(50)).is_empty());
    for number in 0..6 {
        for round in 1..=2 {
            library.fetch(number);
            let heard = library.turn_until(is_asleep);
            let Some((_, JobEvent::Asleep(progress))) = heard.last() else { panic!("{heard:?}") };
            let length = library.contents[number].bytes().len() as u64;
            assert!(progress.uploaded >= round * length, "{progress:?}");
            assert_eq!(progress.peers, 0);
            let holdings = library.session.holdings();
            assert_eq!((holdings.torrents, holdings.awake), (6, 0));
            assert_eq!((holdings.connections, holdings.timers, holdings.blocks), (0, 0, 0));
        }
    }
}

/// Only what this process has open beneath the folder: other tests have descriptors, too.
fn open_beneath(folder: &Folder) -> Vec<PathBuf> {
    let links =
        fs::read_dir("/proc/self/fd").unwrap().filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    links.filter(|path| path.starts_with(folder.path())).collect()
}

#[test]
fn while_all_sleep_nothing_is_open_and_nobody_wakes_up() {
    let mut library = Library::new(30, &[]);
    library.fetch(3);
    library.turn_until(is_asleep);
    assert_eq!(open_beneath(&library.folder), Vec::<PathBuf>::new());
    let patience = Duration::from_millis(300);
    let sleeps = |library: &mut Library| {
        let begun = Instant::now();
        library.session.turn(patience).is_empty() && begun.elapsed() >= patience
    };
    assert!((0..10).any(|_| sleeps(&mut library)), "it wakes up again and again");
}

#[test]
fn of_one_info_hash_there_is_one_record() {
    let mut library = Library::new(3, &[]);
    let reader = reader(&library.folder, &[]);
    for number in 0..3 {
        let again = reader.read(&library.folder.join(format!("{number}.torrent"))).unwrap();
        let refused = library.session.add_asleep(again).unwrap_err();
        assert_eq!(refused.to_string(), "a torrent of this info hash is offered already");
        library.session.remove(refused.0);
        let again = reader.read(&library.folder.join(format!("{number}.torrent"))).unwrap();
        library.session.add_asleep(again).unwrap();
    }
    assert_eq!(library.session.len(), 3);
}

#[test]
fn a_record_that_is_replaced_while_it_is_awake_is_a_record_again() {
    let mut library = Library::new(3, &[]);
    let reader = reader(&library.folder, &[]);
    for number in 0..3 {
        let awake = library.session.wake(&library.contents[number].info_hash()).unwrap();
        library.turn_until(is_started);
        library.session.remove(awake);
        let again = reader.read(&library.folder.join(format!("{number}.torrent"))).unwrap();
        library.session.add_asleep(again).unwrap();
        library.fetch(number);
        library.turn_until(is_asleep);
        assert_eq!((library.session.len(), library.session.holdings().awake), (3, 0));
    }
}

#[test]
fn a_caller_for_a_torrent_that_cannot_be_read_is_sent_away_and_the_user_hears_why_once() {
    let mut library = Library::new(2, &[]);
    library.folder.remove("0.torrent");
    let other = library.contents[0].metainfo().bytes().to_vec();
    library.folder.write("1.torrent", other);
    for (number, expected) in [(0, "No such file"), (1, "it holds another torrent than before")] {
        for round in 0..2 {
            let mut caller = TcpStream::connect(library.address).unwrap();
            let hash = library.contents[number].info_hash();
            caller.write_all(&Handshake::new(hash, *b"-XX0001-000000000000", false).encode()).unwrap();
            caller.set_nonblocking(true).unwrap();
            let (begun, mut warnings) = (Instant::now(), Vec::new());
            while !matches!(caller.read(&mut [0]), Ok(0)) {
                assert!(begun.elapsed() < PATIENCE, "it waits for nothing");
                warnings.extend(library.session.turn(Duration::from_millis(5)));
            }
            let said = format!("{warnings:?}");
            assert_eq!(said.contains(expected), round == 0, "{said}");
        }
    }
}

#[test]
fn trackers_hear_of_each_record_once_and_spread_and_that_it_goes() {
    const COUNT: usize = 60;
    let tracker = HttpTracker::new(&[]);
    let mut library = Library::new(COUNT, &[tracker.url()]);
    let count = |event: &str| {
        let requests = tracker.requests();
        let of_event = requests.iter().filter(|request| request.contains(event));
        let hash = |request: &String| request.split('&').next().map(str::to_owned);
        (of_event.clone().count(), of_event.filter_map(hash).collect::<BTreeSet<_>>().len())
    };
    let hashes = COUNT + COUNT / 3; // A hybrid has two.
    let begun = Instant::now();
    while count("event=started").0 < hashes {
        library.session.turn(Duration::from_millis(20));
        assert!(begun.elapsed() < PATIENCE, "{:?}", count("event=started"));
    }
    assert!(begun.elapsed() >= SOON.gap * (COUNT as u32 - 1), "{:?}", begun.elapsed());
    (0..20).for_each(|_| drop(library.session.turn(Duration::from_millis(5))));
    assert_eq!((count("event=started"), count("event=").0), ((hashes, hashes), hashes));
    library.fetch(4); // Who is awake is announced as before.
    library.session.end_all(|| Failure::Interrupted);
    let ending = Instant::now();
    while !library.session.is_empty() {
        library.session.turn(Duration::from_millis(20));
        assert!(ending.elapsed() < PATIENCE);
    }
    // On a slow machine not all hear it in time.
    let (stopped, of) = count("event=stopped");
    assert!(stopped > 0 && stopped == of, "{stopped}");
    assert_eq!(count("event=").0, hashes + stopped);
    assert_eq!(library.session.holdings(), Holdings::default());
}

/// A caller who knows all hashes cycles through them.
#[test]
fn a_caller_who_knows_all_hashes_does_not_wake_all_at_once_and_an_honest_peer_is_served() {
    const COUNT: usize = 400;
    let mut library = Library::within(COUNT, &[], 2 << 20);
    library.session.set_sleep_times(SleepTimes { idle: Duration::from_secs(3600), ..SOON });
    let (mut most, mut woken) = (0, 0);
    for number in 0..COUNT {
        let mut caller = TcpStream::connect(library.address).unwrap();
        let hash = library.contents[number].info_hash();
        caller.write_all(&Handshake::new(hash, *b"-XX0001-000000000000", false).encode()).unwrap();
        for _ in 0..3 {
            let heard = library.session.turn(Duration::from_millis(2));
            woken += heard.iter().filter(|(_, event)| is_started(event)).count();
        }
        most = most.max(library.session.holdings().awake);
        if number % 100 == 50 {
            library.fetch(number / 2);
        }
    }
    assert!(woken > 100 && most < COUNT / 2, "{woken} woke, {most} at a time");
}

#[test]
fn records_that_come_and_go_wake_and_sleep_leave_nothing_behind() {
    const COUNT: usize = 12;
    let tracker = HttpTracker::new(&[]);
    let trackers = [tracker.url()];
    let mut library = Library::new(COUNT, &trackers);
    library.session.set_sleep_times(SleepTimes { idle: Duration::from_millis(30), ..SOON });
    let reader = reader(&library.folder, &trackers);
    let mut rng = fastrand::Rng::with_seed(11);
    let (mut callers, mut slept, begun) = (VecDeque::new(), 0, Instant::now());
    let mut present: Vec<Option<JobId>> =
        (0..COUNT).map(|number| library.session.wake(&library.contents[number].info_hash())).collect();
    while begun.elapsed() < Duration::from_secs(3) {
        let number = rng.usize(..COUNT);
        match (rng.u8(..6), present[number]) {
            (0, Some(job)) => {
                library.session.remove(job);
                present[number] = None;
            }
            (1, None) => {
                let record = reader.read(&library.folder.join(format!("{number}.torrent"))).unwrap();
                // One that was removed may still be on its way.
                present[number] = library.session.add_asleep(record).ok();
            }
            (2, _) => drop(library.session.wake(&library.contents[number].info_hash())),
            (3, _) => {
                let mut caller = TcpStream::connect(library.address).unwrap();
                let hash = library.contents[number].info_hash();
                caller.write_all(&Handshake::new(hash, *b"-XX0001-000000000000", false).encode()).unwrap();
                callers.push_back(caller);
                callers.drain(..callers.len().saturating_sub(4));
            }
            _ => {
                let heard = library.session.turn(Duration::from_millis(rng.u64(..5)));
                slept += heard.iter().filter(|(_, event)| is_asleep(event)).count();
                let ended = heard.iter().find(|(_, event)| matches!(event, JobEvent::Ended(_)));
                assert!(ended.is_none(), "{ended:?}");
            }
        }
    }
    assert!(slept > 0);
    drop(callers);
    present.into_iter().flatten().for_each(|job| library.session.remove(job));
    let ending = Instant::now();
    while library.session.holdings() != Holdings::default() || !library.session.is_empty() {
        assert!(ending.elapsed() < PATIENCE, "{:?}", library.session.holdings());
        library.session.turn(Duration::from_millis(5));
    }
}

/// They sleep after a fifth of a second, and are announced fifty times a second.
const SOON: SleepTimes = SleepTimes {
    idle: Duration::from_millis(200),
    spread: Duration::from_millis(100),
    gap: Duration::from_millis(20),
};

const PATIENCE: Duration = Duration::from_secs(60);
