//! Peers that are found in the DHT alone, and who is never asked there.

use std::net::{Ipv4Addr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm_net::{
    Check, DhtAnswers, DhtSettings, Goal, Job, JobEvent, Session, Settings, Source, TorrentRecord,
};
use test_kit::{Content, Folder};
use torrent_core::address::Namer;
use torrent_core::magnet::Peer;
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, free_port, job, job_of_link, private, settings};

fn here(port: u16) -> Peer {
    Peer { host: "127.0.0.1".to_owned(), port }
}

/// A session with a node that begins with these, and with no router.
fn session(port: u16, nodes: &[Peer], answers: DhtAnswers) -> Session {
    let dht = DhtSettings { nodes: nodes.to_vec(), routers: Vec::new(), answers, ..DhtSettings::default() };
    let bind = Some(Ipv4Addr::LOCALHOST.into());
    Session::new(Settings { port: Some(port), bind, dht: Some(dht), ..settings() }).unwrap()
}

fn offer(content: &Content, folder: &Folder, nodes: &[Peer]) -> Job {
    Job { goal: Goal::Offer(Check::Lazy), dht_nodes: nodes.to_vec(), ..job(content, folder, &[]) }
}

/// What lies in a folder of its own.
fn laid_out(content: &Content) -> Folder {
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    folder
}

/// Two seeds that are nodes and know of each other; a link without a tracker is found through the one that does not have it.
#[test]
fn a_link_without_a_tracker_is_fetched() {
    let (first, second) = (free_port(), free_port());
    let (content, other) = (file(Protocol::Hybrid, 300_000, 32768), file(Protocol::V1, 50_000, 16384));
    let (folder, others, target) = (laid_out(&content), laid_out(&other), Folder::new(""));
    let mut knower = session(second, &[here(first)], DhtAnswers::AtOnce);
    knower.add(offer(&other, &others, &[here(first)]));
    let mut seed = session(first, &[here(second)], DhtAnswers::AtOnce);
    seed.add(offer(&content, &folder, &[here(second)]));
    let mut leecher = session(free_port(), &[here(second)], DhtAnswers::Never);
    let link = Job { dht_nodes: vec![here(second)], ..job_of_link(&content, &target, &[]) };
    let (end, mut is_added) = (Instant::now() + Duration::from_secs(90), false);
    while Instant::now() < end {
        [&mut seed, &mut knower].into_iter().for_each(|session| drop(session.turn(Duration::from_millis(5))));
        if !is_added && !seed.dht_nodes().is_empty() {
            leecher.add(link.clone());
            is_added = true;
        }
        for (_, event) in leecher.turn(Duration::from_millis(5)) {
            if let JobEvent::Ended(outcome) = event {
                outcome.result.unwrap();
                assert!(leecher.dht_nodes().contains(&(Ipv4Addr::LOCALHOST, second).into()));
                return;
            }
        }
    }
    panic!("not found");
}

/// A router forwards another port than ours.
#[test]
fn others_hear_of_the_port_that_leads_to_us() {
    let (first, second, forwarded) = (free_port(), free_port(), free_port());
    let (content, other) = (file(Protocol::V1, 50_000, 16384), file(Protocol::V1, 60_000, 16384));
    let (folder, others) = (laid_out(&content), laid_out(&other));
    let mut knower = session(second, &[here(first)], DhtAnswers::AtOnce);
    knower.add(offer(&other, &others, &[here(first)]));
    // Once it has something to look up, it is there.
    (0..300).for_each(|_| drop(knower.turn(Duration::from_millis(5))));
    let nodes = vec![here(second)];
    let dht =
        DhtSettings { nodes, routers: Vec::new(), answers: DhtAnswers::AtOnce, ..DhtSettings::default() };
    let (port, bind) = (Some(first), Some(Ipv4Addr::LOCALHOST.into()));
    let seed = Settings { port, bind, announced_port: Some(forwarded), dht: Some(dht), ..settings() };
    let mut seed = Session::new(seed).unwrap();
    seed.add(offer(&content, &folder, &[here(second)]));
    let asker = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    asker.set_nonblocking(true).unwrap();
    let hash = content.metainfo().info_hash_v1().unwrap();
    let question =
        [b"d1:ad2:id20:abcdefghij01234567899:info_hash20:", &hash[..], b"e1:q9:get_peers1:t2:aa1:y1:qe"];
    let peer = |port: u16| [b"6:\x7f\0\0\x01".as_slice(), &port.to_be_bytes()].concat();
    let (end, mut answer) = (Instant::now() + Duration::from_secs(60), [0; 1500]);
    loop {
        assert!(Instant::now() < end, "it is not announced");
        [&mut seed, &mut knower]
            .into_iter()
            .for_each(|session| drop(session.turn(Duration::from_millis(50))));
        asker.send_to(&question.concat(), (Ipv4Addr::LOCALHOST, second)).unwrap();
        let Ok(length) = asker.recv(&mut answer) else { continue };
        let names = |port| answer[..length].windows(8).any(|bytes| bytes == peer(port));
        assert!(!names(first), "nobody reaches us there");
        if names(forwarded) {
            return;
        }
    }
}

