//! Addresses in all their spellings, and who may name them.

use std::net::{IpAddr, SocketAddr};

use super::*;

/// Addresses and how far they reach.
pub(crate) const ADDRESSES: [(&str, Reach); 77] = [
    ("1.1.1.1", Reach::World),
    ("8.8.8.8", Reach::World),
    ("100.63.255.255", Reach::World),
    ("100.128.0.0", Reach::World),
    ("172.15.255.255", Reach::World),
    ("172.32.0.0", Reach::World),
    ("192.0.1.0", Reach::World),
    ("192.169.0.0", Reach::World),
    ("198.17.255.255", Reach::World),
    ("198.20.0.0", Reach::World),
    ("223.255.255.255", Reach::World),
    ("127.0.0.1", Reach::Machine),
    ("127.255.255.254", Reach::Machine),
    ("10.0.0.0", Reach::Site),
    ("10.255.255.255", Reach::Site),
    ("172.16.0.1", Reach::Site),
    ("172.31.255.255", Reach::Site),
    ("192.168.0.1", Reach::Site),
    ("100.64.0.1", Reach::Site),
    ("100.127.255.255", Reach::Site),
    ("198.18.0.1", Reach::Site),
    ("198.19.255.255", Reach::Site),
    ("0.0.0.0", Reach::Nowhere),
    ("0.1.2.3", Reach::Nowhere),
    ("169.254.0.1", Reach::Nowhere),
    ("169.254.169.254", Reach::Nowhere),
    ("100.100.100.200", Reach::Nowhere),
    ("168.63.129.16", Reach::Nowhere),
    ("192.0.0.192", Reach::Nowhere),
    ("192.0.2.1", Reach::Nowhere),
    ("192.88.99.1", Reach::Nowhere),
    ("198.51.100.1", Reach::Nowhere),
    ("203.0.113.1", Reach::Nowhere),
    ("224.0.0.1", Reach::Nowhere),
    ("239.192.152.143", Reach::Nowhere),
    ("240.0.0.1", Reach::Nowhere),
    ("255.255.255.255", Reach::Nowhere),
    ("2606:4700::1111", Reach::World),
    ("2a00:1450::200e", Reach::World),
    ("::1", Reach::Machine),
    ("fc00::1", Reach::Site),
    ("fdff:ffff::1", Reach::Site),
    ("::", Reach::Nowhere),
    ("fd00:ec2::254", Reach::Nowhere),
    ("fd20:ce::254", Reach::Nowhere),
    ("fe80::1", Reach::Nowhere),
    ("febf::1", Reach::Nowhere),
    ("fec0::1", Reach::Nowhere),
    ("ff02::1", Reach::Nowhere),
    ("100::1", Reach::Nowhere),
    ("2001:db8::1", Reach::Nowhere),
    ("3fff:0fff::1", Reach::Nowhere),
    ("2001:20::1", Reach::Nowhere),
    ("4000::1", Reach::Nowhere),
    ("64:ff9b:1::7f00:1", Reach::Nowhere),
    ("::ffff:8.8.8.8", Reach::World),
    ("::ffff:127.0.0.1", Reach::Machine),
    ("::ffff:7f00:1", Reach::Machine),
    ("::ffff:10.0.0.1", Reach::Site),
    ("::ffff:169.254.169.254", Reach::Nowhere),
    ("::127.0.0.1", Reach::Machine),
    ("::192.168.0.1", Reach::Site),
    ("::ffff:0:127.0.0.1", Reach::Machine),
    ("64:ff9b::8.8.8.8", Reach::World),
    ("64:ff9b::127.0.0.1", Reach::Machine),
    ("64:ff9b::a00:1", Reach::Site),
    ("2002:808:808::1", Reach::World),
    ("2002:7f00:1::1", Reach::Machine),
    ("2002:c0a8:1::", Reach::Site),
    ("2002:a9fe:a9fe::", Reach::Nowhere),
    ("2001:0:808:808::f7f7:f7f7", Reach::World),
    ("2001:0:808:808::80ff:fffe", Reach::Machine),
    ("2001:0:a00:1::f7f7:f7f7", Reach::Site),
    ("2606:4700::5efe:127.0.0.1", Reach::Machine),
    ("2606:4700::200:5efe:8.8.8.8", Reach::World),
    ("fe80::5efe:8.8.8.8", Reach::Nowhere),
    ("::5efe:808:808", Reach::Nowhere),
];

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn every_address_reaches_so_far() {
    for (text, expected) in ADDRESSES {
        assert_eq!(reach(ip(text)), expected, "{text}");
    }
}

