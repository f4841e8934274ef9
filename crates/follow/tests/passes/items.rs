//! What becomes of items: new, revised, missed, in a flood, duplicate, tried again.

use std::cell::RefCell;
use std::rc::Rc;

use follow::choice::{Choice, FirstRun};
use follow::sink::Verdict;
use follow::{Event, OnRevision, Stage};

use test_kit::{bytes, dict, int};

use crate::world::{DAY, HOUR, World, kinds, ok, rss, rss_with};

/// A subscriber of a feed that the test changes, with all that is there taken.
fn follower(items: &[&str]) -> (World, Rc<RefCell<String>>) {
    let body = Rc::new(RefCell::new(rss(items)));
    let served = Rc::clone(&body);
    let mut world = World::new(move |_, _| Ok(ok(served.borrow().clone())));
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    world.shelf.taken.clear();
    (world, body)
}

/// What is taken, and what told, when a feed of `before` becomes `after`.
fn check(before: &[&str], after: &[&str], taken: &[&str], told: &[&str]) {
    let (mut world, body) = follower(before);
    *body.borrow_mut() = rss(after);
    world.wait(HOUR);
    let events = world.pass();
    assert_eq!((world.titles(), kinds(&events)), (taken.to_vec(), told.to_vec()), "{before:?} {after:?}");
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), [""; 0], "the same again is nothing new");
}

#[test]
fn only_what_is_new_is_taken_the_oldest_first() {
    check(&["b", "a"], &["d", "c", "b", "a"], &["c", "d"], &["taken", "taken"]);
    check(&["b", "a"], &["b"], &[], &[]);
    check(&["b", "a"], &[], &[], &[]);
    // The same title is no sign of anything.
    check(&["a 1 x"], &["a 2 y", "a 1 x"], &["a"], &["taken"]);
    // Guids change, addresses change: each alone is nothing new.
    check(&["a 1 x"], &["a 2 x"], &[], &[]);
    check(&["a 1 x"], &["a 1 y"], &[], &[]);
    // Another torrent at the same place.
    check(&["a 1 x 9"], &["a 1 x 10"], &["a"], &["revised", "taken"]);
}

#[test]
fn the_first_run_leaves_what_is_old_and_says_so() {
    let body = rss(&["c", "b", "a"]);
    let mut world = World::new(move |_, _| Ok(ok(body.clone())));
    let events = world.pass();
    assert_eq!((world.titles(), kinds(&events)), (vec!["c"], vec!["baseline", "taken"]));
    assert!(events.contains(&Event::Baseline { left: 2 }));
    assert_eq!(
        world.state().entry(&world.state().entries[0].id).unwrap().fate.why.as_deref(),
        Some("first-run")
    );
}

/// A feed that was empty at first had nothing old.
#[test]
fn what_comes_into_an_empty_feed_is_new() {
    let (mut world, body) = follower(&[]);
    world.settings.choice.first_run = FirstRun::None;
    *body.borrow_mut() = rss(&["b", "a"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), ["taken", "taken"]);
}

#[test]
fn a_revision_is_taken_told_or_ignored() {
    for (on, taken, told) in [
        (OnRevision::Take, &["a"][..], &["revised", "taken"][..]),
        (OnRevision::Tell, &[], &["revised"]),
        (OnRevision::Ignore, &[], &[]),
    ] {
        let (mut world, body) = follower(&["a 1 x 9"]);
        world.settings.revised = on;
        *body.borrow_mut() = rss(&["a 1 x 10"]);
        world.wait(HOUR);
        let events = world.pass();
        assert_eq!((world.titles(), kinds(&events)), (taken.to_vec(), told.to_vec()), "{on:?}");
        world.wait(HOUR);
        assert_eq!(kinds(&world.pass()), [""; 0]);
    }
}

