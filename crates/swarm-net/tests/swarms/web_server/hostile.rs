//! Whoever means ill gets a definite answer or none, nothing that is not offered, and keeps nobody waiting.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use socket2::SockRef;
use swarm_net::{Check, Serve};
use test_kit::{Content, Folder};
use torrent_core::metainfo::Protocol;

use super::client::Client;
use super::content::eventually;
use super::host::Host;
use crate::fetching::file;
use crate::offers::offer;

/// A host of one file of so many bytes, which lies beside a secret.
fn host_of(length: usize) -> (std::sync::Arc<Content>, Folder, Host) {
    let content = file(Protocol::V1, length, 65536);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    folder.write("secret", "SECRET");
    folder.write("file.torrent", "SECRET");
    let host = Host::new(&[(&content, &folder)], Some(Serve::default()));
    (content, folder, host)
}

#[test]
fn nothing_but_what_is_offered_can_be_read() {
    let (_content, folder, host) = host_of(1000);
    let outside = folder.join("secret").to_string_lossy().into_owned();
    let paths = [
        "/secret",
        "/content/secret",
        "/content/../secret",
        "/content/file/../secret",
        "/content/file/..%2fsecret",
        "/content/%2e%2e/secret",
        "/content/%2e%2e%2fsecret",
        "/content/..%5csecret",
        "/content/.%00./secret",
        "/content/file%00",
        "/content/file%00.txt",
        "/content//secret",
        "//secret",
        "/content/%252e%252e/secret",
        "/content/file?../secret",
        "/content/./file",
        "/content/FILE",
        "/../../../../../../etc/passwd",
        "/content/../../../../../../etc/passwd",
        "http://localhost/content/../secret",
        "http://other/secret",
        &outside,
        &format!("/content/{outside}"),
        &format!("/content/file/{outside}"),
    ];
    for path in paths {
        let reply = host.get(path);
        let is_file = path == "/content/file?../secret";
        assert_eq!(reply.status, if is_file { 200 } else { 404 }, "{path}");
        assert!(!reply.text().contains("SECRET") && !reply.text().contains("root:"), "{path}");
    }
    // The .torrent is the one that is offered, not the one that lies there.
    assert!(host.get("/file.torrent").text().starts_with("d8:announce"));
}

