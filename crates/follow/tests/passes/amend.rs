//! What a person wants to be otherwise.

use follow::Stage;
use follow::book::{Amendment, Book};
use follow::choice::FirstRun;
use follow::journal::Journal;

use crate::world::{FEED, HOUR, World, conditional, kinds, ok, rss, status};

pub(crate) fn book(world: &World) -> Book {
    let opened = Journal::open(&world.folder.join("state"), FEED, world.now.get(), false).unwrap();
    Book::new(FEED, opened.journal, opened.state)
}

fn follower() -> World {
    let body = rss(&["desk-2", "serv-1", "desk-1"]);
    let mut world = World::new(move |_, _| Ok(ok(body.clone())));
    world.settings.choice.first_run = FirstRun::None;
    world.pass();
    world
}

#[test]
fn items_are_marked_and_forgotten_by_any_of_their_names() {
    let names = |world: &World| world.state().entries[0].clone();
    type Pattern = fn(&World) -> String;
    let cases: [(Pattern, usize); 8] = [
        (|_| "desk-*".to_owned(), 2),
        (|_| "DESK-?".to_owned(), 2),
        (|_| "desk".to_owned(), 0),
        (|_| "*".to_owned(), 3),
        (|_| String::new(), 0),
        (|world| world.state().entries[0].id[..8].to_owned(), 1),
        (|world| world.state().entries[0].guid.clone().unwrap(), 1),
        (|world| world.state().entries[0].ways[0].url.clone(), 1),
    ];
    for (pattern, count) in cases {
        let mut world = follower();
        assert_eq!(names(&world).title, "desk-1");
        let pattern = pattern(&world);
        let now = world.now.get();
        assert_eq!(
            book(&world).amend(&pattern, Amendment::Mark(Stage::New), now).unwrap(),
            count,
            "{pattern}"
        );
        assert_eq!(kinds(&world.pass()), vec!["taken"; count], "{pattern}");
        assert_eq!(book(&world).amend(&pattern, Amendment::Forget, now).unwrap(), count, "{pattern}");
        assert_eq!(world.state().entries.len(), 3 - count, "{pattern}");
        world.wait(HOUR);
        let again = kinds(&world.pass());
        // A feed of which all is forgotten is like one that had nothing.
        assert_eq!(again.iter().filter(|kind| **kind == "taken").count(), count, "{pattern}: {again:?}");
    }
}

/// A server that says that nothing has changed is right, and what is forgotten is as new all the same.
#[test]
fn what_is_forgotten_comes_again_from_a_feed_that_has_not_changed() {
    let mut world = World::new(|request, _| Ok(conditional(request, &rss(&["b", "a"]))));
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    let now = world.now.get();
    assert_eq!(book(&world).amend("nothing", Amendment::Forget, now).unwrap(), 0);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), [""; 0]);
    assert!(world.web.asked[1].etag.is_some());
    assert_eq!(book(&world).amend("a", Amendment::Forget, now).unwrap(), 1);
    world.wait(HOUR);
    assert_eq!((kinds(&world.pass()), world.titles()), (vec!["taken"], vec!["a", "b", "a"]));
}

#[test]
fn what_is_marked_as_skipped_stays_so() {
    let mut world = follower();
    book(&world).amend("*", Amendment::Mark(Stage::Skipped), 0).unwrap();
    assert_eq!(kinds(&world.pass()), [""; 0]);
    book(&world).recheck(true, 0).unwrap();
    assert_eq!(kinds(&world.pass()), [""; 0]);
}

#[test]
fn a_recheck_asks_at_once_and_opens_what_is_asked_for() {
    let mut world = follower();
    let now = world.now.get();
    book(&world).recheck(false, now).unwrap();
    assert_eq!(kinds(&world.pass()), [""; 0]);
    assert_eq!(world.web.asked.len(), 2);
    book(&world).recheck(true, now).unwrap();
    assert_eq!(kinds(&world.pass()), ["taken"; 3]);
    let mut gone = World::new(|_, _| Ok(status(410)));
    assert_eq!(kinds(&gone.pass()), ["gone"]);
    gone.wait(1000 * HOUR);
    assert_eq!(kinds(&gone.pass()), [""; 0]);
    book(&gone).recheck(false, now).unwrap();
    assert_eq!(kinds(&gone.pass()), ["gone"]);
    assert_eq!(gone.web.asked.len(), 2);
}
