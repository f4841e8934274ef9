//! Web servers that have the files.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use swarm_net::{Failure, Job, Patience};
use test_kit::{Content, Folder, HonestPeer, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{fetch, file, job};

/// What a web server does with a request for a range.
#[derive(Clone, Copy)]
enum Ways {
    Good,
    Stale,
    Gone,
    /// It takes requests and answers none.
    Silent,
}

/// A server that has every file of `content` below `/base/`.
fn serve(content: Arc<Content>, ways: Ways) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let content = content.clone();
            thread::spawn(move || while answer(&stream, &content, ways).is_some() {});
        }
    });
    format!("http://{address}/base/")
}

/// Answers one request; `None` at the end of the connection.
fn answer(mut stream: &TcpStream, content: &Content, ways: Ways) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    if matches!(ways, Ways::Silent) {
        thread::sleep(Duration::from_secs(100));
        return None;
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let path = head.split(' ').nth(1)?.strip_prefix("/base/")?.to_owned();
    let mut bytes = bytes_of(content, &path)?;
    if matches!(ways, Ways::Stale) {
        bytes.push(0);
    }
    let range = head.lines().find_map(|line| line.strip_prefix("range: bytes="))?;
    let (first, last) = range.split_once('-')?;
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    let (status, more, body) = match ways {
        Ways::Gone => ("404 Not Found", String::new(), &[][..]),
        _ => {
            let range = format!("Content-Range: bytes {first}-{last}/{}\r\n", bytes.len());
            ("206 Partial Content", range, &bytes[first..=last])
        }
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()
}

pub(crate) fn bytes_of(content: &Content, path: &str) -> Option<Vec<u8>> {
    let metainfo = content.metainfo();
    let name = String::from_utf8_lossy(metainfo.name()).into_owned();
    let file = metainfo.files().iter().find(|file| {
        let file = String::from_utf8_lossy(&file.path.joined()).into_owned();
        path == if metainfo.is_single_file() { file } else { format!("{name}/{file}") }
    })?;
    Some(content.bytes()[file.offset as usize..][..file.length as usize].to_vec())
}

pub(crate) fn with_web_seed(content: &Content, folder: &Folder, url: String, peers: &[SocketAddr]) -> Job {
    Job { web_seeds: vec![url], ..job(content, folder, peers) }
}

#[test]
fn all_can_come_from_a_web_seed() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let content = file(protocol, 3_000_000, 65536);
        let folder = Folder::new("");
        let url = serve(content.clone(), Ways::Good);
        let (result, said) = fetch(with_web_seed(&content, &folder, url, &[]));
        assert!(result.is_ok(), "{protocol:?} {result:?} {:?}", said.web_seeds);
        assert!(folder.read("file") == content.bytes(), "{protocol:?}");
    }
}

#[test]
fn a_folder_can_come_from_a_web_seed() {
    let (first, second) = (seeded_bytes(1, 300_000), seeded_bytes(2, 40_000));
    let files: [(&str, &[u8]); 3] = [("a/one", &first), ("b", &[]), ("c", &second)];
    for protocol in [Protocol::V1, Protocol::Hybrid] {
        let content = Content::of_folder(protocol, "folder", &files, 65536);
        let folder = Folder::new("");
        let url = serve(content.clone(), Ways::Good);
        let (result, said) = fetch(with_web_seed(&content, &folder, url, &[]));
        assert!(result.is_ok(), "{protocol:?} {result:?} {:?}", said.web_seeds);
        assert!(folder.read("folder/a/one") == first && folder.read("folder/c") == second);
    }
}

#[test]
fn bad_web_seeds_are_found_out_and_peers_give_the_rest() {
    let content = file(Protocol::V1, 1_000_000, 65536);
    for ways in [Ways::Stale, Ways::Gone] {
        let slow = Manners { delay: Duration::from_millis(3), ..Manners::default() };
        let peer = HonestPeer::new(content.clone(), slow);
        let folder = Folder::new("");
        let url = serve(content.clone(), ways);
        let (result, said) = fetch(with_web_seed(&content, &folder, url, &[peer.address()]));
        result.unwrap();
        assert!(folder.read("file") == content.bytes());
        assert_eq!(said.web_seeds.len(), 1);
    }
}

/// One after the other, each would have its 2.5 seconds and more.
#[test]
fn twenty_silent_mirrors_make_way_for_one_that_answers() {
    let content = file(Protocol::V1, 1_000_000, 65536);
    let folder = Folder::new("");
    let silent = (0..20).map(|_| serve(content.clone(), Ways::Silent));
    let web_seeds = silent.chain([serve(content.clone(), Ways::Good)]).collect();
    let patience = Patience { deadline: Some(Duration::from_secs(25)), ..Patience::default() };
    let (result, said) = fetch(Job { web_seeds, patience, ..job(&content, &folder, &[]) });
    assert!(result.is_ok(), "{result:?} {:?}", said.web_seeds);
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn web_seeds_that_are_all_there_is_and_of_no_use_end_the_job() {
    let content = file(Protocol::V1, 1_000_000, 65536);
    for ways in [Ways::Stale, Ways::Gone] {
        let folder = Folder::new("");
        let url = serve(content.clone(), ways);
        let (result, said) = fetch(with_web_seed(&content, &folder, url, &[]));
        assert!(matches!(result, Err(Failure::WebSeedsGivenUp)), "{result:?}");
        assert_eq!(said.web_seeds.len(), 1, "{:?}", said.web_seeds);
    }
}
