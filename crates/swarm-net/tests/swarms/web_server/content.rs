//! What is offered is given, whole and in parts.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm::wire::Handshake;
use swarm_net::{Economy, Job, OriginConfig, Serve, Source};
use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::address::Namer;
use torrent_core::metainfo::{Metainfo, Protocol};

use super::client::Client;
use super::host::Host;
use crate::fetching::{Said, file, run, settings};

const PROTOCOLS: [Protocol; 3] = [Protocol::V1, Protocol::V2, Protocol::Hybrid];

/// A folder of files that share pieces of v1, and where it lies.
fn several(protocol: Protocol) -> (Arc<Content>, Folder) {
    let bytes = seeded_bytes(7, 700_000);
    let parts = [("a b", &bytes[..300_000]), ("c/d#", &bytes[300_000..310_000]), ("e", &bytes[310_000..])];
    let folder = Folder::new("t/c/");
    parts.iter().for_each(|(name, bytes)| folder.write(format!("t/{name}"), bytes));
    (Content::of_folder(protocol, "t", &parts, 65536), folder)
}

fn serve() -> Option<Serve> {
    Some(Serve::default())
}

#[test]
fn files_are_given_whole_and_in_parts_over_one_connection() {
    for protocol in PROTOCOLS {
        let (content, folder) = several(protocol);
        let host = Host::new(&[(&content, &folder)], serve());
        let mut client = Client::new(host.dial([127, 0, 0, 1]));
        for (path, name) in [("a%20b", "a b"), ("c/d%23", "c/d#"), ("e", "e")] {
            let whole = folder.read(format!("t/{name}"));
            let path = format!("/content/t/{path}");
            let reply = client.get(&path, &[]);
            assert_eq!((reply.status, reply.body == whole), (200, true), "{protocol:?} {path}");
            let tag = reply.field("etag").unwrap().to_owned();
            let part = client.get(&path, &["Range: bytes=9000-9999", &format!("If-Range: {tag}")]);
            assert_eq!((part.status, &part.body[..]), (206, &whole[9000..10_000]), "{protocol:?} {path}");
            let end = client.get(&path, &["Range: bytes=-5"]);
            assert_eq!((end.status, &end.body[..]), (206, &whole[whole.len() - 5..]));
            let beyond = client.get(&path, &["Range: bytes=700000-"]);
            assert_eq!(beyond.field("content-range"), Some(&*format!("bytes */{}", whole.len())));
            assert_eq!(client.get(&path, &[&format!("If-None-Match: {tag}")]).status, 304);
            let head = client.head(&path);
            assert_eq!(head.field("content-length"), Some(&*whole.len().to_string()));
        }
        let given = 700_000 + 3 * 1005;
        assert!(eventually(|| host.progress.lock().unwrap().web == given), "{:?}", host.progress.lock());
        assert_eq!(host.progress.lock().unwrap().uploaded, 0);
    }
}

