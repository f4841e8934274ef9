//! The only seed of a torrent pays for one copy of it, however many fetch it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use swarm_net::{Economy, Job, JobEvent, JobProgress, OriginConfig, Session, Settings};
use test_kit::{Content, Folder};
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, job, settings};

/// Bytes of the torrent: 48 pieces.
const LENGTH: usize = 3 << 20;
/// Bytes a second that each sends.
const RATE: u64 = 1 << 20;
const LEECHERS: usize = 6;
/// A plain seed pays two copies among so many, and what a machine under load adds is less than half a copy. How exact the bill is, the
/// simulator judges.
const MOST_COPIES: f64 = 1.5;
/// How long it may take at most; four seconds are usual.
const PATIENCE: Duration = Duration::from_secs(60);

/// A session of its own for the seed, and then for each of those who fetch from it; each at an address of its own, because a host has only
/// a few places.
fn sessions() -> Vec<Session> {
    let of = |number: u8| {
        let bind = Some(Ipv4Addr::new(127, 0, 50, 1 + number).into());
        let max_upload = (number > 0).then_some(RATE);
        Session::new(Settings { bind, max_upload, ..settings() }).unwrap()
    };
    (0..=LEECHERS as u8).map(of).collect()
}

/// The seed, and then those who fetch, who stay. Each dials those before it, so that no two dial each other.
fn jobs(content: &Content, folders: &[Folder], peers: &[SocketAddr]) -> Vec<Job> {
    let stays = |(number, folder)| {
        let before: &[SocketAddr] = &peers[..number];
        Job { seed_time: Some(2 * PATIENCE), ..job(content, folder, before) }
    };
    let mut jobs: Vec<_> = folders.iter().enumerate().map(stays).collect();
    let one_copy = Some(OriginConfig::default());
    jobs[0].economy = Economy { one_copy, max_upload: Some(RATE), ..Economy::default() };
    jobs
}

/// Runs them until all are complete and the seed says that it has heard of it: nobody leaves before, for what a peer announced last may
/// not be heard once it has left, and the seed says where it stands only now and then. Gives what it said last.
fn run(sessions: &mut [Session]) -> JobProgress {
    let (began, mut last, mut complete) = (Instant::now(), JobProgress::default(), 0);
    while complete < LEECHERS || last.bill.is_none_or(|bill| bill.received < LEECHERS as f64) {
        assert!(began.elapsed() < PATIENCE, "{complete} are complete: {last:?}");
        for (number, session) in sessions.iter_mut().enumerate() {
            for (_, event) in session.turn(Duration::from_millis(1)) {
                match event {
                    JobEvent::Progress(progress) if number == 0 => last = progress,
                    JobEvent::Completed(_) if number > 0 => complete += 1,
                    JobEvent::Ended(outcome) => panic!("number {number}: {:?}", outcome.result),
                    _ => {}
                }
            }
        }
    }
    last
}

#[test]
fn six_cost_one_copy() {
    let content = file(Protocol::V1, LENGTH, 65536);
    let folders: Vec<Folder> = (0..=LEECHERS).map(|_| Folder::new("")).collect();
    folders[0].write("file", content.bytes());
    let mut sessions = sessions();
    let peers: Vec<_> = sessions.iter().flat_map(Session::addresses).collect();
    let began = Instant::now();
    for (session, job) in sessions.iter_mut().zip(jobs(&content, &folders, &peers)) {
        session.add(job);
    }
    let progress = run(&mut sessions);
    assert!(folders.iter().all(|folder| folder.read("file") == content.bytes()));
    let bill = progress.bill.unwrap();
    let copies = progress.uploaded as f64 / LENGTH as f64;
    assert!((0.98..MOST_COPIES).contains(&copies), "{copies} copies: {bill:?}");
    assert!((bill.given - copies).abs() < 0.02, "{copies} copies: {bill:?}");
    let least = copies * LENGTH as f64 / RATE as f64 - 0.2;
    assert!(began.elapsed().as_secs_f64() > least, "it sent faster than it may: {:?}", began.elapsed());
}
