//! Limits of rates are shared: whoever waits has a turn.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use swarm_net::{Job, JobEvent, JobId, Settings};
use test_kit::{Folder, HonestPeer, Manners};
use torrent_core::metainfo::Protocol;

use crate::fetching::{Observer, fetch_all, file, free_port, job, private, run, settings};

/// Bytes of each torrent.
const LENGTH: usize = 1_500_000;

/// What each job had when the first of them was complete.
#[derive(Default)]
struct AtFirst {
    done: [u64; 2],
    is_over: bool,
}

impl Observer for AtFirst {
    fn on_event(&mut self, job: JobId, event: JobEvent) {
        match event {
            JobEvent::Progress(progress) if !self.is_over => self.done[job.0] = progress.done,
            JobEvent::Completed(_) => self.is_over = true,
            _ => {}
        }
    }
}

#[test]
fn two_downloads_share_a_limit() {
    let contents = [LENGTH, LENGTH + 1].map(|length| file(Protocol::V1, length, 32768));
    let peers = contents.clone().map(|content| HonestPeer::new(content, Manners::default()));
    let folders = [Folder::new(""), Folder::new("")];
    let job = |at: usize| job(&contents[at], &folders[at], &[peers[at].address()]);
    let limited = Settings { max_download: Some(1_000_000), ..settings() };
    let mut at_first = AtFirst::default();
    let outcomes = run(limited, vec![job(0), job(1)], &mut at_first, || false);
    assert!(outcomes.into_iter().all(|outcome| outcome.result.is_ok()));
    assert!(at_first.done.iter().all(|done| *done > LENGTH as u64 / 3), "{:?}", at_first.done);
}

/// In a private torrent, where the two do not hear of each other.
#[test]
fn two_leechers_share_a_limit() {
    let content = file(Protocol::V1, LENGTH, 32768);
    let (full, folders) = (Folder::new(""), [Folder::new(""), Folder::new("")]);
    full.write("file", content.bytes());
    let port = free_port();
    let bind = Some(Ipv4Addr::LOCALHOST.into());
    let giver = Settings { port: Some(port), bind, max_upload: Some(1_000_000), ..settings() };
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let giving = Job {
        seed_ratio: Some(2.0),
        seed_time: Some(Duration::from_secs(50)),
        source: private(&content),
        ..job(&content, &full, &[nobody])
    };
    thread::scope(|scope| {
        let given = scope.spawn(|| fetch_all(giver, vec![giving]).0.remove(0));
        let address = [SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
        for folder in &folders {
            let job = Job { source: private(&content), ..job(&content, folder, &address) };
            scope.spawn(move || fetch_all(settings(), vec![job]).0.remove(0).result.unwrap());
        }
        assert!(given.join().unwrap().progress.uploaded >= 2 * LENGTH as u64);
    });
    assert!(folders.iter().all(|folder| folder.read("file") == content.bytes()));
}
