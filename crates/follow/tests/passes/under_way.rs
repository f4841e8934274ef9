//! Items that take a while: several are under way at a time, and each counts when it has come to its end.

use follow::choice::{CUT_OFF, FirstRun, SPACE, TORRENT_SIZE};
use follow::sink::Verdict;
use follow::{Event, Stage};
use test_kit::{bytes, dict, int};

use crate::world::{HOUR, MINUTE, World, kinds, ok, rss};

fn follower(ends: fn(&str) -> Option<Verdict>) -> World {
    let mut world = World::new(|_, _| Ok(ok(rss(&["d", "c", "b", "a"]))));
    world.settings.choice.first_run = FirstRun::All;
    world.shelf.ends = Some(ends);
    world
}

fn stage(world: &World, title: &str) -> (Stage, u32, Option<String>, Option<i64>) {
    let state = world.state();
    let fate = state.entries.iter().find(|entry| entry.title == title).unwrap().fate.clone();
    (fate.stage, fate.attempts, fate.why, fate.retry_at.map(|at| at - world.now.get()))
}

#[test]
fn all_are_begun_the_oldest_first_and_taken_when_they_end() {
    let mut world = follower(|title| (title != "b").then(|| Verdict::Taken(Some(title.into()))));
    let told = world.pass();
    let begun: Vec<&str> = world.shelf.begun.iter().map(|(title, _)| title.as_str()).collect();
    assert_eq!(begun, ["a", "b", "c", "d"]);
    assert_eq!(kinds(&told), ["taken", "taken", "taken"]);
    let Event::Taken(item) = &told[1] else { panic!("{told:?}") };
    assert_eq!((item.rule.as_deref(), item.attempt), (Some("enclosure"), 1));
    // The run was killed while `b` was under way.
    assert_eq!(stage(&world, "b"), (Stage::Taking, 1, None, None));
    world.shelf.ends = Some(|_| Some(Verdict::Taken(None)));
    assert_eq!(kinds(&world.pass()), ["taken"]);
    assert_eq!(world.shelf.begun[4..], [("b".to_owned(), 2)]);
}

#[test]
fn every_end_has_its_consequence() {
    let mut world = follower(|title| {
        Some(match title {
            "a" => Verdict::CutOff,
            "b" => Verdict::NoRoom,
            "c" => Verdict::TooLarge,
            _ => Verdict::Hopeless("unsafe".to_owned()),
        })
    });
    world.pass();
    let why = |why: &str| Some(why.to_owned());
    assert_eq!(stage(&world, "a"), (Stage::Waiting, 0, why(CUT_OFF), None));
    // Its torrent is asked for no more often than the feed.
    assert_eq!(stage(&world, "b"), (Stage::Waiting, 0, why(SPACE), Some(HOUR)));
    assert_eq!(stage(&world, "c"), (Stage::Skipped, 1, why(TORRENT_SIZE), None));
    assert_eq!(stage(&world, "d").0, Stage::Failed);
    assert_eq!(stage(&world, "d").2, why("unsafe"));
    // What was cut off is due at once, and was never in vain.
    world.pass();
    assert_eq!(world.shelf.begun[4..], [("a".to_owned(), 1)]);
    world.wait(HOUR);
    world.pass();
    assert_eq!(world.shelf.begun[5..], [("a".to_owned(), 1), ("b".to_owned(), 1)]);
}

/// Each night it has some hours: what was cut off for weeks was tried in vain for the first time today.
#[test]
fn what_was_cut_off_has_its_whole_time() {
    let mut world = follower(|_| Some(Verdict::CutOff));
    world.settings.choice.max_items = Some(1);
    world.passes(24 * HOUR, 30 * 24 * HOUR);
    world.shelf.ends = Some(|_| Some(Verdict::Failed("stalled".to_owned())));
    world.pass();
    let (stage, attempts, ..) = stage(&world, "a");
    assert_eq!((stage, attempts), (Stage::Waiting, 1));
}

/// Whatever comes of it in the end: as long as parts of it come, nothing is in vain.
#[test]
fn what_comes_in_parts_is_never_given_up() {
    let mut world = follower(|_| Some(Verdict::Partly("stalled".to_owned())));
    world.settings.choice.max_items = Some(1);
    for _ in 0..400 {
        world.pass();
        let (stage, attempts, _, retry) = stage(&world, "a");
        assert_eq!((stage, attempts), (Stage::Waiting, 1));
        assert!(retry.is_some_and(|retry| (MINUTE..=2 * MINUTE).contains(&retry)));
        world.wait(HOUR);
    }
    world.shelf.ends = Some(|_| Some(Verdict::Failed("stalled".to_owned())));
    world.passes(HOUR, 30 * 24 * HOUR);
    assert_eq!(stage(&world, "a").0, Stage::Failed, "in vain for more than a week");
}

/// The feed says nothing of the size: what the torrent says is held against the room that there is.
#[test]
fn the_size_that_counts_is_that_of_the_torrent() {
    let mut world = World::new(|request, _| {
        let info = [
            ("length", int(50)),
            ("name", bytes("a")),
            ("piece length", int(16384)),
            ("pieces", bytes([7; 20])),
        ];
        let is_torrent = request.url.ends_with(".torrent");
        Ok(ok(if is_torrent { dict([("info", dict(info))]) } else { rss(&["a"]).into_bytes() }))
    });
    world.shelf.wants_torrent = true;
    world.settings.choice.first_run = FirstRun::All;
    world.settings.choice.min_free = Some(1000);
    for (free, told) in [(1049, &["waiting"][..]), (1049, &[]), (1050, &["taken"])] {
        world.free = Some(free);
        assert_eq!(kinds(&world.pass()), told, "{free} bytes are free");
    }
}