#[test]
fn that_items_were_missed_is_said_and_older_pages_are_read() {
    check(&["b", "a"], &["d", "c"], &["c", "d"], &["gap", "taken", "taken"]);
    let page = Rc::new(RefCell::new(rss(&["b", "a"])));
    let served = Rc::clone(&page);
    let mut world = World::new(move |request, _| {
        let older = rss_with("", &["d", "c", "b"]);
        Ok(ok(if request.url.ends_with("?2") { older } else { served.borrow().clone() }))
    });
    world.settings.choice.first_run = FirstRun::All;
    world.settings.catch_up = 3;
    world.pass();
    let link = "<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='next' href='?2'/>";
    *page.borrow_mut() = rss_with(link, &["f", "e"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), ["taken"; 4]);
    assert_eq!(world.titles(), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!(world.web.asked.len(), 3);
}

#[test]
fn a_flood_of_known_items_under_new_names_waits_for_a_person() {
    let named =
        |prefix: &str| -> Vec<String> { (0..30).map(|n| format!("t{n} {prefix}{n} {prefix}/{n}")).collect() };
    let (old, new) = (named("old"), named("new"));
    let words = |names: &[String]| rss(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let body = Rc::new(RefCell::new(words(&old[..5])));
    let served = Rc::clone(&body);
    let mut world = World::new(move |_, _| Ok(ok(served.borrow().clone())));
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    *body.borrow_mut() = words(&old);
    world.wait(HOUR);
    world.pass();
    assert_eq!(world.shelf.taken.len(), 30, "many items that look like none are no flood");
    // Usual are 25 a fetch by now, so that 75 would be fine; for this one it is as if they had come one by one.
    world.settings.max_new = 20;
    let mut state = world.state();
    state.fetch.news.clear();
    rewrite(&world, &state);
    *body.borrow_mut() = words(&new);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), ["gap", "surge"]);
    assert_eq!(kinds(&world.pass()), ["surge"], "until somebody comes");
    world.settings.accept_surge = true;
    assert_eq!(kinds(&world.pass()).len(), 30);
    assert_eq!(world.shelf.taken.len(), 60);
}

/// Writes a journal anew.
fn rewrite(world: &World, state: &follow::FeedState) {
    let opened = follow::journal::Journal::open(&world.folder.join("state"), crate::world::FEED, 0, false);
    opened.unwrap().journal.compact(state).unwrap();
}

#[test]
fn a_torrent_that_another_feed_has_brought_is_a_duplicate() {
    let hash = "e380a6c5ae0fb15f296d29964a56250780b05ad7";
    let body = move |guid: &str| {
        format!(
            "<rss version='2.0'><channel><title>t</title><item><title>{guid}</title><guid>{guid}</guid>
             <link>magnet:?xt=urn:btih:{hash}</link></item></channel></rss>"
        )
    };
    let mut world = World::new(move |request, _| Ok(ok(body(&request.url))));
    world.settings.choice.first_run = FirstRun::All;
    assert_eq!(kinds(&world.try_pass("http://a.example/").unwrap()), ["taken"]);
    assert_eq!(kinds(&world.try_pass("http://b.example/").unwrap()), ["duplicate"]);
    assert_eq!(world.shelf.taken.len(), 1);
}

/// Row 1: what was begun and did not end well is tried again, with growing pauses, and given up in the end.
#[test]
fn an_item_is_taken_when_the_sink_has_it_and_not_before() {
    let (mut world, body) = follower(&["a"]);
    world.shelf.verdict = Some(|attempt| match attempt {
        1 => Verdict::Failed("no".into()),
        2 => Verdict::Later("not now".into()),
        _ => Verdict::Taken(None),
    });
    *body.borrow_mut() = rss(&["b", "a"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), ["waiting"]);
    assert_eq!(kinds(&world.pass()), [""; 0], "not at once");
    world.wait(2 * 60);
    assert_eq!(kinds(&world.pass()), ["waiting"]);
    world.wait(6 * 60);
    assert_eq!(kinds(&world.pass()), ["taken"]);
    assert_eq!(world.shelf.taken, [("b".to_owned(), 3)]);
}

