//! The catalogue is whole, and each script does what it says.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::TcpStream;
use std::time::Duration;

use torrent_core::metainfo::Protocol;

use swarm::extension::ExtensionHandshake;
use swarm::wire::{Handshake, Limits, Message};

use super::*;
use crate::line::Line;
use crate::service::Stop;
use crate::{Content, seeded_bytes};

fn content() -> std::sync::Arc<Content> {
    Content::of_file(Protocol::Hybrid, "file", &seeded_bytes(1, 300_000), 16 << 10)
}

#[test]
fn the_catalogue_is_large_and_names_are_plain() {
    let scripts = catalogue();
    let names: BTreeSet<&str> = scripts.iter().map(|script| script.name).collect();
    assert_eq!(names.len(), scripts.len());
    let count = |group| scripts.iter().filter(|script| script.group == group).count();
    let groups = [Group::Handshake, Group::Length, Group::Range, Group::Extension, Group::Data, Group::Time];
    let counts = groups.map(count);
    assert!(counts.iter().zip([15, 12, 12, 8, 8, 7]).all(|(count, least)| *count >= least), "{counts:?}");
    assert_eq!(counts.iter().sum::<usize>(), scripts.len());
    for script in scripts {
        assert!((script.steps)(&world()).len() < 10, "{}", script.name);
    }
}

fn world() -> World {
    World { content: content(), peer_id: *b"-XX0001-000000000000" }
}

/// Connects to a peer and listens until it makes no sense, or for as long as `patience`.
fn listen(peer: &HostilePeer, patience: Duration) -> io::Error {
    let stop = Stop::within(patience);
    let limits = Limits::new(Some(content().pieces()));
    let mut line = Line::new(TcpStream::connect(peer.address()).unwrap(), &stop, limits).unwrap();
    let ours = Handshake::new(content().info_hash(), [7; 20], false);
    line.send_bytes(&ours.encode()).unwrap();
    let mut hear = || -> io::Result<()> {
        let theirs = line.read_handshake()?;
        if theirs.info_hash != ours.info_hash || theirs.peer_id == ours.peer_id {
            return Err(ErrorKind::InvalidData.into());
        }
        loop {
            if let Message::Extended { id: 0, payload } = line.receive()? {
                ExtensionHandshake::decode(&payload).map_err(|_| ErrorKind::InvalidData)?;
            }
        }
    };
    hear().unwrap_err()
}

#[test]
fn lies_about_lengths_are_seen_by_whoever_reads_them() {
    for script in catalogue().into_iter().filter(|script| script.group == Group::Length) {
        let peer = HostilePeer::new(script, content());
        let error = listen(&peer, Duration::from_secs(10));
        assert_eq!(error.kind(), ErrorKind::InvalidData, "{}: {error}", script.name);
        let ending = peer.wait(Duration::from_secs(10)).unwrap_or_else(|| panic!("{}: no end", script.name));
        assert!(ending.cut_off, "{}", script.name);
    }
}

#[test]
fn most_handshakes_that_lie_are_seen_at_once() {
    let slow = ["nothing", "stops", "lacks", "minute"];
    let quick = |script: &Script| slow.iter().all(|word| !script.name.contains(word));
    for script in catalogue().into_iter().filter(|script| script.group == Group::Handshake).filter(quick) {
        let peer = HostilePeer::new(script, content());
        assert_eq!(listen(&peer, Duration::from_secs(10)).kind(), ErrorKind::InvalidData, "{}", script.name);
    }
}

#[test]
fn a_peer_that_nobody_cuts_off_says_so() {
    let silent = catalogue().into_iter().find(|script| script.name == "nothing").unwrap();
    let peer = HostilePeer::new(silent, content());
    let stream = TcpStream::connect(peer.address()).unwrap();
    assert_eq!(peer.wait(Duration::from_millis(100)), None);
    drop(stream);
    assert!(peer.wait(Duration::from_secs(10)).is_some_and(|ending| ending.cut_off));
}
