use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::item::{Enclosure, Format, Torrent};
use crate::{Limits, read, write};

/// An item of a small world, so that the same come again: its number is its identity.
fn item(number: u8, published: i64, revision: u8) -> Item {
    let hash = format!("{number:040x}");
    Item {
        id: Some(hash.clone()),
        title: format!("item {number}"),
        published: Some(published),
        description: Some(format!("revision {revision}")),
        enclosures: vec![Enclosure {
            url: format!("http://x/{number}.torrent"),
            mime: Some(crate::TORRENT_TYPE.into()),
            length: Some(1),
        }],
        torrent: Torrent { info_hash: Some(hash), ..Torrent::default() },
        ..Item::default()
    }
}

fn channel(title: &str) -> Channel {
    Channel { title: title.into(), link: "http://x/".into(), description: "d".into(), ..Channel::default() }
}

fn change(items: Vec<Item>) -> Change {
    Change { channel: channel("t"), items, ..Change::default() }
}

fn numbers(feed: &Feed) -> Vec<&str> {
    feed.items.iter().map(|item| item.title.strip_prefix("item ").unwrap()).collect()
}

#[test]
fn items_are_added_changed_and_kept() {
    let first = Feed::default().merge(change(vec![item(1, 10, 0), item(2, 20, 0)]));
    assert_eq!((numbers(&first.feed), first.feed.channel.built), (vec!["2", "1"], Some(20)));
    let second = first.feed.merge(change(vec![item(1, 99, 1), item(3, 15, 0)]));
    assert_eq!(numbers(&second.feed), ["2", "3", "1"]);
    assert_eq!(
        (second.added, second.changed, second.removed),
        (vec!["item 3".into()], vec!["item 1".into()], vec![])
    );
    // It keeps its date, and the build date moves on.
    assert_eq!((second.feed.items[2].published, second.feed.channel.built), (Some(10), Some(21)));
}

#[test]
fn what_others_wrote_of_an_item_stays() {
    let ours = item(1, 99, 7);
    let theirs = Item {
        id: Some("http://x/page?1".into()),
        title: "theirs".into(),
        link: Some("http://x/page".into()),
        published: Some(10),
        description: Some("<b>told</b>".into()),
        is_html: true,
        ..Item::default()
    };
    let claims = Torrent { info_hash: ours.id.clone(), ..Torrent::default() };
    let attached = ours.enclosures.clone();
    let untyped = vec![Enclosure { url: attached[0].url.clone(), ..Enclosure::default() }];
    let other = Torrent { info_hash: Some("f".repeat(40)), ..Torrent::default() };
    let nameless = Item { id: None, enclosures: attached.clone(), ..theirs.clone() };
    let linked =
        Item { id: ours.id.clone(), link: theirs.link.clone(), title: "old".into(), ..Item::default() };
    // What is in the feed, how many items there are then, and how the first of them differs from it.
    let cases = [
        (Item { torrent: claims, ..theirs.clone() }, 1, theirs.clone()),
        (Item { enclosures: untyped, ..theirs.clone() }, 1, theirs.clone()),
        (Item { enclosures: attached, torrent: other, ..theirs.clone() }, 2, ours.clone()),
        (theirs.clone(), 2, ours.clone()),
        (nameless.clone(), 1, nameless),
        (linked.clone(), 1, Item { link: theirs.link.clone(), ..ours.clone() }),
    ];
    for (old, count, expected) in cases {
        let feed = Feed { items: vec![old.clone()], ..Feed::default() };
        let merged = feed.merge(change(vec![ours.clone()])).feed;
        let expected =
            Item { enclosures: ours.enclosures.clone(), torrent: ours.torrent.clone(), ..expected };
        assert_eq!((merged.items.len(), &merged.items[0]), (count, &expected), "{old:?}");
        // The same again finds nothing to do.
        assert!(!merged.merge(change(vec![ours.clone()])).is_changed, "{old:?}");
    }
}

#[test]
fn nothing_new_is_no_change() {
    let feed = Feed::default().merge(change(vec![item(1, 10, 0)])).feed;
    let again = feed.merge(Change { now: Some(500), ..change(vec![item(1, 77, 0)]) });
    assert_eq!((again.is_changed, &again.feed), (false, &feed));
    let renamed = feed.merge(Change { channel: channel("other"), ..Change::default() });
    assert_eq!((renamed.is_changed, renamed.feed.channel.built), (true, Some(11)));
}

#[test]
fn a_feed_that_moves_stays_what_it_was() {
    let moved = |feed: &Feed, to: &str| {
        feed.merge(Change {
            channel: Channel { self_url: Some(to.into()), ..feed.channel.clone() },
            ..Change::default()
        })
        .feed
    };
    let feed = Feed::default().merge(change(vec![])).feed;
    let once = moved(&feed, "http://x/feed");
    assert_eq!((feed.channel.id.as_deref(), once.channel.id.as_deref()), (None, Some("http://x/")));
    assert_eq!(moved(&once, "http://y/feed").channel.identity(), "http://x/");
}

#[test]
fn the_window_closes_behind_the_newest() {
    let items = || (0..5).map(|n| item(n, i64::from(n) * 10, 0)).collect();
    let window = Window { keep: Some(2), since: None };
    let merged = Feed::default().merge(Change { window, ..change(items()) });
    assert_eq!((numbers(&merged.feed), merged.added.len()), (vec!["4", "3"], 2));
    let old = Feed::default().merge(change(items())).feed;
    let merged = old.merge(Change { window: Window { keep: None, since: Some(20) }, ..change(vec![]) });
    assert_eq!(
        (numbers(&merged.feed), merged.removed),
        (vec!["4", "3", "2"], vec!["item 1".to_owned(), "item 0".into()])
    );
}

