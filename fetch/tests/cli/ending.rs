//! When it gives up, and how it is ended. A socket that accepts and says nothing is all the swarm there is.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use test_kit::{Folder, Signal};
use torrent_core::metainfo::Protocol;

use crate::json::records;
use crate::{tool, wanting, whole};

/// A server that takes connections and never answers.
fn silence() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let peer = format!("--peer {}", listener.local_addr().unwrap());
    (listener, peer)
}

#[test]
fn each_patience_has_its_own_sentence() {
    let folder = wanting("d 70000", Protocol::V1);
    let (_listener, peer) = silence();
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n";
    for (typed, said) in [
        (
            format!("t {peer} --stall-timeout 1"),
            "t: nothing came for 1 s; of 1 peer: 1 not answered yet\nhint: the same command goes on",
        ),
        (
            format!("t {peer} --deadline 1"),
            "t: not complete after 1 s; of 1 peer: 1 not answered yet\nhint: the same command goes on",
        ),
        (
            format!("{link} {peer} --metadata-timeout 1"),
            "n: no peer gave the metadata within 1 s; of 1 peer: 1 not answered yet\nhint: ",
        ),
        (format!("{link} {peer} --print-torrent --metadata-timeout 1"), "n: no peer gave the metadata"),
        (format!("{link} {peer} --dry-run --metadata-timeout 1"), "n: no peer gave the metadata"),
    ] {
        let outcome = tool(&folder, &typed).run().expect(5);
        assert!(outcome.stderr().contains(said), "{outcome}");
        assert_eq!((outcome.stdout(), folder.names()), ("", vec!["t".to_owned()]), "{typed}");
    }
}

/// Somebody who takes connections and ends them at once, as those do that insist on encryption.
fn hangs_up() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || listener.incoming().for_each(drop));
    address
}

#[test]
fn a_stall_says_what_became_of_peers_and_which_files_lack() {
    let folder = wanting("d/a 70000\nd/b 5\nd/c 9", Protocol::V1);
    let rude = hangs_up();
    let typed = format!("t --stall-timeout 1 --peer 127.0.0.1:1 --peer {rude}");
    let outcome = tool(&folder, &typed).run().expect(5);
    let stderr = outcome.stderr();
    for said in [
        "fetch: t: peer 127.0.0.1:1: refused the connection\n".to_owned(),
        format!("fetch: t: peer {rude}: hung up at once\n"),
        "fetch: t: nothing came for 1 s; of 2 peers: 1 refused the connection, 1 hung up at once; \
         1 that hung up dialled again with an encrypted stream, none reached so; 3 files are not complete: a, b, c\n"
            .to_owned(),
    ] {
        assert!(stderr.contains(&said), "{outcome}");
    }
    let outcome = tool(&folder, &format!("{typed} --json --select b")).run().expect(5);
    let failed = records(&outcome).pop().unwrap();
    assert_eq!((&failed["peers"]["known"], &failed["peers"]["refused"]), (&2.into(), &1.into()));
    assert_eq!(failed["peers"]["encrypted"], serde_json::json!({ "dialled": 1, "reached": 0 }));
    assert_eq!((&failed["missing"]["files"], &failed["missing"]["first"][0]), (&1.into(), &"b".into()));
    assert!(outcome.stdout().contains("\"event\":\"unreached\""), "{outcome}");
    let outcome = tool(&folder, &format!("{typed} --encryption never")).run().expect(5);
    assert!(outcome.stderr().contains("hint: who hangs up may want an encrypted stream, which"), "{outcome}");
    let typed = typed.replace("--stall-timeout", "--deadline");
    let outcome = tool(&folder, &format!("{typed} --encryption require")).run().expect(5);
    assert!(outcome.stderr().contains("hint: who hangs up may take no encrypted stream;"), "{outcome}");
    // Of a link whose metadata nobody gave, nothing is known but its peers.
    let link = "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n";
    let outcome = tool(&folder, &format!("{link} --peer 127.0.0.1:1 --metadata-timeout 1")).run().expect(5);
    let said =
        "n: no peer gave the metadata within 1 s; of 1 peer: 1 refused the connection\nhint: is anybody";
    assert!(outcome.stderr().contains(said), "{outcome}");
}

