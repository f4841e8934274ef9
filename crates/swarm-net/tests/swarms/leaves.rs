//! Leaves of pieces (BEP 52): sent by a peer that has just fetched them, and by none that had the pieces on disk before.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use swarm::wire::{Decoded, HANDSHAKE_LENGTH, Handshake, HashRange, Limits, Message, decode, encode};
use swarm_net::{Job, Settings};
use test_kit::{Content, Folder, HonestPeer, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, await_listener, free_port, job, run, settings};

/// A peer that asks for hashes.
struct Asker {
    stream: TcpStream,
    limits: Limits,
    buffer: Vec<u8>,
}

impl Asker {
    /// Says hello to whoever listens there by the v2 info hash.
    fn new(content: &Content, address: SocketAddr) -> Self {
        await_listener(address);
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let info_hash = *content.metainfo().info_hash_v2().unwrap().first_chunk().unwrap();
        stream.write_all(&Handshake::new(info_hash, *b"-AS0001-asks for it.", false).encode()).unwrap();
        let mut answer = [0; HANDSHAKE_LENGTH];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(Handshake::decode(&answer).unwrap().unwrap().info_hash, info_hash);
        Self { stream, limits: Limits::new(Some(content.pieces())), buffer: Vec::new() }
    }

    fn send(&mut self, message: &Message<Vec<u8>>) {
        let mut bytes = Vec::new();
        encode(message, &mut bytes);
        self.stream.write_all(&bytes).unwrap();
    }

    fn receive(&mut self) -> Message<Vec<u8>> {
        loop {
            if let Decoded::Message { length, message } = decode(&self.buffer, &self.limits).unwrap() {
                self.buffer.drain(..length);
                return message;
            }
            let mut bytes = [0; 16 << 10];
            let count = self.stream.read(&mut bytes).unwrap();
            assert!(count > 0, "cut off");
            self.buffer.extend_from_slice(&bytes[..count]);
        }
    }

    /// The next word about hashes.
    fn receive_hashes(&mut self) -> Message<Vec<u8>> {
        loop {
            let message = self.receive();
            if matches!(message, Message::Hashes { .. } | Message::HashReject(_)) {
                return message;
            }
        }
    }
}

/// Requests for the leaves of all files, 512 or all of them at a time, with the whole proof.
fn ranges(content: &Content) -> Vec<HashRange> {
    let each = content.metainfo().files().iter().flat_map(|file| {
        let blocks = file.length.div_ceil(16 << 10) as u32;
        let (leaves, pieces_root) = (blocks.next_power_of_two(), file.root.unwrap());
        let (length, proof_layers) = (leaves.min(512), leaves.ilog2() - 1);
        let range = move |index| HashRange { pieces_root, base_layer: 0, index, length, proof_layers };
        (0..blocks).step_by(length as usize).map(range)
    });
    each.collect()
}

/// One that stays tells a peer the leaves of any file and how they are proved, if it has fetched them; else it rejects each request.
fn a_seed_is_asked(protocol: Protocol, piece_length: u64, was_on_disk: bool) {
    let data = seeded_bytes(1, 20_000_000);
    let files: [(&str, &[u8]); 3] =
        [("a", &data[..15_000_001]), ("b", &data[..50_000]), ("c", &data[15_000_001..])];
    let content = Content::of_folder(protocol, "folder", &files, piece_length);
    let folder = Folder::new("");
    if was_on_disk {
        files.iter().for_each(|(name, data)| folder.write(format!("folder/{name}"), data));
    }
    let honest = HonestPeer::new(content.clone(), Manners::default());
    let port = free_port();
    let settings = Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    // It ends when it is asked to.
    let seed_time = Some(Duration::from_secs(50));
    let staying = Job { seed_time, ..job(&content, &folder, &[honest.address()]) };
    let is_over = Arc::new(AtomicBool::new(false));
    let (interrupt, (completed, is_complete)) = (Arc::clone(&is_over), mpsc::channel());
    let stays = thread::spawn(move || {
        let on_complete: Box<dyn FnMut()> = Box::new(move || completed.send(()).unwrap());
        let mut said = Said { on_complete: Some(on_complete), ..Said::default() };
        run(settings, vec![staying], &mut said, || interrupt.load(Ordering::Relaxed)).remove(0)
    });
    is_complete.recv().unwrap();
    let mut asker = Asker::new(&content, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    for range in ranges(&content) {
        asker.send(&Message::HashRequest(range));
        let expected = match was_on_disk {
            true => Message::HashReject(range),
            false => Message::Hashes { range, hashes: content.hashes(range).unwrap() },
        };
        assert!(asker.receive_hashes() == expected, "{protocol:?} {piece_length} {was_on_disk} {range:?}");
    }
    is_over.store(true, Ordering::Relaxed);
    stays.join().unwrap().result.unwrap();
}

#[test]
fn who_has_fetched_pieces_tells_their_leaves_and_nobody_reads_them_from_disk() {
    thread::scope(|scope| {
        for (protocol, piece_length, was_on_disk) in [
            (Protocol::V2, 32 << 10, false),
            (Protocol::V2, 16 << 20, false),
            (Protocol::Hybrid, 256 << 10, false),
            (Protocol::V2, 256 << 10, true),
        ] {
            scope.spawn(move || a_seed_is_asked(protocol, piece_length, was_on_disk));
        }
    });
}
