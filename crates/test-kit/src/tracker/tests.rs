//! The trackers understand what is asked, and answer what can be understood.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use swarm::tracker::{Announcer, UdpExchange, UdpStep, announce_url, parse_reply};
use swarm::{Announce, AnnounceEvent, Announced, TrackerError};
use torrent_core::address::Url;

use super::*;

fn announcer(port: u16) -> Announcer {
    Announcer { info_hash: [1; 20], peer_id: [2; 20], port, key: 3 }
}

fn announce(event: Option<AnnounceEvent>) -> Announce {
    Announce { event, uploaded: 0, downloaded: 0, left: 1, peers_wanted: 50, tracker_id: None }
}

fn get(url: &str) -> Vec<u8> {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    response.split_off(end + 4)
}

fn peer(port: u16) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)
}

#[test]
fn an_http_tracker_brings_announcers_together() {
    let tracker = HttpTracker::new(&[peer(5)]);
    let url = Url::parse(tracker.url().as_bytes()).unwrap();
    let ask = |port, event| {
        parse_reply(&get(&announce_url(&url, &announcer(port), &announce(event)))).unwrap().peers
    };
    assert_eq!(ask(1, None), [peer(5)]);
    assert_eq!(ask(2, None), [peer(1), peer(5)]);
    assert_eq!(ask(1, Some(AnnounceEvent::Stopped)), [peer(2), peer(5)]);
    assert_eq!(ask(3, None), [peer(2), peer(5)]);
    assert_eq!(tracker.requests().len(), 4);
}

#[test]
fn an_http_tracker_answers_as_a_test_says() {
    let tracker = HttpTracker::that_says(&http::ok(b"d14:failure reason2:noe"));
    assert_eq!(parse_reply(&get(&tracker.url())), Err(TrackerError::Refused(b"no".to_vec())));
    assert_eq!(tracker.requests(), ["/announce"]);
}

fn exchange(tracker: &UdpTracker, port: u16) -> Result<Announced, TrackerError> {
    let url = Url::parse(tracker.url().as_bytes()).unwrap();
    let ip = url.ip().unwrap();
    let any: IpAddr = if ip.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    let socket = UdpSocket::bind((any, 0)).unwrap();
    socket.connect((ip, url.port())).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut exchange =
        UdpExchange::new(url.target().into(), announcer(port), announce(None), ip.is_ipv6(), None);
    let (mut now, mut packet) = (Duration::ZERO, [0; 2048]);
    for transaction in 7.. {
        match exchange.poll(now, transaction) {
            UdpStep::Send(packet) => drop(socket.send(&packet).unwrap()),
            UdpStep::GaveUp => return Err(TrackerError::Failed("silence".to_owned())),
            UdpStep::Wait(until) => match socket.recv(&mut packet) {
                Ok(length) => match exchange.receive(now, &packet[..length]) {
                    Some(result) => return result,
                    None => continue,
                },
                Err(_) => now = until,
            },
        }
    }
    unreachable!("an exchange ends")
}

#[test]
fn a_udp_tracker_brings_announcers_together() {
    for ip in [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()] {
        let tracker = UdpTracker::new(ip, &[SocketAddr::new(ip, 5)], 1);
        assert_eq!(exchange(&tracker, 1).unwrap().peers, [SocketAddr::new(ip, 5)]);
        assert_eq!(exchange(&tracker, 2).unwrap().peers, [SocketAddr::new(ip, 1), SocketAddr::new(ip, 5)]);
        // An announce that is answered late is sent again.
        let announces = tracker.announces();
        let ports: BTreeSet<&[u8]> = announces.iter().map(|packet| &packet[96..98]).collect();
        assert_eq!(ports, BTreeSet::from([&[0, 1][..], &[0, 2][..]]));
    }
}

#[test]
fn a_deaf_udp_tracker_is_given_up() {
    let tracker = UdpTracker::new(Ipv4Addr::LOCALHOST.into(), &[], 100);
    assert_eq!(exchange(&tracker, 1), Err(TrackerError::Failed("silence".to_owned())));
}
