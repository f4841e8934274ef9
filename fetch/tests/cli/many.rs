//! Many torrents in one call, with few descriptors to share.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use piece_hash::{Backend, Sha1};
use test_kit::{Folder, Tool, bytes, dict, int};

/// A torrent of a file that holds `hello`.
fn torrent(name: &str) -> Vec<u8> {
    let info = dict([
        ("length", int(5)),
        ("name", bytes(name)),
        ("piece length", int(16384)),
        ("pieces", bytes(Backend::best().digest::<Sha1>(b"hello"))),
    ]);
    dict([("info", info)])
}

/// A web server where everything is `hello`, which takes its time, so that everybody else is connected before.
fn slow_web_seed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answer = |mut connection: TcpStream| {
        let asked = connection.read(&mut [0; 4096]).unwrap_or(0);
        thread::sleep(Duration::from_millis(500));
        let head =
            "HTTP/1.1 206 Part\r\nContent-Range: bytes 0-4/5\r\nContent-Length: 5\r\nConnection: close";
        // Whoever hangs up early has what it wanted.
        let _ = connection.write_all(format!("{head}\r\n\r\nhello").as_bytes());
        assert!(asked > 0);
    };
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|one| drop(thread::spawn(move || answer(one))))
    });
    url
}

/// Peers at many addresses of this machine: the system takes every connection, and nobody says anything.
fn silent_peers(count: u8) -> Vec<TcpListener> {
    (1..=count).map(|n| TcpListener::bind((Ipv4Addr::new(127, 0, 1, n), 0)).unwrap()).collect()
}

#[test]
fn there_is_always_a_descriptor_for_a_file() {
    let folder = Folder::new("");
    let names: Vec<String> = (0..15).map(|n| format!("file{n}")).collect();
    names.iter().for_each(|name| folder.write(format!("{name}.torrent"), torrent(name)));
    let silent = silent_peers(60);
    let fetch = env!("CARGO_BIN_EXE_fetch");
    let outcome = Tool::new("sh")
        .args(["-c", "ulimit -n 256 && exec \"$@\"", "sh", fetch, "--stall-timeout=20", "--web-seed"])
        .arg(slow_web_seed())
        .args(silent.iter().map(|peer| format!("--peer={}", peer.local_addr().unwrap())))
        .args(names.iter().map(|name| format!("{name}.torrent")))
        .in_dir(folder.path())
        .run()
        .expect(0);
    assert_eq!(outcome.stdout().lines().count(), names.len(), "{outcome}");
    names.iter().for_each(|name| assert_eq!(folder.read(name), b"hello"));
}
