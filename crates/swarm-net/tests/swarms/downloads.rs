//! Everything comes, from whatever there is to ask.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use swarm_net::{Goal, Job, Source};
use test_kit::{Content, Folder, HonestPeer, HttpTracker, Manners, UdpTracker, seeded_bytes};
use torrent_core::metainfo::{Fields, Metainfo, Protocol, torrent_around};

use crate::fetching::{fetch, fetch_all, file, job, job_of_link, settings};

const PROTOCOLS: [Protocol; 3] = [Protocol::V1, Protocol::V2, Protocol::Hybrid];

#[test]
fn torrents_of_every_protocol_come_from_a_peer() {
    for protocol in PROTOCOLS {
        for length in [1, 16384, 500_000, 3_000_000] {
            let content = file(protocol, length, 65536);
            let peer = HonestPeer::new(content.clone(), Manners::default());
            let folder = Folder::new("");
            let (result, said) = fetch(job(&content, &folder, &[peer.address()]));
            let progress = result.unwrap();
            assert_eq!(progress.done, length as u64, "{protocol:?} {length}");
            assert!(folder.read("file") == content.bytes(), "{protocol:?} {length}");
            assert_eq!(said.pieces.len(), content.pieces() as usize);
            assert_eq!(said.completed, [0]);
        }
    }
}

#[test]
fn folders_of_every_protocol_come_from_a_peer() {
    for protocol in PROTOCOLS {
        let (first, second) = (seeded_bytes(1, 100_000), seeded_bytes(2, 40_000));
        let files: [(&str, &[u8]); 3] = [("a/one", &first), ("b", &[]), ("c", &second)];
        let content = Content::of_folder(protocol, "folder", &files, 32768);
        let peer = HonestPeer::new(content.clone(), Manners::default());
        let folder = Folder::new("");
        fetch(job(&content, &folder, &[peer.address()])).0.unwrap();
        for (path, bytes) in files {
            assert!(folder.read(format!("folder/{path}")) == bytes, "{protocol:?} {path}");
        }
    }
}

#[test]
fn links_of_every_protocol_lead_to_the_torrent() {
    for protocol in PROTOCOLS {
        let content = file(protocol, 700_000, 32768);
        let peer = HonestPeer::new(content.clone(), Manners::default());
        let folder = Folder::new("");
        let (result, said) = fetch(job_of_link(&content, &folder, &[peer.address()]));
        result.unwrap();
        assert_eq!(said.metadata, 1);
        assert!(folder.read("file") == content.bytes(), "{protocol:?}");
    }
}

/// The torrent with the piece layers of the files that `has` says.
fn layered(content: &Content, has: impl Fn(usize) -> bool) -> Source {
    let metainfo = content.metainfo();
    let layer = |file: usize| metainfo.piece_layer(file).filter(|_| has(file));
    let layers: BTreeMap<_, _> =
        metainfo.files().iter().filter_map(|file| Some((file.root?, layer(file.index)?))).collect();
    let bytes = torrent_around(metainfo.raw_info().to_vec(), &Fields::new(), Some(&layers));
    Source::Torrent(Arc::new(Metainfo::parse(bytes).unwrap().metainfo))
}

#[test]
fn piece_layers_that_a_torrent_lacks_come_from_peers() {
    for protocol in [Protocol::V2, Protocol::Hybrid] {
        let (first, second) = (seeded_bytes(1, 300_000), seeded_bytes(2, 200_000));
        let files: [(&str, &[u8]); 3] = [("a", &first), ("b", &second), ("c", b"short")];
        let content = Content::of_folder(protocol, "folder", &files, 32768);
        let cases: [fn(usize) -> bool; 3] = [|file| file == 0, |file| file == 1, |_| false];
        for has in cases {
            let peer = HonestPeer::new(content.clone(), Manners::default());
            let folder = Folder::new("");
            let source = layered(&content, has);
            let job = Job { source, ..job(&content, &folder, &[peer.address()]) };
            let (result, _) = fetch(job);
            result.unwrap();
            for (path, bytes) in files {
                assert!(folder.read(format!("folder/{path}")) == bytes, "{protocol:?} {path}");
            }
        }
    }
}

/// Where the link says, its torrent was found: nobody has to give the metadata, and what the torrent names counts as well.
#[test]
fn a_link_whose_torrent_was_found_needs_no_metadata() {
    let content = file(Protocol::V2, 300_000, 32768);
    let found = Some(Arc::new(content.metainfo().clone()));
    for goal in [Goal::Files, Goal::Metadata, Goal::Torrent] {
        let peer = HonestPeer::new(content.clone(), Manners::default());
        let folder = Folder::new("");
        let job = job_of_link(&content, &folder, &[peer.address()]);
        let (mut outcomes, said) = fetch_all(settings(), vec![Job { found: found.clone(), goal, ..job }]);
        let outcome = outcomes.remove(0);
        outcome.result.unwrap();
        assert_eq!((said.metadata, outcome.metainfo.is_some()), (0, true), "{goal:?}");
        assert!(goal != Goal::Files || folder.read("file") == content.bytes());
    }
}