#[test]
fn a_signal_ends_it_tidily() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let folder = wanting("d 70000", Protocol::V1);
        let (listener, peer) = silence();
        let running = tool(&folder, &format!("t {peer}")).spawn();
        // It listens to signals long before it dials.
        let connection = listener.accept().unwrap();
        running.signal(signal);
        let outcome = running.finish().expect(code);
        drop(connection);
        assert_eq!((outcome.stdout(), folder.names()), ("", vec!["t".to_owned()]), "{outcome}");
    }
}

#[test]
fn two_fetches_of_one_torrent_do_not_meet_in_one_folder() {
    let folder = wanting("d 70000", Protocol::V1);
    let (listener, peer) = silence();
    let first = tool(&folder, &format!("t {peer}")).spawn();
    let connection = listener.accept().unwrap();
    let outcome = tool(&folder, "t --peer 127.0.0.1:1").run().expect(4);
    assert!(outcome.stderr().contains(".: t is being fetched into it already"), "{outcome}");
    first.signal(Signal::INT);
    first.finish().expect(130);
    drop(connection);
}

#[test]
fn a_url_that_gives_no_torrent_is_the_networks_fault() {
    let folder = Folder::new("");
    let outcome = tool(&folder, "http://127.0.0.1:9/x.torrent").run().expect(5);
    assert!(outcome.stderr().starts_with("fetch: http://127.0.0.1:9/x.torrent: "), "{outcome}");
}

/// A link's own URL is a stranger's: it leads to no private place, and the link is fetched all the same.
#[test]
fn where_a_link_says_its_torrent_is_is_no_private_place() {
    let link =
        "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=n&xs=http%3A%2F%2F127.0.0.1%3A1%2Fx";
    let outcome =
        tool(&Folder::new(""), &format!("{link} --peer 127.0.0.1:1 --metadata-timeout 1")).run().expect(5);
    for said in [
        "fetch: n: http://127.0.0.1:1/x: 127.0.0.1 is on this machine",
        "fetch: n: no peer gave the metadata within 1 s",
    ] {
        assert!(outcome.stderr().contains(said), "{outcome}");
    }
}

/// A web server that always has another byte of a torrent, but never the last.
fn drip() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let answer = |mut connection: TcpStream| {
        let mut next = connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        while next.is_ok() {
            thread::sleep(Duration::from_millis(20));
            next = connection.write_all(b"d");
        }
    };
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|one| drop(thread::spawn(move || answer(one))))
    });
    url
}

#[test]
fn a_deadline_holds_for_torrents_by_url() {
    let (_listener, peer) = silence();
    let (one, other) = (drip(), drip());
    let outcome = tool(&Folder::new(""), &format!("{one} --deadline 1")).run().expect(5);
    assert_eq!(outcome.stderr(), format!("fetch: {one}: not complete after 1 s\n"));
    // Others have their part of the time, and no more than that.
    let urls = [&one, &other].map(|url| format!("fetch: {url}: not all of it came within 1 s\n")).concat();
    let folder = wanting("d 70000", Protocol::V1);
    let outcome = tool(&folder, &format!("{one} t {other} {peer} --deadline 2")).run().expect(5);
    assert!(
        outcome.stderr().starts_with(&format!("{urls}fetch: t: not complete after 2 s; of 1 peer")),
        "{outcome}"
    );
    let folder = whole("d 70000", Protocol::V1);
    let outcome = tool(&folder, &format!("{one} t {other} --deadline 2")).run().expect(5);
    assert_eq!((outcome.stdout(), outcome.stderr().starts_with(&urls)), ("d\n", true), "{outcome}");
}

#[test]
fn a_silent_server_is_not_waited_for_after_a_signal() {
    let (listener, _) = silence();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let running = tool(&Folder::new(""), &url).spawn();
    let connection = listener.accept().unwrap();
    running.signal(Signal::INT);
    running.finish().expect(130);
    drop(connection);
}