/// Names of which it is known beforehand how far they reach, and others.
pub(crate) const NAMES: [(&str, Option<Reach>); 16] = [
    ("localhost", Some(Reach::Machine)),
    ("LOCALHOST.", Some(Reach::Machine)),
    ("t.localhost", Some(Reach::Machine)),
    ("nas.local", Some(Reach::Site)),
    ("nas.Local.", Some(Reach::Site)),
    ("nas.home.arpa", Some(Reach::Site)),
    ("metadata.google.internal", Some(Reach::Site)),
    ("127.0.0.1", Some(Reach::Machine)),
    ("100.64.0.1", Some(Reach::Site)),
    ("localhost.example", None),
    ("notlocalhost", None),
    ("local.example", None),
    ("nonlocal", None),
    ("home.arpa.example", None),
    ("t.example", None),
    ("t", None),
];

#[test]
fn some_names_reach_no_farther_than_that() {
    for (name, expected) in NAMES {
        let url = Url::parse(format!("http://{name}/announce").as_bytes()).unwrap();
        assert_eq!(url.reach(), expected, "{name}");
        // Of an address it is said when it is connected to.
        let is_refused = expected.is_some() && url.ip().is_none();
        assert_eq!(url.may_look_up(Namer::STRANGER).is_err(), is_refused, "{name}");
        let is_here = expected == Some(Reach::Machine) && url.ip().is_none();
        assert_eq!(url.may_look_up(Namer::at(ip("10.0.0.1"))).is_err(), is_here, "{name}");
        assert_eq!(url.may_look_up(Namer::USER), Ok(()));
    }
}

#[test]
fn nobody_but_the_user_names_what_reaches_less_far_than_he_does() {
    let address = |text| SocketAddr::new(ip(text), 6881);
    for (text, far) in ADDRESSES {
        assert_eq!(Namer::USER.may_name(address(text)), Ok(()));
        assert_eq!(Namer::STRANGER.may_name(address(text)).is_ok(), far == Reach::World, "{text}");
        assert_eq!(Namer::at(ip("9.9.9.9")).may_name(address(text)).is_ok(), far == Reach::World, "{text}");
        assert_eq!(Namer::at(ip("10.1.1.1")).may_name(address(text)).is_ok(), far >= Reach::Site, "{text}");
        assert_eq!(Namer::at(ip("::1")).may_name(address(text)).is_ok(), far >= Reach::Machine, "{text}");
        assert_eq!(Namer::at(ip("169.254.169.254")), Namer::STRANGER);
    }
    assert!(Namer::USER.may_lead_to(Reach::Nowhere) && !Namer::STRANGER.may_lead_to(Reach::Site));
    for namer in [Namer::USER, Namer::STRANGER] {
        assert_eq!(namer.may_name(SocketAddr::new(ip("8.8.8.8"), 0)), Err(AddressError::Port));
    }
}

/// URLs as they stand in torrents, and as they are asked.
const URLS: [(&str, &str); 16] = [
    ("http://tracker.example/announce", "http://tracker.example/announce"),
    ("HTTP://Tracker.Example:80/Announce?a=B", "http://tracker.example/Announce?a=B"),
    ("https://t.example:443/a", "https://t.example/a"),
    ("https://t.example:8443/a", "https://t.example:8443/a"),
    (" http://t.example/a\r\n", "http://t.example/a"),
    ("http://t.example", "http://t.example/"),
    ("http://t.example:/a", "http://t.example/a"),
    ("http://t.example?key=1", "http://t.example/?key=1"),
    ("http://t.example/a#fragment", "http://t.example/a"),
    ("http://t.example/a b\u{e9}\"\\\n%20", "http://t.example/a%20b%C3%A9%22%5C%0A%20"),
    ("udp://t.example:1337/announce", "udp://t.example:1337/announce"),
    ("udp://t.example:1337", "udp://t.example:1337/"),
    ("http://1.2.3.4:6969/announce", "http://1.2.3.4:6969/announce"),
    ("http://[2606:4700::1111]:6969/announce", "http://[2606:4700::1111]:6969/announce"),
    ("http://[::FFFF:7f00:1]/announce", "http://[::ffff:127.0.0.1]/announce"),
    ("http://xn--bcher-kva.example./a", "http://xn--bcher-kva.example./a"),
];

