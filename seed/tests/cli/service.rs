//! What a service manager and a scraper are told.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use test_kit::{Folder, Signal};

use crate::live::Live;

/// What is said next that begins so; what else is said meanwhile is dropped.
#[track_caller]
fn heard(socket: &UnixDatagram, beginning: &str) -> String {
    let mut buffer = [0; 1024];
    loop {
        let length = socket.recv(&mut buffer).unwrap_or_else(|_| panic!("no {beginning}"));
        let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
        if text.starts_with(beginning) {
            return text;
        }
    }
}

#[test]
fn a_service_manager_hears_how_it_goes() {
    let folder = Folder::new("d/a 50000");
    let path = folder.join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "400000")];
    let seed = Live::start(&folder, "d", &variables);
    heard(&socket, "READY=1");
    heard(&socket, "WATCHDOG=1");
    heard(&socket, "WATCHDOG=1");
    seed.signal(Signal::HUP);
    let reloading = heard(&socket, "RELOADING=1");
    let stamp = reloading.lines().find_map(|line| line.strip_prefix("MONOTONIC_USEC=")).unwrap();
    assert!(stamp.parse::<u64>().unwrap() > 0);
    heard(&socket, "READY=1");
    assert_eq!(seed.end(Signal::TERM), 143);
    heard(&socket, "STOPPING=1");
}

#[test]
fn a_scraper_reads_what_is_offered() {
    let folder = Folder::new("d/a 50000");
    let seed = Live::start(&folder, "d --metrics m.prom", &[]);
    seed.wait_for("offered", "d");
    let began = Instant::now();
    let text = loop {
        let text = std::fs::read_to_string(folder.join("m.prom")).unwrap_or_default();
        if text.contains("piecework_seed_torrent_size_bytes{") {
            break text;
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{text}");
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(text.contains("\npiecework_seed_torrents 1\n"), "{text}");
    assert!(text.contains("name=\"d\"} 50000\n"), "{text}");
    assert_eq!(seed.end(Signal::INT), 130);
}
