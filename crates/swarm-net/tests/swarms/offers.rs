//! Data that lies somewhere is offered: it is read, and nothing is written beside it.

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;

use swarm_net::{
    Check, Damage, Failure, Goal, Job, JobEvent, JobId, Session, Settings, Source, disk::DiskError,
};
use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::metainfo::Protocol;

use crate::fetching::{free_port, job, settings};
use crate::sessions::{is_seeding, turn_until};

const CHECKS: [Check; 3] = [Check::Lazy, Check::Full, Check::Sizes];

/// A session that offers, and one that fetches from it, both turned by one thread.
pub(crate) struct Pair {
    pub(crate) giver: Session,
    taker: Session,
    giver_at: SocketAddr,
    /// What was said of what is offered.
    pub(crate) heard: Vec<JobEvent>,
    /// Bytes that are offered now.
    pub(crate) offered: u64,
}

impl Pair {
    pub(crate) fn new(giver: Settings) -> Self {
        let (port, bind) = (free_port(), Some(Ipv4Addr::LOCALHOST.into()));
        let giver = Session::new(Settings { port: Some(port), bind, ..giver }).unwrap();
        let taker = Session::new(Settings { bind, ..settings() }).unwrap();
        Self {
            giver,
            taker,
            giver_at: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            heard: Vec::new(),
            offered: 0,
        }
    }

    /// Offers what lies in a folder, and turns until that has begun or failed.
    pub(crate) fn offer(&mut self, content: &Content, folder: &Folder, check: Check) -> JobId {
        let job = self.giver.add(offer(content, folder, check));
        let is_begun = |_, event: &JobEvent| is_seeding(event) || matches!(event, JobEvent::Ended(_));
        let (heard, has_begun) = turn_until(&mut self.giver, is_begun);
        assert!(has_begun, "{heard:?}");
        self.heard.extend(heard.into_iter().map(|(_, event)| event));
        job
    }

    /// Fetches from what is offered until all of it is there, or so many bytes of it.
    pub(crate) fn fetch(&mut self, content: &Content, folder: &Folder, bytes: u64) {
        self.fetch_until(content, folder, |_, taken| taken >= bytes);
    }

    /// The same until `is_enough`, of bytes that came.
    pub(crate) fn fetch_until(
        &mut self,
        content: &Content,
        folder: &Folder,
        is_enough: impl Fn(&Self, u64) -> bool,
    ) {
        let job = self.taker.add(job(content, folder, &[self.giver_at]));
        for _ in 0..3000 {
            let new = self.giver.turn(std::time::Duration::from_millis(5));
            for (_, event) in new {
                if let JobEvent::Progress(progress) = event {
                    self.offered = progress.done;
                }
                self.heard.push(event);
            }
            let said = self.taker.turn(std::time::Duration::from_millis(5));
            let is_bad =
                |event: &JobEvent| matches!(event, JobEvent::BadPiece { .. } | JobEvent::Banned { .. });
            assert!(!said.iter().any(|(_, event)| is_bad(event)), "{said:?}");
            let is_there = |event: &JobEvent| match event {
                JobEvent::Progress(progress) => is_enough(self, progress.done),
                event => matches!(event, JobEvent::Ended(_)),
            };
            if said.iter().any(|(_, event)| is_there(event)) {
                return self.taker.remove(job);
            }
        }
        panic!("only so much came: {:?}", self.heard);
    }

    /// Files that were said to be damaged, and how.
    pub(crate) fn damaged(&self) -> Vec<(Vec<PathBuf>, String)> {
        let damaged = |event: &JobEvent| match event {
            JobEvent::Damaged { paths, why, .. } => Some((paths.clone(), why.to_string())),
            _ => None,
        };
        self.heard.iter().filter_map(damaged).collect()
    }
}

pub(crate) fn offer(content: &Content, folder: &Folder, check: Check) -> Job {
    let source = Source::Torrent(Arc::new(content.metainfo().clone()));
    Job { goal: Goal::Offer(check), ..Job::new(source, folder.path()) }
}

