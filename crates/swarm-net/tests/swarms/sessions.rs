//! Torrents join and leave a session while it runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use swarm_net::{Failure, Job, JobEvent, JobId, Session, Source};
use test_kit::{Content, Folder, HonestPeer, Manners};
use torrent_core::metainfo::Protocol;

use crate::fetching::{file, job, job_of_link, settings};

/// Turns until something is heard that `is_it`, for a minute at most; all that was heard, and whether that came.
pub(crate) fn turn_until(
    session: &mut Session,
    is_it: impl Fn(JobId, &JobEvent) -> bool,
) -> (Vec<(JobId, JobEvent)>, bool) {
    let (start, mut heard) = (Instant::now(), Vec::new());
    while start.elapsed() < Duration::from_secs(60) && !session.is_empty() {
        let new = session.turn(Duration::from_millis(50));
        let has_come = new.iter().any(|(id, event)| is_it(*id, event));
        heard.extend(new);
        if has_come {
            return (heard, true);
        }
    }
    (heard, false)
}

pub(crate) fn is_seeding(event: &JobEvent) -> bool {
    matches!(event, JobEvent::Seeding { .. })
}

/// When a torrent is removed.
#[derive(Clone, Copy, Debug)]
enum When {
    AtOnce,
    WithoutMetadata,
    WhilePiecesCome,
    Seeding,
    Ended,
}

/// A job that gets as far as that.
fn job_for(when: When, content: &Arc<Content>, folder: &Folder, peer: &HonestPeer, mute: &Content) -> Job {
    let seed_time = Some(Duration::from_secs(50));
    let lasting = Job { seed_time, ..job(content, folder, &[peer.address()]) };
    match when {
        When::WithoutMetadata => job_of_link(mute, folder, &[peer.address()]),
        When::Ended => Job { seed_time: None, ..lasting },
        When::AtOnce | When::WhilePiecesCome | When::Seeding => lasting,
    }
}

/// Whether it has got as far as that.
fn is_there(when: When, event: &JobEvent) -> bool {
    match when {
        When::AtOnce | When::WithoutMetadata => matches!(event, JobEvent::Progress(_)),
        When::WhilePiecesCome => matches!(event, JobEvent::Piece { .. }),
        When::Seeding => is_seeding(event),
        When::Ended => matches!(event, JobEvent::Ended(_)),
    }
}

#[test]
fn of_a_torrent_that_was_removed_nothing_is_heard_and_its_names_are_free() {
    let content = file(Protocol::V1, 1_000_000, 32768);
    let mute = file(Protocol::V1, 70_000, 32768);
    let slow = Manners { delay: Duration::from_millis(2), ..Manners::default() };
    let peer = HonestPeer::new(content.clone(), slow);
    let mut session = Session::new(settings()).unwrap();
    let mut ids = Vec::new();
    let cases = [When::AtOnce, When::WithoutMetadata, When::WhilePiecesCome, When::Seeding, When::Ended];
    for when in cases {
        let folder = Folder::new("");
        let first = session.add(job_for(when, &content, &folder, &peer, &mute));
        if !matches!(when, When::AtOnce) {
            assert!(turn_until(&mut session, |_, event| is_there(when, event)).1, "{when:?}");
        }
        session.remove(first);
        let again = session.add(job_for(When::Seeding, &content, &folder, &peer, &mute));
        let (heard, is_whole) = turn_until(&mut session, |id, event| id == again && is_seeding(event));
        let failure = heard.iter().find(|(_, event)| matches!(event, JobEvent::Ended(_)));
        assert!(is_whole, "{when:?}: {failure:?}");
        assert!(folder.read("file") == content.bytes(), "{when:?}");
        session.remove(again);
        let (more, _) = turn_until(&mut session, |_, _| false);
        let of_first = heard.iter().chain(&more).filter(|(id, _)| *id == first);
        assert_eq!(of_first.map(|(_, event)| format!("{event:?}")).next(), None, "{when:?}");
        assert!(more.is_empty() && session.is_empty(), "{when:?}: {more:?}");
        ids.extend([first, again]);
    }
    let mut distinct = ids.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct, ids, "no id is given twice");
}

#[test]
fn torrents_come_and_go_beside_one_that_is_fetched() {
    let lasting = file(Protocol::V2, 3_000_000, 32768);
    let slow = Manners { delay: Duration::from_millis(1), ..Manners::default() };
    let peer = HonestPeer::new(lasting.clone(), slow);
    let folder = Folder::new("");
    let mut session = Session::new(settings()).unwrap();
    let lasts = session.add(job(&lasting, &folder, &[peer.address()]));
    let mut heard = Vec::new();
    for length in 1..20 {
        let (passing, other) = (file(Protocol::Hybrid, length * 20_000, 16384), Folder::new(""));
        let passes = session.add(job(&passing, &other, &[peer.address()]));
        heard.extend(session.turn(Duration::from_millis(5)));
        session.remove(passes);
    }
    // On a slow machine it has ended by now.
    heard.extend(turn_until(&mut session, |_, event| matches!(event, JobEvent::Ended(_))).0);
    let mut ended = heard.iter().filter_map(|(id, event)| match event {
        JobEvent::Ended(outcome) => Some((*id, outcome)),
        _ => None,
    });
    let (id, outcome) = ended.next().expect("one ends");
    assert_eq!((id, ended.next().is_none()), (lasts, true));
    assert!(outcome.result.is_ok(), "{outcome:?}");
}

#[test]
fn limits_of_time_count_from_when_a_torrent_joins() {
    let (content, folder) = (file(Protocol::V1, 100_000, 32768), Folder::new(""));
    let mut session = Session::new(settings()).unwrap();
    let soon = Duration::from_millis(300);
    std::thread::sleep(2 * soon);
    session.turn(Duration::ZERO);
    let mut late = job_of_link(&content, &folder, &["127.0.0.1:9".parse().unwrap()]);
    late.patience.deadline = Some(soon);
    assert!(matches!(late.source, Source::Magnet(_)));
    let start = Instant::now();
    session.add(late);
    let (heard, _) = turn_until(&mut session, |_, event| matches!(event, JobEvent::Ended(_)));
    let Some((_, JobEvent::Ended(outcome))) = heard.last() else { panic!("{heard:?}") };
    assert!(matches!(outcome.result, Err(Failure::Deadline(_))), "{outcome:?}");
    assert!(start.elapsed() >= soon, "{:?}", start.elapsed());
}
