//! Many at a time who want nothing good: what they cost has a bound, and honest peers and visitors are served meanwhile.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};
use swarm::wire::{BlockAddress, Handshake, Message, encode};
use swarm_net::{Check, Serve};
use test_kit::{Content, Folder};
use torrent_core::metainfo::Protocol;

use crate::fetching::{fetch, file, job};
use crate::offers::offer;
use crate::web_server::{Host, eventually};

/// What peers say first who mean this torrent.
fn handshake(content: &Content, number: u8) -> Vec<u8> {
    let info_hash = content.metainfo().info_hash_v1().unwrap();
    Handshake::new(info_hash, [number; 20], true).encode().to_vec()
}

/// A peer that requests all of a torrent, takes half of it as fast as it comes, and then reads nothing any more.
fn deaf_peer(host: &Host, content: &Content, number: u8) -> TcpStream {
    let mut stream = host.dial([127, 0, 36, number]);
    let mut words = handshake(content, number);
    encode(&Message::<Vec<u8>>::HaveNone, &mut words);
    encode(&Message::<Vec<u8>>::Interested, &mut words);
    stream.write_all(&words).unwrap();
    await_unchoke(&mut stream);
    let metainfo = content.metainfo();
    let mut requests = Vec::new();
    for piece in metainfo.layout().pieces().unwrap().iter() {
        for offset in (0..metainfo.piece_length() as u32).step_by(16384) {
            encode(
                &Message::<Vec<u8>>::Request(BlockAddress { piece, offset, length: 16384 }),
                &mut requests,
            );
        }
    }
    stream.write_all(&requests).unwrap();
    std::io::copy(&mut (&stream).take(content.bytes().len() as u64 / 2), &mut std::io::sink()).unwrap();
    stream
}

fn await_unchoke(stream: &mut TcpStream) {
    stream.read_exact(&mut [0; 68]).unwrap();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length).unwrap();
        let mut message = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut message).unwrap();
        if message == [1] {
            return;
        }
    }
}

/// What is read for peers that take nothing of it goes back as soon as others need the memory, long before they are given up.
#[test]
fn peers_that_stop_reading_do_not_keep_what_others_need() {
    let content = file(Protocol::V1, 24 << 20, 1 << 20);
    let (folder, empty) = (Folder::new(""), Folder::new(""));
    folder.write("file", content.bytes());
    let host = Host::of(vec![offer(&content, &folder, Check::Full)], None);
    let _deaf: Vec<TcpStream> = (1..=4).map(|number| deaf_peer(&host, &content, number)).collect();
    let unsent = || {
        host.most_unsent.store(0, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(200));
        host.most_unsent.load(Ordering::Relaxed)
    };
    let most = unsent();
    assert!(most <= (4 << 20) + 9 * 16384 + (64 << 10), "{most} bytes");
    thread::sleep(Duration::from_secs(3));
    fetch(job(&content, &empty, &[host.address])).0.unwrap();
    assert!(empty.read("file") == content.bytes());
    let held = unsent();
    assert!(
        held <= (2 << 20) + 9 * 16384 + (64 << 10),
        "{held} of {most} bytes are kept for who reads nothing"
    );
}

/// Calls, and waits for no answer: the system's queue may be full, and then it tries again by itself.
fn call(host: &Host, number: usize) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let from = [127, 0, 40 + (number / 200) as u8, 1 + (number % 200) as u8];
    socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
    socket.set_nonblocking(true).unwrap();
    // It is under way, and says so as an error.
    let _ = socket.connect(&host.address.into());
    socket.into()
}

/// Half of a crowd says a part of what it would have to say, a byte more each time; the other half is silent.
fn speak(crowd: &mut [TcpStream], content: &Content, turn: usize) {
    let peer = handshake(content, 1);
    let visitor = b"GET /content/file HTTP/1.1\r\nHost: h\r\nA: bbbbbbbbbbbbbbb";
    for (number, stream) in crowd.iter_mut().enumerate() {
        let words: &[u8] = if number % 4 == 0 { &peer } else { visitor };
        let said = if turn == 0 { &words[..40] } else { &words[40 + turn..41 + turn] };
        if number % 2 == 0 {
            // Some are hung up on by now, others not connected yet.
            let _ = stream.write(said);
        }
    }
}

#[test]
fn of_ten_thousand_connections_few_are_kept_and_honest_ones_are_served() {
    let content = file(Protocol::V1, 2 << 20, 65536);
    let folder = Folder::new("");
    folder.write("file", content.bytes());
    let host = Host::of(vec![offer(&content, &folder, Check::Lazy)], Some(Serve::default()));
    let mut waves: VecDeque<Vec<TcpStream>> = VecDeque::new();
    for wave in 0..10 {
        waves.push_back((0..1000).map(|number| call(&host, wave * 1000 + number)).collect());
        // Those of some waves stay, as far as this process may have them open.
        if waves.len() > 4 {
            waves.pop_front();
        }
        let empty = Folder::new("");
        fetch(job(&content, &empty, &[host.address])).0.unwrap();
        assert!(empty.read("file") == content.bytes(), "a peer in wave {wave}");
        waves.iter_mut().rev().enumerate().for_each(|(turn, crowd)| speak(crowd, &content, turn));
        assert!(host.get("/content/file").body == content.bytes(), "a visitor in wave {wave}");
        let kept = host.connections.load(Ordering::Relaxed);
        assert!(kept <= 128 + 512 + 50, "{kept} connections are kept in wave {wave}");
    }
    let unsent = host.most_unsent.load(Ordering::Relaxed);
    assert!(unsent <= 16 << 20, "{unsent} bytes");
    drop(waves);
    let is_empty = || host.connections.load(Ordering::Relaxed) == 0;
    assert!(eventually(is_empty), "{:?} stay", host.connections);
}