/// Three files, the second of which shares its pieces of v1 with both others.
fn three_files(protocol: Protocol) -> (Arc<Content>, Folder) {
    let bytes = seeded_bytes(7, 700_000);
    let parts = [("a", &bytes[..300_000]), ("b", &bytes[300_000..310_000]), ("c/d", &bytes[310_000..])];
    let folder = Folder::new("t/c/");
    parts.iter().for_each(|(name, bytes)| folder.write(format!("t/{name}"), bytes));
    (Content::of_folder(protocol, "t", &parts, 65536), folder)
}

fn assert_is_there(content: &Content, folder: &Folder, files: &[&str]) {
    for file in content.metainfo().files().iter() {
        let path = String::from_utf8(file.path.joined()).unwrap();
        let expected = &content.bytes()[file.offset as usize..][..file.length as usize];
        if files.contains(&path.as_str()) {
            assert!(folder.read(format!("t/{path}")) == expected, "{path}");
        }
    }
}

#[test]
fn what_lies_there_is_given_and_nothing_is_written() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        for check in CHECKS {
            let ((content, full), empty) = (three_files(protocol), Folder::new(""));
            let before = std::fs::metadata(full.path()).unwrap();
            let list = full.list();
            let mut pair = Pair::new(settings());
            pair.offer(&content, &full, check);
            pair.fetch(&content, &empty, u64::MAX);
            assert_is_there(&content, &empty, &["a", "b", "c/d"]);
            let after = std::fs::metadata(full.path()).unwrap();
            assert_eq!(full.list(), list);
            assert_eq!(
                (before.ctime(), before.ctime_nsec()),
                (after.ctime(), after.ctime_nsec()),
                "not even for a moment"
            );
            assert!(pair.damaged().is_empty(), "{:?}", pair.heard);
        }
    }
}

#[test]
fn a_folder_that_nobody_may_write_to_does() {
    let ((content, full), empty) = (three_files(Protocol::V1), Folder::new(""));
    let set = |mode| {
        for path in ["t/c", "t", ""] {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(full.join(path), permissions).unwrap();
        }
    };
    set(0o555);
    let mut pair = Pair::new(settings());
    pair.offer(&content, &full, Check::Lazy);
    pair.fetch(&content, &empty, u64::MAX);
    assert_is_there(&content, &empty, &["a", "b", "c/d"]);
    set(0o755);
}

#[test]
fn a_file_that_is_missing_or_of_another_length_keeps_no_other_from_being_given() {
    for check in CHECKS {
        for protocol in [Protocol::V1, Protocol::V2] {
            let ((content, full), empty) = (three_files(protocol), Folder::new(""));
            full.remove("t/b");
            let mut pair = Pair::new(settings());
            pair.offer(&content, &full, check);
            let damaged = pair.damaged();
            assert!(
                matches!(&damaged[..], [(paths, why)] if *paths == [full.join("t/b")] && why == "is not there"),
                "{damaged:?}"
            );
            // In v1, a piece that the files share goes with it.
            let given = pair.heard.iter().find_map(|event| match event {
                JobEvent::Completed(progress) => Some(progress.wanted),
                _ => None,
            });
            pair.fetch(&content, &empty, given.unwrap());
            full.write("t/b", vec![0; 10_001]);
            let mut pair = Pair::new(settings());
            pair.offer(&content, &full, check);
            let damaged = pair.damaged();
            assert!(
                matches!(&damaged[..], [(_, why)] if why == "has 10001 bytes instead of 10000"),
                "{damaged:?}"
            );
        }
    }
}

