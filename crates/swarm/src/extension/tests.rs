//! What is written is read again; what strangers send is read as far as it makes sense.

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;
use torrent_core::bencode::{FaultKind, scan};

use super::*;
use crate::{NamedPeer, PeerFlags};

fn handshake() -> impl Strategy<Value = ExtensionHandshake> {
    let client = prop::collection::vec(any::<u8>(), 0..=64);
    (
        prop::collection::vec(any::<Option<u8>>(), Extension::ALL.len()),
        any::<Option<u64>>(),
        prop::option::of(1_u16..),
        any::<Option<u32>>(),
        any::<Option<bool>>(),
        prop::option::of(client),
        any::<Option<IpAddr>>(),
        any::<Option<bool>>(),
    )
        .prop_map(
            |(numbers, metadata_size, port, requests, upload_only, client, your_ip, prefers_encryption)| {
                let said = Extension::ALL.into_iter().zip(numbers).filter_map(|(of, id)| Some((of, id?)));
                let ids = said.fold(ExtensionIds::default(), |ids, (of, id)| ids.with(of, id));
                ExtensionHandshake {
                    prefers_encryption,
                    ids,
                    metadata_size,
                    port,
                    requests,
                    upload_only,
                    client,
                    your_ip,
                }
            },
        )
}

fn ip() -> impl Strategy<Value = IpAddr> {
    any::<IpAddr>().prop_map(|ip| ip.to_canonical())
}

proptest! {
    #[test]
    fn a_handshake_comes_back(ours in handshake()) {
        let payload = ours.encode();
        prop_assert_eq!(scan(&payload, NESTING), Ok((payload.len(), vec![])));
        prop_assert_eq!(ExtensionHandshake::decode(&payload), Ok(ours));
    }

    #[test]
    fn a_metadata_message_comes_back(block in 0_u32..100, kind in 0..3, more in 1_u64..40_000) {
        let total = u64::from(block) * METADATA_BLOCK as u64 + more;
        let data = vec![b'd'; MetadataMessage::block_length(block, total)];
        let message = match kind {
            0 => MetadataMessage::Request { block },
            1 => MetadataMessage::Data { block, total, data: &data },
            _ => MetadataMessage::Reject { block },
        };
        let payload = message.encode();
        prop_assert_eq!(MetadataMessage::decode(&payload), Ok(message));
        let (end, faults) = scan(&payload, NESTING).unwrap();
        prop_assert_eq!(end + if kind == 1 { data.len() } else { 0 }, payload.len());
        prop_assert!(faults.iter().all(|fault| fault.kind == FaultKind::Trailing));
        for cut in 0..end {
            prop_assert!(MetadataMessage::decode(&payload[..cut]).is_err());
        }
    }

    #[test]
    fn a_message_of_peer_exchange_comes_back(
        added in prop::collection::btree_map(ip(), (1_u16.., 0_u8..32), 0..50),
        dropped in prop::collection::btree_set((ip(), 1_u16..), 0..50),
    ) {
        let added = added.into_iter().map(|(ip, (port, flags))| {
            NamedPeer { address: (ip, port).into(), flags: PeerFlags::from_bits(flags) }
        });
        let dropped = dropped.into_iter().map(SocketAddr::from);
        let message = PexMessage { added: added.collect(), dropped: dropped.collect() };
        let payload = message.encode();
        prop_assert_eq!(scan(&payload, NESTING), Ok((payload.len(), vec![])));
        prop_assert!(payload.len() <= crate::limits::PEX_MESSAGE);
        prop_assert_eq!(PexMessage::decode(&payload), Ok(message));
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(prop::sample::select(b"0123456789:-ildemp".to_vec()), 0..60)) {
        let _ = ExtensionHandshake::decode(&bytes);
        let _ = MetadataMessage::decode(&bytes);
        let _ = PexMessage::decode(&bytes);
    }
}

/// That messages of BEP 9 are wanted by this number.
fn metadata(id: u8) -> ExtensionIds {
    ExtensionIds::default().with(Extension::Metadata, id)
}

