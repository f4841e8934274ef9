//! What a tracker keeps is bounded: by the peers that it lists, not by what it is asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use peak_alloc::PeakAlloc;
use serve::tracker::{Tracker, TrackerConfig, UdpAnswer};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Announces a torrent from many addresses, a peer each.
fn announce(tracker: &mut Tracker, ip: IpAddr, hash: u32, now: Duration) {
    let hash: String = format!("{hash:020}");
    let query = format!("info_hash={hash}&port=6881&left=1&numwant=0");
    tracker.announce(query.as_bytes(), SocketAddr::new(ip, 1), now);
}

fn v4(number: u32) -> IpAddr {
    Ipv4Addr::from(0x0100_0000 + number).into()
}

fn v6(number: u32) -> IpAddr {
    Ipv6Addr::from(0x2606_4700 << 96 | u128::from(number) << 64).into()
}

/// One test, because memory is counted for the whole process.
#[test]
fn memory_follows_the_peers_that_are_listed_and_they_are_bounded() {
    let mut tracker = Tracker::new(TrackerConfig { is_open: true, ..TrackerConfig::default() }, [7; 32]);
    tracker.offer(*b"00000000000000000000");
    let before = MEMORY.current_usage();
    (0..10_000).for_each(|number| announce(&mut tracker, v4(number), 0, Duration::ZERO));
    (0..10_000).for_each(|number| announce(&mut tracker, v6(number), 0, Duration::ZERO));
    assert_eq!(tracker.size(), (1, 20_000));
    let a_peer = (MEMORY.current_usage() - before) / 20_000;
    println!("{a_peer} bytes a peer");
    assert!(a_peer < 200, "{a_peer} bytes a peer");
    // Strangers' torrents take each other's places.
    let with_ours = MEMORY.current_usage();
    (1..11_000).for_each(|number| announce(&mut tracker, v4(number), number, Duration::ZERO));
    assert_eq!(tracker.size(), (1 + 10_000, 20_000 + 10_000));
    let a_swarm = (MEMORY.current_usage() - with_ours) / 10_000;
    println!("{a_swarm} bytes a swarm of one");
    assert!(a_swarm < 2_000, "{a_swarm} bytes a swarm of one");
    // Questions over UDP leave nothing.
    let packets = (0..10_000).map(|number| {
        tracker.receive(
            b"\0\0\x04\x17\x27\x10\x19\x80\0\0\0\0wxyz",
            SocketAddr::new(v4(number), 1),
            Duration::ZERO,
        )
    });
    let settled = MEMORY.current_usage();
    assert!(packets.filter(|answer| *answer != UdpAnswer::Silence).count() == 10_000);
    assert!(MEMORY.current_usage() <= settled);
    // All are gone in the end, and what was kept of them.
    tracker.on_time(Duration::from_secs(10_000));
    assert_eq!(tracker.size(), (0, 0));
    assert!(MEMORY.current_usage() < before + 10_000, "{} bytes stay", MEMORY.current_usage() - before);
}
