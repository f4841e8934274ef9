//! Queries and answers, byte by byte.

use proptest::prelude::*;

use super::*;

/// A query that is understood, but for what a row changes.
fn changed(key: &str, value: Option<&str>) -> Vec<u8> {
    let plain =
        [("info_hash", "ours%20ours%20ours%20ours%20"), ("port", "6881"), ("left", "5"), ("downloaded", "0")];
    let value_of = |name: &str, plain: &str| match name == key {
        true => value.map(str::to_owned),
        false => Some(plain.to_owned()),
    };
    let mut pairs: Vec<String> =
        plain.iter().filter_map(|(name, plain)| Some(format!("{name}={}", value_of(name, plain)?))).collect();
    if plain.iter().all(|(name, _)| *name != key) {
        pairs.extend(value.map(|value| format!("{key}={value}")));
    }
    pairs.join("&").into_bytes()
}

fn answer_to(query: &[u8]) -> Asked {
    Asked(tracker().announce(query, address("8.8.8.8:40000"), at(0)))
}

#[test]
fn an_announce_is_answered_byte_by_byte() {
    let answer = |from: &str| tracker().announce(&changed("", None), address(from), at(0));
    assert_eq!(
        answer("8.8.4.4:1"),
        b"d8:completei1e10:downloadedi0e11:external ip4:\x08\x08\x04\x0410:incompletei1e8:intervali60e12:min intervali60e5:peers0:e"
    );
    let v6 = answer("[2606:4700::1]:1");
    assert!(
        v6.windows(34).any(|part| part == b"11:external ip16:\x26\x06\x47\0\0\0\0\0\0\0\0\0\0\0\0\x01\x31"),
        "{v6:?}"
    );
    // An IPv4 address in an IPv6 one is an IPv4 address.
    assert_eq!(answer("[::ffff:8.8.4.4]:1"), answer("8.8.4.4:1"));
}

#[test]
fn peers_stand_in_the_answer_by_family() {
    let mut tracker = tracker();
    ask(&mut tracker, "8.8.8.8:6881", "", 0);
    ask(&mut tracker, "[2606:4700::1]:6882", "", 0);
    let answer = ask(&mut tracker, "8.8.4.4:6883", "", 0);
    let expected =
        b"5:peers6:\x08\x08\x08\x08\x1a\xe16:peers618:\x26\x06\x47\0\0\0\0\0\0\0\0\0\0\0\0\x01\x1a\xe2e";
    assert!(answer.0.ends_with(expected), "{:?}", answer.0);
}

#[test]
fn what_must_be_there_is_there_once_and_makes_sense() {
    let long = "a".repeat(9_000);
    let rows = [
        ("info_hash", None, "there is no `info_hash`"),
        ("info_hash", Some(""), "`info_hash` is not what it should be"),
        ("info_hash", Some("ours ours ours ours"), "`info_hash` is not what it should be"),
        ("info_hash", Some("ours ours ours ours  "), "`info_hash` is not what it should be"),
        ("info_hash", Some("ours%2"), "`info_hash` is not what it should be"),
        ("info_hash", Some("%zzrs ours ours ours "), "`info_hash` is not what it should be"),
        ("info_hash", Some("ours ours ours ours %"), "`info_hash` is not what it should be"),
        ("info_hash", Some("ours ours ours our%2"), "`info_hash` is not what it should be"),
        ("info_hash", Some("%25%32%30rs ours ours ours "), "`info_hash` is not what it should be"),
        // The hexadecimal digits of a hash are 40 bytes.
        (
            "info_hash",
            Some("6f757273206f757273206f757273206f75727320"),
            "`info_hash` is not what it should be",
        ),
        ("info_hash", Some("ours+ours+ours+ours+"), "this tracker does not know that torrent"),
        ("info_hash", Some("ours ours ours ours_"), "this tracker does not know that torrent"),
        ("info_hash", Some("x&info_hash=y"), "`info_hash` stands there more than once"),
        ("port", None, "there is no `port`"),
        ("port", Some(""), "`port` is not what it should be"),
        ("port", Some("65536"), "`port` is not what it should be"),
        ("port", Some("18446744073709551617"), "`port` is not what it should be"),
        ("port", Some("-1"), "`port` is not what it should be"),
        ("port", Some("+1"), "`port` is not what it should be"),
        ("port", Some("0x50"), "`port` is not what it should be"),
        ("port", Some("1&port=1"), "`port` stands there more than once"),
        ("left", Some("1&left=0"), "`left` stands there more than once"),
        ("downloaded", Some("1&downloaded=0"), "`downloaded` stands there more than once"),
        ("event", Some("started&event=stopped"), "`event` stands there more than once"),
        ("numwant", Some("1&numwant=1"), "`numwant` stands there more than once"),
        ("key", Some(&long), "the question is too long"),
    ];
    for (key, value, reason) in rows {
        assert_eq!(answer_to(&changed(key, value)).refusal(), Some(reason), "{key}={value:?}");
    }
}