#[test]
fn what_never_works_is_given_up_and_said_once() {
    for (retry, attempts) in [(3, 3..=3), (100, 9..=15)] {
        let (mut world, body) = follower(&["a"]);
        world.settings.retry = retry;
        world.shelf.verdict = Some(|_| Verdict::Failed("no".into()));
        *body.borrow_mut() = rss(&["b", "a"]);
        world.wait(HOUR);
        let told = world.passes(30 * 60, 10 * DAY);
        assert_eq!(told.get("failed"), Some(&1), "{told:?}");
        let waited = told.get("waiting").copied().unwrap_or(0);
        assert!(attempts.contains(&(waited + 1)), "{told:?}");
        assert_eq!(world.state().entries[1].fate.stage, Stage::Failed);
    }
}

#[test]
fn what_a_sink_rejects_is_left() {
    let (mut world, body) = follower(&["a"]);
    world.shelf.verdict = Some(|_| Verdict::Rejected("no".into()));
    *body.borrow_mut() = rss(&["b", "a"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), ["skipped"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), [""; 0], "it said never");
}

/// Row 22: what a feed claims is held against the torrent, once.
#[test]
fn a_torrent_that_is_larger_than_its_feed_says_is_left_and_not_got_again() {
    let info = |length| {
        dict([
            ("length", int(length)),
            ("name", bytes("a")),
            ("piece length", int(1 << 20)),
            ("pieces", bytes([7; 20])),
        ])
    };
    let body = rss(&["a"]);
    let mut world = World::new(move |request, _| match request.url.ends_with(".torrent") {
        true => Ok(ok(dict([("info", info(1 << 20))]))),
        false => Ok(ok(body.clone())),
    });
    world.shelf.wants_torrent = true;
    world.settings.choice.max_size = Some(1000);
    assert_eq!(kinds(&world.pass()), ["skipped"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), [""; 0]);
    assert_eq!(world.web.asked.iter().filter(|it| it.url.ends_with(".torrent")).count(), 1);
}

/// A relative URL means what the feed says: against `xml:base` where there is one.
#[test]
fn urls_are_relative_to_what_the_feed_says() {
    let feed = |base: &str, inside: &str| {
        format!(
            "<rss version='2.0'{base}><channel><title>t</title><item xml:base='b/'><title>a</title>{inside}</item></channel></rss>"
        )
    };
    let link = "<link>1.torrent</link>";
    let enclosure = "<enclosure xml:base='c/' url='1.torrent' type='application/x-bittorrent'/>";
    for (base, inside, url) in [
        ("", link, "http://pub.example/b/1.torrent"),
        (" xml:base='http://other.example/a/'", link, "http://other.example/a/b/1.torrent"),
        ("", enclosure, "http://pub.example/b/c/1.torrent"),
    ] {
        let body = feed(base, inside);
        let mut world = World::new(move |_, _| Ok(ok(body.clone())));
        world.pass();
        assert_eq!(world.state().entries[0].ways[0].url, url);
    }
}

/// Where the bytes are not UTF-8 and the feed says nothing, the server may know.
#[test]
fn the_encoding_may_be_in_the_header_alone() {
    let mut world = World::new(|_, _| {
        let body = rss(&["X"]).into_bytes().into_iter().map(|byte| if byte == b'X' { 0xf0 } else { byte });
        let content_type = Some("text/xml; charset=koi8-r".to_owned());
        Ok(follow::web::Answer { content_type, ..ok(body.collect::<Vec<u8>>()) })
    });
    world.pass();
    assert_eq!(world.titles(), ["П"]);
}

