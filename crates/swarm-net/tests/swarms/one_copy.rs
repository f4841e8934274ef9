//! The only seed of a torrent pays for one copy of it, however many fetch it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use swarm_net::{Economy, Job, JobEvent, JobProgress, OriginConfig, Session, Settings};
use test_kit::{Content, Folder};
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, free_port, job, settings};

/// Bytes of the torrent: 48 pieces.
const LENGTH: usize = 3 << 20;
/// Bytes a second that each sends.
const RATE: u64 = 1 << 20;
const LEECHERS: usize = 6;

/// One seed and those who fetch from it, each a session of its own that knows all others and stays until all are complete.
struct Crowd {
    addresses: Vec<SocketAddr>,
    listening: Barrier,
    complete: AtomicUsize,
}

impl Crowd {
    fn new() -> Self {
        let addresses = (0..=LEECHERS).map(|_| (Ipv4Addr::LOCALHOST, free_port()).into()).collect();
        Self { addresses, listening: Barrier::new(LEECHERS + 1), complete: AtomicUsize::new(0) }
    }

    /// Runs one of them to the end, the seed if it is the first. Gives where its torrent stood last.
    fn run(&self, number: usize, content: &Content, folder: &Folder, economy: Economy) -> JobProgress {
        let address = self.addresses[number];
        let (bind, port) = (Some(address.ip()), Some(address.port()));
        let max_upload = economy.max_upload.is_none().then_some(RATE);
        let mut session = Session::new(Settings { bind, port, max_upload, ..settings() }).unwrap();
        self.listening.wait();
        let seed_time = Some(Duration::from_secs(60));
        session.add(Job { seed_time, economy, ..job(content, folder, &self.addresses) });
        let mut last = JobProgress::default();
        while self.complete.load(Ordering::Relaxed) < LEECHERS {
            for (_, event) in session.turn(Duration::from_millis(50)) {
                match event {
                    JobEvent::Progress(progress) => last = progress,
                    JobEvent::Completed(_) if number > 0 => {
                        self.complete.fetch_add(1, Ordering::Relaxed);
                    }
                    JobEvent::Ended(outcome) => panic!("number {number}: {:?}", outcome.result),
                    _ => {}
                }
            }
        }
        last
    }
}

#[test]
fn six_cost_one_copy() {
    let content = file(Protocol::V1, LENGTH, 65536);
    let folders: Vec<Folder> = (0..=LEECHERS).map(|_| Folder::new("")).collect();
    folders[0].write("file", content.bytes());
    let (crowd, began) = (Crowd::new(), Instant::now());
    let one_copy =
        Economy { one_copy: Some(OriginConfig::default()), max_upload: Some(RATE), ..Economy::default() };
    let progress = thread::scope(|scope| {
        let origin = scope.spawn(|| crowd.run(0, &content, &folders[0], one_copy));
        for (number, folder) in folders.iter().enumerate().skip(1) {
            let (crowd, content) = (&crowd, &content);
            scope.spawn(move || crowd.run(number, content, folder, Economy::default()));
        }
        origin.join().unwrap()
    });
    assert!(folders.iter().all(|folder| folder.read("file") == content.bytes()));
    let bill = progress.bill.unwrap();
    let copies = progress.uploaded as f64 / LENGTH as f64;
    assert!((0.98..=1.1).contains(&copies), "{copies} copies: {bill:?}");
    assert!((bill.given - copies).abs() < 0.02, "{copies} copies: {bill:?}");
    assert!(bill.for_each_given() > Some(5.0), "{bill:?}");
    let least = copies * LENGTH as f64 / RATE as f64 - 0.2;
    assert!(began.elapsed().as_secs_f64() > least, "it sent faster than it may: {:?}", began.elapsed());
}
