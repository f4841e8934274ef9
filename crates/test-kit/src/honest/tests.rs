//! Whoever asks an honest peer gets what it asked for.

use std::net::TcpListener;

use piece_hash::{Backend, Sha1};
use swarm::wire::{BlockAddress, HashRange};
use torrent_core::metainfo::Protocol;

use super::*;
use crate::seeded_bytes;

fn content(protocol: Protocol) -> Arc<Content> {
    let (a, b) = (seeded_bytes(1, 100_000), seeded_bytes(2, 50_000));
    Content::of_folder(protocol, "folder", &[("a", &a), ("b", &b)], 32 << 10)
}

/// A connection whose handshake is done.
fn connect(stream: TcpStream, content: &Content, reserved: Option<[u8; 8]>) -> (Line, Handshake) {
    let stop = Stop::within(Duration::from_secs(20));
    let mut line = Line::new(stream, &stop, Limits::new(Some(content.pieces()))).unwrap();
    let ours = Handshake::new(content.info_hash(), [7; 20], false);
    line.send_bytes(&Handshake { reserved: reserved.unwrap_or(ours.reserved), ..ours }.encode()).unwrap();
    let theirs = line.read_handshake().unwrap();
    assert_eq!(theirs.info_hash, ours.info_hash);
    (line, theirs)
}

/// The next message that `want` is for; others are passed over.
fn wait_for<T>(line: &mut Line, want: impl Fn(Message<Vec<u8>>) -> Option<T>) -> T {
    loop {
        if let Some(found) = want(line.receive().unwrap()) {
            return found;
        }
    }
}

fn fetch_all(line: &mut Line, content: &Content) {
    line.send(&Message::Interested).unwrap();
    wait_for(line, |message| matches!(message, Message::Unchoke).then_some(()));
    let layout = content.metainfo().layout();
    for piece in 0..content.pieces() {
        let bytes = layout.piece(piece.into());
        let length = (bytes.end - bytes.start) as u32;
        for offset in (0..length).step_by(16 << 10) {
            let asked = BlockAddress { piece: piece.into(), offset, length: (length - offset).min(16 << 10) };
            line.send(&Message::Request(asked)).unwrap();
            let (block, data) = wait_for(line, |message| match message {
                Message::Piece { block, data } => Some((block, data)),
                _ => None,
            });
            assert_eq!((block, data.as_slice()), (asked, content.block(asked).unwrap()));
        }
    }
}

#[test]
fn it_gives_every_block() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let content = content(protocol);
        let peer = HonestPeer::new(content.clone(), Manners::default());
        let stream = TcpStream::connect(peer.address()).unwrap();
        let (mut line, theirs) = connect(stream, &content, None);
        assert!(theirs.has_fast() && theirs.has_extensions());
        fetch_all(&mut line, &content);
        assert_eq!(peer.given(), content.bytes().len() as u64);
    }
}

#[test]
fn it_dials_and_speaks_plainly() {
    let content = content(Protocol::V1);
    let peer =
        HonestPeer::new(content.clone(), Manners { metadata: false, fast: false, delay: Duration::ZERO });
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    peer.dial(listener.local_addr().unwrap());
    let (mut line, theirs) = connect(listener.accept().unwrap().0, &content, None);
    assert_eq!(theirs.reserved, [0; 8]);
    assert_eq!(line.receive().unwrap(), Message::Bitfield(full_bitfield(content.pieces())));
    fetch_all(&mut line, &content);
}

#[test]
fn it_gives_metadata_and_hashes() {
    let content = content(Protocol::Hybrid);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let (mut line, _) = connect(TcpStream::connect(peer.address()).unwrap(), &content, None);
    let ours = ExtensionHandshake {
        ids: ExtensionIds::default().with(Extension::Metadata, 9),
        ..ExtensionHandshake::default()
    };
    line.send(&Message::Extended { id: 0, payload: ours.encode() }).unwrap();
    let request = MetadataMessage::Request { block: 0 }.encode();
    line.send(&Message::Extended { id: METADATA_ID, payload: request }).unwrap();
    let payload = wait_for(&mut line, |message| match message {
        Message::Extended { id: 9, payload } => Some(payload),
        _ => None,
    });
    let Ok(MetadataMessage::Data { data, .. }) = MetadataMessage::decode(&payload) else { panic!("no data") };
    assert_eq!(data, content.metainfo().raw_info());
    assert_eq!(Some(Backend::best().digest::<Sha1>(data)), content.metainfo().info_hash_v1());

    let root = content.metainfo().files().get(0).root.unwrap();
    let range = HashRange { pieces_root: root, base_layer: 1, index: 0, length: 4, proof_layers: 1 };
    line.send(&Message::HashRequest(range)).unwrap();
    let hashes = wait_for(&mut line, |message| match message {
        Message::Hashes { hashes, .. } => Some(hashes),
        _ => None,
    });
    assert_eq!(hashes, content.metainfo().piece_layer(0).unwrap());
    line.send(&Message::HashRequest(HashRange { pieces_root: [0; 32], ..range })).unwrap();
    wait_for(&mut line, |message| matches!(message, Message::HashReject(_)).then_some(()));
}
