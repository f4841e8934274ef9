use super::*;
use feed::{Enclosure, Extras, Torrent};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// An item of a few words: `guid=` `url=` `hash=` `length=` `title=`.
fn entry(words: &str) -> Entry {
    let mut item = Item::default();
    let mut attached = Enclosure { mime: Some(feed::TORRENT_TYPE.to_owned()), ..Enclosure::default() };
    for (name, value) in words.split_whitespace().filter_map(|word| word.split_once('=')) {
        match name {
            "guid" => item.id = Some(value.to_owned()),
            "url" => value.clone_into(&mut attached.url),
            "hash" => item.torrent = Torrent { info_hash: Some(value.to_owned()), ..Torrent::default() },
            "length" => attached.length = value.parse().ok(),
            _ => value.clone_into(&mut item.title),
        }
    }
    item.enclosures.push(attached);
    offered(&item, "http://pub.example/feed.xml", 100, 0)
}

/// What an item is to one that knows another.
fn check(known: &str, new: &str, expected: Meeting) {
    let entries = [entry(known)];
    assert_eq!(Known::of(&entries).meet(&entries, &entry(new)), expected, "{known} / {new}");
}

/// Rows 3 to 8 and 20 of what users hit.
#[test]
fn the_hash_decides_then_the_guid_then_the_url() {
    use Meeting::{New, Revised, Same};
    let (a, b) = (format!("hash={A}"), format!("hash={B}"));
    let cases = [
        ("guid=1 url=/1 title=x", "guid=1 url=/1 title=y", Same(0)),
        // Two files, one title: the second is not lost.
        ("url=/1.torrent title=x", "url=/2.torrent title=x", New),
        ("guid=1 url=/1 title=x", "guid=2 url=/2 title=x", New),
        // Addresses rotate, the guid stays.
        ("guid=1 url=http://a.example/1?k=1", "guid=1 url=http://b.example/1?k=2", Same(0)),
        // Guids change, the address stays.
        ("guid=1 url=/1", "guid=2 url=/1", Same(0)),
        // Replaced at the same address.
        ("guid=1 url=/1 length=5", "guid=1 url=/1 length=6", Revised(0)),
        ("guid=1 url=/1 length=5", "guid=1 url=/1", Same(0)),
        (&format!("guid=1 url=/1 {a}"), &format!("guid=1 url=/1 {b}"), Revised(0)),
        (&format!("guid={A} url=/1 {a}"), &format!("guid={B} url=/1 {b}"), Revised(0)),
        // Without a name it is known by what is left: else it would be new in each pass.
        ("title=x", "title=x", Same(0)),
        ("title=x", "title=y", New),
        ("title=x", "title=x guid=1", New),
        ("url=magnet:?xt=none title=x", "url=magnet:?xt=none title=y", Same(0)),
        // A hash is the same under any name, and in any spelling.
        (&format!("guid=1 url=/1 {a}"), &format!("guid=2 url=/2 hash={}", A.to_uppercase()), Same(0)),
        // The same torrent with another length is the same torrent.
        (&format!("guid=1 url=/1 length=5 {a}"), &format!("guid=1 url=/1 length=6 {a}"), Same(0)),
        // It says less than before.
        (&format!("guid=1 url=/1 {a}"), "guid=1 url=/1", Same(0)),
        ("guid=1 url=/1", &format!("guid=1 url=/1 {a}"), Same(0)),
    ];
    for (known, new, expected) in cases {
        check(known, new, expected);
    }
}

/// Some publishers give all items the guid of their site.
#[test]
fn a_guid_of_several_items_names_none() {
    let cases = [
        ("guid=1 url=/1", "guid=1 url=/2", true),
        (&format!("guid=1 hash={A}"), &format!("guid=1 hash={B}"), true),
        ("guid=1 url=/1", "guid=2 url=/2", false),
        // One item that is there twice.
        ("guid=1 url=/1 title=x", "guid=1 url=/1 title=y", false),
    ];
    for (one, other, is_shared) in cases {
        let entries = [entry(one), entry(other)];
        let shared = shared_guids(&entries);
        assert_eq!(shared.contains("1"), is_shared, "{one} / {other}");
        let [one, other] = entries.each_ref().map(without_guid);
        assert_eq!(one.id != other.id, is_shared || one.ways != other.ways);
        assert_eq!(one.guid, None);
    }
}

#[test]
fn lists_of_hashes_conflict_only_where_they_can_be_compared() {
    let v2 = format!("{A}{}", "c".repeat(24));
    let lists = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let cases = [
        (A, A, false),
        (A, B, true),
        ("", A, false),
        (A, "", false),
        // Of v2 alone, feeds write the first 20 bytes.
        (A, &v2, false),
        (B, &v2, false),
        (&format!("{A} {v2}"), &format!("{B} {v2}"), false),
        (&format!("{A} {v2}"), B, true),
        (&format!("{B} {v2}"), B, false),
    ];
    for (known, new, expected) in cases {
        assert_eq!(conflict(&lists(known), &lists(new)), expected, "{known} / {new}");
    }
}

#[test]
fn items_are_remembered_with_whole_urls_and_every_hash() {
    let hybrid = format!("magnet:?xt=urn:btih:{A}&xt=urn:btmh:1220{}", "c".repeat(64));
    let item = Item {
        title: "demo".into(),
        torrent: Torrent { magnet: Some(hybrid.clone()), content_length: Some(7), ..Torrent::default() },
        enclosures: vec![Enclosure {
            url: "../t/1 a.torrent".into(),
            mime: Some(feed::TORRENT_TYPE.into()),
            length: Some(9),
            ..Enclosure::default()
        }],
        extras: Extras::default(),
        ..Item::default()
    };
    let entry = offered(&item, "https://pub.example/a/feed.xml", 100, 3);
    let ways: Vec<(&str, &str)> =
        entry.ways.iter().map(|way| (way.url.as_str(), way.rule.as_str())).collect();
    assert_eq!(ways, [("https://pub.example/t/1%20a.torrent", "enclosure"), (hybrid.as_str(), "magnet-uri")]);
    assert_eq!(entry.hashes, [A.to_owned(), "c".repeat(64)]);
    assert_eq!((entry.id.as_str(), entry.size, entry.length, entry.place), (A, Some(7), Some(9), 3));
}

/// What an item is called is the same in every run, and tells a guid from a URL.
#[test]
fn ids_are_made_of_the_best_name() {
    let id = |words: &str| entry(words).id;
    assert_eq!(id("guid=1 url=/1"), id("guid=1 url=/2"));
    assert_ne!(id("guid=1 url=/1"), id("guid=2 url=/1"));
    assert_eq!(id("url=/1 title=x"), id("url=/1 title=y"));
    assert_ne!(id("url=/1"), id("guid=http://pub.example/1"));
    assert_eq!(id(&format!("guid=1 hash={A}")), A);
    assert_eq!(id("url=/1").len(), 40);
}

#[test]
fn signs_are_what_tells_an_item_under_another_name() {
    let entries = [
        entry("guid=1 url=http://a.example/t/1.torrent?k=1 length=5 title=x"),
        entry("guid=2 url=/get?id=1"),
    ];
    let known = Known::of(&entries);
    for (new, expected) in [
        ("guid=9 url=http://b.example/t/1.torrent?k=2 title=y", true),
        ("guid=9 url=/other length=5 title=x", true),
        ("guid=9 url=/other length=6 title=x", false),
        // Every item of such a tracker has this path.
        ("guid=9 url=/get?id=2", false),
    ] {
        assert_eq!(known.seems_known(&entry(new)), expected, "{new}");
    }
}
