//! Encrypted streams (MSE): between two of ours, and with callers who want nothing good of them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use swarm::secure::{Chance, SecureHandshake};
use swarm_net::{Encryption, Job, JobEvent, Session, Settings};
use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::door::Home;
use crate::fetching::{file, free_port, job, settings};
use crate::peers::crumbling;

/// Whether one who fetches a torrent gets all of it from one who gives it, over a line that passes on a few bytes at a time.
fn is_given(content: &Content, giver: Encryption, taker: Encryption) -> bool {
    let (bind, port) = (Some(Ipv4Addr::LOCALHOST.into()), free_port());
    let bound = Settings { port: Some(port), bind, encryption: giver, ..settings() };
    let mut giver = Session::new(bound).unwrap();
    let (full, empty) = (Folder::new(""), Folder::new(""));
    full.write("file", content.bytes());
    giver.add(Job { seed_time: Some(Duration::from_secs(90)), ..job(content, &full, &[]) });
    let mut taker = Session::new(Settings { encryption: taker, ..settings() }).unwrap();
    let mut job = job(content, &empty, &[crumbling(([127, 0, 0, 1], port).into())]);
    job.patience.stall = Some(Duration::from_secs(4));
    taker.add(job);
    loop {
        giver.turn(Duration::from_millis(2));
        let events = taker.turn(Duration::from_millis(2));
        if let Some(JobEvent::Ended(outcome)) = events.into_iter().map(|(_, event)| event).last() {
            assert!(outcome.result.is_err() || empty.read("file") == content.bytes());
            return outcome.result.is_ok();
        }
    }
}

#[test]
fn who_requires_encryption_meets_whom_it_is_not_forbidden() {
    use Encryption::{Allow, Never, Require};
    let content = file(Protocol::V1, 300_000, 32768);
    for (giver, taker, expected) in [
        (Allow, Allow, true),
        (Allow, Require, true),
        (Allow, Never, true),
        (Require, Allow, true),
        (Require, Require, true),
        (Require, Never, false),
        (Never, Require, false),
        (Never, Allow, true),
    ] {
        assert_eq!(is_given(&content, giver, taker), expected, "{giver:?} {taker:?}");
    }
}

#[test]
fn streams_of_all_kinds_of_torrents_are_encrypted() {
    for protocol in [Protocol::V2, Protocol::Hybrid] {
        let content = file(protocol, 3_000_000, 65536);
        assert!(is_given(&content, Encryption::Require, Encryption::Allow), "{protocol:?}");
    }
}

/// A caller that knows an info hash, and what it says first.
fn caller(home: &Home, from: [u8; 4], info_hash: [u8; 20]) -> (TcpStream, SecureHandshake, Vec<u8>) {
    let chance = Chance::new([from[3]; 28]);
    let mut side = SecureHandshake::initiator(Encryption::Allow, info_hash, &[0; 68], chance);
    let opening = side.take_output();
    (home.dial(from), side, opening)
}

/// Reads all that comes until the other end closes; how many bytes that were, and how long it took.
fn until_closed(stream: &mut TcpStream) -> (usize, Duration) {
    let begun = Instant::now();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut said = Vec::new();
    let end = stream.read_to_end(&mut said);
    // A caller that is reset had not been heard to its end, which is as well.
    assert!(end.is_ok() || begun.elapsed() < Duration::from_secs(30), "{end:?}");
    (said.len(), begun.elapsed())
}

#[test]
fn callers_who_begin_and_do_not_end_are_closed_in_time() {
    let (content, folder) = (file(Protocol::V1, 200_000, 32768), Folder::new(""));
    let home = Home::new(&content, &folder);
    let ours = content.metainfo().info_hash_v1().unwrap();
    let (mut silent, _, opening) = caller(&home, [127, 0, 40, 1], ours);
    silent.write_all(&opening[..96]).unwrap();
    let (mut drips, _, opening) = caller(&home, [127, 0, 40, 2], ours);
    let dripping = thread::spawn(move || {
        drips.write_all(&opening[..96]).unwrap();
        let padding = seeded_bytes(3, 512);
        let dripped = padding.iter().take_while(|byte| {
            thread::sleep(Duration::from_millis(100));
            drips.write_all(&[**byte]).is_ok()
        });
        dripped.count()
    });
    let (mut babbles, _, opening) = caller(&home, [127, 0, 40, 3], ours);
    babbles.write_all(&opening[..96]).unwrap();
    let babble = seeded_bytes(4, 1000);
    while babbles.write_all(&babble).is_ok() {}
    let (mut stranger, mut side, opening) = caller(&home, [127, 0, 40, 4], [9; 20]);
    stranger.write_all(&opening).unwrap();
    let mut answer = [0; 96];
    stranger.read_exact(&mut answer).unwrap();
    assert!(side.receive(&answer, &|_| None).unwrap().is_none());
    stranger.write_all(&side.take_output()).unwrap();
    assert!(until_closed(&mut stranger).0 <= 512, "who knows none of our torrents learns of none");
    assert!((96..=608).contains(&until_closed(&mut silent).0));
    assert!(dripping.join().unwrap() < 512, "padding of 51 seconds was heard to its end");
}

#[test]
fn one_host_has_us_answer_few_handshakes_and_others_are_answered() {
    let (content, folder) = (file(Protocol::V1, 200_000, 32768), Folder::new(""));
    let home = Home::new(&content, &folder);
    let ours = content.metainfo().info_hash_v1().unwrap();
    let answered = |from: [u8; 4]| {
        let (mut stream, _, opening) = caller(&home, from, ours);
        // Whoever is one too many may be closed before it has said all.
        let _ = stream.write_all(&opening);
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.read_exact(&mut [0; 96]).is_ok()
    };
    let count = (0..200).filter(|_| answered([127, 0, 41, 1])).count();
    // The time that they are counted in may have begun anew, once or twice on a slow machine.
    assert!((40..=160).contains(&count), "{count}");
    assert!(answered([127, 0, 42, 1]));
}
