//! What is written is read again however it is cut; what may not be sent is refused, and early.

use proptest::prelude::*;

use torrent_core::layout::PieceIndex;

use super::*;

type Payload = Vec<u8>;

const PIECES: u32 = 1_000;

fn block_address() -> impl Strategy<Value = BlockAddress> {
    (piece(), 0_u32..(2 << 30) - (16 << 10), 1_u32..=16 << 10)
        .prop_map(|(piece, offset, length)| BlockAddress { piece, offset, length })
}

fn piece() -> impl Strategy<Value = PieceIndex> {
    (0..PIECES).prop_map(PieceIndex::from)
}

fn hash_range() -> impl Strategy<Value = HashRange> {
    (any::<[u8; 32]>(), 0_u32..=64, any::<u32>(), 1..u32::MAX, 0_u32..=64).prop_map(
        |(pieces_root, base_layer, index, length, proof_layers)| HashRange {
            pieces_root,
            base_layer,
            index,
            length,
            proof_layers,
        },
    )
}

fn bitfield() -> impl Strategy<Value = Payload> {
    prop::collection::vec(any::<u8>(), PIECES as usize / 8)
}

fn hashes() -> impl Strategy<Value = Message<Payload>> {
    (hash_range(), prop::collection::vec(any::<[u8; 32]>(), 1..20))
        .prop_map(|(range, hashes)| Message::Hashes { range: HashRange { length: 512, ..range }, hashes })
}

fn message() -> impl Strategy<Value = Message<Payload>> {
    let plain = [
        Message::KeepAlive,
        Message::Choke,
        Message::Unchoke,
        Message::Interested,
        Message::NotInterested,
        Message::HaveAll,
        Message::HaveNone,
    ];
    prop_oneof![
        7 => prop::sample::select(plain.to_vec()),
        1 => piece().prop_map(Message::Have),
        1 => bitfield().prop_map(Message::Bitfield),
        1 => block_address().prop_map(Message::Request),
        3 => block_address().prop_map(|block| Message::Piece { block, data: vec![7; block.length as usize] }),
        1 => block_address().prop_map(Message::Cancel),
        1 => any::<u16>().prop_map(Message::Port),
        1 => piece().prop_map(Message::SuggestPiece),
        1 => block_address().prop_map(Message::RejectRequest),
        1 => piece().prop_map(Message::AllowedFast),
        1 => (any::<u8>(), prop::collection::vec(any::<u8>(), 0..200))
            .prop_map(|(id, payload)| Message::Extended { id, payload }),
        1 => hash_range().prop_map(Message::HashRequest),
        1 => hashes(),
        1 => hash_range().prop_map(Message::HashReject),
    ]
}

fn sent(messages: &[Message<Payload>]) -> Vec<u8> {
    let mut stream = Vec::new();
    for message in messages {
        encode(message, &mut stream);
        if let Message::Piece { data, .. } = message {
            stream.extend(data);
        }
    }
    stream
}

/// Reads a stream the way a driver does: as much as is asked for, never more than `chunk` bytes at a time.
fn received(mut stream: &[u8], chunk: usize, limits: &Limits) -> Vec<Message<Payload>> {
    let (mut messages, mut buffer) = (Vec::new(), Vec::new());
    loop {
        match decode(&buffer, limits).unwrap() {
            Decoded::Incomplete { need } => {
                assert!(need > buffer.len());
                if stream.is_empty() {
                    assert_eq!(buffer, b"");
                    return messages;
                }
                while buffer.len() < need {
                    let (now, later) = stream.split_at(chunk.min(stream.len()));
                    assert!(!now.is_empty(), "more is needed than was sent");
                    buffer.extend(now);
                    stream = later;
                }
            }
            Decoded::Message { length, message } => {
                buffer.drain(..length);
                messages.push(message);
            }
            Decoded::Block { header, block } => {
                buffer.extend(stream);
                stream = &[];
                buffer.drain(..header);
                let data = buffer.drain(..block.length as usize).collect();
                messages.push(Message::Piece { block, data });
            }
        }
    }
}