#[test]
fn what_need_not_be_there_may_make_no_sense() {
    let huge = "9".repeat(1_000);
    let rows = [
        ("info_hash", Some("ours ours ours ours ")),
        ("info_hash", Some("%6fu%72s%20ours%20ours%20ours ")),
        ("info_hash", Some("%6F%75%72%73%20%6F%75%72%73%20%6F%75%72%73%20%6F%75%72%73%20")),
        ("left", None),
        ("left", Some("-1")),
        ("left", Some("")),
        ("left", Some(&huge)),
        ("downloaded", None),
        ("downloaded", Some("many")),
        ("downloaded", Some(&huge)),
        ("uploaded", Some("=&&=&%&?")),
        ("event", Some("")),
        ("event", Some("empty")),
        ("event", Some("paused")),
        ("numwant", Some("-1")),
        ("numwant", Some(&huge)),
        ("compact", Some("0")),
        ("no_peer_id", Some("1")),
        ("peer_id", Some("short")),
        ("peer_id", Some("one&peer_id=two")),
        ("trackerid", Some("%")),
        ("info_hash_of_another", Some("x")),
        ("port", Some("00006881")),
    ];
    for (key, value) in rows {
        let mut tracker = tracker();
        let answer = Asked(tracker.announce(&changed(key, value), address("8.8.8.8:40000"), at(0)));
        assert_eq!((answer.refusal(), answer.number("incomplete")), (None, 1), "{key}={value:?}");
        assert!(ask(&mut tracker, "8.8.4.4:1", "", 0).is(&["8.8.8.8:6881"]), "{key}={value:?}");
    }
}

/// Whatever an announce says, others are told of the address that it came from.
#[test]
fn no_field_names_another_address() {
    for field in [
        "ip=1.2.3.4",
        "ipv4=1.2.3.4:80",
        "ipv6=2606::1",
        "ip=%01%02%03%04",
        "address=1.2.3.4",
        "external_ip=1.2.3.4",
    ] {
        let mut tracker = tracker();
        ask(&mut tracker, "8.8.8.8:6881", &format!("&{field}"), 0);
        assert!(ask(&mut tracker, "8.8.4.4:1", "", 0).is(&["8.8.8.8:6881"]), "{field}");
    }
}

#[test]
fn so_many_peers_are_given_as_are_wanted() {
    let mut tracker = tracker();
    for host in 0..300_u32 {
        let ip = std::net::Ipv4Addr::from(0x0808_0000 + host);
        ask(&mut tracker, &format!("{ip}:6881"), "&numwant=0", 0);
    }
    let rows = [
        ("", 50),
        ("&numwant=0", 0),
        ("&numwant=7", 7),
        ("&numwant=200", 200),
        ("&numwant=201", 200),
        ("&numwant=-5", 50),
    ];
    for (more, expected) in rows {
        let peers = ask(&mut tracker, "9.9.9.9:1", more, 0).peers();
        assert_eq!(peers.len(), expected, "{more}");
        assert!(peers.windows(2).all(|pair| pair[0] < pair[1]), "one stands there twice");
    }
}

