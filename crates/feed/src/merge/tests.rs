use proptest::collection::vec;
use proptest::prelude::*;

use std::cmp::Reverse;

use super::*;
use crate::format::Format;
use crate::item::{Enclosure, Torrent};
use crate::{FeedLimits, read, write};

/// An item of a small world, so that the same come again: its number is its identity.
fn item(number: u8, published: i64, revision: u8) -> Item {
    let hash = format!("{number:040x}");
    Item {
        id: Some(hash.clone()),
        title: format!("item {number}"),
        published: Some(published),
        description: Some(format!("Size: {number} B")),
        enclosures: vec![Enclosure {
            url: format!("http://x/{number}.torrent"),
            mime: Some(crate::TORRENT_TYPE.into()),
            length: Some(revision.into()),
            ..Enclosure::default()
        }],
        torrent: Torrent {
            magnet: Some(format!("magnet:?xt=urn:btih:{hash}&dn=item%20{number}")),
            info_hash: Some(hash),
            ..Torrent::default()
        },
        ..Item::default()
    }
}

fn channel(title: &str) -> Channel {
    Channel { title: title.into(), link: "http://x/".into(), description: "d".into(), ..Channel::default() }
}

fn change(items: Vec<Item>) -> Change {
    let items = items.into_iter().map(Given::from).collect();
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
        (Item { enclosures: attached, torrent: other, ..theirs.clone() }, 1, theirs.clone()),
        (theirs.clone(), 2, ours.clone()),
        (nameless.clone(), 1, nameless),
        (linked.clone(), 1, Item { link: theirs.link.clone(), title: "old".into(), ..ours.clone() }),
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
    let window = FeedWindow { keep: Some(2), ..FeedWindow::default() };
    let merged = Feed::default().merge(Change { window, ..change(items()) });
    assert_eq!((numbers(&merged.feed), merged.added.len()), (vec!["4", "3"], 2));
    let old = Feed::default().merge(change(items())).feed;
    let merged = old
        .merge(Change { window: FeedWindow { since: Some(20), ..FeedWindow::default() }, ..change(vec![]) });
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
    assert_eq!((again.is_changed, again.undone, again.left_out), (false, vec![item(1, 10, 0)], vec![]));
}

#[test]
fn another_torrent_at_a_url_takes_the_place_of_the_item_there() {
    let at = |number: u8, published: i64, url: &str| {
        let mut item = item(number, published, 0);
        item.enclosures[0].url = url.into();
        item
    };
    // The torrents beside an episode have names of their own.
    let episode = |number: u8, torrent: &str| {
        let media = Enclosure { url: "http://x/1.mp3".into(), ..Enclosure::default() };
        let torrent = Enclosure { url: torrent.into(), ..Enclosure::default() };
        Item { enclosures: vec![media], alternates: vec![torrent], ..item(number, 20, 0) }
    };
    let magnet = |number: u8| at(number, 20, "magnet:?xt=urn:btih:00");
    let (new, other) = (at(2, 20, "http://x/1.torrent"), at(3, 30, "http://x/3.torrent"));
    // What is there, what comes, and the titles that are there then and that had to go.
    let cases = [
        (vec![item(1, 10, 0)], vec![new.clone()], vec!["2"], vec!["item 1"]),
        (vec![item(1, 10, 0), other.clone()], vec![new.clone()], vec!["3", "2"], vec!["item 1"]),
        (
            vec![item(1, 10, 0), at(4, 5, "http://x/1.torrent")],
            vec![new.clone()],
            vec!["2"],
            vec!["item 1", "item 4"],
        ),
        (
            vec![episode(1, "http://x/a.torrent")],
            vec![episode(2, "http://x/b.torrent")],
            vec!["2"],
            vec!["item 1"],
        ),
        (
            vec![at(1, 10, "http://x/a b.torrent")],
            vec![at(2, 20, "http://x/a%20b.torrent")],
            vec!["2"],
            vec!["item 1"],
        ),
        (vec![magnet(1)], vec![magnet(2)], vec!["2", "1"], vec![]),
        // `latest` and `previous`: the old one has moved, and is still there.
        (
            vec![at(1, 10, "http://x/latest"), at(0, 5, "http://x/previous")],
            vec![at(1, 10, "http://x/previous"), at(2, 20, "http://x/latest")],
            vec!["2", "1"],
            vec!["item 0"],
        ),
        (
            vec![at(1, 10, "http://x/a"), at(2, 20, "http://x/b")],
            vec![at(1, 10, "http://x/b"), at(2, 20, "http://x/a")],
            vec!["2", "1"],
            vec![],
        ),
    ];
    for (old, new, stays, goes) in cases {
        let feed = Feed { items: old, ..Feed::default() };
        let merged = feed.merge(change(new.clone()));
        assert_eq!(
            (numbers(&merged.feed), &merged.replaced),
            (stays, &goes.iter().map(|title| (*title).to_owned()).collect())
        );
        assert!(!merged.feed.merge(change(new)).is_changed);
    }
}

