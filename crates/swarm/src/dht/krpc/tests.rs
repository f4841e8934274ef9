//! Messages as BEP 5 prints them, and what is none.

use super::*;
use crate::dht::limits::DATAGRAM_MAX;

fn id(text: &[u8; 20]) -> NodeId {
    NodeId(*text)
}

fn query(question: Question<'_>) -> KrpcBody<'_> {
    KrpcBody::Query(KrpcQuery { id: id(b"abcdefghij0123456789"), question, want: None, read_only: false })
}

fn answer<'a>() -> KrpcAnswer<'a> {
    KrpcAnswer {
        id: id(b"mnopqrstuvwxyz123456"),
        nodes: Vec::new(),
        peers: Vec::new(),
        token: None,
        asker: None,
    }
}

#[test]
fn messages_are_read_as_bep_5_prints_them() {
    let target = id(b"mnopqrstuvwxyz123456");
    let peers = ["97.120.106.101:11893", "105.100.104.116:28269"].map(|peer| peer.parse().unwrap()).to_vec();
    let token: &[u8] = b"aoeusnth";
    let announce = |port| Question::AnnouncePeer { info_hash: target.0, port, token };
    let with_peers = KrpcAnswer { id: id(b"abcdefghij0123456789"), peers, token: Some(token), ..answer() };
    let cases: [(&[u8], KrpcBody<'_>); 9] = [
        (b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", query(Question::Ping)),
        (b"d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re", KrpcBody::Answer(answer())),
        (
            b"d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
            query(Question::FindNode { target }),
        ),
        (
            b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
            query(Question::GetPeers { info_hash: target.0 }),
        ),
        (
            b"d1:rd2:id20:abcdefghij01234567895:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re",
            KrpcBody::Answer(with_peers),
        ),
        (
            b"d1:ad2:id20:abcdefghij012345678912:implied_porti1e9:info_hash20:mnopqrstuvwxyz1234564:porti6881e\
              5:token8:aoeusnthe1:q13:announce_peer1:t2:aa1:y1:qe",
            query(announce(None)),
        ),
        (
            b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti6881e5:token8:aoeusnthe\
              1:q13:announce_peer1:t2:aa1:y1:qe",
            query(announce(Some(6881))),
        ),
        (b"d1:ad2:id20:abcdefghij0123456789e1:q4:vote1:t2:aa1:y1:qe", query(Question::Other)),
        (b"d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee", KrpcBody::Error(201)),
    ];
    for (datagram, body) in cases {
        let text = String::from_utf8_lossy(datagram);
        assert_eq!(KrpcMessage::decode(datagram), Some(KrpcMessage { transaction: b"aa", body }), "{text}");
    }
}

#[test]
fn what_is_written_reads_the_same() {
    let node = |address: &str| DhtNode { id: id(b"0123456789abcdefghij"), address: address.parse().unwrap() };
    let nodes = vec![node("8.8.8.8:1"), node("[2606:4700::1]:65535"), node("[2606:4700::2]:6881")];
    let full = KrpcAnswer {
        nodes,
        peers: vec!["[2606:4700::5]:6881".parse().unwrap()],
        token: Some(b"tok"),
        asker: Some("9.9.9.9:6881".parse().unwrap()),
        ..answer()
    };
    let want = Some(Want { v4: true, v6: true });
    let asked = KrpcQuery {
        id: id(b"abcdefghij0123456789"),
        question: Question::GetPeers { info_hash: [7; 20] },
        want,
        read_only: true,
    };
    for body in [KrpcBody::Answer(full), KrpcBody::Query(asked), KrpcBody::Error(203)] {
        let message = KrpcMessage { transaction: b"\0\xff:e", body };
        let datagram = message.encode();
        assert_eq!(KrpcMessage::decode(&datagram), Some(message));
        let (_, faults) = torrent_core::bencode::scan(&datagram, 4).unwrap();
        assert_eq!(faults, []);
    }
}

#[test]
fn what_is_malformed_is_no_message() {
    let deep =
        [b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:q1:z".to_vec(), b"l".repeat(99)].concat();
    let long = [&b"d1:rd2:id20:mnopqrstuvwxyz1234561:z1500:"[..], &[b'z'; 1500], b"e1:t2:aa1:y1:re"].concat();
    assert!(long.len() > DATAGRAM_MAX);
    let malformed: [&[u8]; 17] = [
        b"",
        b"d",
        b"de",
        b"i1e",
        b"le",
        b"d1:t2:aae",
        b"d1:t2:aa1:y1:qe",
        b"d1:t2:aa1:y1:re",
        b"d1:t2:aa1:yi1ee",
        b"d1:rd2:id19:mnopqrstuvwxyz12345e1:t2:aa1:y1:re",
        b"d1:rd2:idi20ee1:t2:aa1:y1:re",
        b"d1:rd2:id20:mnopqrstuvwxyz123456e1:y1:re",
        b"d1:rle1:t2:aa1:y1:re",
        b"d1:ad2:id20:abcdefghij0123456789e1:q9:get_peers1:t2:aa1:y1:qe",
        b"d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz1234564:porti0e5:token1:xe\
          1:q13:announce_peer1:t2:aa1:y1:qe",
        &deep,
        &long,
    ];
    for datagram in malformed {
        assert_eq!(KrpcMessage::decode(datagram), None, "{}", String::from_utf8_lossy(datagram));
    }
    // Nodes and peers that are cut off, have no port or no length that an address has are left out; the rest counts.
    let odd = b"d1:rd2:id20:mnopqrstuvwxyz1234565:nodes30:0123456789abcdefghij\x08\x08\x08\x08\x00\x01junk\
        6:valuesl6:\x08\x08\x08\x08\0\x005:shorti5e6:\x08\x08\x08\x08\0\x02ee1:t2:aa1:y1:re";
    let Some(KrpcMessage { body: KrpcBody::Answer(read), .. }) = KrpcMessage::decode(odd) else { panic!() };
    assert_eq!(read.nodes.iter().map(|node| node.address.to_string()).collect::<Vec<_>>(), ["8.8.8.8:1"]);
    assert_eq!(read.peers, ["8.8.8.8:2".parse().unwrap()]);
}