#[test]
fn metadata_alone_touches_no_disk() {
    let content = file(Protocol::V1, 100_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let folder = Folder::new("");
    let job = Job { goal: Goal::Metadata, ..job_of_link(&content, &folder, &[peer.address()]) };
    let (mut outcomes, _) = fetch_all(settings(), vec![job]);
    let outcome = outcomes.remove(0);
    outcome.result.unwrap();
    assert_eq!(outcome.metainfo.unwrap().raw_info(), content.metainfo().raw_info());
    assert!(folder.names().is_empty());
}

#[test]
fn peers_come_from_trackers_of_all_kinds() {
    let content = file(Protocol::V1, 300_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let http = HttpTracker::new(&[peer.address()]);
    let udp = UdpTracker::new(IpAddr::V4(Ipv4Addr::LOCALHOST), &[peer.address()], 0);
    for url in [http.url(), udp.url()] {
        let folder = Folder::new("");
        let job = Job { trackers: vec![url.clone()], ..job(&content, &folder, &[]) };
        let (result, said) = fetch(job);
        result.unwrap();
        assert_eq!(said.trackers, [""; 0], "{url}");
        assert!(folder.read("file") == content.bytes());
    }
    let requests = http.requests();
    assert!(requests[0].contains("event=started") && requests[0].contains("left=300000"), "{requests:?}");
    assert!(requests.last().unwrap().contains("event=stopped"), "{requests:?}");
}

#[test]
fn a_dead_tracker_does_not_keep_the_others_waiting() {
    let content = file(Protocol::V1, 300_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let http = HttpTracker::new(&[peer.address()]);
    let folder = Folder::new("");
    let dead = "http://127.0.0.1:1/announce".to_owned();
    let job = Job { trackers: vec![dead, http.url()], ..job(&content, &folder, &[]) };
    let (result, said) = fetch(job);
    result.unwrap();
    assert_eq!(said.trackers.len(), 1);
}

#[test]
fn a_tracker_over_ipv6_is_asked_too() {
    let content = file(Protocol::V1, 300_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    if std::net::UdpSocket::bind((Ipv6Addr::LOCALHOST, 0)).is_err() {
        return; // This machine has no IPv6.
    }
    let tracker = UdpTracker::new(IpAddr::V6(Ipv6Addr::LOCALHOST), &[], 0);
    let folder = Folder::new("");
    let job = Job { trackers: vec![tracker.url()], ..job(&content, &folder, &[peer.address()]) };
    fetch(job).0.unwrap();
}

#[test]
fn several_torrents_share_a_process_and_its_memory() {
    let contents: Vec<_> = (1..6).map(|n| file(Protocol::V1, n * 400_000, 65536)).collect();
    let peers: Vec<_> =
        contents.iter().map(|content| HonestPeer::new(content.clone(), Manners::default())).collect();
    let folders: Vec<_> = contents.iter().map(|_| Folder::new("")).collect();
    let jobs = (contents.iter().zip(&peers).zip(&folders))
        .map(|((content, peer), folder)| job(content, folder, &[peer.address()]))
        .collect();
    let settings = swarm_net::Settings { memory: 1 << 20, ..settings() };
    let (outcomes, mut said) = fetch_all(settings, jobs);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    said.completed.sort_unstable();
    assert_eq!(said.completed, [0, 1, 2, 3, 4]);
    for (content, folder) in contents.iter().zip(&folders) {
        assert!(folder.read("file") == content.bytes());
    }
}

#[test]
fn a_piece_larger_than_the_memory_comes_all_the_same() {
    let content = file(Protocol::V1, 3 << 20, 1 << 20);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let folder = Folder::new("");
    let settings = swarm_net::Settings { memory: 256 << 10, ..settings() };
    let (mut outcomes, _) = fetch_all(settings, vec![job(&content, &folder, &[peer.address()])]);
    outcomes.remove(0).result.unwrap();
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let content = file(Protocol::V1, 400_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let (result, said) = fetch(job(&content, &folder, &[peer.address()]));
    assert_eq!(result.unwrap().downloaded, 0);
    assert_eq!((said.had, peer.given()), (content.pieces() as usize, 0));
}

#[test]
fn what_is_all_there_needs_nobody() {
    let content = file(Protocol::V1, 400_000, 32768);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let (result, said) = fetch(job(&content, &folder, &[]));
    assert_eq!(result.unwrap().done, 400_000);
    assert_eq!(said.completed, [0]);
}