#[test]
fn an_item_in_the_place_of_another_is_a_new_one_with_the_words_of_others() {
    let old = Item { link: Some("http://x/page".into()), ..item(1, 10, 0) };
    let foreign = Item { id: Some("http://x/page".into()), title: "Told".into(), ..old.clone() };
    let new = Item { enclosures: old.enclosures.clone(), ..item(2, 20, 7) };
    let unnamed = Item { id: None, ..foreign.clone() };
    // The id that others gave it stays.
    let kept = foreign.clone();
    for (old, title, description, (id, published)) in [
        (old, "item 2", "Size: 2 B", (&new.id, Some(20))),
        (unnamed, "Told", "Size: 1 B", (&new.id, Some(20))),
        (foreign, "Told", "Size: 1 B", (&kept.id, Some(10))),
    ] {
        let feed = Feed { items: vec![old.clone()], ..Feed::default() };
        let merged = feed.merge(change(vec![new.clone()])).feed.items.remove(0);
        let expected = Item {
            id: id.clone(),
            published,
            link: old.link,
            title: title.into(),
            description: Some(description.into()),
            ..new.clone()
        };
        assert_eq!(merged, expected);
    }
}

#[test]
fn words_of_an_item_stay_until_others_are_chosen() {
    let old = Item { link: Some("http://x/page".into()), title: "Told".into(), ..item(1, 10, 0) };
    let feed = Feed { items: vec![old.clone()], ..Feed::default() };
    let new = Item { link: Some("http://x/new".into()), description: Some("new".into()), ..item(1, 99, 0) };
    let cases = [
        (ChosenWords::default(), old.clone()),
        (
            ChosenWords { title: true, ..ChosenWords::default() },
            Item { title: "item 1".into(), ..old.clone() },
        ),
        (
            ChosenWords { description: true, ..ChosenWords::default() },
            Item { description: new.description.clone(), ..old.clone() },
        ),
        (
            ChosenWords { link: true, ..ChosenWords::default() },
            Item { link: new.link.clone(), ..old.clone() },
        ),
    ];
    for (chosen, expected) in cases {
        let given = Given { item: new.clone(), chosen, attach: None };
        let change = Change { items: vec![given], ..Change::default() };
        assert_eq!(feed.merge(change).feed.items, [expected]);
    }
}

#[test]
fn what_others_know_of_the_same_torrent_stays() {
    let trackers = crate::Extra {
        name: "torrent".into(),
        text: "<torrent><trackers/></torrent>".into(),
        field: Some(crate::Field::Torrent),
        ..crate::Extra::default()
    };
    let mut old = item(1, 10, 0);
    old.torrent.magnet = Some("magnet:?theirs".into());
    old.extras.elements.push(trackers.clone());
    let feed = Feed { items: vec![old.clone()], ..Feed::default() };
    // The same torrent, and another at its URL.
    let other = Item { enclosures: old.enclosures.clone(), ..item(2, 20, 0) };
    for (new, kept, torrent) in
        [(item(1, 99, 0), vec![trackers], old.torrent), (other.clone(), vec![], other.torrent)]
    {
        let merged = feed.merge(change(vec![new])).feed.items.remove(0);
        assert_eq!((merged.extras.elements, merged.torrent), (kept, torrent));
    }
}

