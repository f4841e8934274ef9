//! Signed feeds: what is taken, and what is refused until it is the publisher's again.

use std::cell::RefCell;
use std::rc::Rc;

use follow::choice::FirstRun;
use follow::sink::Verdict;
use follow::web::Answer;
use follow::{Event, FeedState, OfferedBy, Proof, Stage};
use signature::{KeyFile, SecretKey, Statement, key_file};
use test_kit::minisign::{KEY, OTHER_KEY};

use crate::amend::book;
use crate::world::{DAY, FEED, HOUR, START, World, kind, kinds, ok, rss, rss_with, status};

pub(crate) const OTHER_FEED: &str = "http://pub.example/other.xml";

fn secret(key: &str) -> SecretKey {
    match key_file(if key == "a" { KEY.0 } else { OTHER_KEY.0 }) {
        Ok(KeyFile::Open(key)) => key,
        _ => panic!("it is without a password"),
    }
}

pub(crate) fn signed(key: &str, built: u64, url: &str, next: Option<&str>, feed: &str) -> String {
    let key = secret(key);
    let next = next.map(|next| secret(next).public());
    let built = START.unsigned_abs() + built;
    let statement = Statement { feed: url.to_owned(), built, key: key.public(), next };
    key.sign_feed(&format!("{feed}\n"), &statement).unwrap()
}

/// A feed in a few words: the key (`-` for none), when it was built, its items from the top; then perhaps words about it.
pub(crate) fn feed(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let [key, built, items, more @ ..] = words.as_slice() else { panic!("{text}") };
    let word = |name: &str| more.iter().find_map(|word| word.strip_prefix(name));
    let text = rss(&items.split(',').filter(|title| !title.is_empty()).collect::<Vec<_>>());
    if *key == "-" {
        return text;
    }
    let signed = signed(key, built.parse().unwrap(), word("feed=").unwrap_or(FEED), word("next="), &text);
    if more.contains(&"changed") {
        signed.replace("isPermaLink='false'", "isPermaLink='fals'")
    } else {
        signed
    }
}

/// What was told, and of refusals the code.
pub(crate) fn told(events: &[Event]) -> String {
    let words = events.iter().map(|event| match event {
        Event::Refused { why, .. } => why.rsplit(' ').next().unwrap().trim_matches(['[', ']']),
        event => kind(event),
    });
    words.filter(|word| *word != "feed").collect::<Vec<_>>().join(" ")
}

/// A server of one feed, which the test changes. It is conditional as servers are.
pub(crate) fn follower() -> (World, Rc<RefCell<String>>) {
    let body = Rc::new(RefCell::new(String::new()));
    let served = Rc::clone(&body);
    let mut world = World::new(move |request, _| {
        let body = served.borrow().clone();
        let etag = format!("\"{:x}\"", crc(&body));
        let is_known = request.etag.as_ref() == Some(&etag);
        Ok(if is_known { status(304) } else { Answer { etag: Some(etag), ..ok(body) } })
    });
    world.settings.choice.first_run = FirstRun::All;
    (world, body)
}

fn crc(text: &str) -> u32 {
    text.bytes().fold(7, |sum, byte| sum.rotate_left(5) ^ u32::from(byte))
}

/// What is published, and what a pass an hour tells of it.
pub(crate) type Passes<'a> = &'a [(&'a str, &'a str)];

pub(crate) fn run(world: &mut World, body: &RefCell<String>, passes: Passes<'_>) {
    for (at, (published, expected)) in passes.iter().enumerate() {
        body.replace(feed(published));
        assert_eq!(told(&world.pass()), *expected, "pass {at} of {passes:?}");
        world.wait(HOUR);
    }
}