#[test]
fn the_examples_of_the_specifications_are_read() {
    let uttorrent = b"d1:md11:LT_metadatai1e7:\xc2\xb5T_PEXi2ee1:pi6881e1:v13:\xc2\xb5Torrent 1.2e";
    let read = ExtensionHandshake::decode(uttorrent).unwrap();
    assert_eq!((read.port, read.ids), (Some(6881), ExtensionIds::default()));
    assert_eq!(read.client.as_deref(), Some(b"\xc2\xb5Torrent 1.2".as_slice()));
    let sized = ExtensionHandshake::decode(b"d1:md11:ut_metadatai3ee13:metadata_sizei31235ee").unwrap();
    assert_eq!((sized.ids, sized.metadata_size), (metadata(3), Some(31_235)));
    let request = MetadataMessage::decode(b"d8:msg_typei0e5:piecei0ee");
    assert_eq!(request, Ok(MetadataMessage::Request { block: 0 }));
    let data = MetadataMessage::decode(b"d8:msg_typei1e5:piecei0e10:total_sizei3eexxx");
    assert_eq!(data, Ok(MetadataMessage::Data { block: 0, total: 3, data: b"xxx" }));
    assert_eq!(MetadataMessage::decode(b"d8:msg_typei7e5:piecei0ee"), Ok(MetadataMessage::Other));
}

#[test]
fn fields_that_make_no_sense_count_as_absent() {
    let nothing = ExtensionHandshake::default();
    for payload in [
        "de",
        "d1:m0:e",
        "d1:mle1:pi1000000ee",
        "d1:md11:ut_metadatai256ee1:pi0ee",
        "d1:md11:ut_metadatai-1eee",
        "d1:md11:ut_metadata1:1ee",
        "d13:metadata_sizei-5e4:reqqi4294967296ee",
        "d11:upload_onlylee",
        "d1:vi5e6:yourip5:12345e",
        "dei5e",
    ] {
        assert_eq!(ExtensionHandshake::decode(payload.as_bytes()), Ok(nothing.clone()), "{payload}");
    }
    let loose = ExtensionHandshake::decode(b"d4:reqqi00500e1:md11:ut_metadatai0e1:\xffleee").unwrap();
    assert_eq!((loose.requests, loose.ids), (Some(500), metadata(0)));
    let long = ExtensionHandshake::decode(&[b"d1:v8000:", [b'v'; 8000].as_slice(), b"e"].concat());
    assert_eq!(long.unwrap().client.unwrap().len(), 64);
}

#[test]
fn payloads_that_are_no_dictionary_are_refused() {
    for payload in ["", "le", "i5e", "4:spam"] {
        assert!(ExtensionHandshake::decode(payload.as_bytes()).is_err(), "{payload}");
        assert!(MetadataMessage::decode(payload.as_bytes()).is_err(), "{payload}");
    }
    for depth in [16, 100_000] {
        let deep = ["d1:m", &"l".repeat(depth), &"e".repeat(depth), "e"].concat();
        assert!(matches!(ExtensionHandshake::decode(deep.as_bytes()), Err(ExtensionError::Bencode(_))));
    }
}

/// Whatever is in them: what follows the dictionary does not count.
#[test]
fn dictionaries_have_a_longest_length() {
    let of_bytes = |start: &str, bytes: usize| {
        let values = "le".repeat((bytes - start.len() - 6) / 2);
        let list = format!("{start}1:zl{values}ee");
        [list.as_bytes(), b"x"].concat()
    };
    for (bytes, is_read) in [(8 << 10, true), ((8 << 10) + 2, false), (1 << 20, false)] {
        assert_eq!(ExtensionHandshake::decode(&of_bytes("d1:a0:", bytes)).is_ok(), is_read, "{bytes}");
    }
    let head = "d8:msg_typei2e5:piecei0e";
    for (bytes, is_read) in [(512, true), (514, false), (1 << 20, false)] {
        assert_eq!(MetadataMessage::decode(&of_bytes(head, bytes)).is_ok(), is_read, "{bytes}");
    }
}