#[test]
fn where_nothing_is_left_there_is_nothing_to_offer() {
    for check in CHECKS {
        let (content, _) = three_files(Protocol::V1);
        let empty = Folder::new("t/");
        let mut pair = Pair::new(settings());
        pair.offer(&content, &empty, check);
        let Some(JobEvent::Ended(outcome)) = pair.heard.last() else { panic!("{:?}", pair.heard) };
        let Err(Failure::Disk(DiskError::NothingOffered { path, why })) = &outcome.result else {
            panic!("{outcome:?}")
        };
        assert_eq!(*path, empty.join("t/a"));
        assert!(matches!(why, Damage::Missing));
    }
}

/// A peer that is there before and after sees only what is right, and gets the rest.
#[test]
fn what_changes_under_a_running_seed_reaches_nobody() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        for check in CHECKS {
            let ((content, full), [first, second]) = (three_files(protocol), ["", ""].map(Folder::new));
            let mut pair = Pair::new(settings());
            let job = pair.offer(&content, &full, check);
            pair.fetch(&content, &first, u64::MAX);
            assert!(first.read("t/a") == full.read("t/a"));
            let mut bytes = full.read("t/c/d");
            bytes[200_000] ^= 1;
            std::fs::write(full.join("t/c/d"), &bytes).unwrap();
            full.remove("t/b");
            let is_all_there = |pair: &Pair, taken: u64| pair.damaged().len() == 2 && taken == pair.offered;
            pair.fetch_until(&content, &second, is_all_there);
            let mut damaged: Vec<_> =
                pair.damaged().into_iter().map(|(paths, why)| (paths[0].clone(), why)).collect();
            damaged.sort();
            let expected = [("t/b", "is not there"), ("t/c/d", "has other content")];
            let expected = expected.map(|(path, why)| (full.join(path), why.to_owned()));
            assert_eq!(damaged, expected, "{protocol:?} {check:?}");
            let whole = content.bytes().len() as u64;
            assert!((whole / 2..whole - 65536).contains(&pair.offered), "{}", pair.offered);
            pair.giver.remove(job);
        }
    }
}

#[test]
fn a_second_start_offers_what_the_journal_holds_and_a_pause_loses_nothing() {
    let ((content, full), state) = (three_files(Protocol::Hybrid), Folder::new(""));
    let of_state = || Settings { state: Some(state.path().to_owned()), ..settings() };
    for _ in 0..2 {
        let empty = Folder::new("");
        let mut pair = Pair::new(of_state());
        let job = pair.offer(&content, &full, Check::Lazy);
        pair.fetch(&content, &empty, u64::MAX);
        pair.giver.pause(job);
        assert!(turn_until(&mut pair.giver, |_, event| matches!(event, JobEvent::Paused)).1);
        pair.giver.resume(job);
        assert!(turn_until(&mut pair.giver, |_, event| is_seeding(event)).1);
        let again = Folder::new("");
        pair.fetch(&content, &again, u64::MAX);
        assert_is_there(&content, &again, &["a", "b", "c/d"]);
    }
    assert_eq!(state.names().len(), 1);
}

/// Peers that are there hear of it when it is back.
#[test]
fn what_comes_back_is_given_to_peers_that_wait() {
    for protocol in [Protocol::V1, Protocol::V2, Protocol::Hybrid] {
        let ((content, full), empty) = (three_files(protocol), Folder::new(""));
        std::fs::rename(full.join("t/b"), full.join("away")).unwrap();
        let mut pair = Pair::new(settings());
        pair.offer(&content, &full, Check::Lazy);
        let is_back = std::cell::Cell::new(false);
        let until_it_ends = |_: &Pair, taken: u64| {
            if taken > 0 && !is_back.replace(true) {
                std::fs::rename(full.join("away"), full.join("t/b")).unwrap();
            }
            false
        };
        pair.fetch_until(&content, &empty, until_it_ends);
        assert_is_there(&content, &empty, &["a", "b", "c/d"]);
        assert_eq!(pair.damaged().len(), 1);
        assert!(pair.heard.iter().any(|event| matches!(event, JobEvent::Healed { .. })), "{:?}", pair.heard);
    }
}