#[test]
fn the_first_key_is_pinned_and_nothing_else_is_believed_from_then_on() {
    let other_feed = format!("a 2 y,x feed={OTHER_FEED}");
    let cases: &[Passes<'_>] = &[
        &[("a 1 x", "key-pinned taken"), ("a 2 y,x", "taken"), ("a 2 y,x", "")],
        // The signature is stripped: in each pass, until it is there again.
        &[
            ("a 1 x", "key-pinned taken"),
            ("- 2 y,x", "unsigned"),
            ("- 2 y,x", "unsigned"),
            ("a 1 x", ""),
            ("- 2 y,x", "unsigned"),
            ("a 2 y,x", "taken"),
            ("a 2 y,x", ""),
        ],
        &[("a 1 x", "key-pinned taken"), ("b 2 y,x", "other-key"), ("a 2 y,x", "taken")],
        &[("a 1 x", "key-pinned taken"), ("a 2 y,x changed", "bad-signature"), ("a 2 y,x", "taken")],
        &[("a 1 x", "key-pinned taken"), (&other_feed, "other-feed"), ("a 2 y,x", "taken")],
        // The same at the same place over TLS is the same feed; back is not.
        &[
            ("a 1 x", "key-pinned taken"),
            ("a 2 x feed=https://pub.example/feed.xml", ""),
            ("a 3 x feed=http://pub.example/feed.xml", "other-feed"),
        ],
        // An older one, and another of the same time.
        &[
            ("a 2 y,x", "key-pinned taken taken"),
            ("a 1 x", "rollback"),
            ("a 2 z,x", "rollback"),
            ("a 2 y,x", ""),
            ("a 3 z,y,x", "taken"),
        ],
        // Whose signature never counted is refused as well: somebody has changed it.
        &[("a 1 x changed", "bad-signature"), ("a 1 x", "key-pinned taken")],
        // A feed that becomes signed, and stays so.
        &[
            ("- 1 x", "taken"),
            ("- 1 y,x", "taken"),
            ("a 1 z,y,x", "key-pinned taken"),
            ("- 1 z,y,x", "unsigned"),
        ],
    ];
    for passes in cases {
        let (mut world, body) = follower();
        run(&mut world, &body, passes);
    }
}

#[test]
fn a_key_passes_its_place_on_to_the_one_that_it_names() {
    let cases: &[Passes<'_>] = &[
        &[
            ("a 1 x next=b", "key-pinned taken"),
            ("a 2 y,x next=b", "taken"),
            ("b 3 z,y,x", "key-changed taken"),
            ("a 4 z,y,x", "other-key"),
            ("b 5 w,z,y,x", "taken"),
        ],
        // And back.
        &[("a 1 x next=b", "key-pinned taken"), ("b 2 x next=a", "key-changed"), ("a 3 x", "key-changed")],
        // A key that was named and taken back is any other.
        &[("a 1 x next=b", "key-pinned taken"), ("a 2 x", ""), ("b 3 y,x", "other-key")],
        // What the new one signs is not older either, and of the same feed.
        &[("a 2 x next=b", "key-pinned taken"), ("b 1 y,x", "rollback"), ("b 3 y,x", "key-changed taken")],
    ];
    for passes in cases {
        let (mut world, body) = follower();
        run(&mut world, &body, passes);
    }
}

#[test]
fn a_key_that_a_person_names_must_sign_from_the_first_version_on() {
    let (mut world, body) = follower();
    world.settings.key = Some(KEY.1.to_owned());
    run(
        &mut world,
        &body,
        &[("- 1 x", "unsigned"), ("b 1 x", "other-key"), ("a 1 x next=b", "key-pinned taken")],
    );
    // It is named in each call, and the one that follows from it is as good.
    run(&mut world, &body, &[("b 2 y,x", "key-changed taken"), ("b 3 y,x", ""), ("a 4 y,x", "other-key")]);
    // Who named no key, and names one later, is heard at once.
    let (mut world, body) = follower();
    run(&mut world, &body, &[("- 1 x", "taken")]);
    world.settings.key = Some(KEY.1.to_owned());
    world.wait(-HOUR + 1);
    run(&mut world, &body, &[("- 1 y,x", "unsigned"), ("a 1 y,x", "key-pinned taken")]);
    // So is who names another.
    world.settings.key = Some(OTHER_KEY.1.to_owned());
    run(&mut world, &body, &[("a 2 z,y,x", "other-key"), ("b 1 z,y,x", "key-pinned taken")]);
}

/// Whoever names a key means its publisher, who may have another one by now.
#[test]
fn a_key_that_is_named_late_is_the_publishers_if_the_pinned_one_follows_from_it() {
    let rotated: Passes<'_> = &[("a 1 x next=b", "key-pinned taken"), ("b 2 x", "key-changed")];
    let (mut world, body) = follower();
    run(&mut world, &body, rotated);
    world.settings.key = Some(KEY.1.to_owned());
    run(&mut world, &body, &[("b 3 y,x", "taken"), ("a 4 y,x", "other-key"), ("b 5 y,x", "")]);
    // Each of them, whichever was named before.
    world.settings.key = Some(OTHER_KEY.1.to_owned());
    run(&mut world, &body, &[("b 6 y,x next=a", ""), ("a 7 y,x", "key-changed")]);
    world.settings.key = Some(KEY.1.to_owned());
    run(&mut world, &body, &[("a 8 y,x", ""), ("b 9 y,x", "other-key")]);
    // One that nobody passed its place on is another publisher's, and so is one that a person has replaced.
    let (mut world, body) = follower();
    run(&mut world, &body, &[("a 1 x", "key-pinned taken")]);
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[("b 2 x", "key-pinned")]);
    world.settings.key = Some(KEY.1.to_owned());
    run(&mut world, &body, &[("b 3 x", "other-key"), ("a 4 x", "key-pinned")]);
}

