//! How runs end that do not deliver.

use std::cell::Cell;
use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use swarm_net::{Failure, Job, Patience};
use test_kit::{Folder, HonestPeer, Manners};
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, fetch, fetch_all, file, job, job_of_link, run, settings};

const SOON: Option<Duration> = Some(Duration::from_millis(300));

fn failure(job: Job) -> Failure {
    fetch(job).0.unwrap_err()
}

#[test]
fn each_patience_has_its_own_failure() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    // It takes connections and says nothing.
    let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let peers = [mute.local_addr().unwrap()];
    let with = |patience, job: Job| failure(Job { patience, ..job });
    let deadline = Patience { deadline: SOON, ..Patience::default() };
    let stall = Patience { stall: SOON, ..Patience::default() };
    let metadata = Patience { metadata: SOON, ..Patience::default() };
    assert!(matches!(with(deadline, job(&content, &folder, &peers)), Failure::Deadline(_)));
    assert!(matches!(with(stall, job(&content, &folder, &peers)), Failure::Stalled(_)));
    assert!(matches!(with(metadata, job_of_link(&content, &folder, &peers)), Failure::NoMetadata(_)));
    assert!(matches!(with(deadline, job_of_link(&content, &folder, &peers)), Failure::Deadline(_)));
}

#[test]
fn with_nobody_to_ask_it_ends_at_once() {
    let content = file(Protocol::V1, 100_000, 32768);
    let folder = Folder::new("");
    assert!(matches!(failure(job(&content, &folder, &[])), Failure::NobodyToAsk));
    assert!(matches!(failure(job_of_link(&content, &folder, &[])), Failure::NobodyHasMetadata));
    // Web seeds have no metadata.
    let mute = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let web_seeds = vec![format!("http://{}/", mute.local_addr().unwrap())];
    let only_web_seeds = Job { web_seeds, ..job_of_link(&content, &folder, &[]) };
    let patience = Patience { metadata: SOON, ..Patience::default() };
    assert!(matches!(failure(Job { patience, ..only_web_seeds }), Failure::NobodyHasMetadata));
}

#[test]
fn an_interrupt_ends_all_and_keeps_what_came() {
    let content = file(Protocol::V1, 2_000_000, 32768);
    let slow = Manners { delay: Duration::from_millis(5), ..Manners::default() };
    let peer = HonestPeer::new(content.clone(), slow);
    let folder = Folder::new("");
    let looks = Cell::new(0);
    let interrupt = || {
        looks.set(looks.get() + 1);
        peer.given() > 500_000
    };
    let mut said = Said::default();
    let mut outcomes = run(settings(), vec![job(&content, &folder, &[peer.address()])], &mut said, interrupt);
    assert!(matches!(outcomes.remove(0).result, Err(Failure::Interrupted)));
    assert!(!said.pieces.is_empty() && said.completed.is_empty());
    let (result, again) = fetch(job(&content, &folder, &[peer.address()]));
    result.unwrap();
    assert_eq!(again.had, said.pieces.len(), "what was written is known again");
    assert!(folder.read("file") == content.bytes());
}

#[test]
fn one_failure_does_not_stop_the_others() {
    let content = file(Protocol::V1, 300_000, 32768);
    let peer = HonestPeer::new(content.clone(), Manners::default());
    let (folder, other, third) = (Folder::new(""), Folder::new(""), Folder::new(""));
    other.write("file", "something else");
    let jobs = vec![
        job(&content, &other, &[peer.address()]),
        job(&file(Protocol::V1, 5, 32768), &third, &[]),
        job(&content, &folder, &[peer.address()]),
    ];
    let (outcomes, _) = fetch_all(settings(), jobs);
    let [disk, nobody, fine] = outcomes.try_into().unwrap_or_else(|_| panic!("three outcomes"));
    assert!(matches!(disk.result, Err(Failure::Disk(_))));
    assert!(matches!(nobody.result, Err(Failure::NobodyToAsk)));
    fine.result.unwrap();
    assert_eq!(other.read("file"), b"something else");
}

#[test]
fn a_port_that_is_taken_ends_all() {
    let content = file(Protocol::V1, 5, 32768);
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let folder = Folder::new("");
    let settings = swarm_net::Settings {
        port: Some(taken.local_addr().unwrap().port()),
        bind: Some(Ipv4Addr::LOCALHOST.into()),
        ..settings()
    };
    let (mut outcomes, _) = fetch_all(settings, vec![job(&content, &folder, &[])]);
    assert!(matches!(outcomes.remove(0).result, Err(Failure::Network(_))));
}
