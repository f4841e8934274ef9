//! What is offered is served over HTTP as well.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use test_kit::Folder;
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, Protocol};

use crate::json::of_event;
use crate::offering::{end, offer};
use crate::{tool, whole};

/// The content of an answer.
fn get(port: u16, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    answer.split_off(end + 4)
}

/// The same once it is offered; until then nothing is there.
fn get_offered(port: u16, path: &str) -> Vec<u8> {
    let began = Instant::now();
    loop {
        let served = get(port, path);
        if !served.starts_with(b"404") {
            return served;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{path} is not offered");
    }
}

#[test]
fn pages_torrents_and_files_are_at_the_port_of_peers() {
    let folder = whole("d/a 300000\nd/b/c 5", Protocol::V1);
    let (running, port) = offer(&folder, "--serve d --json --hurry");
    let served = Metainfo::parse(get_offered(port, "/d.torrent")).unwrap().metainfo;
    let announce = format!("http://localhost:{port}/announce");
    assert_eq!(served.advisory().announce.as_deref(), Some(announce.as_bytes()));
    assert!(get(port, "/content/d/a") == folder.read("d/a"));
    let page = String::from_utf8(get(port, "/")).unwrap();
    assert!(page.contains("<h2>d</h2>"), "{page}");
    assert!(String::from_utf8(get(port, "/feed.xml")).unwrap().contains("<title>d</title>"));
    let outcome = end(running);
    let offered = of_event(&outcome, "offered").remove(0);
    assert_eq!(offered["page"], format!("http://127.0.0.1:{port}/"));
    let magnet = Magnet::parse(offered["magnet"].as_str().unwrap()).unwrap();
    assert_eq!(magnet.trackers, [format!("http://127.0.0.1:{port}/announce").into_bytes()]);
    assert_eq!(magnet.web_seeds, [format!("http://127.0.0.1:{port}/content/").into_bytes()]);
    assert_eq!(magnet.torrents, [format!("http://127.0.0.1:{port}/d.torrent").into_bytes()]);
    assert_eq!(offered["torrent_url"], format!("http://127.0.0.1:{port}/d.torrent"));
    assert_eq!(of_event(&outcome, "listening").remove(0)["page"], offered["page"]);
}

#[test]
fn others_may_know_it_by_another_url() {
    let folder = whole("d/a 5", Protocol::V1);
    let (running, port) = offer(&folder, "--serve --url https://example.org/seed/ d.torrent --json");
    // A tracker must not be asked through a proxy: all peers would seem to be where that is.
    let announce = format!("http://example.org:{port}/announce");
    let served = Metainfo::parse(get_offered(port, "/d.torrent")).unwrap().metainfo;
    assert_eq!(served.advisory().announce.as_deref(), Some(announce.as_bytes()));
    let page = String::from_utf8(get(port, "/")).unwrap();
    assert!(page.contains("\"https://example.org/seed/d.torrent\""), "{page}");
    let offered = of_event(&end(running), "offered").remove(0);
    assert_eq!(offered["page"], "https://example.org/seed/");
    let magnet = Magnet::parse(offered["magnet"].as_str().unwrap()).unwrap();
    assert_eq!(magnet.trackers, [announce.into_bytes()]);
}

#[test]
fn links_are_those_that_others_see() {
    let folder = Folder::new("\"a b/x\" 70000\n\"c/a b/x\" 5");
    let typed = "--bind 127.0.0.1 --serve --url https://pub.example/dist --address 192.0.2.1 --seed-time 1";
    let outcome = tool(&folder, "").args(["a b"]).args(typed.split_whitespace()).run().expect(0);
    let magnet = Magnet::parse(outcome.stdout().trim_end()).unwrap();
    let announce = format!("http://pub.example:{}/announce", magnet.peers[1].port);
    assert_eq!(magnet.trackers, [announce.into_bytes()]);
    assert_eq!(magnet.torrents, [b"https://pub.example/dist/a%20b.torrent"]);
    assert_eq!(
        magnet.peers.iter().map(|peer| peer.host.as_str()).collect::<Vec<_>>(),
        ["192.0.2.1", "127.0.0.1"]
    );
    assert!(outcome.stderr().contains("seed: all of it is at https://pub.example/dist/\n"), "{outcome}");
    // Two of one name have no path that is certain.
    let both = tool(&folder, "").args(["a b", "c/a b"]).args(typed.split_whitespace()).run().expect(0);
    for line in both.stdout().lines() {
        let magnet = Magnet::parse(line).unwrap();
        assert_eq!(
            (magnet.trackers.len(), magnet.web_seeds.len(), magnet.torrents.len()),
            (1, 0, 0),
            "{both}"
        );
    }
}