/// Waits until something holds, for ten seconds at most.
pub(crate) fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(10);
    while !holds() {
        if Instant::now() >= until {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    true
}

#[test]
fn many_requests_may_come_at_once_and_are_answered_in_order() {
    let (content, folder) = several(Protocol::V1);
    let host = Host::new(&[(&content, &folder)], serve());
    let mut client = Client::new(host.dial([127, 0, 0, 1]));
    let request = |start: usize| {
        format!("GET /content/t/e HTTP/1.1\r\nHost: h\r\nRange: bytes={start}-{}\r\n\r\n", start + 29_999)
    };
    let all: String = (0..50).map(|number| request(number * 1000)).collect();
    client.write(all.as_bytes());
    let whole = folder.read("t/e");
    for number in 0..50 {
        let reply = client.hear(true).unwrap();
        assert!(reply.body == whole[number * 1000..number * 1000 + 30_000], "{number}");
    }
}

#[test]
fn who_has_the_torrent_from_here_needs_nobody_else() {
    for protocol in PROTOCOLS {
        let (content, folder) = several(protocol);
        let host = Host::new(&[(&content, &folder)], serve());
        let served = Metainfo::parse_strict(host.get("/t.torrent").body).unwrap();
        assert_eq!(served.raw_info(), content.metainfo().raw_info());
        assert_eq!(served.advisory().announce.as_deref(), Some(&b"http://localhost/announce"[..]));
        // By its web seed alone, which is at the host that was asked for.
        let seed = format!("http://{}/content/", host.address);
        let target = Folder::new("");
        let source = Source::Torrent(content.metainfo().clone().into());
        let job = Job {
            web_seeds: vec![seed],
            came_from: Some(Namer::at(Ipv4Addr::LOCALHOST.into())),
            ..Job::new(source, target.path())
        };
        let outcomes = run(settings(), vec![job], &mut Said::default(), || false);
        assert!(outcomes[0].result.is_ok(), "{protocol:?} {:?}", outcomes[0].result);
        assert!(
            ["a b", "c/d#", "e"]
                .iter()
                .all(|name| { target.read(format!("t/{name}")) == folder.read(format!("t/{name}")) })
        );
    }
}

#[test]
fn pages_show_what_is_offered_and_nothing_that_was_removed() {
    let (first, second) = (file(Protocol::V1, 100_000, 32768), several(Protocol::Hybrid));
    let folder = Folder::new("");
    folder.write("file", first.bytes());
    let base = Some("https://seed.example/x/".to_owned());
    let host =
        Host::new(&[(&first, &folder), (&second.0, &second.1)], Some(Serve { base, ..Serve::default() }));
    let page = host.get("/");
    assert_eq!((page.status, page.field("content-type")), (200, Some("text/html; charset=utf-8")));
    for link in ["/file.torrent", "/t.torrent", "/content/file", "/content/t/", "/feed.xml"] {
        assert!(
            page.text().contains(&format!("\"https://seed.example/x{link}\"")),
            "{link}: {}",
            page.text()
        );
    }
    assert!(host.get("/feed.xml").text().contains("https://seed.example/x/file.torrent"));
    assert_eq!(host.get("/content/t").field("location"), Some("/content/t/"));
    assert!(host.get("/content/t/").text().contains("href=\"./c/d%23\""));
    host.remove_first();
    assert!(eventually(|| host.get("/file.torrent").status == 404));
    assert_eq!((host.get("/content/file").status, host.get("/content/t/e").status), (404, 200));
    assert!(!host.get("/").text().contains("/file.torrent"));
}

#[test]
fn content_has_a_rate_of_its_own() {
    let content = file(Protocol::V1, 400_000, 32768);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let host = Host::new(&[(&content, &folder)], Some(Serve { max_rate: Some(200_000), ..Serve::default() }));
    let began = Instant::now();
    assert!(host.get("/content/file").body == content.bytes());
    assert!(began.elapsed() > Duration::from_millis(1500), "{:?}", began.elapsed());
}

#[test]
fn while_one_copy_is_paid_for_peers_get_it_from_peers_and_others_from_here() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let economy = Economy { one_copy: Some(OriginConfig::default()), ..Economy::default() };
    let host = Host::with(&[(&content, &folder)], serve(), &economy);
    assert_eq!(host.get("/content/file").status, 200);
    let peer = host.dial([127, 0, 0, 7]);
    let hello = Handshake::new(content.info_hash(), *b"-XX0001-000000000000", false).encode();
    let mut peer_words = Client::new(peer);
    peer_words.write(&hello);
    let from = |ip| Client::new(host.dial(ip)).get("/content/file", &[]);
    assert!(eventually(|| from([127, 0, 0, 7]).status == 503));
    assert_eq!(from([127, 0, 0, 7]).field("retry-after"), Some("60"));
    assert_eq!(from([127, 0, 0, 8]).status, 200);
}