#[test]
fn metadata_that_does_not_fit_its_place_is_refused() {
    let data = |block: u64, total: u64, length: usize| {
        let dict = format!("d8:msg_typei1e5:piecei{block}e10:total_sizei{total}ee");
        MetadataMessage::decode(&[dict.as_bytes(), &vec![0; length]].concat()).map(|_| ())
    };
    assert_eq!(data(0, 20_000, 16_384), Ok(()));
    assert_eq!(data(1, 20_000, 3_616), Ok(()));
    for (block, total, length) in [
        (0, 20_000, 16_383),
        (0, 20_000, 16_385),
        (1, 20_000, 3_617),
        (2, 20_000, 1),
        (2, 32_768, 0),
        (0, 0, 0),
        (u64::from(u32::MAX), u64::MAX, 16_383),
    ] {
        assert_eq!(
            data(block, total, length),
            Err(ExtensionError::MetadataLength(length)),
            "{block} {total}"
        );
    }
    assert_eq!(data(1 << 32, u64::MAX, 16_384), Err(ExtensionError::Missing("piece")));
    for (payload, key) in [
        ("d5:piecei0ee", "msg_type"),
        ("d8:msg_typei0ee", "piece"),
        ("d8:msg_typei0e5:piecei-1ee", "piece"),
        ("d8:msg_typei1e5:piecei0eex", "total_size"),
    ] {
        assert_eq!(MetadataMessage::decode(payload.as_bytes()), Err(ExtensionError::Missing(key)));
    }
}

#[test]
fn peers_are_read_as_far_as_they_make_sense() {
    let read = |payload: &[u8]| {
        let message = PexMessage::decode(payload).unwrap();
        let added: Vec<String> =
            message.added.iter().map(|peer| format!("{} {:#x}", peer.address, peer.flags.bits())).collect();
        (added.join(", "), message.dropped.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
    };
    for (payload, added, dropped) in [
        (b"de".as_slice(), "", ""),
        (b"d5:addedi5e7:droppedlee".as_slice(), "", ""),
        (b"d5:added0:7:added.f0:e".as_slice(), "", ""),
        // Flags are optional, unknown ones are not kept, and each is that of its peer.
        (b"d5:added6:\x01\x02\x03\x04\x00\x05e".as_slice(), "1.2.3.4:5 0x0", ""),
        (b"d5:added6:\x01\x02\x03\x04\x00\x057:added.f1:\x72e".as_slice(), "1.2.3.4:5 0x12", ""),
        (b"d5:added12:\x01\x02\x03\x04\x00\x00\x01\x02\x03\x05\x00\x057:added.f2:\x01\x02e".as_slice(), "1.2.3.5:5 0x2", ""),
        // What is left over, a port 0, and an address that was there.
        (b"d5:added8:\x01\x02\x03\x04\x00\x05\x01\x027:dropped7:\x01\x02\x03\x04\x00\x05\x01e".as_slice(), "1.2.3.4:5 0x0", "1.2.3.4:5"),
        (b"d5:added12:\x01\x02\x03\x04\x00\x05\x01\x02\x03\x04\x00\x06e".as_slice(), "1.2.3.4:5 0x0", ""),
        (
            b"d6:added618:\x20\x01\x0d\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x1a\xe18:added6.f1:\x02e".as_slice(),
            "[2001:d08::1]:6881 0x2",
            "",
        ),
    ] {
        assert_eq!(read(payload), (added.to_owned(), dropped.to_owned()), "{added}");
    }
    for payload in ["", "le", "i5e", "d5:added"] {
        assert!(PexMessage::decode(payload.as_bytes()).is_err(), "{payload}");
    }
    let long = |peers: usize| {
        let list: Vec<u8> =
            (0..peers as u32).flat_map(|n| [&n.to_be_bytes()[..], &[0, 1]].concat()).collect();
        [format!("d5:added{}:", list.len()).as_bytes(), &list, b"e"].concat()
    };
    assert_eq!(PexMessage::decode(&long(1000)).unwrap().added.len(), crate::limits::PEX_READ);
    assert!(PexMessage::decode(&long(3000)).is_err());
}
