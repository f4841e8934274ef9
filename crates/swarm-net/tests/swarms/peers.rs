//! Peers that are slow, in pieces, or hostile.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use swarm_net::{Job, Patience};
use test_kit::hostile::{HostilePeer, catalogue};
use test_kit::{Folder, HonestPeer, Manners};
use torrent_core::metainfo::Protocol;

use crate::fetching::{await_listener, fetch, fetch_all, file, free_port, job, settings};

/// A line between two ends that passes on a few bytes at a time, never as many as were sent.
pub(crate) fn crumbling(target: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect(target) else { return };
            for (from, to, step) in [(&near, &far, 7), (&far, &near, 1009)] {
                let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                thread::spawn(move || crumble(from, to, step));
            }
        }
    });
    address
}

fn crumble(mut from: TcpStream, mut to: TcpStream, step: usize) {
    to.set_nodelay(true).unwrap();
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        for crumb in bytes[..count].chunks(step) {
            if to.write_all(crumb).is_err() {
                return;
            }
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn messages_in_crumbs_are_read() {
    let content = file(Protocol::V1, 600_000, 65536);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let folder = Folder::new("");
    fetch(job(&content, &folder, &[crumbling(peer.address())])).0.unwrap();
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn slow_and_quick_peers_without_extensions_work_together() {
    let content = file(Protocol::V1, 2_000_000, 65536);
    let slow = Manners { delay: Duration::from_millis(30), fast: false, metadata: false };
    let peers = [slow, slow, Manners::default()].map(|manners| HonestPeer::new(content.clone(), manners));
    let folder = Folder::new("");
    let addresses: Vec<_> = peers.iter().map(HonestPeer::address).collect();
    fetch(job(&content, &folder, &addresses)).0.unwrap();
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn a_peer_that_goes_away_is_replaced_by_another() {
    let content = file(Protocol::V1, 2_000_000, 65536);
    let slow = Manners { delay: Duration::from_millis(2), ..Manners::default() };
    let (first, second) = (HonestPeer::new(content.clone(), slow), HonestPeer::new(content.clone(), slow));
    let folder = Folder::new("");
    let addresses = [first.address(), second.address()];
    let job = job(&content, &folder, &addresses);
    let fetching = thread::spawn(move || fetch(job).0);
    while first.given() < 100_000 {
        assert!(!fetching.is_finished(), "it came from the other alone");
        thread::sleep(Duration::from_millis(1));
    }
    drop(first);
    fetching.join().unwrap().unwrap();
    assert!(folder.read("file") == content.bytes());
}

/// All of the catalogue at once around one honest peer, which they leave enough to do.
#[test]
fn hostile_peers_do_not_keep_an_honest_one_from_giving() {
    let content = file(Protocol::V1, 1_000_000, 65536);
    let thoughtful = Manners { delay: Duration::from_millis(10), ..Manners::default() };
    let honest = HonestPeer::new(content.clone(), thoughtful);
    let hostile: Vec<_> =
        catalogue().into_iter().map(|script| HostilePeer::new(script, content.clone())).collect();
    let mut addresses: Vec<_> = hostile.iter().map(HostilePeer::address).collect();
    addresses.push(honest.address());
    let folder = Folder::new("");
    let patience = Patience { deadline: Some(Duration::from_secs(100)), ..Patience::default() };
    let (result, said) = fetch(Job { patience, ..job(&content, &folder, &addresses) });
    result.unwrap();
    assert!(folder.read("file") == content.bytes());
    assert_eq!(said.completed, [0]);
}

/// Two torrents on one port, of which each is dialled by a peer that has it, and by one that means another torrent.
#[test]
fn who_dials_us_is_led_to_the_torrent_it_means() {
    let contents = [1, 2].map(|n| file(Protocol::V1, n * 500_000, 65536));
    let stranger = HonestPeer::new(file(Protocol::V1, 7, 65536), Manners::default());
    let peers = [0, 1].map(|n: usize| HonestPeer::new(contents[n].clone(), Manners::default()));
    let folders = [Folder::new(""), Folder::new("")];
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let jobs = vec![job(&contents[0], &folders[0], &[nobody]), job(&contents[1], &folders[1], &[nobody])];
    let port = free_port();
    let settings =
        swarm_net::Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    let running = thread::spawn(move || fetch_all(settings, jobs).0);
    let us = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    await_listener(us);
    stranger.dial(us);
    peers.iter().for_each(|peer| peer.dial(us));
    assert!(running.join().unwrap().iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(stranger.given(), 0);
    for (content, folder) in contents.iter().zip(&folders) {
        assert!(folder.read("file") == content.bytes());
    }
}

/// Many who connect and say nothing: they have a bound, and the one that has something to say is heard.
#[test]
fn silent_callers_do_not_fill_the_line() {
    let content = file(Protocol::V1, 500_000, 65536);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let folder = Folder::new("");
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let port = free_port();
    let settings =
        swarm_net::Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    let jobs = vec![job(&content, &folder, &[nobody])];
    let running = thread::spawn(move || fetch_all(settings, jobs).0.remove(0));
    let us = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    await_listener(us);
    let silent: Vec<_> = (0..100).map(|_| TcpStream::connect(us)).collect();
    let closed = silent.iter().flatten().filter(|stream| {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        match (&**stream).read(&mut [0]) {
            Err(error) => ![ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()),
            Ok(count) => count == 0,
        }
    });
    assert_eq!(closed.count(), silent.iter().flatten().count());
    peer.dial(us);
    running.join().unwrap().result.unwrap();
}
