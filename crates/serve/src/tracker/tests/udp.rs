//! Packets in and out.

use proptest::prelude::*;

use super::*;

const CONNECT: [u8; 16] = *b"\0\0\x04\x17\x27\x10\x19\x80\0\0\0\0wxyz";

/// The connection id that an address is given.
fn connected(tracker: &mut Tracker, from: &str, now: u64) -> [u8; 8] {
    let UdpAnswer::Send(answer) = tracker.receive(&CONNECT, address(from), at(now)) else {
        panic!("no answer")
    };
    assert_eq!((answer.len(), &answer[..8]), (16, b"\0\0\0\0wxyz".as_slice()));
    answer[8..].try_into().unwrap()
}

/// An announce of our torrent; the address that it names and what else is not looked at is filled with something.
fn announce(id: [u8; 8], left: u64, event: u32, wanted: i32, port: u16) -> Vec<u8> {
    let parts: [&[u8]; 13] = [
        &id,
        b"\0\0\0\x01wxyz",
        &OURS,
        b"-XX0000-abcdefghijkl",
        &0_u64.to_be_bytes(),
        &left.to_be_bytes(),
        &[9; 8],
        &event.to_be_bytes(),
        &[1, 2, 3, 4],
        b"key!",
        &wanted.to_be_bytes(),
        &port.to_be_bytes(),
        b"",
    ];
    parts.concat()
}

fn sent(tracker: &mut Tracker, from: &str, packet: &[u8], now: u64) -> Vec<u8> {
    match tracker.receive(packet, address(from), at(now)) {
        UdpAnswer::Send(answer) => answer,
        other => panic!("{other:?}"),
    }
}

/// Connects and announces.
fn announced(tracker: &mut Tracker, from: &str, left: u64, event: u32, now: u64) -> Vec<u8> {
    let id = connected(tracker, from, now);
    let port = address(from).port();
    sent(tracker, from, &announce(id, left, event, -1, port), now)
}

#[test]
fn peers_find_each_other() {
    let mut tracker = tracker();
    assert_eq!(
        announced(&mut tracker, "8.8.8.8:6881", 1, 2, 0),
        b"\0\0\0\x01wxyz\0\0\0\x3c\0\0\0\x01\0\0\0\x01"
    );
    let answer = announced(&mut tracker, "8.8.4.4:6882", 1, 2, 0);
    assert_eq!(answer, b"\0\0\0\x01wxyz\0\0\0\x3c\0\0\0\x02\0\0\0\x01\x08\x08\x08\x08\x1a\xe1");
    // The other family has its own answer, with peers of 18 bytes.
    assert_eq!(announced(&mut tracker, "[2606:4700::1]:6883", 0, 2, 0).len(), 20);
    let answer = announced(&mut tracker, "[2606:4700::2]:6884", 1, 2, 0);
    assert_eq!(&answer[8..20], b"\0\0\0\x3c\0\0\0\x03\0\0\0\x02");
    assert_eq!(&answer[20..], b"\x26\x06\x47\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe3");
    // An IPv4 address in an IPv6 one is an IPv4 address.
    let mapped = announced(&mut tracker, "[::ffff:8.8.4.5]:6885", 1, 0, 0);
    assert_eq!(mapped.len(), 20 + 2 * 6);
    // Who stops is not given any more.
    assert_eq!(announced(&mut tracker, "8.8.8.8:6881", 1, 3, 0).len(), 20);
    assert_eq!(
        announced(&mut tracker, "8.8.4.5:6885", 1, 0, 0),
        b"\0\0\0\x01wxyz\0\0\0\x3c\0\0\0\x03\0\0\0\x02\x08\x08\x04\x04\x1a\xe2"
    );
    // Over HTTP they are the same swarm.
    assert!(ask(&mut tracker, "8.8.8.1:1", "&numwant=2", 0).is(&["8.8.4.4:6882", "8.8.4.5:6885"]));
}

