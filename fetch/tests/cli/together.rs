//! Two of them: one has the content and stays, the other fetches from it.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use test_kit::{Folder, Running, Signal};
use torrent_core::magnet::Magnet;
use torrent_core::metainfo::{Metainfo, Protocol};

use crate::json::records;
use crate::{run, tool, whole};

const TREE: &str = "d/a 300000\nd/b/c 5\nd/b/empty 0\nd/e 32768\nd/f 70000";

/// A fetch that has all of it and stays; and how to name it.
fn seeder(folder: &Folder) -> (Running, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let running = tool(folder, &format!("t --port {port} --bind 127.0.0.1 --seed-time 60 --json")).spawn();
    let began = Instant::now();
    // Who is turned away, because it still looks at what it has, comes back only after a while.
    while answers(port, &folder.read("t")).is_err() {
        assert!(began.elapsed() < Duration::from_secs(30), "nobody answers");
        thread::sleep(Duration::from_millis(5));
    }
    (running, format!("--peer 127.0.0.1:{port}"))
}

/// Exchanges handshakes with the tool.
fn answers(port: u16, torrent: &[u8]) -> io::Result<()> {
    let torrent = Metainfo::parse(torrent.to_vec()).unwrap().metainfo;
    let hash = torrent.info_hash_v1().map(|hash| hash.to_vec());
    let hash = hash.or_else(|| Some(torrent.info_hash_v2()?[..20].to_vec())).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.write_all(&[b"\x13BitTorrent protocol\0\0\0\0\0\0\0\0", &hash[..], &[b'x'; 20]].concat())?;
    stream.read_exact(&mut [0; 68])
}

fn assert_same(a: &Folder, b: &Folder) {
    assert_eq!(a.list(), b.list());
    for path in a.names().iter().filter(|path| !path.ends_with('/')) {
        assert!(a.read(path) == b.read(path), "{path}");
    }
}

/// Ends a seeder as its user would.
fn end(running: Running) {
    running.signal(Signal::INT);
    running.finish().expect(130);
}

#[test]
fn what_one_has_the_other_gets() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let (source, target) = (whole(TREE, protocol), Folder::new(""));
        target.write("t", source.read("t"));
        let (seeding, peer) = seeder(&source);
        let outcome = run(&target, &format!("t {peer} --json --stall-timeout 30")).expect(0);
        end(seeding);
        assert_same(&source, &target);
        let pieces = records(&outcome).iter().filter(|record| record["event"] == "piece").count();
        assert!(pieces > 0, "{outcome}");
    }
}

#[test]
fn a_link_is_enough() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let (source, target) = (whole(TREE, protocol), Folder::new(""));
        let torrent = Metainfo::parse(source.read("t")).unwrap().metainfo;
        let link = Magnet::of(&torrent).to_string();
        let (seeding, peer) = seeder(&source);
        let printed = run(&target, &format!("{link} {peer} --print-torrent")).expect(0).stdout;
        run(&target, &format!("{link} {peer} --stall-timeout 30")).expect(0);
        end(seeding);
        let printed = Metainfo::parse(printed).unwrap().metainfo;
        assert_eq!(printed.raw_info(), torrent.raw_info());
        for file in torrent.files().iter() {
            assert_eq!(printed.piece_layer(file.index), torrent.piece_layer(file.index), "{protocol:?}");
        }
        target.write("t", source.read("t"));
        assert_same(&source, &target);
    }
}

#[test]
fn only_what_was_selected_comes() {
    for protocol in [Protocol::V1, Protocol::V2] {
        let (source, target) = (whole(TREE, protocol), Folder::new(""));
        target.write("t", source.read("t"));
        let (seeding, peer) = seeder(&source);
        run(&target, &format!("t {peer} --select b/c,3 --stall-timeout 30")).expect(0);
        end(seeding);
        assert_eq!(target.names(), ["d/", "d/b/", "d/b/c", "d/e", "t"]);
        assert!(target.read("d/e") == source.read("d/e"));
    }
}

#[test]
fn several_come_side_by_side() {
    let (one, other, target) = (whole(TREE, Protocol::V1), whole("d 200000", Protocol::V2), Folder::new(""));
    target.write("one", one.read("t"));
    target.write("other", other.read("t"));
    let ((first, peer), (second, another)) = (seeder(&one), seeder(&other));
    let typed = format!("one other {peer} {another} -o out --stall-timeout 30");
    let outcome = run(&target, &typed);
    end(first);
    end(second);
    // Both are called `d`: the second to be whole finds its place taken.
    let outcome = outcome.expect(4);
    assert!(outcome.stderr().contains("out/d"), "{outcome}");
    assert!(target.join("out/d").exists());
}