#[test]
fn a_person_may_trust_another_key() {
    let (mut world, body) = follower();
    run(&mut world, &body, &[("a 9 x", "key-pinned taken"), ("b 1 y,x", "other-key")]);
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[("a 10 y,x", "other-key"), ("b 1 y,x", "key-pinned taken"), ("b 2 y,x", "")]);
    // The same key anew: its feed has another URL, or its clock was wrong.
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[(&format!("b 1 y,x feed={OTHER_FEED}"), "key-pinned")]);
    // Trust holds against the key that a list still names.
    let (mut world, body) = follower();
    world.settings.key = Some(KEY.1.to_owned());
    run(&mut world, &body, &[("a 1 x", "key-pinned taken")]);
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[("b 2 y,x", "key-pinned taken"), ("a 3 y,x", "other-key")]);
}

/// Its server said that it is gone for good, and a person says whose it is now: that one may have it back.
#[test]
fn a_feed_that_is_gone_is_asked_again_for_the_key_that_a_person_trusts() {
    let body = Rc::new(RefCell::new(feed("a 1 x")));
    let served = Rc::clone(&body);
    let mut world = World::new(move |_, _| {
        let body = served.borrow().clone();
        Ok(if body.is_empty() { status(410) } else { ok(body) })
    });
    world.settings.choice.first_run = FirstRun::All;
    let mut pass = |published: &str| {
        body.replace(published.to_owned());
        let told = told(&world.pass());
        world.wait(HOUR);
        (told, world.web.asked.len())
    };
    assert_eq!(pass(&feed("a 1 x")), ("key-pinned taken".to_owned(), 1));
    assert_eq!(pass(""), ("gone".to_owned(), 2));
    assert_eq!(pass(&feed("b 1 y,x")), (String::new(), 2));
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[("b 1 y,x", "key-pinned taken")]);
}

/// What was refused has no say in what is asked: a server that has gone back to what it was must show it.
#[test]
fn after_a_refusal_all_of_it_is_asked_for() {
    let (mut world, body) = follower();
    run(
        &mut world,
        &body,
        &[("a 1 x", "key-pinned taken"), ("a 1 x", ""), ("- 2 y,x", "unsigned"), ("a 1 x", "")],
    );
    let conditional: Vec<bool> = world.web.asked.iter().map(|request| request.etag.is_some()).collect();
    assert_eq!(conditional, [false, true, true, false]);
    // Who answers that nothing has changed, when nobody asked, has shown nothing.
    let mut world = World::new(|request, now| match (now - START) / HOUR {
        0 => Ok(ok(feed("a 1 x"))),
        1 => Ok(ok(feed("- 1 y,x"))),
        _ if request.etag.is_none() => Ok(status(304)),
        _ => panic!("{request:?}"),
    });
    let told: Vec<_> = world.passes(HOUR, 20 * HOUR).into_iter().collect();
    assert_eq!(told, [("key-pinned", 1), ("refused", 19), ("taken", 1)]);
}

#[test]
fn a_refusal_is_told_in_each_pass_and_stays_through_outages() {
    let mut world = World::new(|_, now| match (now - START) / HOUR {
        0 => Ok(ok(feed("a 1 x"))),
        1 => Ok(ok(feed("- 1 y,x"))),
        _ => Ok(status(500)),
    });
    world.settings.policy.patience = 30 * DAY;
    let told: Vec<_> = world.passes(HOUR / 2, 24 * HOUR).into_iter().collect();
    assert_eq!(told, [("key-pinned", 1), ("refused", 46), ("taken", 1)]);
    let state = world.state();
    let refused = state.fetch.refused.unwrap();
    assert_eq!((refused.since, refused.offered_by.unwrap().key), (START + HOUR, None));
}

/// A page of a hotel is no forged feed: that is an outage.
#[test]
fn a_web_page_in_place_of_a_signed_feed_is_an_outage() {
    let mut world = World::new(|_, now| match (now - START) / HOUR {
        0 | 5.. => Ok(ok(feed("a 1 x"))),
        _ => Ok(ok("<html>log in</html>")),
    });
    let told: Vec<_> = world.passes(HOUR / 2, DAY).into_iter().collect();
    assert_eq!(told, [("key-pinned", 1), ("taken", 1)]);
}