#[test]
fn what_is_no_request_is_refused_and_nothing_behind_it_is_answered() {
    let (_content, _folder, host) = host_of(1000);
    let second = "GET /content/file HTTP/1.1\r\nHost: h\r\n\r\n";
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(20_000));
    let bomb = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "A: b\r\n".repeat(500));
    let cases = [
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 43\r\n\r\n", 413),
        (
            "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            501,
        ),
        ("POST /announce HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", 413),
        ("OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("GET / HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n", 400),
        ("GET / HTTP/1.1\n\n", 400),
        ("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505),
        (long.as_str(), 414),
        (bomb.as_str(), 431),
    ];
    for (words, status) in cases {
        let mut client = Client::new(host.dial([127, 0, 0, 1]));
        client.write(format!("{words}{second}").as_bytes());
        let reply = client.hear(true).unwrap();
        assert_eq!((reply.status, reply.field("connection")), (status, Some("close")), "{words:.60}");
        assert!(client.is_closed(), "{words:.60}");
    }
}

#[test]
fn who_speaks_http_is_hung_up_on_where_nothing_is_served() {
    let content = file(Protocol::V1, 1000, 65536);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let host = Host::new(&[(&content, &folder)], None);
    let mut client = Client::new(host.dial([127, 0, 0, 1]));
    client.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    assert!(client.is_closed());
}

/// Callers from a hundred addresses who say a part of a request.
fn slow_callers(host: &Host, count: usize) -> Vec<TcpStream> {
    let call = |number: usize| {
        let mut stream = host.dial([127, 0, 30, 1 + (number % 100) as u8]);
        // Those that were hung up on cannot say it.
        let _ = stream.write_all(b"GET /content/file HTTP/1.1\r\nHost: h\r\nA: b");
        stream
    };
    (0..count).map(call).collect()
}

#[test]
fn a_thousand_slow_callers_keep_nobody_waiting() {
    let (content, _folder, host) = host_of(500_000);
    let mut slow = slow_callers(&host, 1000);
    for number in 0..20 {
        slow.iter_mut().step_by(7).for_each(|stream| drop(stream.write_all(b"c")));
        let reply = Client::new(host.dial([127, 0, 31, 1 + number])).get("/content/file", &[]);
        assert!(reply.status == 200 && reply.body == content.bytes(), "{number}: {}", reply.status);
    }
    assert!(host.connections.load(Ordering::Relaxed) <= 700, "{:?}", host.connections);
    // Their time runs out, however often they say something.
    let is_empty = || {
        slow.iter_mut().for_each(|stream| drop(stream.write_all(b"c")));
        host.connections.load(Ordering::Relaxed) == 0
    };
    assert!(eventually(is_empty) || eventually(|| host.connections.load(Ordering::Relaxed) == 0));
}

#[test]
fn those_who_do_not_read_cost_little_and_keep_nobody_waiting() {
    let (content, _folder, host) = host_of(4 << 20);
    let ask = |number: u8| {
        let mut stream = host.dial([127, 0, 32, 1 + number / 4]);
        let request = "GET /content/file HTTP/1.1\r\nHost: h\r\n\r\n".repeat(100);
        let _ = stream.write_all(request.as_bytes());
        stream
    };
    let deaf: Vec<TcpStream> = (0..200).map(ask).collect();
    for _ in 0..3 {
        assert!(host.get("/content/file").body == content.bytes());
    }
    let most = host.most_unsent.load(Ordering::Relaxed);
    assert!(most <= (8 << 20) + 210 * 16384, "{most} bytes");
    drop(deaf);
    assert!(eventually(|| host.connections.load(Ordering::Relaxed) == 0));
}

#[test]
fn one_address_has_its_places_and_others_theirs() {
    let (_content, _folder, host) = host_of(4 << 20);
    let get = |ip| {
        let mut stream = host.dial(ip);
        let _ = stream.write_all(b"GET /content/file HTTP/1.1\r\nHost: h\r\n\r\n");
        stream
    };
    let _same: Vec<TcpStream> = (0..40)
        .map(|_| {
            std::thread::sleep(Duration::from_millis(2));
            get([127, 0, 33, 1])
        })
        .collect();
    assert!(eventually(|| host.connections.load(Ordering::Relaxed) == 32), "{:?}", host.connections);
    assert_eq!(Client::new(host.dial([127, 0, 33, 2])).get("/", &[]).status, 200);
}

#[test]
fn what_is_read_for_those_who_left_is_counted_until_it_is_read() {
    let content = file(Protocol::V1, 64 << 20, 16 << 20);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let host = Host::of(vec![offer(&content, &folder, Check::Lazy)], Some(Serve::default()));
    // A piece has to be checked first, and they do not wait for that.
    let mut hasty: Vec<TcpStream> =
        (0..400_u16).map(|number| host.dial([127, 0, 34, 1 + (number / 2) as u8])).collect();
    for (number, stream) in hasty.iter_mut().enumerate() {
        let at = (number % 4) * (16 << 20);
        let request =
            format!("GET /content/file HTTP/1.1\r\nHost: h\r\nRange: bytes={at}-{}\r\n\r\n", at + 500_000);
        let _ = stream.write_all(request.as_bytes());
        SockRef::from(&*stream).set_linger(Some(Duration::ZERO)).unwrap();
    }
    // What has not been read goes with the connection.
    std::thread::sleep(Duration::from_millis(20));
    drop(hasty);
    assert!(host.get("/content/file").body == content.bytes());
    let most = host.most_unsent.load(Ordering::Relaxed);
    assert!(most <= (8 << 20) + (512 + 256) * 16384, "{most} bytes");
    let is_nothing_left = || {
        host.most_unsent.store(0, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(100));
        host.most_unsent.load(Ordering::Relaxed) == 0
    };
    assert!(eventually(is_nothing_left), "{:?} bytes", host.most_unsent);
}