proptest! {
    #[test]
    fn what_is_sent_is_received(messages in prop::collection::vec(message(), 0..12), chunk in 1_usize..100) {
        let stream = sent(&messages);
        prop_assert_eq!(&received(&stream, chunk, &Limits::new(Some(PIECES))), &messages);
        prop_assert_eq!(&received(&stream, chunk, &Limits::new(None)), &messages);
    }

    #[test]
    fn a_part_of_a_message_is_incomplete(message in message(), cut in any::<prop::sample::Index>()) {
        let whole = sent(&[message]);
        let part = &whole[..cut.index(whole.len())];
        match decode::<Payload>(part, &Limits::new(Some(PIECES))).unwrap() {
            Decoded::Incomplete { need } => prop_assert!(part.len() < need && need <= whole.len()),
            Decoded::Block { header, .. } => prop_assert!(header <= part.len()),
            Decoded::Message { .. } => prop_assert!(false, "a message without its end"),
        }
    }

    #[test]
    fn what_is_accepted_is_written_the_same(bytes in prop::collection::vec(any::<u8>(), 0..60), id in 0_u8..25) {
        let prefix = (bytes.len() as u32 + 1).to_be_bytes();
        let bytes = [&prefix, [id].as_slice(), &bytes].concat();
        if let Ok(Decoded::Message { length, message }) = decode::<Payload>(&bytes, &Limits::new(None)) {
            prop_assert_eq!(sent(&[message]), &bytes[..length]);
        }
    }

    #[test]
    fn a_handshake_comes_back(info_hash in any::<[u8; 20]>(), peer_id in any::<[u8; 20]>(), is_hybrid in any::<bool>()) {
        let ours = Handshake::new(info_hash, peer_id, is_hybrid);
        let bytes = ours.encode();
        prop_assert_eq!(Handshake::decode(&bytes), Ok(Some(ours)));
        prop_assert!(ours.has_extensions() && ours.has_fast());
        prop_assert_eq!(ours.has_v2(), is_hybrid);
        for part in 0..HANDSHAKE_LENGTH {
            prop_assert_eq!(Handshake::decode(&bytes[..part]), Ok(None));
        }
        for wrong in 0..20 {
            let mut bytes = bytes;
            bytes[wrong] ^= 0x20;
            prop_assert_eq!(Handshake::decode(&bytes[..=wrong]), Err(WireError::NotBitTorrent));
        }
    }
}

/// The shortest and longest that each message may be, as its prefix says it; the torrent has 11 pieces.
const LENGTHS: [(u8, u32, u32); 19] = [
    (0, 1, 1),
    (1, 1, 1),
    (2, 1, 1),
    (3, 1, 1),
    (4, 5, 5),
    (5, 3, 3),
    (6, 13, 13),
    (7, 10, 16_393),
    (8, 13, 13),
    (9, 3, 3),
    (13, 5, 5),
    (14, 1, 1),
    (15, 1, 1),
    (16, 13, 13),
    (17, 5, 5),
    (20, 2, (1 << 20) + 2),
    (21, 49, 49),
    (22, 81, 18_481),
    (23, 49, 49),
];

fn start(length: u32, id: u8) -> Vec<u8> {
    [length.to_be_bytes().as_slice(), &[id]].concat()
}

#[test]
fn every_length_but_the_right_ones_is_refused_at_once() {
    let limits = Limits::new(Some(11));
    for (id, shortest, longest) in LENGTHS {
        for length in [1, shortest - 1, shortest, longest, longest + 1, 1 << 31, u32::MAX] {
            let verdict = decode::<Payload>(&start(length, id), &limits);
            match length {
                0 => assert!(matches!(verdict, Ok(Decoded::Message { message: Message::KeepAlive, .. }))),
                length if (shortest..=longest).contains(&length) => assert!(verdict.is_ok(), "{id} {length}"),
                length if length > (1 << 20) + 2 => assert_eq!(verdict, Err(WireError::TooLong(length))),
                length => assert_eq!(verdict, Err(WireError::Length { id, length })),
            }
        }
    }
    // Four bytes are enough to know.
    assert_eq!(decode::<Payload>(&[0xff; 4], &limits), Err(WireError::TooLong(u32::MAX)));
    assert_eq!(decode::<Payload>(&[0x80, 0, 0, 0], &limits), Err(WireError::TooLong(1 << 31)));
}