#[test]
fn urls_are_read_and_written() {
    for (text, expected) in URLS {
        let url = Url::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(url.to_string(), expected);
        assert_eq!(Url::parse(expected.as_bytes()), Ok(url));
    }
}

/// URLs that are refused whoever names them.
pub(crate) const REFUSED: [(&str, AddressError); 50] = [
    ("", AddressError::Scheme),
    ("t.example/announce", AddressError::Scheme),
    ("//t.example/announce", AddressError::Scheme),
    ("file:///etc/passwd", AddressError::Scheme),
    ("ftp://t.example/", AddressError::Scheme),
    ("gopher://t.example:70/_", AddressError::Scheme),
    ("wss://t.example/", AddressError::Scheme),
    ("http:t.example", AddressError::Scheme),
    ("http:/t.example", AddressError::Scheme),
    ("http:\\\\t.example", AddressError::Scheme),
    ("javascript:alert(1)", AddressError::Scheme),
    ("http://", AddressError::NoHost),
    ("http:///announce", AddressError::NoHost),
    ("http://one@two@t.example/", AddressError::Host),
    ("http://us er@t.example/", AddressError::User),
    ("http://us%zzer@t.example/", AddressError::User),
    ("http://us%4@t.example/", AddressError::User),
    ("http://[us]@t.example/", AddressError::User),
    ("udp://user@t.example:1/", AddressError::User),
    ("http://8.8.8.8\\@127.0.0.1/", AddressError::User),
    ("http://8.8.8.8 @127.0.0.1/", AddressError::User),
    ("http://t.example\r\nHost: x/", AddressError::Host),
    ("http://archiv\u{ff45}.org/", AddressError::Host),
    ("http://\u{2488}127.0.0.1/", AddressError::Host),
    ("http://t%2eexample/", AddressError::Host),
    ("http://a..b/", AddressError::Host),
    ("http://.t.example/", AddressError::Host),
    ("http://2130706433/announce", AddressError::Host),
    ("http://017700000001/announce", AddressError::Host),
    ("http://0x7f000001/announce", AddressError::Host),
    ("http://0X7F.1/announce", AddressError::Host),
    ("http://127.0x1/announce", AddressError::Host),
    ("http://0x7f.0x0.0x0.0x1/announce", AddressError::Host),
    ("http://0177.0.0.1/announce", AddressError::Host),
    ("http://127.0.0.01/announce", AddressError::Host),
    ("http://127.1/announce", AddressError::Host),
    ("http://127.0.1/announce", AddressError::Host),
    ("http://127.0.0.1./announce", AddressError::Host),
    ("http://256.0.0.1/announce", AddressError::Host),
    ("http://1.2.3.4.5/announce", AddressError::Host),
    ("http://[::1/announce", AddressError::OpenBracket),
    ("http://[fe80::1%25eth0]/announce", AddressError::Host),
    ("http://[127.0.0.1]/announce", AddressError::Host),
    ("http://::1/announce", AddressError::NoHost),
    ("http://fd00::1/announce", AddressError::NoBrackets),
    ("http://[::1]80/announce", AddressError::BehindHost),
    ("http://t.example:99999/", AddressError::Port),
    ("http://t.example:+80/", AddressError::Port),
    ("http://t.example:0/", AddressError::Port),
    ("udp://t.example/announce", AddressError::NoPort),
];

#[test]
fn urls_that_parsers_disagree_about_are_refused() {
    for (text, error) in REFUSED {
        assert_eq!(Url::parse(text.as_bytes()), Err(error), "{text}");
    }
    assert_eq!(Url::parse(b"http://\xff/"), Err(AddressError::Host));
    let long = format!("http://t.example/{}", "a".repeat(URL_MAX));
    assert_eq!(Url::parse(long.as_bytes()), Err(AddressError::TooLong));
    assert_eq!(Url::parse(format!("http://{}.example", "a".repeat(64)).as_bytes()), Err(AddressError::Host));
}

