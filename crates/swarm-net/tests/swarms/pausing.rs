//! Torrents of a session are paused and go on.

use std::collections::BTreeSet;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::{Failure, Job, JobEvent, JobId, Session, Settings};
use test_kit::{Content, Folder, HonestPeer, HttpTracker, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, free_port, job, job_of_link, settings};
use crate::sessions::{is_seeding, turn_until};

/// When a torrent is paused.
#[derive(Clone, Copy, PartialEq, Debug)]
enum When {
    AtOnce,
    LookedAt,
    WhilePiecesCome,
    Seeding,
}

const CASES: [(Protocol, bool, When); 8] = [
    (Protocol::V1, false, When::AtOnce),
    (Protocol::V1, false, When::WhilePiecesCome),
    (Protocol::V1, false, When::Seeding),
    (Protocol::V1, true, When::AtOnce),
    (Protocol::Hybrid, true, When::LookedAt),
    (Protocol::V2, true, When::WhilePiecesCome),
    (Protocol::V2, false, When::LookedAt),
    (Protocol::Hybrid, true, When::Seeding),
];

/// A torrent to pause, with a peer, a tracker and a folder of its own.
struct Subject {
    content: Arc<Content>,
    peer: HonestPeer,
    tracker: HttpTracker,
    folder: Folder,
}

impl Subject {
    fn new(protocol: Protocol) -> Self {
        let content = file(protocol, 1_000_000, 32768);
        let slow = Manners { delay: Duration::from_millis(2), ..Manners::default() };
        let peer = HonestPeer::new(content.clone(), slow);
        let tracker = HttpTracker::new(&[peer.address()]);
        Self { content, peer, tracker, folder: Folder::new("") }
    }

    /// A job that stays when it is complete.
    fn job(&self, is_link: bool) -> Job {
        let job = match is_link {
            true => job_of_link(&self.content, &self.folder, &[self.peer.address()]),
            false => job(&self.content, &self.folder, &[self.peer.address()]),
        };
        Job { seed_time: Some(Duration::from_secs(50)), trackers: vec![self.tracker.url()], ..job }
    }

    fn count(&self, event: &str) -> usize {
        self.tracker.requests().iter().filter(|request| request.contains(event)).count()
    }
}

fn is_there(when: When, event: &JobEvent) -> bool {
    match when {
        When::AtOnce => true,
        When::LookedAt => matches!(event, JobEvent::Progress(_) | JobEvent::Metadata { .. }),
        When::WhilePiecesCome => matches!(event, JobEvent::Piece { .. }),
        When::Seeding => is_seeding(event),
    }
}

fn is_paused(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Paused)
}

/// Nothing is said, and once the last answers of threads are there, nobody wakes up.
fn assert_quiet(session: &mut Session) {
    let patience = Duration::from_millis(200);
    let sleeps = |_| {
        let start = Instant::now();
        assert!(session.turn(patience).is_empty());
        start.elapsed() >= patience
    };
    assert!((0..10).any(sleeps), "it wakes up again and again");
}

/// The pieces that were heard of, each once.
fn pieces(heard: &[(JobId, JobEvent)]) -> usize {
    let pieces = heard.iter().filter_map(|(_, event)| match event {
        JobEvent::Piece { piece } => Some(*piece),
        _ => None,
    });
    let pieces: Vec<_> = pieces.collect();
    let distinct: BTreeSet<_> = pieces.iter().collect();
    assert_eq!(distinct.len(), pieces.len(), "no piece is fetched twice");
    pieces.len()
}

#[test]
fn whatever_it_is_at_a_torrent_pauses_and_goes_on_from_there() {
    for case in CASES {
        let (protocol, is_link, when) = case;
        let subject = Subject::new(protocol);
        let mut session = Session::new(settings()).unwrap();
        let id = session.add(subject.job(is_link));
        let mut heard = Vec::new();
        if when != When::AtOnce {
            heard.extend(turn_until(&mut session, |_, event| is_there(when, event)).0);
        }
        session.pause(id);
        let (more, has_paused) = turn_until(&mut session, |_, event| is_paused(event));
        heard.extend(more);
        assert!(has_paused, "{case:?}: {heard:?}");
        assert_quiet(&mut session);
        let (given, started) = (subject.peer.given(), subject.count("event=started"));
        // Before, the answer that makes a tracker one who knows us may still be under way.
        if when == When::Seeding {
            assert!(
                started > 0 && subject.count("event=stopped") == started,
                "{case:?}: who knows us hears it"
            );
        }
        session.pause(id);
        assert_quiet(&mut session);
        assert_eq!(subject.peer.given(), given, "{case:?}");
        session.resume(id);
        let (more, is_whole) = turn_until(&mut session, |_, event| is_seeding(event));
        heard.extend(more);
        assert!(is_whole, "{case:?}: {heard:?}");
        assert_eq!(pieces(&heard), subject.content.pieces() as usize, "{case:?}");
        assert!(subject.folder.read("file") == subject.content.bytes(), "{case:?}");
        let downloaded = heard.iter().rev().find_map(|(_, event)| match event {
            JobEvent::Completed(progress) => Some(progress.downloaded),
            _ => None,
        });
        assert!(downloaded >= Some(1_000_000), "{case:?}: what came before the pause counts: {downloaded:?}");
        session.remove(id);
        assert_eq!(turn_until(&mut session, |_, _| false).0.len(), 0, "{case:?}");
    }
}

