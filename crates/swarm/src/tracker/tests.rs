//! What trackers are asked, byte by byte, and what their answers may hold.

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{Announce, AnnounceEvent, Announced, Time, TrackerError};
use torrent_core::address::Url;

const ANNOUNCER: Announcer =
    Announcer { info_hash: [0xab; 20], peer_id: *b"-PW0001-abcdefghijkl", port: 6881, key: 0xdead_beef };

fn announce(event: Option<AnnounceEvent>) -> Announce {
    Announce { event, uploaded: 1, downloaded: 2, left: 3, peers_wanted: 50, tracker_id: None }
}

fn url(text: &str) -> Url {
    Url::parse(text.as_bytes()).unwrap()
}

fn at(seconds: u64) -> Time {
    Duration::from_secs(seconds)
}

fn peers(text: &[&str]) -> Vec<SocketAddr> {
    text.iter().map(|peer| peer.parse().unwrap()).collect()
}

#[test]
fn the_announce_joins_the_trackers_own_query() {
    let query = "info_hash=%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB%AB\
         &peer_id=-PW0001-abcdefghijkl&port=6881&uploaded=1&downloaded=2&left=3&numwant=50&compact=1&key=deadbeef";
    let asked = |tracker, announce| announce_url(&url(tracker), &ANNOUNCER, &announce);
    assert_eq!(
        asked("http://t.example/announce", announce(None)),
        format!("http://t.example/announce?{query}")
    );
    assert_eq!(
        asked("https://t.example/a?passkey=x%20y", announce(Some(AnnounceEvent::Started))),
        format!("https://t.example/a?passkey=x%20y&{query}&event=started")
    );
    let known = Announce { tracker_id: Some(b"a b\xff".to_vec()), ..announce(Some(AnnounceEvent::Paused)) };
    assert_eq!(
        asked("http://t.example", known),
        format!("http://t.example/?{query}&event=paused&trackerid=a%20b%FF")
    );
    let unknown = Announce { left: u64::MAX, ..announce(None) };
    assert!(asked("http://t.example", unknown).contains("&left=9223372036854775807&"));
}

#[test]
fn a_full_answer_is_read() {
    let reply =
        b"d8:completei5e11:external ip4:\x08\x08\x04\x0410:incompletei7e8:intervali1800e12:min intervali60e\
        5:peers12:\x01\x02\x03\x04\x1a\xe1\x05\x06\x07\x08\x00\x006:peers618:\
        \x26\x06\x47\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x11\x11\x1a\xe110:tracker id3:abc\
        15:warning message5:slow!e";
    let expected = Announced {
        interval: Some(at(1800)),
        min_interval: Some(at(60)),
        peers: peers(&["1.2.3.4:6881", "[2606:4700::1111]:6881"]),
        seeders: Some(5),
        leechers: Some(7),
        tracker_id: Some(b"abc".to_vec()),
        warning: Some(b"slow!".to_vec()),
        external_ip: Some([8, 8, 4, 4].into()),
    };
    assert_eq!(parse_reply(reply), Ok(expected));
}

#[test]
fn listed_peers_have_addresses_and_ports() {
    let peer = |ip: &str, port: &str| format!("d2:ip{}:{ip}4:port{port}e", ip.len());
    let listed = [
        peer("1.2.3.4", "i6881e"),
        peer("2606:4700::1111", "i1e"),
        peer("::ffff:10.0.0.1", "i1e"),
        peer("host.example", "i1e"),
        peer("0x01020304", "i1e"),
        peer("1.2.3.4:5", "i1e"),
        peer("", "i1e"),
        peer("1.2.3.4", "i0e"),
        peer("1.2.3.4", "i65536e"),
        peer("1.2.3.4", "i-1e"),
        peer("1.2.3.4", "4:6881"),
        "d2:ip7:1.2.3.4e".to_owned(),
        "i5e".to_owned(),
        "le".to_owned(),
    ];
    let read = parse_reply(format!("d5:peersl{}ee", listed.concat()).as_bytes()).unwrap();
    assert_eq!(read.peers, peers(&["1.2.3.4:6881", "[2606:4700::1111]:1", "10.0.0.1:1"]));
}