/// How long it is waited for what is to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it is watched that something does not come.
const WATCH: Duration = Duration::from_secs(2);

/// Whether anything comes in that time at a socket with which a job begins, as a router or as a node that was typed.
fn is_asked(patience: Duration, as_router: bool, job: impl Fn(Vec<Peer>) -> Job) -> bool {
    is_asked_by(patience, as_router, |session, nodes| {
        session.add(job(nodes));
    })
}

fn is_asked_by(patience: Duration, as_router: bool, add: impl Fn(&mut Session, Vec<Peer>)) -> bool {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let node = Peer { host: "localhost".to_owned(), port: socket.local_addr().unwrap().port() };
    let (routers, nodes) = if as_router { (vec![node], Vec::new()) } else { (Vec::new(), vec![node]) };
    let dht = DhtSettings { nodes: nodes.clone(), routers, ..DhtSettings::default() };
    let bind = Some(Ipv4Addr::LOCALHOST.into());
    let mut session = Session::new(Settings { bind, dht: Some(dht), ..settings() }).unwrap();
    add(&mut session, nodes);
    let begun = Instant::now();
    while begun.elapsed() < patience && !session.is_empty() {
        session.turn(Duration::from_millis(20));
        if socket.recv_from(&mut [0; 1500]).is_ok() {
            return true;
        }
    }
    false
}

/// A name of a router that leads to this machine leads nowhere; a node that was typed is asked wherever it is.
#[test]
fn who_is_asked() {
    let content = file(Protocol::V1, 50_000, 16384);
    let folder = Folder::new("");
    let link = |dht_nodes| Job { dht_nodes, ..job_of_link(&content, &folder, &[]) };
    assert!(is_asked(PATIENCE, false, link));
    assert!(!is_asked(WATCH, true, link));
    // Nobody is asked where all is there.
    let whole = laid_out(&content);
    assert!(!is_asked(WATCH, false, |dht_nodes| Job { dht_nodes, ..job(&content, &whole, &[]) }));
}

#[test]
fn nobody_is_asked_about_a_private_torrent() {
    for is_private in [false, true] {
        let content = file(Protocol::V1, 50_000, 16384);
        let source = match is_private {
            true => private(&content),
            false => Source::Torrent(Arc::new(content.metainfo().clone())),
        };
        let folder = Folder::new("");
        let torrent =
            |dht_nodes| Job { dht_nodes, peers: vec![here(1)], ..Job::new(source.clone(), folder.path()) };
        let patience = if is_private { WATCH } else { PATIENCE };
        assert_eq!(is_asked(patience, false, torrent), !is_private);
    }
}

/// One that sleeps is announced as well.
#[test]
fn a_record_is_announced() {
    let content = file(Protocol::V1, 50_000, 16384);
    let folder = laid_out(&content);
    let add = |session: &mut Session, nodes: Vec<Peer>| {
        let record = TorrentRecord::in_memory(offer(&content, &folder, &nodes)).unwrap();
        session.add_asleep(record).unwrap();
    };
    assert!(is_asked_by(PATIENCE, false, add));
}

/// There is one node for all torrents: once it asks all the world about one, it does not ask about another for which all that was typed is near.
#[test]
fn what_only_nodes_nearby_may_hear_of_is_not_asked_for_beside_a_public_torrent() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket.set_nonblocking(true).unwrap();
    let nodes = vec![here(socket.local_addr().unwrap().port())];
    let (public, nearby) = (file(Protocol::V1, 50_000, 16384), file(Protocol::V1, 60_000, 16384));
    let folder = Folder::new("");
    let link = |content, came_from| Job {
        dht_nodes: nodes.clone(),
        came_from,
        ..job_of_link(content, &folder, &[])
    };
    let mut session = session(free_port(), &nodes, DhtAnswers::Never);
    session.add(link(&public, Some(Namer::STRANGER)));
    session.add(link(&nearby, None));
    let (begun, mut asked, mut datagram) = (Instant::now(), Vec::new(), [0; 1500]);
    let names =
        |asked: &[u8], content: &Content| asked.windows(20).any(|window| window == content.info_hash());
    while begun.elapsed() < WATCH || !names(&asked, &public) {
        assert!(begun.elapsed() < PATIENCE, "nobody is asked");
        session.turn(Duration::from_millis(20));
        while let Ok((length, _)) = socket.recv_from(&mut datagram) {
            asked.extend_from_slice(&datagram[..length]);
        }
    }
    assert!(!names(&asked, &nearby));
}