#[test]
fn a_torrent_is_attached_to_the_item_that_is_named() {
    let zip = Enclosure {
        url: "http://x/1.zip".into(),
        mime: Some("application/zip".into()),
        ..Enclosure::default()
    };
    let release = Item {
        id: Some("tag:x,2026:1".into()),
        link: Some("http://x/releases/1".into()),
        title: "Release 1".into(),
        published: Some(10),
        description: Some("notes".into()),
        enclosures: vec![zip.clone()],
        ..Item::default()
    };
    let new = item(1, 99, 0);
    let feed = Feed { items: vec![release.clone()], ..Feed::default() };
    let attach = |feed: &Feed, to: &str| {
        let given = Given { attach: Some(to.into()), ..new.clone().into() };
        feed.merge(Change { channel: channel("t"), items: vec![given], ..Change::default() })
    };
    let enclosures = vec![zip, new.enclosures[0].clone()];
    let expected = Item { enclosures, torrent: new.torrent.clone(), ..release };
    for to in ["tag:x,2026:1", "http://x/releases/1", "http://x/releases/1/"] {
        let merged = attach(&feed, to);
        assert_eq!((&merged.feed.items, merged.changed.len()), (&vec![expected.clone()], 1), "{to}");
        // Again, with and without saying where.
        assert!(!attach(&merged.feed, to).is_changed);
        assert!(!merged.feed.merge(change(vec![new.clone()])).is_changed);
    }
    assert_eq!(attach(&feed, "http://x/releases/2").unattached, ["http://x/releases/2"]);
    // It was an item of its own before.
    let both = feed.merge(change(vec![new.clone()])).feed;
    let merged = attach(&both, "tag:x,2026:1");
    assert_eq!((merged.feed.items, merged.replaced.len()), (vec![expected], 1));
}

#[test]
fn no_torrent_of_an_item_goes_because_of_another() {
    let at = |numbers: &[u8]| Item {
        id: Some("http://x/release".into()),
        enclosures: numbers.iter().map(|number| item(*number, 0, 0).enclosures.remove(0)).collect(),
        ..item(0, 10, 0)
    };
    let bare = |numbers: &[u8]| Item { torrent: Torrent::default(), ..at(numbers) };
    let ours = |numbers: &[u8]| Item { enclosures: at(numbers).enclosures, ..item(1, 10, 0) };
    let claiming = |number: u8, item: Item| Item { torrent: self::item(number, 0, 0).torrent, ..item };
    let moved = |number: u8| {
        let mut item = item(number, 99, 0);
        item.enclosures[0].url = format!("http://y/{number}.torrent");
        item
    };
    let (free, to, own) = (None, Some("http://x/release"), item(1, 0, 0).id);
    // What is there, what comes and where to, and the torrents that the first item and all items have then.
    let cases = [
        (vec![bare(&[1, 2])], free, vec![item(1, 99, 0)], "x1 x2", 2),
        (vec![bare(&[1, 2])], free, vec![item(2, 99, 0)], "x1 x2", 2),
        (vec![bare(&[1, 2])], free, vec![item(1, 99, 0), item(2, 99, 0)], "x1 x2", 2),
        (vec![claiming(1, at(&[1, 2]))], free, vec![item(2, 99, 0)], "x1 x2", 2),
        (vec![claiming(1, at(&[1, 2]))], free, vec![item(1, 99, 0), item(2, 99, 0)], "x1 x2", 2),
        (vec![bare(&[1, 2])], free, vec![item(3, 5, 0)], "x1 x2", 3),
        (vec![bare(&[1, 2]), item(2, 5, 0)], free, vec![item(2, 5, 0)], "x1 x2", 3),
        (vec![bare(&[1, 2]), item(2, 5, 0)], free, vec![item(1, 5, 0)], "x1 x2", 3),
        (vec![bare(&[])], to, vec![item(1, 99, 0), item(2, 99, 0)], "x1 x2", 2),
        (vec![bare(&[3])], to, vec![item(1, 99, 0)], "x3 x1", 2),
        (vec![claiming(3, at(&[3]))], to, vec![item(1, 99, 0)], "x3 x1", 2),
        (vec![ours(&[1])], own.as_deref(), vec![item(2, 99, 0)], "x1 x2", 2),
        (vec![ours(&[1, 2])], free, vec![item(2, 99, 0)], "x1 x2", 2),
        (vec![ours(&[1, 2])], free, vec![item(1, 99, 0)], "x1 x2", 2),
        // The one torrent that it had has moved.
        (vec![ours(&[1])], free, vec![moved(1)], "y1", 1),
        (vec![claiming(1, at(&[1]))], free, vec![moved(1)], "y1", 1),
    ];
    for (old, attach, new, first, count) in cases {
        let feed = Feed { items: old.clone(), format: Format::Atom, ..Feed::default() };
        let given = |item: Item| Given { attach: attach.map(str::to_owned), ..item.into() };
        let change = Change {
            channel: channel("t"),
            items: new.into_iter().map(given).collect(),
            ..Change::default()
        };
        let merged = feed.merge(change.clone()).feed;
        let short = |one: &Enclosure| one.url.replace("http://", "").replace(".torrent", "").replace('/', "");
        let urls: Vec<String> = merged.items[0].enclosures.iter().map(short).collect();
        let all: usize = merged.items.iter().map(|item| item.enclosures.len()).sum();
        assert_eq!((urls.join(" ").as_str(), all), (first, count), "{old:?}");
        let again = merged.merge(change);
        assert_eq!((again.is_changed, again.changed.len()), (false, 0), "{old:?}");
    }
}

