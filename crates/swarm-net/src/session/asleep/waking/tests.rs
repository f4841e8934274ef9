use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use test_kit::{Content, Folder, seeded_bytes};
use torrent_core::metainfo::Protocol;

use super::*;
use crate::Failure;
use crate::disk::Check;
use crate::job::{Goal, Settings, Source};
use crate::record::{RecordReader, TorrentRecord};
use crate::serve::Serve;

/// A session with so many records whose data is there.
fn session(count: u64) -> (Session, Vec<JobId>, Folder) {
    let folder = Folder::new("");
    let settings = Settings { bind: Some([127, 0, 0, 1].into()), ..Settings::default() };
    let mut session = Session::new(settings).unwrap();
    let record = |number| {
        let (name, bytes) = (format!("file {number}"), seeded_bytes(number, 40_000));
        folder.write(&name, &bytes);
        let metainfo = Content::of_file(Protocol::V1, &name, &bytes, 16384).metainfo().clone();
        let goal = Goal::Offer(Check::Lazy);
        TorrentRecord::in_memory(Job { goal, ..Job::new(Source::Torrent(metainfo.into()), folder.path()) })
    };
    let records: Vec<_> = (0..count).map(|number| record(number).unwrap()).collect();
    let jobs = records.into_iter().map(|record| session.add_asleep(record).unwrap()).collect();
    (session, jobs, folder)
}

/// Turns until something of this kind is heard.
fn turn_until(session: &mut Session, is_it: impl Fn(&JobEvent) -> bool) -> JobEvent {
    let begun = std::time::Instant::now();
    loop {
        assert!(begun.elapsed().as_secs() < 30, "it does not come");
        let heard = session.turn(std::time::Duration::from_millis(20));
        if let Some((_, event)) = heard.into_iter().find(|(_, event)| is_it(event)) {
            return event;
        }
    }
}

#[test]
fn a_record_that_ends_because_it_failed_does_not_go_to_sleep_instead() {
    let (mut session, jobs, _folder) = session(1);
    session.wake_for_visitor(jobs[0]);
    turn_until(&mut session, |event| matches!(event, JobEvent::Started { .. }));
    session.end(jobs[0], Err(Failure::NobodyHasMetadata));
    session.asleep.idle = std::time::Duration::ZERO;
    assert_eq!(session.idlest_record(), None);
    session.look_at_records();
    let is_last = |event: &JobEvent| matches!(event, JobEvent::Ended(_) | JobEvent::Asleep(_));
    let JobEvent::Ended(outcome) = turn_until(&mut session, is_last) else { panic!("it sleeps") };
    assert!(outcome.result.is_err());
    assert_eq!(session.len(), 0);
}

#[test]
fn who_waits_for_room_wakes_as_soon_as_somebody_ends_or_is_removed() {
    for is_removed in [false, true] {
        let (mut session, jobs, _folder) = session(2);
        session.wake_for_visitor(jobs[0]);
        turn_until(&mut session, |event| matches!(event, JobEvent::Started { .. }));
        session.asleep.sleepers.stir(jobs[1], Stirring::Waits { until: session.now + PATIENCE });
        // Nobody looks at records in time.
        session.asleep.next_look = session.now + Time::from_secs(1000);
        match is_removed {
            true => session.remove(jobs[0]),
            false => session.end(jobs[0], Err(Failure::NobodyHasMetadata)),
        }
        turn_until(&mut session, |event| matches!(event, JobEvent::Started { .. }));
    }
}

#[test]
fn there_is_room_for_those_whose_time_is_just_over() {
    let (mut session, jobs, _folder) = session(2);
    session.asleep.sleepers.stir(jobs[1], Stirring::Waits { until: session.now });
    session.look_at_records();
    assert_eq!(session.asleep.sleepers.stirring(jobs[1]), Some(Stirring::Opens));
}

#[test]
fn a_torrent_that_cannot_be_read_is_not_tried_again_for_each_who_asks() {
    let (folder, content) = (Folder::new(""), Content::of_file(Protocol::V1, "file", &[7; 40_000], 16384));
    folder.write("t.torrent", content.metainfo().bytes());
    let make = |_: &Path, metainfo| Ok(Job::new(Source::Torrent(metainfo), ""));
    let reader = RecordReader { max_size: 1 << 20, memory: 1 << 20, make: Box::new(make) };
    let record = Arc::new(reader).read(&folder.join("t.torrent")).unwrap();
    folder.remove("t.torrent");
    let serve = Some(Serve::default());
    let settings = Settings { bind: Some([127, 0, 0, 1].into()), serve, ..Settings::default() };
    let mut session = Session::new(settings).unwrap();
    let job = session.add_asleep(record).unwrap();
    let mut visitor = TcpStream::connect(("127.0.0.1", session.port)).unwrap();
    visitor.write_all(b"GET /content/file HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    visitor.set_nonblocking(true).unwrap();
    turn_until(&mut session, |event| matches!(event, JobEvent::Warning { .. }));
    let (failed, mut answer) = (session.asleep.sleepers.get(job).unwrap().failed, [0; 12]);
    assert_eq!(session.wake(&content.info_hash()), None);
    while visitor.read(&mut answer).is_err() {
        session.turn(std::time::Duration::from_millis(20));
    }
    assert_eq!(&answer, b"HTTP/1.1 503");
    assert_eq!(session.asleep.sleepers.get(job).unwrap().failed, failed, "it was tried again");
    // It may be there again.
    session.now = failed.unwrap() + UNREADABLE;
    assert_eq!(session.wake(&content.info_hash()), Some(job));
}