#[test]
fn numbers_without_a_meaning_are_refused() {
    for id in (0..=255).filter(|id| LENGTHS.iter().all(|(known, ..)| known != id)) {
        for length in [1, 5, 13, 1_000] {
            assert_eq!(
                decode::<Payload>(&start(length, id), &Limits::new(None)),
                Err(WireError::UnknownId(id))
            );
        }
    }
}

#[test]
fn before_the_metadata_a_bitfield_has_any_sane_length() {
    let verdict = |length| decode::<Payload>(&start(length, 5), &Limits::new(None));
    assert!(verdict(1).is_ok() && verdict((256 << 10) + 1).is_ok());
    assert_eq!(verdict((256 << 10) + 2), Err(WireError::Length { id: 5, length: (256 << 10) + 2 }));
    let small = Limits { pieces: None, extended: 100 };
    assert!(decode::<Payload>(&start(102, 20), &small).is_ok());
    assert_eq!(decode::<Payload>(&start(103, 20), &small), Err(WireError::Length { id: 20, length: 103 }));
}

fn numbers(id: u8, numbers: &[u32]) -> Vec<u8> {
    let body: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    [start(body.len() as u32 + 1, id), body].concat()
}

#[test]
fn pieces_and_blocks_that_do_not_exist_are_refused() {
    let refused = |bytes: &[u8]| decode::<Payload>(bytes, &Limits::new(Some(11))).unwrap_err();
    for id in [4, 13, 17] {
        assert!(decode::<Payload>(&numbers(id, &[10]), &Limits::new(Some(11))).is_ok());
        assert!(decode::<Payload>(&numbers(id, &[u32::MAX]), &Limits::new(None)).is_ok());
        for piece in [11, 1 << 31, u32::MAX] {
            assert_eq!(refused(&numbers(id, &[piece])), WireError::PieceIndex(piece));
        }
    }
    for id in [6, 8, 16] {
        assert!(decode::<Payload>(&numbers(id, &[10, (2 << 30) - 1, 1]), &Limits::new(Some(11))).is_ok());
        for piece in [11, u32::MAX] {
            assert_eq!(refused(&numbers(id, &[piece, 0, 1])), WireError::PieceIndex(piece));
        }
        for length in [0, (16 << 10) + 1, 1 << 31, u32::MAX] {
            assert_eq!(refused(&numbers(id, &[0, 0, length])), WireError::BlockLength(length));
        }
        for offset in [2 << 30, u32::MAX] {
            assert_eq!(refused(&numbers(id, &[0, offset, 1])), WireError::BlockOffset(offset));
        }
    }
    let piece = |piece: u32, offset: u32| {
        [start(10, 7), piece.to_be_bytes().to_vec(), offset.to_be_bytes().to_vec()].concat()
    };
    assert_eq!(refused(&piece(11, 0)), WireError::PieceIndex(11));
    assert_eq!(refused(&piece(0, u32::MAX)), WireError::BlockOffset(u32::MAX));
}

#[test]
fn spare_bits_are_refused() {
    let bitfield = |last| [start(3, 5), vec![0xff, last]].concat();
    let limits = Limits::new(Some(11));
    assert!(decode::<Payload>(&bitfield(0xe0), &limits).is_ok());
    for last in [0xf0, 0x01, 0x1f, 0xff] {
        assert_eq!(decode::<Payload>(&bitfield(last), &limits), Err(WireError::Bitfield));
    }
}

#[test]
fn hashes_that_do_not_fit_their_range_are_refused() {
    let hashes = |range: [u32; 4], bytes: usize| {
        let mut message = start(49 + bytes as u32, 22);
        message.extend([9; 32]);
        range.iter().for_each(|number| message.extend(number.to_be_bytes()));
        message.extend(vec![1; bytes]);
        decode::<Payload>(&message, &Limits::new(None))
    };
    assert!(hashes([0, 0, 2, 1], 96).is_ok() && hashes([0, 0, 2, 1], 32).is_ok());
    assert!(hashes([64, 0, 512, 64], 576 * 32).is_ok());
    for (range, bytes) in [
        ([0, 0, 2, 1], 128),
        ([0, 0, 2, 1], 95),
        ([0, 0, 0, 1], 32),
        ([65, 0, 2, 1], 32),
        ([0, 0, 2, 65], 32),
        ([0, 0, 0, 0], 32),
    ] {
        assert_eq!(hashes(range, bytes), Err(WireError::Hashes), "{range:?} {bytes}");
    }
}