#[test]
fn a_paused_torrent_is_removed_like_any_other() {
    for (case, at_rest) in CASES.into_iter().flat_map(|case| [(case, false), (case, true)]) {
        let (protocol, is_link, when) = case;
        let subject = Subject::new(protocol);
        let mut session = Session::new(settings()).unwrap();
        let id = session.add(subject.job(is_link));
        if when != When::AtOnce {
            turn_until(&mut session, |_, event| is_there(when, event));
        }
        session.pause(id);
        if at_rest {
            assert!(turn_until(&mut session, |_, event| is_paused(event)).1, "{case:?}");
        }
        session.remove(id);
        let again = session.add(subject.job(is_link));
        let (heard, is_whole) = turn_until(&mut session, |_, event| is_seeding(event));
        assert!(is_whole && heard.iter().all(|(of, _)| *of == again), "{case:?} {at_rest}: {heard:?}");
        session.remove(again);
        assert!(turn_until(&mut session, |_, _| false).0.is_empty() && session.is_empty(), "{case:?}");
    }
}

#[test]
fn paused_and_resumed_at_random_it_is_fetched_once() {
    for seed in 0..3 {
        let subject = Subject::new([Protocol::V1, Protocol::V2, Protocol::Hybrid][seed as usize]);
        let mut session = Session::new(settings()).unwrap();
        let id = session.add(subject.job(seed > 0));
        let mut heard = Vec::new();
        for byte in seeded_bytes(seed, 60) {
            if byte % 2 == 0 {
                session.pause(id);
            } else {
                session.resume(id);
            }
            let patience = Duration::from_millis(u64::from(byte >> 3));
            (0..byte % 5).for_each(|_| heard.extend(session.turn(patience)));
        }
        session.resume(id);
        if !heard.iter().any(|(_, event)| is_seeding(event)) {
            let (more, is_whole) = turn_until(&mut session, |_, event| is_seeding(event));
            heard.extend(more);
            assert!(is_whole, "{seed}: {heard:?}");
        }
        assert_eq!(pieces(&heard), subject.content.pieces() as usize, "{seed}");
        assert!(subject.folder.read("file") == subject.content.bytes());
    }
}

/// The number of peers that was said last.
fn last_peers(heard: &[(JobId, JobEvent)]) -> Option<usize> {
    heard.iter().rev().find_map(|(_, event)| match event {
        JobEvent::Progress(progress) => Some(progress.peers),
        _ => None,
    })
}

#[test]
fn peers_of_a_paused_torrent_are_disconnected_and_its_dials_end() {
    let (content, full) = (file(Protocol::V1, 1_000_000, 32768), Folder::new(""));
    full.write("file", content.bytes());
    let port = free_port();
    let bound = Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    let mut giver = Session::new(bound).unwrap();
    giver.add(Job { seed_time: Some(Duration::from_secs(50)), ..job(&content, &full, &[]) });
    turn_until(&mut giver, |_, event| is_seeding(event));
    // Somebody who takes our call and says nothing.
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let silent_at = silent.local_addr().unwrap();
    let called = thread::spawn(move || {
        let mut said = Vec::new();
        silent.accept().unwrap().0.read_to_end(&mut said).map(|_| said.len())
    });
    let folder = Folder::new("");
    let addresses = [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), silent_at];
    let slow = Settings { max_download: Some(100_000), ..settings() };
    let mut taker = Session::new(slow).unwrap();
    let taken = taker.add(job(&content, &folder, &addresses));
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut peers = None;
    while peers != Some(1) && Instant::now() < deadline {
        taker.turn(Duration::from_millis(10));
        peers = last_peers(&giver.turn(Duration::from_millis(10))).or(peers);
    }
    assert_eq!(peers, Some(1));
    taker.pause(taken);
    while peers != Some(0) && Instant::now() < deadline {
        taker.turn(Duration::from_millis(10));
        peers = last_peers(&giver.turn(Duration::from_millis(10))).or(peers);
    }
    assert_eq!(peers, Some(0));
    assert_eq!(called.join().unwrap().unwrap(), 68, "our handshake, and then we went");
}

#[test]
fn limits_of_time_stand_still_during_a_pause() {
    let (content, folder) = (file(Protocol::V1, 100_000, 32768), Folder::new(""));
    let mut session = Session::new(settings()).unwrap();
    let (deadline, pause) = (Duration::from_millis(500), Duration::from_millis(900));
    let mut late = job_of_link(&content, &folder, &["127.0.0.1:9".parse().unwrap()]);
    late.patience.deadline = Some(deadline);
    let start = Instant::now();
    let id = session.add(late);
    session.pause(id);
    thread::sleep(pause);
    session.turn(Duration::ZERO);
    session.resume(id);
    let (heard, _) = turn_until(&mut session, |_, event| matches!(event, JobEvent::Ended(_)));
    let Some((_, JobEvent::Ended(outcome))) = heard.last() else { panic!("{heard:?}") };
    assert!(matches!(outcome.result, Err(Failure::Deadline(_))), "{outcome:?}");
    assert!(start.elapsed() >= deadline + pause, "{:?}", start.elapsed());
}