#[test]
fn fields_that_make_no_sense_count_as_absent() {
    let nothing = Announced::default();
    for reply in [
        "d5:peers0:e",
        "d5:peers5:12345e",
        "d5:peersdee",
        "d5:peersi5ee",
        "d6:peers617:12345678901234567e",
        "d8:intervali-5e5:peerslee",
        "d8:interval1:5e5:peersle10:tracker idi5ee",
        "d8:completei4294967296e5:peerslee",
        "d11:external ip5:1234515:warning messagei5e5:peerslee",
    ] {
        assert_eq!(parse_reply(reply.as_bytes()), Ok(nothing.clone()), "{reply}");
    }
    let long = parse_reply(b"d8:intervali18446744073709551615ee").unwrap();
    assert_eq!(long.interval, Some(at(u32::MAX.into())));
}

#[test]
fn answers_are_bounded() {
    let many = [b"d5:peers600000:".as_slice(), &[9; 600_000], b"e"].concat();
    assert_eq!(parse_reply(&many).unwrap().peers.len(), 2_000);
    let words = [b"d14:failure reason100000:".as_slice(), &[b'x'; 100_000], b"e"].concat();
    assert_eq!(parse_reply(&words), Err(TrackerError::Refused(vec![b'x'; 512])));
    let id = [b"d5:peers0:10:tracker id1000:".as_slice(), &[b'x'; 1_000], b"e"].concat();
    assert_eq!(parse_reply(&id).unwrap().tracker_id, None);
    assert!(matches!(parse_reply(&vec![b' '; REPLY_MAX + 1]), Err(TrackerError::Failed(_))));
}

#[test]
fn what_is_no_answer_is_an_error() {
    assert_eq!(parse_reply(b"d14:failure reason2:noe"), Err(TrackerError::Refused(b"no".to_vec())));
    assert_eq!(parse_reply(b"d14:failure reasoni5e5:peers0:e"), Err(TrackerError::Refused(vec![])));
    let deep = ["d5:peers", &"l".repeat(100_000), &"e".repeat(100_000), "e"].concat();
    for reply in ["", "<html>", "le", "de", "d8:completei5ee", "d5:peers6:123", "i5e", &deep] {
        assert!(matches!(parse_reply(reply.as_bytes()), Err(TrackerError::Failed(_))));
    }
}

/// Sends until the exchange waits, and returns what was sent, with the time by which something must come.
#[track_caller]
fn sent(exchange: &mut UdpExchange, now: u64, transaction: u32) -> (Vec<u8>, Time) {
    let UdpStep::Send(packet) = exchange.poll(at(now), transaction) else { panic!("nothing is sent") };
    let UdpStep::Wait(until) = exchange.poll(at(now), transaction) else { panic!("it does not wait") };
    (packet, until)
}

fn exchange(target: &str, connection: Option<UdpConnection>) -> UdpExchange {
    let announce = announce(Some(AnnounceEvent::Started));
    UdpExchange::new(target.into(), ANNOUNCER, announce, false, connection)
}

fn connected(transaction: u32) -> Vec<u8> {
    [[0; 4], transaction.to_be_bytes(), *b"abcd", *b"efgh"].concat()
}

fn announced(transaction: u32, rest: &[u8]) -> Vec<u8> {
    [[0, 0, 0, 1], transaction.to_be_bytes()].concat().into_iter().chain(rest.iter().copied()).collect()
}

#[test]
fn an_exchange_connects_and_announces() {
    let mut exchange = exchange("/announce?key=1", None);
    let (packet, until) = sent(&mut exchange, 100, 7);
    assert_eq!(
        (packet.as_slice(), until),
        (b"\0\0\x04\x17\x27\x10\x19\x80\0\0\0\0\0\0\0\x07".as_slice(), at(115))
    );
    assert_eq!(exchange.receive(at(101), &connected(7)), None);
    assert_eq!(exchange.connection().unwrap().until, at(161));
    let (packet, until) = sent(&mut exchange, 102, 8);
    let expected = [
        b"abcdefgh\0\0\0\x01\0\0\0\x08".as_slice(),
        &[0xab; 20],
        b"-PW0001-abcdefghijkl",
        b"\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x01",
        b"\0\0\0\x02\0\0\0\0\xde\xad\xbe\xef\0\0\0\x32\x1a\xe1",
        b"\x02\x0f/announce?key=1",
    ];
    assert_eq!((packet, until), (expected.concat(), at(117)));
    let reply =
        announced(8, b"\0\0\x07\x08\0\0\0\x02\0\0\0\x03\x01\x02\x03\x04\x1a\xe1\x05\x06\x07\x08\0\0\x09");
    let expected = Announced {
        interval: Some(at(1800)),
        leechers: Some(2),
        seeders: Some(3),
        peers: peers(&["1.2.3.4:6881"]),
        ..Announced::default()
    };
    assert_eq!(exchange.receive(at(103), &reply), Some(Ok(expected)));
}

