//! The tracker of a session: who announces to it over UDP finds the seed, and the others.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::disk::Check;
use swarm_net::{Goal, Job, Serve, Session, Settings, TorrentRecord};
use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, fetch_all, file, free_port, job, job_of_link, run, settings};

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Settings of a session that serves at this port.
fn serving(port: u16) -> Settings {
    Settings { port: Some(port), bind: Some(HERE.into()), serve: Some(Serve::default()), ..settings() }
}

/// A client of BEP 15 that asks what a row says.
struct Asker {
    socket: UdpSocket,
    tracker: SocketAddr,
    /// How many questions it has asked.
    asked: Cell<u32>,
}

/// A third of a second each: a minute in all.
const TRIES: usize = 200;

/// The beginning of a packet that asks for a connection.
const CONNECT: [u8; 12] = *b"\0\0\x04\x17\x27\x10\x19\x80\0\0\0\0";

impl Asker {
    fn new(port: u16) -> Self {
        let socket = UdpSocket::bind((HERE, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        Self { socket, tracker: SocketAddr::from((HERE, port)), asked: Cell::new(0) }
    }

    fn send(&self, packet: &[u8]) {
        self.socket.send_to(packet, self.tracker).unwrap();
    }

    /// The next answer, if one comes soon.
    fn hear(&self) -> Option<Vec<u8>> {
        let mut answer = [0; 2048];
        let (length, from) = self.socket.recv_from(&mut answer).ok()?;
        assert_eq!(from, self.tracker);
        Some(answer[..length].to_vec())
    }

    /// Asks until it is answered, for the tracker may not listen yet; gives the action and what follows the transaction. What comes late
    /// to an earlier question is passed over.
    fn ask(&self, head: &[u8], rest: &[u8]) -> Vec<u8> {
        self.asked.set(self.asked.get() + 1);
        let transaction = self.asked.get().to_be_bytes();
        for _ in 0..TRIES {
            self.send(&[head, &transaction, rest].concat());
            while let Some(answer) = self.hear() {
                if answer[4..8] == transaction {
                    return [&answer[..4], &answer[8..]].concat();
                }
            }
        }
        panic!("nobody answers");
    }

    /// How many seeds, completions and leechers there are of a torrent.
    fn scrape(&self, hash: [u8; 20]) -> Vec<u8> {
        let connected = self.ask(&CONNECT, &[]);
        assert_eq!(connected[..4], [0; 4]);
        let answer = self.ask(&[&connected[4..], b"\0\0\0\x02"].concat(), &hash);
        assert_eq!(answer[..4], *b"\0\0\0\x02");
        answer[4..].to_vec()
    }
}

/// Both trackers of the seed's job are itself, and nobody answers HTTP there: it asks neither.
#[test]
fn peers_find_the_seed_and_the_seed_does_not_ask_itself() {
    let content = file(Protocol::Hybrid, 500_000, 32768);
    let (full, empty) = (Folder::new(""), Folder::new(""));
    full.write("file", content.bytes());
    let port = free_port();
    let trackers = ["http", "udp"].map(|scheme| format!("{scheme}://{HERE}:{port}/announce")).to_vec();
    let giving =
        Job { goal: Goal::Offer(Check::Lazy), trackers: trackers.clone(), ..job(&content, &full, &[]) };
    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let giver = thread::spawn(move || {
        let mut said = Said::default();
        run(serving(port), vec![giving], &mut said, || over.load(Ordering::Relaxed));
        said.trackers
    });
    let asker = Asker::new(port);
    let v2: [u8; 20] = *content.metainfo().info_hash_v2().unwrap().first_chunk().unwrap();
    let hashes = [content.metainfo().info_hash_v1().unwrap(), v2];
    for hash in hashes {
        assert_eq!(
            asker.scrape(hash),
            b"\0\0\0\x01\0\0\0\0\0\0\0\0",
            "a seed, which is not listed as a peer of itself"
        );
    }
    assert_eq!(asker.scrape([1; 20]), [0; 12]);
    let fetching = Job { trackers: trackers[1..].to_vec(), ..job_of_link(&content, &empty, &[]) };
    let (mut outcomes, said) = fetch_all(settings(), vec![fetching]);
    outcomes.remove(0).result.unwrap();
    assert!(empty.read("file") == content.bytes());
    assert_eq!(said.trackers, [""; 0]);
    // It said when it was complete, and when it went.
    for hash in hashes {
        assert_eq!(asker.scrape(hash), b"\0\0\0\x01\0\0\0\x01\0\0\0\0");
    }
    // Packets of others are not answered: the first answer is to what comes behind them.
    let other = Asker::new(port);
    for packet in
        [b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe".as_slice(), &[0x41; 20], b"", &[0; 98]]
    {
        other.send(packet);
    }
    other.send(&[CONNECT.as_slice(), b"last"].concat());
    let first = (0..TRIES).find_map(|_| other.hear()).expect("an answer");
    assert_eq!(first[..8], *b"\0\0\0\0last");
    is_over.store(true, Ordering::Relaxed);
    assert_eq!(giver.join().unwrap(), [""; 0]);
}

#[test]
fn a_session_that_serves_needs_the_udp_port() {
    let taken = UdpSocket::bind((HERE, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Session::new(serving(port)).err().unwrap().to_string();
    assert!(error.starts_with(&format!("cannot listen on UDP port {port} of {HERE}: ")), "{error}");
    drop(Session::new(Settings { serve: None, ..serving(port) }).unwrap());
}

/// What comes, sleeps and goes while somebody looks.
#[test]
fn torrents_that_sleep_are_tracked_until_they_go() {
    let content = file(Protocol::V1, 100_000, 32768);
    let hash = content.metainfo().info_hash_v1().unwrap();
    let full = Folder::new("");
    full.write("file", content.bytes());
    let port = free_port();
    let is_over = Arc::new(AtomicBool::new(false));
    let (over, (sender, commands)) = (Arc::clone(&is_over), channel());
    let job = Job { goal: Goal::Offer(Check::Lazy), ..job(&content, &full, &[]) };
    let fetched = Job { goal: Goal::Files, ..job.clone() };
    let giver = thread::spawn(move || {
        let mut session = Session::new(serving(port)).unwrap();
        let record = session.add_asleep(TorrentRecord::in_memory(job).unwrap()).unwrap();
        while !over.load(Ordering::Relaxed) {
            session.turn(Duration::from_millis(10));
            match commands.try_recv() {
                Ok("remove") => session.remove(record),
                Ok(_) => drop(session.add(fetched.clone())),
                Err(_) => (),
            }
        }
    });
    let asker = Asker::new(port);
    let seeds_are = |count| {
        let start = Instant::now();
        while asker.scrape(hash)[3] != count {
            assert!(start.elapsed() < Duration::from_secs(60), "there are not {count} seeds");
        }
    };
    seeds_are(1);
    sender.send("remove").unwrap();
    seeds_are(0);
    // What is not there to be given is not ours.
    sender.send("fetch").unwrap();
    thread::sleep(Duration::from_millis(50));
    seeds_are(0);
    is_over.store(true, Ordering::Relaxed);
    giver.join().unwrap();
}
