//! Torrents come and go at random between two sessions that fetch from each other, and leave nothing behind.

use std::collections::BTreeSet;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm_net::{Holdings, Job, JobEvent, JobId, Session, Settings};
use test_kit::{Content, Folder, HonestPeer, HttpTracker, Manners, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{free_port, job, job_of_link, settings};

/// What may happen to a session in a step.
#[derive(Clone, Copy, Debug)]
enum Step {
    Add,
    Remove,
    Pause,
    Resume,
    Turn,
}

/// A session, and what is in it.
struct Side {
    session: Session,
    port: u16,
    present: Vec<(JobId, usize, Folder)>,
    gone: BTreeSet<JobId>,
    completed: usize,
}

/// Two sessions, what they fetch, and who else is there.
struct Scene {
    rng: fastrand::Rng,
    contents: Vec<Arc<Content>>,
    peers: Vec<HonestPeer>,
    tracker: HttpTracker,
    sides: [Side; 2],
}

impl Side {
    fn new() -> Self {
        let port = free_port();
        let here = Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
        let (present, gone) = (Vec::new(), BTreeSet::new());
        Self { session: Session::new(here).unwrap(), port, present, gone, completed: 0 }
    }

    /// Turns, and sees that nothing comes of torrents that were removed or have ended.
    fn turn(&mut self, patience: Duration) {
        for (id, event) in self.session.turn(patience) {
            assert!(!self.gone.contains(&id), "{id:?} has gone: {event:?}");
            match event {
                JobEvent::Completed(_) => self.completed += 1,
                JobEvent::Ended(outcome) => {
                    // Nobody may have had it, and the deadline is short.
                    assert!(outcome.result.as_ref().err().is_none_or(is_expected), "{id:?}: {outcome:?}");
                    self.gone.insert(id);
                    // Its names are its own until it is removed.
                    self.session.remove(id);
                    self.present.retain(|(other, ..)| *other != id);
                }
                _ => {}
            }
        }
    }

    fn remove(&mut self, place: usize) {
        let (id, _, folder) = self.present.swap_remove(place);
        self.session.remove(id);
        self.gone.insert(id);
        // Files may go while they are written.
        drop(folder);
    }
}

fn is_expected(failure: &swarm_net::Failure) -> bool {
    matches!(failure, swarm_net::Failure::Deadline(_) | swarm_net::Failure::NobodyToAsk)
}

impl Scene {
    fn new(seed: u64) -> Self {
        let protocols = [Protocol::V1, Protocol::V2, Protocol::Hybrid];
        let content = |number: usize| {
            let length = 30_000 + number * number * 9_000;
            let (name, bytes) = (format!("file {number}"), seeded_bytes(number as u64, length));
            Content::of_file(protocols[number % 3], &name, &bytes, 16384 << (number % 2))
        };
        let contents: Vec<_> = (0..CONTENTS).map(content).collect();
        let manners = |number: usize| Manners {
            delay: Duration::from_millis(number as u64 % 4),
            fast: number.is_multiple_of(2),
            ..Manners::default()
        };
        let peers: Vec<_> = contents
            .iter()
            .enumerate()
            .map(|(n, content)| HonestPeer::new(content.clone(), manners(n)))
            .collect();
        let tracker = HttpTracker::new(&[]);
        Self {
            rng: fastrand::Rng::with_seed(seed),
            contents,
            peers,
            tracker,
            sides: [Side::new(), Side::new()],
        }
    }

    fn step(&mut self) {
        const STEPS: [Step; 10] = [
            Step::Add,
            Step::Add,
            Step::Remove,
            Step::Pause,
            Step::Resume,
            Step::Turn,
            Step::Turn,
            Step::Turn,
            Step::Turn,
            Step::Turn,
        ];
        let side = self.rng.usize(..2);
        let step = STEPS[self.rng.usize(..STEPS.len())];
        let here = &mut self.sides[side];
        let one = (!here.present.is_empty()).then(|| self.rng.usize(..here.present.len()));
        match (step, one) {
            (Step::Add, _) if here.present.len() < MOST => self.add(side),
            (Step::Remove, Some(one)) => here.remove(one),
            (Step::Pause, Some(one)) => here.session.pause(here.present[one].0),
            (Step::Resume, Some(one)) => here.session.resume(here.present[one].0),
            _ => here.turn(Duration::from_millis(self.rng.u64(..4))),
        }
        self.sides.iter_mut().for_each(|side| side.turn(Duration::ZERO));
    }

    /// Adds a torrent that is not there, from a file or a link, some data of it perhaps.
    fn add(&mut self, side: usize) {
        let number = self.rng.usize(..CONTENTS);
        let other = SocketAddr::from((Ipv4Addr::LOCALHOST, self.sides[1 - side].port));
        let here = &mut self.sides[side];
        if here.present.iter().any(|(_, present, _)| *present == number) {
            return;
        }
        let content = &self.contents[number];
        let folder = Folder::new("");
        if self.rng.u8(..3) == 0 {
            fs::write(folder.path().join(format!("file {number}")), content.bytes()).unwrap();
        }
        let peers = [other, self.peers[number].address(), SocketAddr::from((Ipv4Addr::LOCALHOST, 1))];
        let base = match self.rng.u8(..3) {
            0 => job_of_link(content, &folder, &peers),
            _ => job(content, &folder, &peers),
        };
        let seed_time = [None, Some(Duration::from_millis(300)), Some(Duration::from_secs(3600))];
        let trackers = if self.rng.bool() { vec![self.tracker.url()] } else { Vec::new() };
        let job = Job { seed_time: seed_time[self.rng.usize(..3)], trackers, ..base };
        let id = here.session.add(job);
        here.present.push((id, number, folder));
    }

    /// Lets all go, and sees that nothing stays.
    fn end(&mut self) {
        for side in &mut self.sides {
            (0..side.present.len()).rev().for_each(|place| side.remove(place));
        }
        let is_empty = |side: &Side| side.session.holdings() == Holdings::default();
        let begun = Instant::now();
        while !self.sides.iter().all(is_empty) && begun.elapsed() < PATIENCE {
            self.sides.iter_mut().for_each(|side| side.turn(Duration::from_millis(5)));
        }
        for side in &self.sides {
            assert_eq!(side.session.holdings(), Holdings::default());
        }
    }
}

/// Lets torrents come and go for so long; gives how many came and how many were completed.
fn come_and_go(seed: u64, time: Duration) -> (usize, usize) {
    let mut scene = Scene::new(seed);
    let begun = Instant::now();
    while begun.elapsed() < time {
        scene.step();
    }
    scene.end();
    scene
        .sides
        .iter()
        .fold((0, 0), |(came, completed), side| (came + side.gone.len(), completed + side.completed))
}

#[test]
fn torrents_that_come_and_go_leave_nothing_behind() {
    let (came, completed) = come_and_go(7, Duration::from_secs(3));
    assert!(came > 0 && completed > 0, "{came} came, {completed} were completed");
}

/// Files, sockets and threads of this process.
fn descriptors_and_threads() -> (usize, usize) {
    let count = |folder: &str| fs::read_dir(folder).unwrap().count();
    (count("/proc/self/fd"), count("/proc/self/task"))
}

/// For as many seconds as `PIECEWORK_SOAK` says, alone in its process: only then what the process has open is the test's.
#[test]
#[ignore = "takes minutes"]
fn torrents_that_come_and_go_for_long_leave_nothing_behind() {
    let seconds = std::env::var("PIECEWORK_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    let before = descriptors_and_threads();
    let (begun, mut all) = (Instant::now(), (0, 0));
    // Sessions begin and end, too.
    for seed in 0.. {
        let left = Duration::from_secs(seconds).saturating_sub(begun.elapsed());
        if left.is_zero() {
            break;
        }
        let (came, completed) = come_and_go(seed, left.min(Duration::from_secs(60)));
        all = (all.0 + came, all.1 + completed);
        let ended = Instant::now();
        while descriptors_and_threads() != before && ended.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(descriptors_and_threads(), before, "seed {seed}");
    }
    println!("{} torrents came and went in {seconds} s, {} of them whole", all.0, all.1);
}

const CONTENTS: usize = 15;

/// Torrents in a session at a time.
const MOST: usize = 10;

/// How long what is under way may take to end.
const PATIENCE: Duration = Duration::from_secs(60);