#[test]
fn a_connection_serves_the_next_announce_for_a_minute() {
    let connection = Some(UdpConnection { id: 5, until: at(60) });
    assert_eq!(sent(&mut exchange("", connection), 59, 1).0.len(), 98);
    assert_eq!(sent(&mut exchange("", connection), 60, 1).0.len(), 16);
    let long = format!("/{}", "a".repeat(300));
    assert_eq!(sent(&mut exchange(&long, connection), 0, 1).0.len(), 98 + 2 + 255 + 2 + 46);
}

/// It was started anew, perhaps.
#[test]
fn a_tracker_that_has_forgotten_a_connection_is_asked_for_another() {
    let connection = Some(UdpConnection { id: 5, until: at(60) });
    let mut silent = exchange("", connection);
    sent(&mut silent, 0, 1);
    assert_eq!(sent(&mut silent, 15, 2).0.len(), 16);
    let mut refused = exchange("", connection);
    sent(&mut refused, 0, 1);
    let refusal = |transaction: u8| [b"\0\0\0\x03\0\0\0", [transaction].as_slice(), b"who?"].concat();
    assert_eq!(refused.receive(at(1), &refusal(1)), None);
    assert_eq!((sent(&mut refused, 1, 2).0.len(), refused.connection()), (16, None));
    assert_eq!(refused.receive(at(2), &connected(2)), None);
    assert_eq!(sent(&mut refused, 2, 3).0.len(), 98);
    assert_eq!(refused.receive(at(3), &refusal(3)), Some(Err(TrackerError::Refused(b"who?".to_vec()))));
}

#[test]
fn silence_is_met_with_longer_waits_and_then_given_up() {
    let mut silent = exchange("", None);
    assert_eq!(sent(&mut silent, 0, 1).1, at(15));
    assert_eq!(silent.poll(at(14), 2), UdpStep::Wait(at(15)));
    assert_eq!(sent(&mut silent, 15, 2).1, at(45));
    assert_eq!(sent(&mut silent, 45, 3).1, at(105));
    assert_eq!(silent.poll(at(105), 4), UdpStep::GaveUp);
    // The connection expires before the announce is answered.
    let mut half = exchange("", None);
    sent(&mut half, 0, 1);
    half.receive(at(1), &connected(1));
    assert_eq!(sent(&mut half, 2, 2).0.len(), 98);
    assert_eq!(sent(&mut half, 17, 3).0.len(), 98);
    assert_eq!(sent(&mut half, 61, 4).0.len(), 16);
    // Answering the requests to connect alone does not keep us for ever.
    half.receive(at(62), &connected(4));
    sent(&mut half, 62, 5);
    assert_eq!(half.poll(at(200), 6), UdpStep::GaveUp);
}

#[test]
fn answers_to_other_requests_are_dropped() {
    let mut exchange = exchange("", None);
    assert_eq!(exchange.receive(at(0), &connected(0)), None);
    assert_eq!(exchange.connection(), None);
    sent(&mut exchange, 0, 0x1234_5678);
    for forged in (0..100_000).filter(|number| *number != 0x1234_5678) {
        assert_eq!(exchange.receive(at(1), &connected(forged)), None);
    }
    let short = connected(0x1234_5678);
    for length in 0..short.len() {
        assert_eq!(exchange.receive(at(1), &short[..length]), None);
    }
    // An announce that nobody asked for yet.
    assert_eq!(exchange.receive(at(1), &announced(0x1234_5678, &[0; 12])), None);
    assert_eq!(exchange.connection(), None);
    assert_eq!(
        exchange.receive(at(1), b"\0\0\0\x03\x12\x34\x56\x78go"),
        Some(Err(TrackerError::Refused(b"go".to_vec())))
    );
}

#[test]
fn an_ipv6_tracker_names_ipv6_peers() {
    let reply = announced(1, &[[0; 12].as_slice(), &[0x26; 16], &[0x1a, 0xe1], &[1; 6]].concat());
    let Some(UdpReply::Announced(read)) = UdpReply::decode(&reply, 1, true) else { panic!("not read") };
    assert_eq!(read.peers, peers(&["[2626:2626:2626:2626:2626:2626:2626:2626]:6881"]));
}

proptest! {
    #[test]
    fn any_answer_is_judged(body in prop::collection::vec(prop::sample::select(b"0123456789:-ildepeers".to_vec()), 0..60)) {
        let _ = parse_reply(&body);
        let _ = UdpReply::decode(&body, 0, false);
    }
}