#[test]
fn what_came_before_the_feed_was_signed_is_not_taken_unless_a_signed_version_has_it() {
    let (mut world, body) = follower();
    world.shelf.verdict = Some(|_| Verdict::Later("full".into()));
    run(&mut world, &body, &[("- 1 x,evil", "waiting waiting")]);
    world.shelf.verdict = None;
    run(&mut world, &body, &[("a 1 y,x", "key-pinned skipped taken taken")]);
    assert_eq!(world.titles(), ["x", "y"]);
    // And when it has it later.
    run(&mut world, &body, &[("a 2 evil,y,x", "taken")]);
    // With another key nothing counts that the one before has signed.
    world.shelf.verdict = Some(|_| Verdict::Later("full".into()));
    run(&mut world, &body, &[("a 3 z,evil,y,x", "waiting")]);
    world.shelf.verdict = None;
    book(&world).trust(OTHER_KEY.1).unwrap();
    run(&mut world, &body, &[("b 1 y,x", "key-pinned skipped")]);
}

/// A rule that has left an item may be another tomorrow.
#[test]
fn no_later_rule_opens_what_no_signed_version_had() {
    let (mut world, body) = follower();
    world.settings.choice.unwanted = vec![regex::Regex::new("evil").unwrap()];
    run(&mut world, &body, &[("- 1 evil", "skipped"), ("a 1 ", "key-pinned skipped")]);
    world.settings.choice.unwanted.clear();
    run(&mut world, &body, &[("a 2 x", "gap taken")]);
    assert_eq!(world.titles(), ["x"]);
}

/// What a dry run is told of a key it does not pin in place of another.
#[test]
fn a_dry_run_replaces_no_key() {
    let (mut world, body) = follower();
    run(&mut world, &body, &[("a 1 x", "key-pinned taken")]);
    (world.settings.dry_run, world.settings.key) = (true, Some(OTHER_KEY.1.to_owned()));
    world.pass();
    (world.settings.dry_run, world.settings.key) = (false, None);
    world.wait(HOUR);
    run(&mut world, &body, &[("a 2 y,x", "taken")]);
}

