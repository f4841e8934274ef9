//! Where a run may be cut off: what was done before counts, and nothing is lost.

use std::cell::Cell;
use std::fs;
use std::rc::Rc;

use follow::Stage;
use follow::choice::FirstRun;
use follow::sink::Verdict;

use crate::world::{DAY, HOUR, World, conditional, kinds, rss};

fn follower() -> (World, Rc<Cell<bool>>) {
    let has_news = Rc::new(Cell::new(false));
    let seen = Rc::clone(&has_news);
    let mut world = World::new(move |request, _| {
        let items: &[&str] = if seen.get() { &["d", "c", "b", "a"] } else { &["b", "a"] };
        Ok(conditional(request, &rss(items)))
    });
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    (world, has_news)
}

/// Wherever the journal of a pass breaks off, the next passes take what is new: no server says that nothing has changed before
/// the items are written down. Cut at every line and within each.
#[test]
fn a_run_that_is_cut_off_anywhere_loses_nothing() {
    let (mut world, has_news) = follower();
    let before = fs::read(world.path()).unwrap();
    has_news.set(true);
    world.wait(HOUR);
    let start = world.now.get();
    world.pass();
    let after = fs::read(world.path()).unwrap();
    assert!(after.starts_with(&before) && world.titles() == ["a", "b", "c", "d"]);
    let ends = (before.len()..after.len()).filter(|at| after[*at] == b'\n').map(|at| at + 1);
    let cuts: Vec<usize> = ends.flat_map(|end| [end, end - 30]).chain([before.len()]).collect();
    for cut in cuts {
        fs::write(world.path(), &after[..cut]).unwrap();
        world.now.set(start);
        world.shelf.taken.clear();
        world.passes(HOUR, DAY);
        let state = world.state();
        let taken: Vec<&str> = state
            .entries
            .iter()
            .filter(|it| it.fate.stage == Stage::Taken)
            .map(|it| it.title.as_str())
            .collect();
        assert_eq!(taken, ["a", "b", "c", "d"], "cut at {cut}");
        // What may have been done before says so.
        let is_again = |title: &str| {
            let text = String::from_utf8_lossy(&after[..cut]).into_owned();
            let id = &state.entries.iter().find(|it| it.title == title).unwrap().id;
            text.lines()
                .any(|line| line.contains(id) && line.contains("\"taking\"") && line.contains("\"crc\""))
        };
        for (title, attempt) in &world.shelf.taken {
            assert_eq!(*attempt > 1, is_again(title), "{title} {attempt}, cut at {cut}");
        }
    }
}

/// The order that would lose items for ever: the server's word first. No prefix of a journal has it.
#[test]
fn no_prefix_of_a_journal_trusts_the_server_before_its_items_are_there() {
    let (mut world, has_news) = follower();
    has_news.set(true);
    world.wait(HOUR);
    world.pass();
    let text = fs::read_to_string(world.path()).unwrap();
    let etag = format!("{:x}", rss(&["d", "c", "b", "a"]).len());
    let mut items = 0;
    for line in text.lines() {
        items += usize::from(line.contains("\"is\":\"item\""));
        assert!(!line.contains(&format!("\\\"{etag}\\\"")) || items == 4, "{line}");
    }
    assert_eq!(items, 4);
}

/// A program that is killed between the end of a command and its own line runs it again, and says so.
#[test]
fn what_was_begun_is_begun_again_with_a_higher_attempt() {
    let (mut world, has_news) = follower();
    has_news.set(true);
    world.wait(HOUR);
    world.shelf.verdict = Some(|_| Verdict::Broken("/full".into(), std::io::ErrorKind::StorageFull.into()));
    assert!(world.try_pass(crate::world::FEED).is_err());
    assert_eq!(world.state().entries[2].fate.stage, Stage::Taking);
    world.shelf.verdict = None;
    assert_eq!(kinds(&world.pass()), ["taken", "taken"]);
    assert_eq!(world.shelf.taken[2..], [("c".to_owned(), 2), ("d".to_owned(), 1)]);
}

/// Half of a line is all that a kill leaves of it: what the feed has is as new as before.
#[test]
fn a_first_run_that_is_killed_in_the_middle_of_a_write_is_still_one() {
    let mut world = World::new(|request, _| Ok(conditional(request, &rss(&["b", "a"]))));
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    let (whole, now) = (fs::read(world.path()).unwrap(), world.now.get());
    let header = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for cut in (header..whole.len()).step_by(20) {
        fs::write(world.path(), &whole[..cut]).unwrap();
        world.now.set(now);
        world.passes(HOUR, 2 * HOUR);
        let state = world.state();
        let is_taken = state.entries.iter().all(|it| it.fate.stage == Stage::Taken);
        assert!(is_taken && state.entries.len() == 2, "cut at {cut}: {:?}", state.entries);
    }
}

/// The lock of the run that was killed says so, and what its last write lacks is no harm: nobody is told, and nothing waits for a person.
#[test]
fn a_later_run_that_is_killed_in_the_middle_of_a_write_is_no_harm() {
    let (mut world, has_news) = follower();
    let before = fs::read(world.path()).unwrap();
    has_news.set(true);
    world.settings.max_new = 0;
    world.wait(HOUR);
    let start = world.now.get();
    world.pass();
    let after = fs::read(world.path()).unwrap();
    assert!(after.starts_with(&before) && after.len() > before.len(), "the pass has added lines");
    for cut in (before.len() + 1..after.len()).step_by(7) {
        fs::write(world.path(), &after[..cut]).unwrap();
        fs::write(world.path().with_extension("lock"), "w").unwrap();
        world.now.set(start);
        let told = world.passes(HOUR, 2 * HOUR);
        assert!(told.keys().all(|kind| *kind == "taken"), "cut at {cut}: {told:?}");
        assert!(world.state().entries.iter().all(|it| it.fate.stage == Stage::Taken), "cut at {cut}");
        assert!(!world.path().with_extension("bad").exists(), "cut at {cut}");
        assert_eq!(fs::read(world.path().with_extension("lock")).unwrap(), b"", "cut at {cut}");
    }
}