#[test]
fn who_is_refused_hears_when_to_ask_again() {
    let unknown = tracker().announce(&query(THEIRS, 1, 1, ""), address("8.8.8.8:1"), at(0));
    assert_eq!(unknown, b"d14:failure reason39:this tracker does not know that torrent8:retry ini30ee");
    let never = answer_to(b"");
    assert!(never.0.ends_with(b"8:retry in5:nevere"));
    let mut tracker = tracker();
    let refused =
        (0..600).map(|_| ask(&mut tracker, "8.8.8.8:1", "", 0)).find(|answer| answer.refusal().is_some());
    let refused = refused.expect("there is an end to it");
    assert_eq!(
        (refused.refusal(), refused.number("retry in")),
        (Some("too many questions from this address"), 1)
    );
    let scraped = Asked(tracker.scrape(b"info_hash=ours ours ours ours ", address("8.8.8.8:1"), at(0)));
    assert_eq!(scraped.refusal(), Some("too many questions from this address"));
    assert_eq!(ask(&mut tracker, "8.8.4.4:1", "", 0).refusal(), None);
    assert_eq!(ask(&mut tracker, "8.8.8.8:1", "", 1).refusal(), None);
}

#[test]
fn a_scrape_counts_what_is_known() {
    let mut tracker = of_config(open());
    ask_of(&mut tracker, OURS, "8.8.8.8:1", 1, "", 0);
    ask_of(&mut tracker, OURS, "8.8.8.8:1", 0, "&event=completed", 0);
    ask_of(&mut tracker, OURS, "8.8.8.8:2", 1, "", 0);
    ask_of(&mut tracker, THEIRS, "8.8.8.8:1", 1, "", 0);
    let mut scrape = |query: &str| tracker.scrape(query.as_bytes(), address("8.8.4.4:1"), at(0));
    let ours = "20:ours ours ours ours d8:completei2e10:downloadedi1e10:incompletei1ee";
    let flags = "5:flagsd20:min_request_intervali60eee";
    assert_eq!(scrape("info_hash=ours ours ours ours "), format!("d5:filesd{ours}e{flags}").into_bytes());
    let several = "info_hash=%25%26%3D%2b%20%00%fFtheirs%20theirs&info_hash=unknown unknown unkn&info_hash=ours ours ours ours ";
    let theirs = b"20:%&=+ \0\xfftheirs theirsd8:completei0e10:downloadedi0e10:incompletei1ee";
    let expected = [b"d5:filesd".as_slice(), theirs, ours.as_bytes(), b"e", flags.as_bytes()].concat();
    assert_eq!(String::from_utf8_lossy(&scrape(several)), String::from_utf8_lossy(&expected));
    assert_eq!(scrape("info_hash=unknown unknown unkn"), format!("d5:filesde{flags}").into_bytes());
    let many = vec!["info_hash=%6furs ours ours ours "; 75].join("&");
    let rows = [
        ("", "there is no `info_hash`"),
        ("x=1", "there is no `info_hash`"),
        ("info_hash=", "`info_hash` is not what it should be"),
        ("info_hash=ours ours ours ours &info_hash=%", "`info_hash` is not what it should be"),
        (&many, "the question is too long"),
    ];
    for (query, reason) in rows {
        assert_eq!(Asked(scrape(query)).refusal(), Some(reason), "{query}");
    }
}

proptest! {
    /// Any query has an answer that is bencode.
    #[test]
    fn any_query_is_answered(query in prop::collection::vec(prop::sample::select(b"info_hash=port left&%0123456789abcdefuts".to_vec()), 0..200)) {
        let mut tracker = of_config(open());
        Asked(tracker.announce(&query, address("8.8.8.8:1"), at(0))).dict();
        Asked(tracker.scrape(&query, address("8.8.8.8:1"), at(0))).dict();
    }

    /// However a hash is written, it is read.
    #[test]
    fn any_hash_is_read_in_any_spelling(hash in any::<InfoHash>(), plain in any::<u32>(), upper in any::<bool>()) {
        let is_safe = |byte: &u8| !matches!(byte, b'%' | b'&');
        let spelled: Vec<u8> = hash.iter().enumerate().flat_map(|(place, byte)| match upper {
            _ if is_safe(byte) && plain >> place & 1 == 1 => vec![*byte],
            true => format!("%{byte:02X}").into_bytes(),
            false => format!("%{byte:02x}").into_bytes(),
        }).collect();
        let query = [b"info_hash=".as_slice(), &spelled, b"&port=1"].concat();
        let mut tracker = tracker();
        tracker.offer(hash);
        tracker.announce(&query, address("8.8.8.8:1"), at(0));
        prop_assert_eq!(tracker.counts(&hash).map(|counts| counts.leechers), Some(1));
    }
}