#[test]
fn nothing_is_answered_or_done_for_an_id_of_somebody_else() {
    let mut tracker = tracker();
    let id = connected(&mut tracker, "8.8.8.8:6881", 0);
    let error = |answer: Vec<u8>| answer == b"\0\0\0\x03wxyzthe connection id is not yours or too old";
    assert!(error(sent(&mut tracker, "9.9.9.9:6881", &announce(id, 1, 2, -1, 6881), 0)));
    assert!(error(sent(&mut tracker, "[2606:4700::1]:6881", &announce(id, 1, 2, -1, 6881), 0)));
    assert!(error(sent(&mut tracker, "8.8.8.8:6881", &announce(id, 1, 2, -1, 6881), 240)));
    for bit in 8..64 {
        let forged = (u64::from_be_bytes(id) ^ 1 << (63 - bit)).to_be_bytes();
        assert!(error(sent(&mut tracker, "8.8.8.8:6881", &announce(forged, 1, 2, -1, 6881), 0)));
    }
    assert_eq!(tracker.size(), (0, 0));
    // The port may be another: a host has many.
    assert_eq!(sent(&mut tracker, "8.8.8.8:1", &announce(id, 1, 2, -1, 6881), 119).len(), 20);
    assert_eq!(tracker.size(), (1, 1));
}

#[test]
fn packets_of_others_are_theirs() {
    let mut tracker = tracker();
    let utp = [[0x41, 0], [1, 2]].concat().into_iter().chain([0; 16]).collect::<Vec<u8>>();
    let dht = b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe".to_vec();
    let rows = [
        vec![],
        vec![0; 15],
        vec![0; 16],
        vec![0xff; 98],
        utp,
        dht,
        b"\0\0\0\x01wxyz\0\0\0\x3c\0\0\0\x02".to_vec(),
        CONNECT[..15].to_vec(),
    ];
    for packet in rows {
        assert_eq!(tracker.receive(&packet, address("8.8.8.8:1"), at(0)), UdpAnswer::NotForUs, "{packet:?}");
    }
    let odd = [&CONNECT[..8], b"\0\0\0\x01wxyz"].concat();
    assert_eq!(tracker.receive(&odd, address("8.8.8.8:1"), at(0)), UdpAnswer::Silence);
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let mut tracker = tracker();
    let id = connected(&mut tracker, "8.8.8.8:1", 0);
    let whole = announce(id, 1, 2, -1, 6881);
    let error = |answer: Vec<u8>| {
        assert_eq!(&answer[..8], b"\0\0\0\x03wxyz");
        String::from_utf8(answer[8..].to_vec()).unwrap()
    };
    for length in 16..98 {
        assert_eq!(
            error(sent(&mut tracker, "8.8.8.8:1", &whole[..length], 0)),
            "`announce` is not what it should be"
        );
    }
    let rows: [(&[u8], &str); 3] = [
        (b"\0\0\0\x00wxyz", "that is no announce and no scrape"),
        (b"\0\0\0\x03wxyz", "that is no announce and no scrape"),
        (b"\xff\0\0\x01wxyz", "that is no announce and no scrape"),
    ];
    for (rest, reason) in rows {
        assert_eq!(error(sent(&mut tracker, "8.8.8.8:1", &[&id, rest].concat(), 0)), reason);
    }
    let mut unknown = whole.clone();
    unknown[16..36].copy_from_slice(&THEIRS);
    assert_eq!(
        error(sent(&mut tracker, "8.8.8.8:1", &unknown, 0)),
        "this tracker does not know that torrent"
    );
    assert_eq!(tracker.size(), (0, 0));
    // Options (BEP 41) and whatever else follows are not looked at; nor are events that nobody knows.
    let longer =
        [announce(id, 1, u32::MAX, i32::MIN, 6881), b"\x02\x09/announce".to_vec(), vec![0xff; 1_000]]
            .concat();
    assert_eq!(sent(&mut tracker, "8.8.8.8:1", &longer, 0).len(), 20);
    assert_eq!(tracker.size(), (1, 1));
    assert_eq!(
        sent(&mut tracker, "8.8.8.8:1", &announce(id, 1, 2, -1, 0), 0).len(),
        26,
        "port 0 is not listed"
    );
    assert_eq!(tracker.size(), (1, 1));
}