#[test]
fn the_newest_of_each_product_stay() {
    let titled = |title: &str, published: i64| Item {
        title: title.into(),
        ..item(title.bytes().fold(0, u8::wrapping_add), published, 0)
    };
    let of = |items: &[(&str, i64)], keep: Option<usize>, per: Option<&str>| {
        let window = FeedWindow { keep, per: per.map(|per| regex::Regex::new(per).unwrap()), since: None };
        let items = items.iter().map(|(title, published)| titled(title, *published)).collect();
        let merged = Feed::default().merge(Change { window, ..change(items) });
        let titles: Vec<String> = merged.feed.items.into_iter().map(|item| item.title).collect();
        (titles.join(" "), merged.tie.map(|tie| format!("{} {}", tie.stays, tie.goes)), merged.left_out.len())
    };
    let dated = [("desk-1", 10), ("desk-2", 20), ("serv-1", 5), ("notes", 1)];
    let equal = [("desk-9", 10), ("desk-10", 10), ("desk-8", 10), ("serv-1", 10)];
    let cases = [
        (dated, None, Some("^(.*)-"), "desk-2 serv-1 notes", None),
        (dated, Some(2), Some("^(.*)-"), "desk-2 desk-1 serv-1 notes", None),
        (dated, None, Some("desk|serv"), "desk-2 serv-1 notes", None),
        (dated, None, Some("(x)?-"), "desk-2 notes", None),
        (dated, Some(1), None, "desk-2", None),
        (equal, None, Some("^(.*)-"), "desk-10 serv-1", Some("desk-10 desk-9")),
        (equal, Some(2), None, "desk-10 desk-9", Some("desk-9 desk-8")),
        (equal, Some(4), None, "desk-10 desk-9 desk-8 serv-1", None),
    ];
    for (items, keep, per, stays, tie) in cases {
        let expected = (stays.to_owned(), tie.map(str::to_owned), 4 - stays.split(' ').count());
        assert_eq!(of(&items, keep, per), expected, "{keep:?} {per:?}");
    }
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
    known.sort_by_key(|item| (Reverse(item.1), Reverse(item.0)));
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
            let window = FeedWindow { keep: step.keep, since: step.since, per: None };
            let run = Change { superseded, window, ..change(new) };
            let merged = feed.merge(run.clone());
            let mut turned = run.clone();
            turned.items.reverse();
            prop_assert_eq!(write(&feed.merge(turned).feed), write(&merged.feed));
            let text = write(&merged.feed);
            known = expected(known, &step);
            let found: Vec<(u8, i64, u8)> = merged.feed.items.iter().map(facts).collect();
            prop_assert_eq!(&found, &known);
            prop_assert_eq!(merged.is_changed, text != write(&feed));
            let is_undated = merged.feed.channel.built.is_none();
            let has_moved = merged.feed.channel.built > feed.channel.built;
            prop_assert!(!merged.is_changed || has_moved || is_undated && (format == Format::Json || known.is_empty()));
            let again = read(text.as_bytes(), FeedLimits::default()).unwrap();
            prop_assert_eq!(&again.feed, &merged.feed);
            feed = again.feed;
            // The same run again, on what is in the feed now, changes nothing but what it supersedes or lets back in.
            let still = feed.merge(change(feed.items.clone()));
            prop_assert!(!still.is_changed);
            prop_assert_eq!(write(&still.feed), text);
        }
    }
}

fn facts(item: &Item) -> (u8, i64, u8) {
    let number = item.title.rsplit(' ').next().unwrap().parse().unwrap();
    (number, item.published.unwrap(), u8::try_from(item.enclosures[0].length.unwrap()).unwrap())
}

/// A thousand, unless the soak asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)
}
