use swarm::AnnounceEvent;
use torrent_core::address::AddressError;

use super::*;
use test_kit::web_server::{WebServer, answer};
use web_client::Proxies;

/// The first announce of a torrent.
pub(super) fn started() -> Announce {
    Announce {
        event: Some(AnnounceEvent::Started),
        uploaded: 1,
        downloaded: 2,
        left: 3,
        peers_wanted: 50,
        tracker_id: None,
    }
}

fn request(url: &str, namer: Namer) -> AnnounceRequest {
    let announce = started();
    let announcer = Announcer { info_hash: [0x61; 20], peer_id: [0x62; 20], port: 6881, key: 7 };
    AnnounceRequest {
        url: Url::parse(url.as_bytes()).unwrap(),
        namer,
        announcers: vec![announcer],
        announce,
        bind: None,
        access: WebAccess::default(),
        patience: web_client::PATIENCE,
    }
}

#[test]
fn a_tracker_over_http_names_peers() {
    let server = WebServer::start(|_| {
        answer("200 OK", "", b"d8:intervali1800e5:peers12:\x7f\0\0\x01\x1a\xe1\x08\x08\x08\x08\x1a\xe2e")
    });
    let answer = request(&server.url("/announce?key=1"), Namer::USER).run();
    let announced = answer.result.unwrap();
    assert_eq!(announced.interval, Some(Duration::from_secs(1800)));
    assert_eq!(announced.peers, ["127.0.0.1:6881".parse().unwrap(), "8.8.8.8:6882".parse().unwrap()]);
    assert_eq!(answer.near, ["127.0.0.1:6881".parse().unwrap()], "it is on this machine itself");
    let asked = server.asked().remove(0);
    for part in ["GET /announce?key=1&info_hash=aaaaaaaaaaaaaaaaaaaa&", "&left=3&", "&event=started"] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn a_tracker_on_this_machine_is_not_for_strangers_to_name() {
    let server = WebServer::start(|_| answer("200 OK", "", b"de"));
    let said = "not asked: 127.0.0.1 is on this machine";
    let answer = request(&server.url("/announce"), Namer::STRANGER).run();
    assert_eq!(answer.result.unwrap_err().to_string(), said);
    assert!(server.asked().is_empty());
}

#[test]
fn a_redirect_to_where_clouds_keep_secrets_is_refused() {
    let outer =
        WebServer::start(|_| answer("302 Found", "Location: http://169.254.169.254/announce\r\n", b""));
    let answer = request(&outer.url("/announce"), Namer::USER).run();
    let misled = answer.result.unwrap_err();
    assert!(matches!(misled, TrackerError::Misled(AddressError::Reach(..))), "{misled}");
    assert_eq!(misled.to_string(), "its redirect is not followed: 169.254.169.254 is a reserved address");
}

/// Where a proxy would look names up, the rules of addresses hold before it is asked.
#[test]
fn a_tracker_that_a_stranger_may_not_name_is_not_asked_by_proxy() {
    let proxy = WebServer::start(|_| answer("200 OK", "", b"d8:intervali1800e5:peers0:e"));
    let url = format!("http://{}", proxy.address);
    let access = WebAccess {
        proxies: Proxies::from_env(|name| (name == "http_proxy").then(|| url.clone())).unwrap().into(),
        ..WebAccess::default()
    };
    for (url, is_asked) in [
        ("http://intranet/announce", false),
        ("http://10.1.2.3/announce", false),
        ("http://[fd00::1]:80/announce", false),
        ("http://tracker.example/announce", true),
    ] {
        let request = AnnounceRequest { access: access.clone(), ..request(url, Namer::STRANGER) };
        let result = request.run().result;
        let is_not_asked = matches!(&result, Err(TrackerError::NotAsked(why)) if why.way_out().is_some());
        assert_eq!((result.is_ok(), is_not_asked), (is_asked, !is_asked), "{url}: {result:?}");
        let by_user = AnnounceRequest { namer: Namer::USER, ..request };
        assert!(by_user.run().result.is_ok(), "{url}");
    }
}

#[test]
fn refusals_and_nonsense_over_http_are_told_apart() {
    let server = WebServer::start(|head| match head.split(['?', ' ']).nth(1).unwrap_or_default() {
        "/announce/a" => answer("200 OK", "", b"d14:failure reason4:nopee"),
        "/announce/b" => answer("400 Bad", "", b"d14:failure reason4:nopee"),
        "/announce/c" => answer("503 Busy", "", b"<html>"),
        "/announce/d" => answer("200 OK", "", &[b'd'; 2 << 20]),
        _ => answer("200 OK", "", b"<html>"),
    });
    let ask = |target: &str| request(&server.url(target), Namer::USER).run().result.unwrap_err();
    assert_eq!(ask("/announce/a"), TrackerError::Refused(b"nope".to_vec()));
    assert_eq!(ask("/announce/b"), TrackerError::Refused(b"nope".to_vec()));
    assert_eq!(ask("/announce/c"), TrackerError::Failed("HTTP status 503".to_owned()));
    assert!(ask("/announce/d").to_string().contains("longer than"));
    assert!(matches!(ask("/announce/e"), TrackerError::Failed(_)));
}

/// Where a UDP tracker is, by who names it and from which address of ours it is asked.
#[test]
fn a_tracker_is_asked_where_whoever_named_it_may_lead_us() {
    let find = |url: &str, namer, bind: Option<&str>| {
        let found = tracker_addresses(
            &Url::parse(url.as_bytes()).unwrap(),
            namer,
            bind.map(|ip| ip.parse().unwrap()),
        );
        found.map_err(|error| error.to_string())
    };
    let at = |address: &str| Ok(vec![address.parse().unwrap()]);
    let not = |why: &str| Err(why.to_owned());
    let site = Namer::at([192, 168, 1, 1].into());
    let announce = "udp://192.168.1.2:80/announce";
    for (url, namer, bind, expected) in [
        ("udp://127.0.0.1:80/", Namer::USER, None, at("127.0.0.1:80")),
        ("udp://127.0.0.1:80/", Namer::STRANGER, None, not("not asked: 127.0.0.1 is on this machine")),
        ("udp://[::1]:80/", Namer::USER, None, at("[::1]:80")),
        (
            "udp://[::1]:80/",
            Namer::USER,
            Some("127.0.0.1"),
            not("the host has no address of the family that is bound to"),
        ),
        ("udp://[::1]:80/", Namer::USER, Some("::1"), at("[::1]:80")),
        ("udp://8.8.8.8:80/", Namer::STRANGER, None, at("8.8.8.8:80")),
        (announce, Namer::STRANGER, None, not("not asked: 192.168.1.2 is in a private network")),
        (announce, site, None, at("192.168.1.2:80")),
        ("udp://no-such-host.invalid:1/", Namer::USER, None, not("the host has no address")),
    ] {
        assert_eq!(find(url, namer, bind), expected, "{url} by {namer:?} from {bind:?}");
    }
}