#[test]
fn answers_fit_into_a_packet() {
    let mut tracker = tracker();
    for host in 0..300_u32 {
        let ip = std::net::Ipv4Addr::from(0x0808_0000 + host);
        announced(&mut tracker, &format!("{ip}:6881"), 1, 2, 0);
        announced(&mut tracker, &format!("[2606:4700:0:{host:x}::1]:6881"), 1, 2, 0);
    }
    for (from, wanted, expected) in [
        ("9.9.9.9:1", i32::MAX, 20 + 200 * 6),
        ("9.9.9.9:1", -1, 20 + 50 * 6),
        ("9.9.9.9:1", 0, 20),
        ("[2606:4700:0:ffff::1]:1", i32::MAX, 20 + 67 * 18),
    ] {
        let id = connected(&mut tracker, from, 0);
        let answer = sent(&mut tracker, from, &announce(id, 1, 2, wanted, 0), 0);
        assert_eq!(answer.len(), expected, "{from} {wanted}");
        assert!(answer.len() <= 1_232);
    }
}

#[test]
fn a_scrape_counts_in_the_order_of_the_question() {
    let mut tracker = tracker();
    announced(&mut tracker, "8.8.8.8:1", 1, 2, 0);
    announced(&mut tracker, "8.8.8.8:1", 0, 1, 0);
    let id = connected(&mut tracker, "8.8.8.8:1", 0);
    let scrape = |hashes: &[u8]| [&id, b"\0\0\0\x02wxyz".as_slice(), hashes].concat();
    let ours = b"\0\0\0\x02\0\0\0\x01\0\0\0\0".as_slice();
    let (unknown, head) = ([0_u8; 12], b"\0\0\0\x02wxyz".as_slice());
    let rows = [
        (vec![], vec![]),
        (OURS.to_vec(), ours.to_vec()),
        ([THEIRS, OURS].concat(), [&unknown, ours].concat()),
        ([OURS.as_slice(), &THEIRS[..19]].concat(), ours.to_vec()),
        (OURS.repeat(100), ours.repeat(74)),
    ];
    for (hashes, expected) in rows {
        assert_eq!(sent(&mut tracker, "8.8.8.8:1", &scrape(&hashes), 0), [head, &expected].concat());
    }
}

#[test]
fn who_asks_too_often_hears_nothing() {
    let mut tracker = tracker();
    let id = connected(&mut tracker, "8.8.8.8:1", 0);
    let packet = announce(id, 1, 2, -1, 6881);
    let answers = (0..1_000).map(|_| tracker.receive(&packet, address("8.8.8.8:1"), at(0)));
    assert_eq!(answers.filter(|answer| *answer == UdpAnswer::Silence).count(), 500);
    assert_eq!(announced(&mut tracker, "8.8.4.4:1", 1, 2, 0).len(), 26);
}

proptest! {
    /// Until a connection id is shown, no answer is longer than its question, and nothing changes.
    #[test]
    fn strangers_get_no_more_than_they_send(packet in prop::collection::vec(any::<u8>(), 0..200), kind in 0..3) {
        let mut tracker = of_config(open());
        let mut packet = packet;
        match kind {
            0 if packet.len() >= 8 => packet[..8].copy_from_slice(&CONNECT[..8]),
            1 if !packet.is_empty() => packet[0] = 0xf5,
            _ => (),
        }
        if let UdpAnswer::Send(answer) = tracker.receive(&packet, address("8.8.8.8:1"), at(0)) {
            prop_assert!(answer.len() <= packet.len());
        }
        prop_assert_eq!(tracker.size(), (0, 0));
    }

    /// Whatever follows a connection id, the answer fits into a packet.
    #[test]
    fn any_request_is_answered(rest in prop::collection::vec(any::<u8>(), 8..200), action in 0..5_u8) {
        let mut tracker = of_config(open());
        let id = connected(&mut tracker, "8.8.8.8:1", 0);
        let mut packet = [id.as_slice(), &rest].concat();
        packet[8..12].copy_from_slice(&[0, 0, 0, action]);
        let answer = sent(&mut tracker, "8.8.8.8:1", &packet, 0);
        prop_assert!(answer.len() >= 8 && answer.len() <= 1_232);
        prop_assert_eq!(&answer[4..8], &packet[12..16]);
        prop_assert_eq!(answer[3], if answer[3] == 3 { 3 } else { action });
    }
}
