//! Trackers over UDP, as whole runs meet them: answers that somebody forges, those that never answer, and goodbye.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use swarm_net::Job;
use test_kit::{Folder, HonestPeer, Manners, UdpTracker};
use torrent_core::metainfo::Protocol;

use crate::fetching::{fetch, fetch_all, file, job, job_of_link, settings};

/// A tracker that names `peer` and, before each answer, is spoken for by a forger who has seen the question and names `false_peer`. Then it says
/// everything twice. Gives its address, and each question.
fn forged_tracker(peer: SocketAddr, false_peer: SocketAddr) -> (SocketAddr, Receiver<Vec<u8>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let forger = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let (address, (sender, questions)) = (socket.local_addr().unwrap(), channel());
    thread::spawn(move || {
        let mut packet = [0; 2048];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            let question = packet[..length].to_vec();
            let transaction: [u8; 4] = question[12..16].try_into().unwrap();
            let guessed = transaction.map(|byte| byte.wrapping_add(1));
            forger.send_to(&answer(&question, transaction, *b"forgery!", false_peer), from).unwrap();
            socket.send_to(&answer(&question, guessed, *b"forgery!", false_peer), from).unwrap();
            for _ in 0..2 {
                socket.send_to(&answer(&question, transaction, *b"genuine!", peer), from).unwrap();
            }
            socket.send_to(&answer(&question, transaction, *b"too late", false_peer), from).unwrap();
            if sender.send(question).is_err() {
                return;
            }
        }
    });
    (address, questions)
}

/// To a request for a connection its name, to an announce the peer.
fn answer(question: &[u8], transaction: [u8; 4], connection: [u8; 8], peer: SocketAddr) -> Vec<u8> {
    let SocketAddr::V4(peer) = peer else { panic!("IPv4 is tested") };
    if question.len() == 16 {
        return [[0; 4].as_slice(), &transaction, &connection].concat();
    }
    let head = [[0, 0, 0, 1].as_slice(), &transaction, b"\0\0\x07\x08\0\0\0\x02\0\0\0\x03"].concat();
    [head, peer.ip().octets().to_vec(), peer.port().to_be_bytes().to_vec()].concat()
}

#[test]
fn forged_answers_change_nothing_and_goodbye_takes_one_packet() {
    let content = file(Protocol::V1, 300_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let false_peer = TcpListener::bind("127.0.0.1:0").unwrap();
    false_peer.set_nonblocking(true).unwrap();
    let (tracker, questions) = forged_tracker(peer.address(), false_peer.local_addr().unwrap());
    let folder = Folder::new("");
    let job = Job { trackers: vec![format!("udp://{tracker}/announce")], ..job(&content, &folder, &[]) };
    let (result, said) = fetch(job);
    result.unwrap();
    assert_eq!(said.trackers, [""; 0]);
    assert_eq!(false_peer.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    let questions: Vec<Vec<u8>> = questions.try_iter().collect();
    assert_eq!(questions[0][..8], *b"\0\0\x04\x17\x27\x10\x19\x80");
    assert!(questions[1..].iter().all(|question| question[..8] == *b"genuine!"), "{questions:?}");
    let events: Vec<u8> = questions[1..].iter().map(|question| question[83]).collect();
    assert_eq!((events[0], events[events.len() - 1]), (2, 3), "started, stopped");
}

/// The dead ones are the same for all, and those that answer are known by name.
#[test]
fn twenty_silent_trackers_a_link_keep_nobody_waiting() {
    let silent: Vec<UdpSocket> = (0..20).map(|_| UdpSocket::bind("127.0.0.1:0").unwrap()).collect();
    let dead = silent.iter().map(|socket| format!("udp://{}/announce", socket.local_addr().unwrap()));
    let dead: Vec<String> = dead.collect();
    let contents: Vec<_> = (1..=10).map(|n| file(Protocol::V1, n * 20_000, 16384)).collect();
    let peers = contents.iter().map(|content| HonestPeer::new(content.clone(), Manners::default()));
    let peers: Vec<HonestPeer> = peers.collect();
    let tracker = |peer: &HonestPeer| UdpTracker::new(Ipv4Addr::LOCALHOST.into(), &[peer.address()], 0);
    let trackers: Vec<UdpTracker> = peers.iter().map(tracker).collect();
    let folders: Vec<Folder> = contents.iter().map(|_| Folder::new("")).collect();
    let jobs = contents.iter().zip(&trackers).zip(&folders).map(|((content, tracker), folder)| {
        let good = tracker.url().replace("127.0.0.1", "localhost");
        let trackers = dead.iter().cloned().chain([good]).collect();
        Job { trackers, ..job_of_link(content, folder, &[]) }
    });
    let (outcomes, _) = fetch_all(settings(), jobs.collect());
    outcomes.into_iter().for_each(|outcome| outcome.result.unwrap());
    for tracker in &trackers {
        let events: Vec<u8> = tracker.announces().iter().map(|announce| announce[83]).collect();
        assert_eq!((events[0], events[events.len() - 1]), (2, 3), "started, stopped");
    }
}