/// A list of 20,000 items is looked at once, not each item beside each.
#[test]
fn thousands_of_items_are_work_for_a_moment() {
    let titles: Vec<String> = (0..20_000).map(|n| format!("i{n}")).collect();
    let body = rss(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(body.len() < 16 << 20, "{}", body.len());
    let mut world = World::new(move |_, _| Ok(ok(body.clone())));
    assert_eq!(kinds(&world.pass()), ["baseline", "taken"]);
    world.wait(HOUR);
    assert_eq!(kinds(&world.pass()), [""; 0]);
    world.settings.dry_run = true;
    assert_eq!(kinds(&world.pass()).len(), 20_000);
}

/// Row 21 and 3: a rule that changes opens what another rule left, never what was there before.
#[test]
fn a_new_rule_opens_what_a_rule_left() {
    let body = rss(&["desk-2", "serv-2", "desk-1"]);
    let mut world = World::new(move |_, _| Ok(ok(body.clone())));
    let choice = |wanted: &str| Choice {
        wanted: vec![wanted.parse().unwrap()],
        first_run: FirstRun::Count(2),
        ..Choice::default()
    };
    world.settings.choice = choice("desk");
    assert_eq!(kinds(&world.pass()), ["baseline", "skipped", "taken"]);
    assert_eq!(kinds(&world.pass()), [""; 0]);
    world.settings.choice = choice("desk|serv");
    assert_eq!(kinds(&world.pass()), ["taken"]);
    assert_eq!(world.titles(), ["desk-2", "serv-2"]);
}

#[test]
fn a_burst_is_worked_off_in_order_and_what_has_no_space_waits() {
    let (mut world, body) = follower(&["a"]);
    world.settings.choice.max_items = Some(2);
    *body.borrow_mut() = rss(&["f", "e", "d", "c", "b", "a"]);
    world.wait(HOUR);
    for expected in [&["b", "c"][..], &["b", "c", "d", "e"], &["b", "c", "d", "e", "f"]] {
        world.pass();
        assert_eq!(world.titles(), expected);
    }
    *body.borrow_mut() = rss(&["g", "a"]);
    world.settings.choice.min_free = Some(100);
    world.wait(HOUR);
    // Where nobody knows how much there is, nobody waits for it.
    assert_eq!(kinds(&world.pass()), ["taken"]);
}

/// Row 21: what would be done is told, and nothing is decided.
#[test]
fn a_dry_run_decides_nothing() {
    let body = rss(&["b", "a"]);
    let mut world = World::new(move |_, _| Ok(ok(body.clone())));
    world.settings.dry_run = true;
    let told = |events: &[Event]| -> Vec<(String, &'static str)> {
        let items = events.iter().filter_map(|event| match event {
            Event::Item(item) => Some((item.title.clone(), item.state)),
            _ => None,
        });
        items.collect()
    };
    for _ in 0..2 {
        assert_eq!(told(&world.pass()), [("a".to_owned(), "skipped"), ("b".to_owned(), "new")]);
    }
    assert_eq!(world.web.asked.len(), 1, "it is polite all the same");
    world.settings.dry_run = false;
    world.settings.choice.first_run = FirstRun::All;
    world.pass();
    assert_eq!(world.titles(), ["a", "b"]);
}

/// Decision 5: dates never decide what is new.
#[test]
fn an_old_date_is_no_reason_to_miss_an_item() {
    let dated = |title: &str, year: u32| {
        format!(
            "<item><title>{title}</title><guid>{title}</guid><link>http://x/{title}.torrent</link>
                 <pubDate>Sun, 22 Nov {year} 05:00:00 +0000</pubDate></item>"
        )
    };
    let body = Rc::new(RefCell::new(rss_with(&dated("a", 2026), &[])));
    let served = Rc::clone(&body);
    let mut world = World::new(move |_, _| Ok(ok(served.borrow().clone())));
    world.pass();
    *body.borrow_mut() = rss_with(&format!("{}{}", dated("a", 2026), dated("b", 2009)), &[]);
    world.wait(HOUR);
    world.pass();
    assert_eq!(world.titles(), ["a", "b"]);
}
