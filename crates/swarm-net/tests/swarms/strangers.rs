//! A namer of addresses may name none that reach less far than its own: whole runs, against what answers on this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use swarm_net::{Failure, Goal, Job, Patience, Settings, Source};
use test_kit::{Content, Folder, HonestPeer, HttpTracker, Manners, UdpTracker};
use torrent_core::address::Namer;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, fetch, fetch_all, file, job, job_of_link, settings};

/// A job from a link that names `trackers` and `web_seeds`, for as long as it takes to ask them.
fn link(content: &Content, folder: &Folder, trackers: &[String], web_seeds: &[String]) -> Job {
    let urls = |texts: &[String]| texts.iter().map(|text| text.clone().into_bytes()).collect();
    let magnet = Magnet {
        info_hash_v1: content.metainfo().info_hash_v1(),
        trackers: urls(trackers),
        web_seeds: urls(web_seeds),
        ..Magnet::default()
    };
    Job { source: Source::Magnet(Box::new(magnet)), ..job(content, folder, &[]) }
}

fn for_seconds(seconds: u64, job: Job) -> Said {
    fetch(Job {
        patience: Patience { deadline: Some(Duration::from_secs(seconds)), ..Patience::default() },
        ..job
    })
    .1
}

/// How 127.0.0.1 and this machine are written by those who hope that nobody notices.
const SPELLINGS: [&str; 14] = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "127.0.0.01",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "0x7f000001",
    "0x7f.0.0.1",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "localhost",
];

#[test]
fn a_link_cannot_send_us_to_this_machine_however_it_is_spelt() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let (http, udp) = (
        HttpTracker::new(&[peer.address()]),
        UdpTracker::new(Ipv4Addr::LOCALHOST.into(), &[peer.address()], 0),
    );
    let spelt = |url: &str| {
        let (address, rest) = url.split_once("127.0.0.1").unwrap();
        SPELLINGS.map(|host| format!("{address}{host}{rest}"))
    };
    let trackers = [spelt(&http.url()), spelt(&udp.url())].concat();
    let said = for_seconds(5, link(&content, &folder, &trackers, &[]));
    assert_eq!(said.trackers.len(), trackers.len(), "{:?}", said.trackers);
    assert_eq!((http.requests().len(), udp.announces().len(), peer.given()), (0, 0, 0));
    let here = Some(Namer::at(Ipv4Addr::LOCALHOST.into()));
    let said = for_seconds(30, Job { came_from: here, ..link(&content, &folder, &[http.url()], &[]) });
    assert_eq!(said.completed, [0], "one that came from here may: {:?}", said.trackers);
}

#[test]
fn what_the_user_types_is_asked() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let tracker = HttpTracker::new(&[peer.address()]);
    let said = for_seconds(30, Job { trackers: vec![tracker.url()], ..link(&content, &folder, &[], &[]) });
    assert_eq!(said.completed, [0], "{:?}", said.trackers);
}

#[test]
fn a_tracker_cannot_redirect_us_to_where_clouds_keep_secrets() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    let tracker = HttpTracker::that_says(
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/announce\r\nContent-Length: 0\r\n\r\n",
    );
    let said = for_seconds(3, Job { trackers: vec![tracker.url()], ..link(&content, &folder, &[], &[]) });
    assert!(said.trackers.iter().any(|message| message.contains("169.254.169.254")), "{:?}", said.trackers);
}

/// The metadata comes from a peer that the user typed; the web seed is the link's, which came from somewhere else.
#[test]
fn a_link_cannot_name_a_web_seed_on_this_machine() {
    let content = file(Protocol::V1, 3_000_000, 32768);
    let folder = Folder::new("");
    let slow = Manners { delay: Duration::from_millis(5), ..Manners::default() };
    let peer = HonestPeer::new(content.clone(), slow);
    let server = HttpTracker::that_says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let url = server.url().replace("/announce", "/file");
    let addresses: [SocketAddr; 1] = [peer.address()];
    let from_peer = job(&content, &folder, &addresses).peers;
    let came_from = Some(Namer::STRANGER);
    let said = for_seconds(30, Job { peers: from_peer, came_from, ..link(&content, &folder, &[], &[url]) });
    assert_eq!(
        (said.completed.as_slice(), said.web_seeds.len()),
        ([0].as_slice(), 1),
        "{:?}",
        said.web_seeds
    );
    assert!(server.requests().is_empty());
}

/// A link to so many files that no memory is left for blocks.
#[test]
fn a_link_to_more_files_than_there_is_memory_for_is_refused_before_anything_is_made() {
    let names: Vec<String> = (0..40_000).map(|n| format!("{n:06}")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"x".as_slice())).collect();
    let content = Content::of_folder(Protocol::V1, "many", &files, 16 << 10);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    for (memory, is_refused) in [(1 << 20, true), (16 << 20, false)] {
        let folder = Folder::new("");
        let job = Job { goal: Goal::Metadata, ..job_of_link(&content, &folder, &[peer.address()]) };
        let (outcomes, _) = fetch_all(Settings { memory, ..settings() }, vec![job]);
        match &outcomes[0].result {
            Err(Failure::Tables { needed, limit, memory }) => {
                assert!(is_refused && needed > limit && *memory == 16 << 20, "{needed} {limit} {memory}");
            }
            result => assert!(!is_refused && result.is_ok(), "{result:?}"),
        }
        assert!(folder.names().is_empty());
    }
}
