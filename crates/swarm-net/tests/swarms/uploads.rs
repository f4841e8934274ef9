//! What is there is given to others.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use swarm_net::{Failure, Job, Settings};
use test_kit::Folder;
use torrent_core::metainfo::Protocol;

use crate::fetching::{Said, await_listener, fetch_all, file, free_port, job, job_of_link, run, settings};

/// One that has everything and stays until it has given it all away once, and one that fetches from it by torrent or link.
fn from_one_to_another(protocol: Protocol, is_link: bool) {
    let content = file(protocol, 3_000_000, 65536);
    let (full, empty) = (Folder::new(""), Folder::new(""));
    full.write("file", content.bytes());
    let port = free_port();
    let giver = Settings { port: Some(port), bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    // It needs somebody to ask, even though it has all.
    let nobody = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
    let giving = Job {
        seed_ratio: Some(1.0),
        seed_time: Some(Duration::from_secs(50)),
        ..job(&content, &full, &[nobody])
    };
    let given = thread::spawn(move || fetch_all(giver, vec![giving]).0.remove(0));
    let address = [SocketAddr::from((Ipv4Addr::LOCALHOST, port))];
    await_listener(address[0]);
    let fetching = match is_link {
        true => job_of_link(&content, &empty, &address),
        false => job(&content, &empty, &address),
    };
    let (mut outcomes, _) = fetch_all(settings(), vec![fetching]);
    outcomes.remove(0).result.unwrap();
    assert!(empty.read("file") == content.bytes());
    let outcome = given.join().unwrap();
    outcome.result.unwrap();
    assert!(outcome.progress.uploaded >= 3_000_000);
}

#[test]
fn a_run_gives_to_another_run() {
    from_one_to_another(Protocol::V1, false);
    from_one_to_another(Protocol::Hybrid, true);
    from_one_to_another(Protocol::V2, true);
}

/// All was delivered; that the file is taken away while peers request it is no failure, and is reported once.
#[test]
fn a_seed_that_lost_what_peers_request_has_not_failed() {
    let content = file(Protocol::V1, 3_000_000, 65536);
    let (full, empty) = (Folder::new(""), Folder::new(""));
    full.write("file", content.bytes());
    let port = free_port();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let settings_of = |port| Settings { port, bind: Some(Ipv4Addr::LOCALHOST.into()), ..settings() };
    let (complete, is_complete) = channel();
    let unread = Arc::new(AtomicUsize::new(0));
    let is_over = Arc::new(AtomicBool::new(false));
    let giving = Job { seed_time: Some(Duration::from_secs(50)), ..job(&content, &full, &[address]) };
    let path = full.join("file");
    let (counter, over) = (Arc::clone(&unread), Arc::clone(&is_over));
    let giver = thread::spawn(move || {
        let take_away = move || {
            std::fs::remove_file(&path).unwrap();
            complete.send(()).unwrap();
        };
        let count = move || {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let mut said = Said {
            on_complete: Some(Box::new(take_away)),
            on_unread: Some(Box::new(count)),
            ..Said::default()
        };
        run(settings_of(Some(port)), vec![giving], &mut said, || over.load(Ordering::Relaxed)).remove(0)
    });
    is_complete.recv().unwrap();
    let taking = job(&content, &empty, &[address]);
    let is_unread = || unread.load(Ordering::Relaxed) > 0;
    let taken = run(settings_of(None), vec![taking], &mut Said::default(), is_unread).remove(0);
    assert!(matches!(taken.result, Err(Failure::Interrupted)), "{:?}", taken.result);
    is_over.store(true, Ordering::Relaxed);
    giver.join().unwrap().result.unwrap();
    assert_eq!(unread.load(Ordering::Relaxed), 1);
}