#[test]
fn who_offers_an_item_is_the_key_that_signed_it() {
    let (mut world, body) = follower();
    body.replace(feed("- 1 x"));
    world.pass();
    world.wait(HOUR);
    let hash = "b".repeat(40);
    let claim =
        format!("<torrent xmlns='http://xmlns.ezrss.it/0.1/'><infoHash>{hash}</infoHash></torrent></item>");
    let items = rss(&["z", "y"]).replacen("</item>", &claim, 1);
    body.replace(signed("a", 1, FEED, None, &items));
    let events = world.pass();
    let by_key = |by: &Option<OfferedBy>| by.as_ref().unwrap().key.as_deref() == Some(KEY.1);
    let mut seen = 0;
    for event in &events {
        match event {
            Event::Taken(item) => {
                assert!(by_key(&item.offered_by) && item.unproven == (item.title == "y"), "{item:?}");
            }
            Event::Feed(feed) => assert!(by_key(&feed.offered_by), "{feed:?}"),
            Event::KeyPinned { key, offered_by, published_at } => {
                assert!(by_key(offered_by) && key == KEY.1 && published_at == FEED);
            }
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 4, "{events:?}");
    let state = world.state();
    let proofs: Vec<Proof> = state.entries.iter().map(|entry| entry.proof).collect();
    assert_eq!(proofs, [Proof::None, Proof::Unproven, Proof::Hash]);
    let host = state.fetch.offerer_of(&state.entries[0]).unwrap();
    assert_eq!((host.key, host.host.as_str()), (None, "pub.example"));
}

/// Row 15: whoever has the new place must have the key as well.
#[test]
fn a_feed_moves_only_to_where_its_key_signs() {
    let away = "http://away.example/feed.xml";
    let moves = |answer: fn(i64) -> Answer| {
        let mut world = World::new(move |request, now| {
            let day = (now - START) / DAY;
            let redirects =
                if day > 0 && request.url == FEED { vec![(301, away.to_owned())] } else { vec![] };
            Ok(Answer { redirects, ..answer(day) })
        });
        world.passes(12 * HOUR, 20 * DAY);
        world.state().fetch.url
    };
    assert_eq!(moves(|_| ok(feed("a 1 x"))).as_deref(), Some(away));
    assert_eq!(moves(|day| ok(if day == 0 { feed("a 1 x") } else { feed("b 2 x") })), None);
    assert_eq!(moves(|day| ok(if day == 0 { feed("a 1 x") } else { feed("- 2 x") })), None);
    let validated = |body: &str| Answer { etag: Some("\"1\"".into()), ..ok(body) };
    // Who says there that nothing has changed has not shown the key.
    let lies = move |day| if day == 0 { validated(&feed("a 1 x")) } else { status(304) };
    let mut world = World::new(move |_, now| {
        let day = (now - START) / DAY;
        let redirects = if day > 0 { vec![(301, away.to_owned())] } else { vec![] };
        Ok(Answer { redirects, ..lies(day) })
    });
    world.passes(12 * HOUR, 20 * DAY);
    assert_eq!(world.state().fetch.url, None);
}

#[test]
fn pages_of_older_items_are_read_only_if_they_are_signed() {
    let older = "http://pub.example/2.xml";
    for (page, expected) in [
        (signed("a", 0, older, None, &rss(&["c", "b", "a"])), vec!["a", "b", "c", "d"]),
        (signed("a", 0, FEED, None, &rss(&["c", "b", "a"])), vec!["a", "b", "c", "d"]),
        (signed("a", 0, OTHER_FEED, None, &rss(&["c", "b", "a"])), vec!["a", "d"]),
        (signed("b", 0, older, None, &rss(&["c", "b", "a"])), vec!["a", "d"]),
        (rss(&["c", "b", "a"]), vec!["a", "d"]),
    ] {
        let mut world = World::new(move |request, now| {
            let next =
                format!("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='{older}'/>");
            match (request.url.as_str(), now) {
                (FEED, START) => Ok(ok(signed("a", 1, FEED, None, &rss(&["a"])))),
                (FEED, _) => Ok(ok(signed("a", 2, FEED, None, &rss_with(&next, &["d"])))),
                _ => Ok(ok(page.clone())),
            }
        });
        world.settings.catch_up = 3;
        world.pass();
        world.wait(HOUR);
        world.pass();
        let mut titles = world.titles();
        titles.sort_unstable();
        assert_eq!(titles, expected);
    }
}

#[test]
fn a_publisher_that_is_silent_is_told_once_a_day() {
    let (mut world, body) = follower();
    body.replace(feed("a 0 x"));
    world.settings.max_silence = Some(60 * DAY);
    let told = world.passes(12 * HOUR, 63 * DAY);
    assert_eq!(told.get("stale"), Some(&3), "{told:?}");
    body.replace(feed(&format!("a {} x", 63 * DAY)));
    assert_eq!(kinds(&world.pass()), [""; 0]);
    let (mut unsigned, body) = follower();
    body.replace(feed("- 0 x"));
    unsigned.settings.max_silence = Some(60 * DAY);
    assert_eq!(unsigned.passes(12 * HOUR, 63 * DAY).get("stale"), None);
}

/// What is pinned is in the journal before the items of the first version, and a run that ends in between takes none.
#[test]
fn a_run_that_is_cut_off_never_forgets_the_key() {
    let (mut world, body) = follower();
    run(&mut world, &body, &[("a 1 y,x", "key-pinned taken taken")]);
    let text = std::fs::read_to_string(world.path()).unwrap();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for end in &ends {
        std::fs::write(world.path(), &text[..*end]).unwrap();
        let state: FeedState = world.state();
        assert!(state.entries.is_empty() || state.fetch.pin.is_some(), "{}", &text[..*end]);
        assert!(
            state.entries.iter().all(|entry| entry.proof != Proof::None || entry.fate.stage != Stage::Taken)
        );
        run(
            &mut world,
            &body,
            &[("b 9 z", if state.fetch.pin.is_some() { "other-key" } else { "key-pinned taken" })],
        );
    }
    assert_eq!(world.state().fetch.pin.unwrap().key, KEY.1);
}

#[test]
fn no_line_that_is_lost_takes_the_key_with_it() {
    let (mut world, body) = follower();
    run(&mut world, &body, &[("a 1 y,x", "key-pinned taken taken")]);
    let state = world.state();
    let records: Vec<_> = state.records().collect();
    for lost in 0..records.len() {
        let mut left = FeedState::default();
        let others = records.iter().enumerate().filter(|(at, _)| *at != lost);
        others.for_each(|(_, record)| left.apply(record.clone()));
        assert_eq!(left.fetch.pin, state.fetch.pin, "{:?}", records[lost]);
    }
}