#[test]
fn in_private_places_only_announces_and_plain_paths_are_asked_for() {
    let check = |url: &str, ip_: &str, namer: Namer, purpose| {
        Url::parse(url.as_bytes()).unwrap().may_connect(ip(ip_), namer, purpose)
    };
    let local = Namer::at(ip("127.0.0.1"));
    let (tracker, seed) = (Purpose::Tracker, Purpose::WebSeed);
    // A name that resolves to where it must not.
    for url in ["http://rebind.example/announce", "udp://rebind.example:80/announce"] {
        assert!(check(url, "127.0.0.1", Namer::STRANGER, tracker).is_err());
        assert_eq!(check(url, "8.8.8.8", Namer::STRANGER, tracker), Ok(()));
        assert_eq!(check(url, "127.0.0.1", local, tracker), Ok(()));
    }
    for path in [
        "admin",
        "announce/../admin",
        "announce/..%2fadmin",
        "announce%2f..%2fadmin",
        "announce/%2e%2e/admin",
        "announce/%252e%252e/admin",
        "announce/..;/admin",
        "announce/..%5cadmin",
        "announce/..",
        "x/announce",
    ] {
        let url = format!("http://h/{path}");
        assert_eq!(check(&url, "127.0.0.1", local, tracker), Err(AddressError::LocalPath), "{path}");
    }
    for path in ["announce", "announce.php?passkey=a/../b", "announce/0123abc", "announce?x=%2e%2e"] {
        assert_eq!(check(&format!("http://h/{path}"), "127.0.0.1", local, tracker), Ok(()), "{path}");
    }
    assert_eq!(check("http://h/admin", "8.8.8.8", local, tracker), Ok(()));
    assert_eq!(check("http://h/admin", "127.0.0.1", Namer::USER, tracker), Ok(()));
    assert_eq!(check("http://h/f?do=1", "10.0.0.1", local, seed), Err(AddressError::LocalQuery));
    assert_eq!(check("http://h/f", "10.0.0.1", local, seed), Ok(()));
    assert_eq!(check("http://h/f?do=1", "8.8.8.8", Namer::STRANGER, seed), Ok(()));
}

#[test]
fn redirects_do_not_leave_tls() {
    let url = |text: &str| Url::parse(text.as_bytes()).unwrap();
    let fine = |from, to| url(from).may_redirect_to(&url(to)).is_ok();
    assert!(
        fine("https://a/", "https://b/") && fine("http://a/", "https://b/") && fine("http://a/", "http://b/")
    );
    assert!(!fine("https://a/", "http://b/") && !fine("http://a/", "udp://b:1/"));
}

#[test]
fn secrets_are_not_shown() {
    let url = Url::parse(b"https://t.example:8443/0123456789abcdef/announce?passkey=1").unwrap();
    assert_eq!(url.site(), "https://t.example:8443");
}

/// A user belongs to its site, and stands in nothing that is shown or asked for.
#[test]
fn a_user_is_kept_apart() {
    let url = |text: &str| Url::parse(text.as_bytes()).unwrap();
    for (text, user, shown) in [
        ("http://me@t.example/a?b", Some("me"), "http://t.example/a?b"),
        ("https://me:s3c:ret%40@t.example:8443/", Some("me:s3c:ret%40"), "https://t.example:8443/"),
        ("http://me:@[::1]:81", Some("me:"), "http://[::1]:81/"),
        ("http://@t.example/", None, "http://t.example/"),
        ("http://127.0.0.1@t.example/", Some("127.0.0.1"), "http://t.example/"),
        ("http://t.example/@x", None, "http://t.example/@x"),
    ] {
        assert_eq!((url(text).user(), url(text).to_string().as_str()), (user, shown), "{text}");
    }
    for (other, user) in [
        ("http://t.example/other", Some("me:x")),
        ("http://t.example:80/", Some("me:x")),
        ("http://you@t.example/", Some("you")),
        ("https://t.example/", None),
        ("http://t.example:81/", None),
        ("http://u.example/", None),
        ("http://u.t.example/", None),
    ] {
        assert_eq!(url(other).with_user_of(&url("http://me:x@t.example/")).user(), user, "{other}");
    }
}