#[test]
fn a_new_revision_takes_the_place_of_the_old() {
    let old = Feed::default().merge(change(vec![item(1, 10, 0), item(2, 20, 0)])).feed;
    let superseded = vec![format!("{:040X}", 1)];
    let merged = old.merge(Change { superseded: superseded.clone(), ..change(vec![item(3, 30, 0)]) });
    assert_eq!((numbers(&merged.feed), &merged.removed), (vec!["3", "2"], &vec!["item 1".to_owned()]));
    // The same command again finds nothing to do, even if the old torrent still lies about.
    let again = merged.feed.merge(Change { superseded, ..change(vec![item(3, 30, 0), item(1, 10, 0)]) });
    assert!(!again.is_changed);
}

#[test]
fn a_hybrid_goes_by_either_hash() {
    let v2 = format!("urn:btmh:1220{}", "7".repeat(64));
    let mut hybrid = item(1, 10, 0);
    hybrid.torrent.magnet = Some(format!("magnet:?xt=urn:btih:{:040x}&xt={v2}&dn=x", 1));
    let old = Feed::default().merge(change(vec![hybrid, item(2, 20, 0)])).feed;
    for name in [v2.to_uppercase().replace("URN:BTMH", "urn:btmh"), format!("{:040X}", 1)] {
        let merged = old.merge(Change { superseded: vec![name], ..change(vec![]) });
        assert_eq!((numbers(&merged.feed), merged.not_found), (vec!["2"], vec![]));
    }
    let unknown = format!("{:040x}", 3);
    let merged = old.merge(Change { superseded: vec![unknown.clone()], ..change(vec![]) });
    assert_eq!((merged.feed.items.len(), merged.not_found, merged.is_changed), (2, vec![unknown], false));
}

/// One run of the tool.
#[derive(Clone, Debug)]
struct Step {
    new: Vec<(u8, i64, u8)>,
    superseded: Vec<u8>,
    keep: Option<usize>,
    since: Option<i64>,
}

fn step() -> impl Strategy<Value = Step> {
    let keep = prop_oneof![3 => Just(None), 1 => (0..8_usize).prop_map(Some)];
    let since = prop_oneof![3 => Just(None), 1 => (0..60_i64).prop_map(Some)];
    (vec((0..12_u8, 0..60_i64, 0..3_u8), 0..5), vec(0..12_u8, 0..2), keep, since)
        .prop_map(|(new, superseded, keep, since)| Step { new, superseded, keep, since })
}

/// What a run must make of a list of items, in the slowest and plainest way.
fn expected(mut known: Vec<(u8, i64, u8)>, step: &Step) -> Vec<(u8, i64, u8)> {
    let mut new = step.new.clone();
    // Of two with the same number the first counts in the order that the feed takes them.
    new.sort();
    let mut seen = Vec::new();
    for (number, published, revision) in new {
        if seen.contains(&number) {
            continue;
        }
        match known.iter_mut().find(|item| item.0 == number) {
            Some(item) => item.2 = revision,
            None => known.push((number, published, revision)),
        }
        seen.push(number);
    }
    known.retain(|item| !step.superseded.contains(&item.0) && step.since.is_none_or(|since| item.1 >= since));
    known.sort_by_key(|item| (Reverse(item.1), format!("item {}", item.0)));
    known.truncate(step.keep.unwrap_or(usize::MAX));
    known
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    /// Any sequence of runs, each through text and back: order, window and identity are as expected, what does not
    /// change is the same bytes, what changes has a later build date, and the order of inputs makes no difference.
    #[test]
    fn any_sequence_of_runs(steps in vec(step(), 1..8), format in prop::sample::select(vec![Format::Rss, Format::Atom, Format::Json])) {
        let mut feed = Feed { format, ..Feed::default() };
        let mut known = Vec::new();
        for step in steps {
            let new: Vec<Item> = step.new.iter().map(|&(number, published, revision)| item(number, published, revision)).collect();
            let superseded = step.superseded.iter().map(|number| format!("{number:040x}")).collect();
            let window = Window { keep: step.keep, since: step.since };
            let run = Change { superseded, window, ..change(new) };
            let merged = feed.merge(run.clone());
            let mut turned = run.clone();
            turned.items.reverse();
            prop_assert_eq!(write(&feed.merge(turned).feed), write(&merged.feed));
            let text = write(&merged.feed);
            known = expected(known, &step);
            let found: Vec<(u8, i64, u8)> = merged.feed.items.iter().map(told).collect();
            prop_assert_eq!(&found, &known);
            prop_assert_eq!(merged.is_changed, text != write(&feed) || feed.channel.built.is_none());
            prop_assert!(!merged.is_changed || merged.feed.channel.built > feed.channel.built);
            let again = read(text.as_bytes(), Limits::default()).unwrap();
            prop_assert_eq!(&again.feed, &merged.feed);
            feed = again.feed;
            // The same run again, on what is in the feed now, changes nothing but what it supersedes or lets back in.
            let still = feed.merge(change(feed.items.clone()));
            prop_assert!(!still.is_changed);
            prop_assert_eq!(write(&still.feed), text);
        }
    }
}

fn told(item: &Item) -> (u8, i64, u8) {
    let number = |text: &str| text.rsplit(' ').next().unwrap().parse().unwrap();
    (number(&item.title), item.published.unwrap(), number(item.description.as_deref().unwrap()))
}

/// A thousand, unless the soak asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)
}
