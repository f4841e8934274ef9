//! What the torrents of a session share: connections, upload slots, bans.

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::{Job, JobEvent, JobId, Session, Settings};
use test_kit::hostile::{HostilePeer, catalogue};
use test_kit::{Folder, HonestPeer, Manners, UdpTracker};
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, free_port, job, settings};
use crate::sessions::turn_until;

fn is_end(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Ended(_))
}

/// How long something may take at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody of the catalogue who is banned for it.
const LIAR: &str = "noise in every block";

/// Whether a torrent is said to have at least so many peers.
fn has_peers(event: &JobEvent, most: usize) -> bool {
    matches!(event, JobEvent::Progress(progress) if progress.peers >= most)
}

#[test]
fn a_torrent_with_many_peers_gives_connections_back_when_another_needs_them() {
    let (large, small) = (file(Protocol::V1, 40_000_000, 32768), file(Protocol::V1, 300_000, 32768));
    let slow = Manners { delay: Duration::from_secs(2), ..Manners::default() };
    let many: Vec<_> = (0..12).map(|_| HonestPeer::new(large.clone(), slow)).collect();
    let few: Vec<_> = (0..3).map(|_| HonestPeer::new(small.clone(), Manners::default())).collect();
    let addresses = |peers: &[HonestPeer]| peers.iter().map(HonestPeer::address).collect::<Vec<_>>();
    let (greedy_folder, other_folder) = (Folder::new(""), Folder::new(""));
    let mut session = Session::new(settings()).unwrap();
    session.set_most_connections(7);
    let greedy = session.add(job(&large, &greedy_folder, &addresses(&many)));
    assert!(turn_until(&mut session, |_, event| has_peers(event, 7)).1, "it takes all there are");
    // Those that it has are good ones: none is idle, and all would stay.
    let other = session.add(job(&small, &other_folder, &addresses(&few)));
    let (heard, has_ended) = turn_until(&mut session, |id, event| id == other && is_end(event));
    assert!(has_ended, "{heard:?}");
    assert!(other_folder.read("file") == small.bytes());
    assert!(!heard.iter().any(|(id, event)| *id == greedy && is_end(event)));
    let all = turn_until(&mut session, |id, event| id == greedy && has_peers(event, 7));
    assert!(all.1, "what the other had comes back");
}

#[test]
fn upload_slots_go_where_peers_want_blocks() {
    let contents: Vec<_> = (1..4).map(|n| file(Protocol::V1, n * 150_000, 32768)).collect();
    let port = free_port();
    let bound = Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    let mut giver = Session::new(bound).unwrap();
    giver.set_upload_slots(1);
    let full: Vec<_> = contents.iter().map(|_| Folder::new("")).collect();
    for (content, folder) in contents.iter().zip(&full) {
        folder.write("file", content.bytes());
        giver.add(Job { seed_time: Some(Duration::from_secs(90)), ..job(content, folder, &[]) });
    }
    let address = [SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
    let mut taker = Session::new(settings()).unwrap();
    let empty: Vec<_> = contents.iter().map(|_| Folder::new("")).collect();
    for (content, folder) in contents.iter().zip(&empty) {
        taker.add(job(content, folder, &address));
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while !taker.is_empty() && Instant::now() < deadline {
        taker.turn(Duration::from_millis(5));
        giver.turn(Duration::from_millis(5));
    }
    for (content, folder) in contents.iter().zip(&empty) {
        assert!(folder.read("file") == content.bytes());
    }
}

#[test]
fn who_lies_to_one_torrent_is_refused_by_all() {
    let (content, other) = (file(Protocol::V1, 1_000_000, 65536), file(Protocol::V2, 100_000, 32768));
    let script = catalogue().into_iter().find(|script| script.name == LIAR).unwrap();
    let liar = HostilePeer::new(script, content.clone());
    let host = liar.address().ip();
    let listens = || TcpListener::bind((host, 0)).unwrap();
    let (before, after) = (listens(), listens());
    let (before_at, after_at) = (before.local_addr().unwrap(), after.local_addr().unwrap());
    // Another torrent is about to shake hands with somebody at the same host.
    let (greeted, is_greeted) = channel();
    let called = thread::spawn(move || {
        let (mut socket, mut said) = (before.accept().unwrap().0, [0; 68]);
        socket.read_exact(&mut said).unwrap();
        greeted.send(()).unwrap();
        socket.read(&mut said).map_err(|error| error.kind())
    });
    let folders = [(); 4].map(|()| Folder::new(""));
    let trackers = [before_at, after_at].map(|peer| UdpTracker::new(Ipv4Addr::LOCALHOST.into(), &[peer], 0));
    let mut session = Session::new(settings()).unwrap();
    session.add(Job { trackers: vec![trackers[0].url()], ..job(&other, &folders[1], &[]) });
    let begun = Instant::now();
    while is_greeted.try_recv().is_err() {
        assert!(begun.elapsed() < PATIENCE, "nobody is greeted");
        session.turn(Duration::from_millis(10));
    }
    let first = session.add(job(&content, &folders[0], &[liar.address()]));
    let is_ban = |id: JobId, event: &JobEvent| id == first && matches!(event, JobEvent::Banned { .. });
    let (heard, is_banned) = turn_until(&mut session, is_ban);
    assert!(is_banned, "{heard:?}");
    let hung_up = called.join().unwrap();
    assert!(matches!(hung_up, Ok(0) | Err(ErrorKind::ConnectionReset)), "{hung_up:?}");
    // Whoever comes later does not even dial.
    after.set_nonblocking(true).unwrap();
    let third = file(Protocol::V1, 50_000, 32768);
    let last = session.add(Job { trackers: vec![trackers[1].url()], ..job(&third, &folders[2], &[]) });
    let mut heard = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(1) || trackers[1].announces().is_empty() {
        assert!(begun.elapsed() < PATIENCE, "its tracker is not asked");
        heard.extend(session.turn(Duration::from_millis(50)));
    }
    assert!(!heard.iter().any(|(id, event)| *id == last && is_end(event)), "its tracker may name others");
    assert_eq!(after.accept().map(|_| ()).map_err(|error| error.kind()), Err(ErrorKind::WouldBlock));
    assert!(
        !heard.iter().any(|(_, event)| matches!(event, JobEvent::Banned { .. } | JobEvent::Unreached { .. }))
    );
    // The user names a peer at the same host for another torrent: it is asked.
    let honest = HonestPeer::new(third.clone(), Manners::default());
    let named = session.add(job(&third, &folders[3], &[honest.address()]));
    let (heard, _) = turn_until(&mut session, |id, event| id == named && is_end(event));
    let Some((_, JobEvent::Ended(outcome))) = heard.last() else { panic!("it has not ended") };
    assert!(outcome.result.is_ok(), "{outcome:?}");
}
